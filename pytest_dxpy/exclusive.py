"""Session fixtures that cannot live twice, and the files whose tests use them.

Which ones cannot, a run finds out by itself (stalls.py). It remembers them with the
files that use them, and the next run gives all of these to one worker. A fixture is
forgotten with the content of the file that defines it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_dxpy.records import content_hash, fixture_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

    from pytest_dxpy.records import Records
    from pytest_dxpy.units import Unit


def session_fixtures(items: Sequence[pytest.Item]) -> list[str]:
    """The keys of those that the items use, pytest's own left out; sorted."""
    infos = {id(info): info for item in items if (info := getattr(item, "_fixtureinfo", None))}
    found = (
        fixture_key(name, definition.func.__code__.co_filename)
        for info in infos.values()
        for name, definitions in info.name2fixturedefs.items()
        for definition in definitions
        if definition.scope == "session" and _is_of_a_user(definition.func)
    )
    return sorted(set(found))


def _is_of_a_user(function: Any) -> bool:
    ours = getattr(function, "__module__", "") or ""
    return hasattr(function, "__code__") and not ours.startswith(("_pytest.", "pytest_dxpy."))


class Exclusive:
    """What one run learns of them."""

    def __init__(self, records: Records) -> None:
        self._records = records
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
            exclusive = sorted(keys & self._records.exclusive.keys())
            if exclusive or path in self._records.files:
                self._records.get(path).exclusive = exclusive
