"""``dx-py discover`` against ``pytest --collect-only`` over whole trees, conftests included."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

import pytest_dxpy
from pytest_dxpy.discovery import Discovery
from tests.oracle.facts_judge import run_pytest
from tests.oracle.test_facts import standard_library_tests

pytestmark = pytest.mark.usefixtures("only_pytest")

NAMES = ("alpha", "beta", "gamma", "tmp_path", "tmp_path_factory")
HOOKS = (
    "def pytest_configure(config):\n    config.addinivalue_line('markers', 'slow: is slow')\n",
    "def pytest_collection_modifyitems(items):\n    items.reverse()\n",
    "def pytest_collection_modifyitems(config, items):\n"
    "    if config.getoption('--verbose', 0) > 5: return\n"
    "    for item in items:\n        if 'slow' in item.keywords: item.add_marker('seen')\n",
    "def pytest_collection_modifyitems(items):\n    del items[::2]\n",
    "def pytest_generate_tests(metafunc):\n"
    "    if 'free' in metafunc.fixturenames: metafunc.parametrize('free', [7, 8])\n",
    "collect_ignore = ['test_a1.py', 'a/test_a0.py', 'test_tree1.py']\n",
    "collect_ignore_glob = ['*2.py']\n",
    "def pytest_ignore_collect(collection_path):\n"
    "    return True if collection_path.name.endswith('0.py') else None\n",
    "def pytest_make_parametrize_id(val):\n    return f'made-{val}'\n",
    "def pytest_runtest_setup(item):\n    item.name = 'other'\n",
    "def pytest_itemcollected(item):\n    item.extra_keyword_matches.add('seen')\n",
    "@pytest.hookimpl(tryfirst=True)\ndef pytest_configure(config):\n"
    "    config.option.deselect = ['a/test_a0.py']\n",
)


def fixture(random_: random.Random) -> str:
    arguments = [
        text
        for text, chance in (("params=[1, 2]", 0.15), ("autouse=True", 0.2))
        if random_.random() < chance
    ]
    if random_.random() < 0.2:
        arguments.append(f"scope={random_.choice(('module', 'session'))!r}")
    call = f"({', '.join(arguments)})" if arguments else ""
    name = random_.choice(NAMES[:3] if random_.random() < 0.9 else NAMES)
    asked = random_.sample([other for other in NAMES if other != name], random_.randrange(3))
    asked += ["request"] if random_.random() < 0.2 else []
    asked += [name] if random_.random() < 0.1 else []
    return f"@pytest.fixture{call}\ndef {name}({', '.join(asked)}): pass\n"


def conftest(random_: random.Random) -> str:
    parts = ["import pytest\n"]
    parts += [fixture(random_) for _ in range(random_.randrange(4))]
    if random_.random() < 0.25:
        parts.append(random_.choice(HOOKS))
    if random_.random() < 0.05:
        parts.append("delta = alpha\n" if "def alpha" in "".join(parts) else "")
    return "".join(parts)


def module(random_: random.Random) -> str:
    parts = ["import pytest\n"]
    if random_.random() < 0.3:
        parts.append(fixture(random_))
    for number in range(random_.randrange(1, 4)):
        asked = random_.sample((*NAMES, "free", "delta"), random_.choice((0, 0, 1, 1, 2)))
        if random_.random() < 0.3:
            indirect = ", indirect=True" if random_.random() < 0.3 else ""
            name = random_.choice(asked) if asked else "p"
            asked = asked or ["p"]
            parts.append(f"@pytest.mark.parametrize({name!r}, [1, 'x']{indirect})\n")
        if random_.random() < 0.2:
            parts.append("@pytest.mark.slow\n")
        if random_.random() < 0.15:
            parts.append(f"@pytest.mark.usefixtures({random_.choice(NAMES)!r})\n")
        parts.append(f"def test_{number}({', '.join(asked)}): pass\n")
    return "".join(parts)


def write_tree(random_: random.Random, tree: Path) -> None:
    tree.mkdir()
    (tree / "pytest.ini").write_text("[pytest]\n")
    for folder in (tree, tree / "a", tree / "a" / "b", tree / "c", tree / "test_d"):
        folder.mkdir(exist_ok=True)
        if random_.random() < 0.6:
            (folder / "conftest.py").write_text(conftest(random_))
        for number in range(4):
            (folder / f"test_{folder.name}{number}.py").write_text(module(random_))


def discover(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Discovery:
    monkeypatch.chdir(tree)
    return pytest_dxpy.discover()


def compare(found: Discovery, collected: dict[str, dict[str, object]], tree: Path) -> Counter[str]:
    """Every exact file has pytest's ids in pytest's order; counts of what the files are."""
    verdicts: Counter[str] = Counter()
    for file in found.files:
        entry = collected.get(str(tree / file.path), {"ids": [], "failed": ""})
        if not file.exact:
            verdicts.update({reason.kind for reason in file.reasons})
            verdicts["dynamic"] += 1
        elif entry["failed"]:
            verdicts["cannot be imported"] += 1
        else:
            assert [test.id for test in file.tests] == entry["ids"], file.path
            verdicts["exact"] += 1
    return verdicts


@pytest.mark.parametrize("seed", range(24))
def test_generated_trees(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tmp_path / "tree"
    write_tree(random.Random(seed), tree)
    suite = run_pytest(sys.executable, [], tree, tmp_path)
    anew = discover(tree, monkeypatch)
    assert compare(anew, suite["files"], tree)["cannot be imported"] == 0
    again = discover(tree, monkeypatch)
    assert again.files == anew.files
    assert again.stats["parsed"] == 0 < anew.stats["parsed"]


def test_generated_trees_have_both_kinds_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above would say nothing."""
    verdicts: Counter[str] = Counter()
    for seed in range(24):
        tree = tmp_path / str(seed)
        write_tree(random.Random(seed), tree)
        for file in discover(tree, monkeypatch).files:
            verdicts["exact" if file.exact else "dynamic"] += 1
            verdicts.update({reason.kind for reason in file.reasons})
    assert min(verdicts["exact"], verdicts["dynamic"]) > 50
    assert verdicts["fixture with parameters"] > 20
    assert verdicts["indirect"] > 5


def test_the_standard_librarys_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = standard_library_tests()
    if not paths:
        pytest.skip("this Python comes without its tests")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    for path in paths:
        shutil.copy(path, tree)
    suite = run_pytest(sys.executable, [], tree, tmp_path)
    anew = discover(tree, monkeypatch)
    assert compare(anew, suite["files"], tree)["exact"] > 0
    again = discover(tree, monkeypatch)
    assert again.files == anew.files
    assert again.stats["parsed"] == 0


def test_the_listing_is_what_pytest_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line for line, over directories and files in pytest's order."""
    import subprocess  # noqa: PLC0415

    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pytest.ini").write_text("[pytest]\n")
    for name in ("b/test_1.py", "b/__init__.py", "a/c/test_2.py", "test_3.py", "a/test_0.py"):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "import pytest\n@pytest.mark.parametrize('x', ['a b', '\\u00e9', 1.5])\n"
            "def test_z(x): pass\nclass TestA:\n    def test_b(self): pass\n"
        )
    monkeypatch.chdir(tree)
    run = [sys.executable, "-m"]
    plain = [*run, "pytest", "--collect-only", "-q", "--import-mode=importlib"]
    listed = subprocess.run(plain, capture_output=True, text=True, check=True).stdout
    program = "import sys; from pytest_dxpy.cli import main; sys.exit(main())"
    ours = subprocess.run(
        [sys.executable, "-c", program, "discover"], capture_output=True, text=True, check=True
    ).stdout
    assert ours.splitlines()[:-2] == listed.splitlines()[:-2]
    assert len(ours.splitlines()) > 15
