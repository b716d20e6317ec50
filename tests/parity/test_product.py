from __future__ import annotations

from pathlib import Path

from tests.parity.product import _wanted, staged

SETUP = """
[options]
install_requires =
    pytest>=8.4
    pytest-something>=1
    tbb>=2022

[options.entry_points]
pytest11 =
    dxpy = pytest_dxpy.plugin
"""


def test_a_suite_keeps_its_own_pytest() -> None:
    assert _wanted(["pytest>=8.4", "", "pytest-xdist", "pytest ; x", "tbb"]) == (
        "pytest-xdist",
        "tbb",
    )


def test_a_package_built_in_place_is_staged_with_its_entry_points(tmp_path: Path) -> None:
    package = tmp_path / "pytest_dxpy"
    (package / "__pycache__").mkdir(parents=True)
    (package / "_version.py").write_text('__version__ = "1.2"\n')
    (tmp_path / "setup.cfg").write_text(SETUP)
    with staged(tmp_path) as product:
        files = product.files
        assert sorted(str(path.relative_to(files)) for path in files.rglob("*")) == [
            "pytest_dxpy",
            "pytest_dxpy-1.2.dist-info",
            "pytest_dxpy-1.2.dist-info/METADATA",
            "pytest_dxpy-1.2.dist-info/entry_points.txt",
            "pytest_dxpy/_version.py",
        ]
        points = (files / "pytest_dxpy-1.2.dist-info" / "entry_points.txt").read_text()
        assert points == "[pytest11]\n\ndxpy = pytest_dxpy.plugin\n"
        assert product.requirements == ("pytest-something>=1", "tbb>=2022")
    assert not files.exists()
