"""Runs one command in bounded time, apart from the rest of the machine.

Each command gets a session of its own, so that all it starts can be found and ended.
As root on Linux it also gets a network with the loopback alone and an empty /dev/shm;
elsewhere it runs plainly.
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import select
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MARKER = "DXPY_PARITY_RUN"
GRACE_SECONDS = 3.0
SHM = Path("/dev/shm")

# $1 is where to list what is left in /dev/shm. The mount is seen by this command only.
APART = """
ip link set lo up && mount -t tmpfs tmpfs /dev/shm || exit 97
list=$1; shift
"$@"
code=$?
ls -A /dev/shm >"$list"
exit $code
"""


@dataclass(frozen=True)
class Command:
    """What to run. ``limit_s`` is when the whole session is killed."""

    argv: tuple[str, ...]
    cwd: Path
    env: dict[str, str]
    log: Path
    limit_s: float
    apart: bool = True


@dataclass(frozen=True)
class Finished:
    """How a command ended.

    ``code`` is as a shell would show it (128 + signal), or None where it was killed at its
    limit. ``cpu_s`` is user and system time of the command and of all descendants that were
    waited for; a process that outlived its parent escapes it. ``left_processes`` are those
    that outlived the first one or, after a kill, those that were there.
    """

    code: int | None
    wall_s: float
    cpu_s: float
    left_processes: tuple[str, ...] = ()
    left_shm: tuple[str, ...] = ()


def run(command: Command, observe: Callable[[int], None] | None = None) -> Finished:
    """Run to the end or to the limit; nothing of it lives on afterwards.

    Args:
        command: what to run.
        observe: called some twenty times a second with the id of the first process.
    """
    mark = uuid.uuid4().hex
    listing = command.log.with_suffix(".shm")
    listing.unlink(missing_ok=True)
    apart = command.apart and can_be_apart()
    prefix = ("unshare", "--net", "--mount", "sh", "-c", APART, "sh", str(listing)) if apart else ()
    _settle_what_is_inherited()
    before, start = _shm_names(), time.monotonic()
    with command.log.open("wb") as log:
        process = subprocess.Popen(
            prefix + command.argv,
            cwd=command.cwd,
            env=command.env | {MARKER: mark},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            ended = _wait(process.pid, start + command.limit_s, observe)
            left = _left_over(process.pid, mark) if ended else _let_tell(process.pid, mark)
        finally:
            _end(process.pid, mark)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    shm = listing.read_text().split() if listing.exists() else _shm_names() - before
    return Finished(
        code=code if ended else None,
        wall_s=ended - start if ended else command.limit_s,
        cpu_s=usage.ru_utime + usage.ru_stime,
        left_processes=left,
        left_shm=tuple(sorted(shm)) if ended else (),
    )


@functools.cache
def can_be_apart() -> bool:
    """Whether this user may make namespaces, and has the tools."""
    trial = ["unshare", "--net", "--mount", "sh", "-c", APART, "sh", os.devnull, "true"]
    try:
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _settle_what_is_inherited() -> None:
    # A shell's background job ignores SIGINT and hands that on; tests that send themselves
    # one would then wait for ever. A handler, unlike SIG_IGN, ends at exec.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _wait(pid: int, limit: float, observe: Callable[[int], None] | None) -> float | None:
    """Wait for a child without reaping it; the time of its end, or None past the limit."""
    with contextlib.closing(_Pidfd(pid)) as pidfd:
        while (rest := limit - time.monotonic()) > 0:
            pause = min(rest, 0.05) if observe else rest
            if select.select([pidfd], [], [], pause)[0]:
                return time.monotonic()
            if observe:
                observe(pid)
    return None


class _Pidfd:
    """A process as a file to wait on."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        os.close(self._fd)


def in_session(session: int) -> Iterator[int]:
    """Living processes of a session."""
    return (pid for pid in _processes() if _session_of(pid) == session)


def _of_run(session: int, mark: str) -> Iterator[int]:
    """Living processes of a run: in its session, or with its mark wherever they went."""
    for pid in _processes():
        sid = _session_of(pid)
        if sid == session or (sid is not None and _has_mark(pid, mark)):
            yield pid


def _processes() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208


def _session_of(pid: int) -> int | None:
    """The session of a process, or None if it is dead or dies just now."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # After the name, which may hold anything, come state, parent, group and session.
    state, _, _, session = stat.rpartition(")")[2].split()[:4]
    return None if state in "ZX" else int(session)


def _has_mark(pid: int, mark: str) -> bool:
    try:
        return mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def _left_over(session: int, mark: str) -> tuple[str, ...]:
    """Command lines of what is still there after a grace period."""
    limit = time.monotonic() + GRACE_SECONDS
    while (pids := list(_of_run(session, mark))) and time.monotonic() < limit:
        time.sleep(0.1)
    return tuple(_command_line(pid) for pid in pids)


def _let_tell(session: int, mark: str) -> tuple[str, ...]:
    """Let what hangs write where it is: pytest's faulthandler does so on SIGABRT."""
    pids = list(_of_run(session, mark))
    told = tuple(_command_line(pid) for pid in pids)
    for pid in reversed(pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGABRT)
            time.sleep(0.2)
    return told


def _command_line(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return f"process {pid}"
    return b" ".join(words).decode(errors="replace").strip()[:200]


def _end(session: int, mark: str) -> None:
    """Kill by group first, then what left the group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGKILL)
    for pid in _of_run(session, mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _shm_names() -> set[str]:
    return set(os.listdir(SHM)) if SHM.exists() else set()  # noqa: PTH208
