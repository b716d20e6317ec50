"""The console command ``dx-py``: what is easier to ask for outside of pytest.

``dx-py test`` is ``pytest -p dxpy``. ``dx-py discover`` lists the tests of the
test files; it reads them and imports nothing of the project.

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
    from typing import Final

FAILED: Final = 1
USAGE: Final = 2

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
        return _discover(_options(given))
    except BrokenPipeError:  # '| head'
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        from pytest_dxpy.errors import DxpyError, OptionError  # noqa: PLC0415

        if not isinstance(error, DxpyError):
            raise
        sys.stderr.write(f"dx-py: {error}\n")
        return USAGE if isinstance(error, OptionError) else FAILED


def _options(given: list[str]) -> argparse.Namespace | SimpleNamespace:
    if given[:1] == ["discover"] and not any(word.startswith("-") for word in given):
        # argparse takes longer than all the rest.
        return SimpleNamespace(paths=given[1:], match="", json=False, stats=False)
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
        "paths", metavar="PATH", nargs="*", help="files and directories; without any as for pytest"
    )
    discover.add_argument(
        "--match", metavar="GLOB", default="", help="only node ids that match, such as '*::test_a*'"
    )
    discover.add_argument("--json", action="store_true", help="write one JSON object")
    discover.add_argument(
        "--stats", action="store_true", help="write figures instead; with --json among the rest"
    )
    return parser


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
