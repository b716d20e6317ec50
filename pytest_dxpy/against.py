"""Which test files can be reached by what changed since a git revision.

Decision 15: a test file that nothing of it leads to need not run, although its tests
never passed here. Who names the revision says that they pass there.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from pytest_dxpy import git_tree, known_plugins, native

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pytest

# Sources that take effect without an import.
_SETUP: Final = ("setup.py", "sitecustomize.py", "usercustomize.py")
_COMPILED: Final = (b".so", b".pyd", b".pyc")
_INSTALLED: Final = ("site-packages", "dist-packages")
# It imports what settings and conventions name.
_DJANGO: Final = "pytest_django"


class Against:
    """Compares the files with those of one revision, once, for one run."""

    def __init__(self, config: pytest.Config, revision: str, own_folder: Path | None) -> None:
        """Ask git what differs.

        Args:
            config: with its options parsed.
            revision: as git understands it.
            own_folder: where we keep things; no test depends on what is there.

        Raises:
            TreeError: there is nothing to compare with.
        """
        self._config: Any = config
        self._difference = git_tree.compare(config.rootpath, revision)
        self._since = f"changed since {revision}"
        self._own = os.fsencode(os.path.realpath(own_folder)) if own_folder else b""
        self._changed = [path for path in self._difference.changed if not self._is_own(path)]
        self._everything: list[str] | None = None
        self._reach: Any = None
        self._chains: dict[str, list[str]] = {}

    def chains(self, paths: Iterable[str]) -> dict[str, list[str]]:
        """For each test file why it has to run, from the change on; empty: it need not.

        Args:
            paths: absolute.
        """
        new = [path for path in dict.fromkeys(paths) if path not in self._chains]
        if new and self._everything is None:
            self._everything = self._why_everything()
        names = {path: self._name(path) for path in new}
        asked = [path for path in new if names[path] and self._changed and not self._everything]
        found = dict(zip(asked, self._ask([names[path] for path in asked]), strict=True))
        for path in new:
            elsewhere = [] if names[path] else ["it is not in the repository, or a symbolic link"]
            self._chains[path] = self._everything or found.get(path, elsewhere)
        return self._chains

    def _is_own(self, path: bytes) -> bool:
        whole = os.path.join(self._difference.top, path)  # noqa: PTH118
        return bool(self._own) and whole.startswith(self._own + b"/")

    def _name(self, path: str) -> bytes:
        """Relative to the repository; empty where it is not in it, or stands for another file."""
        folder, name = os.path.split(path)
        real = os.fsencode(os.path.join(os.path.realpath(folder), name))  # noqa: PTH118
        top = self._difference.top + b"/"
        inside = real.startswith(top) and os.path.isabs(path) and not os.path.islink(real)  # noqa: PTH114, PTH117
        return real[len(top) :] if inside else b""

    # What no reading of sources can tell.

    def _why_everything(self) -> list[str]:
        """Why every test has to run; empty: not every one has to."""
        for path in self._changed:
            if not path.endswith(b".py") or os.fsdecode(path.rpartition(b"/")[2]) in _SETUP:
                return [self._told(path)]
        if self._changed:
            if self._config.option.__dict__.get("doctestmodules"):
                return [self._told(self._changed[0]), "--doctest-modules"]
            for name, root in self._foreign_plugins():
                if not known_plugins.known(root) or root == _DJANGO:
                    return [
                        self._told(self._changed[0]),
                        f"plugin {name!r}, of which it is not known what it imports",
                    ]
        return []

    def _told(self, path: bytes) -> str:
        return f"{path.decode(errors='replace')} {self._since}"

    def _plugins(self) -> Iterator[tuple[str, str, bytes]]:
        """(name, module, file) of what is registered, but for conftests."""
        manager = self._config.pluginmanager
        conftests = {id(plugin) for plugin in manager._conftest_plugins}
        for name, plugin in manager.list_name_plugin():
            if plugin is None or id(plugin) in conftests:
                continue
            # An object of a class, or the class itself: pytest 8 has one of these.
            named = plugin if isinstance(plugin, (ModuleType, type)) else type(plugin)
            module = named.__name__ if isinstance(named, ModuleType) else named.__module__
            file = getattr(sys.modules.get(module), "__file__", None) or ""
            yield name, module, os.fsencode(os.path.realpath(file)) if file else b""

    def _foreign_plugins(self) -> Iterator[tuple[str, str]]:
        for name, module, file in self._plugins():
            if not self._is_part(file):
                yield name, module.partition(".")[0]

    def _is_part(self, file: bytes) -> bool:
        """Whether a file is one of the tree, and not installed into it."""
        top = self._difference.top + b"/"
        return file.startswith(top) and not any(
            os.fsencode(folder) in file[len(top) :].split(b"/") for folder in _INSTALLED
        )

    # What sources tell.

    def _ask(self, names: Sequence[bytes]) -> list[list[str]]:
        if not names:
            return []
        if self._reach is None:
            self._reach = self._make_reach([])
        found = self._reach.run(names)
        if aliases := self._aliases(self._reach.unknown()):
            self._reach = self._make_reach(aliases)
            found = self._reach.run(names)
        return [[step.decode(errors="replace") for step in chain] for chain in found]

    def _make_reach(self, aliases: list[tuple[bytes, bytes]]) -> Any:
        difference = self._difference
        sources, opaque = self._sort(difference.files)
        conftests = [path for path in self._changed if path.rpartition(b"/")[2] == b"conftest.py"]
        modules = [path for path in self._changed if not self._is_test(path)]
        top = len(difference.top) + 1
        return native.TreeReach(
            difference.top,
            sources,
            [*((path, self._since.encode()) for path in self._changed), *opaque],
            list(difference.old(conftests).items()),
            self._told(self._changed[0]).encode(errors="surrogateescape"),
            self._told(modules[0]).encode(errors="surrogateescape") if modules else b"",
            [file[top:] for _, _, file in self._plugins() if self._is_part(file)],
            [str(value).encode(errors="replace") for value in self._settings()],
            aliases,
        )

    def _is_test(self, path: bytes) -> bool:
        """Whether pytest takes it for a test file, and nobody imports it but by name."""
        from _pytest.pathlib import fnmatch_ex  # noqa: PLC0415

        patterns = self._config.getini("python_files")
        return any(fnmatch_ex(pattern, os.fsdecode(path)) for pattern in patterns)

    def _settings(self) -> Iterable[object]:
        given = getattr(self._config, "_inicfg", None)  # since pytest 9
        values = (self._config.inicfg if given is None else given).values()
        return [getattr(value, "value", value) for value in values]

    def _sort(self, files: Sequence[bytes]) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
        """Sources that can be read, and modules that cannot, with the reason."""
        sources, opaque = [], []
        for path in files:
            name = path.rpartition(b"/")[2]
            is_source = name.endswith(b".py")
            if any(os.fsencode(folder) in path.split(b"/") for folder in _INSTALLED):
                continue
            if name.endswith(_COMPILED):
                if b"__pycache__" not in path:
                    opaque.append((path, b"is compiled, and may import anything"))
            elif is_source or b"." not in name:  # a folder, where it is a link
                if os.path.islink(os.path.join(self._difference.top, path)):  # noqa: PTH114, PTH118
                    opaque.append((path, b"is a symbolic link"))
                elif is_source:
                    sources.append(path)
        return sources, opaque

    def _aliases(self, unknown: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """Modules that Python finds in the tree under another name, and where."""
        found = []
        for name in (os.fsdecode(each) for each in unknown):
            if name in sys.stdlib_module_names:
                continue
            try:
                spec = importlib.util.find_spec(name)
            except (ImportError, ValueError, AttributeError):
                continue
            places = [] if spec is None else [*(spec.submodule_search_locations or [])]
            if spec is not None and not places and spec.origin:
                places = [spec.origin]
            real = [os.fsencode(os.path.realpath(each)) for each in places]
            top = len(self._difference.top) + 1
            found += [(os.fsencode(name), place[top:]) for place in real if self._is_part(place)]
        return found
