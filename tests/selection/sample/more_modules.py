"""Modules of the sample project: registries, threads, computed names; the last with their tests.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r'''
=== src/harbour/port.py
def _port_name():
    return "Hook"


class Port:
    _only = None

    def __init__(self):
        self.name = _port_name()

    @classmethod
    def the(cls):
        if cls._only is None:
            cls._only = cls()
        return cls._only
=== src/harbour/signals.py
HANDLERS = {}


def signal(name):
    def keep(function):
        HANDLERS[name] = function
        return function

    return keep
=== src/harbour/flags.py
from harbour.signals import signal


@signal("hoist")
def hoist(text):
    return text.upper()


@signal("lower")
def lower(text):
    return text.lower()
=== src/harbour/crew.py
class Member:
    known = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Member.known.append(cls.__name__)


class Bosun(Member):
    pass


class Mate(Member):
    pass
=== src/harbour/instruments.py
class Listed(type):
    def __new__(mcs, name, bases, space):
        made = super().__new__(mcs, name, bases, space)
        made.title = name.upper()
        return made


class Barometer(metaclass=Listed):
    unit = "hPa"


def title():
    return Barometer.title
=== src/harbour/fastmath.py
try:
    from harbour._fast import add
except ImportError:

    def add(a, b):
        return a + b
=== src/harbour/watch.py
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

_POOL = ThreadPoolExecutor(1)


def _job(out, n):
    out.append(n * 2)


def in_thread(n):
    out = []
    thread = threading.Thread(target=_job, args=(out, n))
    thread.start()
    thread.join()
    return out[0]


def _pool_job(n):
    return n * 5


def in_pool(n):
    return _POOL.submit(_pool_job, n).result()


async def _tick(n):
    await asyncio.sleep(0)
    return n + 1


async def _ticks(n):
    return await asyncio.gather(*(_tick(i) for i in range(n)))


def in_loop(n):
    return asyncio.run(_ticks(n))
=== src/harbour/lanes.py
LANES = [1, 2, 3]
=== src/harbour/notice.py
import importlib.resources
import pathlib


def notice(berth):
    text = (pathlib.Path(__file__).parent / "notice.txt").read_text()
    return text.replace("{berth}", berth).strip()


def rules():
    return importlib.resources.files("harbour").joinpath("rules.txt").read_text().strip()
=== src/harbour/supplier.py
import fakechart


def chart(name):
    return fakechart.draw(name)
=== src/harbour/outdated.py
import warnings


def plot():
    warnings.warn("old chart", DeprecationWarning)
    return 1
=== src/harbour/commands.py
COMMANDS = {}


def command(function):
    COMMANDS[function.__name__] = function.__doc__.splitlines()[0]
    return function


@command
def dock(ship):
    """Bring a ship in."""
    return ship + " docked"


@command
def sail(ship):
    """Let a ship go."""
    return ship + " sailed"


def usage():
    return "; ".join(f"{name}: {text}" for name, text in sorted(COMMANDS.items()))
=== src/harbour/aground.py
# Where the error is raised is what one test looks at.
def strand():
    raise ValueError("aground")
=== src/harbour/excerpt.py
import inspect


def rule():
    # give way to starboard
    return 1


def excerpt():
    return inspect.getsource(rule)
=== src/harbour/dispatch.py
class Actions:
    def do_moor(self):
        return "moored"

    def do_sail(self):
        return "sailed"

    def default(self):
        return "nothing"


def act(name):
    actions = Actions()
    return getattr(actions, "do_" + name, actions.default)()
=== src/harbour/report.py
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harbour.vessel import Vessel


def line(vessel: Vessel) -> str:
    return f"- {vessel.kind()}"
=== src/harbour/shapes.py
def area(a, b):
    return a * b


def _edge(a):
    return 4 * a
=== src/harbour/plan.py
from harbour.shapes import *  # noqa: F403


def deck(a, b):
    return round(area(a, b))  # noqa: F405
=== src/harbour/later.py
def _depths():
    return {"depth": 7}


def __getattr__(name):
    try:
        return _depths()[name]
    except KeyError:
        raise AttributeError(name) from None
=== src/harbour/state.py
LAMPS = {"red": 1}
=== src/harbour/dusk.py
from harbour import state

state.LAMPS["green"] = 2


def hour():
    return 20
=== src/harbour/zone.py
import os


def zone():
    return os.environ.get("HARBOUR_ZONE", "UTC")
=== src/harbour/legacy.py
def old(x):
    return x + 1
=== src/harbour/stream.py
def pulses(n):
    for i in range(n):
        yield i * 10
=== src/harbour/typed.py
import typing


def twice(value: int):
    return value * 2


def convert(text):
    return twice(typing.get_type_hints(twice)["value"](text))
=== src/harbour/labels.py
import colorsys
import operator


class Buoy:
    colour = "red"

    class lamp:
        period = 4


def painted():
    return "{0.colour} buoy".format(Buoy())


def blink():
    return operator.attrgetter("lamp.period")(Buoy)


def home():
    return "Málaga"


def shade():
    return colorsys.rgb_to_hls(0, 0, 0)[1]
=== src/harbour/formula.py
from harbour.berths import DATA

RATE = 21


def value():
    return eval((DATA / "formula.txt").read_text())
=== src/harbour/render.py
import functools


@functools.singledispatch
def render(value):
    return "?"


@render.register
def _(value: int):
    return "number"


@render.register
def _(value: str):
    return "text"
=== src/harbour/doubled.py
import functools


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2 * function(*args)

    return wrapper
=== src/harbour/loads.py
from harbour.doubled import doubled


@doubled
def load(tons):
    return tons + 1


TABLE = {tons: load(tons) for tons in range(3)}


def tabled(tons):
    return TABLE[tons]
=== src/harbour/gauge.py
class Clamped:
    def __init__(self, top):
        self.top = top

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        return getattr(obj, self.name, 0)

    def __set__(self, obj, value):
        setattr(obj, self.name, min(value, self.top))


class Gauge:
    level = Clamped(10)

    def __enter__(self):
        self.level = 1
        return self

    def __exit__(self, *error):
        self.level = 0


def reading(level):
    with Gauge() as gauge:
        gauge.level = level
        return gauge.level
=== src/harbour/spare.py
def spare():
    return "nobody asks"
=== tests/test_render.py
from harbour.render import render


def test_number():
    assert render(1) == "number"


def test_text():
    assert render("a") == "text"


def test_unknown():
    assert render(1.5) == "?"
=== tests/test_loads.py
from harbour.loads import load, tabled


def test_load():
    assert load(4) == 10


def test_tabled():
    assert tabled(2) == 6
=== tests/test_gauge.py
from harbour.gauge import reading


def test_reading():
    assert reading(4) == 4


def test_clamped():
    assert reading(40) == 10
=== tests/test_soundings.py
from soundings import fathoms


def test_fathoms():
    assert fathoms(18.288) == 10
'''
