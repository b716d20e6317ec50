"""Files and items of any name are reported under the node ids that plain pytest gives them."""

from __future__ import annotations

import pytest

from tests.conftest import Project

# Each line of a .names file is the name of an item, as a Python literal.
NAMED = """
    import ast, pytest

    class Named(pytest.Item):
        def runtest(self): assert "bad" not in self.name

    class File(pytest.File):
        def collect(self):
            for line in self.path.read_text().splitlines():
                yield Named.from_parent(self, name=ast.literal_eval(line))

    def pytest_collect_file(file_path, parent):
        if file_path.suffix == ".names":
            return File.from_parent(parent, path=file_path)
"""
NAMES = [
    *("a\nb", "\n", "a\r\nb", "\t", "a\0b", "\0", "\x1b[31m", "\x85", "\u2028", "\U0001f40d"),
    *("\ud800", "\udcff", "", " ", " a ", "::", "a::b", "a[", "a]", "/", ".."),
    *("bad\n", "bad\udcff"),
]
FILES = [
    *("test_n\nl.py", "test_\t.py", "test_\x1b.py", "test_ .py", "test_[1].py", "test_ü.py"),
    *("test_\udcff.py", "test_::.py", "a\nb/test_a.py", "a\udcff/test_b.py", " /test_c.py"),
]
# pytest's cache cannot be written with a lone surrogate in it: plain pytest ends in a traceback.
UNCACHED = ("-p", "no:cacheprovider")


def test_items_of_any_name(project: Project) -> None:
    project.write(conftest=NAMED, test_c="def test_c(): pass")
    for file in ("a.names", "b.names"):
        project.write_file(file, "\n".join(map(ascii, NAMES)))
    # "\ud800" is an error of the set-up and of the teardown: it cannot be in the environment.
    summary = f"4 failed, {2 * len(NAMES) - 5} passed, 4 errors"
    assert project.same_as_plain(*UNCACHED).summary == summary


def test_files_of_any_name(project: Project) -> None:
    for file in FILES:
        project.write_file(file, "def test_passes(): pass\ndef test_fails(): assert 0")
    summary = f"{len(FILES)} failed, {len(FILES)} passed"
    assert project.same_as_plain(*UNCACHED).summary == summary


@pytest.mark.parametrize("file", ["test_n\nl.py", "a\nb/test_a.py"], ids=ascii)
def test_a_node_id_with_a_newline_may_be_asked_for(project: Project, file: str) -> None:
    project.write_file(file, "def test_a(): pass\ndef test_b(): assert 0")
    assert project.same_as_plain(f"{file}::test_b").summary == "1 failed"


def test_files_of_any_name_are_remembered(project: Project) -> None:
    for file in FILES:
        project.write_file(file, "def test_a(): pass")
    for _ in range(2):
        result = project.run(*UNCACHED, "--dx-cache-dir=kept")
        assert (result.summary, result.notes) == (f"{len(FILES)} passed", [])
    assert f"collected {len(FILES)} items" in result.output
