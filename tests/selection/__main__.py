"""Command line: python -m tests.selection [--verify | --tool TOOL] [NAME...].

Without --verify runs a selector on the scenarios and prints what it missed and what it ran
beyond what it should. Exit code 1 where something was missed, or a scenario is not proven.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from tests.selection import table
from tests.selection.box import ROOT, Box, Run
from tests.selection.scenarios import load
from tests.selection.trial import TOOLS, Tool, Verdict, disproof, judge, play, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.selection.scenario import Scenario

    T = TypeVar("T")


def main() -> int:
    # Each run sees to it that it is not ignored, but only the first thread may.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = _options()
    chosen = _chosen(options.names)
    tool = TOOLS["plain" if options.verify else options.tool]
    boxes = [
        Box(options.work.resolve() / f"{tool.name}-{number}", options.python)
        for number in range(options.jobs)
    ]
    with ThreadPoolExecutor(options.jobs) as pool:
        first, *_ = pool.map(lambda box: stage(box, tool), boxes)
        _say(
            f"{tool.name}: first run: {len(first.ran)} tests, exit code {first.code}, "
            f"{first.wall_seconds:.1f} s, {first.cpu_seconds:.1f} s CPU"
        )
        if not first.green:
            sys.exit(first.output)
        at_work = _AtWork(pool, boxes)
        return (
            _verify(at_work, chosen, first)
            if options.verify
            else _try(at_work, chosen, tool, options)
        )


class _AtWork:
    """Boxes that take scenarios from one list."""

    def __init__(self, pool: ThreadPoolExecutor, boxes: list[Box]) -> None:
        self._pool = pool
        self._free: SimpleQueue[Box] = SimpleQueue()
        for box in boxes:
            self._free.put(box)

    def each(self, chosen: list[Scenario], work: Callable[[Box, Scenario], T]) -> Iterator[T]:
        """Results in the order of the scenarios."""

        def one(scenario: Scenario) -> T:
            box = self._free.get()
            try:
                return work(box, scenario)
            finally:
                self._free.put(box)

        return self._pool.map(one, chosen)


def _verify(at_work: _AtWork, chosen: list[Scenario], first: Run) -> int:
    """Prove each scenario with plain pytest."""
    wrong = 0
    plain = TOOLS["plain"]

    def prove(box: Box, scenario: Scenario) -> str:
        return disproof(scenario, first, play(box, scenario, plain))

    for scenario, told in zip(chosen, at_work.each(chosen, prove), strict=True):
        wrong += bool(told)
        if told:
            _say(f"{scenario.name}: {told}")
    _say(f"{len(chosen) - wrong} of {len(chosen)} scenarios are proven")
    return 1 if wrong else 0


def _try(at_work: _AtWork, chosen: list[Scenario], tool: Tool, options: argparse.Namespace) -> int:
    """Run a selector and print the table."""

    def run(box: Box, scenario: Scenario) -> Verdict:
        return judge(scenario, play(box, scenario, tool)[-1])

    verdicts = []
    for verdict in at_work.each(chosen, run):
        verdicts.append(verdict)
        if options.verbose:
            _say(table.story(verdict))
    _say(table.rows(verdicts, everything=options.all))
    _say(table.totals(verdicts))
    return 1 if any(verdict.missed or verdict.false_green for verdict in verdicts) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.selection", description=__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="scenarios, or how their names begin; default all")
    add("--verify", action="store_true", help="prove the scenarios with plain pytest")
    add("--tool", choices=sorted(TOOLS), default="dx", help="the selector [default: dx]")
    add("--python", default=sys.executable, help="interpreter of the tool's environment")
    add(
        "--work", type=Path, default=ROOT / "build" / "selection", help="where projects are written"
    )
    add("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="projects [default: 2]")
    add("--all", action="store_true", help="show rows of scenarios without a finding, too")
    add("-v", "--verbose", action="store_true", help="name the tests, and show failed output")
    return parser.parse_args()


def _chosen(names: list[str]) -> list[Scenario]:
    scenarios = load()
    found = [
        scenario
        for scenario in scenarios.values()
        if not names or any(scenario.name.startswith(name) for name in names)
    ]
    for name in names:
        if not any(scenario.name.startswith(name) for scenario in found):
            sys.exit(f"no scenario {name!r}")
    return found


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
