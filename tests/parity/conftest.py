"""The harness reads TOML with the standard library, so its tests need Python 3.11."""

from __future__ import annotations

import sys

collect_ignore = ["test_compare.py", "test_product.py"] if sys.version_info < (3, 11) else []
