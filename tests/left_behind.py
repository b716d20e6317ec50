"""What a run has left: in shared memory, in the temporary folder, beside the files it keeps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED_MEMORY = Path("/dev/shm")
KEPT = ("files.json", "facts.dxti", "settings.bin")  # between runs
# Folders of pytest's own fixtures, and what tempfile makes to try a folder: who is killed
# meanwhile leaves that.
NOT_OURS = re.compile(r"pytest-of-|[a-z0-9_]{8}$")


def processes() -> Iterator[int]:
    """All of the machine."""
    return (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())


def in_shared_memory() -> set[str]:
    """What is there now, of whomever."""
    return {path.name for path in SHARED_MEMORY.iterdir()} if SHARED_MEMORY.is_dir() else set()


def new_in_shared_memory(before: set[str]) -> set[str]:
    """What is new there and in nobody's use: other programs of the machine use theirs."""
    new = in_shared_memory() - before
    if not new:
        return set()
    used = "\n".join(_maps(pid) for pid in processes())
    # Listed again: other runs beside this one make some, and unlink them, at any time.
    return {name for name in new & in_shared_memory() if str(SHARED_MEMORY / name) not in used}


def _maps(pid: int) -> str:
    """What a process has mapped; empty where it is dead."""
    try:
        return Path(f"/proc/{pid}/maps").read_text(errors="replace")
    except OSError:
        return ""


def temporary(folder: Path) -> list[str]:
    """What is left of a run's temporary files."""
    return [path.name for path in folder.iterdir() if not NOT_OURS.match(path.name)]


def aside(folder: Path, *, was_killed: bool) -> list[str]:
    """What is left of writing a file that is kept.

    Args:
        folder: the project's.
        was_killed: whether the controller was: it may leave one that the next run writes over.
    """
    found = {path.name for path in folder.rglob("*") if path.name.startswith(KEPT)}
    allowed = {*KEPT, *(f"{name}.new" for name in KEPT if was_killed)}
    return sorted(found - allowed)
