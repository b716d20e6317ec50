from __future__ import annotations

import pytest
from inventory.store import Product, Store


def test_what_is_empty_is_reordered(empty: Store, catalogue: list[Product]) -> None:
    empty.add_all(catalogue)
    assert empty.to_reorder() == catalogue


def test_what_is_full_is_not(shop: Store) -> None:
    assert shop.to_reorder() == []


@pytest.mark.parametrize("left", range(9))
def test_the_level_itself_counts(shop: Store, catalogue: list[Product], left: int) -> None:
    product = catalogue[5]
    if left < 20:
        shop.ship(product.number, 20 - left)
    assert (product in shop.to_reorder()) == (left <= product.reorder_at)


@pytest.mark.parametrize("place", range(10))
def test_a_delivery_takes_it_off_the_list(
    shop: Store, catalogue: list[Product], place: int
) -> None:
    number = catalogue[place].number
    shop.ship(number, 20)
    assert [one.number for one in shop.to_reorder()] == [number]
    shop.receive(number, 10)
    assert shop.to_reorder() == []
