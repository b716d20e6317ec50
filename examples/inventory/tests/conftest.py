"""What all tests share: a catalogue, warehouses, and the command line."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from inventory import cli, stock_number
from inventory.money import Money
from inventory.store import Product, Store

KINDS = ("Green tea", "Black tea", "Crème brûlée", "Oat biscuits", "Rye bread", "Sea salt")
SIZES = ("100 g", "250 g", "1 kg", "box of 12", "pallet")
TAXES = ("standard", "reduced", "zero")

Cli = Callable[..., tuple[int, str, str]]


def make_product(number: int, group: str = "TEA", **changes: object) -> Product:
    """A product; equal arguments give equal products."""
    fields = {
        "number": stock_number.make(group, number),
        "name": f"{KINDS[number % len(KINDS)]} {SIZES[number % len(SIZES)]} no. {number}",
        "price": Money(99 + 37 * number % 5000),
        "tax": TAXES[number % len(TAXES)],
        "reorder_at": number % 7,
    }
    return Product(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def catalogue() -> list[Product]:
    """Forty products."""
    return [make_product(number) for number in range(40)]


@pytest.fixture(scope="session")
def big_catalogue() -> list[Product]:
    """Fifteen hundred products in five groups."""
    groups = ("TEA", "BIS", "BRE", "SAL", "SWE")
    return [make_product(number, groups[number % len(groups)]) for number in range(1500)]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Path:
    """A warehouse on disk that tests copy: forty products, a few hundred movements."""
    path = tmp_path_factory.mktemp("template") / "warehouse.db"
    chance = random.Random(42)
    with closing(Store(path)) as store, store.transaction():
        store.add_all(catalogue)
        for product in catalogue:
            store.receive(product.number, 50, "opening stock")
            for _ in range(chance.randint(1, 9)):
                store.ship(product.number, chance.randint(1, 5))
    return path


@pytest.fixture
def warehouse(template: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the template that the test may change."""
    path = tmp_path / "warehouse.db"
    shutil.copyfile(template, path)
    with closing(Store(path)) as store:
        yield store


@pytest.fixture
def empty() -> Iterator[Store]:
    """A warehouse in memory without anything in it."""
    with closing(Store()) as store:
        yield store


@pytest.fixture
def shop(empty: Store, catalogue: list[Product]) -> Store:
    """A warehouse in memory with ten products and twenty of each."""
    for product in catalogue[:10]:
        empty.add(product)
        empty.receive(product.number, 20, "opening stock")
    return empty


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line in an own directory; exit code, output, errors."""

    def command(*arguments: object) -> tuple[int, str, str]:
        file = tmp_path / "shop.db"
        code = cli.main(["--store", str(file), *(str(argument) for argument in arguments)])
        output, errors = capsys.readouterr()
        return code, output, errors

    return command


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Path:
    """A warehouse on disk that tests copy: ten products and twenty of each."""
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    with closing(Store(path)) as store, store.transaction():
        for product in catalogue[:10]:
            store.add(product)
            store.receive(product.number, 20, "opening stock")
    return path


@pytest.fixture
def stocked(run: Cli, shop_file: Path, tmp_path: Path) -> Cli:
    """The command line over a copy of the shop."""
    shutil.copyfile(shop_file, tmp_path / "shop.db")
    return run
