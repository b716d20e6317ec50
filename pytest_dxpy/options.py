"""Every option of pytest-dxpy: one row each, and nowhere else.

``--help``, the ini file, the environment and docs/options.md are made from
these rows. To add an option, add a row, and its type to ``Options``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pytest_dxpy.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COLLECT_MODES: Final = ("auto", "lazy", "full", "off")
START_METHODS: Final = ("auto", "late", "early", "spawn")
ORDERS: Final = ("pytest", "longest")
SPLITS: Final = ("auto", "never")
SWITCH: Final = ("no", "yes")
RECORDS: Final = ("function", "module", "off")
# No option: how a worker that is a new interpreter learns that it is one.
SPAWN_VARIABLE: Final = "DXPY_SPAWNED_WORKER"


def usable_cpus() -> int:
    """How many CPUs this process may run on."""
    return len(os.sched_getaffinity(0))


def _workers(text: str) -> int | None:
    if text == "auto":
        return None
    if text.isascii() and text.isdecimal() and int(text) >= 1:
        return int(text)
    raise OptionError(
        f"--dx-workers: {text!r} is not a worker count", hint="use 'auto' or a number from 1 up"
    )


def _restarts(text: str) -> int | None:
    if text == "auto":
        return None
    if text.isascii() and text.isdecimal():
        return int(text)
    raise OptionError(
        f"--dx-max-restarts: {text!r} is not a count", hint="use 'auto' or a number from 0 up"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if seconds > 0:
        return seconds
    raise OptionError(
        f"--dx-stall: {text!r} is not a number of seconds", hint="use a number above 0, such as 20"
    )


def _limit(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds < float("inf"):
        return seconds
    raise OptionError(
        f"--dx-timeout: {text!r} is not a number of seconds",
        hint="use a number above 0, such as 60, or 0 for no limit",
    )


def _choice(option: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text in choices:
            return text
        import difflib  # noqa: PLC0415  # only where a user has mistyped

        close = difflib.get_close_matches(text, choices, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(choices)}"
        raise OptionError(f"--{option}: unknown value {text!r}", hint=hint)

    return parse


def _directory(text: str) -> str:
    return text


def _switch(option: str) -> Callable[[str], bool]:
    choose = _choice(option, SWITCH)
    return lambda text: choose(text) == "yes"


def _explain(text: str) -> str:
    if text in SWITCH:
        return "" if text == "no" else text
    if text == "json" or any(mark in text for mark in ("::", "/", ".")):
        return text
    raise OptionError(
        f"--dx-explain: {text!r} is neither 'json' nor a node id",
        hint="a node id begins with a file, as in 'test_a.py::test_1'",
    )


def _revision(text: str) -> str:
    if text == "no":
        return ""
    if text and not text.startswith("-"):
        return text
    raise OptionError(
        f"--dx-affected: {text!r} is no revision of git",
        hint="use a branch, tag or commit, such as --dx-affected=main, or the option alone",
    )


def _replayed(text: str) -> str:
    if text == "no":
        return ""
    if text == "yes" or (text.isascii() and text.isdecimal()) or "/" in text or "." in text:
        return text
    raise OptionError(
        f"--dx-replay: {text!r} is no run",
        hint="use a number, such as --dx-replay=3, or the option alone for the last run",
    )


def _bisected(text: str) -> str:
    if text == "no":
        return ""
    if "::" in text:
        return text
    raise OptionError(
        f"--dx-bisect: {text!r} is no node id", hint="a node id is like 'test_a.py::test_1'"
    )


def _names(text: str) -> list[str]:
    return text.replace(",", " ").split()


class Option:
    """One row.

    Its flag takes a value (``N``), or none and means "yes" (an empty metavar), or may
    have one behind a ``=`` (``[=WHAT]``).
    """

    # No dataclass: to make one takes longer than all else that an unused plugin does.
    __slots__ = ("default", "help", "is_optional", "is_switch", "metavar", "name", "parse")

    def __init__(
        self, name: str, default: str, parse: Callable[[str], object], metavar: str, text: str
    ) -> None:
        self.is_switch = not metavar
        self.is_optional = metavar.startswith("[")
        self.name = name
        self.default = default
        self.parse = parse
        self.metavar = metavar
        self.help = text


OPTIONS: Final = (
    Option(
        "workers",
        "auto",
        _workers,
        "N",
        "number of worker processes; 'auto' is one per usable CPU",
    ),
    Option(
        "collect",
        "auto",
        _choice("dx-collect", COLLECT_MODES),
        "MODE",
        "lazy: a worker collects a file when it runs it; full: each worker collects everything; "
        "off: one process; auto: lazy with failures confirmed in a worker that has collected "
        "everything, or full or off where an option or a plugin needs it",
    ),
    Option(
        "start",
        "auto",
        _choice("dx-start", START_METHODS),
        "HOW",
        "late: fork workers after the initial conftests are imported; early: before; "
        "spawn: start new interpreters; auto: late where that is safe",
    ),
    Option(
        "order",
        "pytest",
        _choice("dx-order", ORDERS),
        "ORDER",
        "pytest: files begin in pytest's order, but for one that would end long after all others; "
        "longest: the longest first, for the shortest run",
    ),
    Option(
        "split",
        "auto",
        _choice("dx-split", SPLITS),
        "WHEN",
        "auto: an idle worker takes over the tail of a file that would run long, where the file's "
        "tests share no fixture above function scope; never: a file stays on one worker",
    ),
    Option(
        "max_restarts",
        "auto",
        _restarts,
        "N",
        "how many dead workers are replaced; 'auto' is 4 per worker",
    ),
    Option(
        "stall",
        "5",
        _seconds,
        "SECONDS",
        "end a worker that waits so long, and three times as long as another worker took, in the "
        "set-up of a session fixture which that one has",
    ),
    Option(
        "timeout",
        "0",
        _limit,
        "SECONDS",
        "fail a test whose setup, call or teardown takes longer, show where its threads are, and "
        "go on in another worker; 0 is no limit; the mark dx_timeout(seconds) goes before it",
    ),
    Option(
        "record",
        "function",
        _choice("dx-record", RECORDS),
        "WHAT",
        "function: workers note which functions each test runs, and which files it reads; "
        "module: which modules are imported, and files; off: nothing",
    ),
    Option(
        "affected",
        "no",
        _revision,
        "[=REF]",
        "run only the tests that what changed since they last passed can have changed, or with "
        "REF what changed since that revision of git",
    ),
    Option(
        "explain",
        "no",
        _explain,
        "[=WHAT]",
        "yes: with --dx-affected, say why each test was selected; NODEID: all about one test, also "
        "about one that need not run; json: one JSON document; without a value: yes",
    ),
    Option(
        "verify",
        "no",
        _switch("dx-verify"),
        "",
        "with --dx-affected: run everything, and report each test that would have been left out "
        "and fails",
    ),
    Option(
        "replay",
        "no",
        _replayed,
        "[=RUN]",
        "repeat a run: each worker runs what the worker of the same number had run, in the same "
        "order; RUN is a number that the summary of a failed run names, or a file; without a "
        "value it is the last run",
    ),
    Option(
        "bisect",
        "no",
        _bisected,
        "NODEID",
        "find which test, or which import of a file, makes this one fail that passes alone, in the "
        "order of the last run in which it failed, or of the one that --dx-replay names",
    ),
    Option(
        "stats",
        "no",
        _switch("dx-stats"),
        "",
        "say at the end how long our own work took in the controller, stage by stage, by the "
        "clock and in CPU time of all its threads",
    ),
    Option(
        "env",
        "",
        _names,
        "NAMES",
        "environment variables that tests depend on, for --dx-affected",
    ),
    Option(
        "cache_dir",
        "",
        _directory,
        "DIR",
        "where durations are remembered; empty is pytest's cache directory",
    ),
)


class Options:
    """The settings of one run, parsed and checked. Immutable."""

    workers: int | None
    collect: str
    start: str
    order: str
    split: str
    max_restarts: int | None
    stall: float
    timeout: float
    record: str
    cache_dir: str
    affected: str  # "": no; "yes": since they last passed; else a revision
    explain: str  # "yes", "json", a node id; empty: nothing
    verify: bool
    replay: str  # a run's number, a file, "yes": the last one; empty: no
    bisect: str  # a node id; empty: no
    stats: bool
    env: list[str]

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        """Check and convert the texts that the user gave.

        Args:
            given: option name to text, without those left at their default.

        Raises:
            OptionError: a text is not a value of its option.
        """
        texts = given or {}
        values = {row.name: row.parse(texts.get(row.name, row.default)) for row in OPTIONS}
        vars(self).update(values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: options do not change")


def flag(name: str) -> str:
    """The command-line spelling of an option."""
    return "--dx-" + name.replace("_", "-")


def complete(arguments: list[str]) -> bool:
    """Give each flag that may stand without its value the value that it then has.

    Otherwise argparse would take the argument that follows for it.

    Args:
        arguments: of the command line; changed in place.

    Returns:
        Whether argparse may have done so: to parse them again takes its time.
    """
    bare = {flag(row.name) for row in OPTIONS if row.is_optional}
    end = arguments.index("--") if "--" in arguments else len(arguments)
    places = [place for place in range(end) if arguments[place] in bare]
    for place in places:
        arguments[place] += "=yes"
    return any(not _is_long_flag(arguments, place + 1) for place in places)


def _is_long_flag(arguments: list[str], place: int) -> bool:
    """Whether there stands what argparse takes for no value of an option, or nothing at all."""
    return place >= len(arguments) or (
        arguments[place].startswith("--")
        and arguments[place][2:3].isalpha()
        and " " not in arguments[place]
    )


def environment_twin(name: str) -> str:
    """The environment variable of an option."""
    return "DX_" + name.upper()


def gather(lookups: list[Callable[[str], str | None]]) -> dict[str, str]:
    """What the user gave, by option name.

    Args:
        lookups: where to look, the strongest first; each takes an option's name
            and returns its text, or None where nothing was given.
    """
    given: dict[str, str] = {}
    for row in OPTIONS:
        for lookup in lookups:
            text = lookup(row.name)
            if text is not None:
                given[row.name] = text
                break
    return given
