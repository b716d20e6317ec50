"""The sample project, ``harbour``: written to disk with a git repository of two branches."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from tests.selection.sample import (
    fixture_tests,
    hidden,
    module_tests,
    modules,
    more_modules,
    settings,
)

LONG_AGO = 1_600_000_000  # so that no edit has the time that compiled code was made from
IDENTITY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a", "GIT_CONFIG_NOSYSTEM": "1"}
IDENTITY |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a"}


def files() -> dict[str, str]:
    """Path to text, of all files."""
    found: dict[str, str] = {}
    for part in (settings, modules, more_modules, module_tests, fixture_tests, hidden):
        for file in part.FILES.split("\n=== ")[1:]:
            path, _, text = file.partition("\n")
            found[path] = text.removesuffix("\n") + "\n"
    return found


def write(root: Path) -> None:
    """Write the project; branch ``other`` has another ``names.code``."""
    for name, text in files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "data" / "current.txt").symlink_to("quays/east.txt")
    add_ship(root / "data" / "ships.db", "ann")
    git(root, "init", "-q", "--template=", "--initial-branch=main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "base")
    git(root, "checkout", "-q", "-b", "other")
    names = root / "src" / "harbour" / "names.py"
    names.write_text(names.read_text().replace("[:3]", "[:2]"))
    git(root, "commit", "-q", "-a", "-m", "short codes")
    git(root, "checkout", "-q", "main")
    git(root, "repack", "-a", "-d", "-q")
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (LONG_AGO, LONG_AGO))
    git(root, "status")


def add_ship(path: Path, name: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("create table if not exists ships (name text)")
        database.execute("insert into ships values (?)", (name,))
        database.commit()


def git(root: Path, *args: str) -> None:
    env = {**os.environ, **IDENTITY, "HOME": str(root)}
    command = ["git", "-c", "core.autocrlf=false", *args]
    subprocess.run(command, cwd=root, check=True, capture_output=True, env=env)


def install_chart(site_packages: Path, version: str) -> None:
    """Put the distribution ``fakechart`` into an environment, instead of another version of it."""
    for old in site_packages.glob("fakechart*"):
        shutil.rmtree(old)
    package, info = site_packages / "fakechart", site_packages / f"fakechart-{version}.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    mark = "!" if version.startswith("1") else "?"
    code = f"def draw(name):\n    return name.upper() + {mark!r}\n"
    (package / "__init__.py").write_text(code)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fakechart\nVersion: {version}\n")
    (info / "RECORD").write_text("fakechart/__init__.py,,\n")
