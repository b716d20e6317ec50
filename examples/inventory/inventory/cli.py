"""The command ``inventory``."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from inventory import backup, csv_import, orders, reports
from inventory.errors import InventoryError
from inventory.search import Index
from inventory.store import Store


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="inventory", description="Keep a small warehouse.")
    top.add_argument("--store", default="inventory.db", metavar="FILE")
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("import").add_argument("file", type=Path)
    for name in ("receive", "ship"):
        command = commands.add_parser(name)
        command.add_argument("number")
        command.add_argument("quantity", type=int)
    commands.add_parser("stock")
    commands.add_parser("reorder")
    commands.add_parser("history").add_argument("number")
    commands.add_parser("find").add_argument("words", nargs="+")
    order = commands.add_parser("order")
    order.add_argument("--customer", default="retail")
    order.add_argument("lines", nargs="+", metavar="NUMBER=QUANTITY")
    for name in ("backup", "restore"):
        command = commands.add_parser(name)
        command.add_argument("file", type=Path)
        command.add_argument("--passphrase", required=True)
    return top


def _import(store: Store, given: argparse.Namespace) -> str:
    result = csv_import.load(store, given.file)
    told = "".join(f"{problem}\n" for problem in result.problems)
    return f"{told}{len(result.products)} imported, {len(result.problems)} refused\n"


def _receive(store: Store, given: argparse.Namespace) -> str:
    store.receive(given.number, given.quantity)
    return ""


def _ship(store: Store, given: argparse.Namespace) -> str:
    store.ship(given.number, given.quantity)
    return ""


def _stock(store: Store, _: argparse.Namespace) -> str:
    return reports.stock_report(store)


def _reorder(store: Store, _: argparse.Namespace) -> str:
    return "".join(f"{one.number}  {one.name}\n" for one in store.to_reorder())


def _history(store: Store, given: argparse.Namespace) -> str:
    return reports.movement_report(store, store.product(given.number).number)


def _find(store: Store, given: argparse.Namespace) -> str:
    found = Index(store.products()).find(" ".join(given.words))
    return "".join(f"{number}  {store.product(number).name}\n" for number in found)


def _order(store: Store, given: argparse.Namespace) -> str:
    wanted = [_line(text) for text in given.lines]
    return reports.receipt_text(orders.place(store, wanted, given.customer))


def _backup(store: Store, given: argparse.Namespace) -> str:
    backup.write(store, given.file, given.passphrase)
    return ""


def _restore(store: Store, given: argparse.Namespace) -> str:
    backup.restore(store, given.file, given.passphrase)
    return ""


COMMANDS = {
    "import": _import,
    "receive": _receive,
    "ship": _ship,
    "stock": _stock,
    "reorder": _reorder,
    "history": _history,
    "find": _find,
    "order": _order,
    "backup": _backup,
    "restore": _restore,
}


def _line(text: str) -> tuple[str, int]:
    number, _, quantity = text.partition("=")
    if quantity and not quantity.isdecimal():
        raise InventoryError(f"{text!r} is no NUMBER=QUANTITY")
    return number, int(quantity or 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = parser().parse_args(arguments)
    try:
        with contextlib.closing(Store(given.store)) as store:
            sys.stdout.write(COMMANDS[given.command](store, given))
    except (InventoryError, OSError) as error:
        sys.stderr.write(f"inventory: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
