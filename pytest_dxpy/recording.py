"""What the tests of a worker run, import and read, as a stream for the controller.

The recorder itself is native (native/bindings/recorder.h) and sees code and files; here it is
told what pytest does them for. It begins before the first conftest is imported, in the process
that workers are forked from: an import that happened before a fork was seen as well.

In a worker nothing here touches what a test may have replaced.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_dxpy import native
from pytest_dxpy.children import VARIABLE, settings_of
from pytest_dxpy.last_finder import LastFinder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

# Kinds of contexts; the numbers are those of native/impact/trace.h.
COLLECTION: Final = 2
FIXTURE: Final = 3
TEST: Final = 4

# How a context ended.
GOOD: Final = 0
BAD: Final = 1
_GOOD_OUTCOMES: Final = ("passed", "skipped")


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def start_recording(config: pytest.Config, how: str) -> Recording | None:
    """Begin in this process, before any conftest is imported.

    Args:
        config: of the run.
        how: ``function`` or ``module``.

    Returns:
        None where this process records already: a test runs pytest in it.
    """
    if native.Recorder.exists():
        return None
    own = os.fsencode(Path(__file__).parent)
    recorder = native.Recorder(**settings_of(config, how), own=own)
    recorder.start()  # what it cannot see it writes to its stream
    if address := os.environ.get(VARIABLE):
        recorder.watch_processes(os.fsencode(address))
    finder: Any = LastFinder(recorder)
    sys.meta_path.append(finder)
    return Recording(recorder, finder)


class Recording:
    """A pytest plugin in a worker: tells the recorder which context everything belongs to."""

    def __init__(self, recorder: native.Recorder, finder: LastFinder) -> None:
        self._recorder = recorder
        self._finder = finder
        self._tell: Callable[..., None] = lambda *_: None
        self._is_placed = False
        # The contexts of those fixtures above function scope that were set up last.
        self._instances: dict[pytest.FixtureDef[Any], int] = {}
        self._torn_down: list[int] = []  # of these, those of which it is not told how it went
        self._collections: dict[Path, int] = {}  # those that have not ended
        self._failed: set[Path] = set()  # of these
        self._hidden: list[pytest.FixtureDef[Any]] = []  # fixtures of the test; see hides()
        self._outcome = BAD
        self._is_complete = False

    def stop(self) -> None:
        """Record nothing more in this process: it is no worker."""
        self._recorder.stop()
        with contextlib.suppress(ValueError):
            sys.meta_path.remove(self._finder)

    def adopt(self, tell: Callable[..., None]) -> None:
        """Go on in a fork: it is a worker."""
        self._tell = tell
        self._recorder.adopt(type(self).run_test.__code__)

    def flush(self) -> None:
        """Tell the controller what came since the last time."""
        self._finder.stay_last()
        self._end_fixtures(GOOD)
        stream = self._recorder.take()
        if stream:
            self._tell("recorded", stream)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell the rest; session fixtures have been torn down."""
        self.flush()
        self.stop()

    # Collection.

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Collect a file, or a class in it, in the file's context."""
        if isinstance(collector, pytest.Directory | pytest.Session):
            return (yield)
        path = collector.path
        context = self._collections.get(path)
        if context is None:
            context = self._recorder.begin(COLLECTION, _encoded(str(path)))
            self._collections[path] = context
        self._recorder.push(context)
        try:
            report = yield
        finally:
            self._recorder.pop(context)
        if report.failed:
            self._failed.add(path)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        """Nothing more is collected of these files."""
        for path, context in self._collections.items():
            self._recorder.end(context, BAD if path in self._failed else GOOD)
        self._collections.clear()
        self._failed.clear()

    # Tests.

    def run_test(self, item: Any, nextitem: pytest.Item | None) -> None:
        """Run a test in its context, to which all that plugins do around it belongs."""
        if not self._is_placed:
            self._exclude_basetemp(item.config)
        self._outcome, self._is_complete = GOOD, False
        recorder = self._recorder
        context = recorder.enter(TEST, item.nodeid.encode("utf-8", "surrogatepass"))
        active = _active_fixtures(item)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        finally:
            if self._instances:
                self._use(context, active.values())
                self._use(context, self._hidden)
                self._hidden.clear()
            recorder.leave(context, self._outcome if self._is_complete else BAD)
            self._end_fixtures(GOOD)

    def _exclude_basetemp(self, config: pytest.Config) -> None:
        """What a test writes there it does not depend on; the worker learns late where it is."""
        self._is_placed = True
        if config.option.basetemp is not None:
            self._recorder.exclude(_encoded(str(config.option.basetemp)))

    def see(self, report: Any) -> None:
        """See how a test ends: good is what need not be looked at again."""
        outcome = report.outcome
        if outcome not in _GOOD_OUTCOMES or (outcome == "passed" and hasattr(report, "wasxfail")):
            self._outcome = BAD
        if report.when == "teardown":
            self._is_complete = True
            if report.failed:
                self.fail_teardown()

    def fail_teardown(self) -> None:
        """See that a fixture could not be torn down: who used it has not passed."""
        self._end_fixtures(BAD)

    def _end_fixtures(self, outcome: int) -> None:
        for context in self._torn_down:
            self._recorder.end(context, outcome)
        self._torn_down.clear()

    def _use(self, context: int, definitions: Iterable[pytest.FixtureDef[Any]]) -> None:
        for definition in definitions:
            other = self._instances.get(definition)
            if other is not None and other != context:
                self._recorder.uses(context, other)

    # Fixtures.

    def hides(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> None:
        """Note a fixture that the one of the same name, which is being set up, asks for.

        The test's list has one of each name, the outer one in the end.
        """
        hidden = request._fixture_defs.get(fixturedef.argname)
        if hidden is not None:
            self._hidden.append(hidden)

    @contextlib.contextmanager
    def fixture(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Generator[None]:
        """Set up a fixture above function scope in a context of its own.

        It is torn down in the same one: clean-ups run in reverse.
        """
        name = f"{fixturedef.baseid}::{fixturedef.argname}"
        if hasattr(request, "param_index"):
            name += f"[{request.param_index}]"
        context = self._recorder.begin(FIXTURE, native.encode_id(name))
        fixturedef.addfinalizer(lambda: self._leave(context))
        self._recorder.push(context)
        try:
            yield
        finally:
            self._recorder.pop(context)
            self._instances[fixturedef] = context
            self._use(context, _used_by(fixturedef, request._fixture_defs))
            fixturedef.addfinalizer(lambda: self._recorder.push(context))

    def cannot_see(self, reason: bytes) -> None:
        """Say that something is unseen of what is being set up: it depends on every file."""
        self._recorder.cannot_see(reason)

    def _leave(self, context: int) -> None:
        self._recorder.pop(context)
        self._torn_down.append(context)


def _active_fixtures(item: Any) -> dict[str, pytest.FixtureDef[Any]]:
    """What will be filled with the fixtures that a test gets; empty where it can have none."""
    if getattr(item, "_request", None) is False:  # it has run before: as pytest's own loop does
        item._initrequest()
    return getattr(getattr(item, "_request", None), "_fixture_defs", {})


def _used_by(
    fixturedef: pytest.FixtureDef[Any], active: dict[str, pytest.FixtureDef[Any]]
) -> list[pytest.FixtureDef[Any]]:
    """The fixtures that one asked for; one with a ``request`` may have asked for any."""
    if "request" in fixturedef.argnames:
        return list(active.values())
    return [active[name] for name in fixturedef.argnames if name in active]
