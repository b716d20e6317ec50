"""Backups that show whether anyone has touched them.

A backup is a JSON file and a seal: a keyed hash under a key that is derived from
a passphrase, slowly on purpose.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from inventory.errors import BadValueError
from inventory.money import Money
from inventory.store import Product, Store

ROUNDS = 25_000


def derive_key(passphrase: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """The sealing key of a passphrase."""
    if not passphrase:
        raise BadValueError("the passphrase is empty")
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, rounds)


def contents(store: Store) -> dict[str, Any]:
    """All of a store as plain data."""
    catalogue = store.products()
    products = [{**dataclasses.asdict(one), "price": one.price.cents} for one in catalogue]
    movements = [dataclasses.astuple(movement) for movement in store.movements()]
    return {"products": products, "movements": movements}


def write(store: Store, path: Path, passphrase: str) -> None:
    """Write a sealed backup, whole or not at all."""
    body = json.dumps(contents(store), sort_keys=True)
    salt = os.urandom(16)
    seal = hmac.new(derive_key(passphrase, salt), body.encode(), "sha256").hexdigest()
    aside = path.with_suffix(".part")
    with aside.open("w") as file:
        json.dump({"salt": salt.hex(), "seal": seal, "body": body}, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def read(path: Path, passphrase: str) -> dict[str, Any]:
    """A backup's contents, if its seal is whole."""
    try:
        outer = json.loads(path.read_text())
        salt, seal, body = bytes.fromhex(outer["salt"]), outer["seal"], outer["body"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadValueError(f"{path.name} is no backup") from error
    expected = hmac.new(derive_key(passphrase, salt), body.encode(), "sha256").hexdigest()
    if not hmac.compare_digest(seal, expected):
        raise BadValueError(f"{path.name}: the seal is broken, or the passphrase is wrong")
    data: dict[str, Any] = json.loads(body)
    return data


def restore(store: Store, path: Path, passphrase: str) -> None:
    """Fill an empty store from a backup."""
    data = read(path, passphrase)
    if store.products():
        raise BadValueError("the store is not empty")
    with store.transaction():
        for fields in data["products"]:
            store.add(Product(**{**fields, "price": Money(fields["price"])}))
        for number, quantity, reason in data["movements"]:
            if quantity > 0:
                store.receive(number, quantity, reason)
            else:
                store.ship(number, -quantity, reason)
