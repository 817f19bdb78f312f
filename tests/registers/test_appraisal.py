"""考核: scored from the record, ruled line by line, decided, told, filed; on paper and from the command line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import february
import pypdfium2
import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from team import Team, go_to

from opsdesk.exports import archive
from opsdesk.exports.document import Table, Text
from opsdesk.models import Contract, Measure, Punch, Vendor
from opsdesk.register import Query
from opsdesk.registers.appraisal import bundle, documents, feedback, letters, listing, marks, rulings, service
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.registers.payment_term import service as payment_terms
from opsdesk.registers.scheme import acts as scheme_acts
from opsdesk.rules import periods, scoring
from opsdesk.rules.scoring import Event, Item, LineState, ObjectKind, PeriodKind, ScorerKind, Way
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal, appraisal_schemes
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal

QUARTER, MONTH = periods.parse("2026Q1"), periods.parse("2026-02")


@pytest.fixture
def crew(site: Context) -> Team:
    """The team with its February."""
    return february.live(site)


def scheme(ctx: Context, kind: PeriodKind, who: ObjectKind, *, published: bool = True) -> Scheme:
    """The shipped scheme for such a period and such appraisees, published."""
    with ctx.read() as connection:
        found = appraisal_schemes.in_force(connection, kind, who, date(2026, 3, 31))
    assert found is not None
    if published and found.published_on is None:
        scheme_acts.publish(ctx, found.id, {})
    return found


def pays(ctx: Context, *, mode: str = "regulation", shares: str = "") -> None:
    """A fee of 100,000 yuan a quarter for every contract."""
    with ctx.read() as connection:
        contracts = connection.execute(select(Contract.id, Contract.begins_on)).all()
    for row in contracts:
        term = {"contract_id": row.id, "holds_from": row.begins_on, "fee": "100000", "mode": mode, "shares": shares}
        payment_terms.save(ctx, None, term)


def begun(ctx: Context) -> Round:
    """The quarter of the vendors, begun on the first of April."""
    chosen = scheme(ctx, PeriodKind.QUARTER, ObjectKind.VENDOR)
    go_to(ctx, "2026-04-01 09:00")
    service.begin(ctx, scheme_id=chosen.id, period=QUARTER)
    return appraisal.compute(ctx, QUARTER)


def wishes(scored: Scored, state: LineState = LineState.CONFIRMED, reason: str = "") -> list[Wish]:
    """The same ruling upon every line that waits for one."""
    assert scored.sheet is not None
    return [
        Wish(scored.sheet.id, each.item.id, line.proposal.key, state, None, reason)
        for each in scored.items
        if each.item.way in {Way.EVENTS, Way.BONUS}
        for line in each.lines
    ]


def decided(ctx: Context) -> Round:
    """The quarter with every line confirmed and every sheet decided."""
    made = begun(ctx)
    rulings.rule(ctx, wishes=[wish for each in made.objects for wish in wishes(each)])
    service.decide(ctx, sheet_ids=[each.sheet.id for each in made.objects if each.sheet])
    return appraisal.compute(ctx, QUARTER)


def sheet_id(scored: Scored) -> int:
    assert scored.sheet is not None
    return scored.sheet.id


def of_vendor(made: Round, short_name: str) -> Scored:
    return next(each for each in made.objects if each.subject.vendor == short_name)


# --- computed ---------------------------------------------------------------------------------------------------------


def test_lines_add_up_to_the_score_to_the_last_digit(site: Context, crew: Team) -> None:
    scheme(site, PeriodKind.QUARTER, ObjectKind.VENDOR, published=False)
    made = appraisal.compute(site, QUARTER)
    assert [each.subject.vendor for each in made.objects] == ["华信", "恒通"]
    for each in made.objects:
        for item in each.items:
            assert item.score == item.base + sum((line.counted for line in item.lines), Decimal(0))
            assert item.score >= 0
        assert each.score == sum((item.score for item in each.items), Decimal(0))
    late = next(item for item in of_vendor(made, "华信").items if item.item.source == "attendance.late")
    assert {line.proposal.person for line in late.lines} >= {"王强"}
    assert all(line.proposal.citation and line.proposal.evidence for line in late.lines)


def test_a_vendor_has_its_own_people_alone(site: Context, crew: Team) -> None:
    made = appraisal.compute(site, QUARTER)
    people = {line.proposal.person for item in of_vendor(made, "恒通").items for line in item.lines}
    assert not people & {"王强", "李敏", "刘芳", "吴琼", "买买提·艾力江", "李𬭎"}
    assert appraisal.compute(site, QUARTER, vendor_id=of_vendor(made, "恒通").subject.vendor_id).objects == (
        of_vendor(made, "恒通"),
    )


def test_a_period_without_a_scheme_is_refused(site: Context) -> None:
    with pytest.raises(Refusal, match="没有编码为 XX 的考核方案"):
        appraisal.compute(site, QUARTER, code="XX")
    with pytest.raises(Refusal, match="不是考核周期"):
        service.period_typed("2026Q5")


# --- begun ------------------------------------------------------------------------------------------------------------


def test_scoring_waits_for_the_scheme_to_be_published(site: Context, crew: Team) -> None:
    chosen = scheme(site, PeriodKind.QUARTER, ObjectKind.VENDOR, published=False)
    with pytest.raises(Refusal, match="还没有公示"):
        service.begin(site, scheme_id=chosen.id, period=QUARTER)
    scheme_acts.publish(site, chosen.id, {})
    service.begin(site, scheme_id=chosen.id, period=QUARTER)
    with pytest.raises(Refusal, match="已经按"):
        service.begin(site, scheme_id=chosen.id, period=QUARTER)


def test_a_period_to_come_or_of_another_kind_is_refused(site: Context, crew: Team) -> None:
    chosen = scheme(site, PeriodKind.QUARTER, ObjectKind.VENDOR)
    with pytest.raises(Refusal, match="还没有开始"):
        service.begin(site, scheme_id=chosen.id, period=periods.parse("2026Q2"))
    with pytest.raises(Refusal, match="是季度考核"):
        service.begin(site, scheme_id=chosen.id, period=MONTH)


def test_the_clerk_may_not_begin_rule_or_decide(site: Context, crew: Team) -> None:
    made = begun(site)
    clerk = site.acting_as(Actor("小张", Role.DESK))
    one = made.objects[0]
    with pytest.raises(Refusal, match="需要主管"):
        rulings.rule(clerk, wishes=wishes(one)[:1])
    with pytest.raises(Refusal, match="需要主管"):
        service.decide(clerk, sheet_ids=[sheet_id(one)])
    with pytest.raises(Refusal, match="需要主管"):
        service.void(clerk, appraisal_id=1, reason="重复建立")


# --- ruled ------------------------------------------------------------------------------------------------------------


def test_a_ruling_needs_a_reason_and_can_be_taken_back(site: Context, crew: Team) -> None:
    made = begun(site)
    one = of_vendor(made, "华信")
    first = wishes(one)[0]
    for state in (LineState.WAIVED, LineState.CHANGED):
        with pytest.raises(Refusal, match="要写明理由"):
            rulings.rule(site, wishes=[Wish(first.sheet_id, first.item_id, first.key, state, Decimal("-0.1"))])
    before = rulings.rule(
        site, wishes=[Wish(first.sheet_id, first.item_id, first.key, LineState.WAIVED, None, "公交停运")]
    ).value
    waived = of_vendor(appraisal.compute(site, QUARTER), "华信")
    line = next(each for item in waived.items for each in item.lines if each.proposal.key == first.key)
    assert (line.state, line.counted, line.ruling and line.ruling.reason) == (LineState.WAIVED, Decimal(0), "公交停运")
    assert line.proposal.points < 0
    rulings.rule(site, wishes=before)
    assert of_vendor(appraisal.compute(site, QUARTER), "华信").score == one.score


def test_a_line_cannot_cost_more_than_its_item(site: Context, crew: Team) -> None:
    one = of_vendor(begun(site), "华信")
    first = wishes(one)[0]
    full = next(each.item.weight for each in one.items if each.item.id == first.item_id)
    for points, fits in ((-full, True), (-full - 1, False), (Decimal(1), False)):
        wish = Wish(first.sheet_id, first.item_id, first.key, LineState.CHANGED, points, "核实情节")
        if fits:
            rulings.rule(site, wishes=[wish])
        else:
            with pytest.raises(Refusal):
                rulings.rule(site, wishes=[wish])


def test_a_line_that_is_no_longer_proposed_is_refused(site: Context, crew: Team) -> None:
    one = of_vendor(begun(site), "华信")
    first = wishes(one)[0]
    with pytest.raises(Refusal, match="已不在记录里"):
        rulings.rule(site, wishes=[Wish(first.sheet_id, first.item_id, "attendance.late|punch:0", LineState.CONFIRMED)])


# --- decided ----------------------------------------------------------------------------------------------------------


def test_deciding_waits_for_the_end_and_for_every_line(site: Context, crew: Team) -> None:
    chosen = scheme(site, PeriodKind.QUARTER, ObjectKind.VENDOR)
    service.begin(site, scheme_id=chosen.id, period=QUARTER)
    one = of_vendor(appraisal.compute(site, QUARTER), "华信")
    go_to(site, "2026-03-30 23:59:00")
    with pytest.raises(Refusal, match="2026-03-31 才结束"):
        service.decide(site, sheet_ids=[sheet_id(one)])
    go_to(site, "2026-03-31 09:00:00")
    with pytest.raises(Refusal, match="没有确认或免除"):
        service.decide(site, sheet_ids=[sheet_id(one)])
    one = of_vendor(appraisal.compute(site, QUARTER), "华信")
    rulings.rule(site, wishes=wishes(one))
    service.decide(site, sheet_ids=[sheet_id(one)])
    assert of_vendor(appraisal.compute(site, QUARTER), "华信").state is SheetState.DECIDED


def test_what_was_decided_stands_while_the_record_changes(site: Context, crew: Team) -> None:
    made = decided(site)
    before = of_vendor(made, "华信")
    with pytest.raises(Refusal, match="已经核定"):
        rulings.rule(site, wishes=wishes(before)[:1])
    late = next(item for item in before.items if item.item.source == "attendance.late").lines[0]
    punch_id = int(late.proposal.evidence[0].removeprefix("punch:"))
    with site.transaction("更正") as tx:
        tx.update(Punch, punch_id, void_at=site.now(), void_by="主管", void_reason="误登")
    after = of_vendor(appraisal.compute(site, QUARTER), "华信")
    assert after.score == before.score
    assert after.items == before.items
    assert after.stale is not None
    assert after.stale != after.score


def test_a_decision_can_be_taken_back_with_a_reason(site: Context, crew: Team) -> None:
    one = of_vendor(decided(site), "华信")
    with pytest.raises(Refusal, match="要写明原因"):
        service.withdraw(site, sheet_id=sheet_id(one), reason="")
    service.withdraw(site, sheet_id=sheet_id(one), reason="申诉成立")
    assert of_vendor(appraisal.compute(site, QUARTER), "华信").state is SheetState.SCORING


def test_a_voided_appraisal_makes_room_for_another(site: Context, crew: Team) -> None:
    made = begun(site)
    assert made.kept is not None
    service.void(site, appraisal_id=made.kept.id, reason="方案选错")
    again = appraisal.compute(site, QUARTER)
    assert again.kept is None
    service.begin(site, scheme_id=made.scheme.id, period=QUARTER)
    numbers = {each.sheet.number for each in appraisal.compute(site, QUARTER).objects if each.sheet}
    assert not numbers & {each.sheet.number for each in made.objects if each.sheet}


def test_a_ruling_on_what_has_changed_since_it_was_seen_is_refused(site: Context, crew: Team) -> None:
    one = of_vendor(begun(site), "华信")
    wish = wishes(one)[0]
    line = next(each for item in one.items for each in item.lines if each.proposal.key == wish.key)
    with pytest.raises(Refusal, match="记录在这期间有变动"):
        rulings.rule(site, wishes=[replace(wish, seen=line.proposal.points - 1)])
    rulings.rule(site, wishes=[replace(wish, seen=line.proposal.points)])


def test_a_decided_sheet_keeps_vendor_and_post_as_they_were(site: Context, crew: Team) -> None:
    one = of_vendor(decided(site), "华信")
    with site.transaction("改简称") as tx:
        tx.update(Vendor, one.subject.vendor_id or 0, short_name="华信新")
    again = next(each for each in appraisal.compute(site, QUARTER).objects if sheet_id(each) == sheet_id(one))
    assert again.subject.vendor == "华信"


# --- paid -------------------------------------------------------------------------------------------------------------


def test_the_score_decides_what_is_paid(site: Context, crew: Team) -> None:
    pays(site)
    one = of_vendor(decided(site), "华信")
    assert one.amount_fen == int(one.score * 100_000)
    assert one.per_cent == one.score
    assert one.pays[0].pay.citation.key == "T1-APP-01"
    assert "应付" in one.pays[0].pay.sentence


@pytest.mark.parametrize(
    ("mode", "shares", "amount"),
    [
        ("tier3", "", {90: 10_000_000, 80: 9_000_000, 60: 8_000_000}),
        ("grade4", "优 100% 良 95% 合格 80% 不合格 0%", None),
    ],
)
def test_a_contract_may_pay_in_its_own_way(
    site: Context, crew: Team, mode: str, shares: str, amount: dict[int, int] | None
) -> None:
    pays(site, mode=mode, shares=shares)
    one = of_vendor(decided(site), "恒通")
    if amount is None:
        assert one.pays[0].pay.grade in {"优", "良", "合格", "不合格"}
        assert one.amount_fen is not None
    else:
        assert one.amount_fen == next((fen for least, fen in amount.items() if one.score >= least), None)


def test_one_more_event_costs_what_it_says(site: Context, crew: Team) -> None:
    item = Item(1, 1, "综合", "迟到", Decimal(2), way=Way.EVENTS, source="attendance.late", each=Decimal("0.5"))
    event = Event("attendance.late", date(2026, 3, 2), "迟到。", ("punch:1",))
    scored = scoring.score(item, scoring.propose(item, [event], None), {})
    assert (scored.score, scoring.with_one_more(scored).score) == (Decimal("1.5"), Decimal("1.0"))


# --- by hand ----------------------------------------------------------------------------------------------------------


def months_sheet(ctx: Context) -> tuple[Scored, Item]:
    """王强's sheet of February and its first item that is scored by hand."""
    chosen = scheme(ctx, PeriodKind.MONTH, ObjectKind.PERSON)
    if appraisal.compute(ctx, MONTH, code=chosen.code).kept is None:
        service.begin(ctx, scheme_id=chosen.id, period=MONTH)
    made = appraisal.compute(ctx, MONTH, code=chosen.code)
    one = next(each for each in made.objects if each.subject.name == "王强")
    return one, next(each.item for each in one.items if each.item.way is Way.HAND)


def test_points_by_hand_need_the_fact_behind_them(site: Context, crew: Team) -> None:
    one, item = months_sheet(site)
    less = item.weight - 1
    with pytest.raises(Refusal, match="事实依据"):
        marks.mark(site, entries=[Entry(sheet_id(one), item.id, less)], scorer_kind=ScorerKind.DECIDED)
    marks.mark(site, entries=[Entry(sheet_id(one), item.id, less, "周报晚交一次")], scorer_kind=ScorerKind.DECIDED)
    scored = next(each for each in months_sheet(site)[0].items if each.item.id == item.id)
    assert (scored.score, scored.blank, scored.lines[0].proposal.because) == (less, False, "周报晚交一次")


def test_what_is_decided_outranks_the_group_and_the_group_the_appraisee(site: Context, crew: Team) -> None:
    one, item = months_sheet(site)

    def stands() -> Decimal | None:
        scored = next(each for each in months_sheet(site)[0].items if each.item.id == item.id)
        return None if scored.blank else scored.score

    def give(points: str, kind: ScorerKind, who: str = "") -> list[Entry]:
        entry = Entry(sheet_id(one), item.id, Decimal(points), "情况属实")
        return marks.mark(site, entries=[entry], scorer_kind=kind, scorer=who).value

    give("10", ScorerKind.SELF)
    assert stands() is None
    give("8", ScorerKind.GROUP, "值长")
    give("9", ScorerKind.GROUP, "设备员（兼职安全员）")
    assert stands() == Decimal("8.5")
    before = give("7", ScorerKind.DECIDED)
    assert stands() == Decimal(7)
    marks.mark(site, entries=before, scorer_kind=ScorerKind.DECIDED)
    assert stands() == Decimal("8.5")


@pytest.mark.parametrize(
    ("typed", "said"), [("-1", "0 到"), ("abc", "不是分数"), ("9.999", "两位小数"), ("1e9", "0 到")]
)
def test_what_is_no_score_is_refused(typed: str, said: str) -> None:
    item = Item(1, 1, "态度", "协作", Decimal(10))
    with pytest.raises(Refusal, match=said):
        marks.typed_points(typed, item)
    assert marks.typed_points("10", item) == Decimal(10)
    assert marks.typed_points(" ", item) is None


def test_an_item_of_the_record_takes_no_points_by_hand(site: Context, crew: Team) -> None:
    one, _ = months_sheet(site)
    item = next(each.item for each in one.items if each.item.way is Way.EVENTS)
    with pytest.raises(Refusal, match="由记录取数"):
        marks.mark(site, entries=[Entry(sheet_id(one), item.id, Decimal(1), "x")], scorer_kind=ScorerKind.DECIDED)


# --- told, heard, filed -----------------------------------------------------------------------------------------------


def test_a_sheet_is_not_filed_before_it_was_told_and_heard(site: Context, crew: Team) -> None:
    one = sheet_id(of_vendor(decided(site), "华信"))
    now, today = site.now(), site.today()
    with pytest.raises(Refusal, match="还不能归档"):
        feedback.file(site, [one])
    with pytest.raises(Refusal, match="还没有登记反馈"):
        feedback.hear(site, one, {"opinion": "同意", "opinion_on": today})
    feedback.tell(site, one, {"talk_at": now, "talk": "当面告知"})
    with pytest.raises(Refusal, match="意见内容"):
        feedback.hear(site, one, {"opinion": "申诉", "opinion_on": today})
    feedback.hear(site, one, {"opinion": "申诉", "opinion_text": "公交停运", "opinion_on": today})
    late = feedback.submit(site, [one], {"submitted_at": now, "submitted_to": "王丽"}).value
    assert "逾期" in late
    with pytest.raises(Refusal, match="申诉还没有答复"):
        feedback.file(site, [one])
    feedback.answer(site, one, {"answer": "核实后维持"})
    feedback.file(site, [one])
    with pytest.raises(Refusal, match="已经归档"):
        feedback.tell(site, one, {"talk_at": now})
    row = next(each for each in listing.listed(site, Query()).rows if each.id == one)
    assert row.values["score"] == scoring.plain(of_vendor(appraisal.compute(site, QUARTER), "华信").score)
    assert row.values["opinion"] == "申诉"


def test_who_does_not_sign_needs_a_witness(site: Context, crew: Team) -> None:
    one = sheet_id(of_vendor(decided(site), "华信"))
    feedback.tell(site, one, {"talk_at": site.now(), "talk": "当面告知"})
    with pytest.raises(Refusal, match="见证人"):
        feedback.hear(site, one, {"opinion": "拒签", "opinion_on": site.today()})
    feedback.hear(site, one, {"opinion": "拒签", "opinion_on": site.today(), "witness": "李明"})
    feedback.submit(site, [one], {"submitted_at": site.now()})
    feedback.file(site, [one])


@pytest.mark.parametrize(("at", "late"), [("2026-03-31 23:59:00", False), ("2026-04-01 00:00:00", True)])
def test_results_are_due_at_the_end_of_the_month(site: Context, crew: Team, at: str, late: bool) -> None:
    chosen = scheme(site, PeriodKind.QUARTER, ObjectKind.VENDOR)
    go_to(site, "2026-03-31 09:00:00")
    service.begin(site, scheme_id=chosen.id, period=QUARTER)
    one = of_vendor(appraisal.compute(site, QUARTER), "恒通")
    if lines := wishes(one):
        rulings.rule(site, wishes=lines)
    service.decide(site, sheet_ids=[sheet_id(one)])
    feedback.tell(site, sheet_id(one), {"talk_at": site.now(), "talk": "电话告知"})
    go_to(site, at)
    said = feedback.submit(site, [sheet_id(one)], {"submitted_at": datetime.fromisoformat(at)}).value
    assert ("逾期" in said) is late


def test_a_low_score_proposes_what_a_human_decides(site: Context, crew: Team) -> None:
    made = decided(site)
    with site.read() as connection:
        kinds = set(connection.execute(select(Measure.kind)).scalars())
    expected = {"奖励"} if any(each.score >= 90 for each in made.objects) else set()
    expected |= {"培训"} if any(each.score < 60 for each in made.objects) else set()
    assert kinds == expected


# --- on paper ---------------------------------------------------------------------------------------------------------


def test_the_whole_period_is_printed_with_payment_and_clauses(site: Context, crew: Team, tmp_path: Path) -> None:
    pays(site)
    made = decided(site)
    (kept,) = archive.export(bundle.whole_period(site, made), tmp_path, ("pdf",))
    with pypdfium2.PdfDocument(kept.path) as pdf:
        said = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    said = "".join(said.split())
    one = of_vendor(made, "华信")
    for words in ("2026 年第一季度考核评分表", "KH-2026Q1-001", "人民币（大写）", "被考核人意见", "T2 二.7", "王强"):
        assert words.replace(" ", "") in said
    assert scoring.plain(one.score) in said


def test_the_summary_of_vendors_names_its_scheme_and_has_no_empty_column(site: Context, crew: Team) -> None:
    pays(site)
    made = decided(site)
    paper = bundle.summary(site, made)
    table, words = paper.body
    assert isinstance(table, Table)
    assert isinstance(words, Text)
    assert paper.number == f"KH-2026Q1-{made.scheme.code}"
    assert "单位" not in [column.title for column in table.columns]
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert re.search(r"应付合计 \d{3},\d{3}\.\d\d 元", words.text)
    assert not [each for each in made.objects for one in each.items for line in one.lines
                if "请核对" in line.proposal.because]  # fmt: skip


def test_a_vendor_reads_nothing_of_another(site: Context, crew: Team, tmp_path: Path) -> None:
    made = decided(site)
    books = bundle.vendor_books(site, made)
    for vendor, foreign in (
        ("华信", {"恒通", "陈晨", "赵夜"}),
        ("恒通", {"华信", "王强", "李敏", "刘芳", "吴琼", "李𬭎"}),
    ):
        vendor_id = of_vendor(made, vendor).subject.vendor_id
        assert vendor_id is not None
        (kept,) = archive.export(books[vendor_id], tmp_path, ("xlsx",))
        book = load_workbook(kept.path)
        words = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
        assert not [name for name in foreign if name in words]


def test_a_letter_goes_out_only_of_what_is_decided(site: Context, crew: Team) -> None:
    pays(site)
    made = begun(site)
    with pytest.raises(Refusal, match="还没有核定"):
        letters.vendor_letter(site, sheet_id(made.objects[0]))
    rulings.rule(site, wishes=[wish for each in made.objects for wish in wishes(each)])
    service.decide(site, sheet_ids=[sheet_id(each) for each in made.objects])
    letter = letters.vendor_letter(site, sheet_id(made.objects[0]))
    assert letter.number == "KH-2026Q1-001"
    assert letters.feedback_slip(site, sheet_id(made.objects[0])).title.endswith("考核结果反馈单")


def test_a_draft_says_that_it_is_one(site: Context, crew: Team) -> None:
    made = begun(site)
    paper = documents.sheet(site, made, made.objects[0])
    assert paper.title.endswith("（征求意见）")
    assert any("尚未核定" in note for note in paper.notes)


def test_the_command_line_tells_the_same(site: Context, crew: Team, capsys: pytest.CaptureFixture[str]) -> None:
    from opsdesk.__main__ import main

    pays(site)
    made = decided(site)
    assert main(["--home", str(site.home), "appraisal", "compute", "2026Q1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out, parse_float=Decimal)
    assert (told["period"], told["scheme"]) == ("2026Q1", made.scheme.code)
    for each, one in zip(told["objects"], made.objects, strict=True):
        assert Decimal(each["score"]) == one.score == sum(Decimal(item["score"]) for item in each["items"])
        for item in each["items"]:
            assert sum(Decimal(line["points"]) for line in item["lines"]) == Decimal(item["score"])
        assert Decimal(each["amount"]) * 100 == one.amount_fen
