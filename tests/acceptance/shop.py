"""A small project that tests edit, and the words in which they tell of its runs."""

from __future__ import annotations

import pytest

from tests.conftest import Project, Result

SHOP = {
    "shop": """
        RATE = 2
        def cost(): return 5
        def tax(n): return n * RATE
    """,
    "test_shop": """
        from shop import cost, tax
        def test_cost(): assert cost() == 5
        def test_tax(): assert tax(2) == 4
    """,
}
WITH_PRICES = {
    **SHOP,
    "conftest": """
        import pytest
        @pytest.fixture(scope="session")
        def prices(): return {"apple": price()}
        def price(): return 3
    """,
    "test_prices": """
        def test_apple(prices): assert prices["apple"] == 3
        def test_again(prices): assert len(prices) == 1
        def test_other(): pass
    """,
}


@pytest.fixture
def shop(project: Project) -> Project:
    """A project of which every test has passed."""
    project.write(**WITH_PRICES)
    assert project.run().summary == "5 passed"
    return project


def edit(project: Project, name: str, old: str, new: str) -> None:
    """Replace a text in a file."""
    text = project.read(name)
    assert old in text
    project.write_file(name, text.replace(old, new))


def affected(project: Project, *args: str) -> Result:
    """Run what an edit can have changed."""
    return project.run("--dx-affected", *args)


def ran(result: Result) -> list[str]:
    """The tests that ran, sorted."""
    return sorted(line.split()[1] for line in result.calls)
