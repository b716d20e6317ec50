"""pytest's settings from the last time, where nothing can have changed them.

To import pytest takes ten times as long as to look at a thousand files. So what
discovery needs of pytest's settings is kept beside the index, with all that it
was made of: arguments, environment, the stat of each file that can be a
configuration file, and of each directory where a plugin could have been
installed. Nothing here imports more than a few small modules.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from pytest_dxpy import native
from pytest_dxpy.aside import replace_file

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

NAME: Final = "settings.bin"
MOST_ENTRIES: Final = 16
# What changed so recently may change again without a change of its times, as in the index.
SLACK_NS: Final = 2_000_000_000
CONFIGURATION_FILES: Final = (
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini",
    "setup.cfg", "setup.py",
)  # fmt: skip
VARIABLES: Final = (
    "DX_CACHE_DIR", "PYTEST_ADDOPTS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS",
    "PYTHONPATH", "TOX_ENV_DIR",
)  # fmt: skip

Stat = tuple[int, int, int, int]  # size, mtime, ctime, inode; zeros: there is nothing


def state(paths: Sequence[str]) -> tuple[object, ...]:
    """All that pytest's settings depend on, as far as they are worth remembering."""
    folders = folders_above(paths)
    files = [_stat(f"{folder}/{name}") for folder in folders for name in CONFIGURATION_FILES]
    return (
        native.build(),
        sys.version,
        tuple(os.environ.get(name) for name in VARIABLES),
        tuple((path, _stat(path or ".")) for path in sys.path),
        tuple(_egg_infos()),
        tuple(folders),
        tuple(files),
        tuple((os.path.exists(path), os.path.isdir(path)) for path in map(file_of, paths)),  # noqa: PTH110, PTH112
    )


def file_of(argument: str) -> str:
    """Without what it names in the file."""
    return argument.partition("::")[0]


def folders_above(paths: Sequence[str]) -> list[str]:
    """Where pytest looks for a configuration file: the arguments, and all that is above."""
    found: dict[str, None] = {}
    here = os.getcwd()  # noqa: PTH109
    for path in (here, *(os.path.join(here, file_of(path)) for path in paths)):  # noqa: PTH118
        folder = os.path.normpath(path)
        while folder not in found:
            found[folder] = None
            folder = os.path.dirname(folder)  # noqa: PTH120
    return list(found)


def _stat(path: str) -> Stat:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return (0, 0, 0, 0)
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _egg_infos() -> list[tuple[str, Stat]]:
    """Entry points of packages that are developed in place: written anew where they are."""
    found = []
    for path in sys.path:
        if not path.endswith(("site-packages", "dist-packages", ".zip")) and os.path.isdir(path):  # noqa: PTH112
            with os.scandir(path) as entries:
                names = [entry.name for entry in entries if entry.name.endswith(".egg-info")]
            files = [f"{path}/{name}/entry_points.txt" for name in names]
            found += [(file, _stat(file)) for file in files]
    return found


def load(paths: Sequence[str], now: tuple[object, ...]) -> dict[str, Any] | None:
    """What was saved for these arguments; None where something may have changed.

    Args:
        paths: the arguments.
        now: ``state(paths)``.
    """
    for place in _places(paths):
        entry = _read(place).get(_key(paths))
        if entry is not None and entry[0] == now:
            value: dict[str, Any] = entry[1]
            return value
    return None


def _key(paths: Sequence[str]) -> tuple[str, ...]:
    return (os.getcwd(), *paths)  # noqa: PTH109


def _places(paths: Sequence[str]) -> list[str]:
    """Where it can be, without knowing the settings: the usual cache directories."""
    here = os.getcwd()  # noqa: PTH109
    if named := os.environ.get("DX_CACHE_DIR"):
        return [os.path.join(here, named, NAME)]  # noqa: PTH118
    return [f"{folder}/.pytest_cache/d/dxpy/{NAME}" for folder in folders_above(paths)]


def _read(place: str) -> dict[tuple[str, ...], Any]:
    """What a file has; nothing where it is not what was written."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return {}
    if len(data) < 8 or native.hash64(data[8:]) != int.from_bytes(data[:8], "little"):  # noqa: PLR2004
        return {}
    entries: dict[tuple[str, ...], Any] = marshal.loads(data[8:])  # what we wrote
    return entries


def save(folder: str, paths: Sequence[str], now: tuple[object, ...], value: dict[str, Any]) -> None:
    """Keep a value of plain data for these arguments, if that is safe.

    Args:
        folder: the directory of the index.
        paths: the arguments.
        now: ``state(paths)`` before the settings were read.
        value: what ``load`` is to give.
    """
    if now != state(paths) or _is_young(now):
        return
    place = f"{folder}/{NAME}"
    entries = _read(place)
    entries.pop(_key(paths), None)
    entries[_key(paths)] = (now, value)
    for key in list(entries)[:-MOST_ENTRIES]:
        del entries[key]
    data = marshal.dumps(entries)
    try:
        replace_file(place, native.hash64(data).to_bytes(8, "little") + data)
    except OSError:  # the next time takes as long as this time
        return


def _is_young(now: object) -> bool:
    """Whether a time in there is so recent that the next change might not show."""
    if isinstance(now, (tuple, list)):
        return any(_is_young(part) for part in now)
    return isinstance(now, int) and time.time_ns() - SLACK_NS < now < 2 * time.time_ns()
