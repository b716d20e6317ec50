"""Edits of functions, values and imports."""

from __future__ import annotations

from tests.selection.edits import append, delete, move, prepend, replace, together, write
from tests.selection.scenario import (
    EVERY,
    Scenario,
    broken,
    ids,
    scenario,
)
from tests.selection.scenarios.nothing import METRES, NAMES, UNITS

SRC = "src/harbour/"
CHILD = ids("script", "module_in_child")
CODE = ids("names", "code") | ids("package", "code_of_package")
MINUTES = ids("tides", "minutes[1-745]", "minutes[2-1490]")
LIMIT_CASE = ids("unit_case", "LimitCase::test_longest_fits")
OLD = ids("legacy", "old") | ids("setup_module", "was_set")
SETUP_OLD = ids("setup_module", "not_about_values")
SOUTH = ids("beacons", "beacon[south]") | ids("beacons_again", "south_again")
LOADS = ids("loads", "load", "tabled")
LANES = ids("lanes", "lane[1]", "lane[2]", "lane[3]")
ALL_LENGTHS = ids("vessel", "length", "in_metres", "label", "fee", "tug", "by_length")

BODIES = [
    scenario(
        "helper_body",
        "the body of a function that few use",
        replace(NAMES, "[:3]", "[:2]"),
        must=CODE,
        also=ids("names", "short_code") | ids("marks", "long_code"),
    ),
    scenario(
        "core_body",
        "the body of a function that three modules use",
        replace(UNITS, "round(length, 3)", "round(length + 1, 3)"),
        must=METRES,
    ),
    scenario(
        "signature",
        "a parameter more",
        replace(NAMES, "proper(name)", "proper(name, language)"),
        must=ids("names", "proper") | CHILD,
    ),
    scenario(
        "optional_parameter",
        "a parameter with a default more",
        replace(SRC + "limits.py", "about()", "about(short=False)"),
        also=ids("limits", "about"),
    ),
    scenario(
        "default_argument",
        "another default value",
        replace(SRC + "limits.py", "limit=LONGEST", "limit=150"),
        must=ids("limits", "fits") | LIMIT_CASE,
        also=ids("limits", "fits_not"),
    ),
    scenario(
        "annotation_read",
        "a parameter's type, which is read",
        replace(SRC + "typed.py", "value: int", "value: str"),
        must=ids("typed", "convert"),
    ),
    scenario(
        "decorator_gone",
        "a function is no longer decorated",
        replace(SRC + "loads.py", "@doubled\n", ""),
        must=LOADS,
    ),
    scenario(
        "decorator_body",
        "what a decorator returns",
        replace(SRC + "doubled.py", "2 * function", "3 * function"),
        must=LOADS,
    ),
    scenario(
        "decorated_body",
        "a decorated function, which was called at import too",
        replace(SRC + "loads.py", "tons + 1", "tons + 2"),
        must=LOADS,
    ),
    scenario(
        "cached_body",
        "a function behind lru_cache: the second file finds its result",
        replace(SRC + "almanac.py", "day * 3 % 28", "day * 4 % 28"),
        must=ids("almanac_a", "moon") | ids("almanac_b", "both", "moon_again"),
    ),
    scenario(
        "memo_body",
        "a function whose result a dict keeps",
        replace(SRC + "almanac.py", "12 - day", "13 - day"),
        must=ids("almanac_a", "sun") | ids("almanac_b", "both"),
    ),
    scenario(
        "singleton_body",
        "a function that ran when the only instance was made",
        replace(SRC + "port.py", '"Hook"', '"Hoek"'),
        must=ids("port_a", "name") | ids("port_b", "name_again"),
    ),
    scenario(
        "lazy_body",
        "a module that is imported in a function",
        replace(SRC + "fees.py", "5 + 2", "6 + 2"),
        must=ids("vessel", "fee"),
    ),
    scenario(
        "computed_import_body",
        "a module that is imported by a computed name",
        replace(SRC + "beacons/south.py", '"south"', '"sud"'),
        must=SOUTH,
    ),
    scenario(
        "computed_attribute_body",
        "a method that is called by a computed name",
        replace(SRC + "dispatch.py", '"sailed"', '"gone"'),
        must=ids("dispatch", "act[sail-sailed]"),
    ),
    scenario(
        "computed_attribute_added",
        "a method where getattr took its default",
        replace(
            SRC + "dispatch.py",
            "    def default",
            '    def do_turn(self):\n        return "turned"\n\n    def default',
        ),
        must=ids("dispatch", "act[turn-nothing]"),
    ),
    scenario(
        "thread_body",
        "a function that runs in a thread",
        replace(SRC + "watch.py", "n * 2", "n * 3"),
        must=ids("watch", "thread"),
    ),
    scenario(
        "pool_body",
        "a function that runs in a thread which an earlier test has started",
        replace(SRC + "watch.py", "n * 5", "n * 6"),
        must=ids("watch", "pool", "pool_again"),
    ),
    scenario(
        "coroutine_body",
        "a function that an event loop resumes",
        replace(SRC + "watch.py", "return n + 1", "return n + 2"),
        must=ids("watch", "loop"),
    ),
    scenario(
        "generator_body",
        "a generator that a fixture has made and tests resume",
        replace(SRC + "stream.py", "i * 10", "i * 11"),
        must=ids("shore/pulse", "first_pulse", "second_pulse"),
    ),
    scenario(
        "replaced_body",
        "a function that one test replaces and the other runs",
        replace(SRC + "radio.py", 'raise RuntimeError("no radio ashore")', "return text"),
        must=ids("radio", "silence"),
    ),
    scenario(
        "replaced_renamed",
        "a function that a test replaces by its name has another",
        replace(SRC + "radio.py", "send(", "transmit("),
        must=ids("radio", "hail"),
        also=ids("radio", "silence"),
    ),
    scenario(
        "dispatched_body",
        "one function of a singledispatch",
        replace(SRC + "render.py", '"number"', '"int"'),
        must=ids("render", "number"),
    ),
    scenario(
        "dispatched_added",
        "one more function of a singledispatch",
        append(SRC + "render.py", '\n\n@render.register\ndef _(value: float):\n    return "f"\n'),
        must=ids("render", "unknown"),
        also=ids("render", "number", "text"),
    ),
    scenario(
        "registered_body",
        "a function that is found in a registry",
        replace(SRC + "flags.py", "text.upper()", "text.title() + text"),
        must=ids("flags", "hoist"),
    ),
    scenario(
        "registered_added",
        "one more function in a registry",
        append(SRC + "flags.py", '\n\n@signal("dip")\ndef dip(text):\n    return text\n'),
        must=ids("flags", "number"),
        also=ids("flags", "hoist", "lower"),
    ),
    scenario(
        "registering_body",
        "what fills a registry at import",
        replace(SRC + "signals.py", "HANDLERS[name] =", "HANDLERS[name.upper()] ="),
        must=ids("flags", "hoist", "lower"),
        also=ids("flags", "number"),
    ),
]

VALUES = [
    scenario(
        "constant",
        "a value of a module",
        replace(UNITS, "FOOT = 0.3048", "FOOT = 0.3"),
        must=METRES - ids("units", "no_metres"),
        also=METRES,
    ),
    scenario(
        "constant_computed",
        "a function that ran at import and made a constant",
        replace(SRC + "tides.py", "hours * 60 + minutes", "hours * 60"),
        must=MINUTES,
    ),
    scenario(
        "constant_of_function",
        "a value that one function reads",
        replace(SRC + "tides.py", "RISE = 6", "RISE = 7"),
        must=ids("tides", "rise"),
    ),
    scenario(
        "constant_as_default",
        "a value that became a default argument",
        replace(SRC + "limits.py", "LONGEST = 200", "LONGEST = 100"),
        must=ids("limits", "fits") | LIMIT_CASE,
        also=ids("limits", "fits_not", "short_port"),
    ),
    scenario(
        "constant_in_mark",
        "a value that a skipif reads",
        replace(SRC + "limits.py", "LONGEST = 200", "LONGEST = 300"),
        must=ids("limits", "fits_not", "short_port"),
        also=ids("limits", "fits") | LIMIT_CASE,
    ),
    scenario(
        "constant_in_parameters",
        "values that a parametrize reads",
        replace(SRC + "lanes.py", "[1, 2, 3]", "[1, 2, 9]"),
        must=ids("lanes", "lane[9]"),
        also=LANES,
    ),
    scenario(
        "constant_extended",
        "a list that grows at import",
        append(SRC + "lanes.py", "LANES += [4]\n"),
        must=ids("lanes", "lane[4]"),
        also=LANES,
        red=False,
    ),
    scenario(
        "constant_in_eval",
        "a value that a text names",
        replace(SRC + "formula.py", "RATE = 21", "RATE = 20"),
        must=ids("formula", "value"),
    ),
    scenario(
        "constant_table",
        "a table that is made at import",
        replace(SRC + "loads.py", "range(3)", "range(2)"),
        must=ids("loads", "tabled"),
    ),
    scenario(
        "effect_at_import",
        "what a module does to another when it is imported",
        replace(SRC + "dusk.py", '"green"] = 2', '"green"] = 3'),
        must=ids("state", "lamps"),
        also=ids("state", "hour"),
    ),
    scenario(
        "docstring_read",
        "a docstring that a decorator reads",
        replace(SRC + "commands.py", "Bring a ship in.", "Berth a ship."),
        must=ids("commands", "usage"),
        also=ids("commands", "dock"),
    ),
    scenario(
        "line_number_read",
        "a line above an error whose place is looked at",
        prepend(SRC + "aground.py", "# On sand.\n"),
        must=ids("aground", "line"),
        also=ids("aground", "message"),
    ),
    scenario(
        "source_read",
        "a comment in a function whose source is read",
        replace(SRC + "excerpt.py", "give way to", "keep to"),
        must=ids("excerpt", "excerpt"),
    ),
    scenario(
        "builtin_hidden",
        "a function with the name of a builtin",
        append(SRC + "vessel.py", "\n\ndef sum(items):\n    return 0\n"),
        must=ALL_LENGTHS,
    ),
    scenario(
        "builtin_hidden_by_star",
        "a function with the name of a builtin, in a module that another imports from by *",
        append(SRC + "shapes.py", "\n\ndef round(x):\n    return -x\n"),
        must=ids("plan", "deck"),
    ),
    scenario(
        "import_hidden",
        "a function with the name of what was imported above",
        append(SRC + "tides.py", "\n\ndef metres(x):\n    return x\n"),
        must=ids("tides", "rise"),
    ),
    scenario(
        "function_gone",
        "a function that a test asks its module for",
        replace(SRC + "limits.py", '\n\n\ndef about():\n    return "limits"', ""),
        must=ids("limits", "about"),
    ),
    scenario(
        "imported_function_gone",
        "a function that a test file imports",
        replace(NAMES, "\n\n\ndef proper(name):\n    return name.title()", ""),
        must=broken("names"),
        also=CHILD,
    ),
]

IMPORTS = [
    scenario(
        "star_body",
        "a function that was imported by *",
        replace(SRC + "shapes.py", "a * b", "a + b"),
        must=ids("plan", "deck"),
    ),
    scenario(
        "reexport",
        "a package hands on another function under the same name",
        replace(SRC + "__init__.py", "import code", "import proper as code"),
        must=ids("package", "code_of_package"),
    ),
    scenario(
        "reexport_list",
        "what a package says it hands on",
        replace(SRC + "__init__.py", '["code", "metres"]', '["code"]'),
        must=ids("package", "all"),
    ),
    scenario(
        "module_getattr",
        "what a module's __getattr__ answers",
        replace(SRC + "later.py", '"depth": 7', '"depth": 8'),
        must=ids("later", "depth_of_later"),
        also=ids("later", "no_height"),
    ),
    scenario(
        "module_getattr_hidden",
        "a value where __getattr__ answered",
        append(SRC + "later.py", "\n\nheight = 2\n"),
        must=ids("later", "no_height"),
    ),
    scenario(
        "fallback_found",
        "a module that an import looked for in vain",
        write(SRC + "_fast.py", "def add(a, b):\n    return 0\n"),
        must=ids("fastmath", "add"),
    ),
    scenario(
        "module_hidden",
        "a module of the same name, earlier on the path",
        write("overrides/soundings.py", "def fathoms(metres):\n    return 0\n"),
        must=ids("soundings", "fathoms"),
    ),
    scenario(
        "standard_module_hidden",
        "a module with the name of one of the standard library",
        write("overrides/colorsys.py", "def rgb_to_hls(*colour):\n    return (1, 1, 1)\n"),
        must=ids("labels", "shade"),
        also=ids("labels", "painted", "blink", "home"),
    ),
    scenario(
        "module_becomes_package",
        "a module as a package, with another content",
        together(
            delete(SRC + "legacy.py"),
            write(SRC + "legacy/__init__.py", "def old(x):\n    return x + 2\n"),
        ),
        must=OLD,
        also=SETUP_OLD,
    ),
    scenario(
        "same_module_as_package",
        "a module as a package, with the same content",
        move(SRC + "legacy.py", SRC + "legacy/__init__.py"),
        also=OLD | SETUP_OLD,
    ),
    scenario(
        "module_beside_package",
        "a package where there is a module of the same name, which it hides",
        write(SRC + "legacy/__init__.py", "def old(x):\n    return 0\n"),
        must=OLD,
        also=SETUP_OLD,
    ),
    scenario(
        "namespace_gets_init",
        "a folder without __init__.py gets one that fails",
        write(SRC + "docks/__init__.py", "raise ImportError\n"),
        must=broken("docks"),
    ),
    scenario(
        "same_namespace_gets_init",
        "a folder without __init__.py gets an empty one",
        write(SRC + "docks/__init__.py", ""),
        also=ids("docks", "width"),
    ),
    scenario(
        "module_gone",
        "a module that test files import",
        delete(SRC + "legacy.py"),
        must=broken("legacy", "setup_module"),
    ),
    scenario(
        "lazy_module_gone",
        "a module that a function imports",
        delete(SRC + "fees.py"),
        must=ids("vessel", "fee"),
    ),
    scenario(
        "computed_module_gone",
        "a module that is imported by a computed name",
        delete(SRC + "beacons/south.py"),
        must=SOUTH | ids("beacon_list", "known"),
    ),
    scenario(
        "computed_module_added",
        "a module in a package that lists its modules",
        write(SRC + "beacons/west.py", 'def light():\n    return "west"\n'),
        must=ids("beacon_list", "known"),
    ),
    scenario(
        "module_renamed",
        "a module and all who import it",
        together(
            move(SRC + "legacy.py", SRC + "heritage.py"),
            replace("tests/test_legacy.py", "legacy", "heritage"),
            replace("tests/test_setup_module.py", "legacy", "heritage"),
        ),
        also=OLD | SETUP_OLD,
    ),
    scenario(
        "syntax_error",
        "a module that two test files import",
        append(SRC + "vessel.py", "def\n"),
        must=broken("vessel", "report"),
    ),
    scenario(
        "import_error",
        "a module that raises when it is imported",
        prepend(SRC + "dusk.py", "raise RuntimeError\n"),
        must=broken("state"),
    ),
    scenario(
        "coding_error",
        "latin-1 that says it is something else",
        write(SRC + "zone.py", 'def zone():\n    return "Málaga"\n'.encode("latin-1")),
        must=broken("zone"),
    ),
    scenario(
        "core_import_error",
        "what all modules import raises",
        prepend(UNITS, "raise RuntimeError\n"),
        also=EVERY,
        red=True,
    ),
]

SCENARIOS: list[Scenario] = [*BODIES, *VALUES, *IMPORTS]
