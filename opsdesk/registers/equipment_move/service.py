"""设备进出机房 (F10): filing a move, approving it, its return, and the list with what was missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from opsdesk.models import EquipmentMove, Permit, Room
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.rules import lending
from opsdesk.rules.lending import Lapse, Missed
from opsdesk.rules.vocabulary import Role
from opsdesk.services import assets, entry, listing, retiring, room_upkeep
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.lapses import INSTALLED, INWARD, move_facts, of_move
from opsdesk.services.numbering import monthly
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import added
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"equipment_move", "asset"})
WHAT = "进出登记"
PREFIX = "SB"
IN, OUT = INWARD, "出"
DIRECTIONS = (IN, OUT)
REPAIR, SCRAPPED, LENT = "维修", "报废", "借出"
REASONS = (INSTALLED, REPAIR, SCRAPPED, LENT, "其他")
WAITING, APPROVED, DUE_TODAY, LATE, RETURNED, VOID = "待批准", "已批准", "今日应还", "逾期", "已归还", "作废"
TONES = {
    WAITING: Tone.WARNING,
    APPROVED: Tone.FINE,
    DUE_TODAY: Tone.WARNING,
    LATE: Tone.BROKEN,
    RETURNED: Tone.NEUTRAL,
    VOID: Tone.NEUTRAL,
}
MOST_PERMITS = 50
SHOWN = (
    "number", "moved_at", "room", "direction", "name", "model", "quantity", "reason", "other_end", "handled_by",
)  # fmt: skip


def lapses(ctx: Context, row: Mapping[Any, Any]) -> list[Lapse]:
    """What was missed on a move as it stands now, by the law of its day."""
    return of_move(ctx.regulations, row, ctx.now())


def state(row: Mapping[Any, Any], now: datetime) -> str:
    """Where a move stands: what has to come back outweighs what is still to be approved."""
    if row["void_at"] is not None:
        return VOID
    if row["returned_on"] is not None:
        return RETURNED
    if row["due_on"] is not None and row["due_on"] <= now.date():
        return LATE if row["due_on"] < now.date() else DUE_TODAY
    return WAITING if row["approved_at"] is None else APPROVED


def _in_state(wanted: str, now: datetime) -> ColumnElement[bool]:
    today = now.date()
    here = and_(EquipmentMove.void_at.is_(None), EquipmentMove.returned_on.is_(None))
    not_due = or_(EquipmentMove.due_on.is_(None), EquipmentMove.due_on > today)
    calm, unapproved = and_(here, not_due), EquipmentMove.approved_at.is_(None)
    return {
        WAITING: and_(calm, unapproved),
        APPROVED: and_(calm, ~unapproved),
        DUE_TODAY: and_(here, EquipmentMove.due_on == today),
        LATE: and_(here, EquipmentMove.due_on < today),
        RETURNED: and_(EquipmentMove.void_at.is_(None), EquipmentMove.returned_on.is_not(None)),
        VOID: EquipmentMove.void_at.is_not(None),
    }[wanted]


def every() -> Any:
    """Moves with the name of their room."""
    return select(EquipmentMove.__table__, Room.name.label("room")).join(Room, Room.id == EquipmentMove.room_id)


def listed(ctx: Context, query: Query) -> Page:
    """Moves, the latest first."""
    chosen, now = query.filters or {}, ctx.now()
    found_by = (
        EquipmentMove.number, EquipmentMove.name, EquipmentMove.model, EquipmentMove.serial, EquipmentMove.asset_no,
        EquipmentMove.other_end, EquipmentMove.handled_by, EquipmentMove.permit_number, Room.name,
    )  # fmt: skip
    asked = (
        every()
        .where(listing.holds(query.text, *found_by))
        .order_by(EquipmentMove.moved_at.desc(), EquipmentMove.id.desc())
    )
    if (direction := chosen.get("direction")) is not None:
        asked = asked.where(EquipmentMove.direction == direction)
    asked = asked.where(listing.in_month(EquipmentMove.moved_at, chosen.get("month")))
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted, now))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(ctx, row._mapping, now) for row in rows), total)


def _row(ctx: Context, row: Mapping[Any, Any], now: datetime) -> Row:
    word = state(row, now)
    late = lending.move_late_days(move_facts(row), now)
    chip = Chip(f"{LATE} {late} 天" if word == LATE else word, TONES[word])
    missed = lending.in_short(each for each in lapses(ctx, row) if word != LATE or each.missed is not Missed.LATE)
    return Row(row["id"], {**{key: row[key] for key in SHOWN}, "missed": missed, "state": chip}, muted=word == VOID)


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def permits(ctx: Context) -> Options:
    """Numbers of the latest permits, to name the one under which a device came."""
    with ctx.read() as connection:
        numbers = connection.execute(select(Permit.number).order_by(Permit.id.desc()).limit(MOST_PERMITS)).scalars()
        return [(number, number) for number in numbers]


def row_of(connection: Connection, move_id: int) -> dict[str, Any]:
    """A move with the name of its room. Refuses one that is not there."""
    return retiring.one(connection, every().where(EquipmentMove.id == move_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One move as its form shows it, with what was missed."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
    return {**row, "told": "\n".join(_told(ctx, row))}


def _told(ctx: Context, row: Values) -> list[str]:
    said = [each.told for each in lapses(ctx, row)]
    if row["approved_at"] is not None:
        said.append(f"{row['approved_at']:%Y-%m-%d %H:%M} {row['approved_by']}批准。")
    elif row["void_at"] is None:
        said.append("还没有批准。设备出机房和加电都要先批准。")
    if row["void_at"] is not None:
        said.append(f"{row['void_at']:%Y-%m-%d %H:%M} 作废。")
    return said


def _read(connection: Connection, values: Values) -> dict[str, Any]:
    room = room_upkeep.chosen_room(connection, values)
    kept: dict[str, Any] = {
        "moved_at": entry.moment(values, "moved_at", "日期"),
        "room_id": room["id"],
        "direction": entry.chosen(values, "direction", "方向", DIRECTIONS),
        "asset_id": values.get("asset_id") or None,
        "name": entry.text(values, "name", "设备名称"),
        "model": entry.text(values, "model", "品牌型号"),
        "serial": entry.text(values, "serial", "序列号", longest=60),
        "asset_no": "",
        "quantity": entry.whole_or_none(values, "quantity", "数量", 1, 999) or 1,
        "reason": entry.chosen(values, "reason", "原因", REASONS),
        "other_end": entry.text(values, "other_end", "来源／去向", longest=60),
        "rack": entry.text(values, "rack", "安装位置"),
        "powered": entry.flag(values, "powered"),
        "instructions": entry.long_text(values, "instructions", "注意事项"),
        "handled_by": entry.name(values, "handled_by", "经办人"),
        "escort": entry.text(values, "escort", "陪同", longest=30),
        "permit_number": entry.code(values, "permit_number", "进入审批单号"),
        "due_on": entry.day_or_none(values, "due_on", "应还日"),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }
    if kept["due_on"] and kept["due_on"] < kept["moved_at"].date():
        raise Refusal("应还日早于进出的日期，请核对。", field="due_on")
    return kept


def _with_asset(connection: Connection, kept: dict[str, Any]) -> None:
    """Fill in what the ledger knows of the asset that was chosen; a device outside the ledger needs a name."""
    if kept["asset_id"] is None:
        if not kept["name"]:
            raise Refusal("请填写“设备名称”，或从台账中选一台设备。", field="name")
        return
    asset = assets.row(connection, kept["asset_id"])
    if kept["quantity"] != 1:
        raise Refusal(f"{asset['asset_no']} 只有一台，数量请填 1。", field="quantity")
    kept["asset_no"] = asset["asset_no"]
    kept["name"] = kept["name"] or asset["name"]
    kept["model"] = kept["model"] or assets.kind_words(asset)[:50]
    kept["serial"] = kept["serial"] or asset["serial"]


def closed(row: Values) -> bool:
    """Whether a move was approved or voided: its form can only be looked at from then on."""
    return row["approved_at"] is not None or row["void_at"] is not None


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """File a move under the next number of its month, or correct one that nobody has approved yet."""
    ctx.require(*WRITERS)
    with ctx.transaction("登记设备进出" if record_id is None else "修改设备进出") as tx:
        kept = _read(tx.connection, values)
        _with_asset(tx.connection, kept)
        if record_id is None:
            number = monthly(tx, EquipmentMove.number, PREFIX, ctx.today())
            usual = {"approved_by": "", "number": number}
            return Outcome(tx.insert(EquipmentMove, **kept, **usual), TOUCHED)
        row = row_of(tx.connection, record_id)
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        if closed(row):
            raise Refusal(f"{row['number']} 已经批准或作废，不能改。有误请由主管作废，再登记一条。")
        tx.update(EquipmentMove, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def approve(ctx: Context, move_id: int, values: Values) -> Outcome[str]:
    """Approve a move; only the supervisor may. Approval after the move is told, not refused."""
    ctx.require(Role.SUPERVISOR)
    at = entry.past(values, "approved_at", "批准时间", ctx.now())
    by = entry.text(values, "approved_by", "批准人", longest=30) or ctx.actor.name
    with ctx.transaction("批准设备进出") as tx:
        row = _standing(tx, move_id)
        if row["approved_at"] is not None:
            raise Refusal(f"{row['number']} 在 {row['approved_at']:%Y-%m-%d %H:%M} 已经批准。")
        tx.update(EquipmentMove, move_id, approved_by=by, approved_at=at)
        told = "".join(each.told for each in lapses(ctx, {**row, "approved_at": at}) if each.missed != Missed.LATE)
    return Outcome(f"{row['number']} 已批准。{told}", TOUCHED)


def give_back(ctx: Context, move_id: int, values: Values) -> Outcome[str]:
    """The device has come back where it belongs."""
    ctx.require(*WRITERS)
    on = entry.past_day_or_none(values, "returned_on", "实还日", ctx.today()) or ctx.today()
    note = entry.text(values, "note", "情况", longest=200)
    with ctx.transaction("登记设备归还", note) as tx:
        row = _standing(tx, move_id)
        if row["returned_on"] is not None:
            raise Refusal(f"{row['number']} 在 {row['returned_on'].isoformat()} 已经归还。")
        if on < row["moved_at"].date():
            raise Refusal(f"实还日早于进出的日期 {row['moved_at']:%Y-%m-%d}，请核对。", field="returned_on")
        remarks = added(row["remarks"], f"归还：{note}" if note else "")
        tx.update(EquipmentMove, move_id, returned_on=on, remarks=remarks)
        late = lending.move_late_days(move_facts({**row, "returned_on": on}), ctx.now())
    return Outcome(f"{row['number']} 已归还，{f'逾期 {late} 天' if late else '没有逾期'}。", TOUCHED)


def void(ctx: Context, move_id: int, values: Values) -> Outcome[str]:
    """Void a move that was filed by mistake; its number is not used again. Only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    reason = entry.text(values, "reason", "作废原因", required=True, longest=200)
    with ctx.transaction("作废设备进出", reason) as tx:
        row = _standing(tx, move_id)
        tx.update(EquipmentMove, move_id, void_at=ctx.now(), remarks=added(row["remarks"], f"作废：{reason}"))
    return Outcome(f"{row['number']} 已作废：{reason}。编号不再使用。", TOUCHED)


def _standing(tx: Transaction, move_id: int) -> dict[str, Any]:
    row = row_of(tx.connection, move_id)
    retiring.refuse_void(row)
    return row
