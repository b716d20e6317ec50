"""One folder with the sample project and an environment, restored before each scenario.

Everything is at the same path each time, since what a selector keeps names paths; file times are
restored too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.parity.process import Command, Finished, run
from tests.selection import recorder, sample

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 120.0
# What a developer may have set and a run must not see.
FOREIGN = re.compile(r"PYTEST_|PYTHON|DX_|DXPY_|COV_|COVERAGE_|HARBOUR_|COLUMNS$|CI$|VIRTUAL_ENV$")
WHERE = "import sysconfig; print(sysconfig.get_path('purelib'))"


@dataclass(frozen=True)
class Run:
    """What one run of pytest did.

    ``ran`` are tests that some process ran; ``skipped`` those that only asked to be skipped.
    ``outcomes`` are what the user was told, by node id; of a file that could not be collected
    the id is its path.
    """

    code: int
    output: str
    wall_seconds: float
    cpu_seconds: float
    timed_out: bool = False
    ran: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    outcomes: dict[str, str] = field(default_factory=dict)

    @property
    def green(self) -> bool:
        return self.code in (0, 5)  # 5: nothing was run


class Box:
    """The folder. ``path/now`` is what scenarios edit and run, ``path/kept`` its first state."""

    def __init__(self, path: Path, python: str = sys.executable) -> None:
        self._now, self._kept = path / "now", path / "kept"
        self._python = python
        self.root = self._now / "project"

    def build(self) -> None:
        """Write the project, and an environment that sees what the interpreter's own has.

        A folder named in a .pth file is on the path, but the .pth files in it are not read: an
        editable install of ours stays out.
        """
        shutil.rmtree(self._now.parent, ignore_errors=True)
        self.root.mkdir(parents=True)
        (self._now / "home").mkdir()
        sample.write(self.root)
        venv = [self._python, "-m", "venv", "--without-pip", str(self._now / "env")]
        subprocess.run(venv, check=True)
        found = subprocess.run([self._python, "-c", WHERE], check=True, capture_output=True)
        paths = f"{found.stdout.decode().strip()}\n{ROOT}\n"
        (self.site_packages / "selection.pth").write_text(paths)
        shutil.copyfile(Path(recorder.__file__), self.site_packages / "selection_recorder.py")
        start_file = ROOT / "pytest_dxpy" / "pytest-dxpy-children.pth"
        shutil.copy(start_file, self.site_packages)  # as an installation has it
        sample.install_chart(self.site_packages, "1.0")

    @property
    def site_packages(self) -> Path:
        (folder,) = self._now.glob("env/lib/python*/site-packages")
        return folder

    def keep(self) -> None:
        """Make this the state that `restore` goes back to."""
        copy_tree(self._now, self._kept)

    def restore(self) -> None:
        copy_tree(self._kept, self._now)

    def pytest(self, *args: str, env: dict[str, str] | None = None) -> Run:
        """Run pytest in the project with these arguments."""
        record = self._now / "record"
        record.unlink(missing_ok=True)
        finished = run(
            Command(
                argv=(str(self._now / "env" / "bin" / "python"), "-m", "pytest", "-q", *args),
                cwd=self.root,
                env=self._environment(record) | (env or {}),
                log=self._now / "log",
                limit_s=LIMIT_SECONDS,
                apart=False,
            )
        )
        return told(finished, record, self._now / "log")

    def _environment(self, record: Path) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not FOREIGN.match(name)}
        return {
            **kept,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "selection_recorder",
            "SELECTION_RECORD": str(record),
            "HOME": str(self._now / "home"),
        }


def told(finished: Finished, record: Path, log: Path) -> Run:
    """A finished run, with what the recorder wrote."""
    ran, skipped, outcomes = _read(record)
    return Run(
        code=-1 if finished.code is None else finished.code,
        output=log.read_text(errors="replace"),
        wall_seconds=finished.wall_s,
        cpu_seconds=finished.cpu_s,
        timed_out=finished.code is None,
        ran=ran,
        skipped=skipped,
        outcomes=outcomes,
    )


def _read(record: Path) -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    """Tests that ran, tests that were skipped, outcomes."""
    ran, skipped = set[str](), set[str]()
    outcomes: dict[str, str] = {}
    for line in record.read_text().splitlines() if record.exists() else ():
        kind, node, *words = json.loads(line)
        if kind == "ran":
            (skipped if words[0] == "skipped" else ran).add(node)
        elif kind == "collect":
            outcomes[node] = "not collected"
        elif words[1] != "passed" or node not in outcomes:
            # A phase that passes says nothing where another has not.
            before = outcomes.get(node, "passed")
            this = "passed" if words[1] == "passed" else " ".join(words)
            outcomes[node] = this if before == "passed" else f"{before}, {this}"
    return frozenset(ran), frozenset(skipped - ran), outcomes


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder over another, times and links included."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)
