"""native.walk against pytest itself, which collects the same generated trees.

pytest builds its directory and file nodes as ever; only the last step, looking
into a file, is left out, so nothing is imported.
"""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import tempfile
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import _pytest.config
import pytest
from _pytest.pathlib import fnmatch_ex
from hypothesis import HealthCheck, Phase, assume, event, example, given, settings
from hypothesis import strategies as st

from pytest_dxpy import native

pytestmark = pytest.mark.usefixtures("only_pytest")

# Overlapping arguments are pytest 9's to sort out; pytest 8 loses some of their tests.
OVERLAPS = pytest.version_tuple >= (9,)
LONG = b"x" * 300  # as the target of a link: ENAMETOOLONG, which fails the directory

# pytest's own plugins that have no say in what is collected; without them a run
# starts in a few milliseconds and leaves this process as it was.
SWITCHED_OFF = (
    "assertion cacheprovider capture debugging faulthandler junitxml legacypath logging "
    "monkeypatch pastebin recwarn reports setuponly setupplan skipping stepwise subtests "
    "terminal threadexception tmpdir unittest unraisableexception warnings"
)
QUIET = [
    "--noconftest",
    "--import-mode=importlib",
    *(f"-pno:{name}" for name in SWITCHED_OFF.split()),
]


@dataclasses.dataclass(frozen=True)
class Link:
    """A symbolic link in a tree."""

    target: bytes


Tree = dict[bytes, "Tree | Link | None"]  # None: an empty file


@dataclasses.dataclass(frozen=True)
class Rules:
    """What a run is configured with; "{}" in a pattern stands for the tree's path."""

    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    norecursedirs: tuple[str, ...] = (".*", "build", "dist", "*.egg", "{{arch}}")
    ignore: tuple[str, ...] = ()
    ignore_glob: tuple[str, ...] = ()
    doctest_modules: bool = False
    collect_in_virtualenv: bool = False
    keep_duplicates: bool = False

    def at(self, root: Path) -> Rules:
        """These rules with the tree's path filled in."""

        def fill(patterns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(pattern.format(root) for pattern in patterns)

        return dataclasses.replace(
            self,
            python_files=fill(self.python_files),
            norecursedirs=fill(self.norecursedirs),
            ignore=fill(self.ignore),
            ignore_glob=fill(self.ignore_glob),
        )


@dataclasses.dataclass
class Collected:
    """What was found: files in order, conftests, directories that failed."""

    files: list[bytes] = dataclasses.field(default_factory=list)
    conftests: set[bytes] = dataclasses.field(default_factory=set)
    failed: set[bytes] = dataclasses.field(default_factory=set)


class Recorder:
    """A plugin that notes what is collected and looks into no file."""

    def __init__(self, roots: list[Path]) -> None:
        self.roots = roots
        self.collected = Collected()
        self._last: tuple[type, Path] | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        if isinstance(collector, pytest.File):
            self._note_file(collector)
            collector.collect = list  # type: ignore[method-assign]
        report = yield
        if isinstance(collector, pytest.Directory) and self._is_walked(collector.path):
            self._note_directory(collector.path, failed=report.failed)
        return report

    def _note_file(self, collector: pytest.File) -> None:
        # With --doctest-modules a file has two collectors of different types, one
        # after the other; that is one file all the same.
        this = (type(collector), collector.path)
        if self._last and self._last[1] == this[1] and self._last[0] != this[0]:
            self._last = None
            return
        self.collected.files.append(os.fsencode(collector.path))
        self._last = this

    def _is_walked(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self.roots if root.is_dir())

    def _note_directory(self, path: Path, *, failed: bool) -> None:
        conftest = path / "conftest.py"
        if os.path.isfile(conftest):  # noqa: PTH113 - never raises
            self.collected.conftests.add(os.fsencode(conftest))
        if failed:
            self.collected.failed.add(os.fsencode(path))


def collect_with_pytest(root: Path, roots: list[Path], rules: Rules) -> Collected:
    args = [*QUIET, f"-c{root / 'pytest.ini'}", f"--rootdir={root}"]
    args += [
        f"-opython_files={shlex.join(rules.python_files)}",
        f"-onorecursedirs={shlex.join(rules.norecursedirs)}",
    ]
    args += [f"--ignore={path}" for path in rules.ignore]
    args += [f"--ignore-glob={pattern}" for pattern in rules.ignore_glob]
    args += ["--doctest-modules"] * rules.doctest_modules
    args += ["--collect-in-virtualenv"] * rules.collect_in_virtualenv
    args += ["--keep-duplicates"] * rules.keep_duplicates
    recorder = Recorder(roots)
    config = _pytest.config._prepareconfig([*args, *map(str, roots)], [recorder])
    try:
        pytest.Session.from_config(config).perform_collect()
    finally:
        config._ensure_unconfigure()
    return recorder.collected


def encode(values: tuple[str, ...]) -> list[bytes]:
    return [os.fsencode(value) for value in values]


def collect_natively(roots: list[Path], rules: Rules) -> Collected:
    files, conftests, problems = native.walk(
        [os.fsencode(root) for root in roots],
        python_files=encode(rules.python_files),
        norecursedirs=encode(rules.norecursedirs),
        ignore=encode(rules.ignore),
        ignore_glob=encode(rules.ignore_glob),
        doctest_globs=[b"test*.txt"],
        doctest_modules=rules.doctest_modules,
        collect_in_virtualenv=rules.collect_in_virtualenv,
        keep_duplicates=rules.keep_duplicates,
    )
    for path, root, size_bytes, mtime_ns in files:
        stat = Path(os.fsdecode(path)).stat()
        assert (size_bytes, mtime_ns) == (stat.st_size, stat.st_mtime_ns)
        assert Path(os.fsdecode(path)).is_relative_to(roots[root])
    failed = {os.fsencode(problem.removesuffix(": File name too long")) for problem in problems}
    return Collected([path for path, *_ in files], set(conftests), failed)


# --- trees


def build(tree: Tree, at: bytes) -> None:
    for name, node in tree.items():
        path = os.path.join(at, name)  # noqa: PTH118 - pathlib has no bytes
        if isinstance(node, dict):
            os.mkdir(path)  # noqa: PTH102
            build(node, path)
        elif isinstance(node, Link):
            Path(os.fsdecode(path)).symlink_to(os.fsdecode(node.target))
        else:
            text = b"import setuptools\n" if name == b"setup.py" and len(tree) > 1 else b""
            Path(os.fsdecode(path)).write_bytes(text)


@contextmanager
def built(tree: Tree) -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="walk-")).resolve()
    # Links lead up to two folders above the tree: there is nothing else to walk there.
    root = base / "1" / "2" / "tree"
    root.mkdir(parents=True)
    try:
        build({**tree, b"pytest.ini": None}, os.fsencode(root))
        yield root
    finally:
        shutil.rmtree(base)


def without_hard_links(tree: Tree, loops: list[bytes]) -> Tree:
    """The tree with a file in place of each link that pytest gets lost with.

    Of two loops it makes 2**40 paths. And an __init__.py that cannot be looked at
    fails the directory above, but only before Python 3.14.
    """
    kept: Tree = {}
    for name, node in tree.items():
        kept[name] = node
        if isinstance(node, dict):
            kept[name] = without_hard_links(node, loops)
        elif isinstance(node, Link) and (
            not node.target.endswith((b".py", LONG)) or tree.get(node.target) is not None
        ):
            kept[name] = None if loops else node
            loops.append(name)
        elif isinstance(node, Link) and name == b"__init__.py" and node.target == LONG:
            kept[name] = None
    return kept


TEST_NAMES = [b"test_a.py", b"test_b.py", b"b_test.py", b"test_a.txt", b"test_.py"]
FILE_NAMES = [
    *(b"__init__.py", b"conftest.py", b"a.py", b".py", b"TEST_A.py", b"test_a.pyc", b"test a.py"),
    *(b"test_[x].py", b"test_\n.py", b"-test_.py", b"test_::.py", b"setup.py", b"__main__.py"),
    *(b"pyvenv.cfg", b"history", b"README.rst", b"test_\xff.py", b"test_\xed\xa0\x80.py"),
    *("test_é.py".encode(), "test_\ud55c.py".encode(), "test_\uff21\U0001f600.py".encode()),
]
DIRECTORY_NAMES = [
    *(b"a", b"b", b"pkg", b"tests", b".hidden", b"build", b"x.egg", b"{arch}", b"__pycache__"),
    *(b"conda-meta", b"a b", b"[d]", b"\xfe", "é".encode(), b"test_d.py", b"test_d", b"B"),
]
ODD_NAMES = st.binary(min_size=1, max_size=3).filter(
    lambda name: not {0, ord("/")} & set(name) and name not in (b".", b"..")
)
NAMES = st.one_of(
    st.sampled_from(TEST_NAMES),
    st.sampled_from(FILE_NAMES),
    st.sampled_from(DIRECTORY_NAMES),
    ODD_NAMES,
    ODD_NAMES.map(lambda name: b"test_" + name + b".py"),
)
LINKS = [b".", b"..", b"a", b"../b", b"../../pkg", b"test_a.py", b"a.py", b"gone", LONG]
SPECIAL: list[Tree] = [
    {b"pyvenv.cfg": None, b"test_v.py": None, b"conftest.py": None},
    {b"conda-meta": {b"history": None, b"test_h.py": None}, b"test_c.py": None},
    {b"__init__.py": None, b"!.py": None, b"test_p.py": None, b"Sub": {b"test_s.py": None}},
    {b"setup.py": None, b"__main__.py": None, b"a.py": None},
]
NODES: st.SearchStrategy[Tree | Link | None] = st.recursive(
    st.sampled_from([*[None] * 20, *map(Link, LINKS), *SPECIAL]),
    lambda nodes: st.dictionaries(NAMES, nodes, min_size=1, max_size=6),
    max_leaves=14,
)
TREES = st.dictionaries(NAMES, NODES, min_size=1, max_size=7).map(
    lambda tree: without_hard_links(tree, [])
)


# --- rules

PATTERNS = st.sampled_from(
    ["*", "?", "a*", "[!a]*", "test_?.py", "*.py", "[a-b]*", "a/*", "pkg/b", "*/a/*", "{}/*",
     "{}/a", "{}/*/b*", "é", "*\udcff*", "test_[[]*", "B", ".*", "build", "conda-meta"]
)  # fmt: skip
PATHS = st.lists(st.sampled_from([*TEST_NAMES, *DIRECTORY_NAMES]), min_size=1, max_size=3).map(
    lambda names: "/".join(["{}", *(os.fsdecode(n.replace(b"{arch}", b"{{arch}}")) for n in names)])
)


def few(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, max_size=3).map(tuple)


RULES = st.builds(
    Rules,
    python_files=st.one_of(st.just(Rules.python_files), st.just(("*.py",)), few(PATTERNS)),
    norecursedirs=st.one_of(st.just(Rules.norecursedirs), st.just(()), few(PATTERNS)),
    ignore=st.one_of(st.just(()), few(PATHS)),
    ignore_glob=st.one_of(st.just(()), few(PATTERNS.map(lambda p: "{}/" + p.replace("{}/", "")))),
    doctest_modules=st.integers(0, 2).map(lambda n: n == 0),
    collect_in_virtualenv=st.integers(0, 3).map(lambda n: n == 0),
    keep_duplicates=st.integers(0, 3).map(lambda n: n == 0) if OVERLAPS else st.just(False),
)


def possible_roots(root: Path) -> list[Path]:
    """What of the tree pytest accepts as an argument, at most four names deep."""
    found = [root]
    for directory, directories, files in os.walk(root, followlinks=True):
        here = Path(directory)
        if len(here.relative_to(root).parts) > 2:
            directories.clear()
        found += [here / name for name in sorted(directories)]
        found += [
            here / name
            for name in sorted(files)
            if (here / name).suffix in (".py", ".txt", ".rst") and os.path.isfile(here / name)  # noqa: PTH113 - never raises
        ]
    return [p for p in found if "[" not in str(p) and "::" not in str(p)]


def draw_roots(data: st.DataObject, root: Path) -> list[Path]:
    some = st.lists(st.sampled_from(possible_roots(root)), min_size=1, max_size=4)
    roots = data.draw(st.one_of(st.just([root]), some))
    if not OVERLAPS:
        assume(sum(a.is_relative_to(b) for a in roots for b in roots) == len(roots))
    return roots


SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # trees are small; to shrink them takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@settings(SETTINGS, max_examples=200)
@given(TREES, RULES, st.data())
def test_walk_finds_what_pytest_collects_in_its_order(
    tree: Tree, rules: Rules, data: st.DataObject
) -> None:
    with built(tree) as root:
        roots = draw_roots(data, root)
        try:
            expected = collect_with_pytest(root, roots, rules.at(root))
        except (pytest.UsageError, OSError):
            event("pytest gives up")  # on an argument below a directory that fails
            assume(False)
        event(f"files: {min(len(expected.files), 3)}")
        assert collect_natively(roots, rules.at(root)) == expected


NAMED = [
    *(b"a", b"b", b"c", b"d", b"-", b"^", b"[", b"]", b"!", b"&", b"|", b"~", b"\\", b"*", b" "),
    *(b"ab", b"a-b", b"ba", b"[a]", b"abcd", b"\xff", b"\xff\xfe", "é".encode(), "éa".encode()),
    *(b"a.b", b"", b"\xe2\x82", b"\n", b"a\nb", b"!a", b"[]", b"--", b"^a", b"bab", b"a" * 9),
]


@settings(SETTINGS, max_examples=3000)
@given(st.text("abcd-^[]!&|~\\*?é\udcff./", max_size=9))
@example("[b-a!-c]*")
@example("[!b-a]*")
def test_patterns_match_as_fnmatch_does(named_files: Path, pattern: str) -> None:
    paths = sorted(named_files.iterdir(), key=lambda path: path.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "possible nested set", of the regular expression
        expected = [path for path in paths if fnmatch_ex(pattern + ".py", path)]
    found = collect_natively([named_files], Rules(python_files=(pattern + ".py",)))
    assert found.files == [os.fsencode(path) for path in expected]


@pytest.fixture(scope="module")
def named_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("named")
    build({name + b"-.py": None for name in NAMED}, os.fsencode(directory))
    return directory


def test_find_text_agrees_with_reading_the_files(tmp_path: Path) -> None:
    texts = [b"", b"PYTEST_XDIST", b"x" * 10_000 + b"PYTEST_XDIST_WORKER", b"PYTEST_XDIS\0T"]
    paths = [tmp_path / f"{i}.py" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    found = native.find_text([*map(os.fsencode, paths), b"/nowhere"], [b"PYTEST_XDIST", b"zzz"])
    assert found == [b"PYTEST_XDIST" in text for text in texts] + [False]
