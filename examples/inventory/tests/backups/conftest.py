"""One backup that many tests look at, and none changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from inventory import backup
from inventory.store import Store

PASSPHRASE = "correct horse"


@pytest.fixture(scope="package")
def sealed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the template."""
    path = tmp_path_factory.mktemp("backup") / "sealed.json"
    with closing(Store(template)) as store:
        backup.write(store, path, PASSPHRASE)
    return path


@pytest.fixture
def altered(sealed: Path, tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of the backup with some of its fields changed."""

    def write(**changes: Any) -> Path:
        path = tmp_path / "altered.json"
        path.write_text(json.dumps({**json.loads(sealed.read_text()), **changes}))
        return path

    return write
