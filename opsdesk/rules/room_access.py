"""Entering the machine room: permit, escort, goods, operation, after-hours use; what was missed, by which clause.

Clauses: E1-13 … E1-16, T3-06; readings G1, G3 (compared by the second, the limit itself is kept). Everything here is
pure; a breach is a proposal, a human decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from opsdesk.rules.clause import Citation, Held, Law
from opsdesk.rules.facts import Span
from opsdesk.rules.hours import common, without

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SITE = "E1"
"""Whose machine-room rules hold at the site."""


class Missed(StrEnum):
    """What was missed on a visit."""

    PERMIT = "无审批进入"
    APPROVAL = "未批先入"
    OUTSIDE = "超出审批时间"
    PAPER = "紧急未补单"
    ASSESSMENT = "未写原因方案影响"
    ESCORT = "无陪同"
    OPERATION = "未经批准上机"
    RECORD = "无操作记录"
    OVERSTAY = "超时停留"
    GOODS = "物品不符"
    OFF_HOURS = "非工作时间未批"


@dataclass(frozen=True)
class PermitFacts:
    """A permit as the clauses look at it. `operates` allows work on the machines; `assessed` has cause, plan, reach.

    `approved` is None as long as nobody approved it; of an urgent one `phoned` is the approval by phone and `papered`
    when the paper came afterwards.
    """

    number: str
    span: Span
    approved: datetime | None
    operates: bool
    assessed: bool
    urgent: bool = False
    phoned: datetime | None = None
    papered: datetime | None = None


@dataclass(frozen=True)
class Item:
    """Goods of one kind: how many were brought in, taken out, and stay there on purpose."""

    name: str
    brought: int
    taken: int
    stays: int


@dataclass(frozen=True)
class Leave:
    """An approved use of the site outside working hours (F14): the time approved, and when it was."""

    span: Span
    approved: datetime | None
    emergency: bool = False
    papered: datetime | None = None


@dataclass(frozen=True)
class VisitFacts:
    """One person's stay. `working` is the site's working time on the days of the visit; `leaves` are uses approved.

    `named` is false of somebody whom the permit does not name; `own` is one of the centre's own people, whom T3-06
    does not bind.
    """

    external: bool
    entered: datetime
    left: datetime | None
    due: datetime | None = None
    permit: PermitFacts | None = None
    escorts: tuple[str, ...] = ()
    operated: bool = False
    operation: str = ""
    items: tuple[Item, ...] = ()
    working: tuple[Span, ...] = ()
    leaves: tuple[Leave, ...] = ()
    named: bool = True
    own: bool = False


@dataclass(frozen=True)
class Breach:
    """What was missed, the clause, and the sentence that says so; `seconds` where it is a matter of time."""

    missed: Missed
    citation: Citation
    sentence: str
    seconds: int = 0


def breaches(visit: VisitFacts, law: Law, now: datetime) -> list[Breach]:
    """Everything that was missed on a visit as it stands now, in the order of the rules."""
    return [*_permit(visit, law, now), *_stay(visit, law, now), *_goods(visit, law), *off_hours(visit, law, now)]


def _permit(visit: VisitFacts, law: Law, now: datetime) -> Iterator[Breach]:
    approval, permit = law.part("room.approval", SITE), visit.permit
    if approval is not None and visit.external:
        if permit is None:
            yield Breach(Missed.PERMIT, approval.cite(), "外单位人员进入没有审批单。")
        else:
            yield from _approval(visit, permit, approval.cite(), law, now)
    assessment = law.part("room.assessment", SITE)
    if assessment is not None and visit.external and permit is not None and permit.operates and not permit.assessed:
        said = f"审批单 {permit.number} 没有写全原因判断、处理方案和影响范围。"
        yield Breach(Missed.ASSESSMENT, assessment.cite(), said)


def _approval(visit: VisitFacts, permit: PermitFacts, citation: Citation, law: Law, now: datetime) -> Iterator[Breach]:
    if not visit.named:
        yield Breach(Missed.PERMIT, citation, f"审批单 {permit.number} 上没有这个人。")
    given = [at for at in (permit.approved, permit.phoned if permit.urgent else None) if at is not None]
    if not given or min(given) > visit.entered:
        when = f"{min(given):%m-%d %H:%M} 才批准" if given else "还没有批准"
        said = f"{visit.entered:%m-%d %H:%M} 进入时，审批单 {permit.number} {when}。"
        late = int((min(given) - visit.entered).total_seconds()) if given else 0
        yield Breach(Missed.APPROVAL, citation, said, late)
    if not permit.span.begins <= visit.entered <= permit.span.ends:
        said = f"{visit.entered:%m-%d %H:%M} 进入，审批的时间是 {in_words(permit.span)}。"
        yield Breach(Missed.OUTSIDE, citation, said)
    if permit.urgent:
        due = paper_due(visit.entered)
        makeup = law.part("offhours.approval", "T3")
        came = min((at for at in (permit.papered, permit.approved) if at is not None), default=now)
        if came > due and makeup is not None:
            said = f"紧急进入应在 {due:%m-%d} 前补办审批单 {permit.number}。"
            yield Breach(Missed.PAPER, makeup.cite(), said)


def paper_due(entered: datetime) -> datetime:
    """Until when the paper for an emergency may come: the end of the next day (T3-06, `offhours.emergency_makeup`)."""
    return datetime.combine(entered.date() + DAY, time(23, 59, 59))


def _stay(visit: VisitFacts, law: Law, now: datetime) -> Iterator[Breach]:
    escort = law.part("room.escort", SITE)
    if escort is not None and visit.external and not visit.escorts:
        yield Breach(Missed.ESCORT, escort.cite(), "没有陪同人。")
    allowed = law.part("room.operation", SITE)
    if allowed is not None and visit.external and visit.operated and not (visit.permit and visit.permit.operates):
        yield Breach(Missed.OPERATION, allowed.cite(), "上机操作没有经过批准。")
    if escort is not None and visit.operated and visit.left is not None and not visit.operation.strip():
        yield Breach(Missed.RECORD, escort.cite(), "上机操作没有留下记录。")
    until = visit.left or now
    approval = law.part("room.approval", SITE)
    if approval is not None and visit.due is not None and until > visit.due:
        over = int((until - visit.due).total_seconds())
        still = "仍在机房" if visit.left is None else f"{visit.left:%H:%M} 离开"
        yield Breach(Missed.OVERSTAY, approval.cite(), f"应在 {visit.due:%m-%d %H:%M} 前离开，{still}。", over)


def _goods(visit: VisitFacts, law: Law) -> Iterator[Breach]:
    held = law.part("room.escort", SITE)
    wrong = unbalanced(visit.items) if visit.left is not None else []
    if held is not None and wrong:
        said = "、".join(f"{item.name} 带入 {item.brought} 带出 {item.taken} 留存 {item.stays}" for item in wrong)
        yield Breach(Missed.GOODS, held.cite(), f"离开时物品不符：{said}。")


def unbalanced(items: Sequence[Item]) -> list[Item]:
    """Goods of which what was brought is not what was taken out and what stays; what only goes out has its own slip."""
    return [item for item in items if item.brought and item.brought != item.taken + item.stays]


def off_hours(visit: VisitFacts, law: Law, now: datetime) -> list[Breach]:
    """Whether time spent outside working hours was approved before, and is within what was approved (T3-06).

    Several approvals may cover it together; who has just entered is told at once.
    """
    held = law.part("offhours.approval", "T3")
    stay = Span(visit.entered, visit.left or max(now, visit.entered + SECOND))
    spans = [] if held is None or visit.own else outside(stay, visit.working)
    if held is None or not spans:
        return []
    allowed: list[Span] = []
    said: list[str] = []
    for leave in visit.leaves:
        used = common(spans, [leave.span])
        lacking = _lacking(leave, used[0].begins if used else spans[0].begins, held, now)
        if not lacking:
            allowed.append(leave.span)
        said.append(lacking or f"超出批准的 {in_words(leave.span)}")
    left = without(spans, allowed)
    if not left:
        return []
    why = "；".join(said) or "没有非工作时间使用申请"
    over = int(sum((each.ends - each.begins for each in left), timedelta()).total_seconds())
    stayed = _from_on(Span(left[0].begins, left[-1].ends), inside=visit.left is None)
    return [Breach(Missed.OFF_HOURS, held.cite(), f"{stayed} 在工作时间以外，{why}。", over)]


def _lacking(leave: Leave, begins: datetime, held: Held, now: datetime) -> str:
    """What a use that began at `begins` lacks by this slip; of an emergency the paper has to come by the next day."""
    if leave.emergency and held.text("offhours.emergency_makeup") == "true":
        due = paper_due(begins)
        return f"紧急使用应在 {due:%m-%d} 前补单" if (leave.papered or now) > due else ""
    if leave.approved is None:
        return "申请还没有批准"
    return f"申请 {leave.approved:%m-%d %H:%M} 才批准" if leave.approved > begins else ""


def in_words(span: Span) -> str:
    """03-05 18:05 至 20:50; of an end on another day with its date."""
    ends = f"{span.ends:%H:%M}" if span.ends.date() == span.begins.date() else f"{span.ends:%m-%d %H:%M}"
    return f"{span.begins:%m-%d %H:%M} 至 {ends}"


def _from_on(span: Span, *, inside: bool) -> str:
    """03-05 18:05 至 20:50; within one minute 03-05 18:05, with 起 where it goes on."""
    words, begins = in_words(span), f"{span.begins:%m-%d %H:%M}"
    return words if words != f"{begins} 至 {begins[-5:]}" else f"{begins} 起" if inside else begins


def outside(stay: Span, working: Sequence[Span]) -> list[Span]:
    """The part of a stay that lies outside working time, in order."""
    return without([stay], working) if stay.begins < stay.ends else []
