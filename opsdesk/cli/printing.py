"""`print sign-in`, `attendance`, `inspection`, `lending`, `offices`, `report`: forms as files."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from opsdesk.cli import desk, exits, saying
from opsdesk.exports import archive, issuing, seal
from opsdesk.exports.document import Document
from opsdesk.registers.sign_in import documents
from opsdesk.services.errors import Refusal


def paper(asked: argparse.Namespace, home: Path) -> int:
    """Write the paper that was asked for."""
    rest: dict[str, Any] = {"formats": asked.formats, "as_json": asked.as_json}
    out = Path(asked.out)
    if asked.paper in {"attendance", "offices"}:
        make = attendance if asked.paper == "attendance" else offices
        return make(home, out, month=asked.month, **rest)
    if asked.paper in {"lending", "report"}:
        numbered = lending if asked.paper == "lending" else report
        return numbered(home, out, number=asked.number, **rest)
    if asked.paper == "inspection":
        return inspection(home, out, day=asked.day, **rest)
    return sign_in(home, out, day=asked.day, month=asked.month, **rest)


def sign_in(
    home: Path, out: Path, *, day: date | None, month: tuple[int, int] | None, formats: Sequence[str], as_json: bool
) -> int:
    """Write the sheet of `day` or the matrix of `month` to the folder `out`; prints path and size of every file."""
    ctx = desk.as_command_line(desk.open_existing(home))
    if day is not None:
        document = documents.daily_sheet(ctx, day)
    elif month is not None:
        document = documents.monthly_sheet(ctx, *month)
    else:
        raise ValueError("neither day nor month")
    sealed, kept = issuing.export(ctx, document, out, formats)
    return told(kept, one(sealed), as_json=as_json)


def attendance(home: Path, out: Path, *, month: tuple[int, int], formats: Sequence[str], as_json: bool) -> int:
    """Write the month's 考勤汇总表 of every vendor, all in one file per format, to the folder `out`."""
    from opsdesk.registers.month.documents import month_sheets

    ctx = desk.as_command_line(desk.open_existing(home))
    sheets = month_sheets(ctx, *month)
    if not sheets:
        raise Refusal(f"{month[0]}-{month[1]:02} 没有应到岗的人员，没有可以印的考勤汇总表。请核对月份。")
    sealed, kept = issuing.export(ctx, sheets, out, formats)
    return told(kept, several(sealed), as_json=as_json)


def inspection(home: Path, out: Path, *, day: date, formats: Sequence[str], as_json: bool) -> int:
    """Write the 机房巡检表 of `day`, a sheet for each room, all in one file per format, to the folder `out`."""
    from opsdesk.registers.inspection.documents import day_sheets

    ctx = desk.as_command_line(desk.open_existing(home))
    sheets = day_sheets(ctx, day)
    if not sheets:
        raise Refusal(f"{day.isoformat()} 没有可以印的机房巡检表：还没有登记机房。请先在“机房”里登记。")
    sealed, kept = issuing.export(ctx, sheets, out, formats)
    return told(kept, several(sealed), as_json=as_json)


def lending(home: Path, out: Path, *, number: str, formats: Sequence[str], as_json: bool) -> int:
    """Write the 借用单 of this number to the folder `out`."""
    from opsdesk.registers.loan import documents as loans
    from opsdesk.registers.loan.service import id_of

    ctx = desk.as_command_line(desk.open_existing(home))
    sealed, kept = issuing.export(ctx, loans.copies(ctx, id_of(ctx, number)), out, formats)
    return told(kept, one(sealed), as_json=as_json)


def offices(home: Path, out: Path, *, month: tuple[int, int], formats: Sequence[str], as_json: bool) -> int:
    """Write the month's 开关门及消防检查表 of every office, all in one file per format, to the folder `out`."""
    from opsdesk.registers.open_close.documents import month_sheets

    ctx = desk.as_command_line(desk.open_existing(home))
    sheets = month_sheets(ctx, date(*month, 1))
    if not sheets:
        raise Refusal(f"{month[0]}-{month[1]:02} 没有可以印的检查表：还没有登记过开关门检查。请先登记。")
    sealed, kept = issuing.export(ctx, sheets, out, formats)
    return told(kept, several(sealed), as_json=as_json)


def report(home: Path, out: Path, *, number: str, formats: Sequence[str], as_json: bool) -> int:
    """Write the 日报, 周报 or 季度总结 of this number to the folder `out`."""
    from opsdesk.registers.report import documents as reports
    from opsdesk.registers.report.service import id_of

    ctx = desk.as_command_line(desk.open_existing(home))
    sealed, kept = issuing.export(ctx, reports.paper(ctx, id_of(ctx, number)), out, formats)
    return told(kept, one(sealed), as_json=as_json)


def one(sealed: Sequence[Document]) -> dict[str, Any]:
    """A form in the output of `--json`: which it is, and the codes of its copies."""
    first = sealed[0]
    return {"document": {"number": first.number, "title": first.title}, "codes": list(map(seal.code_of, sealed))}


def several(sealed: Sequence[Document]) -> dict[str, Any]:
    """Forms of one file in the output of `--json`, and their codes in the same order."""
    listed = [{"number": each.number, "title": each.title, "sheet": each.sheet} for each in sealed]
    return {"documents": listed, "codes": list(map(seal.code_of, sealed))}


def told(kept: Sequence[archive.Kept], more: Mapping[str, Any], *, as_json: bool) -> int:
    """Say where every file is and how large."""
    if as_json:
        saying.one_object({"files": [as_object(file) for file in kept], **more})
    else:
        for file in kept:
            saying.result(f"{file.path}  {saying.size(file.size)}")
    return exits.DONE


def as_object(file: archive.Kept) -> dict[str, Any]:
    """A written file in the output of `--json`."""
    form = file.path.suffix.removeprefix(".")
    return {"path": str(file.path), "size": file.size, "format": form, "sha256": file.sha256}
