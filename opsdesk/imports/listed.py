"""A list read by its headings (staff, assets): one record a row, each cell by its field, every doubt a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from opsdesk.imports.columns import Column, Heading, Read, best_sheet, formula_error, require, synonyms
from opsdesk.imports.sheets import read_sheets
from opsdesk.imports.table import Row
from opsdesk.imports.when import Numeral, parse_day
from opsdesk.services.errors import Finding
from opsdesk.services.text import clean, one_line

USUALLY, EXACT = 50, 15
"""Characters a text may have where nothing else is said; digits that a sheet's own number keeps."""


class Doubt(Exception):
    """Raised on one value with the sentence of its finding."""


class Numbered(Protocol):
    """A record that knows its row in the file."""

    @property
    def row(self) -> int:
        """The row, from 1."""


T = TypeVar("T", bound=Numbered)
Reader = Callable[[str, str], object]
"""Reads the text of a field: (field, text) to its value; raises Doubt."""


@dataclass(frozen=True)
class Cells:
    """The usual readers of a list's cells, with its own headings and lengths."""

    columns: Sequence[Column]
    longest: Mapping[str, int] = field(default_factory=dict)

    def heading(self, key: str) -> str:
        """What the template calls a field."""
        return next(column.heading for column in self.columns if column.field == key)

    def text(self, key: str, text: str) -> str:
        """One line, not too long and readable."""
        return self._fit(key, one_line(text))

    def long_text(self, key: str, text: str) -> str:
        """Several lines."""
        return self._fit(key, clean(text))

    def required(self, key: str, text: str) -> str:
        """One line that has to be there."""
        if not (value := self.text(key, text)):
            raise Doubt(f"{self.heading(key)}是空的。请补上。")
        return value

    def number(self, key: str, text: str) -> str:
        """A number that is a name: refused where the sheet has rounded its last digits away."""
        value = self.text(key, text)
        if isinstance(text, Numeral) and len(value) > EXACT:
            raise Doubt(f"{self.heading(key)}超过 {EXACT} 位，Excel 已经丢了后几位。请把这一列设成文本格式后重填。")
        return value

    def day(self, key: str, text: str, *, since: int) -> date | None:
        """A day not before the year `since`; None for an empty cell or a dash."""
        if not self.text(key, text).strip("-—/"):
            return None
        if (day := parse_day(text, since=since)) is None:
            raise Doubt(f"{self.heading(key)}认不出来或不存在。请写成 2026-03-05 这样。")
        return day

    def _fit(self, key: str, value: str) -> str:
        if formula_error(value):
            raise Doubt(f"单元格里是公式错误“{value}”，不是内容。请改成真实的值。")
        if "\ufffd" in value:
            raise Doubt("里面有认不出的字，可能是文件损坏或编码不对。请重新导出，或改正这一格。")
        longest = self.longest.get(key, USUALLY)
        if len(value) > longest:
            raise Doubt(f"{self.heading(key)}有 {len(value)} 个字，最多 {longest} 个。请改短。")
        return value


def read_list(
    path: Path,
    cells: Cells,
    readers: Mapping[str, Reader],
    *,
    what: str,
    make: Callable[..., T],
    against: Callable[[T, Heading], Finding | None],
    repeated: Callable[[Sequence[T], Heading], Iterable[Finding]],
) -> Read[T]:
    """Read a list by its headings; rows with findings are left out of `rows`.

    `make(row=…, **values)` gives a record, `against` what speaks against one by itself, `repeated` what several share.
    A row may have several findings, so rows_read == len(rows) + the number of different rows in `findings`.
    """
    book = read_sheets(path)
    found = best_sheet(book.sheets, synonyms(cells.columns))
    heading = require(found[1] if found else None, cells.columns, what)
    filled = found[0].rows[heading.at + 1 :] if found else ()
    rows: list[T] = []
    findings: list[Finding] = []
    for row in filled:
        values, doubts = _values(row, heading, cells, readers)
        if not doubts:
            record = make(row=row.number, **values)
            if finding := against(record, heading):
                doubts = [finding]
            else:
                rows.append(record)
        findings += doubts
    twice = list(repeated(rows, heading))
    bad = {finding.row for finding in twice}
    kept = tuple(record for record in rows if record.row not in bad)
    ordered = sorted([*findings, *twice], key=lambda finding: finding.row)
    return Read(kept, tuple(ordered), len(filled), book.sha256, heading.unknown)


def _values(
    row: Row, heading: Heading, cells: Cells, readers: Mapping[str, Reader]
) -> tuple[dict[str, Any], list[Finding]]:
    if row.fault:
        return {}, [Finding(row.number, row.fault, "", " ".join(row.cells)[:80])]
    values: dict[str, Any] = {}
    doubts: list[Finding] = []
    for column in cells.columns:
        text = heading.value(row, column.field)
        try:
            values[column.field] = readers.get(column.field, cells.text)(column.field, text)
        except Doubt as doubt:
            title = heading.name(column.field) or column.heading
            doubts.append(Finding(row.number, str(doubt), title, one_line(text)[:80]))
    return values, doubts
