"""The list of 巡检表 and one round as its form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from opsdesk.models import Inspection, InspectionLine, Room
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.inspection import round_sheet, service
from opsdesk.registers.inspection.round_sheet import Line
from opsdesk.rules import upkeep
from opsdesk.services import inspection_items, listing
from opsdesk.services.context import Context

TO_CHECK, CHECKED, LOOKED_INTO, VOID = "待复核", "已复核", "已抽查", "已作废"
TONES = {TO_CHECK: Tone.WARNING, CHECKED: Tone.FINE, LOOKED_INTO: Tone.FINE, VOID: Tone.NEUTRAL}
WRONG, ALL_FINE = "有异常", "各项正常"


def state(row: Mapping[Any, Any]) -> str:
    """How a round stands."""
    if row["void_at"] is not None:
        return VOID
    if row["spot_checked_by"]:
        return LOOKED_INTO
    return CHECKED if row["checked_by"] else TO_CHECK


def _in_state(wanted: str) -> ColumnElement[bool]:
    stands, checked, looked = (
        Inspection.void_at.is_(None),
        Inspection.checked_by != "",
        Inspection.spot_checked_by != "",
    )
    return {
        TO_CHECK: stands & ~checked & ~looked,
        CHECKED: stands & checked & ~looked,
        LOOKED_INTO: stands & looked,
        VOID: ~stands,
    }[wanted]


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today(), after=0)


def _wrong() -> Any:
    query = select(func.count()).where(InspectionLine.inspection_id == Inspection.id, InspectionLine.normal.is_(False))
    return query.scalar_subquery()


def listed(ctx: Context, query: Query) -> Page:
    """Rounds, the latest first, with how many items were not normal."""
    chosen = query.filters or {}
    asked = (
        select(Inspection.__table__, Room.name.label("room"), _wrong().label("wrong"))
        .join(Room, Room.id == Inspection.room_id)
        .where(
            listing.holds(
                query.text, Inspection.number, Room.name, Inspection.inspected_by, Inspection.checked_by,
                Inspection.remarks,
            )
        )
        .order_by(Inspection.day.desc(), Inspection.turn.desc(), Inspection.id.desc())
    )  # fmt: skip
    if (room := chosen.get("room")) is not None:
        asked = asked.where(Inspection.room_id == room)
    if span := listing.month_of(str(chosen.get("month") or "")):
        asked = asked.where(Inspection.day >= span[0], Inspection.day <= span[1])
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted))
    if (found := chosen.get("found")) is not None:
        asked = asked.where(_wrong() > 0 if found == WRONG else _wrong() == 0)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    shown = state(row)
    return Row(
        row["id"],
        {
            **{key: row[key] for key in ("number", "day", "room", "inspected_by", "checked_by", "spot_checked_by")},
            "turn": upkeep.circled(row["turn"]),
            "at": row["at"].time(),
            "found": Chip(f"异常 {row['wrong']} 项", Tone.BROKEN) if row["wrong"] else Chip("正常", Tone.FINE),
            "state": Chip(shown, TONES[shown]),
        },
        muted=shown == VOID,
    )


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One round as its form shows it: what was wrong first, then every item group by group."""
    with ctx.read() as connection:
        row = service.row_of(connection, record_id)
        room = inspection_items.room_row(connection, row["room_id"])
        lines = round_sheet.lines_of(connection, [record_id])[record_id]
    wrong = [line for line in lines if not line.normal]
    entered = "" if row["entered_by"] == row["inspected_by"] else f"，{row['entered_by']}录入"
    return {
        **row,
        "room": room["name"] if room is not None else "",
        "state": state(row),
        "turn": upkeep.circled(row["turn"]),
        "entered": f"{row['entered_at']:%Y-%m-%d %H:%M} 记入{entered}。",
        "wrong": "\n".join(_said(line) for line in wrong) or "没有异常。",
        "lines": _grouped(lines),
    }


def _said(line: Line) -> str:
    value = line.value if line.value == upkeep.ABNORMAL else f"{line.value}（标准 {line.standard}）"
    number = f"，事件单 {line.incident_number}" if line.incident_number else ""
    return f"{line.category} {line.name}：{value}；{line.action}{number}"


def _grouped(lines: tuple[Line, ...]) -> str:
    groups: dict[str, list[str]] = {}
    for line in lines:
        groups.setdefault(line.category, []).append(f"{line.name} {line.value}")
    return "\n".join(f"{category}：{'，'.join(found)}" for category, found in groups.items())
