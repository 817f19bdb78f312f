"""`print sign-in`: the day's or the month's 到岗记录 as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from opsdesk.cli import desk, exits, saying
from opsdesk.exports import archive
from opsdesk.registers.sign_in import documents
from opsdesk.services import papers


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
    kept = archive.export(document, out, formats)
    papers.record(ctx, [document], kept)
    if as_json:
        files = [
            {"path": str(file.path), "size": file.size, "format": form, "sha256": file.sha256}
            for file, form in zip(kept, formats, strict=True)
        ]
        saying.one_object({"files": files, "document": {"number": document.number, "title": document.title}})
    else:
        for file in kept:
            saying.result(f"{file.path}  {saying.size(file.size)}")
    return exits.DONE
