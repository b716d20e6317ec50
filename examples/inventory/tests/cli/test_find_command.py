from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "count"),
    [(["tea"], 4), (["black", "tea"], 4), (["brulee"], 2), (["bisc*"], 2), (["coffee"], 0)],
)
def test_products_are_listed(stocked, words: list[str], count: int) -> None:
    code, output, _ = stocked("find", *words)
    assert (code, len(output.splitlines())) == (0, count)


@pytest.mark.parametrize("number", range(10))
def test_a_product_is_found_by_its_place(stocked, number: int) -> None:
    first = stocked("find", "no", str(number))[1].splitlines()[0]
    assert first.endswith(f"no. {number}")
