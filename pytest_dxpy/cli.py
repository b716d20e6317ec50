"""The console command ``dx-py``: what is easier to ask for outside of pytest.

``dx-py test`` is ``pytest -p dxpy``. ``dx-py discover`` lists the tests of the
test files; it reads them and imports nothing of the project, and so does ``dx-py graph``,
which shows who imports what. ``dx-py why`` says why a test would run, and
``dx-py store`` takes what is known of tests to other machines.

pytest and the native core are imported where they are used: ``dx-py test`` has
no use for them before it has become pytest.
"""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

from pytest_dxpy._version import __version__

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, Final

FAILED: Final = 1
USAGE: Final = 2
PYTEST_USAGE: Final = 4  # pytest's own for wrong usage

# What the command ``pytest`` does; ``python -m pytest`` would put the current
# directory on sys.path.
PYTEST: Final = (
    "import sys; sys.path[:1] = [] if sys.path[0] == '' else sys.path[:1]; sys.argv[0] = 'pytest'; "
    "import pytest; sys.exit(pytest.main())"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["test"]:  # all that follows is pytest's, also what begins with '-'
        os.execv(sys.executable, [sys.executable, "-c", PYTEST, "-p", "dxpy", *given[1:]])
    try:
        options = _options(given)
        return COMMANDS[options.command](options)
    except BrokenPipeError:  # '| head'
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if not (code := _tell(error)):
            raise
        return code


def _tell(error: Exception) -> int:
    """Say what the user can do something about; returns the exit code, 0: it is a bug of ours."""
    from pytest_dxpy import errors  # noqa: PLC0415

    if not isinstance(error, errors.DxpyError):
        return 0
    if isinstance(error, errors.NotFoundError):  # in pytest's own words
        sys.stderr.write("".join(f"ERROR: {message}\n\n" for message in error.messages))
        return PYTEST_USAGE
    sys.stderr.write(f"dx-py: {error}\n")
    return USAGE if isinstance(error, (errors.OptionError, errors.UnknownTestError)) else FAILED


def _options(given: list[str]) -> argparse.Namespace | SimpleNamespace:
    if given[:1] == ["discover"] and not any(word.startswith("-") for word in given):
        # argparse takes longer than all the rest.
        return SimpleNamespace(
            command="discover", paths=given[1:], match="", json=False, stats=False
        )
    return _parser().parse_args(given)


def _parser() -> argparse.ArgumentParser:
    import argparse  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="dx-py", description="Run a pytest suite on parallel workers, or look at it."
    )
    parser.add_argument("--version", action="version", version=f"pytest-dxpy {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("test", help="run tests, as 'pytest -p dxpy' with all that follows")
    discover = commands.add_parser(
        "discover",
        help="list the tests, without importing them",
        description="List the tests of the files that pytest would collect, without importing "
        "anything of the project: node ids of files whose source tells them, and behind a '#' the "
        "other files with the reason why only an import does.",
    )
    discover.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="files, directories and node ids; without any as for pytest",
    )
    discover.add_argument(
        "--match", metavar="GLOB", default="", help="only node ids that match, such as '*::test_a*'"
    )
    discover.add_argument("--json", action="store_true", help="write one JSON object")
    discover.add_argument(
        "--stats", action="store_true", help="write figures instead; with --json among the rest"
    )
    _add_graph(commands)
    _add_why(commands)
    _add_store(commands)
    return parser


def _add_graph(commands: Any) -> None:
    graph = commands.add_parser(
        "graph",
        help="show what a file imports and who imports it",
        description="Show what a source of the project imports and which of its files import it, "
        "directly and through others, by their import statements. Nothing is imported.",
    )
    graph.add_argument("file", metavar="FILE", help="a Python source of the project")
    graph.add_argument("--json", action="store_true", help="write one JSON object")


def _add_why(commands: Any) -> None:
    why = commands.add_parser(
        "why",
        help="say why a test would run, or need not",
        description="Say why 'pytest -p dxpy --dx-affected' would run a test, or need not: from "
        "the record of earlier runs and the files as they are, without running pytest.",
    )
    why.add_argument("node_id", metavar="NODEID", help="of a test; or a file, a class, a function")
    why.add_argument("--json", action="store_true", help="write one JSON object, of its file")
    _add_place(why)


def _add_store(commands: Any) -> None:
    store = commands.add_parser(
        "store",
        help="take what is known of tests to another machine",
        description="Take the record of what tests depend on from one machine to another: for "
        "caches of continuous integration, and for runs that are divided among machines.",
    )
    ways = store.add_subparsers(dest="way", metavar="WAY", required=True)
    export = ways.add_parser("export", help="write the record of a project to a file")
    export.add_argument("target", metavar="FILE", help="it is replaced as a whole")
    _add_place(export)
    import_ = ways.add_parser("import", help="add the record in a file to that of a project")
    import_.add_argument("source", metavar="FILE", help="as 'export' or 'merge' has written it")
    _add_place(import_)
    merge = ways.add_parser("merge", help="write what several files have to one")
    merge.add_argument("target", metavar="FILE", help="it is replaced as a whole")
    merge.add_argument("sources", metavar="SOURCE", nargs="+", help="a file; they stay as they are")


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root", metavar="DIR", default="", help="of the project; without it the current one"
    )
    parser.add_argument(
        "--cache-dir",
        metavar="DIR",
        default="",
        help="as --dx-cache-dir of the run, if that had it",
    )


def _discover(options: argparse.Namespace | SimpleNamespace) -> int:
    from pytest_dxpy import listing, survey  # noqa: PLC0415

    found = survey.take(options.paths)
    if options.json:
        output = listing.as_json(found, options.match, stats=options.stats)
    elif options.stats:
        output = listing.as_stats(found)
    else:
        output = listing.as_text(found, options.match)
    sys.stdout.flush()
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()
    for line in found.problems():
        if ": damaged" in line:  # it was made anew; who asked is to know
            sys.stderr.write(f"dx-py: {line}\n")
    return FAILED if found.native.count_broken() else 0


def _graph(options: argparse.Namespace | SimpleNamespace) -> int:
    from pytest_dxpy import graph  # noqa: PLC0415

    found = graph.read(options.file)
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(found.as_json() if options.json else found.as_text()))
    sys.stdout.buffer.flush()
    return FAILED if found.problem else 0


def _why(options: argparse.Namespace | SimpleNamespace) -> int:
    from pytest_dxpy import why  # noqa: PLC0415

    text = why.answer(options.node_id, options.root, options.cache_dir, as_json=options.json)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return 0


def _store(options: argparse.Namespace | SimpleNamespace) -> int:
    from pytest_dxpy import store_command  # noqa: PLC0415

    match options.way:
        case "export":
            line = store_command.export(options.target, options.root, options.cache_dir)
        case "import":
            line = store_command.import_(options.source, options.root, options.cache_dir)
        case _:
            line = store_command.merge(options.target, options.sources)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return 0


COMMANDS: Final = {"discover": _discover, "graph": _graph, "why": _why, "store": _store}
