from __future__ import annotations

import pytest
from inventory.store import Movement, Product, Store


def test_they_keep_their_order(shop: Store, catalogue: list[Product]) -> None:
    number = catalogue[0].number
    shop.ship(number, 2)
    shop.receive(number, 7)
    assert shop.movements(number) == [
        Movement(number, 20, "opening stock"),
        Movement(number, -2, "order"),
        Movement(number, 7, "delivery"),
    ]


@pytest.mark.parametrize("reason", ["gift", "", "breakage; see note 4", "Ünïcode", "a'b\"c"])
def test_reasons_are_kept(shop: Store, catalogue: list[Product], reason: str) -> None:
    shop.ship(catalogue[0].number, 1, reason)
    assert shop.movements(catalogue[0].number)[-1].reason == reason


def test_of_all_products(shop: Store) -> None:
    assert len(shop.movements()) == 10


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_histories_begin_with_the_opening_stock(
    archive: Store, catalogue: list[Product], place: int
) -> None:
    first, *others = archive.movements(catalogue[place].number)
    assert (first.quantity, first.reason) == (50, "opening stock")
    assert {one.reason for one in others} == {"order"}
