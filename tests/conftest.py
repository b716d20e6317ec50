"""The suite's own words: ``project`` writes a small project and runs pytest on it.

Every run is a real pytest in a process of its own, with a limit on its time, and
must leave no process behind, no file in shared memory, and no temporary file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

from pytest_dxpy import native
from tests import left_behind

LIMIT_SECONDS = 30.0  # of one run; most take one
LEAVING_SECONDS = 10.0  # what a run's processes may take to follow the first one
ROOT = Path(__file__).parent.parent
PLUGINS = ROOT / "tests" / "acceptance" / "plugins"
MARKER = "DXPY_TEST_RUN"
# What a developer may have set and a run must not see.
FOREIGN = re.compile(r"PYTEST_|PYTHON|DX_|DXPY_|COV_|COVERAGE_|HYPOTHESIS_|COLUMNS$|CI$|BUILD_")
KEPT_RUN = re.compile(r"run (\d+): --dx-replay=\1 repeats its order$")  # where a test failed
LAST_LINE = re.compile(r"^(?:=+ )?((?:\d+|no) [^=\n]*?)(?: in [\d.]+s.*)?(?: =+)?$", re.MULTILINE)

# What a run has that loads the plugins that are installed: not all those that tests name by -p.
USUAL_PLUGINS = {"pytest-dxpy", "hypothesis", "pytest-cov", "pytest-timeout", "pytest-xdist"}
_OTHERS = {
    point.name
    for point in importlib.metadata.entry_points(group="pytest11")
    if point.dist is not None and point.dist.name not in USUAL_PLUGINS
}
OTHER_PLUGINS = " ".join(f"-pno:{name}" for name in sorted(_OTHERS))

# A test of every outcome there is.
ALL_OUTCOMES = """
    import warnings
    import pytest

    def test_passes(): print("out")
    def test_fails(): print("out"); assert [1, 2] == [1, 3]
    def test_skips(): pytest.skip("not today")
    @pytest.mark.skipif(True, reason="never")
    def test_is_skipped(): pass
    @pytest.mark.xfail(reason="known")
    def test_is_known_to_fail(): assert 0
    @pytest.mark.xfail(reason="known")
    def test_passes_after_all(): pass
    @pytest.mark.xfail(strict=True, reason="known")
    def test_passes_strictly(): pass
    @pytest.mark.xfail(raises=KeyError)
    def test_fails_otherwise(): assert 0
    @pytest.mark.xfail(run=False)
    def test_does_not_run(): pass
    def test_warns(): warnings.warn("look out")
    def test_has_properties(record_property): record_property("a", 1)
    @pytest.fixture
    def broken(): raise RuntimeError("setup")
    def test_has_no_fixture(broken): pass
    @pytest.fixture
    def breaks(): yield; raise RuntimeError("teardown")
    def test_breaks_afterwards(breaks): pass
    def test_fails_twice(breaks): assert 0
"""

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


@dataclasses.dataclass(frozen=True)
class Result:
    """How a run of pytest ended.

    ``summary`` is its last line without the time: ``"1 failed, 2 passed"``.
    """

    code: int
    output: str
    reports: list[str]  # "call passed test_a.py::test_1", as tests/acceptance/plugins writes them

    @property
    def summary(self) -> str:
        found = LAST_LINE.findall(self.output)
        return found[-1] if found else ""

    @property
    def calls(self) -> list[str]:
        """``"passed test_a.py::test_1"`` of each test's own phase, sorted."""
        return sorted(
            line.removeprefix("call ") for line in self.reports if line.startswith("call ")
        )

    def lines(self, start: str) -> list[str]:
        """The lines of the output that start so, less that."""
        lines = self.output.splitlines()
        return [line.removeprefix(start) for line in lines if line.startswith(start)]

    @property
    def notes(self) -> list[str]:
        """What dxpy said: its lines after the header."""
        lines = self.lines("dxpy: ")
        return [text for text in lines if " collection" not in text and not KEPT_RUN.match(text)]

    @property
    def errors(self) -> str:
        """What pytest said of a wrong command line."""
        return "\n".join(self.output[self.output.find("ERROR: ") :].splitlines()).strip()


class Running:
    """A pytest that was started and has not been waited for."""

    def __init__(self, argv: list[str], folder: Path, env: dict[str, str]) -> None:
        self._mark = uuid.uuid4().hex
        self._shared_memory = left_behind.in_shared_memory()
        self._folder, self._temporary = folder, Path(env["TMPDIR"])
        tests = os.getpid()
        self._log = folder.parent / f"output-{self._mark}"
        self.record = folder.parent / f"record-{self._mark}"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                argv,
                cwd=folder,
                env={**env, MARKER: self._mark, "DXPY_RECORD": str(self.record)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: be_started_by(tests),  # noqa: PLW1509
            )
        self.pid = self._process.pid

    @property
    def lives(self) -> bool:
        """Whether its first process has not ended."""
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """What it has written so far."""
        return self._log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the first process alone."""
        self._process.send_signal(number)

    def processes(self) -> list[int]:
        """All living processes of the run."""
        wanted = f"{MARKER}={self._mark}".encode()
        return [pid for pid in left_behind.processes() if wanted in _environment(pid)]

    def children(self) -> list[int]:
        """All of them but the first one."""
        return [pid for pid in self.processes() if pid != self.pid]

    def wait(self, limit_seconds: float = LIMIT_SECONDS) -> Result:
        """Wait for its end, and see that nothing of it is left."""
        try:
            code = self._process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            tree = self._kill()
            pytest.fail(f"still running after {limit_seconds:g} s: {tree}\n{self.output[-5000:]}")
        left = _wait_for_end(self.processes)
        if left:
            tree = self._kill()
            pytest.fail(f"left processes behind: {tree}\n{self.output[-5000:]}")
        if new := left_behind.new_in_shared_memory(self._shared_memory):
            pytest.fail(f"left {sorted(new)} in shared memory")
        aside = left_behind.aside(self._folder, was_killed=code == -signal.SIGKILL)
        if files := [*left_behind.temporary(self._temporary), *aside]:
            pytest.fail(f"left {files} behind")
        reports = self.record.read_text().splitlines() if self.record.exists() else []
        return Result(code, self.output, reports)

    def _kill(self) -> list[str]:
        """Kill what is left; what that was."""
        tree = [_command(pid) for pid in self.processes()]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        return tree


class Project:
    """A throw-away project on disk."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "project"
        self.path.mkdir()
        temporary = folder / "temporary"
        temporary.mkdir()
        self.write_file("pytest.ini", "[pytest]\n")
        kept = {name: text for name, text in os.environ.items() if not FOREIGN.match(name)}
        # Plugins of the environment are named where a test is about them.
        self.env = {
            **kept,
            "PYTHONPATH": f"{PLUGINS}:{ROOT}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(temporary),
        }

    def write(self, **files: str) -> None:
        """Write ``name=text`` as ``name.py``."""
        for name, text in files.items():
            self.write_file(f"{name}.py", text)

    def write_file(self, name: str, text: str | bytes) -> Path:
        """Write a file, with the folders above it."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            path.write_text(textwrap.dedent(text))
        else:
            path.write_bytes(text)
        return path

    def ini(self, *lines: str) -> None:
        """Write the ini file."""
        self.write_file("pytest.ini", "\n".join(["[pytest]", *lines, ""]))

    def read(self, name: str) -> str:
        """The text of a file that a run has written; empty where it has not."""
        path = self.path / name
        return path.read_text() if path.exists() else ""

    def load_plugins(self) -> None:
        """Have the usual plugins of the environment load by themselves."""
        del self.env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        self.env["PYTEST_ADDOPTS"] = OTHER_PLUGINS

    def start(self, *args: str, program: tuple[str, ...] = ("-m", "pytest")) -> Running:
        """Start pytest with these arguments and nothing else."""
        argv = [sys.executable, *program, *args]
        return Running(argv, self.path, self.env)

    def pytest(self, *args: str) -> Result:
        """Run pytest with these arguments and nothing else."""
        return self.start(*args).wait()

    def plain(self, *args: str) -> Result:
        """Run it as it would run without us."""
        return self.pytest("-p", "dxpy_recorder", *args)

    def run(self, *args: str, workers: int = 2) -> Result:
        """Run it with ``-p dxpy``."""
        return self.plain("-p", "dxpy", f"--dx-workers={workers}", *args)

    def same_as_plain(self, *args: str, workers: int = 2) -> Result:
        """Run it both ways, each in a copy of its own, and compare all that is reported."""
        plain = self.twin("plain").plain(*args)
        ours = self.run(*args, workers=workers)
        assert differences(_account(ours), _account(plain)) == ""
        return ours

    def twin(self, name: str) -> Project:
        """A copy of the project as it is now, in a folder of the same name."""
        folder = self.path.parent / f"{name}-{uuid.uuid4().hex[:8]}"
        folder.mkdir()
        twin = Project(folder)
        shutil.copytree(self.path, twin.path, dirs_exist_ok=True, symlinks=True)
        twin.env = self.env
        return twin


def _account(result: Result) -> list[str]:
    """All that must be equal: exit code, counts, and every report."""
    return [f"exit code {result.code}", result.summary, *result.reports]


def differences(ours: list[str], plain: list[str]) -> str:
    """What is only in one of them, in any order: a line each; empty where nothing is."""
    mine, theirs = Counter(ours), Counter(plain)
    lines = [f"- {line}" for line in sorted((theirs - mine).elements())]
    lines += [f"+ {line}" for line in sorted((mine - theirs).elements())]
    return "\n".join(lines)


def wait_until_exists(path: Path, running: Running) -> str:
    """Wait for a file that a run writes aside and renames; its text."""
    limit = time.monotonic() + LIMIT_SECONDS
    while not path.exists():
        assert time.monotonic() < limit, f"{path.name} was not written\n{running.output}"
        assert running.lives, f"ended without {path.name}\n{running.output}"
        time.sleep(0.01)
    return path.read_text()


def be_started_by(tests: int) -> None:
    """In a new process: have what a shell's child has."""
    native.die_with_parent(tests)  # nobody waits for it where the tests are killed
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where they run in the background


def _environment(pid: int) -> bytes:
    """The environment that a process was started with; empty where it is dead."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return f"process {pid}"
    return f"{pid} " + b" ".join(words).decode(errors="replace").strip()[:100]


def _wait_for_end(processes: object) -> list[int]:
    """Wait until there are none; those that are there after the limit."""
    assert callable(processes)
    limit = time.monotonic() + LEAVING_SECONDS
    pids: list[int] = processes()
    while pids and time.monotonic() < limit:
        with contextlib.suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pids[0])
            try:
                select.select([pidfd], [], [], limit - time.monotonic())
            finally:
                os.close(pidfd)
        pids = processes()
    return pids


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path)


@pytest.fixture
def usual_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process: as if none were installed but the usual plugins, and what is new."""
    find = importlib.metadata.entry_points

    def usual(group: str) -> list[importlib.metadata.EntryPoint]:
        return [point for point in find(group=group) if point.name not in _OTHERS]

    monkeypatch.setattr(importlib.metadata, "entry_points", usual)
