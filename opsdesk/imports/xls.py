"""Workbooks of the old .xls kind, as attendance machines and their software still write them.

A sheet of this kind has at most 65,536 rows and 256 columns, which bounds what the library's dense block can cost.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

from opsdesk.imports.files import Source
from opsdesk.imports.numbers import numeral
from opsdesk.imports.table import Row, Sheet
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SECTORS_IN_HEADER = 109
_SHIFTS = {9, 12}
"""Sectors of 512 and 4,096 bytes; the header says which."""

_Value = int | float | str | bool | time | date | datetime | timedelta


def read_old_workbook(source: Source) -> tuple[Sheet, ...]:
    """The visible sheets with their filled rows; encrypted and broken files are refused."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if _ENCRYPTED in source.data:
        raise _locked(source)
    try:
        _refuse_endless(source)
        workbook = CalamineWorkbook.from_filelike(BytesIO(source.data))
        sheets = []
        for meta in workbook.sheets_metadata:
            if meta.visible == SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(meta.name)
                top, left = sheet.start or (0, 0)
                sheets.append(Sheet(clean(meta.name), _rows(sheet.to_python(), top, left)))
    except PasswordError:
        raise _locked(source) from None
    except (CalamineError, OSError, ValueError, OverflowError, struct.error) as error:
        raise _broken(source) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library's Rust raises on some torn files
            raise
        raise _broken(source) from None
    return tuple(sheets)


def _refuse_endless(source: Source) -> None:
    """Refuse a file whose chains of sectors run in a circle: the library would follow them until memory is full.

    Raises struct.error where the header or a table is not there.
    """
    data = source.data
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in _SHIFTS:
        raise _broken(source)
    size, known = 1 << shift, len(data) >> shift

    def numbers(sector: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{size // 4}I", data, (sector + 1) * size)

    listed = list(struct.unpack_from(f"<{_SECTORS_IN_HEADER}I", data, 76))
    (more,), seen = struct.unpack_from("<I", data, 68), set[int]()
    while more < known:
        if more in seen:
            raise _broken(source)
        seen.add(more)
        *these, more = numbers(more)
        listed += these
    table = [number for sector in listed if sector < known for number in numbers(sector)]
    (at,) = struct.unpack_from("<I", data, 60)
    if _endless(table):
        raise _broken(source)
    small = list[int]()
    while at < min(known, len(table)):
        small += numbers(at)
        at = table[at]
    if _endless(small):
        raise _broken(source)


def _endless(table: Sequence[int]) -> bool:
    """Whether any chain of a table, each entry naming the next, comes back on itself."""
    walked_from = [-1] * len(table)
    for start in range(len(table)):
        at = start
        while at < len(table) and walked_from[at] < 0:
            walked_from[at] = start
            at = table[at]
        if at < len(table) and walked_from[at] == start:
            return True
    return False


def _rows(values: list[list[_Value]], top: int, left: int) -> tuple[Row, ...]:
    rows = []
    margin = ("",) * left
    for number, line in enumerate(values, start=top + 1):
        cells = [_shown(value) for value in line]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(Row(number, (*margin, *cells)))
    return tuple(rows)


def _shown(value: _Value) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    if isinstance(value, int | float):
        return numeral(value)
    return str(value)


def _locked(source: Source) -> Refusal:
    return Refusal(f"“{source.name}”加了密码，读不出来。请先用 Excel 或 WPS 去掉密码再导入。", field="file")


def _broken(source: Source) -> Refusal:
    return Refusal(
        f"“{source.name}”已损坏或不是 Excel 表格，读不出来。请用 Excel 或 WPS 打开并另存为 xlsx。", field="file"
    )
