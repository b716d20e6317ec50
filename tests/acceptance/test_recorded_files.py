"""What workers record of files and processes, and beside others who look at running code."""

from __future__ import annotations

import sys

import pytest

from tests.acceptance.recorded import record
from tests.conftest import Project


def test_files(project: Project) -> None:
    project.write_file("data/one.txt", "1")
    project.write_file("data/two.json", "{}")
    project.write(
        test_a="""
            import glob, io, json, os, pathlib, pkgutil, shutil, sqlite3
            HERE = pathlib.Path(__file__).parent
            def test_open(): open("data/one.txt").read()
            def test_bytes(): open(b"data/one.txt", "rb").read()
            def test_relative():
                os.chdir("data")
                try: (pathlib.Path("..") / "data" / "two.json").read_text()
                finally: os.chdir("..")
            def test_json(): json.loads((HERE / "data" / "two.json").read_bytes())
            def test_descriptor(): os.close(os.open("data/one.txt", os.O_RDONLY))
            def test_many():
                for _ in range(1000): open("data/one.txt").close()
            def test_missing():
                try: open("data/three.txt")
                except OSError: pass
            def test_raises():
                import pytest
                pytest.raises(OSError, open, "data/three.txt")
            def test_written():
                (HERE / "new").mkdir()
                (HERE / "new/file").write_text("1")
                (HERE / "new/file").read_text()
                shutil.rmtree("new")
            def test_appended():
                with open("data/log", "a+") as file: file.write("1")
                os.rename("data/log", "data/log2")
                os.remove("data/log2")
            def test_copied():
                shutil.copy("data/one.txt", "data/copy")
                os.unlink("data/copy")
            def test_database(): sqlite3.connect("data/base").close()
            def test_elsewhere(tmp_path):
                (tmp_path / "x").write_text("")
                open("/etc/passwd").close()
                open(os.devnull).close()
            def test_not_the_project(): open(".git/x", "w").close()
        """,
    )
    project.write_file(".git/HEAD", "")
    result, recorded = record(project)
    assert result.summary == "14 passed"

    def seen(name: str) -> list[str]:
        return recorded.but_runs(f"test test_a.py::test_{name}")

    assert seen("open") == seen("bytes") == seen("descriptor") == ["reads data/one.txt"]
    assert seen("many") == ["reads data/one.txt"]
    assert seen("relative") == seen("json") == ["reads data/two.json"]
    assert seen("missing") == seen("raises") == ["misses data/three.txt", "reads data/three.txt"]
    assert [line for line in seen("written") if not line.startswith("writes ")] == []
    assert seen("appended") == ["reads data/log", "writes data/log", "writes data/log2"]
    assert seen("copied")[:2] == ["misses data/copy", "reads data/one.txt"]
    assert seen("database") == ["reads data/base"]
    assert seen("elsewhere") == ["uses fixture ::tmp_path_factory[0]"]
    assert seen("not_the_project") == []


def test_sizes_and_times(project: Project) -> None:
    project.write_file("data/one.txt", "1")
    project.write(
        test_a="""
            import filecmp, inspect, os, pathlib, pickle, shutil
            HERE = pathlib.Path(__file__).parent
            ONE = HERE / "data" / "one.txt"
            def test_size(): assert os.stat("data/one.txt").st_size == 1
            def test_keyword(): assert os.stat(path=b"data/one.txt").st_size == 1
            def test_path(): assert ONE.stat().st_size == 1
            def test_link(): assert os.lstat(ONE).st_size == ONE.lstat().st_size == 1
            def test_compared(): assert filecmp.cmp("data/one.txt", ONE)
            def test_there(): assert ONE.exists() and ONE.is_file() and not ONE.is_symlink()
            def test_found(): assert ONE.resolve() and list(HERE.glob("*/one.txt"))
            def test_folder(): assert os.stat("data").st_mode
            def test_missing():
                for look in (os.stat, os.lstat, lambda path: pathlib.Path(path).stat()):
                    try: look("data/two.txt")
                    except FileNotFoundError as error: assert error.filename in "data/two.txt"
                assert not os.access("data/two.txt", os.R_OK)
            def test_open_file():
                with open("data/one.txt") as file: os.stat(file.fileno())
            def test_below_descriptor():
                folder = os.open("data", os.O_RDONLY)
                try: assert os.stat("one.txt", dir_fd=folder).st_size == 1
                finally: os.close(folder)
            def test_as_it_was():
                assert os.stat in os.supports_fd and os.stat in os.supports_dir_fd
                assert os.access in os.supports_effective_ids
                assert "follow_symlinks" in inspect.signature(os.stat).parameters
                assert (os.stat.__name__, os.stat.__module__) == ("stat", "posix")
                for wrong in ((), (1, 2)):
                    try: os.stat(*wrong)
                    except TypeError as error: assert "stat()" in str(error)
                shutil.rmtree(HERE / "none", ignore_errors=True)
        """,
    )
    result, recorded = record(project)
    assert result.summary == "12 passed"

    def seen(name: str) -> list[str]:
        return recorded.but_runs(f"test test_a.py::test_{name}")

    for name in ("size", "keyword"):
        assert seen(name) == ["reads data/one.txt"], name
    for name in ("path", "link", "compared"):
        assert "reads data/one.txt" in seen(name), name
    assert seen("there") == ["misses data/one.txt"]
    assert "reads data/one.txt" not in seen("found")
    assert seen("folder") == ["misses data"]
    assert "misses data/two.txt" in seen("missing")
    assert seen("open_file") == ["reads data/one.txt"]
    way = "incomplete: a file was looked at by way of a descriptor"
    assert seen("below_descriptor") == [way, "lists data"]


def test_what_functions_may_keep(project: Project) -> None:
    project.write_file("data/one.txt", "1")
    project.write(
        shop="""
            import functools, importlib, os
            @functools.cache
            def read(): return open("data/one.txt").read()
            def prices(): return read()
            def listed(): return os.listdir("data")
            def plugin(name): return importlib.import_module(name)
            AT_IMPORT = listed()
        """,
        more="""
            open("data/one.txt").close()
        """,
        test_a="""
            import shop
            def test_read(): shop.prices(); shop.prices()
            def test_read_again(): shop.prices()
            def test_plugin(): shop.plugin("more")
        """,
    )
    result, recorded = record(project)
    assert result.summary == "3 passed"
    # From the import of a module nothing is kept but by the functions that it calls.
    assert recorded.memories() == {
        "listed": ["lists data"],
        "prices read test_read": ["reads data/one.txt"],
        "plugin test_plugin": ["asks for more"],
    }


def test_folders_and_what_is_asked_for(project: Project) -> None:
    project.write_file("data/one.txt", "1")
    project.write(
        test_a="""
            import glob, os, pathlib
            def test_listdir(): os.listdir("data")
            def test_scandir(): list(os.scandir("data"))
            def test_iterdir(): list(pathlib.Path("data").iterdir())
            def test_glob(): assert glob.glob("data/*.txt")
            def test_path_glob(): assert list(pathlib.Path("data").glob("*.txt"))
            def test_walk(): list(os.walk("data"))
            def test_exists(): os.path.exists("data/two.txt")
            def test_isfile(): os.path.isfile("data/one.txt")
            def test_path_exists(): assert not pathlib.Path("nowhere").exists()
            def test_is_dir(): assert pathlib.Path("data").is_dir()
        """,
    )
    _, recorded = record(project)

    def seen(name: str) -> list[str]:
        return recorded.but_runs(f"test test_a.py::test_{name}")

    for name in ("listdir", "scandir", "iterdir", "glob", "path_glob", "walk"):
        assert "lists data" in seen(name), name
    assert seen("exists") == ["misses data/two.txt"]
    assert seen("isfile") == ["misses data/one.txt"]
    assert seen("path_exists") == ["misses nowhere"]
    assert seen("is_dir") == ["misses data"]
    # What pytest itself looks at is no dependency.
    assert recorded.but_runs("collect test_a.py") == ["uses import test_a.py"]


def test_processes(project: Project) -> None:
    project.write(
        library="def function(): pass",
        test_a="""
            import library, multiprocessing, os, subprocess, sys
            def test_subprocess(): subprocess.run(["true"], check=True)
            def test_system(): os.system("true")
            def test_fork():
                pid = os.fork()
                if pid == 0:
                    library.function()
                    os._exit(0)
                os.waitpid(pid, 0)
            def test_multiprocessing():
                process = multiprocessing.get_context("fork").Process(target=library.function)
                process.start()
                process.join()
            def test_none(): pass
        """,
    )
    _, recorded = record(project, "-W", "ignore")

    def seen(name: str) -> list[str]:
        return recorded.but_runs(f"test test_a.py::test_{name}")

    assert seen("subprocess") == ["starts a process: subprocess.Popen"]
    assert seen("system") == ["starts a process: os.system"]
    assert seen("fork") == seen("multiprocessing") == ["uses fork"]
    assert seen("none") == []
    assert recorded.ran("test test_a.py::test_fork") == "test_fork"


def test_lines_and_docstrings_that_are_seen(project: Project) -> None:
    project.write(
        library='''
            def documented():
                """>>> 1
                1
                """
        ''',
        test_a="""
            import doctest, inspect, library, linecache, pydoc, traceback, warnings
            def test_source(): inspect.getsource(library.documented)
            def test_line(): linecache.getline(library.__file__, 1)
            def test_doc(): inspect.getdoc(library.documented)
            def test_pydoc(): pydoc.getdoc(library.documented)
            def test_doctest(): doctest.testmod(library)
            def test_traceback():
                try: 1 / 0
                except ZeroDivisionError: traceback.format_exc()
            def test_warning(): warnings.warn("x")
            def test_fails(): assert 0
        """,
    )
    _, recorded = record(project)

    def seen(name: str) -> str:
        flags = [line for line in recorded.but_runs(f"test test_a.py::test_{name}") if ":" in line]
        return " ".join(line.partition(":")[0] for line in flags)

    for name in ("source", "line", "traceback"):
        assert seen(name) == "sees lines", name
    for name in ("doc", "pydoc"):
        assert seen(name) == "sees docs", name
    assert "sees docs" in seen("doctest")
    assert seen("warning") == seen("fails") == ""


def test_templates_and_code_of_no_file(project: Project) -> None:
    project.write_file("page.html", "1 + 1")
    project.write(
        test_a="""
            import collections, os
            def test_template():
                path = os.path.abspath("page.html")
                eval(compile("1 + 1", path, "eval"))
            def test_text(): exec("def function(): pass\\nfunction()")
            def test_tuple(): collections.namedtuple("A", "b")(1)
            def test_new_function():
                import types
                types.FunctionType(test_text.__code__.replace(co_name="other"), globals())()
            def test_new_code():
                def function(): pass
                function.__code__ = test_text.__code__.replace(co_name="third")
                function()
        """,
    )
    _, recorded = record(project)
    assert recorded.but_runs("test test_a.py::test_template") == ["reads page.html"]
    assert recorded.ran("test test_a.py::test_text") == "test_text"
    assert recorded.ran("test test_a.py::test_tuple") == "test_tuple"
    assert recorded.ran("test test_a.py::test_new_function") == "other test_new_function"
    assert recorded.ran("test test_a.py::test_new_code") == "test_new_code third"


@pytest.mark.parametrize("core", ["", "sysmon"])
def test_beside_coverage(project: Project, core: str) -> None:
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("3.12 and later")
    project.env["COVERAGE_CORE"] = core or "ctrace"
    project.write(
        library="def one(): return 1\ndef two(): return 2\n",
        test_a="""
            import library
            def test_one(): assert [library.one() for _ in range(200)]
            def test_two(): assert [library.one() for _ in range(200)] and library.two()
        """,
    )
    plugin = ("-p", "pytest_cov", "--cov=library", "--cov-report=term")
    plain = project.twin("plain").plain(*plugin)
    result, recorded = record(project, *plugin)
    assert recorded.ran("test test_a.py::test_one").split()[-2:] == ["one", "test_one"]
    assert recorded.ran("test test_a.py::test_two").split()[-3:] == ["one", "test_two", "two"]
    assert recorded.but_runs("test test_a.py::test_two") == []
    [covered] = [line for line in result.output.splitlines() if line.startswith("library.py")]
    assert covered in plain.output


def test_beside_a_tracer(project: Project) -> None:
    project.write(
        library="def one(): return 1\ndef helper(): pass\n",
        test_a="""
            import library, sys
            def test_traced():
                def trace(frame, event, argument):
                    library.helper()
                    return trace
                before = sys.gettrace()
                sys.settrace(trace)
                try: library.one()
                finally: sys.settrace(before)
            def test_afterwards(): library.one()
        """,
    )
    _, recorded = record(project)
    assert {"one", "test_traced"} <= set(recorded.ran("test test_a.py::test_traced").split())
    flags = recorded.but_runs("test test_a.py::test_traced")
    if sys.version_info >= (3, 12):
        assert flags == ["incomplete: sys.settrace"]
    else:
        assert "runs library.py:2 helper" in recorded["test test_a.py::test_traced"]
    assert recorded.ran("test test_a.py::test_afterwards") == "one test_afterwards"


def test_tests_that_replace_what_recording_stands_on(project: Project) -> None:
    project.write(
        test_a="""
            import builtins, importlib, io, os, posixpath, sys, time
            def test_replaces(monkeypatch):
                def broken(*args, **keywords): raise RuntimeError("replaced")
                for module, names in (
                    (os, "open stat listdir scandir getcwd getpid fspath fsencode fsdecode"),
                    (posixpath, "exists join abspath"), (builtins, "open"), (io, "open"),
                    (time, "time time_ns monotonic perf_counter"), (importlib, "import_module"),
                ):
                    for name in names.split(): monkeypatch.setattr(module, name, broken)
            def test_leaves_replaced():
                def broken(*args, **keywords): raise RuntimeError("replaced")
                os.getcwd_ = os.getcwd
                os.open = os.stat_ = broken
            def test_no_finders(monkeypatch): monkeypatch.setattr(sys, "meta_path", [])
            def test_removes_ours(): sys.meta_path.pop()
            def test_reads(): open("pytest.ini").close()
        """,
    )
    result, recorded = record(project)
    assert result.summary == "5 passed"
    assert recorded.but_runs("test test_a.py::test_reads") == ["reads pytest.ini"]
    assert recorded.outcomes["test test_a.py::test_replaces"] == 0


def test_only_modules(project: Project) -> None:
    project.write(
        library="def one(): return open('pytest.ini').close()\none()\n",
        test_a="""
            import importlib, library, linecache
            def test_one(): library.one()
            def test_import(): import json.tool
            def test_process(): __import__("os").system("true")
        """,
    )
    _, recorded = record(project, "--dx-record=module")
    assert recorded["import library.py"] == ["reads pytest.ini", "runs library.py:1 <module>"]
    assert recorded["test test_a.py::test_one"] == ["reads pytest.ini"]
    assert recorded.but_runs("test test_a.py::test_process") == ["starts a process: os.system"]


def test_nothing(project: Project) -> None:
    project.write(
        conftest="import sys\nfinders = [type(one).__name__ for one in sys.meta_path]",
        test_a="""
            import conftest, sys
            def test_finders(): assert "LastFinder" not in conftest.finders
            def test_modules(): assert "pytest_dxpy.recording" not in sys.modules
        """,
    )
    result = project.run("--dx-record=off")
    assert result.summary == "2 passed"
