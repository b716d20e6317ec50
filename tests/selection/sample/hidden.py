"""Modules and tests of the sample project where one test uses what another has caused.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r"""
=== data/tables/spring.txt
4
=== data/tables/neap.txt
2
=== data/lights.txt
white
=== data/relative.txt
near
=== src/harbour/tables.py
import functools
import os

from harbour.berths import DATA

_KEPT = {}
LIGHTS = (DATA / "lights.txt").read_text().strip()


@functools.lru_cache(maxsize=None)
def spring():
    return int((DATA / "tables" / "spring.txt").read_text())


def neap():
    if "neap" not in _KEPT:
        _KEPT["neap"] = _read_neap()
    return _KEPT["neap"]


def _read_neap():
    with open(DATA / "tables" / "neap.txt") as file:
        return int(file.read())


@functools.cache
def tables():
    return sorted(os.listdir(DATA / "tables"))


@functools.cache
def region():
    return os.environ.get("HARBOUR_ZONE", "UTC").lower()


@functools.cache
def is_frozen():
    return (DATA / "frozen").exists()
=== src/harbour/chain_a.py
FIRST = 3
=== src/harbour/chain_b.py
from harbour.chain_a import FIRST as SECOND

THIRD = SECOND + 1
=== src/harbour/chain_c.py
import functools

import harbour.chain_b as middle

FOURTH = middle.THIRD * 2


def _scaled(factor, n):
    return factor * n


scaled = functools.partial(_scaled, FOURTH)
RULES = {"near": lambda n: n < 10, "far": lambda n: n >= 10}


def fourth():
    return FOURTH


def rule(name, n):
    return RULES[name](n)
=== src/harbour/season.py
WINTER = False

if WINTER:

    def season():
        return "winter"

else:

    def season():
        return "summer"
=== src/harbour/base_yard.py
class BaseYard:
    def plan(self):
        return "plan of " + self.site()

    def site(self):
        return "nowhere"
=== src/harbour/yard.py
import functools

from harbour.base_yard import BaseYard


class Yard(BaseYard):
    @functools.cached_property
    def size(self):
        return self._measure()

    def _measure(self):
        return 12

    def site(self):
        return "the east side"
=== src/harbour/lazy_lists.py
def cranes():
    from harbour.crane_list import CRANES

    return len(CRANES)
=== src/harbour/crane_list.py
CRANES = ["big", "small"]
=== src/harbour/filled.py
_SIGNS = None


class Lights:
    _filled = False

    @classmethod
    def colour(cls, side):
        if not cls._filled:
            cls._fill()
        return cls._colours[side]

    @classmethod
    def _fill(cls):
        cls._colours = {"port": "red"}
        cls._filled = True


def sign(name):
    if _SIGNS is None:
        _fill_signs()
    return _SIGNS[name]


def _fill_signs():
    global _SIGNS
    _SIGNS = {"stop": "square"}
=== src/harbour/database.py
import sqlite3


def ships(path):
    database = sqlite3.connect(path)
    try:
        return [name for (name,) in database.execute("select name from ships")]
    finally:
        database.close()
=== tests/shared.py
import contextlib


@contextlib.contextmanager
def moored(log):
    log.append("in")
    yield log
    log.append("out")
=== tests/test_tables_a.py
from harbour import tables


def test_spring():
    assert tables.spring() == 4


def test_neap():
    assert tables.neap() == 2


def test_tables():
    assert tables.tables() == ["neap.txt", "spring.txt"]


def test_region():
    assert tables.region() == "utc"


def test_not_frozen():
    assert not tables.is_frozen()


def test_lights():
    assert tables.LIGHTS == "white"
=== tests/test_tables_b.py
from harbour import tables


def test_spring_again():
    assert tables.spring() + 1 == 5


def test_neap_again():
    assert tables.neap() + 1 == 3


def test_tables_again():
    assert len(tables.tables()) == 2


def test_region_again():
    assert tables.region().upper() == "UTC"


def test_not_frozen_again():
    assert tables.is_frozen() is False
=== tests/test_chain.py
from harbour.chain_c import fourth, rule, scaled


def test_fourth():
    assert fourth() == 8


def test_scaled():
    assert scaled(2) == 16


def test_near():
    assert rule("near", 3)


def test_far():
    assert not rule("far", 3)
=== tests/test_season.py
from harbour.season import season


def test_season():
    assert season() == "summer"
=== tests/test_yard_a.py
def test_size(yard):
    assert yard.size == 12


def test_plan(yard):
    assert yard.plan() == "plan of the east side"
=== tests/test_yard_b.py
def test_size_again(yard):
    assert yard.size > 11
=== tests/test_cranes_a.py
from harbour.lazy_lists import cranes


def test_cranes():
    assert cranes() == 2
=== tests/test_cranes_b.py
from harbour.lazy_lists import cranes


def test_cranes_again():
    assert cranes() < 3
=== tests/test_beacons_again.py
from harbour import beacons


def test_south_again():
    assert beacons.beacon("south").light() == "south"
=== tests/test_filled_a.py
from harbour.filled import Lights, sign


def test_colour():
    assert Lights.colour("port") == "red"


def test_sign():
    assert sign("stop") == "square"
=== tests/test_filled_b.py
from harbour.filled import Lights, sign


def test_colour_again():
    assert Lights.colour("port").upper() == "RED"


def test_sign_again():
    assert len(sign("stop")) == 6
=== tests/test_files.py
import pathlib
import runpy
import sys

from harbour import database
from shared import moored

ROOT = pathlib.Path(__file__).resolve().parents[1]


def test_relative(monkeypatch):
    monkeypatch.chdir(ROOT / "data")
    with open("relative.txt") as file:
        assert file.read() == "near\n"


def test_script_in_this_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["manifest", "y"])
    runpy.run_path(str(ROOT / "scripts" / "manifest.py"))
    assert capsys.readouterr().out == "manifest:y\n"


def test_project_file():
    assert 'name = "harbour"' in (ROOT / "pyproject.toml").read_text()


def test_ships():
    assert database.ships(ROOT / "data" / "ships.db") == ["ann"]


def test_moored():
    with moored([]) as log:
        assert log == ["in"]
    assert log == ["in", "out"]
"""
