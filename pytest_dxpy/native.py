"""The native core as Python sees it: the only module that imports ``_native``.

Functions here convert arguments, call once, and say in Python's terms what
comes back. They hold no state and make no decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_dxpy import _native
from pytest_dxpy.protocol import Item

if TYPE_CHECKING:
    from collections.abc import Sequence

NativeError = _native.NativeError
Dispatcher = _native.Dispatcher
WorkerPort = _native.WorkerPort

make_socket_pair = _native.make_socket_pair
send_message = _native.send_message
receive_message = _native.receive_message
die_with_parent = _native.die_with_parent
open_pidfd = _native.open_pidfd
count_threads = _native.count_threads

walk = _native.walk
find_text = _native.find_text
outline = _native.outline
tree_sitter_outline = _native.tree_sitter_outline
count_tests = _native.count_tests

Index = _native.Index
open_index = _native.open_index
update_index = _native.update_index
hash64 = _native.hash64


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
    return [
        Item(decode_id(node_id), (decode_id(path), None if line < 0 else line, decode_id(domain)))
        for node_id, path, line, domain in _native.decode_items(payload)
    ]


def encode_items(items: Sequence[Item]) -> list[tuple[bytes, bytes, int, bytes]]:
    """What ``WorkerPort.send_items`` takes."""
    return [
        (encode_id(node_id), encode_id(path), -1 if line is None else line, encode_id(domain))
        for node_id, (path, line, domain) in items
    ]
