from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy.bisecting import (
    EndlessError,
    Step,
    as_schedule,
    culprits,
    most_trials,
    steps_before,
)
from pytest_dxpy.errors import BisectError
from pytest_dxpy.schedules import Piece, Schedule


def lazily(*workers: list[Piece]) -> Schedule:
    return Schedule("1", "lazy", [*workers], [], [])


A = Piece("/test_a.py", ["a::1", "a::2"], [1, 0])
B = Piece("/test_b.py", ["b::1", "b::2"], [0, 1])


@given(st.integers(1, 2000), st.data())
def test_one_culprit_is_found_with_log2_trials(count: int, data: st.DataObject) -> None:
    culprit = data.draw(st.integers(0, count - 1))
    tried = []

    def fails(positions: list[int]) -> bool:
        tried.append(positions)
        return culprit in positions

    assert culprits(count, fails) == [culprit]
    assert len(tried) <= count.bit_length() + 1


@given(st.integers(1, 300), st.data())
def test_what_is_needed_together_is_found(count: int, data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=4))
    assert culprits(count, needed.issubset) == sorted(needed)


@given(st.integers(2, 100), st.data())
def test_any_of_several_is_enough(count: int, data: st.DataObject) -> None:
    any_of = data.draw(st.sets(st.integers(0, count - 1), min_size=2))
    assert culprits(count, lambda positions: bool(any_of.intersection(positions))) == [min(any_of)]


@given(st.integers(1, 50), st.randoms())
def test_the_search_ends_whatever_it_is_told(count: int, chance: object) -> None:
    tried = []

    def fails(positions: list[int]) -> bool:
        tried.append(positions)
        return bool(chance.randint(0, 1))  # type: ignore[attr-defined]

    try:
        assert set(culprits(count, fails)) <= set(range(count))
    except EndlessError:
        assert len(tried) == most_trials(count)


def test_so_many_together_end_the_search() -> None:
    with pytest.raises(EndlessError):
        culprits(64, lambda positions: len(positions) == 64)


def test_steps_are_what_the_same_worker_did_before() -> None:
    assert steps_before(lazily([B], [A, B]), "a::1") == [
        Step("/test_a.py", ""),
        Step("/test_a.py", "a::2"),
        Step("/test_a.py", "a::1"),
    ]


def test_steps_of_a_full_run_begin_with_all_imports() -> None:
    full = lazily([A], [B])._replace(collect="full")
    assert steps_before(full, "b::2") == [
        Step("/test_a.py", ""),
        Step("/test_b.py", ""),
        Step("/test_b.py", "b::1"),
        Step("/test_b.py", "b::2"),
    ]


def test_a_test_that_a_replacement_had_run() -> None:
    late = lazily([A])._replace(late=[[B]])
    assert steps_before(late, "b::1") == [Step("/test_b.py", ""), Step("/test_b.py", "b::1")]


def test_a_test_that_nobody_had_run() -> None:
    with pytest.raises(LookupError):
        steps_before(lazily([A]), "b::1")


def test_groups_are_refused() -> None:
    with pytest.raises(BisectError, match="by xdist_group"):
        steps_before(lazily([A._replace(key="@group")]), "a::1")


def test_steps_become_pieces() -> None:
    steps = [Step("a", ""), Step("a", "a::1"), Step("b", ""), Step("a", "a::2")]
    [worker] = as_schedule(steps).workers
    assert [(piece.key, piece.ran) for piece in worker] == [
        ("a", ["a::1"]),
        ("b", []),
        ("a", ["a::2"]),
    ]
