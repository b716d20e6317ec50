"""Failures that only lazy collection brings about are not reported; all others are."""

from __future__ import annotations

import pytest

from tests.conftest import Project

# Uses a module that only its sibling imports, as a part of another.
NEEDS_SIBLING = """
    import xml
    def test_needs(): assert xml.sax.handler
    def test_needs_nothing(): pass
"""
SIBLING = "import xml.sax.handler\ndef test_sibling(): pass"
NOTE = (
    "test_a.py needs something that its own imports do not bring: it fails alone, and passes "
    "where the whole suite is imported first, as in plain pytest; that outcome was taken"
)
# Fails the first time that it runs, and passes from then on.
FLAKY = """
    import os
    def test_flaky():
        with open("ran", "a") as file:
            file.write("x")
        assert os.path.getsize("ran") > 1
"""


@pytest.fixture
def dependent(project: Project) -> Project:
    """A file that fails alone and passes once its sibling is imported."""
    project.write(test_a=NEEDS_SIBLING, test_b=SIBLING)
    return project


def test_the_file_fails_alone_under_plain_pytest(dependent: Project) -> None:
    assert dependent.plain("test_a.py").summary == "1 failed, 1 passed"
    assert dependent.plain().summary == "3 passed"


def test_a_file_that_needs_its_sibling_passes_with_a_note(dependent: Project) -> None:
    result = dependent.same_as_plain()
    assert result.summary == "3 passed"
    assert result.notes == [NOTE]


def test_the_next_run_starts_it_where_everything_is_imported(dependent: Project) -> None:
    dependent.run()
    again = dependent.same_as_plain()
    assert again.summary == "3 passed"
    assert again.notes == []


def test_an_edit_forgets_what_was_proven(dependent: Project) -> None:
    dependent.run()
    dependent.write(test_a="import xml.sax.handler" + NEEDS_SIBLING.replace("\n    ", "\n"))
    result = dependent.same_as_plain()
    assert (result.summary, result.notes) == ("3 passed", [])


def test_the_whole_of_its_failure_is_gone(dependent: Project) -> None:
    result = dependent.run("--junitxml=out.xml", "-v")
    assert "FAILED" not in result.output
    assert 'failures="0"' in dependent.read("out.xml")
    assert '"test_a.py::test_needs": true' not in dependent.read(".pytest_cache/v/cache/lastfailed")


def test_lazy_collection_on_request_confirms_nothing(dependent: Project) -> None:
    assert dependent.run("--dx-collect=lazy", "test_a.py", "test_b.py").summary == (
        "1 failed, 2 passed"
    )


def test_full_collection_has_nothing_to_confirm(dependent: Project) -> None:
    result = dependent.run("--dx-collect=full")
    assert (result.summary, result.notes) == ("3 passed", [])


def test_a_real_failure_is_reported_once(project: Project) -> None:
    project.write(
        test_a="def test_a(): assert 0",
        test_b="import pytest\n@pytest.fixture\ndef f(): 1/0\ndef test_b(f): pass",
        test_c="def test_c(): pass",
    )
    result = project.same_as_plain()
    assert (result.summary, result.notes) == ("1 failed, 1 passed, 1 error", [])


def test_the_failure_of_a_flaky_test_stands(project: Project) -> None:
    project.write(test_a=FLAKY, test_b="def test_b(): pass")
    result = project.run()
    assert (result.summary, result.notes) == ("1 failed, 1 passed", [])
    assert len(project.read("ran")) >= 3


def test_a_failure_after_a_part_of_the_files_before_it_is_none(project: Project) -> None:
    project.write(
        state="spoilt = False",
        test_a=f"# {'long' * 100}\nimport state\ndef test_a(): state.spoilt = True",
        test_b="import state\ndef test_b(): state.spoilt = False",
        test_c=f"# {'long' * 50}\nimport state\ndef test_c(): assert not state.spoilt",
    )
    # The longest file first: a, c, b.
    assert project.plain().summary == "3 passed"
    result = project.run("--dx-order=longest", workers=1)
    assert result.summary == "3 passed"
    assert result.notes == [
        "test_c.py fails after some of the files that come before it, and passes after all of "
        "them, as in plain pytest; that outcome was taken"
    ]


def test_a_failure_that_an_earlier_test_of_the_file_brings_about_is_real(project: Project) -> None:
    project.write(
        test_a="""
            seen = []
            def test_first(): seen.append(1)
            def test_second(): assert not seen
        """,
        test_b="def test_b(): pass",
    )
    result = project.same_as_plain()
    assert (result.summary, result.notes) == ("1 failed, 2 passed", [])


def test_an_import_error_that_the_whole_suite_cures(project: Project) -> None:
    project.write(
        test_a="import sys\nsys.path.append('extra')\ndef test_a(): pass",
        test_b="import only_there\ndef test_b(): pass",
    )
    project.write_file("extra/only_there.py", "")
    result = project.same_as_plain()
    assert result.summary == "2 passed"


def test_an_import_error_that_nothing_cures(project: Project) -> None:
    project.write(test_a="def test_a(): pass", test_b="import nowhere")
    result = project.run()
    assert result.code == pytest.ExitCode.INTERRUPTED
    assert "No module named 'nowhere'" in result.output
    assert "1 error during collection" in result.output


def test_a_false_failure_does_not_end_a_run_with_minus_x(dependent: Project) -> None:
    for number in range(3):
        dependent.write(**{f"test_c{number}": "def test_c(): pass"})
    assert dependent.same_as_plain("-x").summary == "6 passed"


def test_a_real_failure_ends_a_run_with_minus_x(project: Project) -> None:
    project.write(test_a="def test_a(): assert 0\ndef test_never(): pass")
    result = project.same_as_plain("-x")
    assert "stopping after 1 failures" in result.output


def test_a_class_of_tests_fails_as_a_whole(project: Project) -> None:
    project.write(
        test_a="""
            import unittest
            class TestA(unittest.TestCase):
                @classmethod
                def setUpClass(cls): raise RuntimeError
                def test_1(self): pass
                def test_2(self): pass
        """,
        test_b="def test_b(): pass",
    )
    assert project.same_as_plain().summary == "1 passed, 2 errors"


# Its first file's test leaves something behind; the second breaks pytest where it was
# imported after that.
MARKS = """
    import builtins
    def test_marks(): builtins.dx_marked = True
"""
BREAKS = """
    import builtins
    BROKEN = hasattr(builtins, "dx_marked")
    def broken(*args, **options): raise RuntimeError("pytest is broken")
    def test_before(): assert not BROKEN
    def test_breaks(request):
        if BROKEN:
            request.node.repr_failure = broken
            assert 0
    def test_after(): pass
"""


def test_an_internal_error_that_plain_pytest_does_not_meet(project: Project) -> None:
    project.write(test_a=MARKS, test_b=BREAKS)
    result = project.run(workers=1)
    assert result.summary == "4 passed"
    assert result.notes[0] == (
        "gw0 met an internal error in test_b.py, and what was left of that ran again where the "
        "whole suite is imported first"
    )
    assert "test_b.py must be imported before other tests run" in result.notes[1]


def test_what_follows_an_internal_error_in_its_worker_does_not_count(project: Project) -> None:
    unconfigure = """
        import builtins
        def pytest_unconfigure():
            if hasattr(builtins, "dx_broken"): raise RuntimeError("broken, too")
    """
    breaks = BREAKS.replace("assert 0", "builtins.dx_broken = True; assert 0")
    project.write(conftest=unconfigure, test_a=MARKS, test_b=breaks)
    result = project.run(workers=1)
    assert (result.summary, result.code) == ("4 passed", 0)


def test_what_an_excused_failure_leaves_behind_does_not_count(project: Project) -> None:
    project.write(
        conftest="""
            import builtins
            def pytest_unconfigure():
                if hasattr(builtins, "dx_failed"): raise RuntimeError("left behind")
        """,
        test_a="""
            import builtins, sys
            def test_needs_b():
                if "test_b" not in sys.modules:
                    builtins.dx_failed = True
                    assert 0
        """,
        test_b="def test_b(): pass",
    )
    result = project.run()
    assert (result.summary, result.code) == ("2 passed", 0)


def test_an_internal_error_that_plain_pytest_meets_too(project: Project) -> None:
    project.write(test_a=BREAKS.replace('hasattr(builtins, "dx_marked")', "True"))
    result = project.run()
    assert "INTERNALERROR> [gw1] RuntimeError: pytest is broken" in result.output
    assert result.code == pytest.ExitCode.INTERNAL_ERROR
