"""Acts and list of the roster."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from opsdesk.models import RosterEntry, Shift, Staff, Vendor
from opsdesk.register import Page, Query, Row
from opsdesk.services import duties, entry, incident_clocks, listing, rejudging, retiring
from opsdesk.services.choices import REST, in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.services.shifts import parse_pairs, shown_pairs
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"roster", "shift", "sign_in", "incident"})
REST_WORD = "休"


def listed(ctx: Context, query: Query) -> Page:
    """Roster entries by day, vendor and number: a chosen month from its first day, else the latest days first."""
    chosen = query.filters or {}
    asked = (
        select(
            RosterEntry.id, RosterEntry.day, Staff.staff_no, Staff.name, Vendor.short_name.label("vendor"),
            Shift.name.label("shift"), Shift.pairs,
        )
        .join(Staff, Staff.id == RosterEntry.staff_id)
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .join(Shift, Shift.id == RosterEntry.shift_id, isouter=True)
        .where(listing.holds(query.text, Staff.staff_no, Staff.name, Staff.initials, Shift.name, Shift.code))
    )  # fmt: skip
    span = listing.month_of(str(chosen.get("month") or ""))
    if span is not None:
        asked = asked.where(RosterEntry.day.between(*span))
    order = RosterEntry.day if span else RosterEntry.day.desc()
    asked = asked.order_by(order, Vendor.code, Staff.staff_no)
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(Staff.vendor_id == vendor)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row) for row in rows), total)


def _row(row: Any) -> Row:
    values = {
        "day": row.day,
        "staff_no": row.staff_no,
        "name": row.name,
        "vendor": row.vendor,
        "shift": row.shift or REST_WORD,
        "pairs": shown_pairs(parse_pairs(row.pairs)) if row.pairs else "",
    }
    return Row(row.id, values, muted=row.shift is None)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One entry as its form shows it; rest is `choices.REST`."""
    with ctx.read() as connection:
        query = select(RosterEntry.staff_id, RosterEntry.day, RosterEntry.shift_id).where(RosterEntry.id == record_id)
        found = connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing("排班")
    return {"staff_id": found.staff_id, "day": found.day, "shift_id": found.shift_id or REST}


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Put a person on a shift, or on rest, on one day; what was there for the day is replaced."""
    ctx.require(*WRITERS)
    with ctx.transaction("排班") as tx:
        people = {person.id: person for person in duties.people(tx.connection)}
        shifts = {row.id: row for row in tx.connection.execute(select(Shift.id, Shift.name, Shift.left_on))}
        staff_id = entry.chosen(values, "staff_id", "人员", people)
        day = entry.day(values, "day", "日期")
        chosen = entry.chosen(values, "shift_id", "班次", [REST, *shifts])
        shift_id = None if chosen == REST else chosen
        refuse_absent(people[staff_id], day)
        standing = tx.connection.execute(
            select(RosterEntry.id, RosterEntry.shift_id).where(RosterEntry.staff_id == staff_id, RosterEntry.day == day)
        ).one_or_none()
        if record_id is not None and (standing is None or standing.id != record_id):
            raise Refusal("已有的排班只能改班次。要排另一个人或另一天，请新建。", field="day")
        new = standing is None or standing.shift_id != shift_id
        if new and shift_id is not None and not in_use(shifts[shift_id].left_on, ctx.today()):
            raise Refusal(f"班次“{shifts[shift_id].name}”已停用。请换一个班次。", field="shift_id")
        if standing is None:
            kept = tx.insert(RosterEntry, staff_id=staff_id, day=day, shift_id=shift_id)
        else:
            kept = standing.id
            tx.update(RosterEntry, kept, shift_id=shift_id)
        if new:
            judge_again(tx, ctx, {(staff_id, day)})
    return Outcome(kept, TOUCHED)


def refuse_absent(person: Person, day: date) -> None:
    """Refuse a day before the person's arrival or after leaving."""
    if day < person.arrived_on:
        raise Refusal(f"{person.name}在 {person.arrived_on.isoformat()} 才到场，这一天不能排班。", field="day")
    if person.left_on is not None and day > person.left_on:
        raise Refusal(f"{person.name}已在 {person.left_on.isoformat()} 离场，这一天不能排班。", field="day")


def judge_again(tx: Transaction, ctx: Context, changed: set[tuple[int, date]]) -> None:
    """Judge the signed days around changed entries again: an overnight shift reaches into its neighbours.

    By a shift to come the record of work already done may be due.
    """
    step = timedelta(days=1)
    past = [(staff_id, day) for staff_id, day in changed if day <= ctx.today() + timedelta(days=1)]
    if past:
        first, last = min(day for _, day in past), max(day for _, day in past)
        rejudging.rejudge(tx, ctx, first - step, last + step, {staff_id for staff_id, _ in past})
    first, last = min(day for _, day in changed), max(day for _, day in changed)
    incident_clocks.rejudge(tx, ctx, first - step, last + step, staff_ids={staff_id for staff_id, _ in changed})


def months(ctx: Context) -> list[tuple[str, str]]:
    """Months to choose from: this one first."""
    return listing.months_around(ctx.today())


def import_roster(ctx: Context, path: Path, *, dry_run: bool = False) -> ImportResult:
    """Import a roster (list or month grid), all or nothing; the same file twice changes nothing."""
    from opsdesk.registers.roster.importing import run

    ctx.require(*WRITERS)
    return run(ctx, path, dry_run=dry_run)
