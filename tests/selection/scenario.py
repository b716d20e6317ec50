"""What a scenario is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.selection.edits import Edit

ALL = "*"  # in `perfect`: every test
USAGE = frozenset({"tests/test_usage.txt::test_usage.txt"})


@dataclass(frozen=True)
class Step:
    """An edit, and how pytest is run after it. ``plain``: without the selector."""

    edit: Edit
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    plain: bool = False


@dataclass(frozen=True)
class Scenario:
    """Edits, and what a selector has to run after the last of them.

    Attributes:
        name: unique, lower case with underscores.
        why: what is tried, in a line.
        steps: pytest runs after each; the last run is judged.
        must: tests that fail then, or whose outcome no run before has shown, by node id; the
            path of a file that cannot be collected. Proven with plain pytest.
        perfect: must, and tests that use what has changed.
        red: whether plain pytest fails then.
        most_extra: how many tests beyond perfect may run; scenarios/allowed.py says why.
    """

    name: str
    why: str
    steps: tuple[Step, ...]
    must: frozenset[str]
    perfect: frozenset[str]
    red: bool
    most_extra: int = 0

    def missed(self, covered: frozenset[str]) -> list[str]:
        """Of what must run, what did not."""
        return sorted(self.must - covered)

    def extra(self, ran: frozenset[str]) -> list[str]:
        """Of what ran, what need not have."""
        return [] if ALL in self.perfect else sorted(ran - self.perfect)


NONE: frozenset[str] = frozenset()
EVERY = frozenset({ALL})


def scenario(
    name: str,
    why: str,
    *steps: Edit | Step,
    must: frozenset[str] = NONE,
    also: frozenset[str] = NONE,
    red: bool | None = None,
) -> Scenario:
    """A scenario; ``also`` are tests that use what has changed. Red if anything must run."""
    return Scenario(
        name,
        why,
        tuple(step if isinstance(step, Step) else Step(step) for step in steps),
        must,
        must | also,
        bool(must) if red is None else red,
    )


def ids(file: str, *names: str) -> frozenset[str]:
    """Node ids: ``ids("shore/pulse", "first")`` is tests/shore/test_pulse.py::test_first."""
    return frozenset(
        f"{path_of(file)}::{name if '::' in name else 'test_' + name}" for name in names
    )


def path_of(file: str) -> str:
    folder, slash, name = file.rpartition("/")
    return f"tests/{folder}{slash}test_{name}.py"


def broken(*files: str) -> frozenset[str]:
    """Files that cannot be collected."""
    return frozenset(map(path_of, files))
