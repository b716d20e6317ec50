from __future__ import annotations

import pytest
from inventory.errors import BadValueError
from inventory.money import Money
from inventory.pricing import CUSTOMER_DISCOUNTS, unit_price


@pytest.mark.parametrize(
    ("quantity", "cents"),
    [(1, 1000), (2, 1000), (9, 1000), (10, 950), (11, 950), (99, 950), (100, 850), (5000, 850)],
)
def test_quantity_breaks(quantity: int, cents: int) -> None:
    assert unit_price(Money(1000), quantity) == Money(cents)


@pytest.mark.parametrize(("customer", "cents"), [("retail", 1000), ("trade", 900), ("staff", 750)])
def test_customers(customer: str, cents: int) -> None:
    assert unit_price(Money(1000), 1, customer) == Money(cents)


@pytest.mark.parametrize("customer", CUSTOMER_DISCOUNTS)
@pytest.mark.parametrize("cents", [0, 1, 99, 12_345])
def test_more_never_costs_more_for_one(customer: str, cents: int) -> None:
    prices = [unit_price(Money(cents), quantity, customer) for quantity in (1, 10, 100)]
    assert prices == sorted(prices, reverse=True)


@pytest.mark.parametrize("quantity", [0, -1, -100])
def test_a_quantity_must_be_above_0(quantity: int) -> None:
    with pytest.raises(BadValueError, match=f"quantity {quantity} is not above 0"):
        unit_price(Money(100), quantity)


@pytest.mark.parametrize("customer", ["", "Retail", "friend"])
def test_unknown_customers(customer: str) -> None:
    with pytest.raises(BadValueError, match="is no kind of customer"):
        unit_price(Money(100), 1, customer)
