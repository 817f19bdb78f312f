"""One visit as a form: what the record says, and what may still be written into it; times are corrected by an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Permit, Room, Visit
from opsdesk.registers.visit.acts import added
from opsdesk.registers.visit.fields import texts_of, with_whom
from opsdesk.registers.visit.people import PersonEntry
from opsdesk.registers.visit.records import (
    TOUCHED,
    breach_words,
    goods_words,
    refuse_fixed,
    row_of,
    state_of,
    stay_in_words,
)
from opsdesk.registers.visit.service import enter, refuse_elsewhere
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, id_numbers, masking, pinyin, privacy, room_visits
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

Values = Mapping[str, Any]


def load(ctx: Context, visit_id: int) -> Values:
    """One visit as its form shows it; numbers are masked, and the fields to write new ones are empty."""
    with ctx.read() as connection:
        row = row_of(connection, visit_id)
        goods = room_visits.carried(connection, [visit_id])[visit_id]
        missed = room_visits.breaches(connection, ctx.regulations, [row], ctx.now())[visit_id]
    return {
        **row,
        "permit_number": row["permit_number"] or "",
        "id_number": None,
        "phone": None,
        "id_shown": privacy.PURGED if row["purged_at"] else id_numbers.masked(row["id_number"]),
        "phone_shown": privacy.PURGED if row["purged_at"] else masking.phone(row["phone"]),
        "carried": goods_words(goods, left=row["left_at"] is not None),
        "id_reason": None,
        "breaches": breach_words(missed),
        "state": state_of(row),
        "carries": bool(goods),
    }


def save(ctx: Context, visit_id: int | None, values: Values) -> Outcome[int]:
    """Enter one person, or keep what was changed in a visit; what nobody changed is not written."""
    ctx.require(*WRITERS)
    if visit_id is None:
        return _enter(ctx, values)
    with ctx.transaction("填写出入记录") as tx:
        row = row_of(tx.connection, visit_id)
        kept = _kept(ctx, tx.connection, row, values)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(visit_id)
        refuse_fixed(row)
        _refuse_other_room(tx.connection, kept, row)
        tx.update(Visit, visit_id, **{**kept, "remarks": _corrected(ctx, row, kept)})
    return Outcome(visit_id, TOUCHED)


def _kept(ctx: Context, connection: Connection, row: Values, values: Values) -> dict[str, Any]:
    """What a form says, cleaned and measured; numbers that were cleared do not come back."""
    name = entry.name(values, "name", "姓名")
    kept: dict[str, Any] = {
        "unit": entry.text(values, "unit", "单位", required=True, longest=60),
        "external": entry.flag(values, "external"),
        "room_id": _room(connection, values),
        "permit_id": _permit(connection, values),
        **texts_of(values),
        **with_whom([str(values.get(key) or "") for key in ("escort", "second_escort")], [name], field="escort"),
        "operated": entry.flag_or_none(values, "operated"),
        "operation": id_numbers.cut_free(entry.long_text(values, "operation", "操作内容")),
        "left_check": entry.text(values, "left_check", "离场检查", longest=60),
    }
    if row["staff_id"] is not None and (name, kept["unit"]) != (row["name"], row["unit"]):
        raise Refusal(f"{row['name']}是人员名册里的人，姓名和单位在这里不能改。请作废后重新登记。", field="name")
    kept |= {"name": name, "initials": pinyin.initials(name)}
    for key, title in (("id_number", "证件号"), ("phone", "联系电话")):
        if row["purged_at"] is not None and entry.code(values, key, title):
            raise Refusal(f"证件号和电话已在 {row['purged_at']:%Y-%m-%d} 到期清除，不能再填。", field=key)
    if typed := entry.code(values, "id_number", "证件号"):
        kind = row["id_kind"] or str(id_numbers.kind_of(typed))
        number = id_numbers.checked(kind, typed, ctx.today(), reason=str(values.get("id_reason") or ""))
        kept |= {"id_kind": kind, "id_number": number}
    if phone := entry.code(values, "phone", "联系电话", longest=20):
        kept["phone"] = phone
    return kept


def _refuse_other_room(connection: Connection, kept: Values, row: Values) -> None:
    """Refuse a permit for another room where the room or the permit is changed."""
    if kept["permit_id"] is None or all(kept[key] == row[key] for key in ("room_id", "permit_id")):
        return
    query = select(Permit.number, Permit.room_id).where(Permit.id == kept["permit_id"])
    refuse_elsewhere(connection, connection.execute(query).mappings().one(), kept["room_id"])


def _corrected(ctx: Context, row: Values, kept: Values) -> str:
    """The remarks, with a line where the supervisor changed what breaches hang on; nobody else may change it here."""
    said = []
    if kept["external"] != row["external"]:
        _refuse_desk(ctx, "external", f"{stay_in_words(row)}已经登记，是否外单位人员不能再改。请由主管更正。")
        said.append(f"改为{'外' if kept['external'] else '本'}单位人员")
    before, now = room_visits.escorts_of(row), room_visits.escorts_of(kept)
    if before != now:
        way = "请办理“更换陪同人”，或由主管更正。" if row["left_at"] is None else "请由主管更正。"
        key = "second_escort" if kept["escort"] == row["escort"] else "escort"
        _refuse_desk(ctx, key, f"{stay_in_words(row)}已经登记，陪同人不能在这里改。{way}")
        said.append(f"陪同 {'、'.join(before) or '无'} 更正为 {'、'.join(now) or '无'}")
    line = f"{ctx.actor.role} {ctx.now():%m-%d %H:%M} {'，'.join(said)}" if said else ""
    return added(kept["remarks"], line)


def _refuse_desk(ctx: Context, key: str, said: str) -> None:
    if ctx.actor.role != Role.SUPERVISOR:
        raise Refusal(said, field=key)


def _room(connection: Connection, values: Values) -> int:
    known = list(connection.execute(select(Room.id)).scalars())
    return entry.chosen(values, "room_id", "机房", known)


def _permit(connection: Connection, values: Values) -> int | None:
    number = entry.code(values, "permit_number", "审批单号")
    if not number:
        return None
    query = select(Permit.id).where(Permit.number == number.upper(), Permit.void_at.is_(None))
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise Refusal(f"没有编号是 {number} 的审批单。请核对，没有审批单的就空着。", field="permit_number")
    return found


def _enter(ctx: Context, values: Values) -> Outcome[int]:
    """A visit entered through the form of the list: one person, with what the form asks for."""
    entry.name(values, "name", "姓名")
    entry.text(values, "unit", "单位", required=True, longest=60)
    with ctx.read() as connection:
        room_id, permit_id = _room(connection, values), _permit(connection, values)
    texts_of(values)
    typed = {key: str(values.get(key) or "") for key in ("name", "unit", "id_number", "phone", "id_reason")}
    person = PersonEntry(
        typed["name"],
        typed["unit"],
        external=entry.flag_or_none(values, "external"),
        id_number=typed["id_number"],
        phone=typed["phone"],
        id_reason=typed["id_reason"],
    )
    with_whom([str(values.get(key) or "") for key in ("escort", "second_escort")], [person.name], field="escort")
    made = enter(
        ctx,
        people=[person],
        room_id=room_id,
        module=str(values.get("module") or ""),
        permit_id=permit_id,
        purpose=str(values.get("purpose") or ""),
        escorts=[each for key in ("escort", "second_escort") if (each := str(values.get(key) or ""))],
        due_at=values.get("due_at"),
        operates=entry.flag_or_none(values, "operated"),
        entered_at=values.get("entered_at"),
        off_hours_number=str(values.get("off_hours_number") or ""),
        remarks=str(values.get("remarks") or ""),
    )
    return Outcome(made.value[0], made.touched)
