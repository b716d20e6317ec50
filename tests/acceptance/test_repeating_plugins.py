"""Plugins that run a test again."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.acceptance.side_by_side import run_both
from tests.conftest import Project

TRIED = """
    import os

    def tried(name):
        with open(f"{name}.tried", "a") as file:
            file.write("x")
        return os.path.getsize(f"{name}.tried")
"""
FLAKY = """
    import pytest
    from helper import tried

    @pytest.mark.flaky(MARK=2)
    def test_passes_in_the_end(): assert tried(__name__) >= 3
    def test_passes(): pass
"""
FAILS = """
    import pytest

    @pytest.mark.flaky(MARK=1)
    def test_fails_in_the_end(): assert 0
    @pytest.mark.flaky(MARK=1)
    def test_is_skipped(): pytest.skip()
    @pytest.mark.flaky(MARK=1)
    @pytest.mark.xfail
    def test_is_known_to_fail(): assert 0
"""


class Case(NamedTuple):
    """A plugin with its mark's argument, and what it says."""

    plugin: str
    argument: str
    summary: str


CASES = {
    "rerunfailures": Case(
        "rerunfailures", "reruns", "1 failed, 4 passed, 1 skipped, 1 xfailed, 5 rerun"
    ),
    "retry": Case("pytest-retry", "retries", "1 failed, 4 passed, 1 skipped, 1 xfailed, 3 retried"),
}


@pytest.mark.parametrize("xdist", ["xdist", "no:xdist"])
@pytest.mark.parametrize("name", CASES)
def test_a_flaky_test_runs_as_often(project: Project, name: str, xdist: str) -> None:
    case = CASES[name]
    flaky, fails = (text.replace("MARK", case.argument) for text in (FLAKY, FAILS))
    project.write(helper=TRIED, test_a=flaky, test_b=flaky, test_c=fails)
    both = run_both(project, "-p", xdist, "-p", case.plugin)
    assert (both.ours.summary, both.mode) == (case.summary, "lazy")
    for file in ("test_a.tried", "test_b.tried"):
        assert both.texts(file) == ("xxx", "xxx")
