"""Compares our facts with what plain pytest collects of files that exist."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from pytest_dxpy import native

PLUGIN = Path(__file__).with_name("collected_plugin.py")


def run_pytest(python: str | Path, args: Sequence[str], tree: Path, work: Path) -> dict[str, Any]:
    """Collects ``tree`` with plain pytest and returns what collected_plugin.py writes."""
    shutil.copy(PLUGIN, work / "dxpy_collected.py")
    found = work / "collected.json"
    environment = {**os.environ, "PYTHONPATH": str(work), "DX_COLLECTED": str(found)}
    command = [str(python), "-m", "pytest", "-p", "dxpy_collected", "-p", "no:cacheprovider"]
    command += ["--collect-only", "-q", *args]
    subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    collected: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return collected


def read_alone(path: str, suite: dict[str, Any]) -> dict[str, Any]:
    """The facts of one file from its source alone."""
    return native.file_facts(
        Path(path).read_bytes(),
        python_classes=suite["python_classes"],
        python_functions=suite["python_functions"],
    )


def read_resolved(paths: Sequence[str], suite: dict[str, Any]) -> list[dict[str, Any]]:
    """The facts of files with the help of those that they import."""
    return native.resolve_facts(
        paths,
        entries=suite["sys_path"],
        python_classes=suite["python_classes"],
        python_functions=suite["python_functions"],
    )


def judge(facts: dict[str, Any], entry: dict[str, Any], suite: dict[str, Any]) -> str:
    """One word on the facts of one file."""
    if not facts["exact"]:
        return "dynamic"
    if native.node_ids(facts, entry["node"]) == entry["ids"]:
        return "exact"
    return broken_condition(entry, facts, plugins=bool(suite["plugins"])) or "WRONG"


def broken_condition(entry: dict[str, Any], facts: dict[str, Any], *, plugins: bool) -> str:
    if entry["failed"]:
        return f"import {entry['failed']}"
    if {name.decode() for name, *_ in facts["imported"]} & set(entry["imported"]):
        return "imported test"
    own = {fixture["name"].decode() for fixture in facts["fixtures"] if fixture["params"]}
    if entry["fixtures"] or own & set(entry["asked"]):
        return "fixtures of others"
    return "plugin" if plugins else ""


def examples(number: int) -> settings:
    """How many generated inputs a test takes: the same each time, unless DX_EXAMPLES says more."""
    return settings(
        deadline=None,
        derandomize="DX_EXAMPLES" not in os.environ,
        database=None,
        max_examples=int(os.environ.get("DX_EXAMPLES", str(number))),
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
