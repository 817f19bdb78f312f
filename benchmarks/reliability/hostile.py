"""Files that strangers hand in to break whoever opens them: what each is called, and how it is made."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

import xlwt
from openpyxl.workbook.workbook import Workbook

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MEGABYTE = 1024 * 1024


@cache
def old() -> bytes:
    """The same as attendance machines still write it."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for column, heading in enumerate(("工号", "姓名")):
        sheet.write(0, column, heading)
    for n in range(1, 30):
        sheet.write(n, 0, f"S{n:03}")
        sheet.write(n, 1, f"人员{n}")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def honest() -> bytes:
    """A workbook as anybody would send one."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["工号", "姓名", "单位", "到场日期"])
    for n in range(1, 30):
        sheet.append([f"S{n:03}", f"人员{n}", "华信", "2026-01-05"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _with(parts: Mapping[str, bytes], *, level: int = 9) -> bytes:
    """The honest workbook with other parts, or more of them."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(honest())) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as after,
    ):
        for name in before.namelist():
            if name not in parts:
                after.writestr(name, before.read(name))
        for name, content in parts.items():
            after.writestr(name, content)
    return out.getvalue()


def _sheet(rows: str, dimension: str = "A1:B2", before: str = "") -> bytes:
    data = f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData>'
    return f"{HEAD}{before}<worksheet {NAMESPACE}>{data}</worksheet>".encode()


def _cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _laughs() -> bytes:
    nested = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with({SHEET: _sheet(_row(1, _cell("A1", "&l9;")), before=f'<!DOCTYPE x [<!ENTITY l0 "ha">{nested}]>')})


def _quadratic() -> bytes:
    doctype = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    return _with({SHEET: _sheet(_row(1, _cell("A1", "&a;" * 50_000)), before=doctype)})


def _outside() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return _with({SHEET: _sheet(_row(1, _cell("A1", "&a;")), before=doctype)})


def _wide_doctype() -> bytes:
    text = _sheet(_row(1, _cell("A1", "&a;")), before='<!DOCTYPE x [<!ENTITY a "ha">]>').decode()
    return _with({SHEET: text.replace("UTF-8", "UTF-16").encode("utf-16")})


def _padded() -> bytes:
    return _with({SHEET: _sheet(_row(1, _cell("A1", "甲"))) + b" " * 150 * MEGABYTE}, level=1)


def _rows(count: int, cell: str = "<c><v>1</v></c>") -> bytes:
    return _with({SHEET: _sheet("".join(_row(n, cell) for n in range(1, count + 1)))}, level=1)


def _one_text_often() -> bytes:
    strings = f"{HEAD}<sst {NAMESPACE}><si><t>{'长' * 30_000}</t></si></sst>".encode()
    cells = "".join(_row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(1, 20_001))
    return _with({STRINGS: strings, SHEET: _sheet(cells)})


def _twice() -> bytes:
    out = BytesIO(honest())
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/Worksheets/sheet1.xml", _sheet(_row(1, _cell("A1", "另一张"))))
    return out.getvalue()


def _locked() -> bytes:
    """The honest workbook with the mark of encryption on every part."""
    data = bytearray(honest())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _lying_sizes() -> bytes:
    """Parts that say they are small, and are not."""
    data = bytearray(_with({SHEET: _sheet("".join(_row(n, _cell(f"A{n}", "甲" * 50)) for n in range(1, 60_000)))}))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 24 : at + 28] = (100).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


REFUSED: Mapping[str, Callable[[], bytes]] = {
    "billion laughs.xlsx": _laughs,
    "quadratic.xlsx": _quadratic,
    "outside entity.xlsx": _outside,
    "doctype in UTF-16.xlsx": _wide_doctype,
    "150 MB of blanks.xlsx": _padded,
    "250,000 rows.xlsx": lambda: _rows(250_000),
    "far cell.xlsx": lambda: _with({SHEET: _sheet(_row(1_048_576, _cell("XFD1048576", "远")))}),
    "zip slip.xlsx": lambda: _with({"../../evil.xml": b"<x/>"}),
    "two of a name.xlsx": _twice,
    "many parts.xlsx": lambda: _with({f"xl/media/{n}.bin": b"x" for n in range(500)}),
    "macro.xlsx": lambda: _with({"xl/vbaProject.bin": b"x"}),
    "other books.xlsx": lambda: _with({"xl/externalLinks/externalLink1.xml": b"<x/>"}),
    "locked.xlsx": _locked,
    "office lock.xlsx": lambda: (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
    ),
    "sizes that lie.xlsx": _lying_sizes,
    "truncated.xlsx": lambda: honest()[: len(honest()) // 2],
    "no zip.xlsx": lambda: b"PK\x03\x04" + random.Random(1).randbytes(20_000),
    "no workbook.xlsx": lambda: _with({"xl/workbook.xml": b""}),
    "a picture.xlsx": lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "a page.xls": "<html><table><tr><td>甲</td></tr></table></html>".encode,
    "noise.csv": lambda: random.Random(2).randbytes(50_000),
    "zeros.csv": lambda: bytes(MEGABYTE),
    "30 MB.csv": lambda: b"a,b\n" * (8 * MEGABYTE),
}
"""By file name; each has to be refused with a sentence."""
READ: Mapping[str, Callable[[], bytes]] = {
    "honest.xlsx": honest,
    "old.xls": old,
    "fake dimension.xlsx": lambda: _with({SHEET: _sheet(_row(1, _cell("A1", "甲")), dimension="A1:XFD1048576")}),
    "300,000 empty rows.xlsx": lambda: _rows(300_000, '<c s="0"/>'),
    "one text 20,000 times.xlsx": _one_text_often,
    "GBK.csv": lambda: "工号,姓名\nS001,王强\n".encode("gbk"),
    "GB18030.csv": lambda: "工号,姓名\nS001,李𬭎\n".encode("gb18030"),
    "UTF-16 with mark.csv": lambda: "工号,姓名\nS001,王强\n".encode("utf-16"),
    "UTF-16 without mark.csv": lambda: "no,name,x,y\nS001,abc,def,g\n".encode("utf-16-be"),
    "open quote.csv": lambda: '工号,姓名\nS001,"王强\n'.encode() + "S002,李敏\n".encode() * 5000,
    "one long line.csv": lambda: b"a," * (MEGABYTE // 2),
    "formulas.csv": "工号,姓名\n=1+1,@SUM(A1)\n".encode,
}
"""By file name; odd, but each can be read, within the same bounds."""
