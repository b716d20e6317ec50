from __future__ import annotations

import pytest
from inventory.money import Money


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0.00"),
        (1, "0.01"),
        (99, "0.99"),
        (100, "1.00"),
        (-1, "-0.01"),
        (-12_345, "-123.45"),
        (100_000, "1,000.00"),
        (123_456_789, "1,234,567.89"),
    ],
)
def test_amounts_are_written(cents: int, text: str) -> None:
    assert str(Money(cents)) == text


@pytest.mark.parametrize("cents", [*range(-250, 250, 25), 99_999, 100_001, -100_000])
def test_what_is_written_is_read_back(cents: int) -> None:
    assert Money.parse(str(Money(cents))) == Money(cents)
