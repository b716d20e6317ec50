from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from inventory.store import Product, Store

pytestmark = pytest.mark.bulk


@pytest.mark.parametrize("count", [500, 1000, 1500])
def test_a_big_catalogue(tmp_path: Path, big_catalogue: list[Product], count: int) -> None:
    with closing(Store(tmp_path / "big.db")) as store:
        assert store.add_all(big_catalogue[:count]) == count
        assert len(store.levels()) == count


@pytest.mark.parametrize("places", range(8))
def test_thousands_of_movements(empty: Store, big_catalogue: list[Product], places: int) -> None:
    chosen = big_catalogue[places * 100 : places * 100 + 20]
    empty.add_all(chosen)
    with empty.transaction():
        for round_ in range(40):
            for product in chosen:
                empty.receive(product.number, 2)
                empty.ship(product.number, 1, f"round {round_}")
    assert set(empty.levels().values()) == {40}


@pytest.mark.parametrize("share", [2, 3, 5, 7])
def test_reordering_in_a_big_catalogue(
    empty: Store, big_catalogue: list[Product], share: int
) -> None:
    empty.add_all(big_catalogue)
    with empty.transaction():
        for place, product in enumerate(big_catalogue):
            if place % share:
                empty.receive(product.number, 100)
    assert len(empty.to_reorder()) == len(big_catalogue[::share])
