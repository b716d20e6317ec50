"""How worker processes come to be: forked from a zygote, or started anew.

The zygote (see there) is forked from pytest's process while that has one
thread; each worker is a fork of it, made in a millisecond, and so is the
replacement of a dead one. It talks through a socket: descriptors in, the new
process id out.

Everything here uses native calls in place of ``socket`` and ``select``: a
conftest may have replaced those by then (gevent).
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from pytest_dxpy import native, zygote
from pytest_dxpy.errors import StartError
from pytest_dxpy.options import SPAWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Launcher(Protocol):
    """Starts worker processes for the controller."""

    def start(self, fds: list[int]) -> int:
        """Start a worker that is given these descriptors; its process id."""

    def exit_status(self, pid: int) -> int:
        """What a worker that has died left: an exit code, or minus its signal."""

    def close(self) -> None:
        """Nothing more will be started."""


class ForkServer:
    """The controller's end of a zygote."""

    def __init__(self, socket: int, pid: int) -> None:
        self._socket = socket
        self._pid = pid

    def _ask(self, request: bytes, fds: list[int]) -> int:
        if not native.send_message(self._socket, request, fds):
            raise StartError("the process that forks workers has died", hint="run again")
        answer = native.receive_message(self._socket)
        if answer is None:
            raise StartError("the process that forks workers has died", hint="run again")
        text = answer[0].decode()
        if text.startswith("!"):
            raise StartError(f"cannot fork a worker: {text[1:]}", hint="use fewer --dx-workers")
        return int(text)

    def start(self, fds: list[int]) -> int:
        """Fork a worker; its process id."""
        return self._ask(b"fork", fds)

    def exit_status(self, pid: int) -> int:
        """Collect a dead worker; an exit code, or minus its signal."""
        return self._ask(b"reap %d" % pid, [])

    def close(self) -> None:
        """End the zygote."""
        os.close(self._socket)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def fork_server(*, collect_garbage: bool, prepare: Callable[[], object]) -> ForkServer | list[int]:
    """Fork a zygote. Returns in the controller, and once more in every worker.

    Args:
        collect_garbage: whether a user's code has run and may have left garbage that
            every process would finalize: a file that nobody closed would be
            written by each.
        prepare: called in the worker that is forked before it is needed.

    Returns:
        In the controller the server; in a worker the descriptors that it was
        started with.
    """
    controller = os.getpid()
    _ = native.WorkerPort  # made now: each worker would make it
    ours, theirs = native.make_socket_pair()
    _flush()
    # What is alive is not frozen: gc.get_referrers() does not see frozen objects, and
    # hypothesis looks there.
    if collect_garbage:
        gc.collect()
    pid = zygote.fork()
    if pid:
        os.close(theirs)
        return ForkServer(ours, pid)
    try:
        os.close(ours)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if not native.die_with_parent(controller):
            os._exit(0)
        return zygote.serve(theirs, prepare)
    except BaseException:  # noqa: BLE001  # no frame of pytest above may handle it
        os._exit(1)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):
            stream.flush()  # type: ignore[union-attr]


class SpawnServer:
    """Starts every worker as a new interpreter with the same command line."""

    def __init__(self, config: pytest.Config) -> None:
        self._arguments = list(config.invocation_params.args)
        self._directory = config.invocation_params.dir
        self._processes: dict[int, Any] = {}

    def start(self, fds: list[int]) -> int:
        """Start an interpreter; its process id."""
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; sys.argv[:] = {sys.argv!r}; "
            f"import pytest; sys.exit(pytest.main({[str(text) for text in self._arguments]!r}))"
        )
        variable = ",".join(str(number) for number in (os.getpid(), *fds))
        _flush()
        import subprocess  # noqa: PLC0415

        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=self._directory,
            env={**os.environ, SPAWN_VARIABLE: variable},
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
        )
        self._processes[process.pid] = process
        return process.pid

    def exit_status(self, pid: int) -> int:
        """Collect a dead worker; an exit code, or minus its signal."""
        return int(self._processes.pop(pid).wait())

    def close(self) -> None:
        """Nothing to do: the workers are collected one by one."""


def spawned_worker() -> list[int] | None:
    """The descriptors that this process was spawned with as a worker, if it was."""
    text = os.environ.pop(SPAWN_VARIABLE, None)
    if text is None:
        return None
    parent, *fds = (int(number) for number in text.split(","))
    if not native.die_with_parent(parent):
        os._exit(0)
    return fds


def forget_inherited_exits() -> None:
    """Drop what is to run at the end of the process that we were forked from.

    What its modules registered for the end of *any* process is registered again.
    """
    import atexit  # noqa: PLC0415
    import logging  # noqa: PLC0415
    import weakref  # noqa: PLC0415

    atexit._clear()
    atexit.register(logging.shutdown)
    finalize: Any = weakref.finalize
    for info in list(finalize._registry.values()):
        info.atexit = False  # a temporary directory of the controller's, for one
    atexit.register(finalize._exitfunc)
    util: Any = sys.modules.get("multiprocessing.util")
    if util is not None:
        util._finalizer_registry.clear()
        process: Any = sys.modules["multiprocessing.process"]
        process._children.clear()
        atexit.register(util._exit_function)


def end_process(code: int, last: Callable[[], object]) -> NoReturn:
    """End a worker as an interpreter ends, without the frames it was forked in."""
    import atexit  # noqa: PLC0415
    import threading  # noqa: PLC0415

    try:
        last()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        _flush()
    finally:
        os._exit(code)
