"""The file as bytes: its fingerprint and what it really is, told by its content and never by its name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from opsdesk.services.errors import Refusal, Trouble, system_said

MAX_FILE_BYTES = 20 * 1024 * 1024
"""400,000 punches as text or 300,000 as xlsx: more than ten years of thirty people."""

Kind = Literal["xlsx", "xls", "text"]

_STRANGERS = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
    b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包",
    b"\x1f\x8b": "压缩包",
    b"MZ": "程序",
    b"\x7fELF": "程序",
    b"SQLite format 3\x00": "数据库",
    b"{\\rtf": "Word 文档",
}
_PACKED = (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_TEXTUAL_MAGIC = {b"BM", b"MZ"}  # two letters that may also begin a text


@dataclass(frozen=True)
class Source:
    """One file read whole: `sha256` is the hexadecimal fingerprint of the original bytes."""

    name: str
    data: bytes
    sha256: str


def read_source(path: Path, *, most_bytes: int = MAX_FILE_BYTES) -> Source:
    """Read the file once; a missing or locked one is Trouble, an empty or oversized one a Refusal.

    `most_bytes` is for text, whose size is what it costs; packed workbooks stay below `MAX_FILE_BYTES`.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            data = stream.read(most_bytes + 1)
        if size > (most := MAX_FILE_BYTES if data.startswith(_PACKED) else most_bytes):
            raise Refusal(
                f"“{path.name}”有 {size / 1_048_576:.0f} MB，超过一次能读的 {most // 1_048_576} MB。"
                "请按月拆成几个文件再导入。",
                field="file",
            )
    except FileNotFoundError:
        raise Trouble(f"找不到文件“{path.name}”。", remedy="请重新选择文件，或检查 U 盘是否还插着。") from None
    except OSError as error:
        raise Trouble(
            f"打不开文件“{path.name}”（{system_said(error)}）。",
            remedy="请关闭正在使用它的程序，或复制一份再导入。",
        ) from error
    if not data.strip(b"\x00 \t\r\n\x1a\xef\xbb\xbf\xff\xfe"):
        raise Refusal(f"“{path.name}”是空文件。请从考勤机或软件里重新导出一次。", field="file")
    return Source(path.name, data, hashlib.sha256(data).hexdigest())


def kind_of(source: Source) -> Kind:
    """xlsx, old xls or text, by the first bytes; anything else is refused with what it seems to be."""
    data = source.data
    if data.startswith(_PACKED[0]):
        return "xlsx"
    if data.startswith(_PACKED[1]):
        return "xls"
    for magic, what in _STRANGERS.items():
        if data.startswith(magic) and (magic not in _TEXTUAL_MAGIC or b"\x00" in data[:64]):
            raise Refusal(f"“{source.name}”是{what}，不是表格。请选择 xlsx、xls、csv、txt 或 dat 文件。", field="file")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"<style")):
        raise Refusal(
            f"“{source.name}”里面是网页，只是名字像表格。请用 Excel 或 WPS 打开它，另存为 xlsx 再导入。", field="file"
        )
    return "text"
