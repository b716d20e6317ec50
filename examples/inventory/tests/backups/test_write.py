from __future__ import annotations

import json
from pathlib import Path

import pytest
from inventory import backup
from inventory.errors import BadValueError
from inventory.store import Product, Store


@pytest.mark.parametrize("products", [0, 1, 10, 40])
def test_what_is_written_is_read(
    empty: Store, catalogue: list[Product], tmp_path: Path, products: int
) -> None:
    empty.add_all(catalogue[:products])
    backup.write(empty, tmp_path / "b.json", "secret")
    assert len(backup.read(tmp_path / "b.json", "secret")["products"]) == products


def test_two_backups_have_different_salts(shop: Store, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        backup.write(shop, tmp_path / name, "secret")
    salts = {json.loads(path.read_text())["salt"] for path in tmp_path.glob("?.json")}
    assert len(salts) == 2


def test_a_backup_is_replaced_whole(shop: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    for _ in range(3):
        backup.write(shop, path, "secret")
    assert [found.name for found in tmp_path.iterdir()] == ["b.json"]


def test_a_backup_that_fails_leaves_the_old_one(shop: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    backup.write(shop, path, "secret")
    before = path.read_bytes()
    with pytest.raises(BadValueError):
        backup.write(shop, path, "")
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", range(8))
def test_every_movement_is_in_it(
    shop: Store, catalogue: list[Product], tmp_path: Path, place: int
) -> None:
    shop.ship(catalogue[place].number, 1, "last one")
    backup.write(shop, tmp_path / "b.json", "secret")
    read = backup.read(tmp_path / "b.json", "secret")
    assert read["movements"][-1] == [catalogue[place].number, -1, "last one"]
