"""The files in which a project's runs keep things for the next ones."""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from typing import Final

RECORD: Final = "impact.dxs"  # what tests depend on
DURATIONS: Final = "files.json"
MEMO: Final = "idle.dxm"  # the last judgement by which no test had to run
