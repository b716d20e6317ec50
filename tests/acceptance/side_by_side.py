"""A project run plainly and with ours, beside a plugin of somebody else's."""

from __future__ import annotations

import dataclasses
import re

from tests.conftest import Project, Result, differences

MODE = re.compile(r"^dxpy: [12] workers?, (\w+) collection", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Both:
    """Two runs, and the folders that they have written to."""

    plain: Result
    ours: Result
    plain_project: Project
    our_project: Project

    @property
    def mode(self) -> str:
        """How ours collected."""
        found = MODE.search(self.ours.output)
        return found[1] if found else "off"

    def texts(self, name: str) -> tuple[str, str]:
        """What ours has written to a file, and what plain pytest has."""
        return self.our_project.read(name), self.plain_project.read(name)


def run_both(project: Project, *args: str, workers: int = 2) -> Both:
    """Run it both ways, each in a folder of its own; the same is reported in the same order."""
    twin = project.twin("plain")
    both = Both(twin.plain(*args), project.run(*args, workers=workers), twin, project)
    plain, ours = (
        [f"exit code {one.code}", one.summary, *one.reports] for one in (both.plain, both.ours)
    )
    found = differences(ours, plain)
    assert found == "", f"{found}\n{both.ours.output}"
    return both
