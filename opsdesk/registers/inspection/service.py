"""Acts on 巡检表: a round kept whole, checked by another, looked into by the supervisor, tied to incidents, or void."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Inspection, InspectionLine
from opsdesk.registers.inspection import round_sheet
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Law
from opsdesk.rules.vocabulary import Role
from opsdesk.services import entry, inspection_items, retiring, room_upkeep
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.inspection_items import Item
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"inspection"})
WHAT = "巡检表"
PREFIX = "XJ"
LONGEST_ACTION = 200


@dataclass(frozen=True)
class Typed:
    """What was typed for an item: a figure or a state, and what was done where it is not normal."""

    value: str
    action: str = ""


@dataclass(frozen=True)
class Kept:
    """A round just kept: its id, its number, how many items were not normal, and the sentence that tells so."""

    id: int
    number: str
    wrong: int
    sentence: str


def inspect(
    ctx: Context, *, room_id: int, day: date, turn: int, at: datetime, inspected_by: str, typed: Mapping[int, Typed],
    remarks: str = "",
) -> Outcome[Kept]:  # fmt: skip
    """Keep a round: every item of the sheet has its figure or state, whatever is not normal its disposition (E1-07).

    Refuses a day to come, a round that was made already, and items left open: field `item:12` is the first of them,
    the findings name each by its place on the sheet.
    """
    ctx.require(*WRITERS)
    who = entry.text({"inspected_by": inspected_by}, "inspected_by", "巡检人", required=True)
    said = entry.text({"remarks": remarks}, "remarks", "备注", longest=200)
    _refuse_time(ctx, day, at)
    if not 1 <= turn <= round_sheet.MOST_ROUNDS:
        raise Refusal(f"一天最多记 {round_sheet.MOST_ROUNDS} 次巡检。", field="turn")
    law = ctx.law_on(day)
    with ctx.transaction("巡检") as tx:
        room = room_upkeep.chosen_room(tx.connection, {"room_id": room_id})
        made = round_sheet.rounds_of(tx.connection, room_id, day).get(turn)
        if made is not None:
            told = f"{room['name']} {day.isoformat()} 的{upkeep.circled(turn)}次巡检已经记过（{made.number}）"
            raise Refusal(f"{told}。要更正，请由主管作废后重填。", field="turn")
        cleaned = room_upkeep.last_cleaned(tx.connection, room_id, day)
        items = inspection_items.items_of(tx.connection, room_id, day, law, cleaned)
        lines = _lines(items, typed, law)
        number = _number(tx.connection, day, turn)
        made_id = tx.insert(
            Inspection, number=number, room_id=room_id, day=day, turn=turn, at=at.replace(microsecond=0),
            inspected_by=who, checked_by="", spot_checked_by="", entered_by=ctx.actor.name, entered_at=ctx.now(),
            remarks=said,
        )  # fmt: skip
        tx.insert_many(InspectionLine, [{**line, "inspection_id": made_id, "incident_number": ""} for line in lines])
    wrong = sum(not line["normal"] for line in lines)
    told = f"异常 {wrong} 项" if wrong else "各项正常"
    return Outcome(Kept(made_id, number, wrong, f"{number} 已保存，{told}。"), TOUCHED)


def _refuse_time(ctx: Context, day: date, at: datetime) -> None:
    if day > ctx.today():
        raise Refusal(f"{day.isoformat()} 还没有到，不能先填巡检表。", field="day")
    if at.date() != day:
        raise Refusal(f"巡检时间要在 {day.isoformat()} 当天，请核对。", field="at")
    if at > ctx.now():
        raise Refusal(f"{at:%H:%M} 还没有到，请核对巡检时间。", field="at")


def _lines(items: Sequence[Item], typed: Mapping[int, Typed], law: Law) -> list[dict[str, Any]]:
    """The lines of a round. Refuses it as long as an item is open."""
    if not items:
        raise Refusal("这个机房还没有巡检项目。请主管先在“巡检项目”里建立。", field="room_id")
    lines, open_items, findings = [], [], []
    for place, item in enumerate(items, 1):
        given = typed.get(item.id, Typed(""))
        action = entry.text({"action": given.action}, "action", f"{item.name}的处置", longest=LONGEST_ACTION)
        found, lacking = round_sheet.look_at(item, given.value, action, law)
        if action and not any(sign.isalpha() for sign in action):
            lacking = f"处置写的是“{action}”，像是另一项的读数，请写明怎样处置。"
        if found is None or lacking:
            open_items.append(item)
            findings.append(Finding(place, lacking, column=item.name))
            continue
        lines.append({
            "item_id": item.id, "category": item.category, "name": item.name, "standard": item.standard,
            "value": found.value, "normal": found.normal, "action": action,
        })  # fmt: skip
    if open_items:
        more = f"另有 {len(open_items) - 1} 项没有填好。" if len(open_items) > 1 else ""
        first = open_items[0]
        raise Refusal(
            f"{first.category}“{first.name}”：{findings[0].reason}{more}",
            field=f"item:{first.id}",
            findings=tuple(findings),
        )
    return lines


def _number(connection: Connection, day: date, turn: int) -> str:
    """XJ-20260305-1 of day and turn; where it is taken (another room, a void round) XJ-20260305-1-2 and so on."""
    stem = f"{PREFIX}-{day:%Y%m%d}-{turn}"
    query = select(Inspection.number).where(Inspection.number >= stem, Inspection.number < f"{stem}.")
    taken = set(connection.execute(query).scalars())
    more = 2
    number = stem
    while number in taken:
        number, more = f"{stem}-{more}", more + 1
    return number


def row_of(connection: Connection, inspection_id: int) -> dict[str, Any]:
    """A row of `inspection`. Refuses one that is not there."""
    return retiring.one(connection, select(Inspection.__table__).where(Inspection.id == inspection_id), WHAT)


def _standing(tx: Transaction, inspection_id: int) -> dict[str, Any]:
    row = row_of(tx.connection, inspection_id)
    if row["void_at"] is not None:
        raise Refusal(f"{row['number']} 在 {row['void_at']:%Y-%m-%d %H:%M} 已经作废。")
    return row


def check(ctx: Context, inspection_id: int, checked_by: str) -> Outcome[str]:
    """复核: somebody else looks the round over."""
    ctx.require(*WRITERS)
    who = entry.text({"checked_by": checked_by}, "checked_by", "复核人", required=True)
    with ctx.transaction("复核巡检") as tx:
        row = _standing(tx, inspection_id)
        if row["checked_by"]:
            raise Refusal(f"{row['number']} 已由{row['checked_by']}复核。")
        if who == row["inspected_by"]:
            raise Refusal("复核人不能是巡检人本人，请由另一个人复核。", field="checked_by")
        tx.update(Inspection, inspection_id, checked_by=who)
    return Outcome(f"{row['number']} 已由{who}复核。", TOUCHED)


def spot_check(ctx: Context, inspection_id: int) -> Outcome[str]:
    """主管抽查: the supervisor looks into a round, once a week at least."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("抽查巡检") as tx:
        row = _standing(tx, inspection_id)
        if row["spot_checked_by"]:
            raise Refusal(f"{row['number']} 已由{row['spot_checked_by']}抽查。")
        tx.update(Inspection, inspection_id, spot_checked_by=ctx.actor.name)
    return Outcome(f"{row['number']} 已抽查。", TOUCHED)


def void(ctx: Context, inspection_id: int, reason: str) -> Outcome[str]:
    """A round that was wrong stays in the record, and can be made anew; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    why = entry.text({"reason": reason}, "reason", "原因", required=True, longest=200)
    with ctx.transaction("作废巡检表", why) as tx:
        row = _standing(tx, inspection_id)
        tx.update(Inspection, inspection_id, void_at=ctx.now())
    return Outcome(f"{row['number']} 已作废：{why}。这一次可以重新巡检填写。", TOUCHED)


def link_incident(ctx: Context, line_id: int, incident_number: str) -> Outcome[str]:
    """Say which incident was opened for an item that was not normal."""
    ctx.require(*WRITERS)
    with ctx.transaction("巡检异常关联事件") as tx:
        return Outcome(link(tx, line_id, incident_number), TOUCHED)


def link(tx: Transaction, line_id: int, incident_number: str) -> str:
    """The same within an act; gives the sentence."""
    line = _line_of(tx.connection, line_id)
    row = _standing(tx, line["inspection_id"])
    if line["normal"]:
        raise Refusal(f"“{line['name']}”正常，不需要关联事件单。")
    number = room_upkeep.named_incident(tx.connection, {"incident_number": incident_number})
    tx.update(InspectionLine, line_id, incident_number=number)
    return f"{row['number']} 的“{line['name']}”已关联事件单 {number}。"


def _line_of(connection: Connection, line_id: int) -> dict[str, Any]:
    return retiring.one(connection, select(InspectionLine.__table__).where(InspectionLine.id == line_id), "巡检结果")


def incident_line(ctx: Context, line_id: int) -> tuple[str, str]:
    """What an incident for an item begins with: its one line, and the symptom; refuses one that has its number."""
    with ctx.read() as connection:
        line = _line_of(connection, line_id)
        row = row_of(connection, line["inspection_id"])
        room = inspection_items.room_row(connection, row["room_id"])
    if line["normal"]:
        raise Refusal(f"“{line['name']}”正常，不需要开事件单。")
    if line["incident_number"]:
        raise Refusal(f"“{line['name']}”已经开了事件单 {line['incident_number']}。")
    name = room["name"] if room is not None else ""
    value = line["value"] if line["value"] == upkeep.ABNORMAL else f" {line['value']}，标准 {line['standard']}"
    title = f"{name} {line['category']} {line['name']}{value}"
    return title, f"{row['number']} {row['at']:%Y-%m-%d %H:%M} 巡检：{title}。已处置：{line['action']}。"
