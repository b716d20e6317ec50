"""``--dx-explain`` and ``dx-py why`` as a user meets them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from tests.acceptance.shop import affected, edit, shop
from tests.conftest import Project, Result

__all__ = ["shop"]  # the fixture

DX_PY = ("-c", "import sys; from pytest_dxpy.cli import main; sys.exit(main())")
COST, TAX = "test_shop.py::test_cost", "test_shop.py::test_tax"
WITNESS = (
    r"  witness: [0-9a-f]{12}, passed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d in \d+\.\d\d s, gw[01] on .+"
)
STEP = {"text", "path", "line", "last_line", "name", "gone"}
RESULT = {"passed", "when", "seconds", "worker", "fingerprint", "host", "branch", "commit"}


@pytest.fixture
def edited(shop: Project) -> Project:
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    return shop


def dx_py(project: Project, *args: str) -> Result:
    return project.start(*args, program=DX_PY).wait()


def about(result: Result, node_id: str) -> list[str]:
    """What is printed about one test."""
    lines = result.output.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{node_id}: "))
    last = next((n for n in range(first + 1, len(lines)) if not lines[n].startswith(" ")), None)
    return lines[first:last]


def document(result: Result) -> dict[str, Any]:
    [line] = [line for line in result.output.splitlines() if line.startswith('{"dx_explain"')]
    found: dict[str, Any] = json.loads(line)
    return found


def test_alone_it_is_a_line_for_each_test_that_is_selected(edited: Project) -> None:
    result = affected(edited, "--dx-explain")
    assert result.lines("test_") == [f"{COST}: shop.py:3: cost".removeprefix("test_")]


@pytest.mark.parametrize("args", [["test_shop.py"], [COST, TAX]], ids=" ".join)
def test_what_follows_it_is_no_value_of_it(edited: Project, args: list[str]) -> None:
    result = affected(edited, "--dx-explain", *args)
    assert (result.code, result.summary) == (0, "1 passed, 1 unaffected")
    assert f"{COST}: shop.py:3: cost" in result.output


def test_it_may_stand_in_addopts(edited: Project) -> None:
    edited.ini("addopts = --dx-explain --dx-affected")
    assert f"{COST}: shop.py:3: cost" in edited.run("test_shop.py").output


@pytest.mark.parametrize("args", [["--dx-workers=1"], ["--dx-collect=full"], ["--co"], ["-n0"]])
def test_of_a_selected_test_it_tells_the_chain(edited: Project, args: list[str]) -> None:
    result = edited.plain("-p", "dxpy", "--dx-affected", f"--dx-explain={COST}", *args)
    lines = about(result, COST)
    assert lines[:2] == [f"{COST}: selected", f"  why: shop.py:3: cost -> {COST}"]
    assert re.fullmatch(WITNESS.replace("witness: [0-9a-f]{12},", "last:"), lines[2])
    assert "    shop.py: cost" in lines


@pytest.mark.parametrize("args", [["--dx-workers=1"], ["--dx-collect=full"], ["--co"], ["-n0"]])
def test_of_an_unaffected_test_it_tells_the_witness(edited: Project, args: list[str]) -> None:
    result = edited.plain("-p", "dxpy", "--dx-affected", f"--dx-explain={TAX}", *args)
    lines = about(result, TAX)
    assert lines[0] == f"{TAX}: unaffected"
    assert re.fullmatch(WITNESS, lines[1])
    # The suite's own plugin is code of the project, too.
    assert re.match(r"  depends on: \d functions, \d sources, .*, \d settings", lines[2])
    assert {"    conftest.py", "    shop.py: tax", "    test_shop.py: test_tax"} < {*lines}


def test_files_that_were_read_are_named(project: Project) -> None:
    project.write_file("stock.txt", "5")
    project.write(test_a="def test_a(): assert open('stock.txt').read() == '5'")
    project.run()
    lines = about(affected(project, "--dx-explain=test_a.py::test_a"), "test_a.py::test_a")
    assert re.search(r", \d files?, ", lines[2])
    assert "    stock.txt" in lines


def test_a_file_stands_for_its_tests(edited: Project) -> None:
    output = affected(edited, "--dx-explain=test_shop.py").output
    assert f"{COST}: selected" in output
    assert f"{TAX}: unaffected" in output
    assert "test_apple: " not in output


def test_a_removed_line_is_told_as_it_was(shop: Project) -> None:
    edit(shop, "shop.py", "def cost(): return 5", "")
    result = affected(shop, f"--dx-explain={COST}")
    assert f"  why: shop.py:3: cost (gone) -> {COST}" in result.output


def test_lines_are_those_of_the_new_content(shop: Project) -> None:
    edit(shop, "shop.py", "def cost(): return 5", "# one\n# two\ndef cost(): return max(5, 0)")
    assert f"  why: shop.py:5: cost -> {COST}" in affected(shop, f"--dx-explain={COST}").output


def test_all_lines_of_what_changed_are_told(shop: Project) -> None:
    edit(shop, "shop.py", "def cost(): return 5", "def cost(\n):\n    # more\n    return 5 + 0")
    [step] = [
        test["chain"][0]
        for test in document(affected(shop, "--dx-explain=json", "--co"))["tests"]
        if test["id"] == COST
    ]
    assert (step["line"], step["last_line"], step["name"]) == (3, 6, "cost")
    assert f"  why: shop.py:3-6: cost -> {COST}" in affected(shop, f"--dx-explain={COST}").output


def test_a_new_test_is_told_as_such(shop: Project) -> None:
    shop.write(test_new="def test_new(): pass")
    lines = about(affected(shop, "--dx-explain=test_new.py"), "test_new.py::test_new")
    assert lines == ["test_new.py::test_new: selected", "  why: nothing is known of it"]


def test_an_id_that_nobody_has_is_told_with_the_nearest(shop: Project) -> None:
    result = affected(shop, "--dx-explain=test_shop.py::test_cots")
    assert f"--dx-explain: no test 'test_shop.py::test_cots' was met; did you mean '{COST}'?" in (
        result.notes
    )


def test_without_affected_there_is_nothing_to_explain(shop: Project) -> None:
    result = shop.run(f"--dx-explain={COST}")
    assert f"--dx-explain: no test '{COST}' was met; it goes with --dx-affected" in result.notes
    assert result.summary == "5 passed"


def test_a_value_that_is_no_id_is_refused(shop: Project) -> None:
    result = affected(shop, "--dx-explain=jsn")
    assert (result.code, result.errors) == (
        4,
        "ERROR: --dx-explain: 'jsn' is neither 'json' nor a node id [bad-option]\n"
        "hint: a node id begins with a file, as in 'test_a.py::test_1'",
    )


@pytest.mark.parametrize("args", [["-q"], ["--dx-collect=full"], ["--co", "-q"], ["-n0"]])
def test_json_has_every_test(edited: Project, args: list[str]) -> None:
    edited.write(test_new="def test_new(): pass")
    data = document(edited.plain("-p", "dxpy", "--dx-affected", "--dx-explain=json", *args))
    tests = {test["id"]: test for test in data["tests"]}
    assert data["dx_explain"] == 1
    [step] = tests[COST]["chain"]
    place = {"path": "shop.py", "line": 3, "last_line": 3, "name": "cost", "gone": False}
    assert step == {"text": "shop.py:3: cost", **place}
    assert (tests[COST]["affected"], tests[COST]["witness"]) == (True, None)
    assert (tests[TAX]["affected"], tests[TAX]["left_out"], tests[TAX]["chain"]) == (
        False, True, []
    )  # fmt: skip
    assert set(tests[TAX]["witness"]) == set(tests[COST]["last"]) == RESULT
    [new] = [file for file in data["files"] if file["path"] == "test_new.py"]
    assert new["must_collect"]
    assert set(new["why"][0]) == STEP


def test_a_result_names_branch_and_commit(shop: Project) -> None:
    for args in ("init -q -b topic/one", "add -A", "-c user.name=a -c user.email=a@b commit -qm 1"):
        subprocess.run(["git", *args.split()], cwd=shop.path, check=True, capture_output=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=shop.path, check=True, capture_output=True, text=True
    ).stdout.strip()
    edit(shop, "shop.py", "RATE = 2", "RATE = max(2, 0)")
    affected(shop)
    lines = about(affected(shop, f"--dx-explain={TAX}"), TAX)
    assert lines[1].endswith(f", at topic/one {head[:10]}")
    data = document(affected(shop, "--dx-explain=json"))
    [test] = [test for test in data["tests"] if test["id"] == TAX]
    assert (test["witness"]["branch"], test["witness"]["commit"]) == ("topic/one", head)


# dx-py why


@pytest.mark.parametrize("node_id", [COST, TAX])
def test_why_says_what_a_run_would_say(edited: Project, node_id: str) -> None:
    ours = dx_py(edited, "why", node_id)
    assert ours.code == 0
    assert about(ours, node_id) == about(affected(edited, f"--dx-explain={node_id}"), node_id)
    assert re.fullmatch(
        r"assumed: interpreter, plugins, settings and options as in the run of [\d: -]+",
        ours.output.splitlines()[-1],
    )


def test_why_knows_another_root(edited: Project) -> None:
    edited.write_file("elsewhere/keep", "")
    args = ["why", COST, "--root", "..", "--cache-dir", "../.pytest_cache/d/dxpy"]
    running = edited.start("-c", f"import os; os.chdir('elsewhere'); {DX_PY[1]}", *args, program=())
    assert f"  why: shop.py:3: cost -> {COST}" in running.wait().output


def test_why_sees_variables_that_are_named(shop: Project) -> None:
    shop.ini("dx_env = FLAVOUR")
    shop.run()
    assert f"{COST}: unaffected" in dx_py(shop, "why", COST).output
    shop.env["FLAVOUR"] = "sweet"
    assert f"  why: $FLAVOUR -> {COST}" in dx_py(shop, "why", COST).output


def test_why_as_json(edited: Project) -> None:
    data = document(dx_py(edited, "why", COST, "--json"))
    assert [test["id"] for test in data["tests"]] == [COST, TAX]


def test_why_of_a_test_that_may_be_new(shop: Project) -> None:
    edit(shop, "test_shop.py", "def test_tax", "def test_more(): pass\ndef test_tax")
    assert dx_py(shop, "why", "test_shop.py::test_more").output.splitlines()[:3] == [
        "test_shop.py::test_more: selected, if there is such a test",
        "  why: nothing is known of it",
        "  its file is imported: test_shop.py:4: test_more",
    ]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (
            ["test_shop.py::test_cots"],
            2,
            "'test_shop.py::test_cots': test_shop.py has no such test [unknown-test]\n"
            f"hint: did you mean '{COST}'?",
        ),
        (
            ["test_shop.py::xyz"],
            2,
            "'test_shop.py::xyz': test_shop.py has no such test [unknown-test]\n"
            "hint: 'dx-py discover test_shop.py' lists its tests",
        ),
        (
            ["test_none.py::test_1"],
            2,
            "'test_none.py::test_1': there is no file 'test_none.py' in ROOT [unknown-test]\n"
            "hint: node ids begin with a path from pytest's rootdir",
        ),
        (
            [COST, "--root=nowhere"],
            2,
            "--root: 'nowhere' is no directory [bad-option]\nhint: name the project's directory",
        ),
        (
            [COST, "--cache-dir=nowhere"],
            1,
            "ROOT/nowhere/impact.dxs: there is no record yet [no-record]\n"
            "hint: a run with 'pytest -p dxpy' makes one, or 'dx-py store import'",
        ),
    ],
)
def test_why_says_what_is_wrong(shop: Project, args: list[str], code: int, message: str) -> None:
    result = dx_py(shop, "why", *args)
    assert (result.code, result.output.strip()) == (
        code,
        f"dx-py: {message.replace('ROOT', str(shop.path))}",
    )
