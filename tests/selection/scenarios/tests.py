"""Edits of tests themselves."""

from __future__ import annotations

from tests.selection.edits import append, delete, move, replace, together, write
from tests.selection.scenario import EVERY, USAGE, Scenario, broken, ids, scenario

UNITS, TIDES, MARKS = "tests/test_units.py", "tests/test_tides.py", "tests/test_marks.py"
PASSES = "():\n    assert True\n"
MINUTES = ids("tides", "minutes[1-745]", "minutes[2-1490]")
LANES = ids("lanes", "lane[1]", "lane[2]", "lane[3]")
SHORE = (
    ids("shore/pulse", "first_pulse", "second_pulse")
    | ids("shore/shore", "quay[east]", "quay[west]", "boat[row]", "boat[sail]")
    | ids("shore/shore", "shore_fleet", "harbour_fleet", "wind", "on_shore")
)

SCENARIOS: list[Scenario] = [
    scenario(
        "test_body",
        "a test",
        replace(UNITS, "== 3.048", "== 3.05"),
        must=ids("units", "metres"),
    ),
    scenario(
        "test_added",
        "a test in a file that there is",
        append(UNITS, "\n\ndef test_more" + PASSES),
        must=ids("units", "more"),
        red=False,
    ),
    scenario(
        "test_file_added",
        "a new file",
        write("tests/test_fresh.py", "def test_fresh" + PASSES),
        must=ids("fresh", "fresh"),
        red=False,
    ),
    scenario(
        "test_folder_added",
        "a new file in a new folder",
        write("tests/deep/deeper/test_fresh.py", "def test_fresh" + PASSES),
        must=ids("deep/deeper/fresh", "fresh"),
        red=False,
    ),
    scenario(
        "test_file_renamed",
        "new node ids",
        move("tests/test_names.py", "tests/test_titles.py"),
        must=ids("titles", "code", "short_code", "proper"),
        red=False,
    ),
    scenario(
        "test_file_moved",
        "a file goes to a folder with a conftest of its own",
        move("tests/test_fleet.py", "tests/shore/test_fleet.py"),
        must=ids("shore/fleet", "fleet", "without_fleet"),
        red=False,
    ),
    scenario("test_file_gone", "a file of tests", delete("tests/test_names.py")),
    scenario(
        "test_gone",
        "one test of a file",
        replace(UNITS, "\n\n\ndef test_no_metres():\n    assert metres(0) == 0", ""),
    ),
    scenario(
        "test_renamed",
        "a new node id",
        replace(UNITS, "test_knots", "test_speed"),
        must=ids("units", "speed"),
        red=False,
    ),
    scenario(
        "test_defined_twice",
        "a second test of the same name hides the first",
        append(UNITS, "\n\ndef test_metres():\n    assert False\n"),
        must=ids("units", "metres"),
    ),
    scenario(
        "test_imports_otherwise",
        "a name stands for something else",
        replace(UNITS, "import knots,", "import metres as knots,"),
        must=ids("units", "knots"),
    ),
    scenario(
        "test_message",
        "an assertion gets a message",
        replace(UNITS, "== 3.048", '== 3.048, "feet"'),
        also=ids("units", "metres"),
    ),
    scenario(
        "test_parameters",
        "one more set of parameters",
        replace(TIDES, "(2, 1490)]", "(2, 1490), (3, 2235)]"),
        must=ids("tides", "minutes[3-2235]"),
        also=MINUTES,
        red=False,
    ),
    scenario(
        "test_parameter_value",
        "another value under the same id",
        together(
            replace(
                TIDES, '"tides,want", [(1, 745)', '"tides,want", [pytest.param(1, 745, id="a")'
            ),
            replace(TIDES, "(2, 1490)]", '(2, 1491)], ids=["1-745", "2-1490"]'),
            replace(TIDES, ', id="a")', ")"),
        ),
        must=ids("tides", "minutes[2-1490]"),
        also=MINUTES,
    ),
    scenario(
        "test_ids",
        "the same tests under other ids",
        replace("tests/test_lanes.py", '"lane", LANES', '"lane", LANES, ids="abc".__getitem__'),
        also=LANES,
        must=broken("lanes"),
    ),
    scenario(
        "test_ids_named",
        "the same tests under ids that are given",
        replace("tests/test_lanes.py", '"lane", LANES', '"lane", LANES, ids=["a", "b", "c"]'),
        must=ids("lanes", "lane[a]", "lane[b]", "lane[c]"),
        red=False,
    ),
    scenario(
        "test_skipped",
        "a mark",
        replace(MARKS, "@pytest.mark.night", '@pytest.mark.skip(reason="dark")'),
        must=ids("marks", "at_night"),
        red=False,
    ),
    scenario(
        "test_known_to_fail_no_more",
        "an xfail mark goes",
        replace(MARKS, '@pytest.mark.xfail(reason="codes are short")\n', ""),
        must=ids("marks", "long_code"),
    ),
    scenario(
        "test_passes_after_all",
        "what a test that is known to fail calls",
        replace("src/harbour/names.py", "[:3]", "[:4]"),
        must=ids("names", "code") | ids("package", "code_of_package") | ids("marks", "long_code"),
        also=ids("names", "short_code"),
    ),
    scenario(
        "test_uses_no_fixture",
        "a usefixtures mark goes",
        replace("tests/test_log.py", '@pytest.mark.usefixtures("flag_up")\n', ""),
        must=ids("log", "flag_is_up"),
    ),
    scenario(
        "test_helper",
        "a function of a test file",
        replace("tests/test_script.py", "stdout.strip()", "stdout.strip().upper()"),
        must=ids("script", "script"),
        also=ids("script", "module_in_child"),
    ),
    scenario(
        "test_syntax_error",
        "a file of tests",
        append("tests/test_names.py", "def\n"),
        must=broken("names"),
    ),
    scenario(
        "test_constant",
        "a value that tests of the file read",
        append("tests/test_setup_module.py", '\n\nVALUES = {"old": 6}\n'),
        also=ids("setup_module", "was_set", "not_about_values"),
    ),
    scenario(
        "doctest_text",
        "an example in a text file",
        replace("tests/test_usage.txt", "10.0", "11.0"),
        must=USAGE,
    ),
    scenario(
        "doctest_added",
        "one more text file with examples",
        write("tests/test_more.txt", ">>> 1\n1\n"),
        must=frozenset({"tests/test_more.txt::test_more.txt"}),
        red=False,
    ),
    scenario(
        "class_not_tested",
        "a class says that it has no tests: fewer tests",
        replace(
            "tests/test_depth_west.py", 'berth = "west"', 'berth = "west"\n    __test__ = False'
        ),
    ),
    scenario(
        "same_base_name",
        "two files of one name, neither in a package",
        write("tests/shore/test_geo.py", "def test_geo" + PASSES),
        must=broken("geo"),
        also=ids("shore/geo", "geo"),
    ),
    scenario(
        "folder_gets_init",
        "test files of a folder get other module names",
        write("tests/shore/__init__.py", ""),
        also=SHORE,
    ),
    scenario(
        "tests_get_init",
        "what stands beside test files is no longer on the path",
        write("tests/__init__.py", ""),
        also=EVERY,
        red=True,
    ),
]
