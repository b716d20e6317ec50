from __future__ import annotations

import pytest

from pytest_dxpy.status import seconds_left
from pytest_dxpy.units import Unit


def unit(ran: int, *, recorded: bool = True, tests: int = 4) -> Unit:
    made = Unit("a.py", 0, 2.0, recorded=recorded, expected_tests=tests)
    made.ran.update(range(ran))
    return made


@pytest.mark.parametrize(
    ("units", "seconds"),
    [
        ([], 0.0),
        ([unit(0)], 2.0),
        ([unit(1), unit(3)], 2.0),
        ([unit(4)], 0.0),
        ([unit(0), unit(1, recorded=False)], None),
        ([unit(0), unit(4, recorded=False)], 2.0),
        ([unit(0, tests=0)], 0.0),
    ],
)
def test_what_is_left_is_measured_or_not_said(units: list[Unit], seconds: float | None) -> None:
    assert seconds_left(units) == seconds
