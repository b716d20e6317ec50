"""Each scenario with `-p dxpy --dx-affected`: nothing missed, no false green, little too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.selection.box import Box
from tests.selection.scenarios import load
from tests.selection.trial import TOOLS, judge, play, stage

if TYPE_CHECKING:
    from tests.selection.scenario import Scenario

DX = TOOLS["dx"]
TESTS = 183  # of the sample project

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """The sample project after one whole run."""
    box = Box(tmp_path_factory.mktemp("selection"))
    first = stage(box, DX)
    assert (first.code, len(first.outcomes)) == (0, TESTS), first.output
    return box


@pytest.mark.parametrize("scenario", [pytest.param(s, id=name) for name, s in load().items()])
def test_runs_what_the_edit_can_have_changed(box: Box, scenario: Scenario) -> None:
    runs = play(box, scenario, DX)
    verdict = judge(scenario, runs[-1])
    assert verdict.missed == [], verdict.output
    assert not verdict.false_green, verdict.output
    assert not verdict.false_red, verdict.output
    assert len(verdict.extra) <= scenario.most_extra, verdict.extra
