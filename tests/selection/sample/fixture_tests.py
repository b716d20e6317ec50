"""Tests of the sample project that are about pytest: conftests, fixtures, classes, marks.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r'''
=== tests/conftest.py
import csv
import pathlib

import pytest

import common
from harbour.yard import Yard

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def dues():
    with open(ROOT / "data" / "dues.csv") as file:
        return {name: float(value) for name, value in csv.reader(file)}


@pytest.fixture(scope="session")
def register():
    return {"ann": 1, "bea": 2}


@pytest.fixture(scope="session")
def yard():
    return Yard()


@pytest.fixture(scope="module")
def log():
    return _new_log()


def _new_log():
    return ["opened"]


@pytest.fixture
def fleet():
    return ["ann", "bea"]


@pytest.fixture
def flag_up():
    common.RAISED.append("flag")
    yield
    common.RAISED.clear()


@pytest.fixture
def unused():
    return 0


def pytest_runtest_setup(item):
    if item.get_closest_marker("storm"):
        pytest.skip("no storm today")
=== tests/common.py
"""Checks that several test files share."""

from harbour.berths import depth

RAISED = []


def expected(name):
    return {"east": 9, "west": 12}[name]


class DepthChecks:
    berth = ""

    def test_depth_is_known(self):
        assert depth(self.berth) == expected(self.berth)

    def test_name_is_short(self):
        assert len(self.berth) < 5
=== tests/test_depth_east.py
from common import DepthChecks


class TestEast(DepthChecks):
    berth = "east"
=== tests/test_depth_west.py
from common import DepthChecks


class TestWest(DepthChecks):
    berth = "west"

    def test_west_is_deep(self):
        from common import expected

        assert expected("west") > 10
=== tests/test_fleet.py
def test_fleet(fleet):
    assert fleet == ["ann", "bea"]


def test_without_fleet():
    assert 1 + 1 == 2
=== tests/test_register_a.py
def test_ann(register):
    assert register["ann"] == 1


def test_barge(dues):
    assert dues["barge"] == 1.5
=== tests/test_register_b.py
def test_ann_again(register):
    assert register["ann"] == 1


def test_liner(dues):
    assert dues["liner"] == 20


def test_no_register():
    assert True
=== tests/test_log.py
import common
import pytest


def test_first_entry(log):
    assert log[0] == "opened"


def test_second_entry(log):
    log.append("noted")
    assert len(log) == 2


def test_asked_for_later(request):
    assert request.getfixturevalue("log")[0] == "opened"


@pytest.mark.usefixtures("flag_up")
def test_flag_is_up():
    assert common.RAISED == ["flag"]
=== tests/test_marks.py
import pytest

from harbour.names import code


@pytest.mark.storm
def test_in_a_storm():
    assert False


@pytest.mark.xfail(reason="codes are short")
def test_long_code():
    assert code("rotterdam") == "ROTT"


@pytest.mark.night
def test_at_night():
    assert True
=== tests/test_unit_case.py
import unittest

from harbour.limits import fits


class LimitCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.longest = 180

    def setUp(self):
        self.more = 10

    def test_longest_fits(self):
        self.assertTrue(fits(self.longest + self.more))

    def test_is_number(self):
        self.assertIsInstance(self.longest, int)
=== tests/test_setup_module.py
from harbour.legacy import old

VALUES = {}


def setup_module():
    VALUES["old"] = old(4)


def check_that_is_no_test():
    raise RuntimeError


def test_was_set():
    assert VALUES["old"] == 5


def test_not_about_values():
    assert "a" < "b"
=== tests/test_depth_file.py
import pathlib

import pytest

LINES = (pathlib.Path(__file__).parents[1] / "data" / "depths.txt").read_text().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_line_of_file(line):
    assert int(line.split()[1]) > 0


def test_beside_the_file():
    assert True
=== tests/test_plugin.py
def test_tonnage(tonnage):
    assert tonnage == 100


def test_without_tonnage():
    assert True
=== tests/test_script.py
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def output(*argv):
    env = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    ran = subprocess.run([sys.executable, *argv], capture_output=True, text=True, env=env)
    return ran.stdout.strip()


def test_script():
    assert output(str(ROOT / "scripts" / "manifest.py"), "x") == "manifest:x"


def test_module_in_child():
    assert output("-c", "from harbour.names import proper; print(proper('a'))") == "A"
=== tests/test_usage.txt
How to use it:

>>> from harbour.units import knots
>>> knots(18.52)
10.0
=== tests/shore/conftest.py
import pytest

from harbour.stream import pulses

QUAYS = ["east", "west"]


@pytest.fixture(autouse=True)
def calm(monkeypatch):
    monkeypatch.setenv("WIND", "calm")


@pytest.fixture(scope="module")
def pulse():
    started = pulses(4)
    next(started)
    return started


@pytest.fixture(params=["row", "sail"])
def boat(request):
    return request.param


@pytest.fixture
def harbour_fleet(fleet):
    return [*fleet, "cat"]


def pytest_generate_tests(metafunc):
    if "quay" in metafunc.fixturenames:
        metafunc.parametrize("quay", QUAYS)
=== tests/shore/test_pulse.py
def test_first_pulse(pulse):
    assert next(pulse) % 10 == 0


def test_second_pulse(pulse):
    assert next(pulse) % 10 < 1
=== tests/shore/test_shore.py
import os


def test_shore_fleet(fleet):
    assert len(fleet) == 2


def test_harbour_fleet(harbour_fleet):
    assert harbour_fleet[-1] == "cat"


def test_quay(quay):
    assert len(quay) == 4


def test_boat(boat):
    assert boat in ("row", "sail")


def test_wind():
    assert os.environ["WIND"] == "calm"


def test_on_shore():
    assert "a" < "b"
=== tests/inland/test_inland.py
def test_inland():
    assert 2 > 1


def test_inland_fleet(fleet):
    assert fleet[0] == "ann"
=== tests/test_bystander_a.py
def test_by_a():
    assert 1 + 1 == 2


def test_by_a_too():
    assert "1".isdigit()
=== tests/test_bystander_z.py
def test_by_z():
    assert 2 + 1 == 3


def test_by_z_too():
    assert "z".isalpha()
'''
