"""Edits of what one test has caused and others use: files behind caches, chains of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.selection.edits import append, delete, prepend, replace, write
from tests.selection.sample import add_ship
from tests.selection.scenario import Scenario, ids, scenario

if TYPE_CHECKING:
    from tests.selection.edits import Place

SRC = "src/harbour/"
CHAIN = ids("chain", "fourth", "scaled")
SIZES = ids("yard_a", "size") | ids("yard_b", "size_again")
YARDS = SIZES | ids("yard_a", "plan")
CRANES = ids("cranes_a", "cranes") | ids("cranes_b", "cranes_again")


TABLES = frozenset[str]().union(
    *(
        ids("tables_a", name) | ids("tables_b", f"{name}_again")
        for name in ("spring", "neap", "tables", "region", "not_frozen")
    )
)


def twice(name: str) -> frozenset[str]:
    """A test of tables.py, and the one that finds the result of the first."""
    return ids("tables_a", name) | ids("tables_b", f"{name}_again")


def more_ships(place: Place) -> None:
    add_ship(place.root / "data" / "ships.db", "bea")


SCENARIOS: list[Scenario] = [
    scenario(
        "data_behind_cache",
        "a file that a function behind lru_cache has read, once",
        write("data/tables/spring.txt", "5\n"),
        must=twice("spring"),
    ),
    scenario(
        "data_behind_memo",
        "a file whose content a dict keeps",
        write("data/tables/neap.txt", "1\n"),
        must=twice("neap"),
    ),
    scenario(
        "listing_behind_cache",
        "a folder that was listed once",
        write("data/tables/storm.txt", "9\n"),
        must=twice("tables"),
    ),
    scenario(
        "existence_behind_cache",
        "a file that was looked for once",
        write("data/frozen", ""),
        must=twice("not_frozen"),
    ),
    scenario(
        "data_at_import",
        "a file that a module reads when it is imported",
        write("data/lights.txt", "red\n"),
        must=ids("tables_a", "lights"),
        also=TABLES,
    ),
    scenario(
        "constant_through_names",
        "a value that has four names in three modules",
        replace(SRC + "chain_a.py", "FIRST = 3", "FIRST = 4"),
        must=CHAIN,
    ),
    scenario(
        "constant_through_module",
        "a value that is reached through a module's other name",
        replace(SRC + "chain_b.py", "SECOND + 1", "SECOND + 2"),
        must=CHAIN,
    ),
    scenario(
        "constant_replaced",
        "an import gives the same name another value",
        write(SRC + "chain_b.py", "SECOND = 9\nTHIRD = SECOND + 1\n"),
        must=CHAIN,
    ),
    scenario(
        "function_of_partial",
        "the body of a function that a partial holds",
        replace(SRC + "chain_c.py", "factor * n", "factor + n"),
        must=ids("chain", "scaled"),
    ),
    scenario(
        "lambda_body",
        "one lambda of a dict",
        replace(SRC + "chain_c.py", "n < 10", "n < 1"),
        must=ids("chain", "near"),
        also=ids("chain", "far"),
    ),
    scenario(
        "condition_at_import",
        "which of two definitions there is",
        replace(SRC + "season.py", "WINTER = False", "WINTER = True"),
        must=ids("season", "season"),
    ),
    scenario(
        "same_other_branch",
        "the definition that there is not",
        replace(SRC + "season.py", '"winter"', '"frost"'),
    ),
    scenario(
        "name_deleted",
        "a del statement at the end of a module",
        append(SRC + "limits.py", "\n\ndel about\n"),
        must=ids("limits", "about"),
    ),
    scenario(
        "star_list_added",
        "a module says what * imports",
        prepend(SRC + "shapes.py", "__all__ = []\n\n\n"),
        must=ids("plan", "deck"),
    ),
    scenario(
        "cached_property_body",
        "a function that a cached property called, of an object that a session fixture made",
        replace(SRC + "yard.py", "return 12", "return 11"),
        must=SIZES,
    ),
    scenario(
        "cached_property",
        "a cached property itself",
        replace(SRC + "yard.py", "return self._measure()", "return self._measure() - 1"),
        must=SIZES,
    ),
    scenario(
        "filled_class",
        "a method that fills its class when it is first asked",
        replace(SRC + "filled.py", '"red"', '"pink"'),
        must=ids("filled_a", "colour") | ids("filled_b", "colour_again"),
    ),
    scenario(
        "filled_module",
        "a function that fills its module when it is first asked",
        replace(SRC + "filled.py", '"square"', '"round"'),
        must=ids("filled_a", "sign") | ids("filled_b", "sign_again"),
    ),
    scenario(
        "base_in_other_module",
        "a method of a base class in another module",
        replace(SRC + "base_yard.py", '"plan of "', '"map of "'),
        must=ids("yard_a", "plan"),
    ),
    scenario(
        "override_of_other_module",
        "a class gets a method that its base has, in another module",
        append(SRC + "yard.py", '\n    def plan(self):\n        return "none"\n'),
        must=ids("yard_a", "plan"),
        also=YARDS,
    ),
    scenario(
        "override_goes",
        "a class loses a method that its base has, in another module",
        replace(SRC + "yard.py", '\n    def site(self):\n        return "the east side"\n', ""),
        must=ids("yard_a", "plan"),
        also=YARDS,
    ),
    scenario(
        "lazy_constant",
        "a value of a module that a function imports; the second test finds it imported",
        replace(SRC + "crane_list.py", '"small"]', '"small", "old"]'),
        must=CRANES,
    ),
    scenario(
        "lazy_module_again",
        "a module that a function imports is gone; the second test found it imported",
        delete(SRC + "crane_list.py"),
        must=CRANES,
    ),
    scenario(
        "data_by_relative_path",
        "a file that is opened in another working directory",
        write("data/relative.txt", "far\n"),
        must=ids("files", "relative"),
    ),
    scenario(
        "settings_as_data",
        "a test reads the settings file",
        replace("pyproject.toml", 'name = "harbour"', 'name = "port"'),
        must=ids("files", "project_file"),
    ),
    scenario("database", "a file that sqlite reads", more_ships, must=ids("files", "ships")),
    scenario(
        "context_manager_body",
        "what a with statement does at its end, by a generator",
        replace("tests/shared.py", '"out"', '"away"'),
        must=ids("files", "moored"),
    ),
]
