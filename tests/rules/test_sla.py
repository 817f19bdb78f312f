"""Deadlines of an incident: response, solution, hand-in, case report; X23, X30 and both sides of every boundary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsdesk.rules import dispatch, sla
from opsdesk.rules.calendar import Calendar, SpecialDay
from opsdesk.rules.clause import Held, Holding, Law
from opsdesk.rules.facts import Span
from opsdesk.rules.sla import Asked, HoursOf, IncidentFacts, Pause, Reading, Written
from opsdesk.rules.vocabulary import ClockState, DayKind, IncidentKind, Whose
from opsdesk.services import calendars, law_library

DAY = date(2026, 3, 11)
"""A Wednesday."""
SHIPPED = law_library.shipped()
LAW = SHIPPED.on(DAY)
T1, E10, E19 = "T1", "E10", "E19"
ORDINARY = Calendar()
ANNOUNCED = Calendar(
    {day: kind for plan in calendars.shipped() for day, kind in plan.special.items()},
    frozenset(plan.year for plan in calendars.shipped()),
)
SECOND = timedelta(seconds=1)
OTHERS = [Whose.CLIENT, Whose.THIRD, Whose.PARTS]
WHOLE = Written(kind="网络", reach="三楼", plan="更换光模块", steps=1, root_cause="模块老化", lesson="备一只")


def at(written: str) -> datetime:
    """A moment; a mere clock is one of 11 March 2026."""
    return datetime.fromisoformat(written if "-" in written else f"{DAY} {written}")


def day(written: str) -> date:
    return date.fromisoformat(written)


def amended(key: str, **values: object) -> Law:
    """The law with other values of a clause from that day on; a double underscore stands for the dot."""
    new = {name.replace("__", "."): value for name, value in values.items()}
    old = SHIPPED.clause(key).holding_on(DAY).values
    return SHIPPED.amended([(key, Holding(DAY, {**old, **new}, "试"))]).on(DAY)  # type: ignore[dict-item]


def repealed(key: str) -> Law:
    return SHIPPED.amended([(key, Holding(DAY, {}, "试", repealed=True))]).on(DAY)


def part(does: str, regulation: str, law: Law = LAW) -> Held:
    held = law.part(does, regulation)
    assert held is not None
    return held


def pause(begins: str, ends: str | None, whose: Whose = Whose.CLIENT) -> Pause:
    return Pause(at(begins), at(ends) if ends else None, whose)


def fault(**more: object) -> IncidentFacts:
    """A fault accepted at nine; times may be given as they are written."""
    read = {name: at(value) if isinstance(value, str) else value for name, value in more.items()}
    return replace(IncidentFacts(IncidentKind.FAULT, at("09:00:00")), **read)  # type: ignore[arg-type]


def response(now: str = "18:00:00", law: Law = LAW, regulation: str = T1, **more: object) -> Reading:
    reading = sla.response(fault(**more), law, regulation, at(now))
    assert reading is not None
    return reading


def solution(now: str = "23:00:00", law: Law = LAW, **more: object) -> Reading:
    reading = sla.solution(fault(**more), law, T1, at(now))
    assert reading is not None
    return reading


def shifts(calendar: Calendar, *pairs: tuple[str, str]) -> HoursOf:
    """Working hours on the workdays of a calendar; a pair that ends before it begins ends on the next day."""

    def hours(each: date) -> Sequence[Span]:
        if not calendar.works(each):
            return ()
        return [
            Span(
                datetime.combine(each, time.fromisoformat(begins)),
                datetime.combine(each + timedelta(days=ends <= begins), time.fromisoformat(ends)),
            )
            for begins, ends in pairs
        ]

    return hours


OFFICE = (("08:30", "12:00"), ("13:00", "17:30"))
NIGHT = ("22:00", "06:00")


# --- the first response ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("responded", "state", "over", "sentence"),
    [
        pytest.param("09:10:00", ClockState.MET, 0, "响应用时 10 分，达标。", id="X23 in time"),
        pytest.param("09:10:01", ClockState.BREACHED, 1, "响应已用 10 分 1 秒，超时 1 秒。", id="X23 one second late"),
        pytest.param("09:00:00", ClockState.MET, 0, "响应用时 0 秒，达标。", id="at once"),
        pytest.param("10:12:00", ClockState.BREACHED, 3720, "响应已用 1 小时 12 分，超时 1 小时 2 分。", id="long"),
    ],
)
def test_ten_minutes_to_respond_are_kept_to_the_second(
    responded: str, state: ClockState, over: int, sentence: str
) -> None:
    found = response(responded=responded)
    assert (found.state, found.over, found.limit) == (state, over, 600)
    assert found.used == (at(responded) - at("09:00:00")).total_seconds()
    assert found.deadline == at("09:10:00")
    assert found.citation.key == "T1-FLT-01"
    assert found.sentence == f"{sentence}时限 10 分，依据 T1 5 故障。"


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("09:00:00", ClockState.RUNNING),
        ("09:07:29", ClockState.RUNNING),
        ("09:07:30", ClockState.WARNING),
        ("09:10:00", ClockState.WARNING),
        ("09:10:01", ClockState.BREACHED),
    ],
)
def test_warning_comes_at_three_quarters_and_the_breach_after_the_last_second(now: str, state: ClockState) -> None:
    found = response(now=now)
    assert (found.state, found.deadline) == (state, at("09:10:00"))
    assert found.over == (1 if state is ClockState.BREACHED else 0)


def test_a_running_clock_says_what_is_left() -> None:
    assert response(now="09:04:10").sentence == "响应已用 4 分 10 秒，还剩 5 分 50 秒。时限 10 分，依据 T1 5 故障。"


@pytest.mark.parametrize("clock", ["09:04:10", "09:10:00", "09:10:01"])
def test_clock_runs_on_until_the_response_even_beyond_its_limit(clock: str) -> None:
    assert response(now=clock).running
    assert not response(responded=clock).running


@pytest.mark.parametrize(("now", "state"), [("09:03:44", ClockState.RUNNING), ("09:03:45", ClockState.WARNING)])
def test_urgent_call_warns_at_three_quarters_of_its_own_limit(now: str, state: ClockState) -> None:
    assert response(regulation=E10, urgent=True, now=now).state is state


def test_regulation_without_a_limit_has_no_clock() -> None:
    assert sla.response(fault(), LAW, E19, at("18:00:00")) is None
    assert sla.response(fault(urgent=True), LAW, "不适用", at("18:00:00")) is None
    assert sla.response(fault(urgent=True), repealed("E10-04"), E19, at("18:00:00")) is None
    assert sla.response(fault(), repealed("T1-FLT-01"), T1, at("18:00:00")) is None


def test_urgent_call_keeps_the_ordinary_limit_where_no_shorter_one_is_written() -> None:
    assert response(urgent=True, responded="09:10:00", law=repealed("E10-04")).state is ClockState.MET


@pytest.mark.parametrize("regulation", [T1, E10, E19])
@pytest.mark.parametrize(
    ("responded", "state", "over"), [("09:05:00", ClockState.MET, 0), ("09:05:01", ClockState.BREACHED, 1)]
)
def test_urgent_call_has_five_minutes_under_every_contract(
    regulation: str, responded: str, state: ClockState, over: int
) -> None:
    found = response(regulation=regulation, urgent=True, responded=responded)
    assert (found.state, found.over, found.citation.key) == (state, over, "E10-04")


@pytest.mark.parametrize(("responded", "over"), [("09:10:00", 0), ("09:10:01", 1)])
def test_what_e10_leaves_open_is_timed_by_t1(responded: str, over: int) -> None:
    found = response(regulation=E10, responded=responded)
    assert (found.over, found.citation.key) == (over, "T1-FLT-01")
    solved = sla.solution(fault(due="12:00:00", resolved="12:00:01"), LAW, E10, at("18:00:00"))
    assert solved is not None
    assert (solved.over, solved.citation.key) == (1, "T1-FLT-02")


@pytest.mark.parametrize(
    ("urgent_min", "urgent", "key", "limit"),
    [
        (5, True, "E10-04", 300),
        (5, False, "T1-FLT-01", 600),
        (10, True, "T1-FLT-01", 600),
        (15, True, "T1-FLT-01", 600),
    ],
)
def test_urgent_call_is_under_the_shorter_limit(urgent_min: int, urgent: bool, key: str, limit: int) -> None:
    found = sla.response_clause(amended("E10-04", sla__urgent_min=urgent_min), T1, urgent=urgent)
    assert found is not None
    assert (found[0].clause.key, found[1]) == (key, limit)


def test_amended_limit_holds_from_its_day() -> None:
    new = amended("T1-FLT-01", sla__respond_min=15)
    assert response(responded="09:15:00", law=new).state is ClockState.MET
    assert response(responded="09:15:01", law=new).over == 1
    assert response(responded="09:15:00", law=new).citation.held_from == DAY
    assert response(responded="09:15:00").over == 300


def test_times_that_are_not_known_are_not_judged() -> None:
    now = at("18:00:00")
    assert sla.response(fault(accepted=None, responded="09:01:00"), LAW, T1, now) is None
    assert sla.response(fault(resolved="09:30:00"), LAW, T1, now) is None
    assert sla.response(fault(responded="09:05:00", resolved="09:30:00"), LAW, T1, now) is not None


# --- pauses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", OTHERS)
def test_time_of_others_does_not_count(whose: Whose) -> None:
    waited = (pause("09:02:00", "09:07:00", whose),)
    assert response(pauses=waited, responded="09:15:00").state is ClockState.MET
    late = response(pauses=waited, responded="09:15:01")
    assert (late.state, late.used, late.over, late.deadline) == (ClockState.BREACHED, 601, 1, at("09:15:00"))


def test_own_waiting_of_the_vendor_counts() -> None:
    waited = (pause("09:02:00", "09:07:00", Whose.VENDOR),)
    assert response(pauses=waited, responded="09:10:00").state is ClockState.MET
    late = response(pauses=waited, responded="09:10:01")
    assert (late.state, late.over, late.deadline) == (ClockState.BREACHED, 1, at("09:10:00"))


@pytest.mark.parametrize(
    ("pauses", "stood"),
    [
        pytest.param(
            [("09:02:00", "09:06:00", Whose.CLIENT), ("09:04:00", "09:08:00", Whose.THIRD)], 360, id="overlapping"
        ),
        pytest.param(
            [("09:04:00", "09:08:00", Whose.THIRD), ("09:02:00", "09:06:00", Whose.CLIENT)], 360, id="in any order"
        ),
        pytest.param([("09:02:00", "09:06:00", Whose.CLIENT)] * 2, 240, id="the same twice"),
        pytest.param(
            [("09:01:00", "09:09:00", Whose.PARTS), ("09:03:00", "09:05:00", Whose.CLIENT)], 480, id="one in another"
        ),
        pytest.param(
            [("09:02:00", "09:04:00", Whose.CLIENT), ("09:04:00", "09:05:00", Whose.PARTS)], 180, id="touching"
        ),
        pytest.param(
            [("09:02:00", "09:06:00", Whose.CLIENT), ("09:03:00", "09:08:00", Whose.VENDOR)], 240, id="vendor's within"
        ),
        pytest.param([("08:50:00", "09:03:00", Whose.CLIENT)], 180, id="begun before the call"),
        pytest.param([("08:00:00", "09:00:00", Whose.CLIENT)], 0, id="over before the call"),
        pytest.param([("09:03:00", "09:03:00", Whose.CLIENT)], 0, id="of no length"),
        pytest.param([("09:03:00", "09:03:01", Whose.CLIENT)], 1, id="of one second"),
    ],
)
def test_pauses_are_counted_once_and_only_within_the_call(pauses: list[tuple[str, str, Whose]], stood: int) -> None:
    waited = tuple(pause(*each) for each in pauses)
    limit = at("09:10:00") + timedelta(seconds=stood)
    kept = sla.response(fault(pauses=waited, responded=limit), LAW, T1, at("18:00:00"))
    missed = sla.response(fault(pauses=waited, responded=limit + SECOND), LAW, T1, at("18:00:00"))
    assert kept is not None
    assert missed is not None
    assert (kept.state, kept.used, kept.deadline) == (ClockState.MET, 600, limit)
    assert (missed.state, missed.over, missed.deadline) == (ClockState.BREACHED, 1, limit)


def test_pause_after_the_response_changes_nothing() -> None:
    found = response(pauses=(pause("09:10:01", "12:00:00"),), responded="09:10:01")
    assert (found.state, found.used) == (ClockState.BREACHED, 601)


@pytest.mark.parametrize("whose", OTHERS)
def test_clock_stands_and_has_no_deadline_while_somebody_elses_pause_lasts(whose: Whose) -> None:
    waits = (pause("09:02:00", None, whose),)
    for now in ("09:02:00", "09:30:00", "17:00:00", "2026-03-20 09:00:00"):
        found = response(pauses=waits, now=now)
        assert (found.state, found.used, found.over, found.deadline) == (ClockState.PAUSED, 120, 0, None)
        assert found.sentence == "响应计时暂停，已用 2 分。时限 10 分，依据 T1 5 故障。"


def test_clock_runs_until_the_pause_begins_and_on_from_where_it_stood() -> None:
    before = response(pauses=(pause("09:02:00", None),), now="09:01:59")
    assert (before.state, before.used, before.deadline) == (ClockState.RUNNING, 119, at("09:10:00"))
    after = response(pauses=(pause("09:02:00", "10:02:00"),), now="10:02:00")
    assert (after.state, after.used, after.deadline) == (ClockState.RUNNING, 120, at("10:10:00"))


def test_warning_waits_for_the_vendors_own_time() -> None:
    waited = (pause("09:02:00", "10:02:00"),)
    assert response(pauses=waited, now="10:07:29").state is ClockState.RUNNING
    assert response(pauses=waited, now="10:07:30").state is ClockState.WARNING


def test_own_pause_that_lasts_lets_the_clock_run() -> None:
    waits = (pause("09:02:00", None, Whose.VENDOR),)
    assert response(pauses=waits, now="09:07:29").state is ClockState.RUNNING
    found = response(pauses=waits, now="09:10:01")
    assert (found.state, found.over, found.deadline) == (ClockState.BREACHED, 1, at("09:10:00"))


def test_limit_used_up_before_the_pause_stays_exceeded_and_keeps_its_deadline() -> None:
    found = response(pauses=(pause("09:10:01", None),), now="12:00:00")
    assert (found.state, found.over, found.deadline) == (ClockState.BREACHED, 1, at("09:10:00"))


def test_limit_used_to_its_last_second_as_the_pause_begins_stands_paused() -> None:
    found = response(pauses=(pause("09:10:00", None),), now="12:00:00")
    assert (found.state, found.used, found.over, found.deadline) == (ClockState.PAUSED, 600, 0, None)


def test_later_pause_that_lasts_takes_nothing_from_a_response_that_was_given() -> None:
    found = response(pauses=(pause("10:00:00", None),), responded="09:05:00", now="12:00:00")
    assert (found.state, found.used, found.deadline) == (ClockState.MET, 300, at("09:10:00"))


# --- the moment a limit is reached ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "minutes", "reached"),
    [
        ("2026-03-11 23:55:00", 10, "2026-03-12 00:05:00"),
        ("2026-03-13 17:25:00", 10, "2026-03-13 17:35:00"),
        ("2026-03-14 09:00:30", 10, "2026-03-14 09:10:30"),
        ("2026-09-30 23:00:00", 120, "2026-10-01 01:00:00"),
        ("2026-02-28 12:00:00", 24 * 60, "2026-03-01 12:00:00"),
    ],
)
def test_clock_runs_round_the_clock_through_nights_and_holidays(begins: str, minutes: int, reached: str) -> None:
    assert sla.reached(at(begins), minutes * 60, fault(), at(begins)) == at(reached)


@pytest.mark.parametrize(
    ("begins", "minutes", "reached"),
    [
        pytest.param("2026-03-11 09:00:00", 10, "2026-03-11 09:10:00", id="within the morning"),
        pytest.param("2026-03-11 11:50:00", 10, "2026-03-11 12:00:00", id="ends with the morning, not after noon"),
        pytest.param("2026-03-11 11:50:01", 10, "2026-03-11 13:00:01", id="a second goes over the noon break"),
        pytest.param("2026-03-11 12:20:00", 10, "2026-03-11 13:10:00", id="called at noon"),
        pytest.param("2026-03-11 17:20:00", 10, "2026-03-11 17:30:00", id="ends with the day"),
        pytest.param("2026-03-11 17:25:00", 10, "2026-03-12 08:35:00", id="goes over the night"),
        pytest.param("2026-03-11 03:00:00", 10, "2026-03-11 08:40:00", id="called at night"),
        pytest.param("2026-03-11 08:30:00", 480, "2026-03-11 17:30:00", id="a whole day"),
        pytest.param("2026-03-11 08:30:00", 481, "2026-03-12 08:31:00", id="a day and a minute"),
        pytest.param("2026-03-11 08:30:00", 40 * 60, "2026-03-17 17:30:00", id="a week's hours"),
        pytest.param("2026-03-13 17:25:00", 10, "2026-03-16 08:35:00", id="over the week-end"),
        pytest.param("2026-03-14 10:00:00", 10, "2026-03-16 08:40:00", id="called on Saturday"),
        pytest.param("2026-04-03 17:25:00", 10, "2026-04-07 08:35:00", id="over Qingming, Monday off"),
        pytest.param("2026-09-30 17:25:00", 10, "2026-10-08 08:35:00", id="over the October holidays"),
        pytest.param("2026-10-01 09:00:00", 10, "2026-10-08 08:40:00", id="called on a statutory holiday"),
        pytest.param("2026-10-09 17:25:00", 10, "2026-10-10 08:35:00", id="Saturday worked instead"),
        pytest.param("2026-10-10 17:25:00", 10, "2026-10-12 08:35:00", id="Sunday after it is none"),
        pytest.param("2026-09-19 10:00:00", 10, "2026-09-20 08:40:00", id="Sunday worked instead"),
    ],
)
def test_working_calendar_counts_only_its_hours(begins: str, minutes: int, reached: str) -> None:
    facts = fault(working=shifts(ANNOUNCED, *OFFICE))
    found = sla.reached(at(begins), minutes * 60, facts, at(begins))
    assert found == at(reached)
    assert sla.seconds_between(at(begins), found, facts, found) == minutes * 60


@pytest.mark.parametrize(
    ("begins", "reached"),
    [
        pytest.param("2026-03-11 23:55:00", "2026-03-12 00:05:00", id="over midnight"),
        pytest.param("2026-03-12 05:50:00", "2026-03-12 06:00:00", id="ends with the shift of the day before"),
        pytest.param("2026-03-12 05:55:00", "2026-03-12 22:05:00", id="goes on in the evening"),
        pytest.param("2026-03-14 03:00:00", "2026-03-14 03:10:00", id="Friday's shift on Saturday morning"),
        pytest.param("2026-03-14 05:55:00", "2026-03-16 22:05:00", id="then not before Monday"),
        pytest.param("2026-03-16 03:00:00", "2026-03-16 22:10:00", id="no shift of Sunday on Monday morning"),
    ],
)
def test_overnight_shift_counts_after_midnight(begins: str, reached: str) -> None:
    facts = fault(working=shifts(ORDINARY, NIGHT))
    found = sla.reached(at(begins), 600, facts, at(begins))
    assert found == at(reached)
    assert sla.seconds_between(at(begins), found, facts, found) == 600


def test_shifts_that_overlap_are_counted_once() -> None:
    facts = fault(working=shifts(ORDINARY, ("08:00", "17:00"), ("09:00", "18:00")))
    begins, limit = at("2026-03-11 08:00:00"), 100 * 3600
    assert sla.reached(begins, limit, facts, begins) == at("2026-03-24 18:00:00")
    assert sla.seconds_between(begins, at("2026-03-12 08:00:00"), facts, begins) == 10 * 3600


def test_response_on_a_working_calendar_is_judged_by_its_hours() -> None:
    hours = shifts(ANNOUNCED, *OFFICE)
    called = {"accepted": "2026-03-13 17:25:00", "working": hours}
    kept = response(now="2026-03-16 09:00:00", responded="2026-03-16 08:35:00", **called)
    assert (kept.state, kept.used) == (ClockState.MET, 600)
    late = response(now="2026-03-16 09:00:00", responded="2026-03-16 08:35:01", **called)
    assert (late.state, late.over) == (ClockState.BREACHED, 1)
    waiting = response(now="2026-03-15 12:00:00", **called)
    assert (waiting.state, waiting.used, waiting.deadline) == (ClockState.RUNNING, 300, at("2026-03-16 08:35:00"))


def test_pause_at_noon_or_at_night_moves_nothing_on_a_working_calendar() -> None:
    hours = shifts(ORDINARY, *OFFICE)
    waited = (pause("12:00:00", "13:00:00"), pause("17:30:00", "2026-03-12 08:30:00"))
    facts = fault(working=hours, pauses=waited)
    assert sla.reached(at("11:55:00"), 600, facts, at("18:00:00")) == at("13:05:00")
    assert sla.seconds_between(at("08:30:00"), at("2026-03-12 17:30:00"), facts, at("18:00:00")) == 16 * 3600


def test_pause_over_the_end_of_work_moves_the_deadline_by_its_working_part() -> None:
    facts = fault(working=shifts(ORDINARY, *OFFICE), pauses=(pause("2026-03-13 17:00:00", "2026-03-16 09:00:00"),))
    begins = at("2026-03-13 16:55:00")
    assert sla.reached(begins, 600, facts, begins) == at("2026-03-16 09:05:00")


def test_pause_of_three_weeks_moves_the_deadline_by_three_weeks() -> None:
    facts = fault(working=shifts(ORDINARY, *OFFICE), pauses=(pause("2026-03-11 08:30:00", "2026-04-01 08:30:00"),))
    begins = at("2026-03-11 08:30:00")
    assert sla.reached(begins, 8 * 3600, facts, at("2026-04-01 08:30:00")) == at("2026-04-01 17:30:00")


def test_calendar_without_any_work_has_no_deadline() -> None:
    idle = fault(working=lambda _: ())
    assert sla.reached(at("09:00:00"), 600, idle, at("18:00:00")) is None
    assert sla.seconds_between(at("09:00:00"), at("2026-04-11 09:00:00"), idle, at("18:00:00")) == 0


def test_nothing_passes_backwards() -> None:
    assert sla.seconds_between(at("09:00:00"), at("09:00:00"), fault(), at("18:00:00")) == 0
    assert sla.seconds_between(at("09:00:01"), at("09:00:00"), fault(), at("18:00:00")) == 0


START = datetime(2026, 9, 24)
"""Before a holiday on Friday, a week-end, and the October holidays after three more days."""
CALENDARS = {
    "round the clock": None,
    "office": shifts(ANNOUNCED, *OFFICE),
    "nights": shifts(ORDINARY, NIGHT),
    "overlapping shifts": shifts(ANNOUNCED, ("08:00", "16:00"), ("09:00", "17:00"), ("10:00", "18:00")),
    "three shifts": shifts(ANNOUNCED, ("00:00", "08:00"), ("08:00", "16:00"), ("16:00", "00:00")),
}
CALENDAR_NAMES = st.sampled_from(sorted(CALENDARS))


def moments(hours: int, step: timedelta = SECOND) -> st.SearchStrategy[datetime]:
    return st.integers(0, int(timedelta(hours=hours) / step)).map(lambda n: START + n * step)


def some_pauses(step: timedelta = SECOND) -> st.SearchStrategy[tuple[Pause, ...]]:
    lengths = st.integers(0, int(timedelta(hours=30) / step)).map(lambda n: n * step)
    one = st.tuples(moments(120, step), lengths, st.sampled_from(Whose))
    return st.lists(one.map(lambda drawn: Pause(drawn[0], drawn[0] + drawn[1], drawn[2])), max_size=5).map(tuple)


@settings(deadline=None)
@given(name=CALENDAR_NAMES, begins=moments(72), limit=st.integers(1, 3 * 86400), pauses=some_pauses(), now=moments(200))
@example(
    name="office", begins=START, limit=600, pauses=(Pause(START, START + timedelta(hours=9), Whose.PARTS),), now=START
)
def test_limit_is_reached_at_the_first_moment_by_which_it_is_used(
    name: str, begins: datetime, limit: int, pauses: tuple[Pause, ...], now: datetime
) -> None:
    facts = fault(working=CALENDARS[name], pauses=pauses)
    found = sla.reached(begins, limit, facts, now)
    assert found is not None
    assert sla.seconds_between(begins, found, facts, now) == limit
    assert sla.seconds_between(begins, found - SECOND, facts, now) == limit - 1


@settings(deadline=None)
@given(
    name=CALENDAR_NAMES,
    begins=moments(48),
    limit=st.integers(1, 86400),
    pauses=some_pauses(),
    stands=moments(72),
    whose=st.sampled_from(OTHERS),
)
def test_pause_that_lasts_leaves_a_deadline_only_where_the_limit_was_used_up_before(
    name: str, begins: datetime, limit: int, pauses: tuple[Pause, ...], stands: datetime, whose: Whose
) -> None:
    facts = fault(working=CALENDARS[name], pauses=(*pauses, Pause(stands, None, whose)))
    now = stands + timedelta(days=9)
    used = sla.seconds_between(begins, now, facts, now)
    assert used == sla.seconds_between(begins, stands, facts, now)
    found = sla.reached(begins, limit, facts, now)
    if used <= limit:
        assert found is None
    else:
        assert found is not None
        assert found < stands
        assert sla.seconds_between(begins, found, facts, now) == limit


@settings(deadline=None)
@given(
    name=CALENDAR_NAMES,
    times=st.lists(moments(240), min_size=3, max_size=3).map(sorted),
    pauses=some_pauses(),
    stands=st.none() | moments(240),
    now=moments(240),
)
def test_parts_of_a_time_add_up_to_the_whole(
    name: str, times: list[datetime], pauses: tuple[Pause, ...], stands: datetime | None, now: datetime
) -> None:
    open_one = (Pause(stands, None, Whose.THIRD),) if stands else ()
    facts = fault(working=CALENDARS[name], pauses=(*pauses, *open_one))
    begins, middle, ends = times
    first = sla.seconds_between(begins, middle, facts, now)
    second = sla.seconds_between(middle, ends, facts, now)
    assert first + second == sla.seconds_between(begins, ends, facts, now)
    assert 0 <= first <= (middle - begins).total_seconds()


QUARTER = timedelta(minutes=15)


@settings(deadline=None)
@given(name=CALENDAR_NAMES, begins=moments(72, QUARTER), quarters=st.integers(0, 288), pauses=some_pauses(QUARTER))
def test_time_used_is_what_a_count_of_quarter_hours_finds(
    name: str, begins: datetime, quarters: int, pauses: tuple[Pause, ...]
) -> None:
    hours = CALENDARS[name]
    others = [Span(each.begins, each.ends) for each in pauses if each.ends and each.whose is not Whose.VENDOR]

    def within(moment: datetime, spans: Sequence[Span]) -> bool:
        return any(span.begins <= moment < span.ends for span in spans)

    def counts(moment: datetime) -> bool:
        days = (moment.date() - timedelta(days=1), moment.date())
        return (hours is None or any(within(moment, hours(each)) for each in days)) and not within(moment, others)

    counted = sum(counts(begins + n * QUARTER) for n in range(quarters))
    facts = fault(working=hours, pauses=pauses)
    assert sla.seconds_between(begins, begins + quarters * QUARTER, facts, begins) == counted * 900


# --- the user's time ------------------------------------------------------------------------------------------------


def asked(due: str, sure: bool = True) -> Asked:
    return Asked(at("09:30:00"), at(due), sure)


ASKED = [asked("12:00:00"), asked("15:00:00"), asked("18:00:00", sure=False)]


def test_last_confirmed_time_counts_and_an_unconfirmed_one_never() -> None:
    held = part("response.solved", T1)
    assert held.text("sla.solve_by") == "last_confirmed"
    assert sla.due_time(ASKED, held) == asked("15:00:00")
    assert sla.due_time([*ASKED, asked("11:00:00")], held) == asked("11:00:00")


def test_first_confirmed_time_counts_in_the_other_reading() -> None:
    held = part("response.solved", T1, amended("T1-FLT-02", sla__solve_by="first"))
    assert sla.due_time(ASKED, held) == asked("12:00:00")
    assert sla.due_time([asked("10:00:00", sure=False), *ASKED], held) == asked("12:00:00")


@pytest.mark.parametrize("reading", ["first", "last_confirmed"])
def test_nothing_confirmed_is_no_time(reading: str) -> None:
    held = part("response.solved", T1, amended("T1-FLT-02", sla__solve_by=reading))
    assert sla.due_time([], held) is None
    assert sla.due_time([asked("18:00:00", sure=False)], held) is None
    assert sla.due_time([asked("18:00:00", sure=False), asked("12:00:00")], held) == asked("12:00:00")


def test_last_confirmed_time_counts_without_the_clause() -> None:
    assert sla.due_time(ASKED, None) == asked("15:00:00")


@pytest.mark.parametrize(
    ("resolved", "state", "over"),
    [
        ("11:59:59", ClockState.MET, 0),
        ("12:00:00", ClockState.MET, 0),
        ("12:00:01", ClockState.BREACHED, 1),
        ("2026-03-12 12:00:00", ClockState.BREACHED, 86400),
    ],
)
def test_solved_at_the_users_time_is_in_time_and_a_second_later_is_late(
    resolved: str, state: ClockState, over: int
) -> None:
    found = solution(due="12:00:00", resolved=resolved)
    assert (found.state, found.over, found.limit) == (state, over, 3 * 3600)
    assert (found.deadline, found.citation.key) == (at("12:00:00"), "T1-FLT-02")


@pytest.mark.parametrize("whose", OTHERS)
def test_users_time_is_moved_by_pauses_of_others(whose: Whose) -> None:
    waited = (pause("10:00:00", "11:30:00", whose), pause("11:00:00", "11:45:00", whose))
    kept = solution(due="12:00:00", resolved="13:45:00", pauses=waited)
    assert (kept.state, kept.deadline) == (ClockState.MET, at("13:45:00"))
    assert solution(due="12:00:00", resolved="13:45:01", pauses=waited).over == 1


def test_users_time_is_not_moved_by_the_vendors_own_pause() -> None:
    waited = (pause("10:00:00", "11:30:00", Whose.VENDOR),)
    assert solution(due="12:00:00", resolved="12:00:01", pauses=waited).over == 1


@pytest.mark.parametrize(
    ("named", "deadline"),
    [
        ("09:00:00", "20:00:00"),
        ("10:00:00", "20:00:00"),
        ("11:00:00", "19:00:00"),  # an hour of the pause was over and known
        ("14:00:00", "16:00:00"),
        ("15:00:00", "16:00:00"),
    ],
)
def test_users_time_is_moved_only_by_pauses_after_he_named_it(named: str, deadline: str) -> None:
    waited = (pause("10:00:00", "14:00:00"),)
    kept = solution(due="16:00:00", asked=named, resolved=deadline, pauses=waited)
    assert (kept.state, kept.deadline, kept.used) == (ClockState.MET, at(deadline), kept.limit)
    late = solution(due="16:00:00", asked=named, resolved=deadline[:-1] + "1", pauses=waited)
    assert (late.state, late.over) == (ClockState.BREACHED, 1)


def test_time_agreed_for_an_installation_is_moved_only_by_later_pauses() -> None:
    values = {**SHIPPED.clause("E19-12").holdings[0].values, "install.work": "装通", "install.appointed_work": "装通"}
    law = SHIPPED.amended([("E19-12", Holding(DAY, {**values, "install.points": 5}, "试"))]).on(DAY)
    install = fault(due="16:00:00", asked="14:00:00", resolved="16:00:01", pauses=(pause("10:00:00", "14:00:00"),))
    found = dispatch.clocks(replace(install, kind=IncidentKind.INSTALL), law, E19, at("18:00:00"))
    assert {each.name: each.over for each in found}[dispatch.APPOINTED] == 1


@pytest.mark.parametrize(
    ("responded", "kept", "state", "used", "limit"),
    [
        ("09:08:00", 0, ClockState.MET, 480, 600),
        ("09:12:00", 0, ClockState.MET, 720, 720),
        ("09:12:00", 420, ClockState.BREACHED, 720, 300),
        ("09:08:00", 480, ClockState.BREACHED, 1080, 600),
    ],
)
def test_what_was_kept_of_a_clock_counts(responded: str, kept: int, state: ClockState, used: int, limit: int) -> None:
    found = sla.as_kept(response(responded=responded), kept)
    assert found is not None
    assert (found.state, found.over, found.used, found.limit) == (state, kept, used, limit)
    assert (found.over > 0) == ("超时" in found.sentence)


def test_what_was_not_measured_is_not_measured_later() -> None:
    assert sla.as_kept(response(responded="09:12:00"), None) is None
    assert sla.as_kept(None, 60) is None
    same = response(responded="09:12:00")
    assert sla.as_kept(same, 120) is same


@pytest.mark.parametrize("begins", ["2026-03-11 09:00:00", "2026-03-11 23:59:59", "2026-03-12 00:00:00"])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 9])
def test_days_that_were_counted_before_count_the_same(begins: str, length: int) -> None:
    hours = shifts(ORDINARY, *OFFICE, NIGHT)

    def worked(first: date, before: date) -> int:
        return sum(sla.worked_on(hours, first + timedelta(days=n)) for n in range((before - first).days))

    waits = (pause("2026-03-13 10:00:00", "2026-03-16 09:00:00"), pause("2026-03-17 10:00:00", None))
    facts = fault(working=hours, pauses=waits)
    ends = at(begins) + timedelta(days=length, hours=7)
    counted = sla.seconds_between(at(begins), ends, replace(facts, worked=worked), ends)
    assert counted == sla.seconds_between(at(begins), ends, facts, ends)


def test_unsolved_incident_runs_warns_stands_and_is_exceeded() -> None:
    assert solution(due="12:00:00", now="11:14:59").state is ClockState.RUNNING
    assert solution(due="12:00:00", now="11:15:00").state is ClockState.WARNING
    assert solution(due="12:00:00", now="12:00:00").state is ClockState.WARNING
    assert solution(due="12:00:00", now="12:00:01").state is ClockState.BREACHED
    waiting = solution(due="12:00:00", now="12:00:01", pauses=(pause("11:59:59", None),))
    assert (waiting.state, waiting.deadline) == (ClockState.PAUSED, None)


@pytest.mark.parametrize(("now", "state"), [("09:00:07", ClockState.RUNNING), ("09:00:08", ClockState.WARNING)])
def test_three_quarters_that_are_no_whole_second_are_passed_not_rounded(now: str, state: ClockState) -> None:
    assert solution(due="09:00:10", now=now).state is state


def test_users_time_is_a_moment_whatever_the_working_hours() -> None:
    hours, late = shifts(ORDINARY, *OFFICE), "2026-03-14 10:00:01"
    saturday = solution(due="2026-03-14 10:00:00", now="2026-03-16 09:00:00", working=hours, resolved=late)
    assert (saturday.over, saturday.deadline) == (1, at("2026-03-14 10:00:00"))


def test_users_time_that_had_passed_at_the_call_leaves_no_second() -> None:
    found = solution(due="08:00:00", resolved="09:00:01")
    assert (found.limit, found.state) == (0, ClockState.BREACHED)


def test_without_a_users_time_or_a_clause_nothing_is_judged() -> None:
    now = at("18:00:00")
    assert sla.solution(fault(resolved="12:00:00"), LAW, T1, now) is None
    assert sla.solution(fault(due="12:00:00", accepted=None), LAW, T1, now) is None
    assert sla.solution(fault(due="12:00:00"), LAW, E19, now) is None
    assert sla.solution(fault(due="12:00:00"), repealed("T1-FLT-02"), T1, now) is None


# --- hand-in --------------------------------------------------------------------------------------------------------


NEXT_WORKDAY = part("incident.hand_in", "T3")
SAME_DAY = part("incident.hand_in", "T3", amended("T3-05", incident__after_hours="same_day"))
SHIFT_END, NEXT_END = at("17:30:00"), at("2026-03-12 17:30:00")


@pytest.mark.parametrize("held", [NEXT_WORKDAY, SAME_DAY], ids=["next_workday", "same_day"])
@pytest.mark.parametrize("done", ["10:00:00", "17:29:59", "17:30:00", "06:00:00"])
def test_work_done_before_the_end_of_the_shift_is_handed_in_before_it(done: str, held: Held) -> None:
    assert sla.hand_in_due(at(done), SHIFT_END, NEXT_END, held) == SHIFT_END


@pytest.mark.parametrize("done", ["17:30:01", "18:20:00", "23:59:59"])
def test_work_done_after_the_shift_is_handed_in_before_the_end_of_the_next(done: str) -> None:
    assert sla.hand_in_due(at(done), SHIFT_END, NEXT_END, NEXT_WORKDAY) == NEXT_END


@pytest.mark.parametrize("done", ["17:30:01", "18:20:00", "23:59:59"])
def test_work_done_after_the_shift_is_handed_in_the_same_day_in_the_other_reading(done: str) -> None:
    due = sla.hand_in_due(at(done), SHIFT_END, NEXT_END, SAME_DAY)
    assert not sla.hand_in_is_late(due, at("23:59:59"), NEXT_END)
    assert sla.hand_in_is_late(due, at("2026-03-12 00:00:00"), NEXT_END)


def test_work_done_on_a_day_without_duty_waits_for_the_next_shift() -> None:
    saturday, monday = at("2026-03-14 11:00:00"), at("2026-03-16 17:30:00")
    assert sla.hand_in_due(saturday, None, monday, NEXT_WORKDAY) == monday
    assert sla.hand_in_due(saturday, None, monday, SAME_DAY).date() == saturday.date()


def test_work_done_in_an_overnight_shift_is_handed_in_before_it_ends() -> None:
    ends = at("2026-03-12 06:00:00")
    assert sla.hand_in_due(at("2026-03-12 02:00:00"), ends, NEXT_END, NEXT_WORKDAY) == ends


@pytest.mark.parametrize(
    ("handed_in", "late"),
    [
        pytest.param("2026-03-12 17:00:00", False, id="X30"),
        pytest.param("2026-03-12 17:30:00", False, id="at the very end"),
        pytest.param("2026-03-12 17:30:01", True, id="one second later"),
        pytest.param("2026-03-11 18:30:00", False, id="at once"),
    ],
)
def test_record_of_work_done_after_the_shift_is_in_time_until_the_next_one_ends(handed_in: str, late: bool) -> None:
    due = sla.hand_in_due(at("18:20:00"), SHIFT_END, NEXT_END, NEXT_WORKDAY)
    assert sla.hand_in_is_late(due, at(handed_in), at("2026-03-20 09:00:00")) is late


@pytest.mark.parametrize(("now", "late"), [("17:30:00", False), ("17:30:01", True)])
def test_record_that_is_not_here_is_late_once_its_time_has_passed(now: str, late: bool) -> None:
    assert sla.hand_in_is_late(SHIFT_END, None, at(now)) is late


# --- case report ----------------------------------------------------------------------------------------------------


SITE = Calendar(
    {
        date(2026, 3, 14): SpecialDay(DayKind.MAKE_UP, "调休上班"),
        date(2026, 3, 16): SpecialDay(DayKind.DAY_OFF, "示例放假"),
        date(2026, 3, 17): SpecialDay(DayKind.STATUTORY, "示例节日"),
    }
)


@pytest.mark.parametrize(
    ("closed", "due", "calendar"),
    [
        pytest.param("2026-03-11", "2026-03-12", ORDINARY, id="the next day, its own not counted"),
        pytest.param("2026-03-13", "2026-03-16", ORDINARY, id="Friday to Monday"),
        pytest.param("2026-03-14", "2026-03-16", ORDINARY, id="Saturday to Monday"),
        pytest.param("2026-03-13", "2026-03-14", SITE, id="to a Saturday worked instead"),
        pytest.param("2026-03-14", "2026-03-18", SITE, id="from it over Sunday, a day off and a holiday"),
        pytest.param("2026-09-30", "2026-10-08", ANNOUNCED, id="before the October holidays"),
        pytest.param("2026-10-09", "2026-10-10", ANNOUNCED, id="to the Saturday after them"),
        pytest.param("2026-10-10", "2026-10-12", ANNOUNCED, id="from that Saturday"),
        pytest.param("2026-12-31", "2027-01-01", ORDINARY, id="over the year's end by weekdays"),
    ],
)
def test_case_report_is_due_one_workday_after_the_incident_is_closed(closed: str, due: str, calendar: Calendar) -> None:
    assert sla.case_report_due(day(closed), calendar, part("incident.case_report", T1)) == day(due)


@pytest.mark.parametrize(("workdays", "due"), [(0, "2026-03-12"), (2, "2026-03-14"), (3, "2026-03-18")])
def test_other_number_of_workdays_for_the_case_report(workdays: int, due: str) -> None:
    held = part("incident.case_report", T1, amended("T1-FLT-03", case__due_workdays=workdays))
    assert sla.case_report_due(day("2026-03-12"), SITE, held) == day(due)


# --- what a record must hold ----------------------------------------------------------------------------------------


def test_whole_record_lacks_nothing() -> None:
    assert sla.lacking(WHOLE, LAW) == []


@pytest.mark.parametrize(
    ("without", "field", "key"),
    [
        ({"kind": ""}, "category", "E2-02"),
        ({"reach": ""}, "category", "E2-02"),
        ({"kind": "", "reach": ""}, "category", "E2-02"),
        ({"plan": ""}, "plan", "E2-03"),
        ({"steps": 0}, "steps", "E2-04"),
        ({"root_cause": ""}, "root_cause", "E2-05"),
        ({"lesson": ""}, "lesson", "E2-06"),
    ],
)
def test_record_lacks_what_a_clause_asks_for_and_is_not_there(without: dict[str, object], field: str, key: str) -> None:
    written = replace(WHOLE, **without)  # type: ignore[arg-type]  # the keys are those of Written
    (found,) = sla.lacking(written, LAW)
    assert (found.field, found.citation.key) == (field, key)
    assert found.citation.short in found.sentence
    assert sla.lacking(written, repealed(key)) == []


def test_empty_record_lacks_everything_in_the_order_of_the_clauses() -> None:
    found = sla.lacking(Written("", "", "", 0, "", ""), LAW)
    assert [each.citation.key for each in found] == ["E2-02", "E2-03", "E2-04", "E2-05", "E2-06"]


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 秒"),
        (1, "1 秒"),
        (60, "1 分"),
        (601, "10 分 1 秒"),
        (3599, "59 分 59 秒"),
        (3600, "1 小时"),
        (3601, "1 小时"),
        (4320, "1 小时 12 分"),
        (86400, "1 天"),
        (86460, "1 天 1 分"),
        (3 * 86400 + 7200, "3 天 2 小时"),
    ],
)
def test_time_in_words(seconds: int, words: str) -> None:
    assert sla.in_words(seconds) == words
