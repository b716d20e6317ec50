"""Runs the example suite with plain pytest and with ``pytest -p dxpy``, side by side.

    python examples/demo.py [--rounds N]

Ends with exit code 1 where the two do not agree on every test.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

SUITE = Path(__file__).parent / "inventory"
RUNNERS = {"pytest": (), "pytest -p dxpy": ("-p", "dxpy")}
SUMMARY = re.compile(r"=+ (.*\b(?:passed|failed|error|skipped)\b.* in [\d.]+s.*) =+")
# What would make the two runs of a user's shell differ from those of another's.
UNWANTED = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONDONTWRITEBYTECODE")

Outcomes = Counter[tuple[str, str, str]]


@dataclasses.dataclass(frozen=True)
class Result:
    """One run of the suite."""

    seconds: float
    exit_code: int
    output: str

    @property
    def summary(self) -> str:
        """The last line that pytest writes."""
        found = SUMMARY.findall(self.output)
        return found[-1] if found else "(no summary line)"

    @property
    def counts(self) -> str:
        """The summary line without its time."""
        return re.sub(r" in [\d.]+s.*", "", self.summary)


def run(runner: str, *extra: str) -> Result:
    """Run the suite once."""
    command = [sys.executable, "-m", "pytest", *RUNNERS[runner], "--color=no", *extra]
    environment = {name: text for name, text in os.environ.items() if name not in UNWANTED}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # pytest and ours, whatever is installed
    begin = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=SUITE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(time.perf_counter() - begin, done.returncode, done.stdout)


def outcomes(report: Path) -> Outcomes:
    """(class, name, outcome) of every test in a junit report."""
    found: Outcomes = Counter()
    for case in ET.parse(report).iter("testcase"):
        bad = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        found[case.get("classname", ""), case.get("name", ""), "+".join(bad) or "passed"] += 1
    return found


def warm_up() -> dict[str, Outcomes]:
    """Run the suite once under each runner and take every test's outcome down."""
    taken = {}
    with tempfile.TemporaryDirectory() as folder:
        for runner in RUNNERS:
            report = Path(folder) / "report.xml"
            result = run(runner, f"--junit-xml={report}")
            if not report.exists():
                sys.exit(f"{runner} wrote no report:\n{result.output}")
            taken[runner] = outcomes(report)
            report.unlink()
    return taken


def show_difference(plain: Outcomes, ours: Outcomes) -> None:
    """Print what only one of the two has."""
    for runner, only in (("pytest", plain - ours), ("pytest -p dxpy", ours - plain)):
        for place, name, outcome in sorted(only.elements()):
            print(f"only {runner}: {place}.{name}: {outcome}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Time plain pytest and pytest-dxpy side by side.")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds [default: 3]")
    rounds = max(1, parser.parse_args().rounds)

    workers = len(os.sched_getaffinity(0))
    print(f"suite: {SUITE.name}, in examples/; CPUs: {workers}, and as many workers")
    print("warm-up: one run each, taking down the outcome of every test ...", flush=True)
    plain, ours = warm_up().values()

    results: dict[str, list[Result]] = {runner: [] for runner in RUNNERS}
    for number in range(1, rounds + 1):
        for runner, measured in results.items():
            measured.append(run(runner))
            print(f"round {number}: {runner:<15} {measured[-1].seconds:6.2f} s", flush=True)

    print()
    for runner, measured in results.items():
        print(f"{runner:<15} {measured[-1].summary}")
    medians = [statistics.median(one.seconds for one in each) for each in results.values()]
    # Within a round: a shared machine is about as busy for both.
    ratio = statistics.median(a.seconds / b.seconds for a, b in zip(*results.values(), strict=True))
    print(f"\nmedian of {rounds}: {medians[0]:.2f} s and {medians[1]:.2f} s,", end=" ")
    print(f"in a round {ratio:.2f} times as fast")

    ends = {(one.exit_code, one.counts) for each in results.values() for one in each}
    if plain != ours or len(ends) > 1:
        show_difference(plain, ours)
        print("the outcomes DIFFER: " + "; ".join(f"exit {code}, {text}" for code, text in ends))
        return 1
    print(f"outcomes: identical, all {plain.total()} tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
