"""A public suite to edit: its tree and an environment, restored before each mutant."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.parity.process import Command, run
from tests.parity.suite_run import environment
from tests.selection import recorder
from tests.selection.box import Run, copy_tree, told

if TYPE_CHECKING:
    from tests.parity.catalogue import Place, Suite

SKIPPED = {"docs", "doc", "examples", "scripts", "build", "dist", "setup.py"}
PRODUCT = "pytest_dxpy"


class Stage:
    """The folder of one suite. The tree's own sources are what its tests import."""

    def __init__(self, suite: Suite, place: Place, path: Path, dxpy: Path) -> None:
        self._suite, self._place, self._dxpy = suite, place, dxpy.resolve()
        self._now, self._kept, self._env = path / "now", path / "kept", path / "env"
        self.tree = self._now / "tree"
        self._others = path / "others"
        self._limit_seconds = 60.0 + 6 * suite.seconds

    def build(self) -> None:
        """Copy the source, and make an environment that sees the suite's, with our checkout."""
        shutil.rmtree(self._now.parent, ignore_errors=True)
        self._now.mkdir(parents=True)
        copy_tree(self._place.source, self.tree)
        venv = (str(self._place.python), "-m", "venv", "--without-pip", str(self._env))
        subprocess.run(venv, check=True)
        (folder,) = self._env.glob("lib/python*/site-packages")
        # A link of its own, as the checkout has more folders than its package.
        (folder / PRODUCT).symlink_to(self._dxpy / PRODUCT)
        self._name_entry_point(folder)
        shutil.copyfile(Path(recorder.__file__), folder / "selection_recorder.py")
        (folder / "suite.pth").write_text(f"{self._place.site_packages}\n")
        self.keep()

    def _name_entry_point(self, folder: Path) -> None:
        setup = configparser.ConfigParser(interpolation=None)
        setup.read(self._dxpy / "setup.cfg", encoding="utf-8")
        info = folder / f"{PRODUCT}-0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-dxpy\nVersion: 0\n")
        plugin = setup["options.entry_points"]["pytest11"].strip()
        (info / "entry_points.txt").write_text(f"[pytest11]\n{plugin}\n")

    def keep(self) -> None:
        copy_tree(self._now, self._kept)

    def restore(self) -> None:
        copy_tree(self._kept, self._now)

    def sources(self) -> list[Path]:
        """Its own Python files: packages and tests."""
        return self.files({".py"})

    def files(self, suffixes: set[str]) -> list[Path]:
        """Files below folders that hold packages or tests."""
        return sorted(
            path
            for path in self.tree.rglob("*.*")
            if path.suffix in suffixes and path.is_file() and self._is_edited(path)
        )

    def _is_edited(self, path: Path) -> bool:
        top, *below = path.relative_to(self.tree).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in (top, *below))
        return (
            bool(below)
            and not hidden
            and top.split(".")[0] not in SKIPPED
            and "egg-info" not in str(path)
        )

    def install(self, *requirements: str) -> None:
        """Install, without what they need themselves, what only runs with ``with_others`` see."""
        pip = (sys.executable, "-m", "pip", "--python", str(self._place.python), "install", "-q")
        command = (*pip, "--no-deps", "--target", str(self._others), *requirements)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def pytest(self, *args: str, with_others: bool = False) -> Run:
        record, log, scratch = self._now / "record", self._now / "log", self._now / "tmp"
        record.unlink(missing_ok=True)
        scratch.mkdir(exist_ok=True)
        env = environment(self._suite, self._place) | {
            "TMPDIR": str(scratch),
            "PYTEST_PLUGINS": "selection_recorder",
            "SELECTION_RECORD": str(record),
        }
        found = [str(self.tree / "src")] if (self.tree / "src").is_dir() else []
        found += [str(self._others)] if with_others else []
        if found:
            env["PYTHONPATH"] = os.pathsep.join(found)
        finished = run(
            Command(
                argv=(str(self._env / "bin" / "python"), "-m", "pytest", *args, *self._suite.args),
                cwd=self.tree / self._suite.workdir,
                env=env,
                log=log,
                limit_s=self._limit_seconds,
            )
        )
        return told(finished, record, log)
