"""Locked files: only the password opens them, and nothing that was cut, changed or put in another order is taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsdesk.services import backup_crypt
from opsdesk.services.backup_crypt import MAGIC, PIECE, TAG, Opener
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.password_lock import lock_of, new_lock

PASSWORD = "门卫室的钥匙挂在左边"
LOCK = new_lock(PASSWORD)
OPENER = Opener(PASSWORD)


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    backup_crypt.seal(folder / "plain", folder / "x.aes", LOCK)
    return folder / "x.aes"


def opened(path: Path, opener: Opener = OPENER) -> bytes:
    opener.unseal(path, path.with_name("again"))
    return path.with_name("again").read_bytes()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
def test_what_was_locked_comes_out_whole(tmp_path: Path, size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    path = sealed(tmp_path, content)
    assert opened(path) == content
    assert content[:64] not in path.read_bytes() or size < 16


def test_the_same_content_never_looks_the_same_and_the_lock_survives_as_text(tmp_path: Path) -> None:
    first = sealed(tmp_path, b"x" * 100).read_bytes()
    assert sealed(tmp_path, b"x" * 100).read_bytes() != first
    assert lock_of(LOCK.text) == LOCK == backup_crypt.lock_in(tmp_path / "x.aes")
    assert lock_of("") is None
    assert new_lock(PASSWORD) != LOCK, "every lock has a salt of its own"
    assert PASSWORD not in LOCK.text


@pytest.mark.parametrize("password", ["", "门卫室的钥匙挂在左边 ", "门卫室的钥匙挂在右边"])
def test_another_password_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(Refusal, match="密码不对") as refused:
        opened(sealed(tmp_path, b"secret"), Opener(password))
    assert refused.value.field == "password"


def test_a_changed_cut_or_reordered_file_is_refused(tmp_path: Path) -> None:
    whole = sealed(tmp_path, b"a" * PIECE + b"b" * PIECE + b"c" * 10).read_bytes()
    body = whole.index(b"}") + 1
    pieces = [whole[body : body + PIECE + TAG], whole[body + PIECE + TAG : body + 2 * (PIECE + TAG)]]
    spoilt = {
        "one bit": whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:],
        "cut in a piece": whole[:-5],
        "cut between pieces": whole[: body + PIECE + TAG],
        "only the head": whole[:body],
        "two pieces swapped": whole[:body] + pieces[1] + pieces[0] + whole[body + 2 * (PIECE + TAG) :],
        "a piece twice": whole[: body + PIECE + TAG] + pieces[0] + whole[body + PIECE + TAG :],
        "more behind it": whole + b"x",
        "no magic": b"x" + whole[1:],
        "nothing": b"",
    }
    for what, content in spoilt.items():
        path = tmp_path / "spoilt.aes"
        path.write_bytes(content)
        with pytest.raises(Trouble, match="不完整，或者被改动过"):
            opened(path)
        assert what


@pytest.mark.parametrize(
    "change",
    [{"memory": 1 << 30}, {"time": 10_000}, {"lanes": 0}, {"memory": 8}, {"salt": "zz"}, {"public": "00"}, {"x": 1},
     {"ephemeral": "00" * 31}, {"ephemeral": "00" * 32}, {"memory": "64"}, {"time": None}],
)  # fmt: skip
def test_a_head_from_outside_makes_no_work_and_no_traceback(tmp_path: Path, change: dict[str, object]) -> None:
    whole = sealed(tmp_path, b"secret").read_bytes()
    start = len(MAGIC) + 4
    size = int.from_bytes(whole[len(MAGIC) : start], "big")
    head = json.dumps({**json.loads(whole[start : start + size]), **change}).encode()
    path = tmp_path / "foreign.aes"
    path.write_bytes(MAGIC + len(head).to_bytes(4, "big") + head + whole[start + size :])
    with pytest.raises(Trouble, match="被改动过"):
        opened(path)
