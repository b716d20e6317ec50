from __future__ import annotations

import pytest

from pytest_dxpy.errors import OptionError
from pytest_dxpy.options import (
    OPTIONS,
    Option,
    Options,
    complete,
    environment_twin,
    flag,
    gather,
)


def refusal(**given: str) -> str:
    """What is said of a value that cannot be used."""
    with pytest.raises(OptionError) as caught:
        Options(given)
    return str(caught.value)


def test_the_defaults_are_what_their_texts_mean() -> None:
    given = {option.name: option.default for option in OPTIONS}
    assert vars(Options(given)) == vars(Options())
    assert vars(Options()).keys() == Options.__annotations__.keys()


def test_options_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="stall: options do not change"):
        Options().stall = 1.0


@pytest.mark.parametrize(("text", "workers"), [("auto", None), ("1", 1), ("16", 16), ("007", 7)])
def test_a_worker_count_is_auto_or_a_number(text: str, workers: int | None) -> None:
    assert Options({"workers": text}).workers == workers


@pytest.mark.parametrize("text", ["", "0", "-1", "2.5", "two", "٣", " 2"])
def test_anything_else_is_no_worker_count(text: str) -> None:
    assert refusal(workers=text) == (
        f"--dx-workers: {text!r} is not a worker count [bad-option]\n"
        "hint: use 'auto' or a number from 1 up"
    )


@pytest.mark.parametrize(("text", "restarts"), [("auto", None), ("0", 0), ("3", 3)])
def test_restarts_are_auto_or_a_number(text: str, restarts: int | None) -> None:
    assert Options({"max_restarts": text}).max_restarts == restarts


def test_anything_else_is_no_count_of_restarts() -> None:
    assert refusal(max_restarts="-1") == (
        "--dx-max-restarts: '-1' is not a count [bad-option]\n"
        "hint: use 'auto' or a number from 0 up"
    )


@pytest.mark.parametrize(("text", "seconds"), [("20", 20.0), ("0.5", 0.5), ("1e3", 1000.0)])
def test_a_stall_is_in_seconds(text: str, seconds: float) -> None:
    assert Options({"stall": text}).stall == seconds


@pytest.mark.parametrize("text", ["", "0", "-3", "nan", "soon"])
def test_anything_else_is_no_number_of_seconds(text: str) -> None:
    assert refusal(stall=text) == (
        f"--dx-stall: {text!r} is not a number of seconds [bad-option]\n"
        "hint: use a number above 0, such as 20"
    )


def test_a_misspelt_mode_brings_the_nearest_to_mind() -> None:
    assert refusal(collect="ful") == (
        "--dx-collect: unknown value 'ful' [bad-option]\nhint: did you mean 'full'?"
    )


def test_a_mode_like_no_other_brings_the_list() -> None:
    assert refusal(start="xyz") == (
        "--dx-start: unknown value 'xyz' [bad-option]\nhint: use one of auto, late, early, spawn"
    )


def test_a_name_is_spelt_in_two_ways() -> None:
    assert flag("max_restarts") == "--dx-max-restarts"
    assert environment_twin("max_restarts") == "DX_MAX_RESTARTS"


def test_the_first_place_that_has_a_value_counts() -> None:
    lookups = [{"workers": "1"}.get, {"workers": "2", "stall": "5"}.get, {"stall": "6"}.get]
    assert gather([*lookups]) == {"workers": "1", "stall": "5"}


def test_an_empty_text_is_a_value() -> None:
    assert gather([{"cache_dir": ""}.get, {"cache_dir": "x"}.get]) == {"cache_dir": ""}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: str(option.name))
def test_a_row_says_what_help_shows(option: Option) -> None:
    assert option.help
    assert option.is_switch or option.metavar.isupper()


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        (["--dx-explain", "tests"], ["--dx-explain=yes", "tests"]),
        (["--dx-explain=json", "tests"], ["--dx-explain=json", "tests"]),
        (["tests", "--", "--dx-explain"], ["tests", "--", "--dx-explain"]),
    ],
)
def test_a_flag_that_may_stand_alone_takes_nothing_that_follows(
    given: list[str], completed: list[str]
) -> None:
    changed = given != completed
    assert complete(given) is changed
    assert given == completed


@pytest.mark.parametrize("text", ["one,two", "one two", " one,\n two "])
def test_names_are_divided_by_commas_or_space(text: str) -> None:
    assert Options({"exclusive_fixtures": text}).exclusive_fixtures == ["one", "two"]
