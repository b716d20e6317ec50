from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.money import Money
from inventory.search import Index
from inventory.store import Product

NAMES = ("Green tea", "Black tea", "Tea pot", "Oat biscuits", "Crème brûlée", "Green pot of tea")


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(
        Product(stock_number.make("TEA", place), name, Money(1)) for place, name in enumerate(NAMES)
    )


def _names(index: Index, query: str, limit: int = 10) -> list[str]:
    return [NAMES[int(number[4:9])] for number in index.find(query, limit)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("biscuit", ["Oat biscuits"]),
        ("biscuits", ["Oat biscuits"]),
        ("BRULEE", ["Crème brûlée"]),
        ("brûlée", ["Crème brûlée"]),
        ("coffee", []),
        ("", []),
        ("green pot", ["Tea pot", "Green tea", "Green pot of tea"]),
        ("black", ["Black tea"]),
    ],
)
def test_queries(index: Index, query: str, found: list[str]) -> None:
    assert sorted(_names(index, query)) == sorted(found)


@pytest.mark.parametrize("limit", range(5))
def test_a_limit(index: Index, limit: int) -> None:
    assert len(index.find("tea", limit)) == min(limit, 4)


@pytest.mark.parametrize(
    ("query", "count"), [("tea*", 4), ("p*", 2), ("*", 6), ("x*", 0), ("bi* cr*", 2), ("GRE*", 2)]
)
def test_prefixes(index: Index, query: str, count: int) -> None:
    assert len(index.find(query)) == count


def test_an_empty_index_finds_nothing() -> None:
    assert Index([]).find("tea") == []


def test_its_length_is_the_number_of_products(index: Index) -> None:
    assert len(index) == len(NAMES)
