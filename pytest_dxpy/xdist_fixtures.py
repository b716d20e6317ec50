"""The fixtures and the mark of pytest-xdist.

This module is registered under the plugin name ``xdist``, in the controller and in
workers.
"""

from __future__ import annotations

import uuid

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that users of xdist know."""
    config.addinivalue_line(
        "markers", "xdist_group(name): the tests of one group run in the same worker"
    )


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The worker's name, ``gw0`` and up; ``master`` outside a worker."""
    given = getattr(request.config, "workerinput", None)
    return str(given["workerid"]) if given else "master"


@pytest.fixture(scope="session")
def testrun_uid(request: pytest.FixtureRequest) -> str:
    """One name for the whole run, the same in all workers."""
    given = getattr(request.config, "workerinput", None)
    return str(given["testrunuid"]) if given else uuid.uuid4().hex
