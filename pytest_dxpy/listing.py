"""What ``dx-py discover`` writes: node ids, JSON, or figures.

A line that does not begin with ``#`` is a node id of a file that is exact, as
``pytest --collect-only -q`` writes it. All that is said of other files stands
behind a ``#``.
"""

from __future__ import annotations

import os

from pytest_dxpy import reasons

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from pytest_dxpy.discovery import FoundFile
    from pytest_dxpy.survey import Survey

MOST_REASONS: Final = 5  # of one file; the rest is in the JSON


def as_text(survey: Survey, pattern: str) -> bytes:
    """The listing, and how much of it is certain.

    Args:
        survey: what was found.
        pattern: a glob that node ids must match; empty: all do.
    """
    pieces, count = survey.native.listing(os.fsencode(pattern))
    parts: list[bytes] = []
    dynamic: set[str] = set()
    for piece in pieces:
        if isinstance(piece, bytes):
            parts.append(piece)
        elif may_match(_path(survey, piece), pattern):
            if _path(survey, piece) not in dynamic:
                parts.append(os.fsencode("".join(_dynamic(survey, piece))))
            dynamic.add(_path(survey, piece))
            parts += [b"#   ? %b\n" % name for name in _names(survey, piece, pattern)]
    parts.append(f"\n{_summary(count, len(dynamic))}\n".encode())
    return b"".join(parts)


def _summary(count: int, dynamic: int) -> str:
    line = f"{count} test{'s' * (count != 1)} in exact files"
    if dynamic:
        line += f"; {dynamic} dynamic file{'s' * (dynamic != 1)}, whose tests only a run can tell"
    return line


def _path(survey: Survey, number: int) -> str:
    return os.fsdecode(survey.native.file(number)[1])


def may_match(path: str, pattern: str) -> bool:
    """Whether a node id of this file can match, as far as the pattern has no wildcard."""
    head = pattern
    for wildcard in "*?[":
        head = head.partition(wildcard)[0]
    known = f"{path}::"
    return not pattern or head.startswith(known) or known.startswith(head)


def _dynamic(survey: Survey, number: int) -> Iterator[str]:
    yield f"# {_path(survey, number)} is dynamic: only its import tells its tests, because of\n"
    doubts = survey.native.doubts(number)
    for kind, detail, line, where in doubts[:MOST_REASONS]:
        text = reasons.words(kind, os.fsdecode(detail))
        yield f"#     {_place(line, os.fsdecode(where))}{text} [{kind}]\n"
    if len(doubts) > MOST_REASONS:
        yield f"#     and {len(doubts) - MOST_REASONS} more, which --json lists\n"


def _names(survey: Survey, number: int, pattern: str) -> list[bytes]:
    """The tests of a dynamic file that are known."""
    names = survey.native.names(number)
    if not pattern:
        return names
    return [name for name in names if matches(os.fsdecode(name), pattern, exact=False)]


def _place(line: int, where: str) -> str:
    if where:
        return f"{where}:{line}: " if line else f"{where}: "
    return f"line {line}: " if line else ""


def matches(node_id: str, pattern: str, *, exact: bool) -> bool:
    """Whether a node id matches, or may do so with the parameters that it may have."""
    if not pattern:
        return True
    from fnmatch import fnmatchcase  # noqa: PLC0415

    before, bracket, _ = pattern.partition("[")
    with_parameters = f"{before}[[]*" if bracket and not exact else pattern
    return fnmatchcase(node_id, pattern) or fnmatchcase(f"{node_id}[", with_parameters)


def as_json(survey: Survey, pattern: str, *, stats: bool) -> bytes:
    """One JSON object with all there is to say."""
    import json  # noqa: PLC0415

    from pytest_dxpy.discovery import file_of  # noqa: PLC0415

    files = [file_of(survey, number) for number in range(len(survey))]
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
            for test in file.tests
            if matches(test.id, pattern, exact=file.exact)
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
