"""Attachments: photos and files kept in the data folder under their SHA-256, each content once."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from opsdesk.models import Incident, IncidentFile, Loan
from opsdesk.services.errors import UNSOUND, Refusal, Trouble, system_said
from opsdesk.services.text import one_line

FOLDER = "attachments"
BLOCK = 1 << 20
MEGABYTE = 1 << 20
LONGEST_NAME = 120
DIGITS = 64
"""Of a SHA-256 in the name of a kept file."""
OPENED = frozenset({
    ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif", ".tif", ".tiff",
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".ofd", ".odt", ".ods", ".odp",
    ".rtf", ".txt", ".csv", ".tsv", ".md",
    ".log", ".cfg", ".conf", ".ini", ".json", ".yaml", ".yml", ".eml", ".msg", ".vsdx", ".vsd", ".dwg", ".dxf",
    ".pcap", ".pcapng", ".evtx",
    ".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz", ".mp3", ".wav", ".m4a", ".amr", ".aac", ".ogg", ".mp4",
    ".mov", ".avi", ".mkv", ".wmv", ".3gp",
})  # fmt: skip
"""Endings of what is looked at, heard or unpacked when opened. Of all others some program would run what they hold."""


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


def opens(name: str) -> bool:
    """Whether a file of this name is only looked at when opened; one without an ending is not opened by itself."""
    ending = Path(name.rstrip(". ")).suffix.lower()
    return not ending or ending in OPENED


def store(home: Path, source: Path, *, most_megabytes: int) -> Stored:
    """Copy a file into the data folder, whole or not at all. Refuses one that is empty, too large or a program."""
    name = one_line(source.name).rstrip(". ")[-LONGEST_NAME:]
    if not opens(name):
        raise Refusal(
            f"“{name}”可能是程序，或者带有程序，不能作为附件。请压缩以后再添加，或改存为图片、文档。", field="file"
        )
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
        raise Trouble(
            f"附件“{name}”没有存下（{system_said(error)}）。", remedy="请清理磁盘，或检查文件和数据文件夹的权限。"
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
    """The kept file, its content checked. Trouble where it is gone or has been changed outside the program.

    Refuses what would run when opened, which earlier versions kept.
    """
    path = place(home, sha256, name)
    if not opens(name):
        raise Refusal(f"附件“{name}”可能是程序，不在这里打开。文件保存在 {path}。", field="file")
    try:
        same = _sound(path)
    except OSError as error:
        raise Trouble(
            f"附件“{name}”不在数据文件夹里了（{path}）。", remedy="请从备份旁边的 attachments 文件夹中找回这个文件。"
        ) from error
    if not same:
        raise Trouble(
            f"附件“{name}”的内容在程序以外被改过，没有打开。",
            remedy="请从备份旁边的 attachments 文件夹中找回原来的文件。",
        )
    return path


def _sound(path: Path) -> bool:
    """Whether a kept file holds what its name says."""
    with path.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").hexdigest() == path.name[:DIGITS]


def verify(home: Path, connection: Connection) -> Iterator[str]:
    """A sentence for every attachment of the record that is gone from the data folder or was changed in it."""
    query = (
        select(IncidentFile.name, IncidentFile.sha256, func.min(Incident.number).label("number"))
        .join(Incident, Incident.id == IncidentFile.incident_id)
        .group_by(IncidentFile.sha256, IncidentFile.name)
        .order_by(func.min(IncidentFile.id))
    )
    photos = (
        select(Loan.photo_name.label("name"), Loan.photo_sha256.label("sha256"), Loan.number)
        .where(Loan.photo_sha256 != "")
        .order_by(Loan.id)
    )
    for row in (*connection.execute(query), *connection.execute(photos)):
        path = place(home, row.sha256, row.name)
        try:
            if not _sound(path):
                yield f"{row.number} 的附件“{row.name}”与存入时不符：{UNSOUND}（{path}）。"
        except OSError as error:
            yield f"{row.number} 的附件“{row.name}”读不出来（{system_said(error)}，{path}）。"


def copy_missing(
    source: Path,
    target: Path,
    go_on: Callable[[int, int], bool] | None = None,
    *,
    copy: Callable[[Path, Path], object] = shutil.copyfile,
    locks: str = "",
    unlocks: str = "",
) -> None:
    """Copy kept files that `target` lacks from one folder of attachments to another; what is spoilt is not copied.

    `copy` may write them otherwise: `locks` is the ending it gives the copies, `unlocks` the one it takes from them.
    `go_on` is told how far it is; False from it raises InterruptedError.
    """
    files = sorted(source.glob(f"??/*{unlocks}"))
    for number, file in enumerate(files, 1):
        final = target / file.parent.name / f"{file.name.removesuffix(unlocks)}{locks}"
        if not final.exists() and (unlocks or _sound(file)):
            final.parent.mkdir(parents=True, exist_ok=True)
            draft = final.with_name(f".{secrets.token_hex(6)}")
            try:
                copy(file, draft)
                with draft.open("rb+") as written:
                    os.fsync(written.fileno())
                    digest = hashlib.file_digest(written, "sha256").hexdigest()
                if locks or digest == final.name[:DIGITS]:
                    draft.replace(final)
            finally:
                draft.unlink(missing_ok=True)
        if go_on and not go_on(number, len(files)):
            raise InterruptedError
