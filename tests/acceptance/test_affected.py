"""``--dx-affected`` as a user meets it; tests/selection tries what it selects."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.acceptance.shop import WITH_PRICES, affected, edit, ran, shop
from tests.conftest import Project

__all__ = ["shop"]  # the fixture

ALL = 5


def test_nothing_changed(shop: Project) -> None:
    result = affected(shop)
    assert (result.code, ran(result)) == (0, [])
    assert result.summary == "5 unaffected"
    [note] = result.notes
    assert re.fullmatch(r"5 unaffected \(saved \d\.\d\d s\) / 0 selected", note)


def test_a_function_selects_the_tests_that_run_it(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    result = affected(shop)
    assert (result.code, ran(result)) == (1, ["test_shop.py::test_cost"])
    assert result.summary == "1 failed, 4 unaffected"
    assert "collected 5 items" in result.output


def test_a_constant_selects_the_tests_that_see_it(shop: Project) -> None:
    edit(shop, "shop.py", "RATE = 2", "RATE = 3")
    assert ran(affected(shop)) == ["test_shop.py::test_tax"]


def test_a_session_fixture_selects_all_that_use_it(shop: Project) -> None:
    edit(shop, "conftest.py", "return 3", "return 4")
    result = affected(shop)
    assert ran(result) == ["test_prices.py::test_again", "test_prices.py::test_apple"]
    assert result.summary == "1 failed, 1 passed, 3 unaffected"


def test_a_comment_selects_nothing(shop: Project) -> None:
    edit(shop, "shop.py", "RATE = 2", "# two\nRATE = 2  # or more")
    assert ran(affected(shop)) == []


def test_a_failed_test_runs_until_it_passes(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    for _ in range(2):
        result = affected(shop)
        assert (result.code, ran(result)) == (1, ["test_shop.py::test_cost"])
    edit(shop, "shop.py", "return 6", "return 4 + 1")
    assert affected(shop).summary == "1 passed, 4 unaffected"
    assert affected(shop).summary == "5 unaffected"


def test_a_revert_finds_the_old_results(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    affected(shop)
    edit(shop, "shop.py", "return 6", "return 5")
    assert affected(shop).summary == "5 unaffected"


def test_new_tests_run(shop: Project) -> None:
    shop.write(test_new="def test_new(): pass")
    edit(shop, "test_shop.py", "def test_tax", "def test_more(): pass\ndef test_tax")
    assert ran(affected(shop)) == ["test_new.py::test_new", "test_shop.py::test_more"]
    assert affected(shop).summary == "7 unaffected"


def test_files_without_a_selected_test_are_not_imported(shop: Project) -> None:
    shop.write(test_loud="open('imported', 'a').close()\ndef test_loud(): pass")
    shop.run()
    (shop.path / "imported").unlink()
    edit(shop, "shop.py", "return 5", "return 6")
    affected(shop)
    assert not (shop.path / "imported").exists()


def test_it_goes_with_other_ways_to_choose(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    edit(shop, "conftest.py", "return 3", "return 4")
    assert ran(affected(shop, "-k", "cost")) == ["test_shop.py::test_cost"]
    assert ran(affected(shop, "test_prices.py::test_apple")) == ["test_prices.py::test_apple"]
    assert "test_shop.py::test_cost" in ran(affected(shop, "--lf"))


def test_it_says_why(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    output = affected(shop, "--dx-explain").output
    assert "test_shop.py::test_cost: shop.py:3: cost" in output


def test_one_process_leaves_out_the_same(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    result = affected(shop, "--co", "-q")
    assert [line for line in result.output.splitlines() if "::" in line] == [
        "test_shop.py::test_cost"
    ]


def test_a_cleared_cache_knows_nothing(shop: Project) -> None:
    assert affected(shop, "--cache-clear").summary == "5 passed"
    assert affected(shop).summary == "5 unaffected"


def test_a_run_that_records_nothing_teaches_nothing(project: Project) -> None:
    project.write(**WITH_PRICES)
    project.run("--dx-record=off")
    assert affected(project).summary == "5 passed"


def test_a_damaged_record_loses_nothing(shop: Project) -> None:
    place = shop.path / ".pytest_cache" / "d" / "dxpy" / "impact.dxs"
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])
    result = affected(shop)
    assert result.code == 0
    assert len(ran(result)) + result.output.count("unaffected") > 0
    assert affected(shop).summary == "5 unaffected"


def test_a_tree_that_cannot_be_written_says_so(shop: Project) -> None:
    place = shop.path / ".pytest_cache" / "d" / "dxpy" / "impact.dxs"
    place.unlink()
    place.mkdir()
    result = affected(shop)
    assert len(ran(result)) == ALL
    assert any("impact.dxs" in note for note in result.notes)


def test_a_variable_counts_if_it_is_named(shop: Project) -> None:
    shop.ini("dx_env = FLAVOUR")
    shop.run()
    assert affected(shop).summary == "5 unaffected"
    shop.env["FLAVOUR"] = "sweet"
    assert affected(shop).summary == "5 passed"
    assert affected(shop).summary == "5 unaffected"


def test_another_setting_selects_everything(shop: Project) -> None:
    shop.ini("xfail_strict = true")
    assert affected(shop).summary == "5 passed"


def test_full_collection_leaves_out_the_same(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    result = affected(shop, "--dx-collect=full")
    assert ran(result) == ["test_shop.py::test_cost"]
    assert result.summary == "1 failed, 4 unaffected"


def test_two_runs_at_once_both_teach(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 2 + 3")
    edit(shop, "conftest.py", "return 3", "return 1 + 2")
    arguments = ("-p", "dxpy", "--dx-affected", "--dx-workers=1")
    both = [shop.start(*arguments, name) for name in ("test_shop.py", "test_prices.py")]
    for running in both:
        assert running.wait().code == 0
    assert affected(shop).summary == "5 unaffected"


def test_a_branch_switch_finds_what_passed_there(shop: Project) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", *args], cwd=shop.path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("config", "user.email", "a@example.org")
    git("config", "user.name", "a")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "other")
    edit(shop, "shop.py", "return 5", "return 4 + 1")
    git("commit", "-qam", "two")
    assert ran(affected(shop)) == ["test_shop.py::test_cost"]
    git("checkout", "-q", "main")
    assert affected(shop).summary == "5 unaffected"
    git("checkout", "-q", "other")
    assert affected(shop).summary == "5 unaffected"


def test_a_revert_and_another_edit_lose_no_test(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return 6")
    assert affected(shop).summary == "1 failed, 4 unaffected"
    edit(shop, "shop.py", "return 6", "return 5")
    edit(shop, "shop.py", "RATE = 2", "RATE = 3")  # reaches a test beside the one that failed
    result = affected(shop)
    assert (result.code, result.summary) == (1, "1 failed, 4 unaffected")


@pytest.mark.parametrize("mode", ["function", "module"])
def test_a_file_read_behind_a_cache_counts_for_all_that_use_it(project: Project, mode: str) -> None:
    project.write_file("rate.txt", "2")
    project.write(
        shop="""
            import functools
            @functools.cache
            def rate(): return int(open("rate.txt").read())
        """,
        test_shop="""
            import shop
            def test_first(): assert shop.rate() == 2
            def test_second(): assert 2 * shop.rate() == 4
            def test_other(): pass
        """,
    )
    options = ("--dx-workers=1", f"--dx-record={mode}")
    assert project.run(*options).summary == "3 passed"
    project.write_file("rate.txt", "3")
    result = affected(project, *options)
    assert (
        result.summary
        == {
            "function": "2 failed, 1 unaffected",
            "module": "2 failed, 1 passed",  # whoever may have the function
        }[mode]
    )


PLUGIN = """
    import pytest
    @pytest.fixture(autouse=True)
    def closed(): assert {}
"""


def test_a_plugin_that_is_named_counts(project: Project) -> None:
    project.write(test_a="def test_a(): pass", closing=PLUGIN.format("0"))
    assert project.run().summary == "1 passed"
    assert affected(project, "-p", "closing").summary == "1 error"
    project.write(closing=PLUGIN.format("1"))
    assert affected(project, "-p", "closing").summary == "1 passed"
    project.write(closing=PLUGIN.format("0"))
    assert affected(project, "-p", "closing").summary == "1 error"
    assert affected(project).summary == "1 unaffected"


def test_a_plugin_that_is_forbidden_counts(project: Project) -> None:
    project.write(test_a="def test_a(recwarn): pass")
    assert project.run().summary == "1 passed"
    assert affected(project, "-p", "no:recwarn").summary == "1 error"
