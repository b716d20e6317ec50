from __future__ import annotations

import collections
import decimal
import enum
import math
import sys
import warnings
from typing import Any, NamedTuple

import pytest
from _pytest.reports import TestReport
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy import protocol, reports

ITEM = protocol.Item("test_a.py::test_1", ("test_a.py", 0, "test_1"))

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.binary()
    | st.text(st.characters(exclude_categories=()))  # lone surrogates, too
)
plain_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(leaves, inner, max_size=3)
    ),
    max_leaves=20,
)


class Text(str):
    """A string of another type."""

    __slots__ = ()


class Colour(enum.IntEnum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: object


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError


class Opaque:
    def __repr__(self) -> str:
        return "<opaque>"


def passed(**changes: Any) -> TestReport:
    """The report of a call that passed, but for these attributes."""
    report = TestReport(*ITEM, {}, "passed", None, "call")
    vars(report).update(changes)
    return report


@given(plain_values)
def test_plain_values_come_back_as_they_went(value: object) -> None:
    assert reports.load(reports.dump(value)) == value


@given(plain_values)
def test_plain_values_are_plain_already(value: object) -> None:
    assert reports.plain(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text("abc"), "'abc'"),
        (Colour.RED, "1"),
        (Point(1, Text("y")), "(1, 'y')"),
        (collections.OrderedDict(a=Text("b")), "{'a': 'b'}"),
        (collections.defaultdict(list, {"a": [1]}), "{'a': [1]}"),
        ({3}, "[3]"),
        (frozenset({Text("x")}), "['x']"),
        (decimal.Decimal("1.50"), "\"Decimal('1.50')\""),
        ([Opaque()], "['<opaque>']"),
        ({Opaque(): 1}, "{'<opaque>': 1}"),
        (range(3), "'range(0, 3)'"),
        (bytearray(b"ab"), "\"bytearray(b'ab')\""),
        (Broken(), "'<Broken object whose repr() raised RuntimeError>'"),
        (1j, "'1j'"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_values_become_plain_or_their_repr(value: object, expected: str) -> None:
    assert repr(reports.load(reports.dump(value))) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**1000, -0.0, "\ud800", "\0", b"\xff"])
def test_odd_plain_values_are_kept(value: object) -> None:
    assert repr(reports.load(reports.dump(value))) == repr(value)


def test_a_list_that_holds_itself_becomes_its_repr() -> None:
    value: list[object] = [1]
    value.append(value)
    assert reports.load(reports.dump(value)) == "[1, [...]]"


def test_lists_that_are_too_deep_become_text() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert isinstance(reports.load(reports.dump(value)), str)


def test_a_passed_report_is_its_header() -> None:
    assert reports.says_only_passed(passed())


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "failed"},
        {"outcome": "skipped", "longrepr": ("a", 1, "b")},
        {"longrepr": "something"},
        {"sections": [("Captured stdout call", "text")]},
        {"user_properties": [("a", 1)]},
        {"rerun": 1},
        {"wasxfail": "reason"},
    ],
    ids=str,
)
def test_a_report_that_says_more_is_not(changes: dict[str, Any]) -> None:
    assert not reports.says_only_passed(passed(**changes))


def test_a_report_of_a_plugins_own_class_is_not() -> None:
    class Report(TestReport):
        """A plugin's."""

    assert not reports.says_only_passed(Report(*ITEM, {}, "passed", None, "call"))


def test_a_crash_is_a_failed_call_with_the_last_output() -> None:
    report = reports.crash_report(ITEM, "worker died", [("Captured stdout call", "last words")])
    assert (report.when, report.outcome) == ("call", "failed")
    assert report.longreprtext == "worker died"
    assert report.capstdout == "last words"


def test_a_failed_teardown_has_its_traceback() -> None:
    report = reports.teardown_report(ITEM, "Traceback ...")
    assert (report.when, report.outcome, report.longreprtext) == (
        "teardown",
        "failed",
        "Traceback ...",
    )


def test_a_crash_while_collecting_is_a_collection_error() -> None:
    report = reports.collect_crash_report("test_a.py", "worker died")
    assert (report.nodeid, report.outcome, report.longreprtext) == (
        "test_a.py",
        "failed",
        "worker died",
    )


def recorded(category: type[Warning]) -> dict[str, Any]:
    """A warning of this category as it travels."""
    message = warnings.WarningMessage(category("look out"), category, "a.py", 3, line="x = 1")
    data: dict[str, Any] = reports.load(reports.dump(reports.describe_warning(message)))
    return data


def test_a_warning_comes_back_with_its_category_and_place() -> None:
    warning = reports.rebuild_warning(recorded(pytest.PytestWarning), sys.modules)
    assert warning.category is pytest.PytestWarning
    assert (
        warnings.formatwarning(
            str(warning.message), warning.category, warning.filename, warning.lineno, warning.line
        )
        == "a.py:3: PytestWarning: look out\n  x = 1\n"
    )


def test_a_category_of_a_test_module_is_made_anew_under_its_name() -> None:
    data = recorded(type("OwnWarning", (UserWarning,), {"__module__": "test_a"}))
    warning = reports.rebuild_warning(data, {})
    assert (warning.category.__module__, warning.category.__name__) == ("test_a", "OwnWarning")


def test_a_name_that_is_no_warning_here_is_made_anew() -> None:
    data = {**recorded(UserWarning), "module": "sys", "name": "path"}
    assert issubclass(reports.rebuild_warning(data, sys.modules).category, Warning)


def test_serialize_and_deserialize_give_the_same_report(pytestconfig: pytest.Config) -> None:
    report = passed(
        outcome="failed",
        longrepr="E   assert 0",
        sections=[("Captured stdout call", "text")],
        user_properties=[("price", decimal.Decimal(3)), ("who", Opaque())],
    )
    payload = reports.serialize(pytestconfig, report)
    other = reports.deserialize(pytestconfig, payload)
    assert other.longreprtext == "E   assert 0"
    assert other.sections == [("Captured stdout call", "text")]
    assert other.user_properties == [("price", "Decimal('3')"), ("who", "<opaque>")]
