"""What a run remembers for the next one.

Per file: its duration, its number of tests, whether it needs anything that its own
imports do not bring, and which of its session fixtures cannot live in two workers
at the same time. All of it is one JSON file in pytest's cache
directory, read once, written aside and renamed at the end of a run; a damaged
one counts as none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_dxpy.aside import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = 1
FADING: Final = 0.95  # a run, of what a worker took
GROWTH: Final = 1.1  # of it that is written for its own sake
LEAST_FIELDS: Final = 6  # of a file in the first records of this version


@dataclasses.dataclass
class FileRecord:
    """What is known of one test file."""

    seconds: float = 0.0  # collecting and running it
    tests: int = 0
    size_bytes: int = -1
    mtime_ns: int = -1
    proven: str = ""  # content hash under which it ran right as the first file of a worker
    dependent: str = ""  # content hash under which it needed what other files import
    start_seconds: float = -1.0  # of `seconds`, what each worker needs that shares it; -1: none may
    whole: str = ""  # content hash under which a test needed those before it in the file
    # The longest tests by position: (position, seconds), ascending.
    slow: list[tuple[int, float]] = dataclasses.field(default_factory=list)
    # Keys of session fixtures that its tests use and that cannot live twice (exclusive.py).
    exclusive: list[str] = dataclasses.field(default_factory=list)


def content_hash(path: str) -> str:
    """A hash of the file's bytes; empty where it cannot be read."""
    try:
        return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


class _Kept(NamedTuple):
    files: dict[str, FileRecord]
    exclusive: dict[str, str]
    worker_bytes: int


class Records:
    """The records of one project; they are read when they are first asked for."""

    def __init__(self, path: Path | None, make_folder: Callable[[], object] = lambda: None) -> None:
        """Name them.

        Args:
            path: where they are kept; None where nothing shall be.
            make_folder: called before they are written, where more than a plain mkdir is wanted.
        """
        self._path = path
        self._make_folder = make_folder
        self._kept: _Kept | None = None
        self._may_differ = True  # from what is kept
        self._exclusive_before: dict[str, str] = {}
        self._peak_bytes = 0  # of this run's workers
        self.declared: frozenset[str] = frozenset()  # names of fixtures that the user names so

    @property
    def files(self) -> dict[str, FileRecord]:
        """By absolute path."""
        return self._read().files

    @property
    def exclusive(self) -> dict[str, str]:
        """Session fixtures that cannot live twice: key to the defining file's content hash."""
        return self._read().exclusive

    def _read(self) -> _Kept:
        if self._kept is None:
            self._kept = _Kept({}, {}, 0)
            if self._path is not None:
                with contextlib.suppress(
                    OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError
                ):
                    data = json.loads(self._path.read_text("utf-8", "surrogateescape"))
                    took = data.get("worker_bytes")
                    worker_bytes = took if isinstance(took, int) and took > 0 else 0
                    self._kept = _Kept(_parse(data), _parse_exclusive(data), worker_bytes)
                    self._may_differ = False
            self._exclusive_before = dict(self._kept.exclusive)
        return self._kept

    def get(self, path: str) -> FileRecord:
        """The record of a file, made where there is none; it may be changed."""
        files = self.files
        self._may_differ = True
        return files.setdefault(path, FileRecord())

    def is_proven(self, path: str) -> bool:
        """Whether this content of the file is known to need no other file."""
        record = self.files.get(path)
        return bool(record and record.proven and record.proven == content_hash(path))

    def is_dependent(self, path: str) -> bool:
        """Whether this content of the file is known to need other files."""
        record = self.files.get(path)
        return bool(record and record.dependent and record.dependent == content_hash(path))

    def is_whole(self, path: str) -> bool:
        """Whether this content of the file is known not to bear division."""
        record = self.files.get(path)
        return bool(record and record.whole and record.whole == content_hash(path))

    def is_exclusive(self, path: str) -> bool:
        """Whether tests of the file use what is known not to live twice."""
        record = self.files.get(path)
        return record is not None and any(
            key in self.exclusive or fixture_name(key) in self.declared for key in record.exclusive
        )

    def note_worker(self, own_bytes: int) -> None:
        """A worker of this run has had so much memory of its own."""
        self._peak_bytes = max(self._peak_bytes, own_bytes)

    @property
    def worker_bytes(self) -> int:
        """How much memory a worker took in the last runs; 0: unknown."""
        return self._read().worker_bytes

    def save(self) -> str:
        """Write them.

        Returns:
            What went wrong, in one line; empty where nothing did.
        """
        is_same = not self._may_differ and self.exclusive == self._exclusive_before
        if self._path is None or (is_same and not self._grew()):
            return ""
        data = {
            "version": VERSION,
            # Not dataclasses.astuple(), which copies whatever is in them, deeply.
            "files": {path: list(vars(record).values()) for path, record in self.files.items()},
            "exclusive": self.exclusive,
            # A smaller run does not make it forgotten at once what a large one took.
            "worker_bytes": max(self._peak_bytes, int(self.worker_bytes * FADING)),
        }
        text = json.dumps(data, ensure_ascii=True)
        try:
            self._make_folder()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(str(self._path), text.encode())
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            return f"durations are not kept: {self._path}: {reason}"
        return ""

    def _grew(self) -> bool:
        return self._peak_bytes > GROWTH * self.worker_bytes


def _parse(data: Any) -> dict[str, FileRecord]:
    if data["version"] != VERSION:
        return {}
    return {path: _record(fields) for path, fields in data["files"].items()}


def _parse_exclusive(data: Any) -> dict[str, str]:
    """Those whose files are as they were."""
    known: dict[str, str] = data.get("exclusive", {})
    return {key: was for key, was in known.items() if was and content_hash(_file(key)) == was}


def fixture_key(fixture: str, path: str) -> str:
    """What a fixture is remembered under: its name, and the file that defines it."""
    return f"{path}::{fixture}"


def fixture_name(key: str) -> str:
    """The fixture's name of a ``fixture_key``."""
    return key.rpartition("::")[2]


def _file(key: str) -> str:
    return key.rpartition("::")[0]


def _record(fields: list[Any]) -> FileRecord:
    number = (int, float)
    kinds: tuple[type | tuple[type, ...], ...] = (
        number, int, int, int, str, str, number, str, list, list
    )  # fmt: skip
    right = len(fields) >= LEAST_FIELDS and all(
        isinstance(field, kind) for field, kind in zip(fields, kinds, strict=False)
    )
    record = FileRecord(*fields) if right else None
    if record is None or not (0 <= record.seconds < math.inf and record.start_seconds >= -1):
        raise TypeError(fields)
    record.slow = [(int(item), float(seconds)) for item, seconds in record.slow]
    if any(item < 0 or not 0 <= seconds < math.inf for item, seconds in record.slow):
        raise TypeError(fields)
    record.slow.sort()
    if not all(isinstance(key, str) for key in record.exclusive):
        raise TypeError(fields)
    return record
