"""What differs between the files of a git revision and those that are there now.

git is asked in its own words that do not change between versions. Nothing is
written: no index is refreshed, no file touched.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from typing import TYPE_CHECKING, Final

from pytest_dxpy.errors import TreeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

OPTION: Final = "--dx-affected"

# Set by git for its hooks. An index of its own, or a folder above, is not what a run of tests
# is about: that is the files as they lie there.
_OF_HOOKS: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
# Folders of what is installed: no part of the tree, and large.
_INSTALLED: Final = ("site-packages", "dist-packages", "node_modules")
# What a run makes, and no test depends on; as native/impact has it for listings.
_CACHES: Final = (b"__pycache__", b".hypothesis")
_UNCHANGED: Final = ("--no-ext-diff", "--no-textconv", "--no-relative", "--no-renames")


@dataclasses.dataclass(frozen=True)
class Difference:
    """What lies between a revision and the files of now. Paths are relative to ``top``."""

    top: bytes  # absolute, without symbolic links
    revision: str  # what was named
    base: str  # the commit that is compared with
    changed: list[bytes]  # sorted; files, submodules, folders that are repositories of others
    files: list[bytes]  # all that are there, ignored ones too

    def old(self, paths: Sequence[bytes]) -> dict[bytes, bytes]:
        """What files held in the revision; those that it had."""
        asked = b"".join(b"%s:%s\n" % (self.base.encode(), path) for path in paths)
        output = _Git(os.fsdecode(self.top), self.revision).ask(["cat-file", "--batch"], asked)
        found: dict[bytes, bytes] = {}
        for path in paths:
            head, _, output = output.partition(b"\n")
            if head.endswith(b" missing"):
                continue
            size = int(head.rsplit(b" ", 1)[1])
            found[path], output = output[:size], output[size + 1 :]
        return found


def compare(folder: Path, revision: str) -> Difference:
    """Compare the files of the repository around a folder with a revision.

    Args:
        folder: in a working tree.
        revision: what git understands; compared is its merge base with HEAD.

    Raises:
        TreeError: git, the repository, the revision or the merge base is not there.
    """
    git = _Git(str(folder), revision)
    top = git.top()
    git = _Git(os.fsdecode(top), revision)
    base = git.base()
    untracked = _paths(git.ask(["ls-files", "-z", "--others", "--exclude-standard"]))
    hidden = [f"--exclude={name}/" for name in _INSTALLED]
    others = _paths(git.ask(["ls-files", "-z", "--others", *hidden]))
    tracked, unwatched = git.tracked(top)
    diff = ["diff", "--name-only", "-z", *_UNCHANGED, "--ignore-submodules=none", base, "--"]
    changed = {*_paths(git.ask(diff)), *(path for path in untracked if not _is_cache(path))}
    return Difference(
        os.path.realpath(top), revision, base, sorted(changed | unwatched), [*tracked, *others]
    )


def _paths(output: bytes) -> list[bytes]:
    return [path for path in output.split(b"\0") if path]


def _is_cache(path: bytes) -> bool:
    return path.endswith(b".pyc") or any(
        part in _CACHES
        or part.startswith(b".coverage")
        or (part.startswith(b".") and part.endswith(b"_cache"))
        for part in path.split(b"/")
    )


class _Git:
    """Asks git about one working tree, for one revision."""

    def __init__(self, folder: str, revision: str) -> None:
        self._folder = folder
        self._revision = revision

    def _run(self, words: Sequence[str], text: bytes = b"") -> tuple[int, bytes, str]:
        """Exit code, output, and the last line of what git says is wrong."""
        import subprocess  # noqa: PLC0415  # most runs ask nobody

        program = shutil.which("git")
        if program is None:
            raise TreeError(
                f"{OPTION}: 'git' is not on PATH, and '{self._revision}' is one of its revisions",
                hint=f"install it; '{OPTION}' without a revision needs none",
            )
        kept = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
        done = subprocess.run(
            [program, "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *words],
            cwd=self._folder,
            env={**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
            input=text,
            capture_output=True,
            check=False,
        )
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return done.returncode, done.stdout, said[0] if said else ""

    def ask(self, words: Sequence[str], text: bytes = b"") -> bytes:
        """What git answers."""
        code, output, said = self._run(words, text)
        if code != 0:
            raise TreeError(
                f"{OPTION}: 'git {words[0]}' fails in {self._folder}: {said or code}",
                hint=f"git has to say what differs from '{self._revision}'; try it by hand",
            )
        return output

    def top(self) -> bytes:
        """The working tree's own folder."""
        code, output, said = self._run(["rev-parse", "--show-toplevel"])
        if code == 0 and output.strip():
            return output.removesuffix(b"\n")
        if code == 0 or "not a git repository" in said or "must be run in a work tree" in said:
            raise TreeError(
                f"{OPTION}: {self._folder} is in no git repository, which would have "
                f"'{self._revision}'",
                hint=f"'{OPTION}' without a revision needs none",
            )
        raise TreeError(
            f"{OPTION}: git does not read the repository of {self._folder}: {said}",
            hint="git has to know the repository; try 'git status' there",
        )

    def _commit(self, name: str) -> str:
        words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"]
        code, output, _ = self._run(words)
        return output.decode().strip() if code == 0 else ""

    def base(self) -> str:
        """The commit to compare with."""
        named = self._commit(self._revision)
        if not named:
            raise TreeError(
                f"{OPTION}: '{self._revision}' is no commit of {self._folder}",
                hint=self._nearest(),
            )
        if not self._commit("HEAD"):
            raise TreeError(
                f"{OPTION}: HEAD of {self._folder} is no commit that '{self._revision}' could "
                "be compared with",
                hint="commit something, or check a branch out",
            )
        code, output, _ = self._run(["merge-base", named, "HEAD"])
        if code == 0:
            return output.decode().strip()
        shallow = self.ask(["rev-parse", "--is-shallow-repository"]).strip() == b"true"
        raise TreeError(
            f"{OPTION}: '{self._revision}' and HEAD have no commit in common in "
            f"{self._folder}" + (", which is a shallow clone" if shallow else ""),
            hint="fetch more of the history: 'git fetch --unshallow', or 'fetch-depth: 0' in CI"
            if shallow
            else "name a revision that HEAD comes from",
        )

    def _nearest(self) -> str:
        import difflib  # noqa: PLC0415  # only where a user has mistyped

        names = self.ask(["for-each-ref", "--format=%(refname:short)"])
        close = difflib.get_close_matches(self._revision, names.decode(errors="replace").split())
        if close:
            return f"did you mean '{close[0]}'?"
        return "fetch it, or use a branch, tag or commit that 'git log' shows"

    def tracked(self, top: bytes) -> tuple[list[bytes], set[bytes]]:
        """Files that git tracks, and those among them at which it was told not to look."""
        output = self.ask(["ls-files", "-z", "-v", "--recurse-submodules"])
        found = list(_flagged(output))
        there = [path for _, path in found if os.path.lexists(os.path.join(top, path))]  # noqa: PTH118
        unwatched = {path for flag, path in found if flag.islower() or flag == b"S"}
        return there, unwatched.intersection(there)


def _flagged(output: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(flag, path) of each file."""
    for line in _paths(output):
        yield line[:1], line[2:]
