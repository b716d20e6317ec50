"""pytest-xdist's options: which of them we take, and which we refuse.

Where it is not installed they are declared here, so that an ``addopts`` that was
written for it keeps working; where it is, they are its own.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from pytest_dxpy.option_values import bad_option

# Whether the user has said how many workers there shall be.
IS_ASKED: Final[pytest.StashKey[bool]] = pytest.StashKey()


def declare(parser: pytest.Parser) -> None:
    """Declare them all, as pytest-xdist does."""
    group = parser.getgroup("dxpy-xdist", "options of pytest-xdist that pytest-dxpy takes")
    # pytest keeps short lower-case options for itself; these have been xdist's for ever.
    group._addoption(
        "-n", "--numprocesses", dest="numprocesses", metavar="N", default=None,
        help="as --dx-workers; 'auto' and 'logical' are one per usable CPU, 0 is --dx-collect=off",
    )  # fmt: skip
    group.addoption(
        "--dist", dest="dist", metavar="MODE", default="no",
        choices=["no", "load", "loadscope", "loadfile", "loadgroup", "worksteal", "each"],
        help="loadfile and loadscope keep a file on one worker; "
        "loadgroup keeps an xdist_group together; each is refused",
    )  # fmt: skip
    group._addoption(
        "-d", dest="distload", action="store_true", default=False, help="as --dist=load",
    )  # fmt: skip
    group.addoption(
        "--tx", dest="tx", metavar="SPEC", action="append", default=[],
        help="'popen' or '4*popen': so many workers, where -n is not given; others are refused",
    )  # fmt: skip
    group.addoption(
        "--px", dest="px", metavar="SPEC", action="append", default=[], help="refused",
    )  # fmt: skip
    group.addoption(
        "--maxprocesses", dest="maxprocesses", type=int, metavar="N", default=None,
        help="at most so many workers",
    )  # fmt: skip
    group.addoption(
        "--max-worker-restart", dest="maxworkerrestart", metavar="N", default=None,
        help="as --dx-max-restarts",
    )  # fmt: skip
    group.addoption("--testrunuid", dest="testrunuid", default=None, help="name of the run")
    _declare_hints(group)


def _declare_hints(group: Any) -> None:
    """Declare those that change nothing here."""
    group.addoption(
        "--maxschedchunk", dest="maxschedchunk", type=int, metavar="N", default=None,
        help="no effect",
    )  # fmt: skip
    group.addoption(
        "--loadscope-reorder", dest="loadscopereorder", action="store_true", default=True,
        help="no effect",
    )  # fmt: skip
    group.addoption(
        "--no-loadscope-reorder", dest="loadscopereorder", action="store_false", help="no effect",
    )  # fmt: skip
    for name in ("rsyncdir", "rsyncignore"):
        group.addoption(
            f"--{name}", dest=name, metavar="PATH", action="append", default=[], help="no effect",
        )  # fmt: skip


def refuse(given: Any) -> None:
    """Refuse what would be another run than the one that was asked for.

    Raises:
        OptionError: an option asks for what only pytest-xdist does.
    """
    if given.dist == "each":
        raise bad_option(
            "--dist: 'each' would run every test in each worker",
            hint="leave it out to run each test once, or run pytest-xdist without pytest-dxpy",
        )
    for spec in getattr(given, "px", None) or ():
        raise bad_option(
            f"--px: {spec!r} leads to workers elsewhere, and there are none",
            hint="leave it out, or run pytest-xdist without pytest-dxpy",
        )
    workers_of_tx(given)
    restarts(given)


def restarts(given: Any) -> int | None:
    """How many dead workers ``--max-worker-restart`` lets us replace; None: it does not say.

    Raises:
        OptionError: it is no number.
    """
    text = getattr(given, "maxworkerrestart", None)
    if text is None or (text.isascii() and text.isdecimal()):
        return None if text is None else int(text)
    raise bad_option(
        f"--max-worker-restart: {text!r} is not a count", hint="use a number from 0 up"
    )


def number(text: object) -> int:
    """The value of ``-n`` where it is no word.

    Raises:
        OptionError: it is no number.
    """
    digits = str(text).strip()  # "-n 2" may be one argument
    if digits.isascii() and digits.isdecimal():
        return int(digits)
    raise bad_option(
        f"-n: {text!r} is not a worker count", hint="use 'auto', 'logical' or a number from 0 up"
    )


def workers_of_tx(given: Any) -> int:
    """How many workers ``--tx`` asks for; 0 where it does not count.

    Raises:
        OptionError: it asks for others than processes of this machine.
    """
    if given.numprocesses is not None:  # is stronger, as in pytest-xdist
        return 0
    return sum(_number(spec) for spec in getattr(given, "tx", None) or ())


def _number(spec: str) -> int:
    times, _, kind = spec.rpartition("*")
    number = times or "1"
    if kind == "popen" and number.isascii() and number.isdecimal() and int(number) >= 1:
        return int(number)
    raise bad_option(
        f"--tx: {spec!r} is not 'popen' or a number of them, such as '4*popen'",
        hint="workers are processes of this machine: use -n 4, or pytest-xdist without pytest-dxpy",
    )


def settle(option: Any) -> None:
    """Let ``-d`` be ``--dist=load``."""
    if getattr(option, "distload", False):
        option.dist = "load"


def leave_out(option: Any) -> None:
    """Have no workers, whatever was asked for: neither ours nor pytest-xdist's."""
    if getattr(option, "numprocesses", None):
        option.numprocesses = None
    option.dist = "no"
    option.distload = False
    option.tx = []
