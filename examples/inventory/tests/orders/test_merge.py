from __future__ import annotations

import pytest
from inventory.errors import BadValueError
from inventory.orders import merge


@pytest.mark.parametrize(
    ("wanted", "merged"),
    [
        ([], {}),
        ([("a", 1)], {"a": 1}),
        ([("a", 1), ("b", 2)], {"a": 1, "b": 2}),
        ([("a", 1), ("a", 2)], {"a": 3}),
        ([("b", 1), ("a", 1), ("b", 1)], {"b": 2, "a": 1}),
    ],
)
def test_products_are_put_together(wanted: list[tuple[str, int]], merged: dict[str, int]) -> None:
    assert merge(wanted) == merged
    assert list(merge(wanted)) == list(merged)


@pytest.mark.parametrize("quantity", [0, -1, -7])
def test_quantities_are_above_0(quantity: int) -> None:
    with pytest.raises(BadValueError):
        merge([("a", 1), ("b", quantity)])
