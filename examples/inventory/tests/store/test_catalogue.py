from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.errors import BadValueError, InventoryError, UnknownProductError
from inventory.money import Money
from inventory.store import Product, Store

TEA = Product(stock_number.make("TEA", 1), "Tea", Money(350))


def test_a_new_store_is_empty(empty: Store) -> None:
    assert empty.products() == []


def test_a_product_is_kept(empty: Store) -> None:
    empty.add(TEA)
    assert empty.product(TEA.number) == TEA


def test_products_come_by_number(empty: Store, catalogue: list[Product]) -> None:
    assert empty.add_all(reversed(catalogue)) == len(catalogue)
    assert empty.products() == catalogue


def test_a_number_is_taken_once(empty: Store) -> None:
    empty.add(TEA)
    with pytest.raises(InventoryError, match="cannot be added"):
        empty.add(TEA)


@pytest.mark.parametrize("number", ["", "TEA", "TEA-00001-0"])
def test_a_number_must_be_right(empty: Store, number: str) -> None:
    with pytest.raises(BadValueError):
        empty.add(Product(number, "Tea", Money(1)))


@pytest.mark.parametrize("cents", [-1, -100])
def test_a_price_is_not_below_0(empty: Store, cents: int) -> None:
    with pytest.raises(InventoryError, match="CHECK constraint"):
        empty.add(Product(TEA.number, "Tea", Money(cents)))


@pytest.mark.parametrize("place", range(0, 40, 4))
def test_every_field_survives(empty: Store, catalogue: list[Product], place: int) -> None:
    empty.add(catalogue[place])
    assert empty.products() == [catalogue[place]]


@pytest.mark.parametrize("cents", [0, 1, 99_999])
def test_a_new_price(shop: Store, catalogue: list[Product], cents: int) -> None:
    shop.reprice(catalogue[3].number, Money(cents))
    assert shop.product(catalogue[3].number).price == Money(cents)
    assert shop.product(catalogue[4].number) == catalogue[4]


def test_what_is_not_there_is_named(empty: Store) -> None:
    with pytest.raises(UnknownProductError, match=f"{TEA.number} is not in the catalogue"):
        empty.product(TEA.number)
    with pytest.raises(UnknownProductError):
        empty.reprice(TEA.number, Money(1))
