"""Coverage measured across our processes, as it would be in one.

Two ways to measure are known: pytest-cov, which starts a measurer of its own in
every worker once the inherited one is out of its way, and ``coverage run -m
pytest``, whose measurement is restarted in a forked worker under a file name of
its own and put together again in the controller.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


class _NoContext:
    """What a file runs at its import belongs to no test, as where all files are imported first."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        contexts: Any = collector.config.pluginmanager.getplugin("_cov_contexts")
        if contexts is not None:
            contexts.cov_controller.cov.switch_context("")


def _current() -> Any:
    coverage: Any = sys.modules.get("coverage")
    return coverage.Coverage.current() if coverage is not None else None


def _belongs_to_pytest_cov(config: pytest.Config, measured: object) -> bool:
    plugin: Any = config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    return getattr(controller, "cov", None) is measured


def _patches_fork(measured: Any) -> bool:
    return "fork" in (measured.get_option("run:patch") or ())


def follow_coverage(config: pytest.Config) -> Callable[[], object]:
    """In a forked worker: go on measuring, if the controller measures.

    Returns:
        What to call at the end of the process.
    """
    if getattr(config.option, "cov_context", None):
        config.pluginmanager.register(_NoContext())
    measured = _current()
    if measured is None:
        return lambda: None
    if _belongs_to_pytest_cov(config, measured):
        measured.stop()
        return lambda: None
    if not _patches_fork(measured):
        from coverage.control import _after_fork_in_child  # noqa: PLC0415

        measured.config.parallel = True
        # The measurer of a new process takes its configuration from there.
        os.environ["COVERAGE_PROCESS_CONFIG"] = measured.config.serialize()
        _after_fork_in_child()
        del os.environ["COVERAGE_PROCESS_CONFIG"]
    own = _current()

    def save() -> None:
        own.stop()
        own.save()

    return save


def merge_coverage(config: pytest.Config) -> None:
    """In the controller, with every worker gone: take their data in."""
    measured = _current()
    if measured is None or measured.config.parallel or _belongs_to_pytest_cov(config, measured):
        return
    from coverage import CoverageData  # noqa: PLC0415

    measured._warn_no_data = False  # the workers collected it
    base = Path(measured.config.data_file).absolute()
    for path in base.parent.glob(base.name + ".*"):
        data = CoverageData(str(path))
        data.read()
        measured.get_data().update(data)
        path.unlink()
