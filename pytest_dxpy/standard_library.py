"""Where the standard library is."""

from __future__ import annotations

import os
import sys


def folders() -> list[str]:
    """As ``sysconfig`` has them, which takes a millisecond to say so: modules, built ones.

    The latter is in a virtual environment one that is not there.
    """
    pure = os.path.dirname(os.__file__)  # noqa: PTH120
    if not pure.startswith(sys.base_prefix):
        return [pure, pure]
    return [pure, sys.exec_prefix + pure.removeprefix(sys.base_prefix)]
