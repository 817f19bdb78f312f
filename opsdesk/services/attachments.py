"""Attachments: photos and files kept in the data folder under their SHA-256, each content once."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.text import one_line

FOLDER = "attachments"
BLOCK = 1 << 20
MEGABYTE = 1 << 20
LONGEST_NAME = 120
RUNNING = frozenset({".exe", ".com", ".bat", ".cmd", ".msi", ".scr", ".ps1", ".vbs", ".js", ".jar", ".lnk", ".desktop"})
"""Endings that would run when opened."""


@dataclass(frozen=True)
class Stored:
    """A file as kept: its own name, hexadecimal SHA-256, size in bytes."""

    name: str
    sha256: str
    size: int


def place(home: Path, sha256: str, name: str = "") -> Path:
    """Where the content lies; with its name's ending, so that it opens in the right program."""
    suffix = Path(name).suffix.lower()
    safe = suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 9 else ""
    return home / FOLDER / sha256[:2] / f"{sha256}{safe}"


def store(home: Path, source: Path, *, most_megabytes: int) -> Stored:
    """Copy a file into the data folder, whole or not at all. Refuses one that is empty, too large or a program."""
    name = one_line(source.name)[-LONGEST_NAME:]
    if source.suffix.lower() in RUNNING:
        raise Refusal(f"“{name}”是程序，不能作为附件。请压缩以后再添加，或改存为图片、文档。", field="file")
    try:
        if not source.is_file():
            raise Refusal(f"找不到文件“{name}”。请重新选择。", field="file")
        size = source.stat().st_size
        if size > most_megabytes * MEGABYTE:
            raise Refusal(
                f"“{name}”有 {size / MEGABYTE:.1f} MB，超过一个附件的上限 {most_megabytes} MB。"
                "请压缩图片，或者只附关键的几页。",
                field="file",
            )
        if not size:
            raise Refusal(f"“{name}”是空文件，没有添加。", field="file")
        return _copied(home, source, name, most_megabytes)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        why = "磁盘空间不足" if full else (error.strerror or str(error))
        raise Trouble(
            f"附件“{name}”没有存下（{why}）。", remedy="请清理磁盘，或检查文件和数据文件夹的权限。"
        ) from error


def _copied(home: Path, source: Path, name: str, most_megabytes: int) -> Stored:
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(6)}"
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reading, draft.open("wb") as writing:
            while block := reading.read(BLOCK):
                size += len(block)
                if size > most_megabytes * MEGABYTE:
                    raise Refusal(f"“{name}”正在变大，超过了上限 {most_megabytes} MB。请等它写完再添加。", field="file")
                digest.update(block)
                writing.write(block)
            writing.flush()
            os.fsync(writing.fileno())
        kept = Stored(name, digest.hexdigest(), size)
        final = place(home, kept.sha256, name)
        final.parent.mkdir(exist_ok=True)
        draft.replace(final)
        return kept
    finally:
        draft.unlink(missing_ok=True)


def find(home: Path, sha256: str, name: str) -> Path:
    """The kept file, its content checked. Trouble where it is gone or has been changed outside the program."""
    path = place(home, sha256, name)
    try:
        with path.open("rb") as reading:
            same = hashlib.file_digest(reading, "sha256").hexdigest() == sha256
    except OSError as error:
        raise Trouble(f"附件“{name}”不在数据文件夹里了（{path}）。", remedy="请从备份中找回这个文件。") from error
    if not same:
        raise Trouble(f"附件“{name}”的内容在程序以外被改过，没有打开。", remedy="请从备份中找回原来的文件。")
    return path
