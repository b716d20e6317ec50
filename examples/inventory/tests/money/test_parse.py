from __future__ import annotations

import pytest
from inventory.errors import BadValueError
from inventory.money import Money


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        ("7", 700),
        ("0.5", 50),
        ("0.05", 5),
        ("12.34", 1234),
        ("-3", -300),
        ("-0.01", -1),
        ("1,000", 100_000),
        ("1,234,567.89", 123_456_789),
        (" 8.00 ", 800),
        ("007", 700),
        ("1000000", 100_000_000),
    ],
)
def test_amounts_are_read(text: str, cents: int) -> None:
    assert Money.parse(text) == Money(cents)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "1.234", "1,23", "1.2.3", "--1", "1-", "+1", "1e3", ".5", "5.", "1,0000", "£3"],
)
def test_what_is_no_amount_is_named(text: str) -> None:
    with pytest.raises(BadValueError) as caught:
        Money.parse(text)
    assert str(caught.value) == f"{text!r} is no amount"
