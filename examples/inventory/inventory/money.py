"""Amounts of money in whole cents."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction

from inventory.errors import BadValueError

AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")


@dataclasses.dataclass(frozen=True, order=True)
class Money:
    """An amount; arithmetic is exact and rounds half to even."""

    cents: int = 0

    @classmethod
    def parse(cls, text: str) -> Money:
        """``1,234.5`` is 1234 and a half."""
        match = AMOUNT.fullmatch(text.strip())
        if match is None:
            raise BadValueError(f"{text!r} is no amount")
        sign, whole, part = match.groups()
        cents = int(whole.replace(",", "")) * 100 + int((part or "0").ljust(2, "0"))
        return cls(-cents if sign else cents)

    def __str__(self) -> str:
        whole, part = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{whole:,}.{part:02}"

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __mul__(self, factor: int | Fraction) -> Money:
        return Money(round(self.cents * Fraction(factor)))

    def split(self, shares: list[int]) -> list[Money]:
        """Divide by shares, losing no cent: the first ones get what is left over."""
        total = sum(shares)
        if total <= 0 or min(shares) < 0:
            raise BadValueError(f"shares {shares} cannot be divided by")
        parts = [abs(self.cents) * share // total for share in shares]
        rest = abs(self.cents) - sum(parts)
        takers = [index for index, share in enumerate(shares) if share]
        for index in takers[:rest]:
            parts[index] += 1
        sign = -1 if self.cents < 0 else 1
        return [Money(sign * part) for part in parts]


def total(amounts: list[Money]) -> Money:
    """The sum of amounts; of none, zero."""
    return Money(sum(amount.cents for amount in amounts))
