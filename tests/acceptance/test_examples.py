from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_demo_finds_the_same_outcomes_and_shows_the_times() -> None:
    command = [sys.executable, str(EXAMPLES / "demo.py"), "--rounds=1"]
    done = subprocess.run(
        command,
        cwd=EXAMPLES.parent,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    plain, ours, _, medians, outcomes = done.stdout.splitlines()[-5:]
    assert re.fullmatch(r"pytest +925 passed in [\d.]+s", plain)
    assert re.fullmatch(r"pytest -p dxpy +925 passed in [\d.]+s", ours)
    assert re.fullmatch(
        r"median of 1: [\d.]+ s and [\d.]+ s, in a round [\d.]+ times as fast", medians
    )
    assert outcomes == "outcomes: identical, all 925 tests"
