from __future__ import annotations

import itertools

import pytest
from inventory import stock_number
from inventory.errors import BadValueError


def _is_right(text: str) -> bool:
    try:
        stock_number.check(text)
    except BadValueError:
        return False
    return True


@pytest.mark.parametrize("number", [12, 345, 6_789, 41_052, 90_817])
def test_a_wrong_digit_is_found(number: int) -> None:
    text = stock_number.make("TEA", number)
    for place in range(4, 9):
        for digit in set("0123456789") - {text[place]}:
            assert not _is_right(text[:place] + digit + text[place + 1 :])


@pytest.mark.parametrize("number", [12_345, 54_321, 13_579, 24_680, 86_420])
def test_two_neighbours_swapped_are_found(number: int) -> None:
    text = stock_number.make("BIS", number)
    for place in range(4, 8):
        a, b = text[place], text[place + 1]
        if {a, b} not in ({"0", "9"}, {a}):
            assert not _is_right(text[:place] + b + a + text[place + 2 :])


@pytest.mark.bulk
@pytest.mark.parametrize("group", ["".join(part) for part in itertools.product("AKZ", repeat=2)])
def test_all_numbers_of_a_group_survive_a_round(group: str) -> None:
    for number in range(0, 100_000, 41):
        text = stock_number.make(f"{group}X", number)
        assert stock_number.check(text.lower()) == text
