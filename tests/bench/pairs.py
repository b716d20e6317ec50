"""Command line: python -m tests.bench.pairs NAME... [--rounds N] [--work DIR] [--dxpy-path DIR]

What recording adds to a workload's CPU time, by pairs of runs with one worker at the same time:
one with recording and one without, each on a CPU of its own, and then the other way round. What
the machine loses for a while both of them lose. Prints a Markdown table for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import mean, median, stdev

from tests.bench.measure import (
    OURS,
    UNRECORDED,
    Bench,
    Runner,
    outcome_of,
    prepare_tree,
    runners,
)
from tests.bench.table import markdown
from tests.bench.workloads import Workload, find
from tests.parity.catalogue import Place
from tests.parity.process import Finished
from tests.parity.product import ROOT, staged


class Seat:
    """A CPU, and a tree in which alone its runs take place."""

    def __init__(self, cpu: int, workload: Workload, runner: Runner) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=os.sched_setaffinity, initargs=(0, {cpu}))
        self.place = Place(runner.place.root.with_name(f"{runner.place.root.name}-cpu{cpu}"))
        shutil.rmtree(self.place.root, ignore_errors=True)
        self.place.root.mkdir()
        self.place.venv.symlink_to(runner.place.venv)
        shutil.copytree(runner.place.source, self.place.source, symlinks=True)
        prepare_tree(workload, self._at_home(runner))

    def _at_home(self, runner: Runner) -> Runner:
        return replace(runner, place=self.place)

    def run(self, runner: Runner) -> tuple[Finished, str]:
        return outcome_of(self._at_home(runner))

    def beside(self, other: Seat, mine: Runner, others: Runner) -> float:
        """How many times as much CPU time mine takes as the other's, at the same time."""
        runs = self._thread.submit(self.run, mine), other._thread.submit(other.run, others)
        (one, outcome), (two, other_outcome) = (run.result() for run in runs)
        if outcome != other_outcome or "passed" not in outcome:
            sys.exit(f"not comparable: {mine.name}: {outcome}; {others.name}: {other_outcome}")
        return one.cpu_s / two.cpu_s


def added(workload: Workload, bench: Bench) -> list[float]:
    """What recording adds, in per cent, by pair."""
    named = {runner.name: runner for runner in runners(workload, bench)}
    ours, off = named[OURS], named[UNRECORDED]
    one, two = (Seat(cpu, workload, off) for cpu in sorted(os.sched_getaffinity(0))[:2])
    found = []
    for number in range(bench.rounds + 1):
        ratio = math.sqrt(one.beside(two, ours, off) * two.beside(one, ours, off))
        print(f"{workload.name} {number}: {100 * (ratio - 1):+.1f} %", file=sys.stderr)
        if number > 0:  # the first one writes .pyc files
            found.append(100 * (ratio - 1))
    return found


def main() -> int:
    options = _options()
    head = ["workload", "pairs", "recording adds to CPU, %", "mean, standard error"]
    rows = []
    with staged(options.dxpy_path) as product:
        bench = Bench(options.work, options.rounds, 1, product, memory=False, recording=True)
        for name in options.names:
            workload = find(name)
            if workload is None:
                sys.exit(f"no workload {name!r}")
            all_added = added(workload, bench)
            error = stdev(all_added) / math.sqrt(len(all_added))
            middle = f"{mean(all_added):.1f} ± {error:.1f}"
            rows.append([name, str(len(all_added)), f"{median(all_added):.1f}", middle])
    print(markdown(head, rows))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pairs", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="as of tests.bench")
    parser.add_argument("--rounds", type=int, default=20, metavar="N")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "parity", metavar="DIR")
    parser.add_argument("--dxpy-path", type=Path, metavar="DIR")
    options = parser.parse_args()
    if options.rounds < 2 or len(os.sched_getaffinity(0)) < 2:
        parser.error("two rounds and two CPUs are needed")
    return options


if __name__ == "__main__":
    sys.exit(main())
