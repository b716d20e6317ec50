"""What failed runs again until it passes, whatever it failed of, and the run is not green."""

from __future__ import annotations

import pytest

from tests.acceptance.shop import affected, ran
from tests.conftest import Project

# Each fails while the variable is set, which nothing that is recorded tells of.
FAILING = {
    "assertion": """
        import os
        def test_a(): assert "FAIL" not in os.environ
        def test_b(): pass
    """,
    "killed": """
        import os, signal
        def test_a(): os.environ.get("FAIL") and os.kill(os.getpid(), signal.SIGKILL)
        def test_b(): pass
    """,
    "setup": """
        import os, pytest
        @pytest.fixture
        def made(): assert "FAIL" not in os.environ
        def test_a(made): pass
        def test_b(): pass
    """,
    "teardown": """
        import os, pytest
        @pytest.fixture
        def made():
            yield
            assert "FAIL" not in os.environ
        def test_a(made): pass
        def test_b(): pass
    """,
    "session_teardown": """
        import os, pytest
        @pytest.fixture(scope="session")
        def inner():
            yield
            assert "FAIL" not in os.environ
        @pytest.fixture(scope="module")
        def made(inner): return 1
        def test_a(made): pass
        def test_b(): pass
    """,
    "class_setup": """
        import os
        class TestA:
            @classmethod
            def setup_class(cls): assert "FAIL" not in os.environ
            def test_a(self): pass
        def test_b(): pass
    """,
    "import": """
        import os
        assert "FAIL" not in os.environ
        def test_a(): pass
        def test_b(): pass
    """,
    "class_collection": """
        import os, pytest
        class TestA:
            @property
            def __test__(self): return True
            if "FAIL" in os.environ:
                pytestmark = pytest.mark.parametrize("x", 5)
            def test_a(self): pass
        def test_b(): pass
    """,
}


MODES = ("lazy", "full", "off")
WAYS = [(way, mode, 2) for way in FAILING for mode in MODES]
WAYS.remove(("killed", "off", 2))  # that is the only process
WAYS.append(("session_teardown", "lazy", 1))


@pytest.mark.parametrize(("way", "mode", "workers"), WAYS)
def test_a_failure_is_not_forgotten(project: Project, way: str, mode: str, workers: int) -> None:
    project.write(test_mod=FAILING[way], test_other="def test_c(): pass")
    assert project.run().summary == "3 passed"
    project.env["FAIL"] = "yes"
    args = ["--dx-affected", f"--dx-collect={mode}"]
    assert project.run(workers=workers).code != 0
    for _ in range(2):
        result = project.run(*args, workers=workers)
        assert result.code != 0, result.output
        assert "test_mod.py::test_a" in ran(result) or "ERROR test_mod.py" in result.output
        if way != "session_teardown":  # which is told of the last test
            assert "test_other.py::test_c" not in ran(result)
    del project.env["FAIL"]
    assert project.run(*args, workers=workers).code == 0
    if mode != "off":  # who records nothing teaches nothing
        assert affected(project).summary == "3 unaffected"


def test_a_folder_that_cannot_be_collected_is_collected_again(project: Project) -> None:
    project.write_file("deep/conftest.py", "import os\nassert 'FAIL' not in os.environ")
    project.write_file("deep/test_a.py", "def test_a(): pass")
    project.write(test_b="def test_b(): pass")
    assert project.run().summary == "2 passed"
    project.env["FAIL"] = "yes"
    assert project.run().code != 0
    for _ in range(2):
        assert affected(project).code != 0
    del project.env["FAIL"]
    affected(project)
    assert affected(project).summary == "2 unaffected"
