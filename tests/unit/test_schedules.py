from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_dxpy.errors import ScheduleError
from pytest_dxpy.schedules import KEPT, Piece, Schedule, Schedules, decode, encode

ROOT = "/project"
IDS = ["test_a.py::test_1", "test_a.py::test_2[\udcff]", "elsewhere::test_3", "test_a.py"]
A = Piece(f"{ROOT}/test_a.py", IDS, [0, 1, 3, 2])
OTHER_A = Piece(f"{ROOT}/test_a.py", IDS, [])
GROUP = Piece("@group", ["sub/test_b.py::test_1"], [0])
OUTSIDE = Piece("/elsewhere/test_c.py", ["../elsewhere/test_c.py::test_1"], [0])
SCHEDULE = Schedule("7", "lazy", [[A, GROUP], [OTHER_A]], [[OUTSIDE]], ["test_a.py::test_1"])
UNREADABLE = [
    "null",
    "{}",
    '{"dxpy-schedule": 0}',
    '{"dxpy-schedule": "1"}',
    "[" * 100_000,
]


def changed(**fields: object) -> str:
    """The text of a schedule with other fields."""
    return json.dumps({**json.loads(encode(ROOT, SCHEDULE)), **fields})


def test_what_was_encoded_is_decoded() -> None:
    assert decode(ROOT, "7", encode(ROOT, SCHEDULE)) == SCHEDULE
    full = SCHEDULE._replace(collect="full", is_all=True, failed=[])
    assert decode(ROOT, "7", encode(ROOT, full)) == full


def test_another_place_of_the_project_is_the_same_to_it() -> None:
    moved = decode("/ci/checkout", "7", encode(ROOT, SCHEDULE))
    assert [piece.key for piece in moved.pieces] == [
        "/ci/checkout/test_a.py",
        "@group",
        "/ci/checkout/test_a.py",
        "/elsewhere/test_c.py",
    ]


def test_the_text_says_each_path_and_each_run_of_tests_once() -> None:
    ids = [f"sub/test_a.py::test_{n}" for n in range(100)]
    pieces = [
        Piece("/project/sub/test_a.py", ids, [*range(60), 98]),
        Piece("/project/sub/test_a.py", ids, [*range(60, 98)]),
    ]
    data = json.loads(encode(ROOT, Schedule("", "lazy", [pieces[:1], pieces[1:]], [], [])))
    assert data["workers"] == [[[0, [[0, 60], [98, 99]]]], [[0, [[60, 98]]]]]
    assert data["units"] == [["sub/test_a.py", [f"::test_{n}" for n in range(100)]]]


def test_a_root_may_be_the_file_systems_own() -> None:
    piece = Piece("/test_a.py", ["test_a.py::test_1"], [0])
    schedule = Schedule("", "lazy", [[piece]], [], [])
    assert json.loads(encode("/", schedule))["units"] == [["test_a.py", ["::test_1"]]]
    assert decode("/", "", encode("/", schedule)) == schedule


@pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no schedule|version|nested"):
        decode(ROOT, "7", text)


@pytest.mark.parametrize(
    "fields",
    [
        {"collect": "some"},
        {"all": 1},
        {"failed": [1]},
        {"failed": "test_1"},
        {"workers": []},
        {"workers": 3},
        {"workers": [[[9, []]]]},
        {"workers": [[[-1, []]]]},
        {"workers": [[[0, [[0, 10**12]]]]]},
        {"workers": [[[0, [[2, 1]]]]]},
        {"workers": [[[0, [[-1, 1]]]]]},
        {"workers": [[[0, [["a", 1]]]]]},
        {"late": [[[0]]]},
        {"units": [["a", [1]]]},
        {"units": [[1, []]]},
        {"units": [["a\0", []]]},
    ],
    ids=str,
)
def test_a_wrong_field_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(ROOT, "7", changed(**fields))


def test_a_text_cut_short_anywhere_is_refused() -> None:
    whole = encode(ROOT, SCHEDULE)
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"."):
            decode(ROOT, "7", whole[:length])


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_any_value_of_a_field_is_taken_or_refused(value: object) -> None:
    for field in ("workers", "late", "units", "failed", "all", "collect"):
        with contextlib.suppress(ValueError):
            decode(ROOT, "7", changed(**{field: value}))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "run.json"
    path.write_bytes(data)
    with pytest.raises(ScheduleError, match=r"run\.json is damaged, or not ours: "):
        Schedules(None).load(str(path), Path(), ROOT)


def test_runs_are_numbered_and_the_oldest_forgotten(tmp_path: Path) -> None:
    kept = Schedules(tmp_path / "runs")
    text = encode(ROOT, SCHEDULE)
    assert [kept.keep(text) for _ in range(KEPT + 2)] == [str(n + 1) for n in range(KEPT + 2)]
    assert kept.load("yes", tmp_path, ROOT) == SCHEDULE._replace(name=str(KEPT + 2))
    assert len([*(tmp_path / "runs").iterdir()]) == KEPT
    with pytest.raises(ScheduleError, match="run 2 is not kept"):
        kept.load("2", tmp_path, ROOT)


def test_foreign_files_in_the_folder_are_passed_over(tmp_path: Path) -> None:
    for name in ("a.json", "3.json.new", "²".join(("", ".json")), "4"):
        (tmp_path / name).write_text("x")
    assert Schedules(tmp_path).keep(encode(ROOT, SCHEDULE)) == "1"


def test_nothing_is_kept_without_a_folder() -> None:
    assert Schedules(None).keep("text") == ""
