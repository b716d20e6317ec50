from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.errors import BadValueError


@pytest.mark.parametrize("group", ["TEA", "BIS", "BRE", "SAL"])
@pytest.mark.parametrize("number", [0, 7, 42, 99_999])
def test_what_is_made_is_right(group: str, number: int) -> None:
    text = stock_number.make(group, number)
    assert stock_number.check(text) == text
    assert text.startswith(f"{group}-{number:05}-")


@pytest.mark.parametrize("group", ["", "AB", "TEAS", "tea", "T3A", "ÄÄÄ"])
def test_bad_groups(group: str) -> None:
    with pytest.raises(BadValueError, match="is no product group"):
        stock_number.make(group, 1)


@pytest.mark.parametrize("number", [-1, 100_000, 10**9])
def test_bad_numbers(number: int) -> None:
    with pytest.raises(BadValueError, match="is no product number"):
        stock_number.make("TEA", number)


def test_no_two_products_share_a_number() -> None:
    made = {stock_number.make("TEA", number) for number in range(3000)}
    assert len(made) == 3000
