"""Attendance by the day: both sides of every boundary, on the law that ships."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from opsdesk.rules.attendance import choose, duty_at, free_of, judge_arrival, judge_day, judge_departure, next_direction
from opsdesk.rules.clause import ClauseNotInForce, Regulations
from opsdesk.rules.facts import Duty, Punch, Span, Terms
from opsdesk.rules.vocabulary import Direction, Judgement, State
from opsdesk.services.law_library import shipped

DAY = date(2026, 3, 5)
T1_T2 = Terms("T1", "T2")
EXAMPLES = json.loads((Path(__file__).parent / "table_a.json").read_text(encoding="utf-8"))


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()} {clock}")


def plan(begins: str, ends: str, day: date = DAY) -> Span:
    first, last = at(begins, day), at(ends, day)
    return Span(first, last if last > first else last + timedelta(days=1))


def duty(*pairs: tuple[str, str], day: date = DAY, approved: tuple[Span, ...] = ()) -> Duty:
    return Duty(day, "班", tuple(plan(*pair, day=day) for pair in pairs), approved)


@pytest.fixture(scope="module")
def law():
    return shipped().on(DAY)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case["id"])
def test_worked_examples_of_table_a(case, law):
    shift, _, punched = case["input"].partition(",")
    clock = shift.split()[1]
    kind, time = punched.split()[0], punched.split()[-1]
    if kind.startswith("签到"):
        verdict = judge_arrival(plan(clock, "17:30"), at(time.removeprefix("签到")), law, T1_T2)
        word = "迟到"
    else:
        verdict = judge_departure(plan("08:30", clock), at(time.removeprefix("签退")), law, T1_T2)
        word = "早退"
    minutes, _, outcome = case["expected"].partition(";")
    assert f"{word} {verdict.minutes} 分" == minutes
    expected = {
        "正常": {Judgement.ON_TIME, Judgement.LEFT},
        "迟到": {Judgement.LATE},
        "缺勤1日+双重处罚": {Judgement.ABSENT},
        "早退 扣20": {Judgement.EARLY},
    }[outcome]
    assert verdict.judgement in expected
    if "扣20" in outcome:
        assert verdict.amount == Decimal(20)


@pytest.mark.parametrize(
    ("clock", "judgement", "minutes"),
    [
        ("08:30:00", Judgement.ON_TIME, 0),
        ("08:30:59", Judgement.ON_TIME, 0),
        ("08:31:00", Judgement.LATE, 1),
        ("09:30:59", Judgement.LATE, 60),
        ("09:31:00", Judgement.ABSENT, 61),
    ],
)
def test_arrival_on_both_sides_of_each_boundary(clock, judgement, minutes, law):
    verdict = judge_arrival(plan("08:30", "17:30"), at(clock), law, T1_T2)
    assert (verdict.judgement, verdict.minutes) == (judgement, minutes)


@pytest.mark.parametrize(
    ("clock", "judgement", "minutes"),
    [
        ("17:30:00", Judgement.LEFT, 0),
        ("17:29:01", Judgement.LEFT, 0),
        ("17:29:00", Judgement.EARLY, 1),
    ],
)
def test_departure_on_both_sides_of_each_boundary(clock, judgement, minutes, law):
    verdict = judge_departure(plan("08:30", "17:30"), at(clock), law, T1_T2)
    assert (verdict.judgement, verdict.minutes) == (judgement, minutes)


def test_a_verdict_names_its_clause_and_the_day_it_holds_from(law):
    verdict = judge_arrival(plan("08:30", "17:30"), at("09:12:00"), law, T1_T2)
    assert [cited.short for cited in verdict.citations] == ["T2 二.7", "T1 2.3"]
    assert verdict.citations[0].held_from == date(2000, 1, 1)
    assert "迟到 42 分" in verdict.sentence
    assert "T2 二.7" in verdict.sentence
    assert verdict.amount is None, "lateness is settled by the month"


def test_without_penalty_clauses_lateness_is_said_but_nothing_is_proposed(law):
    verdict = judge_arrival(plan("08:30", "17:30"), at("10:30:00"), law, Terms("T3", "T3"))
    assert (verdict.judgement, verdict.minutes) == (Judgement.LATE, 120)
    assert [cited.key for cited in verdict.citations] == ["T3-02"]
    early = judge_departure(plan("08:30", "17:30"), at("17:00:00"), law, Terms("T3", "T3"))
    assert (early.judgement, early.amount) == (Judgement.EARLY, None)


def test_the_law_holds_from_its_first_day_and_not_the_day_before():
    regulations = shipped()
    for regulation in regulations.regulations:
        for clause in regulation.clauses:
            for holding in clause.holdings:
                if holding.blank or holding.repealed:
                    with pytest.raises(ClauseNotInForce, match=clause.key):
                        clause.holding_on(holding.begins)
                else:
                    assert clause.holding_on(holding.begins) is holding
            with pytest.raises(ClauseNotInForce, match=clause.key):
                clause.holding_on(clause.holdings[0].begins - timedelta(days=1))
    assert isinstance(regulations, Regulations)


def test_approved_absence_at_the_start_moves_the_due_time(law):
    away = Span(at("08:30"), at("09:30"))
    assert free_of(plan("08:30", "17:30"), (away,)) == Span(at("09:30"), at("17:30"))
    on_duty = duty(("08:30", "17:30"), approved=(away,))
    result = judge_day(on_duty, [Punch(1, at("09:20"), Direction.IN)], law, T1_T2, at("10:00"), at("23:30"))
    assert result.late_minutes == 0
    late = judge_day(on_duty, [Punch(1, at("09:31"), Direction.IN)], law, T1_T2, at("10:00"), at("23:30"))
    assert late.late_minutes == 1


def test_leave_in_the_middle_of_the_day_changes_no_end():
    lunch = Span(at("12:00"), at("14:00"))
    assert free_of(plan("08:30", "17:30"), (lunch,)) == plan("08:30", "17:30")


def test_two_leaves_that_meet_free_the_whole_day(law):
    halves = (Span(at("13:00"), at("17:30")), Span(at("08:30"), at("13:00")))
    assert free_of(plan("08:30", "17:30"), halves) is None
    result = judge_day(duty(("08:30", "17:30"), approved=halves), [], law, T1_T2, at("09:00"), at("23:30"))
    assert result.state is State.ON_LEAVE


def days_of(*duties: Duty) -> list[Duty]:
    return list(duties)


def test_the_morning_after_a_forgotten_sign_out_is_the_new_day():
    yesterday, today = duty(("08:30", "17:30"), day=DAY - timedelta(days=1)), duty(("08:30", "17:30"))
    found = duty_at(days_of(yesterday, today), at("08:20"))
    assert found is today


def test_a_night_shift_belongs_to_the_day_it_begins_on():
    night = duty(("20:00", "08:00"))
    next_night = duty(("20:00", "08:00"), day=DAY + timedelta(days=1))
    tomorrow = DAY + timedelta(days=1)
    assert duty_at([night, next_night], at("19:40")) is night
    assert duty_at([night, next_night], at("03:00", tomorrow)) is night
    assert duty_at([night, next_night], at("08:10", tomorrow)) is night
    assert duty_at([night, next_night], at("13:59", tomorrow)) is night
    assert duty_at([night, next_night], at("14:00", tomorrow)) is next_night


def test_alone_a_duty_reaches_six_hours_beyond_its_ends():
    only = duty(("08:30", "17:30"))
    assert duty_at([only], at("02:30")) is only
    assert duty_at([only], at("02:29")) is None
    assert duty_at([only], at("23:29")) is only
    assert duty_at([only], at("23:30")) is None


def test_direction_of_the_next_punch():
    day = duty(("08:30", "17:30"))
    arrived = Punch(1, at("08:20"), Direction.IN)
    gone = Punch(2, at("12:00"), Direction.OUT)
    assert next_direction(day, [], at("08:20")) is Direction.IN
    assert next_direction(day, [arrived], at("12:00")) is Direction.OUT
    assert next_direction(day, [arrived, gone], at("13:00")) is Direction.IN
    assert next_direction(day, [arrived, gone], at("17:30")) is Direction.OUT
    assert next_direction(day, [arrived, gone], at("17:29")) is Direction.IN


def test_undirected_machine_punches_first_and_last_count():
    span = plan("08:30", "17:30")
    punches = [Punch(n, at(clock), Direction.UNKNOWN) for n, clock in enumerate(("12:01", "08:20", "17:40"))]
    arrival, departure = choose(span, punches)
    assert (arrival.at, departure.at) == (at("08:20"), at("17:40"))
    alone = Punch(1, at("17:40"), Direction.UNKNOWN)
    assert choose(span, [alone]) == (None, alone)
    early = Punch(1, at("08:31"), Direction.UNKNOWN)
    assert choose(span, [early]) == (early, None)
    assert choose(span, []) == (None, None)


@pytest.mark.parametrize(
    ("punches", "now", "state"),
    [
        ((), "08:00", State.DUE),
        ((("08:27", "到岗"),), "09:00", State.ON_TIME),
        ((("08:42", "到岗"),), "09:00", State.LATE),
        ((("09:31", "到岗"),), "10:00", State.ABSENT),
        ((("08:27", "到岗"), ("17:31", "离岗")), "18:00", State.LEFT),
        ((("08:27", "到岗"), ("17:00", "离岗")), "18:00", State.EARLY),
        ((("08:27", "到岗"), ("12:00", "离岗"), ("13:00", "到岗")), "14:00", State.ON_TIME),
        ((("08:27", "到岗"),), "23:29", State.ON_TIME),
        ((("08:27", "到岗"),), "23:30", State.NO_SIGN_OUT),
        ((("08:27", "到岗"), ("12:00", "离岗"), ("13:00", "到岗")), "23:30", State.NO_SIGN_OUT),
        ((("17:31", "离岗"),), "18:00", State.NO_SIGN_IN),
    ],
)
def test_state_of_a_day(punches, now, state, law):
    facts = [Punch(n, at(clock), Direction(way)) for n, (clock, way) in enumerate(punches)]
    assert judge_day(duty(("08:30", "17:30")), facts, law, T1_T2, at(now), at("23:30")).state is state


def test_several_pairs_are_each_judged(law):
    split = duty(("08:00", "12:00"), ("13:30", "17:30"))
    facts = [
        Punch(1, at("08:05"), Direction.IN),
        Punch(2, at("11:50"), Direction.OUT),
        Punch(3, at("13:40"), Direction.IN),
        Punch(4, at("17:30"), Direction.OUT),
    ]
    result = judge_day(split, facts, law, T1_T2, at("18:00"), at("23:30"))
    assert (result.late_minutes, result.early_minutes) == (15, 10)
    assert [verdict.judgement for _, verdict in result.verdicts] == [
        Judgement.LATE,
        Judgement.EARLY,
        Judgement.LATE,
        Judgement.LEFT,
    ]
    assert result.verdicts[2][1].evidence == ("punch:3",)
