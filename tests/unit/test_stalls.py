from __future__ import annotations

from pytest_dxpy.stalls import Stall, Stalls


def overdue(stalls: Stalls, now: float) -> str:
    """``"gw1 waits for gw0's server"``, of all waits that have lasted too long."""
    return ", ".join(
        f"gw{stall.worker} waits for gw{stall.holder}'s {stall.fixture}"
        for stall in stalls.overdue(now)
    )


def test_nobody_waits_for_what_no_other_worker_has() -> None:
    stalls = Stalls(5.0)
    stalls.setup(0, "server", "a.py:1", 0.0)
    assert stalls.patience(100.0) == -1.0
    assert overdue(stalls, 100.0) == ""


def test_a_worker_waits_for_what_another_has() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 1.0)
    stalls.setup(1, "server", "a.py:1", 2.0)
    assert stalls.patience(3.0) == 4.0
    assert overdue(stalls, 6.9) == ""
    assert overdue(stalls, 7.0) == "gw1 waits for gw0's server"
    assert stalls.patience(9.0) == 0.0


def test_the_wait_begins_when_the_other_has_it() -> None:
    stalls = Stalls(5.0)
    stalls.setup(1, "server", "a.py:1", 0.0)
    stalls.ready(0, "server", "a.py:1", 3.0)
    assert stalls.patience(4.0) == 4.0


def test_another_fixture_of_the_same_name_is_another() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.setup(1, "server", "b.py:1", 0.0)
    assert stalls.patience(1.0) == -1.0


def test_a_worker_that_gets_it_waits_no_more() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.setup(1, "server", "a.py:1", 0.0)
    stalls.ready(1, "server", "a.py:1", 1.0)
    assert overdue(stalls, 100.0) == ""


def test_a_worker_that_is_gone_waits_no_more() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.setup(1, "server", "a.py:1", 0.0)
    stalls.gone(1)
    assert stalls.patience(1.0) == -1.0


def test_who_waits_goes_on_waiting_when_the_holder_is_gone() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.setup(1, "server", "a.py:1", 0.0)
    stalls.gone(0)
    assert overdue(stalls, 5.0) == "gw1 waits for gw0's server"


def test_who_comes_when_the_holder_is_gone_waits_for_nobody() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.gone(0)
    stalls.setup(1, "server", "a.py:1", 0.0)
    assert stalls.patience(1.0) == -1.0


def test_the_one_that_had_it_first_is_named() -> None:
    stalls = Stalls(5.0)
    stalls.ready(2, "server", "a.py:1", 1.0)
    stalls.ready(0, "server", "a.py:1", 2.0)
    stalls.setup(1, "server", "a.py:1", 3.0)
    assert overdue(stalls, 8.0) == "gw1 waits for gw2's server"


def test_patience_is_that_of_the_one_who_has_waited_longest() -> None:
    stalls = Stalls(5.0)
    stalls.ready(0, "server", "a.py:1", 0.0)
    stalls.setup(1, "server", "a.py:1", 3.0)
    stalls.setup(2, "server", "a.py:1", 1.0)
    assert stalls.patience(4.0) == 2.0
    assert stalls.overdue(6.5) == [Stall(2, 0, 5.0, "server", "a.py:1")]


def test_a_wait_may_be_three_times_as_long_as_the_first_set_up() -> None:
    stalls = Stalls(5.0)
    stalls.setup(0, "server", "a.py:1", 0.0)
    stalls.ready(0, "server", "a.py:1", 10.0)
    stalls.setup(1, "server", "a.py:1", 12.0)
    assert stalls.patience(12.0) == 30.0
    [stall] = stalls.overdue(42.0)
    assert stall == Stall(worker=1, holder=0, seconds=30.0, fixture="server", where="a.py:1")
