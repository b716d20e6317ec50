"""Verdicts as text for people and as data for docs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.parity.catalogue import Suite
from tests.parity.check import OurRun, Verdict
from tests.parity.compare import CUT_SHORT, KINDS, MESSAGE, TIMEOUT, Difference, compare
from tests.parity.recording import Recording
from tests.parity.suite_run import SuiteRun

WIDEST = 400


def text(verdict: Verdict, limit: int) -> str:
    """A line on the suite, then its differences, at most ``limit`` of each kind."""
    shown = partial(_with_cause, verdict)
    reasons = dict(verdict.explained)
    lines = [
        _headline(verdict),
        *(f"  note: {note}" for note in _remarks(verdict)),
        *_listed("", verdict.real, limit, shown),
        *_listed("unstable, ", verdict.unstable, limit, _shortened),
        *_listed("expected, ", list(reasons), limit, lambda d: f"{_shortened(d)} [{reasons[d]}]"),
        *(f"  no longer occurs, so remove it from expected.toml: {e}" for e in verdict.gone),
    ]
    return "\n".join(lines)


def _headline(verdict: Verdict) -> str:
    plain, ours = verdict.plain[0].finished, verdict.ours[0].run.finished
    count = verdict.baseline.items() + verdict.baseline.skipped_collectors()
    result = "same" if verdict.same else f"{len(verdict.real)} DIFFERENCES"
    if verdict.suite.message and verdict.same:
        result = "ended, with the message asked for"
    speed = f"{plain.wall_s:6.1f} s ({plain.cpu_s:.1f}) -> {ours.wall_s:6.1f} s ({ours.cpu_s:.1f})"
    return f"{verdict.suite.name:<15} {count:>6} tests  {speed}  {result}"


def _remarks(verdict: Verdict) -> list[str]:
    """Information that is no difference: the suite's own state, order, warnings."""
    remarks = []
    baseline, first = verdict.baseline, verdict.ours[0]
    count = baseline.items() + baseline.skipped_collectors()
    if baseline.exit_code != 0:
        remarks.append(f"plain pytest itself exits with {baseline.exit_code}")
    if count != verdict.suite.tests:
        remarks.append(f"plain pytest has {count} tests, the catalogue {verdict.suite.tests}")
    if first.order[0] != first.order[1]:
        remarks.append(f"{first.order[0]} of {first.order[1]} files ran in plain's inner order")
    if verdict.suite.message:
        remarks.append(f"beside plain: {_counted(compare(baseline, first.recording))}")
    if baseline.warnings != first.recording.warnings:
        remarks.append(f"warnings: {_warnings(baseline)} -> {_warnings(first.recording)}")
    return remarks


def _counted(differences: list[Difference]) -> str:
    kinds = Counter(difference.kind for difference in differences)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.items()) or "nothing differs"


def _warnings(recording: Recording) -> str:
    counted = sorted(recording.warnings.items())
    return ", ".join(f"{number} {category}" for category, number in counted) or "none"


def _with_cause(verdict: Verdict, difference: Difference) -> str:
    """A difference with how often it was seen and the end of its traceback."""
    seen = sum(difference in run.differences for run in verdict.ours)
    shown = _shortened(difference)
    if len(verdict.ours) > 1:
        shown += f" ({seen} of {len(verdict.ours)} runs)"
    cause = _cause(verdict, difference)
    return f"{shown}\n{_indented(cause)}" if cause else shown


def _cause(verdict: Verdict, difference: Difference) -> str:
    """The end of the traceback, or of the output where the run as a whole went wrong."""
    if difference.kind in (CUT_SHORT, TIMEOUT, MESSAGE):
        log = verdict.ours[-1].run.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(log.strip().splitlines()[-8:])
    for run in verdict.ours:
        for (nodeid, _), traceback in run.recording.failures.items():
            if nodeid and nodeid == difference.nodeid:
                return "\n".join(traceback.strip().splitlines()[-4:])
    return ""


def _indented(block: str) -> str:
    return "\n".join(f"      {line}" for line in block.splitlines())


def _shortened(difference: Difference) -> str:
    return textwrap.shorten(str(difference), WIDEST, placeholder=" [...]")


def _listed(
    title: str, differences: list[Difference], limit: int, shown: Callable[[Difference], str]
) -> list[str]:
    lines = []
    for kind in KINDS:
        entries = [difference for difference in differences if difference.kind == kind]
        lines += [f"  {title}{shown(entry)}" for entry in entries[:limit]]
        if len(entries) > limit:
            lines.append(f"  {title}{kind}: {len(entries) - limit} more")
    return lines


def data(verdict: Verdict) -> dict[str, Any]:
    """A verdict for JSON."""
    return {
        "suite": verdict.suite.name,
        "version": verdict.suite.version,
        "pytest": verdict.suite.pytest,
        "covers": verdict.suite.covers,
        "tests": verdict.baseline.items() + verdict.baseline.skipped_collectors(),
        "same": verdict.same,
        "plain": [_run(run) for run in verdict.plain],
        "ours": [_ours(run) for run in verdict.ours],
        "differences": [_difference(difference) for difference in verdict.real],
        "unstable": [_difference(difference) for difference in verdict.unstable],
        "expected": [_difference(d) | {"reason": reason} for d, reason in verdict.explained],
        "gone": [str(entry) for entry in verdict.gone],
    }


def _run(run: SuiteRun) -> dict[str, Any]:
    ended = run.finished
    return {"exit": ended.code, "wall_s": round(ended.wall_s, 2), "cpu_s": round(ended.cpu_s, 2)}


def _ours(run: OurRun) -> dict[str, Any]:
    inner = {"files_in_order": run.order[0], "files": run.order[1]}
    return _run(run.run) | inner | {"warnings": dict(run.recording.warnings)}


def _difference(difference: Difference) -> dict[str, str]:
    return {"kind": difference.kind, "nodeid": difference.nodeid, "text": difference.text}


def closing(verdicts: list[Verdict], failed: list[str]) -> str:
    """The last line: how many suites agree, and the names of those that do not."""
    differing = [verdict.suite.name for verdict in verdicts if not verdict.same]
    parts = [f"{len(verdicts) - len(differing)} of {len(verdicts) + len(failed)} suites the same"]
    if differing:
        parts.append("different: " + ", ".join(differing))
    if failed:
        parts.append("not run: " + ", ".join(failed))
    return "; ".join(parts)


def listing(suites: list[Suite]) -> str:
    """What ``--list`` prints."""
    return "\n".join(
        f"{s.name:<15} {s.version:<9} {s.tests:>6} tests  {s.seconds:>4.0f} s" for s in suites
    )
