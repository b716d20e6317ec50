from __future__ import annotations

import pytest
from inventory.reports import movement_report
from inventory.store import Product, Store


def test_a_history(shop: Store, catalogue: list[Product]) -> None:
    number = catalogue[0].number
    shop.ship(number, 3)
    shop.receive(number, 10)
    assert movement_report(shop, number) == (
        "reason         change  level\n"
        "-------------  ------  -----\n"
        "opening stock     +20     20\n"
        "order              -3     17\n"
        "delivery          +10     27\n"
    )


@pytest.mark.parametrize("place", range(0, 40, 5))
def test_the_last_level_is_the_stock(
    warehouse: Store, catalogue: list[Product], place: int
) -> None:
    number = catalogue[place].number
    last = movement_report(warehouse, number).split()[-1]
    assert int(last) == warehouse.stock(number)
