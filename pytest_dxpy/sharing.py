"""Session fixtures that are built once for all workers: the worker's side.

Who needs one asks the controller (shared_fixtures.py), and is told to build it, or is given what
another worker has built, or how its set-up has failed. It is torn down where it was built, when
all others are finished with it: the finalizers of its set-up are kept aside till then.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from _pytest.outcomes import TEST_OUTCOME

from pytest_dxpy import native, reports
from pytest_dxpy.protocol import BUILD, FAILURE, FINAL_FAILURE, SHARED_MARK, VALUE
from pytest_dxpy.stalls import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pytest_dxpy import shared_values
    from pytest_dxpy.recording import Recording

UNSEEN: Final = b"a fixture's value was made in another worker"
OTHERWISE: Final = (
    "give the others something that can be, such as a path, a port or a dictionary, from which "
    "another fixture makes the object in each worker; or do not share it, and name it in "
    "dx_exclusive_fixtures if it cannot exist twice"
)


class Around(Protocol):
    """What others do around a set-up, whose code runs here or not."""

    def __call__(self, *, is_built: bool) -> contextlib.AbstractContextManager[object]:
        """Do it."""


def _shared_values() -> Any:
    """Import what most runs need nothing of."""
    from pytest_dxpy import shared_values  # noqa: PLC0415

    return shared_values


class Sharing:
    """A pytest plugin: who builds, who is given, and who tears down."""

    def __init__(
        self,
        names: Sequence[str],
        tell: Callable[..., None],
        ask: Callable[..., Any],
        recording: Recording | None,
    ) -> None:
        self._names = frozenset(names)
        self._tell = tell
        self._ask = ask
        self._recording = recording
        self._values: dict[str, Any] = {}  # by key: what this worker has, built here or not
        self._failures: dict[int, tuple[BaseException, shared_values.Failure]] = {}  # by id
        self._told: set[object] = set()
        self.builds = False  # whether others may use what was built here

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Import what is needed before a test can have replaced something."""
        if self._names or "pytest_dxpy.fixtures" in sys.modules:
            _shared_values()

    def shares(self, fixturedef: pytest.FixtureDef[Any]) -> bool:
        """Whether a fixture is built once for all workers."""
        if self._names and fixturedef.argname in self._names:
            if fixturedef.scope == "session":
                return True
            if fixturedef not in self._told:
                self._told.add(fixturedef)
                where = place_of(fixturedef.func)
                name, scope = fixturedef.argname, fixturedef.scope
                self._tell("no session fixture", "dx_shared_fixtures", name, scope, where)
        return (
            fixturedef.scope == "session" and getattr(fixturedef.func, SHARED_MARK, False) is True
        )

    def set_up(
        self,
        fixturedef: pytest.FixtureDef[Any],
        request: Any,
        around: Around,
    ) -> Generator[None, object, object]:
        """Do what stands around pytest's own set-up.

        Args:
            fixturedef: of a shared fixture.
            request: pytest's.
            around: what others do around it, where it is built here.
        """
        __tracebackhide__ = True
        try:
            key = self._key_of(fixturedef, request)
        except pytest.fail.Exception as error:
            return (yield from self._give(fixturedef, around, _raiser(error)))
        if key in self._values:
            return (yield from self._give(fixturedef, around, lambda **_: self._values[key]))
        what, *where = self._ask("shared fixture", key, _label(fixturedef, request))
        if what == BUILD:
            try:
                return (yield from self._build(key, fixturedef, request, around))
            except BaseException:
                self._tell("shared abandoned", key)  # the next one builds it, if it has no outcome
                raise
        try:
            found = _shared_values().unpack(*where)
        except Exception as error:  # noqa: BLE001  # whatever its classes raise
            self._tell("shared done", key)
            label = _label(fixturedef, request)
            found = _failed(f"{label}: its value cannot be unpickled in another worker", error)
            return (yield from self._give(fixturedef, around, _raiser(found)))
        if what == FAILURE:
            return (yield from self._give(fixturedef, around, self._failing(found)))
        self._values[key] = found
        session = request.session
        session._setupstate.addfinalizer(lambda: self._release(key), session)
        return (yield from self._give(fixturedef, around, lambda **_: found))

    def _give(
        self,
        fixturedef: pytest.FixtureDef[Any],
        around: Around,
        function: Callable[..., object],
    ) -> Generator[None, object, object]:
        """Let pytest call another function than the fixture's."""
        __tracebackhide__ = True
        changed: Any = fixturedef
        with around(is_built=False):
            if self._recording is not None:
                self._recording.cannot_see(UNSEEN)
            own, changed.func = changed.func, function
            try:
                return (yield)
            finally:
                changed.func = own

    def _failing(self, failure: shared_values.Failure) -> Callable[..., object]:
        error = failure.exception()
        if failure.report is not None:
            self._failures[id(error)] = error, failure
        return _raiser(error)

    # Building.

    def _build(
        self,
        key: str,
        fixturedef: Any,
        request: Any,
        around: Around,
    ) -> Generator[None, object, object]:
        __tracebackhide__ = True
        earlier = len(fixturedef._finalizers)
        try:
            with around(is_built=True):
                value = yield
        except TEST_OUTCOME as error:
            looks = not isinstance(error, pytest.skip.Exception)
            self._tell_failure(key, request, error, looks=looks)
            raise
        try:
            segment = _shared_values().pack(value)
        except Exception as error:  # noqa: BLE001  # whatever its classes raise
            if self._ask("shared unpicklable", key):  # no other worker can need it
                return value
            text = f"{_label(fixturedef, request)}: its value, of type '{_type_of(value)}',"
            failed = _failed(f"{text} cannot be pickled for other workers", error)
            failure = _shared_values().describe(failed, request._pyfuncitem, looks=False)
            self._hand_over(key, FINAL_FAILURE, _shared_values().pack(failure))
            fixturedef.cached_result = (None, fixturedef.cached_result[1], (failed, None))
            raise failed from None
        self._hand_over(key, VALUE, segment)
        self._keep(key, value, fixturedef._finalizers[earlier:], request.session)
        del fixturedef._finalizers[earlier:]
        return value

    def _hand_over(self, key: str, outcome: str, segment: shared_values.Segment) -> None:
        """Have the controller open a segment, which then lives as long as it wants."""
        try:
            self._ask("shared built", key, outcome, *segment)
        finally:
            native.close_segment(segment.fd)

    def _tell_failure(self, key: str, request: Any, error: BaseException, *, looks: bool) -> None:
        values = _shared_values()
        failure = values.describe(error, request._pyfuncitem, looks=looks)
        self._hand_over(key, FAILURE, values.pack(failure))

    def _keep(
        self, key: str, value: object, finalizers: list[Callable[[], object]], session: Any
    ) -> None:
        self._values[key] = value
        self.builds = True
        for finalizer in finalizers:
            session._setupstate.addfinalizer(finalizer, session)
        # The last one is the first to run.
        session._setupstate.addfinalizer(lambda: self._wait_for_others(key), session)

    # The end.

    def _wait_for_others(self, key: str) -> None:
        self._values.pop(key, None)
        with contextlib.suppress(KeyboardInterrupt):  # all others are ended by that, too
            self._ask("shared teardown", key)

    def _release(self, key: str) -> None:
        self._values.pop(key, None)
        self._tell("shared done", key)

    # Reports.

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show a failure as it is shown where it happened."""
        report = yield
        known = self._failures.get(id(call.excinfo.value)) if call.excinfo else None
        if known is not None and not isinstance(report.longrepr, tuple):
            failure = known[1]
            made = reports.from_data(item.config, dict(failure.report or {}))
            report.longrepr = made.longrepr
        return report

    # Keys.

    def _key_of(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> str:
        """Another one for each value: by definition, parameter, and those of what it depends on."""
        parts = [f"{place_of(fixturedef.func)}::{fixturedef.baseid}::{fixturedef.argname}"]
        params = _params_of(request)
        active = request._fixture_defs
        names, seen = [fixturedef.argname, *fixturedef.argnames], set()
        while names:
            name = names.pop()
            if name in seen:
                continue
            seen.add(name)
            other = fixturedef if name == fixturedef.argname else active.get(name)
            if name in params:
                if other is not fixturedef and not (other is not None and self.shares(other)):
                    pytest.fail(
                        f"{_label(fixturedef, request)} depends on '{name}', which has parameters "
                        f"and is not shared; share '{name}', too, or move its parameters to "
                        f"'{fixturedef.argname}'",
                        pytrace=False,
                    )
                parts.append(f"{name}={_param_key(params[name], request, name)}")
            names += other.argnames if other is not None else ()
        return " ".join([parts[0], *sorted(parts[1:])])


def _params_of(request: Any) -> dict[str, object]:
    callspec = getattr(request._pyfuncitem, "callspec", None)
    return {} if callspec is None else callspec.params


def _param_key(value: object, request: Any, name: str) -> str:
    """What is the same for the same parameter in all workers."""
    try:
        digest: str = _shared_values().digest(value)
        return digest
    except Exception:  # noqa: BLE001  # whatever its classes raise
        return f"#{request._pyfuncitem.callspec.indices[name]}"


def _label(fixturedef: pytest.FixtureDef[Any], request: Any) -> str:
    place = place_of(fixturedef.func).removeprefix(f"{request.config.invocation_params.dir}/")
    return f"shared fixture '{fixturedef.argname}' ({place})"


def _type_of(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"


def _failed(what: str, error: Exception) -> BaseException:
    text = f"{what}: {type(error).__name__}: {error}; {OTHERWISE}"
    return pytest.fail.Exception(text, pytrace=False)


def _raiser(error: BaseException) -> Callable[..., object]:
    def raises(**_: object) -> object:
        raise error

    return raises
