"""The tables themselves: nobody may break their order by an edit."""

from __future__ import annotations

import pytest
from inventory.pricing import CUSTOMER_DISCOUNTS, QUANTITY_BREAKS, TAX_RATES


def test_breaks_begin_at_one() -> None:
    assert QUANTITY_BREAKS[0] == (1, 1)


def test_breaks_rise_and_prices_fall() -> None:
    starts, parts = zip(*QUANTITY_BREAKS, strict=True)
    assert list(starts) == sorted(starts)
    assert list(parts) == sorted(parts, reverse=True)


@pytest.mark.parametrize("customer", CUSTOMER_DISCOUNTS)
def test_discounts_are_percentages(customer: str) -> None:
    assert 0 <= CUSTOMER_DISCOUNTS[customer] < 100


@pytest.mark.parametrize("rate", TAX_RATES)
def test_tax_rates_are_percentages(rate: str) -> None:
    assert 0 <= TAX_RATES[rate] <= 100
