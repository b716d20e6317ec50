"""Command line: python -m tests.bench.makespan [SUITE...] [--workers N...] [--work DIR] ...

Runs public suites once with one worker, and has native/bench/makespan_bench.cc simulate what the
scheduler would make of what was measured, on many workers, and what pytest-xdist's would.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_dxpy.records import Records
from tests.bench.workloads import SUITE, find
from tests.parity.catalogue import place_of
from tests.parity.prepare import prepare
from tests.parity.product import ROOT, Product, put_in, staged
from tests.parity.suite_run import fresh_tree, pytest_command, run_in_scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.parity.catalogue import Suite

SUITES = ("click", "flask", "jinja2", "pluggy", "marshmallow", "freezegun", "babel", "pygments")
SIMULATOR = ROOT / "build" / "bench" / "bench" / "makespan_bench"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.makespan", description=__doc__)
    add = parser.add_argument
    add("suites", nargs="*", metavar="SUITE", default=SUITES, help=f"[default: {' '.join(SUITES)}]")
    add("--workers", nargs="+", default=["2", "8", "64", "1024"], metavar="N")
    add("--work", type=Path, default=ROOT / "build" / "parity", metavar="DIR")
    add("--dxpy-path", type=Path, metavar="DIR", help="a built checkout, instead of a wheel")
    add("--simulator", type=Path, default=SIMULATOR, metavar="PROGRAM", help="made by `make bench`")
    options = parser.parse_args()
    with staged(options.dxpy_path) as product:
        text = "".join(
            line
            for name in options.suites
            for line in _lines(name, _suite(name), options.work, product)
        )
    simulator = [str(options.simulator), *options.workers]
    return subprocess.run(simulator, input=text, text=True, check=False).returncode


def _suite(name: str) -> Suite:
    workload = find(f"{SUITE}{name}")
    if workload is None or workload.suite is None:
        sys.exit(f"{name}: no such suite in tests/parity/catalogue.py")
    return workload.suite


def _lines(name: str, suite: Suite, work: Path, product: Product) -> Iterator[str]:
    """What the simulator reads of a suite."""
    prepare(suite, work)
    place = place_of(suite, work)
    put_in(product, suite, place)
    fresh_tree(place)
    kept, report = place.root / "makespan", place.root / "makespan.xml"
    kept.mkdir(exist_ok=True)
    arguments = ["-p", "dxpy", "--dx-workers=1", f"--dx-cache-dir={kept}"]
    arguments += ["-o", "junit_family=xunit1", f"--junit-xml={report}"]  # which names files
    run_in_scratch(pytest_command(suite, place, tuple(arguments), place.root / "makespan.log"))
    tests = _tests(report)
    yield f"suite {name}\n"
    strays = set(tests)
    for path, record in sorted(Records(kept / "files.json").files.items()):
        file = next((file for file in tests if path.endswith(f"/{file}")), "")
        strays.discard(file)
        seconds = tests.get(file, [])
        start = max(0.0, record.seconds - sum(seconds))
        size = Path(path).stat().st_size * 1e-6  # only the ratios count
        yield f"file {start:.6f} {size:.6f} {' '.join(f'{one:.6f}' for one in seconds)}\n"
    if strays:
        sys.exit(f"{name}: tests are defined in other files than they are collected from: {strays}")


def _tests(report: Path) -> dict[str, list[float]]:
    """Seconds of the tests of each file, in their order."""
    tests: dict[str, list[float]] = defaultdict(list)
    for case in ET.parse(report).iter("testcase"):
        tests[case.get("file", "")].append(float(case.get("time", 0)))
    return tests


if __name__ == "__main__":
    sys.exit(main())
