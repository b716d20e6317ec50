"""All scenarios, by what is edited."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from tests.selection.scenarios import (
    allowed,
    classes,
    code,
    fixtures,
    hidden,
    nothing,
    sequences,
    tests,
    world,
)

if TYPE_CHECKING:
    from tests.selection.scenario import Scenario


def load() -> dict[str, Scenario]:
    """Every scenario by its name."""
    parts = (nothing, code, classes, hidden, fixtures, tests, world, sequences)
    found = [scenario for part in parts for scenario in part.SCENARIOS]
    named = {scenario.name: scenario for scenario in found}
    if len(named) < len(found):
        names = [scenario.name for scenario in found]
        raise ValueError(f"twice: {sorted({name for name in names if names.count(name) > 1})}")
    for name, most in allowed.MOST_EXTRA.items():
        named[name] = dataclasses.replace(named[name], most_extra=most)
    return named
