from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from inventory import backup
from inventory.errors import BadValueError
from inventory.store import Product, Store

PASSPHRASE = "correct horse"


def test_everything_comes_back(empty: Store, sealed: Path, template: Path) -> None:
    backup.restore(empty, sealed, PASSPHRASE)
    with closing(Store(template)) as original:
        assert backup.contents(empty) == backup.contents(original)


def test_not_into_a_store_in_use(shop: Store, sealed: Path) -> None:
    with pytest.raises(BadValueError, match="the store is not empty"):
        backup.restore(shop, sealed, PASSPHRASE)


@pytest.mark.parametrize("shipped", range(0, 20, 4))
def test_a_round(shop: Store, catalogue: list[Product], tmp_path: Path, shipped: int) -> None:
    for product in catalogue[:10]:
        if shipped:
            shop.ship(product.number, shipped)
    backup.write(shop, tmp_path / "b.json", "secret")
    with closing(Store(tmp_path / "restored.db")) as restored:
        backup.restore(restored, tmp_path / "b.json", "secret")
        assert restored.levels() == shop.levels()


@pytest.mark.parametrize("times", [2])
def test_rounds_of_rounds(shop: Store, tmp_path: Path, times: int) -> None:
    expected = backup.contents(shop)
    current = shop
    with ExitStack() as opened:
        for turn in range(times):
            backup.write(current, tmp_path / "b.json", "secret")
            current = opened.enter_context(closing(Store(tmp_path / f"{turn}.db")))
            backup.restore(current, tmp_path / "b.json", "secret")
        assert backup.contents(current) == expected
