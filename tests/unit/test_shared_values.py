from __future__ import annotations

import os
import pickle
import threading
from typing import Any

import pytest

from pytest_dxpy import native, shared_values


class OddError(Exception):
    """Cannot be pickled, and not be made by its arguments."""

    def __init__(self, one: object, two: object) -> None:
        super().__init__(f"{one} and {two}")
        self.number = 7
        self.lock = threading.Lock()


class Buffered:
    """Hands its buffer over beside the pickle."""

    def __init__(self, buffer: Any) -> None:
        self.buffer = buffer

    def __reduce_ex__(self, protocol: Any) -> Any:
        return Buffered, (pickle.PickleBuffer(self.buffer),)


class Scattered:
    """Its buffer is not contiguous."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        if protocol < 5:
            raise TypeError(protocol)
        return memoryview, (pickle.PickleBuffer(memoryview(b"abcdef")[::2]),)


def through(value: object) -> Any:
    """The value as another worker gets it."""
    segment = shared_values.pack(value)
    try:
        return shared_values.unpack(os.getpid(), segment.fd, segment.sizes)
    finally:
        native.close_segment(segment.fd)


@pytest.mark.parametrize("value", [None, 1, "a", [{}, (1, 2)], b"x" * 1000, bytearray(b"y" * 64)])
def test_a_value_is_equal_afterwards(value: object) -> None:
    assert through(value) == value


def test_buffers_lie_beside_the_pickle() -> None:
    buffers = [bytearray(b"a" * 100_000), b"", bytearray(b"b" * 63), b"c" * 64]
    segment = shared_values.pack([Buffered(buffer) for buffer in buffers])
    native.close_segment(segment.fd)
    assert segment.sizes[1:] == [100_000, 0, 63, 64]
    found = through([Buffered(buffer) for buffer in buffers])
    assert [bytes(one.buffer) for one in found] == buffers
    assert [memoryview(one.buffer).readonly for one in found] == [False, True, False, True]


def test_what_is_not_contiguous_is_said() -> None:
    with pytest.raises(pickle.PicklingError, match="non-contiguous"):
        shared_values.pack(Scattered())


def test_a_segment_that_is_gone_is_said() -> None:
    with pytest.raises(
        native.NativeError, match=r"^shared value: /proc/\d+/fd/99999: No such file"
    ):
        shared_values.unpack(os.getpid(), 99999, [1])


@pytest.mark.parametrize(
    "error", [ValueError("boom"), KeyError("a", 1), OSError(2, "no"), pytest.skip.Exception("not")]
)
def test_an_exception_is_of_the_same_class_and_says_the_same(
    error: BaseException, request: pytest.FixtureRequest
) -> None:
    made = through(shared_values.describe(error, request.node, looks=False)).exception()
    assert (type(made), str(made)) == (type(error), str(error))


def test_an_exception_that_cannot_be_pickled_is_made_of_what_is_known(
    request: pytest.FixtureRequest,
) -> None:
    failure = through(shared_values.describe(OddError(1, 2), request.node, looks=False))
    made: Any = failure.exception()
    assert (type(made), str(made), made.number) == (OddError, "1 and 2", 7)
    elsewhere = failure._replace(module="not.imported").exception()
    assert (type(elsewhere).__name__, str(elsewhere)) == ("OddError", "1 and 2")


def test_what_pytest_shows_of_it_travels_with_it(request: pytest.FixtureRequest) -> None:
    with pytest.raises(ValueError, match="boom") as caught:
        raise ValueError("boom")
    failure = through(shared_values.describe(caught.value, request.node, looks=True))
    assert failure.report["longrepr"]["reprcrash"]["message"] == "ValueError: boom"


def test_equal_parameters_have_one_digest() -> None:
    assert shared_values.digest({"a": [1]}) == shared_values.digest({"a": [1]})
    assert shared_values.digest(1) != shared_values.digest(2)
