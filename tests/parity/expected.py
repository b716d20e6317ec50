"""Differences that are known and why: expected.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import tomllib

from tests.parity.compare import Difference

EXPECTED = Path(__file__).resolve().parent / "expected.toml"


@dataclass(frozen=True)
class Entry:
    """Differences of one suite that one reason explains.

    ``nodes`` is a node id in which ``*`` stands for any text; all else stands for itself,
    brackets too. With ``sometimes`` a run without such a difference is fine as well.
    """

    suite: str
    kind: str
    nodes: str
    reason: str
    sometimes: bool = False

    def covers(self, suite: str, difference: Difference) -> bool:
        if suite != self.suite or difference.kind != self.kind:
            return False
        pattern = ".*".join(map(re.escape, self.nodes.split("*")))
        return re.fullmatch(pattern, difference.nodeid, re.DOTALL) is not None

    def __str__(self) -> str:
        return f"{self.suite}: {self.kind}: {self.nodes or 'the run'}"


def load(path: Path = EXPECTED) -> list[Entry]:
    """The entries of a file in its order; each must give its reason."""
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("difference", [])
    entries = [Entry(**table) for table in tables]
    for entry in entries:
        if not entry.reason.strip():
            raise ValueError(f"{path.name}: {entry}: no reason given")
    return entries


def reason_for(entries: list[Entry], suite: str, difference: Difference) -> str | None:
    found = (entry.reason for entry in entries if entry.covers(suite, difference))
    return next(found, None)


def gone(entries: list[Entry], suite: str, differences: list[Difference]) -> list[Entry]:
    """Entries of a suite that no difference of its runs bears out any more."""
    return [
        entry
        for entry in entries
        if entry.suite == suite
        and not entry.sometimes
        and not any(entry.covers(suite, difference) for difference in differences)
    ]
