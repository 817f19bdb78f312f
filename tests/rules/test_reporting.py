"""By when reports are due, and whether they came in time (T1-RPT-01..03, E8-04; X15 to X21 of `domain.md`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from opsdesk.rules import reporting
from opsdesk.rules.calendar import Calendar
from opsdesk.rules.clause import Holding, Regulations
from opsdesk.rules.reporting import Due, ReportKind, ReportState
from opsdesk.services import calendars
from opsdesk.services.law_library import shipped

REGULATIONS = shipped()
CALENDAR = Calendar({day: special for plan in calendars.shipped() for day, special in plan.special.items()})
DAILY, WEEKLY, QUARTERLY = ReportKind
SECOND = timedelta(seconds=1)
ZHOU, HE = "周敏 zhou@example.com", "何禾"


def due(
    kind: ReportKind, day: date, by: str = "T1", *, attended: bool = True, law: Regulations = REGULATIONS
) -> Due | None:
    return reporting.due(kind, day, law, by, CALENDAR, attended=attended)


def when(kind: ReportKind, day: date, by: str = "T1", law: Regulations = REGULATIONS) -> datetime | None:
    found = due(kind, day, by, law=law)
    return found.at if found else None


def amended(key: str, begins: date, **values: str) -> Regulations:
    kept = REGULATIONS.clause(key).holdings[0].values
    changed = {name: values.get(name.replace(".", "_"), value) for name, value in kept.items()}
    return REGULATIONS.amended([(key, Holding(begins, changed, "补充协议"))])


class TestDue:
    def test_x16_a_make_up_saturday_wants_its_report(self) -> None:
        found = due(DAILY, date(2026, 5, 9))
        assert found is not None
        assert (found.at, found.citation.short) == (datetime(2026, 5, 9, 20), "T1 5 巡检 1")

    def test_only_days_on_which_somebody_came(self) -> None:
        assert due(DAILY, date(2026, 3, 5), attended=False) is None
        law = amended("T1-RPT-01", date(2026, 3, 5), report_daily_days="every")
        assert due(DAILY, date(2026, 3, 5), attended=False, law=law) is not None
        assert due(DAILY, date(2026, 3, 4), attended=False, law=law) is None, "the day before it holds"

    def test_x18_x20_x21_a_friday_of_rest(self) -> None:
        assert when(WEEKLY, date(2026, 4, 27)) == datetime(2026, 4, 30, 20)
        assert when(WEEKLY, date(2026, 1, 1)) == datetime(2025, 12, 31, 20)
        assert when(WEEKLY, date(2026, 2, 18)) is None
        assert when(WEEKLY, date(2026, 3, 2)) == when(WEEKLY, date(2026, 3, 8)) == datetime(2026, 3, 6, 20)

    def test_other_readings_of_the_week(self) -> None:
        stays = amended("T1-RPT-02", date(2026, 1, 1), report_weekly_holiday="stay")
        assert when(WEEKLY, date(2026, 5, 1), law=stays) == datetime(2026, 5, 1, 20)
        thursday = amended("T1-RPT-02", date(2026, 3, 6), report_weekly_day="周四", report_weekly_due="18:00")
        assert when(WEEKLY, date(2026, 3, 2), law=thursday) == datetime(2026, 3, 5, 18)
        assert when(WEEKLY, date(2026, 2, 25), law=thursday) == datetime(2026, 2, 27, 20), "the week before it holds"

    @pytest.mark.parametrize(
        ("day", "last"), [(date(2026, 1, 1), (3, 31)), (date(2026, 6, 30), (6, 30)), (date(2026, 10, 1), (12, 31))]
    )
    def test_the_last_day_of_a_quarter(self, day: date, last: tuple[int, int]) -> None:
        assert when(QUARTERLY, day) == datetime(2026, *last, 20)

    def test_a_quarter_that_ends_on_a_day_of_rest_stands_unless_the_law_moves_it(self) -> None:
        assert when(QUARTERLY, date(2023, 12, 1)) == datetime(2023, 12, 31, 20)  # a Sunday
        law = amended("T1-RPT-03", date(2020, 1, 1), report_quarterly_holiday="next_workday")
        assert when(QUARTERLY, date(2023, 12, 1), law=law) == datetime(2024, 1, 1, 20)

    def test_another_regulation_asks_for_its_own_or_for_none(self) -> None:
        found = due(WEEKLY, date(2026, 3, 2), "E8")
        assert found is not None
        assert found.citation.key == "E8-04"
        assert due(DAILY, date(2026, 3, 2), "E8") is None
        assert all(due(kind, date(2026, 3, 2), "") is None for kind in ReportKind)

    def test_a_clause_repealed_asks_for_nothing_any_more(self) -> None:
        law = REGULATIONS.amended([("T1-RPT-01", Holding(date(2026, 3, 5), {}, "补充协议", repealed=True))])
        assert due(DAILY, date(2026, 3, 4), law=law) is not None
        assert due(DAILY, date(2026, 3, 5), law=law) is None


class TestJudged:
    WANTED = due(DAILY, date(2026, 3, 5))
    AT = datetime(2026, 3, 5, 20)
    LATER = datetime(2026, 3, 6, 9)

    def test_the_second_itself_is_in_time_and_the_next_is_not(self) -> None:
        found = reporting.judge(self.WANTED, self.AT, ZHOU, HE, self.LATER)
        assert (found.state, found.seconds, found.missed) == (ReportState.IN_TIME, 0, False)
        found = reporting.judge(self.WANTED, self.AT + SECOND, ZHOU, HE, self.LATER)
        assert (found.state, found.seconds, found.missed) == (ReportState.LATE, 1, True)
        assert found.sentence == "应在 03-05 20:00 前提交，迟交 1 秒（T1 5 巡检 1）。"

    def test_x15_in_time_without_customer_service_is_not_whole(self) -> None:
        found = reporting.judge(self.WANTED, datetime(2026, 3, 5, 19, 30), ZHOU, "", self.LATER)
        assert (found.state, found.missed) == (ReportState.NOT_WHOLE, True)
        assert found.sentence == "按时提交，但没有发给客服专员（T1 5 巡检 1）。"
        assert "接口人、客服专员" in reporting.judge(self.WANTED, self.AT, "", "", self.LATER).sentence

    def test_what_was_not_sent_waits_up_to_the_second(self) -> None:
        assert reporting.judge(self.WANTED, None, "", "", self.AT).state is ReportState.WAITING
        found = reporting.judge(self.WANTED, None, "", "", self.AT + SECOND)
        assert (found.state, found.missed) == (ReportState.MISSED, True)

    def test_what_nobody_asked_for_is_never_late(self) -> None:
        assert reporting.judge(None, self.LATER, "", "", self.LATER).state is ReportState.FREE
        assert not reporting.judge(None, None, "", "", self.LATER).missed
