"""Everything pytest-dxpy raises on purpose.

Each class below has one heading in docs/messages.md, named by its ``slug``.
"""

from __future__ import annotations

from typing import ClassVar


class DxpyError(Exception):
    """Something that the user can do something about.

    The message says what was wrong with which value; ``hint`` says what to do.
    """

    slug: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.args[0]} [{self.slug}]"
        return f"{text}\nhint: {self.hint}" if self.hint else text


class OptionError(DxpyError):
    """A command-line, ini or environment value that cannot be used."""

    slug = "bad-option"


class StartError(DxpyError):
    """No worker process can be started."""

    slug = "cannot-start"


class UnconfigureError(DxpyError):
    """pytest or a plugin has raised in a worker, after its session."""

    slug = "cannot-unconfigure"


class WorkersLostError(DxpyError):
    """Every worker has died and no more may be started."""

    slug = "workers-lost"


class StuckError(DxpyError):
    """A worker has stood still where no test runs, and was ended."""

    slug = "worker-stuck"


class RecordError(DxpyError):
    """The record of what tests depend on, or a file with one, cannot be used."""

    slug = "no-record"


class ScheduleError(OptionError):
    """A run that cannot be repeated."""

    slug = "no-schedule"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"--dx-replay: {message}", hint=hint)


class BisectError(OptionError):
    """Nothing to look into for ``--dx-bisect``."""

    slug = "no-bisect"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"--dx-bisect: {message}", hint=hint)


class UnknownTestError(DxpyError):
    """There is no such test."""

    slug = "unknown-test"


class NotFoundError(DxpyError):
    """Arguments name tests that their files do not have."""

    slug = "not-found"

    def __init__(self, messages: list[str]) -> None:
        """Take a text for each, as pytest words it."""
        super().__init__("\n".join(messages), hint="'dx-py discover FILE' lists a file's tests")
        self.messages = messages


class TreeError(OptionError):
    """A git revision that the files of now cannot be compared with."""

    slug = "no-tree"
