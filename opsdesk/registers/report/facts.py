"""What the record knows already of the days of a report, in words; the report begins with it and is written on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select

from opsdesk.models import Incident, Inspection, InspectionLine, Room
from opsdesk.rules import reporting as rules
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.upkeep import circled
from opsdesk.rules.vocabulary import OPEN_INCIDENT, Judgement, State
from opsdesk.services import attendance, duties, incident_figures, listing
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.incident_figures import By
from opsdesk.services.incident_measures import per_cent

MOST_LINES, MOST_GROUPS = 20, 8
NOTHING = "无"


def begun(ctx: Context, kind: ReportKind, vendor_id: int | None, day: date | None) -> dict[str, str]:
    """The chapters with which a vendor's report on the days around `day` begins; nothing while either is not chosen."""
    if vendor_id is None or day is None:
        return {}
    first, last = rules.span(kind, day)
    last = min(last, ctx.today())
    if last < first:
        return {}
    with ctx.read() as connection:
        ids = tuple(each.id for each in duties.people(connection) if each.vendor_id == vendor_id)
        people = attendance.read(connection, ctx.regulations, first, last, ctx.now(), ids)
        names = {each.person.name for each in people}
        make: Mapping[ReportKind, Callable[[], dict[str, str]]] = {
            ReportKind.DAILY: lambda: _of_day(connection, vendor_id, first, people, names),
            ReportKind.WEEKLY: lambda: _of_week(connection, vendor_id, first, last, people, names),
            ReportKind.QUARTERLY: lambda: _of_quarter(connection, vendor_id, first, last, people, names),
        }
        return make[kind]()


def _of_day(
    connection: Connection, vendor_id: int, day: date, people: Sequence[PersonDay], names: set[str]
) -> dict[str, str]:
    return {
        "people": _there(people),
        "incidents": _incidents(connection, vendor_id, day),
        "inspections": _rounds_of_day(connection, day, names),
        "problems": _left(connection, vendor_id, day),
    }


def _there(people: Sequence[PersonDay]) -> str:
    """王强、李敏（2 人）；请假：刘芳."""
    came = [each.person.name for each in people if each.punches]
    away = [each.person.name for each in people if each.result.state is State.ON_LEAVE and not each.punches]
    said = f"{'、'.join(came)}（{len(came)} 人）" if came else "没有到岗记录"
    return f"{said}；请假：{'、'.join(away)}" if away else said


def _incidents(connection: Connection, vendor_id: int, day: date) -> str:
    """The incidents that were reported on the day, or resolved on it: number, title, minutes to the response, state."""
    query = (
        select(
            Incident.number, Incident.title, Incident.accepted_at, Incident.reported_at, Incident.responded_at,
            Incident.state,
        )
        .where(
            Incident.vendor_id == vendor_id,
            Incident.void_at.is_(None),
            or_(listing.within(Incident.reported_at, day, day), listing.within(Incident.resolved_at, day, day)),
        )
        .order_by(Incident.reported_at, Incident.id)
    )  # fmt: skip
    rows = connection.execute(query).mappings().all()
    lines = [f"{row['number']} {row['title']}｜{_response(row)}｜{row['state']}" for row in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        lines.append(f"另有 {len(rows) - MOST_LINES} 件，见运维事件日清单。")
    return "\n".join(lines) or NOTHING


def _response(row: Mapping[Any, Any]) -> str:
    """响应 4 分; of one that nobody has answered yet 还没有响应."""
    if row["responded_at"] is None:
        return "还没有响应"
    seconds = (row["responded_at"] - (row["accepted_at"] or row["reported_at"])).total_seconds()
    return f"响应 {max(0, int(seconds)) // 60} 分"


def _rounds_of_day(connection: Connection, day: date, names: set[str]) -> str:
    """一号机房 ①② 王强，异常 1 项：漏水 异常（关阀擦干）; of the vendor's own people."""
    query = (
        select(Inspection.id, Inspection.turn, Inspection.inspected_by, Room.name)
        .join(Room, Room.id == Inspection.room_id)
        .where(Inspection.day == day, Inspection.void_at.is_(None), Inspection.inspected_by.in_(names))
    )
    said = []
    for row in connection.execute(query.order_by(Room.id, Inspection.turn)):
        wrong = connection.execute(
            select(InspectionLine.name, InspectionLine.value, InspectionLine.action).where(
                InspectionLine.inspection_id == row.id, InspectionLine.normal.is_(False)
            )
        ).all()
        found = "；".join(f"{each.name} {each.value}（{each.action or '还没有处置'}）" for each in wrong)
        told = f"异常 {len(wrong)} 项：{found}" if wrong else "全部正常"
        said.append(f"{row.name}{circled(row.turn)} {row.inspected_by}，{told}")
    return "\n".join(said) or NOTHING


def _left(connection: Connection, vendor_id: int, last: date) -> str:
    """Incidents reported up to the day that are not resolved."""
    query = select(Incident.number, Incident.title, Incident.state).where(
        Incident.vendor_id == vendor_id,
        Incident.void_at.is_(None),
        Incident.state.in_([str(each) for each in OPEN_INCIDENT]),
        listing.within(Incident.reported_at, date(2000, 1, 1), last),
    )
    rows = connection.execute(query.order_by(Incident.reported_at, Incident.id)).all()
    lines = [f"{row.number} {row.title}，{row.state}" for row in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        lines.append(f"另有 {len(rows) - MOST_LINES} 件没有解决。")
    return "\n".join(lines) or NOTHING


def _of_week(
    connection: Connection, vendor_id: int, first: date, last: date, people: Sequence[PersonDay], names: set[str]
) -> dict[str, str]:
    return {
        "incidents": _figures(connection, vendor_id, first, last),
        "inspections": _rounds(connection, first, last, names),
        "problems": _left(connection, vendor_id, last),
        "people": _attended(people),
    }


def _figures(connection: Connection, vendor_id: int, first: date, last: date) -> str:
    """受理 12 件，已解决 10 件，没有解决 2 件；响应达标率 100.00%（12／12）；解决达标率 90.00%（9／10）."""
    found = incident_figures.figures(incident_figures.read(connection, first, last, vendor_id=vendor_id))
    said = [f"受理 {found.count} 件，已解决 {found.resolved} 件，没有解决 {found.unresolved} 件"]
    for word, rate, kept, of in (
        ("响应", found.response_rate, found.within_response, found.response_measured),
        ("解决", found.deadline_rate, found.within_deadline, found.deadline_measured),
    ):
        if rate is not None and kept is not None:
            said.append(f"{word}达标率 {per_cent(rate)}（{kept}／{of}），{word}超时 {of - kept} 件")
    return "；\n".join(said) + "。"


def _rounds(connection: Connection, first: date, last: date, names: set[str]) -> str:
    """巡检 10 次，异常 1 项，都已处置."""
    done = (
        Inspection.day.between(first, last),
        Inspection.void_at.is_(None),
        Inspection.inspected_by.in_(names),
    )
    count = connection.execute(select(func.count()).select_from(Inspection).where(*done)).scalar_one()
    wrong = connection.execute(
        select(InspectionLine.action)
        .join(Inspection, Inspection.id == InspectionLine.inspection_id)
        .where(*done, InspectionLine.normal.is_(False))
    ).scalars()
    actions = list(wrong)
    if not count:
        return NOTHING
    open_ = sum(not action for action in actions)
    told = f"异常 {len(actions)} 项，{f'{open_} 项还没有处置' if open_ else '都已处置'}" if actions else "全部正常"
    return f"巡检 {count} 次，{told}。"


def _attended(people: Sequence[PersonDay]) -> str:
    """出勤 22 人天；迟到 1 次，早退 0 次，请假 2 人天."""
    days = sum(bool(each.punches) for each in people)
    away = sum(each.result.state is State.ON_LEAVE for each in people)
    judged = Counter(verdict.judgement for each in people for _, verdict in each.result.verdicts)
    late, early = judged[Judgement.LATE] + judged[Judgement.ABSENT], judged[Judgement.EARLY]
    return f"出勤 {days} 人天；迟到 {late} 次，早退 {early} 次，请假 {away} 人天。"


def _of_quarter(
    connection: Connection, vendor_id: int, first: date, last: date, people: Sequence[PersonDay], names: set[str]
) -> dict[str, str]:
    on_site = sorted({each.person.name for each in people if each.punches})
    listed = "、".join(on_site)
    counted = incident_figures.read(connection, first, last, vendor_id=vendor_id)
    groups = incident_figures.grouped(connection, counted, By.CATEGORY)
    trends = "；".join(f"{each.name} {each.figures.count} 件" for each in groups[:MOST_GROUPS])
    return {
        "people": f"{listed}（{len(on_site)} 人）。{_attended(people)}" if on_site else NOTHING,
        "incidents": _figures(connection, vendor_id, first, last),
        "trends": f"{trends}。" if trends else NOTHING,
        "inspections": _rounds(connection, first, last, names),
        "problems": _left(connection, vendor_id, last),
    }
