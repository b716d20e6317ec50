"""The record under attack: whatever happens to it, what has to run does run."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.acceptance.shop import SHOP, ran
from tests.conftest import Project

COST = "test_shop.py::test_cost"
TEN_YEARS_NS = 315_360_000 * 10**9
DAMAGES = 6


@pytest.fixture
def shop(project: Project) -> Project:
    """A project of which every test has passed."""
    project.write(**SHOP)
    assert project.run().summary == "2 passed"
    return project


def record_of(project: Project) -> Path:
    return project.path / ".pytest_cache" / "d" / "dxpy" / "impact.dxs"


def break_cost(project: Project) -> None:
    """Change what a test sees, in as many bytes as before."""
    text = project.read("shop.py")
    project.write_file("shop.py", text.replace("return 5", "return 6"))


def assert_that_it_is_seen(project: Project) -> None:
    result = project.run("--dx-affected")
    assert result.code == pytest.ExitCode.TESTS_FAILED
    assert COST in ran(result)
    assert "INTERNALERROR" not in result.output
    notes = [note for note in result.notes if " unaffected" not in note]
    assert all("the record of what tests depend on: " in note for note in notes)


@pytest.mark.parametrize("seed", range(DAMAGES))
def test_a_record_that_was_cut_hides_no_failure(shop: Project, seed: int) -> None:
    place = record_of(shop)
    whole = place.read_bytes()
    place.write_bytes(whole[: random.Random(seed).randrange(len(whole))])
    break_cost(shop)
    assert_that_it_is_seen(shop)
    assert ran(shop.run("--dx-affected")) == [COST]


@pytest.mark.parametrize("seed", range(DAMAGES))
def test_a_record_with_bits_turned_hides_no_failure(shop: Project, seed: int) -> None:
    place = record_of(shop)
    data = bytearray(place.read_bytes())
    chance = random.Random(seed)
    for _ in range(1 + seed):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    place.write_bytes(data)
    break_cost(shop)
    assert_that_it_is_seen(shop)
    assert ran(shop.run("--dx-affected")) == [COST]


@pytest.mark.parametrize("offset_ns", [0, TEN_YEARS_NS, -TEN_YEARS_NS], ids=["", "later", "sooner"])
def test_a_clock_that_goes_wrong_hides_no_edit(shop: Project, offset_ns: int) -> None:
    path = shop.path / "shop.py"
    then = path.stat().st_mtime_ns + offset_ns
    os.utime(path, ns=(then, then))
    assert shop.run("--dx-affected").summary == "2 unaffected"
    break_cost(shop)
    os.utime(path, ns=(then, then))
    assert_that_it_is_seen(shop)


def test_edits_of_equal_size_in_quick_succession_are_seen(shop: Project) -> None:
    for old, new in (("5", "6"), ("6", "7")):
        text = shop.read("shop.py")
        shop.write_file("shop.py", text.replace(f"return {old}", f"return {new}"))
        assert_that_it_is_seen(shop)
    shop.write_file("shop.py", shop.read("shop.py").replace("return 7", "return 5"))
    assert shop.run("--dx-affected").summary == "2 unaffected"


def test_a_checkout_that_was_moved_hides_no_edit(shop: Project) -> None:
    moved = shop.twin("moved")
    result = moved.run("--dx-affected")
    assert result.code == 0
    break_cost(moved)
    assert_that_it_is_seen(moved)
