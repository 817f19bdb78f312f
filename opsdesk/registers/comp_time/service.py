"""The list of balances and one person's statement; the ledger itself is derived, nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from opsdesk.models import Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.hours import duration
from opsdesk.services import comp_time, duties, listing, retiring
from opsdesk.services.comp_time import Balance, Line
from opsdesk.services.context import Context
from opsdesk.services.duties import Person

AHEAD = timedelta(days=366)
"""How far ahead approved time off is counted as spent: as long as one leave may last."""


def listed(ctx: Context, query: Query) -> Page:
    """Everybody of whom the ledger speaks, by vendor and number."""
    asked = (
        select(Staff.id, Staff.staff_no, Staff.name, Vendor.short_name.label("vendor"))
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .where(Staff.id.in_(comp_time.holders()), listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials))
        .order_by(Vendor.code, Staff.staff_no)
    )
    if (vendor := (query.filters or {}).get("vendor")) is not None:
        asked = asked.where(Staff.vendor_id == vendor)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        until = ctx.today() + AHEAD
        ledger = comp_time.ledger(connection, ctx.regulations, [row.id for row in rows], until, ctx.now())
    return Page(tuple(_row(row, ledger[row.id]) for row in rows), total)


def _row(row: Any, balance: Balance) -> Row:
    values = {
        "staff_no": row.staff_no,
        "name": row.name,
        "vendor": row.vendor,
        "earned": duration(balance.earned),
        "used": duration(balance.used),
        "left": left(balance),
    }
    return Row(row.id, values)


def left(balance: Balance) -> Chip:
    """What is left as a chip; more taken than earned is a warning."""
    if balance.left < 0:
        return Chip(f"超用 {duration(-balance.left)}", Tone.WARNING)
    return Chip(f"余 {duration(balance.left)}", Tone.FINE if balance.left else Tone.NEUTRAL)


def statement(ctx: Context, staff_id: int) -> tuple[Person, Balance]:
    """One person with the ledger, approved time off ahead included."""
    with ctx.read() as connection:
        found = duties.people(connection, ids=(staff_id,))
        if not found:
            raise retiring.missing("调休账")
        until = ctx.today() + AHEAD
        return found[0], comp_time.ledger(connection, ctx.regulations, [staff_id], until, ctx.now())[staff_id]


def load(ctx: Context, staff_id: int) -> Mapping[str, Any]:
    """One person's ledger as the panel shows it, the newest entry first."""
    person, balance = statement(ctx, staff_id)
    return {
        "who": f"{person.name}（{person.staff_no}，{person.vendor}）",
        "earned": duration(balance.earned),
        "used": duration(balance.used),
        "left": left(balance).word,
        "lines": "\n".join(map(written, reversed(balance.lines))) or "还没有记录。",
    }


def written(line: Line) -> str:
    """An entry in words: 2026-03-07 加班 ＋8 小时（JB-202603-001）, and its sentence below."""
    sign = "－" if line.minutes < 0 else "＋"
    numbered = line.reference not in {comp_time.UNNUMBERED, f"{line.day:%Y-%m}"}
    reference = f"（{line.reference}）" if numbered else ""
    return f"{line.day.isoformat()} {line.what} {sign}{duration(abs(line.minutes))}{reference}\n{line.sentence}"
