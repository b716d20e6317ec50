"""Where pytest's settings have tests looked for, and whether a walk of the files finds them all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pytest_dxpy import native
from pytest_dxpy.arguments import resolve_arguments

if TYPE_CHECKING:
    import pytest

# What a conftest has in it that makes pytest find tests where a walk does not.
FINDER_HOOKS = (b"pytest_collect_file", b"pytest_collect_directory", b"pytest_pycollect_makemodule")


def test_files(config: pytest.Config) -> native.TestFiles:
    """The files that a walk finds.

    Raises:
        pytest.UsageError: an argument names no file.
    """
    roots = [os.fsencode(argument.path) for argument in resolve_arguments(config)]
    return native.TestFiles(roots, **rules(config))


def finds_all(config: pytest.Config, conftests: list[bytes]) -> bool:
    """Whether the files that a walk finds are all that there are.

    Args:
        config: with its plugins and initial conftests.
        conftests: paths of all conftest files.
    """
    # not config.hook, which in pytest 8 hides the callers of hooks that take a path
    hook = config.pluginmanager.hook
    for name in FINDER_HOOKS:
        for implementation in getattr(hook, name.decode()).get_hookimpls():
            if not implementation.function.__module__.startswith(("_pytest.", "pytest_dxpy.")):
                return False
    return not any(native.find_text(conftests, [*FINDER_HOOKS]))


class Modules:
    """The names that test files are imported under."""

    def __init__(self, config: pytest.Config, paths: list[str]) -> None:
        """Look for packages above them.

        Args:
            config: of the run.
            paths: of the files, absolute.
        """
        self._packages: dict[str, str] = {}
        self.clash = ""  # a name that two files have: only who imports both meets the error
        if config.option.importmode == "importlib":
            return
        seen: set[str] = set()
        for path in paths:
            folder, _, name = path.rpartition("/")
            module = f"{self._package(folder)}{name}"
            if name.endswith(".py") and module in seen:
                self.clash = module.removesuffix(".py")
                return
            seen.add(module)

    @property
    def folders(self) -> list[str]:
        """Those that were looked at, for whether they are packages."""
        return list(self._packages)

    def _package(self, folder: str) -> str:
        """The package that a folder is, with a dot behind it; empty where it is none."""
        known = self._packages
        if folder not in known:
            above, _, name = folder.rpartition("/")
            inside = os.path.isfile(f"{folder}/__init__.py")  # noqa: PTH113
            known[folder] = f"{self._package(above)}{name}." if inside else ""
        return known[folder]


def rules(config: Any) -> dict[str, Any]:
    """What pytest's settings say about which files to collect, as ``native.walk`` takes it."""
    option = config.option
    doctest = config.pluginmanager.hasplugin("doctest")
    return {
        "python_files": [os.fsencode(text) for text in config.getini("python_files")],
        "norecursedirs": [os.fsencode(text) for text in config.getini("norecursedirs")],
        "ignore": [os.fsencode(_absolute(config, text)) for text in option.ignore or ()],
        "ignore_glob": [os.fsencode(_absolute(config, text)) for text in option.ignore_glob or ()],
        "doctest_globs": [os.fsencode(text) for text in _doctest_globs(option) if doctest],
        "doctest_modules": doctest and bool(option.doctestmodules),
        "collect_in_virtualenv": bool(option.collect_in_virtualenv),
        "keep_duplicates": bool(option.keepduplicates),
    }


def _doctest_globs(option: Any) -> list[str]:
    return option.doctestglob or ["test*.txt"]


def _absolute(config: pytest.Config, text: str) -> str:
    return os.path.abspath(os.path.join(config.invocation_params.dir, text))  # noqa: PTH100, PTH118
