"""The console command ``dx-py``: what is easier to ask for outside of pytest.

``dx-py test`` is ``pytest -p dxpy``. ``dx-py discover`` lists what the test
files define; it reads them and imports nothing of the project.

pytest and the native core are imported where they are used: ``dx-py test`` has
no use for them before it has become pytest.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from pytest_dxpy._version import __version__
from pytest_dxpy.errors import DxpyError, OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

FAILED: Final = 1
USAGE: Final = 2

# What the command ``pytest`` does; ``python -m pytest`` would put the current
# directory on sys.path.
PYTEST: Final = (
    "import sys; sys.path[:1] = [] if sys.path[0] == '' else sys.path[:1]; sys.argv[0] = 'pytest'; "
    "import pytest; sys.exit(pytest.main())"
)
# How pytest is started to learn its settings. No conftest is imported for that, and
# no plugin but those that 'addopts' or PYTEST_PLUGINS name.
SETTINGS_ONLY: Final = (
    "--disable-plugin-autoload",
    "--noconftest",
    "-pno:dxpy",
    "-pno:pytest_dxpy.plugin",
    "-orequired_plugins=",
)
NOT_EXPANDED: Final = (
    "node ids are not expanded: parametrization, inherited tests, and what conftests and\n"
    "plugins add or leave out are only known to a run"
)


@dataclasses.dataclass(frozen=True)
class Definition:
    """A function or class that pytest's settings take for a test, by its name."""

    name: str  # as in a node id: TestClass::test_method
    kind: str  # 'function', 'async function' or 'class'
    line: int  # of 'def' or 'class', counted from 1
    last_line: int
    conditional: bool  # stands in an if, try or another such block


@dataclasses.dataclass(frozen=True)
class TestFile:
    """A test file and what it defines."""

    path: str  # relative to the current directory
    tests: list[Definition]
    problem: str  # why the rest of the file is not known; empty: it is

    __test__ = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["test"]:  # all that follows is pytest's, also what begins with '-'
        os.execv(sys.executable, [sys.executable, "-c", PYTEST, "-p", "dxpy", *given[1:]])
    options = _parser().parse_args(given)
    try:
        return _discover(options)
    except DxpyError as error:
        sys.stderr.write(f"dx-py: {error}\n")
        return USAGE if isinstance(error, OptionError) else FAILED
    except BrokenPipeError:  # '| head'
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dx-py", description="Run a pytest suite on parallel workers, or look at it."
    )
    parser.add_argument("--version", action="version", version=f"pytest-dxpy {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("test", help="run tests, as 'pytest -p dxpy' with all that follows")
    discover = commands.add_parser(
        "discover",
        help="list what the test files define, without importing them",
        description="List the test functions, classes and methods of the files that pytest would "
        "collect, with their lines, without importing anything of the project.",
    )
    discover.add_argument(
        "paths", metavar="PATH", nargs="*", help="files and directories; without any as for pytest"
    )
    discover.add_argument("--json", action="store_true", help="write one JSON object")
    return parser


# dx-py discover


def _discover(options: argparse.Namespace) -> int:
    config = read_settings(options.paths)
    found = discover(config)
    sys.stdout.write(_as_json(config, found) if options.json else _as_text(found))
    sys.stdout.flush()
    return FAILED if any(file.problem for file in found) else 0


def read_settings(paths: Sequence[str]) -> Any:
    """The configuration that pytest has with these arguments.

    Options that plugins define are passed over; those of pytest itself count,
    from ``addopts`` as well.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
    """
    import pytest  # noqa: PLC0415

    class Stop(Exception):  # noqa: N818  # not an error
        pass

    class Reader:
        """Ends pytest's start when its settings are known, before any conftest is imported."""

        config: Any

        @pytest.hookimpl(tryfirst=True)
        def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
            self.config = early_config
            raise Stop

    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110
            raise OptionError(f"PATH: {path!r} does not exist", hint="name files or directories")
    reader = Reader()
    try:
        pytest.main([*SETTINGS_ONLY, "--", *paths], plugins=[reader])
    except Stop:
        reader.config.option = reader.config.known_args_namespace
        reader.config.args = list(paths) or _default_arguments(reader.config)
        return reader.config
    raise OptionError("pytest's settings cannot be read", hint="pytest says above what is wrong")


def _default_arguments(config: Any) -> list[str]:
    """What pytest collects where the command line names nothing."""
    import glob  # noqa: PLC0415

    directory = config.invocation_params.dir
    patterns = config.getini("testpaths") if directory == config.rootpath else ()
    found = [
        path
        for pattern in patterns
        for path in sorted(glob.iglob(pattern, recursive=True))  # noqa: PTH207  # as pytest
    ]
    return found or [str(directory)]


def discover(config: Any) -> list[TestFile]:
    """The test files in pytest's order, and what each defines."""
    from pytest_dxpy import units  # noqa: PLC0415
    from pytest_dxpy.records import Records  # noqa: PLC0415

    directory = config.invocation_params.dir
    return [
        _read(unit.key, os.path.relpath(unit.key, directory), config)
        for unit in units.hints(config, Records(None))
    ]


def _read(path: str, shown: str, config: Any) -> TestFile:
    from pytest_dxpy import native  # noqa: PLC0415

    try:
        with open(path, "rb") as file:  # noqa: PTH123
            source = file.read()
    except OSError as error:
        return TestFile(shown, [], os.strerror(error.errno or 0))
    if not path.endswith(".py"):  # a text file with doctests
        return TestFile(shown, [], "")
    outline = native.outline(source)
    problem = outline["problem"]
    where = f"line {outline['problem_line']}: {problem}" if problem else ""
    return TestFile(shown, tests_in(outline["definitions"], config), where)


def tests_in(definitions: list[dict[str, Any]], config: Any) -> list[Definition]:
    """Those definitions of an outline that are tests by their names.

    Args:
        definitions: as ``native.outline`` gives them, in source order; a
            definition's place is its id.
        config: gives ``python_functions`` and ``python_classes``.
    """
    prefixes: dict[int | None, str] = {None: ""}  # by id of what encloses a definition
    tests = []
    for number, found in enumerate(definitions):
        name, kind = found["name"].decode(errors="replace"), found["kind"]
        if found["enclosing"] not in prefixes or not _is_test(name, found, config):
            continue
        name = prefixes[found["enclosing"]] + name
        if kind == "class":
            prefixes[number] = f"{name}::"
        lines = found["first_line"], found["last_line"]
        tests.append(Definition(name, kind, *lines, bool(found["is_conditional"])))
    return tests


def _is_test(name: str, found: dict[str, Any], config: Any) -> bool:
    if found["kind"] != "class":
        return _matches(name, config.getini("python_functions"))
    by_base: bool = found["bases"].rstrip().endswith(b"TestCase")
    return by_base or _matches(name, config.getini("python_classes"))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name begins with one of the patterns, or matches one that is a glob."""
    from fnmatch import fnmatch  # noqa: PLC0415

    return any(
        name.startswith(pattern) or (bool(set("*?[") & set(pattern)) and fnmatch(name, pattern))
        for pattern in patterns
    )


def _as_json(config: Any, found: list[TestFile]) -> str:
    import json  # noqa: PLC0415

    data = {
        "version": 1,
        "rootdir": str(config.rootpath),
        "expanded": False,
        "files": [dataclasses.asdict(file) for file in found],
    }
    return json.dumps(data, indent=2) + "\n"


def _as_text(found: list[TestFile]) -> str:
    from pytest_dxpy.run import plural  # noqa: PLC0415

    lines = []
    for file in found:
        lines.append(file.path)
        for test in file.tests:
            classes, _, short = test.name.rpartition("::")
            depth = len(classes.split("::")) if classes else 0
            word = "" if test.kind == "function" else f"{test.kind} "
            lines.append(f"{test.line:6}  {'  ' * depth}{word}{short}")
        if file.problem:
            lines.append(f"        not read to its end: {file.problem}")
    functions = sum(test.kind != "class" for file in found for test in file.tests)
    lines += ["", f"{plural(functions, 'test function')} in {plural(len(found), 'file')}"]
    return "\n".join([*lines, NOT_EXPANDED, ""])
