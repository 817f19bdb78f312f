"""The 请假单 on paper (F02, OD-F02 A/0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.exports.document import Choice, Document, FormCell, FormGrid, Kind, Signature, chinese_date, chinese_moment
from opsdesk.exports.making import made_as
from opsdesk.models import Leave, LeaveSlip, StandBy
from opsdesk.registers.leave import service
from opsdesk.rules import leave as rules
from opsdesk.rules.clause import Held, Law
from opsdesk.rules.facts import Span
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind
from opsdesk.services import chain, duties, leave_slips, settings
from opsdesk.services.context import Context
from opsdesk.services.duties import Person, Plan
from opsdesk.services.errors import Refusal
from opsdesk.services.leave_slips import OTHER_PAPER

BEFORE, AFTER = "事前申请", "特殊情况事后补交"
CERTIFICATE_ON_PAPER = "市级以上医院诊断书"
CITY_UP = (rules.HospitalLevel.CITY, rules.HospitalLevel.PROVINCE, rules.HospitalLevel.NATIONAL)


@dataclass(frozen=True)
class _Slip:
    """A slip with all that its paper says about it."""

    row: Mapping[str, Any]
    person: Person
    plan: Plan
    law: Law
    regulation: str
    standing: rules.SlipStanding
    deputy: Person | None
    trained_on: date | None
    stand_by: bool
    next: Mapping[Any, Any] | None
    year: str


@made_as("leave.slip", of="leave_slip")
def slip(ctx: Context, slip_id: int) -> Document:
    """One slip in the order of the paper, with what is on record filled in and the rest left to the pen."""
    if slip_id < 0:
        raise Refusal("这次请假是建立请假单以前登记的，没有单据可以打印。")
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        found = _read(connection, ctx, slip_id)
        trace = chain.short_head(connection)
    row = found.row
    return Document(
        code="OD-F02",
        revision="A/0",
        title="请假单",
        number=row["number"],
        name=f"请假单-{row['number']}-{found.person.name}",
        sheet="请假单",
        organisation=site["site.name"],
        body=(FormGrid((*_request(found), *_opinions(found), *_afterwards(found)), label_width=30.0),),
        notes=("先填单，经公司和客户单位管理人员同意后方可离岗；返岗当日销假。",),
        basis=basis(found.law, found.regulation),
        signatures=(Signature("经办人"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _read(connection: Connection, ctx: Context, slip_id: int) -> _Slip:
    row = service.slip(connection, slip_id)
    first = row["begins_at"].date()
    year = date(first.year, 1, 1)
    plan = duties.load(
        connection, ctx.regulations, year, row["ends_at"].date() + timedelta(days=31), (row["staff_id"],)
    )
    person = duties.people(connection, ids=(row["staff_id"],))[0]
    deputies = duties.people(connection, ids=(row["deputy_id"],)) if row["deputy_id"] else []
    ready = connection.execute(select(StandBy.trained_on).where(StandBy.staff_id == row["deputy_id"])).first()
    after = select(LeaveSlip.__table__).where(
        LeaveSlip.extends_id == slip_id, LeaveSlip.withdrawn_at.is_(None), LeaveSlip.refused_at.is_(None)
    )
    return _Slip(
        row=row,
        person=person,
        plan=plan,
        law=ctx.law_on(first),
        regulation=plan.terms_on(person.vendor_id, first).penalties,
        standing=leave_slips.standing(plan, person, row, ctx.today()),
        deputy=deputies[0] if deputies else None,
        trained_on=ready.trained_on if ready else None,
        stand_by=bool(deputies and deputies[0].reserve),
        next=connection.execute(after).mappings().first(),
        year=_of_the_year(connection, plan, person, row["begins_at"]),
    )


def _of_the_year(connection: Connection, plan: Plan, person: Person, until: datetime) -> str:
    """累计请假日数: what approved leave of the year up to this slip has taken, without work elsewhere (公出, 外出)."""
    taken = [
        Span(each.begins_at, each.ends_at)
        for each in connection.execute(
            select(Leave.begins_at, Leave.ends_at).where(
                Leave.staff_id == person.id,
                Leave.withdrawn_at.is_(None),
                Leave.kind.not_in([str(kind) for kind in AT_WORK]),
                Leave.begins_at <= until,
                Leave.ends_at > datetime(until.year, 1, 1),
            )
        )
    ]
    last = min(max((span.ends for span in taken), default=until).date(), date(until.year, 12, 31))
    spent = leave_slips.extent(plan, person, taken, date(until.year, 1, 1), last)
    return f"{until.year} 年 {spent.days:g} 天（不含公出外出）"


def _request(found: _Slip) -> tuple[tuple[FormCell, ...], ...]:
    row, person = found.row, found.person
    early = rules.in_time(row["applied_at"], row["begins_at"], found.law, found.regulation)
    ahead = early.met if early.citations else row["applied_at"] <= row["begins_at"]
    when = BEFORE if ahead else AFTER
    taken = [Span(row["begins_at"], row["ends_at"])]
    extent = leave_slips.extent(
        found.plan, person, taken, row["begins_at"].date() - timedelta(days=1), row["ends_at"].date()
    )
    span = f"自 {chinese_moment(row['begins_at'])} 至 {chinese_moment(row['ends_at'])}"
    paper = CERTIFICATE_ON_PAPER if row["hospital_level"] in CITY_UP else OTHER_PAPER
    hospital = "　".join(part for part in (row["hospital"], row["hospital_level"]) if part)
    return (
        (
            FormCell("申请日期", chinese_moment(row["applied_at"])),
            FormCell("申请情形", Choice((BEFORE, AFTER), (when,))),
        ),
        (FormCell("姓名", person.name), FormCell("工号", person.staff_no, kind=Kind.CODE)),
        (FormCell("所属公司", person.vendor), FormCell("部门／岗位", person.post)),
        (FormCell("请假类别", Choice(tuple(str(kind) for kind in LeaveKind), (row["kind"],))),),
        (FormCell("请假时间", f"{span}，{extent.words}"),),
        (FormCell("请假事由", row["reason"], height=12),),
        (
            FormCell("证明材料", Choice((CERTIFICATE_ON_PAPER, OTHER_PAPER), (paper,) if row["certificate"] else ())),
            FormCell("医院名称、级别", hospital),
        ),
        (FormCell("外出地区", row["place"]), FormCell("联系电话", row["contact"], kind=Kind.CODE)),
        (FormCell("顶岗人", _cover(found)), FormCell("顶岗人签字", None, height=12)),
        (FormCell("交接事项", row["handover"], height=12),),
        (FormCell("累计请假日数", found.year), FormCell("申请人签字", None, height=12)),
    )  # fmt: skip


def _cover(found: _Slip) -> str:
    """“孙备（储备，已培训 2026-01-10）”, “未培训” for a stand-by who was not trained, the post of a colleague."""
    if found.deputy is None:
        return ""
    if not found.stand_by:
        return f"{found.deputy.name}（{found.deputy.post or '在岗人员'}）"
    trained = f"已培训 {found.trained_on.isoformat()}" if found.trained_on else "未培训"
    return f"{found.deputy.name}（储备，{trained}）"


def _opinions(found: _Slip) -> tuple[tuple[FormCell, ...], ...]:
    row = found.row
    company = (
        f"同意　{row['vendor_agreed_by']}　{chinese_moment(row['vendor_agreed_at'])}" if row["vendor_agreed_at"] else ""
    )
    seal = f"盖章：{chinese_date(row['sealed_on'])}" if row["sealed_on"] else ""
    if row["refused_at"]:
        centre = f"不同意：{row['refusal']}　{row['refused_by']}　{chinese_moment(row['refused_at'])}"
    elif row["consented_at"]:
        centre = f"同意　{row['consented_by']}　{chinese_moment(row['consented_at'])}"
    else:
        centre = ""
    filed = f"存档号：{row['archive_no']}" if row["archive_no"] else "存档号："
    checked = f"已撤销：{row['withdrawal']}" if row["withdrawn_at"] else found.standing.sentence + found.standing.hint
    return (
        (FormCell("驻场公司意见（盖章）", "　".join(part for part in (company, seal) if part), height=14),),
        (FormCell("客户单位管理人员意见（签字）", centre, height=14),),
        (FormCell("信息中心意见（盖章）", filed, height=14),),
        (FormCell("手续核对", checked, height=14),),
    )


def _afterwards(found: _Slip) -> tuple[tuple[FormCell, ...], ...]:
    row, more = found.row, found.next
    until = f"{chinese_moment(more['ends_at'])}（{more['number']}）" if more else ""
    centre = f"{more['consented_by']} {more['consented_at']:%Y-%m-%d}" if more and more["consented_at"] else ""
    company = (
        f"{more['vendor_agreed_by']} {more['vendor_agreed_at']:%Y-%m-%d}" if more and more["vendor_agreed_at"] else ""
    )
    return (
        (
            FormCell("销假：返岗时间", chinese_moment(row["returned_at"])),
            FormCell("补交说明日期", chinese_date(row["submitted_on"]) if row["submitted_on"] else ""),
        ),
        (FormCell("销假人签字", None, height=12), FormCell("经办人", None, height=12)),
        (FormCell("续假：延至", until),),
        (FormCell("续假中心批准", centre), FormCell("续假公司批准", company)),
    )


def _lead(held: Held) -> str:
    return f"事假提前 {held.number('leave.lead_days')} 日申请"


def _makeup(held: Held) -> str:
    return f"未提前的，返岗日起第 {held.number('leave.makeup_workday')} 个工作日内补交说明"


def _sick(held: Held) -> str:
    return f"病假凭{held.word('leave.hospital')}医院诊断书"


def _stamp(_held: Held) -> str:
    return "事假说明须盖章"


def _no_leave(_held: Held) -> str:
    return "未经同意的按旷工"


def _extension(_held: Held) -> str:
    return "续假须中心和公司都批准"


def _someone(_held: Held) -> str:
    return "请假须有顶岗人"


WORDS = {
    rules.LEAD: _lead,
    rules.STAMP: _stamp,
    rules.MAKEUP: _makeup,
    rules.NO_LEAVE: _no_leave,
    rules.EXTENSION: _extension,
    rules.SICK: _sick,
    rules.COVER: _someone,
}


def basis(law: Law, regulation: str) -> tuple[str, ...]:
    """采用口径: the clauses on leave of the contract's regulation, each with its number (`domain.md` G10)."""
    lines = [
        f"{WORDS[part](held)}（{held.clause.short}）" for part in rules.PARTS if (held := law.part(part, regulation))
    ]
    return ("；".join(lines) + "。",) if lines else (f"{regulation} 对请假没有规定，按信息中心意见办理。",)
