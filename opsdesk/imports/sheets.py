"""Tables of any make as rows of text: xlsx, old xls, csv, txt, tsv; the format is told by content, not by name."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from opsdesk.imports.files import Kind, Source, kind_of, read_source
from opsdesk.imports.lines import DAMAGED, TextFile, damaged, read_lines
from opsdesk.imports.table import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from opsdesk.services.errors import Refusal
from opsdesk.services.text import clean

_DELIMITERS = "\t,;"
_LONGEST_QUOTE = 50  # lines one quoted cell may span before its quote counts as a stray character


@dataclass(frozen=True)
class Sheets:
    """All sheets of one file; `encoding` is "" for workbooks; `sha256` is that of the original bytes."""

    kind: Kind
    sheets: tuple[Sheet, ...]
    sha256: str
    encoding: str = ""


def read_sheets(path: Path) -> Sheets:
    """Read every table of the file, or refuse it with a sentence that says what is wrong and what to do."""
    return sheets_of(read_source(path))


def sheets_of(source: Source) -> Sheets:
    """The same for a file already in memory."""
    kind = kind_of(source)
    if kind == "text":
        text = read_lines(source)
        return Sheets(kind, (Sheet("", delimited(text)),), source.sha256, text.encoding)
    if kind == "xlsx":
        from opsdesk.imports.xlsx import read_workbook

        return Sheets(kind, read_workbook(source), source.sha256)
    from opsdesk.imports.xls import read_old_workbook

    return Sheets(kind, read_old_workbook(source), source.sha256)


def delimited(text: TextFile) -> tuple[Row, ...]:
    """Rows of a text table; a quoted cell may hold line breaks, a stray quote never swallows the rows after it."""
    delimiter = _delimiter(text.lines)
    rows = []
    last = len(text.lines)
    for number, (line, ending_at) in enumerate(_records(text.lines, delimiter), start=1):
        if damaged(line):
            rows.append(Row(number, tuple(clean(cell) for cell in line.split(delimiter)), DAMAGED))
            continue
        cells = _cells(line, delimiter)
        if any(cells):
            rows.append(Row(number, cells, torn=ending_at == last and not text.ended))
        if len(rows) > MAX_ROWS:
            raise Refusal(f"表里超过 {MAX_ROWS // 10_000} 万行。请按月拆成几个文件再导入。", field="file")
    return tuple(rows)


def _cells(line: str, delimiter: str) -> tuple[str, ...]:
    if '"' in line:
        try:
            fields = (
                next(csv.reader([line], delimiter=delimiter)) if line.count('"') % 2 == 0 else line.split(delimiter)
            )
        except (csv.Error, StopIteration):
            fields = line.split(delimiter)
    else:
        fields = line.split(delimiter)
    cells = [clean(field) for field in fields[:MAX_COLUMNS]]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _delimiter(lines: tuple[str, ...]) -> str:
    sample = [line for line in lines[:60] if line.strip()][:20]
    if not sample:
        return ","
    return max(
        _DELIMITERS, key=lambda mark: (median(line.count(mark) for line in sample), sum(mark in s for s in sample))
    )


def _records(lines: tuple[str, ...], delimiter: str) -> Iterator[tuple[str, int]]:
    """Each record with the number of its last line."""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if _opens_quote(line, delimiter):
            for end in range(at, min(at + _LONGEST_QUOTE, len(lines))):
                if lines[end].count('"') % 2:
                    line = "\n".join(lines[at - 1 : end + 1])
                    at = end + 1
                    break
        yield line, at


def _opens_quote(line: str, delimiter: str) -> bool:
    return line.count('"') % 2 == 1 and (line.startswith('"') or f'{delimiter}"' in line)
