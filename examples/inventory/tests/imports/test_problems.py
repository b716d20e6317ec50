from __future__ import annotations

import pytest
from inventory import stock_number
from inventory.csv_import import parse

NUMBER = stock_number.make("TEA", 1)
HEADING = "number,name,price,tax,reorder_at"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("TEA-1,Tea,1,,", "'TEA-1' is no stock number"),
        (f"{NUMBER},,1,,", "the product has no name"),
        (f"{NUMBER},Tea,,,", "'' is no amount"),
        (f"{NUMBER},Tea,x,,", "'x' is no amount"),
        (f"{NUMBER},Tea,-1,,", "price -1.00 is below 0"),
        (f"{NUMBER},Tea,1,luxury,", "'luxury' is no tax rate"),
        (f"{NUMBER},Tea,1,,-1", "'-1' is no reorder level"),
        (f"{NUMBER},Tea,1,,x", "'x' is no reorder level"),
        (f"{NUMBER}", "the product has no name"),
    ],
)
def test_a_bad_row_is_told_with_its_line(row: str, problem: str) -> None:
    result = parse([HEADING, row])
    assert (result.products, result.problems) == ([], [f"line 2: {problem}"])


def test_a_number_that_is_there_twice() -> None:
    result = parse([HEADING, f"{NUMBER},Tea,1,,", f"{NUMBER},Tee,2,,"])
    assert [one.name for one in result.products] == ["Tea"]
    assert result.problems == [f"line 3: {NUMBER} is there twice"]


@pytest.mark.parametrize("bad", [1, 5, 20])
def test_good_rows_come_in_beside_bad_ones(supplier: list[str], bad: int) -> None:
    lines = [supplier[0], *["?,?,?\n"] * bad, *supplier[1:]]
    result = parse(lines)
    assert (len(result.products), len(result.problems)) == (len(supplier) - 1, bad)


@pytest.mark.parametrize("place", range(1, 40, 6))
def test_lines_are_counted_from_the_heading(supplier: list[str], place: int) -> None:
    lines = [*supplier[:place], "?,Tea,1\n", *supplier[place:]]
    assert parse(lines).problems == [f"line {place + 1}: '?' is no stock number"]
