"""Offices opened, closed and looked over every day (T3-07b), by the law of the day (X35 of `domain.md`)."""

from __future__ import annotations

from datetime import date

import pytest

from opsdesk.rules import premises
from opsdesk.rules.clause import Holding
from opsdesk.rules.premises import BOXES, OfficeDay
from opsdesk.rules.upkeep import ABNORMAL, NORMAL
from opsdesk.services.law_library import shipped

DAY = date(2026, 3, 5)
REGULATIONS = shipped()
LAW = REGULATIONS.on(DAY)
DONE = OfficeDay(1, 1, 1)


def test_x35_a_workday_without_closing_lacks_just_that() -> None:
    state = premises.judge(OfficeDay(1, 0, 1), LAW, workday=True, present=True)
    assert state.lacking == ("关门登记",)
    assert state.sentence == "还缺关门登记（T3 第七条）。"
    assert premises.judge(DONE, LAW, workday=True, present=True).sentence == ""


@pytest.mark.parametrize(
    ("workday", "present", "due"), [(True, True, True), (True, False, True), (False, True, True), (False, False, False)]
)
def test_due_on_workdays_and_wherever_somebody_came(workday: bool, present: bool, due: bool) -> None:
    assert premises.due(LAW, workday=workday, present=present) is due
    state = premises.judge(OfficeDay(), LAW, workday=workday, present=present)
    assert state.lacking == (("开门登记", "关门登记", "防火检查") if due else ())


def test_the_other_reading_leaves_out_days_of_rest() -> None:
    values = {**REGULATIONS.clause("T3-07b").holdings[0].values, "open_close.days": "workday"}
    law = REGULATIONS.amended([("T3-07b", Holding(DAY, values, "信息中心通知"))])
    assert premises.due(law.on(date(2026, 3, 4)), workday=False, present=True)
    assert not premises.due(law.on(DAY), workday=False, present=True)


def test_where_the_clause_is_repealed_nothing_is_asked() -> None:
    law = REGULATIONS.amended([("T3-07b", Holding(DAY, {}, "信息中心通知", repealed=True))])
    assert premises.judge(OfficeDay(), law.on(DAY), workday=True, present=True).lacking == ()
    assert premises.judge(OfficeDay(), law.on(date(2026, 3, 4)), workday=True, present=True).lacking != ()


def test_boxes_are_told_by_the_words_of_the_form() -> None:
    boxes = {**dict.fromkeys(BOXES, NORMAL), "lights": ABNORMAL, "door": ""}
    assert premises.wrong(boxes) == ("灯关",)
    assert premises.unticked(boxes) == ("门锁",)
    assert [each.short for each in premises.citations(LAW)] == ["T3 第七条", "E1 一.1", "E7 三.4"]
