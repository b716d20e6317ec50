from __future__ import annotations

import pytest
from inventory.reports import movement_report, stock_report, table, value_of_stock
from inventory.store import Product, Store

pytestmark = pytest.mark.bulk


@pytest.fixture
def full(empty: Store, big_catalogue: list[Product]) -> Store:
    """A warehouse with a big catalogue and one delivery of each product."""
    empty.add_all(big_catalogue)
    with empty.transaction():
        for product in big_catalogue:
            empty.receive(product.number, 3)
    return empty


def test_a_long_stock_report(full: Store, big_catalogue: list[Product]) -> None:
    assert len(stock_report(full).splitlines()) == len(big_catalogue) + 3


def test_the_value_of_much(full: Store, big_catalogue: list[Product]) -> None:
    assert value_of_stock(full).cents == 3 * sum(one.price.cents for one in big_catalogue)


@pytest.mark.parametrize("rows", [1000, 3000])
def test_a_long_table(rows: int) -> None:
    text = table(("a", "b", "c"), [(f"row {row}", row, row * row) for row in range(rows)])
    assert text.count("\n") == rows + 2


@pytest.mark.parametrize("times", [200, 400, 600])
def test_a_long_history(full: Store, big_catalogue: list[Product], times: int) -> None:
    number = big_catalogue[0].number
    with full.transaction():
        for _ in range(times):
            full.receive(number, 1)
    assert movement_report(full, number).splitlines()[-1].split()[-1] == str(times + 3)
