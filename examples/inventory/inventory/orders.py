"""Orders: check, price and ship what a customer wants."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

from inventory.errors import BadValueError, OutOfStockError
from inventory.pricing import Line, Quote, quote
from inventory.store import Store


@dataclasses.dataclass(frozen=True)
class Receipt:
    """A shipped order."""

    customer: str
    lines: list[Line]
    quote: Quote


def merge(wanted: Iterable[tuple[str, int]]) -> dict[str, int]:
    """One entry per product, in the order of first mention."""
    merged: Counter[str] = Counter()
    for number, quantity in wanted:
        if quantity < 1:
            raise BadValueError(f"quantity {quantity} is not above 0")
        merged[number] += quantity
    return dict(merged)


def lines_of(store: Store, wanted: dict[str, int]) -> list[Line]:
    """The order's lines at today's prices."""
    products = [(store.product(number), quantity) for number, quantity in wanted.items()]
    return [Line(one.number, quantity, one.price, one.tax) for one, quantity in products]


def shortages(store: Store, wanted: dict[str, int]) -> dict[str, int]:
    """How many are missing, for each product of which there are too few."""
    lacking = {number: quantity - store.stock(number) for number, quantity in wanted.items()}
    return {number: missing for number, missing in lacking.items() if missing > 0}


def place(store: Store, wanted: Iterable[tuple[str, int]], customer: str = "retail") -> Receipt:
    """Ship an order, all of it or nothing."""
    merged = merge(wanted)
    if not merged:
        raise BadValueError("the order is empty")
    with store.transaction():
        lines = lines_of(store, merged)
        missing = shortages(store, merged)
        if missing:
            listed = ", ".join(f"{count} of {number}" for number, count in missing.items())
            raise OutOfStockError(f"the order lacks {listed}")
        priced = quote(lines, customer)
        for line in lines:
            store.ship(line.stock_number, line.quantity, f"order of {customer}")
    return Receipt(customer, lines, priced)
