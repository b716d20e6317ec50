"""What a customer pays: quantity breaks, customer discounts, tax."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from inventory.errors import BadValueError
from inventory.money import Money, total

# From this quantity on: the part of the list price that is paid.
QUANTITY_BREAKS = ((1, Fraction(1)), (10, Fraction(95, 100)), (100, Fraction(85, 100)))
CUSTOMER_DISCOUNTS = {"retail": 0, "trade": 10, "staff": 25}  # percent
TAX_RATES = {"standard": 20, "reduced": 5, "zero": 0}  # percent


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of an order."""

    stock_number: str
    quantity: int
    list_price: Money
    tax: str = "standard"


@dataclasses.dataclass(frozen=True)
class Quote:
    """What an order costs."""

    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def unit_price(list_price: Money, quantity: int, customer: str = "retail") -> Money:
    """The price of one, bought by ``quantity``."""
    if quantity < 1:
        raise BadValueError(f"quantity {quantity} is not above 0")
    if customer not in CUSTOMER_DISCOUNTS:
        raise BadValueError(f"{customer!r} is no kind of customer")
    part = max(start for start, _ in QUANTITY_BREAKS if start <= quantity)
    paid = dict(QUANTITY_BREAKS)[part] * Fraction(100 - CUSTOMER_DISCOUNTS[customer], 100)
    return list_price * paid


def net_of(line: Line, customer: str = "retail") -> Money:
    """A line's price without tax."""
    return unit_price(line.list_price, line.quantity, customer) * line.quantity


def quote(lines: list[Line], customer: str = "retail") -> Quote:
    """The whole order; tax is rounded once per rate, as the tax office does."""
    nets: dict[str, list[Money]] = {}
    for line in lines:
        if line.tax not in TAX_RATES:
            raise BadValueError(f"{line.tax!r} is no tax rate")
        nets.setdefault(line.tax, []).append(net_of(line, customer))
    taxes = [total(parts) * Fraction(TAX_RATES[rate], 100) for rate, parts in nets.items()]
    return Quote(total([total(parts) for parts in nets.values()]), total(taxes))
