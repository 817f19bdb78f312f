"""A planned day as two halves: what each was, whatever the shift looks like."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from opsdesk.rules.attendance import judge_day
from opsdesk.rules.facts import Duty, Punch, Span, Terms
from opsdesk.rules.halves import halves
from opsdesk.rules.vocabulary import Direction, LeaveKind, Mark
from opsdesk.services.law_library import shipped
from opsdesk.services.marks import day_mark

DAY = date(2026, 3, 5)
LAW = shipped().on(DAY)
WHOLE, SPLIT, NIGHT = ("08:30-17:30",), ("08:30-12:00", "13:30-17:30"), ("20:00-08:00",)
IN, OUT, OPEN = Direction.IN, Direction.OUT, Direction.UNKNOWN


def at(clock: str) -> datetime:
    """08:30, or 次08:00 on the next day."""
    day = DAY + timedelta(days=clock.startswith("次"))
    return datetime.fromisoformat(f"{day.isoformat()} {clock.removeprefix('次')}")


def span(written: str) -> Span:
    begins, ends = map(at, written.split("-"))
    return Span(begins, ends if ends > begins else ends + timedelta(days=1))


def day(
    pairs: Sequence[str],
    punches: Sequence[tuple[str, Direction]] = (),
    away: Sequence[tuple[str, LeaveKind]] = (),
    now: str = "次12:00",
    terms: Terms = Terms("T1", "T2"),  # noqa: B008 — frozen
):
    absent = [(span(written), kind) for written, kind in away]
    duty = Duty(DAY, "班", tuple(map(span, pairs)), tuple(each for each, _ in absent))
    facts = [Punch(n, at(clock), direction) for n, (clock, direction) in enumerate(punches, 1)]
    result = judge_day(duty, facts, LAW, terms, at(now), duty.ends + timedelta(hours=6))
    return halves(duty, result, absent, at(now))


def marks(*more, **named):
    return [half.mark for half in day(*more, **named)]


def test_a_whole_day_is_two_halves_of_one_pair():
    found = day(WHOLE, [("08:27", IN), ("17:31", OUT)])
    assert [half.mark for half in found] == [Mark.PRESENT, Mark.PRESENT]
    assert (found[0].span, found[1].span) == (span("08:30-13:00"), span("13:00-17:30"))
    assert day_mark(found) == "√"


@pytest.mark.parametrize(
    ("arrival", "departure", "mark"),
    [("09:12", "17:30", "迟42\n√"), ("08:30", "17:00", "√\n退30"), ("09:12", "17:00", "迟42\n退30")],
)
def test_lateness_is_the_mornings_and_early_leaving_the_afternoons(arrival, departure, mark):
    assert day_mark(day(WHOLE, [(arrival, IN), (departure, OUT)])) == mark


@pytest.mark.parametrize(("arrival", "mark"), [("09:30:59", "迟60\n√"), ("09:31", "缺61")])
def test_more_than_the_limit_late_makes_both_halves_absence(arrival, mark):
    assert day_mark(day(WHOLE, [(arrival, IN), ("17:30", OUT)])) == mark


def test_more_than_an_hour_late_to_one_pair_makes_the_whole_day_absent():
    found = day(SPLIT, [("08:30", IN), ("12:00", OUT), ("14:40", IN), ("17:30", OUT)])
    assert [half.mark for half in found] == [Mark.ABSENT, Mark.ABSENT], "视当天缺勤 (T2-ATT-08)"
    assert day_mark(found) == "缺70"


def test_split_pairs_each_have_their_own_ends():
    found = day(SPLIT, [("08:40", IN), ("12:00", OUT), ("13:30", IN), ("17:20", OUT)])
    assert day_mark(found) == "迟10\n退10"
    assert [half.span for half in found] == [span("08:30-12:00"), span("13:30-17:30")]


def test_a_night_is_halved_at_two():
    found = day(NIGHT, [("20:06", IN), ("次08:00", OUT)])
    assert found[0].span == span("20:00-次02:00")
    assert day_mark(found) == "迟6\n√"


@pytest.mark.parametrize(
    ("away", "punches", "mark"),
    [
        ("08:30-13:00", [("13:00", IN), ("17:30", OUT)], "△\n√"),
        ("13:00-17:30", [("08:30", IN), ("13:00", OUT)], "√\n△"),
        ("08:30-17:30", [], "△"),
        ("08:30-13:00", [], "△\n×"),
        ("13:00-17:30", [], "×\n△"),
        ("08:30-10:44", [("10:44", IN), ("17:30", OUT)], "√"),
        ("08:30-10:45", [("10:45", IN), ("17:30", OUT)], "△\n√"),
    ],
)
def test_leave_marks_the_half_it_covers_by_half_or_more(away, punches, mark):
    assert day_mark(day(WHOLE, punches, [(away, LeaveKind.PERSONAL)])) == mark


def test_two_kinds_of_leave_on_one_day_show_both():
    away = [("08:30-13:00", LeaveKind.SICK), ("13:00-17:30", LeaveKind.OFFICIAL)]
    assert day_mark(day(WHOLE, away=away)) == "＋\n公"


def test_absence_in_the_morning_leaves_an_approved_afternoon_alone():
    found = day(WHOLE, [("09:40", IN), ("13:00", OUT)], [("13:00-17:30", LeaveKind.PERSONAL)])
    assert day_mark(found) == "缺70\n△"


@pytest.mark.parametrize(("now", "mark"), [("17:29", Mark.AHEAD), ("17:30", Mark.AWOL)])
def test_a_day_without_a_sign_in_is_absence_only_once_it_is_over(now, mark):
    assert marks(WHOLE, now=now) == [mark, mark]


def test_an_open_arrival_is_presence_while_the_day_runs_and_open_afterwards():
    assert marks(WHOLE, [("08:30", IN)], now="12:00") == [Mark.PRESENT, Mark.PRESENT]
    assert day_mark(day(WHOLE, [("08:30", IN)], now="次12:00")) == "√\n未"
    assert day_mark(day(WHOLE, [("17:40", OUT)], now="次12:00")) == "未\n√"


def test_one_half_missed_of_split_pairs_is_absence_of_that_half():
    assert day_mark(day(SPLIT, [("08:30", IN), ("12:00", OUT)])) == "√\n×"
    assert day_mark(day(SPLIT, [("13:30", IN), ("17:30", OUT)])) == "×\n√"


def test_without_a_limit_lateness_stays_lateness():
    assert day_mark(day(WHOLE, [("10:30", OPEN), ("17:30", OPEN)], terms=Terms("T3", "T3"))) == "迟120\n√"
