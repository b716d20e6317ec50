"""How much memory a run takes, sampled while it runs.

Workers that were forked share pages with their parent. PSS counts a shared page in equal parts
to all who have it, so the sum over all processes is what the machine gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.parity.process import in_session

# What a command is wrapped in where it runs apart from the network.
WRAPPERS = frozenset({"unshare", "sh", "ip", "mount", "ls"})


@dataclass(frozen=True)
class Memory:
    """The moment at which a run took most.

    Attributes:
        first_rss_kb: resident memory of the first process: plain pytest, or the controller.
        first_pss_kb: its proportional share.
        others_pss_kb: shares of all further processes, oldest first.
    """

    first_rss_kb: int = 0
    first_pss_kb: int = 0
    others_pss_kb: tuple[int, ...] = ()

    @property
    def total_kb(self) -> int:
        return self.first_pss_kb + sum(self.others_pss_kb)


class MemoryWatch:
    """Called with the first process's id, again and again; remembers the highest total."""

    def __init__(self) -> None:
        self._highest = Memory()

    def __call__(self, session: int) -> None:
        now = sample(session)
        if now.total_kb > self._highest.total_kb:
            self._highest = now

    def highest(self) -> Memory:
        return self._highest


def sample(session: int) -> Memory:
    """The memory of a session's processes at this moment."""
    processes = sorted(in_session(session), key=_start_of)
    shares = [share for pid in processes if (share := _share_of(pid))]
    if not shares:
        return Memory()
    (rss, pss), *others = shares
    return Memory(rss, pss, tuple(pss for _, pss in others))


def _share_of(pid: int) -> tuple[int, int] | None:
    """RSS and PSS of a process in kB; None for a wrapper and for one that has just ended."""
    folder = Path(f"/proc/{pid}")
    try:
        if (folder / "comm").read_text().strip() in WRAPPERS:
            return None
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
    return sizes.get("Rss", 0), sizes.get("Pss", 0)


def _start_of(pid: int) -> tuple[int, int]:
    """Sorts by start; a process that has ended meanwhile comes last."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return (2**63, pid)
    return (int(fields[19]), pid)
