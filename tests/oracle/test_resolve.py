"""native.resolve_facts against pytest itself, on generated trees of modules."""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import event, given

from pytest_dxpy import native
from tests.oracle.facts_judge import examples
from tests.oracle.package_writer import MODULES, PACKAGES, THIRD, trees_of_tests
from tests.oracle.test_facts import RULES, Recorder, collect_with_pytest, is_valid

pytestmark = pytest.mark.usefixtures("only_pytest")

GENERATED = {name.partition(".")[0] for name in (*MODULES, *PACKAGES, *THIRD)} | {"test_generated"}
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    yield tmp_path_factory.mktemp("resolve")
    sys.dont_write_bytecode = before


def collect(root: Path, path: Path) -> Recorder:
    """As pytest does with ``pythonpath = .``, in this process."""
    known = set(sys.path)
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        return collect_with_pytest(path, RULES[0], root=root)
    finally:
        sys.path[:] = [entry for entry in sys.path if entry in known]
        for name in list(sys.modules):
            if name.partition(".")[0] in GENERATED:
                del sys.modules[name]


@examples(200)
@given(trees_of_tests())
def test_exact_ids_are_what_pytest_collects(folder: Path, files: dict[str, str]) -> None:
    root = folder / str(next(NUMBERS))
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n")
    try:
        compare(root, next(root / name for name in files if "test_generated" in name))
    finally:
        shutil.rmtree(root)


def compare(root: Path, path: Path) -> None:
    if not is_valid(path.read_text(encoding="utf-8")):
        event("not valid")
        return
    [facts] = native.resolve_facts([path], entries=[str(root)])
    alone = native.file_facts(path.read_bytes())
    if not facts["exact"]:
        event("dynamic: " + facts["reasons"][0][0])
        return
    collected = collect(root, path)
    if "Error while importing" in "".join(collected.failed) or any(
        ".py:" in failed and "in <module>" in failed for failed in collected.failed
    ):
        event("cannot be imported")
        return
    assert collected.failed == []
    decided = "decided" if not facts["imported"] else "open"
    gained = "by imports" if not alone["exact"] else "by itself"
    event(f"exact {gained}, {decided}")
    told = native.node_ids(facts, path.relative_to(root).as_posix())
    if facts["imported"] and told != collected.ids:
        # What is left open names what it could be.
        open_names = {name.decode() for name, *_ in facts["imported"]}
        wrong = set(told) ^ set(collected.ids)
        assert {node_id.split("::")[1].split("[")[0] for node_id in wrong} <= open_names
        return
    assert told == collected.ids


def test_sources_are_read_once_for_all_files(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("class Base:\n    def test_b(self): pass\n")
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / name).write_text("from helpers import Base\nclass TestX(Base): pass\n")
    both = native.resolve_facts(
        [tmp_path / "test_a.py", tmp_path / "test_b.py"], entries=[str(tmp_path)]
    )
    for facts in both:
        assert native.node_ids(facts, "t.py") == ["t.py::TestX::test_b"]
        assert facts["sources"] == [os.fsencode(tmp_path / "helpers.py")]
        assert facts["tests"][0]["file"] == os.fsencode(tmp_path / "helpers.py")
