"""pytest's way in: hooks, and nothing that could be tested without pytest.

Installed but not asked for, this module is all that is imported: no run uses
the native core, or anything else of ours, unless it is to be ours.
"""

from __future__ import annotations

import os
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

OWN_NAMES = ("dxpy", "pytest_dxpy.plugin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare one flag, and one ini value, per row of ``OPTIONS``."""
    options = _imported("options")
    group = parser.getgroup("dxpy", "parallel runs (pytest-dxpy)")
    group.addoption("--dx", action="store_true", help="run with pytest-dxpy, as -p dxpy does")
    parser.addini("dx", "run with pytest-dxpy", type="bool", default=False)
    for option in options.OPTIONS:
        text = f"{option.help} [default: {option.default or 'empty'}]"
        kind: dict[str, str] = {"metavar": option.metavar}
        if option.is_switch:
            kind = {"action": "store_const", "const": "yes"}
        elif option.is_optional:
            kind = {"metavar": option.metavar.strip("[=]"), "nargs": "?", "const": "yes"}
        group.addoption(options.flag(option.name), dest=f"dx_{option.name}", help=text, **kind)
        ini_type: Any = "linelist" if option.is_list else None
        parser.addini(f"dx_{option.name}", text, type=ini_type, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, which is there in runs that are not ours, too."""
    text = "dx_timeout(seconds): end the test if its setup, call or teardown takes longer; 0: never"
    config.addinivalue_line("markers", text)


def _is_asked_for(config: pytest.Config, given: argparse.Namespace) -> bool:
    """Whether this run is to be ours."""
    return (
        given.dx
        or any(name.strip() in OWN_NAMES for name in given.plugins or ())
        or any(name in OWN_NAMES for name in os.environ.get("PYTEST_PLUGINS", "").split(","))
        or any(
            getattr(given, f"dx_{option.name}", None) is not None
            for option in _imported("options").OPTIONS
        )
        or config.getini("dx")
    )


def _imported(name: str) -> Any:
    """Import one of our modules, as quickly as pytest's import hook lets us."""
    from pytest_dxpy.plain_imports import plain_imports  # noqa: PLC0415

    with plain_imports():
        return import_module(f"pytest_dxpy.{name}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Get ready before any conftest is imported; the early point to fork at."""
    config: Any = early_config
    if _is_asked_for(early_config, config.known_args_namespace):
        began = time.perf_counter(), time.process_time()
        _imported("session").before_conftests(early_config, parser, args, began)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Take the run over; the late point to fork at."""
    if _is_asked_for(config, config.option):
        _imported("session").before_configure(config)
