"""Plugins that order, choose or divide tests."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from tests.acceptance.side_by_side import run_both
from tests.conftest import Project

# What each file runs is written down in its order.
NUMBERS = """
    import random

    def note(number):
        with open(__file__ + ".order", "a") as file:
            file.write(f"{number}\\n")
"""
SIX = NUMBERS + "".join(
    f"    def test_{number}(): note({number}); assert {number} != 3\n" for number in range(6)
)
RANDOM = NUMBERS + "".join(
    f"    def test_{number}(): note(f'{number} {{random.random()}}')\n" for number in range(6)
)
ORDERED = (
    "import pytest\n"
    + NUMBERS.replace("\n    ", "\n")
    + "".join(
        f"@pytest.mark.order({order!r})\ndef test_{str(order).strip('-')}(): note({order!r})\n"
        for order in ("last", 3, -2, "first", 1)
    )
)


class Case(NamedTuple):
    """A plugin with its options, the text of both files, and what comes of it."""

    args: str
    text: str
    summary: str
    mode: str


CASES = {
    "randomly": Case("-p randomly --randomly-seed=7", RANDOM, "12 passed", "lazy"),
    "random-order": Case("-p random_order --random-order-bucket=module --random-order-seed=7",
                         SIX, "2 failed, 10 passed", "full"),
    "order": Case("-p pytest_order --order-scope=module", ORDERED, "10 passed", "full"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_order_in_a_file_is_that_of_plain_pytest(project: Project, name: str) -> None:
    case = CASES[name]
    project.write(test_a=case.text, test_b=case.text)
    project.env["DX_SPLIT"] = "never"
    both = run_both(project, *case.args.split())
    assert (both.ours.summary, both.mode) == (case.summary, case.mode)
    for file in ("test_a.py.order", "test_b.py.order"):
        ours, plain = both.texts(file)
        assert ours == plain != ""
        assert ours.split("\n") != sorted(ours.split("\n"))


def test_split_runs_the_same_groups(project: Project) -> None:
    project.write(test_a=SIX, test_b=SIX)
    durations = ", ".join(
        f'"test_{name}.py::test_{number}": {number + 1}' for name in "ab" for number in range(6)
    )
    project.write_file(".test_durations", f"{{{durations}}}")
    summaries = []
    for group in ("1", "2"):
        both = run_both(project, "-p", "pytest-split", "--splits=2", f"--group={group}")
        assert both.mode == "full"
        summaries.append(both.ours.summary)
    passed = sum(int(one.rpartition(" passed")[0].split()[-1]) for one in summaries)
    assert passed == 10


def test_split_stores_the_durations_of_all_tests(project: Project) -> None:
    project.write(test_a=SIX, test_b=SIX)
    both = run_both(project, "-p", "pytest-split", "--store-durations")
    ours, plain = (sorted(json.loads(text)) for text in both.texts(".test_durations"))
    assert ours == plain
    assert len(ours) == 12


def test_order_over_all_files(project: Project) -> None:
    text = "import pytest\n" + NUMBERS.replace("\n    ", "\n").replace("__file__ + ", "'all' + ")
    late = "@pytest.mark.order({order})\ndef test_{name}(): note('{name}')\n"
    project.write(
        test_a=text + late.format(order=2, name="second"),
        test_b=text + late.format(order=1, name="first"),
    )
    twin = project.twin("plain")
    twin.plain("-p", "pytest_order")
    ours = project.run("-p", "pytest_order", "-v", workers=1)
    assert "full collection (pytest_order's pytest_collection_modifyitems)" in ours.output
    assert project.read("all.order") == twin.read("all.order") == "first\nsecond\n"


def test_what_a_plugin_registers_when_it_configures_is_seen(project: Project) -> None:
    project.write(
        conftest="""
            class Sorts:
                def pytest_collection_modifyitems(self, items):
                    items.sort(key=lambda item: item.name, reverse=True)

            def pytest_configure(config): config.pluginmanager.register(Sorts())
        """,
        test_a=SIX,
    )
    both = run_both(project)
    assert both.mode == "full"
    assert both.texts("test_a.py.order")[0] == both.texts("test_a.py.order")[1]
