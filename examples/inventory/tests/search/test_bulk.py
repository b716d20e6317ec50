from __future__ import annotations

import pytest
from inventory.search import Index, words
from inventory.store import Product

pytestmark = pytest.mark.bulk


@pytest.fixture(scope="module")
def big(big_catalogue: list[Product]) -> Index:
    return Index(big_catalogue)


@pytest.mark.parametrize("query", ["tea", "green tea", "br*", "box of 12", "1* 2*", "no. 7*"])
def test_the_index_finds_what_a_plain_search_finds(
    big: Index, big_catalogue: list[Product], query: str
) -> None:
    starts = tuple(part[:-1] for part in query.split() if part.endswith("*"))
    whole = {word for part in query.split() if not part.endswith("*") for word in words(part)}
    expected = {
        one.number
        for one in big_catalogue
        if any(word in whole or (starts and word.startswith(starts)) for word in words(one.name))
    }
    assert set(big.find(query, limit=10_000)) == expected


@pytest.mark.parametrize("count", [300, 600, 900, 1200, 1500])
def test_an_index_over_many_products(big_catalogue: list[Product], count: int) -> None:
    index = Index(big_catalogue[:count])
    assert len(index.find("tea bread salt biscuit brulee", limit=10_000)) == count


@pytest.mark.parametrize("place", range(0, 1500, 150))
def test_a_product_is_found_by_its_own_name(
    big: Index, big_catalogue: list[Product], place: int
) -> None:
    product = big_catalogue[place]
    assert product.number in big.find(product.name, limit=3)
