"""Why a test is selected or need not run: for a user, or a program, to read.

docs/affected.md describes what is printed; the fields of the JSON stay as they are
as long as ``VERSION`` does.
"""

from __future__ import annotations

import difflib
import json
import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_dxpy import native

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pytest_dxpy.impact import Judged, JudgedFile

VERSION: Final = 1
FINGERPRINT_DIGITS: Final = 12  # in texts; JSON has all
COMMIT_DIGITS: Final = 10
MOST_FILES: Final = 20  # of one test
MOST_FUNCTIONS: Final = 8  # of one source
ARROW: Final = " -> "
STEP: Final = re.compile(r"(.+?):(\d+)(?:-(\d+))?(?:: (.*?))?( \(gone\))?")
# What DependencyKind calls them, and how many there are of them.
KINDS: Final = (
    ("file", "file", "files"),
    ("path", "path that is there", "paths that are there"),
    ("listing", "folder", "folders"),
    ("missing", "name that is not there", "names that are not there"),
    ("memory", "cache that others may have filled", "caches that others may have filled"),
    ("value", "setting", "settings"),
)


class Result(NamedTuple):
    """How a test ended in one run."""

    passed: bool
    when: int  # seconds since 1970
    seconds: float
    worker: str
    dependencies: bytes
    host: str  # empty, as the next two: not known
    branch: str
    commit: str

    def __str__(self) -> str:
        ended = "passed" if self.passed else "failed"
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.when))
        text = f"{ended} {when} in {self.seconds:.2f} s, {self.worker}"
        if self.host:
            text += f" on {self.host}"
        where = " ".join(part for part in (self.branch, self.commit[:COMMIT_DIGITS]) if part)
        return f"{text}, at {where}" if where else text

    def as_json(self) -> dict[str, Any]:
        """What a program reads of it."""
        data = self._asdict()
        data["fingerprint"] = data.pop("dependencies").hex()
        return data


class Explainer:
    """Tells what was judged."""

    def __init__(
        self,
        store: native.ImpactStore,
        files: Mapping[str, JudgedFile],
        *,
        left_out: Collection[str] | None = None,
        ran: Iterable[str] = (),
    ) -> None:
        """Tell of a run, or of none.

        Args:
            store: of the project.
            files: that were judged, by path.
            left_out: node ids of tests that did not run; None: there was no run.
            ran: node ids of tests that did.
        """
        self._store = store
        self._files = list(files.values())
        self._left_out = left_out
        self._tests = {test.node_id: (test, file) for file in self._files for test in file.tests}
        self._new = [node_id for node_id in ran if node_id not in self._tests]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was judged."""
        return not self._files

    def results(self, node_id: str) -> list[Result]:
        """What is known of a test, the newest first."""
        return [
            Result(passed, when, seconds, f"gw{worker}", dependencies, *_texts(origin))
            for passed, when, seconds, worker, dependencies, origin in self._store.results(
                native.encode_id(node_id)
            )
        ]

    def short(self) -> list[str]:
        """Why each test was selected, one a line."""
        lines = []
        for file in self._files:
            if file.must_collect:
                lines.append(f"{file.path}: {ARROW.join(file.why)}")
            lines += [
                f"{test.node_id}: {ARROW.join(test.chain)}" for test in file.tests if test.affected
            ]
        return lines

    # All about one.

    def about(self, node_id: str) -> list[str]:
        """All about a test, or about each one of a file, a class, or a function."""
        found = [one for one in [*self._tests, *self._new] if _is_at(one, node_id)]
        return [line for one in found for line in self._all_about(one)]

    def nearest(self, node_id: str) -> str:
        """The id that was meant where there is none such; empty where none is near."""
        all_ids = [*self._tests, *self._new]
        file = f"{node_id.partition('::')[0]}::"
        # Paths are long: in one file only what follows them tells ids apart.
        names = [one.removeprefix(file) for one in all_ids if one.startswith(file)]
        if names:
            close = difflib.get_close_matches(node_id.removeprefix(file), names, n=1)
            return f"{file}{close[0]}" if close else ""
        close = difflib.get_close_matches(node_id, all_ids, n=1)
        return close[0] if close else ""

    def _all_about(self, node_id: str) -> list[str]:
        if node_id not in self._tests:
            return [f"{node_id}: selected", "  why: nothing is known of it"]
        test, file = self._tests[node_id]
        results = self.results(node_id)
        if test.affected:
            lines = [f"{node_id}: selected", f"  why: {ARROW.join([*test.chain, node_id])}"]
            lines += [f"  last: {result}" for result in results[:1]]
            basis = results[0].dependencies if results else b""
        else:
            ran = self._left_out is not None and node_id not in self._left_out
            lines = [f"{node_id}: unaffected{', and ran with its file' if ran else ''}"]
            lines.append(f"  witness: {_short(test.witness)}, {self._witness(test, results)}")
            basis = test.witness
        if file.must_collect:
            lines.append(f"  its file is imported: {ARROW.join(file.why)}")
        return lines + (self._dependencies(basis) if basis else [])

    @staticmethod
    def _witness(test: Judged, results: list[Result]) -> Result | str:
        """Under which it passed."""
        for result in results:
            if result.passed and (result.dependencies, result.when) == (test.witness, test.when):
                return result
        return "whose run is not known any more"

    def _dependencies(self, fingerprint: bytes) -> list[str]:
        sources, others, is_whole = self._store.dependencies(fingerprint)
        functions = sum(len(names) for _, names in sources)
        counts = [
            _count(functions, "function", "functions"),
            _count(len(sources), "source", "sources"),
        ]
        for kind, one, many in KINDS:
            number = sum(kind == other for other, _ in others)
            counts += [_count(number, one, many)] if number else []
        if any(kind == "tree" for kind, _ in others):
            counts.append("every file of the project")
        lines = [
            f"  depends on: {', '.join(counts)}{'' if is_whole else ', and what is not known'}"
        ]
        for name, names in sources[:MOST_FILES]:
            ran = [one.decode(errors="replace") for one in names]
            more = f" and {len(ran) - MOST_FUNCTIONS} more" if len(ran) > MOST_FUNCTIONS else ""
            listed = f": {', '.join(ran[:MOST_FUNCTIONS])}{more}" if ran else ""
            lines.append(f"    {name.decode(errors='replace')}{listed}")
        if len(sources) > MOST_FILES:
            lines.append(f"    and {len(sources) - MOST_FILES} more sources")
        files = [name.decode(errors="replace") for kind, name in others if kind == "file"]
        lines += [f"    {name}" for name in files[:MOST_FILES]]
        if len(files) > MOST_FILES:
            lines.append(f"    and {len(files) - MOST_FILES} more files")
        return lines

    # For programs.

    def document(self) -> dict[str, Any]:
        """All of it."""
        return {
            "dx_explain": VERSION,
            "files": [
                {
                    "path": file.path,
                    "must_collect": file.must_collect,
                    "why": [_step(text) for text in file.why],
                }
                for file in self._files
            ],
            "tests": [
                *(self._as_json(test, file.path) for test, file in self._tests.values()),
                *(_unknown(node_id) for node_id in self._new),
            ],
        }

    def _as_json(self, test: Judged, path: str) -> dict[str, Any]:
        results = self.results(test.node_id)
        witness = self._witness(test, results) if not test.affected else ""
        return {
            "id": test.node_id,
            "file": path,
            "affected": test.affected,
            "left_out": self._left_out is not None and test.node_id in self._left_out,
            "chain": [_step(text) for text in test.chain],
            "witness": witness.as_json() if isinstance(witness, Result) else None,
            "last": results[0].as_json() if results else None,
        }


def lines(explainer: Explainer, what: str) -> list[str]:
    """What ``--dx-explain`` prints.

    Args:
        explainer: of the run.
        what: ``yes``, ``json``, or a node id.
    """
    if what == "yes":
        return explainer.short()
    if what == "json":
        return [json.dumps(explainer.document())]
    if found := explainer.about(what):
        return found
    near = explainer.nearest(what)
    hint = f"; did you mean {near!r}?" if near else ""
    if explainer.is_empty:
        hint = "; it goes with --dx-affected"
    return [f"dxpy: --dx-explain: no test {what!r} was met{hint}"]


def _unknown(node_id: str) -> dict[str, Any]:
    return {
        "id": node_id,
        "file": node_id.partition("::")[0],
        "affected": True,
        "left_out": False,
        "chain": [_step("nothing is known of it")],
        "witness": None,
        "last": None,
    }


def _texts(origin: tuple[bytes, bytes, bytes] | None) -> list[str]:
    return [text.decode(errors="replace") for text in origin or (b"", b"", b"")]


def _is_at(node_id: str, given: str) -> bool:
    """Whether a test is the given one, or one of the given file, class, or function."""
    return node_id == given or node_id.startswith((f"{given}::", f"{given}["))


def _short(fingerprint: bytes) -> str:
    return fingerprint.hex()[:FINGERPRINT_DIGITS]


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _step(text: str) -> dict[str, Any]:
    """A step of a chain in its parts; of one that is no place in a file only the text."""
    found = STEP.fullmatch(text)
    if found is None:
        nothing = dict.fromkeys(("path", "line", "last_line", "name"))
        return {"text": text, **nothing, "gone": False}
    path, line, last_line, name, gone = found.groups()
    return {
        "text": text,
        "path": path,
        "line": int(line),
        "last_line": int(last_line or line),
        "name": name or "",
        "gone": bool(gone),
    }
