"""What a scenario can do to the sample project."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.selection import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    Edit = Callable[["Place"], None]


@dataclass(frozen=True)
class Place:
    """Where the project and the environment of its interpreter are."""

    root: Path
    site_packages: Path


def nothing(place: Place) -> None:
    pass


def replace(name: str, old: str, new: str) -> Edit:
    """Put a text in another's place, which must be there."""

    def edit(place: Place) -> None:
        text = (place.root / name).read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{name} has no {old!r}")
        _write(place.root / name, text.replace(old, new).encode())

    return edit


def write(name: str, text: str | bytes) -> Edit:
    content = text.encode() if isinstance(text, str) else text
    return lambda place: _write(place.root / name, content)


def rewrite(name: str, change: Callable[[str], str | bytes]) -> Edit:
    def edit(place: Place) -> None:
        new = change((place.root / name).read_text(encoding="utf-8"))
        _write(place.root / name, new.encode() if isinstance(new, str) else new)

    return edit


def append(name: str, text: str) -> Edit:
    return rewrite(name, lambda old: old + text)


def prepend(name: str, text: str) -> Edit:
    return rewrite(name, lambda old: text + old)


def delete(name: str) -> Edit:
    def edit(place: Place) -> None:
        path = place.root / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        forget_compiled(path)

    return edit


def move(old: str, new: str) -> Edit:
    def edit(place: Place) -> None:
        (place.root / new).parent.mkdir(parents=True, exist_ok=True)
        (place.root / old).rename(place.root / new)
        forget_compiled(place.root / old)

    return edit


def link(name: str, target: str) -> Edit:
    def edit(place: Place) -> None:
        (place.root / name).unlink(missing_ok=True)
        (place.root / name).symlink_to(target)

    return edit


def git(*args: str) -> Edit:
    def edit(place: Place) -> None:
        sample.git(place.root, *args)
        for folder in list(place.root.rglob("__pycache__")):
            shutil.rmtree(folder)

    return edit


def chart(version: str) -> Edit:
    """Install another version of the distribution ``fakechart``."""
    return lambda place: sample.install_chart(place.site_packages, version)


def together(*edits: Edit) -> Edit:
    def edit(place: Place) -> None:
        for one in edits:
            one(place)

    return edit


def forget_compiled(path: Path) -> None:
    """Remove compiled code of a module.

    Python takes it for current where a second edit has the size and the second of the first:
    that plain pytest is wrong there, too, is not what a scenario is about.
    """
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        compiled.unlink()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    forget_compiled(path)
