"""Where a run takes place, for whoever reads later where a result comes from.

Nothing is decided by it. The repository's files are read as they are: to start git
would take longer than all else that a run keeps.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final, NamedTuple

HEX_DIGITS: Final = frozenset("0123456789abcdef")
SHORTEST_ID: Final = 40  # of a commit


class Origin(NamedTuple):
    """What is known; what is not is empty."""

    host: str
    branch: str
    commit: str  # that was checked out; the files need not be as it has them


def origin(root: Path) -> Origin:
    """Of a run with this root directory."""
    branch = commit = ""
    # Whatever is wrong with a repository, a run does not fail by it.
    with contextlib.suppress(OSError, UnicodeError):
        branch, commit = _checked_out(root)
    return Origin(os.uname().nodename, branch, commit)


def _checked_out(root: Path) -> tuple[str, str]:
    """Branch and commit of the working tree that a folder is in."""
    place = next((path for one in (root, *root.parents) if (path := one / ".git").exists()), None)
    if place is None:
        return "", ""
    if place.is_file():  # a worktree, or a submodule
        place = (place.parent / place.read_text().removeprefix("gitdir:").strip()).resolve()
    head = (place / "HEAD").read_text().strip()
    if not head.startswith("ref: "):
        return "", _as_commit(head)
    name = head.removeprefix("ref: ")
    return name.removeprefix("refs/heads/"), _commit_of(name, place)


def _commit_of(name: str, place: Path) -> str:
    """The commit that a reference stands for."""
    common = place / "commondir"
    folders = (
        [place, (place / common.read_text().strip()).resolve()] if common.exists() else [place]
    )
    for folder in folders:
        if (folder / name).is_file():
            return _as_commit((folder / name).read_text().strip())
    packed = folders[-1] / "packed-refs"
    for line in packed.read_text().splitlines() if packed.is_file() else ():
        commit, _, packed_name = line.partition(" ")
        if packed_name == name:
            return _as_commit(commit)
    return ""


def _as_commit(text: str) -> str:
    return text if len(text) >= SHORTEST_ID and HEX_DIGITS.issuperset(text) else ""
