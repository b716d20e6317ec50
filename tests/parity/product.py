"""Puts the project under test into a suite's environment, and takes it out again.

Plain pytest runs without it, so that a difference which its mere presence makes is seen.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from tests.parity.catalogue import Place, Suite
from tests.parity.prepare import install

PACKAGE = "pytest_dxpy"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Product:
    """What goes into site-packages, as it was when the harness started.

    ``requirements`` are those of its metadata, without pytest: a suite pins its own.
    """

    files: Path
    requirements: tuple[str, ...]


@contextmanager
def staged(path: Path | None) -> Iterator[Product]:
    """The product, as long as the context lasts, as it is now.

    Args:
        path: a folder with ``pytest_dxpy``, built in place as ``make build`` does, and its
            setup.cfg; None for a wheel of this checkout.
    """
    with tempfile.TemporaryDirectory(prefix="dxpy-product-") as folder:
        stage = Path(folder)
        yield _from_path(path, stage) if path else _from_wheel(ROOT, stage)


def _from_wheel(root: Path, stage: Path) -> Product:
    wheels, files = stage / "wheel", stage / "files"
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(root)]
    subprocess.run(pip, check=True)
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(files)
    (metadata,) = files.glob("*.dist-info/METADATA")
    lines = Parser().parsestr(metadata.read_text(encoding="utf-8")).get_all("Requires-Dist") or []
    return Product(files, _wanted([line for line in lines if "extra ==" not in line]))


def _from_path(path: Path, stage: Path) -> Product:
    files = stage / "files"
    shutil.copytree(path / PACKAGE, files / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(path / "setup.cfg", encoding="utf-8")
    found = re.search(r'__version__ = "(.*)"', (path / PACKAGE / "_version.py").read_text())
    version = found[1] if found else "0"
    info = files / f"{PACKAGE}-{version}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: pytest-dxpy\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata)
    points = setup["options.entry_points"].items()
    (info / "entry_points.txt").write_text("".join(f"[{key}]\n{value}\n" for key, value in points))
    return Product(files, _wanted(setup["options"]["install_requires"].split("\n")))


def put_in(product: Product, suite: Suite, place: Place) -> None:
    """Install the product and, the first time, what it requires."""
    take_out(place)
    wanted = "\n".join(product.requirements)
    marker = place.root / "requirements"
    if product.requirements and (not marker.exists() or marker.read_text() != wanted):
        install(suite, place, product.requirements)
        marker.write_text(wanted)
    shutil.copytree(product.files, place.site_packages, dirs_exist_ok=True)
    # pip compiles what it installs, too.
    package = place.site_packages / PACKAGE
    subprocess.run([str(place.python), "-m", "compileall", "-q", str(package)], check=True)


def take_out(place: Place) -> None:
    for path in place.site_packages.glob(f"{PACKAGE}*"):
        shutil.rmtree(path)


def _wanted(lines: list[str]) -> tuple[str, ...]:
    named = (line.strip() for line in lines)
    return tuple(line for line in named if line and not re.match(r"pytest\b(?!-)", line))
