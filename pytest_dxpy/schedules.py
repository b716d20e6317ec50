"""What ran where, and in which order: a file per run, for runs that repeat one.

docs/formats/schedule.md has the layout. The last few runs are kept, in a folder of
their own; a run's number is reserved by making its file, which is then replaced as a
whole. So runs that end at the same time have different numbers, and a file without
content is one that its run never wrote.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_dxpy import aside, kept_files
from pytest_dxpy.errors import ScheduleError
from pytest_dxpy.mode import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pytest

    from pytest_dxpy.options import Options

VERSION: Final = 1
KIND: Final = "dxpy-schedule"
KEPT: Final = 10  # runs
SUFFIX: Final = ".json"


class Piece(NamedTuple):
    """What a worker collected, and ran of it."""

    key: str  # a file's path, or a group's name
    ids: list[str]  # node ids of what it collected; the same list for who collected the same
    order: list[int]  # positions in it of what ran

    @property
    def ran(self) -> list[str]:
        """Node ids of what ran, in order."""
        return [self.ids[position] for position in self.order]


class Schedule(NamedTuple):
    """What each worker of a run did."""

    name: str  # the run's, as a user would say it
    collect: str  # lazy or full
    workers: list[list[Piece]]  # of those that the run began with
    late: list[list[Piece]]  # of those that replaced dead ones
    failed: list[str]  # node ids
    is_all: bool = False  # who repeats it runs nothing else

    def mode(self, options: Options, chosen: Mode) -> Mode:
        """How the run collects that repeats it."""
        if self.collect == "full" and options.collect == "auto":
            return Mode("full", False, f"as run {self.name}")
        return Mode(chosen.collect, chosen.confirm, chosen.reason)

    @property
    def pieces(self) -> list[Piece]:
        """All of them."""
        return [piece for worker in (*self.workers, *self.late) for piece in worker]


def encode(root: str, schedule: Schedule) -> str:
    """The text of a schedule.

    Args:
        root: the project's root directory; paths below it are kept relative to it.
        schedule: but for its name.
    """
    units: list[tuple[str, list[str]]] = []
    numbers: dict[int, int] = {}  # by the identity of the list of node ids

    def number_of(piece: Piece) -> int:
        number = numbers.setdefault(id(piece.ids), len(units))
        if number == len(units):
            name = piece.key.removeprefix(root.rstrip(os.sep) + os.sep)
            units.append((name, _short(name, piece.ids)))
        return number

    def encode_worker(pieces: list[Piece]) -> list[tuple[int, list[list[int]]]]:
        return [(number_of(piece), _spans(piece.order)) for piece in pieces]

    data = {
        KIND: VERSION,
        "collect": schedule.collect,
        "all": schedule.is_all,
        "workers": [encode_worker(pieces) for pieces in schedule.workers],
        "late": [encode_worker(pieces) for pieces in schedule.late],
        "failed": schedule.failed,
        "units": units,
    }
    return json.dumps(data, separators=(",", ":"))


def _short(name: str, ids: list[str]) -> list[str]:
    """Node ids less the path that they begin with."""
    start, length = f"{name}::", len(name)
    return [one[length:] if one.startswith(start) else one for one in ids]


def _spans(order: list[int]) -> list[list[int]]:
    """Positions as [first, behind the last] of those that follow each other."""
    if not order:
        return []
    first, stop = order[0], order[0] + len(order)
    if order[-1] == stop - 1 and order == [*range(first, stop)]:
        return [[first, stop]]
    spans = [[first, first + 1]]
    for position in order[1:]:
        if position == spans[-1][1]:
            spans[-1][1] += 1
        else:
            spans.append([position, position + 1])
    return spans


def decode(root: str, name: str, text: str) -> Schedule:
    """The schedule of a run.

    Raises:
        ValueError: the text is none, or one of another version; it says which.
    """
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(data, dict) or KIND not in data:
        raise ValueError("it is no schedule")
    if data[KIND] != VERSION:
        raise ValueError(f"version {data[KIND]!r} is not {VERSION}")
    try:
        return _checked(root, name, data)
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _checked(root: str, name: str, data: dict[str, Any]) -> Schedule:
    units = [_unit(root, *unit) for unit in data["units"]]
    workers, late = (
        [[_piece(units, *piece) for piece in worker] for worker in data[kind]]
        for kind in ("workers", "late")
    )
    failed, collect, is_all = data["failed"], data["collect"], data["all"]
    if not isinstance(failed, list) or not all(isinstance(one, str) for one in failed):
        raise ValueError("'failed' is no list of node ids")
    if collect not in ("lazy", "full"):
        raise ValueError(f"'collect' is {collect!r}")
    if not isinstance(is_all, bool) or not workers:
        raise ValueError("'all' or 'workers' has a wrong value")
    return Schedule(name, collect, workers, late, failed, is_all)


def _unit(root: str, name: str, ids: list[str]) -> tuple[str, list[str]]:
    if "\0" in name:
        raise ValueError(f"{name!r} is no path")
    key = name if name.startswith("@") else os.path.join(root, name)  # noqa: PTH118
    return key, [name + one if one.startswith("::") else one for one in ids]


def _piece(units: list[tuple[str, list[str]]], number: int, spans: list[list[int]]) -> Piece:
    if number < 0:
        raise ValueError(f"there is no unit {number}")
    key, ids = units[number]
    order: list[int] = []
    for first, stop in spans:
        if not 0 <= first < stop <= len(ids):
            raise ValueError(f"{key} has no tests {first} to {stop}")
        order += range(first, stop)
    return Piece(key, ids, order)


class Schedules:
    """The runs of one project that are kept."""

    def __init__(
        self, folder: Path | None, make_folder: Callable[[], object] = lambda: None
    ) -> None:
        """Name them.

        Args:
            folder: where they are kept; None where nothing shall be.
            make_folder: called before one is written, where more than a plain mkdir is wanted.
        """
        self._folder = folder
        self._make_folder = make_folder

    def load(self, wanted: str, directory: Path, root: str) -> Schedule:
        """The schedule of a run.

        Args:
            wanted: its number, the path of its file, or "yes", which is the last one.
            directory: where such a path begins.
            root: the project's root directory.

        Raises:
            ScheduleError: there is none, or it cannot be read.
        """
        path = self._find(wanted, directory)
        try:
            data = path.read_bytes()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ScheduleError(f"{path}: {reason}", hint=self._hint(path)) from error
        try:
            return decode(root, path.name.removesuffix(SUFFIX), data.decode())
        except ValueError as error:
            reason = " ".join(str(error).split()) if data else "it is empty, its run was killed"
            raise ScheduleError(
                f"{path} is damaged, or not ours: {reason}", hint=self._hint(path)
            ) from error

    def _find(self, wanted: str, directory: Path) -> Path:
        is_number = wanted.isascii() and wanted.isdecimal()
        if wanted != "yes" and not is_number:
            return directory / wanted
        if self._folder is None:
            raise ScheduleError(
                "without pytest's cache no run is kept",
                hint="name a folder with --dx-cache-dir, or leave '-p no:cacheprovider' out",
            )
        numbers = self._numbers()
        if is_number and int(wanted) not in numbers:
            raise ScheduleError(
                f"run {wanted} is not kept in {self._folder}", hint=self._hint(self._folder)
            )
        if is_number:
            return self._path(int(wanted))
        written = [n for n in numbers if self._path(n).stat().st_size]
        if not written:
            raise ScheduleError(f"no run is kept in {self._folder}", hint=self._hint(self._folder))
        return self._path(written[-1])

    def _hint(self, besides: Path) -> str:
        names = [str(n) for n in self._numbers() if self._path(n) != besides]
        return f"runs that are kept: {', '.join(names)}" if names else "run the tests once"

    def _path(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number}{SUFFIX}"

    def _numbers(self) -> list[int]:
        """Of the runs that are there, ascending."""
        if self._folder is None:
            return []
        with contextlib.suppress(OSError):
            names = [path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}")]
            return sorted(int(name) for name in names if name.isascii() and name.isdecimal())
        return []

    def names(self) -> list[str]:
        """The runs, the oldest first; what one has kept may be damaged."""
        return [str(number) for number in self._numbers()]

    def keep(self, text: str) -> str:
        """Keep the schedule of a run, and forget that of the oldest.

        Returns:
            The run's number; empty where it is not kept.
        """
        if self._folder is None:
            return ""
        try:
            self._make_folder()
            self._folder.mkdir(parents=True, exist_ok=True)
            numbers = self._numbers()
            number = self._reserve(numbers)
            self._write(self._path(number), text.encode())
            for old in numbers[: 1 - KEPT]:
                self._path(old).unlink(missing_ok=True)
                Path(f"{self._path(old)}{aside.SUFFIX}").unlink(missing_ok=True)
        except OSError:
            return ""
        return str(number)

    def _reserve(self, numbers: Sequence[int]) -> int:
        number = numbers[-1] + 1 if numbers else 1
        while True:
            try:
                self._path(number).touch(exist_ok=False)
            except FileExistsError:  # noqa: PERF203  # of a run that ends at the same time
                number += 1
            else:
                return number

    def _write(self, path: Path, data: bytes) -> None:
        try:
            aside.replace_file(str(path), data)
        except OSError:
            path.unlink(missing_ok=True)
            raise


class Plan(NamedTuple):
    """How many workers a run has, and what is decided of their work before it begins."""

    workers: int
    schedules: Schedules  # where this run's is kept
    repeated: Schedule | None  # of the run that it repeats


def kept(config: pytest.Config, options: Options) -> Schedules:
    """The runs of a project."""
    folder, make_folder = kept_files.folder_of(config, options.cache_dir)
    return Schedules(folder and folder / kept_files.SCHEDULES, make_folder)


def wanted(config: pytest.Config, options: Options, mode: Mode) -> Schedule:
    """What a run is to repeat.

    Args:
        config: of the run.
        options: of the run; ``replay`` is given.
        mode: in which it would run otherwise.

    Raises:
        ScheduleError: it cannot.
    """
    if mode.collect == "off":
        raise ScheduleError(
            f"needs workers, and this run has none ({mode.reason})",
            hint="leave one of the two out",
        )
    if options.affected:
        raise ScheduleError(
            "repeats what ran, and --dx-affected leaves some of that out",
            hint="leave one of the two out, or pick tests with -k or node ids",
        )
    directory = config.invocation_params.dir
    return kept(config, options).load(options.replay, directory, str(config.rootpath))
