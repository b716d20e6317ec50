"""Command line: python -m tests.bench [NAME...] [--rounds N] [--json FILE] ...

Prints Markdown tables for docs/benchmarks.md. Nothing here passes or fails by a time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from contextlib import nullcontext
from pathlib import Path

from tests.bench import machine, table
from tests.bench.measure import PYTEST, Bench, measure
from tests.bench.workloads import GENERATED, SUITE, Workload, find
from tests.parity.product import ROOT, Product, staged

WORK = ROOT / "build" / "parity"


def main() -> int:
    options = _options()
    workloads = _chosen(options.names)
    options.work.mkdir(parents=True, exist_ok=True)
    slowdown = machine.slowdown(options.workers)
    ours = nullcontext() if options.without_ours else staged(options.dxpy_path)
    with ours as product:
        measured = [
            measure(workload, _bench(options, product, no_pyc), _progress)
            for workload in workloads
            for no_pyc in ((False, True) if options.no_pyc else (False,))
        ]
    if options.json:
        options.json.write_text(json.dumps(table.data(measured), indent=1) + "\n")
    parts = (
        _conditions(options, slowdown),
        table.times(measured),
        table.recording(measured),
        table.memory(measured),
    )
    sys.stdout.write("\n\n".join(part for part in parts if part) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    names = ", ".join(workload.name for workload in GENERATED)
    add(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{names} [default: all these]; {SUITE}click and so on",
    )
    add("--rounds", type=int, default=7, metavar="N", help="turns of each runner [default: 7]")
    add("--workers", type=int, default=2, metavar="N", help="of xdist and of ours [default: 2]")
    add(
        "--work",
        type=Path,
        default=ROOT / "build" / "parity",
        metavar="DIR",
        help="as in tests.parity",
    )
    add(
        "--dxpy-path", type=Path, metavar="DIR", help="a built checkout, instead of a wheel of this"
    )
    add("--without-ours", action="store_true", help="measure plain pytest and xdist alone")
    add("--no-pyc", action="store_true", help="measure without .pyc files as well")
    add("--recording", action="store_true", help="in place of xdist: what recording takes")
    add("--no-memory", action="store_true", help="leave out the further run that samples memory")
    add("--json", type=Path, metavar="FILE", help="write all samples here")
    return parser.parse_args()


def _chosen(names: list[str]) -> list[Workload]:
    if not names:
        return list(GENERATED)
    found = [(name, find(name)) for name in names]
    for name, workload in found:
        if workload is None:
            known = ", ".join(workload.name for workload in GENERATED)
            sys.exit(f"no workload {name!r}; there are: {known}, {SUITE}NAME")
    return [workload for _, workload in found if workload]


def _bench(options: argparse.Namespace, product: Product | None, no_pyc: bool) -> Bench:
    return Bench(
        work=options.work,
        rounds=options.rounds,
        workers=options.workers,
        product=product,
        no_pyc=no_pyc,
        memory=not options.no_memory and not no_pyc,
        recording=options.recording,
    )


def _conditions(options: argparse.Namespace, slowdown: str) -> str:
    cores = len(os.sched_getaffinity(0))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"{cores} cores, {python}, pytest {PYTEST} (a suite's own for suites), "
        f"{options.workers} workers, {options.rounds} rounds; median (lowest–highest). "  # noqa: RUF001
        f"A process takes {slowdown} times as long beside {options.workers - 1} other as alone."
    )


def _progress(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
