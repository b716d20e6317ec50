"""Reports as bytes, and back.

A worker's report must reach the controller whatever a plugin has put into it,
and the controller has not imported the test modules. So only plain data
travels: subclasses of plain types become plain, anything else its ``repr``.

A report that says no more than "passed" travels as its header alone.
"""

from __future__ import annotations

import warnings
from marshal import dumps, loads  # by name: a test may replace them in their module
from typing import TYPE_CHECKING, Any, Final

from _pytest._code.code import TerminalRepr
from _pytest.reports import CollectReport, TestReport

from pytest_dxpy import protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from _pytest._io import TerminalWriter

_TEXT_REPR: Final = "dxpy_text_repr"

PLAIN: Final = frozenset({str, int, float, bool, type(None), bytes})


def plain(value: object) -> Any:
    """``value`` with nothing in it that another process could not read."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, dict):
        return {plain(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        parts = [plain(part) for part in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    kinds: tuple[Any, ...] = (int, float, str, bytes)
    for kind in kinds:
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (set, frozenset)):
        return [plain(part) for part in value]
    return _safe_repr(value)


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001  # a test's own __repr__ may raise anything
        return f"<{type(value).__qualname__} object whose repr() raised {type(error).__name__}>"


def dump(value: object) -> bytes:
    """``value`` as bytes, made plain first."""
    try:
        return dumps(plain(value))
    except (ValueError, RecursionError):
        # Too deep, or a container that holds itself.
        return dumps(_safe_repr(value))


def load(payload: bytes) -> Any:
    """The value behind ``dump``'s bytes."""
    return loads(payload)  # written by our own worker


# What TestReport.__init__ sets; one more attribute is a plugin's.
_STANDARD: Final = frozenset(TestReport("", ("", 0, ""), {}, "passed", None, "call").__dict__)


def says_only_passed(report: object) -> bool:
    """Whether the header of a message holds all there is in ``report``."""
    return (
        type(report) is TestReport
        and report.outcome == "passed"
        and report.longrepr is None
        and not report.sections
        and not report.user_properties
        and report.__dict__.keys() == _STANDARD
    )


class TextRepr(TerminalRepr):
    """What is left of a representation that has no data of its own: its text.

    As a plain string it would be shown as if a test had failed with that string.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write the text."""
        for line in self._text.splitlines():
            tw.line(line)


def to_data(config: pytest.Config, report: Any) -> dict[str, Any]:
    """A report as data, through pytest's own hook for that."""
    data: dict[str, Any] = config.hook.pytest_report_to_serializable(config=config, report=report)
    if isinstance(report.longrepr, TerminalRepr) and isinstance(data.get("longrepr"), str):
        data[_TEXT_REPR] = True
    return data


def from_data(config: pytest.Config, data: dict[str, Any]) -> Any:
    """The report behind ``to_data``'s data."""
    text_repr = data.pop(_TEXT_REPR, False)
    subtest = data.get("_subtest.context")
    report = config.hook.pytest_report_from_serializable(config=config, data=data)
    if text_repr:
        report.longrepr = TextRepr(report.longrepr)
    if subtest is not None:
        # pytest 9 puts the values of a subtest through repr() once more each way.
        object.__setattr__(report.context, "kwargs", subtest["kwargs"])
    return report


def serialize(config: pytest.Config, report: object) -> bytes:
    """A report as bytes."""
    return dump(to_data(config, report))


def deserialize(config: pytest.Config, payload: bytes) -> Any:
    """The report behind ``serialize``'s bytes."""
    return from_data(config, load(payload))


def crash_report(item: protocol.Item, message: str, sections: list[tuple[str, str]]) -> TestReport:
    """The report of a test whose worker died in it."""
    return TestReport(item.node_id, item.location, {}, "failed", message, "call", sections)


def teardown_report(item: protocol.Item, text: str) -> TestReport:
    """The report of a teardown that failed."""
    return TestReport(item.node_id, item.location, {}, "failed", text, "teardown")


def collect_crash_report(node_id: str, message: str) -> CollectReport:
    """The report of a file whose worker died while it collected it."""
    return CollectReport(node_id, "failed", message, [])


def describe_warning(message: warnings.WarningMessage) -> dict[str, Any]:
    """A recorded warning as plain data."""
    return {
        "text": str(message.message),
        "module": message.category.__module__,
        "name": message.category.__qualname__,
        "filename": message.filename,
        "lineno": message.lineno,
        "line": message.line,
    }


def rebuild_warning(
    data: Mapping[str, Any], modules: Mapping[str, object]
) -> warnings.WarningMessage:
    """The warning behind ``describe_warning``'s data.

    A category that was defined in a test module is made anew under its name:
    the controller imports no test module.
    """
    category = getattr(modules.get(data["module"]), data["name"], None)
    if not (isinstance(category, type) and issubclass(category, Warning)):
        category = type(data["name"], (Warning,), {"__module__": data["module"]})
    return warnings.WarningMessage(
        message=data["text"],
        category=category,
        filename=data["filename"],
        lineno=data["lineno"],
        line=data["line"],
    )
