from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy.records import FileRecord, Records, content_hash

RECORD = FileRecord(
    seconds=0.25,
    tests=3,
    size_bytes=10,
    mtime_ns=99,
    proven="a" * 32,
    dependent="",
    start_seconds=0.125,
    whole="b" * 32,
    slow=[(1, 0.5), (7, 2.0)],
    exclusive=["/conftest.py::server"],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "files.json"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A test file."""
    file = tmp_path / "test_a.py"
    file.write_text("def test_a(): pass\n")
    return str(file)


def saved(path: Path, **files: FileRecord) -> Records:
    """Records with these files, written to ``path``."""
    records = Records(path)
    records.files.update({f"/{name}.py": record for name, record in files.items()})
    assert records.save() == ""
    return records


def test_what_was_saved_is_read(path: Path) -> None:
    saved(path, test_a=RECORD, test_b=FileRecord())
    assert Records(path).files == {"/test_a.py": RECORD, "/test_b.py": FileRecord()}


def test_a_name_that_is_not_utf_8_is_kept(path: Path) -> None:
    records = Records(path)
    records.get(os.fsdecode(b"/test_\xff.py")).tests = 7
    records.save()
    assert Records(path).files[os.fsdecode(b"/test_\xff.py")].tests == 7


def test_without_a_file_nothing_is_known(path: Path) -> None:
    assert Records(path).files == {}


def test_without_a_path_nothing_is_kept(path: Path) -> None:
    records = Records(None)
    records.get("/test_a.py").tests = 1
    assert records.save() == ""
    assert not path.parent.exists()


def test_a_file_cut_short_anywhere_counts_as_none(path: Path) -> None:
    saved(path, test_a=RECORD)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert Records(path).files == {}, f"cut to {length} bytes"


@given(st.binary(max_size=200))
def test_random_bytes_count_as_none(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.json"
    path.write_bytes(data)
    assert Records(path).files == {}


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "3",
        '"text"',
        "{}",
        '{"version": 1}',
        '{"version": 1, "files": null}',
        '{"version": 1, "files": []}',
        '{"version": 1, "files": {"/a.py": 3}}',
        '{"version": 1, "files": {"/a.py": [1, 2, 3, 4, 5, 6, 7, 8]}}',
        '{"version": 2, "files": {"/a.py": []}}',
        '{"version": 1, "files": {"/a.py": ["x", 3, 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": [0.5, "3", 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, 5, ""]}}',
        '{"version": 1, "files": {"/a.py": [null, 3, 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": [NaN, 3, 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": [Infinity, 3, 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": [-1, 3, 1, 1, "", ""]}}',
        '{"version": 1, "files": {"/a.py": []}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", "x", ""]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -2, ""]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", 7]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [7]]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [[-7, 1]]]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [[7, NaN]]]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [["a", "b"]]]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [], 7]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", "", -1, "", [], [7]]}}',
        '{"version": 1, "files": {"/a.py": [0.5, 3, 1, 1, "", ""]}, "exclusive": []}',
        '{"version": 1, "files": {"/a.py": "abcdef"}}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:60],
)
def test_json_that_is_no_record_counts_as_none(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert Records(path).files == {}


def test_a_fixture_is_exclusive_until_its_file_changes(path: Path, source: str) -> None:
    records = Records(path)
    records.exclusive[f"{source}::server"] = content_hash(source)
    records.get("/test_b.py").exclusive = [f"{source}::server"]
    records.get("/test_c.py").exclusive = []
    records.save()
    again = Records(path)
    assert [again.is_exclusive(f"/test_{name}.py") for name in "bcd"] == [True, False, False]
    Path(source).write_text("# another port\n")
    assert not Records(path).is_exclusive("/test_b.py")


def test_a_damaged_file_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\0garbage")
    saved(path, test_a=RECORD)
    assert Records(path).files == {"/test_a.py": RECORD}


def test_saving_leaves_nothing_aside(path: Path) -> None:
    saved(path, test_a=RECORD)
    saved(path, test_a=RECORD)
    assert [file.name for file in path.parent.iterdir()] == ["files.json"]


def test_a_file_in_place_of_the_directory_is_said_in_one_line(path: Path) -> None:
    path.parent.write_text("in the way")
    assert Records(path).save() == f"durations are not kept: {path}: File exists"


def test_a_directory_in_place_of_the_file_is_said_in_one_line(path: Path) -> None:
    path.mkdir(parents=True)
    assert Records(path).save() == f"durations are not kept: {path}: Is a directory"
    assert [file.name for file in path.parent.iterdir()] == ["files.json"]


def test_a_file_is_proven_while_its_content_is_the_same(path: Path, source: str) -> None:
    records = Records(path)
    assert not records.is_proven(source)
    records.get(source).proven = content_hash(source)
    assert records.is_proven(source)
    Path(source).write_text("def test_other(): pass\n")
    assert not records.is_proven(source)


def test_a_file_is_dependent_while_its_content_is_the_same(path: Path, source: str) -> None:
    records = Records(path)
    assert not records.is_dependent(source)
    records.get(source).dependent = content_hash(source)
    assert records.is_dependent(source)
    Path(source).write_text("def test_other(): pass\n")
    assert not records.is_dependent(source)


def test_a_file_that_is_gone_is_neither(path: Path, source: str) -> None:
    records = Records(path)
    records.files[source] = FileRecord(proven="", dependent="")
    Path(source).unlink()
    assert content_hash(source) == ""
    assert not records.is_proven(source)
    assert not records.is_dependent(source)
    assert not records.is_whole(source)


def test_records_of_before_files_were_shared_are_read(path: Path) -> None:
    saved(path)
    fields = [0.25, 3, 10, 99, "a" * 32, ""]
    path.write_text(json.dumps({"version": 1, "files": {"/test_a.py": fields}}))
    assert Records(path).files["/test_a.py"] == dataclasses.replace(
        RECORD, start_seconds=-1.0, whole="", slow=[], exclusive=[]
    )


def test_the_format_is_versioned(path: Path) -> None:
    saved(path, test_a=RECORD)
    data = json.loads(path.read_text())
    lists = [[1, 0.5], [7, 2.0]], ["/conftest.py::server"]
    assert data == {
        "version": 1,
        "files": {"/test_a.py": [0.25, 3, 10, 99, "a" * 32, "", 0.125, "b" * 32, *lists]},
        "exclusive": {},
        "worker_bytes": 0,
    }


def test_files_are_exclusive_by_what_is_found_and_by_what_is_named() -> None:
    records = Records(None)
    records.get("/test_a.py").exclusive = ["/conftest.py::server"]
    assert not records.is_exclusive("/test_a.py")
    records.declared = frozenset(["server"])
    assert records.is_exclusive("/test_a.py")
    assert not records.is_exclusive("/test_b.py")
    records.declared = frozenset()
    records.exclusive["/conftest.py::server"] = "hash"
    assert records.is_exclusive("/test_a.py")
