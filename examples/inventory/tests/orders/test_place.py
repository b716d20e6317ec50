from __future__ import annotations

import pytest
from inventory.errors import BadValueError, OutOfStockError
from inventory.orders import place
from inventory.store import Product, Store


def test_goods_leave_the_warehouse(shop: Store, catalogue: list[Product]) -> None:
    receipt = place(shop, [(catalogue[0].number, 2), (catalogue[1].number, 5)])
    assert [line.quantity for line in receipt.lines] == [2, 5]
    assert (shop.stock(catalogue[0].number), shop.stock(catalogue[1].number)) == (18, 15)


@pytest.mark.parametrize("customer", ["retail", "trade", "staff"])
def test_the_movement_names_the_customer(
    shop: Store, catalogue: list[Product], customer: str
) -> None:
    place(shop, [(catalogue[0].number, 1)], customer)
    assert shop.movements(catalogue[0].number)[-1].reason == f"order of {customer}"


def test_an_empty_order(shop: Store) -> None:
    with pytest.raises(BadValueError, match="the order is empty"):
        place(shop, [])


@pytest.mark.parametrize("lacking", range(5))
def test_all_or_nothing(shop: Store, catalogue: list[Product], lacking: int) -> None:
    wanted = [(one.number, 1) for one in catalogue[:5]]
    wanted[lacking] = (wanted[lacking][0], 24)
    with pytest.raises(OutOfStockError, match=f"lacks 4 of {wanted[lacking][0]}$"):
        place(shop, wanted)
    assert set(shop.levels().values()) == {20}


def test_an_unknown_customer_ships_nothing(shop: Store, catalogue: list[Product]) -> None:
    with pytest.raises(BadValueError, match="no kind of customer"):
        place(shop, [(catalogue[0].number, 1)], "friend")
    assert set(shop.levels().values()) == {20}


@pytest.mark.parametrize("quantity", [1, 9, 10, 20])
def test_the_receipt_has_the_price(shop: Store, catalogue: list[Product], quantity: int) -> None:
    receipt = place(shop, [(catalogue[0].number, quantity)])
    full = catalogue[0].price * quantity
    assert (receipt.quote.net < full) == (quantity >= 10)
