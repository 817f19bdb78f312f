"""请假的条款: in time, made up, extension, certificate; the worked examples X01–X13 and both sides of each boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from opsdesk.rules import attendance
from opsdesk.rules import leave as rules
from opsdesk.rules.calendar import Calendar, SpecialDay
from opsdesk.rules.facts import Span, Terms
from opsdesk.rules.leave import HospitalLevel, LeaveStanding, SlipFacts
from opsdesk.rules.vocabulary import DayKind, LeaveKind
from opsdesk.services import law_library

DAY = date(2026, 3, 11)
LAW = law_library.shipped().on(DAY)
CALENDAR = Calendar(
    {
        date(2026, 3, 14): SpecialDay(DayKind.MAKE_UP, "调休上班"),
        date(2026, 3, 16): SpecialDay(DayKind.DAY_OFF, "示例放假"),
    }
)
ORDINARY = Calendar()
T2, T3 = "T2", "T3"
LATE = datetime(2026, 3, 11, 7, 50)
"""When leave of that day was applied for too late."""


def at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def day(written: str) -> date:
    return date.fromisoformat(written)


def facts(**more: object) -> SlipFacts:
    usual = SlipFacts(
        kind=LeaveKind.PERSONAL,
        begins=at("2026-03-11 08:30"),
        ends=at("2026-03-11 17:30"),
        applied_at=at("2026-03-10 17:00"),
        due_back=date(2026, 3, 12),
        consented=True,
        sealed=True,
        covered=True,
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # the keys are those of SlipFacts


def stands(today: str = "2026-03-12", regulation: str = T2, **more: object) -> rules.SlipStanding:
    return rules.standing(facts(**more), ORDINARY, LAW, regulation, day(today))


@pytest.mark.parametrize(
    ("applied", "met"),
    [
        pytest.param("2026-03-10 17:00", True, id="X01"),
        pytest.param("2026-03-11 08:00", False, id="X03"),
        pytest.param("2026-03-10 23:59", True, id="by date, not by hours"),
        pytest.param("2026-03-11 00:00", False, id="midnight is the day itself"),
        pytest.param("2026-03-01 09:00", True, id="long before, over a weekend"),
    ],
)
def test_applied_for_in_time(applied: str, met: bool) -> None:
    found = rules.in_time(at(applied), at("2026-03-11 08:30"), LAW, T2)
    assert found.met is met
    assert found.standing is (LeaveStanding.COMPLETE if met else LeaveStanding.AWAITS_SLIP)
    assert ("特殊情况" in found.sentence) is not met
    assert [cited.key for cited in found.citations] == ["T2-ATT-02a"]


@pytest.mark.parametrize(
    ("returned", "submitted", "calendar", "met"),
    [
        pytest.param("2026-03-13", "2026-03-16", ORDINARY, True, id="X05"),
        pytest.param("2026-03-13", "2026-03-17", ORDINARY, False, id="X06"),
        pytest.param("2026-03-13", "2026-03-13", ORDINARY, True, id="on the day of return"),
        pytest.param("2026-03-13", "2026-03-14", CALENDAR, True, id="a Saturday worked is the second workday"),
        pytest.param("2026-03-13", "2026-03-16", CALENDAR, False, id="so Monday is too late"),
        pytest.param("2026-03-14", "2026-03-17", CALENDAR, True, id="Sunday and a day off are no workdays"),
        pytest.param("2026-03-14", "2026-03-18", CALENDAR, False, id="one workday later is too late"),
    ],
)
def test_made_up_in_time(returned: str, submitted: str, calendar: Calendar, met: bool) -> None:
    found = rules.made_up_in_time(day(returned), day(submitted), calendar, LAW, T2)
    assert found.met is met
    keys = [cited.key for cited in found.citations]
    assert keys == (["T2-ATT-02c"] if met else ["T2-ATT-02c", "T2-ATT-03"])
    late = "逾期，可按旷工处理（T2 二.3）。要按旷工处理请撤销这张请假单。"
    assert found.sentence.endswith("按时。" if met else late)


@pytest.mark.parametrize(
    ("vendor", "centre", "standing"),
    [
        pytest.param(True, False, LeaveStanding.AWAITS_CONSENT, id="X08"),
        pytest.param(False, True, LeaveStanding.AWAITS_COMPANY, id="centre only"),
        pytest.param(False, False, LeaveStanding.AWAITS_CONSENT, id="neither"),
        pytest.param(True, True, LeaveStanding.COMPLETE, id="both"),
    ],
)
def test_extension_needs_both(vendor: bool, centre: bool, standing: LeaveStanding) -> None:
    found = rules.extension_stands(vendor_agreed=vendor, consented=centre, law=LAW, regulation=T2)
    assert (found.standing, found.met) == (standing, vendor and centre)
    assert [cited.key for cited in found.citations] == ["T2-ATT-04"]
    assert ("旷工" in found.sentence) is not found.met
    slip = facts(extends=True, vendor_agreed=vendor, consented=centre)
    assert rules.counts(slip, LAW, T2) is found.met


@pytest.mark.parametrize(
    ("level", "given", "met"),
    [
        pytest.param(HospitalLevel.DISTRICT, True, False, id="X10"),
        pytest.param(HospitalLevel.CITY, True, True, id="X11"),
        pytest.param(HospitalLevel.NATIONAL, True, True, id="above"),
        pytest.param(HospitalLevel.COMMUNITY, True, False, id="below"),
        pytest.param(HospitalLevel.CITY, False, False, id="no paper"),
        pytest.param("三甲", True, False, id="a grade is no level"),
    ],
)
def test_certificate_of_the_right_hospital(level: str, given: bool, met: bool) -> None:
    found = rules.sick_certificate(level, has_certificate=given, law=LAW, regulation=T2)
    assert found.met is met
    assert found.standing is (LeaveStanding.COMPLETE if met else LeaveStanding.AWAITS_PAPERS)
    assert [cited.short for cited in found.citations] == ["T2 二.6"]


@pytest.mark.parametrize(
    ("arrives", "minutes"),
    [
        pytest.param("09:20", 0, id="X13"),
        pytest.param("09:30", 0, id="at the end of the leave"),
        pytest.param("09:31", 1, id="after it"),
    ],
)
def test_approved_absence_is_taken_out_first(arrives: str, minutes: int) -> None:
    due = Span(at("2026-03-11 08:30"), at("2026-03-11 17:30"))
    away = [Span(at("2026-03-11 08:30"), at("2026-03-11 09:30"))]
    came = datetime.combine(DAY, time.fromisoformat(arrives))
    assert attendance.judge_arrival(due, came, LAW, Terms("T1", "T2"), away).minutes == minutes


@pytest.mark.parametrize(
    ("more", "today", "standing"),
    [
        ({}, "2026-03-12", LeaveStanding.COMPLETE),
        ({"withdrawn": True, "consented": False}, "2026-03-12", LeaveStanding.WITHDRAWN),
        ({"refused": True, "consented": False}, "2026-03-12", LeaveStanding.REFUSED),
        ({"consented": False}, "2026-03-12", LeaveStanding.AWAITS_CONSENT),
        ({"sealed": False}, "2026-03-12", LeaveStanding.AWAITS_SEAL),
        ({"applied_at": LATE}, "2026-03-13", LeaveStanding.AWAITS_SLIP),
        ({"applied_at": LATE}, "2026-03-14", LeaveStanding.OVERDUE),
        ({"applied_at": LATE, "returned_on": day("2026-03-13")}, "2026-03-16", LeaveStanding.AWAITS_SLIP),
        ({"applied_at": LATE, "submitted_on": day("2026-03-13")}, "2026-04-01", LeaveStanding.COMPLETE),
        ({"applied_at": LATE, "submitted_on": day("2026-03-16")}, "2026-04-01", LeaveStanding.OVERDUE),
        ({"kind": LeaveKind.SICK, "sealed": False}, "2026-03-12", LeaveStanding.AWAITS_PAPERS),
        ({"kind": LeaveKind.SICK, "certificate": True, "hospital_level": "市级"}, "2026-03-12", LeaveStanding.COMPLETE),
        ({"kind": LeaveKind.OUT, "sealed": False, "applied_at": LATE}, "2026-03-30", LeaveStanding.COMPLETE),
        ({"extends": True, "applied_at": LATE}, "2026-03-30", LeaveStanding.AWAITS_COMPANY),
        ({"extends": True, "vendor_agreed": True, "applied_at": LATE}, "2026-03-30", LeaveStanding.COMPLETE),
    ],
)  # fmt: skip
def test_standing_names_what_presses_most(more: dict[str, object], today: str, standing: LeaveStanding) -> None:
    found = stands(today, **more)
    assert found.standing is standing
    assert bool(found.missing) is (standing not in {LeaveStanding.COMPLETE, LeaveStanding.WITHDRAWN})
    assert all(each.sentence.endswith("。") and each.citations for each in found.missing)


def test_everything_missing_is_told_at_once() -> None:
    found = stands("2026-03-20", consented=False, sealed=False, applied_at=at("2026-03-11 08:00"))
    assert [each.standing for each in found.missing] == [
        LeaveStanding.AWAITS_CONSENT,
        LeaveStanding.OVERDUE,
        LeaveStanding.AWAITS_SEAL,
    ]
    assert all(words in found.sentence for words in ("T2 二.3", "逾期", "盖章"))
    assert "已经逾期，可按旷工处理（T2 二.3）。要按旷工处理请撤销这张请假单。" in found.sentence


def test_nobody_to_take_over_is_a_hint_only() -> None:
    assert stands(covered=False).hint == "没有写顶岗人（T2 三.2）。"
    assert stands(covered=False).standing is LeaveStanding.COMPLETE
    assert stands(covered=False, kind=LeaveKind.OUT).hint == stands().hint == ""


def test_regulation_without_such_clauses_demands_nothing_but_consent() -> None:
    late = at("2026-03-11 08:00")
    assert stands("2026-04-01", T3, sealed=False, covered=False, applied_at=late).standing is LeaveStanding.COMPLETE
    assert stands("2026-04-01", T3, kind=LeaveKind.SICK).standing is LeaveStanding.COMPLETE
    assert stands("2026-04-01", T3, consented=False).standing is LeaveStanding.AWAITS_CONSENT
    assert rules.counts(facts(extends=True), LAW, T3)
    assert not rules.counts(facts(extends=True, consented=False), LAW, T3)
    for found in (
        rules.in_time(late, late, LAW, T3),
        rules.made_up_in_time(DAY, date(2027, 1, 1), ORDINARY, LAW, T3),
        rules.sick_certificate("", has_certificate=False, law=LAW, regulation=T3),
    ):
        assert (found.met, found.citations) == (True, ())
