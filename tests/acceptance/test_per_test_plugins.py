"""Plugins that do something for one test at a time, or for one file."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.acceptance.side_by_side import run_both
from tests.conftest import Project


class Case(NamedTuple):
    """A project of two files with a plugin, and what comes of it."""

    args: str
    text: str
    summary: str
    mode: str = "lazy"


ASYNCIO = """
    import asyncio, pytest, pytest_asyncio

    @pytest_asyncio.fixture(loop_scope="module", scope="module")
    async def loop(): yield asyncio.get_running_loop()
    @pytest.mark.asyncio(loop_scope="module")
    async def test_the_loop_of_the_module(loop): assert asyncio.get_running_loop() is loop
    @pytest.mark.asyncio
    async def test_a_loop_of_its_own(): await asyncio.sleep(0)
    @pytest.mark.asyncio
    @pytest.mark.parametrize("number", [1, 2])
    async def test_fails(number): assert await asyncio.sleep(0, number) == 1
    async def test_is_not_marked(): pass
"""
ANYIO = """
    import anyio, pytest
    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(request): return request.param
    @pytest.fixture
    async def number():
        await anyio.sleep(0)
        yield 1
    async def test_passes(number): assert number == 1
    async def test_fails(number, anyio_backend_name): assert anyio_backend_name == "trio"
"""
TRIO = """
    import pytest, trio
    pytestmark = pytest.mark.trio

    @pytest.fixture
    async def number(nursery):
        nursery.start_soon(trio.lowlevel.checkpoint)
        yield 1
    async def test_passes(number, autojump_clock):
        await trio.sleep(1000)
        assert number == 1
    async def test_fails(number): assert await trio.sleep(0)
"""
HYPOTHESIS = """
    from hypothesis import given, settings, strategies as st

    @given(st.integers())
    @settings(max_examples=5, derandomize=True, database=None, deadline=None)
    def test_passes(number): assert number == number
    @given(st.integers())
    @settings(max_examples=50, derandomize=True, database=None, deadline=None)
    def test_fails(number): assert number < 10
"""
MOCK = """
    import os, time

    def test_replaces_what_we_use(mocker):
        mocker.patch("os.write", side_effect=OSError)
        mocker.patch("time.monotonic", return_value=0)
        mocker.patch("builtins.open", mocker.mock_open(read_data="mocked"))
        assert open("nothing").read() == "mocked"
    def test_is_itself_again(): assert time.monotonic() > 0
    def test_spies(mocker):
        spy = mocker.spy(os.path, "basename")
        assert os.path.basename("a/b") == "b"
        spy.assert_called_once_with("c")
    def test_stub(class_mocker, mocker): mocker.stub(name="one").assert_not_called()
"""
FREEZER = """
    import pytest, time

    @pytest.mark.freeze_time("2001-02-03")
    def test_frozen(): assert time.time() == 981158400
    def test_moves(freezer):
        before = time.time()
        freezer.tick(60)
        assert time.time() - before == 60
    def test_fails(freezer):
        freezer.move_to("2001-02-03")
        assert time.time() == 0
    def test_goes_on(): assert time.time() > 981158400
"""
BENCHMARK = """
    def test_passes(benchmark): assert benchmark(lambda: 1) == 1
    def test_fails(benchmark): assert benchmark.pedantic(lambda: 1, rounds=2) == 2
"""
DEPENDENCY = """
    import pytest

    @pytest.mark.dependency
    def test_fails(): assert 0
    @pytest.mark.dependency(depends=["test_fails"])
    def test_is_skipped(): pass
    @pytest.mark.dependency
    def test_passes(): pass
    class TestGroup:
        @pytest.mark.dependency(name="inner")
        def test_inner(self): pass
        @pytest.mark.dependency(depends=["inner", "test_passes"])
        def test_runs(self): pass
        @pytest.mark.dependency(depends=["unknown"])
        def test_asks_for_an_unknown_one(self): pass
"""
SUBTESTS = """
    def test_passes(subtests):
        for number in range(3):
            with subtests.test("part", number=number):
                print(number)
    def test_fails(subtests):
        with subtests.test("inner"):
            pass
        assert 0
"""
BDD = """
    from pytest_bdd import given, parsers, scenarios, then, when
    scenarios("calc.feature")

    @given("a shop", target_fixture="basket")
    def shop(): return []
    @when(parsers.parse("I buy {count:d} apples"))
    def buy(basket, count): basket.extend(["apple"] * count)
    @then(parsers.parse("I have {count:d}"))
    def have(basket, count): assert len(basket) == count
"""
FEATURE = """
    Feature: Shop
        Scenario: One purchase
            Given a shop
            When I buy 2 apples
            Then I have 2

        Scenario Outline: Some purchases
            Given a shop
            When I buy <count> apples
            Then I have <left>

            Examples:
            | count | left |
            | 1     | 1    |
            | 3     | 2    |
"""

CASES = {
    "asyncio": Case("-p asyncio", ASYNCIO, "4 failed, 6 passed"),
    "asyncio-auto": Case("-p asyncio -o asyncio_mode=auto", ASYNCIO, "2 failed, 8 passed"),
    "anyio": Case("-p anyio", ANYIO, "2 failed, 6 passed"),
    "trio": Case("-p trio", TRIO, "2 failed, 2 passed"),
    "hypothesis": Case("-p hypothesispytest", HYPOTHESIS, "2 failed, 2 passed"),
    "mock": Case("-p pytest_mock", MOCK, "2 failed, 6 passed"),
    "freezer": Case("-p freezer", FREEZER, "2 failed, 6 passed"),
    "benchmark": Case("-p benchmark --benchmark-disable", BENCHMARK, "2 failed, 2 passed"),
    "dependency": Case("-p dependency", DEPENDENCY, "2 failed, 6 passed, 4 skipped"),
    "bdd": Case("-p pytest-bdd", BDD, "2 failed, 4 passed"),
}


@pytest.mark.parametrize("name", CASES)
def test_outcomes_are_those_of_plain_pytest(project: Project, name: str) -> None:
    case = CASES[name]
    project.write(test_a=case.text, test_b=case.text)
    project.write_file("calc.feature", FEATURE)
    both = run_both(project, *case.args.split())
    assert (both.ours.summary, both.mode) == (case.summary, case.mode)


def test_subtests_of_the_plugin_where_pytest_has_none_of_its_own(project: Project) -> None:
    project.write(test_a=SUBTESTS, test_b=SUBTESTS)
    both = run_both(project, "-p", "subtests")
    assert re.match("2 failed, 2 passed(, 8 subtests passed)?$", both.ours.summary)
    assert both.mode == "lazy"


def test_bdd_writes_the_same_report_of_its_scenarios(project: Project) -> None:
    project.write(test_a=BDD)
    project.write_file("calc.feature", FEATURE)
    both = run_both(project, "-p", "pytest-bdd", "--cucumberjson=report.json")
    changes = re.compile(r'"duration": \d+|0x[0-9a-f]+')
    ours, plain = (changes.sub("", text) for text in both.texts("report.json"))
    assert ours == plain
    assert '"name": "One purchase"' in ours
    assert both.mode == "off"


def test_benchmarks_run_once_and_are_not_measured(project: Project) -> None:
    """As under pytest-xdist: two measures at once would spoil each other."""
    project.write(test_a=BENCHMARK, test_b=BENCHMARK)
    both = run_both(project, "-p", "benchmark")
    assert (both.ours.summary, both.mode) == ("2 failed, 2 passed", "lazy")
    assert "Rounds" not in both.ours.output
    assert "Rounds" in both.plain.output


@pytest.mark.parametrize("args", ["--benchmark-only", "--benchmark-json=report.json"])
def test_benchmarks_are_measured_where_that_is_asked_for(project: Project, args: str) -> None:
    project.write(test_a=BENCHMARK)
    both = run_both(project, "-p", "benchmark", args)
    assert (both.ours.summary, both.mode) == ("1 failed, 1 passed", "off")
    assert "Rounds" in both.ours.output


DJANGO = """
    import pytest
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import TestCase, TransactionTestCase

    @pytest.mark.django_db
    def test_writes():
        Group.objects.create(name="one")
        assert Group.objects.count() == 1
    @pytest.mark.django_db
    def test_is_rolled_back(): assert Group.objects.count() == 0
    def test_has_no_database(): Group.objects.count()
    class TestOld(TestCase):
        @classmethod
        def setUpTestData(cls): cls.group = Group.objects.create(name="old")
        def test_old(self): assert Group.objects.get().name == "old"
    class TestTransactions(TransactionTestCase):
        def test_first(self): Group.objects.create(name="kept")
        def test_second(self): assert Group.objects.count() == 0
    def test_settings(settings, client):
        settings.DEBUG = True
        assert client.get("/nowhere").status_code == 200
    @pytest.mark.django_db
    def test_queries(django_assert_num_queries):
        with django_assert_num_queries(1):
            Group.objects.count()
"""
DJANGO_SETTINGS = """
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "here.sqlite",
                             "TEST": {"NAME": "test.sqlite"}}}
    INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
    SECRET_KEY = "secret"
    ROOT_URLCONF = "urls"
    USE_TZ = True
"""


def test_django_has_a_database_in_each_worker(project: Project) -> None:
    project.write(
        shop_settings=DJANGO_SETTINGS, urls="urlpatterns = []", test_a=DJANGO, test_b=DJANGO
    )
    both = run_both(project, "-p", "django", "--ds=shop_settings")
    assert (both.ours.summary, both.mode) == ("2 failed, 14 passed", "lazy")
    assert [path.name for path in project.path.glob("*.sqlite*")] == []
