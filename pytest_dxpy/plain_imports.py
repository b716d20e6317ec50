"""Imports of our own modules, past pytest's assertion rewriting.

It takes the modules of every plugin's distribution, finds nothing to do in ours,
and takes as long again as the import itself.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from _pytest.assertion.rewrite import AssertionRewritingHook

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def plain_imports() -> Generator[None]:
    """Leave pytest's import hook out."""
    finders = sys.meta_path[:]
    sys.meta_path[:] = [one for one in finders if not isinstance(one, AssertionRewritingHook)]
    try:
        yield
    finally:
        sys.meta_path[:] = finders
