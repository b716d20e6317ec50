"""With ``--dx-affected`` the counts add up: collected = run + unaffected + deselected."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.shop import WITH_PRICES, affected, edit, ran, shop
from tests.conftest import Project, Result

__all__ = ["shop"]  # the fixture

COUNT = re.compile(r"(\d+) (passed|failed|deselected|unaffected)")
TAKES_AWAY = """
    def pytest_collection_modifyitems(config, items):
        gone = [item for item in items if item.name == "test_tax"]
        items[:] = [item for item in items if item not in gone]
        if gone:
            config.hook.pytest_deselected(items=gone)
"""


def counts(result: Result) -> dict[str, int]:
    """What the last line says, less what it says nothing of."""
    return {name: int(number) for number, name in COUNT.findall(result.summary)}


def add_up(result: Result) -> bool:
    collected = re.findall(r"collected (\d+) items?", result.output)[-1]
    return int(collected) == sum(counts(result).values())


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("mode", ["lazy", "full"])
@pytest.mark.parametrize(
    "narrowing",
    [
        [],
        ["-k", "cost"],
        ["-k", "tax or apple"],
        ["-k", "nothing"],
        ["--deselect=test_shop.py::test_tax"],
        ["test_shop.py::test_cost", "test_prices.py"],
        ["test_prices.py::test_apple"],
    ],
    ids=" ".join,
)
def test_the_counts_add_up(shop: Project, narrowing: list[str], mode: str, workers: int) -> None:
    edit(shop, "shop.py", "return 5", "return 6 - 1 * len('a')")
    result = shop.run("--dx-affected", f"--dx-collect={mode}", *narrowing, workers=workers)
    assert add_up(result), result.output


@pytest.mark.parametrize("mode", ["lazy", "full"])
def test_what_a_hook_takes_away_is_no_unaffected_test(shop: Project, mode: str) -> None:
    text = shop.read("conftest.py") + "\n"
    shop.write_file("conftest.py", text + TAKES_AWAY.replace("\n    ", "\n"))
    shop.run()
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    result = affected(shop, f"--dx-collect={mode}")
    assert counts(result) == {"passed": 1, "deselected": 1, "unaffected": 3}
    assert add_up(result)


def test_a_named_test_of_a_file_is_all_that_is_counted(shop: Project) -> None:
    result = affected(shop, "test_prices.py::test_apple")
    assert (result.code, result.summary) == (0, "1 unaffected")
    assert "collected 1 item\n" in result.output


def test_the_time_that_is_saved_is_that_of_the_tests_that_do_not_run(project: Project) -> None:
    project.write(test_a="import time\ndef test_a(): time.sleep(0.3)\ndef test_b(): pass")
    project.run()
    [note] = affected(project).notes
    assert (found := re.fullmatch(r"2 unaffected \(saved (0\.\d\d) s\) / 0 selected", note))
    assert float(found[1]) >= 0.3


@pytest.mark.parametrize("option", ["--dx-collect=off", "--co", "-n0"])
def test_one_process_says_it_too(shop: Project, option: str) -> None:
    result = shop.plain("-p", "dxpy", "--dx-affected", option)
    assert result.code == 0
    assert any(re.fullmatch(r"5 unaffected \(saved .*\) / 0 selected", one) for one in result.notes)


def test_a_full_run_of_some_tests_does_not_hide_the_others(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    shop.run("--dx-collect=full", "-k", "cost")
    edit(shop, "shop.py", "RATE = 2", "RATE = 1 + 1 + 0 * len('a')")
    assert ran(affected(shop)) == ["test_shop.py::test_tax"]


@pytest.mark.parametrize("mode", ["lazy", "full"])
@pytest.mark.parametrize("option", ["--deselect=test_shop.py::test_tax", "-k=not tax"])
def test_a_file_is_known_without_what_is_always_taken_away(
    project: Project, option: str, mode: str
) -> None:
    project.write(**WITH_PRICES)
    args = [option, f"--dx-collect={mode}"]
    assert project.run(*args).summary == "4 passed, 1 deselected"
    edit(project, "test_prices.py", "def test_other(): pass", "def test_other(): return")
    result = affected(project, *args)
    assert ran(result) == ["test_prices.py::test_other"]
    assert add_up(result), result.output
    # Nobody has seen the one that was taken away.
    assert ran(affected(project)) == ["test_shop.py::test_tax"]
    assert affected(project).summary == "5 unaffected"
