from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.parity.process import Command, Finished, run


def run_python(tmp_path: Path, source: str, limit_s: float = 60) -> Finished:
    argv = (sys.executable, "-c", source)
    command = Command(argv, tmp_path, dict(os.environ), tmp_path / "log", limit_s, apart=False)
    return run(command)


def test_a_command_is_reported_with_code_time_and_output(tmp_path: Path) -> None:
    finished = run_python(tmp_path, "print('hello'); raise SystemExit(3)")
    assert (finished.code, finished.left_processes) == (3, ())
    assert finished.cpu_s > 0
    assert (tmp_path / "log").read_text() == "hello\n"


def test_death_by_a_signal_is_shown_as_a_shell_shows_it(tmp_path: Path) -> None:
    assert run_python(tmp_path, "import os; os.kill(os.getpid(), 9)").code == 137


def test_a_command_that_hangs_is_killed_at_its_limit(tmp_path: Path) -> None:
    finished = run_python(tmp_path, "import time; time.sleep(600)", limit_s=0.5)
    assert (finished.code, finished.wall_s) == (None, 0.5)


def test_a_process_left_in_another_session_is_found_and_ended(tmp_path: Path) -> None:
    child = "import time; time.sleep(600)  # left-over"
    source = (
        "import subprocess, sys\n"
        f"argv = [sys.executable, '-c', {child!r}]\n"
        "print(subprocess.Popen(argv, start_new_session=True).pid)"
    )
    (left,) = run_python(tmp_path, source).left_processes
    assert left.endswith("# left-over")
    assert dies(int((tmp_path / "log").read_text()))


def dies(pid: int) -> bool:
    """Whether a process that was killed is gone, or soon will be; a zombie has no command line."""
    command_line = Path(f"/proc/{pid}/cmdline")
    for _ in range(100):
        if not command_line.exists() or not command_line.read_bytes():
            return True
        time.sleep(0.05)
    return False
