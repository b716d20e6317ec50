"""Distributed, incremental test runs for pytest, with a native core."""

from __future__ import annotations

from pytest_dxpy._version import __version__ as __version__
