"""The rules of docs/style.md that no linter knows."""

from __future__ import annotations

import configparser
import functools
import re
import subprocess
from pathlib import Path

import pytest

import pytest_dxpy
from pytest_dxpy import _version

ROOT = Path(__file__).parent.parent
NATIVE = ROOT / "native"

# Which folders may include which third-party headers.
THIRD_PARTY = {
    "cereal": {"codec"},
    "tree_sitter": {"syntax"},
    "pybind11": {"bindings", "survey_bindings"},
    "tbb": {"index", "scan", "survey"},
    "oneapi": set(),
}
# Folders of programs: they may include every library.
PROGRAMS = {"bench", "fuzz", "testing"}

MOST_LINES = 400
MOST_LINES_OF_A_TEST = 500

# Spelt so that this file does not find itself.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.$}/-])/(?:roo[t]|hom[e]/\w+|wor[k]|User[s]/\w+|opt/wheel[s]|var/tm[p])\b"
    r"|py[p]i\.org|python[h]osted\.org|debian[.]org"
)


@functools.cache
def tracked() -> tuple[Path, ...]:
    """The files under version control, or none outside a repository."""
    git = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return tuple(path for name in git.stdout.splitlines() if (path := ROOT / name).is_file())


def declared_deps() -> dict[str, set[str]]:
    """Folder to its DEPS, from native/CMakeLists.txt; for a Python module what it links."""
    text = (NATIVE / "CMakeLists.txt").read_text()
    calls = re.findall(
        r"^dxpy_library\(\s*(\w+)(?:\s+DEPS ([\w\s]+?))?(?:\s+PRIVATE_DEPS [^)]*)?\s*\)", text, re.M
    )
    deps = {name: set(named.split()) for name, named in calls}
    modules = re.findall(r"^ *dxpy_module\(\s*\w+\s+(\w+)\s+([\w\s]+?)\s*\)", text, re.M)
    return deps | {
        folder: {name.removeprefix("dxpy_") for name in links.split()} for folder, links in modules
    }


def closure(library: str, deps: dict[str, set[str]]) -> set[str]:
    return {library}.union(*(closure(dep, deps) for dep in deps[library]))


def includes() -> list[tuple[str, str, str]]:
    """(file, its folder, what it includes), all of native/."""
    return [
        (str(path.relative_to(ROOT)), path.parent.name, target)
        for path in sorted(NATIVE.glob("*/*.[hc]*"))
        for target in re.findall(r'^#include ["<]([^">]+)[">]', path.read_text(), re.MULTILINE)
    ]


def test_includes_follow_the_declared_dependencies() -> None:
    deps = declared_deps()
    wrong = [
        f"{file} includes {target} but DEPS of {folder} does not lead there"
        for file, folder, target in includes()
        if folder in deps
        and (library := target.split("/")[0]) in deps
        and library not in closure(folder, deps)
    ]
    assert wrong == []


def test_every_native_folder_is_a_library_or_holds_programs() -> None:
    folders = {path.parent.name for path in NATIVE.glob("*/*.cc")}
    assert folders <= set(declared_deps()) | PROGRAMS


@pytest.mark.parametrize("library", sorted(THIRD_PARTY))
def test_third_party_headers_stay_in_their_folder(library: str) -> None:
    used_in = {folder for _, folder, target in includes() if target.startswith(f"{library}/")}
    assert used_in <= THIRD_PARTY[library] | PROGRAMS


def test_no_header_includes_third_party_code() -> None:
    """Except those of Python modules, which are all about pybind11."""
    wrong = [
        f"{file} includes {target}"
        for file, folder, target in includes()
        if file.endswith(".h")
        and (library := target.split("/")[0]) in THIRD_PARTY
        and not (library == "pybind11" and folder in THIRD_PARTY[library])
    ]
    assert wrong == []


def test_own_headers_are_named_from_the_root() -> None:
    folders = {path.name for path in NATIVE.iterdir() if path.is_dir()}
    wrong = [
        f"{path.relative_to(ROOT)} includes {target!r}"
        for path in sorted(NATIVE.glob("*/*.[hc]*"))
        for target in re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE)
        if target.split("/")[0] not in folders
    ]
    assert wrong == []


def test_the_version_has_one_source() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert setup["metadata"]["version"] == "attr: pytest_dxpy._version.__version__"
    assert pytest_dxpy.__version__ == _version.__version__


def test_the_changelog_opens_with_this_version() -> None:
    changelog = ROOT / "docs" / "changelog.md"
    [first, *_] = re.findall(r"^## \[?([\w.]+)", changelog.read_text(), re.MULTILINE)
    assert first in {_version.__version__, "Unreleased"}


def test_the_table_of_plugins_has_the_versions_that_are_tested() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    pinned = set(re.findall(r"^([\w-]+==[\w.]+)", setup["options.extras_require"]["test"], re.M))
    text = (ROOT / "docs" / "plugins.md").read_text()
    rows = re.findall(r"^\| ([\w-]+) \| (\d[\w.]*) \|", text, re.MULTILINE)
    assert {f"{name}=={version}" for name, version in rows} <= pinned
    tested = {name for name in pinned if re.match("(pytest|allure|syrupy|inline)-?", name)}
    unnamed = tested - {f"{name}=={version}" for name, version in rows}
    assert {name.split("==")[0] for name in unnamed} <= {"pytest", "pytest-randomly", "syrupy"}


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1):
            if match := OF_ONE_MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert found == []


def test_no_source_file_is_too_long() -> None:
    too_long = []
    for path in tracked():
        if path.suffix in {".py", ".pyi", ".cc", ".h"}:
            test = path.is_relative_to(ROOT / "tests") or path.stem.endswith("_test")
            lines = len(path.read_text().splitlines())
            if lines > (MOST_LINES_OF_A_TEST if test else MOST_LINES):
                too_long.append(f"{path.relative_to(ROOT)}: {lines} lines")
    assert too_long == []


def test_functions_are_short() -> None:
    """The shape that docs/style.md asks for, over the whole product."""
    lizard = pytest.importorskip("lizard")
    product = [
        str(path)
        for folder, pattern in ((NATIVE, "*/*.cc"), (ROOT / "pytest_dxpy", "**/*.py"))
        for path in folder.glob(pattern)
        if not path.stem.endswith("_test")
    ]
    functions = [found for path in product for found in lizard.analyze_file(path).function_list]
    lengths = sorted(found.length for found in functions)
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30
    assert lengths[-1] <= 60


def test_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = re.findall(r"\bmake ([a-z][a-z-]+)\b", (ROOT / "README.md").read_text())
    assert set(commands) <= targets


def test_ci_runs_only_what_a_developer_can_run() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    steps = re.findall(r"step make ([a-z-]+)", (ROOT / ".ci" / "run").read_text())
    assert steps[0] == "test"
    assert set(steps) <= targets
