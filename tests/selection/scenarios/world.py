"""Edits of files that are no modules, of settings, and of the environment."""

from __future__ import annotations

from tests.selection.edits import (
    append,
    chart,
    delete,
    link,
    nothing,
    prepend,
    replace,
    together,
    write,
)
from tests.selection.scenario import EVERY, Scenario, Step, ids, scenario

SETTINGS = "pyproject.toml"
DEPTHS = (
    ids("berths", "depth")
    | ids("depth_east", "TestEast::test_depth_is_known")
    | ids("depth_west", "TestWest::test_depth_is_known")
)
FILE_LINES = ids("depth_file", "line_of_file[shoal 3]", "line_of_file[basin 11]")
FILE_TESTS = FILE_LINES | ids("depth_file", "beside_the_file")
REGIONS = ids("tables_a", "region") | ids("tables_b", "region_again")
PLOT = ids("outdated", "plot")

FILES = [
    scenario(
        "data",
        "a file that open() reads; same length",
        write("data/berths.json", '{"east": 8, "west": 12}\n'),
        must=ids("berths", "depth") | ids("depth_east", "TestEast::test_depth_is_known"),
        also=DEPTHS,
    ),
    scenario("data_gone", "a file that open() reads", delete("data/berths.json"), must=DEPTHS),
    scenario(
        "data_of_session_fixture",
        "a file that a session fixture reads, once for two test files",
        replace("data/dues.csv", "liner,20", "liner,30"),
        must=ids("register_b", "liner"),
        also=ids("register_a", "barge"),
    ),
    scenario(
        "data_of_package",
        "a file beside a module",
        write("src/harbour/notice.txt", "Berth {berth} is taken\n"),
        must=ids("notice", "notice"),
    ),
    scenario(
        "data_by_resources",
        "a file that importlib.resources finds",
        write("src/harbour/rules.txt", "No anchor\n"),
        must=ids("notice", "rules"),
    ),
    scenario(
        "data_in_eval",
        "a file whose text is evaluated",
        write("data/formula.txt", "3 * RATE\n"),
        must=ids("formula", "value"),
    ),
    scenario(
        "data_of_parameters",
        "a file that a test file reads when it is imported",
        replace("data/depths.txt", "shoal 3", "shoal 0"),
        must=ids("depth_file", "line_of_file[shoal 0]"),
        also=FILE_TESTS,
    ),
    scenario(
        "data_of_parameters_grows",
        "one more line in it",
        append("data/depths.txt", "reef 1\n"),
        must=ids("depth_file", "line_of_file[reef 1]"),
        also=FILE_TESTS,
        red=False,
    ),
    scenario(
        "listing_grows",
        "a file in a folder that is listed",
        write("data/quays/north.txt", "n\n"),
        must=ids("berths", "quays"),
    ),
    scenario(
        "listing_shrinks",
        "a file in a folder that is listed goes",
        delete("data/quays/west.txt"),
        must=ids("berths", "quays"),
    ),
    scenario(
        "file_exists",
        "a file that os.path.exists() did not find",
        write("data/east.closed", ""),
        must=ids("berths", "open"),
    ),
    scenario(
        "optional_file",
        "a file that open() did not find",
        write("data/corrections.json", '{"east": 1}\n'),
        must=ids("berths", "no_corrections"),
    ),
    scenario(
        "file_size",
        "a file whose size is asked for, and that is read through a link",
        write("data/quays/east.txt", "eastern\n"),
        must=ids("berths", "log_size", "current"),
    ),
    scenario(
        "link",
        "a link leads to another file",
        link("data/current.txt", "quays/west.txt"),
        must=ids("berths", "current"),
    ),
    scenario(
        "script",
        "a script that runs in a child process",
        replace("scripts/manifest.py", '"manifest:"', '"list:"'),
        must=ids("script", "script") | ids("files", "script_in_this_process"),
    ),
    scenario(
        "module_of_child",
        "a module that a child process imports",
        replace("src/harbour/names.py", "name.title()", "name.lower()"),
        must=ids("script", "module_in_child") | ids("names", "proper"),
    ),
]

OUTSIDE = [
    scenario(
        "package_upgraded",
        "a package of the environment; no file of the project changes",
        chart("2.0"),
        must=ids("supplier", "chart"),
        also=EVERY,
    ),
    scenario(
        "variable",
        "an environment variable that dx_env names",
        Step(nothing, env={"HARBOUR_ZONE": "CET"}),
        must=ids("zone", "zone") | REGIONS,
        also=EVERY,
    ),
    scenario(
        "search_path",
        "PYTHONPATH leads to another version of a package",
        Step(
            write("extra/fakechart/__init__.py", "def draw(name):\n    return name\n"),
            env={"PYTHONPATH": "extra"},
        ),
        must=ids("supplier", "chart"),
        also=EVERY,
    ),
    scenario(
        "warning_option",
        "-W on the command line",
        Step(nothing, args=("-W", "error::DeprecationWarning")),
        must=PLOT,
        also=EVERY,
    ),
    scenario(
        "warning_filter",
        "a warning filter among the settings",
        replace(SETTINGS, "dx_env", 'filterwarnings = ["error::DeprecationWarning"]\ndx_env'),
        must=PLOT,
        also=EVERY,
    ),
    scenario(
        "names_of_tests",
        "which functions are tests",
        replace(SETTINGS, "dx_env", 'python_functions = ["test_*", "check_*"]\ndx_env'),
        must=frozenset({"tests/test_setup_module.py::check_that_is_no_test"}),
        also=EVERY,
    ),
    scenario(
        "marker_unknown",
        "a marker is no longer registered",
        replace(SETTINGS, ', "night: after dark"', ""),
        also=EVERY,
    ),
    scenario(
        "markers_strict",
        "a marker is no longer registered, and must be",
        Step(
            replace(SETTINGS, ', "night: after dark"', ""),
            args=("--strict-markers",),
        ),
        must=frozenset({"tests/test_marks.py"}),
        also=EVERY,
    ),
    scenario(
        "path_setting",
        "a folder more at the front of the path, which hides a module",
        together(
            replace(SETTINGS, '["overrides"', '["newest", "overrides"'),
            write("newest/soundings.py", "def fathoms(metres):\n    return 0\n"),
        ),
        must=ids("soundings", "fathoms"),
        also=EVERY,
    ),
    scenario(
        "other_settings_file",
        "a pytest.ini takes the place of pyproject.toml's table",
        write("pytest.ini", "[pytest]\npythonpath = src\naddopts = -p harbour_checks\n"),
        also=EVERY,
    ),
    scenario(
        "plugin_fixture",
        "a plugin of the project that -p names",
        replace("harbour_checks.py", "100", "200"),
        must=ids("plugin", "tonnage"),
    ),
    scenario(
        "plugin_hook",
        "a plugin of the project gets a hook",
        append(
            "harbour_checks.py",
            "\n\ndef pytest_runtest_setup(item):\n"
            '    if item.name == "test_by_a":\n        pytest.skip("by the plugin")\n',
        ),
        must=ids("bystander_a", "by_a"),
        also=EVERY,
        red=False,
    ),
    scenario(
        "plugin_comment",
        "a comment in a plugin of the project",
        prepend("harbour_checks.py", "# What every test may ask for.\n"),
    ),
]

SCENARIOS: list[Scenario] = [*FILES, *OUTSIDE]
