from __future__ import annotations

from pytest_dxpy import protocol
from pytest_dxpy.confirmation import Group, Held, Job, Stage
from pytest_dxpy.units import Unit


def item(name: str) -> protocol.Item:
    return protocol.Item(name, ("test_a.py", 0, name))


def unit_of(names: str) -> Unit:
    """A unit with these tests."""
    return Unit("test_a.py", 0, 0.0, items=[item(name) for name in names.split()])


def held(name: str, occurrence: int = 0) -> Held:
    return Held(item(name), occurrence, [f"{name} as it failed first"], "gw0", 0)


def confirm(job: Job, *stages: str) -> str:
    """Run a job through these stages, each told as ``"a passed b failed"``.

    Returns:
        The stages that it asked for, and what is reported in the end.
    """
    asked = [job.stage.name]
    for number, outcomes in enumerate(stages):
        words = outcomes.split()
        for name, outcome in zip(words[::2], words[1::2], strict=True):
            report = f"{name} {outcome} in {job.stage.name}"
            job.ran(item(name), outcome == "failed", [report], "gw1")
        stage = job.next_stage()
        if stage is None:
            assert number == len(stages) - 1
            break
        asked.append(stage.name)
        job.stage = stage
    said = [str(report) for verdict in job.verdicts() for report in verdict.reports]
    return f"{' '.join(asked)}: {', '.join(said)}"


def job_of(*names: str, after_others: bool = False) -> Job:
    """The confirmation of these tests."""
    before = [unit_of("z")] if after_others else []
    return Job(
        unit_of(" ".join(names)), [held(name) for name in names], list(names), list(names), before
    )


def test_a_failure_that_the_full_worker_repeats_is_confirmed() -> None:
    job = job_of("a")
    assert confirm(job, "a failed") == "FULL: a as it failed first"
    assert job.confirmed
    assert not job.needs_imports


def test_a_file_that_fails_alone_and_passes_in_the_full_worker_needs_imports() -> None:
    job = job_of("a")
    assert confirm(job, "a passed", "a failed") == "FULL FRESH: a passed in FULL"
    assert job.needs_imports
    assert not job.confirmed


def test_a_test_that_passes_both_times_is_flaky_and_its_failure_stands() -> None:
    job = job_of("a")
    assert confirm(job, "a passed", "a passed") == "FULL FRESH: a as it failed first"
    assert not job.needs_imports
    assert not job.needs_early_import
    assert not job.confirmed


def test_a_file_that_fails_only_after_others_needs_an_early_import() -> None:
    job = job_of("a", after_others=True)
    assert (
        confirm(job, "a passed", "a passed", "a failed", "a passed")
        == "FULL FRESH AGAIN FULL_AGAIN: a passed in FULL_AGAIN"
    )
    assert job.needs_early_import
    assert not job.needs_imports


def test_a_test_that_passes_after_the_same_files_is_flaky() -> None:
    job = job_of("a", after_others=True)
    assert (
        confirm(job, "a passed", "a passed", "a passed") == "FULL FRESH AGAIN: a as it failed first"
    )
    assert not job.needs_early_import


def test_a_test_that_fails_after_others_however_they_are_imported_stands() -> None:
    job = job_of("a", after_others=True)
    assert (
        confirm(job, "a passed", "a passed", "a failed", "a failed", "a failed")
        == "FULL FRESH AGAIN FULL_AGAIN IN_ORDER: a as it failed first"
    )
    assert not job.needs_early_import
    assert not job.needs_order


def test_a_test_that_fails_only_where_some_tests_before_it_are_missing_needs_them() -> None:
    job = job_of("a", after_others=True)
    assert (
        confirm(job, "a passed", "a passed", "a failed", "a failed", "a passed")
        == "FULL FRESH AGAIN FULL_AGAIN IN_ORDER: a passed in IN_ORDER"
    )
    assert job.needs_order
    assert not job.needs_early_import


def test_each_test_is_judged_for_itself() -> None:
    assert (
        confirm(job_of("a", "b", "c"), "a passed b failed c passed", "a failed b failed c passed")
        == "FULL FRESH: a passed in FULL, b as it failed first, c as it failed first"
    )


def test_a_test_that_did_not_run_again_is_not_excused() -> None:
    assert (
        confirm(job_of("a", "b"), "a failed") == "FULL: a as it failed first, b as it failed first"
    )


def test_a_test_that_did_not_run_in_the_fresh_worker_is_not_excused() -> None:
    assert confirm(job_of("a"), "a passed", "") == "FULL FRESH: a as it failed first"


def test_equal_node_ids_are_told_apart_by_their_order() -> None:
    job = Job(unit_of("a a"), [held("a", 1)], ["a", "a"], ["a", "a"], [])
    assert confirm(job, "a failed a passed", "a passed a failed") == "FULL FRESH: a passed in FULL"


def test_a_shared_file_runs_again_as_its_worker_ran_it_and_as_plain_pytest_does() -> None:
    job = Job(unit_of("a b c"), [held("c")], ["a", "b", "c"], ["c", "b"], [unit_of("z")])
    ran = {}
    for stage in Stage:
        job.stage = stage
        ran[stage.name] = " ".join(job.only)
    assert ran == {
        "FULL": "a b c",
        "FRESH": "c b",
        "AGAIN": "c b",
        "FULL_AGAIN": "a b c",
        "IN_ORDER": "a b c",
    }


def shared_jobs() -> tuple[Job, Job]:
    """A worker ran a and b, another c; b and c failed, and passed in the full worker."""
    group, unit = Group(shared=True), unit_of("a b c")
    first = Job(unit, [held("c")], ["a", "b", "c"], ["c"], [], group)
    second = Job(unit, [held("b")], ["a", "b"], ["a", "b"], [], group)
    first.others = [second]
    for name in "abc":
        first.ran(item(name), False, [f"{name} passed in FULL"], "gw2")
    return first, second


def test_a_file_that_two_workers_shared_runs_once_in_the_full_worker() -> None:
    first, second = shared_jobs()
    assert first.take_all() == [first, second]
    assert first.take_all() == [first]
    assert [job.next_stage() for job in (first, second)] == [Stage.FRESH, Stage.FRESH]


def test_a_failure_of_either_proves_that_they_cannot_share_it() -> None:
    first, second = shared_jobs()
    first.stage = second.stage = Stage.FRESH
    first.ran(item("c"), False, ["c passed in FRESH"], "gw3")
    second.ran(item("a"), True, ["a failed in FRESH"], "gw4")
    for job, expected in ((first, "c passed in FULL"), (second, "b passed in FULL")):
        assert job.next_stage() is None
        assert job.needs_imports
        assert [verdict.reports for verdict in job.verdicts()] == [[expected]]


def test_where_both_pass_when_they_share_it_again_the_failures_stand() -> None:
    first, second = shared_jobs()
    first.stage = second.stage = Stage.FRESH
    first.ran(item("c"), False, ["c passed in FRESH"], "gw3")
    for name in "ab":
        second.ran(item(name), False, [f"{name} passed in FRESH"], "gw4")
    for job, expected in ((first, "c as it failed first"), (second, "b as it failed first")):
        assert job.next_stage() is None
        assert [verdict.reports for verdict in job.verdicts()] == [[expected]]


def test_a_job_begins_in_the_full_worker() -> None:
    assert job_of("a").stage is Stage.FULL
