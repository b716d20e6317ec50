from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from inventory.csv_import import load, parse
from inventory.store import Product, Store

pytestmark = pytest.mark.bulk


def test_a_big_file(empty: Store, big_file: Path, big_catalogue: list[Product]) -> None:
    result = load(empty, big_file)
    assert (len(result.products), result.problems) == (len(big_catalogue), [])


def test_a_big_file_into_a_store_on_disk(
    tmp_path: Path, big_file: Path, big_catalogue: list[Product]
) -> None:
    with closing(Store(tmp_path / "big.db")) as store:
        load(store, big_file)
        assert store.products() == sorted(big_catalogue, key=lambda one: one.number)


@pytest.mark.parametrize("every", [2, 3, 5, 10])
def test_many_bad_rows(big_file: Path, every: int) -> None:
    lines = big_file.read_text(encoding="utf-8").splitlines()
    for place in range(1, len(lines), every):
        lines[place] = lines[place].replace("-", "/", 1)
    result = parse(lines)
    assert len(result.problems) == len(range(1, len(lines), every))
    assert len(result.products) + len(result.problems) == len(lines) - 1


@pytest.mark.parametrize("times", [2, 3])
def test_a_file_that_repeats_itself(big_file: Path, times: int) -> None:
    heading, *rows = big_file.read_text(encoding="utf-8").splitlines()
    result = parse([heading, *rows * times])
    assert len(result.products) == len(rows)
    assert len(result.problems) == len(rows) * (times - 1)
