from __future__ import annotations

import dataclasses
import importlib.metadata
import inspect
import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

import pytest_dxpy
from pytest_dxpy import discovery, known_plugins, reasons

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_plugins: None) -> Path:
    """An empty project; the current directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        monkeypatch.delenv(name, raising=False)
    del usual_plugins
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def kinds(found: discovery.Discovery) -> list[tuple[str, str]]:
    return [(reason.kind, reason.detail) for file in found.files for reason in file.reasons]


def test_it_gives_the_tests_with_lines_and_marks(folder: Path) -> None:
    (folder / "test_one.py").write_text(
        textwrap.dedent("""\
            import pytest
            pytestmark = pytest.mark.slow
            @pytest.mark.parametrize("x", ["a", "b"])
            def test_a(x): ...
        """)
    )
    found = pytest_dxpy.discover()
    marks = (
        discovery.Mark("parametrize", 'pytest.mark.parametrize("x", ["a", "b"])'),
        discovery.Mark("slow", "pytest.mark.slow"),
    )
    assert found.rootdir == str(folder)
    assert found.exact
    assert found.node_ids == ["test_one.py::test_a[a]", "test_one.py::test_a[b]"]
    assert found.files == (
        discovery.FoundFile(
            "test_one.py",
            exact=True,
            reasons=(),
            tests=tuple(discovery.FoundTest(id, 4, marks) for id in found.node_ids),  # noqa: A001
        ),
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.files[0].exact = False  # type: ignore[misc]


def test_paths_may_be_paths(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "test_one.py").write_text("def test(): ...")
    assert pytest_dxpy.discover([folder / "b"]).node_ids == ["b/test_one.py::test"]


def test_a_dynamic_file_says_why_and_what_is_known(folder: Path) -> None:
    (folder / "test_one.py").write_text("def test_a(thing): ...")
    found = pytest_dxpy.discover()
    [file] = found.files
    assert not found.exact
    assert found.node_ids == []
    assert [test.id for test in file.tests] == ["test_one.py::test_a"]
    assert file.reasons == (discovery.Reason("unknown fixture", "thing", 1, ""),)
    assert str(file.reasons[0]) == "fixture thing is not known"


def test_names_that_are_no_text_come_through(folder: Path) -> None:
    (folder / "test_\udcff.py").write_text("def test(): ...")
    assert pytest_dxpy.discover().node_ids == ["test_\udcff.py::test"]


def test_the_package_has_no_other_lazy_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'discoverer'"):
        _ = pytest_dxpy.discoverer


@pytest.mark.parametrize(
    ("setting", "doubt"),
    [
        ("addopts = -k a", ("option", "-k")),
        ("addopts = -m a", ("option", "-m")),
        ("addopts = --deselect=a", ("option", "--deselect")),
        ("addopts = --lf", ("option", "--last-failed")),
        ("addopts = --ff", ("option", "--failed-first")),
        ("addopts = --nf", ("option", "--new-first")),
        ("addopts = --sw", ("option", "--stepwise")),
        ("addopts = --doctest-modules", ("option", "--doctest-modules")),
        ("addopts = --keep-duplicates", ("option", "--keep-duplicates")),
        ("addopts = -p no:unittest", ("option", "-p no:unittest")),
        ("empty_parameter_set_mark = fail_at_collect", ("setting", "empty_parameter_set_mark")),
        ("anyio_mode = auto", ("setting", "anyio_mode")),
        ("collect_imported_tests = false", ("setting", "collect_imported_tests")),
        ("usefixtures = thing", ("unknown fixture", "thing")),
    ],
)
def test_options_and_settings_that_have_a_say_make_all_files_dynamic(
    folder: Path, setting: str, doubt: tuple[str, str]
) -> None:
    (folder / "pytest.ini").write_text(f"[pytest]\n{setting}\n")
    (folder / "test_one.py").write_text("def test_a(): ...")
    assert kinds(pytest_dxpy.discover()) == [doubt]


def test_a_plugin_that_nobody_knows_makes_all_files_dynamic(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "test_one.py").write_text("def test_a(): ...")
    entries = [
        importlib.metadata.EntryPoint("strange", "strange_plugin", "pytest11"),
        importlib.metadata.EntryPoint("timeout", "pytest_timeout", "pytest11"),
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: entries)
    assert kinds(pytest_dxpy.discover()) == [("plugin", "strange")]
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:strange\n")
    assert pytest_dxpy.discover().exact
    (folder / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert pytest_dxpy.discover().exact


def test_a_plugin_that_is_named_counts_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "test_one.py").write_text("def test_a(testdir): ...")
    monkeypatch.setitem(sys.modules, "strange", ModuleType("strange"))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p strange -p pytester\n")
    assert kinds(pytest_dxpy.discover()) == [("plugin", "strange")]


def test_a_file_of_doctests_is_dynamic(folder: Path) -> None:
    (folder / "test_one.txt").write_text(">>> 1\n1\n")
    assert kinds(pytest_dxpy.discover()) == [("doctest", "")]


def test_a_file_outside_of_the_rootdir_is_dynamic(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_one.py").write_text("def test_a(): ...")
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-c {inner / 'pytest.ini'}")
    assert kinds(pytest_dxpy.discover()) == [("rootdir", str(inner))]


@pytest.mark.parametrize(
    "module",
    [
        "pyfakefs.pytest_plugin",
        "pytest_cov.plugin",
        "pytest_socket",
        "pytest_timeout",
        "xdist.plugin",
    ],
)
def test_fixtures_of_known_plugins_are_those_they_have(module: str) -> None:
    plugin = pytest.importorskip(module)
    found = {
        name
        for name, value in vars(plugin).items()
        if type(value).__name__ == "FixtureFunctionDefinition"
    }
    assert found == set(known_plugins._FIXTURES[module].split())


def test_fixtures_of_pytest_are_those_it_has(pytestconfig: pytest.Config) -> None:
    known = set(known_plugins.plain_fixtures(["_pytest.pytester"]))
    found = set()
    for plugin in pytestconfig.pluginmanager.get_plugins():
        if not getattr(plugin, "__name__", type(plugin).__module__).startswith("_pytest."):
            continue
        for attribute, value in [*vars(type(plugin)).items(), *vars(plugin).items()]:
            if type(value).__name__ != "FixtureFunctionDefinition":
                continue
            marker = value._fixture_function_marker
            found.add(marker.name or attribute)
            assert marker.params is None
            asked = inspect.signature(value._get_wrapped_function()).parameters
            assert {name for name in asked if not name.startswith("_")} <= known, attribute
    assert len(found) > 10
    assert {name for name in found if not name.startswith("_")} <= known


@pytest.mark.parametrize("kind", reasons.WORDS)
def test_every_reason_has_its_heading(kind: str) -> None:
    page = (ROOT / "docs" / "discovery.md").read_text(encoding="utf-8")
    assert f"\n### {kind}\n" in page


def test_every_reason_of_the_native_core_has_words() -> None:
    names = (ROOT / "native" / "facts" / "file_facts.cc").read_text()
    [listed] = re.findall(r"kNames = \{(.*?)\};", names, re.DOTALL)
    kinds_ = set(re.findall(r'"([^"]+)"', listed))
    for path in (ROOT / "native" / "survey").glob("*.cc"):
        if not path.stem.endswith("_test"):
            kinds_ |= set(re.findall(r'push_back\(\s*\{"([^"]+)"', path.read_text()))
    assert kinds_ <= set(reasons.WORDS)
    assert set(reasons.WORDS) - kinds_ == {"plugin", "option", "setting"}
