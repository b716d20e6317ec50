from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.parity import compare, expected
from tests.parity.catalogue import LOCKS, Message, load, quickest
from tests.parity.check import message_differences, settle_overall
from tests.parity.compare import Difference, sort_out
from tests.parity.process import Finished
from tests.parity.recording import Phase, Recording, parse, totals_of
from tests.parity.suite_run import SuiteRun

PASSED = [Phase("setup", "passed"), Phase("call", "passed"), Phase("teardown", "passed")]
FAILED = [Phase("setup", "passed"), Phase("call", "failed"), Phase("teardown", "passed")]


def differences(plain: Recording, ours: Recording) -> str:
    """What compare() finds, a line each."""
    return "\n".join(str(difference) for difference in compare.compare(plain, ours))


def recorded(**phases: list[Phase]) -> Recording:
    return Recording(tests=dict(phases))


def call(**fields: Any) -> list[Phase]:
    """A passing test whose call has the given fields."""
    return [PASSED[0], PASSED[1]._replace(**fields), PASSED[2]]


def test_equal_runs_in_another_order_do_not_differ() -> None:
    assert differences(recorded(a=PASSED, b=FAILED), recorded(b=FAILED, a=PASSED)) == ""


def test_tests_that_only_one_run_has_are_missing_or_extra() -> None:
    assert differences(recorded(a=PASSED), recorded(b=FAILED)) == (
        "missing: a: passed\nextra: b: call failed"
    )


def test_an_item_lost_among_others_of_its_id_is_counted() -> None:
    assert differences(recorded(a=PASSED * 3), recorded(a=PASSED * 2)) == "count: a: 3 -> 2 items"


def test_items_of_one_id_may_finish_in_any_order() -> None:
    assert differences(recorded(a=PASSED + FAILED), recorded(a=FAILED + PASSED)) == ""


def test_a_failing_teardown_is_a_difference_though_the_test_passed() -> None:
    teardown = [*PASSED[:2], Phase("teardown", "failed")]
    assert differences(recorded(a=PASSED), recorded(a=teardown)) == (
        "outcome: a: passed -> teardown failed"
    )


def test_an_expected_failure_is_not_a_skip() -> None:
    assert differences(
        recorded(a=call(outcome="skipped", xfail="")), recorded(a=call(outcome="skipped"))
    ) == ("outcome: a: call skipped xfail -> call skipped")


def test_output_sections_and_skip_reasons_are_compared() -> None:
    shown = call(sections=("Captured stdout call",))
    assert differences(recorded(a=shown, b=call(notes=("x",))), recorded(a=PASSED, b=PASSED)) == (
        "sections: a: ['call', 'Captured stdout call'] -> ['call']\n"
        "notes: b: ['call', 'x'] -> ['call']"
    )


def test_exit_code_counts_and_collected_line_are_compared() -> None:
    plain = Recording(totals={"passed": 2, "warning": 1}, collected="collected 2 items")
    ours = Recording(exit_code=1, totals={"passed": 1, "failed": 1, "warning": 2})
    assert differences(plain, ours) == (
        "exit: 0 -> 1\ntotals: 2 passed -> 1 passed, 1 failed\ncollected: 'collected 2 items' -> ''"
    )


def test_a_skipped_module_that_is_not_reported_is_a_difference() -> None:
    lines = ['["collect", "test_a.py", "skipped", "a.py:1: no"]', '["end"]']
    assert differences(parse(lines, [], 0), Recording()) == (
        "collect: test_a.py: skipped a.py:1: no -> nothing"
    )


def test_a_recording_cut_short_keeps_its_whole_lines() -> None:
    recording = parse(
        ['["test", "a", "setup", "passed", null, [], []]', '["test", "a", "ca'], [], None
    )
    assert (recording.tests, recording.complete) == ({"a": [PASSED[0]]}, False)


@pytest.mark.parametrize(
    ("line", "totals"),
    [
        ("=== 2 failed, 1 passed, 3 warnings in 0.12s ===", "failed 2, passed 1, warning 3"),
        ("62423 passed, 427 deselected in 67.96s (0:01:07)", "passed 62423, deselected 427"),
        ("=== 1 passed, 21194 subtests passed in 1s ===", "passed 1, subtests passed 21194"),
        ("=== no tests ran in 0.01s ===", ""),
    ],
)
def test_the_summary_line_is_read_whatever_its_form(line: str, totals: str) -> None:
    counts = totals_of(["collected 3 items", line, ""])
    assert ", ".join(f"{word} {number}" for word, number in counts.items()) == totals


def sorted_out(differences: str, between_plain_runs: str) -> str:
    """Both arguments are "kind nodeid" entries; gives "real | unstable"."""
    found = sort_out(parsed(differences), parsed(between_plain_runs))
    return f"{listed(found.real)} | {listed(found.unstable)}"


def parsed(entries: str) -> list[Difference]:
    pairs = (entry.split(maxsplit=1) for entry in entries.split(", "))
    return [Difference(kind, nodeid, "") for kind, nodeid in pairs]


def listed(differences: list[Difference]) -> str:
    return ", ".join(f"{difference.kind} {difference.nodeid}" for difference in differences)


def test_a_test_that_plain_pytest_changes_too_is_unstable() -> None:
    assert sorted_out("outcome a, outcome b", "outcome a") == "outcome b | outcome a"


def test_ids_with_the_time_of_day_are_known_by_the_rest_of_them() -> None:
    assert sorted_out("missing t[10:00], extra t[10:07]", "missing t[10:00], extra t[10:03]") == (
        " | missing t[10:00], extra t[10:07]"
    )


def test_ids_that_vary_must_still_be_as_many() -> None:
    varied = "missing t[1], extra t[2]"
    assert sorted_out("missing t[8], extra t[3], extra t[4]", varied).endswith(" | ")


def test_counts_that_follow_from_unstable_tests_go_with_them() -> None:
    totals, outcome = Difference("totals", "", ""), Difference("outcome", "a", "")
    assert settle_overall([totals], [outcome], []) == ([], [outcome, totals])
    assert settle_overall([totals], [], []) == ([totals], [])
    assert settle_overall([totals, outcome], [], []) == ([totals, outcome], [])


def entry(nodes: str, kind: str = "outcome", **more: bool) -> expected.Entry:
    return expected.Entry("s", kind, nodes, "because", **more)


def test_an_expected_difference_is_named_with_stars_and_plain_brackets() -> None:
    difference = Difference("outcome", "t.py::test[a/b]", "")
    assert entry("t.py::test[*]").covers("s", difference)
    assert not entry("t.py::tes[t][a/b]").covers("s", difference)
    assert not entry("t.py::test[*]").covers("other", difference)
    assert not entry("t.py::test[*]", kind="missing").covers("s", difference)


def test_an_entry_without_a_difference_is_reported_unless_it_may_be() -> None:
    entries = [entry("a"), entry("b", sometimes=True)]
    assert [str(gone) for gone in expected.gone(entries, "s", [])] == ["s: outcome: a"]
    assert expected.gone(entries, "s", [Difference("outcome", "a", "")]) == []


def test_every_entry_of_the_file_gives_a_reason(tmp_path: Path) -> None:
    table = '[[difference]]\nsuite = "s"\nkind = "exit"\nnodes = ""\nreason = " "\n'
    (tmp_path / "expected.toml").write_text(table)
    with pytest.raises(ValueError, match="s: exit: the run: no reason given"):
        expected.load(tmp_path / "expected.toml")


def test_the_committed_entries_name_suites_and_kinds_that_exist() -> None:
    known = {(suite, kind) for suite in load() for kind in compare.KINDS}
    assert {(entry.suite, entry.kind) for entry in expected.load()} <= known


def message_run(tmp_path: Path, output: str, code: int | None = 1) -> SuiteRun:
    (tmp_path / "log").write_text(output)
    finished = Finished(code=code, wall_s=10.0, cpu_s=1.0)
    return SuiteRun("ours-1", (), finished, tmp_path / "records", tmp_path / "log")


def test_a_suite_that_must_end_with_a_message_needs_all_words_in_one_line(tmp_path: Path) -> None:
    message = Message((r"\bgw\d+\b", "server"), seconds=60)
    run = message_run(tmp_path, "gw1: stuck in fixture 'server'")
    assert message_differences(message, run) == []
    run = message_run(tmp_path, "gw1: stuck\nserver", code=None)
    assert [difference.kind for difference in message_differences(message, run)] == [
        "timeout",
        "message",
    ]


def test_the_catalogue_pins_each_of_its_suites() -> None:
    suites = load()
    assert [name for name in suites if not (LOCKS / f"{name}.txt").exists()] == []
    assert len(suites) == 30
    assert len(quickest(suites)) == 12
