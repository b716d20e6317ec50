"""Writes docs/options.md from the options themselves: ``python -m tests.docs_options``.

tests/unit/test_docs.py says when that was forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_dxpy import xdist_options
from pytest_dxpy.options import OPTIONS, Option, environment_twin, flag

PAGE = Path(__file__).parent.parent / "docs" / "options.md"

HEAD = """\
# Options

This page is made from `pytest_dxpy/options.py` by `python -m tests.docs_options`.

An option can be given on the command line, in the environment, or in pytest's configuration file
(`pytest.ini`, `pyproject.toml`, `tox.ini`, `setup.cfg`); the command line is stronger than the
environment, and the environment is stronger than the file. Each of them on the command line asks
for pytest-dxpy as well, so `pytest --dx-workers=4` needs no `-p dxpy`.

    [tool.pytest.ini_options]
    dx = true
    dx_workers = "4"

## Asking for it
| | |
|---|---|
| `-p dxpy` | run with pytest-dxpy |
| `--dx` | the same |
| ini `dx = true` | the same, for every run of the project |
| `PYTEST_PLUGINS=dxpy` | the same, for every run of the shell |
"""

XDIST = """
## Options of pytest-xdist
Where pytest-xdist is not installed these are defined, so that an `addopts` which was written for
it keeps working. Where it is installed they are its own. Either way they count only when
pytest-dxpy is asked for.

| option | |
|---|---|
"""

XDIST_TAIL = """
`PYTEST_XDIST_AUTO_NUM_WORKERS` in the environment, and the hook `pytest_xdist_auto_num_workers`,
say what `auto` means, as under pytest-xdist; `--dx-workers` is stronger than both.
"""


class _Rows:
    """Stands in for pytest's parser: keeps what is declared."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def getgroup(self, *_: str) -> _Rows:
        return self

    def addoption(self, *names: str, **row: Any) -> None:
        """Keep one option."""
        value = "" if "metavar" not in row else f" {row['metavar']}"
        spelt = ", ".join(f"`{name}{value}`" for name in names)
        self.rows.append(f"| {spelt} | {row['help']} |")

    _addoption = addoption


def _usage(option: Option) -> str:
    value = "" if option.is_switch or option.is_optional else "="
    return f"{flag(option.name)}{value}{option.metavar}"


def page() -> str:
    """The text of docs/options.md."""
    parts = [HEAD]
    parts.extend(
        f"\n## `{_usage(option)}`\n{_description(option.help)}\n\n"
        f"Default: {option.default or 'empty'}. "
        f"Ini: `dx_{option.name}`{', a name a line' if option.is_list else ''}. "
        f"Environment: `{environment_twin(option.name)}`.\n"
        for option in OPTIONS
    )
    xdist: Any = _Rows()
    xdist_options.declare(xdist)
    return "".join([*parts, XDIST, "\n".join(xdist.rows), "\n", XDIST_TAIL])


def _description(text: str) -> str:
    """A help text as a sentence, or as a list where it says what each value means."""
    parts = [part.partition(": ") for part in text.split("; ")]
    if all(meaning for _, _, meaning in parts):
        return "\n".join(f"- `{value}`: {meaning}" for value, _, meaning in parts)
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
