"""A day's orders on a warehouse on disk."""

from __future__ import annotations

import random

import pytest
from inventory.errors import OutOfStockError
from inventory.orders import place
from inventory.store import Product, Store

pytestmark = pytest.mark.bulk


@pytest.mark.parametrize("seed", range(10))
def test_stock_is_what_was_there_less_what_was_sold(
    warehouse: Store, catalogue: list[Product], seed: int
) -> None:
    chance = random.Random(seed)
    before, sold = warehouse.levels(), dict.fromkeys(warehouse.levels(), 0)
    for _ in range(3):
        wanted = [(chance.choice(catalogue).number, chance.randint(1, 8)) for _ in range(4)]
        try:
            receipt = place(warehouse, wanted, chance.choice(["retail", "trade", "staff"]))
        except OutOfStockError:
            continue
        for line in receipt.lines:
            sold[line.stock_number] += line.quantity
    after = warehouse.levels()
    assert {number: before[number] - after[number] for number in before} == sold


@pytest.mark.parametrize("quantity", [9, 14, 21])
def test_orders_until_nothing_is_left(
    warehouse: Store, catalogue: list[Product], quantity: int
) -> None:
    number = catalogue[0].number
    for _ in range(warehouse.stock(number) // quantity):
        place(warehouse, [(number, quantity)])
    with pytest.raises(OutOfStockError):
        place(warehouse, [(number, quantity)])
