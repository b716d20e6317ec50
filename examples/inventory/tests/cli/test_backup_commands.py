from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize("passphrase", ["a", "two words", "päss"])
def test_a_round(stocked, tmp_path: Path, passphrase: str) -> None:
    file = tmp_path / "b.json"
    before = stocked("stock")[1]
    assert stocked("backup", file, "--passphrase", passphrase) == (0, "", "")
    (tmp_path / "shop.db").unlink()
    assert stocked("restore", file, "--passphrase", passphrase) == (0, "", "")
    assert stocked("stock")[1] == before


def test_a_wrong_passphrase(stocked, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    stocked("backup", file, "--passphrase", "a")
    (tmp_path / "shop.db").unlink()
    code, _, errors = stocked("restore", file, "--passphrase", "b")
    assert code == 1
    assert errors == "inventory: b.json: the seal is broken, or the passphrase is wrong\n"


def test_into_a_store_in_use(stocked, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    stocked("backup", file, "--passphrase", "a")
    code, _, errors = stocked("restore", file, "--passphrase", "a")
    assert (code, errors) == (1, "inventory: the store is not empty\n")


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_passphrase_is_required(
    run, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(command, tmp_path / "b.json")
    assert caught.value.code == 2
    assert "--passphrase" in capsys.readouterr().err
