from __future__ import annotations

import sysconfig

from pytest_dxpy import standard_library


def test_the_folders_are_those_that_sysconfig_says() -> None:
    paths = sysconfig.get_paths()
    assert standard_library.folders() == [paths["stdlib"], paths["platstdlib"]]
