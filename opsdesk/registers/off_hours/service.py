"""非工作时间场地使用: the list with what was missed, the form in the order of F14, filing and changing a slip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import OffHours
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.room_access import Breach
from opsdesk.services import (
    calendars,
    entry,
    id_numbers,
    listing,
    masking,
    numbering,
    off_hours_slips,
    people_lines,
    retiring,
    visitors,
)
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.off_hours_slips import SlipState
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"off_hours"})
WHAT = "场地使用申请"
PREFIX = "FG"
LONGEST = timedelta(days=7)
MOST_PEOPLE = 30
KEPT, BROKEN, RUNNING = "合规", "不合规", "使用中"
TONES = {
    SlipState.WAITING: Tone.WARNING,
    SlipState.APPROVED: Tone.FINE,
    SlipState.URGENT: Tone.WARNING,
    SlipState.LATE: Tone.BROKEN,
    SlipState.USED: Tone.NEUTRAL,
    SlipState.EXPIRED: Tone.NEUTRAL,
    SlipState.REFUSED: Tone.BROKEN,
    SlipState.VOID: Tone.NEUTRAL,
}
OVER = {SlipState.USED, SlipState.EXPIRED, SlipState.REFUSED, SlipState.VOID}
_PHONE = re.compile(r"(?<![0-9])[0-9]{7,12}(?![0-9])")


def listed(ctx: Context, query: Query) -> Page:
    """Slips, the latest use first, each with whether it was used as approved."""
    chosen, now = query.filters or {}, ctx.now()
    asked = (
        select(OffHours.__table__, off_hours_slips.state_at(now).label("state"))
        .where(
            listing.holds(
                query.text, OffHours.number, OffHours.unit, OffHours.applicant, OffHours.place, OffHours.reason
            )
        )
        .order_by(OffHours.begins_at.desc(), OffHours.id.desc())
    )
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(off_hours_slips.state_at(now) == str(wanted))
    asked = asked.where(listing.in_month(OffHours.begins_at, chosen.get("month")))
    with ctx.read() as connection:
        found, total = listing.page(connection, asked, query.offset, query.limit)
        rows = [row._mapping for row in found]
        missed = off_hours_slips.breaches(connection, ctx.regulations, rows, now)
    return Page(tuple(_row(row, missed[row["id"]]) for row in rows), total)


def _row(row: Mapping[Any, Any], missed: list[Breach]) -> Row:
    state = SlipState(row["state"])
    keys = ("number", "unit", "place", "reason", "begins_at")
    same_day = row["begins_at"].date() == row["ends_at"].date()
    return Row(
        row["id"],
        {
            **{key: row[key] for key in keys},
            "reason": one_line(row["reason"]),
            "ends_at": f"{row['ends_at']:%H:%M}" if same_day else f"{row['ends_at']:%m-%d %H:%M}",
            "check": _check(row, missed),
            "state": Chip(str(state), TONES[state]),
        },
        muted=state in OVER,
    )


def _check(row: Mapping[Any, Any], missed: list[Breach]) -> Chip | None:
    if row["entered_at"] is None or row["void_at"] is not None:
        return None
    if missed:
        return Chip(BROKEN, Tone.BROKEN)
    return Chip(KEPT, Tone.FINE) if row["left_at"] is not None else Chip(RUNNING, Tone.INFORMATION)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months of use, this one first."""
    return listing.months_around(ctx.today(), 12, 2)


def found(connection: Connection, slip_id: int, now: datetime) -> dict[str, Any]:
    """A slip with its state. Refuses one that is not there."""
    query = select(OffHours.__table__, off_hours_slips.state_at(now).label("state")).where(OffHours.id == slip_id)
    return retiring.one(connection, query, WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One slip as its form shows it; telephones whole only for 主管 and 服务台."""
    with ctx.read() as connection:
        row = found(connection, record_id, ctx.now())
        missed = off_hours_slips.breaches(connection, ctx.regulations, [row], ctx.now())[record_id]
        kinds = off_hours_slips.kinds(calendars.load(connection), row["begins_at"], row["ends_at"])
    people = row["people"]
    if ctx.actor.role not in WRITERS:
        people = _PHONE.sub(lambda found: masking.phone(found[0]), people)
    return {
        **row,
        "people": people,
        "phone": masking.phone_for(ctx.actor.role, row["phone"]),
        "kinds": "、".join(kinds),
        "phoned_by": row["approved_by"] if row["emergency"] else "",
        "phoned_at": row["approved_at"] if row["emergency"] else None,
        "course": course(row, missed),
    }


def course(row: Values, missed: list[Breach]) -> str:
    """What became of the slip so far, in sentences, with what was missed."""
    said = [f"{row['applied_at']:%Y-%m-%d %H:%M} 申请，由{row['filed_by']}登记。"]
    due = off_hours_slips.due(row)
    if row["approved_at"]:
        how = "电话批准" if row["emergency"] else "批准"
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} 由{row['approved_by']}{how}。")
    if row["papered_at"]:
        late = f"，超过了期限 {due:%Y-%m-%d}" if row["papered_at"] > due else ""
        said.append(f"{row['papered_at']:%Y-%m-%d %H:%M} 补单{late}。")
    elif row["state"] in {SlipState.URGENT, SlipState.LATE}:
        said.append(f"书面申请最晚 {due:%Y-%m-%d} 补交（T3 第六条）。")
    if row["refused_at"]:
        said.append(f"{row['refused_at']:%Y-%m-%d %H:%M} 没有批准：{row['refusal']}。")
    if row["entered_at"]:
        left = f"，{row['left_at']:%m-%d %H:%M} 离开" if row["left_at"] else "，还没有登记离开"
        said.append(f"{row['entered_at']:%Y-%m-%d %H:%M} 进入{left}。")
    if row["void_at"]:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废：{row['refusal']}。")
    said += [f"不合规：{each.sentence.rstrip('。')}（{each.citation.short}）。" for each in missed]
    return "\n".join(said)


def decided(row: Values) -> bool:
    """Whether somebody has decided on a slip; of an emergency the word by telephone is not yet the decision."""
    approved = row["approved_at"] is not None and not row["emergency"]
    return approved or any(row[key] is not None for key in ("papered_at", "refused_at", "void_at"))


def closed(row: Values) -> bool:
    """Whether a slip was decided on or used: its form can only be looked at from then on."""
    return decided(row) or row["entered_at"] is not None


def refuse_closed(row: Values) -> None:
    """Refuse to change a slip that somebody has decided on or that was used."""
    if closed(row):
        raise Refusal(f"申请 {row['number']} 已经办理，不能改。有误请作废后另填一张。")


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """File a slip under the next number of the month, or change one that nobody has decided on yet."""
    ctx.require(*WRITERS)
    kept = _read(ctx, values)
    with ctx.transaction(
        "登记场地使用申请" if record_id is None else "修改场地使用申请", one_line(kept["reason"])
    ) as tx:
        if record_id is None:
            return Outcome(_file(tx, ctx, kept), TOUCHED)
        row = found(tx.connection, record_id, ctx.now())
        if not kept["emergency"] and not row["emergency"]:
            kept = {key: value for key, value in kept.items() if key not in {"approved_by", "approved_at"}}
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        refuse_closed(row)
        tx.update(OffHours, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _file(tx: Transaction, ctx: Context, kept: Values) -> int:
    return tx.insert(
        OffHours,
        **kept,
        number=numbering.monthly(tx, OffHours.number, PREFIX, ctx.today()),
        vendor_id=visitors.vendor_of(tx.connection, kept["unit"]),
        filed_by=ctx.actor.name,
        refusal="",
        left_check="",
    )


def _read(ctx: Context, values: Values) -> dict[str, Any]:
    """What the form says, cleaned and measured."""
    now = ctx.now().replace(microsecond=0)
    kept: dict[str, Any] = {
        "applied_at": entry.past_or_none(values, "applied_at", "申请时间", now) or now.replace(second=0),
        "unit": entry.text(values, "unit", "申请单位", required=True, longest=100),
        "applicant": entry.name(values, "applicant", "申请人"),
        "phone": entry.code(values, "phone", "电话") or None,
        "place": entry.text(values, "place", "使用场地", required=True),
        "begins_at": entry.moment(values, "begins_at", "开始时间"),
        "ends_at": entry.moment(values, "ends_at", "结束时间"),
        "people": people(values),
        "reason": id_numbers.cut_free(entry.long_text(values, "reason", "事由", required=True)),
        "responsible": entry.text(values, "responsible", "安全责任人"),
        "emergency": entry.flag(values, "emergency"),
        "approved_by": entry.text(values, "phoned_by", "电话批准人", longest=30),
        "approved_at": entry.past_or_none(values, "phoned_at", "电话批准时刻", now),
    }
    if kept["ends_at"] <= kept["begins_at"]:
        raise Refusal("结束时间要晚于开始时间，请核对。", field="ends_at")
    if kept["ends_at"] - kept["begins_at"] > LONGEST:
        raise Refusal("一次申请超过七天，请核对时间，或分几张填。", field="ends_at")
    if kept["emergency"] != bool(kept["approved_by"]) or kept["emergency"] != (kept["approved_at"] is not None):
        key = "emergency" if not kept["emergency"] else "phoned_at" if kept["approved_by"] else "phoned_by"
        raise Refusal("紧急抢修的要写电话批准人和批准时刻；不是紧急的，这两项空着。", field=key)
    return kept


def people(values: Values) -> str:
    """The people, one a line; of identity numbers the last four alone are kept, names on one line are divided."""
    typed = entry.long_text(values, "people", "人员名单", required=True)
    lines = [one_line(people_lines.without_papers(id_numbers.cut_short(line))) for line in typed.split("\n")]
    divided = [
        part for line in lines for part in (re.split("[、，,]", line) if not re.search("[0-9]", line) else [line])
    ]
    kept = list(dict.fromkeys(line for each in divided if (line := one_line(each))))
    if len(kept) > MOST_PEOPLE:
        raise Refusal(f"人员名单有 {len(kept)} 人，最多 {MOST_PEOPLE} 人。请分几张填。", field="people")
    return "\n".join(kept)
