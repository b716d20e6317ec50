"""One run of one suite: a fresh tree, a clean environment, and what came of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.parity import recorder
from tests.parity.catalogue import Place, Suite
from tests.parity.process import Command, Finished, run

PLUGIN = "dxpy_parity_recorder"
# Besides all of PYTEST_*, DX_* and COVERAGE_*: what would tell a suite of the caller's own setting.
DROPPED = (
    "BUILD_NUMBER",
    "CI",
    "COLUMNS",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHASHSEED",
    "PYTHONPATH",
    "PYTHONUNBUFFERED",
    "VIRTUAL_ENV",
)
DROPPED_PREFIXES = ("PYTEST_", "DX_", "COVERAGE_")


@dataclass(frozen=True)
class SuiteRun:
    """One finished run. ``records`` is the recorder's file, which may be cut short."""

    label: str
    runner: tuple[str, ...]
    finished: Finished
    records: Path
    log: Path


def run_suite(suite: Suite, place: Place, label: str, runner: tuple[str, ...] = ()) -> SuiteRun:
    """Run a prepared suite once, recording every report.

    Args:
        suite: what to run.
        place: where it was prepared.
        label: names the files of this run, such as "plain-1".
        runner: pytest arguments that pick the runner; none means plain pytest.
    """
    fresh_tree(place)
    place.records.mkdir(exist_ok=True)
    shutil.copyfile(Path(recorder.__file__), place.site_packages / f"{PLUGIN}.py")
    records = place.records / f"{label}.jsonl"
    records.unlink(missing_ok=True)
    log = place.records / f"{label}.log"
    arguments = ("-p", PLUGIN, f"--parity-record={records}", *runner)
    finished = run_in_scratch(pytest_command(suite, place, arguments, log))
    summary = {"key": suite.run_key(), "runner": runner, "finished": asdict(finished)}
    records.with_suffix(".json").write_text(json.dumps(summary))
    return SuiteRun(label, runner, finished, records, log)


def load_run(suite: Suite, place: Place, label: str) -> SuiteRun | None:
    """A run made earlier, or None where there is none that still holds."""
    records = place.records / f"{label}.jsonl"
    try:
        summary = json.loads(records.with_suffix(".json").read_text())
    except FileNotFoundError:
        return None
    if summary["key"] != suite.run_key():
        return None
    finished = Finished(**summary["finished"])
    return SuiteRun(
        label, tuple(summary["runner"]), finished, records, place.records / f"{label}.log"
    )


def pytest_command(suite: Suite, place: Place, arguments: tuple[str, ...], log: Path) -> Command:
    """The suite's pytest, with a runner's arguments, in its tree as that is now."""
    return Command(
        argv=(str(place.python), "-m", "pytest", *arguments, *suite.args),
        cwd=place.tree / suite.workdir,
        env=environment(suite, place),
        log=log,
        limit_s=limit_of(suite),
    )


def run_in_scratch(command: Command, observe: Callable[[int], None] | None = None) -> Finished:
    """Run a command with its TMPDIR empty before and gone afterwards."""
    scratch = Path(command.env["TMPDIR"])
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        return run(command, observe)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def fresh_tree(place: Place) -> None:
    """The source as unpacked: some suites write into their own tree."""
    shutil.rmtree(place.tree, ignore_errors=True)
    copy = ["cp", "-a", "--reflink=auto", str(place.source), str(place.tree)]
    subprocess.run(copy, check=True)


def scratch_folder(place: Place) -> Path:
    """The run's TMPDIR. Short, as sockets are made in it, and the same for every run."""
    return Path(tempfile.gettempdir()) / f"dxp{zlib.crc32(str(place.root).encode()):08x}"


def environment(suite: Suite, place: Place) -> dict[str, str]:
    """The caller's variables without what would leak into a suite."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in DROPPED and not name.startswith(DROPPED_PREFIXES)
    }
    path = f"{place.venv / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "TMPDIR": str(scratch_folder(place))} | dict(suite.env)


def limit_of(suite: Suite) -> float:
    """When a run counts as hung: far beyond what a busy machine explains."""
    return suite.message.seconds if suite.message else 120 + 8 * suite.seconds
