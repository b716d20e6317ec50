"""A worker's birth: from the descriptors it was started with to its session's end."""

from __future__ import annotations

import contextlib
import os
import signal
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_dxpy import launch, native, protocol, reports, xdist_compat
from pytest_dxpy.coverage_compat import follow_coverage
from pytest_dxpy.deadlines import Deadlines, show_stacks
from pytest_dxpy.fixture_setups import FixtureSetups
from pytest_dxpy.junit_compat import follow_junit
from pytest_dxpy.worker import Worker
from pytest_dxpy.worker_output import WorkerOutput

if TYPE_CHECKING:
    from pytest_dxpy.recording import Recording


class WorkerSeat:
    """What a process needs to be a worker, from its birth to its session."""

    def __init__(self, fds: list[int]) -> None:
        """Take the descriptors and wait to be told who we are."""
        channel, control, self.out, self.err, *streams = fds
        signal.signal(signal.SIGINT, signal.default_int_handler)
        show_stacks(self.err)
        self.port = native.WorkerPort(channel, control)
        os.close(channel)
        os.close(control)
        self.birth = protocol.Birth(*reports.load(self.port.receive()[-1]))
        os.environ.update(xdist_compat.worker_environment(self.birth.workerinput))
        launch.forget_inherited_exits()
        with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
            if not streams:
                os.dup2(nothing.fileno(), 1)
        self.output = WorkerOutput(self.port, streams) if streams else None

    def own_capture(self, config: pytest.Config, *, inherited: bool) -> None:
        """Capture into our own files, which the controller can read when we are dead.

        An inherited capture file shares its position with the controller's, so
        it is left alone and replaced.
        """
        manager: Any = config.pluginmanager.getplugin("capturemanager")
        if manager is None:
            return
        if inherited:
            manager._global_capturing = None
            manager.start_global_capturing()
            manager.suspend_global_capture()
        if manager._method == "fd" and manager._global_capturing is not None:
            capture = manager._global_capturing
            os.dup2(self.out, capture.out.tmpfile.fileno(), inheritable=False)
            os.dup2(self.err, capture.err.tmpfile.fileno(), inheritable=False)
        os.close(self.out)

    def run(
        self, config: pytest.Config, recording: Recording | None, *, inherited_capture: bool
    ) -> NoReturn:
        """Run the session and end the process."""
        self.own_capture(config, inherited=inherited_capture)
        xdist_compat.forget(config.option)
        config.option.basetemp = None
        config.option.maxfail = 0  # the controller counts, over all workers
        config.option.cacheclear = False  # it has done so, and tests have written there since
        _set(config, workerinput=self.birth.workerinput, workeroutput={})
        save_coverage = follow_coverage(config)
        worker = Worker(config, self.port, self.birth, recording, Deadlines(self.birth.timeout))
        follow_junit(config, worker.tell)
        if not self.birth.early:
            worker.await_orders()
        _register(config.pluginmanager, worker, recording, self.output)
        code: int = pytest.ExitCode.INTERNAL_ERROR
        try:
            code = int(config.hook.pytest_cmdline_main(config=config))
        except pytest.UsageError as error:
            worker.tell("usage", *error.args)
            code = pytest.ExitCode.USAGE_ERROR
        except KeyboardInterrupt:  # after the session, whose own pytest tells
            code = pytest.ExitCode.INTERRUPTED
        except BaseException as error:  # noqa: BLE001  # said to the controller, whatever it is
            worker.tell("internal", _text(error))
        finally:
            with contextlib.suppress(Exception):
                config._ensure_unconfigure()
            worker.finish(code)
            launch.end_process(code, save_coverage)


def _text(error: BaseException) -> str:
    """The traceback; less than that where a test has replaced what making one needs."""
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001
        return str(reports.plain(error))


def _register(
    manager: pytest.PytestPluginManager,
    worker: Worker,
    recording: Recording | None,
    output: WorkerOutput | None,
) -> None:
    manager.register(worker, "dxpy-worker")
    if output is not None:
        manager.register(output, "dxpy-output")
    setups = FixtureSetups(worker.tell, recording, worker.sharing)
    manager.register(setups, "dxpy-fixture-setups")
    manager.register(worker.sharing, "dxpy-sharing")
    if recording is not None:
        recording.adopt(worker.tell)
        manager.register(recording, "dxpy-recording")


def _set(config: Any, **attributes: object) -> None:
    for name, value in attributes.items():
        setattr(config, name, value)
