"""Lean reports against their twin: the plain report with the same values."""

from __future__ import annotations

import copy
import gc
import pickle
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from _pytest.reports import TestReport
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy import protocol
from pytest_dxpy.lean import LeanReport, LeanReports

ITEM = protocol.Item("a/test_a.py::TestA::test_1[x-1]", ("a/test_a.py", 4, "TestA.test_1[x-1]"))


class Node:
    """Stands in for a worker; can be pickled."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node)

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "<node>"


NODE = Node()


def passed() -> TestReport:
    """What a header that says only "passed" says."""
    values: Any = {"duration": 0.25, "start": 2.0, "stop": 2.25, "node": NODE}
    return TestReport(*ITEM, {}, "passed", None, "call", **values)


def told(**changes: Any) -> TestReport:
    """A report as it comes from a worker that sends all of it."""
    report: Any = TestReport(
        *ITEM,
        {"test_1[x-1]": 1, "parametrize": 1, "test_a.py": 1},
        "passed",
        None,
        "call",
        [("Captured stdout call", "text\n")],
        0.25,
        2.0,
        2.3,
        [("price", 3)],
    )
    vars(report).update({"worker_id": "gw0", "item_index": 4711, "node": NODE} | changes)
    return report  # type: ignore[no-any-return]


def skipped() -> TestReport:
    """One that says more."""
    return told(
        outcome="skipped", when="setup", longrepr=("a/test_a.py", 3, "Skipped: no"), wasxfail="no"
    )


def lean(plain: TestReport, reports: LeanReports | None = None) -> Any:
    """The lean report with the same values."""
    made = (reports or LeanReports()).of(plain, ITEM, NODE)
    assert is_lean(made)
    return made


def lean_passed() -> Any:
    return LeanReports().passed(ITEM, NODE, "call", 2.0, 0.25)


def is_lean(report: object) -> bool:
    return issubclass(type(report), LeanReport)


def attempt(act: Callable[[Any], Any], report: Any) -> str:
    """What comes of an action, as text."""
    try:
        return repr(act(report))
    except Exception as error:  # noqa: BLE001  # it is compared
        return f"{type(error).__name__}: {error}"


def listing(report: Any) -> str:
    """Everything that can be read of a report."""
    return "\n".join(
        f"{name} = {attempt(get(name), report)}"
        for name in dir(TestReport) + list(vars(report))
        if not name.startswith("__") and not callable(getattr(TestReport, name, None))
    )


def set_to(name: str, value: object) -> Callable[[Any], Any]:
    return lambda report: setattr(report, name, value)


def get(name: str) -> Callable[[Any], Any]:
    return lambda report: getattr(report, name)


NAMES = """
    nodeid location keywords outcome longrepr when user_properties sections duration start stop
    node worker_id item_index wasxfail passed failed skipped fspath head_line longreprtext
    caplog capstdout capstderr count_towards_summary missing id _id
"""
READS: dict[str, Callable[[Any], Any]] = {
    **{f"read {name}": get(name) for name in NAMES.split()},
    "hasattr": lambda report: [hasattr(report, name) for name in ("wasxfail", "node", "x", "when")],
    "vars": vars,
    "order of vars": lambda report: list(vars(report)),
    "dir": dir,
    "repr": repr,
    "class": lambda report: (
        report.__class__,
        type(report).__name__,
        isinstance(report, TestReport),
    ),
    "as json": lambda report: report._to_json(),
    "there and back": lambda report: vars(TestReport._from_json(report._to_json())),
    "pickle": lambda report: [
        (type(one), vars(one))
        for version in range(pickle.HIGHEST_PROTOCOL + 1)
        for one in [pickle.loads(pickle.dumps(report, version))]
    ],
    "copy": lambda report: (type(copy.copy(report)), vars(copy.copy(report))),
    "deepcopy": lambda report: (type(copy.deepcopy(report)), vars(copy.deepcopy(report))),
    "copy shares lists": lambda report: copy.copy(report).sections is report.sections,
    "another": lambda report: vars(type(report)(*ITEM, {}, "failed", None, "setup", extra=1)),
    "get_sections": lambda report: list(report.get_sections("Captured")),
    "identity": lambda report: (report in [report], report == object(), bool(report)),
    "same list twice": lambda report: report.sections is report.sections,
    "read-only": set_to("passed", True),
}

CHANGES: dict[str, Callable[[Any], Any]] = {
    "set outcome": set_to("outcome", "rerun"),
    "set nodeid": set_to("nodeid", "b.py::test_2"),
    "set sections": set_to("sections", [("one", "two")]),
    "set location": set_to("location", ["b.py", 1, "test_2"]),
    "set another": set_to("rerun", 3),
    "set what the class has": set_to("toterminal", "mine"),
    "set a list": set_to("extras", [1]),
    "delete when": lambda report: delattr(report, "when"),
    "delete sections": lambda report: delattr(report, "sections"),
    "delete node": lambda report: delattr(report, "node"),
    "delete what is not there": lambda report: delattr(report, "missing"),
    "delete read-only": lambda report: delattr(report, "passed"),
    "add a section": lambda report: report.sections.append(("more", "text")),
    "drop sections": lambda report: report.sections.clear(),
    "add a property": lambda report: report.user_properties.append(["name", [1]]),
    "add a keyword": lambda report: report.keywords.update(slow=1),
    "a keyword's value": lambda report: report.keywords.update(parametrize=True),
    "a keyword that is no text": lambda report: report.keywords.update({3: 1}),
    "through vars": lambda report: vars(report).update(duration=7, late="yes"),
    "out of vars": lambda report: vars(report).pop("longrepr", None),
    "all of vars": lambda report: vars(report).clear(),
    "another dict": set_to("__dict__", {"outcome": "failed", "when": "call"}),
}
EVERY = {**READS, **CHANGES}
PAIRS: dict[str, Callable[[], tuple[TestReport, Any]]] = {
    "passed": lambda: (passed(), lean_passed()),
    "told": lambda: (told(), lean(told())),
    "skipped": lambda: (skipped(), lean(skipped())),
}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("action", EVERY)
def test_an_action_comes_to_the_same_as_with_a_plain_report(action: str, pair: str) -> None:
    plain, one = PAIRS[pair]()
    assert attempt(EVERY[action], one) == attempt(EVERY[action], plain)
    assert listing(one) == listing(plain)


@given(
    st.sampled_from(sorted(PAIRS)),
    st.lists(st.sampled_from([*sorted(EVERY), "rest"]), max_size=8),
)
def test_any_actions_come_to_the_same(pair: str, actions: list[str]) -> None:
    plain, one = PAIRS[pair]()
    reports = LeanReports()
    for action in actions:
        if action == "rest":
            reports.rest(one)
        else:
            assert attempt(EVERY[action], one) == attempt(EVERY[action], plain), action
    assert listing(one) == listing(plain)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("action", [name for name in READS if name != "read-only"])
def test_a_report_that_was_read_is_lean_again(action: str, pair: str) -> None:
    _, one = PAIRS[pair]()
    attempt(EVERY[action], one)
    gc.collect()
    LeanReports().rest(one)
    assert is_lean(one)
    assert one._slot_made is None


@pytest.mark.parametrize("name", ["sections", "user_properties", "keywords"])
def test_what_somebody_has_kept_stays_that_of_the_report(name: str) -> None:
    for one in (lean_passed(), lean(told())):
        kept = getattr(one, name)
        LeanReports().rest(one)
        kept.clear()
        assert getattr(one, name) is kept


def test_a_dict_that_somebody_has_kept_stays_that_of_the_report() -> None:
    one = lean(told())
    kept = vars(one)
    LeanReports().rest(one)
    kept["sections"] = 3
    assert (one.sections, vars(one) is kept) == (3, True)


def test_a_change_outlives_the_rest() -> None:
    one, reports = lean(told()), LeanReports()
    one.sections.append(("more", "text"))
    one.rerun = 2
    reports.rest(one)
    assert is_lean(one)
    assert (one.sections[-1], one.rerun, vars(one)["rerun"]) == (("more", "text"), 2, 2)


def test_a_report_can_be_referred_to_weakly() -> None:
    one = lean(told())
    assert weakref.ref(one)() is one


def test_pytest_serializes_it_as_it_does_a_plain_one(pytestconfig: pytest.Config) -> None:
    hook = pytestconfig.hook
    data, data_of_lean = (
        hook.pytest_report_to_serializable(config=pytestconfig, report=report)
        for report in (told(), lean(told()))
    )
    assert data == data_of_lean
    back = hook.pytest_report_from_serializable(config=pytestconfig, data=data_of_lean)
    assert (type(back), back.sections) == (TestReport, told().sections)


def test_the_reports_of_a_test_share_what_is_equal() -> None:
    reports = LeanReports()
    first, second = (lean(told(when=when), reports) for when in ("setup", "call"))
    assert first._slot_rest is second._slot_rest
    assert first.location is ITEM.location
    assert first.__dict__[next(iter(vars(first)))] is second.__dict__[next(iter(vars(second)))]


def test_a_report_of_its_own_class_or_shape_stays_as_it_is() -> None:
    class Report(TestReport):
        """A plugin's."""

    own = Report(*ITEM, {}, "passed", None, "call")
    shapes = [
        own,
        told(keywords={"a": 2}),
        told(keywords=type("Keywords", (dict,), {})(a=1)),
        told(sections=()),
        told(user_properties=None),
        told(toterminal=print),
    ]
    assert [LeanReports().of(report, ITEM, NODE) is report for report in shapes] == [True] * 6


def test_kinds_of_reports_are_not_made_without_end() -> None:
    reports = LeanReports()
    made = [reports.of(told(**{f"x{number}": 1}), ITEM, NODE) for number in range(100)]
    assert 10 < sum(map(is_lean, made)) < 20
    assert [vars(report)[f"x{number}"] for number, report in enumerate(made)] == [1] * 100


def test_a_lean_report_takes_half_of_a_plain_one() -> None:
    def taken(make: Callable[[], object]) -> float:
        gc.collect()
        tracemalloc.start()
        kept = [make() for _ in range(1000)]
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size / len(kept)

    reports = LeanReports()
    lean_size = taken(lambda: reports.passed(ITEM, NODE, "call", 2.0, 0.25))
    assert lean_size < taken(passed) / 2
