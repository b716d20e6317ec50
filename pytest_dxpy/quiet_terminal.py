"""What stands for the terminal reporter in a worker."""

from __future__ import annotations

from typing import Any


class QuietTerminal:
    """Stands under the terminal reporter's name: its methods, none of its hooks.

    The controller's reporter writes; a worker's would only cost time.
    """

    def __init__(self, reporter: object) -> None:
        self._reporter = reporter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reporter, name)

    def __dir__(self) -> list[str]:
        return []
