"""A plugin for pytest-xdist's own tests: the runs that they start are ours."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _with_ours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester")  # which forgets the variable
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p dxpy")
