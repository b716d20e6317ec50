"""The warehouse's data: products and stock movements, in SQLite."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory import stock_number
from inventory.errors import BadValueError, InventoryError, OutOfStockError, UnknownProductError
from inventory.money import Money

SCHEMA = """
create table if not exists product (
    number text primary key, name text not null, cents integer not null check (cents >= 0),
    tax text not null, reorder_at integer not null default 0
) without rowid;
create table if not exists movement (
    id integer primary key, number text not null references product, quantity integer not null,
    reason text not null
);
create index if not exists movement_number on movement (number);
"""


@dataclasses.dataclass(frozen=True)
class Product:
    """One product of the catalogue."""

    number: str
    name: str
    price: Money
    tax: str = "standard"
    reorder_at: int = 0


@dataclasses.dataclass(frozen=True)
class Movement:
    """Goods that came (a quantity above 0) or went."""

    number: str
    quantity: int
    reason: str


class Store:
    """An open warehouse."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma foreign_keys = on")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; may be nested."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def add(self, product: Product) -> None:
        """Put a product into the catalogue."""
        number = stock_number.check(product.number)
        values = (number, product.name, product.price.cents, product.tax, product.reorder_at)
        try:
            self._db.execute("insert into product values (?, ?, ?, ?, ?)", values)
        except sqlite3.IntegrityError as error:
            raise InventoryError(f"{number} cannot be added: {error}") from error

    def add_all(self, products: Iterable[Product]) -> int:
        """Add many, or none; how many."""
        with self.transaction():
            return sum(self.add(product) is None for product in products)

    def product(self, number: str) -> Product:
        row = self._db.execute("select * from product where number = ?", (number,)).fetchone()
        if row is None:
            raise UnknownProductError(f"{number} is not in the catalogue")
        return Product(row[0], row[1], Money(row[2]), row[3], row[4])

    def products(self) -> list[Product]:
        """The catalogue, by stock number."""
        rows = self._db.execute("select * from product order by number")
        return [Product(row[0], row[1], Money(row[2]), row[3], row[4]) for row in rows]

    def reprice(self, number: str, price: Money) -> None:
        self.product(number)
        self._db.execute("update product set cents = ? where number = ?", (price.cents, number))

    def receive(self, number: str, quantity: int, reason: str = "delivery") -> None:
        """Goods come in."""
        if quantity < 1:
            raise BadValueError(f"quantity {quantity} is not above 0")
        self._move(self.product(number).number, quantity, reason)

    def ship(self, number: str, quantity: int, reason: str = "order") -> None:
        """Goods go out."""
        if quantity < 1:
            raise BadValueError(f"quantity {quantity} is not above 0")
        with self.transaction():
            there = self.stock(self.product(number).number)
            if quantity > there:
                raise OutOfStockError(f"{number}: {quantity} asked for, {there} in stock")
            self._move(number, -quantity, reason)

    def _move(self, number: str, quantity: int, reason: str) -> None:
        values = (number, quantity, reason)
        self._db.execute("insert into movement (number, quantity, reason) values (?, ?, ?)", values)

    def stock(self, number: str) -> int:
        query = "select coalesce(sum(quantity), 0) from movement where number = ?"
        return int(self._db.execute(query, (self.product(number).number,)).fetchone()[0])

    def levels(self) -> dict[str, int]:
        """The stock of every product."""
        rows = self._db.execute(
            "select number, coalesce(sum(quantity), 0) from product left join movement "
            "using (number) group by number order by number"
        )
        return dict(rows.fetchall())

    def movements(self, number: str | None = None) -> list[Movement]:
        """What came and went, in order."""
        query = "select number, quantity, reason from movement where ? in ('', number) order by id"
        return [Movement(*row) for row in self._db.execute(query, (number or "",))]

    def to_reorder(self) -> list[Product]:
        """Products whose stock is at or below their reorder level."""
        levels = self.levels()
        return [one for one in self.products() if levels[one.number] <= one.reorder_at]
