from __future__ import annotations

import pytest
from inventory.store import Product


@pytest.mark.parametrize("quantity", [1, 5, 500])
def test_receive(stocked, catalogue: list[Product], quantity: int) -> None:
    number = catalogue[0].number
    assert stocked("receive", number, quantity) == (0, "", "")
    assert stocked("history", number)[1].split()[-1] == str(20 + quantity)


@pytest.mark.parametrize("quantity", [1, 19, 20])
def test_ship(stocked, catalogue: list[Product], quantity: int) -> None:
    number = catalogue[0].number
    assert stocked("ship", number, quantity) == (0, "", "")
    assert stocked("history", number)[1].split()[-1] == str(20 - quantity)


@pytest.mark.parametrize("command", ["receive", "ship"])
@pytest.mark.parametrize("quantity", [0, -3])
def test_quantities_are_above_0(
    stocked, catalogue: list[Product], command: str, quantity: int
) -> None:
    code, output, errors = stocked(command, catalogue[0].number, "--", quantity)
    assert (code, output) == (1, "")
    assert errors == f"inventory: quantity {quantity} is not above 0\n"


def test_too_much(stocked, catalogue: list[Product]) -> None:
    code, _, errors = stocked("ship", catalogue[0].number, 21)
    assert code == 1
    assert errors == f"inventory: {catalogue[0].number}: 21 asked for, 20 in stock\n"


@pytest.mark.parametrize("place", range(10))
def test_what_is_shipped_is_to_be_reordered(stocked, catalogue: list[Product], place: int) -> None:
    product = catalogue[place]
    stocked("ship", product.number, 20)
    assert stocked("reorder")[1] == f"{product.number}  {product.name}\n"
