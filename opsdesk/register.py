"""What a register is: pure description of its table, its form and its papers.

A register of the site (外包单位, 人员, 补签单 …) is described once, in `registers/<slug>/spec.py`; the table page, the
form, the find field and the conformance tests are made from that description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opsdesk.services.context import Context
    from opsdesk.services.outcome import Outcome


class Kind(Enum):
    """What a column shows or a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CODE = "code"  # a number that is a name: 工号, 电话
    INTEGER = "integer"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    FLAG = "flag"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 — a kind of field: typed hidden, never shown again
    CHIP = "chip"  # a state shown as a quiet chip; the row gives (word, tone)


class Tone(Enum):
    """Meaning of a chip; the look gives each its colour and icon."""

    FINE = "fine"
    WARNING = "warning"
    BROKEN = "broken"
    AWAY = "away"
    INFORMATION = "information"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Chip:
    """A state as a word and its meaning."""

    word: str
    tone: Tone = Tone.NEUTRAL


CellValue = str | int | date | time | datetime | bool | Chip | None


@dataclass(frozen=True)
class Column:
    """A column of the list: `key` into the row's values, heading, kind, width in pixels (0: takes the rest)."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 120


Options = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class Field:
    """A field of the form, in the order of the paper.

    `options` gives (value, label) pairs for CHOICE, and for a text what is suggested while one types, in a
    LONG_TEXT line by line, where the value is written; read when the form opens. `group` starts a section of the form.
    `help` is one sentence shown under the field. `personal` values are kept as salted commitments in the audit chain.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    required: bool = False
    group: str = ""
    help: str = ""
    options: Callable[[Context], Options] | None = None
    default: Callable[[Context], Any] | None = None
    read_only: bool = False


@dataclass(frozen=True)
class Row:
    """A row of the list: its record's id and the shown values by column key. `muted` greys what is over (已离场)."""

    id: int
    values: Mapping[str, CellValue]
    muted: bool = False


@dataclass(frozen=True)
class Page:
    """A page of rows and how many there are in all by this question."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True)
class Query:
    """A question to a register: text typed into the find field, chosen filters by key, which page."""

    text: str = ""
    filters: Mapping[str, Any] | None = None
    offset: int = 0
    limit: int = 200


@dataclass(frozen=True)
class Filter:
    """A filter above the list: a choice among options; where nothing is chosen, `usual` says what is shown."""

    key: str
    title: str
    options: Callable[[Context], Options]
    usual: str = "全部"


@dataclass(frozen=True)
class Act:
    """An act on the chosen record or, with `on_record=False`, on the register: a button that does what it says.

    `fields` are asked for in the panel before the act runs; `confirm` is asked before what destroys or signs.
    `run(ctx, id, values)` returns an Outcome whose value is the sentence shown as a notice. What `signs` a fine or a
    score takes the supervisor's password in the window.
    """

    key: str
    title: str
    run: Callable[[Context, int, Mapping[str, Any]], Outcome[str]]
    fields: tuple[Field, ...] = ()
    confirm: str = ""
    on_record: bool = True
    roles: frozenset[str] = frozenset()  # empty: everybody who may write
    offered: Callable[[Mapping[str, Any]], bool] | None = None  # given the loaded record
    signs: bool = False


@dataclass(frozen=True)
class Paper:
    """A paper of the register: `make(ctx, id)` gives a Document of the chosen record, or of all (`on_record=False`).

    One with `roles` is made by these alone.
    """

    key: str
    title: str
    make: Callable[[Context, int], Any]
    on_record: bool = True
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Register:
    """One register: what it is called, what its list and form show, and the functions behind them.

    `list(ctx, query)` gives a Page; `load(ctx, id)` the form's values by field key; `save(ctx, id | None, values)`
    writes one record or raises Refusal with the field's key. Its list is stale after a change of one of `topics`.
    """

    slug: str
    title: str
    singular: str
    topics: frozenset[str]
    columns: tuple[Column, ...]
    list: Callable[[Context, Query], Page]
    fields: tuple[Field, ...] = ()
    load: Callable[[Context, int], Mapping[str, Any]] | None = None
    save: Callable[[Context, int | None, Mapping[str, Any]], Outcome[int]] | None = None
    filters: tuple[Filter, ...] = ()
    acts: tuple[Act, ...] = ()
    papers: tuple[Paper, ...] = ()
    empty: str = ""  # what to do first, shown in an empty list
    save_roles: frozenset[str] = frozenset({"主管", "服务台"})
    closed: Callable[[Mapping[str, Any]], bool] | None = None  # of the form's values: it is only looked at
    stored_as: str = ""  # the table of its records, where it is not called as the register is

    @property
    def table(self) -> str:
        """The table in which the records lie."""
        return self.stored_as or self.slug
