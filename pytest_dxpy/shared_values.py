"""Values of fixtures, and failures of their set-up, as other workers get them.

Both are pickled into a segment of shared memory, large buffers (PickleBuffer, arrays) beside the
pickle. Who reads it maps it copy-on-write: what a test changes there the others do not see.
"""

from __future__ import annotations

import pickle
import sys
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_dxpy import native, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

PROTOCOL = 5
# They say that they are of another module than they are.
OUTCOMES = {kind.__name__: kind for kind in (pytest.skip.Exception, pytest.fail.Exception)}
_dumps, _loads = pickle.dumps, pickle.loads  # by name: a test may replace them in their module


class Segment(NamedTuple):
    """A descriptor, and the sizes of the parts."""

    fd: int
    sizes: list[int]


def pack(value: object) -> Segment:
    """Write a value into a new segment; who closes it is for the caller to say.

    Raises:
        Exception: of any kind, where the value cannot be pickled.
    """
    buffers: list[pickle.PickleBuffer] = []
    stream = _dumps(value, PROTOCOL, buffer_callback=buffers.append)
    try:
        parts = [memoryview(stream), *(buffer.raw() for buffer in buffers)]
    except BufferError:  # one is not contiguous
        parts = [memoryview(_dumps(value, PROTOCOL))]
    return Segment(native.write_segment(parts), [part.nbytes for part in parts])


def unpack(pid: int, fd: int, sizes: Sequence[int]) -> Any:
    """The value in a segment that another process has open.

    Raises:
        Exception: of any kind, where the value cannot be made anew in this process.
    """
    view = native.open_segment(pid, fd)
    parts, offset = [], 0
    for size in sizes:
        parts.append(view[offset : offset + size])
        offset += -(-size // native.SEGMENT_ALIGNMENT) * native.SEGMENT_ALIGNMENT
    return _loads(parts[0], buffers=parts[1:])


def digest(value: object) -> str:
    """What is the same for equal plain values in all workers.

    Raises:
        Exception: of any kind, where the value cannot be pickled.
    """
    return blake2b(_dumps(value, PROTOCOL), digest_size=16).hexdigest()


class Failure(NamedTuple):
    """How a set-up has failed: the exception as far as it can be pickled, and how it looks."""

    pickled: bytes
    attributes: dict[str, Any]  # plain ones, where it cannot be pickled
    module: str
    name: str
    text: str
    report: dict[str, Any] | None  # None: what pytest makes of the exception will do

    def exception(self) -> BaseException:
        """The exception, or one of its class, or one of a class of its name."""
        try:
            made = _loads(self.pickled)
        except Exception:  # noqa: BLE001  # of anybody's __init__
            made = None
        if isinstance(made, BaseException):
            return made
        found: Any = sys.modules.get(self.module)
        for part in self.name.split("."):
            found = getattr(found, part, None)
        found = found or OUTCOMES.get(self.name)
        if not (isinstance(found, type) and issubclass(found, BaseException)):
            found = type(self.name, (Exception,), {"__module__": self.module})
        error: BaseException = found.__new__(found)
        error.args = (self.text,)
        vars(error).update(self.attributes)
        return error


def describe(error: BaseException, item: pytest.Item, *, looks: bool) -> Failure:
    """A failure of a set-up.

    Args:
        error: what was raised.
        item: the test that it was set up for.
        looks: whether the other workers shall show what pytest shows of it here.
    """
    try:
        pickled = _dumps(error, PROTOCOL)
    except Exception:  # noqa: BLE001  # whatever its attributes raise
        pickled = b""
    kind = type(error)
    attributes = {
        name: plain for name, plain in vars(error).items() if type(plain) in reports.PLAIN
    }
    report = None
    if looks:
        shown: Any = item.repr_failure(pytest.ExceptionInfo.from_exception(error))
        made = pytest.TestReport(item.nodeid, item.location, {}, "failed", shown, "setup")
        report = reports.plain(reports.to_data(item.config, made))
    return Failure(pickled, attributes, kind.__module__, kind.__qualname__, str(error), report)
