"""What tests write into a JUnit file, which only the controller makes.

pytest has no such file in a process with ``workerinput``, and its fixtures
``record_xml_attribute`` and ``record_testsuite_property`` then drop what they are
given and do not warn of a family that lacks it. A worker therefore has a stand-in
for the file, which tells the controller.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from _pytest import junitxml

from pytest_dxpy.stalls import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Tell = Callable[..., None]


class _Case:
    """Stands in for a test's entry."""

    def __init__(self, node_id: str, tell: Tell) -> None:
        self._node_id = node_id
        self._tell = tell

    def add_attribute(self, name: str, value: object) -> None:
        self._tell("junit attribute", self._node_id, str(name), str(value))


class _File:
    """Stands in for pytest's ``LogXML``, as far as its fixtures use it."""

    def __init__(self, family: str, tell: Tell) -> None:
        self.family = family
        self._tell = tell
        self._fixtures: list[str] = []  # session fixtures that are being set up

    def node_reporter(self, node_id: object) -> _Case:
        return _Case(str(node_id), self._tell)

    def add_global_property(self, name: str, value: object) -> None:
        __tracebackhide__ = True
        junitxml._check_record_param_type("name", name)
        self._tell("junit property", "".join(self._fixtures[-1:]), name, str(value))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Know what each worker does that plain pytest does once."""
        __tracebackhide__ = True
        if fixturedef.scope != "session":
            return (yield)
        self._fixtures.append(f"{fixturedef.argname} {place_of(fixturedef.func)}")
        try:
            return (yield)
        finally:
            self._fixtures.pop()


def follow_junit(config: pytest.Config, tell: Tell) -> None:
    """In a worker: have what belongs into the JUnit file told."""
    if getattr(config.option, "xmlpath", None):
        file = _File(config.getini("junit_family"), tell)
        config.stash[junitxml.xml_key] = file  # type: ignore[misc]
        config.pluginmanager.register(file)  # pytest takes it out where it takes its own out


class JunitReplay:
    """Enters what workers tell into the controller's file."""

    def __init__(self, config: pytest.Config) -> None:
        self._file: Any = config.stash.get(junitxml.xml_key, None)
        self._attributes: dict[str, list[tuple[str, str]]] = {}  # by node id
        self._said: Counter[tuple[int, str, str, str]] = Counter()  # by worker and fixture
        self._written: Counter[tuple[str, str, str]] = Counter()  # of fixtures

    def told(self, worker: int, what: str, whose: str, name: str, value: str) -> None:
        """A worker has an attribute of a test, or a property of the run.

        Args:
            worker: its number.
            what: ``junit attribute`` or ``junit property``.
            whose: the test's node id; of a property the session fixture, empty where a test
                has it.
            name: of the attribute or property.
            value: its ``str``.
        """
        if what == "junit attribute":
            self._attributes.setdefault(whose, []).append((name, value))
        elif not whose or self._is_new(worker, whose, name, value):
            self._file.add_global_property(name, value)

    def _is_new(self, worker: int, *said: str) -> bool:
        """Whether no other worker's session fixture has said so as often as this one's."""
        fixture, name, value = said
        self._said[worker, fixture, name, value] += 1
        new = self._said[worker, fixture, name, value] > self._written[fixture, name, value]
        self._written[fixture, name, value] += new
        return new

    def enter(self, report: Any) -> None:
        """A test's first report is about to be replayed."""
        if not self._attributes:  # as in most runs; a node id costs something
            return
        for name, value in self._attributes.pop(report.nodeid, ()):
            self._file.node_reporter(report).add_attribute(name, value)
