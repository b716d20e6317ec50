"""What a project may write: ``import pytest_dxpy as dx``, ``@dx.fixture(...)``.

It works in every run. Where no worker runs, what it makes is pytest's own fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_dxpy.protocol import SHARED_MARK

if TYPE_CHECKING:
    from collections.abc import Callable


def fixture(
    function: Any = None, /, *, scope: Any = "function", shared: bool = False, **options: Any
) -> Any:
    """Declare a fixture, as ``pytest.fixture`` does.

    Args:
        function: where it is used without parentheses.
        scope: as in pytest.
        shared: whether one worker builds it for all: once in a run, and torn down once. Its
            value is given to the others, so it must be one that can be pickled. Of session
            scope only.
        options: ``params``, ``autouse``, ``ids`` and ``name``, as in pytest.

    Raises:
        pytest.UsageError: it is shared, and of another scope than "session".
    """

    def decorate(function: Callable[..., object]) -> Any:
        if shared:
            _check_scope(function, scope)
            setattr(function, SHARED_MARK, True)
        return pytest.fixture(scope=scope, **options)(function)

    return decorate if function is None else decorate(function)


def _check_scope(function: Callable[..., object], scope: object) -> None:
    if scope == "session":
        return
    code = getattr(function, "__code__", None)
    where = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
    given = repr(scope) if isinstance(scope, str) else "a function"
    raise pytest.UsageError(
        f"dx.fixture: '{getattr(function, '__name__', function)}'{where} is shared, and its scope "
        f'is {given}; write scope="session", or leave shared=True out'
    )
