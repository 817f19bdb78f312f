"""Text files as lines: encoding told by content, torn and damaged lines kept and marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from opsdesk.imports.files import Source
from opsdesk.services.errors import Refusal

_SAMPLE = 65_536
_CONTROL_BYTES = bytes({*range(0x01, 0x20), 0x7F} - {0x09, 0x0A, 0x0C, 0x0D, 0x1A})
_DAMAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENDS = " \t\x0c\x1a"

DAMAGED = "这一行夹有损坏的字节，内容不可信。请回考勤机重新导出，或手工补录这一行。"


@dataclass(frozen=True)
class TextFile:
    """Decoded lines without their ends; `ended` is False where the last line has no line end and may be torn off."""

    lines: tuple[str, ...]
    encoding: str
    ended: bool


def read_lines(source: Source) -> TextFile:
    """Decode UTF-8, UTF-16 (either order, marked or not) or GB18030; a file that is binary overall is refused."""
    encoding = _encoding(source)
    text = source.data.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ended = not lines[-1].strip(_ENDS)
    return TextFile(tuple(lines[:-1] if not lines[-1] else lines), encoding, ended)


def damaged(line: str) -> bool:
    """Whether control bytes stand inside the line: a power cut leaves blocks of NUL in files."""
    return not line.isprintable() and _DAMAGE.search(line.strip(_ENDS)) is not None


def _encoding(source: Source) -> str:
    data = source.data
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if data.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if data.startswith(b"\xfe\xff"):
        return "utf-16-be"
    wide = _wide(data[:_SAMPLE])
    if wide:
        return wide
    solid = len(data) - data.count(0)
    if (solid - len(data.translate(None, _CONTROL_BYTES + b"\x00"))) * 20 > solid:
        raise Refusal(
            f"“{source.name}”不是文本，里面是二进制内容，读不出来。请在考勤机或原来的软件里导出文本或 Excel 格式。",
            field="file",
        )
    return _narrow(data)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark shows as units of one zero and one other byte; blocks of NUL are units of two zeros."""
    little = big = units = 0
    for low, high in zip(sample[::2], sample[1::2], strict=False):
        if low or high:
            units += 1
            little += not high
            big += not low
    if little * 5 > units and big * 10 < little:
        return "utf-16-le"
    if big * 5 > units and little * 10 < big:
        return "utf-16-be"
    return None


def _narrow(data: bytes) -> str:
    """UTF-8 or GB18030: the one that leaves fewer bytes undecoded, since a torn file may be perfect in neither."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        errors = {name: data.decode(name, errors="replace").count("\ufffd") for name in ("utf-8", "gb18030")}
        return min(errors, key=lambda name: errors[name])
    return "utf-8"
