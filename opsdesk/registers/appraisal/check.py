"""考前检查: what is missing, unsettled or odd before points are given; each question with the door to its remedy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import combinations

from sqlalchemy import Connection, func, select, true

from opsdesk.models import Deduction, Incident, Settlement, Vendor
from opsdesk.rules import calendar, periods, review
from opsdesk.rules.clause import Law
from opsdesk.rules.periods import Period
from opsdesk.rules.scoring import NOTHING, LineState, ObjectKind, PeriodKind, Way, plain
from opsdesk.rules.vocabulary import Decision
from opsdesk.services import (
    appraisal,
    appraisal_record,
    appraisal_schemes,
    appraisal_subjects,
    duties,
    listing,
    settings,
)
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_feeds import MONTHS, SAME_FACTS
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import Context
from opsdesk.services.open_questions import Question

HERE = "appraisal"
"""The door of what is looked at on the scoring page itself."""
NO_SHEET = "没有考核表"
"""The kind of question about those who came since the appraisal was begun."""
MANY = 5
"""More lines of one person in one item than this are worth a second look."""
NAMED = 3
DOORS = {
    "incident": "incident",
    "dispatch": "incident",
    "attendance": "month",
    "inspection": "inspection_round",
    "cleaning": "cleaning",
    "months": "appraisal_sheet",
}
"""Where the record of a rate is kept, by the beginning of its feed."""


def questions(ctx: Context, period: Period, scheme_id: int) -> tuple[Question, ...]:
    """Everything open about a period by a scheme. Refuses where no edition of it holds for the period."""
    with ctx.read() as connection:
        code = appraisal_schemes.read(connection, scheme_id).code
    return of_round(ctx, appraisal.compute(ctx, period, code=code))


def of_round(ctx: Context, shown: Round) -> tuple[Question, ...]:
    """The same of an appraisal that has been computed."""
    law, now = ctx.law_on(shown.period.last), ctx.now()
    open_ones = [each for each in shown.objects if not (each.sheet and each.sheet.decided)]
    found = [*_of_scheme(shown, law, now.date())]
    if open_ones:
        with ctx.read() as connection:
            found += _attendance(connection, shown, now.date())
            found += _incidents(connection, shown)
            found += _payment(connection, shown)
        found += _rates(shown, open_ones)
        found += _repeats(shown, open_ones)
        found += _overtaken(shown, open_ones)
        found += _posts(shown)
    with ctx.read() as connection:
        found += _without_sheet(connection, shown)
        found += _opening(connection, shown)
        found += _months(connection, shown, law, now.date())
    found += _course(shown, law, now)
    return tuple(found)


def _of_scheme(shown: Round, law: Law, today: date) -> Iterator[Question]:
    scheme, day = shown.scheme, shown.period.first
    said = [] if shown.kept else [review.unpublished(scheme.published_on, today, law)]
    lacks = [review.outside(scheme.object_kind, scheme.regulation, law)]
    if scheme.regulation == review.HOUSE:
        of = shown.kept or scheme
        lacks += review.group_lacks(of.leader, of.members.splitlines(), law)
        if scheme.period_kind is PeriodKind.YEAR:
            by_months = sum((each.weight for each in scheme.items if each.source == MONTHS), NOTHING)
            lacks.append(review.weights_lack(by_months, law))
    if scheme.regulation == review.ASPECTS:
        lacks.append(review.aspects_lack([item.category for item in scheme.items], law))
        lacks.append(review.rhythm_lack(scheme.period_kind, law))
    lacks += [f"“{one}”和“{other}”按同样的记录计分，一件事会扣两次" for one, other in _twice(shown)]
    said += [f"{lack}。请在考核方案里核对。" for lack in lacks if lack]
    for sentence in filter(None, said):
        yield Question("考核方案", None, "", "", day, sentence, "scheme")


def _opening(connection: Connection, shown: Round) -> Iterator[Question]:
    """Days of the period before the site kept its record: nothing that happened on them can cost points."""
    opened, period = settings.opened_on(connection), shown.period
    if period.first < opened and any(item.source not in {"", MONTHS} for item in shown.scheme.items):
        until = "整个周期" if period.last < opened else f"{period.first.isoformat()} 至启用日"
        said = f"启用日是 {opened.isoformat()}，{until}没有记录，取数的指标不扣分，得分会偏高。请核对是否照此考核。"
        yield Question("没有数据", None, "", "", period.first, said, HERE)


def _months(connection: Connection, shown: Round, law: Law, today: date) -> Iterator[Question]:
    """Months of the period that are over and that nobody was appraised for (T4-09)."""
    if shown.scheme.regulation != review.HOUSE or shown.scheme.object_kind is ObjectKind.VENDOR:
        return
    if shown.period.kind not in {PeriodKind.MONTH, PeriodKind.YEAR}:
        return
    begun = appraisal_record.months_begun(connection, review.HOUSE, shown.period.first, shown.period.last)
    since = max(shown.period.first, settings.opened_on(connection))
    for year, number in shown.period.months:
        each = periods.month(year, number)
        if since <= each.last < today and (lack := review.month_lack(each.text, begun[each.text], law)):
            yield Question("月度考核", None, "", "", each.last, f"{lack}。请补做这个月的考核。", HERE)


def _twice(shown: Round) -> Iterator[tuple[str, str]]:
    """Items by title that take points off for the same facts."""
    taking = [item for item in shown.scheme.items if item.source and item.way is not Way.BONUS]
    for one, other in combinations(taking, 2):
        if SAME_FACTS.get(one.source, one.source) == SAME_FACTS.get(other.source, other.source):
            yield one.title, other.title


def _without_sheet(connection: Connection, shown: Round) -> Iterator[Question]:
    """Those who came to be appraised since the appraisal was begun."""
    if shown.kept is None:
        return
    scheme, known = shown.scheme, [sheet.subject for sheet in shown.kept.sheets]
    found = appraisal_subjects.without_sheet(connection, scheme.object_kind, scheme.regulation, shown.period, known)
    if found:
        names = "、".join(each.name for each in found[:NAMED]) + (
            f"等 {len(found)} 个对象" if len(found) > NAMED else ""
        )
        said = f"{names}是建立考核以后才登记的，没有考核表。请用“更多”里的“补建考核表”。"
        yield Question(NO_SHEET, None, "", "", shown.period.last, said, HERE)


def _uses(shown: Round, *sources: str) -> bool:
    return any(item.source.partition(".")[0] in sources for item in shown.scheme.items)


def _vendors(shown: Round) -> set[int | None] | None:
    """Whose record the appraisal rests on: the vendors of those appraised; None where all of the site's is."""
    subjects = [each.subject for each in shown.objects]
    return None if any(each.whole for each in subjects) else {each.vendor_id for each in subjects}


def _attendance(connection: Connection, shown: Round, today: date) -> Iterator[Question]:
    """Months that are over and not settled for somebody, and proposed deductions that nobody has decided."""
    if not _uses(shown, "attendance"):
        return
    vendors, opened = _vendors(shown), settings.opened_on(connection)
    everybody = [each for each in duties.people(connection) if not each.reserve]
    people = [each for each in everybody if vendors is None or each.vendor_id in vendors]
    for year, number in shown.period.months:
        month, days = f"{year}-{number:02}", calendar.month(year, number)
        if days[-1] >= today or days[-1] < opened:
            continue
        there = {each.id for each in people if each.there_in(days[0], days[-1])}
        settled = select(Settlement.staff_id).where(Settlement.month == month, Settlement.replaced_at.is_(None))
        if bare := there - set(connection.execute(settled).scalars()):
            said = f"{month} 考勤还有 {len(bare)} 人没有结算，考勤扣分还会变。请先结算。"
            yield Question("月度考勤", None, "", "", days[0], said, "month")
        waiting = select(func.count()).where(
            Deduction.month == month, Deduction.replaced_at.is_(None), Deduction.state == str(Decision.PROPOSED),
            Deduction.staff_id.in_(there), (Deduction.amount_fen > 0) | (Deduction.half_days > 0),
        )  # fmt: skip
        if count := connection.execute(waiting).scalar_one():
            said = f"{month} 还有 {count} 条拟扣减没有确认或免除；免除的迟到、缺勤不扣考核分。"
            yield Question("拟扣减", None, "", "", days[0], said, "deduction")


def _incidents(connection: Connection, shown: Round) -> Iterator[Question]:
    """Incidents of the period whose record nobody has signed, vendor by vendor."""
    if not _uses(shown, "incident", "dispatch", "case_report"):
        return
    vendors = _vendors(shown)
    query = (
        select(Vendor.short_name, Incident.number, Incident.reported_at)
        .join(Vendor, Vendor.id == Incident.vendor_id)
        .where(listing.within(Incident.reported_at, shown.period.first, shown.period.last))
        .where(Incident.signed_at.is_(None), Incident.void_at.is_(None), Incident.batch_id.is_(None))
        .where(true() if vendors is None else Incident.vendor_id.in_(vendors))
        .order_by(Incident.reported_at)
    )
    of: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for row in connection.execute(query):
        of[row.short_name].append((row.number, row.reported_at.date()))
    for vendor, found in of.items():
        numbers = "、".join(number for number, _ in found[:NAMED]) + (" 等" if len(found) > NAMED else "")
        said = f"{vendor}有 {len(found)} 张事件记录单没有签收：{numbers}。签收以后时限和扣分才定下来。"
        yield Question("事件未签收", None, "", vendor, found[0][1], said, "hand_in")


def _payment(connection: Connection, shown: Round) -> Iterator[Question]:
    """Contracts that nobody has said the fee of, and those that ran for a part of the quarter alone."""
    if shown.scheme.object_kind is not ObjectKind.VENDOR or shown.scheme.period_kind is not PeriodKind.QUARTER:
        return
    period = shown.period
    terms = appraisal_subjects.pay_terms(connection, period, shown.scheme.regulation)
    bare = appraisal_subjects.without_terms(connection, period)
    for each in shown.objects:
        vendor_id, vendor = each.subject.vendor_id or 0, each.subject.vendor
        if numbers := bare.get(vendor_id):
            said = f"{vendor}的合同 {'、'.join(numbers)} 没有付款约定，应付金额里没有它。请登记季度合同款。"
            yield Question("付款约定", None, "", vendor, period.last, said, "payment_term")
        for term in terms.get(vendor_id, ()):
            paid = next((one.pay for one in each.pays if one.contract == term.contract), None)
            if (ran := term.ran(period)) is not None and paid is not None and paid.part:
                said = f"{vendor}的合同 {term.contract}：{paid.part}。请与合同核对；口径在规章 {paid.citation.short}。"
                yield Question("合同不满一季", None, "", vendor, ran.first, said, "payment_term")


def _rates(shown: Round, open_ones: list[Scored]) -> Iterator[Question]:
    """Items by a rate with nothing to count, told once for all whom it concerns."""
    for item in shown.scheme.items:
        if item.way is Way.RATE:
            bare = [
                each.subject.vendor if each.subject.kind is ObjectKind.VENDOR else each.subject.name
                for each in open_ones
                for one in each.items
                if one.item.id == item.id and any(not line.proposal.count for line in one.lines)
            ]
            if bare:
                names = "、".join(bare[:NAMED]) + (f"等 {len(bare)} 个对象" if len(bare) > NAMED else "")
                said = f"“{item.title}”：{names}本期没有可统计的记录，先按满分。请核对记录是否登记齐全。"
                door = DOORS.get(item.source.partition(".")[0], HERE)
                yield Question("没有数据", None, "", "", shown.period.first, said, door)


def _repeats(shown: Round, open_ones: list[Scored]) -> Iterator[Question]:
    """One record that costs points in two items of a sheet, and many lines of one person in one item."""
    for each in open_ones:
        name, vendor = each.subject.name, each.subject.vendor
        titles: dict[str, dict[str, str]] = defaultdict(dict)
        for one in each.items:
            lines = [line for line in one.lines if line.counted < 0 and line.state is not LineState.WAIVED]
            for line in lines:
                for reference in line.proposal.evidence:
                    if one.item.way is Way.EVENTS:
                        titles[reference][one.item.title] = line.proposal.because
            often = Counter(line.proposal.person for line in lines if line.proposal.person)
            for person, count in often.items():
                if count > MANY and one.item.way is Way.EVENTS:
                    said = f"{person}在“{one.item.title}”里有 {count} 条扣分，请核对有没有重复登记。"
                    yield Question("扣分过多", None, name, vendor, shown.period.first, said, HERE)
        twice = Counter(tuple(found) for found in titles.values() if len(found) > 1)
        for items, count in twice.items():
            said = f"{name}有 {count} 条记录同时在“{'”和“'.join(items)}”里扣分，请核对是不是一事两扣。"
            yield Question("重复扣分", None, name, vendor, shown.period.first, said, HERE)


def _overtaken(shown: Round, open_ones: list[Scored]) -> Iterator[Question]:
    """Lines that were changed or waived before the record said something else."""
    for each in open_ones:
        for one in each.items:
            for line in (line for line in one.lines if line.overtaken):
                said = (
                    f"{each.subject.name}的“{one.item.title}”有一条{line.state}的扣分，处理以后记录变了，"
                    f"现在拟 {plain(abs(line.proposal.points))} 分。请核对原来的处理是否仍然合适。"
                )
                day = line.proposal.day or shown.period.first
                yield Question("处理后有变", None, each.subject.name, each.subject.vendor, day, said, HERE)


def _posts(shown: Round) -> Iterator[Question]:
    for each in shown.objects:
        if each.subject.kind is ObjectKind.PERSON and not each.subject.post:
            said = f"{each.subject.name}没有登记岗位，考核表上的岗位会空着。请在人员里补登。"
            yield Question("没有岗位", each.subject.staff_id, each.subject.name, each.subject.vendor,
                           shown.period.first, said, "staff")  # fmt: skip


def _course(shown: Round, law: Law, now: datetime) -> Iterator[Question]:
    """Objections without an answer, and results not handed in by their day (T4-03b)."""
    for each in shown.objects:
        if each.state is SheetState.OBJECTED and each.sheet:
            said = f"{each.subject.name}提出了申诉，还没有答复。请答复；成立的先撤回核定再改分。"
            day = each.sheet.row["opinion_on"] or shown.period.last
            yield Question("申诉待复", None, each.subject.name, each.subject.vendor, day, said, HERE)
    held = law.part("review.hand_in", review.HOUSE)
    unsent = [each for each in shown.objects if each.sheet and not each.sheet.row["submitted_at"]]
    if held is not None and unsent and shown.kept is not None:
        due = review.submit_due(shown.period.last, held)
        if now > due:
            by = f"应在 {due:%Y-%m-%d} 24:00 前提交"
            said = f"{len(unsent)} 份考核结果{by}，已经逾期（{held.cite().short}）。请尽快提交。"
            yield Question("逾期未交", None, "", "", due.date(), said, HERE)
