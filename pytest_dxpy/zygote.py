"""The process that workers are forked from. It is a fork itself, and only waits.

One worker is forked ahead of its call, for every run needs one: while the
controller gets ready, it takes its own copy of the memory that it would
else copy page by page, in the user's time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from typing import TYPE_CHECKING, Final, NamedTuple

from pytest_dxpy import native

if TYPE_CHECKING:
    from collections.abc import Callable

# A worker that was forked from more than this has an application in it, most of which it
# will never write to.
OWN_AT_ONCE_BYTES: Final = 64 << 20


class _Spare(NamedTuple):
    """A worker that waits for its descriptors."""

    pid: int
    socket: int

    def call(self, fds: list[int]) -> bool:
        """Let it begin; False where it has died."""
        called = native.send_message(self.socket, b"begin", fds)
        if called:
            os.close(self.socket)
        return called

    def end(self) -> None:
        """Take leave of it."""
        os.close(self.socket)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def serve(socket: int, prepare: Callable[[], object]) -> list[int]:
    """The zygote's life. Returns only in a worker, its descriptors.

    Args:
        socket: to the controller.
        prepare: called in the worker that is forked ahead.
    """
    zygote = os.getpid()
    spare = _fork_ahead(socket, zygote, prepare)
    if isinstance(spare, list):
        return spare
    while (message := native.receive_message(socket)) is not None:
        request, fds = message
        if request.startswith(b"reap "):
            _, status = os.waitpid(int(request[5:]), 0)
            answer = b"%d" % os.waitstatus_to_exitcode(status)
        elif spare is not None and spare.call(fds):
            answer, spare = b"%d" % spare.pid, None
        else:
            pid, answer = _try_fork()
            if pid == 0:
                os.close(socket)
                _be_worker(zygote)
                return list(fds)
        native.send_message(socket, answer, [])
        for fd in fds:
            os.close(fd)
    if spare is not None:
        spare.end()
    os._exit(0)


def _try_fork() -> tuple[int, bytes]:
    """What a fork returns, -1 where it fails, and what the controller is told."""
    try:
        pid = fork()
    except OSError as error:
        return -1, f"!{os.strerror(error.errno or 0)}".encode()
    return pid, b"%d" % pid


def _fork_ahead(
    socket: int, zygote: int, prepare: Callable[[], object]
) -> _Spare | list[int] | None:
    """Fork a worker before it is called. Returns its descriptors in it, once it is."""
    ours, theirs = native.make_socket_pair()
    pid, _ = _try_fork()
    if pid != 0:
        os.close(theirs)
        if pid > 0:
            return _Spare(pid, ours)
        os.close(ours)
        return None
    os.close(socket)
    os.close(ours)
    _be_worker(zygote)
    prepare()
    message = native.receive_message(theirs)
    if message is None:
        os._exit(0)
    os.close(theirs)
    return list(message[1])


def _be_worker(zygote: int) -> None:
    if not native.die_with_parent(zygote):
        os._exit(0)
    native.own_shared_pages(OWN_AT_ONCE_BYTES)


def fork() -> int:
    """A fork, without Python's advice."""
    with warnings.catch_warnings():
        # 3.12 warns of other threads. The late point is not used where Python has
        # any; those of native libraries (BLAS) survive it.
        warnings.simplefilter("ignore")
        return os.fork()
