"""Entering the machine room: E1-13 to E1-16, T3-06, X31, X33, both sides of each boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from opsdesk.rules import room_access
from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.facts import Span
from opsdesk.rules.room_access import Breach, Item, Leave, Missed, PermitFacts, VisitFacts, breaches, paper_due
from opsdesk.services import law_library

DAY = date(2026, 3, 5)
"""A Thursday."""
SHIPPED = law_library.shipped()
LAW = SHIPPED.on(DAY)
SECOND = timedelta(seconds=1)


def at(written: str) -> datetime:
    """A moment; a mere clock is one of 5 March 2026."""
    return datetime.fromisoformat(written if "-" in written else f"{DAY} {written}")


def span(begins: str, ends: str) -> Span:
    return Span(at(begins), at(ends))


def without(*keys: str) -> Law:
    return SHIPPED.amended([(key, Holding(DAY, {}, "试", repealed=True)) for key in keys]).on(DAY)


WORKING = (span("08:30", "17:30"),)
PERMIT = PermitFacts("JF-20260305-01", span("09:00", "12:00"), at("08:40"), operates=True, assessed=True)
VISIT = VisitFacts(
    external=True,
    entered=at("09:00"),
    left=at("11:00"),
    due=at("12:00"),
    permit=PERMIT,
    escorts=("赵敏",),
    operated=True,
    operation="更换电源",
    items=(Item("电源模块", 1, 0, 1),),
    working=WORKING,
)
"""A visit at which nothing was missed."""


def missed(visit: VisitFacts, now: str = "23:00", law: Law = LAW) -> list[Missed]:
    return [each.missed for each in breaches(visit, law, at(now))]


def only(visit: VisitFacts, now: str = "23:00", law: Law = LAW) -> Breach:
    (found,) = breaches(visit, law, at(now))
    return found


def permit(**changes: Any) -> VisitFacts:
    return replace(VISIT, permit=replace(PERMIT, **changes))


def test_visit_as_it_should_be_misses_nothing() -> None:
    assert missed(VISIT) == []
    assert missed(replace(VISIT, left=None), now="11:00") == []


def test_outsider_without_a_permit_and_one_whom_it_does_not_name() -> None:
    found = breaches(replace(VISIT, permit=None), LAW, at("23:00"))
    assert [(each.missed, each.citation.key) for each in found] == [
        (Missed.PERMIT, "E1-14"),
        (Missed.OPERATION, "E1-13"),
    ]
    assert only(replace(VISIT, named=False)).sentence == "审批单 JF-20260305-01 上没有这个人。"
    assert missed(replace(VISIT, external=False, permit=None, escorts=())) == []


@pytest.mark.parametrize(
    ("approved", "expected"),
    [("09:00:00", []), ("09:00:01", [Missed.APPROVAL])],
)
def test_approval_has_to_be_there_at_the_second_of_entering(approved: str, expected: list[Missed]) -> None:
    assert missed(permit(approved=at(approved))) == expected


def test_approval_that_came_late_or_never_is_told_with_its_seconds() -> None:
    late = only(permit(approved=at("09:00:01")))
    assert (late.seconds, late.citation.key) == (1, "E1-14")
    assert late.sentence == "03-05 09:00 进入时，审批单 JF-20260305-01 03-05 09:00 才批准。"
    never = only(permit(approved=None))
    assert (never.seconds, never.sentence) == (0, "03-05 09:00 进入时，审批单 JF-20260305-01 还没有批准。")


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("08:59:59", [Missed.OUTSIDE]),
        ("09:00:00", []),
        ("12:00:00", []),
        ("12:00:01", [Missed.OUTSIDE]),
    ],
)
def test_entry_lies_within_the_permit_both_ends_included(entered: str, expected: list[Missed]) -> None:
    assert missed(replace(VISIT, entered=at(entered), left=at("12:30"), due=None)) == expected


def test_urgent_entry_is_approved_by_phone_and_its_paper_may_come_next_day() -> None:
    urgent = permit(approved=None, urgent=True, phoned=at("08:59"))
    assert paper_due(at("09:00")) == at("2026-03-06 23:59:59")
    assert missed(urgent, now="2026-03-06 23:59:59") == []
    late = only(urgent, now="2026-03-07 00:00:00")
    assert (late.missed, late.citation.key) == (Missed.PAPER, "T3-06")
    assert late.sentence == "紧急进入应在 03-06 前补办审批单 JF-20260305-01。"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"papered": at("2026-03-06 23:59:59")}, []),
        ({"papered": at("2026-03-07 00:00:00")}, [Missed.PAPER]),
        ({"approved": at("2026-03-06 23:59:59")}, []),
        ({"approved": at("2026-03-07 00:00:00")}, [Missed.PAPER]),
        ({"approved": at("2026-03-07 09:00"), "papered": at("2026-03-06 09:00")}, []),
    ],
)
def test_paper_of_an_urgent_entry_came_with_whichever_was_first(
    changes: dict[str, Any], expected: list[Missed]
) -> None:
    urgent = {"approved": None, "urgent": True, "phoned": at("09:00"), **changes}
    assert missed(permit(**urgent), now="2026-03-10 08:00") == expected


def test_call_counts_for_urgent_permits_alone_and_by_the_second() -> None:
    phoned = {"approved": None, "phoned": at("09:00")}
    assert missed(permit(**phoned)) == [Missed.APPROVAL]
    assert missed(permit(**phoned, urgent=True)) == []
    assert missed(permit(approved=None, urgent=True, phoned=at("09:00:01"))) == [Missed.APPROVAL]


def test_work_on_machines_needs_a_permit_that_allows_it_an_assessment_and_a_record() -> None:
    assert missed(permit(operates=False)) == [Missed.OPERATION]
    assert missed(replace(permit(operates=False), operated=False)) == []
    assessment = only(permit(assessed=False))
    assert (assessment.missed, assessment.citation.key) == (Missed.ASSESSMENT, "E1-15")
    assert missed(permit(assessed=False, operates=False)) == [Missed.OPERATION]
    record = only(replace(VISIT, operation=" \n"))
    assert (record.missed, record.citation.key) == (Missed.RECORD, "E1-16")
    assert missed(replace(VISIT, operation="", left=None), now="11:00") == []
    assert missed(replace(VISIT, operation="", operated=False)) == []
    own = replace(VISIT, external=False, permit=None, operation="")
    assert missed(own) == [Missed.RECORD]


def test_escort_is_asked_of_outsiders() -> None:
    alone = only(replace(VISIT, escorts=()))
    assert (alone.missed, alone.citation.key, alone.sentence) == (Missed.ESCORT, "E1-16", "没有陪同人。")
    assert missed(replace(VISIT, escorts=(), external=False)) == []


@pytest.mark.parametrize(("left", "over"), [("12:00:00", 0), ("12:00:01", 1), ("12:05:03", 303)])
def test_stay_is_measured_to_the_second(left: str, over: int) -> None:
    found = breaches(replace(VISIT, left=at(left)), LAW, at("23:00"))
    assert [each.seconds for each in found] == ([over] if over else [])
    if over:
        assert (found[0].missed, found[0].sentence) == (
            Missed.OVERSTAY,
            f"应在 03-05 12:00 前离开，{left[:5]} 离开。",
        )


def test_stay_goes_on_while_somebody_is_inside() -> None:
    inside = replace(VISIT, left=None)
    assert missed(inside, now="12:00:00") == []
    found = only(inside, now="12:00:01")
    assert (found.seconds, found.sentence) == (1, "应在 03-05 12:00 前离开，仍在机房。")
    assert missed(replace(inside, due=None), now="17:30") == []


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        (Item("笔记本", 2, 2, 0), False),
        (Item("笔记本", 2, 1, 1), False),
        (Item("笔记本", 2, 1, 0), True),
        (Item("笔记本", 2, 2, 1), True),
        (Item("旧硬盘", 0, 1, 0), False),
    ],
)
def test_what_was_brought_is_taken_out_or_stays(item: Item, wrong: bool) -> None:
    assert (room_access.unbalanced((item,)) == [item]) is wrong
    assert missed(replace(VISIT, items=(item,))) == ([Missed.GOODS] if wrong else [])
    assert missed(replace(VISIT, items=(item,), left=None), now="11:00") == []


def test_goods_are_told_by_count() -> None:
    found = only(replace(VISIT, items=(Item("笔记本", 2, 1, 0), Item("网线", 5, 5, 0))))
    assert (found.citation.key, found.sentence) == ("E1-16", "离开时物品不符：笔记本 带入 2 带出 1 留存 0。")


EVENING = replace(
    VISIT, external=False, permit=None, due=None, entered=at("18:05"), left=at("20:50"),
    leaves=(Leave(span("18:00", "21:00"), at("16:00")),),
)  # fmt: skip


def test_x31_use_within_what_was_approved_before() -> None:
    assert missed(EVENING) == []


def test_x33_use_before_the_approval() -> None:
    late = only(replace(EVENING, leaves=(Leave(span("18:00", "21:00"), at("18:10")),)))
    assert (late.missed, late.citation.key, late.seconds) == (Missed.OFF_HOURS, "T3-06", 9900)
    assert late.sentence == "03-05 18:05 至 20:50 在工作时间以外，申请 03-05 18:10 才批准。"


@pytest.mark.parametrize(("approved", "wrong"), [("18:05:00", False), ("18:05:01", True)])
def test_approval_of_the_use_has_to_be_there_when_it_begins(approved: str, wrong: bool) -> None:
    evening = replace(EVENING, leaves=(Leave(span("18:00", "21:00"), at(approved)),))
    assert bool(missed(evening)) is wrong


@pytest.mark.parametrize(
    ("entered", "left", "seconds"),
    [
        ("18:00:00", "21:00:00", 0),
        ("17:59:59", "21:00:00", 1),
        ("18:00:00", "21:00:01", 1),
        ("17:30:00", "18:30:00", 1800),
        ("17:00:00", "17:30:00", 0),
        ("08:30:00", "17:30:00", 0),
        ("08:29:59", "17:30:00", 1),
        ("17:00:00", "17:30:01", 1),
    ],
)
def test_only_time_outside_working_hours_and_approval_counts(entered: str, left: str, seconds: int) -> None:
    found = breaches(replace(EVENING, entered=at(entered), left=at(left)), LAW, at("23:00"))
    assert sum(each.seconds for each in found) == seconds
    assert [each.missed for each in found] == [Missed.OFF_HOURS] * bool(seconds)


@pytest.mark.parametrize(
    ("left", "now", "said"),
    [
        (None, "08:22:00", "03-05 08:22 起 在工作时间以外"),
        (None, "08:22:59", "03-05 08:22 起 在工作时间以外"),
        (None, "08:23:00", "03-05 08:22 至 08:23 在工作时间以外"),
        ("08:22:40", "09:00:00", "03-05 08:22 在工作时间以外"),
        ("08:23:00", "09:00:00", "03-05 08:22 至 08:23 在工作时间以外"),
    ],
)
def test_a_use_within_one_minute_is_told_without_a_span_of_nothing(left: str | None, now: str, said: str) -> None:
    early = replace(EVENING, entered=at("08:22:00"), left=at(left) if left else None, leaves=())
    assert only(early, now=now).sentence == f"{said}，没有非工作时间使用申请。"


def test_several_approvals_may_cover_a_stay_together() -> None:
    evening = Leave(span("17:30", "21:00"), at("16:00"))
    long = replace(EVENING, entered=at("07:00"), left=at("20:00"), leaves=(evening,))
    assert missed(long) == [Missed.OFF_HOURS]
    both = (*long.leaves, Leave(span("06:30", "08:30"), at("2026-03-04 16:00")))
    assert missed(replace(long, leaves=both)) == []
    short = (*long.leaves, Leave(span("06:30", "08:29:59"), at("2026-03-04 16:00")))
    assert only(replace(long, leaves=short)).seconds == 1


def test_use_that_nobody_asked_for_or_approved() -> None:
    assert only(replace(EVENING, leaves=())).sentence == (
        "03-05 18:05 至 20:50 在工作时间以外，没有非工作时间使用申请。"
    )
    waits = replace(EVENING, leaves=(Leave(span("18:00", "21:00"), None),))
    assert only(waits).sentence == "03-05 18:05 至 20:50 在工作时间以外，申请还没有批准。"
    night = replace(EVENING, left=at("2026-03-06 01:00"))
    assert only(night, now="2026-03-06 08:00").sentence == (
        "03-05 21:00 至 03-06 01:00 在工作时间以外，超出批准的 03-05 18:00 至 21:00。"
    )


def test_emergency_has_until_the_end_of_the_next_day_for_its_paper() -> None:
    urgent = replace(EVENING, leaves=(Leave(span("18:00", "21:00"), None, emergency=True),))
    assert missed(urgent, now="2026-03-06 23:59:59") == []
    late = only(urgent, now="2026-03-07 00:00:00")
    assert late.sentence == "03-05 18:05 至 20:50 在工作时间以外，紧急使用应在 03-06 前补单。"
    papered = Leave(span("18:00", "21:00"), at("18:20"), emergency=True, papered=at("2026-03-06 23:59:59"))
    assert missed(replace(urgent, leaves=(papered,)), now="2026-03-10 08:00") == []
    after = replace(papered, papered=at("2026-03-07 00:00:00"))
    assert missed(replace(urgent, leaves=(after,)), now="2026-03-10 08:00") == [Missed.OFF_HOURS]


def test_site_may_rule_that_emergencies_are_approved_before_as_well() -> None:
    strict = SHIPPED.amended([("T3-06", Holding(DAY, {"offhours.emergency_makeup": "false"}, "甲方来函"))]).on(DAY)
    urgent = replace(EVENING, leaves=(Leave(span("18:00", "21:00"), at("18:10"), emergency=True),))
    assert missed(urgent, law=strict) == [Missed.OFF_HOURS]
    assert missed(urgent) == []


def test_off_hours_go_on_while_somebody_is_inside() -> None:
    inside = replace(EVENING, entered=at("17:00"), left=None, leaves=())
    assert missed(inside, now="17:30:00") == []
    assert only(inside, now="17:30:01").seconds == 1
    assert missed(inside, now="16:00") == []
    for entered, seconds in (("17:29:59", 0), ("17:30:00", 1)):
        found = breaches(replace(inside, entered=at(entered)), LAW, at(entered))
        assert sum(each.seconds for each in found) == seconds


def test_day_of_rest_has_no_working_time_and_own_people_are_not_bound() -> None:
    rest = replace(EVENING, entered=at("10:00"), left=at("11:00"), working=(), leaves=())
    assert missed(rest) == [Missed.OFF_HOURS]
    assert missed(replace(rest, own=True)) == []


def test_clause_that_no_longer_holds_is_not_asked_for() -> None:
    everything = replace(
        VISIT, permit=replace(PERMIT, approved=None, assessed=False, operates=True), escorts=(), operation="",
        left=at("20:00"), items=(Item("笔记本", 1, 0, 0),),
    )  # fmt: skip
    assert missed(everything) == [
        Missed.APPROVAL, Missed.ASSESSMENT, Missed.ESCORT, Missed.RECORD, Missed.OVERSTAY, Missed.GOODS,
        Missed.OFF_HOURS,
    ]  # fmt: skip
    assert missed(everything, law=without("E1-13", "E1-14", "E1-15", "E1-16", "T3-06")) == []
    assert missed(everything, law=without("E1-16")) == [
        Missed.APPROVAL, Missed.ASSESSMENT, Missed.OVERSTAY, Missed.OFF_HOURS,
    ]  # fmt: skip
