"""``dx-py graph``: what a file imports, and who imports it.

The native core reads the import statements of all sources of the project; nothing is
imported. Which distribution a module belongs to is looked up where it is installed.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from typing import Any, NamedTuple

from pytest_dxpy import native, survey
from pytest_dxpy.errors import OptionError


class Link(NamedTuple):
    """A file of the project and a line: of the import, in the file that has it."""

    path: str  # relative to the rootdir
    line: int
    is_test: bool  # pytest collects it


class Module(NamedTuple):
    """A module at top level that is none of the project's."""

    name: str
    line: int


class Distribution(NamedTuple):
    """Something that is installed."""

    name: str  # the module's own where nobody says what it was installed as
    modules: tuple[Module, ...]


@dataclasses.dataclass(frozen=True)
class Graph:
    """Where one file stands among the project's imports."""

    path: str
    rootdir: str
    imports: tuple[Link, ...]
    installed: tuple[Distribution, ...]
    standard: tuple[Module, ...]  # of the standard library
    unknown: tuple[Module, ...]  # that nobody has
    direct: tuple[Link, ...]  # files that import it
    indirect: tuple[Link, ...]  # that import these, and so on; line 0
    problem: str  # where its reading ended; empty: at its end

    def as_text(self) -> str:
        """Two sections."""
        lines = [f"{self.path} imports", *self._imports()]
        lines += [f"# {self.problem}"] if self.problem else []
        return "\n".join([*lines, "", f"{self.path} is imported by", *self._importers(), ""])

    def _imports(self) -> list[str]:
        lines = [f"    {link.path} (line {link.line})" for link in self.imports]
        others = [_with_modules(distribution) for distribution in self.installed]
        groups = {
            "installed": others,
            "standard library": [module.name for module in self.standard],
            "not found": [f"{module.name} (line {module.line})" for module in self.unknown],
        }
        parts = [f"{name}: {', '.join(members)}" for name, members in groups.items() if members]
        return [*lines, *([f"    {'; '.join(parts)}"] if parts else [])] or ["    nothing"]

    def _importers(self) -> list[str]:
        if not self.direct:
            return ["    no file of the project"]
        lines = [f"    {link.path} (line {link.line})" for link in self.direct]
        tests = sum(link.is_test for link in self.indirect)
        count = len(self.indirect)
        plural = "s" * (count != 1)
        found = f"{count} more file{plural}, {tests} of them test files" if count else "no other"
        return [*lines, f"    indirectly by {found}"]

    def as_json(self) -> str:
        """One object."""

        def plain(value: Any) -> Any:
            if isinstance(value, tuple):
                if hasattr(value, "_asdict"):
                    return {name: plain(part) for name, part in value._asdict().items()}
                return [plain(part) for part in value]
            return value

        data = {"version": 1, **{key: plain(value) for key, value in vars(self).items()}}
        data["indirect"] = [{"path": path, "is_test": test} for path, _, test in self.indirect]
        return f"{json.dumps(data, indent=1)}\n"


def _with_modules(distribution: Distribution) -> str:
    names = ", ".join(module.name for module in distribution.modules)
    return distribution.name if names == distribution.name else f"{distribution.name} ({names})"


def read(file: str) -> Graph:
    """Look at a file of the project in the current directory.

    Raises:
        OptionError: there is no such file, it is no Python source or not the project's; or
            pytest cannot use its configuration file.
    """
    path = os.path.abspath(file)  # noqa: PTH100
    _check(file, path)
    settings = survey.read_settings(())
    request = survey.request_of(settings)
    root = os.fsdecode(request["rootdir"])
    if not path.startswith(root.rstrip("/") + "/"):
        raise OptionError(
            f"FILE: {file!r} is not below the rootdir {root}",
            hint="run 'dx-py graph' in the project that the file is of",
        )
    request["standard"] = list(sys.stdlib_module_names)
    found = native.import_graph(os.fsencode(path), settings["roots"], request)
    if not found["is_readable"]:
        raise OptionError(f"FILE: {file!r} cannot be read", hint="make it readable")
    return _Reader(root, found).graph(path)


def _check(file: str, path: str) -> None:
    if os.path.isdir(path):  # noqa: PTH112
        raise OptionError(f"FILE: {file!r} is a directory", hint="name a Python source")
    if not os.path.exists(path):  # noqa: PTH110
        raise OptionError(f"FILE: {file!r} does not exist", hint="name a Python source")
    if not path.endswith(".py"):
        raise OptionError(
            f"FILE: {file!r} is no Python source", hint="name a file that ends in '.py'"
        )


class _Reader:
    """Makes what the native core has found into a graph."""

    def __init__(self, root: str, found: dict[str, Any]) -> None:
        self._root = root.rstrip("/") + "/"
        self._found = found
        self._tests = frozenset(found["test_files"])

    def graph(self, path: str) -> Graph:
        found = self._found
        others = [(os.fsdecode(name), line, ok) for name, line, ok in found["modules"]]
        standard = sys.stdlib_module_names
        installed = [Module(name, line) for name, line, ok in others if ok and name not in standard]
        problem = found["problem"]
        return Graph(
            path=self._short(os.fsencode(path)),
            rootdir=self._root.rstrip("/") or "/",
            imports=self._links(found["files"]),
            installed=_distributions(installed),
            standard=tuple(Module(name, line) for name, line, _ in others if name in standard),
            unknown=tuple(Module(name, line) for name, line, ok in others if not ok),
            direct=self._links(found["direct"]),
            indirect=self._links([(each, 0) for each in found["indirect"]]),
            problem=problem
            and f"line {found['problem_line']}: cannot be read to its end: {problem}",
        )

    def _links(self, links: list[tuple[bytes, int]]) -> tuple[Link, ...]:
        return tuple(Link(self._short(path), line, path in self._tests) for path, line in links)

    def _short(self, path: bytes) -> str:
        return os.fsdecode(path).removeprefix(self._root)


def _distributions(modules: list[Module]) -> tuple[Distribution, ...]:
    if not modules:
        return ()
    import importlib.metadata  # noqa: PLC0415

    known = importlib.metadata.packages_distributions()
    found: dict[str, list[Module]] = {}
    for module in modules:
        for name in dict.fromkeys(known.get(module.name, [module.name])):
            found.setdefault(name, []).append(module)
    return tuple(Distribution(name, tuple(members)) for name, members in sorted(found.items()))
