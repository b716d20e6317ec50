"""Samples as Markdown and as data. Times of different runners mean most as ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from tests.bench.measure import OURS, PLAIN, UNRECORDED, Measured, Sample
from tests.bench.memory import Memory


def times(measured: Sequence[Measured]) -> str:
    """A row per workload and runner: median and, in brackets, lowest to highest.

    A ratio is taken within each round, since the machine is as busy for all of one round.
    """
    head = ["workload", "runner", "wall s", "wall ÷ plain", "CPU s", "CPU ÷ plain"]
    return markdown(head, [row for one in measured for row in _time_rows(one)])


def _time_rows(one: Measured) -> list[list[str]]:
    rows = []
    for runner, samples in one.samples.items():
        troubled = next((sample.trouble for sample in samples if sample.trouble), "")
        title = f"{one.workload} ({one.about})" if runner == PLAIN else ""
        if troubled:
            rows.append([title, runner, f"not comparable: {troubled}", "", "", ""])
            continue
        walls, cpus = _columns(samples)
        plain_walls, plain_cpus = _columns(one.samples[PLAIN])
        wall = [spread(walls), "1" if runner == PLAIN else ratios(walls, plain_walls)]
        cpu = [spread(cpus), "1" if runner == PLAIN else ratios(cpus, plain_cpus)]
        rows.append([title, runner, *wall, *cpu])
    return rows


def _columns(samples: list[Sample]) -> tuple[list[float], list[float]]:
    return [sample.wall_s for sample in samples], [sample.cpu_s for sample in samples]


def recording(measured: Sequence[Measured]) -> str:
    """A row per workload that ran with recording and without: what it adds, in per cent."""
    rows = []
    for one in measured:
        if UNRECORDED not in one.samples:
            continue
        walls, cpus = _columns(one.samples[OURS])
        other_walls, other_cpus = _columns(one.samples[UNRECORDED])
        rows.append([one.workload, _added(walls, other_walls), _added(cpus, other_cpus)])
    head = ["workload", "recording adds to wall, %", "to CPU, %"]
    return markdown(head, rows) if rows else ""


def _added(values: Sequence[float], base: Sequence[float]) -> str:
    return spread([100 * (value / of - 1) for value, of in zip(values, base, strict=True)])


def memory(measured: Sequence[Measured]) -> str:
    """A row per workload and runner, at the moment when the run took most."""
    head = ["workload", "runner", "all, PSS MB", "first process, PSS (RSS)", "others, PSS each"]
    rows = [
        [one.workload if runner == PLAIN else "", runner, *_memory_cells(taken)]
        for one in measured
        for runner, taken in one.memory.items()
    ]
    return markdown(head, rows) if rows else ""


def _memory_cells(taken: Memory) -> list[str]:
    first = f"{_megabytes(taken.first_pss_kb)} ({_megabytes(taken.first_rss_kb)})"
    others = ", ".join(_megabytes(share) for share in taken.others_pss_kb)
    return [_megabytes(taken.total_kb), first, others or "-"]


def spread(values: Sequence[float]) -> str:
    """Median, lowest and highest, with as many digits as carry meaning."""
    return f"{_number(median(values))} ({_number(min(values))}–{_number(max(values))})"  # noqa: RUF001


def ratios(values: Sequence[float], base: Sequence[float]) -> str:
    return spread([value / of for value, of in zip(values, base, strict=True)])


def markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def data(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    return [asdict(one) for one in measured]


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _megabytes(kilobytes: int) -> str:
    return f"{kilobytes / 1024:.0f}"
