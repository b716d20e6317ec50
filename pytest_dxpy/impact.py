"""Which tests a change can have changed, and what a run teaches of that.

The controller's side of decision 13: workers record, the native core judges.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_dxpy import native, stages, standard_library
from pytest_dxpy.children import CHILDREN
from pytest_dxpy.impact_values import values
from pytest_dxpy.kept_files import RECORD
from pytest_dxpy.origin import origin

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from pytest_dxpy.units import Unit


class Judged(NamedTuple):
    """What is known of a test before it runs."""

    node_id: str
    affected: bool
    chain: list[str]  # from the change to the test; of a test that is not affected empty
    witness: bytes  # under which it passed
    when: int  # seconds since 1970
    seconds: float


class Unchanged(NamedTuple):
    """Files of which no test need run."""

    tests: int
    seconds: float  # that they took
    memo: bytes  # by which this is known again, where nothing changes; empty: it cannot be


@dataclasses.dataclass
class JudgedFile:
    """What is known of a test file before it is imported."""

    path: str  # as in node ids
    must_collect: bool
    why: list[str]
    tests: list[Judged]
    # Nothing that it and its tests depend on has changed; how many these are, and their seconds,
    # where nobody asked for each of them.
    is_unchanged: bool = False
    unchanged_tests: int = 0
    unchanged_seconds: float = 0.0
    is_proven: bool = False  # nothing leads to it of what changed since the revision


class Impact:
    """The record of one project, for one run."""

    def __init__(self, config: pytest.Config, folder: Path, variables: list[str]) -> None:
        """Begin a run; nothing is read before it is asked for.

        Args:
            config: with its options parsed.
            folder: where the record is kept.
            variables: environment variables that tests depend on.
        """
        self._stages = stages.of(config)
        self._root = os.fsencode(str(config.rootpath))
        self._origin = origin(config.rootpath)  # now: a test, or the user, may switch branches
        self._values = values(config, variables)
        self._path = os.fsencode(str(folder / RECORD))
        self._opened: native.ImpactStore | None = None
        self._children = config.stash.get(CHILDREN, None)
        self.files: dict[str, JudgedFile] = {}  # by path
        stdlib = set(standard_library.folders())
        stdlib |= {os.path.realpath(path) for path in stdlib}
        self._record = native.ImpactRecord(
            self._root,
            [os.fsencode(path) for path in sorted(stdlib)],
            [os.fsencode(path) for path in _import_path(stdlib)],
            time.time_ns(),
        )
        self.outcomes: dict[str, bool] = {}
        self._uncollected: set[str] = set()  # node ids

    @property
    def store(self) -> native.ImpactStore:
        """What is kept of the project."""
        if self._opened is None:
            with self._stages.stage("reading the record"):
                self._opened = native.ImpactStore(self._path)
        return self._opened

    @property
    def problem(self) -> str:
        """What is wrong with the record, in one line; empty where nothing is."""
        return self.store.problem()

    # Before tests run.

    def judge(self, paths: list[str], *, each_test: bool) -> dict[str, JudgedFile]:
        """Find out which tests of files need not run; of all files so far.

        Args:
            paths: absolute; those that were judged before are not judged again.
            each_test: say it of each test also where nothing has changed for a file.
        """
        new = [path for path in paths if path not in self.files]
        names = [self._name(path) for path in new]
        if new:
            with self._stages.stage("judging"):
                judged = judge(self.store, self._root, self._values, names, each_test=each_test)
            self.files.update(zip(new, judged, strict=True))
        return self.files

    def judge_all(
        self, paths: list[str], files: list[str], presence: list[str]
    ) -> tuple[dict[str, JudgedFile], bytes]:
        """Find out which tests of files need not run, as counts where nothing has changed.

        Args:
            paths: of all test files, absolute; none was judged before.
            files: whose content the answer hangs on as well.
            presence: paths on whose being there it hangs as well.

        Returns:
            What is known of each, and what keeps that, as far as it can be kept.
        """
        store = self.store
        with self._stages.stage("judging"):
            names = [self._name(path) for path in paths]
            besides = [self._name(path) for path in files], [self._name(path) for path in presence]
            judged, memo = store.judge(self._root, self._values, names, False, besides)
        self.files.update(zip(paths, map(_judged_file, judged), strict=True))
        return self.files, memo

    def _name(self, path: str) -> bytes:
        data, root = os.fsencode(path), self._root + b"/"
        return data[len(root) :] if data.startswith(root) else data

    # What is learned.

    def traced(self, worker: int, trace: bytes) -> None:
        """A worker has recorded something."""
        self._record.read(worker, trace)

    def reported(self, node_id: str, *, passed: bool) -> None:
        """A test has been reported to the user."""
        self.outcomes[node_id] = passed and self.outcomes.get(node_id, True)

    def uncollected(self, node_id: str) -> None:
        """The user has been told that a collector failed."""
        self._uncollected.add(node_id.partition("::")[0])

    def _has_failed(self, unit: Unit) -> bool:
        """Whether the file, or a folder that it is in, could not be collected."""
        name = os.fsdecode(self._name(unit.key))
        above = [name, *(str(folder) for folder in PurePath(name).parents)]
        return any(one in self._uncollected for one in ["", *above])

    def keep(self, units: Iterable[Unit], deselected: dict[str, list[str]]) -> str:
        """Keep what was learned.

        Args:
            units: those of the run.
            deselected: tests that were collected and taken away, by the path of their file.

        Returns:
            What went wrong, in one line; empty where nothing did.
        """
        collected = [
            (
                os.fsencode(unit.key),
                [native.encode_id(one) for one in [*unit.all_ids, *deselected.get(unit.key, ())]],
                _is_whole(unit) and (unit.key in deselected or not unit.narrowed),
                has_failed,
            )
            for unit in units
            if (has_failed := bool(self._uncollected) and self._has_failed(unit))
            or unit.items is not None
        ]
        host, branch, commit = (text.encode("utf-8", "replace") for text in self._origin)
        outcomes = [(native.encode_id(node_id), ok) for node_id, ok in self.outcomes.items()]
        children = self._children.read() if self._children is not None else b""
        return self._record.keep(
            self.store,
            self._values,
            int(time.time()),
            collected,
            outcomes,
            (host, branch, commit),
            children,
        )


def judge(
    store: native.ImpactStore,
    root: bytes,
    values_: list[tuple[str, bytes]],
    names: list[bytes],
    *,
    each_test: bool = True,
) -> list[JudgedFile]:
    """What is known of test files, in their order.

    Args:
        store: of the project.
        root: its root directory, absolute.
        values_: what every test depends on, as it is now.
        names: paths of the files, below the root relative to it.
        each_test: say it of each test also where nothing has changed for a file.
    """
    judged, _ = store.judge(root, values_, names, each_test)
    return [_judged_file(one) for one in judged]


def _judged_file(judged: tuple[Any, ...]) -> JudgedFile:
    name, must_collect, why, tests, unchanged = judged
    tests = [_test(*test) for test in tests]
    return JudgedFile(os.fsdecode(name), must_collect, _steps(why), tests, *unchanged)


def _test(node_id: bytes, affected: bool, chain: list[bytes], *rest: Any) -> Judged:
    return Judged(native.decode_id(node_id), affected, _steps(chain), *rest)


def _import_path(stdlib: set[str]) -> list[str]:
    """Folders that modules of the project may be found in."""
    found = {os.path.abspath(path) for path in sys.path if not path.endswith(".zip")}  # noqa: PTH100
    installed = ("site-packages", "dist-packages", "lib-dynload")
    return sorted(path for path in found - stdlib if not path.endswith(installed))


def _steps(chain: list[bytes]) -> list[str]:
    return [step.decode(errors="replace") for step in chain]


def _is_whole(unit: Unit) -> bool:
    """Whether all tests of the file are known from this run."""
    return not (unit.again or unit.partial or unit.unreadable)
