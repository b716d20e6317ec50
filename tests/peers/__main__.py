"""Command line: python -m tests.peers [--work FOLDER].

Takes pytest-xdist's acceptance tests from its source release and runs them with ours in its
place. Exit code 1 where one fails that left_out.py does not name, or one holds that it does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.peers.left_out import BY_CHANCE, LEFT_OUT

ROOT = Path(__file__).parents[2]
RELEASE = "pytest-xdist==3.8.0"
FILE = "testing/acceptance_test.py"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.peers")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "peers")
    held, failed = run(fetch(parser.parse_args().work.resolve()))
    named = {name: reason for reason, names in LEFT_OUT.items() for name in names}
    unexpected = sorted(failed - named.keys() - {*BY_CHANCE})
    needless = sorted(held & named.keys())
    for name in unexpected:
        print(f"fails: {name}")
    for name in needless:
        print(f"holds, although it is left out: {name} ({named[name]})")
    print(f"{RELEASE}: {len(held)} hold, {len(failed)} fail, {len(unexpected)} without a reason")
    return 1 if unexpected or needless or not held else 0


def fetch(work: Path) -> Path:
    """The unpacked source release."""
    work.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download"]
    options = ["--no-deps", "--no-binary=:all:", "--dest", str(work)]
    subprocess.run([*command, *options, RELEASE], check=True)
    [archive] = work.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(work, filter="data")
    return work / archive.name.removesuffix(".tar.gz")


def run(release: Path) -> tuple[set[str], set[str]]:
    """The tests that hold, and those that fail."""
    report = release / "report.xml"
    report.unlink(missing_ok=True)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    plugins = ["timeout", "tests.peers.with_ours"]
    subprocess.run(
        [
            *[sys.executable, "-m", "pytest", FILE, "--runpytest=subprocess", "--timeout=120"],
            *["-c", os.devnull, f"--rootdir={release}", "-q", "-p", "no:cacheprovider"],
            *[word for plugin in plugins for word in ("-p", plugin)],
            f"--junit-xml={report}",
        ],
        cwd=release,
        env={
            **kept,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "xdist.plugin,xdist.looponfail",  # in what they start as well
            "PYTHONPATH": str(ROOT),
        },
        stdout=subprocess.DEVNULL,
        check=False,  # some fail
    )
    held, failed = set(), set()
    for case in ET.parse(report).iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed.add(_name(case))
        elif "skipped" not in outcomes:
            held.add(_name(case))
    return held, failed


def _name(case: ET.Element) -> str:
    classes = case.attrib["classname"].split(".")[2:]  # after testing.acceptance_test
    return "::".join([*classes, case.attrib["name"]])


if __name__ == "__main__":
    sys.exit(main())
