"""A new key of the installation: every stored file depends on it afterwards, and not a byte of them changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.store import crypto, storage
from portal.core.store.crypto import add_key, keys
from portal.core.store.storage import CHUNK, HEAD, MARK
from portal.core.tools.settings import SETTINGS
from tests.helpers.changes import ChangeSettings

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def own_keys(files: Path, tmp_path: Path, settings: ChangeSettings) -> Iterator[Path]:
    """Keys and a store for this test only."""
    path, data = tmp_path / "keys.toml", tmp_path / "data"
    settings(keys=str(path), data=data)
    keys.cache_clear()
    storage.store.cache_clear()
    crypto.make_keys()
    yield path
    keys.cache_clear()


def numbered(path: Path) -> dict[str, int]:
    """Return which key each stored file depends on."""
    top = SETTINGS.data / "files"
    return {str(file.relative_to(top)): file.read_bytes()[MARK] for file in sorted(top.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
async def test_after_a_rotation_every_file_opens_with_the_new_key_alone(
    own_keys: Path, settings: ChangeSettings, cipher: str
) -> None:
    await storage.put(**{"a/clean": CONTENT, "a/small": b"", "b/clean": CONTENT[:CHUNK]})
    top = SETTINGS.data / "files"
    before = (top / "a/clean").read_bytes()
    settings(cipher=cipher)

    number = add_key()
    changed = await storage.rewrap_all()
    again = await storage.rewrap_all()

    assert (number, changed, again) == (2, 3, 0)
    assert numbered(own_keys) == {"a/clean": 2, "a/small": 2, "b/clean": 2}
    assert (top / "a/clean").read_bytes()[HEAD:] == before[HEAD:]
    own_keys.write_text("".join(line for line in own_keys.read_text().splitlines(True) if not line.startswith("1 =")))
    keys.cache_clear()
    assert await storage.get("a/clean") == CONTENT
    assert await storage.get("a/small") == b""
    assert await storage.get("b/clean") == CONTENT[:CHUNK]


async def test_new_files_are_sealed_in_the_cipher_of_the_newest_key(own_keys: Path, settings: ChangeSettings) -> None:
    await storage.put(old=CONTENT)
    settings(cipher="sm4")
    add_key()

    await storage.put(new=CONTENT)

    top = SETTINGS.data / "files"
    assert [(top / name).read_bytes()[:MARK] for name in ("old", "new")] == [b"MT1", b"MT2"]
    assert await storage.get("old") == await storage.get("new") == CONTENT


async def test_a_file_that_is_removed_meanwhile_does_not_stop_the_rotation(
    own_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.put(a=b"a", b=b"b")
    add_key()
    really = storage.rewrap

    async def gone_before(name: str) -> bool:
        if name == "a":
            await storage.delete("a")
        return await really(name)

    monkeypatch.setattr(storage, "rewrap", gone_before)

    assert await storage.rewrap_all() == 1
    assert numbered(own_keys) == {"b": 2}


def test_the_command_rotates_and_says_what_it_did(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    def portal(*asked: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal", *asked],
            env={**os.environ, "PORTAL_DATA": str(tmp_path / "var"), "PORTAL_KEYS": "", "PORTAL_CIPHER": "sm4"},
            capture_output=True,
            text=True,
            check=False,
        )

    without = portal("keys", "rotate")
    made = portal("keys")
    rotated = portal("keys", "rotate")

    assert without.returncode == 1
    assert "portal keys" in without.stderr
    assert made.stdout.strip().endswith("keys.toml")
    assert "key 2 seals from now on" in rotated.stdout
    assert (tmp_path / "var" / "keys.toml").read_text().count("sm4:") == 2
