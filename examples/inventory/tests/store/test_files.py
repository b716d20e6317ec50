"""Warehouses on disk: what was said to be done is still there afterwards."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from inventory.errors import OutOfStockError
from inventory.store import Product, Store

pytestmark = pytest.mark.bulk


@pytest.mark.parametrize("count", [1, 10, 40])
def test_a_closed_store_keeps_its_products(
    tmp_path: Path, catalogue: list[Product], count: int
) -> None:
    with closing(Store(tmp_path / "a.db")) as store:
        store.add_all(catalogue[:count])
    with closing(Store(tmp_path / "a.db")) as store:
        assert store.products() == catalogue[:count]


@pytest.mark.parametrize("place", range(0, 40, 5))
def test_each_movement_is_written_at_once(
    warehouse: Store, catalogue: list[Product], tmp_path: Path, place: int
) -> None:
    number = catalogue[place].number
    for _ in range(2):
        warehouse.receive(number, 1)
    with closing(Store(tmp_path / "warehouse.db")) as other:
        assert other.stock(number) == warehouse.stock(number)


def _receive_all_and_ship_too_many(store: Store, catalogue: list[Product]) -> None:
    with store.transaction():
        for product in catalogue:
            store.receive(product.number, 1)
        store.ship(catalogue[0].number, 10_000)


@pytest.mark.parametrize("times", [5, 10])
def test_a_failed_transaction_leaves_the_file_as_it_was(
    warehouse: Store, catalogue: list[Product], tmp_path: Path, times: int
) -> None:
    before = warehouse.levels()
    for _ in range(times):
        with pytest.raises(OutOfStockError):
            _receive_all_and_ship_too_many(warehouse, catalogue)
    with closing(Store(tmp_path / "warehouse.db")) as other:
        assert other.levels() == before


def test_two_tests_do_not_share_a_file(warehouse: Store, archive: Store) -> None:
    warehouse.receive(warehouse.products()[0].number, 1000)
    assert warehouse.levels() != archive.levels()
