"""What a user installs: the source release, the wheel, and what a failing build says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# On one worker, which builds the wheel once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def run(*command: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``command`` with this environment, less what would lead it back to this tree."""
    foreign = ("PYTEST", "PYTHONPATH", "DXPY_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=env | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def succeed(*command: object, cwd: Path, **environment: str) -> str:
    result = run(*command, cwd=cwd, **environment)
    assert result.returncode == 0, result.stdout
    return result.stdout


def new_venv(folder: Path) -> Path:
    """A virtual environment with nothing but pip; returns its Python."""
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a clean environment."""
    return new_venv(tmp_path_factory.mktemp("clean") / "venv")


@pytest.fixture(scope="module")
def source_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source release, made from a copy of the tree without anything that was built."""
    copy = tmp_path_factory.mktemp("tree") / "pytest-dxpy"
    unwanted = shutil.ignore_patterns(
        ".git", ".venv", "build", "dist", "*.so", "*.egg-info", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, copy, ignore=unwanted)
    succeed(sys.executable, "setup.py", "-q", "sdist", cwd=copy)
    [archive] = (copy / "dist").iterdir()
    return archive


@pytest.fixture(scope="module")
def wheel(source_release: Path, clean: Path) -> Path:
    """The wheel as pip builds it from the source release, with PyPI and nothing else."""
    folder = source_release.parent / "wheel"
    succeed(
        clean, "-m", "pip", "wheel", "--no-deps", "-w", folder, source_release, cwd=folder.parent
    )
    [file] = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, clean: Path) -> Path:
    """``clean`` with the wheel installed, where no compiler is in sight."""
    succeed(
        clean,
        "-m",
        "pip",
        "install",
        wheel,
        cwd=wheel.parent,
        PATH=str(clean.parent),
        CC="",
        CXX="",
    )
    return clean


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two files with three tests, of which one fails."""
    (tmp_path / "test_a.py").write_text("def test_one(): pass\ndef test_two(): assert 0\n")
    (tmp_path / "test_b.py").write_text("def test_three(): pass\n")
    return tmp_path


def test_the_source_release_holds_all_that_a_build_needs(source_release: Path) -> None:
    with tarfile.open(source_release) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    wanted = {"setup.py", "setup.cfg", "pyproject.toml", "CMakeLists.txt", "README.md"}
    wanted |= {str(path.relative_to(ROOT)) for path in ROOT.glob("native/**/*.*")}
    assert wanted - names == set()
    assert [name for name in names if name.endswith((".so", ".pyc"))] == []


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    roots = {name.split("/")[0] for name in names}
    assert {root.split("-")[0] for root in roots if not root.endswith(".pth")} == {"pytest_dxpy"}
    assert [root for root in roots if root.endswith(".pth")] == ["pytest-dxpy-children.pth"]
    assert "pytest_dxpy/py.typed" in names
    modules = {"pytest_dxpy/_native", "pytest_dxpy/_survey"}
    assert {f"{module}.pyi" for module in modules} <= set(names)
    assert {name.partition(".")[0] for name in names if name.endswith(".so")} == modules


def test_the_extension_finds_libtbb_where_the_tbb_wheel_put_it(
    installed: Path, tmp_path: Path
) -> None:
    code = "from pytest_dxpy import native; native.outline; print(open('/proc/self/maps').read())"
    maps = succeed(installed, "-c", code, cwd=tmp_path, LD_LIBRARY_PATH="")
    [libtbb] = {line.split()[-1] for line in maps.splitlines() if "libtbb.so" in line}
    assert Path(libtbb).is_relative_to(installed.parent.parent)


@pytest.mark.parametrize("autoload", ["", "1"], ids=["autoload", "no-autoload"])
def test_a_suite_runs_with_p_dxpy(installed: Path, suite: Path, autoload: str) -> None:
    """``-p dxpy`` names our entry point, which pytest looks up even without autoload."""
    result = run(
        installed, "-m", "pytest", "-p", "dxpy", cwd=suite, PYTEST_DISABLE_PLUGIN_AUTOLOAD=autoload
    )
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    assert "1 failed, 2 passed" in result.stdout
    assert "\ndxpy: " in result.stdout


def test_a_suite_runs_as_ever_when_dxpy_is_only_installed(installed: Path, suite: Path) -> None:
    output = run(installed, "-m", "pytest", cwd=suite).stdout
    assert "1 failed, 2 passed" in output
    assert "\ndxpy: " not in output


def test_a_process_of_a_test_is_recorded(installed: Path, suite: Path) -> None:
    (suite / "test_a.py").write_text(
        "import subprocess, sys\n"
        "def test_one(): subprocess.run([sys.executable, '-c', 'pass'], check=True)\n"
    )
    assert "2 passed" in succeed(installed, "-m", "pytest", "-p", "dxpy", cwd=suite)
    (suite / "new.txt").write_text("")
    output = run(installed, "-m", "pytest", "-p", "dxpy", "--dx-affected", cwd=suite).stdout
    assert "2 unaffected" in output


def test_the_command_is_installed(installed: Path, tmp_path: Path) -> None:
    assert "usage: dx-py" in succeed(installed.parent / "dx-py", "--help", cwd=tmp_path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what configuring needs, in which nothing is kept from an earlier build."""
    copy = tmp_path / "tree"
    copy.mkdir()
    for name in ("setup.py", "setup.cfg", "CMakeLists.txt"):
        shutil.copy(ROOT / name, copy)
    for name in ("native", "pytest_dxpy"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.so"))
    return copy


def test_a_missing_cereal_is_named_in_one_line(tree: Path) -> None:
    unpacked = next((ROOT / "build").glob("tree_sitter-*[0-9]"))
    shutil.copytree(unpacked, tree / "build" / unpacked.name)
    hide = "-DCMAKE_IGNORE_PATH=/usr/include;/usr/local/include"
    result = run(sys.executable, "setup.py", "-q", "build_ext", cwd=tree, CMAKE_ARGS=hide)
    assert result.returncode == 1
    assert (
        "pytest-dxpy: cereal/cereal.hpp not found:"
        " install it with 'apt-get install libcereal-dev'\n"
    ) in result.stdout
    assert "Traceback" not in result.stdout


def test_an_altered_tree_sitter_is_refused_before_it_is_opened(tree: Path) -> None:
    mirror = tree / "mirror"
    mirror.mkdir()
    (mirror / "tree_sitter-0.26.1.tar.gz").write_bytes(b"not what was pinned")
    result = run(
        sys.executable, "setup.py", "-q", "build_ext",
        cwd=tree, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(mirror),
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stdout.endswith(
        "pytest-dxpy: tree-sitter==0.26.1: the source release has sha256"
        " bf4b800e4883663cebe97fa7b8bbd8e12e5b89a01c37ec46bf46193b8a7685da, not the pinned"
        " 9919cbaf02d17fa9a4cd0e6da496aecf901b758e6eacf122eee393e3ef08aacd:"
        " it was altered on the way, or the index serves another file\n"
    )


def test_an_index_without_tree_sitter_is_told_in_pips_words(tree: Path) -> None:
    result = run(
        sys.executable, "setup.py", "-q", "build_ext", cwd=tree, PIP_NO_INDEX="1", PIP_FIND_LINKS=""
    )
    assert result.returncode == 1
    assert "tree-sitter==0.26.1: pip cannot download the source release:\n" in result.stdout
    assert "No matching distribution found for tree-sitter==0.26.1" in result.stdout
