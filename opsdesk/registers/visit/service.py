"""机房出入记录表 (F08): entering, leaving, and what may still be written afterwards.

What the rules call a breach stops nobody from entering: it is entered, shown and kept. What cannot be (no name, no such
room, a time to come, somebody who is inside already) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Permit, Room, Visit, VisitItem
from opsdesk.registers.visit import people as who
from opsdesk.registers.visit.fields import due_after, goods_of, texts_of, with_whom
from opsdesk.registers.visit.leaving import GoodsLeft, leave, leave_now
from opsdesk.registers.visit.people import Known, PersonEntry
from opsdesk.registers.visit.records import TOUCHED, told
from opsdesk.services import choices, entry, room_permits, settings
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome

__all__ = [
    "GoodsEntry", "GoodsLeft", "PersonEntry", "Proposal", "Screening",
    "enter", "leave", "leave_now", "proposal", "told",
]  # fmt: skip

MOST_PEOPLE, MOST_PIECES = 50, 999


@dataclass(frozen=True)
class GoodsEntry:
    """Something carried in: how many pieces, and what tells them from others."""

    name: str
    brought: int = 1
    model: str = ""
    serial: str = ""
    note: str = ""


@dataclass(frozen=True)
class Screening:
    """The screening fields of E5, kept only where the site switches them on (`room.screening`).

    `temperature` is in tenths of ℃.
    """

    temperature: int | None = None
    code_shown: bool | None = None
    mask: bool | None = None


@dataclass(frozen=True)
class Proposal:
    """What a permit fills in: everything that `enter` is asked for. The people's numbers are masked."""

    permit_id: int
    number: str
    room_id: int
    module: str
    purpose: str
    escorts: tuple[str, ...]
    due_at: datetime | None
    operates: bool
    people: tuple[Known, ...]


def proposal(ctx: Context, permit_id: int) -> Proposal:
    """What entering with a permit now would be filled in with."""
    house = who.house_of(ctx)
    with ctx.read() as connection:
        row = _permit(connection, permit_id)
        people = who.of_permit(connection, house, permit_id)
    lent = _lent(row, ctx.now())
    return Proposal(
        permit_id=permit_id,
        number=row["number"],
        room_id=row["room_id"],
        module=row["module"],
        purpose=lent["purpose"],
        escorts=lent["escorts"],
        due_at=lent["due_at"],
        operates=row["operates"],
        people=tuple(people),
    )


def _permit(connection: Connection, permit_id: int) -> dict[str, Any]:
    row = connection.execute(select(Permit.__table__).where(Permit.id == permit_id)).mappings().one_or_none()
    if row is None:
        raise Refusal("没有这张审批单。请重新选择，或不选审批单登记。", field="permit_id")
    if row["void_at"] is not None:
        raise Refusal(f"审批单 {row['number']} 已作废。请另选一张，或不选审批单登记。", field="permit_id")
    return dict(row)


def _lent(row: Mapping[str, Any], entered: datetime) -> dict[str, Any]:
    """What a permit says of a visit; one for several days lets one stay until its hour, the next time it comes."""
    due: datetime = row["planned_to"]
    if row["several"]:
        hour = datetime.combine(entered.date(), due.time())
        due = min(due, hour if hour > entered else hour + timedelta(days=1))
    purposes = "、".join(room_permits.words(row["purposes"]))
    return {
        "module": row["module"],
        "purpose": "：".join(part for part in (purposes, row["work"].partition("\n")[0]) if part)[:120],
        "escorts": room_permits.words(row["escorts"])[:2],
        "due_at": due if due > entered else None,
        "operates": row["operates"],
    }


def enter(
    ctx: Context,
    *,
    people: Sequence[PersonEntry],
    room_id: int,
    module: str = "",
    permit_id: int | None = None,
    purpose: str = "",
    escorts: Sequence[str] = (),
    due_at: datetime | None = None,
    operates: bool | None = None,
    goods: Sequence[GoodsEntry] = (),
    entered_at: datetime | None = None,
    off_hours_number: str = "",
    remarks: str = "",
    screening: Sequence[Screening] = (),
) -> Outcome[list[int]]:
    """Enter a group in one act: one visit each, in their order; goods hang on the first. Gives the ids.

    Empty fields are filled in from the permit; `screening` goes by the order of the people. Fields of refusals:
    `people`, `name`, `unit`, `staff_id`, `id_kind`, `id_number`, `phone`, `room_id`, `permit_id`, `module`, `purpose`,
    `escorts`, `due_at`, `entered_at`, `goods`, `temperature`. What the sentence after it says: `told(ctx, ids)`.
    """
    ctx.require(*WRITERS)
    now, house = ctx.now(), who.house_of(ctx)
    measured = settings.read(ctx, "room.screening") == "1"
    if len(people) > MOST_PEOPLE:
        raise Refusal(f"一次最多登记 {MOST_PEOPLE} 人，这里有 {len(people)} 人。请分几次登记。", field="people")
    with ctx.transaction("机房进入登记") as tx:
        entered = entry.past({"entered_at": entered_at}, "entered_at", "进入时间", now)
        _refuse_room(tx.connection, room_id, entered)
        lent = _from_permit(tx.connection, permit_id, room_id, entered)
        coming = who.resolved(tx.connection, house, people, permit_id, entered.date())
        for each in coming:
            who.refuse_inside(tx.connection, each, entered)
        values = {
            **_values(lent, module, purpose, remarks, off_hours_number),
            **with_whom(escorts or lent.get("escorts", ()), [each.name for each in coming]),
            "room_id": room_id,
            "permit_id": permit_id,
            "entered_at": entered,
            "due_at": due_after(due_at, lent.get("due_at"), entered),
            "operated": lent.get("operates") if operates is None else operates,
            "operation": "",
            "left_check": "",
            "registered_by": ctx.actor.name,
            "registered_at": now,
            "void_reason": "",
        }
        carried = [
            {
                **goods_of(each.name, each.model, each.serial, each.note),
                "brought": _pieces(each),
                "taken": 0,
                "stays": 0,
            }
            for each in goods
        ]
        rows = [
            {
                **values,
                **each.columns,
                **_screened(screening, n, measured),
                "remarks": _remarks(values, each),
            }
            for n, each in enumerate(coming)
        ]
        ids = tx.insert_many(Visit, rows)
        tx.insert_many(VisitItem, [{**each, "visit_id": ids[0]} for each in carried])
        who.remember(tx, coming, entered.date())
    return Outcome(ids, TOUCHED | {"visitor"})


def _refuse_room(connection: Connection, room_id: int, entered: datetime) -> None:
    row = connection.execute(select(Room.name, Room.left_on).where(Room.id == room_id)).one_or_none()
    if row is None:
        raise Refusal("没有这个机房。请先在机房中登记。", field="room_id")
    if not choices.in_use(row.left_on, entered.date()):
        raise Refusal(f"{row.name}自 {row.left_on.isoformat()} 起停用。请选择在用的机房。", field="room_id")


def _from_permit(connection: Connection, permit_id: int | None, room_id: int, entered: datetime) -> dict[str, Any]:
    if permit_id is None:
        return {}
    row = _permit(connection, permit_id)
    refuse_elsewhere(connection, row, room_id)
    return _lent(row, entered)


def refuse_elsewhere(connection: Connection, permit: Mapping[Any, Any], room_id: int) -> None:
    """Refuse a permit that is for another room."""
    if permit["room_id"] != room_id:
        room = connection.execute(select(Room.name).where(Room.id == permit["room_id"])).scalar_one()
        raise Refusal(f"审批单 {permit['number']} 批的是{room}。请改机房，或换一张审批单。", field="room_id")


def _values(lent: Mapping[str, Any], module: str, purpose: str, remarks: str, off_hours: str) -> dict[str, Any]:
    written = {
        "module": module or lent.get("module", ""),
        "purpose": purpose.strip() or lent.get("purpose", ""),
        "remarks": remarks,
        "off_hours_number": off_hours,
    }
    return texts_of(written)


def _pieces(asked: GoodsEntry) -> int:
    if not 1 <= asked.brought <= MOST_PIECES:
        raise Refusal(f"{asked.name}的数量要填 1 到 {MOST_PIECES} 之间的整数。", field="goods")
    return asked.brought


def _screened(screening: Sequence[Screening], place: int, measured: bool) -> dict[str, Any]:
    found = screening[place] if measured and place < len(screening) else Screening()
    if found.temperature is not None and not 300 <= found.temperature <= 450:
        raise Refusal("体温要在 30.0 到 45.0 ℃ 之间。请重新测量或核对。", field="temperature")
    return {"temperature": found.temperature, "code_shown": found.code_shown, "mask": found.mask}


def _remarks(values: Mapping[str, Any], coming: who.Coming) -> str:
    said = f"证件号未通过校验：{coming.id_reason}" if coming.id_reason else ""
    written = "；".join(part for part in (values["remarks"], said) if part)
    return entry.text({"remarks": written}, "remarks", "备注", longest=300)
