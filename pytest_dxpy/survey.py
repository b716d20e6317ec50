"""A survey of the tests of a project: pytest's settings, and what the native core finds.

This is the way of ``dx-py discover`` and imports little: what is only needed where
pytest's settings must be read is imported there.
"""

from __future__ import annotations

import os
import sys
import time

from pytest_dxpy import native, remembered, search_path
from pytest_dxpy._version import __version__

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pytest_dxpy.choices import Chosen


class Survey:
    """What the native core has found."""

    def __init__(self, found: native.Survey, rootdir: str, settings_ms: float) -> None:
        self.native = found
        self.rootdir = rootdir
        self._settings_ms = settings_ms

    def __len__(self) -> int:
        return len(self.native)

    def problems(self) -> tuple[str, ...]:
        """One line each: what was passed over, what is wrong with the index."""
        return tuple(os.fsdecode(line) for line in self.native.problems())

    def stats(self) -> dict[str, Any]:
        """Counts, and milliseconds per stage in the order of the stages."""
        known = self.native.stats()
        kinds: dict[str, int] = {}
        exact = 0
        files = {self.native.file(number)[0]: number for number in range(len(self))}
        for number in files.values():
            exact += self.native.file(number)[2]
            for kind in {kind for kind, *_ in self.native.doubts(number)}:
                kinds[kind] = kinds.get(kind, 0) + 1
        times = {"settings": self._settings_ms}
        times |= {name[:-3]: ms for name, ms in known.items() if name.endswith("_ms")}
        return {
            "files": len(files),
            "conftests": known["conftests"],
            "parsed": known["parsed"],
            "from_index": known["from_index"],
            "exact": exact,
            "dynamic": len(files) - exact,
            "reasons": dict(sorted(kinds.items(), key=lambda item: -item[1])),
            "ms": {name: round(ms, 3) for name, ms in times.items()},
        }


def take(paths: Sequence[str]) -> Survey:
    """Learn pytest's settings for these arguments, and look at the sources.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
        NotFoundError: a file has no test, and no class, of that name.
    """
    start = time.perf_counter()
    settings = read_settings(paths)
    settings_ms = (time.perf_counter() - start) * 1e3
    request = request_of(settings)
    found = native.take_survey(settings["roots"], request)
    if missing := found.missing():
        from pytest_dxpy.errors import NotFoundError  # noqa: PLC0415

        raise NotFoundError([_not_found(*each) for each in missing])
    return Survey(found, os.fsdecode(request["rootdir"]), settings_ms)


def _not_found(path: bytes, names: bytes, where: str, name: bytes, behind: str) -> str:
    """As ``Session.perform_collect`` words it."""
    from pytest_dxpy import choices  # noqa: PLC0415

    file = os.fsdecode(path)
    asked = f"{file}::{choices.shown(os.fsdecode(names))}"
    if behind and choices.looks_behind(behind):
        return f"found no collectors for {asked}"
    kind = {"file": "Module", "class": "Class", "test case": "UnitTestCase"}[where]
    collector = os.fsdecode(name) or file.rpartition("/")[2]
    return f"not found: {asked}\n(no match in any of [<{kind} {collector}>])"


def request_of(settings: dict[str, Any]) -> dict[str, Any]:
    """What ``native.take_survey`` takes."""
    request: dict[str, Any] = settings["request"]
    return request | search_path.as_settings(settings["entries"])


def read_settings(paths: Sequence[str]) -> dict[str, Any]:
    """Learn pytest's settings for these files and directories, as plain data.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
    """
    now = remembered.state(paths)
    found = remembered.load(paths, now)
    if found is not None and _holds(found):
        return found
    from pytest_dxpy import settings  # noqa: PLC0415

    config = settings.read(paths)
    chosen = _choose(config)
    found = {
        "roots": [os.fsencode(each.path) for each in chosen],
        "request": _request(config)
        | {
            "choices": [
                None if each.names is None else (os.fsencode(each.names), *each[2:])
                for each in chosen
            ]
        },
        "entries": [os.fspath(path) for path in config.getini("pythonpath")],
        "expected": settings.expected(config),
    }
    index_path = os.fsdecode(found["request"]["index_path"])
    if index_path and settings.may_be_remembered(config, paths):
        remembered.save(os.path.dirname(index_path), paths, now, found)  # noqa: PTH120
    return found


def _holds(found: dict[str, Any]) -> bool:
    """Whether what was remembered can be used, as far as that must be looked at each time."""
    folder = os.path.dirname(found["request"]["index_path"])  # noqa: PTH120
    return os.access(folder, os.W_OK) and all(
        os.path.lexists(path) == was_there for path, was_there in found["expected"]
    )


def _choose(config: Any) -> list[Chosen]:
    from pytest import UsageError  # noqa: PLC0415, PT013

    from pytest_dxpy.choices import choose  # noqa: PLC0415
    from pytest_dxpy.errors import OptionError  # noqa: PLC0415

    try:
        return choose(config)
    except UsageError as error:
        raise OptionError(f"PATH: {error}", hint="pytest takes no such argument") from error


def _request(config: Any) -> dict[str, Any]:
    """What ``native.take_survey`` takes, as plain data."""
    from pytest_dxpy import known_plugins, settings, walk  # noqa: PLC0415

    rules = {
        "python_classes": list(config.getini("python_classes")),
        "python_functions": list(config.getini("python_functions")),
        "python_version": sys.version_info[:2],
        "plain_imports": [],
    }
    project = {
        "plain_fixtures": settings.plain_fixtures(config),
        "used_fixtures": list(config.getini("usefixtures")),
        "loud_marks": list(known_plugins.LOUD_MARKS),
        "doubts": [(kind, detail, 0, "") for kind, detail in settings.doubts(config)],
    }
    cut = config.option.confcutdir
    return {
        "walk": walk.rules(config) | {"keep_duplicates": True},  # of what `choose` gives
        "rules": rules,
        "project": project,
        "rootdir": os.fsencode(config.rootpath),
        "confcutdir": os.fsencode(config.invocation_params.dir / cut) if cut else b"",
        "index_path": os.fsencode(settings.index_path(config)),
        "build": f"{__version__} {native.build()}",
    }
