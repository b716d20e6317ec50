"""Settings, data files, a script and a plugin of the sample project.

A line ``=== path`` begins each file.
"""

from __future__ import annotations

FILES = r"""
=== pyproject.toml
[project]
name = "harbour"
version = "1.0"

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["overrides", "src"]
addopts = ["-p", "harbour_checks"]
markers = ["storm: only in bad weather", "night: after dark"]
dx_env = "HARBOUR_ZONE"

[tool.speller]
words = ["quay"]
=== .gitignore
__pycache__/
.pytest_cache/
.testmondata*
=== README.md
# harbour
=== data/berths.json
{"east": 9, "west": 12}
=== data/dues.csv
barge,1.5
liner,20
=== data/quays/east.txt
e
=== data/quays/west.txt
w
=== data/depths.txt
shoal 3
basin 11
=== data/formula.txt
2 * RATE
=== scripts/manifest.py
import sys

print("manifest:" + sys.argv[1])
=== harbour_checks.py
import pytest


def _tonnage():
    return 100


@pytest.fixture
def tonnage():
    return _tonnage()
=== src/soundings.py
def fathoms(metres):
    return round(metres / 1.8288)
=== src/harbour/notice.txt
Berth {berth} is free
=== src/harbour/rules.txt
No wake
"""
