"""CSV texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from inventory.store import Product

HEADING = "number,name,price,tax,reorder_at"


def csv_of(products: Sequence[Product]) -> str:
    """A supplier's file with these products."""
    rows = [
        f'{one.number},"{one.name}",{one.price.cents / 100:.2f},{one.tax},{one.reorder_at}'
        for one in products
    ]
    return "\n".join([HEADING, *rows, ""])


@pytest.fixture(scope="module")
def supplier(catalogue: list[Product]) -> list[str]:
    """The lines of a good file."""
    return csv_of(catalogue).splitlines(keepends=True)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a text to a file."""

    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "supplier.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write


@pytest.fixture(scope="session")
def big_file(tmp_path_factory: pytest.TempPathFactory, big_catalogue: list[Product]) -> Path:
    """Fifteen hundred products on disk."""
    path = tmp_path_factory.mktemp("supplier") / "big.csv"
    path.write_text(csv_of(big_catalogue), encoding="utf-8")
    return path
