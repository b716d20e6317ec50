"""Every option of pytest-dxpy: one row each, and nowhere else.

``--help``, the ini file, the environment and docs/options.md are made from
these rows. To add an option, add a row, and its type to ``Options``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_dxpy import option_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# No option: how a worker that is a new interpreter learns that it is one.
SPAWN_VARIABLE: Final = "DXPY_SPAWNED_WORKER"


class Option:
    """One row.

    Its flag takes a value (``N``), or none and means "yes" (an empty metavar), or may
    have one behind a ``=`` (``[=WHAT]``). A list (``NAME,...``) has a name a line in the
    configuration file.
    """

    # No dataclass: to make one takes longer than all else that an unused plugin does.
    __slots__ = (
        "default", "help", "is_list", "is_optional", "is_switch", "metavar", "name", "parse"
    )  # fmt: skip

    def __init__(
        self, name: str, default: str, parse: Callable[[str], object], metavar: str, text: str
    ) -> None:
        self.is_switch = not metavar
        self.is_optional = metavar.startswith("[")
        self.is_list = metavar == option_values.LIST
        self.name = name
        self.default = default
        self.parse = parse
        self.metavar = metavar
        self.help = text


OPTIONS: Final = (
    Option(
        "workers",
        "auto",
        option_values.workers,
        "N",
        "number of worker processes; 'auto' is one per CPU that this process may use, by its "
        "affinity and by what its container grants it",
    ),
    Option(
        "collect",
        "auto",
        option_values.choice("dx-collect", option_values.COLLECT_MODES),
        "MODE",
        "lazy: a worker collects a file when it runs it; full: each worker collects everything; "
        "off: one process; auto: lazy with failures confirmed in a worker that has collected "
        "everything, or full or off where an option or a plugin needs it",
    ),
    Option(
        "start",
        "auto",
        option_values.choice("dx-start", option_values.START_METHODS),
        "HOW",
        "late: fork workers after the initial conftests are imported; early: before; "
        "spawn: start new interpreters; auto: late where that is safe",
    ),
    Option(
        "order",
        "pytest",
        option_values.choice("dx-order", option_values.ORDERS),
        "ORDER",
        "pytest: files begin in pytest's order, but for one that would end long after all others; "
        "longest: the longest first, for the shortest run",
    ),
    Option(
        "split",
        "auto",
        option_values.choice("dx-split", option_values.SPLITS),
        "WHEN",
        "auto: an idle worker takes over the tail of a file that would run long, where the file's "
        "tests share no fixture above function scope; never: a file stays on one worker",
    ),
    Option(
        "max_restarts",
        "auto",
        option_values.restarts,
        "N",
        "how many dead workers are replaced; 'auto' is 4 per worker",
    ),
    Option(
        "stall",
        "5",
        option_values.seconds,
        "SECONDS",
        "end a worker that waits so long, and three times as long as another worker took, in the "
        "set-up of a session fixture which that one has",
    ),
    Option(
        "exclusive_fixtures",
        "",
        option_values.names,
        option_values.LIST,
        "names of session fixtures that cannot exist twice, such as a server on a fixed port: all "
        "files whose tests use one go to one worker",
    ),
    Option(
        "shared_fixtures",
        "",
        option_values.names,
        option_values.LIST,
        "names of session fixtures that one worker builds for all, once in a run, as "
        "@dx.fixture(scope='session', shared=True) says where they are defined",
    ),
    Option(
        "timeout",
        "0",
        option_values.limit("dx-timeout"),
        "SECONDS",
        "fail a test whose setup, call or teardown takes longer, show where its threads are, and "
        "go on in another worker; 0 is no limit; the mark dx_timeout(seconds) goes before it",
    ),
    Option(
        "session_timeout",
        "auto",
        option_values.automatic_limit("dx-session-timeout"),
        "SECONDS",
        "end a worker that says nothing for so long where no test runs: at the start or end of its "
        "session, while it collects, or after its session; 0 is no limit; 'auto' is an hour, "
        "ten minutes after the session, and with --dx-timeout that limit, but at least 30, at the "
        "start and end",
    ),
    Option(
        "slow",
        "0",
        option_values.limit("dx-slow"),
        "SECONDS",
        "name a test on the terminal, with its worker, when it has been running for so long; it "
        "goes on; 0 names none",
    ),
    Option(
        "record",
        "function",
        option_values.choice("dx-record", option_values.RECORDS),
        "WHAT",
        "function: workers note which functions each test runs, and which files it reads; "
        "module: which modules are imported, and files; off: nothing",
    ),
    Option(
        "affected",
        "no",
        option_values.revision,
        "[=REF]",
        "run only the tests that what changed since they last passed can have changed, or with "
        "REF what changed since that revision of git",
    ),
    Option(
        "explain",
        "no",
        option_values.explain,
        "[=WHAT]",
        "yes: with --dx-affected, say why each test was selected; NODEID: all about one test, also "
        "about one that need not run; json: one JSON document; without a value: yes",
    ),
    Option(
        "verify",
        "no",
        option_values.switch("dx-verify"),
        "",
        "with --dx-affected: run everything, and report each test that would have been left out "
        "and fails",
    ),
    Option(
        "replay",
        "no",
        option_values.replayed,
        "[=RUN]",
        "repeat a run: each worker runs what the worker of the same number had run, in the same "
        "order; RUN is a number that the summary of a failed run names, or a file; without a "
        "value it is the last run",
    ),
    Option(
        "bisect",
        "no",
        option_values.bisected,
        "NODEID",
        "find which test, or which import of a file, makes this one fail that passes alone, in the "
        "order of the last run in which it failed, or of the one that --dx-replay names",
    ),
    Option(
        "stats",
        "no",
        option_values.switch("dx-stats"),
        "",
        "say at the end how long our own work took in the controller, stage by stage, by the "
        "clock and in CPU time of all its threads",
    ),
    Option(
        "env",
        "",
        option_values.names,
        "NAMES",
        "environment variables that tests depend on, for --dx-affected",
    ),
    Option(
        "cache_dir",
        "",
        option_values.directory,
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
    exclusive_fixtures: list[str]
    shared_fixtures: list[str]
    timeout: float
    session_timeout: float | None
    slow: float
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
