"""Which tests there are, without importing any of them: ``pytest_dxpy.discover()``.

The native core reads each test file and conftest, or takes what it has kept of
them in the index, and says of each file whether its tests are *exact* or why
they are *dynamic*. docs/discovery.md explains both words.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from pytest_dxpy import known_plugins, native, reasons, settings, units
from pytest_dxpy._version import __version__
from pytest_dxpy.collection import resolve_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
        paths: files and directories; without any as for pytest.

    Returns:
        Each test file that pytest would collect, under the settings of pytest that
        hold for these paths.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
    """
    found = survey([os.fspath(path) for path in paths])
    files = tuple(found.file(number) for number in range(len(found.native)))
    return Discovery(found.rootdir, files, found.stats(), found.problems())


@dataclasses.dataclass(frozen=True)
class Survey:
    """What the native core has found, in Python's terms where somebody asks."""

    native: native.Survey
    rootdir: str
    settings_ms: float

    def file(self, number: int) -> FoundFile:
        """One of the files, with all there is to say."""
        _, path, exact = self.native.file(number)
        return FoundFile(os.fsdecode(path), exact, self.reasons(number), self.tests(number))

    def tests(self, number: int) -> tuple[FoundTest, ...]:
        """The tests of a file."""
        return tuple(
            FoundTest(_text(test_id), line, tuple(Mark(_text(n), _text(t)) for n, t in marks))
            for test_id, line, marks in self.native.tests(number)
        )

    def reasons(self, number: int) -> tuple[Reason, ...]:
        """Why a file is dynamic; none where it is exact."""
        return tuple(
            Reason(kind, _text(detail), line, os.fsdecode(where))
            for kind, detail, line, where in self.native.doubts(number)
        )

    def problems(self) -> tuple[str, ...]:
        """One line each."""
        return tuple(os.fsdecode(line) for line in self.native.problems())

    def stats(self) -> dict[str, Any]:
        """Counts, and milliseconds per stage in the order of the stages."""
        known = self.native.stats()
        kinds: dict[str, int] = {}
        exact = 0
        for number in range(len(self.native)):
            exact += self.native.file(number)[2]
            for kind in {kind for kind, *_ in self.native.doubts(number)}:
                kinds[kind] = kinds.get(kind, 0) + 1
        times = {"settings": self.settings_ms}
        times |= {name[:-3]: ms for name, ms in known.items() if name.endswith("_ms")}
        return {
            "files": len(self.native),
            "conftests": known["conftests"],
            "parsed": known["parsed"],
            "from_index": known["from_index"],
            "exact": exact,
            "dynamic": len(self.native) - exact,
            "reasons": dict(sorted(kinds.items(), key=lambda item: -item[1])),
            "ms": {name: round(ms, 3) for name, ms in times.items()},
        }


def survey(paths: Sequence[str]) -> Survey:
    """Read pytest's settings and the sources.

    Raises:
        OptionError: as ``discover``.
    """
    start = time.perf_counter()
    config = settings.read(paths)
    roots = [os.fsencode(argument.path) for argument in resolve_arguments(config)]
    request = _request(config)
    settings_ms = (time.perf_counter() - start) * 1e3
    return Survey(native.take_survey(roots, request), str(config.rootpath), settings_ms)


def _request(config: Any) -> dict[str, Any]:
    rules = {
        "python_classes": config.getini("python_classes"),
        "python_functions": config.getini("python_functions"),
        "python_version": sys.version_info[:2],
        "plain_imports": [],
    }
    project = {
        "plain_fixtures": settings.plain_fixtures(config),
        "used_fixtures": config.getini("usefixtures"),
        "loud_marks": known_plugins.LOUD_MARKS,
        "doubts": [(kind, detail, 0, "") for kind, detail in settings.doubts(config)],
    }
    cut = config.option.confcutdir
    return {
        "walk": units.walk_rules(config),
        "rules": rules,
        "project": project,
        "rootdir": os.fsencode(config.rootpath),
        "confcutdir": os.fsencode(config.invocation_params.dir / cut) if cut else b"",
        "index_path": os.fsencode(settings.index_path(config)),
        "build": f"{__version__} {native.build()}",
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
