"""Backups that leave the computer, written under a password that is kept nowhere (`password_lock`).

Whoever has the lock can write (also by night, when nobody types the password), only who knows the password can read.
A file is AES-256-GCM in pieces of a megabyte, numbered and the last one marked, so that a file that was cut, reordered
or changed is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from opsdesk.services import password_lock
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.password_lock import Lock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ENDING = ".aes"
"""What is added to the name of a locked file."""
MAGIC = b"OPSDESK-LOCKED-1\n"
PIECE = 1 << 20
TAG = 16
PURPOSE = b"opsdesk locked file 1"
MOST = {"time": 16, "memory": 1 << 20, "lanes": 16}
"""No file from outside makes argon2id work harder than this."""
LONGEST_HEAD = 4096


class Opener:
    """A password as long as an act needs it, with the keys it gave: argon2id is slow on purpose, files are many."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._keys: dict[Lock, X25519PrivateKey] = {}

    def key(self, lock: Lock) -> X25519PrivateKey:
        """The private key behind a lock. Refuses a password that is not the one."""
        if lock not in self._keys:
            key = password_lock.key_of(self._password, lock)
            if key is None:
                raise Refusal("备份密码不对。请用写这份备份时的备份密码，大小写和空格都要一样。", field="password")
            self._keys[lock] = key
        return self._keys[lock]

    def unseal(self, source: Path, target: Path) -> None:
        """Write what a locked file holds to `target`. Refuses a wrong password; Trouble where the file was changed."""
        with source.open("rb") as reading, target.open("wb") as writing:
            lock, ephemeral, head = _read_head(reading, source)
            try:
                cipher = password_lock.reading(self.key(lock), ephemeral, PURPOSE)
            except ValueError:  # a public key that no honest writer makes
                raise _spoilt(source) from None
            for piece in _opened(reading, cipher, hashlib.sha256(head).digest(), source):
                writing.write(piece)


def is_locked(path: Path) -> bool:
    """Whether a file needs a password, by its name."""
    return path.name.endswith(ENDING)


def seal(source: Path, target: Path, lock: Lock) -> None:
    """Write `source` locked to `target`, read it back and compare. Raises OSError, and Trouble where it differs."""
    ephemeral, cipher = password_lock.writing(lock, PURPOSE)
    facts = {**lock.__dict__, "ephemeral": ephemeral.hex()}
    head = json.dumps(facts, sort_keys=True).encode()
    bound, digest = hashlib.sha256(head).digest(), hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        writing.write(MAGIC + len(head).to_bytes(4, "big") + head)
        for number, (piece, last) in enumerate(_pieces(reading, PIECE)):
            digest.update(piece)
            writing.write(cipher.encrypt(_nonce(number, last), piece, bound))
        writing.flush()
        os.fsync(writing.fileno())
    again = hashlib.sha256()
    with target.open("rb") as reading:
        _read_head(reading, target)
        for piece in _opened(reading, cipher, bound, target):
            again.update(piece)
    if again.digest() != digest.digest():
        raise Trouble(f"{target.name} 写出后读回来不一样。", remedy="请换一个磁盘或 U 盘再试。")


def lock_in(path: Path) -> Lock:
    """The lock under which a file was written. Raises Trouble where it is no locked file, OSError."""
    with path.open("rb") as reading:
        return _read_head(reading, path)[0]


def _read_head(reading: BinaryIO, path: Path) -> tuple[Lock, bytes, bytes]:
    if reading.read(len(MAGIC)) != MAGIC:
        raise _spoilt(path)
    size = int.from_bytes(reading.read(4), "big")
    head = reading.read(min(size, LONGEST_HEAD))
    try:
        facts: Any = json.loads(head)
        ephemeral = bytes.fromhex(facts.pop("ephemeral"))
        lock = Lock(**facts)
        lengths = [len(bytes.fromhex(each)) for each in (lock.salt, lock.public)] + [len(ephemeral)]
        works = [(getattr(lock, name), most) for name, most in MOST.items()]
        right = lengths[0] >= 8 and lengths[1:] == [32, 32]
        right = right and all(isinstance(work, int) and 1 <= work <= most for work, most in works)
        right = right and lock.memory >= 8 * lock.lanes
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _spoilt(path) from None
    if not right:
        raise _spoilt(path)
    return lock, ephemeral, head


def _opened(reading: BinaryIO, cipher: AESGCM, bound: bytes, path: Path) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag

    try:
        for number, (piece, last) in enumerate(_pieces(reading, PIECE + TAG)):
            yield cipher.decrypt(_nonce(number, last), piece, bound)
    except InvalidTag:
        raise _spoilt(path) from None


def _pieces(reading: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """A file in pieces, each with whether it is the last; of an empty file one empty piece."""
    piece = reading.read(size)
    while following := reading.read(size):
        yield piece, False
        piece = following
    yield piece, True


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _spoilt(path: Path) -> Trouble:
    return Trouble(f"加密文件 {path.name} 不完整，或者被改动过。", remedy="请换一份备份。")
