from __future__ import annotations

import pytest

from pytest_dxpy.options import Options
from pytest_dxpy.standstills import limits


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (3600, 3600, 3600, 600)),
        ({"timeout": "5"}, (30, 3600, 30, 30)),
        ({"timeout": "5000"}, (5000, 3600, 5000, 600)),
        ({"session_timeout": "7"}, (7, 7, 7, 7)),
        ({"session_timeout": "7", "timeout": "5"}, (7, 7, 7, 7)),
        ({"session_timeout": "0", "timeout": "5"}, (0, 0, 0, 0)),
    ],
)
def test_what_is_no_test_has_an_hour_or_what_the_user_says(
    given: dict[str, str], expected: tuple[float, ...]
) -> None:
    assert limits(Options(given)) == expected
