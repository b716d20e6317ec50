"""Which of pytest-xdist's acceptance tests do not hold for a run of ours, and why."""

from __future__ import annotations

from typing import Final

# Reason: the tests, by their names in testing/acceptance_test.py.
LEFT_OUT: Final[dict[str, tuple[str, ...]]] = {
    "looks for words of pytest-xdist ('created:', 'node down', 'crashed', 'replacing')": (
        "TestDistribution::test_manytests_to_one_popen",
        "TestDistribution::test_dist_ini_specified",
        "TestDistribution::test_dist_tests_with_crash",
        "TestDistribution::test_data_exchange",
        "TestTerminalReporting::test_output_verbosity[]",
        "TestTerminalReporting::test_output_verbosity[-q]",
        "TestTerminalReporting::test_output_verbosity[-v]",
        "test_crashing_item[setup]",
        "test_crashing_item[call]",
        "test_crashing_item[teardown]",
        "TestNodeFailure::test_load_single",
        "TestNodeFailure::test_load_multiple",
        "TestNodeFailure::test_max_worker_restart",
        "TestNodeFailure::test_max_worker_restart_tests_queued",
        "TestNodeFailure::test_max_worker_restart_die",
        "TestNodeFailure::test_disable_restart",
        "test_color_yes_collection_on_non_atty",
    ),
    "pytest-xdist's exit code differs from plain pytest's, which is ours": (
        "TestDistribution::test_n1_import_error",
        "TestDistribution::test_exitfirst_waits_for_workers_to_finish",
        "test_collection_crash",
    ),
    "each worker shows a collection error, where plain pytest and we show it once": (
        "TestDistribution::test_n2_import_error",
    ),
    "--dist=each is refused": (
        "TestDistEach::test_simple",
        "TestNodeFailure::test_each_single",
        "TestLocking::test_single_file[each]",
        "TestLocking::test_multi_file[each]",
    ),
    "remote workers are refused": ("TestDistribution::test_distribution_rsyncdirs_example",),
    "asks for an error where workers collect different ids, which run here": (
        "test_issue_594_random_parametrize",
    ),
    "asks for a group's name behind the node id, which is plain pytest's here": (
        "TestGroupScope::test_multiple_group_marks",
        "TestGroupScope::test_multiple_group_order",
    ),
}
# They ask that a second worker gets something to do, which a run of a few trivial tests
# seldom needs: they hold in some runs.
BY_CHANCE: Final = (
    "test_worker_id_fixture[2]",
    "TestLoadScope::test_workqueue_ordered_by_size",
    "TestLoadScope::test_workqueue_ordered_by_input",
    "TestLoadScope::test_module_single_start",
    "TestFileScope::test_module_single_start",
)
