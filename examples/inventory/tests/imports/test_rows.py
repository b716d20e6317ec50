from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.csv_import import parse
from inventory.money import Money
from inventory.store import Product

NUMBER = stock_number.make("TEA", 1)


def test_a_good_file_comes_in_whole(supplier: list[str], catalogue: list[Product]) -> None:
    result = parse(supplier)
    assert (result.products, result.problems) == (catalogue, [])


@pytest.mark.parametrize("place", range(0, 40, 2))
def test_each_row_by_itself(supplier: list[str], catalogue: list[Product], place: int) -> None:
    assert parse([supplier[0], supplier[place + 1]]).products == [catalogue[place]]


@pytest.mark.parametrize(
    ("row", "price"),
    [("3", 300), ("3.5", 350), ('"1,250.00"', 125_000), (" 2.00 ", 200), ("0", 0)],
)
def test_prices(row: str, price: int) -> None:
    [product] = parse(["number,name,price", f"{NUMBER},Tea,{row}"]).products
    assert product.price == Money(price)


@pytest.mark.parametrize("name", ["Tea", "Tea; green", "Thé", '"Tea, green"', "  Tea  "])
def test_names(name: str) -> None:
    [product] = parse(["number,name,price", f"{NUMBER},{name},1"]).products
    assert product.name == name.strip(' "')


def test_what_may_be_missing_has_a_default() -> None:
    [product] = parse(["number,name,price", f"{NUMBER},Tea,1"]).products
    assert (product.tax, product.reorder_at) == ("standard", 0)


@pytest.mark.parametrize("text", [NUMBER.lower(), f" {NUMBER} "])
def test_numbers_are_put_into_their_normal_form(text: str) -> None:
    [product] = parse(["number,name,price", f"{text},Tea,1"]).products
    assert product.number == NUMBER
