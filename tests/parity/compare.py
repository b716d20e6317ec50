"""What differs between two recordings, and which of it plain pytest shows by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.parity.recording import Collect, Phase, Recording, occurrences

# Kinds of differences, the weightiest first; README.md has a line on each.
TIMEOUT, MESSAGE, PROCESSES, SHM, CUT_SHORT = "timeout", "message", "processes", "shm", "cut short"
EXIT, TOTALS, COLLECTED = "exit", "totals", "collected"
MISSING, EXTRA, COUNT, OUTCOME, COLLECT = "missing", "extra", "count", "outcome", "collect"
SECTIONS, NOTES = "sections", "notes"
KINDS = (
    *(TIMEOUT, MESSAGE, PROCESSES, SHM, CUT_SHORT),
    *(EXIT, TOTALS, COLLECTED),
    *(MISSING, EXTRA, COUNT, OUTCOME, COLLECT),
    *(SECTIONS, NOTES),
)
# What a comparison with a second plain run can find to be unstable.
COMPARED = frozenset(KINDS) - {TIMEOUT, MESSAGE, PROCESSES, SHM, CUT_SHORT}
# Exit code and counts follow from tests that differ in one of these ways.
OVERALL = frozenset({EXIT, TOTALS})
DECISIVE = frozenset({MISSING, EXTRA, COUNT, OUTCOME, COLLECT})

VARYING = re.compile(r"0x[0-9a-fA-F]+|\d+")


@dataclass(frozen=True)
class Difference:
    """One way in which the second run was not the first; ``nodeid`` is "" for the whole run."""

    kind: str
    nodeid: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.kind, printable(self.nodeid), self.text) if part)


def compare(plain: Recording, ours: Recording) -> list[Difference]:
    """Everything in which ``ours`` differs from ``plain``: per test, per collector, overall."""
    return [*_tests(plain, ours), *_collectors(plain, ours), *_overall(plain, ours)]


def _tests(plain: Recording, ours: Recording) -> Iterator[Difference]:
    for nodeid, phases in plain.tests.items():
        if nodeid not in ours.tests:
            yield Difference(MISSING, nodeid, _story(phases))
        elif difference := _test(nodeid, phases, ours.tests[nodeid]):
            yield difference
    for nodeid, phases in ours.tests.items():
        if nodeid not in plain.tests:
            yield Difference(EXTRA, nodeid, _story(phases))


def _test(nodeid: str, plain: list[Phase], ours: list[Phase]) -> Difference | None:
    """The weightiest difference of one node id.

    Items that share the id are compared as a bag: which of them ran first is not told apart.
    """
    if plain == ours:
        return None
    if occurrences(plain) != occurrences(ours):
        return Difference(COUNT, nodeid, f"{occurrences(plain)} -> {occurrences(ours)} items")
    if _bag(plain, _outcome) != _bag(ours, _outcome):
        return Difference(OUTCOME, nodeid, f"{_story(plain)} -> {_story(ours)}")
    for kind, part in ((SECTIONS, _sections), (NOTES, _notes)):
        before, after = _bag(plain, part), _bag(ours, part)
        if before != after:
            return Difference(
                kind, nodeid, f"{_listing(before - after)} -> {_listing(after - before)}"
            )
    return None


def _collectors(plain: Recording, ours: Recording) -> Iterator[Difference]:
    for nodeid in dict.fromkeys([*plain.collects, *ours.collects]):
        before = Counter(plain.collects.get(nodeid, ()))
        after = Counter(ours.collects.get(nodeid, ()))
        if before != after:
            text = f"{_reports(before - after)} -> {_reports(after - before)}"
            yield Difference(COLLECT, nodeid, text)


def _overall(plain: Recording, ours: Recording) -> Iterator[Difference]:
    if not ours.complete:
        yield Difference(CUT_SHORT, "", "the recorder did not see the session's end")
    if plain.exit_code != ours.exit_code:
        yield Difference(EXIT, "", f"{plain.exit_code} -> {ours.exit_code}")
    before, after = _without_warnings(plain.totals), _without_warnings(ours.totals)
    if before != after:
        yield Difference(TOTALS, "", f"{_sum(before)} -> {_sum(after)}")
    if plain.collected != ours.collected:
        yield Difference(COLLECTED, "", f"{plain.collected!r} -> {ours.collected!r}")


@dataclass(frozen=True)
class Sorted:
    """Differences by whether plain pytest shows them too."""

    real: list[Difference]
    unstable: list[Difference]


def sort_out(differences: list[Difference], between_plain_runs: list[Difference]) -> Sorted:
    """Set apart what also differs between two plain runs.

    Such a test is known by its id; or, as an id can hold the time of day, by the id without
    its digits, provided that as many such ids came as went.
    """
    known = {(difference.kind, difference.nodeid) for difference in between_plain_runs}
    nodeids = {difference.nodeid for difference in between_plain_runs} - {""}
    shapes = {shape(nodeid) for nodeid in nodeids} & _balanced(differences)
    unstable = [
        difference
        for difference in differences
        if (difference.kind, difference.nodeid) in known
        or difference.nodeid in nodeids
        or (difference.kind in (MISSING, EXTRA) and shape(difference.nodeid) in shapes)
    ]
    return Sorted([d for d in differences if d not in set(unstable)], unstable)


def _balanced(differences: Iterable[Difference]) -> set[str]:
    """Shapes of node ids of which as many are missing as there are new ones."""
    balance: Counter[str] = Counter()
    for difference in differences:
        balance[shape(difference.nodeid)] += (difference.kind == EXTRA) - (
            difference.kind == MISSING
        )
    return {form for form, rest in balance.items() if rest == 0}


def shape(nodeid: str) -> str:
    """A node id without the numbers and addresses in it."""
    return VARYING.sub("#", nodeid)


def files_in_order(plain: Recording, ours: Recording) -> tuple[int, int]:
    """How many files ran their tests in plain's order, and how many files there are."""
    before, after = _by_file(plain), _by_file(ours)
    return sum(after.get(file) == nodeids for file, nodeids in before.items()), len(before)


def _by_file(recording: Recording) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for nodeid in recording.tests:
        files.setdefault(nodeid.split("::")[0], []).append(nodeid)
    return files


def printable(nodeid: str) -> str:
    return nodeid.encode("ascii", "backslashreplace").decode()


def _bag(phases: list[Phase], part: Callable[[Phase], tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return Counter(map(part, phases))


def _outcome(phase: Phase) -> tuple[str, ...]:
    return (phase.when, phase.outcome, *(["xfail"] if phase.xfail is not None else []))


def _sections(phase: Phase) -> tuple[str, ...]:
    return (phase.when, *phase.sections)


def _notes(phase: Phase) -> tuple[str, ...]:
    return (phase.when, *([f"xfail: {phase.xfail}"] if phase.xfail else []), *phase.notes)


def _story(phases: list[Phase]) -> str:
    """The phases of a test that did not simply pass, or "passed"."""
    told = [" ".join(_outcome(phase)) for phase in phases if _outcome(phase)[1:] != ("passed",)]
    return ", ".join(told) or "passed"


def _listing(bag: Counter[tuple[str, ...]]) -> str:
    return "; ".join(repr(list(entry)) for entry in bag) or "nothing"


def _reports(bag: Counter[Collect]) -> str:
    return "; ".join(f"{report.outcome} {report.note}".strip() for report in bag) or "nothing"


def _without_warnings(totals: dict[str, int]) -> dict[str, int]:
    return {word: number for word, number in totals.items() if word != "warning"}


def _sum(totals: dict[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in totals.items()) or "no summary line"
