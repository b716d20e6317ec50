"""What our facts say of real suites, against what plain pytest collects.

    python -m tests.parity.facts [SUITE...] [--work DIR] [--reasons]

Each file is read alone, and with the help of those it imports (`resolved`). `decided` are those
exact files of which no imported name is left open. A file that is exact must have pytest's ids
in pytest's order. Where it has not, one of the conditions that file_facts.h names must be broken,
or it counts as wrong: exit code 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.oracle.facts_judge import judge, read_alone, read_resolved, run_pytest
from tests.parity import catalogue


def collect(suite: catalogue.Suite, place: catalogue.Place) -> dict[str, Any]:
    """Runs plain pytest with --collect-only in a copy of the suite, which must be prepared."""
    work = place.root / "facts"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    tree = work / "tree"
    if place.source.is_dir():
        shutil.copytree(place.source, tree, symlinks=True)
    else:
        tree.mkdir()
    return run_pytest(place.python, suite.args, tree, work)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.parity.facts")
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--work", type=Path, default=Path("build/parity"))
    parser.add_argument("--reasons", action="store_true", help="list each dynamic file's reasons")
    options = parser.parse_args()
    known = catalogue.load()
    totals: Counter[str] = Counter()
    for name in options.suites or known:
        place = catalogue.place_of(known[name], options.work)
        if not place.ready.exists():
            print(f"{name}: not prepared: run tests.parity first")
            continue
        totals += report(name, collect(known[name], place), reasons=options.reasons)
    print("all:", summary(totals))
    return 1 if totals["WRONG"] else 0


def report(name: str, suite: dict[str, Any], *, reasons: bool) -> Counter[str]:
    totals: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    entries = sorted(suite["files"].items())
    resolved = read_resolved([path for path, _ in entries], suite)
    for (path, entry), facts in zip(entries, resolved, strict=True):
        alone = read_alone(path, suite)
        verdict = judge(facts, entry, suite)
        totals.update([verdict, "files"])
        totals["exact alone"] += alone["exact"]
        totals["exact resolved"] += facts["exact"]
        totals["decided"] += facts["exact"] and not facts["imported"]
        totals["WRONG"] += judge(alone, entry, suite) == "WRONG"
        totals["tests"] += len(entry["ids"])
        totals["exact tests"] += len(entry["ids"]) * facts["exact"]
        kinds.update({kind for kind, *_ in facts["reasons"]})
        if verdict == "WRONG" or (reasons and verdict == "dynamic"):
            print(f"  {verdict} {entry['node']}: {facts['reasons'][:3]}")
    print(f"{name}: {summary(totals)} {kinds.most_common(4)}", flush=True)
    return totals


def summary(totals: Counter[str]) -> str:
    told = ("files", "exact alone", "exact resolved", "decided", "tests", "exact tests")
    verdicts = {kind: n for kind, n in totals.items() if n and kind not in told}
    return (
        f"{totals['files']} files, exact {totals['exact alone']} alone, "
        f"{totals['exact resolved']} resolved ({totals['decided']} decided), "
        f"{totals['exact tests']} of {totals['tests']} tests exact; {verdicts}"
    )


if __name__ == "__main__":
    sys.exit(main())
