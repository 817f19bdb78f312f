"""机房进入审批单: the list with its states, the form with masked people, filing and changing a permit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import Permit, PermitPerson, Room, Visit
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.permit import asking
from opsdesk.services import (
    entry,
    id_numbers,
    listing,
    masking,
    numbering,
    people_lines,
    permit_states,
    retiring,
    room_permits,
    visitors,
)
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.permit_states import PermitState
from opsdesk.services.room_permits import PermitMember
from opsdesk.services.transaction import Transaction
from opsdesk.services.visitors import Named

Values = Mapping[str, Any]
TOUCHED = frozenset({"permit", "visitor"})
WHAT = "审批单"
PREFIX, DIGITS = "JF", 2
TONES = {
    PermitState.WAITING: Tone.WARNING,
    PermitState.APPROVED: Tone.FINE,
    PermitState.URGENT: Tone.WARNING,
    PermitState.LATE: Tone.BROKEN,
    PermitState.USED: Tone.NEUTRAL,
    PermitState.EXPIRED: Tone.NEUTRAL,
    PermitState.REFUSED: Tone.BROKEN,
    PermitState.VOID: Tone.NEUTRAL,
}
OVER = {PermitState.USED, PermitState.EXPIRED, PermitState.REFUSED, PermitState.VOID}
NEW = {
    "filed_by": "",
    "approved_by": "",
    "refused_by": "",
    "refusal": "",
    "void_reason": "",
}


def listed(ctx: Context, query: Query) -> Page:
    """Permits, the latest planned entry first, with whom they name and what they still lack."""
    chosen, now = query.filters or {}, ctx.now()
    names = (
        select(func.group_concat(PermitPerson.name, "、"))
        .where(PermitPerson.permit_id == Permit.id, PermitPerson.void_at.is_(None))
        .scalar_subquery()
    )
    asked = (
        permit_states.rows(now)
        .add_columns(Room.name.label("room"), names.label("names"))
        .join(Room, Room.id == Permit.room_id)
        .where(
            listing.holds(
                query.text, Permit.number, Permit.unit, Permit.applicant, Permit.work, Permit.incident_number, names
            )
        )
        .order_by(Permit.planned_from.desc(), Permit.id.desc())
    )
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(permit_states.in_state(str(wanted), now))
    if (room := chosen.get("room")) is not None:
        asked = asked.where(Permit.room_id == room)
    if span := listing.month_of(str(chosen.get("month") or "")):
        first, after = (datetime.combine(day, time()) for day in (span[0], span[1] + timedelta(days=1)))
        asked = asked.where(Permit.planned_from < after, Permit.planned_to >= first)
    with ctx.read() as connection:
        found, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(ctx, row._mapping) for row in found), total)


def _row(ctx: Context, row: Mapping[Any, Any]) -> Row:
    state = PermitState(row["state"])
    people = (row["names"] or "").split("、") if row["names"] else []
    missing = lacking(ctx, row, len(people))
    keys = ("number", "unit", "room", "purposes", "planned_from")
    same_day = row["planned_from"].date() == row["planned_to"].date()
    return Row(
        row["id"],
        {
            **{key: row[key] for key in keys},
            "people": f"{people[0]}等 {len(people)} 人" if len(people) > 1 else "".join(people),
            "planned_to": f"{row['planned_to']:%H:%M}" if same_day else f"{row['planned_to']:%m-%d %H:%M}",
            "lacks": "、".join(missing),
            "state": Chip(str(state), TONES[state]),
        },
        muted=state in OVER,
    )


def lacking(ctx: Context, row: Mapping[Any, Any], people: int) -> list[str]:
    """What an undecided permit still lacks before it may be approved; nothing of any other."""
    if row["state"] not in {PermitState.WAITING, PermitState.URGENT, PermitState.LATE}:
        return []
    return permit_states.lacks(row, people, ctx.law_on(row["applied_at"].date()))


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months in which somebody was to come, this one first."""
    return listing.months_around(ctx.today(), 12, 2)


def found(connection: Connection, permit_id: int, now: datetime) -> dict[str, Any]:
    """A permit with its state, room and first entry. Refuses one that is not there."""
    query = permit_states.rows(now).add_columns(Room.name.label("room")).join(Room, Room.id == Permit.room_id)
    return retiring.one(connection, query.where(Permit.id == permit_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One permit as its form shows it: the people masked, the applicant's telephone whole for 主管 and 服务台."""
    with ctx.read() as connection:
        row = found(connection, record_id, ctx.now())
        people = room_permits.people_of(connection, [record_id])[record_id]
        course = _course(connection, ctx, row, len(people))
    shown = [people_lines.shown(named(each)) for each in people]
    numbers = [each.name for each in people if each.id_number or each.phone]
    return {
        **row,
        "phone": masking.phone_for(ctx.actor.role, row["phone"]),
        "people": "\n".join(shown),
        "id_reason": "",
        "course": course,
        "with_numbers": numbers,
    }


def named(member: PermitMember) -> Named:
    """Somebody of a permit without his place in it."""
    return Named(member.name, member.unit, member.id_kind, member.id_number, member.phone)


def _course(connection: Connection, ctx: Context, row: Values, people: int) -> str:
    """What became of the permit so far, in sentences."""
    said = [f"{row['applied_at']:%Y-%m-%d %H:%M} 申请，由{row['filed_by']}登记。"]
    if missing := lacking(ctx, row, people):
        by = ctx.law_on(row["applied_at"].date()).part("room.assessment", "E1")
        clause = f"（{by.cite().short}）" if by and set(missing) - {"出入人员", "保密承诺"} else ""
        said.append(f"还缺{'、'.join(missing)}，写齐以后才能批准{clause}。")
    if row["urgent"]:
        said += _urgent(row)
    if row["approved_at"]:
        late = "，晚于预计进入时间" if row["approved_at"] > row["planned_from"] else ""
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} 由{row['approved_by']}批准{late}。")
    if row["refused_at"]:
        said.append(f"{row['refused_at']:%Y-%m-%d %H:%M} 由{row['refused_by']}不批准：{row['refusal']}。")
    if row["void_at"]:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废：{row['void_reason']}。")
    visits = select(func.count(), func.count(Visit.left_at)).where(
        Visit.permit_id == row["id"], Visit.void_at.is_(None)
    )
    came, gone = connection.execute(visits).one()
    if came:
        inside = f"，现在 {came - gone} 人在内" if came > gone else "，都已离开"
        said.append(f"{row['first_entry']:%m-%d %H:%M} 起进入 {came} 人次{inside}。")
    return "\n".join(said)


def _urgent(row: Values) -> list[str]:
    due = permit_states.due(row)
    said = [f"紧急进入，{row['phoned_at']:%Y-%m-%d %H:%M} 由{row['phoned_by']}电话批准。"]
    if row["papered_at"]:
        late = f"，超过了期限 {due:%Y-%m-%d}" if row["papered_at"] > due else ""
        said.append(f"{row['papered_at']:%Y-%m-%d %H:%M} 补单{late}。")
    elif row["state"] in {PermitState.URGENT, PermitState.LATE}:
        said.append(f"书面审批单最晚 {due:%Y-%m-%d} 补交（T3 第六条）。")
    return said


def decided(row: Values) -> bool:
    """Whether somebody has decided on a permit: its form can only be looked at from then on."""
    return any(row[key] is not None for key in ("approved_at", "refused_at", "void_at", "papered_at"))


def refuse_decided(row: Values) -> None:
    """Refuse to change a permit that somebody has decided on."""
    if decided(row):
        raise Refusal(f"审批单 {row['number']} 已经办理，不能改。要多待一会儿请用“延长”，其他改动请作废后另填一张。")


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """File a permit under the next number of the day, or change one that nobody has decided on yet.

    Masked lines of people that come back unchanged keep their numbers; a line with a known name alone is completed.
    """
    ctx.require(*WRITERS)
    reason = entry.text(values, "id_reason", id_numbers.REASON_TITLE, longest=100)
    with ctx.transaction("登记机房进入审批单" if record_id is None else "修改机房进入审批单", reason) as tx:
        kept = asking.read(tx.connection, ctx, values)
        row = found(tx.connection, record_id, ctx.now()) if record_id is not None else None
        before = room_permits.people_of(tx.connection, [record_id])[record_id] if record_id is not None else []
        people = people_lines.read(
            str(values.get("people") or ""),
            before=[named(each) for each in before],
            known=lambda name: visitors.known(tx.connection, name),
            unit=kept["unit"],
            today=ctx.today(),
            reason=reason,
        )
        same_people = [named(each) for each in before] == people
        if row is not None and same_people and all(row[key] == value for key, value in kept.items()):
            return Outcome(row["id"])
        if row is None:
            record_id = _file(tx, ctx, kept)
        else:
            refuse_decided(row)
            if row["unit"] != kept["unit"]:
                kept["vendor_id"] = visitors.vendor_of(tx.connection, kept["unit"])
            tx.update(Permit, row["id"], **kept)
        assert record_id is not None  # noqa: S101 — filed or given
        if not same_people:
            _keep_people(tx, ctx, record_id, before, people)
            visitors.remember(tx, people, kept["planned_from"].date())
    return Outcome(record_id, TOUCHED)


def _file(tx: Transaction, ctx: Context, kept: Values) -> int:
    room = tx.connection.execute(select(Room.name, Room.left_on).where(Room.id == kept["room_id"])).one()
    if room.left_on is not None and room.left_on <= ctx.today():
        raise Refusal(f"{room.name}已经停用，不能再填它的审批单。", field="room_id")
    number = numbering.daily(tx, Permit.number, PREFIX, ctx.today(), DIGITS)
    vendor = visitors.vendor_of(tx.connection, kept["unit"])
    return tx.insert(Permit, **{**NEW, **kept, "number": number, "vendor_id": vendor, "filed_by": ctx.actor.name})


def _keep_people(
    tx: Transaction, ctx: Context, permit_id: int, before: Sequence[PermitMember], people: Sequence[Named]
) -> None:
    """Bring the people on record in step with those written; who is no longer written is marked, not removed."""
    left, new = list(before), list[Named]()
    for person in people:
        same = next((each for each in left if named(each) == person), None)
        if same is None:
            new.append(person)
        else:
            left.remove(same)
    for person in new:
        columns = {key: getattr(person, key) for key in visitors.KEYS}
        changed = next((each for each in left if each.name == person.name), None)
        if changed is None:
            tx.insert(PermitPerson, permit_id=permit_id, **columns)
        else:
            left.remove(changed)
            tx.update(PermitPerson, changed.id, **columns)
    for gone in left:
        tx.update(PermitPerson, gone.id, void_at=ctx.now())
