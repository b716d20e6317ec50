from __future__ import annotations

import pytest
from inventory.errors import UnknownProductError
from inventory.orders import lines_of, shortages
from inventory.store import Product, Store


@pytest.mark.parametrize(("quantity", "missing"), [(1, 0), (20, 0), (21, 1), (100, 80)])
def test_one_product(shop: Store, catalogue: list[Product], quantity: int, missing: int) -> None:
    number = catalogue[0].number
    assert shortages(shop, {number: quantity}) == ({number: missing} if missing else {})


@pytest.mark.parametrize("count", range(1, 10, 2))
def test_several_products(shop: Store, catalogue: list[Product], count: int) -> None:
    wanted = {one.number: 25 for one in catalogue[:count]}
    assert shortages(shop, wanted) == dict.fromkeys(wanted, 5)


def test_an_unknown_product(shop: Store, catalogue: list[Product]) -> None:
    with pytest.raises(UnknownProductError):
        shortages(shop, {catalogue[20].number: 1})


@pytest.mark.parametrize("place", range(10))
def test_a_line_has_the_price_of_today(shop: Store, catalogue: list[Product], place: int) -> None:
    product = catalogue[place]
    [line] = lines_of(shop, {product.number: 3})
    assert (line.list_price, line.tax, line.quantity) == (product.price, product.tax, 3)
