"""Writes down what a run's workers have recorded, one file for each: ``stream-0``, ..."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    controller: Any = config.pluginmanager.getplugin("dsession")
    if hasattr(config, "workerinput") or controller is None:
        return
    selection = controller._selection
    told = selection.told

    def keep(worker: int, unit: object, message: tuple[Any, ...]) -> None:
        if message[0] == "recorded":
            with Path(f"stream-{worker}").open("ab") as stream:
                stream.write(message[2])
        told(worker, unit, message)

    selection.told = keep
