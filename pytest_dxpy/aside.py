"""Replaces a file as a whole: written aside, then renamed.

The name aside is the same in every process, as in native/index/write_aside.cc: so
what a killed process has left there is at most one file, which the next one writes
over. A lock on it keeps processes that write at once apart.
"""

from __future__ import annotations

import fcntl
import os

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from typing import Final

SUFFIX: Final = ".new"
# How often the file may be renamed away between our open and our lock.
MOST_ATTEMPTS: Final = 100


def replace_file(path: str, data: bytes) -> bool:
    """Give a file this content, the whole of it or nothing.

    Returns:
        False where another process is doing the same, whose content is as good.

    Raises:
        OSError: it cannot be written; nothing is left aside.
    """
    name = path + SUFFIX
    fd = _open_locked(name)
    if fd is None:
        return False
    # From here on nobody else writes, renames or deletes the file.
    with open(fd, "wb") as file:  # noqa: PTH123
        try:
            file.truncate(0)
            file.write(data)
            file.flush()
            os.rename(name, path)  # noqa: PTH104
        except BaseException:
            if _is_named(fd, name):
                os.unlink(name)  # noqa: PTH108
            raise
    return True


def _open_locked(name: str) -> int | None:
    """The file, made where there is none; None where another process has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    for _ in range(MOST_ATTEMPTS):
        fd = os.open(name, flags, 0o666)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_named(fd, name):
                return fd
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError:
            os.close(fd)
            raise
        os.close(fd)
    return None


def _is_named(fd: int, name: str) -> bool:
    """Whether it still has that name: once renamed it is the file itself, not to be written to."""
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(name))
    except FileNotFoundError:
        return False
