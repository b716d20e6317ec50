"""Command line: python -m tests.selection.mutants SUITE... [--count N] [--seed S].

Applies random edits, one at a time, to suites that tests.parity knows, and compares what
`-p dxpy --dx-affected` runs after each with a whole run of plain pytest. Exit code 1 where the
two disagree.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.parity.catalogue import load, place_of
from tests.parity.prepare import prepare
from tests.selection import mutation
from tests.selection.box import ROOT
from tests.selection.stage import Stage
from tests.selection.trial import TOOLS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.selection.box import Run
    from tests.selection.mutation import Mutation

DX = TOOLS["dx"]
MOST_ALONE = 12  # tests that are looked at by themselves, of one mutant
DIGITS = re.compile(r"\d+")
DATA = {".txt", ".html", ".json", ".cfg", ".ini", ".toml", ".csv", ".xml", ".sql", ".css", ".rst"}


@dataclass(frozen=True)
class Outcome:
    """What one mutant has shown.

    ``changed`` are tests whose outcome the edit changes, new ones included. ``missed`` were not
    run, ``wrong`` had another outcome; ``led`` are such where selecting is not why: alone, or
    in a whole run of ours, the test has the outcome that it has here.
    """

    number: int
    about: str
    full: Run
    affected: Run
    changed: frozenset[str]
    missed: list[str]
    wrong: list[str]
    led: list[str]
    testmon: Run | None = None
    testmon_missed: list[str] = field(default_factory=list)

    @property
    def false_green(self) -> bool:
        return not self.full.green and self.affected.green and not self.led

    @property
    def false_red(self) -> bool:
        return self.full.green and not self.affected.green

    @property
    def disagrees(self) -> bool:
        return bool(self.missed or self.wrong or self.false_green or self.false_red)


@dataclass
class Baseline:
    """Outcomes without an edit; ``flaky`` differ between runs of plain pytest, or of ours."""

    outcomes: dict[str, str] = field(default_factory=dict)
    flaky: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)

    def steady(self, nodes: Iterable[str]) -> frozenset[str]:
        """Without those that are flaky. An id may hold the time of day: digits are all alike."""
        kinds = {DIGITS.sub("0", node) for node in self.flaky}
        return frozenset(node for node in nodes if DIGITS.sub("0", node) not in kinds)


def main() -> int:
    options = _options()
    known = load()
    unknown = [name for name in options.suites if name not in known]
    if unknown:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(known)}")
    disagreements = 0
    for name in options.suites:
        place = place_of(known[name], options.work)
        prepare(known[name], options.work)
        stage = Stage(known[name], place, options.trees.resolve() / name, options.dxpy_path)
        stage.build()
        if options.testmon:
            stage.install(f"pytest-testmon=={options.testmon}", "coverage")
        disagreements += _mutate(stage, name, options)
    return 1 if disagreements else 0


def _mutate(stage: Stage, name: str, options: argparse.Namespace) -> int:
    base = _baseline(stage, testmon=bool(options.testmon))
    for note in base.notes:
        _say(f"{name}: {note}")
    _say(f"{name}: {len(base.outcomes)} tests, {len(base.flaky)} left out as they are flaky")
    stage.restore()
    found = mutation.sources(stage.sources()) + mutation.data(stage.files(DATA))
    outcomes = []
    later = DX.first if options.whole else DX.later
    numbers = [options.only] if options.only is not None else range(options.count)
    for number in numbers:
        chance = random.Random(f"{name} {options.seed} {number}")
        mutant = mutation.choose(found, chance)
        outcome = _try(stage, base, number, mutant, later)
        if isinstance(outcome, str):
            _say(f"{name} {number}: {outcome}")
            continue
        if options.testmon:
            outcome = _beside(stage, base, mutant, outcome)
        outcomes.append(outcome)
        if outcome.disagrees or options.verbose:
            _say(f"{name} {number}: {story(outcome)}")
    if outcomes:
        _say(summary(name, base, outcomes))
    return sum(outcome.disagrees for outcome in outcomes)


def _baseline(stage: Stage, *, testmon: bool) -> Baseline:
    """Two runs of plain pytest, and our first two, which stay, as testmon's does.

    Two: what has to be confirmed in the first one has no record from it.
    """
    plain = []
    for _ in range(2):
        stage.restore()
        plain.append(stage.pytest())
    stage.restore()
    ours = stage.pytest(*DX.first)
    stage.pytest(*DX.first)
    if testmon:
        stage.pytest("--testmon", with_others=True)
    stage.keep()
    base = Baseline(outcomes=plain[0].outcomes)
    for other, who in ((plain[1], "plain pytest again"), (ours, "our first run")):
        differing = _differing(plain[0].outcomes, other.outcomes)
        base.flaky |= differing
        if differing:
            base.notes.append(f"{who}: {len(differing)} differ, such as {sorted(differing)[:3]}")
        if other.code != plain[0].code:
            base.notes.append(f"{who}: exit code {other.code} for {plain[0].code}")
            base.notes += other.output.splitlines()[-12:]
    return base


def _try(
    stage: Stage, base: Baseline, number: int, mutant: Mutation, later: tuple[str, ...]
) -> Outcome | str:
    """Both runs after one edit, or why there is no answer."""
    stage.restore()
    about = mutant.describe(stage.tree)
    runs = []
    for args in ((), later):
        stage.restore()
        mutant.apply()
        runs.append(stage.pytest(*args))
    full, affected = runs
    if full.timed_out:
        return f"{about}: plain pytest does not end"
    fails = {node for node, told in full.outcomes.items() if _is_bad(told)}
    changed = _differing(base.outcomes, full.outcomes) & full.outcomes.keys()
    due = base.steady(changed | fails)
    told = {node for node, outcome in affected.outcomes.items() if outcome == "not collected"}
    covered = affected.ran | affected.skipped | told
    missed = due - covered
    wrong = base.steady(
        node
        for node, outcome in affected.outcomes.items()
        if full.outcomes.get(node, outcome) != outcome
    )
    led = _led(stage, mutant, missed | wrong, base.outcomes | affected.outcomes)
    return Outcome(
        number=number,
        about=about,
        full=full,
        affected=affected,
        changed=base.steady(changed),
        missed=sorted(missed - led),
        wrong=sorted(wrong - led),
        led=sorted(led),
    )


def _beside(stage: Stage, base: Baseline, mutant: Mutation, outcome: Outcome) -> Outcome:
    """The same with what testmon does after the edit."""
    stage.restore()
    mutant.apply()
    run = stage.pytest("--testmon", with_others=True)
    fails = {node for node, told in outcome.full.outcomes.items() if _is_bad(told)}
    due = outcome.changed | base.steady(fails)
    told = {node for node, said in run.outcomes.items() if said == "not collected"}
    missed = due - run.ran - run.skipped - told - set(outcome.led)
    return replace(outcome, testmon=run, testmon_missed=sorted(missed))


def _led(
    stage: Stage, mutant: Mutation, nodes: frozenset[str], ours: dict[str, str]
) -> frozenset[str]:
    """Those that have our outcome alone under plain pytest, or where we select nothing."""
    led: set[str] = set()
    for args in ((node,) for node in sorted(nodes)[:MOST_ALONE]):
        led |= {node for node in args if _again(stage, mutant, args).get(node) == ours.get(node)}
    if nodes - led:
        whole = _again(stage, mutant, DX.first)
        led |= {node for node in nodes if whole.get(node) == ours.get(node)}
    return frozenset(led)


def _again(stage: Stage, mutant: Mutation, args: tuple[str, ...]) -> dict[str, str]:
    stage.restore()
    mutant.apply()
    return stage.pytest(*args).outcomes


def _differing(one: dict[str, str], other: dict[str, str]) -> frozenset[str]:
    return frozenset(node for node in one.keys() | other.keys() if one.get(node) != other.get(node))


def _is_bad(outcome: str) -> bool:
    return "failed" in outcome.replace("xfailed", "") or outcome == "not collected"


def story(outcome: Outcome) -> str:
    lines = [f"{outcome.about}: {len(outcome.changed)} change, {len(outcome.affected.ran)} ran"]
    if outcome.affected.timed_out:
        lines.append("  our run does not end")
    for name, nodes in (("missed", outcome.missed), ("otherwise", outcome.wrong)):
        for node in nodes[:8]:
            ours = outcome.affected.outcomes.get(node, "not run")
            lines.append(f"  {name} {node}: {ours}, plain: {outcome.full.outcomes.get(node)}")
        if len(nodes) > 8:
            lines.append(f"  {name}: {len(nodes)} in all")
    if outcome.false_green or outcome.false_red:
        lines.append(f"  exit code {outcome.affected.code}, plain: {outcome.full.code}")
        lines += [f"  > {line}" for line in outcome.affected.output.splitlines()[-5:]]
    return "\n".join(lines)


def summary(name: str, base: Baseline, outcomes: list[Outcome]) -> str:
    tests = len(base.outcomes)
    median = statistics.median
    shares = [len(outcome.affected.ran) / tests for outcome in outcomes]
    needed = [len(outcome.changed) / tests for outcome in outcomes]
    cells = {
        "suite": name,
        "tests": tests,
        "flaky": len(base.flaky),
        "mutants": len(outcomes),
        "with another outcome": sum(bool(outcome.changed) for outcome in outcomes),
        "missed": sum(bool(outcome.missed) for outcome in outcomes),
        "tests missed": sum(len(outcome.missed) for outcome in outcomes),
        "otherwise": sum(bool(outcome.wrong) for outcome in outcomes),
        "not by selecting": sum(len(outcome.led) for outcome in outcomes),
        "false green": sum(outcome.false_green for outcome in outcomes),
        "false red": sum(outcome.false_red for outcome in outcomes),
        "selected, median": f"{median(shares):.1%}",
        "selected, mean": f"{statistics.mean(shares):.1%}",
        "changed, mean": f"{statistics.mean(needed):.1%}",
        "plain, median s": f"{median(o.full.wall_seconds for o in outcomes):.2f}",
        "ours, median s": f"{median(o.affected.wall_seconds for o in outcomes):.2f}",
        "plain, CPU s": f"{median(o.full.cpu_seconds for o in outcomes):.2f}",
        "ours, CPU s": f"{median(o.affected.cpu_seconds for o in outcomes):.2f}",
    }
    beside = [(outcome, outcome.testmon) for outcome in outcomes if outcome.testmon]
    if beside:
        ran = [len(run.ran) / tests for _, run in beside]
        cells |= {
            "testmon: missed": sum(bool(outcome.testmon_missed) for outcome, _ in beside),
            "testmon: tests missed": sum(len(outcome.testmon_missed) for outcome, _ in beside),
            "testmon: false green": sum(not o.full.green and run.green for o, run in beside),
            "testmon: selected, median": f"{median(ran):.1%}",
            "testmon: selected, mean": f"{statistics.mean(ran):.1%}",
            "testmon, median s": f"{median(run.wall_seconds for _, run in beside):.2f}",
        }
    return "\n".join(f"| {key} | {cell} |" for key, cell in cells.items())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.selection.mutants", description=__doc__)
    add = parser.add_argument
    add("suites", nargs="+", metavar="SUITE", help="names in tests/parity/suites.toml")
    add("--count", type=int, default=50, metavar="N", help="mutants of each suite [default: 50]")
    add("--seed", type=int, default=1, metavar="S", help="other mutants [default: 1]")
    add("--only", type=int, metavar="N", help="the mutant of this number alone")
    add("--work", type=Path, default=ROOT / "build" / "parity", help="where suites are prepared")
    add("--trees", type=Path, default=ROOT / "build" / "mutants", help="where they are edited")
    add("--dxpy-path", type=Path, default=ROOT, help="a built checkout [default: this]")
    add("--testmon", metavar="VERSION", help="run this one beside ours, such as 2.2.0")
    add("--whole", action="store_true", help="select nothing: proves the comparison itself")
    add("-v", "--verbose", action="store_true", help="tell of each mutant")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
