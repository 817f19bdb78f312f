"""移动介质查毒 (F24): the list, the form, and the acts from the check to the end of use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from opsdesk.models import MediaCheck
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import lending
from opsdesk.rules.lending import Lapse
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, listing, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import PASSED, of_media
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import added
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"media_check"})
WHAT = "介质登记"
PREFIX = "JZ"
KINDS = ("U 盘", "移动硬盘", "光盘", "软盘", "其他")
INFECTED = "未通过"
RESULTS = (*PASSED, INFECTED)
VOID, DONE, IN_USE, BARRED, UNCHECKED, WAITING, READY = (
    "作废", "已用完", "使用中", "不能使用", "待查毒", "待批准", "可以使用",
)  # fmt: skip
TONES = {
    UNCHECKED: Tone.WARNING,
    WAITING: Tone.WARNING,
    READY: Tone.FINE,
    IN_USE: Tone.INFORMATION,
    DONE: Tone.NEUTRAL,
    BARRED: Tone.BROKEN,
    VOID: Tone.NEUTRAL,
}
SHOWN = ("number", "filed_at", "kind", "holder", "unit", "purpose", "result")


def lapses(ctx: Context, row: Mapping[Any, Any]) -> list[Lapse]:
    """What was missed on a medium, by the law of the day it was used."""
    return of_media(ctx.regulations, row)


def state(row: Mapping[Any, Any]) -> str:
    """Where a medium stands."""
    if row["void_at"] is not None:
        return VOID
    if row["used_from"] is not None:
        return IN_USE if row["used_to"] is None else DONE
    if row["checked_at"] is None:
        return UNCHECKED
    if row["result"] not in PASSED:
        return BARRED
    return WAITING if row["approved_at"] is None else READY


def _in_state(wanted: str) -> ColumnElement[bool]:
    unused = and_(MediaCheck.void_at.is_(None), MediaCheck.used_from.is_(None))
    used = and_(MediaCheck.void_at.is_(None), MediaCheck.used_from.is_not(None))
    checked, passed = MediaCheck.checked_at.is_not(None), MediaCheck.result.in_(PASSED)
    return {
        VOID: MediaCheck.void_at.is_not(None),
        IN_USE: and_(used, MediaCheck.used_to.is_(None)),
        DONE: and_(used, MediaCheck.used_to.is_not(None)),
        UNCHECKED: and_(unused, ~checked),
        BARRED: and_(unused, checked, ~passed),
        WAITING: and_(unused, checked, passed, MediaCheck.approved_at.is_(None)),
        READY: and_(unused, checked, passed, MediaCheck.approved_at.is_not(None)),
    }[wanted]


def listed(ctx: Context, query: Query) -> Page:
    """Media, the latest first."""
    chosen = query.filters or {}
    columns = (
        MediaCheck.number, MediaCheck.kind, MediaCheck.media_no, MediaCheck.holder, MediaCheck.unit, MediaCheck.purpose,
    )  # fmt: skip
    asked = (
        select(MediaCheck.__table__)
        .where(listing.holds(query.text, *columns))
        .order_by(MediaCheck.filed_at.desc(), MediaCheck.id.desc())
    )
    asked = asked.where(listing.in_month(MediaCheck.filed_at, chosen.get("month")))
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(ctx, row._mapping) for row in rows), total)


def _row(ctx: Context, row: Mapping[Any, Any]) -> Row:
    word = state(row)
    missed = lending.in_short(lapses(ctx, row))
    values = {**{key: row[key] for key in SHOWN}, "missed": missed, "state": Chip(word, TONES[word])}
    return Row(row["id"], values, muted=word in {VOID, DONE})


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def row_of(connection: Connection, media_id: int) -> dict[str, Any]:
    """A row of `media_check`. Refuses one that is not there."""
    return retiring.one(connection, select(MediaCheck.__table__).where(MediaCheck.id == media_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One medium as its form shows it, with its course and what was missed."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
    return {**row, "told": "\n".join(_told(ctx, row))}


def _told(ctx: Context, row: Values) -> list[str]:
    said = [each.told for each in lapses(ctx, row)]
    if row["checked_at"] is not None:
        said.append(f"{row['checked_at']:%Y-%m-%d %H:%M} 查毒：{row['result']}（{row['scanner']}）。")
    elif row["void_at"] is None:
        said.append("还没有查毒。先查毒，通过并批准以后才能使用。")
    if row["approved_at"] is not None:
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} {row['approved_by']}批准。")
    if row["used_from"] is not None:
        until = f"到 {row['used_to']:%Y-%m-%d %H:%M}" if row["used_to"] else "，还在使用"
        said.append(f"{row['used_from']:%Y-%m-%d %H:%M} 开始使用{until}。")
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废。")
    return said


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Register a medium under the next number of its month, or correct one that nobody has checked or used yet."""
    ctx.require(*WRITERS)
    kept = {
        "kind": entry.chosen(values, "kind", "介质类型", KINDS),
        "media_no": entry.text(values, "media_no", "编号"),
        "holder": entry.name(values, "holder", "持有人"),
        "unit": entry.text(values, "unit", "单位", required=True),
        "purpose": entry.text(values, "purpose", "用途", required=True, longest=100),
        "by_ftp": entry.text(values, "by_ftp", "不用 FTP 的原因", required=True, longest=100),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }
    with ctx.transaction("登记移动介质" if record_id is None else "修改移动介质") as tx:
        if record_id is None:
            blanks = dict.fromkeys(("scanner", "result", "approved_by"), "")
            number = monthly(tx, MediaCheck.number, PREFIX, ctx.today())
            filed = {"number": number, "filed_by": ctx.actor.name, "filed_at": ctx.now()}
            return Outcome(tx.insert(MediaCheck, **kept, **blanks, **filed), TOUCHED)
        row = row_of(tx.connection, record_id)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if any(row[key] is not None for key in ("checked_at", "approved_at", "used_from", "void_at")):
            raise Refusal(f"{row['number']} 已经办理，不能改。填错的请由主管作废，再登记一条。")
        tx.update(MediaCheck, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _standing(tx: Transaction, media_id: int) -> dict[str, Any]:
    row = row_of(tx.connection, media_id)
    retiring.refuse_void(row)
    return row


def check(ctx: Context, media_id: int, values: Values) -> Outcome[str]:
    """The medium was checked: with what, by signatures of which day, and whether it passed. May be done again."""
    ctx.require(*WRITERS)
    at = entry.past(values, "checked_at", "查毒时间", ctx.now())
    given = {
        "scanner": entry.text(values, "scanner", "查毒软件", required=True),
        "signatures_on": entry.past_day_or_none(values, "signatures_on", "病毒库日期", ctx.today()),
        "result": entry.chosen(values, "found", "查毒结果", RESULTS),
    }
    with ctx.transaction("介质查毒") as tx:
        row = _standing(tx, media_id)
        if row["used_from"] is not None and row["checked_at"] is not None:
            raise Refusal(f"{row['number']} 已经使用，查毒结果不能再改。再次使用请另登记一条。")
        tx.update(MediaCheck, media_id, checked_at=at, **given)
    barred = "不能使用。" if given["result"] == INFECTED else ""
    return Outcome(f"{row['number']} 查毒{given['result']}。{barred}", TOUCHED)


def approve(ctx: Context, media_id: int, values: Values) -> Outcome[str]:
    """The supervisor approves that a medium is used instead of FTP (E1-21); the check comes before or after."""
    ctx.require(Role.SUPERVISOR)
    at = entry.past(values, "approved_at", "批准时间", ctx.now())
    by = entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name
    with ctx.transaction("批准使用介质") as tx:
        row = _standing(tx, media_id)
        if row["approved_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['approved_at']:%Y-%m-%d %H:%M} 已经批准。")
        tx.update(MediaCheck, media_id, approved_by=by, approved_at=at)
    return Outcome(f"{row['number']} 已批准使用。", TOUCHED)


def begin(ctx: Context, media_id: int, values: Values) -> Outcome[str]:
    """The medium is in use from now, or was from an earlier time; what was missed before is told, not refused."""
    ctx.require(*WRITERS)
    at = entry.past(values, "used_from", "开始使用", ctx.now())
    with ctx.transaction("开始使用介质") as tx:
        row = _standing(tx, media_id)
        if row["used_from"] is not None:
            raise Refusal(f"{row['number']} 在 {row['used_from']:%Y-%m-%d %H:%M} 已经开始使用。")
        tx.update(MediaCheck, media_id, used_from=at)
        told = "".join(each.told for each in lapses(ctx, {**row, "used_from": at}))
    return Outcome(f"{row['number']} 开始使用。{told}", TOUCHED)


def end(ctx: Context, media_id: int, values: Values) -> Outcome[str]:
    """The medium is not in use any more."""
    ctx.require(*WRITERS)
    at = entry.past(values, "used_to", "用完时间", ctx.now())
    with ctx.transaction("结束使用介质") as tx:
        row = _standing(tx, media_id)
        if row["used_from"] is None or row["used_to"] is not None:
            raise Refusal(f"{row['number']} 现在没有在使用。请刷新后再看。")
        if at < row["used_from"]:
            said = f"用完时间早于开始使用 {row['used_from']:%Y-%m-%d %H:%M}，请核对。"
            raise Refusal(said, field="used_to")
        tx.update(MediaCheck, media_id, used_to=at)
    return Outcome(f"{row['number']} 已用完。", TOUCHED)


def void(ctx: Context, media_id: int, values: Values) -> Outcome[str]:
    """Void an entry made by mistake; its number is not used again. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废介质登记", reason) as tx:
        row = _standing(tx, media_id)
        tx.update(MediaCheck, media_id, void_at=ctx.now(), remarks=added(row["remarks"], f"作废：{reason}"))
    return Outcome(f"{row['number']} 已作废：{reason}。编号不再使用。", TOUCHED)
