from __future__ import annotations

import pytest
from inventory.store import Product


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_a_receipt_is_printed(stocked, catalogue: list[Product], count: int) -> None:
    lines = [f"{one.number}=2" for one in catalogue[:count]]
    code, output, _ = stocked("order", *lines)
    assert code == 0
    assert len(output.splitlines()) == count + 3


def test_a_line_without_a_quantity_wants_one(stocked, catalogue: list[Product]) -> None:
    stocked("order", catalogue[0].number)
    assert stocked("history", catalogue[0].number)[1].split()[-1] == "19"


@pytest.mark.parametrize("customer", ["retail", "trade", "staff"])
def test_customers(stocked, catalogue: list[Product], customer: str) -> None:
    stocked("order", "--customer", customer, f"{catalogue[1].number}=1")
    assert f"order of {customer}" in stocked("history", catalogue[1].number)[1]


@pytest.mark.parametrize("text", ["=x", "=-1", "=1.5"])
def test_bad_lines(stocked, catalogue: list[Product], text: str) -> None:
    code, _, errors = stocked("order", catalogue[0].number + text)
    assert (code, errors.endswith("is no NUMBER=QUANTITY\n")) == (1, True)


def test_too_much(stocked, catalogue: list[Product]) -> None:
    code, _, errors = stocked("order", f"{catalogue[0].number}=30", f"{catalogue[1].number}=1")
    assert code == 1
    assert errors == f"inventory: the order lacks 10 of {catalogue[0].number}\n"
    assert stocked("history", catalogue[1].number)[1].split()[-1] == "20"
