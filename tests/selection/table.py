"""Verdicts as text."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.selection.trial import Verdict


def rows(verdicts: list[Verdict], *, everything: bool) -> str:
    """A Markdown table; without ``everything`` of those with a finding only."""
    lines = [
        "| scenario | must | ran | missed | extra | exit code | s | CPU s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        found = verdict.missed or verdict.extra or verdict.false_green or verdict.false_red
        if found or everything:
            wrong = "false green" if verdict.false_green else ""
            wrong = "false red" if verdict.false_red else wrong
            lines.append(
                f"| {verdict.name} | {verdict.must} | {verdict.ran} | {len(verdict.missed) or ''} "
                f"| {len(verdict.extra) or ''} | {wrong} "
                f"| {verdict.seconds:.1f} | {verdict.cpu_seconds:.1f} |"
            )
    return "\n".join(lines)


def totals(verdicts: list[Verdict]) -> str:
    count = len(verdicts)
    lines = {
        "false green": sum(verdict.false_green for verdict in verdicts),
        "false red": sum(verdict.false_red for verdict in verdicts),
        "scenarios with a missed test": sum(bool(verdict.missed) for verdict in verdicts),
        f"tests missed, of {sum(verdict.must for verdict in verdicts)}": sum(
            len(verdict.missed) for verdict in verdicts
        ),
        "scenarios with an extra test": sum(bool(verdict.extra) for verdict in verdicts),
        "extra tests": sum(len(verdict.extra) for verdict in verdicts),
        "tests run": sum(verdict.ran for verdict in verdicts),
        "median s": round(statistics.median(verdict.seconds for verdict in verdicts), 2),
        "median CPU s": round(statistics.median(verdict.cpu_seconds for verdict in verdicts), 2),
    }
    head = f"| {count} scenarios | |\n|---|---|\n"
    return "\n" + head + "\n".join(f"| {name} | {number} |" for name, number in lines.items())


def story(verdict: Verdict) -> str:
    """One verdict with all names."""
    lines = [f"{verdict.name}: ran {verdict.ran}"]
    lines += [f"  missed {node}" for node in verdict.missed]
    lines += [f"  extra  {node}" for node in verdict.extra[:12]]
    if len(verdict.extra) > 12:
        lines.append(f"  ... {len(verdict.extra)} extra")
    if verdict.false_green or verdict.false_red:
        lines.append("  the exit code is wrong")
    if verdict.missed or verdict.false_green or verdict.false_red:
        lines += [f"  > {line}" for line in verdict.output.splitlines()[-8:]]
    return "\n".join(lines)
