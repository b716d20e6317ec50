"""Ways to define a fixture that is shared, and what it may depend on."""

from __future__ import annotations

import pytest

from tests.acceptance.test_shared_fixtures import PAIR, count, log, write
from tests.conftest import Project


def test_each_parameters_value_is_built_once(project: Project) -> None:
    write(
        project,
        """
@dx.fixture(scope="session", shared=True, params=["one", pytest.param("two", id="2")])
def value(request):
    note(f"builds {request.param}")
    if request.param == "one": meet()
    yield [request.param]
    note(f"tears down {request.param}")

def check(value): note(f"uses {value[0]}")
""",
        **PAIR,
        test_c="def test_1(value): pass",
    )
    assert project.run().summary == "6 passed"
    noted = count(project)
    assert [what for what in noted if not what.startswith("uses")] == [
        "builds one", "builds two", "tears down one", "tears down two"
    ]  # fmt: skip
    assert [what for what in noted if what.startswith("uses")] == ["uses one"] * 2 + [
        "uses two"
    ] * 2


def test_indirect_parameters_are_told_apart_by_their_values(project: Project) -> None:
    text = """
        import pytest
        from conftest import note
        @pytest.mark.parametrize("value", [VALUES], indirect=True)
        def test_1(value): note(f"uses {value}")
    """
    write(
        project,
        """
@dx.fixture(scope="session", shared=True)
def value(request):
    note(f"builds {request.param}")
    meet()
    return request.param * 2
""",
        test_a=text.replace("VALUES", "1, 2").replace("        ", ""),
        test_b=text.replace("VALUES", "2, 3").replace("        ", ""),
    )
    result = project.run()
    assert result.summary == "4 passed", result.output
    noted = count(project)
    assert noted == ["builds 1", "builds 2", "builds 3", "uses 2", "uses 4", "uses 4", "uses 6"]


def test_what_it_depends_on_is_set_up_in_each_worker_and_torn_down_after_it(
    project: Project,
) -> None:
    write(
        project,
        """
@pytest.fixture(scope="session")
def base():
    note("base up")
    yield 1
    note("base down")

@dx.fixture(scope="session", shared=True)
def first(base):
    note("first up")
    meet()
    yield base + 1
    note("first down")

@dx.fixture(scope="session", shared=True, name="value")
def second(first):
    note("second up")
    yield first + 1
    note("second down")

def check(value): assert value == 3
""",
        **PAIR,
    )
    assert project.run().summary == "2 passed"
    noted = log(project)
    words = [what for _, what in noted]
    for word in ("first up", "second up", "second down", "first down"):
        assert words.count(word) == 1
    assert words.count("base up") == words.count("base down") == 2
    assert words.index("second down") < words.index("first down")
    [builder] = [worker for worker, what in noted if what == "first up"]
    assert noted.index((builder, "first down")) < noted.index((builder, "base down"))


def test_workers_that_have_built_for_each_other_do_not_wait_for_ever(project: Project) -> None:
    write(
        project,
        """
def built(name):
    def build():
        note(f"{name} up")
        meet()
        yield name
        note(f"{name} down")
    return build

one = dx.fixture(scope="session", shared=True, name="one")(built("one"))
two = dx.fixture(scope="session", shared=True, name="two")(built("two"))
""",
        test_a="def test_1(one): pass\ndef test_2(one, two): pass",
        test_b="def test_1(two): pass\ndef test_2(two, one): pass",
    )
    assert project.run().summary == "4 passed"
    assert count(project) == ["one down", "one up", "two down", "two up"]


def test_a_fixture_may_be_for_all_and_overridden(project: Project) -> None:
    shared = """
@dx.fixture(scope="session", shared=True, autouse=True)
def value():
    note("outer")
    return 1
def check(value): assert value == VALUE
"""
    write(project, shared.replace("VALUE", "1"), test_a=PAIR["test_a"], test_c=PAIR["test_a"])
    inner = shared.replace("autouse=True", "").replace("def value()", "def value(value)")
    inner = inner.replace('"outer"', '"inner"').replace("return 1", "return value + 1")
    for name in ("x", "y"):
        project.write_file(f"sub/test_{name}.py", "def test_1(value): assert value == 2")
    project.write_file("sub/__init__.py", "")
    project.write_file(
        "sub/conftest.py",
        "import os, pytest_dxpy as dx\ndef note(what):\n"
        "    with open('log', 'a') as file: file.write(f'- {what}\\n')\n" + inner,
    )
    assert project.run().summary == "4 passed"
    assert count(project) == ["inner", "outer"]


def test_a_parameter_of_what_is_not_shared_is_refused(project: Project) -> None:
    conftest = """
@pytest.fixture(scope="session", params=[1, 2])
def base(request): return request.param

@dx.fixture(scope="session", shared=True)
def value(base): return base

def check(value): pass
"""
    write(project, conftest, **PAIR)
    result = project.run()
    assert result.summary == "4 errors"
    assert (
        "shared fixture 'value' (conftest.py:25) depends on 'base', which has parameters and is "
        "not shared; share 'base', too, or move its parameters to 'value'" in result.output
    )
    write(project, conftest.replace("@pytest.fixture(", "@dx.fixture(shared=True, "), **PAIR)
    assert project.run().summary == "4 passed"


@pytest.mark.parametrize(
    ("scope", "said"),
    [('scope="module", ', "'module'"), ("", "'function'"), ("scope=str, ", "a function")],
)
@pytest.mark.parametrize("args", [(), ("-p", "dxpy")])
def test_only_a_session_fixture_can_be_shared(
    project: Project, scope: str, said: str, args: tuple[str, ...]
) -> None:
    project.write(
        conftest=f"import pytest_dxpy as dx\n@dx.fixture({scope}shared=True)\ndef value(): pass",
        test_a="def test_1(value): pass",
    )
    result = project.pytest(*args)
    assert result.code == 4
    assert (
        f"dx.fixture: 'value' ({project.path}/conftest.py:2) is shared, and its scope is {said}; "
        'write scope="session", or leave shared=True out' in result.output
    )


def test_only_a_session_fixture_can_be_named(project: Project) -> None:
    project.ini("dx_shared_fixtures = value")
    project.write(
        conftest="import pytest\n@pytest.fixture(scope='module')\ndef value(): pass",
        test_a="def test_1(value): pass",
        test_b="def test_1(value): pass",
    )
    result = project.run()
    assert result.summary == "2 passed"
    assert result.notes == [
        "dx_shared_fixtures: 'value' (conftest.py:2) is of module scope, and may exist in several "
        "workers at a time; only a session fixture can be named"
    ]


def test_without_sharing_it_is_pytests_own(project: Project) -> None:
    project.write(
        conftest="""
            import pytest_dxpy as dx
            @dx.fixture
            def one(): return 1
            @dx.fixture(params=[1, 2], ids=["a", "b"], name="two", autouse=True)
            def other(request): return request.param
        """,
        test_a="def test_1(one, two): assert one in (1, 2)",
    )
    for args in ((), ("-p", "dxpy"), ("-p", "no:dxpy")):
        assert project.pytest(*args).summary == "2 passed"


# Nothing is written into the project, where it would count as a change.
APART = """
import os, time
import pytest, pytest_dxpy as dx

@pytest.fixture(scope="session", autouse=True)
def arrive(): open(os.environ["MEETING"] + "/" + os.environ["PYTEST_XDIST_WORKER"], "w").close()

@dx.fixture(scope="session", shared=True)
def value():
    give_up = time.monotonic() + 20
    while len(os.listdir(os.environ["MEETING"])) < 2 and time.monotonic() < give_up:
        time.sleep(0.01)
    return 1
"""


def test_who_edits_it_runs_all_its_users_again(project: Project) -> None:
    meeting = project.path.parent / "meeting"
    meeting.mkdir()
    project.env["MEETING"] = str(meeting)
    users = {f"test_{name}": "def test_1(value): assert value == 1" for name in "ab"}
    project.write(conftest=APART, other="x = 1", test_c="def test_1(): pass", **users)
    assert project.run().summary == "3 passed"
    assert project.run("--dx-affected").summary == "3 unaffected"
    project.write(conftest=APART.replace("return 1", "return 2"))
    result = project.run("--dx-affected")
    assert result.summary == "2 failed, 1 unaffected"
    # Who was given it depends on all files: what the fixture ran was not seen there.
    project.write(conftest=APART, other="x = 2")
    assert project.run("--dx-affected").summary == "1 passed, 2 unaffected"
