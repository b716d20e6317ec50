"""Command line: python -m tests.faults [RUNNER...] [--work FOLDER].

Prints, as a Markdown table, what each runner makes of what goes wrong in a test run. Exit code 1
where ours makes something else of it than what a user of pytest expects.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.probes import PROBES, Probe, Verdict
from tests.faults.runners import OURS, RUNNERS, Runner

ROOT = Path(__file__).parents[2]


def main() -> int:
    options = _options()
    runners = [runner for runner in RUNNERS if runner.name in options.names]
    seen = {runner.name: verdicts(runner, options.work.resolve()) for runner in runners}
    titles = ["", *(probe.title for probe in PROBES), f"right, of {len(PROBES)}"]
    rows = [
        [name, *map(_cell, found), str(sum(verdict.is_right for verdict in found))]
        for name, found in seen.items()
    ]
    for row in zip(titles, *rows, strict=True):
        print("| " + " | ".join(row) + " |")
        if row[0] == "":
            print("| --- " * len(row) + "|")
    return 0 if all(verdict.is_right for verdict in seen.get(OURS, ())) else 1


def _options() -> argparse.Namespace:
    names = [runner.name for runner in RUNNERS]
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="RUNNER", help=", ".join(names), default=names)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "peers")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in names]:
        parser.error(f"RUNNER {unknown[0]!r} is none of {', '.join(names)}")
    return options


def verdicts(runner: Runner, work: Path) -> list[Verdict]:
    python = runner.python(work)
    return [_verdict(runner, probe, python) for probe in PROBES]


def _verdict(runner: Runner, probe: Probe, python: Path) -> Verdict:
    arguments = [*probe.arguments, *(runner.once if probe.once else ())]
    with tempfile.TemporaryDirectory(prefix="dxpy-fault-") as folder:
        command = runner.command(python, arguments)
        verdict = probe.judge(probe.run(command, Path(folder), autoload=runner.is_alone))
    print(f"{runner.name}: {probe.title}: {verdict.text}", file=sys.stderr)
    return verdict


def _cell(verdict: Verdict) -> str:
    return verdict.text if verdict.is_right else f"**{verdict.text}**"


if __name__ == "__main__":
    sys.exit(main())
