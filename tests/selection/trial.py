"""Tries a selector on a scenario, and proves a scenario with plain pytest."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.selection.edits import Place

if TYPE_CHECKING:
    from tests.selection.box import Box, Run
    from tests.selection.scenario import Scenario


@dataclass(frozen=True)
class Tool:
    """A selector: what its first run and the later ones add to pytest's command line."""

    name: str
    first: tuple[str, ...]
    later: tuple[str, ...]


TESTMON = ("-p", "testmon.pytest_testmon", "--testmon")
# The first run has one worker, so that all tests share what is cached, started or kept.
TOOLS = {
    tool.name: tool
    for tool in (
        Tool("plain", (), ()),
        Tool("dx", ("-p", "dxpy", "--dx-workers=1"), ("-p", "dxpy", "--dx-affected")),
        Tool("testmon", TESTMON, TESTMON),
    )
}


@dataclass(frozen=True)
class Verdict:
    """What a selector did in one scenario; see Scenario for what it should.

    ``seconds`` and ``cpu_seconds`` are of the last run.
    """

    name: str
    must: int
    ran: int
    missed: list[str]
    extra: list[str]
    false_green: bool
    false_red: bool
    seconds: float
    cpu_seconds: float
    output: str = dataclasses.field(repr=False, default="")


def stage(box: Box, tool: Tool) -> Run:
    """Build the sample project and make the tool's first run of it."""
    box.build()
    run = box.pytest(*tool.first)
    box.keep()
    return run


def play(box: Box, scenario: Scenario, tool: Tool) -> list[Run]:
    """Restore, then make each edit and run the tool after it."""
    box.restore()
    place = Place(box.root, box.site_packages)
    runs = []
    for step in scenario.steps:
        step.edit(place)
        later = () if step.plain else tool.later
        runs.append(box.pytest(*later, *step.args, env=step.env))
    return runs


def judge(scenario: Scenario, run: Run) -> Verdict:
    told = {node for node, outcome in run.outcomes.items() if outcome == "not collected"}
    return Verdict(
        name=scenario.name,
        must=len(scenario.must),
        ran=len(run.ran),
        missed=scenario.missed(run.ran | run.skipped | told),
        extra=scenario.extra(run.ran),
        false_green=scenario.red and run.green,
        false_red=not scenario.red and not run.green,
        seconds=run.wall_seconds,
        cpu_seconds=run.cpu_seconds,
        output=run.output,
    )


def disproof(scenario: Scenario, before: Run, runs: list[Run]) -> str:
    """What plain pytest shows that the scenario does not say; empty if there is nothing.

    A test must run where it fails in the last run, or where no run before has shown the outcome.
    Where only an earlier run has shown it, but not the one before the last, it may or may not.
    """
    *earlier, last = [before, *runs]
    seen = {pair for run in earlier for pair in run.outcomes.items()}
    bad = {node for node, told in last.outcomes.items() if _fails(told)}
    required = bad | {node for node, told in last.outcomes.items() if (node, told) not in seen}
    allowed = required | set(dict(last.outcomes.items() - earlier[-1].outcomes.items()))
    parts = [
        ("must lacks", required - scenario.must),
        ("must has", scenario.must - allowed),
    ]
    told = [f"{words} {sorted(nodes)}" for words, nodes in parts if nodes]
    if scenario.red == last.green:
        told.append(f"red is {scenario.red}, but the exit code is {last.code}")
    return "; ".join(told)


def _fails(outcome: str) -> bool:
    return "failed" in outcome.replace("xfailed", "") or outcome == "not collected"
