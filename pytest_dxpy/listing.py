"""What ``dx-py discover`` writes: node ids, JSON, or figures.

A line that does not begin with ``#`` is a node id of a file that is exact, as
``pytest --collect-only -q`` writes it. All that is said of other files stands
behind a ``#``.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from pytest_dxpy.run import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_dxpy.discovery import FoundFile, FoundTest, Reason, Survey

MOST_REASONS: Final = 5  # of one file; the rest is in the JSON


def as_text(survey: Survey, pattern: str) -> bytes:
    """The listing, and how much of it is certain.

    Args:
        survey: what was found.
        pattern: a glob that node ids must match; empty: all do.
    """
    pieces, count = survey.native.listing(os.fsencode(pattern))
    parts: list[str] = []
    dynamic = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            parts.append(os.fsdecode(piece))
            continue
        file = survey.file(piece)
        if may_match(file.path, pattern):
            dynamic += 1
            parts.append("".join(f"# {line}\n" for line in _dynamic(file, pattern)))
    parts.append(f"\n{_summary(count, dynamic)}\n")
    return os.fsencode("".join(parts))


def _summary(count: int, dynamic: int) -> str:
    line = f"{plural(count, 'test')} in exact files"
    if dynamic:
        line += f"; {plural(dynamic, 'dynamic file')}, whose tests only a run can tell"
    return line


def may_match(path: str, pattern: str) -> bool:
    """Whether a node id of this file can match, as far as the pattern has no wildcard."""
    head = pattern
    for wildcard in "*?[":
        head = head.partition(wildcard)[0]
    known = f"{path}::"
    return not pattern or head.startswith(known) or known.startswith(head)


def _dynamic(file: FoundFile, pattern: str) -> Iterator[str]:
    yield f"{file.path} is dynamic: only its import tells its tests, because of"
    for reason in file.reasons[:MOST_REASONS]:
        yield f"    {_place(reason)}{reason} [{reason.kind}]"
    if len(file.reasons) > MOST_REASONS:
        yield f"    and {len(file.reasons) - MOST_REASONS} more, which --json lists"
    for test in _matching(file, pattern):
        yield f"  ? {test.id}"


def _place(reason: Reason) -> str:
    if reason.where:
        return f"{reason.where}:{reason.line}: " if reason.line else f"{reason.where}: "
    return f"line {reason.line}: " if reason.line else ""


def _matching(file: FoundFile, pattern: str) -> list[FoundTest]:
    """The tests of a file whose ids match, or may do so with the parameters they may have."""
    if not pattern:
        return list(file.tests)
    from fnmatch import fnmatchcase  # noqa: PLC0415

    before, bracket, _ = pattern.partition("[")
    with_parameters = f"{before}[[]*" if bracket and not file.exact else pattern
    return [
        test
        for test in file.tests
        if fnmatchcase(test.id, pattern) or fnmatchcase(f"{test.id}[", with_parameters)
    ]


def as_json(survey: Survey, pattern: str, *, stats: bool) -> bytes:
    """One JSON object with all there is to say."""
    files = [survey.file(number) for number in range(len(survey.native))]
    data: dict[str, Any] = {
        "version": 2,
        "rootdir": survey.rootdir,
        "files": [_file(file, pattern) for file in files if may_match(file.path, pattern)],
        "problems": list(survey.problems()),
    }
    if stats:
        data["stats"] = survey.stats()
    return f"{json.dumps(data, indent=1)}\n".encode()


def _file(file: FoundFile, pattern: str) -> dict[str, Any]:
    return {
        "path": file.path,
        "exact": file.exact,
        "reasons": [{**vars(reason), "text": str(reason)} for reason in file.reasons],
        "tests": [
            {"id": test.id, "line": test.line, "marks": [vars(mark) for mark in test.marks]}
            for test in _matching(file, pattern)
        ],
    }


def as_stats(survey: Survey) -> bytes:
    """Figures: files by how they were read and what is known of them, and times."""
    known = survey.stats()
    rows: list[tuple[str, object]] = [
        ("files", known["files"]),
        ("conftests", known["conftests"]),
        ("parsed", known["parsed"]),
        ("from the index", known["from_index"]),
        ("exact", known["exact"]),
        ("dynamic", known["dynamic"]),
        *((f"  {kind}", number) for kind, number in known["reasons"].items()),
        ("ms", f"{sum(known['ms'].values()):.1f}"),
        *((f"  {stage}", f"{ms:.1f}") for stage, ms in known["ms"].items()),
    ]
    lines = [f"{name:24} {value:>8}\n" for name, value in rows]
    lines += [f"# {line}\n" for line in survey.problems()]
    return os.fsencode("".join(lines))
