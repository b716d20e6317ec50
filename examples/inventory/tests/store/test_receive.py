from __future__ import annotations

import pytest
from inventory.errors import BadValueError, UnknownProductError
from inventory.store import Product, Store


@pytest.mark.parametrize("quantity", [1, 5, 10_000])
def test_stock_grows(shop: Store, catalogue: list[Product], quantity: int) -> None:
    shop.receive(catalogue[0].number, quantity)
    assert shop.stock(catalogue[0].number) == 20 + quantity


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_cannot_come_in(shop: Store, catalogue: list[Product], quantity: int) -> None:
    with pytest.raises(BadValueError):
        shop.receive(catalogue[0].number, quantity)
    assert shop.stock(catalogue[0].number) == 20


def test_only_what_is_in_the_catalogue_comes_in(shop: Store, catalogue: list[Product]) -> None:
    with pytest.raises(UnknownProductError):
        shop.receive(catalogue[30].number, 1)


@pytest.mark.parametrize("times", [1, 2, 10, 50])
def test_deliveries_add_up(shop: Store, catalogue: list[Product], times: int) -> None:
    for _ in range(times):
        shop.receive(catalogue[1].number, 3)
    assert shop.stock(catalogue[1].number) == 20 + 3 * times


@pytest.mark.parametrize("place", range(10))
def test_other_products_stay(shop: Store, catalogue: list[Product], place: int) -> None:
    shop.receive(catalogue[place].number, 1)
    others = {one.number for one in catalogue[:10]} - {catalogue[place].number}
    assert {shop.stock(number) for number in others} == {20}
