"""Builds the native core with CMake. What the package is: setup.cfg."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent.resolve()
BUILD = ROOT / "build"
# The in-place build, one per interpreter. The Makefile builds here too.
DEVELOPMENT_BUILD = BUILD / f"dev-{sys.implementation.cache_tag}"

# The C core of tree-sitter comes from its own source release: its wheels export no C symbols.
TREE_SITTER = "tree-sitter==0.26.1"
TREE_SITTER_SHA256 = "9919cbaf02d17fa9a4cd0e6da496aecf901b758e6eacf122eee393e3ef08aacd"

# Read by every interpreter of the environment at its start: pytest_dxpy/child.py says what for.
START_FILE = Path("pytest_dxpy", "pytest-dxpy-children.pth")

# What the source release holds besides the package: all that a build and a test run need.
SOURCES = (
    "CMakeLists.txt",
    "Makefile",
    str(START_FILE),
    ".pre-commit-hooks.yaml",
    "native",
    "tests",
    "examples",
    "docs",
)


class BuildError(SystemExit):
    """Ends the build with one line that says what is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(f"pytest-dxpy: {message}")


def tree_sitter_core() -> Path:
    """The folder of tree-sitter's C core, fetched and unpacked on first use.

    pip fetches it, so that the user's index, mirror and proxy apply, and checks
    the hash before it opens the archive. ``--no-build-isolation`` saves the
    environment that pip would make to read metadata that nobody looks at.
    """
    stem = TREE_SITTER.replace("-", "_").replace("==", "-")
    core = BUILD / stem / "tree_sitter" / "core" / "lib"
    if (core / "src" / "lib.c").exists():
        return core
    BUILD.mkdir(exist_ok=True)
    pin = BUILD / "tree-sitter.txt"
    pin.write_text(f"{TREE_SITTER} --hash=sha256:{TREE_SITTER_SHA256}\n")
    arguments = ["--no-deps", "--no-build-isolation", "--no-binary=:all:", "--require-hashes"]
    result = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", *arguments, f"-r{pin}", f"-d{BUILD}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise BuildError(download_failure(result.stdout))
    unpack(BUILD / f"{stem}.tar.gz")
    return core


def download_failure(output: str) -> str:
    """What went wrong, from pip's output."""
    if got := re.search(r"Got\s+([0-9a-f]{64})", output):
        return (
            f"{TREE_SITTER}: the source release has sha256 {got[1]}, not the pinned"
            f" {TREE_SITTER_SHA256}: it was altered on the way, or the index serves another file"
        )
    return f"{TREE_SITTER}: pip cannot download the source release:\n{output.strip()}"


def unpack(archive: Path) -> None:
    """Unpack ``archive`` beside itself, whole or not at all."""
    aside = archive.parent / "unpacking"
    shutil.rmtree(aside, ignore_errors=True)
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(aside, filter="data")
        else:  # CPython before 3.10.12 and 3.11.4; the hash vouches for the archive
            tar.extractall(aside)
    name = archive.name.removesuffix(".tar.gz")
    shutil.rmtree(archive.parent / name, ignore_errors=True)
    (aside / name).rename(archive.parent / name)
    aside.rmdir()


def tbb_config() -> Path:
    """Where the build requirement tbb-devel put its CMake package."""
    from importlib.metadata import files

    config = next(file for file in files("tbb-devel") or () if file.name == "TBBConfig.cmake")
    return Path(config.locate()).resolve().parent


class CMakeBuild(build_ext):
    """Configures and builds native/ with CMake and Ninja.

    ``CMAKE_ARGS`` in the environment adds definitions, as for other projects.
    """

    def get_source_files(self) -> list[str]:
        """Everything below SOURCES, so that the source release needs no MANIFEST.in."""
        names = [path for name in SOURCES for path in (ROOT / name, *(ROOT / name).rglob("*"))]
        return [
            str(path.relative_to(ROOT))
            for path in names
            if path.is_file() and "__pycache__" not in path.parts
        ]

    def run(self) -> None:
        """Build, in place for ``build_ext --inplace`` and ``pip install -e``."""
        self.development = bool(self.inplace or self.editable_mode)  # run() clears inplace
        super().run()

    def copy_extensions_to_source(self) -> None:
        """Nothing: CMake builds a development build in place, else `make build` would not."""

    def build_extension(self, ext: Extension) -> None:
        """Build all extensions, with the first of them, where setuptools wants that one."""
        import pybind11

        if ext is not self.extensions[0]:
            return

        development = self.development
        if development:
            build, output = DEVELOPMENT_BUILD, ROOT / "pytest_dxpy"
        else:
            build = Path(self.build_temp).resolve()
            output = Path(self.get_ext_fullpath(ext.name)).resolve().parent
        definitions = {
            "CMAKE_BUILD_TYPE": "RelWithDebInfo" if development else "Release",
            "CMAKE_LIBRARY_OUTPUT_DIRECTORY": output,
            "DXPY_TREE_SITTER": tree_sitter_core(),
            "Python_EXECUTABLE": sys.executable,
            "TBB_DIR": tbb_config(),
            "pybind11_DIR": pybind11.get_cmake_dir(),
        }
        if development:
            definitions["DXPY_WERROR"] = "ON"  # for us: a user's compiler may know more warnings
            # Not $ORIGIN/../../..: the extension stays in the source tree, and
            # the tbb wheel is in this interpreter's environment.
            definitions["DXPY_RPATH"] = Path(sysconfig.get_path("data")) / "lib"
        # --fresh: the last build may have cached tools of an environment that pip deleted since.
        self.cmake(
            "--fresh", "-S", ROOT, "-B", build, "-G", "Ninja",
            *(f"-D{name}={value}" for name, value in definitions.items()),
            *shlex.split(os.environ.get("CMAKE_ARGS", "")),
        )  # fmt: skip
        self.cmake("--build", build)

    def cmake(self, *arguments: object) -> None:
        """Run cmake; its output says what is wrong, so a failure adds no traceback."""
        command = ["cmake", *map(str, arguments)]
        if (code := subprocess.run(command, check=False).returncode) != 0:
            raise BuildError(f"'{shlex.join(command[:3])} ...' failed with exit code {code}")


class BuildWithStartFile(build_py):
    """Puts the start file beside the package."""

    def run(self) -> None:
        """Build; for `pip install -e` beside the file that leads to the source tree."""
        super().run()
        # setuptools puts an editable wheel together where it would install to.
        editable = self.editable_mode and self.get_finalized_command("install").install_lib
        self.copy_file(str(START_FILE), str(Path(editable or self.build_lib) / START_FILE.name))

    def get_outputs(self, include_bytecode: int = 1) -> list[str]:
        """All that was built."""
        added = [] if self.editable_mode else [str(Path(self.build_lib) / START_FILE.name)]
        return [*super().get_outputs(include_bytecode), *added]


setup(
    ext_modules=[Extension(f"pytest_dxpy.{name}", []) for name in ("_native", "_survey")],
    cmdclass={"build_ext": CMakeBuild, "build_py": BuildWithStartFile},
)
