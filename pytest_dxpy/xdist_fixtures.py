"""The fixtures of pytest-xdist. This module is registered under the plugin name ``xdist``."""

from __future__ import annotations

import uuid

import pytest


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
