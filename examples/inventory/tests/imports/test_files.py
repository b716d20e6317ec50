from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inventory.csv_import import load
from inventory.errors import BadValueError, InventoryError
from inventory.store import Product, Store


def test_products_reach_the_store(
    empty: Store, file: Callable[..., Path], supplier: list[str], catalogue: list[Product]
) -> None:
    load(empty, file("".join(supplier)))
    assert empty.products() == catalogue


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_encodings(
    empty: Store, file: Callable[..., Path], supplier: list[str], encoding: str
) -> None:
    assert load(empty, file("".join(supplier), encoding)).problems == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends(
    empty: Store, file: Callable[..., Path], supplier: list[str], newline: str
) -> None:
    path = file("")
    path.write_bytes("".join(supplier).replace("\n", newline).encode())
    assert len(load(empty, path).products) == len(supplier) - 1


def test_a_second_import_of_the_same_file_changes_nothing(
    empty: Store, file: Callable[..., Path], supplier: list[str]
) -> None:
    path = file("".join(supplier))
    load(empty, path)
    with pytest.raises(InventoryError, match="cannot be added"):
        load(empty, path)
    assert len(empty.products()) == len(supplier) - 1


def test_a_file_that_is_no_csv(empty: Store, file: Callable[..., Path]) -> None:
    with pytest.raises(BadValueError, match="the heading line lacks"):
        load(empty, file("Dear customer,\nplease find enclosed"))


def test_a_file_that_is_not_there(empty: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(empty, tmp_path / "nothing.csv")
