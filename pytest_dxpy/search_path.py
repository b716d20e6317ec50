"""Where the imports of test files lead, as far as this process can tell."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# Those that find no module of a project, or what PathFinder finds. `six` has its own names.
KNOWN_FINDERS = ("_frozen_importlib", "_distutils_hack", "_pytest.", "six", "importlib.")


def as_settings(entries: Sequence[str]) -> dict[str, Any]:
    """What ``native.take_survey`` takes, with more ``entries`` than sys.path has.

    There are none at all where a finder is at work that is not known: then nobody knows what
    an import leads to.
    """
    paths: list[str] = []
    if all(_is_known(finder) for finder in sys.meta_path):
        # Whether the current directory is one of them depends on how pytest is started.
        paths = [os.getcwd(), *entries, *(entry for entry in sys.path if entry)]  # noqa: PTH109
        paths += [folder for finder in sys.meta_path for folder in _folders_of(finder)]
    return {
        "search_path": [os.fsencode(os.path.abspath(path)) for path in paths],  # noqa: PTH100
        "extension_suffixes": _extension_suffixes(),
    }


def _extension_suffixes() -> list[str]:
    import _imp  # noqa: PLC0415

    return _imp.extension_suffixes()


def _is_known(finder: object) -> bool:
    return _module_of(finder).startswith(KNOWN_FINDERS) or _mapping_of(finder) is not None


def _module_of(finder: object) -> str:
    return getattr(finder, "__module__", None) or type(finder).__module__


def _mapping_of(finder: object) -> dict[str, str] | None:
    """Module to path, of the finder that setuptools makes for an editable install."""
    name = _module_of(finder)
    if not (name.startswith("__editable__") and name.endswith("_finder")):
        return None
    module = sys.modules.get(name)
    return None if getattr(module, "NAMESPACES", None) else getattr(module, "MAPPING", None)


def _folders_of(finder: object) -> list[str]:
    return [os.path.dirname(path) for path in (_mapping_of(finder) or {}).values()]  # noqa: PTH120
