"""What stands in the form of a slip, read and measured before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import Leave, LeaveSlip, Staff
from opsdesk.rules.leave import HospitalLevel
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind, Role
from opsdesk.services import duties, entry, leave_slips
from opsdesk.services.context import Context
from opsdesk.services.duties import Person, Plan
from opsdesk.services.errors import Refusal
from opsdesk.services.leave_slips import CERTIFICATE, NO_CERTIFICATE, OTHER_PAPER, Edge, Part

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """The columns of the slip, and the field to which a complaint about its time belongs."""

    facts: dict[str, Any]
    begin_key: str


def read(connection: Connection, ctx: Context, values: Mapping[str, Any]) -> Asked:
    """Everything the form says of a slip. Refuses, with the field's key, what cannot be."""
    now = ctx.now().replace(second=0, microsecond=0)
    people = {person.id: person for person in duties.people(connection)}
    staff_id = entry.chosen(values, "staff_id", "人员", people)
    facts: dict[str, Any] = {
        "staff_id": staff_id,
        "kind": str(entry.chosen(values, "kind", "类别", list(LeaveKind))),
        "reason": entry.text(values, "reason", "事由", required=True, longest=200),
        "applied_at": entry.past(values, "applied_at", "申请时间", now),
        **_particulars(values),
        "submitted_on": entry.past_day_or_none(values, "submitted_on", "补交日期", now.date()),
        "archive_no": entry.text(values, "archive_no", "存档号"),
        **agreement(values, now),
        **_consent(ctx, values, now),
    }
    deputy = values.get("deputy_id")
    facts["deputy_id"] = None if deputy in (None, "") else entry.chosen(values, "deputy_id", "顶岗人", people)
    if facts["kind"] == LeaveKind.REMOTE and not facts["contact"]:
        reachable = ctx.law_on(now.date()).part("leave.remote", "E15")
        by = f"（{reachable.cite().short}）" if reachable else ""
        raise Refusal(f"远程办公要保持联系得上{by}，请填写联系电话。", field="contact")
    by_day = "first_day" in values
    facts["begins_at"], facts["ends_at"] = _span(connection, ctx, people[staff_id], values, by_day=by_day)
    keys = ("first_day", "last_day") if by_day else ("begins_at", "ends_at")
    check(people[staff_id], facts["begins_at"], facts["ends_at"], keys)
    return Asked(facts, keys[0])


def _particulars(values: Mapping[str, Any]) -> dict[str, Any]:
    levels = [str(level) for level in HospitalLevel]
    papers = [CERTIFICATE, OTHER_PAPER]
    return {
        "place": entry.text(values, "place", "外出地区"),
        "contact": entry.code(values, "contact", "联系电话") or None,
        "handover": entry.long_text(values, "handover", "交接事项"),
        "certificate": entry.chosen(values, "certificate", "证明材料", papers)
        if values.get("certificate")
        else NO_CERTIFICATE,
        "hospital": entry.text(values, "hospital", "医院名称"),
        "hospital_level": entry.chosen(values, "hospital_level", "医院级别", levels)
        if values.get("hospital_level")
        else "",
    }


def agreement(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The company's opinion: who agreed, when, and the day of its seal."""
    by, at = (
        entry.text(values, "vendor_agreed_by", "公司同意人", longest=30),
        entry.past_or_none(values, "vendor_agreed_at", "公司同意时间", now),
    )
    if at and not by:
        raise Refusal("填了公司同意时间，请再填公司同意人。", field="vendor_agreed_by")
    return {
        "vendor_agreed_by": by or None,
        "vendor_agreed_at": (at or now) if by else None,
        "sealed_on": entry.past_day_or_none(values, "sealed_on", "盖章日期", now.date()),
    }


def _consent(ctx: Context, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The centre's opinion; without a word about it the supervisor who files the slip consents."""
    usual = ctx.actor.name if ctx.actor.role is Role.SUPERVISOR else ""
    by = entry.text(
        values if "consented_by" in values else {"consented_by": usual}, "consented_by", "同意人", longest=30
    )
    at = entry.past_or_none(values, "consented_at", "同意时间", now)
    if at and not by:
        raise Refusal("填了同意时间，请再填同意人。", field="consented_by")
    return {"consented_by": by or None, "consented_at": (at or now) if by else None}


def _span(
    connection: Connection, ctx: Context, person: Person, values: Mapping[str, Any], *, by_day: bool
) -> tuple[datetime, datetime]:
    if not by_day:
        return entry.moment(values, "begins_at", "开始时间"), entry.moment(values, "ends_at", "结束时间")
    first = edge(values, "first", "自（日期）")
    last = edge(values, "last", "至（日期）", usual=first.day)
    plan = duties.load(connection, ctx.regulations, first.day, max(first.day, last.day), (person.id,))
    return between(plan, person, first, last)


def between(plan: Plan, person: Person, first: Edge, last: Edge) -> tuple[datetime, datetime]:
    """From edge to edge; where a whole day was asked for by its first part only, that part is the leave."""
    if first.day == last.day and first.part is Part.MORNING and last.part is Part.WHOLE:
        last = Edge(last.day, Part.MORNING)
    return leave_slips.begin_of(plan, person, first), leave_slips.end_of(plan, person, last)


def edge(values: Mapping[str, Any], name: str, title: str, usual: date | None = None) -> Edge:
    """One end of a leave out of the fields `…_day`, `…_part`, `…_time`; a time means that time, not the whole day."""
    day = entry.day_or_none(values, f"{name}_day", title) or usual
    if day is None:
        raise Refusal(f"请填写“{title}”。", field=f"{name}_day")
    at = values.get(f"{name}_time")
    written = at if isinstance(at, time) else None
    part = Part.WHOLE
    if values.get(f"{name}_part") not in (None, ""):
        part = entry.chosen(values, f"{name}_part", "时段", list(Part))
    if written and part in {Part.MORNING, Part.AFTERNOON}:
        raise Refusal(f"选了“{part}”就不用填时刻。请清空时刻，或改选“自定”。", field=f"{name}_time")
    return Edge(day, Part.EXACT if written else part, written)


def check_deputy(connection: Connection, plan: Plan, facts: Mapping[str, Any]) -> None:
    """Refuse a deputy who cannot take over: himself, of another vendor, not on site, away, or covering somebody else.

    The plan has to hold the days of the slip, with the roster of who is absent.
    """
    if facts.get("deputy_id") is None:
        return
    people = {each.id: each for each in duties.people(connection, ids=(facts["staff_id"], facts["deputy_id"]))}
    person, deputy = people[facts["staff_id"]], people[facts["deputy_id"]]
    if why := (
        _another(person, deputy)
        or _off_site(plan, person, deputy, facts)
        or _away(plan, deputy, facts)
        or _covering(connection, person, deputy, facts)
    ):
        raise Refusal(f"{why}请换一个人。", field="deputy_id")


def deputy_plan(connection: Connection, ctx: Context, facts: Mapping[str, Any]) -> Plan:
    """The plan by which `check_deputy` looks at a slip."""
    first, last = facts["begins_at"].date() - leave_slips.DAY, facts["ends_at"].date()
    return duties.load(connection, ctx.regulations, first, last, (facts["staff_id"],))


def _another(person: Person, deputy: Person) -> str:
    if person.id == deputy.id:
        return "顶岗人不能是请假的本人。"
    if person.vendor_id != deputy.vendor_id:
        return f"{deputy.name}是{deputy.vendor}的人，不能给{person.vendor}的{person.name}顶岗。"
    return ""


def _off_site(plan: Plan, person: Person, deputy: Person, facts: Mapping[str, Any]) -> str:
    begins, ends = facts["begins_at"], facts["ends_at"]
    owed = [
        duty.day
        for duty in plan.duties(person, begins.date() - leave_slips.DAY, ends.date())
        if any(pair.begins < ends and pair.ends > begins for pair in duty.pairs)
    ]
    for day in owed or [begins.date()]:
        if day < deputy.arrived_on:
            return f"{deputy.name}在 {deputy.arrived_on.isoformat()} 才到场，{day.isoformat()} 不能顶岗。"
        if deputy.left_on is not None and day > deputy.left_on:
            return f"{deputy.name}在 {deputy.left_on.isoformat()} 离场，{day.isoformat()} 不能顶岗。"
    return ""


def keeps_away(kind: str, begins: datetime, ends: datetime, facts: Mapping[str, Any]) -> bool:
    """Whether an absence keeps a deputy from covering this slip: any leave, 公出 and 外出 only for the whole time."""
    if begins >= facts["ends_at"] or ends <= facts["begins_at"]:
        return False
    whole = begins <= facts["begins_at"] and ends >= facts["ends_at"]
    return kind not in AT_WORK or (whole and kind != LeaveKind.REMOTE)


def _away(plan: Plan, deputy: Person, facts: Mapping[str, Any]) -> str:
    for absence in plan.absences.get(deputy.id, ()):
        begins, ends = absence.span.begins, absence.span.ends
        if keeps_away(absence.kind, begins, ends, facts):
            return f"{deputy.name}自己{absence.kind}（{begins:%Y-%m-%d %H:%M} 到 {ends:%Y-%m-%d %H:%M}），不能顶岗。"
    return ""


def _covering(connection: Connection, person: Person, deputy: Person, facts: Mapping[str, Any]) -> str:
    """The slip, waiting or approved, on which the deputy takes over from somebody else at that time."""
    ends_at = func.coalesce(Leave.ends_at, LeaveSlip.ends_at)
    query = (
        select(LeaveSlip.number, Staff.name)
        .join(Staff, Staff.id == LeaveSlip.staff_id)
        .join(Leave, Leave.id == LeaveSlip.leave_id, isouter=True)
        .where(
            LeaveSlip.deputy_id == deputy.id,
            LeaveSlip.staff_id != person.id,
            LeaveSlip.refused_at.is_(None),
            LeaveSlip.withdrawn_at.is_(None),
            LeaveSlip.begins_at < facts["ends_at"],
            ends_at > facts["begins_at"],
        )
        .order_by(LeaveSlip.id)
    )
    taken = connection.execute(query).first()
    return f"{deputy.name}这段时间已给{taken.name}顶岗（{taken.number}）。" if taken else ""


def check(person: Person, begins_at: datetime, ends_at: datetime, keys: tuple[str, str]) -> None:
    """Refuse a time that is none, too long, or outside the person's time on site."""
    if ends_at <= begins_at:
        raise Refusal("结束时间要晚于开始时间，请核对。", field=keys[1])
    if ends_at - begins_at > LONGEST:
        raise Refusal("一次请假外出超过一年，请核对起止时间。", field=keys[1])
    if begins_at.date() < person.arrived_on:
        raise Refusal(f"{person.name}在 {person.arrived_on.isoformat()} 才到场，请核对开始时间。", field=keys[0])
    if person.left_on is not None and ends_at.date() > person.left_on + timedelta(days=1):
        raise Refusal(f"{person.name}在 {person.left_on.isoformat()} 离场，请核对结束时间。", field=keys[1])
