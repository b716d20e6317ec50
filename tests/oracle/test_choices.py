"""``dx-py discover`` with node ids against ``pytest --collect-only -q`` with the same arguments."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_dxpy import cli

pytestmark = pytest.mark.usefixtures("only_pytest")

FILES = {
    "pytest.ini": "[pytest]\n",
    "tests/test_a.py": """\
import pytest, unittest
@pytest.mark.parametrize("y", [3, 4])
@pytest.mark.parametrize("x", [1, 2])
def test_z(x, y): pass
def test_y(): pass
class TestX:
    def test_1(self): pass
    @pytest.mark.parametrize("x", ["a[b]", "a::b", "c/d"])
    def test_2(self, x): pass
    class TestInner:
        def test_3(self): pass
class Case(unittest.TestCase):
    def test_4(self): pass
    def test_5(self): pass
class TestEmpty:
    def helper(self): pass
class TestOff:
    __test__ = False
    def test_6(self): pass
class TestInit:
    def __init__(self): pass
class TestXY(TestX):
    def test_7(self): pass
class Other:
    def test_8(self): pass
def test_yy(): pass
""",
    "tests/test_b.py": "def test_b1(): pass\ndef test_b2(): pass\n",
    "tests/sub/test_c.py": "def test_b1(): pass\ndef test_b2(): pass\n",
    "tests/helper.py": "def test_h(): pass\n",
}
A = "tests/test_a.py"
FOUND = [
    "tests", "tests/sub", "tests/sub/test_c.py", "tests/test_b.py", "tests/test_b.py::test_b2",
    A, f"{A}::TestX", f"./tests/../{A}::TestX", f"{A}::TestX::test_1", f"{A}::TestX::test_2",
    f"{A}::TestX::test_2[a[b]]", f"{A}::TestX::test_2[a::b]", f"{A}::TestX::test_2[c/d]",
    f"{A}::TestX::TestInner", f"{A}::test_z", f"{A}::test_z[1-3]", f"{A}::test_y", f"{A}::Case",
    f"{A}::Case::test_4", f"{A}::TestXY::test_1", f"{A}::TestEmpty", f"{A}::TestOff",
    f"{A}::TestInit", "tests/helper.py", "tests/helper.py::test_h",
]  # fmt: skip
MISSED = [
    f"{A}::nope", f"{A}::", f"{A}::test_z[9]", f"{A}::TestX::nope", f"{A}::Case::nope",
    f"{A}::TestX::TestInner::nope", f"{A}::TestEmpty::nope", f"{A}::TestOff::test_6",
    f"{A}::TestInit::nope", f"{A}::Other", f"{A}::Other::test_8", f"{A}::TestX[1]",
    f"{A}::TestX[1]::test_1", f"{A}::TestX::test_2[a", f"{A}::test_y[1]", f"{A}::test_y::nope",
    f"{A}::test_z::nope", f"{A}::test_", f"{A}::TestX::TestInner::test_3::nope", f"{A}::T*",
]  # fmt: skip
SEVERAL = [
    [A, A],
    [A, f"{A}::test_y"],
    [f"{A}::test_y", A],
    [f"{A}::TestX", f"{A}::TestX"],
    [f"{A}::test_y", f"{A}::test_y"],
    [f"{A}::test_z[1-3]", f"{A}::test_z"],
    [f"{A}::test_z", f"{A}::test_z[1-3]"],
    [f"{A}::test_z[2-4]", f"{A}::test_z[1-3]"],
    [f"{A}::TestX::test_1", f"{A}::TestX"],
    [f"{A}::TestX", f"{A}::TestX::test_1"],
    [f"{A}::test_y", "tests/test_b.py", f"{A}::test_y"],
    [f"{A}::TestX", "tests/test_b.py", f"{A}::TestX"],
    ["tests", f"{A}::test_y"],
    [f"{A}::test_y", "tests"],
    ["tests", A],
    ["tests/sub", "tests"],
    ["tests/helper.py", "tests"],
    [f"{A}::nope", f"{A}::test_y", "tests/test_b.py::nope", f"{A}::test_y::nope"],
    [f"{A}::nope", f"{A}::nope"],
]
RANDOM = random.Random(1)
MIXED = [[RANDOM.choice(FOUND) for _ in range(RANDOM.randrange(2, 7))] for _ in range(40)]
CASES = [*([each] for each in (*FOUND, *MISSED)), *SEVERAL, *MIXED]

# One process for all: each start of Python and pytest would take longer than a hundred of these.
COLLECT = """\
import contextlib, io, json, sys, pytest
answers = []
for arguments in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        with contextlib.redirect_stderr(io.StringIO()) as err:
            code = pytest.main(["--collect-only", "-q", "-s", "-pno:cacheprovider", *arguments])
    ids = [line for line in out.getvalue().splitlines() if "::" in line]
    answers.append((int(code), ids, err.getvalue()))
json.dump(answers, sys.stdout)
"""

Answer = tuple[int, list[str], str]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("choices")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def plain(only_pytest: None, tree: Path) -> dict[str, Answer]:
    """What pytest says to each case: exit code, node ids, errors."""
    del only_pytest
    answer = subprocess.run(
        [sys.executable, "-c", COLLECT],
        input=json.dumps(CASES),
        cwd=tree,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[Any] = json.loads(answer.stdout)
    return {
        str(case): (code, ids, errors)
        for case, (code, ids, errors) in zip(CASES, answers, strict=True)
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_lists_what_pytest_collects(
    case: list[str],
    plain: dict[str, Answer],
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tree)
    code, ids, errors = plain[str(case)]
    ours = cli.main(["discover", *case])
    output, our_errors = capsys.readouterr()
    assert [line for line in output.splitlines() if "::" in line] == ids
    assert our_errors == errors
    assert ours == (0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code)


def test_the_cases_are_of_all_kinds(plain: dict[str, Answer]) -> None:
    """Else the test above would say nothing."""
    assert {code for code, _, _ in plain.values()} == {0, 4, 5}
    assert all(plain[str([each])][0] == 4 for each in MISSED)
    errors = "".join(errors for _, _, errors in plain.values())
    for text in ("<Module test_a.py>", "<Class TestX>", "<UnitTestCase Case>", "no collectors for"):
        assert text in errors
    twice = [ids for code, ids, _ in plain.values() if len(set(ids)) < len(ids)]
    assert bool(twice) == (pytest.version_tuple < (9,))
