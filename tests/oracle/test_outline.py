"""The outline scanner against CPython's own parser and against tree-sitter."""

import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tree_sitter_python
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dxpy import native
from tests.oracle.outline_facts import check_spans, facts, facts_of_ast, without_text
from tests.oracle.python_modules import modules

STDLIB = Path(sysconfig.get_path("stdlib"))
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
PYTHON = tree_sitter_python.language()

# Valid files that tree-sitter's grammar does not take, by name.
TREE_SITTER_ERRORS = {
    "test_compile.py": "a line in brackets that is indented less than its block, behind a '.'",
    "badsyntax_future8.py": "a star import from __future__, which only the compiler rejects",
}


def standard_library() -> list[Path]:
    paths = sorted(path for path in STDLIB.rglob("*.py") if "site-packages" not in path.parts)
    assert len(paths) > 500
    return paths


def site_packages() -> list[Path]:
    """Some 400 files, the same ones every time."""
    paths = sorted(path for path in SITE_PACKAGES.rglob("*.py") if path.is_file())
    return paths[:: max(1, len(paths) // 400)]


def valid(paths: list[Path]) -> Iterator[tuple[Path, bytes, list[str]]]:
    """The files that CPython can parse, with the facts that it sees."""
    for path in paths:
        source = path.read_bytes()
        expected = facts_of_valid(source)
        if expected is not None:
            yield path, source, expected


def facts_of_valid(source: bytes) -> list[str] | None:
    """The facts that CPython sees; None where it cannot parse the source."""
    try:
        return facts_of_ast(source)
    except (SyntaxError, ValueError):
        return None


def differences(ours: list[str], theirs: list[str]) -> list[str]:
    return [f"- {line}" for line in theirs if line not in ours] + [
        f"+ {line}" for line in ours if line not in theirs
    ]


@pytest.mark.parametrize("paths", [standard_library, site_packages])
def test_the_scanner_sees_what_cpython_sees(paths: Callable[[], list[Path]]) -> None:
    for path, source, expected in valid(paths()):
        outline = native.outline(source)
        assert outline["problem"] == "", f"{path}:{outline['problem_line']}"
        seen = facts(outline, source)
        assert seen == expected, "\n".join([str(path), *differences(seen, expected)])
        check_spans(outline)


@pytest.mark.parametrize("paths", [standard_library, site_packages])
def test_the_scanner_sees_what_tree_sitter_sees(paths: Callable[[], list[Path]]) -> None:
    refused = set()
    for path in paths():
        source = path.read_bytes()
        outline = native.outline(source)
        parsed = native.tree_sitter_outline(source, PYTHON)
        if parsed["problem"]:
            refused.add(path)
        elif not outline["problem"]:
            assert without_text(outline) == without_text(parsed), path
    unknown = [path for path in refused if path.name not in TREE_SITTER_ERRORS]
    assert [path for path, _, _ in valid(unknown)] == []


@settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(modules())
def test_the_scanner_sees_what_cpython_sees_in_nasty_modules(source: bytes) -> None:
    outline = native.outline(source)
    assert outline["problem"] == ""
    assert facts(outline, source) == facts_of_ast(source)
    parsed = native.tree_sitter_outline(source, PYTHON)
    if not parsed["problem"]:
        assert without_text(outline) == without_text(parsed)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from([*b"\"'\\\n\r\t #()[]{}:;@,.fxr=\0\xff", *b"defclasimpot"])))
def test_any_bytes_are_read_to_an_end(codes: list[int]) -> None:
    source = bytes(codes)
    for outline in (native.outline(source), native.tree_sitter_outline(source, PYTHON)):
        assert 0 <= outline["problem_line"] <= 1 + source.count(b"\n") + source.count(b"\r")


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(modules(), st.floats(0, 1), st.sampled_from([b"", b"'", b"(", b"\\", b"\n", b"{", b":"]))
def test_the_scanner_sees_what_cpython_sees_in_damaged_modules(
    source: bytes, part: float, wedge: bytes
) -> None:
    cut = int(len(source) * part)
    for text in (source[:cut], source[:cut] + wedge + source[cut:]):
        outline = native.outline(text)
        assert 0 <= outline["problem_line"] <= 1 + text.count(b"\n") + text.count(b"\r")
        assert (outline["problem"] == "") == (outline["problem_line"] == 0)
        expected = facts_of_valid(text)
        if expected is not None:
            assert (outline["problem"], facts(outline, text)) == ("", expected)


def test_tests_are_counted_in_the_order_of_the_paths(tmp_path: Path) -> None:
    two = tmp_path / "test_two.py"
    two.write_text("def test_a(): pass\nclass TestB:\n    def test_b(self): pass\n")
    none = tmp_path / "none.py"
    none.write_text("")
    gone = tmp_path / "gone.py"
    assert native.count_tests([str(two), str(gone), str(none)]) == [2, -1, 0]
