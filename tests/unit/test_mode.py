from __future__ import annotations

import types
from typing import Any

import pytest

from pytest_dxpy.mode import choose, detail_of, reason_for_off

pytest_plugins = ["pytester"]


def option(**given: object) -> types.SimpleNamespace:
    return types.SimpleNamespace(**given)


def mode_of(
    pytester: pytest.Pytester, *args: str, plugin: object = None, requested: str = "auto"
) -> str:
    """``"full: --last-failed"``: how a run with these arguments collects, and why."""
    mode = choose(config_of(pytester, *args, plugin=plugin), requested)
    return f"{mode.collect}{' confirmed' if mode.confirm else ''}: {mode.reason}"


def config_of(pytester: pytest.Pytester, *args: str, plugin: object = None) -> pytest.Config:
    # The plugins of the environment are not what is tested here.
    pytester.plugins = [] if plugin is None else [plugin]
    return pytester.parseconfig("--disable-plugin-autoload", "-p", "dxpy", *args)


class Sorts:
    """Orders all tests."""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: str(item.name))


class Marks:
    """Looks at one test after the other."""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            item.add_marker("slow")


class CountsAll:
    """Looks at what was collected."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        del session


class LooksAtReports:
    """Sees every report."""

    def pytest_runtest_logreport(self, report: object) -> None:
        del report


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, ""),
        ({"collectonly": True}, "--collect-only"),
        ({"usepdb": True}, "--pdb"),
        ({"trace": True}, "--trace"),
        ({"stepwise": True}, "--stepwise"),
        ({"setupshow": True}, "--setup-show"),
        ({"numprocesses": 0}, "-n 0"),
        ({"numprocesses": "0"}, "-n 0"),
        ({"numprocesses": 2}, ""),
        ({"numprocesses": None, "usepdb": False}, ""),
    ],
    ids=str,
)
def test_an_option_that_one_process_must_see_is_named(
    given: dict[str, object], reason: str
) -> None:
    assert reason_for_off(option(**given)) == reason


def test_where_nothing_needs_all_tests_a_run_is_lazy(pytester: pytest.Pytester) -> None:
    assert mode_of(pytester) == "lazy confirmed: nothing needs all tests at once"


@pytest.mark.parametrize(
    ("arg", "expected"),
    [
        ("--lf", "full: --last-failed"),
        ("--ff", "full: --failed-first"),
        ("--nf", "full: --new-first"),
        ("--keep-duplicates", "full: --keep-duplicates"),
        ("--sw", "off: --stepwise"),
        ("--co", "off: --collect-only"),
    ],
)
def test_an_option_that_looks_at_all_tests_is_named(
    pytester: pytest.Pytester, arg: str, expected: str
) -> None:
    assert mode_of(pytester, arg) == expected


def test_a_hook_that_orders_all_tests_is_named(pytester: pytest.Pytester) -> None:
    assert mode_of(pytester, plugin=Sorts()) == (
        f"full: {__name__.partition('.')[0]}'s pytest_collection_modifyitems, which uses 'sort'"
    )


def test_a_hook_that_looks_at_one_test_after_the_other_is_not(pytester: pytest.Pytester) -> None:
    assert mode_of(pytester, plugin=Marks()).startswith("lazy")


def test_a_hook_that_looks_at_what_was_collected_is_named(pytester: pytest.Pytester) -> None:
    assert mode_of(pytester, plugin=CountsAll()) == (
        f"full: {__name__.partition('.')[0]}'s pytest_collection_finish"
    )


@pytest.mark.parametrize("requested", ["lazy", "full", "off"])
def test_what_is_asked_for_is_taken_without_confirmation(
    pytester: pytest.Pytester, requested: str
) -> None:
    assert (
        mode_of(pytester, requested=requested, plugin=Sorts())
        == f"{requested}: --dx-collect={requested}"
    )


@pytest.mark.parametrize(
    ("args", "plugin", "expected"),
    [
        ([], None, "headers"),
        (["--durations=3"], None, "headers of all phases"),
        (["--junitxml=x.xml"], None, "headers of all phases"),
        ([], LooksAtReports(), "reports of all phases"),
    ],
    ids=["alone", "durations", "junit", "plugin"],
)
def test_reports_travel_as_far_as_somebody_looks(
    pytester: pytest.Pytester, args: list[str], plugin: object, expected: str
) -> None:
    config = config_of(pytester, *args, plugin=plugin)
    if args and "junit" in args[0]:
        config._do_configure()
    detail = detail_of(config)
    form = "headers" if detail.compact else "reports"
    assert form + (" of all phases" if detail.all_phases else "") == expected
    config._ensure_unconfigure()
