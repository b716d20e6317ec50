"""Pytest-cov and coverage: what was measured, as their own data says it."""

from __future__ import annotations

import re

import pytest
from coverage import CoverageData

from tests.acceptance.side_by_side import run_both
from tests.conftest import Project

PRODUCT = """
    def sign(number):
        if number < 0:
            return -1
        if number > 0:
            return 1
        return 0
"""
CHILD = """
    import subprocess, sys
    def test_child():
        subprocess.run([sys.executable, "-c", "from product import sign; sign(0)"], check=True)
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """Each file covers another part of a module."""
    project.write(
        product=PRODUCT,
        test_a="from product import sign\ndef test_a(): assert sign(-5) == -1",
        test_b="from product import sign\ndef test_b(): assert sign(5) == 1",
    )
    project.write_file(".coveragerc", "[run]\nrelative_files = true\n")
    return project


def measured(project: Project) -> dict[str, object]:
    """Lines or arcs of each file, and in which context a line has run."""
    data = CoverageData(str(project.path / ".coverage"))
    data.read()
    return {
        file: (
            sorted(data.lines(file) or []),
            sorted(data.arcs(file) or []),
            {line: sorted(names) for line, names in data.contexts_by_lineno(file).items()},
        )
        for file in data.measured_files()
    }


@pytest.mark.parametrize(
    "args", [["--cov-branch"], ["--cov-context=test"]], ids=["branches", "contexts"]
)
@pytest.mark.parametrize("workers", [1, 2])
def test_the_data_is_that_of_plain_pytest(shop: Project, args: list[str], workers: int) -> None:
    cov = ("-p", "pytest_cov", "--cov=.", "--cov-report=")
    both = run_both(shop, *cov, *args, workers=workers)
    ours, plain = measured(both.our_project), measured(both.plain_project)
    assert ours == plain
    assert "product.py" in ours
    assert both.mode == "lazy"


def test_append_adds_to_the_data_of_an_earlier_run(shop: Project) -> None:
    args = ("-p", "pytest_cov", "--cov=product", "--cov-report=", "--cov-append")
    shop.run("test_a.py", *args)
    first = measured(shop)
    both = run_both(shop, "test_b.py", *args)
    ours = measured(both.our_project)
    assert ours == measured(both.plain_project) != first


def test_child_processes_are_measured(shop: Project) -> None:
    shop.write(test_c=CHILD)
    shop.write_file(".coveragerc", "[run]\nrelative_files = true\npatch = subprocess\n")
    both = run_both(shop, "-p", "pytest_cov", "--cov=product", "--cov-report=")
    ours = measured(both.our_project)
    assert ours == measured(both.plain_project)
    assert ours["product.py"][0] == [2, 3, 4, 5, 6, 7]  # type: ignore[index]
    assert [path.name for path in shop.path.glob(".coverage.*")] == []


def test_reports_are_written(shop: Project) -> None:
    kinds = ("xml", "json", "lcov")
    reports = [f"--cov-report={kind}:report.{kind}" for kind in kinds]
    both = run_both(shop, "-p", "pytest_cov", "--cov=product", *reports)
    when = re.compile(r'timestamp": ?"[^"]*"|timestamp="\d+"')
    for kind in kinds:
        ours, plain = (
            when.sub("", one.read(f"report.{kind}")).replace(str(one.path), "")
            for one in (both.our_project, both.plain_project)
        )
        assert ours == plain != ""


def test_too_little_coverage_fails_the_run(shop: Project) -> None:
    args = ("-p", "pytest_cov", "--cov=product", "--cov-fail-under=99")
    both = run_both(shop, *args)
    assert both.ours.code == both.plain.code == pytest.ExitCode.TESTS_FAILED
    assert "Required test coverage of 99% not reached" in both.ours.output
