from __future__ import annotations

import pytest
from inventory.errors import BadValueError, OutOfStockError, UnknownProductError
from inventory.store import Product, Store


@pytest.mark.parametrize("quantity", [1, 5, 19, 20])
def test_stock_shrinks(shop: Store, catalogue: list[Product], quantity: int) -> None:
    shop.ship(catalogue[0].number, quantity)
    assert shop.stock(catalogue[0].number) == 20 - quantity


@pytest.mark.parametrize("quantity", [21, 22, 1000])
def test_no_more_than_there_is(shop: Store, catalogue: list[Product], quantity: int) -> None:
    with pytest.raises(OutOfStockError, match=f"{quantity} asked for, 20 in stock"):
        shop.ship(catalogue[0].number, quantity)
    assert shop.stock(catalogue[0].number) == 20


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_cannot_go_out(shop: Store, catalogue: list[Product], quantity: int) -> None:
    with pytest.raises(BadValueError):
        shop.ship(catalogue[0].number, quantity)


def test_only_what_is_in_the_catalogue_goes_out(shop: Store, catalogue: list[Product]) -> None:
    with pytest.raises(UnknownProductError):
        shop.ship(catalogue[30].number, 1)


@pytest.mark.parametrize("times", [1, 4, 20])
def test_shipments_add_up(shop: Store, catalogue: list[Product], times: int) -> None:
    for _ in range(times):
        shop.ship(catalogue[1].number, 1)
    assert shop.stock(catalogue[1].number) == 20 - times


def test_what_came_after_a_refusal_can_go_out(shop: Store, catalogue: list[Product]) -> None:
    number = catalogue[2].number
    with pytest.raises(OutOfStockError):
        shop.ship(number, 25)
    shop.receive(number, 5)
    shop.ship(number, 25)
    assert shop.stock(number) == 0
