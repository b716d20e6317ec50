"""``--dx-affected=REF``: what changed since a revision, without and with a record."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.acceptance.repository import Repository
from tests.acceptance.shop import ran
from tests.conftest import Project

TAX = ["test_tax.py::test_rate", "test_tax.py::test_twice"]
OTHER = ["test_other.py::test_other"]
DEEP = ["deep/test_deep.py::test_deep"]


@pytest.fixture
def shop(project: Project) -> Repository:
    """A repository, and no record of any run."""
    project.write_file("shop/__init__.py", "")
    project.write_file("shop/tax.py", "RATE = 2\ndef twice(n): return 2 * n\n")
    project.write_file("deep/conftest.py", "import pytest\n@pytest.fixture\ndef one(): return 1\n")
    project.write_file("deep/test_deep.py", "def test_deep(one): assert one == 1\n")
    project.write(
        test_tax="""
            from shop.tax import RATE, twice
            def test_rate(): assert RATE == 2
            def test_twice(): assert twice(2) == 4
        """,
        test_other="def test_other(): pass",
    )
    repository = Repository(project)
    repository.begin()
    return repository


def test_where_nothing_differs_nothing_runs(shop: Repository) -> None:
    result = shop.against()
    assert (result.code, ran(result)) == (0, [])
    assert "dxpy: 3 files without a record unaffected" in result.output


@pytest.mark.parametrize("state", ["edited", "staged", "committed"])
def test_an_edit_selects_what_it_leads_to(shop: Repository, state: str) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    if state != "edited":
        shop.git("add", "-A")
    if state == "committed":
        shop.commit()
    result = shop.against()
    assert (result.code, ran(result)) == (1, TAX)
    assert result.summary == "1 failed, 1 passed"


def test_an_edit_that_is_only_staged_is_not_there(shop: Repository) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    shop.git("add", "-A")
    shop.edit("shop/tax.py", "RATE = 3", "RATE = 2")
    assert ran(shop.against()) == []


def test_what_passed_here_need_not_run_again(shop: Repository) -> None:
    shop.edit("shop/tax.py", "2 * n", "n + n")
    assert ran(shop.against()) == TAX
    result = shop.against()
    assert (result.code, ran(result)) == (0, [])
    shop.edit("shop/tax.py", "n + n", "n * 2")
    assert ran(shop.against()) == ["test_tax.py::test_twice"]


def test_what_fails_here_runs_again(shop: Repository) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    for _ in range(2):
        shop.project.run()
    assert ran(shop.against()) == ["test_tax.py::test_rate"]


def test_what_fails_at_the_revision_too_runs_where_that_is_known(shop: Repository) -> None:
    shop.edit("test_other.py", "pass", "assert 0")
    shop.commit()
    shop.git("branch", "-f", "main")
    assert ran(shop.against()) == []
    shop.project.run()
    assert ran(shop.against()) == OTHER


def test_a_record_of_other_contents_does_not_select(shop: Repository) -> None:
    shop.project.run()
    shop.edit("shop/tax.py", "2 * n", "n + n")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("test_other.py", "pass", "assert 1")
    assert ran(shop.project.run("--dx-affected")) == [*OTHER, "test_tax.py::test_twice"]
    shop.edit("test_other.py", "assert 1", "assert 2")
    shop.edit("shop/tax.py", "n + n", "2 * n + 0")
    shop.commit()
    shop.git("branch", "-f", "main")
    assert ran(shop.against()) == []


def test_it_compares_with_the_point_where_the_branch_began(shop: Repository) -> None:
    shop.edit("test_other.py", "pass", "assert 1")
    shop.commit()
    shop.git("checkout", "-q", "main")
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    shop.commit()
    shop.git("checkout", "-q", "work")
    assert ran(shop.against()) == OTHER


@pytest.mark.parametrize("name", ["new.py", "a b\n'\u00e4.py"])
def test_new_files_count_unless_they_are_ignored(shop: Repository, name: str) -> None:
    shop.project.write_file(".gitignore", "*.log\n__pycache__/\n")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.project.write_file("run.log", "")
    shop.project.write_file(name, "")
    assert ran(shop.against()) == []
    shop.project.write(test_new="def test_new(): pass")
    assert ran(shop.against()) == ["test_new.py::test_new"]
    shop.project.write_file("data.json", "")
    assert ran(shop.against()) == sorted([*TAX, *OTHER, *DEEP])


def test_a_name_that_is_no_text_is_a_name(shop: Repository) -> None:
    place = os.fsencode(shop.path) + b"/test_\xff.py"
    with open(place, "w") as file:  # noqa: PTH123
        file.write("def test_odd(): pass\n")
    result = shop.against("--dx-explain")
    assert (result.code, len(result.calls)) == (0, 1)


def test_a_deleted_module_selects_who_asked_for_it(shop: Repository) -> None:
    (shop.path / "shop/tax.py").unlink()
    result = shop.against()
    assert result.code == pytest.ExitCode.INTERRUPTED
    assert "No module named 'shop.tax'" in result.output


def test_a_renamed_module_selects_who_asks_for_either(shop: Repository) -> None:
    shop.git("mv", "shop/tax.py", "shop/rate.py")
    shop.edit("test_tax.py", "shop.tax", "shop.rate")
    shop.project.write(test_new="try: from shop import tax\nexcept ImportError: pass\n")
    shop.edit("test_other.py", "def", "from shop import tax\ndef")
    assert "1 error" in shop.against("test_other.py").output
    assert ran(shop.against("test_tax.py")) == TAX


def test_a_conftest_selects_what_is_below_it(shop: Repository) -> None:
    shop.edit("deep/conftest.py", "return 1", "return 0 + 1")
    assert ran(shop.against()) == DEEP


@pytest.mark.parametrize("name", ["setup.py", "data.txt", "setup.cfg", "deep/tox.ini"])
def test_what_is_no_module_selects_everything(shop: Repository, name: str) -> None:
    shop.project.write_file(name, "# more\n")
    result = shop.against("--dx-explain")
    assert ran(result) == sorted([*TAX, *OTHER, *DEEP])
    assert f"test_other.py: {name} changed since main" in result.output


def test_a_file_that_git_does_not_look_at_counts(shop: Repository) -> None:
    shop.git("update-index", "--assume-unchanged", "shop/tax.py")
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    assert ran(shop.against()) == TAX


def test_a_test_that_starts_a_process_depends_on_everything(shop: Repository) -> None:
    shop.edit("test_other.py", "def", "import subprocess\ndef")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    result = shop.against("--dx-explain")
    assert ran(result) == [*OTHER, *TAX]
    assert (
        "test_other.py: shop/tax.py changed since main -> "
        "test_other.py:1: subprocess may lead there" in result.output
    )


def test_a_test_that_imports_what_nobody_can_read_depends_on_modules(shop: Repository) -> None:
    shop.edit("test_other.py", "def", "__import__('js' + 'on')\ndef")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("test_tax.py", "== 4", "== 2 + 2")
    assert ran(shop.against()) == TAX
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    assert ran(shop.against()) == [*OTHER, TAX[0]]


def test_a_plugin_of_which_nothing_is_known_selects_everything(shop: Repository) -> None:
    shop.project.write_file("../plugins/strange.py", "")
    shop.project.env["PYTHONPATH"] += f":{shop.path.parent}/plugins"
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    result = shop.against("-p", "strange", "--dx-explain")
    assert ran(result) == sorted([*TAX, *OTHER, *DEEP])
    assert "plugin 'strange', of which it is not known what it imports" in result.output


def test_it_says_why(shop: Repository) -> None:
    shop.project.write_file("shop/cart.py", "from .tax import RATE\n")
    shop.edit("test_other.py", "def", "from shop.cart import RATE\ndef")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    output = shop.against("--dx-explain").output
    assert "test_other.py: shop/tax.py changed since main -> shop/cart.py" in output
    output = shop.against("--dx-explain").output
    assert "test_tax.py::test_rate: it failed when it last ran" in output


def test_it_goes_with_other_ways_to_choose(shop: Repository) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    assert ran(shop.against("-k", "twice")) == TAX[1:]
    shop.project.path.joinpath(".pytest_cache/d/dxpy/impact.dxs").unlink()
    assert ran(shop.against("test_tax.py::test_rate", "test_other.py")) == TAX[:1]
    assert ran(shop.against("--lf")) == TAX[:1]
    assert ran(shop.against("-m", "slow")) == []
    assert ran(shop.against("-p", "no:cacheprovider")) == TAX
    assert ran(shop.against("--cache-clear")) == TAX


def test_one_process_leaves_out_the_same(shop: Repository) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    result = shop.against("--co", "-q")
    assert [line for line in result.output.splitlines() if "::" in line] == TAX
    assert ran(shop.against("-n", "0")) == TAX
    assert shop.against("-n", "0", "test_other.py").code == 0


def test_full_collection_leaves_out_the_same(shop: Repository) -> None:
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    assert ran(shop.against("--dx-collect=full")) == TAX


def test_verifying_runs_everything_and_counts(shop: Repository) -> None:
    shop.edit("test_other.py", "pass", "assert 0")
    shop.commit()
    shop.git("branch", "-f", "main")
    result = shop.against("--dx-verify")
    assert ran(result) == sorted([*TAX, *OTHER, *DEEP])
    assert "dxpy: missed: test_other.py::test_other" in result.output


def test_a_repository_may_lie_above_the_project(shop: Repository) -> None:
    shutil.copy(shop.path / "dxpy_recorder.py", shop.path / "deep")
    shop.project.write_file(".gitignore", "output-*\nrecord-*\n")  # of our own runs
    shop.project.write_file("deep/pytest.ini", "[pytest]\n")
    shop.project.write_file("deep/test_more.py", "import shop.tax\ndef test_more(): pass\n")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    shop.project.env["PYTHONPATH"] = f"{shop.path}:{shop.project.env['PYTHONPATH']}"
    shop.project.path = shop.path / "deep"
    assert ran(shop.against()) == ["test_more.py::test_more"]


def test_a_worktree_is_a_tree(shop: Repository) -> None:
    place = shop.path.parent / "tree"
    shop.git("worktree", "add", "-q", "-b", "more", str(place))
    shop.project.path = place
    shop.edit("shop/tax.py", "RATE = 2", "RATE = 3")
    shop.project.env["GIT_DIR"] = str(shop.path / ".git")
    shop.project.env["GIT_INDEX_FILE"] = str(shop.path / "no-index")
    shop.project.env["GIT_WORK_TREE"] = str(shop.path)
    assert ran(shop.against()) == TAX


def test_a_submodule_is_a_part(shop: Repository) -> None:
    other = shop.path.parent / "lib"
    other.mkdir()
    (other / "lib.py").write_text("SIZE = 1\n")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        shop.git(*words, folder=other)
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "lib")
    shop.commit()
    shop.git("branch", "-f", "main")
    assert ran(shop.against()) == []
    shop.project.write_file("lib/lib.py", "SIZE = 2\n")
    assert ran(shop.against()) == sorted([*TAX, *OTHER, *DEEP])


def test_a_link_is_not_followed(shop: Repository) -> None:
    (shop.path / "store").symlink_to("shop")
    shop.edit("test_other.py", "def", "import store.tax\ndef")
    shop.commit()
    shop.git("branch", "-f", "main")
    shop.edit("shop/tax.py", "2 * n", "n + n")
    result = shop.against("--dx-explain")
    assert ran(result) == [*OTHER, *TAX]
    assert "test_other.py: store is a symbolic link" in result.output
