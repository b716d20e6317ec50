"""``--dx-stats`` as a user meets it."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.shop import shop
from tests.conftest import Project, Result

__all__ = ["shop"]  # the fixture

TIMES = r"[\d,]+\.\d ms, CPU [\d,]+\.\d ms"


def stages(result: Result) -> list[str]:
    """What is told of, in its order."""
    return re.findall(rf"^dxpy:   ([\w ,']+): {TIMES}$", result.output, re.MULTILINE)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_tells_its_stages(shop: Project, workers: int) -> None:
    result = shop.run("--dx-affected", "--dx-stats", workers=workers)
    assert re.search(rf"^dxpy: our own work took {TIMES}$", result.output, re.MULTILINE)
    assert {"walk", "judging", "reading the record", "keeping the record"} <= {*stages(result)}
    assert result.summary == "5 unaffected"


def test_a_run_of_everything_tells_them_too(shop: Project) -> None:
    result = shop.run("--dx-stats", "-q")
    assert {"start of workers", "results, with pytest's reports"} <= {*stages(result)}
    assert "judging" not in stages(result)


@pytest.mark.parametrize("option", ["--dx-collect=off", "--co"])
def test_one_process_tells_them(shop: Project, option: str) -> None:
    assert "judging" in stages(shop.run("--dx-affected", "--dx-stats", option))


def test_who_does_not_ask_is_told_nothing(shop: Project) -> None:
    assert "our own work" not in shop.run("--dx-affected").output
