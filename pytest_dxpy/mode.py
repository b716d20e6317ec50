"""How a run collects, and how much of each report it needs.

Decided from the options given and the hooks that plugins and conftests implement.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_dxpy._version import __version__
from pytest_dxpy.arguments import overlapping, resolve_arguments
from pytest_dxpy.known_plugins import Known, known
from pytest_dxpy.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator


class Mode:
    """How tests are collected: ``lazy``, ``full`` or ``off``."""

    # No NamedTuple: to make one takes longer than to import the rest of this module.
    __slots__ = ("collect", "confirm", "reason", "split")

    def __init__(self, collect: str, confirm: bool, reason: str, *, split: bool = False) -> None:
        self.collect = collect
        self.confirm = confirm  # lazy: failures are confirmed before they are reported
        self.reason = reason
        self.split = split  # an idle worker may get the tail of a file that runs

    @property
    def full(self) -> bool:
        """Whether every worker collects everything."""
        return self.collect == "full"


def header(config: pytest.Config, mode: Mode, workers: int) -> list[str]:
    """How a run works, for pytest's own header."""
    line = f"dxpy: {plural(workers, 'worker')}, {mode.collect} collection"
    if config.option.verbose > 0:
        line += f" ({mode.reason}), pytest-dxpy {__version__}"
    return [line]


# Option values that one process must see. The first item is config.option's name.
_OFF_OPTIONS: Final = {
    "collectonly": "--collect-only",
    "usepdb": "--pdb",
    "trace": "--trace",
    "stepwise": "--stepwise",
    "stepwise_skip": "--stepwise-skip",
    "setuponly": "--setup-only",
    "setupshow": "--setup-show",
    "setupplan": "--setup-plan",
    "showfixtures": "--fixtures",
    "show_fixtures_per_test": "--fixtures-per-test",
    "markers": "--markers",
    "cacheshow": "--cache-show",
    "help": "--help",
    "version": "--version",
    "looponfail": "--looponfail",
    # Of plugins that keep in memory, test by test, what they write in the end.
    "benchmark_autosave": "--benchmark-autosave",
    "benchmark_enable": "--benchmark-enable",
    "benchmark_json": "--benchmark-json",
    "benchmark_only": "--benchmark-only",
    "benchmark_save": "--benchmark-save",
    "cucumber_json_path": "--cucumberjson",
    "gherkin_terminal_reporter": "--gherkin-terminal-reporter",
}
# Options that look at all tests at once.
_FULL_OPTIONS: Final = {
    "lf": "--last-failed",
    "failedfirst": "--failed-first",
    "newfirst": "--new-first",
    "keepduplicates": "--keep-duplicates",
    "splits": "--splits",
    "testmon": "--testmon",
    # Workers write its files: a test that is run again to confirm a failure would have two.
    "allure_report_dir": "--alluredir",
}
# What a hook's code uses when it looks beyond the single item.
_WHOLE_LIST_NAMES: Final = frozenset(
    [
        "sort",
        "sorted",
        "shuffle",
        "sample",
        "choice",
        "reverse",
        "reversed",
        "groupby",
        "Counter",
        "enumerate",
        "len",
        "insert",
        "append",
        "extend",
        "pop",
        "clear",
        "setdefault",
        "defaultdict",
        "combinations",
        "testscollected",
    ]
)


def _root(function: Any) -> str:
    return str(getattr(function, "__module__", "") or "").partition(".")[0]


def _implementations(config: pytest.Config, hook: str) -> Iterator[tuple[str, Any]]:
    """(first part of the module's name, function) of each implementation."""
    for implementation in getattr(config.hook, hook).get_hookimpls():
        yield _root(implementation.function), implementation.function


def reason_for_off(option: Any) -> str:
    """Which option, if any, needs everything in one process.

    Args:
        option: the parsed command line.
    """
    for name, text in _OFF_OPTIONS.items():
        if getattr(option, name, False):
            return text
    if (getattr(option, "inline_snapshot", None) or "disable") != "disable":
        return "--inline-snapshot"
    if getattr(option, "numprocesses", None) in (0, "0"):
        return "-n 0"
    return ""


def _reason_for_full(config: pytest.Config) -> str:
    option = config.option
    for name, text in _FULL_OPTIONS.items():
        if getattr(option, name, None):
            return text
    if getattr(option, "dist", "no") == "loadgroup":
        return "--dist=loadgroup"
    # An argument that names no file is told where pytest tells it.
    with contextlib.suppress(pytest.UsageError):
        if not _normalizes() and overlapping(resolve_arguments(config)):
            return "arguments that overlap"
    return _whole_list_hook(config)


def _normalizes() -> bool:
    from _pytest import main  # noqa: PLC0415

    return hasattr(main, "normalize_collection_arguments")


def _whole_list_hook(config: pytest.Config) -> str:
    """Which hook, if any, needs to see all tests together."""
    for hook in ("pytest_collection_modifyitems", "pytest_collection_finish"):
        for root, function in _implementations(config, hook):
            if known(root) & Known.PER_ITEM:
                continue
            used = _WHOLE_LIST_NAMES.intersection(_names_in(function))
            if known(root) & Known.WHOLE_LIST or hook == "pytest_collection_finish":
                return f"{root}'s {hook}"
            if used:
                return f"{root}'s {hook}, which uses '{min(used)}'"
    return ""


def _names_in(function: Any) -> set[str]:
    code = getattr(function, "__code__", None)
    names: set[str] = set()
    pending = [code] if code is not None else []
    while pending:
        one = pending.pop()
        names.update(one.co_names)
        pending.extend(part for part in one.co_consts if hasattr(part, "co_names"))
    return names


def choose(config: pytest.Config, requested: str, split: str = "auto") -> Mode:
    """How this run collects, and why.

    Args:
        config: configured, with its plugins and initial conftests.
        requested: the value of ``--dx-collect``.
        split: the value of ``--dx-split``.
    """
    if reason := reason_for_off(config.option):
        return Mode("off", False, reason)
    if requested != "auto":
        return Mode(requested, False, f"--dx-collect={requested}")
    if reason := _reason_for_full(config):
        return Mode("full", False, reason)
    # Only a confirmed failure is known not to come from a file's being divided.
    whole = split == "never" or getattr(config.option, "dist", "no") in ("loadfile", "loadscope")
    return Mode("lazy", True, "nothing needs all tests at once", split=not whole)


def after_configure(config: pytest.Config, mode: Mode) -> Mode:
    """The mode again, once plugins have configured: they may have registered others.

    Args:
        config: of the controller.
        mode: what was chosen before.
    """
    if mode.confirm and (reason := _whole_list_hook(config)):
        return Mode("full", False, reason)
    return mode


def may_start_early(config: pytest.Config) -> bool:
    """Whether workers may configure while the controller does.

    They then also start their sessions and collect their first files. Under xdist a
    worker configures after the controller has, and with what plugins have put into
    its ``workerinput`` by then. So they may not where any conftest, or a plugin that
    is not known, could rely on that.
    """
    hooks = (
        "pytest_configure",
        "pytest_sessionstart",
        "pytest_configure_node",
        "pytest_xdist_setupnodes",
        "pytest_xdist_newgateway",
        "pytest_plugin_registered",
    )
    # Without --cov pytest-cov declares a mark and nothing else.
    apart = () if config.pluginmanager.hasplugin("_cov") else ("pytest_cov",)
    return all(
        root in apart or known(root) & Known.CONFIGURES_APART
        for hook in hooks
        for root, _ in _implementations(config, hook)
    )


class Detail:
    """How much of a passed report travels to the controller."""

    __slots__ = ("all_phases", "compact")

    def __init__(self, *, all_phases: bool, compact: bool) -> None:
        self.all_phases = all_phases  # the passed setups and teardowns are replayed, too
        self.compact = compact  # a report that says only "passed" travels as a header


def detail_of(config: pytest.Config) -> Detail:
    """What the plugins of the controller need to see."""
    hooks = (
        "pytest_runtest_logreport",
        "pytest_report_teststatus",
        "pytest_report_from_serializable",
        "pytest_terminal_summary",
        "pytest_sessionfinish",
    )
    foreign = any(
        not known(root) & Known.OUTCOMES_ONLY
        for hook in hooks
        for root, _ in _implementations(config, hook)
    )
    if foreign:
        return Detail(all_phases=True, compact=False)
    junit = any(
        function.__module__ == "_pytest.junitxml"
        for _, function in _implementations(config, "pytest_runtest_logreport")
    )
    durations = getattr(config.option, "durations", None) is not None
    return Detail(all_phases=junit or durations, compact=True)
