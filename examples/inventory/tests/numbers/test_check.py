from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.errors import BadValueError

GOOD = stock_number.make("TEA", 412)


@pytest.mark.parametrize("text", [GOOD, GOOD.lower(), f"  {GOOD}\n", GOOD.title()])
def test_the_normal_form(text: str) -> None:
    assert stock_number.check(text) == GOOD


@pytest.mark.parametrize(
    "text", ["", "TEA", "TEA-412-1", "TEA 00412 1", "TEAS-00412-1", "TEA-00412", "TEA-0041a-1"]
)
def test_other_shapes(text: str) -> None:
    with pytest.raises(BadValueError, match="is no stock number"):
        stock_number.check(text)


@pytest.mark.parametrize("step", range(1, 10))
def test_a_wrong_check_digit_is_told_with_the_right_one(step: int) -> None:
    right = int(GOOD[-1])
    with pytest.raises(BadValueError, match=f"would be {right}$"):
        stock_number.check(f"{GOOD[:-1]}{(right + step) % 10}")
