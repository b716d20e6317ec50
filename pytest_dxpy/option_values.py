"""What the texts of options may be: one function for each kind, which gives the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_dxpy.errors import OptionError

COLLECT_MODES: Final = ("auto", "lazy", "full", "off")
START_METHODS: Final = ("auto", "late", "early", "spawn")
ORDERS: Final = ("pytest", "longest")
SPLITS: Final = ("auto", "never")
SWITCH: Final = ("no", "yes")
LIST: Final = "NAME,..."
RECORDS: Final = ("function", "module", "off")


def bad_option(message: str, *, hint: str) -> OptionError:
    """What to raise where an option cannot be used."""
    from pytest_dxpy.errors import OptionError  # noqa: PLC0415  # mostly all can

    return OptionError(message, hint=hint)


def workers(text: str) -> int | None:
    """A count; None: as many as there are CPUs."""
    if text == "auto":
        return None
    if text.isascii() and text.isdecimal() and int(text) >= 1:
        return int(text)
    raise bad_option(
        f"--dx-workers: {text!r} is not a worker count", hint="use 'auto' or a number from 1 up"
    )


def restarts(text: str) -> int | None:
    """A count; None: some for each worker."""
    if text == "auto":
        return None
    if text.isascii() and text.isdecimal():
        return int(text)
    raise bad_option(
        f"--dx-max-restarts: {text!r} is not a count", hint="use 'auto' or a number from 0 up"
    )


def seconds(text: str) -> float:
    """Above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if seconds > 0:
        return seconds
    raise bad_option(
        f"--dx-stall: {text!r} is not a number of seconds", hint="use a number above 0, such as 20"
    )


def limit(option: str) -> Callable[[str], float]:
    """Seconds; 0: no limit."""

    def parse(text: str) -> float:
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if 0 <= seconds < float("inf"):
            return seconds
        raise bad_option(
            f"--{option}: {text!r} is not a number of seconds",
            hint="use a number above 0, such as 60, or 0 for no limit",
        )

    return parse


def automatic_limit(option: str) -> Callable[[str], float | None]:
    """Seconds; 0: no limit; None: it depends."""
    parse = limit(option)
    return lambda text: None if text == "auto" else parse(text)


def choice(option: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    """One of a few words."""

    def parse(text: str) -> str:
        if text in choices:
            return text
        import difflib  # noqa: PLC0415  # only where a user has mistyped

        close = difflib.get_close_matches(text, choices, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(choices)}"
        raise bad_option(f"--{option}: unknown value {text!r}", hint=hint)

    return parse


def directory(text: str) -> str:
    """Any text."""
    return text


def switch(option: str) -> Callable[[str], bool]:
    """Whether it is "yes"."""
    choose = choice(option, SWITCH)
    return lambda text: choose(text) == "yes"


def explain(text: str) -> str:
    """Empty: no; "yes"; "json"; or a node id."""
    if text in SWITCH:
        return "" if text == "no" else text
    if text == "json" or any(mark in text for mark in ("::", "/", ".")):
        return text
    raise bad_option(
        f"--dx-explain: {text!r} is neither 'json' nor a node id",
        hint="a node id begins with a file, as in 'test_a.py::test_1'",
    )


def revision(text: str) -> str:
    """Empty: no; "yes"; or what git calls a revision."""
    if text == "no":
        return ""
    if text and not text.startswith("-"):
        return text
    raise bad_option(
        f"--dx-affected: {text!r} is no revision of git",
        hint="use a branch, tag or commit, such as --dx-affected=main, or the option alone",
    )


def replayed(text: str) -> str:
    """Empty: no; "yes": the last run; a number; or a file."""
    if text == "no":
        return ""
    if text == "yes" or (text.isascii() and text.isdecimal()) or "/" in text or "." in text:
        return text
    raise bad_option(
        f"--dx-replay: {text!r} is no run",
        hint="use a number, such as --dx-replay=3, or the option alone for the last run",
    )


def bisected(text: str) -> str:
    """Empty: no; or a node id."""
    if text == "no":
        return ""
    if "::" in text:
        return text
    raise bad_option(
        f"--dx-bisect: {text!r} is no node id", hint="a node id is like 'test_a.py::test_1'"
    )


def names(text: str) -> list[str]:
    """Names between commas or blanks."""
    return text.replace(",", " ").split()
