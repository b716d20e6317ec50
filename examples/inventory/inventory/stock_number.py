"""Stock numbers: three letters, five digits and a check digit, as ``TEA-00412-7``."""

from __future__ import annotations

import re

from inventory.errors import BadValueError

SHAPE = re.compile(r"([A-Z]{3})-(\d{5})-(\d)")


def check_digit(group: str, number: int) -> int:
    """Luhn's digit over the letters' places in the alphabet and the digits."""
    text = "".join(str(ord(letter) - ord("A") + 10) for letter in group) + f"{number:05}"
    digits = [int(digit) for digit in reversed(text)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[::2]]
    return -(sum(doubled) + sum(digits[1::2])) % 10


def make(group: str, number: int) -> str:
    """The stock number of a group's ``number``-th product."""
    if not re.fullmatch("[A-Z]{3}", group):
        raise BadValueError(f"{group!r} is no product group: it takes three capital letters")
    if not 0 <= number <= 99_999:
        raise BadValueError(f"{number} is no product number: it takes 0 to 99999")
    return f"{group}-{number:05}-{check_digit(group, number)}"


def check(text: str) -> str:
    """The stock number in its normal form, or BadValueError."""
    normal = text.strip().upper()
    match = SHAPE.fullmatch(normal)
    if match is None:
        raise BadValueError(f"{text!r} is no stock number")
    group, number, digit = match[1], int(match[2]), int(match[3])
    expected = check_digit(group, number)
    if digit != expected:
        raise BadValueError(f"{text!r} is mistyped: its check digit would be {expected}")
    return normal
