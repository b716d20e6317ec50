from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy import division

state = 0


def assigns() -> None:
    global state  # noqa: PLW0603  # what is tested
    state += 1


def assigns_nothing() -> int:
    return state + 1


Uses = list[list[tuple[object, object]]]


def positions(uses: Uses) -> list[int] | None:
    """The slow, obvious way: nothing is used on both sides."""
    found = [
        cut
        for cut in range(1, len(uses))
        if not {key for keys in uses[:cut] for key in keys}
        & {key for keys in uses[cut:] for key in keys}
    ]
    return found or None


keys = st.tuples(st.sampled_from("abcd"), st.sampled_from([None, 0, 1]))


@given(st.lists(st.lists(keys, max_size=2), min_size=2, max_size=9))
def test_a_file_is_cut_where_nothing_is_used_on_both_sides(uses: Uses) -> None:
    assert division._between(uses) == positions(uses)


@pytest.mark.parametrize(("function", "expected"), [(assigns, True), (assigns_nothing, False)])
def test_a_function_that_assigns_a_global_is_seen(
    function: Callable[[], object], expected: bool
) -> None:
    assert division._assigns_globals(function) is expected


def test_a_function_without_code_assigns_nothing() -> None:
    assert not division._assigns_globals(len)


def test_one_test_cannot_be_divided() -> None:
    assert division.cuts([]) is None
