"""``dx-py store``, and a record that is used in another place than where it was made."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.shop import affected, edit, ran, shop
from tests.acceptance.test_explain import COST, TAX, about, dx_py
from tests.conftest import Project

__all__ = ["shop"]  # the fixture

APPLE = "test_prices.py::test_apple"


def elsewhere(project: Project, name: str) -> Project:
    """The project's files in another folder, without what runs have kept."""
    twin = project.twin(name)
    shutil.rmtree(twin.path / ".pytest_cache", ignore_errors=True)
    return twin


def exported(project: Project, name: str) -> Path:
    path = project.path.parent / name
    assert dx_py(project, "store", "export", str(path)).code == 0
    return path


def test_a_record_serves_another_checkout(shop: Project) -> None:
    path = exported(shop, "record.dxa")
    other = elsewhere(shop, "other")
    result = dx_py(other, "store", "import", str(path))
    place = other.path / ".pytest_cache" / "d" / "dxpy" / "impact.dxs"
    assert (result.code, result.output) == (
        0,
        f"added to {place}: 5 results of 5 tests in 2 files\n",
    )
    assert (place.parents[2] / ".gitignore").exists()
    assert affected(other).summary == "5 unaffected"
    edit(other, "shop.py", "return 5", "return 6")
    assert ran(affected(other)) == [COST]


def test_a_checkout_that_is_moved_is_the_same_project(project: Project) -> None:
    project.ini("pythonpath = src")
    project.write_file("data/stock.txt", "5")
    project.write_file("src/shop/__init__.py", "from shop.tax import tax")
    project.write_file("src/shop/tax.py", "def tax(n): return 2 * n")
    project.write_file(
        "tests/test_shop.py",
        """
        import os, pathlib, subprocess
        from shop import tax
        HERE = pathlib.Path(__file__).parent
        def test_tax(): assert tax(1) == 2
        def test_file(): assert (HERE.parent / "data" / "stock.txt").read_text() == "5"
        def test_folder(): assert os.listdir(HERE.parent / "data") == ["stock.txt"]
        def test_missing(): assert not (HERE / "none").exists()
        def test_process(): subprocess.run(["true"], check=True)
        """,
    )
    project.run()
    moved = project.twin("moved")
    shutil.rmtree(project.path)
    assert affected(moved).summary == "5 unaffected"
    edit(moved, "src/shop/tax.py", "2 * n", "1 * n + n")
    # One has started a process, and so depends on all files.
    assert ran(affected(moved)) == [
        "tests/test_shop.py::test_process",
        "tests/test_shop.py::test_tax",
    ]


def test_shards_are_merged(shop: Project) -> None:
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    edit(shop, "conftest.py", "return 3", "return max(3, 0)")
    one, two = elsewhere(shop, "one"), elsewhere(shop, "two")
    one.run("test_shop.py")
    two.run("test_prices.py")
    files = [str(exported(one, "one.dxa")), str(exported(two, "two.dxa"))]
    target = shop.path.parent / "all.dxa"
    result = dx_py(shop, "store", "merge", str(target), *files)
    size = f"{target.stat().st_size:,}"
    assert (result.code, result.output) == (
        0,
        f"wrote {target}, {size} bytes, with 5 results of 5 tests in 2 files\n",
    )
    assert dx_py(shop, "store", "import", str(target)).code == 0
    assert affected(shop).summary == "5 unaffected"


def test_an_import_adds_to_what_is_there(shop: Project) -> None:
    path = exported(shop, "record.dxa")
    edit(shop, "shop.py", "return 5", "return max(5, 0)")
    affected(shop)
    for _ in range(2):
        assert dx_py(shop, "store", "import", str(path)).code == 0
    assert affected(shop).summary == "5 unaffected"
    edit(shop, "shop.py", "return max(5, 0)", "return 5")
    assert affected(shop).summary == "5 unaffected"


def test_an_older_success_does_not_hide_a_failure(project: Project) -> None:
    project.write(test_a="import os\ndef test_a(): assert 'FAIL' not in os.environ")
    project.run()
    path = exported(project, "record.dxa")
    project.env["FAIL"] = "yes"
    assert project.run().summary == "1 failed"
    dx_py(project, "store", "import", str(path))
    assert affected(project).summary == "1 failed"


def test_a_witness_from_elsewhere_is_named(shop: Project) -> None:
    path = exported(shop, "record.dxa")
    other = elsewhere(shop, "other")
    dx_py(other, "store", "import", str(path))
    assert about(dx_py(other, "why", TAX), TAX)[:2] == about(dx_py(shop, "why", TAX), TAX)[:2]


def test_root_and_cache_dir_name_the_record(shop: Project) -> None:
    shop.run("--dx-cache-dir=kept")
    target = shop.path.parent / "kept.dxa"
    args = ["--root", str(shop.path), "--cache-dir", str(shop.path / "kept")]
    assert dx_py(shop, "store", "export", str(target), *args).code == 0
    other = elsewhere(shop, "other")
    assert dx_py(other, "store", "import", str(target), "--cache-dir=also").code == 0
    assert affected(other, "--dx-cache-dir=also").summary == "5 unaffected"


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (lambda data: data[:-32], "byte {at}: cut short"),
        (lambda data: data[:100] + b"x" + data[101:], "byte 16: damaged"),
        (lambda data: data + b"x", "byte {size}: something follows its end"),
        (lambda data: data[:0], "byte 0: damaged: 0 bytes are not the 16 of a header"),
        (lambda data: b"[pytest]\naddopts = -q\n" + data, "byte 0: not a store"),
        (lambda data: data[:8] + b"\x09" + data[9:], "byte 0: version 9 is not 1"),
    ],
    ids=["cut", "changed", "more", "empty", "other", "version"],
)
def test_a_damaged_file_is_refused_as_a_whole(
    shop: Project, cut: Callable[[bytes], bytes], message: str
) -> None:
    path = exported(shop, "record.dxa")
    data = path.read_bytes()
    path.write_bytes(cut(data))
    other = elsewhere(shop, "other")
    text = message.format(at=len(data) - 32, size=len(data))
    expected = (
        f"dx-py: {path}: {text}; nothing of it was taken [no-record]\n"
        "hint: make it anew with 'dx-py store export' of this version, or leave it out\n"
    )
    for args in (["import", str(path)], ["merge", "all.dxa", str(path)]):
        result = dx_py(other, "store", *args)
        assert (result.code, result.output) == (1, expected)
    assert not (other.path / "all.dxa").exists()
    assert not (other.path / ".pytest_cache").exists()


def test_what_is_missing_is_said(shop: Project) -> None:
    empty = elsewhere(shop, "empty")
    place = empty.path / ".pytest_cache" / "d" / "dxpy" / "impact.dxs"
    cases = [
        (
            ["export", "a.dxa"],
            1,
            f"{place}: there is no record yet [no-record]\n"
            "hint: a run with 'pytest -p dxpy' makes one, or 'dx-py store import'",
        ),
        (
            ["import", "a.dxa"],
            2,
            "FILE: 'a.dxa' does not exist [bad-option]\nhint: 'dx-py store export' makes one",
        ),
        (["merge", "a.dxa", "."], 1, ".: Is a directory [no-record]\nhint: name another file"),
    ]
    for args, code, message in cases:
        result = dx_py(empty, "store", *args)
        assert (result.code, result.output) == (code, f"dx-py: {message}\n")
    assert sorted(path.name for path in empty.path.glob("*.dxa*")) == []


def test_a_target_that_cannot_be_written_is_said(shop: Project) -> None:
    result = dx_py(shop, "store", "export", "nowhere/a.dxa")
    assert (result.code, result.output) == (
        1,
        "dx-py: nowhere/a.dxa: No such file or directory [no-record]\nhint: name another file\n",
    )


def test_a_project_that_keeps_nothing_says_so(shop: Project) -> None:
    shop.ini("addopts = -p no:cacheprovider")
    result = dx_py(shop, "store", "export", "a.dxa")
    assert (result.code, result.output) == (
        1,
        f"dx-py: {shop.path}: the project keeps nothing between runs [no-record]\n"
        "hint: it switches pytest's cache off; --cache-dir names a folder\n",
    )
