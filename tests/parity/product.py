"""Puts the project under test into a suite's environment, and takes it out again.

Plain pytest runs without it, so that a difference which its mere presence makes is seen.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
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


def from_checkout(work: Path, root: Path = ROOT) -> Product:
    """Build a wheel of the checkout and unpack it below ``work``."""
    stage = _empty(work)
    wheels = stage.with_name("wheel")
    shutil.rmtree(wheels, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(root)]
    subprocess.run(pip, check=True)
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(stage)
    (metadata,) = stage.glob("*.dist-info/METADATA")
    lines = Parser().parsestr(metadata.read_text(encoding="utf-8")).get_all("Requires-Dist") or []
    return Product(stage, _wanted([line for line in lines if "extra ==" not in line]))


def from_path(path: Path, work: Path) -> Product:
    """Copy a package that was built in place, as ``make build`` does, to below ``work``.

    Args:
        path: the folder that holds ``pytest_dxpy`` and its setup.cfg.
        work: the folder of all suites.
    """
    stage = _empty(work)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(path / PACKAGE, stage / PACKAGE, ignore=ignored)
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(path / "setup.cfg", encoding="utf-8")
    version = re.search(r'__version__ = "(.*)"', (path / PACKAGE / "_version.py").read_text())
    info = stage / f"{PACKAGE}-{version[1] if version else '0'}.dist-info"
    info.mkdir()
    name = f"Name: pytest-dxpy\nVersion: {version[1] if version else '0'}\n"
    (info / "METADATA").write_text("Metadata-Version: 2.1\n" + name)
    points = setup["options.entry_points"].items()
    (info / "entry_points.txt").write_text("".join(f"[{key}]\n{value}\n" for key, value in points))
    return Product(stage, _wanted(setup["options"]["install_requires"].split("\n")))


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


def _empty(work: Path) -> Path:
    stage = work.resolve() / ".product" / "files"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    return stage


def _wanted(lines: list[str]) -> tuple[str, ...]:
    named = (line.strip() for line in lines)
    return tuple(line for line in named if line and not re.match(r"pytest\b(?!-)", line))
