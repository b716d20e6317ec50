"""Tests that see on which lines code stands, in the ways in which Python tells it."""

from __future__ import annotations

import pytest

from tests.acceptance.shop import affected, edit
from tests.conftest import Project

WAYS = {
    "a frame": "sys._getframe(1).f_lineno",
    "frames with a context": "inspect.stack()[1][2]",
    "frames without": "inspect.stack(0)[1][2]",
    "a frame's info": "inspect.getframeinfo(sys._getframe(1))[1]",
    "a walk": "[line for _, line in traceback.walk_stack(sys._getframe(1))][0]",
    "a summary": "traceback.extract_stack()[-2][1]",
    "an exception": "raised()",
    "a source": "inspect.getsourcelines(caller)[1] + 1",
    "a code": "caller.__code__.co_firstlineno + 1",
    "a warning": "warned()",
}
SHOP = """\
import inspect, sys, traceback, warnings
def raised():
    try:
        fail()
    except ZeroDivisionError as error:
        return traceback.extract_tb(error.__traceback__)[-1][1] + BETWEEN
def warned():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("here", stacklevel=3)
    return caught[0].lineno
def line(): return WAY
def fail(): 1 / 0
def caller():
    return line()
"""


def write(project: Project, way: str) -> None:
    """A module whose last function stands on a line that a test knows, and that test."""
    lines = SHOP.splitlines()
    calls, fails = lines.index("    return line()") + 1, lines.index("def fail(): 1 / 0") + 1
    shop = SHOP.replace("BETWEEN", str(calls - fails)).replace("WAY", way)
    test = f"from shop import caller\ndef test_line(): assert caller() == {calls}\n"
    project.write(shop=shop, test_shop=test, test_other="def test_other(): pass")
    assert project.run().summary == "2 passed"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_line_that_moved_is_seen(project: Project, way: str) -> None:
    write(project, way)
    edit(project, "shop.py", "def line", "\ndef line")
    assert affected(project).summary == "1 failed, 1 unaffected"


def test_lines_of_what_did_not_run_are_not(project: Project) -> None:
    write(project, WAYS["a frame"])
    edit(project, "test_shop.py", "def test", "def later(): pass\ndef test")
    assert affected(project).summary == "1 passed, 1 unaffected"
    edit(project, "test_shop.py", "def later(): pass\n", "")
    project.write_file("shop.py", project.read("shop.py") + "\ndef last(): pass\n")
    assert affected(project).summary == "2 unaffected"
