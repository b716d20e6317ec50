"""Which tests there are, without importing any of them: ``pytest_dxpy.discover()``.

The native core reads each test file and conftest, or takes what it has kept of
them in the index, and says of each file whether its tests are *exact* or why
they are *dynamic*. docs/discovery.md explains both words.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

from pytest_dxpy import reasons, survey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_dxpy.survey import Survey


@dataclasses.dataclass(frozen=True)
class Mark:
    """A mark on a test, as it is written."""

    name: str  # what stands behind 'pytest.mark.'
    text: str  # all of it, without the '@'


@dataclasses.dataclass(frozen=True)
class FoundTest:
    """A test. In a file that is dynamic it has no parameters, and may not exist at all."""

    id: str
    line: int  # of 'def', counted from 1
    marks: tuple[Mark, ...]  # its own, then its classes' and the module's; not those of a case


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why the tests of a file are only known once it is imported."""

    kind: str  # a heading of docs/discovery.md
    detail: str  # a name, in most cases
    line: int  # 0: of no line
    where: str  # path of the file that `line` is of; empty: the test file itself

    def __str__(self) -> str:
        return reasons.words(self.kind, self.detail)


@dataclasses.dataclass(frozen=True)
class FoundFile:
    """A test file."""

    path: str  # relative to the rootdir, as in node ids
    exact: bool  # `tests` is what pytest collects, in its order, if the import does not fail
    reasons: tuple[Reason, ...]  # empty where it is exact; not all there are, where it is not
    tests: tuple[FoundTest, ...]


@dataclasses.dataclass(frozen=True)
class Discovery:
    """The test files of a project, in pytest's order."""

    rootdir: str
    files: tuple[FoundFile, ...]
    stats: dict[str, Any]  # counts, and ms per stage
    problems: tuple[str, ...]  # one line each: what was passed over, what is wrong with the index

    @property
    def exact(self) -> bool:
        """Whether all files are."""
        return all(file.exact for file in self.files)

    @property
    def node_ids(self) -> list[str]:
        """Those of the exact files."""
        return [test.id for file in self.files if file.exact for test in file.tests]


def discover(paths: Sequence[str | Path] = ()) -> Discovery:
    """Read which tests there are. Nothing of the project is imported.

    Args:
        paths: files, directories and node ids; without any as for pytest.

    Returns:
        Each test file that pytest would collect, under the settings of pytest that
        hold for these paths, with the tests that are asked for; more than once where
        they are not all asked for one after the other.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
        NotFoundError: a file has no test, and no class, of that name.
    """
    found = survey.take([os.fspath(path) for path in paths])
    files = tuple(file_of(found, number) for number in range(len(found)))
    return Discovery(found.rootdir, files, found.stats(), found.problems())


def file_of(found: Survey, number: int) -> FoundFile:
    """One of the files of a survey, with all there is to say."""
    _, path, exact = found.native.file(number)
    return FoundFile(os.fsdecode(path), exact, _reasons(found, number), _tests(found, number))


def _tests(found: Survey, number: int) -> tuple[FoundTest, ...]:
    return tuple(
        FoundTest(_text(test_id), line, tuple(Mark(_text(n), _text(t)) for n, t in marks))
        for test_id, line, marks in found.native.tests(number)
    )


def _reasons(found: Survey, number: int) -> tuple[Reason, ...]:
    return tuple(
        Reason(kind, _text(detail), line, os.fsdecode(where))
        for kind, detail, line, where in found.native.doubts(number)
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
