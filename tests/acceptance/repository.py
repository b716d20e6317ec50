"""A project in a git repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.acceptance.shop import edit
from tests.conftest import PLUGINS, Project, Result

if TYPE_CHECKING:
    from pathlib import Path

# No setting of the user or the machine, and no repository around.
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


class Repository:
    """Runs git and pytest in a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.path
        kept = {name: value for name, value in project.env.items() if not name.startswith("GIT_")}
        project.env = {**kept, **ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(self.path.parent)}
        # A plugin from elsewhere may import anything; one of the project's own is read.
        shutil.copy(PLUGINS / "dxpy_recorder.py", self.path)

    def git(self, *words: str, folder: Path | None = None) -> str:
        """Run git; what it writes."""
        done = subprocess.run(
            ["git", *words],
            cwd=folder or self.path,
            env=self.project.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def begin(self) -> None:
        """Make the repository, with all that is there as its first commit, on a branch."""
        self.git("init", "-q", "-b", "main")
        self.commit()
        self.git("checkout", "-q", "-b", "work")

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file."""
        edit(self.project, name, old, new)

    def against(self, *args: str, revision: str = "main") -> Result:
        """Run what changed since a revision."""
        return self.project.run(f"--dx-affected={revision}", *args)
