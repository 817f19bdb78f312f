"""An old register of incidents, or another system's export: columns by their headings or by a map, row by row.

A time that the file does not know stays unknown; what cannot be read, or cannot have been, is a finding on its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opsdesk.imports import day_order
from opsdesk.imports.column_map import ColumnMap
from opsdesk.imports.columns import HEADING_ROWS, field_of, heading_key, synonyms
from opsdesk.imports.day_order import Dates
from opsdesk.imports.files import read_source
from opsdesk.imports.incident_columns import COLUMNS, MOMENTS, TITLES, missing, word_key
from opsdesk.imports.incident_rows import IncidentRow, RowReader
from opsdesk.imports.sheets import Sheets, sheets_of
from opsdesk.imports.table import Row, Sheet
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import one_line

LABEL = "事件记录"
MOST_BYTES = 64 * 1024 * 1024
"""A text file of a hundred and fifty thousand rows of another system's thirty-six columns."""
REQUIRED = tuple(column.field for column in COLUMNS if column.required)
ALWAYS = (*REQUIRED, "updated_at")
"""Fields whose column is recognised even where a map does not name it."""
GUIDE = "填写说明"
"""The sheet of our template that is not to be read."""
CHECKED_EVERY = 500
"""Rows after which the reader tells how far it is."""
Progress = Callable[[int, int], bool]

_NAMES = synonyms(COLUMNS)
_RANK = {heading_key(name): rank for column in COLUMNS for rank, name in enumerate((column.heading, *column.also))}


@dataclass(frozen=True)
class Layout:
    """Where in a file our fields stand: the sheet, its heading row, and the column of each field found.

    `more` are other sheets with the same heading (a register with a sheet for each month), each with its row.
    """

    sheet: Sheet
    at: int
    places: Mapping[str, int]
    more: tuple[tuple[Sheet, int], ...] = ()

    @property
    def rows(self) -> list[tuple[str, Row]]:
        """Every row below a heading, with the name of its sheet where there are several."""
        if not self.more:
            return [("", row) for row in self.sheet.rows[self.at + 1 :]]
        parts = [(self.sheet, self.at), *self.more]
        return [(sheet.name, row) for sheet, at in parts for row in sheet.rows[at + 1 :]]

    @property
    def heading(self) -> Row:
        """The heading row."""
        return self.sheet.rows[self.at]

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the file that is filled in, on one line."""
        return tuple(one_line(text) for text in self.heading.cells if text)

    @property
    def columns(self) -> dict[str, str]:
        """The heading of each field found, as the file writes it."""
        return {each: one_line(self.heading.cell(place)) for each, place in self.places.items()}


@dataclass(frozen=True)
class IncidentFile:
    """What a file holds: rows_read == len(rows) + len(findings). `left` are headings that were not taken over.

    `notes` are sentences about the file as a whole. `strange` counts words that no row can be read with, by field.
    `order` is that of day and month where the file's own dates say it.
    """

    rows: tuple[IncidentRow, ...]
    findings: tuple[Finding, ...]
    layout: Layout
    left: tuple[str, ...]
    notes: tuple[str, ...]
    strange: Mapping[str, Counter[str]]
    order: str

    @property
    def rows_read(self) -> int:
        """How many rows stand below the heading."""
        return len(self.rows) + len(self.findings)


def open_book(path: Path) -> Sheets:
    """The file as sheets of rows; a text file may be larger than a workbook."""
    return sheets_of(read_source(path, most_bytes=MOST_BYTES))


def lay_out(book: Sheets, mapping: ColumnMap | None = None) -> Layout:
    """Find the heading row and the column of each field. Refuses an unknown heading of the map, and what is lacking."""
    chosen = mapping.columns if mapping else {}
    found = _best(book, chosen)
    if found is None:
        wanted = "、".join(filter(None, chosen.values())) or "、".join(TITLES[each] for each in REQUIRED)
        raise Refusal(
            f"没有找到{LABEL}的表头。前 {HEADING_ROWS} 行里要有一行写着：{wanted}。"
            "请用导入模板填写，或在对照列里说明哪一列是什么。",
            field="columns",
        )
    known = {heading_key(text): text for text in found.headings}
    for each, heading in chosen.items():
        if heading and heading_key(heading) not in known:
            shown = "、".join(found.headings[:20])
            raise Refusal(
                f"对照里的{TITLES[each]}（{each}）是“{heading}”这一列，文件里没有。文件的列有：{shown}。请核对。",
                field="columns",
            )
    if lacking := [TITLES[each] for each in REQUIRED if each not in found.places]:
        raise Refusal(
            f"第 {found.heading.number} 行表头里认不出：{'、'.join(lacking)}。"
            "请在对照列里说明哪一列是它，或改表头再导入。",
            field="columns",
        )
    return replace(found, more=tuple(_alike(book, found)))


def _alike(book: Sheets, found: Layout) -> Iterator[tuple[Sheet, int]]:
    """Other sheets that bear the same heading, each with its row."""
    heading = [heading_key(text) for text in found.heading.cells]
    for sheet in book.sheets:
        for at, row in enumerate(sheet.rows[:HEADING_ROWS] if sheet is not found.sheet else ()):
            if [heading_key(text) for text in row.cells] == heading:
                yield sheet, at
                break


def guessed(book: Sheets) -> Layout | None:
    """Where the heading row probably is, when nothing of it is recognised: the fullest of the first rows."""
    rows = [
        (sheet, at)
        for sheet in book.sheets
        for at in range(min(HEADING_ROWS, len(sheet.rows)))
        if not sheet.rows[at].fault
    ]
    filled = [sum(bool(text) for text in sheet.rows[at].cells) for sheet, at in rows]
    if not rows:
        return None
    sheet, at = rows[filled.index(max(filled))]
    return Layout(sheet, at, placed(sheet.rows[at], {}))


def _best(book: Sheets, chosen: Mapping[str, str]) -> Layout | None:
    """The layout that finds the most of what is looked for; None where fewer than two headings are recognised."""
    best: Layout | None = None
    for sheet in book.sheets:
        for at, row in enumerate(sheet.rows[:HEADING_ROWS]):
            places = placed(row, chosen)
            if not row.fault and len(places) >= 2 and (best is None or len(places) > len(best.places)):
                best = Layout(sheet, at, places)
    return best


def placed(row: Row, chosen: Mapping[str, str]) -> dict[str, int]:
    """The column of each field in a heading row: as the map says; without one, by the best of its names."""
    keys = [heading_key(text) for text in row.cells]
    places: dict[str, int] = {}
    for each, heading in chosen.items():
        if heading and heading_key(heading) in keys:
            places[each] = keys.index(heading_key(heading))
    ranks: dict[str, int] = {}
    for place, text in enumerate(row.cells):
        each = field_of(text, _NAMES)
        if not each or each in chosen or (chosen and each not in ALWAYS):
            continue
        rank = _RANK.get(keys[place], len(_RANK))
        if each not in ranks or rank < ranks[each]:
            ranks[each], places[each] = rank, place
    return places


def read_incidents(
    book: Sheets, layout: Layout, mapping: ColumnMap | None = None, progress: Progress | None = None
) -> IncidentFile:
    """Read every row below the heading. Refuses dates whose order of day and month cannot be told."""
    mapping = mapping or ColumnMap()
    body = layout.rows
    moments = [layout.places[each] for each in (*MOMENTS, "updated_at") if each in layout.places]
    dates = _dates(body, moments, mapping)
    values = {
        each: {word_key(theirs): ours for theirs, ours in words.items()} for each, words in mapping.values.items()
    }
    width = len(layout.heading.cells)
    reader = RowReader(layout.places, layout.columns, width, dates, values, strict=book.kind == "text")
    rows: list[IncidentRow] = []
    findings: list[Finding] = []
    for n, (sheet, row) in enumerate(body):
        if progress and n % CHECKED_EVERY == 0 and not progress(n, len(body)):
            raise Refusal("导入已取消，没有写入任何记录。")
        read = reader.row(row, sheet)
        if isinstance(read, Finding):
            findings.append(read)
        else:
            rows.append(read)
    taken = set(layout.places.values())
    left = [one_line(text) for n, text in enumerate(layout.heading.cells) if text and n not in taken]
    return IncidentFile(
        rows=tuple(rows),
        findings=tuple(findings),
        layout=layout,
        left=tuple(left),
        notes=(*reader.notes(), *_unread(book, layout)),
        strange=reader.strange,
        order=dates.order if dates.told else "",
    )


def _unread(book: Sheets, layout: Layout) -> Iterator[str]:
    read = {layout.sheet.name, *(sheet.name for sheet, _ in layout.more), GUIDE}
    if rest := [sheet.name for sheet in book.sheets if len(sheet.rows) > 1 and sheet.name not in read]:
        yield f"这些工作表的表头不同，没有读：{'、'.join(rest)}。"


def _dates(body: Sequence[tuple[str, Row]], places: Sequence[int], mapping: ColumnMap) -> Dates:
    def cells() -> Iterator[tuple[int, str]]:
        for _, row in body:
            for place in places:
                text = row.cell(place)
                if text and not row.fault:
                    yield row.number, text

    if not (written := mapping.dates):
        return day_order.recognised(cells(), usual=mapping.order)
    dates, strange = day_order.given(written), None
    for number, text in cells():
        if not missing(text):
            if dates.read(text) is not None:
                return dates
            strange = strange or (number, text)
    if strange is not None:
        raise Refusal(
            f"日期格式“{written}”与文件不符，没有一个时间读得出来（如第 {strange[0]} 行“{strange[1][:40]}”）。"
            + day_order.HOW_TO_SAY,
            field="dates",
        )
    return dates
