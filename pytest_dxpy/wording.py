"""Words that several parts of us tell the user alike."""

from __future__ import annotations


def plural(number: int, noun: str) -> str:
    """``1 test``, ``2 tests``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def saved(tests: int, seconds: float) -> str:
    """``1,234 unaffected (saved 12.3 s)``.

    Args:
        tests: how many.
        seconds: that they took together when they last ran.
    """
    return f"{tests:,} unaffected (saved {seconds:,.{1 if seconds >= 10 else 2}f} s)"  # noqa: PLR2004
