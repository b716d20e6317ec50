"""Several edits with runs between them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.selection.edits import (
    append,
    chart,
    delete,
    git,
    move,
    nothing,
    replace,
    together,
    write,
)
from tests.selection.scenario import EVERY, Scenario, Step, ids, scenario
from tests.selection.scenarios.nothing import METRES, NAMES, UNITS

if TYPE_CHECKING:
    from tests.selection.edits import Place

RIGHT, WRONG = "round(length, 3)", "round(length + 1, 3)"
BREAK, REPAIR = replace(UNITS, RIGHT, WRONG), replace(UNITS, WRONG, RIGHT)
FEE = replace("src/harbour/fees.py", "5 + 2", "6 + 2")
CODE = ids("names", "code") | ids("package", "code_of_package")
CODE_USERS = CODE | ids("names", "short_code") | ids("marks", "long_code")
UNIT_METRES = ids("units", "metres", "no_metres")
BERTHS = '{"east": 9, "west": 12}\n'
DEPTHS = (
    ids("berths", "depth")
    | ids("depth_east", "TestEast::test_depth_is_known")
    | ids("depth_west", "TestWest::test_depth_is_known")
)
BYSTANDER = "tests/test_bystander_a.py"
STOPPED = replace(BYSTANDER, "assert 1 + 1 == 2", "raise KeyboardInterrupt")
GOES_ON = replace(BYSTANDER, "raise KeyboardInterrupt", "assert 1 + 1 == 2")
DIES = replace(BYSTANDER, "assert 1 + 1 == 2", "import os; os._exit(7)")
LIVES = replace(BYSTANDER, "import os; os._exit(7)", "assert 1 + 1 == 2")


def in_the_same_second(place: Place) -> None:
    """An edit that leaves size and time as they were."""
    path = place.root / UNITS
    before = path.stat()
    replace(UNITS, "* FOOT", "+ FOOT")(place)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def damage_cache(place: Place) -> None:
    """Cut all that was kept between runs in half."""
    for path in (place.root / ".pytest_cache").rglob("*"):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


SCENARIOS: list[Scenario] = [
    scenario("no_edit", "nothing at all", nothing),
    scenario("no_edit_twice", "nothing, twice", nothing, nothing),
    scenario("two_edits", "two at once", together(BREAK, FEE), must=METRES | ids("vessel", "fee")),
    scenario("red_stays_red", "a failing test is left alone", BREAK, nothing, must=METRES),
    scenario("revert", "an edit, and back", BREAK, REPAIR, also=METRES),
    scenario(
        "revert_and_edit",
        "an edit, and back with another one, which reaches a test beside those that failed",
        BREAK,
        together(REPAIR, replace("src/harbour/tides.py", "North Sea", "Baltic Sea")),
        must=ids("tides", "sea"),
        also=METRES,
    ),
    scenario(
        "revert_then_edit",
        "an edit, back, and then another one beside those that failed",
        BREAK,
        REPAIR,
        replace("src/harbour/tides.py", "North Sea", "Baltic Sea"),
        must=ids("tides", "sea"),
    ),
    scenario(
        "repaired_otherwise",
        "a failing test is repaired by another edit",
        BREAK,
        replace(UNITS, WRONG, "round(1 * length, 3)"),
        must=METRES,
        red=False,
    ),
    scenario(
        "edit_after_edit",
        "another edit elsewhere: the first one's tests fail still",
        BREAK,
        FEE,
        must=METRES | ids("vessel", "fee"),
    ),
    scenario(
        "green_edit_after_edit",
        "an edit that breaks nothing, then one elsewhere",
        replace(NAMES, "name.title()", "name.title() or name"),
        FEE,
        must=ids("vessel", "fee"),
    ),
    scenario(
        "same_function_twice",
        "an edit that breaks nothing, then one that does, in the same function",
        replace(UNITS, RIGHT, "round(length * 1, 3)"),
        replace(UNITS, "round(length * 1, 3)", WRONG),
        must=METRES,
    ),
    scenario(
        "same_size_same_second",
        "an edit that leaves size and time as they were",
        replace(UNITS, "a knot is", "1 knot is"),
        in_the_same_second,
        must=METRES,
    ),
    scenario(
        "branch",
        "another branch with another function body",
        git("checkout", "-q", "other"),
        must=CODE,
        also=CODE_USERS,
    ),
    scenario(
        "branch_and_back_again",
        "another branch, a run, and back",
        git("checkout", "-q", "other"),
        git("checkout", "-q", "main"),
        also=CODE_USERS,
    ),
    scenario(
        "stash",
        "an edit is put away and taken out again",
        BREAK,
        git("stash", "-q"),
        git("stash", "pop", "-q"),
        must=METRES,
    ),
    scenario(
        "data_gone_and_back",
        "a data file",
        delete("data/berths.json"),
        write("data/berths.json", BERTHS),
        also=DEPTHS,
    ),
    scenario(
        "data_changed_back",
        "a data file after a run that failed, then another value",
        write("data/berths.json", BERTHS.replace("9", "8")),
        write("data/berths.json", BERTHS.replace("12", "13")),
        must=ids("depth_west", "TestWest::test_depth_is_known"),
        also=DEPTHS,
    ),
    scenario(
        "module_gone_and_back",
        "a module",
        move("src/harbour/legacy.py", "src/harbour/legacy.bak"),
        move("src/harbour/legacy.bak", "src/harbour/legacy.py"),
        also=ids("legacy", "old") | ids("setup_module", "was_set", "not_about_values"),
    ),
    scenario(
        "test_file_gone_and_back",
        "a file of tests, and its module is edited while it is away",
        move("tests/test_names.py", "names.bak"),
        together(move("names.bak", "tests/test_names.py"), replace(NAMES, "[:3]", "[:2]")),
        must=CODE,
        also=CODE_USERS,
    ),
    scenario(
        "new_test_fails_and_goes",
        "a failing test is added and deleted",
        write("tests/test_fresh.py", "def test_fresh():\n    assert False\n"),
        delete("tests/test_fresh.py"),
    ),
    scenario(
        "new_test_then_its_module",
        "a new test was run once: what it uses is known",
        write(
            "tests/test_fresh.py",
            "from harbour.fees import fee\n\n\ndef test_fresh():\n    assert fee(1) == 7\n",
        ),
        FEE,
        must=ids("fresh", "fresh") | ids("vessel", "fee"),
    ),
    scenario(
        "fixture_then_test",
        "a fixture gets a value, then a test wants another",
        replace("tests/conftest.py", '"ann": 1,', '"ann": 1, "cat": 3,'),
        replace("tests/test_register_b.py", 'register["ann"] == 1', 'register["cat"] == 4'),
        must=ids("register_b", "ann_again"),
    ),
    scenario(
        "package_upgraded_and_back",
        "a package of the environment",
        chart("2.0"),
        chart("1.0"),
        also=EVERY,
    ),
    scenario(
        "variable_and_back",
        "an environment variable is set for one run",
        Step(nothing, env={"HARBOUR_ZONE": "CET"}),
        nothing,
        also=EVERY,
    ),
    scenario(
        "one_file_before",
        "one test file was run after the edit: the others have to run yet",
        Step(BREAK, args=("tests/test_units.py",)),
        nothing,
        must=METRES,
    ),
    scenario(
        "one_word_before",
        "-k has left out most of what the edit reaches",
        Step(BREAK, args=("-k", "no_metres")),
        nothing,
        must=METRES,
    ),
    scenario(
        "stopped_before", "-x ended the run before", Step(BREAK, args=("-x",)), nothing, must=METRES
    ),
    scenario(
        "interrupted_before",
        "an interrupt ended the run before",
        together(BREAK, STOPPED),
        GOES_ON,
        must=METRES,
        also=ids("bystander_a", "by_a"),
    ),
    scenario(
        "killed_before",
        "a process of the run before has died",
        together(BREAK, DIES),
        LIVES,
        must=METRES,
        also=ids("bystander_a", "by_a", "by_a_too"),
    ),
    scenario(
        "plain_run_before",
        "plain pytest has run after the edit",
        Step(BREAK, plain=True),
        nothing,
        must=METRES,
    ),
    scenario(
        "collected_before",
        "only --collect-only was run after the edit",
        Step(BREAK, args=("--collect-only",)),
        nothing,
        must=METRES,
    ),
    scenario(
        "one_file_now",
        "one test file is asked for",
        Step(BREAK, args=("tests/test_units.py",)),
        must=UNIT_METRES,
    ),
    scenario("one_word_now", "-k asks for what is not affected", Step(BREAK, args=("-k", "knots"))),
    scenario(
        "edit_during_red_collection",
        "a file cannot be collected; meanwhile another edit",
        append("tests/test_geo.py", "def\n"),
        together(replace("tests/test_geo.py", "def\n", ""), FEE),
        must=ids("vessel", "fee"),
        also=ids("geo", "position", "sum", "note", "north_is_a_course"),
    ),
    scenario(
        "cache_gone",
        "nothing is known",
        together(delete(".pytest_cache"), BREAK),
        must=METRES,
        also=EVERY,
    ),
    scenario(
        "cache_damaged",
        "what is known was cut in half",
        together(damage_cache, BREAK),
        must=METRES,
        also=EVERY,
    ),
]
