from __future__ import annotations

import pytest
from inventory.store import Product, Store


def test_of_nothing(empty: Store) -> None:
    assert empty.levels() == {}


def test_products_without_movements_are_at_0(empty: Store, catalogue: list[Product]) -> None:
    empty.add_all(catalogue)
    assert set(empty.levels().values()) == {0}


@pytest.mark.parametrize("place", range(0, 40, 2))
def test_they_agree_with_the_single_stock(
    archive: Store, catalogue: list[Product], place: int
) -> None:
    number = catalogue[place].number
    assert archive.levels()[number] == archive.stock(number)


@pytest.mark.parametrize("place", range(1, 40, 2))
def test_they_agree_with_the_movements(
    archive: Store, catalogue: list[Product], place: int
) -> None:
    number = catalogue[place].number
    assert sum(one.quantity for one in archive.movements(number)) == archive.levels()[number]


def test_none_is_below_0(archive: Store) -> None:
    assert min(archive.levels().values()) >= 0
