"""Locks: with one anybody can write, only who knows the password can read. The password is kept nowhere.

The password and a salt give, by argon2id, a private X25519 key; only its public half, the lock, is kept. Each thing
that is written has a key of its own: an ephemeral X25519 exchange, HKDF-SHA256, AES-256-GCM.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TIME, MEMORY, LANES = 3, 64 * 1024, 4
EPHEMERAL = 32
"""Bytes of the public half that stands beside what was written."""


@dataclass(frozen=True)
class Lock:
    """What is kept of a password: the salt, how hard argon2id works, and the public key; hexadecimal."""

    salt: str
    public: str
    time: int = TIME
    memory: int = MEMORY
    lanes: int = LANES

    @property
    def text(self) -> str:
        """As one setting keeps it."""
        return f"{self.salt}:{self.public}:{self.time}:{self.memory}:{self.lanes}"

    @property
    def short(self) -> str:
        """The first twelve digits, by which folders of locked attachments are told apart."""
        return self.public[:12]


def lock_of(text: str) -> Lock | None:
    """The lock that a setting keeps; None where there is none."""
    if not text:
        return None
    salt, public, time, memory, lanes = text.split(":")
    return Lock(salt, public, int(time), int(memory), int(lanes))


def new_lock(password: str) -> Lock:
    """The lock of a new password, with a salt of its own."""
    salt = os.urandom(16).hex()
    return Lock(salt, _public(_derived(password, Lock(salt, ""))))


def key_of(password: str, lock: Lock) -> X25519PrivateKey | None:
    """The private key behind a lock; None where the password is not the one."""
    if not password:
        return None
    key = _derived(password, lock)
    return key if _public(key) == lock.public else None


def writing(lock: Lock, purpose: bytes) -> tuple[bytes, AESGCM]:
    """What one thing is written with: the public half that has to stand beside it, and its cipher."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once, public = X25519PrivateKey.generate(), bytes.fromhex(lock.public)
    ephemeral = once.public_key().public_bytes_raw()
    return ephemeral, _cipher(once.exchange(X25519PublicKey.from_public_bytes(public)), ephemeral, public, purpose)


def reading(key: X25519PrivateKey, ephemeral: bytes, purpose: bytes) -> AESGCM:
    """The cipher of what was written with this public half. ValueError for one that no honest writer makes."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    shared = key.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    return _cipher(shared, ephemeral, key.public_key().public_bytes_raw(), purpose)


def _derived(password: str, lock: Lock) -> X25519PrivateKey:
    from argon2.low_level import Type, hash_secret_raw
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    salt = bytes.fromhex(lock.salt)
    raw = hash_secret_raw(password.encode(), salt, lock.time, lock.memory, lock.lanes, 32, Type.ID)
    return X25519PrivateKey.from_private_bytes(raw)


def _public(key: X25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _cipher(shared: bytes, ephemeral: bytes, public: bytes, purpose: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, ephemeral + public, purpose).derive(shared))
