"""Takes the samples: rounds in which every runner has its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.memory import Memory, MemoryWatch
from tests.bench.workloads import Workload, write
from tests.parity.catalogue import Place, Suite, place_of
from tests.parity.prepare import prepare
from tests.parity.process import Command, Finished
from tests.parity.product import Product, put_in
from tests.parity.recording import totals_of
from tests.parity.suite_run import fresh_tree, pytest_command, run_in_scratch

PLAIN, XDIST, OURS, UNRECORDED = "plain", "xdist", "ours", "ours, not recorded"
PYTEST = "9.2.0"
# Generated workloads have an environment without xdist, since only importing it costs time.
WITHOUT = Suite("bench", "", "none", PYTEST, (), xdist=False, seconds=60)
WITH = replace(WITHOUT, name="bench-xdist", xdist=True)
NO_PYC = (("PYTHONDONTWRITEBYTECODE", "1"),)


@dataclass(frozen=True)
class Runner:
    """One of the ways to run a workload: where it is installed and what it is called with."""

    name: str
    arguments: tuple[str, ...]
    suite: Suite
    place: Place


@dataclass(frozen=True)
class Sample:
    """One run. ``trouble`` says why its time means nothing, "" where it does."""

    wall_s: float
    cpu_s: float
    trouble: str = ""


@dataclass(frozen=True)
class Measured:
    """A workload's samples by runner, one per round, and memory where it was asked for."""

    workload: str
    about: str
    samples: Mapping[str, list[Sample]]
    memory: Mapping[str, Memory]


@dataclass(frozen=True)
class Bench:
    """What is asked for. Without a ``product`` ours is left out."""

    work: Path
    rounds: int
    workers: int
    product: Product | None
    no_pyc: bool = False
    memory: bool = True
    recording: bool = False  # in place of xdist: ours once more, without recording


def measure(workload: Workload, bench: Bench, say: Callable[[str], None]) -> Measured:
    """Warm everything up, then let the runners take turns, each round starting with another."""
    turns = list(runners(workload, bench))
    for runner in turns:
        prepare_tree(workload, runner)
    wanted = {runner.name: outcome_of(runner)[1] for runner in turns}[PLAIN]
    samples: dict[str, list[Sample]] = {runner.name: [] for runner in turns}
    for number in range(bench.rounds):
        turn = number % len(turns)
        for runner in turns[turn:] + turns[:turn]:
            sample = _sample(runner, wanted)
            samples[runner.name].append(sample)
            took = f"{sample.wall_s:.2f} s {sample.trouble}"
            say(f"{workload.name} {number + 1}: {runner.name} {took}")
    memory = {runner.name: _memory(runner) for runner in turns if bench.memory}
    name = f"{workload.name}, no .pyc" if bench.no_pyc else workload.name
    return Measured(name, workload.about, samples, memory)


def runners(workload: Workload, bench: Bench) -> Iterator[Runner]:
    """Those that are compared, with all that they need installed."""
    without, with_xdist = (workload.suite or suite for suite in (WITHOUT, WITH))
    env = NO_PYC if bench.no_pyc else ()
    blocked = ("-p", "no:dxpy")
    ours = ("-p", "dxpy", f"--dx-workers={bench.workers}")
    yield _runner(PLAIN, blocked, _with_env(without, env), bench)
    if not bench.recording:
        xdist = (*blocked, "-n", str(bench.workers))
        yield _runner(XDIST, xdist, _with_env(with_xdist, env), bench)
    if not bench.product:
        return
    yield _of_product(bench.product, _runner(OURS, ours, _with_env(without, env), bench))
    if bench.recording:
        off = (*ours, "--dx-record=off")
        yield _of_product(bench.product, _runner(UNRECORDED, off, _with_env(without, env), bench))


def _of_product(product: Product, runner: Runner) -> Runner:
    put_in(product, runner.suite, runner.place)
    return runner


def _runner(name: str, arguments: tuple[str, ...], suite: Suite, bench: Bench) -> Runner:
    prepare(suite, bench.work)
    return Runner(name, arguments, suite, place_of(suite, bench.work))


def _with_env(suite: Suite, env: tuple[tuple[str, str], ...]) -> Suite:
    return replace(suite, env=(*suite.env, *env))


def prepare_tree(workload: Workload, runner: Runner) -> None:
    """A tree without .pyc files; the warm-up run writes them unless it is told not to."""
    if workload.files:
        write(workload.files(), runner.place.tree)
    else:
        fresh_tree(runner.place)


def _command(runner: Runner) -> Command:
    log = runner.place.root / f"bench-{runner.name}.log"
    command = pytest_command(runner.suite, runner.place, runner.arguments, log)
    # The namespaces cost some milliseconds: only suites that may look for a network pay them.
    return command if runner.suite.source != "none" else replace(command, apart=False)


def outcome_of(runner: Runner, watch: MemoryWatch | None = None) -> tuple[Finished, str]:
    """Run once; how it ended and, as text, the code and counts that all runners should have."""
    command = _command(runner)
    finished = run_in_scratch(command, watch)
    output = command.log.read_text(encoding="utf-8", errors="replace").splitlines()
    counts = totals_of(output)
    for word in ("warning", "deselected"):  # xdist does not tell the latter
        counts.pop(word, None)
    listed = ", ".join(f"{number} {word}" for word, number in counts.items())
    return finished, f"exit {finished.code}, {listed or 'no summary'}"


def _sample(runner: Runner, wanted: str) -> Sample:
    finished, outcome = outcome_of(runner)
    trouble = "" if outcome == wanted else outcome
    return Sample(finished.wall_s, finished.cpu_s, trouble)


def _memory(runner: Runner) -> Memory:
    watch = MemoryWatch()
    outcome_of(runner, watch)
    return watch.highest()
