"""What the processes that tests start have recorded: the controller's side.

They add it to a file in memory that the controller holds open: it needs no folder, and is gone
with the controller, however that ends. Why so: docs/decisions/0014-children.md.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from _pytest.cacheprovider import Cache

from pytest_dxpy import standard_library

if TYPE_CHECKING:
    from collections.abc import Iterable

VARIABLE: Final = "DXPY_CHILDREN"  # as native/bindings/children.h has it
SIZE_BYTES: Final = 8  # of the number before the settings
_PIECE_BYTES: Final = 1 << 20


def settings_of(config: pytest.Config, how: str) -> dict[str, Any]:
    """What a recorder has to be told of this run, but for what differs between processes.

    Args:
        config: of the run.
        how: ``function`` or ``module``.
    """
    return {
        "roots": sorted(
            {os.fsencode(path) for path in (config.rootpath, config.rootpath.resolve())}
        ),
        "excluded": [os.fsencode(path) for path in _excluded(config)],
        "stdlib": [os.fsencode(path) for path in standard_library.folders()],
        "functions": how == "function",
        "start_ns": time.time_ns(),
    }


def _excluded(config: pytest.Config) -> Iterable[Path]:
    """Folders below the root that are not the project's."""
    if config.pluginmanager.hasplugin("cacheprovider"):
        yield Cache.cache_dir_from_config(config, _ispytest=True)
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix)
    if basetemp := getattr(config.known_args_namespace, "basetemp", None):
        yield config.invocation_params.dir / basetemp


class ChildFile:
    """The file, from before the first worker is started until the run's end."""

    def __init__(self, settings: dict[str, Any]) -> None:
        """Make it, and tell all processes that are started from here on."""
        self._fd = os.memfd_create("dxpy-children")
        data = marshal.dumps(settings)
        os.write(self._fd, len(data).to_bytes(SIZE_BYTES, "little") + data)
        self._begin = SIZE_BYTES + len(data)
        self._before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = f"{os.getpid()}.{self._fd}.{os.fstat(self._fd).st_ino}"

    def read(self) -> bytes:
        """What processes have added so far."""
        pieces = []
        place = self._begin
        while piece := os.pread(self._fd, _PIECE_BYTES, place):
            pieces.append(piece)
            place += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Nothing more is read."""
        os.close(self._fd)
        if self._before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = self._before


CHILDREN: Final[pytest.StashKey[ChildFile]] = pytest.StashKey()
