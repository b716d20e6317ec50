"""What there is to run: suites.toml as values, and where each suite lives on disk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE / "suites.toml"
LOCKS = HERE / "locks"
XDIST = "pytest-xdist==3.8.0"
FAST = 12


@dataclass(frozen=True)
class Message:
    """What a run must say where equal outcomes are impossible.

    ``words`` are regular expressions; one line of the output must match all of them,
    and the run must end within ``seconds``.
    """

    words: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Suite:
    """One project at one version, and how its tests are run. suites.toml explains the fields."""

    name: str
    version: str
    source: str
    pytest: str
    args: tuple[str, ...]
    also: tuple[str, ...] = ()
    xdist: bool = True
    workdir: str = "."
    env: tuple[tuple[str, str], ...] = ()
    python: str | None = None
    tests: int = 0
    seconds: float = 0.0
    covers: tuple[str, ...] = ()
    oddities: str = ""
    message: Message | None = None

    @property
    def install(self) -> list[str]:
        """The requirements of its environment, for pip."""
        project = [] if self.source == "none" else [f"{self.name}=={self.version}"]
        runner = [f"pytest=={self.pytest}", *([XDIST] if self.xdist else [])]
        return list(dict.fromkeys([*project, *runner, *self.also]))

    @property
    def lock(self) -> Path | None:
        path = LOCKS / f"{self.name}.txt"
        return path if path.exists() else None

    def environment_key(self) -> str:
        """Changes when the environment would have to be made anew."""
        lock = self.lock.read_text() if self.lock else ""
        return _digest([self.source, self.python, sorted(self.install), lock])

    def run_key(self) -> str:
        """Changes when a recorded run no longer says anything about this suite."""
        return _digest([self.environment_key(), self.args, self.workdir, self.env])


@dataclass(frozen=True)
class Place:
    """The folders of one suite below the work folder.

    ``source`` stays as unpacked; each run gets a copy of it in ``tree``, always the same
    path, since paths show up in reports and in compiled files.
    """

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        (folder,) = self.venv.glob("lib/python*/site-packages")
        return folder

    @property
    def source(self) -> Path:
        return self.root / "src"

    @property
    def tree(self) -> Path:
        return self.root / "tree"

    @property
    def records(self) -> Path:
        return self.root / "records"

    @property
    def ready(self) -> Path:
        """Holds the environment key; written last."""
        return self.root / "ready"


def place_of(suite: Suite, work: Path) -> Place:
    return Place(work.resolve() / suite.name)


def load(path: Path = CATALOGUE) -> dict[str, Suite]:
    """Every suite by name, in the catalogue's order."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["suite"]
    return {name: _suite(name, table) for name, table in tables.items()}


def quickest(suites: dict[str, Suite], number: int = FAST) -> list[Suite]:
    """The suites of ``--fast``, in the catalogue's order."""
    chosen = sorted(suites.values(), key=lambda suite: suite.seconds)[:number]
    return [suite for suite in suites.values() if suite in chosen]


def _suite(name: str, table: dict[str, Any]) -> Suite:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    expects, message = values.pop("expects", None), values.pop("message", None)
    if expects not in (None, "message") or (expects is None) != (message is None):
        raise ValueError(f"suites.toml: {name}: 'expects = \"message\"' and its table go together")
    values["env"] = tuple(sorted(values.get("env", {}).items()))
    values["oddities"] = " ".join(values.get("oddities", "").split())
    if message:
        values["message"] = Message(tuple(message["words"]), message["seconds"])
    return Suite(name=name, **values)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
