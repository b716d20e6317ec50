from __future__ import annotations

import pytest

from pytest_dxpy import protocol


def test_each_phase_has_a_number_and_back() -> None:
    assert {protocol.PHASE_NAMES[number]: number for number in (1, 2, 3)} == protocol.PHASES
    assert protocol.OTHER_PHASE not in protocol.PHASE_NAMES


def test_each_kind_of_event_has_a_number_of_its_own() -> None:
    kinds = [value for name, value in vars(protocol).items() if name.startswith("HEARD_")]
    assert sorted(kinds) == list(range(1, 20))


def test_an_event_is_the_dispatchers_tuple_by_name() -> None:
    event = protocol.Event(protocol.HEARD_ITEM, 7, 3, 2, 0.25, [(1, 1, 5.0, 0.5, b"")], b"...")
    assert repr(event) == (
        "Event(kind=5, worker=7, unit=3, item=2, seconds=0.25, "
        "phases=[(1, 1, 5.0, 0.5, b'')], payload=b'...')"
    )


def phase(outcome: int) -> protocol.Phase:
    return (protocol.PHASES["call"], outcome, 0.0, 0.0, b"")


@pytest.mark.parametrize(
    ("outcomes", "fails"),
    [
        ([], False),
        ([protocol.PASSED, protocol.PASSED], False),
        ([protocol.PASSED, protocol.FAILED], True),
        ([protocol.FAILED, protocol.PASSED], True),
        ([protocol.SKIPPED, protocol.OTHER_OUTCOME], False),
    ],
)
def test_a_test_fails_if_one_of_its_phases_does(outcomes: list[int], fails: bool) -> None:
    assert protocol.failing([phase(outcome) for outcome in outcomes]) is fails
