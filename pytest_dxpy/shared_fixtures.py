"""Session fixtures that are built once for all workers: the controller's side.

It knows who builds which, has the segments open in which values are (shared_values.py), and
lets who has built one tear it down when all others are finished with it. sharing.py is the
other side.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING, Any

from pytest_dxpy.errors import StartError
from pytest_dxpy.protocol import BUILD, FAILURE, FINAL_FAILURE, VALUE

if TYPE_CHECKING:
    from pytest_dxpy.crew import Member
    from pytest_dxpy.run import Run


@dataclasses.dataclass(eq=False)
class _Shared:
    """One value, or the failure to make it."""

    label: str
    builder: int | None = None  # who builds it, or has
    waiting: list[Member] = dataclasses.field(default_factory=list)
    holders: set[int] = dataclasses.field(default_factory=set)  # who was given it
    answer: tuple[object, ...] = ()  # where it is; empty: not built yet
    is_failed: bool = False
    is_final: bool = False  # to build it again would fail as well
    fds: list[int] = dataclasses.field(default_factory=list)  # of segments; the last one counts


class SharedFixtures:
    """Answers workers that need a shared fixture."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._shared: dict[str, _Shared] = {}  # by key
        self._leaving: dict[int, tuple[Member, str]] = {}  # who wants to tear down what
        self._unshared: set[str] = set()  # each worker has its own

    def heard(self, member: Member, name: str, values: list[Any]) -> None:
        """A worker tells or asks something of a shared fixture."""
        key, *rest = values
        match name:
            case "shared fixture":
                self._needed(member, key, *rest)
            case "shared built":
                self._built(member, key, *rest)
            case "shared unpicklable":
                self._answer_unpicklable(member, key)
            case "shared abandoned":
                self._abandon(member, self._shared.get(key))
            case "shared done":
                if key in self._shared:
                    self._shared[key].holders.discard(member.number)
            case "shared teardown":
                member.leaving = True
                self._leaving[member.number] = member, key

    def _needed(self, member: Member, key: str, label: str) -> None:
        shared = self._shared.setdefault(key, _Shared(label))
        if key in self._unshared:
            self._run.crew.answer(member, (BUILD,))
        elif shared.is_failed and not (shared.is_final or member.shared):
            # It confirms a failure: whether the set-up fails here, too.
            shared.answer, shared.is_failed = (), False
            self._let_build(member, shared)
        elif shared.answer:
            self._give(member, shared)
        elif shared.builder is None:
            self._let_build(member, shared)
        else:
            shared.waiting.append(member)

    def _let_build(self, member: Member, shared: _Shared) -> None:
        shared.builder = member.number
        self._run.crew.answer(member, (BUILD,))

    def _give(self, member: Member, shared: _Shared) -> None:
        if not shared.is_failed:
            shared.holders.add(member.number)
        self._run.crew.answer(member, shared.answer)

    def _built(self, member: Member, key: str, outcome: str, fd: int, sizes: list[int]) -> None:
        """A worker has a value, or a failure, in a segment."""
        if key in self._unshared:
            self._run.crew.answer(member, True)
            return
        shared = self._shared[key]
        try:
            own = os.open(f"/proc/{member.pid}/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            if not os.path.lexists("/proc/self/fd"):
                raise StartError(
                    f"cannot open the value of {shared.label}: {os.strerror(error.errno or 0)}",
                    hint="mount /proc, or share no fixture",
                ) from error
            return  # the worker has died; we shall hear of it
        shared.fds.append(own)
        shared.is_failed, shared.is_final = outcome != VALUE, outcome == FINAL_FAILURE
        what = FAILURE if shared.is_failed else VALUE
        shared.answer = (what, os.getpid(), own, sizes)
        self._run.crew.answer(member, True)
        waiting, shared.waiting = shared.waiting, []
        for other in waiting:
            self._give(other, shared)

    def _answer_unpicklable(self, member: Member, key: str) -> None:
        """Whether a worker may keep to itself what it cannot give to others."""
        is_alone = self._run.crew.count == 1
        if is_alone:
            self._unshared.add(key)
            waiting, self._shared[key].waiting = self._shared[key].waiting, []
            for other in waiting:
                self._run.crew.answer(other, (BUILD,))
        self._run.crew.answer(member, is_alone)

    def _abandon(self, member: Member, shared: _Shared | None) -> None:
        """Who was to build it does not: the next one that waits for it may."""
        if shared is None or shared.builder != member.number or shared.answer:
            return
        shared.builder = None
        if shared.waiting:
            self._let_build(shared.waiting.pop(0), shared)

    def _close(self, shared: _Shared) -> None:
        while shared.fds:
            os.close(shared.fds.pop())

    def gone(self, member: Member, *, is_lost: bool) -> None:
        """A worker's session has ended, or its process has died."""
        self._leaving.pop(member.number, None)
        for shared in self._shared.values():
            shared.waiting = [other for other in shared.waiting if other is not member]
            shared.holders.discard(member.number)
            has_built = shared.builder == member.number and shared.answer and not shared.is_failed
            if has_built and is_lost:
                self._run.notes.append(
                    f"{member.name} died, which had built {shared.label}: nobody tears that down"
                )
            self._abandon(member, shared)

    def let_go(self) -> None:
        """Let those tear down whose value nobody else needs any more."""
        for number, (member, key) in [*self._leaving.items()]:
            others = [other for other in self._run.crew.working() if other is not member]
            holders = self._shared[key].holders
            if all(other.leaving and other.number not in holders for other in others):
                del self._leaving[number]
                self._close(self._shared.pop(key))
                self._run.crew.answer(member, True)

    def close(self) -> None:
        """Nothing more is shared."""
        for shared in self._shared.values():
            self._close(shared)
        self._shared.clear()
