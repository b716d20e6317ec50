"""What plugins and conftests look for when they look for pytest-xdist.

Names, hooks, option values and attributes are those of pytest-xdist's public
surface; none of its modules is imported. docs/decisions/0003-xdist-surface.md
says which of them are provided and why.
"""

from __future__ import annotations

import os
import sys
import types
from typing import TYPE_CHECKING, Any

from pytest_dxpy import xdist_fixtures
from pytest_dxpy.plain_imports import plain_imports

if TYPE_CHECKING:
    import pytest


def take_over(config: pytest.Config) -> None:
    """Put our shim under xdist's name, whether or not xdist is there.

    The real plugin's options and hookspecs stay; its hooks, which would start
    workers of its own, go.
    """
    manager = config.pluginmanager
    for name in ("xdist", "xdist.plugin"):
        plugin = manager.get_plugin(name)
        if getattr(plugin, "__name__", "") == "xdist.plugin":
            manager.unregister(plugin)
    # A plugin's optional hook makes a caller of that name, but no specification.
    caller = getattr(manager.hook, "pytest_configure_node", None)
    if caller is None or not caller.has_spec():
        with plain_imports():
            from pytest_dxpy.xdist_hooks import Hookspecs  # noqa: PLC0415
        manager.add_hookspecs(Hookspecs)
    # '-p no:xdist' blocks the name, and then register() does nothing at all.
    manager.unblock("xdist")
    if not manager.hasplugin("xdist"):
        manager.register(xdist_fixtures, "xdist")
    _tell_rerunfailures()


def offer_fixtures(config: pytest.Config) -> None:
    """Define xdist's fixtures in a run in one process, where xdist does not."""
    if not config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(xdist_fixtures, "dxpy-fixtures")


def _tell_rerunfailures() -> None:
    """pytest-rerunfailures asks for the distribution pytest-xdist; our reports do as well."""
    module: Any = sys.modules.get("pytest_rerunfailures")
    if module is not None and hasattr(module, "works_with_current_xdist"):
        module.works_with_current_xdist = lambda: True


def unused_hooks(config: pytest.Config) -> list[str]:
    """What somebody implements and is never called."""
    names = ("pytest_xdist_make_scheduler", "pytest_xdist_getremotemodule")
    return [name for name in names if getattr(config.hook, name).get_hookimpls()]


def announce(namespace: Any, workers: int) -> None:
    """Set the options by which plugins tell a distributed run, in the controller."""
    namespace.numprocesses = workers
    namespace.dist = "load"
    namespace.tx = ["popen"] * workers
    namespace.usepdb = getattr(namespace, "usepdb", False)


def forget(namespace: Any) -> None:
    """Set the same options as xdist sets them in a worker."""
    namespace.loadgroup = getattr(namespace, "dist", "no") == "loadgroup"
    namespace.looponfail = False
    namespace.usepdb = False
    namespace.dist = "no"
    namespace.distload = False
    namespace.numprocesses = None
    namespace.maxprocesses = None
    # allure's: the controller has cleaned it, and other workers may have written to it since.
    namespace.clean_alluredir = False


class Spec:
    """What execnet calls an XSpec."""

    popen = True
    chdir = None
    via = None
    python = None
    execmodel = "main_thread_only"

    def __init__(self, name: str) -> None:
        self.id = name
        self._spec = "popen"

    def __repr__(self) -> str:
        return "<XSpec 'popen'>"


class Gateway:
    """What execnet calls a gateway: the worker's name and place."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.spec = Spec(name)

    def _rinfo(self, update: bool = False) -> types.SimpleNamespace:
        del update
        return types.SimpleNamespace(
            executable=sys.executable,
            cwd=os.getcwd(),  # noqa: PTH109
            platform=sys.platform,
            version_info=tuple(sys.version_info[:5]),
            pid=os.getpid(),
        )


class NodeManager:
    """What the nodes of one run share."""

    def __init__(self, specs: list[Spec], testrunuid: str) -> None:
        self.specs = specs
        self.roots: list[object] = []
        self.testrunuid = testrunuid


class Node:
    """A worker as plugins see it in the controller."""

    shutting_down = False
    # Not there before it has told it: plugins ask for that, where a worker has died.
    workeroutput: dict[str, Any]

    def __init__(self, manager: NodeManager, name: str, config: pytest.Config, count: int) -> None:
        self.nodemanager = manager
        self.config = config
        self.gateway = Gateway(name)
        self.workerinput: dict[str, Any] = {
            "workerid": name,
            "workercount": count,
            "testrunuid": manager.testrunuid,
            "mainargv": sys.argv,
        }
        self.workerinfo = {
            "version": sys.version,
            "version_info": tuple(sys.version_info),
            "sysplatform": sys.platform,
            "platform": sys.platform,
            "executable": sys.executable,
            "cwd": os.getcwd(),  # noqa: PTH109
            "id": name,
            "spec": self.gateway.spec,
        }

    def __repr__(self) -> str:
        return f"<WorkerController {self.gateway.id}>"


def worker_environment(workerinput: dict[str, Any]) -> dict[str, str]:
    """The variables that xdist sets in a worker."""
    return {
        "PYTEST_XDIST_WORKER": workerinput["workerid"],
        "PYTEST_XDIST_WORKER_COUNT": str(workerinput["workercount"]),
        "PYTEST_XDIST_TESTRUNUID": workerinput["testrunuid"],
    }
