"""The worker processes of one run: starting, replacing and ending them."""

from __future__ import annotations

import contextlib
import dataclasses
import marshal
import os
import signal
import uuid
from typing import TYPE_CHECKING, Any

from pytest_dxpy import native, reports, xdist_compat
from pytest_dxpy.errors import StartError
from pytest_dxpy.live_output import is_live, open_streams
from pytest_dxpy.protocol import ANSWER, Birth, Orders
from pytest_dxpy.wording import plural

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from pytest_dxpy.launch import Launcher
    from pytest_dxpy.mode import Detail

OUTPUT_LIMIT_BYTES = 1 << 20  # of what a dead worker had captured


def fitting(count: int, worker_bytes: int) -> tuple[int, list[str]]:
    """How many of ``count`` workers the memory is enough for, one at least.

    Args:
        count: as many as there could be.
        worker_bytes: what one takes; 0: unknown.

    Returns:
        Their number, and why there are fewer, where there are.
    """
    if count <= 1 or worker_bytes <= 0 or not (free_bytes := native.available_memory()):
        return count, []
    fits = max(1, min(count, free_bytes // worker_bytes))
    if fits == count:
        return count, []
    taken, free = worker_bytes >> 20, free_bytes >> 20
    return fits, [
        f"{plural(fits, 'worker')}, not {count}: one took {taken:,} MiB in the last runs, and "
        f"{free:,} MiB are free; --dx-workers={count} starts them all"
    ]


@dataclasses.dataclass(eq=False, repr=False)
class Member:
    """One worker process as the controller knows it."""

    number: int
    name: str
    node: xdist_compat.Node
    full: bool
    shared: bool
    pid: int
    out: int  # descriptors of its captured output
    err: int
    ready: bool = False
    finished: bool = False
    gone: bool = False
    down_told: bool = False
    leaving: bool = False  # it runs no more tests, and tears down what it has built for others
    broken: bool = False  # its session has met an internal error
    begun: list[int] = dataclasses.field(default_factory=list)  # units, in order
    ran: list[list[int]] = dataclasses.field(default_factory=list)  # items of each of these

    def begin_unit(self, number: int) -> None:
        """It runs items of this unit from here on."""
        self.begun.append(number)
        self.ran.append([])


class Crew:
    """Starts workers through a launcher and keeps track of them."""

    def __init__(
        self,
        config: pytest.Config,
        launcher: Launcher,
        dispatcher: native.Dispatcher,
        birth: Birth,
        count: int,
    ) -> None:
        """Start none yet.

        Args:
            config: of the controller.
            launcher: starts processes.
            dispatcher: of the run.
            birth: what each of them is told, but for what is its own.
            count: how many share the work at the start.
        """
        self._config = config
        self._launcher = launcher
        self._dispatcher = dispatcher
        self._birth = birth
        self._is_live = is_live(config)
        self._orders: Orders | None = None  # None: the controller is not configured yet
        self.count = count
        self.members: dict[int, Member] = {}
        self.problem = ""  # why no worker can be started any more
        uid = config.getoption("testrunuid", None) or uuid.uuid4().hex
        specs = [xdist_compat.Spec(f"gw{number}") for number in range(count)]
        self._manager = xdist_compat.NodeManager(specs, uid)
        config.hook.pytest_xdist_setupnodes(config=config, specs=specs)

    def start(self, *, shared: bool, full: bool) -> Member:
        """Start one more worker.

        Raises:
            StartError: no process can be started.
        """
        name = f"gw{len(self.members)}"
        node = xdist_compat.Node(self._manager, name, self._config, self.count)
        self._config.hook.pytest_xdist_newgateway(gateway=node.gateway)
        self._config.hook.pytest_configure_node(node=node)
        birth = self._birth._replace(
            workerinput=node.workerinput,
            full=full,
            early=self._orders is None,
            divide=shared and self._birth.divide,
            listing=shared and self._birth.listing,
        )
        payload = _marshal(birth)
        number = self._dispatcher.open_worker(shared=shared, settings_bytes=len(payload))
        out, err = _output_file("out"), _output_file("err")
        fds = [self._dispatcher.channel_fd(number), self._dispatcher.control_fd(), out, err]
        pid = self._launch(number, fds)
        member = Member(number, name, node, full, shared, pid, out, err)
        self.members[number] = member
        self._dispatcher.start_worker(number, native.open_pidfd(pid), payload)
        if self._orders is not None:
            self._instruct(member, self._orders)
        return member

    def _launch(self, number: int, fds: list[int]) -> int:
        streams = open_streams() if self._is_live else []
        for stream in streams:
            self._dispatcher.follow_output(number, stream.number, stream.read)
        try:
            return self._launcher.start([*fds, *(stream.write for stream in streams)])
        except OSError as error:
            raise StartError(
                f"cannot start a worker: {os.strerror(error.errno or 0)}",
                hint="use fewer --dx-workers",
            ) from error
        finally:
            for stream in streams:
                os.close(stream.write)

    def begin(self, detail: Detail, *, careful: bool) -> None:
        """The controller is configured: workers may start their sessions."""
        basetemp = _basetemp(self._config)
        self._orders = Orders(detail.compact, careful, str(basetemp) if basetemp else None)
        for member in self.members.values():
            self._instruct(member, self._orders)

    def _instruct(self, member: Member, orders: Orders) -> None:
        if orders.basetemp is not None:
            orders = orders._replace(basetemp=f"{orders.basetemp}/popen-{member.name}")
        if not member.shared:
            orders = orders._replace(careful=False)
        self._dispatcher.send_orders(member.number, reports.dump(tuple(orders)))

    def answer(self, member: Member, value: object) -> None:
        """Answer what a worker has asked, which waits for it."""
        self._dispatcher.send_orders(member.number, reports.dump((ANSWER, value)))

    def working(self) -> list[Member]:
        """Workers whose sessions have not ended."""
        return [member for member in self.alive() if not member.finished]

    def alive(self, *, shared: bool | None = None) -> list[Member]:
        """Workers whose processes have not ended."""
        return [
            member
            for member in self.members.values()
            if not member.gone and shared in (None, member.shared)
        ]

    def working_shared(self) -> list[Member]:
        """Those of them that share the work."""
        return [member for member in self.working() if member.shared]

    def captured(self, member: Member) -> list[tuple[str, str]]:
        """What the worker had captured and not reported: sections of a report."""
        sections = []
        for fd, name in ((member.out, "stdout"), (member.err, "stderr")):
            data = os.pread(fd, OUTPUT_LIMIT_BYTES, 0)
            if data:
                sections.append((f"Captured {name} call", data.decode("utf-8", "replace")))
        return sections

    def bury(self, member: Member, *, kill: bool = False) -> int:
        """Take leave of a worker that has died, or that must.

        Returns:
            Its exit code, or minus the signal that killed it.
        """
        if kill:
            self.signal(member, signal.SIGKILL)
        member.gone = True
        try:
            status = self._launcher.exit_status(member.pid)
        except StartError as error:
            # The zygote is dead, and so the kernel has killed its workers.
            self.problem = str(error)
            status = -signal.SIGKILL
        os.close(member.out)
        os.close(member.err)
        return status

    def signal(self, member: Member, number: int) -> None:
        """Send a signal to a worker that has not been taken leave of."""
        if not member.gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member.pid, number)

    def end_all(self) -> None:
        """End whatever is left."""
        for member in self.alive():
            self.bury(member, kill=True)


def _output_file(name: str) -> int:
    return os.memfd_create(f"dxpy-{name}", os.MFD_CLOEXEC)


def _basetemp(config: pytest.Config) -> Path | None:
    factory: Any = getattr(config, "_tmp_path_factory", None)
    return None if factory is None else factory.getbasetemp()


def _marshal(birth: Birth) -> bytes:
    try:
        return marshal.dumps(tuple(birth))
    except ValueError as error:
        raise StartError(
            f"a plugin has put something into workerinput that is no plain data: "
            f"{birth.workerinput!r}",
            hint="find the plugin with -p no:NAME, or run with --dx-collect=off",
        ) from error


def describe_end(status: int) -> str:
    """How a process ended, in words: ``died of SIGKILL``."""
    if status >= 0:
        return f"exited with status {status}"
    try:
        return f"died of {signal.Signals(-status).name}"
    except ValueError:
        return f"died of signal {-status}"
