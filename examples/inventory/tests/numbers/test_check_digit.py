from __future__ import annotations

import pytest
from inventory.stock_number import check_digit


@pytest.mark.parametrize("group", ["AAA", "TEA", "BIS", "ZZZ"])
@pytest.mark.parametrize("number", [0, 1, 9, 10, 412, 99_999])
def test_it_is_one_digit(group: str, number: int) -> None:
    assert check_digit(group, number) in range(10)


@pytest.mark.parametrize("number", range(0, 1000, 111))
def test_each_change_of_one_digit_changes_it(number: int) -> None:
    original = check_digit("TEA", number)
    for place in range(5):
        digits = f"{number:05}"
        for digit in set("0123456789") - {digits[place]}:
            changed = int(digits[:place] + digit + digits[place + 1 :])
            assert check_digit("TEA", changed) != original


def test_it_is_spread_evenly() -> None:
    digits = [check_digit("TEA", number) for number in range(5000)]
    assert {digits.count(digit) for digit in range(10)} == {500}
