"""The set-up of fixtures in a worker: who has to know of it is told here."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dxpy.stalls import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_dxpy.recording import Recording
    from pytest_dxpy.sharing import Sharing


class FixtureSetups:
    """A pytest plugin. One for all, since the hook is called for each fixture of each test."""

    def __init__(
        self, tell: Callable[..., None], recording: Recording | None, sharing: Sharing
    ) -> None:
        self._tell = tell
        self._recording = recording
        self._sharing = sharing

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Record what is set up once for many tests, and say what may wait for ever."""
        __tracebackhide__ = True  # an error of a fixture is shown as plain pytest shows it
        recording = self._recording
        if recording is not None and fixturedef.argname in fixturedef.argnames:
            recording.hides(fixturedef, request)
        if self._sharing.shares(fixturedef):

            def around(*, is_built: bool) -> contextlib.AbstractContextManager[object]:
                return self._around(fixturedef, request, is_told=is_built)

            return (yield from self._sharing.set_up(fixturedef, request, around))
        if fixturedef.scope == "function":
            return (yield)
        with self._around(fixturedef, request, is_told=fixturedef.scope == "session"):
            return (yield)

    @contextlib.contextmanager
    def _around(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest, *, is_told: bool
    ) -> Generator[None]:
        __tracebackhide__ = True
        with contextlib.ExitStack() as stack:
            if self._recording is not None:
                stack.enter_context(self._recording.fixture(fixturedef, request))
            if is_told:
                stack.enter_context(self._told(fixturedef))
            yield

    @contextlib.contextmanager
    def _told(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None]:
        """Say which session fixture is being set up: it may wait for ever."""
        __tracebackhide__ = True
        where = place_of(fixturedef.func)
        self._tell("fixture setup", fixturedef.argname, where)
        try:
            yield
        finally:
            self._tell("fixture ready", fixturedef.argname, where)
