"""What every test depends on: the interpreter, pytest, its plugins and settings.

A change of any of these selects every test.
"""

from __future__ import annotations

import hashlib
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

# Options that say which tests run, where, or how they are told; no outcome depends on them.
_HARMLESS: Final = frozenset(
    [
        "basetemp", "cacheclear", "cacheshow", "code_highlight", "collectonly", "color",
        "continue_on_collection_errors", "debug", "deselect", "disable_warnings", "dist",
        "durations", "durations_min", "failedfirst", "file_or_dir", "fold_skipped",
        "force_short_summary", "fulltrace", "help", "ignore", "ignore_glob", "inifilename",
        "junitprefix", "keepduplicates", "keyword", "last_failed_no_failures", "lf", "log_file",
        "log_file_mode", "looponfail", "markers", "markexpr", "maxfail", "maxprocesses",
        "maxschedchunk", "maxworkerrestart", "newfirst", "no_fold_skipped", "no_header",
        "no_summary", "numprocesses", "pastebin", "plugins", "px", "pyargs", "quiet",
        "reportchars", "rootdir", "rsyncdir", "rsyncignore", "setuponly", "setupplan",
        "setupshow", "show_capture", "show_fixtures_per_test", "showfixtures", "showlocals",
        "stepwise", "stepwise_reset", "stepwise_skip", "tbstyle", "testrunuid", "traceconfig",
        "tx", "usepdb", "verbose", "version", "xfail_tb", "xmlpath",
    ]
)  # fmt: skip
_HARMLESS_PREFIXES: Final = ("cov", "dx", "html", "no_cov", "json_report")
_HARMLESS_INI: Final = ("addopts", "dx", "testpaths", "norecursedirs", "junit_")


_VALUES: Final[pytest.StashKey[list[tuple[str, bytes]]]] = pytest.StashKey()


def values(config: pytest.Config, variables: Sequence[str]) -> list[tuple[str, bytes]]:
    """Name and content (16 bytes) of each value, as the store keeps them.

    As they are when they are first asked for: plugins add to settings when they are configured.

    Args:
        config: with its options parsed; it need not be configured.
        variables: environment variables that tests depend on.
    """
    if _VALUES not in config.stash:
        config.stash[_VALUES] = _find(config, variables)
    return config.stash[_VALUES]


def _find(config: pytest.Config, variables: Sequence[str]) -> list[tuple[str, bytes]]:
    texts: dict[str, object] = {
        "the interpreter": (sys.version, sys.platform, str(sys.flags), str(sys.warnoptions)),
        "pytest": pytest.__version__,
        "the plugins": _plugins(config),
        "pytest's settings": _settings(config),
        "pytest's options": _options(config),
        "dx_env": sorted(variables),
    }
    # PYTHONPATH decides which modules are found, whatever the user names.
    texts |= {f"${name}": os.environ.get(name) for name in {"PYTHONPATH", *variables}}
    return [(name, _content(text)) for name, text in texts.items()]


def with_variables_of_now(values_: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Values of another time, but environment variables as they are now."""
    return [
        (name, _content(os.environ.get(name[1:])) if name.startswith("$") else content)
        for name, content in values_
    ]


def _content(value: object) -> bytes:
    text = repr(value).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(text, digest_size=16).digest()


# It matters to no test whether and how these are there, or they are ours to stand in for.
_HARMLESS_PLUGINS: Final = ("_pytest.", "pytest_dxpy", "dxpy", "xdist", "pytest_xdist")


def _plugins(config: pytest.Config) -> list[str]:
    """Those that are installed, those that are named, and those that are forbidden."""
    manager = config.pluginmanager
    found = {_release(dist) for _, dist in manager.list_plugin_distinfo()}
    for name, plugin in manager.list_name_plugin():
        # Those that are no modules are made by others. Conftests are sources as others are.
        if plugin is None:
            found.add(f"no:{name}")
        elif isinstance(plugin, ModuleType) and not _is_conftest(plugin):
            found.add(plugin.__name__)
    return sorted(
        name for name in found if not name.removeprefix("no:").startswith(_HARMLESS_PLUGINS)
    )


def _is_conftest(plugin: ModuleType) -> bool:
    return str(getattr(plugin, "__file__", None) or "").endswith("conftest.py")


def _release(dist: Any) -> str:
    """Name and version of what is installed."""
    # A folder of metadata is named so; to read what is in it takes a millisecond each.
    folder: str = getattr(getattr(getattr(dist, "_dist", None), "_path", None), "name", "")
    if folder.endswith(".dist-info"):
        return folder
    return f"{dist.project_name} {dist.version}"


def _settings(config: pytest.Config) -> list[tuple[str, str]]:
    inner: Any = config
    given = inner._inicfg if hasattr(inner, "_inicfg") else inner.inicfg  # before pytest 9
    return sorted(
        (name, str(getattr(value, "value", value)))
        for name, value in given.items()
        if not name.startswith(_HARMLESS_INI)
    )


def _options(config: pytest.Config) -> list[tuple[str, str]]:
    return sorted(
        (name, str(value))
        for name, value in vars(config.option).items()
        if value and name not in _HARMLESS and not name.startswith(_HARMLESS_PREFIXES)
    )
