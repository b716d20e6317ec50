"""How long each phase of a test may take, and what a worker does about it.

The controller's native thread follows the phases and ends the worker of one that takes longer
(native/dispatch/deadline.h): whatever holds the worker up cannot hold that up. Here is said how
long, and where all threads are is written into what the worker has captured.
"""

from __future__ import annotations

import faulthandler
import math
from typing import Final

import pytest

from pytest_dxpy import native

MARK: Final = "dx_timeout"  # declared in plugin.py


def show_stacks(stderr: int) -> None:
    """Write where all threads are to this descriptor, whenever the controller wants to know."""
    faulthandler.register(native.stack_signal(), stderr, all_threads=True)


class Deadlines:
    """The worker's limits."""

    def __init__(self, seconds: float) -> None:
        """Limit each test.

        Args:
            seconds: for each phase of a test without a mark; 0: as long as it likes.
        """
        self._seconds = seconds

    def limit_of(self, item: pytest.Item) -> float:
        """Seconds for each phase of a test; 0: no limit.

        Raises:
            pytest.UsageError: its mark has none.
        """
        mark = item.get_closest_marker(MARK)
        return self._seconds if mark is None else _seconds_of(item, mark)


def _seconds_of(item: pytest.Item, mark: pytest.Mark) -> float:
    values = [*mark.args, *mark.kwargs.values()]
    is_one = len(values) == 1 and set(mark.kwargs) <= {"seconds"}
    if is_one and isinstance(values[0], int | float) and 0 <= values[0] < math.inf:
        return float(values[0])
    given = ", ".join([*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())])
    raise pytest.UsageError(
        f"{item.nodeid}: {MARK}({given}) is not one number of seconds, from 0 up"
    )
