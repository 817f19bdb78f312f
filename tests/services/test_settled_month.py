"""The month settled from a real record: what counts, what never counts twice, and what is still open."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import team as team_module
from sqlalchemy import select
from team import Team, go_to, grant

from opsdesk.catalog import by_slug
from opsdesk.models import Contract, ContractTerm, Leave, LeaveSlip, Punch, RosterEntry, Shift, Staff
from opsdesk.registers.sign_in.service import take_back
from opsdesk.rules.vocabulary import AT_WORK, LeaveKind, Mark, State
from opsdesk.services import amending, duties, open_questions, settings, settlement, wages
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.settlement import Month, PersonMonth

FEBRUARY = [date(2026, 2, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28)]


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def sign(ctx: Context, staff_id: int, *signings: tuple[str, str], day: date | None = None) -> list[int]:
    """Punches as the desk writes them: (2026-02-03 08:20, 到岗)."""
    with ctx.transaction("签到") as tx:
        return tx.insert_many(
            Punch,
            [
                {
                    "staff_id": staff_id,
                    "day": day or datetime.fromisoformat(at).date(),
                    "at": datetime.fromisoformat(at),
                    "direction": way,
                    "source": "服务台",
                    "device": "",
                    "entered_at": datetime.fromisoformat(at),
                    "entered_by": "主管",
                    "doubted": False,
                }
                for at, way in signings
            ],
        )


def whole_month(ctx: Context, staff_id: int, but: dict[int, tuple[str | None, str | None]] | None = None) -> None:
    for day in FEBRUARY:
        arrived, left = (but or {}).get(day.day, ("08:20", "17:31"))
        ends = [(f"{day} {arrived}", "到岗")] * bool(arrived) + [(f"{day} {left}", "离岗")] * bool(left)
        sign(ctx, staff_id, *ends)


def month(ctx: Context, year: int = 2026, number: int = 2) -> Month:
    with ctx.read() as connection:
        return settlement.read(connection, ctx.regulations, year, number, ctx.now())


def of(ctx: Context, staff_id: int, number: int = 2) -> PersonMonth:
    return next(each for each in month(ctx, number=number).people if each.person.id == staff_id)


def questions(ctx: Context, number: int = 2) -> list[tuple[str, str]]:
    with ctx.read() as connection:
        found = settlement.read(connection, ctx.regulations, 2026, number, ctx.now())
        asked = open_questions.of_month(connection, ctx.regulations, found, ctx.now())
    return [(each.kind, each.name or each.vendor) for each in asked]


def shape(each: PersonMonth) -> tuple[object, ...]:
    return (
        each.settled.figures,
        [(line.part, line.amount, line.half_days, line.because) for line in each.settled.lines],
        each.attended_half_days,
        each.worked_minutes,
        {day: tuple(half.mark for half in parts) for day, parts in each.halves.items()},
    )


def test_a_full_month_costs_nothing_and_counts_its_hours(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"])
    found = of(site, crew["1001"])
    assert (found.due_days, found.attended_half_days) == (16, 32)
    assert (found.planned_minutes, found.worked_minutes) == (16 * 480, 16 * 480), "the noon break is no work (G11)"
    assert (found.settled.lines, found.warnings) == ((), ())


def test_order_of_punches_does_not_matter_and_void_and_re_entry_is_as_before(site: Context, crew: Team) -> None:
    chance = random.Random(7)
    for _ in range(6):
        for number in ("1001", "1002"):
            for row in _punches(site, crew[number]):
                take_back(site, punch_id=row, reason="重来一遍")
        signings = []
        for day in FEBRUARY:
            if chance.random() < 0.9:
                late, early = chance.choice((-9, 0, 3, 31, 60, 61, 95)), chance.choice((-5, 0, 1, 20, 60))
                arrived = datetime.combine(day, time(8, 30)) + timedelta(minutes=late)
                left = datetime.combine(day, time(17, 30)) - timedelta(minutes=early)
                signings += [(f"{arrived}", "到岗"), (f"{left}", "离岗")]
        sign(site, crew["1001"], *signings)
        chance.shuffle(signings)
        made = sign(site, crew["1002"], *signings)
        one, other = of(site, crew["1001"]), of(site, crew["1002"])
        assert shape(one) == shape(other)
        assert sum(line.amount for line in one.settled.lines) == one.settled.figures.total
        days = one.settled.figures.awol_half_days + 2 * one.settled.figures.absent_days
        assert sum(line.half_days for line in one.settled.lines) == days
        again = [signings[place] for place in range(0, len(signings), 3)]
        for place in range(0, len(signings), 3):
            take_back(site, punch_id=made[place], reason="误删再补")
        sign(site, crew["1002"], *again)
        assert shape(of(site, crew["1002"])) == shape(one)


def _punches(ctx: Context, staff_id: int) -> list[int]:
    with ctx.read() as connection:
        query = select(Punch.id).where(Punch.staff_id == staff_id, Punch.void_at.is_(None))
        return list(connection.execute(query).scalars())


def test_absence_without_leave_is_awol_by_half_days_and_leave_is_not(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], {9: (None, None), 10: (None, None), 11: ("13:05", "17:31"), 12: (None, None)})
    grant(site, crew["1001"], "2026-02-10 08:30", "2026-02-10 13:00")
    grant(site, crew["1001"], "2026-02-11 08:30", "2026-02-11 13:00")
    grant(site, crew["1001"], "2026-02-12 08:30", "2026-02-12 17:30", "病假")
    found = of(site, crew["1001"])
    assert [(each.day.day, each.half_days) for each in found.missed] == [(9, 2), (10, 1)]
    assert found.settled.figures.awol_days == Decimal("1.5")
    assert [half.mark for half in found.halves[date(2026, 2, 11)]] == [Mark.LEAVE, Mark.LATE]
    assert found.settled.figures.late_minutes == 5
    assert found.leave[LeaveKind.PERSONAL] == settlement.Taken(2, 7 * 60)
    assert found.leave[LeaveKind.SICK].half_days == 2
    pay = next(line for line in found.settled.lines if line.part == "leave_pay")
    assert "计 7 小时" in pay.because
    assert pay.citation.short == "T2 二.5"
    assert pay.amount == 0


def test_work_elsewhere_is_attended(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], {9: (None, None)})
    for kind in sorted(AT_WORK):
        grant(site, crew["1001"], "2026-02-09 08:30", "2026-02-09 17:30", kind)
        found = of(site, crew["1001"])
        assert (found.attended_half_days, found.worked_minutes) == (32, 16 * 480)
        assert found.settled.figures.awol_half_days == 0
        _withdraw_all(site)
    grant(site, crew["1001"], "2026-02-09 08:30", "2026-02-09 17:30", "年休假")
    assert (of(site, crew["1001"]).attended_half_days, of(site, crew["1001"]).worked_minutes) == (30, 15 * 480)


def _withdraw_all(ctx: Context) -> None:
    with ctx.transaction("撤销") as tx:
        for leave in tx.connection.execute(select(Leave.id)).scalars().all():
            tx.update(Leave, leave, withdrawn_at=ctx.now())


def test_nobody_is_awol_before_the_day_is_over(site: Context, crew: Team) -> None:
    settings.write(site, {"site.opened_on": "2026-03-03"})
    go_to(site, "2026-03-05 17:29:59")
    assert date(2026, 3, 5) not in {each.day for each in of(site, crew["1001"], 3).missed}
    go_to(site, "2026-03-05 17:30:00")
    found = of(site, crew["1001"], 3)
    assert {each.day for each in found.missed} == {date(2026, 3, day) for day in (3, 4, 5)}, (
        "the desk opened on the third"
    )
    assert found.halves[date(2026, 3, 6)][0].mark is Mark.AHEAD


@pytest.mark.parametrize(
    ("policy", "early", "halves"), [("pending", 0, 0), ("half", 0, 1), ("early", 1, 0)], ids=["待补", "半日", "早退"]
)
def test_missing_sign_out_is_charged_only_by_the_reading_chosen_and_after_its_hours(
    site: Context, crew: Team, policy: str, early: int, halves: int
) -> None:
    if policy != "pending":
        typed = {"missing.policy": policy}
        day = date(2026, 2, 1)
        amending.amend(site, clause="G12", begins_on=day, typed=typed, source="信息中心通知", reason="明确缺签处理")
    whole_month(site, crew["1001"], {28: ("08:20", None)})
    go_to(site, "2026-03-05 09:00:00")
    figures = of(site, crew["1001"]).settled.figures
    assert (figures.early_count, figures.awol_half_days) == (early, halves)
    assert [each.what for each in of(site, crew["1001"]).missing] == [State.NO_SIGN_OUT]
    sign(site, crew["1001"], ("2026-03-04 08:20", "到岗"))
    (fresh,) = [each for each in of(site, crew["1001"], 3).missing if each.day.day == 4]
    assert not fresh.overdue, "less than 48 hours since 17:30 of the fourth"


def test_a_contract_that_changes_its_penalties_within_the_month_settles_each_part_by_its_own(
    site: Context, crew: Team
) -> None:
    whole_month(site, crew["1001"], dict.fromkeys((2, 3, 4, 5, 24, 25, 26, 27), ("08:50", "17:31")))
    assert of(site, crew["1001"]).settled.figures.count_fine == 5 * 20
    with site.transaction("改合同") as tx:
        contract = tx.connection.execute(select(Contract.id).where(Contract.number == "HT-V1")).scalar_one()
        since = date(2026, 2, 10)
        tx.insert(ContractTerm, contract_id=contract, topic="考勤罚则", regulation="T3", holds_from=since)
    found = of(site, crew["1001"])
    assert found.settled.figures.late_count == 8
    assert found.settled.figures.count_fine == 20, "four of them while T2 held: one too many"
    assert any("2026-02-10 起不适用" in line for line in month(site).basis)


def test_a_stand_by_owes_what_he_takes_over_and_is_settled_for_it(site: Context, crew: Team) -> None:
    stand_by, person = crew["2003"], crew["2001"]
    assert stand_by not in {each.person.id for each in month(site).people}
    grant(site, person, "2026-02-09 08:30", "2026-02-09 13:00")
    _name_deputy(site, person, stand_by)
    with site.read() as connection:
        plan = duties.load(connection, site.regulations, date(2026, 2, 9), date(2026, 2, 10), (stand_by,))
        (who,) = duties.people(connection, ids=(stand_by,))
    duty = plan.duty(who, date(2026, 2, 9))
    assert duty is not None
    assert [(f"{pair.begins:%H:%M}", f"{pair.ends:%H:%M}") for pair in duty.pairs] == [("08:30", "13:00")]
    assert plan.duty(who, date(2026, 2, 10)) is None
    sign(site, stand_by, ("2026-02-09 08:41", "到岗"), ("2026-02-09 13:02", "离岗"))
    found = of(site, stand_by)
    assert (found.due_days, found.settled.figures.late_minutes) == (1, 11)
    assert found.person.vendor == "恒通"


def _name_deputy(ctx: Context, staff_id: int, deputy_id: int) -> None:
    with ctx.transaction("请假单") as tx:
        leave = tx.connection.execute(select(Leave.__table__).where(Leave.staff_id == staff_id)).mappings().one()
        words = dict.fromkeys(("place", "handover", "certificate", "hospital", "hospital_level", "refusal"), "")
        tx.insert(
            LeaveSlip,
            number="QJ-202602-001",
            **{key: leave[key] for key in ("staff_id", "kind", "begins_at", "ends_at", "reason")},
            applied_at=ctx.now(),
            filed_at=ctx.now(),
            filed_by="主管",
            deputy_id=deputy_id,
            consented_by="主管",
            consented_at=ctx.now(),
            archive_no="",
            withdrawal="",
            leave_id=leave["id"],
            **words,
        )


def test_a_night_at_the_months_end_belongs_to_the_month_it_begins_in(site: Context, crew: Team) -> None:
    night = crew["2002"]
    with site.transaction("排班") as tx:
        tx.insert(RosterEntry, staff_id=night, day=date(2026, 2, 28), shift_id=crew.night)
    signings = (("2026-02-28 20:05", "到岗"), ("2026-03-01 07:50", "离岗"))
    sign(site, night, *signings, day=date(2026, 2, 28))
    february = of(site, night)
    assert [each.day for each in february.late] == [each.day for each in february.early] == [date(2026, 2, 28)]
    assert not of(site, night, 3).early


def test_over_176_hours_and_over_a_fifth_of_the_wage_are_warnings_only(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], dict.fromkeys((2, 3, 4, 5), ("10:31", "17:31")))
    assert of(site, crew["1001"]).settled.figures.total == 520
    save = by_slug("wage").save
    assert save is not None
    save(site, None, {"staff_id": crew["1001"], "holds_from": date(2026, 1, 1), "monthly": "2600"})
    assert of(site, crew["1001"]).warnings == (), "520 is just a fifth"
    save(site, None, {"staff_id": crew["1001"], "holds_from": date(2026, 2, 1), "monthly": "2599.99"})
    (warning,) = of(site, crew["1001"]).warnings
    assert "20%" in warning
    assert "2599" not in warning, "a wage is never told"
    with site.read() as connection:
        assert wages.on(connection, date(2026, 2, 28))[crew["1001"]] == Decimal("2599.99")


def test_what_is_open_is_asked_for(site: Context, crew: Team) -> None:
    for number in ("1001", "1002", "1003", "1004", "1005", "1006", "2001"):
        whole_month(site, crew[number], {9: (None, None)} if number == "1002" else {10: ("08:20", None)})
    found = questions(site)
    assert ("无假缺席", "李敏") in found
    assert ("未签退", "王强") in found
    assert ("储备人员", "华信") in found
    assert ("储备人员", "恒通") not in found, "2003 stands by"
    assert ("节假日同意", "华信") in found, "the Spring Festival without the end user's consent"
    with site.transaction("储备") as tx:
        tx.update(Staff, crew["1006"], reserve=True)
    assert ("储备人员", "华信") not in questions(site)


def test_the_desk_opens_with_its_first_standing_sign_in_unless_a_day_is_set(site: Context, crew: Team) -> None:
    settings.write(site, {"site.opened_on": ""})
    assert not of(site, crew["1001"]).missed, "set up in March and nobody ever signed"
    (stray,) = sign(site, crew["2001"], ("2026-02-03 08:20", "到岗"))
    assert [each.day.day for each in of(site, crew["1001"]).missed][:2] == [3, 4]
    assert of(site, crew["1001"]).due_days == 16
    take_back(site, punch_id=stray, reason="录错了人")
    assert not of(site, crew["1001"]).missed
    settings.write(site, {"site.opened_on": "2026-02-26"})
    assert [each.day.day for each in of(site, crew["1001"]).missed] == [26, 27, 28]
    assert any("2026-02-26" in line for line in month(site).basis)
    with pytest.raises(Refusal, match="2026-03-05"):
        settings.write(site, {"site.opened_on": "三月五日"})


def test_a_day_never_costs_more_than_itself(site: Context, crew: Team) -> None:
    policy = {"missing.policy": "half"}
    since = date(2026, 2, 1)
    amending.amend(site, clause="G12", begins_on=since, typed=policy, source="信息中心通知", reason="明确缺签处理")
    days = {
        3: ("09:40", None),
        4: (None, None),
        5: ("09:40", "13:02"),
        6: ("08:20", None),
        9: ("08:20", None),
    }
    whole_month(site, crew["1001"], days)
    grant(site, crew["1001"], "2026-02-04 08:30", "2026-02-04 10:30")
    grant(site, crew["1001"], "2026-02-05 13:00", "2026-02-05 17:30")
    grant(site, crew["1001"], "2026-02-06 08:30", "2026-02-06 17:30", "病假")
    found = of(site, crew["1001"])
    lines = {line.part: line for line in found.settled.lines}
    assert lines["absent"].half_days == 2 + 1, "a whole day, and the half that leave left"
    assert lines["awol"].half_days == 2, "the fourth; two hours of leave are no second charge"
    assert lines["open_end"].half_days == 1, "the ninth only: the third is absent, on the sixth leave frees the end"
    assert (lines["open_end"].citation.key, lines["open_end"].evidence != ()) == ("G12", True)
    assert found.leave[LeaveKind.PERSONAL].minutes == 4 * 60 + 30
    assert [each.day.day for each in found.missing] == [3, 9]


def test_who_came_back_has_not_left_early(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], {9: (None, None)})
    back = (("2026-02-09 08:25", "到岗"), ("2026-02-09 16:00", "离岗"), ("2026-02-09 16:30", "到岗"))
    sign(site, crew["1001"], *back)
    found = of(site, crew["1001"])
    assert found.settled.figures.early_minutes == 0
    assert [each.what for each in found.missing] == [State.NO_SIGN_OUT]
    sign(site, crew["1001"], ("2026-02-09 17:10", "离岗"))
    assert of(site, crew["1001"]).settled.figures.early_minutes == 20


def test_a_pair_of_a_split_shift_that_nobody_worked_is_asked_for(site: Context, crew: Team) -> None:
    with site.transaction("排班") as tx:
        shift = tx.insert(Shift, code="S", name="三段班", pairs="06:00-09:00,11:00-14:00,17:00-20:00")
        tx.insert(RosterEntry, staff_id=crew["1001"], day=date(2026, 2, 9), shift_id=shift)
    pairs = (("06:00", "到岗"), ("09:00", "离岗"), ("11:00", "到岗"), ("14:00", "离岗"))
    sign(site, crew["1001"], *((f"2026-02-09 {clock}", way) for clock, way in pairs))
    assert date(2026, 2, 9) in [each.day for each in of(site, crew["1001"]).missing]


def test_half_a_day_is_the_kind_of_leave_that_covers_most_of_it(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], {9: ("13:00", "17:31")})
    grant(site, crew["1001"], "2026-02-09 08:30", "2026-02-09 09:00")
    grant(site, crew["1001"], "2026-02-09 09:00", "2026-02-09 13:00", "公出")
    found = of(site, crew["1001"])
    assert found.halves[date(2026, 2, 9)][0].leave is LeaveKind.OFFICIAL
    assert found.attended_half_days == 32


def test_without_a_clause_an_absence_is_no_awol(site: Context, crew: Team) -> None:
    whole_month(site, crew["1001"], {9: (None, None)})
    amending.amend(
        site,
        clause="T2-ATT-03",
        begins_on=date(2026, 2, 1),
        typed={},
        source="信息中心通知",
        reason="另行规定",
        repealed=True,
    )
    found = of(site, crew["1001"])
    assert [half.mark for half in found.halves[date(2026, 2, 9)]] == [Mark.AWAY, Mark.AWAY]
    assert found.settled.figures.awol_half_days == 0
    assert [each.day.day for each in found.missed] == [9], "it is still asked for"


def test_approved_overtime_without_a_sign_out_is_asked_for(site: Context, crew: Team) -> None:
    save, run = by_slug("overtime").save, {act.key: act.run for act in by_slug("overtime").acts}
    assert save is not None
    span = {"begins_at": datetime(2026, 2, 8, 9), "ends_at": datetime(2026, 2, 8, 18)}
    slip = save(site, None, {"staff_id": crew["1001"], **span, "reason": "割接", "settled_as": "调休"}).value
    run["approve"](site, slip, {"note": ""})
    sign(site, crew["1001"], ("2026-02-08 08:55", "到岗"))
    assert ("加班未计", "王强") in questions(site)
    sign(site, crew["1001"], ("2026-02-08 18:05", "离岗"))
    assert ("加班未计", "王强") not in questions(site)
    assert of(site, crew["1001"]).overtime_minutes == 8 * 60
