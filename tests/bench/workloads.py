"""What is measured: generated projects, and the suites of tests/parity."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.parity.catalogue import Suite
from tests.parity.catalogue import load as load_suites

SUITE = "suite:"


@dataclass(frozen=True)
class Workload:
    """A project to measure with; ``files`` makes a generated one, as text by path."""

    name: str
    about: str
    files: Callable[[], Mapping[str, str]] | None = None
    suite: Suite | None = None


def find(name: str) -> Workload | None:
    """A generated workload, or a parity suite as "suite:NAME"."""
    if name.startswith(SUITE):
        suite = load_suites().get(name.removeprefix(SUITE))
        return Workload(name, f"{suite.name} {suite.version}", suite=suite) if suite else None
    return next((workload for workload in GENERATED if workload.name == name), None)


def write(files: Mapping[str, str], folder: Path) -> None:
    """Make ``folder`` hold exactly these files and a pytest.ini."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in {"pytest.ini": "[pytest]\n", **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def noop() -> dict[str, str]:
    return {"test_noop.py": "def test_noop() -> None:\n    assert True\n"}


def trivial(files: int = 100, tests: int = 50) -> dict[str, str]:
    body = "\n\n".join(f"def test_{number}():\n    assert True" for number in range(tests))
    return {f"test_{number:03}.py": body + "\n" for number in range(files)}


def sleepy(files: int = 8, tests: int = 8) -> dict[str, str]:
    """Sleeps of 20 to 83 ms, a little over three seconds in all; no two files alike."""
    return {
        f"test_{file}.py": "import time\n\n"
        + "\n\n".join(
            f"def test_{test}():\n    time.sleep({20 + file + 8 * ((test * 3 + file) % 8)} / 1000)"
            for test in range(tests)
        )
        + "\n"
        for file in range(files)
    }


LIBRARY = """
from dataclasses import dataclass, field


@dataclass
class Item:
    name: str
    cents: int


@dataclass
class Basket:
    items: list[Item] = field(default_factory=list)

    def add(self, name, cents, number=1):
        if number < 1:
            raise ValueError(f"number must be positive, not {number}")
        self.items += [Item(name, cents)] * number

    @property
    def cents(self):
        return sum(item.cents for item in self.items)


def with_tax(cents, percent):
    return cents + round(cents * percent / 100)
"""

CONFTEST = """
import pytest

from shop import Basket


@pytest.fixture(scope="session")
def prices():
    return {"apple": 30, "pear": 45, "plum": 20}


@pytest.fixture
def basket():
    return Basket()
"""

TEST_FILE = """
import pytest

from shop import Basket, with_tax

SEED = {seed}


@pytest.fixture(scope="module")
def rates():
    return {{"low": 7, "high": 19 + SEED % 3}}


@pytest.fixture
def filled(basket, prices):
    for name, cents in prices.items():
        basket.add(name, cents)
    yield basket
    basket.items.clear()


@pytest.mark.parametrize("number", range(1, 7))
def test_adding_several(basket, number):
    basket.add("apple", 30, number)
    assert basket.cents == 30 * number


@pytest.mark.parametrize("rate", ["low", "high"])
@pytest.mark.parametrize("cents", [100, 250])
def test_tax(rates, rate, cents):
    assert with_tax(cents, rates[rate]) > cents


class TestBasket:
    @pytest.fixture(autouse=True)
    def use(self, filled):
        self.basket = filled

    def test_sum(self):
        assert self.basket.cents == 95

    def test_length(self):
        assert len(self.basket.items) == 3

    def test_rejects(self):
        with pytest.raises(ValueError, match="positive"):
            self.basket.add("apple", 30, 0)

    def test_grows(self, prices):
        self.basket.add("plum", prices["plum"], SEED + 1)
        assert len(self.basket.items) == SEED + 4


def test_output(filled, capsys):
    print(filled.cents)
    assert capsys.readouterr().out == "95\\n"


def test_file(tmp_path):
    (tmp_path / "basket.txt").write_text(str(SEED))
    assert (tmp_path / "basket.txt").read_text() == str(SEED)


def test_environment(monkeypatch):
    monkeypatch.setattr(Basket, "cents", SEED)
    assert Basket().cents == SEED


@pytest.mark.skipif(SEED % 2 == 0, reason="odd seeds only")
def test_odd():
    assert SEED % 2


@pytest.mark.xfail(reason="tax is rounded", strict=True)
def test_rounding():
    assert with_tax(10, 7) == 10.7
"""


def generated(packages: int = 5, files: int = 10) -> dict[str, str]:
    """Fixtures of three scopes, parametrize, classes, skips: 19 tests in each file."""
    made = {"shop.py": LIBRARY, "conftest.py": CONFTEST}
    made["pytest.ini"] = "[pytest]\npythonpath = .\n"
    for package in range(packages):
        made[f"tests/part{package}/__init__.py"] = ""
        for file in range(files):
            text = TEST_FILE.format(seed=package * files + file)
            made[f"tests/part{package}/test_shop_{file}.py"] = text
    return made


GENERATED = (
    Workload("noop", "one file, one trivial test", noop),
    Workload("trivial5000", "5,000 trivial tests in 100 files", trivial),
    Workload("sleepy", "64 tests that sleep 3 s in all, in 8 files", sleepy),
    Workload("gen50", "950 tests in 50 files: fixtures, params, classes", generated),
)
