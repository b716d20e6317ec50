"""Who runs the probes: plain pytest, those that run its tests on several workers, and ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PYTEST: Final = "pytest==9.2.0"


def _with(*options: str) -> Callable[[Path, list[str]], list[str]]:
    return lambda python, arguments: [str(python), "-m", "pytest", *options, *arguments]


def _cito(python: Path, arguments: list[str]) -> list[str]:
    """It has options of pytest's of its own, and passes others on."""
    own = [argument for argument in arguments if argument == "-x"]
    passed = [argument for argument in arguments if argument != "-x"]
    command = [str(python.parent / "cito"), "run", "--workers=2", "--python", str(python)]
    return [*command, ".", *own, "--", *passed]


@dataclass(frozen=True)
class Runner:
    """What is installed, and the command by which its Python runs tests on two workers."""

    name: str
    requirement: str
    command: Callable[[Path, list[str]], list[str]]
    # More arguments, by which it has a session fixture made once; none: it has no such option.
    once: tuple[str, ...] = ()
    # Its environment has nothing installed but pytest and this.
    is_alone: bool = True

    def python(self, work: Path) -> Path:
        """That of a virtual environment of its own, which is made where it is not there."""
        if self.name == OURS:
            return Path(sys.executable)
        place = work / self.requirement.replace("==", "-")
        made = place / "made"
        if not made.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
            subprocess.run([*pip, "install", PYTEST, self.requirement], check=True)
            made.touch()
        return place / "bin" / "python"


OURS: Final = "ours"
RUNNERS: Final = (
    Runner("pytest", PYTEST, _with()),
    Runner("xdist", "pytest-xdist==3.8.0", _with("-n2")),
    Runner("zygote", "pytest-zygote==0.1.1", _with("--workers=2")),
    Runner("parallex", "pytest-parallex==0.2.5", _with("--parallel=fork", "--parallel-workers=2")),
    Runner("bistra", "bistra==0.1.0", _with("--bistra", "--bistra-workers=2")),
    Runner("horizon", "pytest-horizon==0.1.0a1", _with("--horizon=2")),
    Runner("cito", "cito==0.3.0", _cito),
    Runner(
        OURS,
        "",
        _with("-p", "dxpy", "--dx-workers=2"),
        once=("--dx-shared-fixtures=built",),
        is_alone=False,
    ),
)
