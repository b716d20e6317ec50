"""Makes a suite ready to run: an environment of its own and its unpacked source."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tests.parity.apart import set_apart
from tests.parity.catalogue import Place, Suite, place_of


def prepare(suite: Suite, work: Path) -> Place:
    """Set one suite up below ``work``; a suite that is ready is left as it is.

    Raises:
        subprocess.CalledProcessError: pip failed; what it said is on standard error.
    """
    place = place_of(suite, work)
    if is_ready(suite, place):
        return place
    shutil.rmtree(place.root, ignore_errors=True)
    place.root.mkdir(parents=True)
    if suite.source == "sdist":
        _unpack(_download(suite, place), place.source)
    else:
        place.source.mkdir()
    set_apart(place.source)
    # Without a pip of its own an environment takes a second; a suite that tests with pip names it.
    _call(interpreter(suite.python), "-m", "venv", "--without-pip", place.venv)
    install(suite, place, suite.install)
    place.ready.write_text(suite.environment_key())
    return place


def is_ready(suite: Suite, place: Place) -> bool:
    return place.ready.exists() and place.ready.read_text() == suite.environment_key()


def install(suite: Suite, place: Place, requirements: Iterable[str]) -> None:
    """Let this interpreter's pip install into a suite's environment, with the suite's pins."""
    pinned = ["-c", str(suite.lock)] if suite.lock else []
    pip = [sys.executable, "-m", "pip", "--python", str(place.python), "install", "-q"]
    _call(*pip, *pinned, *requirements)


def interpreter(version: str | None) -> str:
    """A Python of the version asked for: this one, one of pyenv's, or one on PATH."""
    if version is None or version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return sys.executable
    found = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{version}.*/bin/python"))
    return str(found[-1]) if found else f"python{version}"


def _download(suite: Suite, place: Place) -> Path:
    folder = place.root / "download"
    release = f"{suite.name}=={suite.version}"
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
    _call(*pip, "--no-binary", suite.name, "-d", folder, release)
    (archive,) = folder.iterdir()
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack a source release and drop the one folder at its top."""
    staging = folder.with_name("unpacking")
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(staging)
    else:
        with tarfile.open(archive) as tar:
            if hasattr(tarfile, "data_filter"):
                tar.extractall(staging, filter="data")
            else:  # CPython before 3.11.4, which Debian 12 has
                tar.extractall(staging)
    (top,) = staging.iterdir()
    top.rename(folder)
    staging.rmdir()


def _call(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True)
