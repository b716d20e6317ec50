from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.money import Money
from inventory.search import Index
from inventory.store import Product


def _rank(names: list[str], query: str) -> list[str]:
    index = Index(
        Product(stock_number.make("AAA", place), name, Money(1)) for place, name in enumerate(names)
    )
    return [names[int(number[4:9])] for number in index.find(query)]


@pytest.mark.parametrize(
    ("names", "query", "first"),
    [
        (["tea pot", "tea"], "tea", "tea"),
        (["green tea", "tea tea pot"], "tea", "tea tea pot"),
        (["green tea", "black tea", "green pot"], "green pot", "green pot"),
        (["a b c d tea", "tea b"], "tea", "tea b"),
    ],
)
def test_the_best_match_comes_first(names: list[str], query: str, first: str) -> None:
    assert _rank(names, query)[0] == first


@pytest.mark.parametrize("count", [2, 5, 9])
def test_equal_matches_come_by_number(count: int) -> None:
    names = [f"tea {letter}" for letter in "abcdefghi"[:count]]
    assert _rank(names, "tea") == names


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    names = ["tea green", "tea black", "tea red", "pot green"]
    assert _rank(names, "tea pot")[0] == "pot green"
