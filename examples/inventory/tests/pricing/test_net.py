from __future__ import annotations

import pytest
from inventory.money import Money
from inventory.pricing import Line, net_of


@pytest.mark.parametrize(
    ("cents", "quantity", "customer", "net"),
    [
        (100, 1, "retail", 100),
        (100, 3, "retail", 300),
        (100, 10, "retail", 950),
        (100, 100, "retail", 8500),
        (100, 1, "trade", 90),
        (100, 10, "trade", 860),
        (100, 100, "staff", 6400),
        (0, 50, "retail", 0),
    ],
)
def test_a_line(cents: int, quantity: int, customer: str, net: int) -> None:
    assert net_of(Line("TEA", quantity, Money(cents)), customer) == Money(net)


@pytest.mark.parametrize("quantity", range(1, 30, 2))
def test_a_line_is_its_unit_price_times_its_quantity(quantity: int) -> None:
    one = net_of(Line("TEA", 1, Money(200)))
    line = net_of(Line("TEA", quantity, Money(200)))
    assert line <= one * quantity
    assert line.cents % quantity == 0
