"""A pytest plugin that writes what plain pytest collects, per file; for facts_judge.py.

It is copied to where a suite's own interpreter finds it, so it imports nothing of ours.
"""

import json
import os
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest

HOOKS = (
    "pytest_generate_tests",
    "pytest_pycollect_makeitem",
    "pytest_pycollect_makemodule",
    "pytest_make_parametrize_id",
)
FILES: dict[str, dict[str, Any]] = {}


def pytest_itemcollected(item: pytest.Item) -> None:
    module = item.getparent(pytest.Module)
    if module is None or type(module) is not pytest.Module:
        return
    entry = FILES[str(module.path)]
    entry["ids"].append(item.nodeid)
    own = module.obj.__name__
    definitions = getattr(item, "_fixtureinfo", None)
    for name, found in definitions.name2fixturedefs.items() if definitions else ():
        for fixture in found:
            if getattr(fixture.func, "__module__", own) == own:
                continue
            if fixture.params is not None:
                entry["fixtures"].append(name)
            entry["asked"] += fixture.argnames


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    if type(collector) is pytest.Module:
        FILES[str(collector.path)] = {
            "node": collector.nodeid, "ids": [], "fixtures": [], "asked": [], "failed": "",
            "imported": [],
        }  # fmt: skip
    report = yield
    module = collector.getparent(pytest.Module)
    if not report.passed and module is not None and str(module.path) in FILES:
        FILES[str(module.path)]["failed"] = report.outcome
    elif type(collector) is pytest.Module:
        FILES[str(collector.path)]["imported"] = [
            name for name, value in vars(collector.obj).items() if is_test(value)
        ]
    return report


def is_test(value: object) -> bool:
    """Whether pytest would collect it, whatever it is called."""
    if isinstance(value, type) and issubclass(value, unittest.TestCase):
        return True
    try:
        return getattr(value, "__test__", False) is True
    except Exception:  # noqa: BLE001 - other people's objects
        return False


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    plugins = [
        f"{hook}: {implementation.plugin_name}"
        for hook in HOOKS
        for implementation in getattr(config.pluginmanager.hook, hook).get_hookimpls()
        if not implementation.function.__module__.startswith("_pytest.")
    ]
    found = {
        "files": FILES,
        "plugins": plugins,
        "sys_path": sys.path,
        "python_classes": config.getini("python_classes"),
        "python_functions": config.getini("python_functions"),
    }
    Path(os.environ["DX_COLLECTED"]).write_text(json.dumps(found), encoding="utf-8")
