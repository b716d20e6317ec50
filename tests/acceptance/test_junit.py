"""The JUnit file, which the controller writes and workers know of."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import Project

# Each worker runs it.
SAYS_ONCE = """
    import pytest

    @pytest.fixture(scope="session", autouse=True)
    def machine(record_testsuite_property):
        record_testsuite_property("machine", "small")
"""

RECORDS = """
    import pytest

    @pytest.fixture(scope="session", autouse=True)
    def platform(record_testsuite_property):
        record_testsuite_property("platform", "<here>")

    def test_property(record_property):
        record_property("number", 1)

    def test_attribute(record_xml_attribute):
        record_xml_attribute("colour", "red")
        record_xml_attribute("size", 3)

    def test_for_all(record_testsuite_property):
        record_testsuite_property("whole", ["suite"])
        record_testsuite_property("whole", ["suite"])

    def test_no_text(record_testsuite_property):
        record_testsuite_property(1, "suite")

    @pytest.fixture
    def marked(record_xml_attribute):
        record_xml_attribute("failed", True)

    def test_fails(marked):
        assert 0
"""


METHOD = re.compile("&lt;bound method .*&gt;")  # a fixture, in a failure's text


def content(project: Project) -> list[str]:
    """What the file holds but times, in any order."""
    [suite] = ET.fromstring(project.read("out.xml"))
    for case in suite:
        case.attrib.pop("time", None)
        for error in case.iterfind("error"):
            error.text = ""  # in pytest itself; of its own frames ours shows none
    attributes = [f"{key}={suite.attrib[key]}" for key in ("errors", "failures", "tests")]
    properties = [ET.tostring(one, "unicode") for one in suite.iterfind("properties/property")]
    parts = [ET.tostring(case, "unicode") for case in suite.iterfind("testcase")]
    return sorted([*attributes, *properties, *(METHOD.sub("", part) for part in parts)])


@pytest.mark.parametrize("family", ["xunit1", "xunit2", "legacy"])
@pytest.mark.parametrize("error", [[], ["-W", "error::pytest.PytestWarning"]], ids=["", "errors"])
def test_it_holds_what_tests_record(project: Project, family: str, error: list[str]) -> None:
    project.write(conftest=SAYS_ONCE, test_a=RECORDS, test_b=RECORDS, test_c=RECORDS)
    args = ["--junitxml=out.xml", "-o", f"junit_family={family}", *error]
    twin = project.twin("plain")
    plain, ours = twin.plain(*args), project.run(*args)
    assert (ours.code, ours.summary) == (plain.code, plain.summary)
    assert content(project) == content(twin)
