"""Warehouses on disk, one for all tests of this folder that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from inventory.store import Store


@pytest.fixture(scope="package")
def archive(template: Path) -> Iterator[Store]:
    """The template itself, for tests that change nothing."""
    with closing(Store(template)) as store:
        yield store
