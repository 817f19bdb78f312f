"""The neutral Document: what a form says, before anything knows how it is drawn.

A register makes a Document from the record; `pdf`, `workbook` and the preview draw it. Renderers see only what stands
here, so PDF and xlsx of one form cannot say different things. Lengths are millimetres, font sizes are points.
Layout follows `domain.md` 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum


class Kind(Enum):
    """How a value is written: it decides alignment, the xlsx number format and the text on paper."""

    TEXT = "text"
    CODE = "code"  # a number that is a name (工号, 电话): text in xlsx, never 4.4E+17
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"
    DATE = "date"
    MOMENT = "moment"
    SIGNATURE = "signature"  # stays empty: room for a pen


class Align(Enum):
    """Horizontal place of a text in its cell."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Paper(Enum):
    """Sheet of paper as (width, height) in millimetres, upright."""

    A4 = (210.0, 297.0)
    A3 = (297.0, 420.0)


@dataclass(frozen=True)
class Choice:
    """Tick boxes in a cell: every option is printed, the chosen ones ticked (□ 忘签 ☑ 外勤)."""

    options: tuple[str, ...]
    chosen: tuple[str, ...] = ()


Value = str | int | Decimal | date | time | datetime | Choice | None


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `width` is its share: columns share the printable width in proportion. Neighbours with the same non-empty `group`
    stand under one common heading. `subtitle` is a second heading line (the weekday under the day of a month). The
    texts of an `even` column all have the table's size: sentences below each other, which make rows higher instead.
    """

    title: str
    width: float
    kind: Kind = Kind.TEXT
    align: Align | None = None  # None: by kind (texts left, numbers right, codes and times centred)
    group: str = ""
    subtitle: str = ""
    shaded: bool = False  # rest days in a month sheet
    even: bool = False


@dataclass(frozen=True)
class Table:
    """Ruled table. Rows are as long as `columns`; the heading repeats on every page.

    `rows_per_page` makes the fixed rows of a bound register: a page is always that many rows, and rows without a record
    stay blank to be written by hand (None: as many as fit, no blanks). `record_labels` names the record behind each row
    (“王强 2026-03-05”) for messages such as a missing glyph.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    rows_per_page: int | None = None
    row_height: float = 8.0
    font_size: float = 10.5
    number_column: bool = True  # continue 序号 in the first column into the blank rows
    record_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormCell:
    """A label and its value in a form grid; `span` counts grid columns taken by the value; `height` is the minimum."""

    label: str
    value: Value = None
    span: int = 1
    height: float = 9.0
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class FormGrid:
    """Grid of labelled boxes, the body of a single form (单据). Each row holds label/value pairs that fill the width.

    Every row is a tuple of cells; labels all take `label_width` mm, the values share the rest by `span`.
    """

    rows: tuple[tuple[FormCell, ...], ...]
    label_width: float = 26.0
    font_size: float = 10.5


@dataclass(frozen=True)
class Text:
    """A paragraph (already a whole sentence), wrapped to the width."""

    text: str
    font_size: float = 10.5
    bold: bool = False


Figure = int | Decimal | None


@dataclass(frozen=True)
class Series:
    """Figures of one kind, one for each label of the chart, none below zero; None is no figure (a rate of nothing)."""

    name: str
    values: tuple[Figure, ...]


@dataclass(frozen=True)
class BarChart:
    """Figures as bars that begin at zero: by day, by category, by vendor. Labels stand in the order they are given.

    `stacked` puts the series on each other and writes their sum (合计) at the end. `horizontal` lays the bars, a line
    for each label, which long names need. `unit` is written once (单位：件), "%" at every figure. `target` is a line
    across the bars (目标 95%). `height` is that of standing bars with title and labels; lying bars take what their
    number needs. What has no room standing on paper is laid, and a chart never goes over the end of a page.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    stacked: bool = False
    horizontal: bool = False
    height: float = 70.0
    target: int | Decimal | None = None


Block = Table | FormGrid | Text | BarChart


@dataclass(frozen=True)
class Fact:
    """A fact of the head line under the title: 单位：… 日期：…"""

    label: str
    value: str


@dataclass(frozen=True)
class Signature:
    """A place to sign at the foot: “运维主管签字：______ 年 月 日”; `seal` prints （盖章） beside it."""

    label: str
    dated: bool = True
    seal: bool = False


@dataclass(frozen=True)
class Origin:
    """What makes a form anew: the kind of paper and its arguments by name, when it was made, and for which role."""

    kind: str
    arguments: tuple[tuple[str, int | str | date | None], ...]
    at: datetime
    role: str


@dataclass(frozen=True)
class Document:
    """One form, complete: what stands at its head, in its body and at its foot.

    `code` and `revision` are the template number at the top left (OD-F01 A/0), `number` the slip's own at the top right
    (DG-20260305). `notes` are filling-in notes under the body, `basis` the reading of the law used (采用口径),
    `retention` how long to keep it (保存期限：3 年), `trace` the short chain head that ties the paper to the record,
    `origin` what makes it anew (None: it tells of a moment that is over). `seal` is what its QR code says once it is
    issued, beginning with the short code; other words (预览，未签发) stand in their place without a QR code.
    `name` is the proposed file name without ending; `sheet` the xlsx sheet title. Of a book that is bound from several
    documents `first_page` says where this one begins and `of_pages` how many there are up to now (0: its own).
    """

    code: str
    revision: str
    title: str
    number: str
    name: str
    sheet: str
    organisation: str
    body: tuple[Block, ...]
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    signatures: tuple[Signature, ...] = ()
    retention: str = ""
    trace: str = ""
    paper: Paper = Paper.A4
    landscape: bool = False
    margins: tuple[float, float, float, float] = field(
        default=(20.0, 15.0, 20.0, 25.0)
    )  # top right bottom left(binding)
    first_page: int = 1
    of_pages: int = 0
    origin: Origin | None = None
    seal: str = ""


def chinese_date(day: date) -> str:
    """2026年3月5日: Arabic figures, no leading zeros (`domain.md` 1.0)."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(at: datetime | None) -> str:
    """2026年3月5日 09:10; what is not known is left to the pen."""
    return f"{chinese_date(at)} {at:%H:%M}" if at else ""


WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def weekday(day: date) -> str:
    """周一 … 周日."""
    return WEEKDAYS[day.weekday()]
