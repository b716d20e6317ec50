from __future__ import annotations

import pytest
from inventory.errors import BadValueError
from inventory.money import Money, total


@pytest.mark.parametrize(
    ("cents", "shares", "parts"),
    [
        (100, [1], [100]),
        (100, [1, 1], [50, 50]),
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (5, [3, 7], [2, 3]),
        (10, [0, 1], [0, 10]),
        (1, [0, 0, 5], [0, 0, 1]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [2, 3], [0, 0]),
    ],
)
def test_shares(cents: int, shares: list[int], parts: list[int]) -> None:
    assert [part.cents for part in Money(cents).split(shares)] == parts


@pytest.mark.parametrize("cents", [1, 99, 100, 101, 12_347])
@pytest.mark.parametrize("ways", [1, 2, 3, 7, 12])
def test_no_cent_is_lost(cents: int, ways: int) -> None:
    assert total(Money(cents).split([1] * ways)) == Money(cents)


@pytest.mark.parametrize("shares", [[0], [0, 0], [-1, 2], [3, -3]])
def test_shares_that_cannot_be_divided_by(shares: list[int]) -> None:
    with pytest.raises(BadValueError, match="cannot be divided by"):
        Money(100).split(shares)
