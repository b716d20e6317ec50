from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inventory import backup
from inventory.errors import BadValueError

PASSPHRASE = "correct horse"


def test_a_whole_seal(sealed: Path) -> None:
    assert len(backup.read(sealed, PASSPHRASE)["products"]) == 40


@pytest.mark.parametrize("passphrase", ["", "x", "correct  horse", "Correct horse"])
def test_a_wrong_passphrase(sealed: Path, passphrase: str) -> None:
    with pytest.raises(BadValueError):
        backup.read(sealed, passphrase)


@pytest.mark.parametrize("place", range(0, 4000, 400))
def test_each_changed_byte_breaks_it(
    sealed: Path, altered: Callable[..., Path], place: int
) -> None:
    body = json.loads(sealed.read_text())["body"]
    letter = "1" if body[place] != "1" else "2"
    with pytest.raises(BadValueError, match="the seal is broken"):
        backup.read(altered(body=body[:place] + letter + body[place + 1 :]), PASSPHRASE)


@pytest.mark.parametrize("changes", [{"salt": "00"}, {"seal": ""}, {"seal": "0" * 64}])
def test_a_changed_seal(altered: Callable[..., Path], changes: dict[str, str]) -> None:
    with pytest.raises(BadValueError, match="the seal is broken"):
        backup.read(altered(**changes), PASSPHRASE)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"salt": "xx"}', '{"salt": 1}'])
def test_what_is_no_backup(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(BadValueError, match=r"b\.json is no backup"):
        backup.read(path, PASSPHRASE)
