"""What one run did: the recorder's file and the end of pytest's output, as values."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.parity.suite_run import SuiteRun

COUNT = re.compile(r"(\d+) ([a-z][a-z ]*)")
SUMMARY = re.compile(r"^=* ?(\d+ [a-z ]+(?:, \d+ [a-z ]+)*|no tests ran) in \S+s\b")
COLLECTED = re.compile(r"^(?:collecting \.\.\. )?(collected \d+ items?.*)")


class Phase(NamedTuple):
    """One report of one test. ``when`` is setup, call or teardown, or one with "/subtest"."""

    when: str
    outcome: str
    xfail: str | None = None
    notes: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class Collect(NamedTuple):
    """The report of a collector that failed or was skipped."""

    outcome: str
    note: str = ""


@dataclass(frozen=True)
class Recording:
    """Everything of one run that is compared or shown.

    Attributes:
        tests: per node id the phases of all its items, in the order reported.
        collects: per node id of a collector what was not plainly passed.
        exit_code: None where the run was killed at its limit.
        totals: the counts of the summary line, by word; warnings among them.
        collected: the "collected N items" line, "" where none was shown.
        warnings: how often each category was recorded.
        failures: ends of tracebacks by (node id, phase).
        complete: whether the recorder saw the session end.
    """

    tests: dict[str, list[Phase]] = field(default_factory=dict)
    collects: dict[str, list[Collect]] = field(default_factory=dict)
    exit_code: int | None = 0
    totals: dict[str, int] = field(default_factory=dict)
    collected: str = ""
    warnings: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    complete: bool = True

    def items(self) -> int:
        """How many items ran; items that share a node id count each."""
        return sum(occurrences(phases) for phases in self.tests.values())

    def skipped_collectors(self) -> int:
        return sum(len(reports) for reports in self.collects.values())


def occurrences(phases: Iterable[Phase]) -> int:
    """How many items of one node id there were: each has one setup."""
    return sum(phase.when == "setup" for phase in phases)


def read(run: SuiteRun) -> Recording:
    """The recording of a finished run; a torn last line is left out."""
    lines: list[str] = []
    if run.records.exists():
        lines = run.records.read_text(encoding="ascii").splitlines()
    output = run.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return parse(lines, output, run.finished.code)


def parse(lines: Iterable[str], output: list[str], exit_code: int | None) -> Recording:
    """A recording from the recorder's lines and pytest's output."""
    tests: dict[str, list[Phase]] = {}
    collects: dict[str, list[Collect]] = {}
    failures: dict[tuple[str, str], str] = {}
    warnings: Counter[str] = Counter()
    complete = False
    for fields in map(_decode, lines):
        match fields:
            case ["test", nodeid, when, outcome, xfail, notes, sections]:
                phase = Phase(when, outcome, xfail, tuple(notes), tuple(sections))
                tests.setdefault(nodeid, []).append(phase)
            case ["collect", nodeid, outcome, note]:
                collects.setdefault(nodeid, []).append(Collect(outcome, note))
            case ["failure", nodeid, when, text]:
                failures[nodeid, when] = text
            case ["warning", _, _, category, _]:
                warnings[category] += 1
            case ["end"]:
                complete = True
    totals, collected = totals_of(output), collected_line(output)
    return Recording(tests, collects, exit_code, totals, collected, warnings, failures, complete)


def totals_of(output: list[str]) -> dict[str, int]:
    """The last summary line as counts, singular and plural under one word."""
    for line in reversed(output):
        if found := SUMMARY.match(line):
            counts = COUNT.findall(found[1])
            return {word.strip().removesuffix("s"): int(number) for number, word in counts}
    return {}


def collected_line(output: list[str]) -> str:
    found = (COLLECTED.match(line) for line in output)
    return next((" ".join(line[1].split()) for line in found if line), "")


def _decode(line: str) -> list[Any]:
    try:
        fields = json.loads(line)
    except ValueError:
        return []
    return fields if isinstance(fields, list) else []
