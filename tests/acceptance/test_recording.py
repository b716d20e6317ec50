"""What workers record of their tests: code, imports, files."""

from __future__ import annotations

import sys

import pytest

from tests.acceptance.recorded import record, record_all
from tests.conftest import Project

LIBRARY = """
    def one(): return 1
    def two(): return one() + 1
    def items():
        yield one()
        yield two()
    async def work(): return two()
    def deep(number): return deep(number - 1) if number else one()
    def fail(): raise ValueError(two())
    class Thing:
        def method(self): return [x for x in items()]
"""


def test_functions_that_run(project: Project) -> None:
    project.write(
        library=LIBRARY,
        test_a="""
            import library
            def test_one(): library.one()
            def test_two(): library.two()
            def test_none(): pass
            def test_again(): [library.one() for _ in range(1000)]
            def test_method(): library.Thing().method()
        """,
    )
    _, recorded = record(project)
    assert recorded.ran("import library.py") == "<module> Thing"
    assert recorded.ran("test test_a.py::test_one") == "one test_one"
    assert recorded.ran("test test_a.py::test_two") == "one test_two two"
    assert recorded.ran("test test_a.py::test_none") == "test_none"
    assert "runs library.py:2 one" in recorded["test test_a.py::test_again"]
    method = recorded.ran("test test_a.py::test_method").replace("<listcomp> ", "")
    assert method == "items method one test_method two"
    assert recorded.modules["library"] == "library.py"


def test_generators_and_coroutines_that_go_on_in_another_test(project: Project) -> None:
    project.write(
        library=LIBRARY,
        test_a="""
            import library
            items = library.items()
            work = library.work()
            def test_begins(): next(items)
            def test_goes_on(): next(items)
            def test_ends(): assert list(items) == []
            def test_nothing(): pass
            def test_coroutine():
                try: work.send(None)
                except StopIteration as end: assert end.value == 2
            other = library.items()
            def test_begins_another(): next(other)
            def test_throws():
                try: other.throw(KeyError)
                except KeyError: pass
        """,
    )
    _, recorded = record(project)
    assert recorded.ran("test test_a.py::test_begins") == "items one test_begins"
    assert recorded.ran("test test_a.py::test_goes_on") == "items one test_goes_on two"
    assert recorded.ran("test test_a.py::test_ends") == "items test_ends"
    assert recorded.ran("test test_a.py::test_nothing") == "test_nothing"
    assert recorded.ran("test test_a.py::test_throws") == "items test_throws"
    assert recorded.ran("test test_a.py::test_coroutine") == "one test_coroutine two work"


def test_threads_and_event_loops(project: Project) -> None:
    project.write(
        library=LIBRARY,
        test_a="""
            import asyncio, library, threading
            def test_thread():
                thread = threading.Thread(target=library.two)
                thread.start()
                thread.join()
            def test_loop():
                async def both(): return await asyncio.gather(library.work(), library.work())
                assert asyncio.run(both()) == [2, 2]
        """,
    )
    _, recorded = record(project)
    assert recorded.ran("test test_a.py::test_thread") == "one test_thread two"
    assert recorded.ran("test test_a.py::test_loop") == "both one test_loop two work"


def test_exceptions_recursion_and_deep_stacks(project: Project) -> None:
    project.write(
        library=LIBRARY,
        test_a="""
            import library, pytest, sys, threading
            def test_raises():
                with pytest.raises(ValueError): library.fail()
            def test_recursion():
                with pytest.raises(RecursionError): library.deep(10 ** 6)
            def test_deep_in_a_thread():
                sys.setrecursionlimit(8000)
                try:
                    thread = threading.Thread(target=library.deep, args=(5000,))
                    thread.start()
                    thread.join()
                finally:
                    sys.setrecursionlimit(1000)
            def test_afterwards(): library.two()
        """,
    )
    result, recorded = record(project)
    assert result.summary == "4 passed"
    assert recorded.ran("test test_a.py::test_raises") == "fail one test_raises two"
    assert recorded.ran("test test_a.py::test_recursion") == "deep test_recursion"
    assert recorded.ran("test test_a.py::test_afterwards") == "one test_afterwards two"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="3.11 alone: no C stack of its own")
def test_a_recursion_deeper_than_the_stack(project: Project) -> None:
    project.write(
        library=LIBRARY,
        test_a="""
            import library, sys
            def test_deep():
                sys.setrecursionlimit(200_000)
                assert library.deep(150_000) == 1
            def test_afterwards(): library.two()
        """,
    )
    result, recorded = record(project)
    assert result.summary == "2 passed"
    assert recorded.but_runs("test test_a.py::test_deep") == [
        "incomplete: a recursion was too deep"
    ]
    assert recorded.ran("test test_a.py::test_afterwards") == "one test_afterwards two"


def test_fixtures_that_tests_share(project: Project) -> None:
    project.write(
        library=LIBRARY,
        conftest="""
            import library, pytest
            @pytest.fixture(scope="session")
            def shared():
                library.one()
                yield
                library.two()
            @pytest.fixture(scope="session", params=["a", "b"])
            def each(request, shared): return library.items
            @pytest.fixture
            def own(): return library.one()
        """,
        test_a="""
            def test_first(shared): pass
            def test_second(shared): pass
            def test_by_name(request): request.getfixturevalue("shared")
            def test_each(each): pass
            def test_own(own): pass
            def test_none(): pass
        """,
    )
    _, recorded = record(project)
    assert "library.py:3 two" in " ".join(recorded["fixture ::shared[0]"])
    for name in ("first", "second", "by_name"):
        assert recorded.but_runs(f"test test_a.py::test_{name}") == ["uses fixture ::shared[0]"]
    for number, param in enumerate("ab"):
        assert recorded.but_runs(f"test test_a.py::test_each[{param}]") == [
            f"uses fixture ::each[{number}]",
            "uses fixture ::shared[0]",
        ]
    assert recorded.ran("test test_a.py::test_own") == "one own test_own"
    assert recorded.but_runs("test test_a.py::test_none") == []


def test_set_up_of_modules_classes_and_packages(project: Project) -> None:
    project.write_file("package/__init__.py", "")
    project.write_file(
        "package/test_a.py",
        """
        import pytest, unittest
        def setup_module(): pass
        @pytest.fixture(scope="package", autouse=True)
        def of_package(): pass
        class TestA:
            @classmethod
            def setup_class(cls): pass
            @pytest.fixture(scope="class")
            def of_class(self): pass
            def test_1(self, of_class): pass
            def test_2(self): pass
        class TestB(unittest.TestCase):
            @classmethod
            def setUpClass(cls): pass
            def test_3(self): pass
        def test_4(): pass
        """,
    )
    _, recorded = record(project)
    module = "package/test_a.py"
    both = [
        f"uses fixture {module}::_xunit_setup_module_fixture_package.test_a[0]",
        f"uses fixture {module}::of_package[0]",
    ]
    of_class = f"uses fixture {module}::TestA::_xunit_setup_class_fixture_TestA[0]"
    used = {name: recorded.but_runs(f"test {module}::{name}") for name in ("TestA::test_1",)}
    assert used["TestA::test_1"] == [of_class, f"uses fixture {module}::TestA::of_class[0]", *both]
    assert recorded.but_runs(f"test {module}::TestA::test_2") == [of_class, *both]
    assert len(recorded.but_runs(f"test {module}::TestB::test_3")) == 3
    assert recorded.but_runs(f"test {module}::test_4") == both
    assert recorded.ran(f"fixture {module}::of_package[0]") == "of_package"


def test_a_fixture_that_overrides_one_of_its_name(project: Project) -> None:
    project.write(
        conftest="import pytest\n@pytest.fixture(scope='session')\ndef data(): return []",
        test_a="""
            import pytest
            @pytest.fixture
            def data(data): return data + [1]
            def test_1(data): pass
            def test_2(data): pass
        """,
    )
    _, recorded = record(project)
    for name in ("test_1", "test_2"):
        assert recorded.but_runs(f"test test_a.py::{name}") == ["uses fixture ::data[0]"]


def test_imports(project: Project) -> None:
    project.write(
        library=LIBRARY,
        late="import library\nlibrary.one()\ndef function(): pass",
        broken="import library\nlibrary.two()\nraise ValueError",
        test_a="""
            import importlib, pytest
            def test_late():
                import late
                late.function()
            def test_there_already(): importlib.import_module("late")
            def test_relative(): importlib.import_module(".decoder", "json")
            def test_broken():
                with pytest.raises(ValueError): import broken
            def test_not_there():
                with pytest.raises(ImportError): import nowhere
            def test_optional(): assert importlib.util.find_spec("nowhere") is None
        """,
    )
    _, recorded = record(project)
    assert recorded["import late.py"] == [
        "runs late.py:1 <module>",
        "runs library.py:2 one",
        "uses import library.py",
    ]
    assert recorded.ran("test test_a.py::test_late") == "function test_late"
    assert recorded.but_runs("test test_a.py::test_late") == ["uses import late.py"]
    assert recorded.but_runs("test test_a.py::test_there_already") == ["asks for late"]
    assert recorded.but_runs("test test_a.py::test_relative") == ["asks for json.decoder"]
    assert recorded.ran("import broken.py") == "<module> one two"
    assert recorded.outcomes["import broken.py"] == 1
    assert recorded.ran("test test_a.py::test_broken") == "test_broken"
    for name in ("test_not_there", "test_optional"):
        assert recorded.but_runs(f"test test_a.py::{name}") == ["does not find nowhere"]


def test_imports_of_conftests_are_seen_in_the_process_that_workers_are_forked_from(
    project: Project,
) -> None:
    project.write(
        library=LIBRARY,
        conftest="import library\nlibrary.two()\nopen('settings.txt').close()",
        test_a="def test_a(): pass",
        test_b="def test_b(): pass",
    )
    project.write_file("settings.txt", "")
    for start in ("late", "early", "spawn"):
        _, workers = record_all(project, f"--dx-start={start}", workers=2)
        for recorded in workers:
            assert recorded.ran("import conftest.py") == "<module> one two", start
            assert "reads settings.txt" in recorded["import conftest.py"]
            assert "starts a process" not in str(recorded["session"])


def test_outcomes(project: Project) -> None:
    project.write(
        test_a="""
            import pytest
            def test_passes(): pass
            def test_fails(): assert 0
            def test_skips(): pytest.skip()
            @pytest.mark.xfail
            def test_fails_as_expected(): assert 0
            @pytest.mark.xfail
            def test_passes_after_all(): pass
            @pytest.fixture
            def breaks(): yield; assert 0
            def test_breaks(breaks): pass
        """,
        test_b="import nowhere",
    )
    _, recorded = record(project)
    ends = {name.partition("::test_")[2]: end for name, end in recorded.outcomes.items()}
    assert [name for name, end in ends.items() if name and end == 0] == [
        "passes",
        "skips",
        "fails_as_expected",
    ]
    assert recorded.outcomes["collect test_a.py"] == 0
    assert recorded.outcomes["collect test_b.py"] == 1
    assert recorded.but_runs("import test_b.py") == ["does not find nowhere"]
