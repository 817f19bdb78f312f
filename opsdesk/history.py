"""历史 as a list that can only be looked at: every link of the audit chain as a sentence, with what it changed.

What columns are called is taken from the registers; what no register shows, and the tables, have their words in
`resources/history_words.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from opsdesk import catalog
from opsdesk.register import Column, Field, Filter, Kind, Options, Page, Query, Register, Row
from opsdesk.registers.month.listing import PARTS
from opsdesk.rules.amounts import in_yuan
from opsdesk.services import history, listing, record_names
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.history import Asked, Change, Link
from opsdesk.services.record_names import table_words

KINDS = {
    "insert": "新增",
    "update": "修改",
    "delete": "移除",
    "event": "事项",
    "forget": "清除",
    "schema": "结构",
}
MOST_IN_LINE = 3
LONGEST_VALUE = 40
EMPTY = "空"
_SECONDS = re.compile(r"(\d{2}:\d{2}):00\b")


@cache
def _fields(subject: str) -> Mapping[str, str]:
    """The titles of a register's fields and columns by key."""
    register = {each.table: each for each in catalog.REGISTERS}.get(subject)
    if register is None:
        return {}
    return {
        **{each.key: each.title for each in register.columns},
        **{each.key: each.title for each in register.fields},
    }


def asked_for(ctx: Context, slug: str, record_id: int) -> str:
    """What is put into the find field to see one record of a register: “运维事件记录单 SJ-20260305-001”, “机房 #3”."""
    subject = next((each.table for each in catalog.REGISTERS if each.slug == slug), slug)
    return f"{table_words(subject)} {history.number_of(ctx, subject, record_id) or f'#{record_id}'}"


def _record_typed(ctx: Context, text: str) -> tuple[str, int] | None:
    """The table and row for which “机房 #3”, “人员 1001” or a number alone asks."""
    words, _, name = text.rpartition(" ")
    table = next((table for table, title in record_names.words()["tables"].items() if title == words.strip()), None)
    if table is not None and re.fullmatch(r"#[0-9]{1,18}", name):
        return table, int(name[1:])
    if not name or (words and table is None):
        return None
    known = history.record_named(ctx, name) or history.record_named(ctx, name.upper())
    return next((each for each in known if table in {None, each[0]}), None)


def column_words(subject: str, column: str) -> str:
    """What a column is called: as its register has it, else as every table does; a table's name counts its rows."""
    given = record_names.words()
    known = given.get(subject, {}).get(column) or _fields(subject).get(column) or given["columns"].get(column)
    return known or table_words(column)


def value_words(value: Any) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value).replace("\n", " ")


def change_words(subject: str, change: Change, *, short: bool = False) -> str:
    """“状态：处理中 → 已解决”; a value that was never there before stands alone."""
    before, after = (change_value(subject, change.column, each) for each in (change.before, change.after))
    if short:
        before, after = (_cut(each) for each in (before, after))
    title = column_words(subject, change.column)
    return f"{title}：{after}" if change.before is None else f"{title}：{before} → {after}"


def change_value(subject: str, column: str, value: Any) -> str:
    """A value of a column in words: money in yuan; several, as an event lists columns or files, beside each other."""
    if column.endswith("_fen") and isinstance(value, int):
        return f"{in_yuan(Decimal(value) / 100, exact=True)} 元"
    if (subject, column) == ("deduction", "part"):
        return PARTS.get(str(value), value_words(value))
    if isinstance(value, list):
        return value_words("、".join(column_words(subject, str(each)) for each in value))
    return value_words(value)


def value_on_paper(subject: str, column: str, value: Any) -> str:
    """The same without seconds that are none."""
    return _SECONDS.sub(r"\1", change_value(subject, column, value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def record_words(link: Link) -> str:
    """“运维事件记录单 SJ-20260305-001”."""
    return f"{table_words(link.subject)} {link.name}".strip()


def sentence(link: Link) -> str:
    """What happened in one line: the first changes, how many more."""
    told = [change_words(link.subject, each, short=True) for each in link.changes[:MOST_IN_LINE]]
    more = f"；等 {len(link.changes)} 项" if len(link.changes) > MOST_IN_LINE else ""
    return f"{'；'.join(told)}{more}"


def told(link: Link) -> str:
    """The whole of a link as a sentence: 2026-03-05 17:40 李明（主管）签收：运维事件记录单 SJ-… 状态：… → …。理由：…"""
    why = f"理由：{link.reason}。" if link.reason else ""
    return (
        f"{link.at:%Y-%m-%d %H:%M:%S} {link.operator}（{link.role}）{link.act}：{record_words(link)}"
        f"　{sentence(link) or KINDS[link.kind]}。{why}"
    )


def _listed(ctx: Context, query: Query) -> Page:
    asked = query.filters or {}
    first, last = listing.period(asked.get("period") or "", ctx.today()) or (None, None)
    text = query.text.strip()
    record = _record_typed(ctx, text)
    question = Asked(
        subject=record[0] if record else asked.get("subject") or "",
        subject_id=record[1] if record else None,
        operator=asked.get("operator") or "",
        first=first,
        last=last,
        text="" if record else text,
    )
    links, total = history.listed(ctx, question, query.offset, query.limit)
    return Page(tuple(_row(each) for each in links), total)


def _row(link: Link) -> Row:
    return Row(
        link.seq,
        {
            "seq": link.seq,
            "at": link.at,
            "operator": link.operator,
            "act": link.act,
            "record": record_words(link),
            "sentence": sentence(link),
            "reason": link.reason,
        },
    )


def _load(ctx: Context, seq: int) -> dict[str, Any]:
    link = history.one(ctx, seq)
    if link is None:
        raise Refusal(f"审计链里没有第 {seq} 条。请刷新后再看。")
    return {
        "seq": link.seq,
        "at": link.at,
        "operator": f"{link.operator}（{link.role}）",
        "station": link.station,
        "act": link.act,
        "kind": KINDS[link.kind],
        "record": record_words(link),
        "changes": "\n".join(change_words(link.subject, each) for each in link.changes) or "没有改动内容。",
        "reason": link.reason or "没有写理由。",
        "hash": " ".join(link.hash[place : place + 8] for place in range(0, len(link.hash), 8)),
    }


def _subjects(_ctx: Context) -> Options:
    return sorted(record_names.words()["tables"].items(), key=lambda each: each[1])


def _operators(ctx: Context) -> Options:
    return [(each, each) for each in history.operators(ctx)]


def as_object(link: Link) -> dict[str, Any]:
    """A link as the command line gives it."""
    return {
        "seq": link.seq,
        "at": link.at.isoformat(),
        "operator": link.operator,
        "role": link.role,
        "act": link.act,
        "kind": link.kind,
        "table": link.subject,
        "id": link.subject_id,
        "record": record_words(link),
        "reason": link.reason,
        "changes": [
            {
                "column": each.column,
                "title": column_words(link.subject, each.column),
                "before": _plain(each.before),
                "after": _plain(each.after),
            }
            for each in link.changes
        ],
        "hash": link.hash,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


VIEW = Register(
    slug="history",
    title="历史",
    singular="改动",
    topics=frozenset(),
    columns=(
        Column("seq", "序号", Kind.INTEGER, 72),
        Column("at", "时间", Kind.MOMENT, 140),
        Column("operator", "操作人", width=76),
        Column("act", "动作", width=112),
        Column("record", "记录", width=192),
        Column("sentence", "改动", width=0),
        Column("reason", "理由", width=112),
    ),
    list=_listed,
    fields=(
        Field("seq", "序号", Kind.INTEGER, read_only=True, group="改动"),
        Field("at", "时间", Kind.MOMENT, read_only=True, group="改动"),
        Field("operator", "操作人", read_only=True, group="改动"),
        Field("station", "工作站", read_only=True, group="改动"),
        Field("act", "动作", read_only=True, group="改动"),
        Field("kind", "种类", read_only=True, group="改动"),
        Field("record", "记录", read_only=True, group="改动"),
        Field("changes", "改了什么", Kind.LONG_TEXT, read_only=True, group="改动"),
        Field("reason", "理由", Kind.LONG_TEXT, read_only=True, group="改动"),
        Field("hash", "本条校验值", Kind.LONG_TEXT, read_only=True, group="审计链"),
    ),
    load=_load,
    filters=(
        Filter("subject", "记录", _subjects),
        Filter("operator", "操作人", _operators),
        Filter("period", "期间", listing.periods),
    ),
    empty="还没有任何改动。",
)
