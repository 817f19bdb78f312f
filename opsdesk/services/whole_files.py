"""Files that are on the disk whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


def sync(path: Path) -> None:
    """See to it that a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """See to it that the names of a folder are on the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(path: Path, text: str) -> None:
    """Write a small file whole or not at all. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        draft.write_text(text, "utf-8")
        sync(draft)
        draft.replace(path)
    finally:
        remove(draft)


def remove(path: Path) -> None:
    """Delete a draft. Of a medium that is gone nothing is told: what lies there is a draft by its name."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
