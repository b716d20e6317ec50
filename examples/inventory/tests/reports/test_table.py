from __future__ import annotations

import pytest
from inventory.reports import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table(("name", "count"), [("tea", 1), ("biscuits", 100)]) == (
        "name      count\n"
        "--------  -----\n"
        "tea           1\n"
        "biscuits    100\n"
    )  # fmt: skip


def test_a_heading_alone() -> None:
    assert table(("a", "b"), []) == "a  b\n-  -\n"


@pytest.mark.parametrize("rows", [0, 1, 2, 50])
def test_a_line_per_row(rows: int) -> None:
    assert len(table(("a", "b"), [(1, 2)] * rows).splitlines()) == rows + 2


@pytest.mark.parametrize("width", [1, 5, 40])
def test_all_lines_are_of_one_width(width: int) -> None:
    text = table(("name", "count"), [("x" * width, 1), ("y", 22)])
    assert len({len(line) for line in text.splitlines()}) == 1


def test_no_line_ends_in_blanks() -> None:
    text = table(("a",), [("long cell",), ("x",)])
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize("cell", [None, 1.5, ("a",), "ü"])
def test_anything_can_be_a_cell(cell: object) -> None:
    assert str(cell) in table(("a", "b"), [("x", cell)])
