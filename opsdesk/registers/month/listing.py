"""Booked deductions as a list: what was proposed, by which clause and arithmetic, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from opsdesk.models import Deduction, Staff, Vendor
from opsdesk.register import Chip, Options, Page, Query, Row, Tone
from opsdesk.registers.month import evidence
from opsdesk.registers.month.service import FEN, Booked
from opsdesk.rules.clause import short_name
from opsdesk.rules.settlement import Line, days_in_words
from opsdesk.rules.vocabulary import Decision
from opsdesk.services import listing
from opsdesk.services.context import Context
from opsdesk.services.retiring import missing

PARTS: Mapping[str, str] = {
    "count_fine": "次数罚",
    "minute_fine": "分钟罚",
    "absent": "迟到视缺勤",
    "early_fine": "早退扣",
    "early_awol": "早退按旷工",
    "awol": "旷工",
    "open_end": "缺签",
    "leave_pay": "事假扣薪",
}
"""What each part of a settlement is called."""
REPLACED = "已替代"
"""State of a line that a later booking of the month has replaced; its decision stays on record."""
TONES: Mapping[str, Tone] = {
    str(Decision.PROPOSED): Tone.INFORMATION,
    str(Decision.CONFIRMED): Tone.FINE,
    str(Decision.WAIVED): Tone.NEUTRAL,
    REPLACED: Tone.NEUTRAL,
}


def at_stake(line: Line | Booked) -> bool:
    """True where a line costs money or days, so that somebody has to decide it."""
    return line.amount > 0 or line.half_days > 0


def undecided(line: Booked) -> bool:
    """True for a booked line that waits for the supervisor."""
    return line.state is Decision.PROPOSED and at_stake(line)


def yuan(fen: int | None) -> int | None:
    """Whole yuan of an amount in fen; every clause counts in whole yuan."""
    return None if fen is None else fen // FEN


def listed(ctx: Context, query: Query) -> Page:
    """Booked lines that cost something, the newest month first; replaced ones only where they are asked for."""
    asked = query.filters or {}
    base = (
        select(Deduction, Staff.staff_no, Staff.name, Vendor.short_name)
        .join(Staff, Staff.id == Deduction.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(or_(Deduction.amount_fen > 0, Deduction.half_days > 0))
        .where(listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials, Deduction.sentence))
        .order_by(Deduction.month.desc(), Vendor.code, Staff.staff_no, Deduction.id)
    )
    if month := asked.get("month"):
        base = base.where(Deduction.month == month)
    if vendor := asked.get("vendor"):
        base = base.where(Staff.vendor_id == vendor)
    state = asked.get("state")
    if state == REPLACED:
        base = base.where(Deduction.replaced_at.is_not(None))
    else:
        base = base.where(Deduction.replaced_at.is_(None))
        base = base.where(Deduction.state == state) if state else base
    with ctx.read() as connection:
        rows, total = listing.page(connection, base, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    state = _state(row)
    return Row(
        row["id"],
        {
            "month": row["month"],
            "staff_no": row["staff_no"],
            "name": row["name"],
            "vendor": row["short_name"],
            "clause": _short(row),
            "sentence": row["sentence"],
            "amount": yuan(row["amount_fen"]) or None,
            "days": _days(row["half_days"]),
            "state": Chip(state, TONES[state]),
            "decided": yuan(row["decided_fen"]),
            "decided_by": row["decided_by"] or "",
            "note": row["decision_note"],
        },
        muted=row["replaced_at"] is not None,
    )


def _state(row: Mapping[Any, Any]) -> str:
    return REPLACED if row["replaced_at"] is not None else str(row["state"])


def _short(row: Mapping[Any, Any]) -> str:
    cited = json.loads(row["citations"])[0]
    return short_name(cited["regulation"], cited["number"])


def _days(half_days: int) -> str:
    return f"{days_in_words(half_days)} 日" if half_days else ""


def load(ctx: Context, deduction_id: int) -> dict[str, Any]:
    """One booked line's values by field, with the records behind it."""
    query = (
        select(Deduction, Staff.staff_no, Staff.name, Vendor.name.label("vendor"))
        .join(Staff, Staff.id == Deduction.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(Deduction.id == deduction_id)
    )
    with ctx.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise missing("拟扣减")
    references = json.loads(row["evidence"])
    found = evidence.read(ctx, references)
    cited = json.loads(row["citations"])[0]
    return {
        "name": f"{row['staff_no']} {row['name']}（{row['vendor']}）",
        "month": row["month"],
        "part": PARTS.get(row["part"], row["part"]),
        "clause": f"{_short(row)}（{cited['held_from']} 起）",
        "wording": cited["wording"],
        "sentence": row["sentence"],
        "evidence": "\n".join(found[each].sentence for each in references if each in found),
        "amount": yuan(row["amount_fen"]),
        "days": _days(row["half_days"]),
        "state": _state(row),
        "decided": yuan(row["decided_fen"]),
        "decided_by": row["decided_by"] or "",
        "decided_at": row["decided_at"],
        "note": row["decision_note"],
    }


def months(ctx: Context) -> Options:
    """This month and the year before it."""
    return listing.months_around(ctx.today(), before=12, after=0)


def states(_ctx: Context) -> Options:
    """What a booked line can be."""
    return [(state, state) for state in TONES]
