"""When a run is ours, and when it is plain pytest's or pytest-xdist's."""

from __future__ import annotations

import os

import pytest

from pytest_dxpy.options import OPTIONS, Option, flag
from tests.conftest import OTHER_PLUGINS, Project

OURS = "dxpy: 2 workers, lazy collection"
# Prints which of our modules a run has imported.
LIST_MODULES = """
    import sys

    def pytest_unconfigure():
        names = sorted(name for name in sys.modules if name.startswith("pytest_dxpy"))
        print("\\nimported:", *names)
"""


@pytest.fixture
def small(project: Project) -> Project:
    """Two files, of one test each; plugins of the environment are loaded."""
    project.write(test_a="def test_a(): pass", test_b="def test_b(): pass")
    project.load_plugins()
    return project


def test_installed_alone_it_imports_its_hooks_and_options_and_no_more(small: Project) -> None:
    small.write(conftest=LIST_MODULES)
    result = small.pytest()
    assert result.summary == "2 passed"
    assert result.lines("imported: ") == [
        "pytest_dxpy pytest_dxpy._version pytest_dxpy.option_values pytest_dxpy.options "
        "pytest_dxpy.plain_imports pytest_dxpy.plugin"
    ]


def test_installed_alone_it_says_nothing(small: Project) -> None:
    assert small.pytest("-p", "dxpy_recorder").notes == []


@pytest.mark.parametrize(
    "args",
    [
        ["-p", "dxpy", "--dx-workers=2"],
        ["-pdxpy", "--dx-workers", "2"],
        ["--dx", "--dx-workers=2"],
        ["--dx-workers=2"],
        ["--dx", "-n2"],
        ["-p", "dxpy", "-p", "no:xdist", "-n", "2"],
        ["-p", "dxpy", "-p", "no:xdist", "-n 2"],
    ],
    ids=" ".join,
)
def test_the_command_line_asks_for_it(small: Project, args: list[str]) -> None:
    result = small.pytest(*args)
    assert OURS in result.output
    assert result.summary == "2 passed"


def test_without_a_number_there_is_a_worker_for_each_cpu_that_may_be_used(small: Project) -> None:
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        result = small.pytest("-p", "dxpy")
    finally:
        os.sched_setaffinity(0, cpus)
    assert "dxpy: 1 worker," in result.output


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: str(option.name))
def test_each_option_on_the_command_line_asks_for_it(small: Project, option: Option) -> None:
    small.env["DX_WORKERS"] = "2"  # which does not ask
    text = {"workers": "2", "cache_dir": "kept"}.get(option.name, option.default)
    given = flag(option.name)
    result = small.pytest(given if option.is_switch else f"{given}={text}")
    assert OURS in result.output
    assert result.summary == "2 passed"


@pytest.mark.parametrize(
    "lines",
    [
        ["dx = true", "dx_workers = 2"],
        ["addopts = -p dxpy --dx-workers=2"],
        ["addopts = --dx -n 2"],
    ],
    ids=" ".join,
)
def test_the_ini_file_asks_for_it(small: Project, lines: list[str]) -> None:
    small.ini(*lines)
    result = small.pytest()
    assert OURS in result.output
    assert result.summary == "2 passed"


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTEST_ADDOPTS": "-p dxpy --dx-workers=2"},
        {"PYTEST_PLUGINS": "dxpy", "DX_WORKERS": "2"},
    ],
    ids=str,
)
def test_the_environment_asks_for_it(small: Project, variables: dict[str, str]) -> None:
    with_others = f"{variables.get('PYTEST_ADDOPTS', '')} {OTHER_PLUGINS}"
    small.env.update(variables, PYTEST_ADDOPTS=with_others)
    result = small.pytest()
    assert OURS in result.output
    assert result.summary == "2 passed"


def test_a_variable_for_an_option_alone_does_not(small: Project) -> None:
    small.env["DX_WORKERS"] = "2"
    assert "dxpy: " not in small.pytest().output


def test_it_runs_where_plugins_are_not_loaded_by_themselves(project: Project) -> None:
    project.write(test_a="def test_a(): pass", test_b="def test_b(): pass")
    assert project.env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == "1"
    result = project.pytest("-p", "dxpy", "-n", "2")
    assert OURS in result.output
    assert result.summary == "2 passed"


@pytest.mark.parametrize("autoload", [True, False], ids=["autoload", "none"])
@pytest.mark.parametrize("args", [[], ["-p", "no:xdist"]], ids=["", "no:xdist"])
def test_the_ini_file_may_name_the_plugin(
    small: Project, args: list[str], *, autoload: bool
) -> None:
    small.ini("addopts = -p dxpy --dx-workers=2")
    if not autoload:
        small.env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    result = small.pytest(*args)
    assert OURS in result.output
    assert result.summary == "2 passed"


def test_its_module_may_be_named_where_plugins_are_not_loaded_by_themselves(
    project: Project,
) -> None:
    project.write(test_a="def test_a(): pass", test_b="def test_b(): pass")
    assert OURS in project.pytest("-p", "pytest_dxpy.plugin", "-n", "2").output
    project.env["PYTEST_PLUGINS"] = "pytest_dxpy.plugin"
    assert OURS in project.pytest("-n", "2").output


def test_minus_n_alone_stays_xdists(small: Project) -> None:
    result = small.pytest("-n", "2")
    assert "dxpy: " not in result.output
    assert "created: 2/2 workers" in result.output
    assert result.summary == "2 passed"


def test_minus_n_0_is_one_process(small: Project) -> None:
    result = small.pytest("-p", "dxpy", "-n", "0")
    assert "dxpy: one process (-n 0)" in result.output
    assert result.summary == "2 passed"


def test_blocked_by_name_it_is_gone(small: Project) -> None:
    result = small.pytest("-p", "no:dxpy")
    assert "dxpy: " not in result.output
    assert result.summary == "2 passed"


def test_the_command_line_outweighs_the_environment_and_that_the_ini_file(small: Project) -> None:
    small.ini("dx = true", "dx_workers = 3")
    small.env["DX_WORKERS"] = "2"
    assert OURS in small.pytest().output
    assert "dxpy: 1 worker, lazy" in small.pytest("--dx-workers=1").output


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "--dx-workers=many",
            "--dx-workers: 'many' is not a worker count [bad-option]\n"
            "hint: use 'auto' or a number from 1 up",
        ),
        (
            "--dx-collect=lasy",
            "--dx-collect: unknown value 'lasy' [bad-option]\nhint: did you mean 'lazy'?",
        ),
        (
            "--dx-stall=soon",
            "--dx-stall: 'soon' is not a number of seconds [bad-option]\n"
            "hint: use a number above 0, such as 20",
        ),
        (
            "-nmany",
            "-n: 'many' is not a worker count [bad-option]\n"
            "hint: use 'auto', 'logical' or a number from 0 up",
        ),
    ],
    ids=lambda text: text.partition("=")[0] if text[0] == "-" and len(text) < 30 else "",
)
def test_a_wrong_value_is_named_with_a_hint(project: Project, option: str, message: str) -> None:
    project.write(test_a="def test_a(): pass")
    result = project.pytest("-p", "dxpy", option)
    assert result.errors == f"ERROR: {message}"
    assert result.code == pytest.ExitCode.USAGE_ERROR


def test_help_has_a_line_for_each_option(small: Project) -> None:
    lines = small.pytest("--help").output.splitlines()
    found = [line.split()[0].partition("=")[0] for line in lines if line.startswith("  --dx")]
    assert found == ["--dx", *(flag(option.name) for option in OPTIONS)]
