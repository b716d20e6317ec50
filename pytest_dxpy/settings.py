"""pytest's settings outside of a run of pytest, and what they say of discovery.

pytest itself reads them: it is started, and stopped before it imports a conftest
or collects anything.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_dxpy import known_plugins, remembered
from pytest_dxpy.errors import OptionError
from pytest_dxpy.remembered import CONFIGURATION_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# How pytest is started to learn its settings. No conftest is imported for that, and
# no plugin but those that 'addopts' or PYTEST_PLUGINS name.
SETTINGS_ONLY: Final = (
    "--disable-plugin-autoload",
    "--noconftest",
    "-pno:dxpy",
    "-pno:pytest_dxpy.plugin",
    "-orequired_plugins=",
)
# Options of pytest that leave tests out, or put them in another order.
CHOOSING_OPTIONS: Final = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "doctestmodules": "--doctest-modules",
    "keepduplicates": "--keep-duplicates",
    "lf": "--last-failed",
    "failedfirst": "--failed-first",
    "newfirst": "--new-first",
    "stepwise": "--stepwise",
}
# Settings of pytest under which tests or their ids are not what we take them for, by
# the value that they have to have.
PLAIN_SETTINGS: Final = {
    "collect_imported_tests": True,
    "disable_test_id_escaping_and_forfeit_all_rights_to_community_support": False,
    "strict": False,
    "strict_parametrization_ids": False,
}
# Parts of pytest that one can switch off and that collect tests.
COLLECTING_PARTS: Final = ("main", "mark", "python", "unittest")

Doubt = tuple[str, str]  # kind, detail


class _Stop(Exception):  # noqa: N818  # not an error
    """pytest's settings are known."""


class _Reader:
    """Ends pytest's start when its settings are known, before any conftest is imported."""

    config: Any

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        self.config = early_config
        raise _Stop


def read(paths: Sequence[str]) -> Any:
    """The configuration that pytest has with these arguments.

    Options that plugins define are passed over; those of pytest itself count,
    from ``addopts`` as well.

    Raises:
        OptionError: pytest cannot use its configuration file, or a path does not exist.
    """
    for path in paths:
        if not os.path.exists(remembered.file_of(path)):  # noqa: PTH110
            raise OptionError(f"PATH: {path!r} does not exist", hint="name files or directories")
    reader = _Reader()
    try:
        pytest.main([*SETTINGS_ONLY, "--", *paths], plugins=[reader])
    except _Stop:
        reader.config.option = reader.config.known_args_namespace
        reader.config.args = list(paths) or _default_arguments(reader.config)
        return reader.config
    except Warning as warning:  # of pytest itself, where a setting makes errors of warnings
        raise OptionError(
            f"pytest's settings cannot be read: {' '.join(str(warning).split())}",
            hint="pytest itself does not start with them",
        ) from warning
    raise OptionError("pytest's settings cannot be read", hint="pytest says above what is wrong")


def _default_arguments(config: Any) -> list[str]:
    """What pytest collects where the command line names nothing."""
    import glob  # noqa: PLC0415

    directory = config.invocation_params.dir
    patterns = config.getini("testpaths") if directory == config.rootpath else ()
    found = [
        path
        for pattern in patterns
        for path in sorted(glob.iglob(pattern, recursive=True))  # noqa: PTH207  # as pytest
    ]
    return found or [str(directory)]


def may_be_remembered(config: Any, paths: Sequence[str]) -> bool:
    """Whether these settings depend on nothing but what ``remembered.state`` has.

    Not where pytest has read a file of another place, where a plugin was imported, or
    where arguments are patterns.
    """
    words = [*os.environ.get("PYTEST_ADDOPTS", "").split(), *config.getini("addopts")]
    folders = remembered.folders_above(paths)
    return not (
        any(word.startswith("@") or "$" in word for word in words)
        or any(set("*?[") & set(pattern) for pattern in config.getini("testpaths"))
        or (config.inipath is not None and str(config.inipath.parent) not in folders)
        or (config.inipath is not None and config.inipath.name not in CONFIGURATION_FILES)
        or any(not module.startswith("_pytest.") for _, module in _loaded(config))
    )


def expected(config: Any) -> list[tuple[str, bool]]:
    """The paths that ``testpaths`` names, and whether they exist."""
    directory = config.invocation_params.dir
    return [
        (path, os.path.lexists(path))
        for path in (str(directory / pattern) for pattern in config.getini("testpaths"))
    ]


def index_path(config: Any) -> str:
    """Where the index is kept, in a directory that exists; empty: it is not kept.

    Like the records it has its place in pytest's cache directory, unless DX_CACHE_DIR
    or the setting ``dx_cache_dir`` names another one.
    """
    try:
        folder = record_folder(config, "", make=True)
    except OSError:
        return ""
    return str(folder / "facts.dxti") if folder and os.access(folder, os.W_OK) else ""


def record_folder(config: Any, cache_dir: str, *, make: bool) -> Path | None:
    """The folder of what is kept between runs; None where nothing is.

    Args:
        config: of ``read``.
        cache_dir: which one; empty: as the environment or the settings have it.
        make: make it where it is not there.

    Raises:
        OSError: it cannot be made.
    """
    named = cache_dir or os.environ.get("DX_CACHE_DIR") or _own_setting(config, "dx_cache_dir")
    if named:
        folder = Path(config.invocation_params.dir / named)
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        return folder
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    return _cache_folder(config, make=make)


def _own_setting(config: Any, name: str) -> str:
    """A setting of ours or of a plugin, of which pytest does not know here."""
    given = getattr(config, "_inicfg", None)  # since pytest 9
    value = (config.inicfg if given is None else given).get(name, "")
    return str(getattr(value, "value", value))


def _cache_folder(config: Any, *, make: bool) -> Path:
    from _pytest.cacheprovider import Cache  # noqa: PLC0415

    place = Cache.cache_dir_from_config(config, _ispytest=True)
    # Not just mkdir: a cache directory that pytest finds without its .gitignore stays so.
    return (
        Path(Cache(place, config, _ispytest=True).mkdir("dxpy")) if make else place / "d" / "dxpy"
    )


def doubts(config: Any) -> list[Doubt]:
    """Why the tests of no file are certain: options, settings and plugins."""
    return [*_option_doubts(config), *_setting_doubts(config), *_plugin_doubts(config)]


def _option_doubts(config: Any) -> Iterator[Doubt]:
    for name, flag in CHOOSING_OPTIONS.items():
        if getattr(config.option, name, None):
            yield "option", flag
    for name in COLLECTING_PARTS:
        if config.pluginmanager.is_blocked(name):
            yield "option", f"-p no:{name}"


def _setting_doubts(config: Any) -> Iterator[Doubt]:
    for name, plain in PLAIN_SETTINGS.items():
        try:
            value = config.getini(name)
        except (KeyError, ValueError):  # of a newer pytest
            continue
        if value is not None and bool(value) is not plain:
            yield "setting", name
    if config.getini("empty_parameter_set_mark") == "fail_at_collect":
        yield "setting", "empty_parameter_set_mark"
    if _own_setting(config, "anyio_mode") == "auto":
        yield "setting", "anyio_mode"


def _plugin_doubts(config: Any) -> Iterator[Doubt]:
    """Plugins of which it is not known that they leave tests and their ids alone."""
    for name, module in plugins(config):
        if not known_plugins.collects_nothing(module):
            yield "plugin", name


def _loaded(config: Any) -> Iterator[tuple[str, str]]:
    """The plugins that pytest has imported, as (name, module)."""
    for name, plugin in config.pluginmanager.list_name_plugin():
        if plugin is not None and not isinstance(plugin, _Reader):
            named = plugin.__name__ if isinstance(plugin, ModuleType) else plugin.__module__
            yield str(name), str(named)


def plugins(config: Any) -> Iterator[tuple[str, str]]:
    """The plugins that a run has, as (name, module): loaded ones and entry points."""
    manager = config.pluginmanager
    yield from _loaded(config)
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        return
    import importlib.metadata  # noqa: PLC0415

    for entry in importlib.metadata.entry_points(group="pytest11"):
        if not manager.is_blocked(entry.name) and not manager.is_blocked(entry.module):
            yield entry.name, entry.module


def plain_fixtures(config: Any) -> list[str]:
    """Fixtures of pytest and of the plugins that are known: none has parameters."""
    modules = [module for _, module in plugins(config)]
    return known_plugins.plain_fixtures(modules)
