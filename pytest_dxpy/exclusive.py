"""Session fixtures that cannot live twice, and the files whose tests use them.

Which ones cannot, a run finds out by itself (stalls.py). It remembers them with the
files that use them, and the next run gives all of these to one worker. A fixture is
forgotten with the content of the file that defines it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_dxpy.records import content_hash, fixture_key, fixture_name
from pytest_dxpy.stalls import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pytest

    from pytest_dxpy.records import Records
    from pytest_dxpy.units import Unit


def session_fixtures(items: Sequence[pytest.Item]) -> list[str]:
    """The keys of those that the items use, pytest's own left out; sorted."""
    found = (
        fixture_key(name, definition.func.__code__.co_filename)
        for name, definition in _definitions(items)
        if definition.scope == "session" and _is_of_a_user(definition.func)
    )
    return sorted(set(found))


def _definitions(items: Sequence[pytest.Item]) -> Iterator[tuple[str, pytest.FixtureDef[Any]]]:
    """All that the items can ask for, by name; some more than once."""
    infos = {id(info): info for item in items if (info := getattr(item, "_fixtureinfo", None))}
    for info in infos.values():
        for name, definitions in info.name2fixturedefs.items():
            for definition in definitions:
                yield name, definition


def _is_of_a_user(function: Any) -> bool:
    ours = getattr(function, "__module__", "") or ""
    return hasattr(function, "__code__") and not ours.startswith(("_pytest.", "pytest_dxpy."))


class Declared:
    """In a worker: those that the user names (``dx_exclusive_fixtures``)."""

    def __init__(self, names: Sequence[str], tell: Callable[..., None]) -> None:
        self._names = frozenset(names)
        self._tell = tell

    def are_used(self, items: Sequence[pytest.Item]) -> bool:
        """Whether the items use one; one that is no session fixture is told, and left alone."""
        if not self._names:
            return False
        found = {(name, one) for name, one in _definitions(items) if name in self._names}
        for name, definition in found:
            if definition.scope != "session":
                where = place_of(definition.func)
                option = "dx_exclusive_fixtures"
                self._tell("no session fixture", option, name, definition.scope, where)
        return any(definition.scope == "session" for _, definition in found)


class Exclusive:
    """What one run learns of them."""

    def __init__(self, records: Records, declared: Sequence[str]) -> None:
        self._records = records
        self._declared = frozenset(declared)
        self._used: dict[str, set[str]] = {}  # keys of session fixtures by test file

    def found(self, fixture: str, path: str) -> None:
        """A worker could not set it up while another one had it."""
        self._records.exclusive[fixture_key(fixture, path)] = content_hash(path)

    def uses(self, unit: Unit, keys: Iterable[str]) -> None:
        """Tests of a unit use these."""
        self._used.setdefault(unit.key, set()).update(keys)
        if unit.narrowed or unit.partial:  # there are more tests than these
            known = self._records.files.get(unit.key)
            self._used[unit.key].update(known.exclusive if known else ())

    def remember(self) -> None:
        """Note at each file which it uses of those that cannot live twice."""
        for path, keys in self._used.items():
            exclusive = sorted(
                key
                for key in keys
                if key in self._records.exclusive or fixture_name(key) in self._declared
            )
            if exclusive or path in self._records.files:
                self._records.get(path).exclusive = exclusive
