"""Distributed, incremental test runs for pytest, with a native core.

PYTEST_DONT_REWRITE: a pytest that a test starts finds this module imported, by what records
such processes, and would warn that it comes too late to rewrite its assertions. It has none.
"""

from __future__ import annotations

from pytest_dxpy._version import __version__ as __version__

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from pytest_dxpy.discovery import discover as discover
    from pytest_dxpy.fixtures import fixture as fixture

__all__ = ["__version__", "discover", "fixture"]


def __getattr__(name: str) -> object:
    """Import what is asked for: ``import pytest_dxpy`` alone is to cost nothing."""
    if name == "fixture":
        from pytest_dxpy.fixtures import fixture  # noqa: PLC0415

        return fixture
    if name != "discover":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_dxpy.discovery import discover  # noqa: PLC0415

    return discover
