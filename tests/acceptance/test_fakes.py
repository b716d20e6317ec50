"""Packages that put something else in the place of the clock, the network and the file system."""

from __future__ import annotations

from tests.conftest import Project

OTHER = """
    def test_passes(): pass
    def test_fails(): assert 0
"""


def test_freezegun(project: Project) -> None:
    project.write(
        test_a="""
            import datetime, time
            from freezegun import freeze_time

            @freeze_time("2001-02-03")
            def test_frozen():
                assert datetime.date.today().isoformat() == "2001-02-03"
                assert time.time() == 981158400
            @freeze_time("2001-02-03")
            def test_fails(): assert time.time() == 0
            def test_goes_on(): assert datetime.date.today().year > 2001
            def test_is_left_frozen(): freeze_time("2001-02-03").start()
            def test_is_frozen_still(): assert time.monotonic() == time.monotonic()
            def test_fails_then(): assert datetime.date.today().isoformat() == "today"
        """,
        test_b=OTHER,
    )
    assert project.same_as_plain().summary == "3 failed, 5 passed"


def test_a_conftest_that_freezes_the_time_with_freezegun(project: Project) -> None:
    project.write(
        conftest="""
            import pytest
            from freezegun import freeze_time

            @pytest.fixture(scope="session", autouse=True)
            def frozen():
                with freeze_time("2001-02-03"):
                    yield
        """,
        test_a="import time\ndef test_a(): assert time.time() == 981158400",
        test_b=OTHER,
    )
    assert project.same_as_plain().summary == "1 failed, 2 passed"


def test_pytest_socket(project: Project) -> None:
    project.write(
        test_a="""
            import socket

            def test_is_blocked(): socket.socket()
            def test_cannot_connect(): socket.create_connection(("127.0.0.1", 9))
            def test_is_allowed(socket_enabled): socket.socket().close()
            def test_is_blocked_again(): socket.socket()
        """,
        test_b=OTHER,
    )
    result = project.same_as_plain("-p", "pytest_socket", "--disable-socket")
    assert result.summary == "4 failed, 2 passed, 3 warnings"
    assert "SocketBlockedError" in result.output


def test_pyfakefs(project: Project) -> None:
    project.write(
        test_a="""
            import os, pathlib

            def test_is_empty(fs): assert not os.path.exists(__file__)
            def test_writes(fs):
                pathlib.Path("/made/here").mkdir(parents=True)
                pathlib.Path("/made/here/file").write_text("text")
                assert os.listdir("/made/here") == ["file"]
            def test_fails(fs):
                with open("/made.txt", "w") as file:
                    file.write("text")
                assert sorted(os.listdir("/")) == []
            def test_changes_directory(fs):
                os.mkdir("/there")
                os.chdir("/there")
            def test_is_whole_again():
                assert os.path.exists(__file__)
                assert not os.path.exists("/made")
        """,
        test_b=OTHER,
    )
    assert project.same_as_plain("-p", "pyfakefs.pytest_plugin").summary == "2 failed, 5 passed"


def test_a_file_system_of_pyfakefs_for_the_whole_session(project: Project) -> None:
    project.write(
        conftest="""
            import pytest

            @pytest.fixture(scope="session", autouse=True)
            def everywhere(fs_session):
                fs_session.create_file("/shared")
        """,
        test_a="import os\ndef test_a(): assert os.path.exists('/shared')",
        test_b="import os\ndef test_b(): assert not os.path.exists('/proc')",
    )
    assert project.same_as_plain("-p", "pyfakefs.pytest_plugin").summary == "2 passed"
