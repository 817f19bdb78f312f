"""What a leave slip needs, and what it lacks (F02; T2-ATT-02a … T2-ATT-06, T2-RSV-02).

A slip frees planned time once it is consented to (and, as an extension, agreed to by the company as well). The other
formalities (applied for in time, written slip, seal, certificate) stay open questions until they are met. Where a
regulation has no such clause nothing is demanded. Everything here is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Citation, Held, Law
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind

LEAD, STAMP, MAKEUP, EXTENSION = "leave.lead", "leave.stamp", "leave.makeup", "leave.extension"
SICK, NO_LEAVE, COVER = "leave.sick", "attendance.no_leave", "reserve.cover"
PARTS = (LEAD, STAMP, MAKEUP, NO_LEAVE, EXTENSION, SICK, COVER)
"""The parts that clauses play for a leave slip, in the order of the regulation."""


class LeaveStanding(StrEnum):
    """How far a slip has come, and what it waits for."""

    COMPLETE = "手续完备"
    WITHDRAWN = "已撤销"
    REFUSED = "未同意"
    AWAITS_CONSENT = "待同意"
    AWAITS_COMPANY = "待公司同意"
    AWAITS_SLIP = "待补说明"
    OVERDUE = "逾期补交"
    AWAITS_SEAL = "待盖章"
    AWAITS_PAPERS = "待补材料"


class HospitalLevel(StrEnum):
    """Whose hospital wrote the certificate: an administrative level, not a grade such as 三甲 (T2-ATT-06)."""

    COMMUNITY = "社区或乡镇"
    DISTRICT = "区县级"
    CITY = "市级"
    PROVINCE = "省级"
    NATIONAL = "国家级"


LEAST_LEVEL = {"city": HospitalLevel.CITY, "province": HospitalLevel.PROVINCE, "national": HospitalLevel.NATIONAL}


@dataclass(frozen=True)
class LeaveVerdict:
    """Whether one demand on a slip is met: where it stands, a whole sentence, and the clauses it follows."""

    met: bool
    standing: LeaveStanding
    sentence: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class SlipFacts:
    """A slip as the clauses look at it.

    `returned_on` is the recorded day of return, `due_back` the day on which planned work goes on after the leave.
    `certificate` tells that there is one, `extends` that the slip prolongs another, `covered` that somebody takes over.
    """

    kind: LeaveKind
    begins: datetime
    ends: datetime
    applied_at: datetime
    due_back: date
    consented: bool = False
    refused: bool = False
    withdrawn: bool = False
    vendor_agreed: bool = False
    sealed: bool = False
    certificate: bool = False
    hospital_level: str = ""
    submitted_on: date | None = None
    returned_on: date | None = None
    extends: bool = False
    covered: bool = False


@dataclass(frozen=True)
class SlipStanding:
    """A slip's standing with all it lacks, the most pressing first; `hint` is a remark that keeps nothing open."""

    standing: LeaveStanding
    missing: tuple[LeaveVerdict, ...]
    hint: str = ""

    @property
    def sentence(self) -> str:
        """All that is missing in words; “手续完备。” where nothing is."""
        return "".join(each.sentence for each in self.missing) or f"{self.standing}。"


def _short(day: date) -> str:
    return day.isoformat()


def _free(sentence: str) -> LeaveVerdict:
    return LeaveVerdict(True, LeaveStanding.COMPLETE, sentence)


def _of(held: Held) -> str:
    return held.clause.short


def _as_awol(law: Law, regulation: str) -> tuple[str, tuple[Citation, ...]]:
    """“按 T2 二.3 按旷工处理” with its citation; empty where the regulation does not say so."""
    held = law.part(NO_LEAVE, regulation)
    return (f"，按旷工处理（{_of(held)}）", (held.cite(),)) if held else ("", ())


def _overdue(law: Law, regulation: str) -> tuple[str, tuple[Citation, ...]]:
    """What a written slip that is too late may lead to: consent stands until the supervisor withdraws the slip."""
    held = law.part(NO_LEAVE, regulation)
    if held is None:
        return "逾期。", ()
    return f"逾期，可按旷工处理（{_of(held)}）。要按旷工处理请撤销这张请假单。", (held.cite(),)


def in_time(applied: datetime, begins: datetime, law: Law, regulation: str) -> LeaveVerdict:
    """Whether leave was applied for early enough, by calendar days and by date, not by hours (T2-ATT-02a)."""
    held = law.part(LEAD, regulation)
    if held is None:
        return _free(f"{regulation} 没有规定提前几日申请。")
    lead = held.number("leave.lead_days")
    latest = begins.date() - timedelta(days=lead)
    said = f"{_short(begins.date())} 起的假，最晚 {_short(latest)} 申请（{_of(held)}，提前 {lead} 日），"
    said += f"{_short(applied.date())} 申请"
    if applied.date() <= latest:
        return LeaveVerdict(True, LeaveStanding.COMPLETE, f"{said}，按时。", (held.cite(),))
    return LeaveVerdict(False, LeaveStanding.AWAITS_SLIP, f"{said}，未提前，按特殊情况补交说明。", (held.cite(),))


def makeup_deadline(returned_on: date, calendar: Calendar, workday: int) -> date:
    """The `workday`-th workday counted from the day of return, which is the first whatever day it is."""
    day = returned_on
    for _ in range(workday - 1):
        day += timedelta(days=1)
        while not calendar.works(day):
            day += timedelta(days=1)
    return day


def made_up_in_time(
    returned_on: date, submitted_on: date, calendar: Calendar, law: Law, regulation: str
) -> LeaveVerdict:
    """Whether the written slip came in by 24:00 of the last day allowed after the return (T2-ATT-02c)."""
    held = law.part(MAKEUP, regulation)
    if held is None:
        return _free(f"{regulation} 没有规定补交期限。")
    workday = held.number("leave.makeup_workday")
    last = makeup_deadline(returned_on, calendar, workday)
    said = f"{_short(returned_on)} 返岗，说明最晚 {_short(last)} 补交（{_of(held)}，第 {workday} 个工作日），"
    said += f"{_short(submitted_on)} 补交"
    if submitted_on <= last:
        return LeaveVerdict(True, LeaveStanding.COMPLETE, f"{said}，按时。", (held.cite(),))
    overdue, cited = _overdue(law, regulation)
    return LeaveVerdict(False, LeaveStanding.OVERDUE, f"{said}，{overdue}", (held.cite(), *cited))


def extension_stands(*, vendor_agreed: bool, consented: bool, law: Law, regulation: str) -> LeaveVerdict:
    """Whether an extension counts: centre and company must both agree, else its time is 旷工 (T2-ATT-04)."""
    held = law.part(EXTENSION, regulation)
    if held is None:
        if consented:
            return _free(f"{regulation} 没有规定续假由双方批准，信息中心已同意。")
        return LeaveVerdict(False, LeaveStanding.AWAITS_CONSENT, "续假还没有得到信息中心同意，不计为请假。")
    if vendor_agreed and consented:
        return LeaveVerdict(True, LeaveStanding.COMPLETE, f"续假经双方批准（{_of(held)}）。", (held.cite(),))
    lacking = [name for name, agreed in (("信息中心", consented), ("公司", vendor_agreed)) if not agreed]
    standing = LeaveStanding.AWAITS_COMPANY if consented else LeaveStanding.AWAITS_CONSENT
    said = f"续假缺{'和'.join(lacking)}的批准，批准前续假的时间按旷工处理（{_of(held)}）。"
    return LeaveVerdict(False, standing, said, (held.cite(),))


def sick_certificate(level: str, *, has_certificate: bool, law: Law, regulation: str) -> LeaveVerdict:
    """Whether sick leave has a certificate of a hospital of the level demanded, that level included (T2-ATT-06)."""
    held = law.part(SICK, regulation)
    if held is None:
        return _free(f"{regulation} 没有规定病假要诊断书。")
    least = LEAST_LEVEL[held.text("leave.hospital")]
    order = list(HospitalLevel)
    if has_certificate and level in order and order.index(HospitalLevel(level)) >= order.index(least):
        return LeaveVerdict(True, LeaveStanding.COMPLETE, f"有{level}医院诊断书（{_of(held)}），有效。", (held.cite(),))
    wanted = f"病假要{held.word('leave.hospital')}医院诊断书（{_of(held)}），"
    if not has_certificate:
        said = "还没有交。"
    elif level in order:
        said = f"交来的是{level}医院的，请补材料。"
    else:
        said = "请补填医院级别。"
    return LeaveVerdict(False, LeaveStanding.AWAITS_PAPERS, wanted + said, (held.cite(),))


def _sealed(facts: SlipFacts, law: Law, regulation: str) -> LeaveVerdict:
    held = law.part(STAMP, regulation)
    if held is None or facts.sealed:
        return _free("已盖章。" if facts.sealed else f"{regulation} 没有规定盖章。")
    return LeaveVerdict(
        False, LeaveStanding.AWAITS_SEAL, f"请假说明还没有盖章（{_of(held)}），不因此判旷工。", (held.cite(),)
    )


def _written(facts: SlipFacts, calendar: Calendar, law: Law, regulation: str, today: date) -> LeaveVerdict:
    """The written slip of leave that was not applied for in time: handed in, not yet due, or overdue."""
    applied = in_time(facts.applied_at, facts.begins, law, regulation)
    if applied.met:
        return applied
    back = facts.returned_on or facts.due_back
    if facts.submitted_on is not None:
        return made_up_in_time(back, facts.submitted_on, calendar, law, regulation)
    held = law.part(MAKEUP, regulation)
    if held is None:
        return _free(f"{regulation} 没有规定补交说明。")
    last = makeup_deadline(back, calendar, held.number("leave.makeup_workday"))
    said = f"{_short(facts.begins.date())} 的假 {_short(facts.applied_at.date())} 才申请，"
    said += f"请假说明最晚 {_short(last)} 补交（{_of(held)}）"
    if today <= last:
        cited = (*applied.citations, held.cite())
        return LeaveVerdict(False, LeaveStanding.AWAITS_SLIP, f"{said}，还没有交。", cited)
    overdue, cited = _overdue(law, regulation)
    return LeaveVerdict(False, LeaveStanding.OVERDUE, f"{said}，已经{overdue}", (held.cite(), *cited))


def counts(facts: SlipFacts, law: Law, regulation: str) -> bool:
    """Whether the slip frees planned time: consented to, and as an extension agreed to by both sides."""
    if facts.withdrawn or facts.refused or not facts.consented:
        return False
    if not facts.extends:
        return True
    return extension_stands(
        vendor_agreed=facts.vendor_agreed, consented=facts.consented, law=law, regulation=regulation
    ).met


def standing(facts: SlipFacts, calendar: Calendar, law: Law, regulation: str, today: date) -> SlipStanding:
    """Where a slip stands on `today` by the regulation of its contract, and what is missing."""
    as_awol, cited = _as_awol(law, regulation)
    if facts.withdrawn:
        return SlipStanding(LeaveStanding.WITHDRAWN, ())
    if facts.refused:
        said = f"没有得到信息中心同意，这段时间不计为请假{as_awol}。"
        return SlipStanding(LeaveStanding.REFUSED, (LeaveVerdict(False, LeaveStanding.REFUSED, said, cited),))
    found = []
    if facts.extends:
        agreed, asked = facts.vendor_agreed, facts.consented
        found.append(extension_stands(vendor_agreed=agreed, consented=asked, law=law, regulation=regulation))
    elif not facts.consented:
        said = f"还没有得到信息中心同意，同意前不计为请假{as_awol}。"
        found.append(LeaveVerdict(False, LeaveStanding.AWAITS_CONSENT, said, cited))
    if facts.kind is LeaveKind.PERSONAL and not facts.extends:
        found.append(_written(facts, calendar, law, regulation, today))
    if facts.kind is LeaveKind.PERSONAL:
        found.append(_sealed(facts, law, regulation))
    if facts.kind is LeaveKind.SICK:
        level, given = facts.hospital_level, facts.certificate
        found.append(sick_certificate(level, has_certificate=given, law=law, regulation=regulation))
    missing = tuple(each for each in found if not each.met)
    cover = law.part(COVER, regulation)
    alone = not facts.covered and not facts.extends and facts.kind not in AT_WORK
    hint = f"没有写顶岗人（{_of(cover)}）。" if cover and alone else ""
    return SlipStanding(missing[0].standing if missing else LeaveStanding.COMPLETE, missing, hint)
