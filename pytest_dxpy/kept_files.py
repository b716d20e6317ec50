"""The files in which a project's runs keep things for the next ones."""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any, Final

RECORD: Final = "impact.dxs"  # what tests depend on
DURATIONS: Final = "files.json"
SCHEDULES: Final = "runs"  # a folder: what ran where, in the last runs
MEMO: Final = "idle.dxm"  # the last judgement by which no test had to run


def folder_of(config: Any, cache_dir: str) -> tuple[Path | None, Callable[[], object]]:
    """Where things are kept between runs, and what makes that folder.

    Args:
        config: of pytest; it need not be configured.
        cache_dir: the value of ``--dx-cache-dir``.
    """
    if cache_dir:
        return config.invocation_params.dir / cache_dir, lambda: None
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None, lambda: None
    # config.cache is made in pytest_configure; its place is known before.
    from _pytest.cacheprovider import Cache  # noqa: PLC0415

    place = Cache.cache_dir_from_config(config, _ispytest=True)
    # Not just mkdir: a cache directory that pytest finds without its .gitignore stays so.
    return place / "d" / "dxpy", lambda: config.cache.mkdir("dxpy")
