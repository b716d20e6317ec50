from __future__ import annotations

import pytest
from inventory.orders import place
from inventory.reports import receipt_text
from inventory.store import Product, Store


def test_a_receipt(shop: Store, catalogue: list[Product]) -> None:
    tea = catalogue[0]
    text = receipt_text(place(shop, [(tea.number, 2)]))
    assert text == (
        "number       quantity  list price\n"
        "-----------  --------  ----------\n"
        f"{tea.number}         2        0.99\n"
        "net 1.98, tax 0.40, gross 2.38\n"
    )


@pytest.mark.parametrize("count", range(1, 10))
def test_a_line_per_product(shop: Store, catalogue: list[Product], count: int) -> None:
    text = receipt_text(place(shop, [(one.number, 1) for one in catalogue[:count]]))
    assert len(text.splitlines()) == count + 3


@pytest.mark.parametrize("customer", ["retail", "trade", "staff"])
def test_list_prices_do_not_depend_on_the_customer(
    shop: Store, catalogue: list[Product], customer: str
) -> None:
    text = receipt_text(place(shop, [(catalogue[3].number, 1)], customer))
    assert str(catalogue[3].price) in text
