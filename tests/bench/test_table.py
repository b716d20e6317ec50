from __future__ import annotations

import ast
import os

from tests.bench import table
from tests.bench.measure import OURS, UNRECORDED, Measured, Sample
from tests.bench.memory import Memory, sample
from tests.bench.workloads import generated, sleepy, trivial


def measured(**samples: list[Sample]) -> Measured:
    return Measured("noop", "one test", samples, {})


def test_times_are_shown_as_median_spread_and_ratio_within_a_round() -> None:
    plain = [Sample(1.0, 0.5), Sample(2.0, 0.5), Sample(4.0, 0.5)]
    ours = [Sample(0.5, 0.25), Sample(1.0, 0.5), Sample(1.0, 1.0)]
    assert table.times([measured(plain=plain, ours=ours)]).splitlines()[2:] == [
        "| noop (one test) | plain | 2 (1–4) | 1 | 0.5 (0.5–0.5) | 1 |",  # noqa: RUF001
        "|  | ours | 1 (0.5–1) | 0.5 (0.25–0.5) | 0.5 (0.25–1) | 1 (0.5–2) |",  # noqa: RUF001
    ]


def test_a_runner_that_did_not_run_the_same_tests_has_no_times() -> None:
    rows = table.times([measured(plain=[Sample(1, 1)], xdist=[Sample(1, 1, "exit 1, 1 error")])])
    assert rows.endswith("|  | xdist | not comparable: exit 1, 1 error |  |  |  |")


def test_what_recording_adds_is_a_ratio_within_a_round() -> None:
    samples = {
        OURS: [Sample(1.1, 2.2), Sample(2.2, 1.0)],
        UNRECORDED: [Sample(1.0, 2.0), Sample(2.0, 1.0)],
    }
    rows = table.recording([measured(**samples), measured(plain=[Sample(1, 1)])]).splitlines()[2:]
    assert rows == ["| noop | 10 (10–10) | 5 (0–10) |"]  # noqa: RUF001


def test_memory_is_shown_as_shares_of_all_processes() -> None:
    one = Measured("noop", "", {}, {"ours": Memory(30 * 1024, 10 * 1024, (5 * 1024, 6 * 1024))})
    assert table.memory([one]).endswith("| ours | 21 | 10 (30) | 5, 6 |")


def test_memory_of_this_session_is_seen() -> None:
    taken = sample(os.getsid(0))
    assert taken.first_rss_kb >= taken.first_pss_kb > 0


def test_generated_projects_have_the_tests_that_their_names_promise() -> None:
    assert [count(files) for files in (trivial(), sleepy())] == [5000, 64]
    assert sum(name.rpartition("/")[2].startswith("test_") for name in generated()) == 50


def count(files: dict[str, str]) -> int:
    """Test functions at the top of all files."""
    return sum(len(ast.parse(text).body) - text.count("import") for text in files.values())
