"""Appraisal at the demo site: payment terms, facts kept by hand, a month of persons and a quarter of vendors scored."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal

from sqlalchemy import select

from opsdesk.demo_living import Site
from opsdesk.models import AppraisalSheet, Measure
from opsdesk.registers.appraisal import feedback, marks, rulings, service
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.registers.appraisal_event import service as events
from opsdesk.registers.measure import service as measures
from opsdesk.registers.payment_term import service as payment_terms
from opsdesk.registers.scheme import acts as scheme_acts
from opsdesk.rules import periods
from opsdesk.rules.calendar import days
from opsdesk.rules.measures import MeasureKind
from opsdesk.rules.periods import Period
from opsdesk.rules.scoring import EventKind, LineState, PeriodKind, ScorerKind, Way
from opsdesk.services import amending, appraisal, appraisal_schemes
from opsdesk.services.appraisal import Scored

TERMS = (
    ("YD-YW-2025-011", "156000", "regulation", ""),
    ("YD-YW-2025-014", "198000", "tier3", ""),
    ("YD-YW-2025-017", "174000", "grade4", "优 100% 良 95% 合格 80% 不合格 0%"),
)
"""Contract, fee of a quarter in yuan, mode, shares of the grades."""
KEPT = (
    (6, EventKind.PRAISE, "MH003", "财务科来电表扬：月末结账当晚留下处理打印服务，没有耽误报送。", "财务科联系单"),
    (14, EventKind.VIOLATION, "LS002", "接待用户时没有佩戴工作证，经提醒后改正。", "主管当场查看"),
    (23, EventKind.COMPLAINT, "MH005", "人事科投诉：约好上午到，下午才到，也没有打电话说明。", "投诉电话记录"),
    (31, EventKind.SUGGESTION, "CX002", "建议把备份校验改成每日自动比对，已采用。", "建议单"),
    (38, EventKind.REPORT, "LS004", "周报到周六上午才送到管理接口人。", "邮件时间"),
    (47, EventKind.SPOT, "MH002", "抽查工具包：缺网线测试仪，没有登记去向。", "抽查记录"),
)
"""Workday from the beginning, kind, whose (工号), what happened, what proves it."""
REMARKS = (
    "目标完成，督办事项按期办结。",
    "两项任务延后一天完成，已说明。",
    "协作主动，交接清楚。",
    "巡检记录有两处漏填，已补。",
)
HAND_IN = {"appraisal.submit_by": "next_month", "appraisal.submit_day": "10"}
LETTER, TOO_SOON = "综合管理部第 3 号通知", "月度指标月底才有，当月交不出来。"
BEST_ONE = "每月只表彰得分最高的一人。"
WAIVED = "当日地铁故障，单位有证明，免除。"
OBJECTION = "重开的事件中有一件是用户提出新的需要，不是没有修好，请核减。"
ANSWERED = "查过经过和用户确认单，第二次报修现象与第一次相同，维持原评分。"


def register(site: Site) -> None:
    """Payment terms, the day for handing in (T4-03b), and the schemes made public before anybody is scored (T4-01)."""
    ctx = site.by(site.supervisor)
    amending.amend(ctx, clause="T4-03b", begins_on=site.plan.first, typed=HAND_IN, source=LETTER, reason=TOO_SOON)
    for number, fee, mode, shares in TERMS:
        site.clock.advance(seconds=40)
        term = {"contract_id": site.ids[number], "fee": fee, "mode": mode, "shares": shares}
        payment_terms.save(ctx, None, {**term, "holds_from": site.plan.first.replace(month=1, day=1)})
    for kind in (PeriodKind.QUARTER, PeriodKind.MONTH):
        site.clock.advance(seconds=40)
        with ctx.read() as connection:
            found = appraisal_schemes.all_in_force(connection, kind, None, site.plan.first)
        scheme_acts.publish(ctx, found[0].id, {})


def plan(site: Site, seed: int) -> None:
    """Facts kept by hand on their days; each month and quarter that is over is scored in the first days after it."""
    for place, kind, staff_no, facts, proof in KEPT:
        day = site.plan.workday(place)
        if day < site.plan.today and staff_no in site.ids:
            values = {"kind": str(kind), "day": day, "staff_id": site.ids[staff_no], "facts": facts, "proof": proof}
            site.acts.append((datetime.combine(day, time(16, 50)), _keeping(site, values)))
    spans = days(site.plan.first, site.plan.today)
    chance = random.Random(seed)  # noqa: S311 — invented scores, no secret
    for year, number in sorted({(day.year, day.month) for day in spans}):
        _after(site, periods.month(year, number), 1, _scoring_persons(site, periods.month(year, number), chance))
    for year, number in sorted({(day.year, (day.month + 2) // 3) for day in spans}):
        _after(site, periods.quarter(year, number), 2, _scoring_vendors(site, periods.quarter(year, number)))


def _keeping(site: Site, values: dict[str, object]) -> Callable[[], object]:
    return lambda: events.save(site.by(site.desk), None, values)


def _after(site: Site, period: Period, workdays: int, act: Callable[[], None]) -> None:
    """Plan the scoring of a period some workdays after its end, if that is over by now."""
    following = [day for day in site.plan.workdays if day > period.last]
    if len(following) > workdays and following[workdays] < site.plan.today:
        site.acts.append((datetime.combine(following[workdays], time(14, 5)), act))


def _scoring_persons(site: Site, period: Period, chance: random.Random) -> Callable[[], None]:
    def score() -> None:
        ctx = site.by(site.supervisor)
        found = _begin(site, period, PeriodKind.MONTH)
        entries = [
            _entry(each.sheet.id, item.item.id, item.item.weight, chance)
            for each in found
            for item in each.items
            if each.sheet and item.item.way is Way.HAND
        ]
        site.clock.advance(minutes=20)
        marks.mark(ctx, entries=entries, scorer_kind=ScorerKind.GROUP, scorer="值长")
        site.clock.advance(minutes=20)
        again = [_nudged(entry, chance) for entry in entries]
        marks.mark(ctx, entries=again, scorer_kind=ScorerKind.GROUP, scorer="设备员（兼职安全员）")
        _rule(site, found)
        sheets = [each.sheet.id for each in found if each.sheet]
        site.clock.advance(minutes=20)
        service.decide(ctx, sheet_ids=sheets)
        for sheet_id in sheets:
            _agree(site, sheet_id, "逐人告知得分和扣分依据。")
        _hand_in(site, sheets)
        if period != periods.around(site.plan.today, PeriodKind.MONTH).before():
            _reward(site, sheets)

    return score


def _reward(site: Site, sheets: list[int]) -> None:
    """Of all whom their score suggests for a reward the best one has it; the last month's still wait."""
    ctx = site.by(site.supervisor)
    waiting = (
        select(Measure.id, AppraisalSheet.score)
        .join(AppraisalSheet, AppraisalSheet.id == Measure.sheet_id)
        .where(Measure.sheet_id.in_(sheets), Measure.kind == str(MeasureKind.REWARD))
        .order_by(Measure.id)
    )
    with ctx.read() as connection:
        found = sorted(connection.execute(waiting).all(), key=lambda row: -Decimal(row.score))
    site.clock.advance(minutes=2)
    for place, row in enumerate(found):
        if place:
            measures.decline(ctx, row.id, {"reason": BEST_ONE})
        else:
            measures.accept(ctx, row.id, {"reason": "月度例会上表彰。"})


def _entry(sheet_id: int, item_id: int, weight: Decimal, chance: random.Random) -> Entry:
    off = min(Decimal(chance.choice((0, 0, 0, 1, 1, 2))), weight)
    return Entry(sheet_id, item_id, weight - off, chance.choice(REMARKS) if off else "")


def _nudged(entry: Entry, chance: random.Random) -> Entry:
    """The other scorer's view: mostly the same, sometimes half a point less."""
    if entry.points is None or entry.points < 1 or chance.random() < 0.7:
        return entry
    return replace(entry, points=entry.points - Decimal("0.5"), reason=entry.reason or chance.choice(REMARKS))


def _scoring_vendors(site: Site, period: Period) -> Callable[[], None]:
    def score() -> None:
        ctx = site.by(site.supervisor)
        found = _begin(site, period, PeriodKind.QUARTER)
        _rule(site, found)
        sheets = [each.sheet.id for each in found if each.sheet]
        site.clock.advance(minutes=30)
        service.decide(ctx, sheet_ids=sheets)
        for sheet_id in sheets[:-1]:
            _agree(site, sheet_id, "当面交付评分表和扣分明细。")
        last = sheets[-1]
        _tell(site, last, "当面交付评分表和扣分明细，对重开一项有不同意见。")
        feedback.hear(ctx, last, {"opinion": "申诉", "opinion_text": OBJECTION, "opinion_on": ctx.today()})
        site.clock.advance(minutes=50)
        feedback.answer(ctx, last, {"answer": ANSWERED})
        _hand_in(site, sheets)

    return score


def _begin(site: Site, period: Period, kind: PeriodKind) -> list[Scored]:
    ctx = site.by(site.supervisor)
    with ctx.read() as connection:
        scheme = appraisal_schemes.all_in_force(connection, kind, None, period.last)[0]
    service.begin(ctx, scheme_id=scheme.id, period=period)
    return list(appraisal.compute(ctx, period, code=scheme.code).objects)


def _rule(site: Site, found: Iterable[Scored]) -> None:
    """Confirm every line but the first lateness, which is waived."""
    wishes = [
        Wish(each.sheet.id, item.item.id, line.proposal.key, LineState.CONFIRMED)
        for each in found
        for item in each.items
        for line in item.lines
        if each.sheet and item.item.way in {Way.EVENTS, Way.BONUS}
    ]
    for place, wish in enumerate(wishes):
        if wish.key.startswith("attendance.late"):
            wishes[place] = replace(wish, state=LineState.WAIVED, reason=WAIVED)
            break
    if wishes:
        site.clock.advance(minutes=35)
        rulings.rule(site.by(site.supervisor), wishes=wishes)


def _tell(site: Site, sheet_id: int, talk: str) -> None:
    site.clock.advance(minutes=3)
    ctx = site.by(site.supervisor)
    feedback.tell(ctx, sheet_id, {"talk_at": ctx.now(), "talk": talk})


def _agree(site: Site, sheet_id: int, talk: str) -> None:
    _tell(site, sheet_id, talk)
    ctx = site.by(site.supervisor)
    feedback.hear(ctx, sheet_id, {"opinion": "同意", "opinion_on": ctx.today()})


def _hand_in(site: Site, sheets: list[int]) -> None:
    site.clock.advance(minutes=10)
    ctx = site.by(site.supervisor)
    feedback.submit(ctx, sheets, {"submitted_at": ctx.now(), "submitted_to": "综合管理部 韩书仪"})
    feedback.file(ctx, sheets)
