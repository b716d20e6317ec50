from __future__ import annotations

from fractions import Fraction

import pytest
from inventory.money import Money, total


class TestSums:
    @pytest.mark.parametrize(("a", "b", "c"), [(1, 2, 3), (0, 0, 0), (-5, 5, 0), (250, -300, -50)])
    def test_addition(self, a: int, b: int, c: int) -> None:
        assert Money(a) + Money(b) == Money(c)

    @pytest.mark.parametrize(
        ("a", "b", "c"), [(1, 2, -1), (0, 0, 0), (-5, 5, -10), (250, -300, 550)]
    )
    def test_subtraction(self, a: int, b: int, c: int) -> None:
        assert Money(a) - Money(b) == Money(c)

    @pytest.mark.parametrize("cents", [0, 1, -1, 12_345])
    def test_negation_is_its_own_inverse(self, cents: int) -> None:
        negated = -Money(cents)
        assert -negated == Money(cents)

    def test_total_of_nothing_is_zero(self) -> None:
        assert total([]) == Money(0)

    @pytest.mark.parametrize("count", [1, 2, 10, 1000])
    def test_total_of_equal_amounts_is_a_product(self, count: int) -> None:
        assert total([Money(33)] * count) == Money(33) * count


class TestProducts:
    @pytest.mark.parametrize(("cents", "factor", "result"), [(5, 3, 15), (7, 0, 0), (10, -2, -20)])
    def test_with_whole_numbers(self, cents: int, factor: int, result: int) -> None:
        assert Money(cents) * factor == Money(result)

    @pytest.mark.parametrize(
        ("cents", "factor", "result"),
        [
            (100, Fraction(1, 3), 33),
            (100, Fraction(2, 3), 67),
            (5, Fraction(1, 2), 2),
            (15, Fraction(1, 2), 8),
            (25, Fraction(1, 10), 2),
            (35, Fraction(1, 10), 4),
            (-5, Fraction(1, 2), -2),
        ],
    )
    def test_halves_are_rounded_to_even(self, cents: int, factor: Fraction, result: int) -> None:
        assert Money(cents) * factor == Money(result)

    @pytest.mark.parametrize("percent", range(0, 101, 10))
    def test_a_percentage_and_the_rest_make_the_whole(self, percent: int) -> None:
        whole = Money(12_000)
        parts = whole * Fraction(percent, 100), whole * Fraction(100 - percent, 100)
        assert total(list(parts)) == whole
