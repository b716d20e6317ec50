from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from inventory.cli import COMMANDS, parser

ROOT = Path(__file__).parents[2]


def test_every_command_of_the_parser_does_something() -> None:
    usage = parser().format_usage()
    assert "{" + ",".join(COMMANDS) + "}" in "".join(usage.split())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parser().parse_args([command, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: inventory {command}")


@pytest.mark.parametrize("arguments", [[], ["dance"], ["ship", "x"], ["ship", "x", "many"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parser().parse_args(arguments)
    assert caught.value.code == 2
    assert "usage: inventory" in capsys.readouterr().err


@pytest.mark.bulk
def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = [sys.executable, "-m", "inventory.cli", "--store", str(store), "stock"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "total 0.00")
