"""native.update_index against its slow twin, which reads every file each time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dxpy import native

Facts = dict[str, Any]
RULES = native.hash64(b"rules of these tests")


def facts(source: bytes) -> Facts:
    """What these tests take for parsing: a test for each line, and some of everything."""
    lines = source.splitlines()
    return {
        "exact": b"?" not in source,
        "reason": b"a question" if b"?" in source else b"",
        "blob": source,
        "tests": [(line, number, [line, b"mark"]) for number, line in enumerate(lines, 1)],
        "imports": [(line, number, 1, [b"*"]) for number, line in enumerate(lines)],
        "symbols": [(line, 1 + number % 4, 1, 2, 2**64 - 1) for number, line in enumerate(lines)],
    }


class Tree:
    """Sources, their index, and what the last update parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path / "tree"
        self.path.mkdir()
        self.index_path = os.fsencode(path / "x.dxti")
        self.rules_hash = RULES
        self.parsed: list[str] = []

    def walk(self) -> list[bytes]:
        """The files, as a run finds them."""
        files, _, _ = native.walk(
            [os.fsencode(self.path)],
            python_files=[b"*.py"],
            norecursedirs=[],
            ignore=[],
            ignore_glob=[],
            doctest_globs=[],
            doctest_modules=False,
            collect_in_virtualenv=False,
            keep_duplicates=False,
        )
        return [path for path, *_ in files]

    def parse(self, path: bytes, source: bytes) -> Facts:
        self.parsed.append(Path(os.fsdecode(path)).name)
        return facts(source)

    def update(self) -> dict[str, Facts | None]:
        """Name to facts, by the index."""
        self.parsed.clear()
        paths = self.walk()
        stats = [(path, os.stat(path)) for path in paths]  # noqa: PTH116 - of bytes
        index, ids, self.problems, self.stats = native.update_index(
            self.index_path,
            [(p, (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)) for p, s in stats],
            self.parse,
            rules_hash=self.rules_hash,
            root=os.fsencode(self.path),
        )
        found = {}
        for path, file in zip(paths, ids, strict=True):
            assert file is not None
            name = os.path.relpath(path, os.fsencode(self.path))
            assert index.path(file) == name
            found[os.fsdecode(name)] = index.facts(file)
        return found

    def twin(self) -> dict[str, Facts]:
        """Name to facts, by reading everything."""
        return {
            str(path.relative_to(self.path)): facts(path.read_bytes())
            for path in self.path.rglob("*.py")
        }


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


NAMES = st.sampled_from(["a.py", "b.py", "d/a.py", "d/c.py"])
TEXTS = st.sampled_from([b"", b"x", b"y", b"x\ny", b"?", b"\xff\0"])
EDITS = st.one_of(
    st.tuples(st.just("write"), NAMES, TEXTS),
    st.tuples(st.just("remove"), NAMES, st.none()),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("date"), NAMES, st.sampled_from([1, 2, 4 * 10**9])),
    st.tuples(st.just("damage"), st.none(), st.integers(0, 4000)),
    st.tuples(st.just("cut"), st.none(), st.integers(0, 4000)),
)


def edit(tree: Tree, kind: str, name: str | None, value: Any) -> None:
    path = tree.path / name if name else Path(os.fsdecode(tree.index_path))
    if kind == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(value)
    elif not path.exists():
        return
    elif kind == "remove":
        path.unlink()
    elif kind == "rename":
        target = tree.path / value
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
    elif kind == "date":
        os.utime(path, (value, value))
    elif content := bytearray(path.read_bytes()):
        at = min(value, len(content) - 1)
        content[at] ^= 0x10
        path.write_bytes(content if kind == "damage" else content[:at])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.lists(EDITS, max_size=5), max_size=8))
def test_the_index_says_what_reading_everything_says(runs: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder))
        for edits in runs:
            for kind, name, value in edits:
                edit(tree, kind, name, value)
            assert tree.update() == tree.twin()


def test_only_changed_files_are_parsed(tree: Tree) -> None:
    for name in ("a.py", "b.py"):
        (tree.path / name).write_bytes(b"x")
    tree.update()
    assert sorted(tree.parsed) == ["a.py", "b.py"]
    (tree.path / "b.py").write_bytes(b"y")
    tree.update()
    assert tree.parsed == ["b.py"]
    tree.update()
    assert tree.parsed == []


def test_an_index_can_be_opened_and_asked(tree: Tree) -> None:
    (tree.path / "a.py").write_bytes(b"x")
    tree.update()
    index, problem = native.open_index(tree.index_path, RULES)
    assert problem == b""
    assert index is not None
    assert len(index) == 1
    assert index.find(b"a.py", (1, 2, 3, 4)) == ("uncertain", 0)
    assert index.find(b"a.py", (2, 2, 3, 4)) == ("changed", 0)
    assert index.find(b"b.py", (1, 2, 3, 4)) == ("unknown", None)
    with pytest.raises(IndexError, match="file 1 is not less than 1"):
        index.facts(1)


def test_an_index_that_cannot_be_used_says_why(tree: Tree) -> None:
    tree.update()
    opened = native.open_index(tree.index_path, RULES + 1)
    assert opened == (None, tree.index_path + b": made under other rules")
    assert native.open_index(tree.index_path + b"gone", RULES) == (None, b"")


def test_an_exception_of_the_parser_comes_through(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: bytes, source: bytes) -> Facts:
        raise LookupError(os.fsdecode(path) + source.decode())

    for number in range(20):
        (tree.path / f"{number}.py").write_bytes(b"x")
    monkeypatch.setattr(tree, "parse", fail)
    with pytest.raises(LookupError):
        tree.update()
    assert not Path(os.fsdecode(tree.index_path)).exists()


def test_a_symbol_of_no_kind_is_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = facts(b"x") | {"symbols": [(b"x", 5, 1, 2, 3)]}
    monkeypatch.setattr(tree, "parse", lambda *_: wrong)
    (tree.path / "a.py").write_bytes(b"x")
    with pytest.raises(ValueError, match="symbol kind 5 is not one of 1 to 4"):
        tree.update()


def test_other_rules_parse_everything_again(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree.path / "a.py").write_bytes(b"x")
    tree.update()
    monkeypatch.setattr(tree, "rules_hash", RULES + 1)
    tree.update()
    assert tree.parsed == ["a.py"]
    assert tree.problems == [tree.index_path + b": made under other rules"]
