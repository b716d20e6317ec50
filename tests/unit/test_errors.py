from __future__ import annotations

from pytest_dxpy.errors import DxpyError, OptionError, StartError, WorkersLostError


def test_an_error_ends_in_the_name_of_its_heading() -> None:
    assert str(OptionError("--dx-x: unknown mode 'y'")) == "--dx-x: unknown mode 'y' [bad-option]"


def test_a_hint_is_a_line_of_its_own() -> None:
    error = StartError("cannot fork a worker: out of memory", hint="use fewer --dx-workers")
    assert str(error) == (
        "cannot fork a worker: out of memory [cannot-start]\nhint: use fewer --dx-workers"
    )


def test_each_class_has_a_heading_of_its_own() -> None:
    slugs = [kind.slug for kind in (DxpyError, OptionError, StartError, WorkersLostError)]
    assert slugs == ["error", "bad-option", "cannot-start", "workers-lost"]
