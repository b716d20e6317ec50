from __future__ import annotations

import pytest
from inventory.errors import InventoryError, OutOfStockError
from inventory.store import Product, Store


def _ship(store: Store, catalogue: list[Product], quantities: list[int]) -> None:
    with store.transaction():
        for product, quantity in zip(catalogue, quantities, strict=False):
            store.ship(product.number, quantity)


def _ship_twice(store: Store, catalogue: list[Product]) -> None:
    with store.transaction():
        _ship(store, catalogue, [15])
        _ship(store, catalogue, [15])


def test_all_of_it(shop: Store, catalogue: list[Product]) -> None:
    _ship(shop, catalogue, [1] * 10)
    assert set(shop.levels().values()) == {19}


@pytest.mark.parametrize("fails_at", range(10))
def test_or_nothing(shop: Store, catalogue: list[Product], fails_at: int) -> None:
    quantities = [21 if place == fails_at else 1 for place in range(10)]
    with pytest.raises(OutOfStockError):
        _ship(shop, catalogue, quantities)
    assert set(shop.levels().values()) == {20}


def test_an_inner_one_belongs_to_the_outer(shop: Store, catalogue: list[Product]) -> None:
    with pytest.raises(OutOfStockError):
        _ship_twice(shop, catalogue)
    assert set(shop.levels().values()) == {20}


@pytest.mark.parametrize("count", [1, 5, 39])
def test_add_all_adds_none_where_one_is_wrong(
    empty: Store, catalogue: list[Product], count: int
) -> None:
    with pytest.raises(InventoryError):
        empty.add_all([*catalogue[:count], catalogue[0]])
    assert empty.products() == []
