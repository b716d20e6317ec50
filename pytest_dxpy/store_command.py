"""``dx-py store``: takes the record of a project from one machine to another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_dxpy import native, record_place
from pytest_dxpy.aside import replace_file
from pytest_dxpy.errors import OptionError, RecordError

if TYPE_CHECKING:
    from collections.abc import Sequence


def export(target: str, root: str, cache_dir: str) -> str:
    """Write the record of a project to a file; what was done, in a line.

    Args:
        target: the file; it is replaced.
        root: as ``record_place.find`` takes it.
        cache_dir: the same.

    Raises:
        OptionError: the root is no directory.
        RecordError: there is no record, or the file cannot be written.
    """
    archive = native.ImpactArchive()
    archive.add_store(record_place.open_record(record_place.find(root, cache_dir)))
    return f"{_write(target, archive)}, with {_counts(archive)}"


def import_(source: str, root: str, cache_dir: str) -> str:
    """Add the record of a file to that of a project; what was done, in a line.

    Args:
        source: the file.
        root: as ``record_place.find`` takes it.
        cache_dir: the same.

    Raises:
        OptionError: the file is not there, or the root is no directory.
        RecordError: the file is damaged, or the record cannot be written.
    """
    archive = native.ImpactArchive()
    _read(archive, source)
    # From here on the file is known to be whole.
    place = record_place.find(root, cache_dir, make=True)
    store = native.ImpactStore(os.fsencode(place.path))
    if problem := archive.add_to(store):
        raise RecordError(problem, hint="nothing was added; --cache-dir names another folder")
    return f"added to {place.path}: {_counts(archive)}"


def merge(target: str, sources: Sequence[str]) -> str:
    """Write what several files have to one; what was done, in a line.

    Args:
        target: the file; it is replaced.
        sources: files that ``export`` or ``merge`` has written.

    Raises:
        OptionError: a file is not there.
        RecordError: a file is damaged, or the target cannot be written.
    """
    archive = native.ImpactArchive()
    for source in sources:
        _read(archive, source)
    return f"{_write(target, archive)}, with {_counts(archive)}"


def _read(archive: native.ImpactArchive, path: str) -> None:
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise OptionError(
            f"FILE: {path!r} does not exist", hint="'dx-py store export' makes one"
        ) from None
    except OSError as error:
        raise RecordError(f"{path}: {_reason(error)}", hint="name another file") from error
    try:
        archive.add_bytes(data)
    except native.NativeError as error:
        raise RecordError(
            f"{path}: {error}; nothing of it was taken",
            hint="make it anew with 'dx-py store export' of this version, or leave it out",
        ) from error


def _write(path: str, archive: native.ImpactArchive) -> str:
    data = archive.data()
    try:
        written = replace_file(path, data)
    except OSError as error:
        raise RecordError(f"{path}: {_reason(error)}", hint="name another file") from error
    if not written:
        raise RecordError(
            f"{path}: another process writes it", hint="wait for its end, or name another file"
        )
    return f"wrote {path}, {len(data):,} bytes"


def _counts(archive: native.ImpactArchive) -> str:
    files, tests, results = archive.counts()
    return f"{results:,} results of {tests:,} tests in {files:,} files"


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
