"""What native.file_facts says of real suites, against what plain pytest collects.

    python -m tests.parity.facts [SUITE...] [--work DIR] [--reasons]

A file that is exact must have pytest's ids in pytest's order. Where it has not, one of the
conditions that file_facts.h names must be broken, or it counts as wrong: exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from pytest_dxpy import native
from tests.parity import catalogue

PLUGIN = Path(__file__).with_name("collected.py")


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
    shutil.copy(PLUGIN, work / "dxpy_collected.py")
    found = work / "collected.json"
    environment = {**os.environ, "PYTHONPATH": str(work), "DX_COLLECTED": str(found)}
    command: list[str | Path] = [
        place.python,
        "-m",
        "pytest",
        "-p",
        "dxpy_collected",
        "-p",
        "no:cacheprovider",
    ]
    command += ["--collect-only", "-q", *suite.args]
    subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    collected: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return collected


def judge(path: str, entry: dict[str, Any], suite: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """One word on one file, and our facts of it."""
    facts = native.file_facts(
        Path(path).read_bytes(),
        python_classes=suite["python_classes"],
        python_functions=suite["python_functions"],
    )
    if not facts["exact"]:
        return "dynamic", facts
    if native.node_ids(facts, entry["node"]) == entry["ids"]:
        return "exact", facts
    return broken_condition(entry, facts, plugins=bool(suite["plugins"])) or "WRONG", facts


def broken_condition(entry: dict[str, Any], facts: dict[str, Any], *, plugins: bool) -> str:
    if entry["failed"]:
        return f"import {entry['failed']}"
    if {name.decode() for name, *_ in facts["imported"]} & set(entry["imported"]):
        return "imported test"
    own = {fixture["name"].decode() for fixture in facts["fixtures"] if fixture["params"]}
    if entry["fixtures"] or own & set(entry["asked"]):
        return "fixtures of others"
    return "plugin" if plugins else ""


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
    verdicts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for path, entry in sorted(suite["files"].items()):
        verdict, facts = judge(path, entry, suite)
        verdicts[verdict] += 1
        verdicts["tests"] += len(entry["ids"])
        verdicts["exact tests"] += len(entry["ids"]) * (verdict == "exact")
        kinds.update({kind for kind, *_ in facts["reasons"]})
        if verdict == "WRONG" or (reasons and verdict == "dynamic"):
            print(f"  {verdict} {entry['node']}: {facts['reasons'][:3]}")
    print(f"{name}: {summary(verdicts)} {kinds.most_common(4)}", flush=True)
    return verdicts


def summary(verdicts: Counter[str]) -> str:
    files = sum(verdicts.values()) - verdicts["tests"] - verdicts["exact tests"]
    rest = {kind: n for kind, n in verdicts.items() if kind not in ("tests", "exact tests")}
    return f"{files} files {rest}, {verdicts['exact tests']} of {verdicts['tests']} tests exact"


if __name__ == "__main__":
    sys.exit(main())
