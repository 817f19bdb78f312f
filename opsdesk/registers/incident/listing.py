"""The list of incidents at any size: filters and full text in SQL, the clocks of those that are open read now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from opsdesk.models import Incident, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.sla import Reading, in_words
from opsdesk.rules.vocabulary import OPEN_INCIDENT, ClockState, IncidentState
from opsdesk.services import incident_clocks, incident_text, listing
from opsdesk.services.context import Context
from opsdesk.services.incident_clocks import Standing

DAY = timedelta(days=1)
OPEN, TO_SIGN, TO_HAND_IN = "未结", "待签收", "待交单"
STATES = (OPEN, TO_HAND_IN, TO_SIGN, *(str(state) for state in IncidentState))
BREACHED, KEPT, RUNNING_OUT = "超时", "未超时", "将超时"
BREACHES = (BREACHED, RUNNING_OUT, KEPT)
TONES = {
    IncidentState.ACCEPTED: Tone.WARNING,
    IncidentState.WORKING: Tone.INFORMATION,
    IncidentState.WAITING: Tone.AWAY,
    IncidentState.SOLVED: Tone.FINE,
    IncidentState.CONFIRMED: Tone.FINE,
    IncidentState.RETURNED: Tone.BROKEN,
    IncidentState.SIGNED: Tone.NEUTRAL,
    IncidentState.VOID: Tone.NEUTRAL,
}
CLOCK_TONES = {
    ClockState.RUNNING: Tone.NEUTRAL,
    ClockState.WARNING: Tone.WARNING,
    ClockState.PAUSED: Tone.AWAY,
    ClockState.MET: Tone.FINE,
    ClockState.BREACHED: Tone.BROKEN,
}
MOST_SIMILAR = 6


def listed(ctx: Context, query: Query) -> Page:
    """Incidents by the question, the latest first."""
    now = ctx.now()
    with ctx.read() as connection:
        ids, total = _page(connection, query, now)
        rows = rows_of(connection, ids)
        running = [row for row in rows if row["state"] in OPEN_INCIDENT]
        found = incident_clocks.standings(connection, ctx.regulations, running, now)
    return Page(tuple(as_row(row, found.get(row["id"]), now.year) for row in rows), total)


def _page(connection: Connection, query: Query, now: datetime) -> tuple[list[int], int]:
    """The ids of a page and how many the question has in all, each out of one index alone."""
    chosen = {key: value for key, value in (query.filters or {}).items() if value is not None}
    if listing.words(query.text) and set(chosen) <= {"period"}:
        span = listing.period(str(chosen.get("period") or ""), now.date())
        moments = (datetime.combine(span[0], time()), datetime.combine(span[1] + DAY, time())) if span else None
        return incident_text.ids_of(connection, query.text, moments, query.offset, query.limit)
    where = conditions(query, now)
    # Incidents are never taken out: the highest id is their number.
    counted = select(func.count()).select_from(Incident).where(*where) if where else select(func.max(Incident.id))
    total = connection.execute(counted).scalar_one() or 0
    wanted = select(Incident.id).where(*where).order_by(Incident.reported_at.desc(), Incident.id.desc())
    return list(connection.execute(wanted.offset(max(0, query.offset)).limit(max(0, query.limit))).scalars()), total


def rows_of(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """These incidents with the names of engineer and vendor, in the order of the ids."""
    asked = (
        select(
            Incident.__table__,
            func.coalesce(Staff.name, Incident.person_written, "").label("person"),
            func.coalesce(Staff.staff_no, "").label("staff_no"),
            func.coalesce(Vendor.short_name, Incident.vendor_written, "").label("vendor"),
        )
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .join(Vendor, Vendor.id == Incident.vendor_id, isouter=True)
        .where(Incident.id.in_(ids))
    )
    found = {row["id"]: dict(row) for row in connection.execute(asked).mappings()}
    return [found[each] for each in ids]


def conditions(query: Query, now: datetime) -> list[ColumnElement[bool]]:
    """What a question asks of a row of `incident`."""
    chosen = query.filters or {}
    found: list[ColumnElement[bool]] = []
    if (matched := incident_text.matching(query.text)) is not None:
        found.append(matched)
    if (span := listing.period(str(chosen.get("period") or ""), now.date())) is not None:
        found.append(listing.within(Incident.reported_at, *span))
    if (vendor_id := chosen.get("vendor")) is not None:
        found.append(Incident.vendor_id == vendor_id)
    if (staff_id := chosen.get("person")) is not None:
        found.append(Incident.staff_id == staff_id)
    if (state := chosen.get("state")) is not None:
        found.append(_in_state(state))
    if (breach := chosen.get("breach")) is not None:
        found.append(_breach(breach, now))
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    if state == OPEN:
        return Incident.state.in_([str(each) for each in OPEN_INCIDENT])
    solved = Incident.state.in_([str(IncidentState.SOLVED), str(IncidentState.CONFIRMED)])
    if state == TO_SIGN:
        return and_(solved, Incident.handed_in_at.is_not(None))
    if state == TO_HAND_IN:
        returned = Incident.state == str(IncidentState.RETURNED)
        return or_(and_(solved, Incident.handed_in_at.is_(None)), returned)
    return Incident.state == state


def _breach(breach: str, now: datetime) -> ColumnElement[bool]:
    """By what is kept of the clocks; one that stands still for others is not exceeded by the passing of time."""
    over = or_(Incident.respond_over > 0, Incident.solve_over > 0, Incident.respond_by < now, Incident.solve_by < now)
    if breach == BREACHED:
        return and_(Incident.void_at.is_(None), over)
    if breach == RUNNING_OUT:
        soon = now + timedelta(hours=1)
        return and_(~func.coalesce(over, 0), or_(Incident.respond_by <= soon, Incident.solve_by <= soon))
    return ~func.coalesce(over, 0)


def as_row(row: Mapping[str, Any], standing: Standing | None, year: int) -> Row:
    """A row of the list: what it is, who works on it, how its clocks stand; a year is told where it is not `year`."""
    state, at = IncidentState(row["state"]), row["reported_at"]
    keys = ("number", "reported_at", "title", "system", "category", "person", "vendor")
    return Row(
        row["id"],
        {
            **{key: row[key] for key in keys},
            "when": f"{at:%m-%d %H:%M}" if at.year == year else f"{at:%Y-%m-%d}",
            "severity": f"{row['severity']}{'　急' if row['urgent'] else ''}",
            "clock": clock_chip(row, standing),
            "state": Chip(str(state), TONES[state]),
        },
        muted=state in {IncidentState.SIGNED, IncidentState.VOID},
    )


def clock_chip(row: Mapping[str, Any], standing: Standing | None) -> Chip | None:
    """The countdown of an open incident, and of a closed one by how much it was late."""
    if standing is not None:
        reading = standing.worst
        return reading_chip(reading) if reading is not None else None
    late = [
        f"{word}超时 {in_words(row[key])}"
        for word, key in (("响应", "respond_over"), ("解决", "solve_over"))
        if row[key]
    ]
    if late:
        return Chip("，".join(late), Tone.BROKEN)
    known = row["respond_over"] is not None or row["solve_over"] is not None
    return Chip("达标", Tone.FINE) if known and row["void_at"] is None else None


def reading_chip(reading: Reading) -> Chip:
    """One clock as a chip: 响应 剩 4 分 12 秒, 解决超时 1 小时 3 分, 解决 暂停."""
    tone = CLOCK_TONES[reading.state]
    if reading.state is ClockState.BREACHED:
        return Chip(f"{reading.name}超时 {in_words(reading.over)}", tone)
    if reading.state is ClockState.PAUSED:
        return Chip(f"{reading.name} 暂停", tone)
    if reading.state is ClockState.MET:
        return Chip(f"{reading.name}达标 {in_words(reading.used)}", tone)
    return Chip(f"{reading.name} 剩 {in_words(reading.limit - reading.used)}", tone)


@dataclass(frozen=True)
class Counts:
    """How many incidents came in today, are open, wait, are exceeded, wait to be handed in and to be signed."""

    today: int
    open: int
    waiting: int
    breached: int
    to_hand_in: int
    to_sign: int

    @property
    def sentence(self) -> str:
        """The state of things in one line."""
        said = [f"今日受理 {self.today}", f"未结 {self.open}"]
        for number, word in (
            (self.waiting, "等待"), (self.breached, "超时"), (self.to_hand_in, "待交单"), (self.to_sign, "待签收"),
        ):  # fmt: skip
            if number:
                said.append(f"{word} {number}")
        return " · ".join(said)


def counts(ctx: Context) -> Counts:
    """The state of things now."""
    now = ctx.now()
    opened = _in_state(OPEN)

    def count(*where: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count()).select_from(Incident).where(*where)).scalar_one()

    with ctx.read() as connection:
        return Counts(
            today=count(Incident.reported_at >= datetime.combine(now.date(), time()), Incident.void_at.is_(None)),
            open=count(opened),
            waiting=count(Incident.state == str(IncidentState.WAITING)),
            breached=count(opened, _breach(BREACHED, now)),
            to_hand_in=count(_in_state(TO_HAND_IN)),
            to_sign=count(_in_state(TO_SIGN)),
        )


@dataclass(frozen=True)
class Similar:
    """An incident of the past that reads like what is being typed, and what helped then."""

    id: int
    number: str
    title: str
    reported_at: datetime
    state: str
    helped: str


def similar(ctx: Context, typed: str) -> list[Similar]:
    """Past incidents that share most with these words, the nearest first; none for fewer than two letters."""
    with ctx.read() as connection:
        ids = incident_text.alike(connection, typed, but=0, most=MOST_SIMILAR)
        rows = rows_of(connection, ids)
    return [
        Similar(
            row["id"], row["number"], row["title"], row["reported_at"], row["state"],
            row["root_cause"] or row["diagnosis"] or row["result"],
        )
        for row in rows
    ]  # fmt: skip
