"""An old register into the record as history: good rows stored, bad ones reported, the same file twice changes nothing.

What comes from an old register is not judged (`room_visits.breaches`) and nobody of it is inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.visits import LABEL, VisitFile, VisitRow, read_visits
from opsdesk.models import Permit, Room, Vendor, Visit, VisitItem
from opsdesk.registers.visit.people import House, house_of
from opsdesk.services import closing_days, duties, id_numbers, pinyin
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

WHAT = "visits"
STEP = 5000
Key = tuple[str, int, datetime]


@dataclass(frozen=True)
class _Known:
    """What the record knows: rooms, permits, vendors and engineers by name, and the stays themselves."""

    rooms: Mapping[str, int]
    permits: Mapping[str, int]
    vendors: Mapping[str, int]
    staff: Mapping[tuple[str, int], int]
    stays: frozenset[Key]
    why_closed: Callable[[date], str]


def import_visits(
    ctx: Context, path: Path, *, room_id: int | None = None, dry_run: bool = False
) -> Outcome[ImportResult]:
    """Import an old register of the machine room; `room_id` is the room of rows that name none.

    A stay is known already where somebody of this name entered this room in this minute. Refuses a file without a
    room where the site has several and none is given.
    """
    ctx.require(*WRITERS)
    file = read_visits(path)
    house = house_of(ctx)
    if dry_run:
        with ctx.read() as connection:
            return Outcome(_sorted(connection, ctx, house, file, room_id)[0])
    with ctx.transaction("导入出入登记", one_line(path.name)) as tx:
        result, new = _sorted(tx.connection, ctx, house, file, room_id)
        if new:
            batch = note_batch(
                tx, result, what=WHAT, file_name=path.name, sha256=file.sha256, at=ctx.now()
            )  # fmt: skip
            for begin in range(0, len(new), STEP):
                part = new[begin : begin + STEP]
                ids = tx.insert_many(Visit, [{**values, "batch_id": batch} for values, _ in part])
                goods = [
                    {"visit_id": visit_id, "name": name[:60], "note": name[60:], "model": "", "serial": "",
                     "brought": 0, "taken": 0, "stays": 0}
                    for visit_id, (_, row) in zip(ids, part, strict=True)
                    for name in row.goods
                ]  # fmt: skip
                tx.insert_many(VisitItem, goods)
                tx.flush()
    return Outcome(result, frozenset({"visit"}) if result.stored else frozenset())


def _sorted(
    connection: Connection, ctx: Context, house: House, file: VisitFile, room_id: int | None
) -> tuple[ImportResult, list[tuple[dict[str, Any], VisitRow]]]:
    known = _known(connection, file)
    only = room_id or (next(iter(known.rooms.values())) if len(known.rooms) == 1 else None)
    if only is None and not any(row.room for row in file.rows):
        rooms = "、".join(known.rooms) or "还没有登记"
        raise Refusal(f"文件里没有写是哪个机房。请说明（命令行用 --room）。现有机房：{rooms}。", field="room_id")
    new: list[tuple[dict[str, Any], VisitRow]] = []
    seen, duplicates, findings = set(known.stays), 0, list(file.findings)
    for row in file.rows:
        try:
            values = _values(ctx, house, known, row, only)
        except Refusal as refusal:
            findings.append(Finding(row.row, str(refusal)))
            continue
        key = (values["name"], values["room_id"], values["entered_at"].replace(second=0))
        if key in seen:
            duplicates += 1
            continue
        seen.add(key)
        if why := known.why_closed(values["entered_at"].date()):
            findings.append(Finding(row.row, why))
        else:
            new.append((values, row))
    found = tuple(sorted(findings, key=lambda finding: finding.row))
    return ImportResult(file.rows_read, len(new), duplicates, found, LABEL), new


def _known(connection: Connection, file: VisitFile) -> _Known:
    times = [row.entered for row in file.rows]
    first, last = (min(times).date(), max(times).date()) if times else (date.max, date.min)
    stays: set[Key] = set()
    if times:
        query = select(Visit.name, Visit.room_id, Visit.entered_at).where(
            Visit.entered_at.between(min(times).replace(second=0), max(times).replace(second=59))
        )
        stays = {(row.name, row.room_id, row.entered_at.replace(second=0)) for row in connection.execute(query)}
    vendors = connection.execute(select(Vendor.id, Vendor.name, Vendor.short_name)).all()
    return _Known(
        rooms={row.name: row.id for row in connection.execute(select(Room.id, Room.name).order_by(Room.id))},
        permits={row.number: row.id for row in connection.execute(select(Permit.id, Permit.number))},
        vendors={name: row.id for row in vendors for name in (row.name, row.short_name)},
        staff={(each.name, each.vendor_id): each.id for each in duties.people(connection)},
        stays=frozenset(stays),
        why_closed=closing_days.why_closed(connection, Visit, first, last),
    )


def _values(ctx: Context, house: House, known: _Known, row: VisitRow, only: int | None) -> dict[str, Any]:
    room = known.rooms.get(row.room, only if not row.room else None)
    if room is None:
        raise Refusal(f"没有登记“{row.room}”这个机房。请先登记机房，或改正名称。" if row.room else "没有写是哪个机房。")
    if row.entered > ctx.now():
        raise Refusal(f"进入时间 {row.entered:%Y-%m-%d %H:%M} 还没有到。请核对。")
    if row.left is not None and row.left > ctx.now():
        raise Refusal(f"离开时间 {row.left:%Y-%m-%d %H:%M} 还没有到。请核对。")
    vendor = known.vendors.get(row.unit)
    staff = known.staff.get((row.name, vendor)) if vendor is not None else None
    number = id_numbers.checked("", row.id_number, ctx.today())
    return {
        "room_id": room,
        "module": row.module,
        "permit_id": known.permits.get(row.permit.upper()),
        "staff_id": staff,
        "vendor_id": vendor,
        "name": row.name,
        "initials": pinyin.initials(row.name),
        "unit": row.unit,
        "external": house.external(row.unit, staff) if row.external is None else row.external,
        "id_kind": (row.id_kind or str(id_numbers.kind_of(number))) if number else "",
        "id_number": number or None,
        "phone": row.phone[:20] or None,
        "purpose": id_numbers.cut_free(row.purpose),
        "entered_at": row.entered,
        "due_at": row.due if row.due is not None and row.due > row.entered else None,
        "left_at": row.left,
        "escort": row.escort,
        "second_escort": row.second,
        "operated": row.operated,
        "operation": id_numbers.cut_free(row.operation),
        "left_check": "",
        "off_hours_number": "",
        "remarks": _remarks(row, known),
        "registered_by": row.by or ctx.actor.name,
        "registered_at": ctx.now(),
        "void_reason": "",
    }


def _remarks(row: VisitRow, known: _Known) -> str:
    """The remarks as they stood, with a permit's number that is not one of ours."""
    strange = f"原申请单号 {row.permit}" if row.permit and row.permit.upper() not in known.permits else ""
    return "；".join(part for part in (id_numbers.cut_free(row.remarks), strange) if part)
