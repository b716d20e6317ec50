"""The native core as Python sees it: the only module that imports ``_native`` and ``_survey``.

Functions here convert arguments, call once, and say in Python's terms what
comes back. They hold no state and make no decisions.
"""

from __future__ import annotations

import os
import sys

from pytest_dxpy import _native

TYPE_CHECKING = False  # not typing's: importing that takes milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pytest_dxpy import _survey
    from pytest_dxpy.protocol import Item

    Dispatcher = _native.Dispatcher
    WorkerPort = _native.WorkerPort
    available_memory = _native.available_memory
    peak_own_memory = _native.peak_own_memory
    stack_signal = _native.stack_signal
    SEGMENT_ALIGNMENT = _native.SEGMENT_ALIGNMENT
    open_segment = _native.open_segment
    write_segment = _native.write_segment
    close_segment = _native.close_segment
    ImpactStore = _native.ImpactStore
    ImpactRecord = _native.ImpactRecord
    ImpactArchive = _native.ImpactArchive
    TreeReach = _native.TreeReach
    parts = _native.parts
    compare_parts = _native.compare_parts

    Index = _survey.Index
    Survey = _survey.Survey
    count_tests = _survey.count_tests
    hash64 = _survey.hash64
    import_graph = _survey.import_graph
    open_index = _survey.open_index
    outline = _survey.outline
    tree_sitter_outline = _survey.tree_sitter_outline
    update_index = _survey.update_index
else:

    def __getattr__(name: str) -> object:
        """What not every run needs, and takes milliseconds to load or to make."""
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if (found := getattr(_native, name, None)) is not None:
            return found
        from pytest_dxpy import _survey  # noqa: PLC0415

        return getattr(_survey, name)


NativeError = _native.NativeError
Recorder = _native.Recorder
TestFiles = _native.TestFiles
read_trace = _native.read_trace

make_socket_pair = _native.make_socket_pair
send_message = _native.send_message
receive_message = _native.receive_message
die_with_parent = _native.die_with_parent
open_pidfd = _native.open_pidfd
count_threads = _native.count_threads
usable_cpus = _native.usable_cpus
own_shared_pages = _native.own_shared_pages

walk = _native.walk
find_text = _native.find_text


def file_facts(
    source: bytes,
    *,
    python_classes: Sequence[str] = ("Test",),
    python_functions: Sequence[str] = ("test",),
    python_version: tuple[int, int] = sys.version_info[:2],
    plain_imports: Sequence[str] = (),
) -> dict[str, Any]:
    """What one test file contributes to a run, read from its source alone.

    Args:
        source: the bytes of the file.
        python_classes: prefixes or globs, as in pytest's settings.
        python_functions: the same for functions.
        python_version: of the Python that will import the file.
        plain_imports: names of other modules, as in ``.tools.TestClient``, that are known to
            be no tests.

    Returns:
        ``exact``, ``tests``, ``fixtures``, ``imported`` and ``reasons``; names are bytes.
        native/facts/file_facts.h says what each means, and what ``exact`` promises.

    Releases the GIL.
    """
    from pytest_dxpy import _survey  # noqa: PLC0415

    return _survey.file_facts(
        source,
        python_classes=list(python_classes),
        python_functions=list(python_functions),
        python_version=python_version,
        plain_imports=list(plain_imports),
    )


def resolve_facts(
    paths: Sequence[str | os.PathLike[str]],
    *,
    entries: Sequence[str],
    python_classes: Sequence[str] = ("Test",),
    python_functions: Sequence[str] = ("test",),
    python_version: tuple[int, int] = sys.version_info[:2],
) -> list[dict[str, Any]]:
    """The facts of several files, in their order, with the help of those they import.

    Compiled modules are known by the suffixes of the Python that runs this.

    Args:
        paths: of the files, absolute.
        entries: directories as in sys.path, with those that pytest adds; in any order.
        python_classes: as in ``file_facts``.
        python_functions: as in ``file_facts``.
        python_version: as in ``file_facts``.

    Returns:
        What ``file_facts`` returns, one for each path. ``sources`` are the other files that
        had a say; native/resolve/resolver.h says what is followed.

    Releases the GIL.
    """
    import importlib.machinery  # noqa: PLC0415  # who does not resolve does not wait for it

    from pytest_dxpy import _survey  # noqa: PLC0415

    return _survey.resolve_facts(
        [os.fsencode(path) for path in paths],
        entries=[os.fsencode(entry) for entry in entries],
        extension_suffixes=importlib.machinery.EXTENSION_SUFFIXES,
        python_classes=list(python_classes),
        python_functions=list(python_functions),
        python_version=python_version,
    )


def node_ids(facts: dict[str, Any], path: str) -> list[str]:
    """The node ids of exact facts, in pytest's order, for a file with this path."""
    ids = []
    for test in facts["tests"]:
        node_id = f"{path}::{test['name'].decode()}"
        if test["ids"] is None:
            ids.append(node_id)
        else:
            ids += [f"{node_id}[{case.decode()}]" for case in test["ids"]]
    return ids


def take_survey(roots: Sequence[bytes], request: dict[str, Any]) -> Survey:
    """Find the test files below ``roots`` and tell which tests they have.

    Args:
        roots: resolved command line arguments: absolute paths of directories or files.
        request: a dict of

            - ``walk``: the settings that ``walk`` takes;
            - ``rules``: the settings that ``file_facts`` takes;
            - ``project``: ``plain_fixtures``, ``used_fixtures``, ``loud_marks`` and ``doubts``,
              as native/survey/surroundings.h has them;
            - ``rootdir``, ``confcutdir``: absolute paths;
            - ``index_path``: where facts are kept; empty: nowhere;
            - ``build``: a text that changes with the parser;
            - ``search_path``: where imports are followed to; empty: they are not;
            - ``extension_suffixes``: of compiled modules.

    Releases the GIL while it works. No damage of the index, and nothing in the tree, makes it
    fail; ``problems()`` tells.
    """
    from pytest_dxpy import _survey  # noqa: PLC0415

    return _survey.take_survey(list(roots), request)


def build() -> str:
    """A text that is another one for another build of what reads sources for a survey."""
    from pytest_dxpy import _survey  # noqa: PLC0415

    found = os.stat(_survey.__file__)  # noqa: PTH116
    return f"{found.st_size} {found.st_mtime_ns}"


def encode_id(node_id: str) -> bytes:
    """A node id as bytes; lone surrogates pass through."""
    return node_id.encode("utf-8", "surrogatepass")


def decode_id(data: bytes) -> str:
    """The node id behind ``encode_id``'s bytes."""
    return data.decode("utf-8", "surrogatepass")


def decode_units(payload: bytes) -> list[tuple[str, int, int]]:
    """The units of a Discovered event, in pytest's order: (key, argument, size in bytes).

    Raises:
        NativeError: the payload is damaged.
    """
    return [
        (decode_id(key), argument, size) for key, argument, size in _native.decode_units(payload)
    ]


def decode_items(payload: bytes) -> list[Item]:
    """The items of a Collected event, in the order in which they run.

    Raises:
        NativeError: the payload is damaged.
    """
    from pytest_dxpy.protocol import Item  # noqa: PLC0415  # its dataclasses take their time

    return [
        Item(
            decode_id(node_id),
            # A path is the same for many, and kept to the end.
            (sys.intern(decode_id(path)), None if line < 0 else line, decode_id(domain)),
        )
        for node_id, path, line, domain in _native.decode_items(payload)
    ]


def encode_items(items: Sequence[Item]) -> list[tuple[bytes, bytes, int, bytes]]:
    """What ``WorkerPort.send_items`` takes."""
    return [
        (encode_id(node_id), encode_id(path), -1 if line is None else line, encode_id(domain))
        for node_id, (path, line, domain) in items
    ]
