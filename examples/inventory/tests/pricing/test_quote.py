from __future__ import annotations

import pytest
from inventory.errors import BadValueError
from inventory.money import Money
from inventory.pricing import TAX_RATES, Line, quote


def _line(cents: int, tax: str = "standard", quantity: int = 1) -> Line:
    return Line("TEA", quantity, Money(cents), tax)


@pytest.mark.parametrize(("tax", "gross"), [("standard", 1200), ("reduced", 1050), ("zero", 1000)])
def test_rates(tax: str, gross: int) -> None:
    assert quote([_line(1000, tax)]).gross == Money(gross)


@pytest.mark.parametrize("tax", ["", "Standard", "luxury"])
def test_unknown_rates(tax: str) -> None:
    with pytest.raises(BadValueError, match="is no tax rate"):
        quote([_line(100, tax)])


@pytest.mark.parametrize("lines", [1, 2, 5, 20])
def test_tax_is_rounded_once_per_rate(lines: int) -> None:
    result = quote([_line(12)] * lines)  # 2.4 cents of tax each
    assert result.tax == Money(round(2.4 * lines))


def test_nothing_costs_nothing() -> None:
    assert quote([]).gross == Money(0)


@pytest.mark.parametrize("rate", TAX_RATES)
@pytest.mark.parametrize("customer", ["retail", "trade", "staff"])
def test_gross_is_net_and_tax(rate: str, customer: str) -> None:
    result = quote([_line(999, rate, 12), _line(55, "zero", 3)], customer)
    assert result.gross == result.net + result.tax


def test_rates_are_kept_apart() -> None:
    mixed = quote([_line(1000), _line(1000, "reduced"), _line(1000, "zero")])
    assert (mixed.net, mixed.tax) == (Money(3000), Money(250))


@pytest.mark.bulk
@pytest.mark.parametrize("customer", ["retail", "trade", "staff"])
def test_a_long_order_costs_what_its_parts_cost(customer: str) -> None:
    lines = [_line(7 * number % 900, "zero", 1 + number % 120) for number in range(1200)]
    whole = quote(lines, customer)
    assert whole.net == Money(sum(quote([line], customer).net.cents for line in lines))
