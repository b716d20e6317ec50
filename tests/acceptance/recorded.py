"""What workers have recorded, as text that can be compared."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_dxpy import native

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.conftest import Project, Result

KINDS = ("session", "import", "collect", "fixture", "test", "memory", "fork")
USES = ("reads", "lists", "misses", "writes")
FLAGS = {1: "starts a process", 2: "sees lines", 4: "sees docs", 8: "incomplete"}


class Recorded:
    """Lines by context: ``recorded["test test_a.py::test_1"]``; paths are relative."""

    def __init__(self, stream: bytes, folder: Path) -> None:
        self._folder = os.fsencode(folder.resolve())
        self._names: list[str] = []
        self._codes: list[str] = []
        self._lines: dict[str, set[str]] = {}
        self.outcomes: dict[str, int] = {}
        self.modules: dict[str, str] = {}
        for name, *values in native.read_trace(stream):
            getattr(self, f"_on_{name}")(*values)

    def __getitem__(self, context: str) -> list[str]:
        return sorted(self._lines[context])

    def __contains__(self, context: str) -> bool:
        return context in self._lines

    def ran(self, context: str) -> str:
        """The names of the functions that ran, in one line."""
        lines = (line.split() for line in self[context])
        return " ".join(sorted(line[2] for line in lines if line[0] == "runs"))

    def but_runs(self, context: str) -> list[str]:
        """All else."""
        return [line for line in self[context] if not line.startswith("runs ")]

    def contexts(self, kind: str) -> list[str]:
        return [name for name in self._names if name.split()[0] == kind]

    def memories(self) -> dict[str, list[str]]:
        """What was seen while functions ran, by their names."""
        names = self.contexts("memory")
        return {self.ran(name): self.but_runs(name) for name in names}

    def _path(self, path: bytes) -> str:
        return os.fsdecode(path.removeprefix(self._folder + b"/")) or "."

    def _add(self, context: int, line: str) -> None:
        self._lines[self._names[context]].add(line)

    def _on_context(self, context: int, kind: int, name: bytes) -> None:
        assert context == len(self._names)
        shown = str(context) if KINDS[kind] == "memory" else self._path(name)
        self._names.append(f"{KINDS[kind]} {shown}".removesuffix(" ."))
        self._lines.setdefault(self._names[-1], set())

    def _on_code(self, code: int, path: bytes, line: int, name: bytes) -> None:
        assert code == len(self._codes)
        self._codes.append(f"{self._path(path)}:{line} {name.decode()}")

    def _on_ran(self, context: int, code: int) -> None:
        self._add(context, f"runs {self._codes[code]}")

    def _on_module(self, name: bytes, path: bytes, size: int, mtime: int) -> None:
        del size, mtime
        self.modules[name.decode()] = self._path(path)

    def _on_asked(self, context: int, module: bytes, found: bool) -> None:
        self._add(context, f"{'asks for' if found else 'does not find'} {module.decode()}")

    def _on_path(self, context: int, use: int, path: bytes) -> None:
        self._add(context, f"{USES[use]} {self._path(path)}")

    def _on_flag(self, context: int, flags: int, reason: bytes) -> None:
        names = [name for bit, name in FLAGS.items() if flags & bit]
        self._add(context, f"{' '.join(names)}: {reason.decode()}")

    def _on_uses(self, context: int, other: int) -> None:
        self._add(context, f"uses {self._names[other]}")

    def _on_child(self, context: int, token: bytes, pid: int, command: int) -> None:
        assert token
        assert pid
        assert command
        self._add(context, "starts a child")

    def _on_fork(self, context: int, token: bytes) -> None:
        assert token
        assert self._names[context].startswith("fork")

    def _on_folder(self, path: bytes) -> None:
        raise AssertionError(path)  # of children alone

    def _on_end(self, context: int, outcome: int, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes[self._names[context]] = outcome


def record(project: Project, *args: str, workers: int = 1) -> tuple[Result, Recorded]:
    """Run a project; what its first worker recorded."""
    result, [first, *_] = record_all(project, *args, workers=workers)
    return result, first


def record_all(project: Project, *args: str, workers: int) -> tuple[Result, list[Recorded]]:
    """Run a project; what each worker recorded."""
    result = project.run("-p", "dxpy_stream", *args, workers=workers)
    streams: Iterable[Path] = sorted(project.path.glob("stream-*"))
    recorded = [Recorded(stream.read_bytes(), project.path) for stream in streams]
    for stream in project.path.glob("stream-*"):
        stream.unlink()
    assert recorded, result.output
    return result, recorded
