"""考核 at its edges: rulings while the record changes, decisions taken back, odd periods, contracts, points."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import an_appraisal
import february
import pytest
from an_appraisal import CODE, QUARTER
from sqlalchemy import select, update
from team import Team, build, go_to

from opsdesk.__main__ import main
from opsdesk.exports.document import Document, Table
from opsdesk.exports.layout import compose
from opsdesk.models import (
    AppraisalEvent,
    AppraisalItem,
    AppraisalScheme,
    Contract,
    ContractTerm,
    Measure,
    Setting,
    Staff,
    Vendor,
)  # fmt: skip
from opsdesk.registers.appraisal import bundle, check, documents, feedback, letters, listing, marks, rulings, service
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.registers.appraisal.spec import REGISTER
from opsdesk.registers.appraisal_event import service as events
from opsdesk.registers.payment_term import service as payment_terms
from opsdesk.registers.scheme import acts as scheme_acts
from opsdesk.rules import periods
from opsdesk.rules.clause import Holding
from opsdesk.rules.scoring import Line, LineState, ScorerKind, Way
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, appraisal, appraisal_schemes, settings
from opsdesk.services.appraisal import Scored
from opsdesk.services.appraisal_feeds import SAME_FACTS
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal


@pytest.fixture
def crew(site: Context) -> Team:
    return build(site)


@pytest.fixture
def quarter(site: Context, crew: Team) -> Context:
    """The first of April; the quarter of both vendors is begun, nothing of it is scored."""
    scheme_id = an_appraisal.lived(site, crew)
    service.begin(site, scheme_id=scheme_id, period=QUARTER)
    return site


def scored(ctx: Context, vendor: str = "华信") -> Scored:
    return next(each for each in appraisal.compute(ctx, QUARTER, code=CODE).objects if each.subject.vendor == vendor)


def lines(ctx: Context, title: str = "违规") -> tuple[Line, ...]:
    return next(each.lines for each in scored(ctx).items if each.item.title == title)


def wish(
    ctx: Context, line: Line, state: LineState, points: str = "", reason: str = "核实情节", title: str = "违规"
) -> Wish:
    one = scored(ctx)
    assert one.sheet is not None
    item = next(each.item for each in one.items if each.item.title == title)
    return Wish(one.sheet.id, item.id, line.proposal.key, state, Decimal(points) if points else None, reason)


def retype(ctx: Context, line: Line, points: str) -> None:
    """The record behind a line sets other points from now on."""
    event_id = int(line.proposal.evidence[0].removeprefix("appraisal_event:"))
    with ctx.writing.begin() as connection:
        connection.execute(update(AppraisalEvent).where(AppraisalEvent.id == event_id).values(points=points))


# --- ruled ------------------------------------------------------------------------------------------------------------


def test_what_was_confirmed_waits_anew_once_the_record_says_otherwise(quarter: Context) -> None:
    first, second = lines(quarter)
    rulings.rule(quarter, wishes=[wish(quarter, each, LineState.CONFIRMED) for each in (first, second)])
    assert [each.state for each in lines(quarter)] == [LineState.CONFIRMED] * 2
    retype(quarter, first, "8")
    again, other = lines(quarter)
    assert (again.state, again.counted, other.state) == (LineState.PROPOSED, Decimal(-8), LineState.CONFIRMED)
    retype(quarter, first, "")
    assert lines(quarter)[0].state is LineState.CONFIRMED, "the record says again what was confirmed"


def test_what_was_waived_stands_but_is_asked_about_once_the_record_says_otherwise(quarter: Context) -> None:
    first = lines(quarter)[0]
    rulings.rule(quarter, wishes=[wish(quarter, first, LineState.WAIVED)])

    def asked() -> list[str]:
        made = appraisal.compute(quarter, QUARTER, code=CODE)
        return [each.sentence for each in check.of_round(quarter, made) if each.kind == "处理后有变"]

    assert asked() == []
    retype(quarter, first, "8")
    assert lines(quarter)[0].counted == 0
    assert asked() == [
        "华信系统集成有限公司的“违规”有一条已免的扣分，处理以后记录变了，现在拟 8 分。请核对原来的处理是否仍然合适。"
    ]


@pytest.mark.parametrize("points", ["-0.333", "1e9", "NaN", "-Infinity"])
def test_odd_points_of_a_ruling_are_refused(quarter: Context, points: str) -> None:
    with pytest.raises(Refusal, match="两位小数"):
        rulings.rule(quarter, wishes=[wish(quarter, lines(quarter)[0], LineState.CHANGED, points)])


def test_a_bonus_without_a_limit_takes_a_hundred_at_most(quarter: Context) -> None:
    praise = lines(quarter, "表扬")[0]
    rulings.rule(quarter, wishes=[wish(quarter, praise, LineState.CHANGED, "100", title="表扬")])
    assert lines(quarter, "表扬")[0].counted == 3, "the item adds three at most"
    with pytest.raises(Refusal, match="最多改到 100 分"):
        rulings.rule(quarter, wishes=[wish(quarter, praise, LineState.CHANGED, "100.01", title="表扬")])


def test_points_by_hand_are_not_ruled_upon(quarter: Context) -> None:
    one = scored(quarter)
    assert one.sheet is not None
    item = one.items[0].item
    entries = [Entry(one.sheet.id, item.id, Decimal(18), "台账缺两页")]
    marks.mark(quarter, entries=entries, scorer_kind=ScorerKind.DECIDED)
    with pytest.raises(Refusal, match="由人工评分"):
        rulings.rule(
            quarter,
            wishes=[wish(quarter, lines(quarter, item.title)[0], LineState.WAIVED, title=item.title)],
        )


# --- decided, told, taken back ----------------------------------------------------------------------------------------


def decide(ctx: Context, points: str = "18") -> int:
    """华信's sheet decided with these points for each of both items scored by hand; gives its id."""
    one = scored(ctx)
    assert one.sheet is not None
    hand = [each.item for each in one.items if each.item.way is Way.HAND]
    entries = [Entry(one.sheet.id, item.id, Decimal(points), "台账缺两页") for item in hand]
    marks.mark(ctx, entries=entries, scorer_kind=ScorerKind.DECIDED)
    waiting = [(title, line) for title in ("违规", "表扬") for line in lines(ctx, title)]
    rulings.rule(ctx, wishes=[wish(ctx, line, LineState.CONFIRMED, title=title) for title, line in waiting])
    service.decide(ctx, sheet_ids=[one.sheet.id])
    return one.sheet.id


def measured(ctx: Context) -> list[tuple[str, str]]:
    with ctx.read() as connection:
        query = select(Measure.step, Measure.state).order_by(Measure.id)
        return [(row.step, row.state) for row in connection.execute(query)]


def test_a_decision_taken_back_takes_all_with_it_that_followed(quarter: Context) -> None:
    one, now, today = decide(quarter), quarter.now(), quarter.today()
    feedback.tell(quarter, one, {"talk_at": now, "talk": "当面告知"})
    feedback.hear(quarter, one, {"opinion": "申诉", "opinion_text": "当日是演练", "opinion_on": today})
    feedback.answer(quarter, one, {"answer": "核实后撤回重评"})
    service.withdraw(quarter, sheet_id=one, reason="申诉成立")
    decide(quarter)
    slip = letters.feedback_slip(quarter, one)
    said = str(slip.body)
    assert not [word for word in ("当面告知", "当日是演练", "核实后撤回重评") if word in said]
    row = listing.load(quarter, one)
    assert (row["talk"], row["opinion_text"], row["answer"], row["answered_at"]) == ("", "", "", None)


def test_what_a_decision_proposed_is_retracted_with_it_and_judged_anew(quarter: Context) -> None:
    one = decide(quarter, "2")
    assert measured(quarter) == [("培训和指导", "建议")]
    service.withdraw(quarter, sheet_id=one, reason="漏看了台账")
    assert measured(quarter) == [("培训和指导", "已撤回")]
    decide(quarter, "20")
    assert ("培训和指导", "建议") not in measured(quarter), "the score now passes"
    service.withdraw(quarter, sheet_id=one, reason="又错了一项")
    decide(quarter, "2")
    assert measured(quarter)[-1] == ("培训和指导", "建议"), "what was retracted may be proposed again"
    made = appraisal.compute(quarter, QUARTER, code=CODE)
    assert made.kept is not None
    service.void(quarter, appraisal_id=made.kept.id, reason="方案选错")
    assert {state for _, state in measured(quarter)} == {"已撤回"}


def test_a_void_appraisal_is_voided_once_and_prints_nothing_more(quarter: Context) -> None:
    one = decide(quarter)
    made = appraisal.compute(quarter, QUARTER, code=CODE)
    assert made.kept is not None
    assert documents.of_sheet(quarter, one).number == "KH-2026Q1-001"
    service.void(quarter, appraisal_id=made.kept.id, reason="方案选错")
    with pytest.raises(Refusal, match="已经作废"):
        service.void(quarter, appraisal_id=made.kept.id, reason="再作废一次")
    with pytest.raises(Refusal, match="已经作废"):
        letters.vendor_letter(quarter, one)
    with pytest.raises(Refusal, match="已经作废"):
        bundle.kept_summary(quarter, made.kept.id, str(one))


def test_results_are_not_handed_in_before_they_were_told_nor_told_after_they_were_signed(quarter: Context) -> None:
    one, now = decide(quarter), quarter.now()
    feedback.tell(quarter, one, {"talk_at": now, "talk": "当面告知"})
    with pytest.raises(Refusal, match="早于 KH-2026Q1-001 的反馈时间 2026-04-01 09:00"):
        feedback.submit(quarter, [one], {"submitted_at": datetime(2026, 3, 31, 23, 59)})
    feedback.hear(quarter, one, {"opinion": "同意", "opinion_on": quarter.today()})
    go_to(quarter, "2026-04-02 09:00")
    with pytest.raises(Refusal, match="晚于签名日期 2026-04-01"):
        feedback.tell(quarter, one, {"talk_at": quarter.now(), "talk": "再次告知"})
    feedback.submit(quarter, [one], {"submitted_at": now})
    feedback.file(quarter, [one])


# --- periods and editions ---------------------------------------------------------------------------------------------


def test_a_quarter_is_not_scored_over_any_days(site: Context, crew: Team) -> None:
    scheme_id = an_appraisal.scheme(site)
    spot = an_appraisal.scheme(site, "S9", period_kind="抽查")
    days = periods.parse("2026-02-01..2026-02-28")
    with pytest.raises(Refusal, match="是季度考核"):
        service.begin(site, scheme_id=scheme_id, period=days)
    service.begin(site, scheme_id=spot, period=days)
    with pytest.raises(Refusal, match="是抽查考核"):
        service.begin(site, scheme_id=spot, period=QUARTER)


def test_a_period_is_begun_by_the_edition_that_holds_on_its_last_day_alone(site: Context, crew: Team) -> None:
    first = an_appraisal.scheme(site)
    second = an_appraisal.scheme(site, edition=2, begins_on=date(2026, 3, 31))
    third = an_appraisal.scheme(site, edition=3, begins_on=date(2026, 4, 1))
    for scheme_id in (first, third):
        with pytest.raises(Refusal, match="应按 Q9 第 2 版"):
            service.begin(site, scheme_id=scheme_id, period=QUARTER)
    service.begin(site, scheme_id=second, period=QUARTER)
    assert appraisal.compute(site, QUARTER, code=CODE).scheme.edition == 2


def test_what_was_begun_stands_though_its_scheme_is_out_of_use(quarter: Context) -> None:
    before = appraisal.compute(quarter, QUARTER, code=CODE)
    with quarter.writing.begin() as connection:
        connection.execute(update(AppraisalScheme).where(AppraisalScheme.code == CODE).values(ended_on=QUARTER.first))
    after = appraisal.compute(quarter, QUARTER, code=CODE)
    assert after.kept == before.kept
    assert after.objects == before.objects
    with pytest.raises(Refusal, match="没有编码为 Q9 的考核方案"):
        appraisal.compute(quarter, periods.parse("2026Q2"), code=CODE)


def test_who_comes_after_the_beginning_is_asked_about_and_gets_a_sheet(quarter: Context) -> None:
    def asked() -> list[str]:
        made = appraisal.compute(quarter, QUARTER, code=CODE)
        return [each.sentence for each in check.of_round(quarter, made) if each.kind == "没有考核表"]

    made = appraisal.compute(quarter, QUARTER, code=CODE)
    assert made.kept is not None
    assert asked() == []
    with pytest.raises(Refusal, match="不需要补建"):
        service.complete(quarter, appraisal_id=made.kept.id)
    with quarter.transaction("签约") as tx:
        for code, begins in (("V3", date(2026, 3, 31)), ("V4", date(2026, 4, 1))):
            vendor = tx.insert(Vendor, code=code, name=f"{code} 新签单位", short_name=code)
            tx.insert(Contract, vendor_id=vendor, number=f"HT-{code}", project="布线", begins_on=begins)
    assert asked() == ["V3 新签单位是建立考核以后才登记的，没有考核表。请用“更多”里的“补建考核表”。"]
    with pytest.raises(Refusal, match="需要主管"):
        service.complete(quarter.acting_as(Actor("小张", Role.DESK)), appraisal_id=made.kept.id)
    one = decide(quarter)
    act = next(each for each in REGISTER.acts if each.key == "complete")
    assert act.run(quarter, one, {}).value == "已补建V3 新签单位的考核表，请评分。"
    assert asked() == []
    again = appraisal.compute(quarter, QUARTER, code=CODE)
    assert [each.sheet and each.sheet.number for each in again.objects] == [f"KH-2026Q1-00{n}" for n in (1, 2, 3)]
    assert [each.state for each in again.objects] == [SheetState.DECIDED, SheetState.SCORING, SheetState.SCORING]


# --- contracts and what they pay --------------------------------------------------------------------------------------


def asked_of_payment(ctx: Context) -> list[str]:
    made = appraisal.compute(ctx, QUARTER, code=CODE)
    found = check.of_round(ctx, made)
    return [each.sentence for each in found if each.kind in {"付款约定", "合同不满一季"} and each.vendor == "华信"]


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), ""),
        (date(2026, 1, 1), date(2026, 3, 30), "2026-01-01 至 2026-03-30"),
        (date(2026, 1, 2), None, "2026-01-02 至 2026-03-31"),
    ],
)
def test_a_contract_of_a_part_of_the_quarter_is_paid_by_its_days_and_asked_about(
    quarter: Context, begins: date, ends: date | None, told: str
) -> None:
    with quarter.writing.begin() as connection:
        own = update(Contract).where(Contract.number == "HT-V1")
        connection.execute(own.values(begins_on=begins, ends_on=ends))
    part = f"合同在本季度只有 {told} 共 89 日，季度合同款 100,000.00 元 × 89 ÷ 90 日 = 98,888.89 元"
    sentence = f"华信的合同 HT-V1：{part}。请与合同核对；口径在规章 T1 2.4。"
    assert asked_of_payment(quarter) == ([sentence] if told else [])
    (paid,) = scored(quarter).pays
    assert paid.pay.amount_fen == (8_998_889 if told else 9_100_000)
    assert (part in paid.pay.sentence) == bool(told)
    one = decide(quarter)
    letter = letters.vendor_letter(quarter, one)
    assert (part in str(letter.body)) == bool(told), "what the vendor is paid is explained to it"
    assert [each.pay.part for each in scored(quarter).pays] == [part if told else ""], "frozen with its arithmetic"


def test_by_the_other_reading_a_part_of_the_quarter_is_paid_as_a_whole_from_its_day_on(quarter: Context) -> None:
    with quarter.writing.begin() as connection:
        connection.execute(update(Contract).where(Contract.number == "HT-V1").values(ends_on=date(2026, 3, 30)))
    held = quarter.regulations.on(date(2026, 3, 31)).held("T1-APP-01")
    for begins, fen in ((date(2026, 4, 1), 8_998_889), (date(2026, 3, 31), 9_100_000)):
        values = {**held.holding.values, "pay.part": "whole"}
        under = quarter.under(quarter.regulations.amended([("T1-APP-01", Holding(begins, values, "合同补充约定"))]))
        (paid,) = scored(under).pays
        assert paid.pay.amount_fen == fen, begins
    assert "合同在本季度只有 2026-01-01 至 2026-03-30 共 89 日，按整季度的合同款付" in paid.pay.sentence


@pytest.mark.parametrize(
    ("first", "second", "by_t1", "by_t4"),
    [
        ("", "", 2, 2), ("T1", "T1", 2, 0), ("T4", "T4", 0, 2), ("T4", "T1", 1, 1), ("T4", "", 1, 2), ("T1", "", 2, 1),
    ],
)  # fmt: skip
def test_a_vendor_is_scored_by_what_each_of_its_contracts_chooses(
    quarter: Context, first: str, second: str, by_t1: int, by_t4: int
) -> None:
    an_appraisal.scheme(quarter, "Q4", regulation="T4", title="按 T4 的季度评分")
    with quarter.read() as connection:
        own = connection.execute(select(Contract.id, Contract.vendor_id).where(Contract.number == "HT-V1")).one()
    with quarter.transaction("签约") as tx:
        more = {"vendor_id": own.vendor_id, "project": "布线", "begins_on": date(2026, 1, 1)}
        other = tx.insert(Contract, **more, number="HT-V1b")
        for contract, code in ((own.id, first), (other, second)):
            if code:
                since = {"topic": "考核", "holds_from": date(2026, 1, 1)}
                tx.insert(ContractTerm, **since, contract_id=contract, regulation=code)
    term = {"contract_id": other, "holds_from": date(2026, 1, 1), "fee": "5000", "mode": "regulation"}
    payment_terms.save(quarter, None, term)
    made = appraisal.compute(quarter, QUARTER, code=CODE)
    assert made.kept is not None
    service.void(quarter, appraisal_id=made.kept.id, reason="换合同重建")
    for code, contracts in ((CODE, by_t1), ("Q4", by_t4)):
        objects = appraisal.compute(quarter, QUARTER, code=code).objects
        assert [len(each.pays) for each in objects if each.subject.vendor == "华信"] == (
            [contracts] if contracts else []
        ), code


def test_a_decided_sheet_tells_of_other_lines_though_the_sum_is_the_same(quarter: Context) -> None:
    (one, other) = lines(quarter)
    assert one.proposal.points == other.proposal.points
    decide(quarter)
    assert scored(quarter).stale is None
    event_id = int(one.proposal.evidence[0].removeprefix("appraisal_event:"))
    with quarter.writing.begin() as connection:
        connection.execute(update(AppraisalEvent).where(AppraisalEvent.id == event_id).values(points="4"))
        event_id = int(other.proposal.evidence[0].removeprefix("appraisal_event:"))
        connection.execute(update(AppraisalEvent).where(AppraisalEvent.id == event_id).values(points="6"))
    after = scored(quarter)
    assert after.stale is not None
    paper = documents.sheet(quarter, appraisal.compute(quarter, QUARTER, code=CODE), after)
    assert any(note.startswith("核定后记录有变动：") for note in paper.notes)


def test_a_second_contract_without_a_fee_is_asked_about_by_its_number(quarter: Context) -> None:
    one = scored(quarter)
    assert (len(one.pays), asked_of_payment(quarter)) == (1, [])
    with quarter.transaction("签约") as tx:
        more = {"vendor_id": one.subject.vendor_id, "project": "布线", "begins_on": date(2026, 1, 1)}
        second = tx.insert(Contract, **more, number="HT-V1b")
    assert asked_of_payment(quarter) == ["华信的合同 HT-V1b 没有付款约定，应付金额里没有它。请登记季度合同款。"]
    term = {"contract_id": second, "holds_from": date(2026, 3, 31), "fee": "333.33", "mode": "regulation"}
    payment_terms.save(quarter, None, term)
    assert asked_of_payment(quarter) == []
    both = scored(quarter)
    amounts = [each.pay.amount_fen for each in both.pays]
    assert amounts == [9_100_000, 30_333], "91 分：每份合同各自四舍五入到分"
    assert both.amount_fen == 9_130_333


# --- what costs twice -------------------------------------------------------------------------------------------------


def asked_of_scheme(ctx: Context, code: str = CODE) -> list[str]:
    made = appraisal.compute(ctx, QUARTER, code=code)
    return [each.sentence for each in check.of_round(ctx, made) if each.kind == "考核方案"]


def item_more(ctx: Context, scheme_id: int, title: str, way: str, source: str) -> None:
    blank = dict.fromkeys(("target", "cap", "ladder", "clause"), "")
    with ctx.transaction("指标") as tx:
        tx.insert(
            AppraisalItem, **blank, scheme_id=scheme_id, place=90, category="解决", title=title, way=way, source=source,
            weight="5", each="1", standard="每次扣 1 分。",
        )  # fmt: skip


def test_the_shipped_schemes_take_points_off_once_for_a_fact(site: Context, crew: Team) -> None:
    with site.read() as connection:
        shipped = [appraisal_schemes.read(connection, each) for each in range(1, 7)]
    for each in shipped:
        sources = [SAME_FACTS.get(item.source, item.source) for item in each.items if item.source]
        assert len(sources) == len(set(sources)), each.code


def test_two_items_of_the_same_facts_are_asked_about(quarter: Context) -> None:
    scheme_id = appraisal.compute(quarter, QUARTER, code=CODE).scheme.id
    assert asked_of_scheme(quarter) == []
    item_more(quarter, scheme_id, "响应超时", "按次扣分", "incident.response")
    assert asked_of_scheme(quarter) == [], "late answers are not late solutions"
    item_more(quarter, scheme_id, "解决超时", "按次扣分", "incident.deadline")
    item_more(quarter, scheme_id, "违反纪律", "按次扣分", "event.violation")
    item_more(quarter, scheme_id, "书面表扬", "按次加分", "event.praise")
    assert asked_of_scheme(quarter) == [
        f"“{one}”和“{other}”按同样的记录计分，一件事会扣两次。请在考核方案里核对。"
        for one, other in (("违规", "违反纪律"), ("按时解决率", "解决超时"))
    ]


# --- points as money (E19) --------------------------------------------------------------------------------------------


def of_points(ctx: Context) -> int:
    """A monthly scheme by E19 with one item of twelve points for complaints; not yet published."""
    blank = dict.fromkeys(("grounds", "leader", "members", "remarks"), "")
    own = {"code": "P12", "title": "十二分制", "period_kind": "月度", "level": "部门级", "object_kind": "个人"}
    with ctx.transaction("方案") as tx:
        scheme_id = tx.insert(
            AppraisalScheme, **blank, **own, edition=1, regulation="E19", grades='[["0", "合格"]]',
            begins_on=date(2026, 1, 1),
        )  # fmt: skip
        empty = dict.fromkeys(("target", "cap", "ladder", "clause", "each"), "")
        tx.insert(
            AppraisalItem, **empty, scheme_id=scheme_id, place=10, category="投诉", title="投诉", weight="12",
            standard="按登记的分值扣，扣完为止。", way="按次扣分", source="event.complaint",
        )  # fmt: skip
    return scheme_id


def test_twelve_points_are_money_each_and_used_up_they_warn(site: Context, crew: Team) -> None:
    scheme_id = of_points(site)
    with pytest.raises(Refusal, match="应为 100 分，还差 88 分"):
        scheme_acts.publish(site, scheme_id, {})
    typed = {"score.full": "12", "score.unit": "1", "score.yuan": "50", "score.money_mode": "floor"}
    amending.amend(
        site, clause="E19-21", begins_on=site.today(), typed=typed, source="考核说明", reason="填写十二分制"
    )  # fmt: skip
    scheme_acts.publish(site, scheme_id, {})
    for staff_no, points in (("1001", "11"), ("1002", "13")):
        values = {"kind": "投诉", "day": site.today(), "staff_id": crew[staff_no], "facts": "约好没有到。"}
        events.save(site, None, {**values, "proof": "电话记录", "points": points})
    go_to(site, "2026-04-01 09:00")
    march = periods.parse("2026-03")
    service.begin(site, scheme_id=scheme_id, period=march)
    made = appraisal.compute(site, march, code="P12")
    found = {each.subject.name: each for each in made.objects}
    rulings.rule(
        site,
        wishes=[
            Wish(each.sheet.id, each.items[0].item.id, line.proposal.key, LineState.CONFIRMED)
            for each in made.objects
            if each.sheet
            for line in each.items[0].lines
        ],
    )
    service.decide(site, sheet_ids=[each.sheet.id for each in made.objects if each.sheet])
    told = [(found[name].score, found[name].money and found[name].money.amount_fen) for name in ("王强", "李敏")]
    assert told == [(1, 55_000), (0, 60_000)], "the thirteenth point is cut"
    with site.read() as connection:
        query = select(Measure.staff_id, Measure.sentence).where(Measure.kind == "更换")
        assert [tuple(row) for row in connection.execute(query)] == [
            (crew["1002"], "12 分已全部扣完。程序只作预警并建议更换人员，是否更换由主管决定。")
        ]


# --- months and years -------------------------------------------------------------------------------------------------


def by_months(ctx: Context, code: str, kind: str, **more: str) -> int:
    """A published scheme by T4 of months or of a year, of one item."""
    blank = dict.fromkeys(("grounds", "remarks"), "")
    own = {"code": code, "title": f"{kind}考核", "period_kind": kind, "level": "部门级", "object_kind": "个人"}
    usual = {**own, "regulation": "T4", "grades": '[["0", "合格"]]', "leader": "孙丽", "members": "赵敏\n钱进", **more}
    year = kind == "年度"
    weight, way, source = ("100", "按比率", "months.score") if year else ("100", "人工评分", "")
    with ctx.transaction("方案") as tx:
        scheme_id = tx.insert(
            AppraisalScheme, **blank, **usual, edition=1, begins_on=date(2026, 1, 1), published_on=date(2026, 1, 1)
        )
        empty = dict.fromkeys(("target", "cap", "ladder", "clause", "each"), "")
        tx.insert(
            AppraisalItem, **empty, scheme_id=scheme_id, place=10, category="任务", title="任务", weight=weight,
            standard="照任务单评分。", way=way, source=source,
        )  # fmt: skip
    return scheme_id


def score_month(ctx: Context, code: str, scheme_id: int, text: str, points: str, names: tuple[str, ...] = ()) -> None:
    """Everybody has the same points in a month."""
    month = periods.parse(text)
    service.begin(ctx, scheme_id=scheme_id, period=month, names=names)
    sheets = [each.sheet for each in appraisal.compute(ctx, month, code=code).objects if each.sheet]
    item = appraisal.compute(ctx, month, code=code).scheme.items[0].id
    entries = [Entry(each.id, item, Decimal(points), "漏做一项") for each in sheets]
    marks.mark(ctx, entries=entries, scorer_kind=ScorerKind.DECIDED)
    service.decide(ctx, sheet_ids=[each.id for each in sheets])


def kinds_asked(ctx: Context, text: str, code: str) -> list[str]:
    found = check.of_round(ctx, appraisal.compute(ctx, periods.parse(text), code=code))
    return [each.sentence for each in found if each.kind in {"月度考核", "考核方案"}]


def test_a_year_counts_the_months_of_its_own_regulation_alone(site: Context, crew: Team) -> None:
    house, other = by_months(site, "M4", "月度"), by_months(site, "M8", "月度", regulation="E8")
    by_months(site, "Y4", "年度")
    go_to(site, "2026-04-01 09:00")
    for text, points in (("2026-01", "80"), ("2026-02", "90")):
        score_month(site, "M4", house, text, points)
    score_month(site, "M8", other, "2026-01", "10")
    one = appraisal.compute(site, periods.parse("2026"), code="Y4").objects[0]
    assert one.score == 85
    assert "2 个月的得分合计 170 分，达到 85%" in one.items[0].lines[0].proposal.because


def test_months_that_nobody_was_appraised_for_are_asked_about(site: Context, crew: Team) -> None:
    house = by_months(site, "M4", "月度")
    by_months(site, "Y4", "年度")
    go_to(site, "2026-03-31 09:00")
    score_month(site, "M4", house, "2026-01", "80")
    missed = "2026-02 应考核 1 次，现在有 0 次（T4 7.1）。请补做这个月的考核。"
    weights = "各月得分占 100 分，条文是 60%（T4 7.2）。请在考核方案里核对。"
    assert kinds_asked(site, "2026-01", "M4") == []
    assert kinds_asked(site, "2026-02", "M4") == [missed]
    assert kinds_asked(site, "2026-03", "M4") == [], "the month is not over"
    assert kinds_asked(site, "2026", "Y4") == [weights, missed]


def test_a_team_has_its_year_out_of_its_months(site: Context, crew: Team) -> None:
    monthly = by_months(site, "M4", "月度", object_kind="班组")
    yearly = by_months(site, "Y4", "年度", object_kind="班组")
    with site.read() as connection:
        assert appraisal_schemes.unfit(appraisal_schemes.read(connection, yearly)) == ""
    go_to(site, "2026-04-01 09:00")
    score_month(site, "M4", monthly, "2026-01", "80", ("一班", "二班"))
    score_month(site, "M4", monthly, "2026-02", "90", ("一班",))
    service.begin(site, scheme_id=yearly, period=periods.parse("2026"), names=("一班", "二班"))
    made = appraisal.compute(site, periods.parse("2026"), code="Y4")
    assert [(each.subject.name, each.score) for each in made.objects] == [("一班", 85), ("二班", 80)]


@pytest.mark.parametrize(
    ("opened", "told"), [("2026-01-01", ""), ("2026-01-02", "2026-01-01 至启用日"), ("2026-04-01", "整个周期")]
)
def test_days_before_the_record_began_are_asked_about(quarter: Context, opened: str, told: str) -> None:
    with quarter.writing.begin() as connection:
        connection.execute(update(Setting).where(Setting.name == "site.opened_on").values(value=opened))
    made = appraisal.compute(quarter, QUARTER, code=CODE)
    found = [each.sentence for each in check.of_round(quarter, made) if "启用日" in each.sentence]
    sentence = f"启用日是 {opened}，{told}没有记录，取数的指标不扣分，得分会偏高。请核对是否照此考核。"
    assert found == ([sentence] if told else [])


# --- one alone --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "text"), [("T1Q", "2026Q1"), ("T4M", "2026-02")])
def test_one_sheet_alone_says_what_it_says_among_all(site: Context, code: str, text: str) -> None:
    february.live(site)
    period = periods.parse(text)
    with site.read() as connection:
        scheme = appraisal.scheme_of(connection, period, code)
    scheme_acts.publish(site, scheme.id, {})
    go_to(site, "2026-04-01 09:00")
    service.begin(site, scheme_id=scheme.id, period=period)
    made = appraisal.compute(site, period, code=code)
    assert made.kept is not None
    assert any(line.counted for each in made.objects for item in each.items for line in item.lines)
    for each in made.objects:
        assert each.sheet is not None
        with site.read() as connection:
            alone = appraisal.of_one_sheet(connection, site.regulations, each.sheet.id, site.now())
            last = each.items[-1].item.id
            of = appraisal.of_appraisal(
                connection, site.regulations, made.kept.id, site.now(), [each.sheet.id], [last]
            )  # fmt: skip
        assert alone.objects == (each,)
        assert of.objects[0].items == each.items[-1:]


def test_nobody_scores_as_the_group_who_is_not_in_it(quarter: Context) -> None:
    one = scored(quarter)
    assert one.sheet is not None
    entries = [Entry(one.sheet.id, one.items[0].item.id, Decimal(18), "台账缺两页")]
    for who in ("孙丽", "赵敏", "钱进"):
        marks.mark(quarter, entries=entries, scorer_kind=ScorerKind.GROUP, scorer=who)
    with pytest.raises(Refusal, match="考核小组里没有路人甲，小组是孙丽、赵敏、钱进"):
        marks.mark(quarter, entries=entries, scorer_kind=ScorerKind.GROUP, scorer="路人甲")


def test_the_lines_on_paper_name_their_records_in_words(quarter: Context, crew: Team) -> None:
    an_appraisal.event(quarter, crew["1001"], date(2026, 3, 6), "在机房门口吸烟。")
    paper = documents.details_of(quarter, decide(quarter))
    assert paper is not None
    said = str(paper.body)
    assert [word for word in ("考核事项 KS-202602-001", "考核事项 KS-202603-002") if word not in said] == []
    assert "appraisal_event:" not in said
    assert "mark:" not in said


def test_months_are_asked_about_of_everybody_who_was_there_and_of_the_whole_site_for_a_department(
    site: Context, crew: Team
) -> None:
    with site.transaction("短期") as tx:
        vendor_id = tx.connection.execute(select(Staff.vendor_id).where(Staff.id == crew["1001"])).scalar_one()
        own = {"staff_no": "1007", "name": "郑短", "initials": "ZD", "remarks": "", "reserve": False}
        days = {"arrived_on": date(2026, 2, 5), "left_on": date(2026, 2, 20)}
        tx.insert(Staff, **own, **days, vendor_id=vendor_id)
    settings.write(site, {"site.opened_on": "2026-02-01"})
    go_to(site, "2026-04-01 09:00")
    vendors, department = an_appraisal.scheme(site), an_appraisal.scheme(site, "D9", object_kind="部门")
    for scheme_id in (vendors, department):
        item_more(site, scheme_id, "迟到", "按次扣分", "attendance.late")
    service.begin(site, scheme_id=department, period=QUARTER, names=("运维部",))
    for code in ("Q9", "D9"):
        found = check.of_round(site, appraisal.compute(site, QUARTER, code=code))
        assert [each.sentence[:18] for each in found if each.kind == "月度考勤"] == [
            "2026-02 考勤还有 9 人没有", "2026-03 考勤还有 8 人没有",
        ]  # fmt: skip


def test_the_command_line_scores_nothing_that_has_not_begun(
    quarter: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(quarter.home), "appraisal", "compute", "2027Q1", "--scheme", CODE]) != 0
    assert "2027 年第一季度还没有开始" in capsys.readouterr().err


# --- read anew --------------------------------------------------------------------------------------------------------


def test_after_marks_rulings_and_decisions_only_the_sheets_are_read_anew(quarter: Context) -> None:
    shown = appraisal.compute(quarter, QUARTER, code=CODE)
    (one, _) = lines(quarter)
    rulings.rule(quarter, wishes=[wish(quarter, one, LineState.WAIVED)])
    again = appraisal.renewed(quarter, shown)
    assert again.objects == appraisal.compute(quarter, QUARTER, code=CODE).objects != shown.objects
    assert again.feeds is shown.feeds
    decide(quarter)
    assert appraisal.renewed(quarter, again).objects == appraisal.compute(quarter, QUARTER, code=CODE).objects


def test_a_void_appraisal_and_one_with_another_sheet_are_computed_as_a_whole(quarter: Context, crew: Team) -> None:
    shown = appraisal.compute(quarter, QUARTER, code=CODE)
    assert shown.kept is not None
    with quarter.transaction("新单位") as tx:
        vendor = tx.insert(Vendor, code="XM", name="新美科技有限公司", short_name="新美")
        tx.insert(Contract, vendor_id=vendor, number="XM-1", project="新项目", begins_on=date(2026, 1, 1))
    service.complete(quarter, appraisal_id=shown.kept.id)
    again = appraisal.renewed(quarter, shown)
    assert len(again.objects) == len(shown.objects) + 1
    service.void(quarter, appraisal_id=shown.kept.id, reason="方案选错")
    assert appraisal.renewed(quarter, again).kept is None


def test_three_reasons_of_points_taken_off_are_two_lines_each() -> None:
    because = "SJ-20260914-002 财务科激光打印机卡纸（陆远帆）：应在 09-15 17:30 前交单，09-16 10:27 交单（扣 0.5 分）"
    row = tuple("\n".join([because] * 3) if each.title == "完成情况及扣分事由" else None for each in documents.COLUMNS)
    (table,) = [Table(documents.COLUMNS, (row,), row_height=documents.ROW, font_size=8.5)]
    made = Document("OD-F18", "A/0", "考核评分表", "", "a", "a", "示例市信息中心", (table,), landscape=True)
    (page,) = compose(made)
    assert sum(ink.text.startswith("SJ-") for ink in page.inks) == 3
    assert len({round(ink.y) for ink in page.inks if len(ink.text) > 3 and ink.text in because}) == 6
