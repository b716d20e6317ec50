"""Reports as text."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.money import Money, total
from inventory.orders import Receipt
from inventory.store import Store


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns under a heading; the first is set left, the others right."""
    cells = [[str(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *others]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def value_of_stock(store: Store) -> Money:
    """All that is in stock, at list prices."""
    levels = store.levels()
    return total([product.price * levels[product.number] for product in store.products()])


def stock_report(store: Store) -> str:
    """Every product with its stock and value."""
    levels = store.levels()
    rows = [
        (one.number, one.name, levels[one.number], one.price * levels[one.number])
        for one in store.products()
    ]
    lines = table(("number", "name", "stock", "value"), rows)
    return f"{lines}total {value_of_stock(store)}\n"


def movement_report(store: Store, number: str) -> str:
    """A product's history with its running level."""
    level, rows = 0, []
    for movement in store.movements(number):
        level += movement.quantity
        rows.append((movement.reason, f"{movement.quantity:+}", level))
    return table(("reason", "change", "level"), rows)


def receipt_text(receipt: Receipt) -> str:
    """What the customer gets."""
    rows = [(line.stock_number, line.quantity, line.list_price) for line in receipt.lines]
    quote = receipt.quote
    return (
        table(("number", "quantity", "list price"), rows)
        + f"net {quote.net}, tax {quote.tax}, gross {quote.gross}\n"
    )
