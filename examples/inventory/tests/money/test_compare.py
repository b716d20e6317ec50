from __future__ import annotations

import itertools

import pytest
from inventory.money import Money

AMOUNTS = [-100, -1, 0, 1, 99, 100]


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(AMOUNTS, 2)))
def test_the_smaller_amount_comes_first(a: int, b: int) -> None:
    assert Money(a) < Money(b)
    assert sorted([Money(b), Money(a)]) == [Money(a), Money(b)]


def test_equal_amounts_have_equal_hashes() -> None:
    assert len({Money(5), Money(5), Money(6)}) == 2


def test_amounts_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Money(5).cents = 6  # type: ignore[misc]
