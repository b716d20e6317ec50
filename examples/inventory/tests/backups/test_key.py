from __future__ import annotations

import pytest
from inventory.backup import derive_key
from inventory.errors import BadValueError


@pytest.mark.parametrize("passphrase", ["a", "correct horse", "pässphräse", "x" * 300])
def test_a_key_is_the_same_every_time(passphrase: str) -> None:
    keys = {derive_key(passphrase, b"salt") for _ in range(2)}
    assert [len(key) for key in keys] == [32]


@pytest.mark.parametrize("salt", [b"", b"other", bytes(16)])
def test_another_salt_gives_another_key(salt: bytes) -> None:
    assert derive_key("a", b"salt") != derive_key("a", salt)


@pytest.mark.parametrize("passphrase", ["A", "a ", "b"])
def test_another_passphrase_gives_another_key(passphrase: str) -> None:
    assert derive_key("a", b"salt") != derive_key(passphrase, b"salt")


@pytest.mark.parametrize("rounds", [1, 2, 1000])
def test_rounds_count(rounds: int) -> None:
    assert derive_key("a", b"salt", rounds) != derive_key("a", b"salt", rounds + 1)


def test_an_empty_passphrase() -> None:
    with pytest.raises(BadValueError, match="the passphrase is empty"):
        derive_key("", b"salt")
