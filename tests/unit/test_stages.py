"""What ``--dx-stats`` adds up."""

from __future__ import annotations

import re

import pytest

from pytest_dxpy import stages
from pytest_dxpy.stages import NoStages, Stages, Times


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that have passed; each look at the clock takes the next one."""
    passed: list[float] = []
    monkeypatch.setattr(Times, "now", classmethod(lambda cls: cls(passed[0], passed.pop(0) / 10)))
    return passed


def test_a_stage_within_another_one_is_counted_once(clock: list[float]) -> None:
    clock[:] = [0, 1, 4, 6, 100]
    counted = Stages()
    with counted.stage("outer"), counted.stage("inner"):
        pass
    assert counted.lines() == [
        "dxpy: our own work took 6,000.0 ms, CPU 600.0 ms",
        "dxpy:   outer: 3,000.0 ms, CPU 300.0 ms",
        "dxpy:   inner: 3,000.0 ms, CPU 300.0 ms",
    ]


def test_a_stage_may_come_again_and_fail(clock: list[float]) -> None:
    clock[:] = [0, 1, 5, 7, 9]
    counted = Stages()
    with counted.stage("one"):
        pass
    with pytest.raises(KeyError), counted.stage("one"):
        raise KeyError
    assert counted.lines()[1:] == ["dxpy:   one: 3,000.0 ms, CPU 300.0 ms"]


def test_nobody_looks_at_a_clock_that_is_not_asked_for(clock: list[float]) -> None:
    with NoStages().stage("one"):
        pass
    assert NoStages().lines() == []
    assert clock == []


def test_clocks_go_on() -> None:
    assert stages.Times.now().less(stages.Times.now()).wall <= 0
    assert re.fullmatch(r"\d+\.\d ms, CPU \d+\.\d ms", str(Times(0.001, 0.0005)))
