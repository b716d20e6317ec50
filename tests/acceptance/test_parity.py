"""The same reports, counts and exit codes as plain pytest's, kind of test by kind of test."""

from __future__ import annotations

import os

import pytest

from tests.conftest import ALL_OUTCOMES, Project, Result, differences

FIXTURES = """
    import pytest

    def log(text):
        with open("events", "a") as file:
            file.write(text + "\\n")

    @pytest.fixture(scope="session", autouse=True)
    def session_wide():
        log("+session"); yield; log("-session")
    @pytest.fixture(scope="package")
    def package_wide(request):
        log(f"+package {request.node.nodeid}"); yield; log(f"-package {request.node.nodeid}")
    @pytest.fixture(scope="module", autouse=True)
    def module_wide(request):
        log(f"+module {request.node.nodeid}"); yield; log(f"-module {request.node.nodeid}")
    @pytest.fixture(scope="class", autouse=True)
    def class_wide(request):
        log("+class"); yield; log("-class")
    @pytest.fixture(autouse=True)
    def function_wide(request):
        log(f"+{request.node.nodeid}"); yield; log(f"-{request.node.nodeid}")
    @pytest.fixture(params=["x", "y"], scope="module")
    def letter(request):
        log(f"+{request.param}"); yield request.param; log(f"-{request.param}")
"""
NESTED = """
    import pytest

    @pytest.fixture(scope="package", autouse=True)
    def of_this_package(request):
        from conftest import log
        log("+" + __name__); yield; log("-" + __name__)
    @pytest.fixture
    def name(): return __name__
"""
USES = """
    def setup_module(module): print("setup")
    def test_1(package_wide): pass
    def test_2(letter, name): assert letter in "xy"
    class TestClass:
        def setup_method(self): pass
        def test_3(self): pass
        def test_4(self, letter): assert letter == "x"
"""


@pytest.fixture
def nested(project: Project) -> Project:
    """Conftests and package fixtures in packages of two levels."""
    project.write(conftest=FIXTURES)
    for folder in ("one", "one/inner", "two"):
        project.write_file(f"{folder}/__init__.py", "")
        project.write_file(f"{folder}/conftest.py", NESTED)
        project.write_file(f"{folder}/test_a.py", USES)
        project.write_file(f"{folder}/test_b.py", USES)
    project.write_file("one/test_empty.py", "")
    return project


def test_every_outcome_of_a_test(project: Project) -> None:
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    result = project.same_as_plain("-p", "no:cacheprovider")
    assert result.summary == (
        "8 failed, 8 passed, 4 skipped, 4 xfailed, 2 xpassed, 2 warnings, 6 errors"
    )


def test_the_count_of_every_outcome_where_no_plugin_looks(project: Project) -> None:
    project.write(test_a=ALL_OUTCOMES, test_b=ALL_OUTCOMES)
    plain = project.twin("plain").pytest()
    ours = project.pytest("-p", "dxpy", "-n2")
    assert (ours.summary, ours.code) == (plain.summary, plain.code)
    assert sorted(ours.lines("FAILED ")) == sorted(plain.lines("FAILED "))
    assert sorted(ours.lines("ERROR ")) == sorted(plain.lines("ERROR "))


def shown_errors(result: Result) -> list[str]:
    """What is shown of tests that failed, without the names of workers."""
    text = result.output.partition(" ERRORS ===")[2].partition(" short test summary ")[0]
    return [
        line for line in text.splitlines() if line and not line.startswith(("[gw", "dxpy: run"))
    ]


@pytest.mark.parametrize("scope", ["function", "session"])
def test_a_fixture_that_fails_is_shown_as_plain_pytest_shows_it(
    project: Project, scope: str
) -> None:
    project.write(
        conftest=f"""
            import pytest
            @pytest.fixture(scope="{scope}")
            def broken(): raise KeyError("why")
        """,
        test_a="""
            def test_asks(broken): pass
            def test_asks_when_it_runs(request): request.getfixturevalue("broken")
        """,
    )
    plain, ours = project.twin("plain").plain(), project.run()
    assert shown_errors(ours) == shown_errors(plain) != []


def test_fixtures_of_all_scopes_in_nested_packages(nested: Project) -> None:
    assert nested.same_as_plain().summary == "6 failed, 30 passed"


@pytest.mark.parametrize("mode", ["lazy", "full"])
def test_with_one_worker_fixtures_come_and_go_in_plain_pytests_order(
    nested: Project, mode: str
) -> None:
    plain = nested.twin("plain")
    plain.plain()
    nested.run(f"--dx-collect={mode}", workers=1)
    assert nested.read("events").splitlines() == plain.read("events").splitlines()


def test_parametrized_tests_with_odd_ids(project: Project) -> None:
    project.write_file(
        "test_a.py",
        """
        import pytest

        @pytest.mark.parametrize("text", ["", "a\\nb", "ü", "\\ud800", b"\\xff", "a::b", "/"])
        def test_text(text): pass
        @pytest.mark.parametrize("value", [1, 1.5, None, object, (1, 2)], ids=str)
        def test_value(value): pass
        @pytest.mark.parametrize("value", [])
        def test_nothing(value): pass
        @pytest.mark.parametrize("a", [1, 2])
        @pytest.mark.parametrize("b", [pytest.param(3, id="three"), 4])
        def test_product(a, b): assert a + b < 6
        @pytest.mark.parametrize("same", ["x", "x", "x"], ids=["x", "x", "x"])
        def test_same(same): pass
        """,
    )
    project.write(test_b="def test_b(): pass")
    assert project.same_as_plain().summary == "1 failed, 19 passed, 1 skipped"


def test_node_ids_that_stand_for_several_tests(project: Project) -> None:
    project.write(
        conftest="""
            import pytest

            class Same(pytest.Item):
                def runtest(self):
                    with open("ran", "a") as file:
                        file.write(self.text + "\\n")
                    assert self.text != "bad"

            class File(pytest.File):
                def collect(self):
                    for text in self.path.read_text().split():
                        item = Same.from_parent(self, name="same")
                        item.text = text
                        yield item

            def pytest_collect_file(parent, file_path):
                if file_path.suffix == ".words":
                    return File.from_parent(parent, path=file_path)
        """,
        test_b="def test_b(): pass",
    )
    project.write_file("a.words", "good bad good bad")
    assert project.same_as_plain().summary == "2 failed, 3 passed"


def test_items_of_a_plugins_own_files(project: Project) -> None:
    project.write(
        conftest="""
            import pytest

            class Line(pytest.Item):
                def runtest(self): assert "wrong" not in self.name
                def repr_failure(self, excinfo): return f"{self.name} is wrong"
                def reportinfo(self): return self.path, 0, f"line: {self.name}"

            class Lines(pytest.File):
                def collect(self):
                    for line in self.path.read_text().splitlines():
                        yield Line.from_parent(self, name=line)

            def pytest_collect_file(parent, file_path):
                if file_path.suffix == ".yaml":
                    return Lines.from_parent(parent, path=file_path)
        """,
        test_a="def test_a(): pass",
    )
    project.write_file("test_x.yaml", "right\nwrong\n\nright too\n")
    project.write_file("deep/er/test_y.yaml", "right\n")
    assert project.same_as_plain().summary == "1 failed, 5 passed"


def test_unittest_and_doctest(project: Project) -> None:
    project.write(
        test_a="""
            import unittest

            class TestOld(unittest.TestCase):
                @classmethod
                def setUpClass(cls): cls.value = 1
                def setUp(self): self.other = 2
                def test_passes(self): self.assertEqual(self.value, 1)
                def test_fails(self): self.assertEqual(self.other, 1)
                @unittest.skip("later")
                def test_skips(self): pass
                @unittest.expectedFailure
                def test_is_known(self): self.fail()
                @unittest.expectedFailure
                def test_passes_after_all(self): pass

            class TestBroken(unittest.TestCase):
                @classmethod
                def setUpClass(cls): raise RuntimeError("class")
                def test_never(self): pass

            class TestAsync(unittest.IsolatedAsyncioTestCase):
                async def test_awaits(self): pass
        """,
        module='''
            def double(number):
                """
                >>> double(2)
                4
                >>> double(3)
                7
                """
                return 2 * number
        ''',
    )
    project.write_file("test_text.txt", ">>> 1 + 1\n2\n")
    assert project.same_as_plain("--doctest-modules").code == pytest.ExitCode.TESTS_FAILED


def test_subtests(project: Project) -> None:
    project.write(
        test_a="""
            import unittest
            class TestOld(unittest.TestCase):
                def test_sub(self):
                    for number in range(3):
                        with self.subTest(number=number):
                            self.assertNotEqual(number, 1)
            def test_new(subtests):
                for number in range(3):
                    with subtests.test(number=number):
                        assert number != 1
        """
    )
    plain, ours = project.twin("plain").plain(), project.run()
    # Plain pytest captures the progress that it writes itself as the test's output.
    captured = " sections=['Captured stdout call']"
    expected = [line.replace(captured, "") for line in plain.reports]
    assert differences(ours.reports, expected) == ""
    assert (ours.summary, ours.code) == (plain.summary, plain.code)


def test_a_fixture_that_is_not_there(project: Project) -> None:
    project.write(test_a="def test_a(nowhere): pass", test_b="def test_b(): pass")
    result = project.same_as_plain()
    assert result.lines("ERROR ") == ["test_a.py::test_a"]


def test_tests_that_a_hook_makes(project: Project) -> None:
    project.write(
        conftest="""
            def pytest_generate_tests(metafunc):
                if "number" in metafunc.fixturenames:
                    metafunc.parametrize("number", range(3))
            def pytest_collection_modifyitems(items):
                for item in items:
                    if "2" in item.name:
                        item.add_marker("slow")
            def pytest_configure(config):
                config.addinivalue_line("markers", "slow: slow")
        """,
        test_a="def test_a(number): pass",
        test_b="def test_b(number): assert number",
    )
    assert project.same_as_plain("-m", "not slow").summary == ("1 failed, 3 passed, 2 deselected")


def test_classes_that_inherit_tests(project: Project) -> None:
    project.write(
        base="""
            class Base:
                value = 1
                def test_value(self): assert self.value == 1
        """,
        test_a="""
            from base import Base
            class TestOne(Base):
                class TestInner:
                    def test_inner(self): pass
            class TestTwo(Base): value = 2
            class TestInit:
                def __init__(self): pass
                def test_never(self): pass
        """,
    )
    assert project.same_as_plain().summary == "1 failed, 2 passed, 1 warning"


def test_errors_of_collection_end_the_run(project: Project) -> None:
    project.write(test_a="def test_a(): pass", test_b="import nowhere", test_c="def test_c(: pass")
    plain, ours = project.twin("plain").plain(), project.run()
    assert ours.code == plain.code == pytest.ExitCode.INTERRUPTED
    assert sorted(ours.lines("ERROR ")) == sorted(plain.lines("ERROR "))


def test_errors_of_collection_that_do_not_end_the_run(project: Project) -> None:
    project.write(
        test_a="def test_a(): pass",
        test_b="import nowhere",
        test_c="def test_c(: pass",
        test_d="import pytest\npytest.skip('whole', allow_module_level=True)",
        test_e="raise KeyError(1)",
    )
    result = project.same_as_plain("--continue-on-collection-errors")
    assert result.summary == "1 passed, 1 skipped, 3 errors"


def test_warnings_of_imports_and_tests(project: Project) -> None:
    text = """
        import warnings
        import pytest

        class Own(UserWarning): pass
        warnings.warn("import")
        def test_own(): warnings.warn("own", Own)
        @pytest.mark.filterwarnings("error")
        def test_error(): warnings.warn("error")
        @pytest.mark.filterwarnings("ignore")
        def test_ignored(): warnings.warn("ignored")
    """
    project.write(test_a=text, test_b=text)
    assert project.same_as_plain().summary == "2 failed, 4 passed, 4 warnings"


def test_names_that_are_not_ascii(project: Project) -> None:
    project.write_file("test_ü.py", "def test_ä(): pass")
    project.write_file("a folder/test_with space.py", "def test_1(): pass")
    assert project.same_as_plain().summary == "2 passed"


def test_a_file_name_that_is_not_utf_8(project: Project) -> None:
    name = os.fsdecode(b"test_\xff.py")
    (project.path / name).write_text("def test_1(): pass\ndef test_2(): pass\n")
    project.write(test_b="def test_b(): pass")
    # pytest's own cache cannot write such a name.
    assert project.same_as_plain("-p", "no:cacheprovider").summary == "3 passed"


def test_ids_that_differ_in_every_process(project: Project) -> None:
    project.write(
        test_a="""
            import pytest, time
            @pytest.mark.parametrize("name", {"ab", "cd", "ef", "gh"})
            def test_set(name): pass
            @pytest.mark.parametrize("now", [time.time_ns()])
            def test_clock(now): pass
        """,
        test_b="def test_b(): pass",
    )
    assert project.run().summary == "6 passed"


def test_modules_of_the_same_name_with_importlib(project: Project) -> None:
    for folder in ("a", "b"):
        project.write_file(f"{folder}/test_same.py", "def test_1(): pass")
        project.write_file(f"{folder}/conftest.py", "")
    assert project.same_as_plain("--import-mode=importlib").summary == "2 passed"


def test_modules_of_the_same_name_without(project: Project) -> None:
    for folder in ("a", "b"):
        project.write_file(f"{folder}/test_same.py", "def test_1(): pass")
    plain, ours = project.twin("plain").plain(), project.run()
    assert plain.summary == "1 error"
    assert (ours.code, ours.summary) == (plain.code, plain.summary)
