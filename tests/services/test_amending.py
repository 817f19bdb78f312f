"""An amendment holds from its day, is never overwritten, and signed days are judged again by it."""

import json
from datetime import date, datetime

import pytest
import team as team_module
from sqlalchemy import func, select

from opsdesk import bootstrap
from opsdesk.models import Amendment, ContractTerm, Punch, StoredVerdict
from opsdesk.rules.clause import ClauseNotInForce
from opsdesk.rules.vocabulary import Direction, Role, Source
from opsdesk.services import amending, attendance
from opsdesk.services.accounts import Actor
from opsdesk.services.errors import Refusal

DAY, BEFORE = date(2026, 3, 5), date(2026, 3, 4)
ABSENT = "T2-ATT-08"
WHY = {"source": "运维补充协议第三条", "reason": "双方商定从严"}


@pytest.fixture
def crew(site):
    return team_module.build(site)


def arrived(ctx, staff_id, written):
    at = datetime.fromisoformat(written)
    with ctx.transaction("签到") as tx:
        tx.insert(
            Punch,
            staff_id=staff_id,
            day=at.date(),
            at=at,
            direction=str(Direction.IN),
            source=str(Source.CORRECTION),
            device="",
            entered_at=ctx.now(),
            entered_by=ctx.actor.name,
            doubted=False,
        )
        attendance.rejudge(tx, ctx.regulations, [(staff_id, at.date())], ctx.now())


def verdicts(ctx, *, replaced=False):
    """(day, judgement, minutes) of the verdicts that hold, or of those that were replaced."""
    held = StoredVerdict.replaced_at.is_not(None) if replaced else StoredVerdict.replaced_at.is_(None)
    query = select(StoredVerdict.day, StoredVerdict.judgement, StoredVerdict.minutes).where(held)
    with ctx.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(StoredVerdict.day, StoredVerdict.id))]


def amend(ctx, clause=ABSENT, begins_on=DAY, typed=None, **more):
    typed = {"absent.over": "30"} if typed is None else typed
    return amending.amend(ctx, clause=clause, begins_on=begins_on, typed=typed, **{**WHY, **more})


def over(ctx, day):
    return ctx.law_on(day).held(ABSENT).number("absent.over")


def test_an_amendment_holds_from_its_day_and_not_the_day_before(site):
    outcome = amend(site, issued_on=date(2026, 3, 1))
    assert outcome.touched == {"law", "sign_in", "month", "incident"}
    assert (
        outcome.value
        == "T2 二.8 自 2026-03-05 起按新的数值办。月度结算随之变动，未结算的月份按新数值计算，已结算的请重新结算。"
    )
    assert (over(site, BEFORE), over(site, DAY)) == (60, 30)
    held = site.law_on(DAY).held(ABSENT)
    assert held.text("double.mode") == "A", "what was not typed stays as it stood"
    assert held.holding.issued == date(2026, 3, 1)
    assert held.holding.source == WHY["source"]
    assert held.holding.entered == "2026-03-05 08:00 主管 录入：双方商定从严"


def test_what_holds_is_the_same_in_a_record_opened_anew(site):
    amend(site)
    other = bootstrap.open_site(site.home, site.clock)
    try:
        assert (over(other, BEFORE), over(other, DAY)) == (60, 30)
    finally:
        other.writing.dispose()
        other.reading.dispose()


def test_a_second_entry_of_the_same_day_counts_and_the_first_is_kept(site):
    amend(site)
    amend(site, typed={"absent.over": "45"}, reason="上一条写错了")
    assert over(site, DAY) == 45
    assert [h.values["absent.over"] for h in site.regulations.clause(ABSENT).holdings] == [60, 30, 45]
    with site.read() as connection:
        assert connection.execute(select(func.count()).select_from(Amendment)).scalar_one() == 2
        assert bootstrap.verify(connection) == []


def test_signed_days_are_judged_again_from_the_day_on(site, crew):
    for written in ("2026-03-04 09:01:00", "2026-03-05 09:01:00"):
        arrived(site, crew["1001"], written)
    arrived(site, crew["1002"], "2026-03-05 09:00:00")
    assert verdicts(site) == [(BEFORE, "迟到", 31), (DAY, "迟到", 31), (DAY, "迟到", 30)]
    said = amend(site).value
    assert said.endswith("1 人共 1 天的判定已重新作出，原判定保留备查。")
    assert verdicts(site) == [(BEFORE, "迟到", 31), (DAY, "迟到", 30), (DAY, "视缺勤", 31)]
    assert verdicts(site, replaced=True) == [(DAY, "迟到", 31)]
    with site.read() as connection:
        assert bootstrap.verify(connection) == []


def test_months_are_judged_one_after_the_other_and_all_is_given_up_together(site, crew):
    for written in ("2026-02-03 09:01:00", "2026-03-05 09:01:00"):
        arrived(site, crew["1001"], written)
    far = []

    def stop_at_the_second(done, total):
        far.append((done, total))
        return done < 2

    with pytest.raises(Refusal, match="没有保存"):
        amend(site, begins_on=date(2026, 2, 1), progress=stop_at_the_second)
    assert far == [(1, 2), (2, 2)]
    assert over(site, DAY) == 60
    assert [judged for _, judged, _ in verdicts(site)] == ["迟到", "迟到"]
    amend(site, begins_on=date(2026, 2, 1), progress=lambda _done, _total: True)
    assert [judged for _, judged, _ in verdicts(site)] == ["视缺勤", "视缺勤"]


def test_an_amendment_of_the_future_changes_no_verdict(site, crew):
    arrived(site, crew["1001"], "2026-03-05 09:01:00")
    assert "到那一天才生效" in amend(site, begins_on=date(2026, 3, 6)).value
    assert verdicts(site) == [(DAY, "迟到", 31)]


def test_a_clause_is_repealed_and_comes_into_force_again(site, crew):
    arrived(site, crew["1001"], "2026-03-05 09:31:00")
    assert verdicts(site) == [(DAY, "视缺勤", 61)]
    assert "起废止" in amend(site, typed={}, repealed=True).value
    assert verdicts(site) == [(DAY, "迟到", 61)]
    with pytest.raises(ClauseNotInForce, match="废止"):
        site.law_on(DAY).held(ABSENT)
    with pytest.raises(Refusal, match="已经是废止的") as refused:
        amend(site, typed={}, repealed=True)
    assert refused.value.field == "repealed"
    amend(site, typed={}, begins_on=DAY)
    assert over(site, DAY) == 60


def test_a_clause_without_values_is_only_repealed_or_brought_back(site):
    with pytest.raises(Refusal, match="没有数值可改"):
        amend(site, clause="T2-CON-01", typed={})
    amend(site, clause="T2-CON-01", typed={}, repealed=True)
    amend(site, clause="T2-CON-01", typed={}, begins_on=date(2026, 3, 6))
    for day, held in ((BEFORE, True), (DAY, False), (date(2026, 3, 6), True)):
        try:
            site.law_on(day).held("T2-CON-01")
        except ClauseNotInForce:
            assert not held
        else:
            assert held


def test_a_blank_is_filled_in_and_comes_into_force(site):
    half = amend(site, clause="E19-11", typed={"duty_phone.hours": "24"}).value
    assert "还有 1 项待填，填齐之前这一条不执行" in half
    with pytest.raises(ClauseNotInForce, match="待填"):
        site.law_on(DAY).held("E19-11")
    amend(site, clause="E19-11", typed={"duty_phone.fine": "50"})
    assert site.law_on(DAY).held("E19-11").number("duty_phone.fine") == 50
    with pytest.raises(ClauseNotInForce):
        site.law_on(BEFORE).held("E19-11")


def test_hours_are_kept_in_one_way_of_writing(site):
    amend(site, clause="E19-01", typed={"hours.pairs": "9：00至18：00"})
    assert site.law_on(DAY).held("E19-01").text("hours.pairs") == "09:00-18:00"
    amend(site, clause="E19-01", typed={"hours.pairs": "9:00-12:00 14:00-18:00"})
    assert site.law_on(DAY).held("E19-01").text("hours.pairs") == "09:00-12:00,14:00-18:00"


def test_an_amendment_older_than_a_value_of_its_clause_takes_that_value_as_it_ships(site):
    with site.transaction("旧版录入的修订") as tx:
        tx.insert(
            Amendment,
            clause="T1-APP-01",
            begins_on=DAY,
            issued_on=None,
            repealed=False,
            held=json.dumps({"pay.mode": "tier3", "pay.full": "100", "pay.cap": "100"}),
            entered_at=site.now(),
            entered_by=site.actor.name,
            **WHY,
        )
    held = site.law_on(DAY).held("T1-APP-01")
    assert (held.text("pay.mode"), held.number("pay.tier1"), held.number("pay.tier3_share")) == ("tier3", 90, 80)


@pytest.mark.parametrize(
    ("clause", "typed", "field", "said"),
    [
        ("T2-NONE", {}, "clause", "规章里没有条款"),
        (ABSENT, {"absent.over": "60"}, "absent.over", "没有需要修订的内容"),
        (ABSENT, {}, "absent.over", "没有需要修订的内容"),
        (ABSENT, {"absent.over": "半小时"}, "absent.over", "要填整数"),
        (ABSENT, {"absent.over": "-1"}, "absent.over", "要在 0 到"),
        (ABSENT, {"absent.over": ""}, "absent.over", "请填写超过即视缺勤"),
        (ABSENT, {"double.mode": "D"}, "double.mode", "没有“D”这种口径"),
        (ABSENT, {"late.free": "2"}, "late.free", "没有“late.free”这一项"),
        ("T2-ATT-09", {"late.bands": "100=100,90=200,=500"}, "late.bands", "逐档升高"),
        ("T2-ATT-10b", {"early.awol_from": "0"}, "early.awol_from", "至少是 1"),
        ("T1-APP-01", {"pay.full": "0"}, "pay.full", "至少是 1"),
        ("T1-ATT-01", {"hours.pairs": "八点半"}, "hours.pairs", "看不懂"),
        ("G11", {"hours.noon": "12:00-12:30 13:00-13:30"}, "hours.noon", "午休只写一段"),
        ("T1-RPT-01", {"report.daily.due": "25:00"}, "report.daily.due", "20:00 这样的时刻"),
        ("T1-RPT-01", {"report.daily.due": "晚八点"}, "report.daily.due", "看不懂"),
        ("G13", {"wage.days": "很多天"}, "wage.days", "1 到 31 之间"),
        ("T1-RPT-02", {"report.weekly.day": "周" * 101}, "report.weekly.day", "最多写 100 个字"),
    ],
)
def test_what_an_amendment_cannot_say(site, clause, typed, field, said):
    with pytest.raises(Refusal, match=said) as refused:
        amend(site, clause=clause, typed=typed)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("clause", "typed", "field", "said"),
    [
        ("T2-ATT-09", {"late.bands": "100=100,150=99999999999999999999,=5"}, "late.bands", "不能超过 1000000"),
        ("T2-ATT-09", {"late.bands": "100=100,1000001=200,=5"}, "late.bands", "不能超过 1000000"),
        ("T2-ATT-09", {"late.bands": "100=100,=1000001"}, "late.bands", "不能超过 1000000"),
        ("T2-ATT-09", {"late.bands": "1_00=100,=500"}, "late.bands", "要写成"),
        ("T2-ATT-09", {"late.bands": "100=+100,=500"}, "late.bands", "要写成"),
        ("T2-ATT-09", {"late.from": "101"}, "late.from", "起算分钟 101 分超过了第一档的上限 100 分"),
        ("T2-ATT-09", {"late.bands": "59=100,=500"}, "late.from", "起算分钟 60 分超过了第一档的上限 59 分"),
        (ABSENT, {"absent.over": "1_0"}, "absent.over", "要填整数"),
        (ABSENT, {"absent.over": "+5"}, "absent.over", "要填整数"),
        (ABSENT, {"absent.over": "５"}, "absent.over", "要填整数"),
        (ABSENT, {"absent.over": "9" * 5000}, "absent.over", "要填整数"),
        (ABSENT, {"absent.over": "1000001"}, "absent.over", "要在 0 到 1000000 之间"),
    ],
)
def test_numbers_are_plain_figures_within_bounds(site, clause, typed, field, said):
    with pytest.raises(Refusal, match=said) as refused:
        amend(site, clause=clause, typed=typed)
    assert refused.value.field == field


def test_the_largest_bands_still_settle(site):
    amend(site, clause="T2-ATT-09", typed={"late.from": "100", "late.bands": "100=1000000,1000000=1000000,=1000000"})
    held = site.law_on(DAY).held("T2-ATT-09")
    assert held.bands("late.bands") == ((100, 1_000_000), (1_000_000, 1_000_000), (None, 1_000_000))
    amend(site, clause="T2-ATT-09", typed={"late.bands": "=5"}, reason="只有一档")
    assert site.law_on(DAY).held("T2-ATT-09").bands("late.bands") == ((None, 5),)


@pytest.mark.parametrize(
    ("clause", "typed", "short"),
    [
        ("G12", {"missing.policy": "half"}, "G12"),
        ("T2-ATT-03", {"awol.unit": "day"}, "T2 二.3"),
        ("G11", {"hours.noon": "12:00-13:30"}, "G11"),
        ("T2-ATT-05", {"leave.unit": "60"}, "T2 二.5"),
    ],
)
def test_what_changes_only_the_month_says_so(site, crew, clause, typed, short):
    said = amend(site, clause=clause, typed=typed).value
    assert said == (
        f"{short} 自 2026-03-05 起按新的数值办。月度结算随之变动，未结算的月份按新数值计算，已结算的请重新结算。"
    )


def test_what_no_month_is_settled_by_says_nothing_of_months(site):
    said = amend(site, clause="T1-RPT-01", typed={"report.daily.due": "19:00"}).value
    assert said.endswith("起按新的数值办。")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"begins_on": date(1999, 12, 31)}, "begins_on"),
        ({"begins_on": date(2032, 1, 1)}, "begins_on"),
        ({"source": "　"}, "source"),
        ({"reason": "改"}, "reason"),
        ({"reason": ""}, "reason"),
        ({"issued_on": date(2026, 3, 6)}, "issued_on"),
    ],
)
def test_an_amendment_names_day_source_and_reason(site, more, field):
    with pytest.raises(Refusal) as refused:
        amend(site, **more)
    assert refused.value.field == field
    with site.read() as connection:
        assert connection.execute(select(func.count()).select_from(Amendment)).scalar_one() == 0


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2031, 12, 31)])
def test_the_first_and_the_last_day_an_amendment_may_begin(site, day):
    amend(site, begins_on=day)
    assert over(site, day) == 30


def test_the_readings_the_program_judges_by_stay(site, crew):
    arrived(site, crew["1001"], "2026-03-05 08:30:30")
    with pytest.raises(Refusal, match="不能废止"):
        amend(site, clause="G4", typed={}, repealed=True)
    amend(site, clause="G4", typed={"clock.rounding": "向上取整"})
    assert verdicts(site) == [(DAY, "迟到", 1)]


def test_only_the_supervisor_amends(site):
    with pytest.raises(Refusal, match="需要主管"):
        amend(site.acting_as(Actor("值班员", Role.DESK)))


def test_a_draft_writes_nothing(site):
    draft = amending.drafted(site, ABSENT, DAY, {"absent.over": "30"})
    assert draft.on(DAY).held(ABSENT).number("absent.over") == 30
    assert draft.on(BEFORE).held(ABSENT).number("absent.over") == 60
    assert over(site, DAY) == 60
    with pytest.raises(Refusal):
        amending.drafted(site, ABSENT, date(1999, 1, 1), {})


def test_where_a_clause_is_used(site, crew):
    arrived(site, crew["1001"], "2026-03-04 09:01:00")
    arrived(site, crew["1001"], "2026-03-05 09:01:00")
    arrived(site, crew["1002"], "2026-03-05 08:30:00")
    use = amending.used(site, "T2-ATT-07", DAY)
    assert (use.month, use.governs, use.verdicts, use.people, use.deductions) == ("2026-03", "到岗记录", 2, 1, 0)
    assert [(each.contract, each.vendor, each.topics) for each in use.contracts] == [
        ("HT-V1", "华信", ("考勤罚则",)),
        ("HT-V2", "恒通", ("考勤罚则",)),
    ]
    assert amending.used(site, "T2-ATT-07", date(2026, 2, 28)).verdicts == 0
    with site.transaction("换规章") as tx:
        contract = tx.connection.execute(
            select(ContractTerm.contract_id).where(ContractTerm.topic == "考勤罚则").order_by(ContractTerm.id)
        ).scalars()
        tx.insert(ContractTerm, contract_id=contract.first(), topic="考勤罚则", regulation="T3", holds_from=DAY)
    assert len(amending.used(site, "T2-ATT-07", BEFORE).contracts) == 2
    assert [each.vendor for each in amending.used(site, "T2-ATT-07", DAY).contracts] == ["恒通"]
