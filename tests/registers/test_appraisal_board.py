"""What the scoring page reads: periods and schemes, what comes next, what is open, the records behind a line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import an_appraisal
import pytest
from an_appraisal import CODE, QUARTER
from sqlalchemy import update
from team import Team, build, go_to

from opsdesk.models import Staff
from opsdesk.registers.appraisal import board, charts, check, evidence, feedback, marks, rulings, service, steps
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.registers.appraisal.steps import Task
from opsdesk.rules import periods
from opsdesk.rules.scoring import LineState, ScorerKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_pictures
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Actor, Context


@pytest.fixture
def crew(site: Context) -> Team:
    return build(site)


@pytest.fixture
def quarter(site: Context, crew: Team) -> Context:
    """The site on the first of April, its quarter lived and not yet begun to be scored."""
    an_appraisal.lived(site, crew)
    return site


def shown(ctx: Context) -> Round:
    found = board.read(ctx, CODE, QUARTER).round
    assert found is not None
    return found


def begun(ctx: Context) -> Round:
    service.begin(ctx, scheme_id=shown(ctx).scheme.id, period=QUARTER)
    return shown(ctx)


def score_all(ctx: Context) -> Round:
    """Everything by hand scored and every line confirmed."""
    found = begun(ctx)
    hand = [item.id for item in found.scheme.items if not item.source]
    entries = [
        Entry(each.sheet.id, item, Decimal(18), "台账缺两页") for each in found.objects if each.sheet for item in hand
    ]
    marks.mark(ctx, entries=entries, scorer_kind=ScorerKind.DECIDED)
    wishes = [
        Wish(each.sheet.id, one.item.id, line.proposal.key, LineState.CONFIRMED)
        for each in found.objects
        for one in each.items
        for line in one.lines
        if each.sheet and line.proposal.points
    ]
    if wishes:
        rulings.rule(ctx, wishes=wishes)
    return shown(ctx)


def kinds(ctx: Context) -> list[str]:
    return [question.kind for question in board.read(ctx, CODE, QUARTER).questions]


def test_the_period_to_be_scored_is_the_last_one_in_the_first_weeks(quarter: Context) -> None:
    assert board.read(quarter, CODE).period == QUARTER
    go_to(quarter, "2026-05-15 09:00")
    assert board.read(quarter, CODE).period == QUARTER
    go_to(quarter, "2026-05-16 09:00")
    assert board.read(quarter, CODE).period.text == "2026Q2"


def test_a_scheme_takes_its_own_kind_of_period_and_steps_by_it(quarter: Context) -> None:
    monthly = board.read(quarter, "T4M", QUARTER)
    assert monthly.period.text == "2026-03"
    before, after = monthly.step(-1), monthly.step(1)
    assert before is not None
    assert before.text == "2026-02"
    assert after is not None
    assert after.text == "2026-04"
    spot = board.read(quarter, "T4S")
    assert (spot.period.text, spot.step(-1), spot.step(1)) == ("2026-04-01..2026-04-01", None, None)


def test_without_a_scheme_that_holds_the_board_says_so(quarter: Context) -> None:
    found = board.read(quarter, CODE, periods.parse("2025Q4"))
    assert found.round is None
    assert "没有编码为 Q9 的考核方案在 2025-12-31 有效" in found.why


def test_the_next_thing_follows_the_course_of_the_sheets(quarter: Context) -> None:
    today = quarter.today()
    assert steps.next_of(shown(quarter), today).task is Task.BEGIN
    opened = steps.next_of(begun(quarter), today)
    assert (opened.task, len(opened.sheets)) == (Task.SCORE, 2)


def test_from_the_decision_to_the_file_each_step_waits_for_the_one_before(quarter: Context) -> None:
    today = quarter.today()
    found = score_all(quarter)
    coming = steps.next_of(found, today)
    assert (coming.task, coming.why_not) == (Task.DECIDE, "")
    service.decide(quarter, sheet_ids=coming.sheet_ids)
    first, second = [each.sheet.id for each in found.objects if each.sheet]
    assert steps.next_of(shown(quarter), today).task is Task.TELL
    for sheet_id in (first, second):
        feedback.tell(quarter, sheet_id, {"talk_at": quarter.now(), "talk": "当面说明。"})
    assert steps.next_of(shown(quarter), today).task is Task.HEAR
    agreed = {"opinion": "同意", "opinion_on": quarter.today()}
    objected = {"opinion": "申诉", "opinion_text": "第二次不是我们的人。", "opinion_on": quarter.today()}
    feedback.hear(quarter, first, objected)
    feedback.hear(quarter, second, agreed)
    answering = steps.next_of(shown(quarter), today)
    assert (answering.task, answering.sheet_ids) == (Task.ANSWER, [first])
    assert "申诉待复" in kinds(quarter)
    feedback.answer(quarter, first, {"answer": "查过监控，维持。"})
    coming = steps.next_of(shown(quarter), today)
    assert (coming.task, coming.sheet_ids) == (Task.SUBMIT, [first, second])
    feedback.submit(quarter, coming.sheet_ids, {"submitted_at": quarter.now(), "submitted_to": "韩书仪"})
    sheet = of_vendor(shown(quarter), "华信").sheet
    assert sheet is not None
    titles = [(step.title, step.done) for step in steps.course(sheet, QUARTER.last, quarter.law_on(QUARTER.last))]
    assert titles == [("核定", True), ("反馈", True), ("意见", True), ("答复", True), ("提交", True), ("归档", False)]
    late = [step.late for step in steps.course(sheet, QUARTER.last, quarter.law_on(QUARTER.last)) if step.late]
    assert late == ["应在 2026-03-31 24:00 前提交，2026-04-01 09:00 提交，逾期（T4 2.3）。"]
    assert steps.lacking(sheet, quarter.law_on(quarter.today())) == []
    feedback.file(quarter, coming.sheet_ids)
    assert steps.next_of(shown(quarter), today).task is Task.NOTHING


def of_vendor(found: Round, vendor: str) -> Scored:
    return next(each for each in found.objects if each.subject.vendor == vendor)


def test_before_the_last_day_nothing_can_be_decided(site: Context, crew: Team) -> None:
    an_appraisal.scheme(site)
    found = score_all(site)
    coming = steps.next_of(found, site.today())
    assert coming.task is Task.DECIDE
    assert coming.why_not == "考核周期到 2026-03-31 才结束，当天或以后才能核定。现在可以先打分。"
    assert not steps.next_of(found, date(2026, 3, 31)).why_not


def test_a_member_corrects_his_own_mark_and_a_second_supervisor_the_decided_one(quarter: Context) -> None:
    found = begun(quarter)
    sheet, item = found.objects[0].sheet, found.scheme.items[0]
    assert sheet is not None

    def give(ctx: Context, points: str, kind: ScorerKind, name: str = "") -> list[Entry]:
        entry = Entry(sheet.id, item.id, Decimal(points), "来访登记缺三次")
        return marks.mark(ctx, entries=[entry], scorer_kind=kind, scorer=name).value

    give(quarter, "16", ScorerKind.GROUP, "赵敏")
    give(quarter, "18", ScorerKind.GROUP, "钱进")
    assert give(quarter, "17", ScorerKind.GROUP, "赵敏")[0].points == 16
    assert shown(quarter).objects[0].items[0].score == Decimal("17.5")
    give(quarter, "19", ScorerKind.DECIDED)
    deputy = quarter.acting_as(Actor("副主管", Role.SUPERVISOR))
    assert give(deputy, "15", ScorerKind.DECIDED)[0].points == 19
    given = shown(quarter).objects[0].marks[item.id]
    assert [mark.scorer for mark in given if mark.scorer_kind is ScorerKind.DECIDED] == ["副主管"]
    assert shown(quarter).objects[0].items[0].score == 15


def test_one_more_breach_costs_points_and_money(quarter: Context) -> None:
    found = begun(quarter)
    scored = of_vendor(found, "华信")
    told = {item.title: (score, less) for item, score, less in board.one_more(quarter, found, scored)}
    assert scored.score == 91
    assert told == {"违规": (Decimal(86), 500_000)}


def test_the_check_names_what_is_missing_with_its_door(quarter: Context) -> None:
    found = {(question.kind, question.door) for question in board.read(quarter, CODE, QUARTER).questions}
    assert found == {("没有数据", "incident")}
    unpublished = board.read(quarter, "T1Q", QUARTER).questions
    assert ("考核方案", "scheme") in {(question.kind, question.door) for question in unpublished}
    assert next(question.sentence for question in unpublished if question.kind == "月度考勤").startswith(
        "2026-01 考勤还有 8 人没有结算"
    )
    assert check.questions(quarter, QUARTER, shown(quarter).scheme.id) == board.read(quarter, CODE, QUARTER).questions


def test_the_check_asks_for_fees_and_for_posts(site: Context, crew: Team) -> None:
    an_appraisal.scheme(site)
    fees = [question.vendor for question in board.read(site, CODE, QUARTER).questions if question.kind == "付款约定"]
    assert fees == ["华信", "恒通"]
    with site.transaction("岗位") as tx:
        tx.connection.execute(update(Staff).where(Staff.id == crew["1001"]).values(post_id=None))
    posts = [question for question in board.read(site, "T4M").questions if question.kind == "没有岗位"]
    assert [(question.name, question.door) for question in posts] == [("王强", "staff")]


@pytest.mark.parametrize(("count", "asked"), [(5, 0), (6, 1)])
def test_more_than_five_lines_of_one_person_are_asked_about(site: Context, crew: Team, count: int, asked: int) -> None:
    an_appraisal.scheme(site)
    for day in range(1, count + 1):
        an_appraisal.event(site, crew["1001"], date(2026, 2, day), "没有佩戴工作证。")
    found = [question for question in board.read(site, CODE, QUARTER).questions if question.kind == "扣分过多"]
    assert len(found) == asked
    if asked:
        assert found[0].sentence == "王强在“违规”里有 6 条扣分，请核对有没有重复登记。"


def test_results_that_are_not_handed_in_by_their_day_are_asked_about(quarter: Context) -> None:
    begun(quarter)
    late = [question for question in board.read(quarter, CODE, QUARTER).questions if question.kind == "逾期未交"]
    assert [question.sentence for question in late] == [
        "2 份考核结果应在 2026-03-31 24:00 前提交，已经逾期（T4 2.3）。请尽快提交。"
    ]


def test_the_group_of_a_scheme_by_t4_needs_a_leader_and_two_members(site: Context, crew: Team) -> None:
    an_appraisal.scheme(site, object_kind="个人", regulation="T4", leader="", members="赵敏")
    said = [question.sentence for question in board.read(site, CODE, QUARTER).questions if question.kind == "考核方案"]
    assert said == [
        "考核小组要有 1 名组长，现在有 0 名（T4 5.1）。请在考核方案里核对。",
        "组员至少 2 类，至少要有 2 人，现在有 1 人（T4 5.2）。请在考核方案里核对。",
    ]


def test_the_records_behind_a_line_are_told_in_words(quarter: Context) -> None:
    lines = next(each for each in of_vendor(shown(quarter), "华信").items if each.item.title == "违规").lines
    references = [reference for line in lines for reference in line.proposal.evidence]
    told = evidence.read(quarter, [*references, "incident:99", "day:1:2026-02-06", "mark:1"])
    assert list(told.values()) == ["2026-02-06 没有到岗记录", "考核事项 KS-202602-001", "考核事项 KS-202602-002"]
    day = evidence.person_day(quarter, "day:1:2026-02-06")
    assert day is not None
    assert (day.person.id, day.day) == (1, date(2026, 2, 6))
    assert evidence.person_day(quarter, "punch:99") is None


def test_pictures_compare_with_the_median_and_with_earlier_periods(quarter: Context) -> None:
    found = score_all(quarter)
    vendor = of_vendor(found, "华信")
    of_items = {each.title: (each.own, each.median) for each in appraisal_pictures.shares(vendor, found.objects)}
    assert of_items["服务态度"] == (90, 90)
    assert of_items["违规"] == (Decimal("66.67"), Decimal("83.34"))
    lost = appraisal_pictures.lost_by_item(found.objects)
    assert [(each.name, each.points, each.up_to_here) for each in lost] == [
        ("违规", Decimal(10), Decimal("55.56")),
        ("服务态度", Decimal(4), Decimal("77.78")),
        ("文档资料", Decimal(4), Decimal(100)),
    ]
    assert charts.trend(found, appraisal_pictures.earlier(quarter, found), vendor) is None
    service.decide(quarter, sheet_ids=[each.sheet.id for each in found.objects if each.sheet])
    go_to(quarter, "2026-07-01 09:00")
    following = board.read(quarter, CODE, periods.parse("2026Q2")).round
    assert following is not None
    past = appraisal_pictures.earlier(quarter, following)
    assert [(each.period, each.score) for each in past] == [("2026Q1", Decimal(87)), ("2026Q1", Decimal(96))]
    reached = appraisal_pictures.trend(past, following, of_vendor(following, "华信"))
    assert [(each.period, each.own, each.median) for each in reached] == [
        ("2026Q1", Decimal(87), Decimal("91.5")),
        ("2026Q2", Decimal(100), Decimal(100)),
    ]
