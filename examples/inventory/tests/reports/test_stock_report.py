from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from inventory.money import Money, total
from inventory.reports import stock_report, value_of_stock
from inventory.store import Product, Store


@pytest.fixture(scope="class")
def text(template: Path) -> str:
    with closing(Store(template)) as store:
        return stock_report(store)


class TestReport:
    @pytest.mark.parametrize("place", range(0, 40, 4))
    def test_each_product_has_a_line(self, text: str, catalogue: list[Product], place: int) -> None:
        [line] = [line for line in text.splitlines() if line.startswith(catalogue[place].number)]
        assert catalogue[place].name in line

    def test_the_heading(self, text: str) -> None:
        assert text.split()[:4] == ["number", "name", "stock", "value"]

    def test_the_total_stands_last(self, text: str) -> None:
        assert text.splitlines()[-1].startswith("total ")


class TestValue:
    def test_of_nothing(self, empty: Store) -> None:
        assert value_of_stock(empty) == Money(0)

    def test_of_a_shop(self, shop: Store, catalogue: list[Product]) -> None:
        assert value_of_stock(shop) == total([one.price * 20 for one in catalogue[:10]])

    @pytest.mark.parametrize("place", range(5))
    def test_a_shipment_takes_its_part(
        self, shop: Store, catalogue: list[Product], place: int
    ) -> None:
        before = value_of_stock(shop)
        shop.ship(catalogue[place].number, 2)
        assert before - value_of_stock(shop) == catalogue[place].price * 2

    def test_an_empty_report(self, empty: Store) -> None:
        assert stock_report(empty).splitlines()[-1] == "total 0.00"
