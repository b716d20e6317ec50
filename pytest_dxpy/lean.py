"""Reports that the controller keeps, in little memory.

pytest's terminal reporter keeps every report to the end of a run, and its ids. A plain
``TestReport`` takes a kilobyte and more: its dict, the dict of its keywords, two empty
lists, and texts that the reports of one test have each for itself. A lean one has its
values in slots and shares what it can. Dict and lists are made when somebody looks at
them, and given up again when the test has been reported, unless somebody has kept them.
"""

from __future__ import annotations

import sys
from operator import is_
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from _pytest.reports import TestReport

if TYPE_CHECKING:
    from pytest_dxpy import protocol

_SAMPLE: Final = TestReport("", ("", 0, ""), {}, "passed", None, "call").__dict__
_NAMES: Final = tuple(_SAMPLE)  # what TestReport.__init__ sets, in its order
_ID: Final = _NAMES[0]  # "nodeid"; since pytest 9.2 "_id", which is more than a text
# A later pytest may keep more in a report, which then stays as it is.
IS_POSSIBLE: Final = _NAMES[0] in ("nodeid", "_id") and _NAMES[1:] == (
    "location",
    "keywords",
    "outcome",
    "longrepr",
    "when",
    "user_properties",
    "sections",
    "duration",
    "start",
    "stop",
)
# What can be changed in place. It is kept as tuples, and made anew for who looks.
_MADE: Final = ("keywords", "user_properties", "sections")
_KEPT: Final = tuple(name for name in _NAMES if name not in _MADE)
_ONE: Final = 1  # the value of every keyword
# References to what only its owner has: the owner's, and that which asks.
_OURS: Final = 2
# Sets of further attributes in a run. There are two or three, and each has a class.
_MOST_KINDS: Final = 16


class _Rest(NamedTuple):
    """What the reports of one test have in common, most often."""

    keywords: tuple[str, ...]
    user_properties: tuple[Any, ...]
    sections: tuple[Any, ...]
    names: tuple[str, ...]  # of attributes that __init__ does not set
    values: tuple[Any, ...]  # of these

    def make(self, name: str) -> Any:
        """One of ``_MADE``, as a plain report has it."""
        if name == "keywords":
            return dict.fromkeys(self.keywords, _ONE)
        return list(getattr(self, name))


class _Stored(TestReport):
    """A report that nobody can tell from a ``TestReport`` but by ``type()``.

    It is lean or open. Lean, its values are in slots. To look at its ``__dict__`` or to change
    it opens it: then it is a plain report, and the slots are empty. There is no ``__getattr__``,
    which makes each look at any attribute ten times as slow.
    """

    __slots__ = (*(f"_slot_{name}" for name in _KEPT), "_slot_made", "_slot_rest")
    __test__ = False

    _slot_rest: _Rest  # what the other slots have not; of an open one, what it was
    _slot_made: dict[str, Any] | None  # those of ``_MADE`` that somebody has looked at

    def __new__(cls, *args: Any, **values: Any) -> Any:
        """Whoever makes one from the type of another gets a plain report."""
        return TestReport(*args, **values)

    @property  # type: ignore[misc]
    def __class__(self) -> type[TestReport]:  # type: ignore[override]
        return TestReport

    def __dir__(self) -> list[str]:
        return sorted({*dir(TestReport), *self.__dict__})

    def __reduce_ex__(self, protocol: Any) -> Any:
        plain = TestReport.__new__(TestReport)
        plain.__dict__.update(self.__dict__)
        return plain.__reduce_ex__(protocol)


class _OpenReport(_Stored):
    """The open state."""

    __slots__ = ()
    __test__ = False


class LeanReport(_Stored):
    """The lean state; a class below this one has further attributes (``_kind_of``)."""

    __slots__ = ()
    __test__ = False

    @property
    def __dict__(self) -> dict[str, Any]:
        return _open(self)

    @__dict__.setter
    def __dict__(self, values: dict[str, Any]) -> None:
        _open(self)
        self.__dict__ = values

    def __setattr__(self, name: str, value: object) -> None:
        _open(self)
        setattr(self, name, value)

    def __delattr__(self, name: str) -> None:
        _open(self)
        delattr(self, name)


_OpenReport.__name__ = _OpenReport.__qualname__ = TestReport.__name__  # which messages name
_SLOTS: Final = {name: getattr(_Stored, f"_slot_{name}") for name in (*_KEPT, "made", "rest")}
_FILLERS: Final = tuple(_SLOTS[name].__set__ for name in _KEPT)
_EMPTIERS: Final = tuple(_SLOTS[name].__delete__ for name in _KEPT)
_set_made: Final = _SLOTS["made"].__set__
_set_rest: Final = _SLOTS["rest"].__set__
_set_class: Final = vars(object)["__class__"].__set__


def _made(name: str) -> property:
    def get(report: LeanReport) -> Any:
        made = report._slot_made
        if made is None:
            made = {}
            _set_made(report, made)
        if name not in made:
            made[name] = report._slot_rest.make(name)
        return made[name]

    return property(get)


def _id_from(node_id: str) -> Any:
    """A node id as a report has it; its path, where it is apart, shared with other ids."""
    if _ID == "nodeid":
        return node_id
    made = type(_SAMPLE[_ID]).parse(node_id)
    object.__setattr__(made, "path", sys.intern(made.path))
    return made


def _further(position: int) -> property:
    return property(lambda report: report._slot_rest.values[position])


def _kind_of(names: tuple[str, ...]) -> type[LeanReport]:
    """The class of reports with these further attributes."""
    own = {name: _SLOTS[name] for name in _KEPT}  # at the speed of a plain attribute
    own |= {name: _made(name) for name in _MADE}
    own |= {name: _further(position) for position, name in enumerate(names)}
    return type(TestReport.__name__, (LeanReport,), {"__slots__": (), "__test__": False, **own})


def _open(report: LeanReport) -> dict[str, Any]:
    values = {name: getattr(report, name) for name in _NAMES}
    values.update(zip(report._slot_rest.names, report._slot_rest.values, strict=True))
    for empty in _EMPTIERS:
        empty(report)
    _set_made(report, None)
    _set_class(report, _OpenReport)
    report.__dict__.update(values)
    return report.__dict__


def _fill(report: _Stored, kept: tuple[Any, ...], rest: _Rest) -> None:
    for fill, value in zip(_FILLERS, kept, strict=True):
        fill(report, value)
    _set_made(report, None)
    _set_rest(report, rest)


def _rest_of(values: dict[str, Any], like: _Rest) -> _Rest | None:
    """What a lean report has beside its slots; None where it cannot be told that way.

    Args:
        values: the attributes of the report.
        like: of another report, to share with.
    """
    names = tuple(values)
    if names[: len(_NAMES)] != _NAMES or any(sys.getrefcount(values[n]) > _OURS for n in _MADE):
        return None
    keywords, properties, sections = (values[name] for name in _MADE)
    if not (type(keywords) is dict and type(properties) is list and type(sections) is list):
        return None
    if not all(type(name) is str and value is _ONE for name, value in keywords.items()):
        return None
    further = names[len(_NAMES) :]
    rest = _Rest(
        _shared(tuple(map(sys.intern, keywords)), like.keywords),
        _shared_pairs(properties, like.user_properties),
        _shared_pairs(sections, like.sections),
        _shared(further, like.names),
        _shared(tuple(_interned(values[name]) for name in further), like.values),
    )
    return like if all(map(is_, rest, like)) else rest


def _interned(value: Any) -> Any:
    return sys.intern(value) if type(value) is str else value


def _shared(values: tuple[Any, ...], like: tuple[Any, ...]) -> tuple[Any, ...]:
    """``like`` where it is the same. Texts are interned, and integers may be equal."""
    if len(values) != len(like):
        return values
    for one, other in zip(values, like, strict=True):
        if one is not other and not (type(one) is type(other) is int and one == other):
            return values
    return like


def _shared_pairs(pairs: list[Any], like: tuple[Any, ...]) -> tuple[Any, ...]:
    """Those pairs that ``like`` has, too, from there: a phase repeats the former's."""
    if not pairs:
        return ()
    had = {pair: pair for pair in like if _is_simple(pair)}
    return _shared(tuple(had.get(pair, pair) if _is_simple(pair) else pair for pair in pairs), like)


def _is_simple(pair: object) -> bool:
    return type(pair) is tuple and all(type(part) in (str, int) for part in pair)


def _is_as_made(report: _Stored) -> bool:
    """Whether nobody has changed, or kept, what was made of a report."""
    made, rest = report._slot_made, report._slot_rest
    assert made is not None
    for name in made:
        if sys.getrefcount(made[name]) > _OURS:
            return False
        value, kept = made[name], getattr(rest, name)
        if len(value) != len(kept) or not all(map(is_, value, kept)):
            return False
        if name == "keywords" and not all(one is _ONE for one in value.values()):
            return False
    return True


class LeanReports:
    """Makes the lean reports of a run, test by test."""

    def __init__(self) -> None:
        self._item: protocol.Item | None = None
        self._id: Any = None  # of that item, as a report has it
        self._last = _Rest((), (), (), (), ())
        self._bare: dict[int, _Rest] = {}  # of reports that say only "passed", by id of node
        self._kinds: dict[tuple[str, ...], type[LeanReport]] = {}

    def passed(
        self, item: protocol.Item, node: object, when: str, start_seconds: float, seconds: float
    ) -> Any:
        """A passed phase of which the controller knows no more than that.

        ``keywords`` are not sent with it: no plugin that could look is there
        (``mode.detail_of``).
        """
        stop = start_seconds + seconds
        kind = self._kind(("node",))
        if kind is None:
            values: Any = {"duration": seconds, "start": start_seconds, "stop": stop, "node": node}
            passed: Any = (item.node_id, item.location, {}, "passed", None, when)
            return TestReport(*passed, **values)
        rest = self._bare.get(id(node))
        if rest is None:
            rest = self._bare[id(node)] = _Rest((), (), (), ("node",), (node,))
        report: Any = object.__new__(kind)
        node_id, location = self._id_of(item), item.location
        kept = (node_id, location, "passed", None, when, seconds, start_seconds, stop)
        _fill(report, kept, rest)
        return report

    def of(self, report: Any, item: protocol.Item, node: object) -> Any:
        """A report of a test that nobody has seen yet; a lean one if it can be."""
        if type(report) is not TestReport:
            return report
        values = report.__dict__
        values["node"] = node
        rest = _rest_of(values, self._last)
        kind = self._kind(rest.names) if rest is not None else None
        if rest is None or kind is None:
            return report
        self._last = rest
        node_id, location, *kept = (values[name] for name in _KEPT)
        if str(node_id) == item.node_id:
            node_id = self._id_of(item)
        if type(location) is tuple and location == item.location:
            location = item.location
        lean: Any = object.__new__(kind)
        _fill(lean, (node_id, location, *kept), rest)
        return lean

    def rest(self, report: object) -> None:
        """A report has been told: give up what was made for that.

        An open one closes, unless somebody has its dict or a list of it.
        """
        if not isinstance(report, _Stored):
            return
        if type(report) is not _OpenReport:
            if report._slot_made is not None and _is_as_made(report):
                _set_made(report, None)
        elif sys.getrefcount(report.__dict__) <= _OURS:
            values = report.__dict__
            rest = _rest_of(values, report._slot_rest)
            if rest is not None and (kind := self._kind(rest.names)):
                _fill(report, tuple(values[name] for name in _KEPT), rest)
                values.clear()
                _set_class(report, kind)

    def _kind(self, names: tuple[str, ...]) -> type[LeanReport] | None:
        kind = self._kinds.get(names)
        if kind is None and IS_POSSIBLE and len(self._kinds) < _MOST_KINDS:
            if any(hasattr(LeanReport, name) for name in names):
                return None  # one of them hides something of the class
            kind = self._kinds[names] = _kind_of(names)
        return kind

    def _id_of(self, item: protocol.Item) -> Any:
        """The id of an item's reports: one for all, as the terminal reporter keeps it, too."""
        if item is not self._item:
            self._item, self._id = item, _id_from(item.node_id)
        return self._id
