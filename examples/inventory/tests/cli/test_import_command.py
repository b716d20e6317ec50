from __future__ import annotations

from pathlib import Path

import pytest
from inventory import stock_number


def _rows(count: int) -> str:
    rows = [f"{stock_number.make('TEA', number)},Tea {number},2.50" for number in range(count)]
    return "\n".join(["number,name,price", *rows, ""])


@pytest.mark.parametrize("count", [0, 1, 25, 200])
def test_products_are_counted(run, tmp_path: Path, count: int) -> None:
    (tmp_path / "in.csv").write_text(_rows(count))
    assert run("import", tmp_path / "in.csv") == (0, f"{count} imported, 0 refused\n", "")


@pytest.mark.parametrize("bad", [1, 3])
def test_bad_rows_are_listed(run, tmp_path: Path, bad: int) -> None:
    (tmp_path / "in.csv").write_text(_rows(2) + "oops,Tea,1\n" * bad)
    code, output, _ = run("import", tmp_path / "in.csv")
    assert code == 0
    assert output.splitlines()[0] == "line 4: 'oops' is no stock number"
    assert output.splitlines()[-1] == f"2 imported, {bad} refused"


def test_a_file_that_is_not_there(run, tmp_path: Path) -> None:
    code, output, errors = run("import", tmp_path / "none.csv")
    assert (code, output) == (1, "")
    assert "No such file" in errors


def test_what_was_imported_is_in_stock(run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(_rows(3))
    run("import", tmp_path / "in.csv")
    assert len(run("stock")[1].splitlines()) == 3 + 3
