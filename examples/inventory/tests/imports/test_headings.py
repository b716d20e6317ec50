from __future__ import annotations

import itertools

import pytest
from inventory import stock_number
from inventory.csv_import import REQUIRED, parse
from inventory.errors import BadValueError

VALUES = {"number": stock_number.make("TEA", 1), "name": "Tea", "price": "2"}


@pytest.mark.parametrize("order", list(itertools.permutations(REQUIRED)), ids="-".join)
def test_columns_may_stand_in_any_order(order: tuple[str, ...]) -> None:
    row = ",".join(VALUES[name] for name in order)
    assert len(parse([",".join(order), row]).products) == 1


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_column_is_named(missing: str) -> None:
    heading = ",".join(name for name in REQUIRED if name != missing)
    with pytest.raises(BadValueError, match=f"the heading line lacks {missing}$"):
        parse([heading])


def test_all_that_is_missing_is_named() -> None:
    with pytest.raises(BadValueError, match="lacks number, name, price"):
        parse([])


def test_more_columns_do_no_harm() -> None:
    row = f"{VALUES['number']},Tea,2,red"
    assert len(parse(["number,name,price,colour", row]).products) == 1


def test_a_heading_alone_brings_nothing() -> None:
    assert parse(["number,name,price"]).products == []
