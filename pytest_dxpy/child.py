"""Records a process that a test has started: imported at an interpreter's start.

pytest-dxpy-children.pth imports this where the environment names a run's file. It may neither
fail nor be seen by the program, and imports nothing that takes time.
"""

from __future__ import annotations

import atexit
import marshal
import os
import sys

from pytest_dxpy import native
from pytest_dxpy.last_finder import LastFinder

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from typing import Any

# As children.py has them, which imports pytest.
VARIABLE = "DXPY_CHILDREN"
SIZE_BYTES = 8


def begin() -> None:
    """Record from here on, if this process is the one that was started to be recorded."""
    address, parent, token = os.environ[VARIABLE].split(";")
    os.environ[VARIABLE] = address  # the program sees what its parent has
    if int(parent) != os.getppid():  # it was started by a shell, or the like
        return
    recording = os.fsencode(address), os.fsencode(token)
    if native.Recorder.exists() or not native.Recorder.begin_report(*recording):
        return
    own = os.fsencode(os.path.dirname(__file__))  # noqa: PTH120
    recorder = native.Recorder(**_settings(address), own=own, is_child=True)
    recorder.start()  # what it cannot see it writes to its stream
    recorder.watch_processes(recording[0])
    finder: Any = LastFinder(recorder)
    sys.meta_path.append(finder)
    atexit.register(recorder.prepare_report)  # the first one is called last


def give_up() -> None:
    """Leave no trace, and make room for a recorder of somebody else's."""
    for finder in [one for one in sys.meta_path if isinstance(one, LastFinder)]:
        sys.meta_path.remove(finder)
        finder.recorder.abandon()


def _settings(address: str) -> dict[str, Any]:
    controller, number, _ = address.split(".")
    file = os.open(f"/proc/{controller}/fd/{number}", os.O_RDONLY)
    try:
        size = int.from_bytes(os.pread(file, SIZE_BYTES, 0), "little")
        settings: dict[str, Any] = marshal.loads(os.pread(file, size, SIZE_BYTES))
    finally:
        os.close(file)
    return settings


try:
    if os.environ[VARIABLE].count(";"):
        begin()
except Exception:  # noqa: BLE001  # the test depends on the whole tree, and nobody is told
    pass
