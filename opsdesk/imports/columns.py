"""Columns found by the text of their heading, never by their place, and what all readers of people share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from opsdesk.imports.table import Row, Sheet
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import one_line, person_name

HEADING_ROWS = 10
"""The heading row is looked for in the first ten filled rows: reports put titles and dates above it."""

T = TypeVar("T")

_BRACKETED = re.compile(r"\([^)]*\)$")
_LEFT_SUFFIX = re.compile(r"\s*[(\uff08\[【]\s*已?(?:离职|离场)\s*[)\uff09\]】]\s*$")
_FORMULA_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!)?#*")
_YES = frozenset({"是", "√", "✓", "✔", "☑", "有", "对", "y", "yes", "true", "1", "t"})
_NO = frozenset({"否", "×", "✗", "✘", "x", "无", "没有", "n", "no", "false", "0", "f", "-", "—", "/"})


@dataclass(frozen=True)
class Column:
    """One column of an import: its field, the heading of our template, other headings it goes by, and its note."""

    field: str
    heading: str
    note: str
    example: str
    also: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Read(Generic[T]):
    """What a reader found: rows fit to offer to a service, findings for the others.

    `rows_read` is len(rows) plus the entries that have findings; `unknown_columns` are headings nobody asked for.
    """

    rows: tuple[T, ...]
    findings: tuple[Finding, ...]
    rows_read: int
    sha256: str
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """The heading row of a sheet: which cells hold which field, by index."""

    at: int
    row: Row
    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    def value(self, row: Row, field: str) -> str:
        """The first filled cell of the field in this row, as it stands (a number stays a Numeral)."""
        for index in self.places.get(field, ()):
            text = row.cell(index)
            if text:
                return text
        return ""

    def name(self, field: str) -> str:
        """The heading of the field as this file writes it."""
        places = self.places.get(field)
        return one_line(self.row.cell(places[0])) if places else ""


def heading_key(text: str) -> str:
    """A heading reduced to what decides: no spaces, stars or colons, one width, lower case."""
    return re.sub(r"[\s*:_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def synonyms(columns: Sequence[Column]) -> dict[str, str]:
    """Heading key → field, for every name a column goes by."""
    return {heading_key(name): column.field for column in columns for name in (column.heading, *column.also)}


def field_of(text: str, names: Mapping[str, str]) -> str:
    """The field that a heading names, also with a remark in brackets such as 打卡时间(必填); "" where none."""
    key = heading_key(text)
    return names.get(key) or names.get(_BRACKETED.sub("", key), "")


def find_heading(sheet: Sheet, names: Mapping[str, str], *, least: int = 2) -> Heading | None:
    """The row among the first ten that names the most fields, where it names at least `least` different ones."""
    best: Heading | None = None
    for at, row in enumerate(sheet.rows[:HEADING_ROWS]):
        places: dict[str, tuple[int, ...]] = {}
        unknown = []
        for index, text in enumerate(row.cells):
            field = field_of(text, names)
            if field:
                places[field] = (*places.get(field, ()), index)
            elif text:
                unknown.append(one_line(text))
        if not row.fault and len(places) >= least and (best is None or len(places) > len(best.places)):
            best = Heading(at, row, places, tuple(unknown))
    return best


def require(heading: Heading | None, columns: Sequence[Column], what: str) -> Heading:
    """The heading, or a refusal that names the headings looked for or those missing."""
    if heading is None:
        wanted = "、".join(column.heading for column in columns if column.required)
        raise Refusal(
            f"没有找到{what}的表头。前 {HEADING_ROWS} 行里要有一行写着：{wanted}。请用导入模板填写。", field="file"
        )
    missing = [column.heading for column in columns if column.required and column.field not in heading.places]
    if missing:
        raise Refusal(
            f"第 {heading.row.number} 行表头里缺少列：{'、'.join(missing)}。请补上这些列再导入。", field="file"
        )
    return heading


def best_sheet(sheets: Sequence[Sheet], names: Mapping[str, str], *, least: int = 2) -> tuple[Sheet, Heading] | None:
    """The sheet whose heading names the most fields; the first of equals."""
    found = [(sheet, heading) for sheet in sheets if (heading := find_heading(sheet, names, least=least))]
    return max(found, key=lambda pair: len(pair[1].places)) if found else None


def pin_key(pin: str) -> str:
    """A 考勤号 as it is compared: without spaces and leading zeros, so that 000000052 is 52."""
    solid = "".join(pin.split())
    return solid.lstrip("0") or solid[:1]


def bare_name(text: str) -> str:
    """A person's name without the (离职) that attendance software hangs on it."""
    return person_name(_LEFT_SUFFIX.sub("", one_line(text)))


def yes_or_no(text: str) -> bool | None:
    """What a cell says by a word or a tick; None where it is empty or says neither."""
    word = one_line(text).casefold()
    return True if word in _YES else False if word in _NO else None


def formula_error(text: str) -> bool:
    """Whether the cell shows a formula's error (#N/A) or a column too narrow (####) instead of a value."""
    return len(text) > 1 and _FORMULA_ERROR.fullmatch(text) is not None
