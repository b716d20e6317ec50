"""native.file_facts against pytest itself, which imports and collects the same files."""

from __future__ import annotations

import itertools
import shutil
import sys
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

import _pytest.config
import _pytest.fixtures
import pytest
from hypothesis import event, given

from pytest_dxpy import native
from tests.oracle.facts_judge import examples, judge, read_alone, run_pytest
from tests.oracle.module_writer import modules_of_tests

pytestmark = pytest.mark.usefixtures("only_pytest")

# pytest's own plugins that have no say in what is collected.
SWITCHED_OFF = (
    "assertion cacheprovider capture debugging faulthandler junitxml legacypath logging "
    "monkeypatch pastebin recwarn reports setuponly setupplan skipping stepwise subtests "
    "terminal threadexception tmpdir unraisableexception warnings"
)
QUIET = ["--noconftest", "--import-mode=importlib", *(f"-pno:{n}" for n in SWITCHED_OFF.split())]
RULES = [(("Test",), ("test",)), (("*C", "Test"), ("check_*", "test_?"))]


class Recorder:
    """A plugin that notes the ids in the order of collection, and what failed."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.failed: list[str] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        self.ids.append(item.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self.failed.append(str(report.longrepr))


def collect_with_pytest(
    path: Path, rules: tuple[tuple[str, ...], tuple[str, ...]], *, root: Path | None = None
) -> Recorder:
    recorder = Recorder()
    root = root or path.parent
    args = [*QUIET, f"-c{root / 'pytest.ini'}", f"--rootdir={root}"]
    args += [f"-opython_classes={' '.join(rules[0])}", f"-opython_functions={' '.join(rules[1])}"]
    config = _pytest.config._prepareconfig([*args, str(path)], [recorder])
    known = set(sys.modules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            session = pytest.Session.from_config(config)
            _pytest.fixtures.pytest_sessionstart(session)
            session.perform_collect()
    except pytest.UsageError as error:
        recorder.failed.append(str(error))
    finally:
        config._ensure_unconfigure()
        for name in set(sys.modules) - known:
            if name.startswith("test_generated"):
                del sys.modules[name]
    return recorder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facts")
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def is_valid(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "generated", "exec")
        except (SyntaxError, ValueError):
            return False
    return True


NUMBERS = itertools.count()


@examples(400)
@given(modules_of_tests())
def test_exact_ids_are_what_pytest_collects(folder: Path, source: str) -> None:
    if not is_valid(source):
        event("not valid")
        return
    path = folder / f"test_generated_{next(NUMBERS)}.py"
    rules = RULES[len(source) % 7 == 0]
    facts = native.file_facts(source.encode(), python_classes=rules[0], python_functions=rules[1])
    if not facts["exact"]:
        event("dynamic: " + facts["reasons"][0][0])
        return
    path.write_text(source, encoding="utf-8")
    try:
        collected = collect_with_pytest(path, rules)
    finally:
        path.unlink()
    if "Error while importing" in "".join(collected.failed) or any(
        f"{path.name}:" in failed and "in <module>" in failed for failed in collected.failed
    ):
        event("cannot be imported")
        return
    event("exact")
    assert collected.failed == []
    assert native.node_ids(facts, path.name) == collected.ids


def standard_library_tests() -> list[Path]:
    """Some of CPython's own test files: unittest, written by many hands over many years."""
    folder = Path(sysconfig.get_path("stdlib")) / "test"
    return sorted(folder.glob("test_[a-h]*.py"))[::6]


def test_the_standard_librarys_tests_are_collected_as_told(tmp_path: Path) -> None:
    paths = standard_library_tests()
    if not paths:
        pytest.skip("this Python comes without its tests")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pytest.ini").write_text("[pytest]\n")
    for path in paths:
        shutil.copy(path, tree)
    suite = run_pytest(sys.executable, ["--import-mode=importlib"], tree, tmp_path)
    verdicts: Counter[str] = Counter()
    for path, entry in suite["files"].items():
        verdict = judge(read_alone(path, suite), entry, suite)
        verdicts[verdict] += 1
        assert verdict != "WRONG", path
    assert verdicts["exact"] > 0
