"""Workbooks of the old .xls kind, as attendance machines and their software still write them.

A sheet of this kind has at most 65,536 rows and 256 columns, which bounds what the library's dense block can cost.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

from opsdesk.imports.files import Source
from opsdesk.imports.numbers import numeral
from opsdesk.imports.table import Row, Sheet
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_Value = int | float | str | bool | time | date | datetime | timedelta


def read_old_workbook(source: Source) -> tuple[Sheet, ...]:
    """The visible sheets with their filled rows; encrypted and broken files are refused."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    if _ENCRYPTED in source.data:
        raise _locked(source)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(source.data))
        sheets = []
        for meta in workbook.sheets_metadata:
            if meta.visible == SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(meta.name)
                top, left = sheet.start or (0, 0)
                sheets.append(Sheet(clean(meta.name), _rows(sheet.to_python(), top, left)))
    except PasswordError:
        raise _locked(source) from None
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise _broken(source) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library's Rust raises on some torn files
            raise
        raise _broken(source) from None
    return tuple(sheets)


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
