"""Hours of work: the noon break, presence, overtime and the month's cap, on both sides of each limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from opsdesk.rules import hours
from opsdesk.rules.attendance import PairResult
from opsdesk.rules.clause import Holding, Law, Regulations
from opsdesk.rules.facts import Duty, Punch, Span
from opsdesk.rules.hours import Noon
from opsdesk.rules.vocabulary import DayKind, Direction
from opsdesk.services import calendars, law_library

DAY = date(2026, 7, 1)
LAW = law_library.shipped().on(DAY)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()} {clock}")


def span(begins: str, ends: str, days: int = 0) -> Span:
    return Span(at(begins), at(ends, DAY + timedelta(days=days)))


def duty(*pairs: Span, approved: tuple[Span, ...] = ()) -> Duty:
    return Duty(DAY, "班", pairs, approved)


def stayed(plan: Span, begins: datetime | None, ends: datetime | None) -> PairResult:
    return PairResult(
        plan,
        Punch(1, begins, Direction.IN) if begins else None,
        Punch(2, ends, Direction.OUT) if ends else None,
        None,
        None,
    )


NOON = hours.noon_of(LAW, "T1")
WHOLE_DAY = span("08:30", "17:30")


def amended(law_regulations: Regulations, key: str, name: str, value: str | int) -> Law:
    values = {**law_regulations.clause(key).holding_on(DAY).values, name: value}
    return law_regulations.amended([(key, Holding(DAY, values, "试验"))]).on(DAY)


class TestNoon:
    def test_reading_holds_where_the_regulation_says_nothing(self) -> None:
        assert NOON is not None
        assert NOON.written == "12:00–13:00"

    def test_own_break_of_a_regulation_comes_first(self) -> None:
        law = amended(law_library.shipped(), "E7-02", "hours.noon", "11:30-13:30")
        assert [each.written for each in (hours.noon_of(law, "E7"), hours.noon_of(law, "T1")) if each] == [
            "11:30–13:30",
            "12:00–13:00",
        ]

    def test_no_break_where_the_reading_is_left_open(self) -> None:
        left_open = law_library.shipped().amended([("G11", Holding(DAY, {"hours.noon": None}, "试验"))])
        assert hours.noon_of(left_open.on(DAY), "T1") is None
        assert hours.noon_of(left_open.on(DAY - timedelta(days=1)), "T1") == NOON
        assert hours.net_minutes([WHOLE_DAY], None) == 9 * 60

    @pytest.mark.parametrize("written", ["十二点", "12:00", "13:00-12:00", "25:00-26:00"])
    def test_what_is_no_time_is_told(self, written: str) -> None:
        law = amended(law_library.shipped(), "G11", "hours.noon", written)
        with pytest.raises(ValueError, match="午休"):
            hours.noon_of(law, "T1")

    @pytest.mark.parametrize(
        ("begins", "ends", "minutes"),
        [
            ("08:30", "17:30", 480),
            ("12:00", "13:00", 0),
            ("11:59", "13:01", 2),
            ("08:30", "13:00", 210),
            ("08:30", "12:59", 269),
            ("12:01", "17:30", 329),
            ("08:30", "12:00", 210),
            ("13:00", "17:30", 270),
        ],
    )
    def test_break_counts_off_only_where_it_lies_wholly_inside(self, begins: str, ends: str, minutes: int) -> None:
        assert hours.net_minutes([span(begins, ends)], NOON) == minutes

    def test_night_is_whole_and_a_day_and_night_has_one_break(self) -> None:
        assert hours.planned_minutes(duty(span("20:00", "08:00", 1)), NOON) == 12 * 60
        assert hours.planned_minutes(duty(span("08:00", "08:00", 1)), NOON) == 23 * 60

    def test_a_shift_that_signs_at_noon_has_its_break_already(self) -> None:
        assert hours.planned_minutes(duty(span("08:30", "12:00"), span("13:30", "17:30")), NOON) == 450


class TestWorked:
    @pytest.mark.parametrize(
        ("begins", "ends", "minutes"),
        [
            ("08:27", "17:31", 480),  # what is before and after the planned time is not worked
            ("08:30", "17:30", 480),
            ("09:12", "17:30", 438),
            ("08:30", "12:30", 210),  # leaving in the middle of the break earns nothing more …
            ("08:30", "13:00", 210),  # … and staying through it costs nothing
            ("08:30", "13:01", 211),
        ],
    )
    def test_presence_within_the_planned_time(self, begins: str, ends: str, minutes: int) -> None:
        pairs = [stayed(WHOLE_DAY, at(begins), at(ends))]
        assert hours.worked_minutes(duty(WHOLE_DAY), pairs, NOON) == minutes

    def test_seconds_are_cut(self) -> None:
        pairs = [stayed(WHOLE_DAY, at("08:30:01"), at("12:00"))]
        assert hours.worked_minutes(duty(WHOLE_DAY), pairs, NOON) == 209

    @pytest.mark.parametrize(("begins", "ends"), [(None, "17:30"), ("08:30", None), (None, None)])
    def test_missing_end_counts_nothing(self, begins: str | None, ends: str | None) -> None:
        pairs = [stayed(WHOLE_DAY, at(begins) if begins else None, at(ends) if ends else None)]
        assert hours.worked_minutes(duty(WHOLE_DAY), pairs, NOON) == 0

    def test_leave_is_no_work_and_official_absence_is(self) -> None:
        afternoon = span("14:00", "17:30")
        off = duty(WHOLE_DAY, approved=(afternoon,))
        gone = [stayed(WHOLE_DAY, at("08:30"), at("14:00"))]
        back = [stayed(WHOLE_DAY, at("08:30"), at("17:30"))]
        assert [hours.worked_minutes(off, pairs, NOON) for pairs in (gone, back)] == [270, 270]
        assert [hours.worked_minutes(off, pairs, NOON, (afternoon,)) for pairs in (gone, back)] == [480, 480]
        assert hours.freed_minutes(off, (afternoon,), NOON) == 210
        assert hours.freed_minutes(off, (span("00:00", "23:59"),), NOON) == 480

    def test_each_pair_by_itself(self) -> None:
        morning, evening = span("08:00", "12:00"), span("18:00", "22:00")
        pairs = [stayed(morning, at("08:00"), at("12:05")), stayed(evening, at("18:30"), at("22:00"))]
        assert hours.worked_minutes(duty(morning, evening), pairs, NOON) == 450


class TestPresence:
    def punches(self, *written: str) -> list[Punch]:
        way = {"+": Direction.IN, "-": Direction.OUT, "?": Direction.UNKNOWN}
        return [Punch(n, at(each[1:]), way[each[0]]) for n, each in enumerate(written, 1)]

    @pytest.mark.parametrize(
        ("punches", "spans"),
        [
            (("+08:27", "-17:31"), [("08:27", "17:31")]),
            (("+08:27", "-17:31", "+19:00", "-21:00"), [("08:27", "17:31"), ("19:00", "21:00")]),
            (("+08:27", "-17:31", "-20:00"), [("08:27", "20:00")]),
            (("+08:27", "+08:28", "-17:31"), [("08:27", "17:31")]),
            (("?08:27", "?12:00", "?17:31"), [("08:27", "17:31")]),
            (("+08:27",), []),
            (("-17:31",), []),
            (("-07:00", "+08:27", "-17:31", "+19:00"), [("08:27", "17:31")]),
            ((), []),
        ],
    )
    def test_from_arrival_to_departure(self, punches: tuple[str, ...], spans: list[tuple[str, str]]) -> None:
        found = self.punches(*punches)
        assert hours.presence(found) == [span(*each) for each in spans]
        assert hours.presence(found[::-1]) == [span(*each) for each in spans]


class TestOvertime:
    APPROVED = span("18:00", "21:00")

    @pytest.mark.parametrize(
        ("begins", "ends", "minutes"),
        [("08:27", "20:50", 170), ("08:27", "21:30", 180), ("08:27", "18:00", 0), ("19:00", "20:00", 60)],
    )
    def test_approved_and_present(self, begins: str, ends: str, minutes: int) -> None:
        assert hours.overtime_minutes(self.APPROVED, [span(begins, ends)], [WHOLE_DAY]) == minutes

    def test_planned_time_is_no_overtime(self) -> None:
        assert hours.overtime_minutes(span("16:30", "19:00"), [span("08:30", "19:00")], [WHOLE_DAY]) == 90

    def test_noon_of_a_rest_day_is_no_overtime_either(self) -> None:
        assert hours.overtime_minutes(WHOLE_DAY, [WHOLE_DAY], [], NOON) == 480
        assert hours.overtime_minutes(span("12:00", "13:00"), [WHOLE_DAY], [], None) == 60

    @pytest.mark.parametrize(
        ("kind", "word", "rate"),
        [
            (DayKind.WORKDAY, "工作日班后", "1.5 倍"),
            (DayKind.MAKE_UP, "工作日班后", "1.5 倍"),
            (DayKind.WEEKEND, "休息日", "2 倍"),
            (DayKind.DAY_OFF, "休息日", "2 倍"),
            (DayKind.STATUTORY, "法定假日", "3 倍"),
        ],
    )
    def test_kind_of_day(self, kind: DayKind, word: str, rate: str) -> None:
        assert (hours.overtime_kind(kind), hours.rate(kind)) == (word, rate)


class TestCap:
    def test_a_full_july_is_over_and_no_violation(self) -> None:
        """X43: 23 workdays of eight hours are 184 hours without any overtime."""
        special = {day: kind for plan in calendars.shipped() for day, kind in plan.special.items()}
        calendar = calendars.Calendar(special, frozenset({2026}))
        worked = 0
        for n in range(31):
            day = DAY + timedelta(days=n)
            if calendar.works(day):
                plan = Span(at("08:30", day), at("17:30", day))
                worked += hours.worked_minutes(
                    Duty(day, "标准班", (plan,)), [stayed(plan, plan.begins, plan.ends)], NOON
                )
        assert worked == 23 * 8 * 60
        assert hours.over_cap(worked, LAW, "T1") == (
            8 * 60,
            "当月净工时 184 小时，超 176 小时 8 小时，可转调休（E7 一.4），不判违规。",
        )

    @pytest.mark.parametrize(("minutes", "over"), [(0, 0), (176 * 60 - 1, 0), (176 * 60, 0), (176 * 60 + 1, 1)])
    def test_the_cap_itself_is_not_over(self, minutes: int, over: int) -> None:
        found, said = hours.over_cap(minutes, LAW, "E7")
        assert (found, bool(said)) == (over, bool(over))

    def test_own_cap_of_a_regulation_comes_first(self) -> None:
        shipped = law_library.shipped()
        clause = replace(shipped.clause("E7-04"), key="T1-CAP", regulation="T1", number="2.9")
        own = replace(clause.holdings[0], values={"hours.month_cap": 160})
        clause = replace(clause, holdings=(own,))
        law = Law(DAY, {**LAW.clauses, "T1-CAP": clause})
        assert hours.over_cap(170 * 60, law, "T1")[0] == 600
        assert "T1 2.9" in hours.over_cap(170 * 60, law, "T1")[1]
        assert hours.over_cap(170 * 60, law, "T2") == (0, "")

    def test_a_repealed_cap_warns_nobody(self) -> None:
        repealed = law_library.shipped().amended([("E7-04", Holding(DAY, {}, "试验", repealed=True))])
        assert hours.over_cap(300 * 60, repealed.on(DAY), "E7") == (0, "")
        assert hours.over_cap(300 * 60, repealed.on(DAY - timedelta(days=1)), "E7")[0] == 124 * 60


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 分"), (45, "45 分"), (60, "1 小时"), (72, "1 小时 12 分"), (-90, "-1 小时 30 分")]
)
def test_durations_in_words(minutes: int, said: str) -> None:
    assert hours.duration(minutes) == said


def test_spans_are_taken_apart_exactly() -> None:
    whole = [span("08:00", "12:00"), span("11:00", "14:00")]
    assert hours.merged(whole) == [span("08:00", "14:00")]
    assert hours.without(whole, [span("07:00", "09:00"), span("10:00", "11:00")]) == [
        span("09:00", "10:00"),
        span("11:00", "14:00"),
    ]
    assert hours.common(whole, [span("13:30", "20:00")]) == [span("13:30", "14:00")]
    assert Noon(at("12:00").time(), at("13:00").time()) == NOON
