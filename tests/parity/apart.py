"""Keeps a suite's settings for pytest apart from those of the folders above it."""

from __future__ import annotations

from pathlib import Path

# Where pytest looks for its settings, and what must stand there; as its documentation says.
SETTINGS = {
    "pytest.toml": "",
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}


def set_apart(folder: Path) -> None:
    """Give a suite without settings empty ones.

    pytest would go on to the folders above, and take those of the checkout that the suite
    lies in.
    """
    for name, section in SETTINGS.items():
        file = folder / name
        if file.is_file() and section in file.read_text(encoding="utf-8", errors="replace"):
            return
    (folder / "pytest.ini").write_text("", encoding="utf-8")
