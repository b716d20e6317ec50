"""The parts of sources, and what lies between two of them, against CPython's own parser."""

import ast
import io
import keyword
import random
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dxpy import native
from tests.oracle.parts_facts import Function, meaning, mentions, module_facts
from tests.oracle.python_modules import modules

STDLIB = Path(sysconfig.get_path("stdlib"))
LAYOUT = {tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
REPORTS = {"functions", "bodies", "names", "effect", "statement", "collection"}
DECORATED = 1
ACTS = 16
READS_NAMES = 64


def sample(count: int, most_bytes: int = 1 << 20) -> Iterator[tuple[Path, bytes]]:
    """Files of the standard library that CPython can parse, the same ones every time."""
    paths = sorted(path for path in STDLIB.rglob("*.py") if "site-packages" not in path.parts)
    assert len(paths) > 500
    for path in paths[:: max(1, len(paths) // count)]:
        source = path.read_bytes()
        if not 0 < len(source) <= most_bytes:
            continue
        try:
            ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        yield path, source


def differing(old: bytes, new: bytes) -> dict[str, Any]:
    """What was found to differ, by what it is."""
    delta = native.compare_parts(old, new)
    assert delta.pop("is_empty") == (not any(delta.values()))
    return {name: value for name, value in delta.items() if value}


def test_definitions_are_those_that_cpython_sees() -> None:
    for path, source in sample(150):
        expected = module_facts(source).definitions
        seen = [
            (kind, name.decode(), first, last)
            for kind, _, first, last, name, *_ in native.parts(source)
            if kind in {"function", "class"}
        ]
        assert seen == expected, path


def test_names_are_those_that_cpython_sees() -> None:
    for path, source in sample(150):
        seen = set()
        for kind, _, _, _, name, binds, *_ in native.parts(source):
            if b"." not in name or kind == "effect":
                seen.update(binds[:1] if kind == "class" else binds)
        expected = {name.encode() for name in module_facts(source).binds}
        assert seen == expected, path


def test_mentions_of_functions_are_those_that_cpython_sees() -> None:
    for path, source in sample(120):
        seen = [part for part in native.parts(source) if part[0] == "function"]
        functions = module_facts(source).functions
        assert len(seen) == len(functions)
        for function, found in zip(functions, seen, strict=True):
            if found[1] & READS_NAMES:  # as those do that need normalization
                continue
            for name, bits in mentions(function).items():
                assert found[6].get(name.encode(), 0) & bits == bits, (path, function.name, name)


def tokens_of(source: bytes) -> list[tokenize.TokenInfo]:
    return list(tokenize.tokenize(io.BytesIO(source).readline))[1:]  # without the encoding


def spread_out(text: str, dice: random.Random) -> str:
    """The same tokens with other layout: comments, blank lines, broken brackets."""
    lines = text.splitlines(keepends=True)
    depth = strings = 0
    inserts: dict[int, str] = {}
    breaks: list[tuple[int, int]] = []
    for token in tokens_of(text.encode()):
        kind = tokenize.tok_name[token.type]  # of an f-string from 3.12 on
        strings += (kind == "FSTRING_START") - (kind == "FSTRING_END")
        if token.type == tokenize.OP and strings == 0:
            depth += (token.string in "([{") - (token.string in ")]}")
            if depth > 0 and token.string != "." and dice.random() < 0.2:
                breaks.append(token.end)
        if token.type == tokenize.NEWLINE and dice.random() < 0.2:
            inserts[token.end[0]] = dice.choice(["\n", "# comment ' (\n", "      # deep\n"])
    for row, column in reversed(breaks):
        line = lines[row - 1]
        lines[row - 1] = (
            f"{line[:column]}{dice.choice([' ', chr(10), '  # (' + chr(10)])}{line[column:]}"
        )
    return "".join(line + inserts.get(row, "") for row, line in enumerate(lines, 1))


def test_layout_and_comments_change_nothing_but_lines() -> None:
    dice = random.Random(1)
    seen = 0
    for path, source in sample(40):
        text = source.decode(errors="replace")
        if not text.isascii() or "\f" in text or "\\\n" in text:
            continue
        other = spread_out(text, dice).encode()
        assert meaning(source) == meaning(other), path
        assert differing(source, other).keys() <= {"line"}, path
        seen += 1
    assert seen > 10


def mutated(token: tokenize.TokenInfo) -> str | None:
    """Another token that may stand in its place."""
    if token.type == tokenize.NUMBER:
        return f"0x1{len(token.string)}"
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        return token.string + "_x"
    if token.type == tokenize.STRING and token.string[-3:] not in {'"""', "'''"}:
        return f"{token.string[:-1]} x{token.string[-1]}"
    return {"+": "-", "==": "!=", "<": ">", "and": "or", "True": "False"}.get(token.string)


def with_token(source: bytes, token: tokenize.TokenInfo, text: str) -> bytes:
    lines = source.decode().splitlines(keepends=True)
    row, (begin, end) = token.start[0] - 1, (token.start[1], token.end[1])
    lines[row] = lines[row][:begin] + text + lines[row][end:]
    return "".join(lines).encode()


def changes(count: int, per_file: int) -> Iterator[tuple[Path, bytes, bytes, tokenize.TokenInfo]]:
    """Sources with one token that is another one, and where it stands."""
    dice = random.Random(2)
    for path, source in sample(count, 40_000):
        if not source.isascii() or b"\f" in source or b"\r" in source:
            continue
        tokens = [token for token in tokens_of(source) if token.type not in LAYOUT]
        for token in dice.sample(tokens, min(per_file, len(tokens))):
            if token.start[0] == token.end[0] and (text := mutated(token)) is not None:
                yield path, source, with_token(source, token, text), token


def test_no_token_changes_unnoticed() -> None:
    for path, old, new, token in changes(40, 6):
        try:
            same = meaning(old) == meaning(new)
        except SyntaxError:
            continue
        found = differing(old, new)
        assert same or found.keys() & (REPORTS | {"doc"}), (path, token)


def body_lines(function: Function) -> range:
    """The lines of a function's body behind its docstring; none where they have others too."""
    documented = ast.get_docstring(function, clean=False) is not None
    body = function.body[documented:]
    before = [
        function.args,
        function.returns,
        *function.decorator_list,
        *function.body[:documented],
    ]
    last_before = (
        max(getattr(node, "end_lineno", 0) for part in before if part for node in ast.walk(part))
        if any(before)
        else 0
    )
    if not body or body[0].lineno <= max(function.lineno, last_before):
        return range(0)
    return range(body[0].lineno, (function.end_lineno or 0) + 1)


def test_a_token_of_a_body_changes_that_function_alone() -> None:
    seen = 0
    for path, old, new, token in changes(60, 12):
        functions = module_facts(old).functions
        around = [each for each in functions if token.start[0] in body_lines(each)]
        if len(around) != 1:
            continue
        names = [
            name
            for kind, flags, first, last, name, *_ in native.parts(old)
            if kind == "function" and first <= token.start[0] <= last and not flags & DECORATED
        ]
        if len(names) != 1:
            continue
        found = differing(old, new)
        assert found.keys() == {"functions", "bodies"}, (path, token, found)
        assert found["functions"] == names, (path, token)
        seen += 1
    assert seen > 50


def test_a_docstring_changes_alone() -> None:
    seen = 0
    for path, source in sample(40):
        names = [part[4] for part in native.parts(source)]
        acting = [part[4] for part in native.parts(source) if part[1] & ACTS]
        lines = source.splitlines(keepends=True)
        for function in module_facts(source).functions:
            at = function.body[0].lineno - 1
            if ast.get_docstring(function) is None or b'"""' not in lines[at]:
                continue
            other = [*lines[:at], lines[at].replace(b'"""', b'"""More. ', 1), *lines[at + 1 :]]
            found = differing(source, b"".join(other))
            name = found["doc"][0]
            if names.count(name) > 1:
                continue
            assert (found.keys() == {"doc"}) == (name not in acting), path
            seen += 1
    assert seen > 100


LINE_EDITS = ("delete", "double", "swap", "indent", "dedent")


def edited(source: bytes, edit: str, at: int) -> bytes:
    lines = source.splitlines(keepends=True)
    at %= max(1, len(lines) - 1)
    if edit == "delete":
        del lines[at]
    elif edit == "double":
        lines.insert(at, lines[at])
    elif edit == "swap":
        lines[at : at + 2] = reversed(lines[at : at + 2])
    elif edit == "indent":
        lines[at] = b" " + lines[at]
    else:
        lines[at] = lines[at].removeprefix(b"    ")
    return b"".join(lines)


def check_noticed(old: bytes, new: bytes) -> None:
    try:
        same = meaning(old) == meaning(new)
    except (SyntaxError, ValueError, MemoryError):
        return
    found = differing(old, new)
    order_alone = found.keys() <= {"line"}
    assert same or not order_alone or is_reordered(old, new), found


def is_reordered(old: bytes, new: bytes) -> bool:
    """Whether all that differs is the order of statements of the module that bind names."""
    was, now = (sorted(ast.dump(node) for node in ast.parse(each).body) for each in (old, new))
    return was == now


@pytest.mark.parametrize("edit", LINE_EDITS)
def test_no_line_changes_unnoticed(edit: str) -> None:
    dice = random.Random(3)
    for _, source in sample(40, 30_000):
        for _ in range(3):
            check_noticed(source, edited(source, edit, dice.randrange(1 << 30)))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(modules(), st.sampled_from(LINE_EDITS), st.integers(0, 1000))
def test_no_line_of_nasty_modules_changes_unnoticed(source: bytes, edit: str, at: int) -> None:
    assert differing(source, source) == {}
    check_noticed(source, edited(source, edit, at))
    check_noticed(edited(source, edit, at), source)


def test_a_file_that_is_gone_has_changed_in_all() -> None:
    source = b"A = 1\ndef f(): pass\n"
    delta = native.compare_parts(source, None)
    assert delta["functions"] == [b"f"]
    assert delta["names"] == [b"A", b"f"]
    assert delta["effect"][2]
