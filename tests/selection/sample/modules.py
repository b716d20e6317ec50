"""Modules of the sample project: values, classes, files, caches.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r'''
=== src/harbour/__init__.py
from harbour.names import code
from harbour.units import metres

__all__ = ["code", "metres"]
=== src/harbour/units.py
"""Units, used nearly everywhere."""

FOOT = 0.3048


def metres(feet):
    """Feet in metres."""
    length = feet * FOOT
    return round(length, 3)


def knots(kmh):
    # a knot is a nautical mile an hour
    return round(kmh / 1.852, 1)


def shown(value):
    return f"{value:.1f}"
=== src/harbour/tides.py
from harbour.units import metres


def _period(hours, minutes):
    return hours * 60 + minutes


PERIOD = _period(12, 25)
RISE = 6


def minutes(tides):
    return PERIOD * tides


def rise():
    return metres(RISE)


def sea():
    return "North Sea"
=== src/harbour/names.py
def code(name):
    return name.strip().upper()[:3]


def proper(name):
    return name.title()
=== src/harbour/limits.py
LONGEST = 200


def fits(length, limit=LONGEST):
    return length <= limit


def about():
    return "limits"
=== src/harbour/berths.py
import json
import os
import pathlib

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"


def load():
    with open(DATA / "berths.json") as file:
        return json.load(file)


def depth(name):
    return load()[name]


def quays():
    return sorted(path.name for path in (DATA / "quays").glob("*.txt"))


def is_closed(name):
    return os.path.exists(DATA / (name + ".closed"))


def corrections():
    try:
        with open(DATA / "corrections.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def log_size():
    return os.path.getsize(DATA / "quays" / "east.txt")


def current():
    return (DATA / "current.txt").read_text().strip()
=== src/harbour/fees.py
def fee(length):
    return 5 + 2 * length
=== src/harbour/vessel.py
from harbour.units import metres


class Vessel:
    def length(self):
        return sum(self.sections)

    def kind(self):
        return "vessel"

    def __lt__(self, other):
        return self.length() < other.length()


class Ferry(Vessel):
    flag = "NL"

    def __init__(self, sections):
        self.sections = sections

    def in_metres(self):
        return metres(self.length())

    @property
    def label(self):
        return f"{self.flag} {self.length()}"


class Tug(Ferry):
    pull = 40

    def __init__(self):
        self.sections = [7]


def fee_of(vessel):
    from harbour.fees import fee  # imported when it is needed

    return fee(vessel.length())


def by_length(vessels):
    return sorted(vessels)
=== src/harbour/geo.py
from dataclasses import dataclass


@dataclass
class Position:
    lat: float
    lon: float = 0.0


class Course:
    __slots__ = ("degrees", "note")

    def __init__(self, degrees):
        self.degrees = degrees % 360

    def __add__(self, other):
        return Course(self.degrees + other.degrees)

    def __eq__(self, other):
        return self.degrees == other.degrees

    def __hash__(self):
        return hash(self.degrees)
=== src/harbour/cargo.py
import enum


class Kind(enum.Enum):
    BULK = "bulk"
    LIQUID = "liquid"


def kinds():
    return [kind.value for kind in Kind]


def is_wet(kind):
    return kind is Kind.LIQUID
=== src/harbour/beacons/__init__.py
import importlib
import pkgutil


def beacon(name):
    return importlib.import_module("harbour.beacons." + name)


def known():
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
=== src/harbour/beacons/north.py
def light():
    return "north"
=== src/harbour/beacons/south.py
def light():
    return "south"
=== src/harbour/docks/dry.py
WIDTH = 30


def width():
    return WIDTH
=== src/harbour/radio.py
def send(text):
    raise RuntimeError("no radio ashore")


def hail(name):
    return send("hail " + name).upper()
=== src/harbour/almanac.py
import functools

_SUN = {}


@functools.lru_cache(maxsize=None)
def moon(day):
    return day * 3 % 28


def sun(day):
    if day not in _SUN:
        _SUN[day] = _noon(day)
    return _SUN[day]


def _noon(day):
    return 12 - day


def both(day):
    return moon(day) + sun(day)
'''
