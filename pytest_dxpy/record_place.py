"""Where the record of a project is, outside of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pytest_dxpy import native, settings
from pytest_dxpy.errors import OptionError, RecordError
from pytest_dxpy.kept_files import RECORD


class Place(NamedTuple):
    """The record of one project."""

    root: Path  # pytest's rootdir
    path: Path  # of the record; it need not be there


def find(root: str, cache_dir: str, *, make: bool = False) -> Place:
    """Find it as a run finds it.

    Args:
        root: a directory as it would be named to pytest; empty: the current one.
        cache_dir: as ``--dx-cache-dir``; empty: as a run without it.
        make: make the folder, as a run does.

    Raises:
        OptionError: there is no such directory, or pytest cannot read its settings.
        RecordError: the project keeps no record, or its folder cannot be made.
    """
    if root and not os.path.isdir(root):  # noqa: PTH112
        raise OptionError(f"--root: {root!r} is no directory", hint="name the project's directory")
    config = settings.read([root] if root else [])
    try:
        folder = settings.record_folder(config, cache_dir, make=make)
    except OSError as error:
        raise RecordError(str(error), hint="--cache-dir names another folder") from error
    if folder is None:
        raise RecordError(
            f"{config.rootpath}: the project keeps nothing between runs",
            hint="it switches pytest's cache off; --cache-dir names a folder",
        )
    return Place(config.rootpath, folder / RECORD)


def open_record(place: Place) -> native.ImpactStore:
    """Open the record that a run has kept.

    Raises:
        RecordError: there is none, or it cannot be read.
    """
    if not place.path.exists():
        raise RecordError(
            f"{place.path}: there is no record yet",
            hint="a run with 'pytest -p dxpy' makes one, or 'dx-py store import'",
        )
    store = native.ImpactStore(os.fsencode(place.path))
    if problem := store.problem():
        raise RecordError(problem, hint="the next run mends what is damaged")
    return store
