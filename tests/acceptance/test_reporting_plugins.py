"""Plugins that write what a run has found: their files and lines are those of plain pytest."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.acceptance.side_by_side import run_both
from tests.conftest import ALL_OUTCOMES, Project, differences

if TYPE_CHECKING:
    from collections.abc import Callable

# What differs between two runs of the same: times, addresses, ids; and who ran a test, which is
# said as pytest-xdist says it.
CHANGES = re.compile(
    r"0x[0-9a-f]+|[\d.]+ ?m?s(econds)?\b|\d\d:\d\d:\d\d|\[gw\d\] linux -- Python \S+ \S+\s*"
)
OF_THE_RUN = {
    "duration", "start", "stop", "uuid", "created", "historyId", "testCaseId", "source",
    "worker_id", "item_index", "testrun_uid", "node", "log_source",
}  # fmt: skip


def unchanging(value: Any) -> Any:
    """What is left of something read from JSON when all that changes is left out."""
    if isinstance(value, dict):
        return {
            key: kept
            for key, inner in value.items()
            if key not in OF_THE_RUN and (kept := unchanging(inner)) != ""
        }
    if isinstance(value, list):
        return [unchanging(inner) for inner in value]
    return CHANGES.sub("", value).strip() if isinstance(value, str) else value


def as_text(parts: list[Any]) -> list[str]:
    return [json.dumps(unchanging(part), sort_keys=True) for part in parts]


def text_of(project: Project, name: str) -> str:
    """The text of a file, as if the project lay at the root."""
    return project.read(name).replace(str(project.path), "")


def entries_of_json_report(project: Project) -> list[str]:
    report = json.loads(text_of(project, "report.json"))
    return [*as_text(report["tests"]), *as_text([report["summary"]]), str(report["exitcode"])]


def lines_of_reportlog(project: Project) -> list[str]:
    """Without reports of collection: ours has those that failed, as pytest-xdist has."""
    lines = [json.loads(line) for line in text_of(project, "report.log").splitlines()]
    return as_text([line for line in lines if line["$report_type"] != "CollectReport"])


def rows_of_html(project: Project) -> list[str]:
    page = text_of(project, "report.html")
    found = re.search('data-jsonblob="([^"]*)"', page)
    assert found
    tests = json.loads(html.unescape(found[1]))["tests"]
    rows = [row for rows in tests.values() for row in rows]
    for test in rows:
        test["log"] = CHANGES.sub("", test["log"]) or "No log output captured."
        test["resultsTableRow"] = [
            re.sub(">[^<]* ms<", "><", row) for row in test["resultsTableRow"]
        ]
    counts = re.findall(r"(\d+ (?:Failed|Passed|Skipped|Expected|Unexpected|Errors)[^<]*)", page)
    return [*as_text(rows), *counts]


def results_of_allure(project: Project) -> list[str]:
    """What each test's file says, but which thread of which machine it ran in."""
    names = [f"results/{path.name}" for path in (project.path / "results").glob("*-result.json")]
    results = [json.loads(text_of(project, name)) for name in names]
    for result in results:
        if labels := result.get("labels"):
            kept = [one for one in labels if one["name"] not in {"thread", "host"}]
            result["labels"] = sorted(kept, key=str)
        for one in result.get("attachments", []):
            one["text"] = (project.path / "results" / one["source"]).read_text()
    return as_text(results)


class Case(NamedTuple):
    """Options, and what of the file is compared."""

    args: str
    content: Callable[[Project], list[str]]
    mode: str = "lazy"


CASES = {
    "json-report": Case(
        "-p pytest_jsonreport -p metadata --json-report --json-report-file=report.json",
        entries_of_json_report,
    ),
    "reportlog": Case("-p pytest_reportlog --report-log=report.log", lines_of_reportlog),
    "html": Case("-p html -p metadata --html=report.html --self-contained-html", rows_of_html),
    "allure": Case(
        "-p allure_pytest --alluredir=results --clean-alluredir", results_of_allure, "full"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_has_the_content_of_plain_pytests(project: Project, name: str) -> None:
    case = CASES[name]
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    both = run_both(project, *case.args.split())
    ours, plain = (case.content(one) for one in (both.our_project, both.plain_project))
    assert differences(ours, plain) == ""
    assert len(ours) >= 24
    assert both.mode == case.mode


@pytest.mark.parametrize("name", CASES)
def test_a_worker_that_dies_is_no_trouble(project: Project, name: str) -> None:
    case = CASES[name]
    project.write(
        test_a="import os\ndef test_1(): pass\ndef test_dies(): os._exit(1)\ndef test_3(): pass",
        test_b="def test_b(): pass",
    )
    result = project.run(*case.args.split())
    assert result.summary.startswith("1 failed, 3 passed")
    # allure's files are written by workers; pytest-html shows what has all three phases.
    is_told = any("test_dies" in entry for entry in case.content(project))
    assert is_told == (name in {"json-report", "reportlog"})


def test_allure_keeps_what_tests_attach_and_how_they_are_named(project: Project) -> None:
    text = """
        import allure, pytest

        @allure.title("A title")
        @allure.severity(allure.severity_level.CRITICAL)
        @allure.feature("sales")
        @pytest.mark.parametrize("number", [1, 2])
        def test_steps(number):
            with allure.step(f"step {number}"):
                allure.attach("body", name="attached", attachment_type=allure.attachment_type.TEXT)
                with allure.step("inner"):
                    assert number == 1
    """
    project.write(test_a=text, test_b=text)
    both = run_both(project, "-p", "allure_pytest", "--alluredir=results")
    ours, plain = (results_of_allure(one) for one in (both.our_project, both.plain_project))
    assert differences(ours, plain) == ""
    assert "A title" in ours[0]


def test_a_worker_that_takes_anothers_place_leaves_allures_results_alone(project: Project) -> None:
    project.write(test_a="import os\ndef test_1(): pass\ndef test_2(): os._exit(1)")
    args = "-p allure_pytest --alluredir=results --clean-alluredir"
    project.run(*args.split(), workers=1)
    assert '"name": "test_1"' in "".join(results_of_allure(project))


def lines(output: str, whole: re.Pattern[str]) -> list[str]:
    return sorted(CHANGES.sub("", line) for line in whole.findall(output))


def test_instafail_shows_each_failure_once_and_at_once(project: Project) -> None:
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    both = run_both(project, "-p", "instafail", "--instafail", "-v", "-p", "no:cacheprovider")
    headings = re.compile(r"^_{3,} .* _{3,}$|^E  .*|^test_\w.py:\d+: .*", re.MULTILINE)
    ours, plain = (lines(one.output, headings) for one in (both.ours, both.plain))
    assert differences(ours, plain) == ""
    assert len(ours) >= 20
    first, last = (both.ours.output.find(word) for word in ("test_fails ___", "test_fails_twice"))
    assert 0 < first < both.ours.output.rfind("PASSED")
    assert last > 0


def test_sugar_shows_what_it_shows_for_plain_pytest(project: Project) -> None:
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    both = run_both(project, "-p", "sugar", "--force-sugar")
    results = re.compile(r"^(?:Results| +\d+ \w+).*$|^FAILED .*|^ERROR .*", re.MULTILINE)
    ours, plain = (lines(re.sub(r"\x1b\[[\d;]*m", "", one.output), results)
                   for one in (both.ours, both.plain))  # fmt: skip
    assert differences(ours, plain) == ""
    assert len(ours) > 4
