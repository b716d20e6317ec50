"""Products from a supplier's CSV file."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable
from pathlib import Path

from inventory import stock_number
from inventory.errors import BadValueError, InventoryError
from inventory.money import Money
from inventory.pricing import TAX_RATES
from inventory.store import Product, Store

REQUIRED = ("number", "name", "price")


@dataclasses.dataclass(frozen=True)
class Result:
    """What an import found: products, and one line for each bad row."""

    products: list[Product]
    problems: list[str]


def parse(lines: Iterable[str]) -> Result:
    """Read a CSV text with a heading line; bad rows are told, not raised."""
    reader = csv.DictReader(lines)
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise BadValueError(f"the heading line lacks {', '.join(missing)}")
    found: dict[str, Product] = {}
    problems = []
    for row in reader:
        product = _product_or_problem(row)
        if isinstance(product, Product) and product.number in found:
            product = f"{product.number} is there twice"
        if isinstance(product, Product):
            found[product.number] = product
        else:
            problems.append(f"line {reader.line_num}: {product}")
    return Result(list(found.values()), problems)


def _product_or_problem(row: dict[str, str | None]) -> Product | str:
    try:
        return _product(row)
    except InventoryError as error:
        return str(error)


def _product(row: dict[str, str | None]) -> Product:
    values = {name: (row.get(name) or "").strip() for name in (*REQUIRED, "tax", "reorder_at")}
    if not values["name"]:
        raise BadValueError("the product has no name")
    tax = values["tax"] or "standard"
    if tax not in TAX_RATES:
        raise BadValueError(f"{tax!r} is no tax rate")
    level = values["reorder_at"] or "0"
    if not level.isdecimal():
        raise BadValueError(f"{level!r} is no reorder level")
    price = Money.parse(values["price"])
    if price.cents < 0:
        raise BadValueError(f"price {price} is below 0")
    return Product(stock_number.check(values["number"]), values["name"], price, tax, int(level))


def load(store: Store, path: Path) -> Result:
    """Import a file's good rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        result = parse(file)
    store.add_all(result.products)
    return result
