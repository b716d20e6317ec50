"""Tests of the sample project's modules.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r"""
=== tests/test_units.py
from harbour.units import knots, metres, shown


def test_metres():
    assert metres(10) == 3.048


def test_no_metres():
    assert metres(0) == 0


def test_knots():
    assert knots(18.52) == 10


def test_shown():
    assert shown(2) == "2.0"
=== tests/test_package.py
import harbour


def test_code_of_package():
    assert harbour.code("rotterdam") == "ROT"


def test_all():
    assert harbour.__all__ == ["code", "metres"]
=== tests/test_tides.py
import pytest

from harbour.tides import minutes, rise, sea


@pytest.mark.parametrize("tides,want", [(1, 745), (2, 1490)])
def test_minutes(tides, want):
    assert minutes(tides) == want


def test_rise():
    assert rise() == 1.829


def test_sea():
    assert sea() == "North Sea"
=== tests/test_names.py
from harbour.names import code, proper


def test_code():
    assert code(" dover ") == "DOV"


def test_short_code():
    assert code("ij") == "IJ"


def test_proper():
    assert proper("den helder") == "Den Helder"
=== tests/test_limits.py
import pytest

from harbour import limits


def test_fits():
    assert limits.fits(200)


def test_fits_not():
    assert not limits.fits(201)


def test_about():
    assert limits.about() == "limits"


@pytest.mark.skipif(limits.LONGEST > 250, reason="too long")
def test_short_port():
    assert True
=== tests/test_berths.py
from harbour import berths


def test_depth():
    assert berths.depth("east") == 9


def test_quays():
    assert berths.quays() == ["east.txt", "west.txt"]


def test_open():
    assert not berths.is_closed("east")


def test_no_corrections():
    assert berths.corrections() == {}


def test_log_size():
    assert berths.log_size() == 2


def test_current():
    assert berths.current() == "e"


def test_data_folder():
    assert berths.DATA.name == "data"
=== tests/test_vessel.py
from harbour.vessel import Ferry, Tug, by_length, fee_of


def test_length():
    assert Ferry([1, 2]).length() == 3


def test_in_metres():
    assert Ferry([10]).in_metres() == 3.048


def test_kind():
    assert Ferry([]).kind() == "vessel"


def test_flag():
    assert Ferry([]).flag == "NL"


def test_label():
    assert Ferry([1]).label == "NL 1"


def test_fee():
    assert fee_of(Ferry([2])) == 9


def test_by_length():
    one, two = Ferry([1]), Ferry([2])
    assert by_length([two, one]) == [one, two]


def test_tug():
    assert Tug().length() == 7


def test_tug_is_a_ferry():
    assert Tug().flag == "NL"


def test_pull():
    assert Tug.pull == 40
=== tests/test_geo.py
from harbour.geo import Course, Position


def test_position():
    assert repr(Position(1)) == "Position(lat=1, lon=0.0)"


def test_sum():
    assert Course(350) + Course(20) == Course(10)


def test_note():
    course = Course(5)
    course.note = "slow"
    assert course.note == "slow"


def test_north_is_a_course():
    assert Course(0)
=== tests/test_cargo.py
import pytest

from harbour.cargo import Kind, is_wet, kinds


def test_kinds():
    assert kinds() == ["bulk", "liquid"]


def test_wet():
    assert is_wet(Kind.LIQUID)


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_every_kind(kind):
    assert kind.value == kind.name.lower()
=== tests/test_beacons.py
import pytest

from harbour import beacons


@pytest.mark.parametrize("name", ["north", "south"])
def test_beacon(name):
    assert beacons.beacon(name).light() == name


def test_can_light():
    assert callable(beacons.beacon)
=== tests/test_beacon_list.py
from harbour import beacons


def test_known():
    assert beacons.known() == ["north", "south"]
=== tests/test_docks.py
from harbour.docks.dry import width


def test_width():
    assert width() == 30
=== tests/test_radio.py
import pytest

from harbour import radio


def test_hail(monkeypatch):
    monkeypatch.setattr("harbour.radio.send", lambda text: text)
    assert radio.hail("ann") == "HAIL ANN"


def test_silence():
    with pytest.raises(RuntimeError):
        radio.hail("ann")
=== tests/test_almanac_a.py
from harbour.almanac import moon, sun


def test_moon():
    assert moon(9) == 27


def test_sun():
    assert sun(9) == 3
=== tests/test_almanac_b.py
from harbour.almanac import both, moon


def test_both():
    assert both(9) == 30


def test_moon_again():
    assert moon(9) == 27
=== tests/test_port_a.py
from harbour.port import Port


def test_name():
    assert Port.the().name == "Hook"
=== tests/test_port_b.py
from harbour.port import Port


def test_name_again():
    assert Port.the().name.lower() == "hook"
=== tests/test_flags.py
import harbour.flags  # noqa: F401  (registers)
from harbour.signals import HANDLERS


def test_hoist():
    assert HANDLERS["hoist"]("a") == "A"


def test_lower():
    assert HANDLERS["lower"]("A") == "a"


def test_number():
    assert len(HANDLERS) == 2
=== tests/test_crew.py
from harbour.crew import Member


def test_known_members():
    assert Member.known == ["Bosun", "Mate"]
=== tests/test_instruments.py
from harbour.instruments import Barometer, title


def test_title():
    assert title() == "BAROMETER"


def test_unit():
    assert Barometer.unit == "hPa"
=== tests/test_fastmath.py
from harbour.fastmath import add


def test_add():
    assert add(1, 2) == 3
=== tests/test_watch.py
from harbour import watch


def test_thread():
    assert watch.in_thread(4) == 8


def test_pool():
    assert watch.in_pool(2) == 10


def test_pool_again():
    assert watch.in_pool(3) == 15


def test_loop():
    assert watch.in_loop(3) == [1, 2, 3]
=== tests/test_lanes.py
import pytest

from harbour.lanes import LANES


@pytest.mark.parametrize("lane", LANES)
def test_lane(lane):
    assert lane < 5


def test_beside_lanes():
    assert True
=== tests/test_notice.py
from harbour.notice import notice, rules


def test_notice():
    assert notice("A") == "Berth A is free"


def test_rules():
    assert rules() == "No wake"
=== tests/test_supplier.py
from harbour.supplier import chart


def test_chart():
    assert chart("a") == "A!"
=== tests/test_outdated.py
from harbour.outdated import plot


def test_plot():
    assert plot() == 1
=== tests/test_commands.py
from harbour.commands import dock, usage


def test_usage():
    assert usage() == "dock: Bring a ship in.; sail: Let a ship go."


def test_dock():
    assert dock("Ann") == "Ann docked"
=== tests/test_aground.py
import pytest

from harbour.aground import strand


def test_line():
    with pytest.raises(ValueError) as caught:
        strand()
    assert caught.traceback[-1].lineno == 2


def test_message():
    with pytest.raises(ValueError, match="aground"):
        strand()
=== tests/test_excerpt.py
from harbour.excerpt import excerpt, rule


def test_excerpt():
    assert "give way" in excerpt()


def test_rule():
    assert rule() == 1
=== tests/test_dispatch.py
import pytest

from harbour.dispatch import act


@pytest.mark.parametrize("name,want", [("moor", "moored"), ("sail", "sailed"), ("turn", "nothing")])
def test_act(name, want):
    assert act(name) == want
=== tests/test_report.py
from harbour.report import line
from harbour.vessel import Tug


def test_report():
    assert line(Tug()) == "- vessel"
=== tests/test_plan.py
from harbour.plan import deck


def test_deck():
    assert deck(2, 3.2) == 6
=== tests/test_later.py
from harbour import later


def test_depth_of_later():
    assert later.depth == 7


def test_no_height():
    assert not hasattr(later, "height")
=== tests/test_state.py
from harbour import dusk, state


def test_lamps():
    assert state.LAMPS == {"red": 1, "green": 2}


def test_hour():
    assert dusk.hour() == 20
=== tests/test_zone.py
from harbour.zone import zone


def test_zone():
    assert zone() == "UTC"
=== tests/test_legacy.py
from harbour.legacy import old


def test_old():
    assert old(1) == 2
=== tests/test_typed.py
from harbour.typed import convert


def test_convert():
    assert convert("2") == 4
=== tests/test_labels.py
from harbour.labels import blink, home, painted, shade


def test_painted():
    assert painted() == "red buoy"


def test_blink():
    assert blink() == 4


def test_home():
    assert home() == "M\u00e1laga"


def test_shade():
    assert shade() == 0
=== tests/test_formula.py
from harbour.formula import value


def test_value():
    assert value() == 42
"""
