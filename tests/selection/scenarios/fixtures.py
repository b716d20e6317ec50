"""Edits of conftests, fixtures, hooks, and of what sets tests up."""

from __future__ import annotations

from tests.selection.edits import append, delete, replace, together, write
from tests.selection.scenario import EVERY, Scenario, ids, scenario

CONFTEST, SHORE, COMMON = "tests/conftest.py", "tests/shore/conftest.py", "tests/common.py"
FLEETS = (
    ids("fleet", "fleet")
    | ids("inland/inland", "inland_fleet")
    | ids("shore/shore", "shore_fleet", "harbour_fleet")
)
LOGS = ids("log", "first_entry", "second_entry", "asked_for_later")
PULSES = ids("shore/pulse", "first_pulse", "second_pulse")
QUAYS = ids("shore/shore", "quay[east]", "quay[west]")
BOATS = ids("shore/shore", "boat[row]", "boat[sail]")
ON_SHORE = (
    PULSES | QUAYS | BOATS | ids("shore/shore", "shore_fleet", "harbour_fleet", "wind", "on_shore")
)
INLAND = ids("inland/inland", "inland", "inland_fleet")
HARBOUR_FLEET = '@pytest.fixture\ndef harbour_fleet(fleet):\n    return [*fleet, "cat"]\n'
DEPTH_TESTS = {
    name: ids(f"depth_{name.lower()}", f"Test{name}::test_depth_is_known")
    for name in ("East", "West")
}

FIXTURES = [
    scenario(
        "fixture_body",
        "a fixture of function scope",
        replace(CONFTEST, '["ann", "bea"]', '["ann"]'),
        must=ids("fleet", "fleet") | ids("shore/shore", "shore_fleet"),
        also=FLEETS,
    ),
    scenario(
        "session_fixture_body",
        "a fixture that was set up for the first test alone",
        replace(CONFTEST, '"ann": 1', '"ann": 3'),
        must=ids("register_a", "ann") | ids("register_b", "ann_again"),
    ),
    scenario(
        "fixture_helper",
        "a function that a fixture of module scope calls",
        replace(CONFTEST, '["opened"]', '["closed"]'),
        must=ids("log", "first_entry", "asked_for_later"),
        also=LOGS,
    ),
    scenario(
        "fixture_scope",
        "a fixture has another scope",
        replace(CONFTEST, 'scope="module"', 'scope="function"'),
        also=LOGS,
    ),
    scenario(
        "fixture_by_mark",
        "a fixture that a usefixtures mark names",
        replace(CONFTEST, 'append("flag")', 'append("pennant")'),
        must=ids("log", "flag_is_up"),
    ),
    scenario(
        "fixture_teardown",
        "what a fixture does after the test",
        replace(CONFTEST, "common.RAISED.clear()", "raise RuntimeError"),
        must=ids("log", "flag_is_up"),
    ),
    scenario(
        "fixture_parameters",
        "one more parameter of a fixture",
        replace(SHORE, '["row", "sail"]', '["row", "sail", "motor"]'),
        must=ids("shore/shore", "boat[motor]"),
        also=BOATS,
        red=True,
    ),
    scenario(
        "fixture_argument",
        "what a generator is made with, which tests resume",
        replace(SHORE, "pulses(4)", "pulses(1)"),
        must=PULSES,
    ),
    scenario(
        "fixture_renamed",
        "a fixture that tests ask for has another name",
        replace(CONFTEST, "def fleet", "def ships"),
        must=FLEETS,
    ),
    scenario(
        "fixture_up",
        "a fixture moves to the conftest above",
        together(
            replace(SHORE, HARBOUR_FLEET, ""),
            append(CONFTEST, "\n\n" + HARBOUR_FLEET),
        ),
        also=ids("shore/shore", "harbour_fleet"),
    ),
    scenario(
        "fixture_down",
        "a fixture moves to the conftest below",
        together(
            replace(CONFTEST, '@pytest.fixture\ndef fleet():\n    return ["ann", "bea"]\n', ""),
            append(SHORE, '\n\n@pytest.fixture\ndef fleet():\n    return ["ann", "bea"]\n'),
        ),
        must=ids("fleet", "fleet") | ids("inland/inland", "inland_fleet"),
        also=FLEETS,
    ),
    scenario(
        "fixture_overridden",
        "the conftest below gets a fixture of the same name",
        append(SHORE, "\n\n@pytest.fixture\ndef fleet():\n    return []\n"),
        must=ids("shore/shore", "shore_fleet"),
        also=FLEETS & ON_SHORE,
    ),
    scenario(
        "fixture_overridden_in_file",
        "the test file gets a fixture of the same name",
        append(
            "tests/test_fleet.py",
            "\n\nimport pytest\n\n\n@pytest.fixture\ndef fleet():\n    return []\n",
        ),
        must=ids("fleet", "fleet"),
    ),
    scenario(
        "autouse_body",
        "a fixture that nobody names",
        replace(SHORE, '"WIND", "calm"', '"WIND", "gale"'),
        must=ids("shore/shore", "wind"),
        also=ON_SHORE,
    ),
    scenario(
        "autouse_added",
        "a fixture for all tests, which raises for one",
        append(
            CONFTEST,
            "\n\n@pytest.fixture(autouse=True)\ndef all_of_them(request):\n"
            '    if request.node.name == "test_by_a":\n        raise RuntimeError\n',
        ),
        must=ids("bystander_a", "by_a"),
        also=EVERY,
    ),
    scenario(
        "autouse_gone",
        "a fixture is no longer for all tests",
        replace(SHORE, "@pytest.fixture(autouse=True)", "@pytest.fixture"),
        must=ids("shore/shore", "wind"),
        also=ON_SHORE,
    ),
    scenario(
        "pytest_generate_tests",
        "values that a hook of a conftest parametrizes with",
        replace(SHORE, '["east", "west"]', '["east", "north"]'),
        must=ids("shore/shore", "quay[north]"),
        also=QUAYS,
    ),
]

CONFTESTS = [
    scenario(
        "conftest_added",
        "a conftest in a folder, with a fixture of the same name",
        write(
            "tests/inland/conftest.py",
            'import pytest\n\n\n@pytest.fixture\ndef fleet():\n    return ["zoe"]\n',
        ),
        must=ids("inland/inland", "inland_fleet"),
        also=INLAND,
    ),
    scenario(
        "conftest_added_with_autouse",
        "a conftest in a folder, with a fixture for all tests there",
        write(
            "tests/inland/conftest.py",
            "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef dry():\n    1 / 0\n",
        ),
        must=INLAND,
    ),
    scenario(
        "conftest_gone",
        "a conftest of a folder",
        delete(SHORE),
        must=PULSES | ids("shore/shore", "harbour_fleet", "quay", "boat", "wind"),
        also=ON_SHORE,
    ),
    scenario(
        "conftest_syntax_error",
        "pytest cannot even start",
        append(CONFTEST, "def\n"),
        also=EVERY,
        red=True,
    ),
    scenario(
        "conftest_above",
        "a conftest beside the settings, with a hook",
        write(
            "conftest.py",
            "import pytest\n\n\ndef pytest_runtest_setup(item):\n"
            '    if item.name == "test_by_z":\n        pytest.fail("from above")\n',
        ),
        must=ids("bystander_z", "by_z"),
        also=EVERY,
    ),
    scenario(
        "hook_body",
        "a hook that runs before each test",
        replace(CONFTEST, '"storm"', '"night"'),
        must=ids("marks", "in_a_storm", "at_night"),
        also=EVERY,
    ),
    scenario(
        "hook_added",
        "a hook that changes the tests after they are collected",
        append(
            CONFTEST,
            "\n\ndef pytest_collection_modifyitems(items):\n    for item in items:\n"
            '        if item.name == "test_by_z":\n'
            '            item.add_marker(pytest.mark.skip(reason="z"))\n',
        ),
        must=ids("bystander_z", "by_z"),
        also=EVERY,
        red=False,
    ),
    scenario(
        "hook_of_outcome",
        "a hook that makes a passing test fail",
        append(
            CONFTEST,
            "\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n"
            '    if pyfuncitem.name == "test_by_a":\n        raise RuntimeError\n',
        ),
        must=ids("bystander_a", "by_a"),
        also=EVERY,
    ),
    scenario(
        "ignored_file",
        "a conftest leaves a file out: fewer tests",
        append(CONFTEST, '\n\ncollect_ignore = ["test_units.py"]\n'),
        also=EVERY,
    ),
    scenario(
        "ignored_file_by_hook",
        "a conftest lets a file's collection fail",
        append(
            CONFTEST,
            "\n\ndef pytest_pycollect_makemodule(module_path, parent):\n"
            '    if module_path.name == "test_geo.py":\n        raise RuntimeError("no geo")\n',
        ),
        must=frozenset({"tests"}),
        also=EVERY,
    ),
]

CLASSES = [
    scenario(
        "setup_class",
        "what setUpClass does for all tests of a class",
        replace("tests/test_unit_case.py", "longest = 180", "longest = 195"),
        must=ids("unit_case", "LimitCase::test_longest_fits"),
        also=ids("unit_case", "LimitCase::test_is_number"),
    ),
    scenario(
        "setup_module",
        "what setup_module does for all tests of a file",
        replace("tests/test_setup_module.py", "old(4)", "old(5)"),
        must=ids("setup_module", "was_set"),
        also=ids("setup_module", "not_about_values"),
    ),
    scenario(
        "base_of_tests",
        "one more test in a class that two files inherit from",
        append(COMMON, "\n    def test_more(self):\n        assert self.berth\n"),
        must=ids("depth_east", "TestEast::test_more") | ids("depth_west", "TestWest::test_more"),
        also=DEPTH_TESTS["East"]
        | DEPTH_TESTS["West"]
        | ids("depth_east", "TestEast::test_name_is_short")
        | ids("depth_west", "TestWest::test_name_is_short", "TestWest::test_west_is_deep"),
        red=False,
    ),
    scenario(
        "inherited_test",
        "the body of a test that two files inherit",
        replace(COMMON, "len(self.berth) < 5", "self.berth < 'u'"),
        must=ids("depth_west", "TestWest::test_name_is_short"),
        also=ids("depth_east", "TestEast::test_name_is_short"),
    ),
    scenario(
        "helper_of_tests",
        "a function that tests of several files call",
        replace(COMMON, '"east": 9', '"east": 8'),
        must=DEPTH_TESTS["East"],
        also=DEPTH_TESTS["West"] | ids("depth_west", "TestWest::test_west_is_deep"),
    ),
    scenario(
        "attribute_of_tests",
        "what a class of tests gives to those that it inherits",
        replace("tests/test_depth_east.py", '"east"', '"north"'),
        must=DEPTH_TESTS["East"] | ids("depth_east", "TestEast::test_name_is_short"),
    ),
]

SCENARIOS: list[Scenario] = [*FIXTURES, *CONFTESTS, *CLASSES]
