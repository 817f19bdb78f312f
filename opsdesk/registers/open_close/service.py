"""Acts and list of 办公室开关门及消防安全检查 (F15): one row for an office and a day (T3-07b, E1-02, E7-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select, true

from opsdesk.models import OfficeCheck
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules import premises
from opsdesk.rules.premises import BOXES
from opsdesk.rules.upkeep import ABNORMAL, NORMAL, STATES
from opsdesk.rules.vocabulary import Role
from opsdesk.services import calendars, entry, listing, offices, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"open_close"})
WHAT = "检查记录"
DAY = timedelta(days=1)
DAWN = time(6)
"""Who leaves an office before has stayed there since the day before."""
VOID, UNDONE, NOT_CLOSED, MENDED, ALL_NORMAL = "已作废", "待处置", "还没关门", "异常已处置", "全部正常"


def listed(ctx: Context, query: Query) -> Page:
    """Checks, the latest first."""
    chosen = query.filters or {}
    asked = (
        select(OfficeCheck.__table__)
        .where(
            listing.holds(
                query.text, OfficeCheck.office, OfficeCheck.opened_by, OfficeCheck.closed_by, OfficeCheck.found,
                OfficeCheck.remedy, OfficeCheck.inspector, OfficeCheck.second_inspector,
            )
        )
        .order_by(OfficeCheck.day.desc(), OfficeCheck.id.desc())
    )  # fmt: skip
    span = listing.month_of(chosen.get("month") or "")
    asked = asked.where(OfficeCheck.day.between(*span) if span else true())
    if (office := chosen.get("office")) is not None:
        asked = asked.where(OfficeCheck.office == office)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    told = "；".join(part for part in (row["found"], row["remedy"]) if part)
    inspectors = "、".join(part for part in (row["inspector"], row["second_inspector"]) if part)
    values = {
        "day": row["day"], "office": row["office"], "opened": _by(row["opened_at"], row["opened_by"], row["day"]),
        "closed": _by(row["closed_at"], row["closed_by"], row["day"]), "told": " ".join(told.split()),
        "inspectors": inspectors, "state": state(row), "signed": row["signed_by"],
    }  # fmt: skip
    return Row(row["id"], values, muted=row["void_at"] is not None)


def _by(at: datetime | None, who: str, day: date) -> str:
    """08:10 王强; the morning after 次日 00:30 王强."""
    if at is None:
        return ""
    return f"{'' if at.date() == day else '次日 '}{at:%H:%M} {who}"


def state(row: Mapping[Any, Any]) -> Chip:
    """How a check stands."""
    if row["void_at"] is not None:
        return Chip(VOID)
    if row["found"] and not row["remedy"]:
        return Chip(UNDONE, Tone.BROKEN)
    if row["closed_at"] is None:
        return Chip(NOT_CLOSED, Tone.INFORMATION)
    if left := premises.unticked(row):
        return Chip(f"{len(left)} 项没有勾", Tone.WARNING)
    return Chip(MENDED, Tone.WARNING) if row["found"] else Chip(ALL_NORMAL, Tone.FINE)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def row_of(connection: Connection, check_id: int) -> dict[str, Any]:
    """A row of `office_check`. Refuses one that is not there."""
    return retiring.one(connection, select(OfficeCheck.__table__).where(OfficeCheck.id == check_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One check as its form shows it, with what the day still lacks."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
        calendar, present = calendars.load(connection), bool(offices.came(connection, row["day"], row["day"]))
    lacking = offices.judged(row, ctx.law_on(row["day"]), workday=calendar.works(row["day"]), present=present)
    said = []
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废：{row['void_reason']}。")
    elif lacking.sentence:
        said.append(lacking.sentence)
    if row["signed_at"] is not None:
        said.append(f"{row['signed_at']:%Y-%m-%d %H:%M} {row['signed_by']}周签字。")
    return {**row, **{key: row[key] or None for key in BOXES}, "told": "\n".join(said)}


def closed(values: Values) -> bool:
    """Whether a check can only be looked at: the week was signed, or it was voided."""
    return values["void_at"] is not None or values["signed_at"] is not None


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Keep a check, or complete and correct one that stands and is not signed; one of each office a day."""
    ctx.require(*WRITERS)
    kept = _read(ctx, values)
    with ctx.transaction("登记开关门检查" if record_id is None else "更正开关门检查") as tx:
        if record_id is None:
            _refuse_second(tx.connection, kept)
            return Outcome(_insert(tx, ctx, kept), TOUCHED)
        row = row_of(tx.connection, record_id)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if closed(row):
            why = "已作废" if row["void_at"] is not None else "主管已经周签字"
            raise Refusal(f"{row['day'].isoformat()} 的检查{why}，不能改。填错的请由主管作废，再登记一条。")
        _refuse_second(tx.connection, kept, record_id)
        tx.update(OfficeCheck, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _read(ctx: Context, values: Values) -> dict[str, Any]:
    now, day = ctx.now(), entry.day(values, "day", "日期")
    if day > ctx.today():
        raise Refusal(f"{day.isoformat()} 还没有到，当天检查以后再登记。", field="day")
    kept: dict[str, Any] = {
        "office": entry.text(values, "office", "办公室", required=True, longest=30),
        "day": day,
        "opened_at": entry.past_or_none(values, "opened_at", "开门时间", now),
        "opened_by": entry.text(values, "opened_by", "开门人"),
        "closed_at": entry.past_or_none(values, "closed_at", "关门时间", now),
        "closed_by": entry.text(values, "closed_by", "关门人"),
        **{key: entry.chosen(values, key, title, STATES) if values.get(key) else "" for key, title in BOXES.items()},
        "found": entry.long_text(values, "found", "巡查情况", longest=300),
        "remedy": entry.long_text(values, "remedy", "处置情况", longest=300),
        "inspector": entry.text(values, "inspector", "巡查人 ①"),
        "second_inspector": entry.text(values, "second_inspector", "巡查人 ②"),
    }
    _refuse_times(kept)
    _refuse_found(kept)
    return kept


def _refuse_times(kept: Values) -> None:
    """Opening lies on the day, closing after it and before the next morning; each by somebody."""
    day, opened, closed = kept["day"], kept["opened_at"], kept["closed_at"]
    for at, who, word in (("opened_at", "opened_by", "开门"), ("closed_at", "closed_by", "关门")):
        if kept[at] is not None and not kept[who]:
            raise Refusal(f"写了{word}时间，请写上{word}人。", field=who)
        if kept[who] and kept[at] is None:
            raise Refusal(f"写了{word}人，请写上{word}时间。", field=at)
    if opened is not None and opened.date() != day:
        raise Refusal(f"开门时间要在 {day.isoformat()} 当天。请核对日期和时间。", field="opened_at")
    if closed is not None and closed.date() not in {day, day + DAY}:
        raise Refusal(f"关门时间要在 {day.isoformat()} 当天，或次日凌晨。请核对日期和时间。", field="closed_at")
    if opened is not None and closed is not None and closed < opened:
        raise Refusal(f"关门 {closed:%H:%M} 早于开门 {opened:%H:%M}。请核对时间。", field="closed_at")
    if opened is None and closed is None and not any(kept[key] for key in BOXES):
        raise Refusal("开门、关门、检查都还没有填。请至少填一样。", field="opened_at")


def _refuse_found(kept: Values) -> None:
    """What is not in order is told; what was done is of something that was found."""
    if (bad := premises.wrong(kept)) and not kept["found"]:
        raise Refusal(f"{'、'.join(bad)}勾了异常，请写明巡查情况。", field="found")
    if kept["remedy"] and not kept["found"]:
        raise Refusal("写了处置情况，请先写明巡查发现了什么。", field="found")


def _refuse_second(connection: Connection, kept: Values, but: int | None = None) -> None:
    found = offices.standing(connection, kept["office"], kept["day"], kept["day"]).get(kept["day"])
    if found is not None and found["id"] != but:
        raise Refusal(f"{kept['office']} {kept['day'].isoformat()} 已经登记过。请去改原来那一条。", field="day")


def _insert(tx: Transaction, ctx: Context, kept: Values) -> int:
    blanks = dict.fromkeys(("signed_by", "void_reason"), "")
    return tx.insert(OfficeCheck, **kept, **blanks, entered_at=ctx.now(), entered_by=ctx.actor.name)


def open_office(ctx: Context, _record_id: int, values: Values) -> Outcome[str]:
    """Somebody opens an office now, or opened it earlier today."""
    ctx.require(*WRITERS)
    at = entry.past(values, "opened_at", "开门时间", ctx.now())
    who = entry.text(values, "opened_by", "开门人", required=True)
    kept = _row_with(ctx, values, at.date(), {"opened_at": at, "opened_by": who})
    return Outcome(f"{kept['office']} {at:%H:%M} 由{who}开门。", TOUCHED)


def leaving_day(ctx: Context, at: datetime | None = None, office: str | None = None) -> date:
    """The day to which a leaving belongs: before dawn yesterday, where an office still stands open from it."""
    at = at or ctx.now()
    if at.time() >= DAWN:
        return at.date()
    query = select(OfficeCheck.id).where(
        OfficeCheck.day == at.date() - DAY, OfficeCheck.closed_at.is_(None), OfficeCheck.void_at.is_(None),
        OfficeCheck.office == office if office else true(),
    )  # fmt: skip
    with ctx.read() as connection:
        return at.date() - DAY if connection.execute(query.limit(1)).first() else at.date()


def close_normal(ctx: Context, _record_id: int, values: Values) -> Outcome[str]:
    """The last one leaves an office: closed, and every box at which nobody has looked is in order."""
    ctx.require(*WRITERS)
    at = entry.past(values, "closed_at", "关门时间", ctx.now())
    office = entry.text(values, "office", "办公室", required=True, longest=30)
    day = entry.past_day_or_none(values, "day", "日期", ctx.today()) or leaving_day(ctx, at, office)
    who = entry.text(values, "closed_by", "关门人", required=True)
    given = {
        "closed_at": at,
        "closed_by": who,
        "inspector": entry.text(values, "inspector", "巡查人 ①") or who,
        "second_inspector": entry.text(values, "second_inspector", "巡查人 ②"),
        "opened_at": entry.past_or_none(values, "opened_at", "开门时间", ctx.now()),
        "opened_by": entry.text(values, "opened_by", "开门人"),
    }
    kept = _row_with(ctx, values, day, given, rest=NORMAL)
    bad = [title for key, title in BOXES.items() if kept[key] == ABNORMAL]
    told = f"，除{'、'.join(bad)}外正常" if bad else "，全部正常"
    return Outcome(f"{kept['office']} {at:%H:%M} 由{who}关门{told}。", TOUCHED)


def _row_with(ctx: Context, values: Values, day: date, given: Values, rest: str = "") -> dict[str, Any]:
    """Put what is given into the day's row of an office, which is begun where there is none yet; gives the whole row.

    What is written there already stands: only what is empty is filled in, boxes with `rest`.
    """
    office = entry.text(values, "office", "办公室", required=True, longest=30)
    with ctx.read() as connection:
        row = offices.standing(connection, office, day, day).get(day)
    for at, who, word in (("opened_at", "opened_by", "开门"), ("closed_at", "closed_by", "关门")):
        if row is not None and row[at] is not None and at in given and (word == "关门" or "closed_at" not in given):
            raise Refusal(f"{office} {row[at]:%m-%d %H:%M} 已经由{row[who]}{word}。要改请打开那一条。", field=at)
    kept: dict[str, Any] = {"office": office, "day": day, **(dict(row) if row is not None else {})}
    kept |= {key: value for key, value in given.items() if not kept.get(key)}
    if rest:
        kept |= {key: rest for key in BOXES if not kept.get(key)}
    save(ctx, row["id"] if row is not None else None, kept)
    return kept


def rest_normal(ctx: Context, check_id: int, _values: Values) -> Outcome[str]:
    """Every box of a check at which nobody has looked is in order."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        row = row_of(connection, check_id)
    left = premises.unticked(row)
    if not left:
        raise Refusal("每一项都勾过了。")
    save(ctx, check_id, {**row, **{key: NORMAL for key in BOXES if not row[key]}})
    return Outcome(f"{'、'.join(left)}记为正常。", TOUCHED)


def sign_week(ctx: Context, check_id: int, _values: Values) -> Outcome[str]:
    """The supervisor signs for the week of a check: each day of the office up to now. Refuses what waits for remedy."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("开关门检查周签字") as tx:
        row = row_of(tx.connection, check_id)
        monday = row["day"] - DAY * row["day"].weekday()
        week = offices.standing(tx.connection, row["office"], monday, monday + 6 * DAY).values()
        waiting = [each for each in week if each["signed_at"] is None]
        ready = [each for each in waiting if each["closed_at"] is not None or each["day"] < ctx.today()]
        if not ready:
            raise Refusal(f"{row['office']}这一周没有要签字的检查。")
        if undone := [each for each in ready if each["found"] and not each["remedy"]]:
            days = "、".join(f"{each['day']:%m-%d}" for each in undone)
            raise Refusal(f"{days} 发现的问题还没有写处置。先写明处置情况，再签字。")
        for each in ready:
            tx.update(OfficeCheck, each["id"], signed_at=ctx.now(), signed_by=ctx.actor.name)
    return Outcome(f"{row['office']}这一周 {len(ready)} 天的检查已签字。", TOUCHED)


def void(ctx: Context, check_id: int, values: Values) -> Outcome[str]:
    """A check entered wrongly stays in the record, but counts no longer; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text(values, "reason", "原因", required=True, longest=200)
    with ctx.transaction("作废开关门检查", why) as tx:
        row = row_of(tx.connection, check_id)
        if row["void_at"] is not None:
            raise Refusal(f"这条检查记录在 {row['void_at']:%Y-%m-%d %H:%M} 已经作废。")
        tx.update(OfficeCheck, check_id, void_at=ctx.now(), void_reason=why)
    return Outcome(f"{row['office']} {row['day'].isoformat()} 的检查已作废：{why}。", TOUCHED)
