"""One suite's verdict: plain pytest, our runs, what differs, and what explains it."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity import compare, expected
from tests.parity.catalogue import Message, Place, Suite, place_of
from tests.parity.compare import Difference
from tests.parity.expected import Entry
from tests.parity.prepare import prepare
from tests.parity.product import Product, put_in, take_out
from tests.parity.recording import Recording, read
from tests.parity.suite_run import SuiteRun, load_run, run_suite

PLAIN_RUNS = 3  # so many before a difference is put down to the runner


@dataclass(frozen=True)
class Settings:
    """What is asked for. ``product`` is None where the runner is somebody else's."""

    work: Path
    runner: tuple[str, ...]
    times: int = 1
    product: Product | None = None
    expected: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class OurRun:
    """One run of ours beside plain's. Orders are files that ran in plain's order, of how many."""

    run: SuiteRun
    recording: Recording
    differences: list[Difference]
    order: tuple[int, int]


@dataclass(frozen=True)
class Verdict:
    """What came of one suite."""

    suite: Suite
    plain: list[SuiteRun]
    baseline: Recording
    ours: list[OurRun]
    real: list[Difference]
    unstable: list[Difference]
    explained: list[tuple[Difference, str]]
    gone: list[Entry]

    @property
    def same(self) -> bool:
        return not self.real and not self.gone


def check(suite: Suite, settings: Settings) -> Verdict:
    """Run one suite under plain pytest, unless that was recorded, and under the runner."""
    place = place_of(suite, settings.work)
    with _held(place):
        prepare(suite, settings.work)
        plain = [record_plain(suite, place, 1)]
        baseline = read(plain[0])
        if settings.product:
            put_in(settings.product, suite, place)
        ours = [_our_run(suite, place, settings, number) for number in range(settings.times)]
        compared = [_compared(suite, run, plain[0], baseline) for run in ours]
        differences = list(dict.fromkeys(d for run in compared for d in run.differences))
        real, explained = _explain(suite, settings.expected, differences)
        # From here on what is left is the runner's doing, or the suite's own unrest.
        more = _plain_until_settled(suite, place, baseline, real)
    between = [d for run in more for d in compare.compare(baseline, read(run))]
    parts = compare.sort_out(real, between)
    real, unstable = settle_overall(parts.real, parts.unstable, explained)
    stale = expected.gone(settings.expected, suite.name, differences)
    return Verdict(suite, [*plain, *more], baseline, compared, real, unstable, explained, stale)


def record_plain(suite: Suite, place: Place, number: int) -> SuiteRun:
    """The plain run of that number: an earlier one, or one made now without our package."""
    label = f"plain-{number}"
    if earlier := load_run(suite, place, label):
        return earlier
    take_out(place)
    return run_suite(suite, place, label)


def _our_run(suite: Suite, place: Place, settings: Settings, number: int) -> SuiteRun:
    return run_suite(suite, place, f"ours-{number + 1}", settings.runner)


def _compared(suite: Suite, run: SuiteRun, plain: SuiteRun, baseline: Recording) -> OurRun:
    recording = read(run)
    left = list(_left_behind(run, plain))
    order = compare.files_in_order(baseline, recording)
    if suite.message:
        differences = [*message_differences(suite.message, run), *left]
    elif run.finished.code is None:
        differences = [_timeout(run)]
    else:
        differences = [*compare.compare(baseline, recording), *left]
    return OurRun(run, recording, differences, order)


def _left_behind(run: SuiteRun, plain: SuiteRun) -> Iterator[Difference]:
    """What outlived our run; a suite that leaves as much under plain pytest is forgiven."""
    ours, theirs = run.finished, plain.finished
    if ours.code is None:
        return
    if len(ours.left_processes) > len(theirs.left_processes):
        yield Difference(compare.PROCESSES, "", "left running: " + "; ".join(ours.left_processes))
    if len(ours.left_shm) > len(theirs.left_shm):
        yield Difference(compare.SHM, "", "left in /dev/shm: " + ", ".join(ours.left_shm))


def _timeout(run: SuiteRun) -> Difference:
    there = len(run.finished.left_processes)
    text = f"killed after {run.finished.wall_s:.0f} s with {there} processes; see {run.log}"
    return Difference(compare.TIMEOUT, "", text)


def message_differences(message: Message, run: SuiteRun) -> list[Difference]:
    """What a suite that cannot have equal outcomes must give instead: an end and its reason."""
    found = []
    if run.finished.code is None:
        found.append(_timeout(run))
    lines = run.log.read_text(encoding="utf-8", errors="replace").splitlines()
    if not any(all(re.search(word, line) for word in message.words) for line in lines):
        text = "no line of the output has all of " + ", ".join(message.words)
        found.append(Difference(compare.MESSAGE, "", text))
    return found


def _explain(
    suite: Suite, entries: list[Entry], differences: list[Difference]
) -> tuple[list[Difference], list[tuple[Difference, str]]]:
    real, explained = [], []
    for difference in differences:
        reason = expected.reason_for(entries, suite.name, difference)
        if reason is None:
            real.append(difference)
        else:
            explained.append((difference, reason))
    return real, explained


def _plain_until_settled(
    suite: Suite, place: Place, baseline: Recording, differences: list[Difference]
) -> list[SuiteRun]:
    """Further plain runs, as many as it takes to show that plain pytest differs too."""
    runs: list[SuiteRun] = []
    rest = [] if suite.message else [d for d in differences if d.kind in compare.COMPARED]
    while rest and len(runs) < PLAIN_RUNS - 1:
        runs.append(record_plain(suite, place, len(runs) + 2))
        rest = compare.sort_out(rest, compare.compare(baseline, read(runs[-1]))).real
        if all(difference.kind in compare.OVERALL for difference in rest):
            break
    return runs


def settle_overall(
    real: list[Difference],
    unstable: list[Difference],
    explained: list[tuple[Difference, str]],
) -> tuple[list[Difference], list[Difference]]:
    """Put exit code and counts with the tests they follow from, if those are accounted for."""
    accounted = [*unstable, *(difference for difference, _ in explained)]
    open_tests = any(difference.kind in compare.DECISIVE for difference in real)
    if open_tests or not any(difference.kind in compare.DECISIVE for difference in accounted):
        return real, unstable
    follows = [difference for difference in real if difference.kind in compare.OVERALL]
    return [d for d in real if d not in follows], [*unstable, *follows]


@contextmanager
def _held(place: Place) -> Iterator[None]:
    """One harness at a time in a suite's folder; another one waits."""
    place.root.parent.mkdir(parents=True, exist_ok=True)
    with place.root.with_name(f".{place.root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
