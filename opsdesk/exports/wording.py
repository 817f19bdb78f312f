"""The words of a Document: one place decides what each value says, so that PDF and xlsx cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from opsdesk.exports.document import Align, Choice, Column, Document, Kind, Signature, Table, Value
from opsdesk.services.text import clean, one_line

SIGN_HERE = "签字：          年    月    日"
"""Stands at the lower right of a box to sign in that is high enough for it (`domain.md` 1.0: 12 mm)."""
ROOM_TO_SIGN = 12.0
LONGEST_NAME = 60
"""Two long names of people side by side, or one long name of a company."""
_SENTENCE = frozenset("。；，：？！\n☑□")
_CENTRED = {Kind.CODE, Kind.TIME, Kind.DATE, Kind.MOMENT, Kind.SIGNATURE}
_RIGHT = {Kind.NUMBER, Kind.MONEY}


def words(value: Value, kind: Kind = Kind.TEXT) -> str:
    """What stands on paper for a value: 08:27, 2026-03-05, 1,234.50, □忘签 ☑外勤."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, Choice):
        return "　".join(f"{'☑' if option in value.chosen else '□'}{clean(option)}" for option in value.options)
    if isinstance(value, (date, time)):
        return _time_words(value, kind)
    if kind is Kind.MONEY:
        return f"{value:,.2f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _time_words(value: date | time, kind: Kind) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if not isinstance(value, datetime) or kind is Kind.DATE:
        return value.isoformat()[:10]
    return f"{value:%H:%M}" if kind is Kind.TIME else value.isoformat(" ", "minutes")[:16]


def is_name(text: str) -> bool:
    """Whether a text is a name or a phrase rather than a sentence: short, on one line, without a sentence's marks."""
    return len(text) <= LONGEST_NAME and not _SENTENCE.intersection(text)


def alignment(column: Column) -> Align:
    """Where the column's texts stand: as it says, else by kind (texts left, numbers right, codes and times centred)."""
    if column.align is not None:
        return column.align
    if column.kind in _CENTRED or column.title == "序号":
        return Align.CENTER
    return Align.RIGHT if column.kind in _RIGHT else Align.LEFT


def blanks(table: Table) -> tuple[tuple[Value, ...], ...]:
    """The rows that fill the last page of a bound register, to be written by hand; 序号 goes on counting in them."""
    if table.rows_per_page is None:
        return ()
    missing = -len(table.rows) % table.rows_per_page if table.rows else table.rows_per_page
    empty: tuple[Value, ...] = (None,) * len(table.columns)
    if not table.number_column or not table.columns or table.columns[0].title != "序号":
        return (empty,) * missing
    last = table.rows[-1][0] if table.rows else 0
    if not isinstance(last, int):
        last = len(table.rows)
    return tuple((last + step, *empty[1:]) for step in range(1, missing + 1))


def record_label(document: Document, table: Table, row: int) -> str:
    """The record behind a row as messages name it."""
    if row < len(table.record_labels):
        return one_line(table.record_labels[row])
    return f"{one_line(document.title)} 第 {row + 1} 行"


def document_label(document: Document) -> str:
    """The document as messages name it."""
    return one_line(f"{document.title} {document.number}")


def template(document: Document) -> str:
    """Template number and revision, top left: OD-F01 A/0."""
    return clean(f"{document.code} {document.revision}")


def number(document: Document) -> str:
    """The slip's own number, top right: No. DG-20260305."""
    return f"No. {clean(document.number)}" if document.number else ""


def facts(document: Document) -> list[str]:
    """The head line, fact by fact: 单位：…, 日期：…"""
    return [f"{clean(fact.label)}：{clean(fact.value)}" for fact in document.facts]


def remarks(document: Document) -> list[str]:
    """The lines under the body: filling-in notes, then the reading of the law (采用口径)."""
    return _listed("注", document.notes) + _listed("采用口径", document.basis)


def _listed(label: str, lines: Sequence[str]) -> list[str]:
    if len(lines) == 1:
        return [f"{label}：{clean(lines[0])}"]
    indent = "　" * (len(label) + 1)
    return [f"{f'{label}：' if place == 1 else indent}{place}. {clean(text)}" for place, text in enumerate(lines, 1)]


def signature(place: Signature) -> tuple[str, str, str]:
    """What stands before the line to sign on, and after it: the seal's place, the date's place."""
    label = clean(place.label).rstrip("：:")
    before = label if label.endswith(("签字", "签名", "签章", "签收", "）")) else f"{label}（签字）"
    return f"{before}：", "（盖章）" if place.seal else "", "    年    月    日" if place.dated else ""


def retention(document: Document) -> str:
    """How long to keep it, bottom left: 保存期限：3 年."""
    text = clean(document.retention)
    return text if not text or text.startswith("保存期限") else f"保存期限：{text}"


def page_of(page: int, pages: int) -> str:
    """Bottom centre: 第 1 页 共 2 页."""
    return f"第 {page} 页 共 {pages} 页"
