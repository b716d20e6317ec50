"""What stands for the terminal reporter in a worker."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


class QuietTerminal:
    """Stands under the terminal reporter's name: its methods, none of its hooks.

    The controller's reporter writes; a worker's would only cost time.
    """

    def __init__(self, reporter: Any) -> None:
        self._reporter = reporter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reporter, name)

    def silence(self) -> None:
        """Let its methods write nothing, where its file is not."""
        self._reporter._tw = _silent(self._reporter._tw)

    def __dir__(self) -> list[str]:
        return []


def _silent(writer: Any) -> Any:
    """The same terminal writer, less the terminal."""
    other = copy.copy(writer)
    other._file = _Nothing()
    return other


class _Nothing:
    """A file that takes everything and has nothing."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def ask_for_header(config: pytest.Config) -> None:
    """Call for the header where plain pytest does.

    Nothing is printed, but plugins import what a test may rely on (hypothesis
    imports itself there).
    """
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None and reporter.showheader and not reporter.no_header:
        config.hook.pytest_report_header(config=config, start_path=config.invocation_params.dir)
