"""Command line: python -m tests.parity [NAME...] [--fast] [--times N] ...

Runs each suite under plain pytest (once; later calls reuse the record) and under the
runner, prints what differs, and exits with 1 where a difference is not in expected.toml.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

from tests.parity import expected, report
from tests.parity.catalogue import Suite, load, quickest
from tests.parity.check import Settings, Verdict, check, record_plain
from tests.parity.prepare import prepare
from tests.parity.product import ROOT, Product, staged


def main() -> int:
    options = _options()
    suites = _chosen(options)
    if options.list:
        _say(report.listing(suites))
        return 0
    if options.prepare or options.plain:
        return _make_ready(suites, options)
    options.work.mkdir(parents=True, exist_ok=True)
    # Ours is needed unless another runner is asked for and ours is not named too.
    needed = options.dxpy_path or not options.runner
    with staged(options.dxpy_path) if needed else nullcontext() as product:
        return _check_all(suites, _settings(options, product), options)


def _settings(options: argparse.Namespace, product: Product | None) -> Settings:
    runner = options.runner or f"-p dxpy --dx-workers={options.workers}"
    return Settings(
        work=options.work,
        runner=tuple(shlex.split(runner)),
        times=options.times,
        product=product,
        expected=[] if options.runner else expected.load(),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="suites to run; all when none is named")
    add("--fast", action="store_true", help="the quickest dozen")
    add("--list", action="store_true", help="show the suites and end")
    add("--prepare", action="store_true", help="set the suites up and end")
    add("--plain", action="store_true", help="set up, record plain pytest's runs and end")
    add("--times", type=int, default=1, metavar="N", help="runs of ours per suite [default: 1]")
    add(
        "--work",
        type=Path,
        default=ROOT / "build" / "parity",
        metavar="DIR",
        help="where suites live",
    )
    add("--workers", default="2", metavar="N", help="our workers [default: 2]")
    add("--runner", default="", metavar="ARGS", help="another runner's pytest arguments: '-n 2'")
    add(
        "--dxpy-path", type=Path, metavar="DIR", help="a built checkout, instead of a wheel of this"
    )
    add("--limit", type=int, default=20, metavar="N", help="differences shown of each sort")
    add("--json", type=Path, metavar="FILE", help="write all verdicts here")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Suite]:
    suites = load()
    unknown = [name for name in options.names if name not in suites]
    if unknown:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(suites)}")
    if options.names:
        return [suites[name] for name in options.names]
    return quickest(suites) if options.fast else list(suites.values())


def _make_ready(suites: list[Suite], options: argparse.Namespace) -> int:
    failed = []
    for suite in suites:
        try:
            place = prepare(suite, options.work)
        except subprocess.CalledProcessError as error:
            failed.append(suite.name)
            _say(f"{suite.name}: not prepared: {error}")
            continue
        if options.plain:
            run = record_plain(suite, place, 1)
            _say(f"{suite.name}: exit {run.finished.code}, {run.finished.wall_s:.1f} s")
        else:
            _say(f"{suite.name}: ready")
    return 1 if failed else 0


def _check_all(suites: list[Suite], settings: Settings, options: argparse.Namespace) -> int:
    verdicts: list[Verdict] = []
    failed: list[str] = []
    for suite in suites:
        try:
            verdict = check(suite, settings)
        except subprocess.CalledProcessError as error:
            failed.append(suite.name)
            _say(f"{suite.name}: not run: {error}")
            continue
        verdicts.append(verdict)
        _say(report.text(verdict, options.limit))
    if options.json:
        options.json.write_text(json.dumps([report.data(v) for v in verdicts], indent=1) + "\n")
    _say(report.closing(verdicts, failed))
    return 0 if not failed and all(verdict.same for verdict in verdicts) else 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
