"""The hooks of pytest-xdist, for where it is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence


class Hookspecs:
    """What conftests and plugins may implement."""

    @pytest.hookspec()
    def pytest_xdist_setupnodes(self, config: pytest.Config, specs: Sequence[object]) -> None:
        """Called before any worker starts."""

    @pytest.hookspec()
    def pytest_xdist_newgateway(self, gateway: object) -> None:
        """Called for each worker that is about to start."""

    @pytest.hookspec()
    def pytest_xdist_rsyncstart(self, source: object, gateways: object) -> None:
        """Never called: nothing is copied."""

    @pytest.hookspec()
    def pytest_xdist_rsyncfinish(self, source: object, gateways: object) -> None:
        """Never called: nothing is copied."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_getremotemodule(self) -> None:
        """Never called: workers are forked."""

    @pytest.hookspec()
    def pytest_configure_node(self, node: object) -> None:
        """Called with each worker's node before it starts; may fill ``node.workerinput``."""

    @pytest.hookspec()
    def pytest_testnodeready(self, node: object) -> None:
        """Called when a worker's session has started."""

    @pytest.hookspec()
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """Called when a worker has ended; ``node.workeroutput`` holds what it left."""

    @pytest.hookspec()
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        """Called with all node ids that a worker has collected so far."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: object) -> None:
        """Never called, which a note says: tests are shared out natively."""

    @pytest.hookspec(firstresult=True)
    def pytest_xdist_auto_num_workers(self, config: pytest.Config) -> int:  # type: ignore[empty-body]
        """Returns how many workers ``auto`` means."""

    @pytest.hookspec(firstresult=True)
    def pytest_handlecrashitem(self, crashitem: str, report: object, sched: object) -> None:
        """Called with the node id of a test whose worker died in it."""
