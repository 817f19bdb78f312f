"""Lending, moves, media, shutdowns and changes by E1, T3 and E7: both sides of every boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from opsdesk.rules import lending
from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.lending import (
    ChangeFacts,
    ChangeKind,
    LoanFacts,
    LoanState,
    MediaFacts,
    Missed,
    MoveFacts,
    change_lapses,
    late_days,
    loan_lapses,
    media_lapses,
    move_lapses,
    no_extension,
    overdue,
    standing,
    usual_due,
)
from opsdesk.services import law_library

DAY = date(2026, 3, 5)
LAW = law_library.shipped().on(DAY)
NOTHING = Law(DAY, {})
SECOND = timedelta(seconds=1)


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-{written}")


LENT = LoanFacts("JY-2026-0001", date(2026, 3, 10), approved=at("03-05 09:00"), lent=at("03-05 10:00"))


def without(*keys: str) -> Law:
    return Law(DAY, {key: clause for key, clause in LAW.clauses.items() if key not in keys})


def missed(found: list[lending.Lapse]) -> list[tuple[Missed, str]]:
    return [(each.missed, each.citation.key) for each in found]


class TestDueDay:
    def test_five_days_without_the_first(self) -> None:
        assert usual_due(date(2026, 3, 5), LAW) == date(2026, 3, 10)
        assert usual_due(date(2026, 2, 26), LAW) == date(2026, 3, 3)

    def test_days_come_from_the_law(self) -> None:
        clause = LAW.clauses["E1-10"]
        week = replace(clause, holdings=(Holding(date(2026, 1, 1), {"lend.days": 7}, "本站点补充约定"),))
        assert usual_due(DAY, Law(DAY, {**LAW.clauses, clause.key: week})) == date(2026, 3, 12)

    def test_without_the_clause_there_is_no_usual_day(self) -> None:
        assert usual_due(DAY, NOTHING) is None

    @pytest.mark.parametrize(
        ("returned", "days"),
        [
            ("03-10 18:00:00", 0),  # X46
            ("03-10 23:59:59", 0),
            ("03-11 00:00:00", 1),  # X46
            ("03-12 08:00:00", 2),
            ("03-04 08:00:00", 0),
        ],
    )
    def test_the_day_that_is_due_is_kept_to_its_end(self, returned: str, days: int) -> None:
        assert late_days(date(2026, 3, 10), at(returned), at("03-20 08:00")) == days
        assert late_days(date(2026, 3, 10), None, at(returned)) == days


class TestLoan:
    @pytest.mark.parametrize(
        ("changes", "now", "state"),
        [
            ({"approved": None, "lent": None}, "03-05 08:00", LoanState.WAITING),
            ({"lent": None}, "03-05 09:00", LoanState.APPROVED),
            ({"lent": None}, "03-20 09:00", LoanState.APPROVED),
            ({}, "03-09 23:59", LoanState.LENT),
            ({}, "03-10 00:00", LoanState.DUE_TODAY),
            ({}, "03-10 23:59", LoanState.DUE_TODAY),
            ({}, "03-11 00:00", LoanState.LATE),
            ({"partly": True}, "03-09 12:00", LoanState.PARTLY),
            ({"partly": True}, "03-10 12:00", LoanState.DUE_TODAY),
            ({"partly": True}, "03-11 12:00", LoanState.LATE),
            ({"returned": at("03-11 09:00")}, "03-20 12:00", LoanState.RETURNED),
            ({"returned": at("03-09 09:00"), "damage": "外壳开裂"}, "03-20 12:00", LoanState.DAMAGED),
            ({"partly": True, "damage": "外壳开裂"}, "03-09 12:00", LoanState.PARTLY),
            ({"approved": None, "lent": None, "refused": True}, "03-06 12:00", LoanState.REFUSED),
            ({"void": True}, "03-20 12:00", LoanState.VOID),
        ],
    )
    def test_state(self, changes: dict[str, Any], now: str, state: LoanState) -> None:
        assert standing(replace(LENT, **changes), at(now)) is state

    def test_the_longest_overdue_stands_first(self) -> None:
        loans = [
            LENT,
            replace(LENT, number="JY-2026-0002", due=date(2026, 3, 7)),
            replace(LENT, number="JY-2026-0003", due=date(2026, 3, 11)),
            replace(LENT, number="JY-2026-0004", due=date(2026, 3, 7), returned=at("03-09 09:00")),
            replace(LENT, number="JY-2026-0005", due=date(2026, 3, 7), lent=None),
            replace(LENT, number="JY-2026-0000", due=date(2026, 3, 7)),
        ]
        late = [each.number for each in overdue(loans, at("03-11 08:00"))]
        assert late == ["JY-2026-0000", "JY-2026-0002", "JY-2026-0001"]

    def test_late_return_is_told_with_days_and_clause(self) -> None:
        (lapse,) = loan_lapses(replace(LENT, returned=at("03-11 08:00")), LAW, at("03-20 08:00"))
        assert (lapse.missed, lapse.citation.key, lapse.days) == (Missed.LATE, "E1-10", 1)
        assert lapse.told == "应还 2026-03-10，2026-03-11 归还，逾期 1 天。依据 E1 一.6。"
        assert loan_lapses(replace(LENT, returned=at("03-10 18:00")), LAW, at("03-20 08:00")) == []

    def test_what_is_still_out_is_late_from_the_next_day_on(self) -> None:
        assert loan_lapses(LENT, LAW, at("03-10 23:59")) == []
        (lapse,) = loan_lapses(LENT, LAW, at("03-12 00:00"))
        assert lapse.sentence == "应还 2026-03-10，还没有还清，逾期 2 天。"
        assert loan_lapses(replace(LENT, lent=None), LAW, at("03-12 00:00")) == []
        assert loan_lapses(replace(LENT, void=True), LAW, at("03-12 00:00")) == []

    @pytest.mark.parametrize(("vendor", "key"), [(True, "T3-03"), (False, "E1-10")])
    def test_consent_has_to_be_there_when_it_is_lent(self, vendor: bool, key: str) -> None:
        loan = replace(LENT, vendor=vendor)
        assert loan_lapses(replace(loan, approved=loan.lent), LAW, at("03-06 08:00")) == []
        late = loan_lapses(replace(loan, approved=at("03-05 10:00") + SECOND), LAW, at("03-06 08:00"))
        assert missed(late) == [(Missed.CONSENT, key)]
        assert late[0].sentence == "03-05 10:00 借出时还没有批准，03-05 10:00 才批准。"
        never = loan_lapses(replace(loan, approved=None), LAW, at("03-06 08:00"))
        assert never[0].sentence == "03-05 10:00 借出时没有批准。"

    def test_of_vendors_people_the_room_asks_where_the_centre_has_no_clause(self) -> None:
        loan = replace(LENT, vendor=True, approved=None)
        assert missed(loan_lapses(loan, without("T3-03"), at("03-06 08:00"))) == [(Missed.CONSENT, "E1-10")]
        assert loan_lapses(loan, without("T3-03", "E1-10"), at("03-20 08:00")) == []

    def test_damage_needs_a_word_on_liability(self) -> None:
        back = replace(LENT, returned=at("03-09 08:00"), damage="屏幕碎裂")
        (lapse,) = loan_lapses(back, LAW, at("03-09 08:00"))
        assert (lapse.missed, lapse.citation.key) == (Missed.LIABILITY, "E7-09")
        assert lapse.sentence == "屏幕碎裂，还没有写明责任和赔偿。"
        assert loan_lapses(replace(back, liability="借用人照价赔偿"), LAW, at("03-09 08:00")) == []
        assert loan_lapses(back, without("E7-09"), at("03-09 08:00")) == []

    @pytest.mark.parametrize(
        ("changes", "until", "now", "said"),
        [
            ({}, date(2026, 3, 11), "03-10 08:00", ""),
            ({}, date(2026, 3, 10), "03-10 08:00", "要晚于这一天"),
            ({}, date(2026, 3, 15), "03-12 08:00", ""),  # already late
            ({}, date(2026, 3, 12), "03-12 08:00", ""),
            ({}, date(2026, 3, 11), "03-12 08:00", "已经过去"),
            ({"lent": None}, date(2026, 3, 15), "03-06 08:00", "还没有借出"),
            ({"returned": at("03-09 08:00")}, date(2026, 3, 15), "03-10 08:00", "已经全部归还"),
        ],
    )
    def test_extension(self, changes: dict[str, Any], until: date, now: str, said: str) -> None:
        found = no_extension(replace(LENT, **changes), until, at(now))
        assert said in found
        assert bool(found) == bool(said)


def test_lapses_in_short() -> None:
    late = replace(LENT, approved=None, returned=at("03-12 08:00"))
    found = loan_lapses(late, LAW, at("03-20 08:00"))
    assert [each.short for each in found] == ["未批借出", "逾期 2 天"]
    assert lending.in_short([*found, *found]) == "未批借出、逾期 2 天"
    assert lending.in_short([]) == ""


class TestMove:
    IN = MoveFacts(inward=True, moved=at("03-05 10:00"))
    OUT = MoveFacts(inward=False, moved=at("03-05 10:00"), approved=at("03-05 10:00"))
    NOW = at("03-05 12:00")

    def test_going_out_needs_approval_before(self) -> None:
        assert move_lapses(self.OUT, LAW, self.NOW) == []
        late = replace(self.OUT, approved=self.OUT.moved + SECOND)
        assert missed(move_lapses(late, LAW, self.NOW)) == [(Missed.TAKEN_OUT, "E1-10")]
        never = move_lapses(replace(self.OUT, approved=None), LAW, self.NOW)
        assert never[0].sentence == "03-05 10:00 出机房时没有批准。"

    def test_going_in_needs_approval_only_for_power(self) -> None:
        assert move_lapses(self.IN, LAW, self.NOW) == []
        powered = replace(self.IN, powered=True)
        assert missed(move_lapses(powered, LAW, self.NOW)) == [(Missed.POWERED, "E7-08")]
        assert move_lapses(replace(powered, approved=powered.moved), LAW, self.NOW) == []
        late = move_lapses(replace(powered, approved=powered.moved + SECOND), LAW, self.NOW)
        assert missed(late) == [(Missed.POWERED, "E7-08")]

    def test_what_is_still_to_come_has_missed_nothing(self) -> None:
        planned = replace(self.OUT, approved=None)
        assert move_lapses(planned, LAW, planned.moved - SECOND) == []
        assert missed(move_lapses(planned, LAW, planned.moved)) == [(Missed.TAKEN_OUT, "E1-10")]

    def test_new_device_comes_with_instructions(self) -> None:
        new = replace(self.IN, new=True)
        assert missed(move_lapses(new, LAW, self.NOW)) == [(Missed.INSTRUCTIONS, "E1-18")]
        assert missed(move_lapses(replace(new, instructions="  "), LAW, self.NOW)) == [(Missed.INSTRUCTIONS, "E1-18")]
        assert move_lapses(replace(new, instructions="每季度除尘"), LAW, self.NOW) == []
        assert move_lapses(replace(self.OUT, new=True), LAW, self.NOW) == []

    def test_a_device_that_has_to_come_back_is_late_from_the_next_day_on(self) -> None:
        away = replace(self.OUT, due=date(2026, 3, 10))
        assert move_lapses(away, LAW, at("03-10 23:59")) == []
        (lapse,) = move_lapses(away, LAW, at("03-11 00:00"))
        assert (lapse.missed, lapse.days, lapse.sentence) == (
            Missed.LATE, 1, "应还 2026-03-10，还没有归还，逾期 1 天。",
        )  # fmt: skip
        assert move_lapses(replace(away, returned=date(2026, 3, 10)), LAW, at("03-20 08:00")) == []
        (late,) = move_lapses(replace(away, returned=date(2026, 3, 12)), LAW, at("03-20 08:00"))
        assert late.sentence == "应还 2026-03-10，2026-03-12 归还，逾期 2 天。"

    def test_clauses_out_of_force_ask_nothing(self) -> None:
        worst = replace(self.OUT, approved=None, powered=True, due=date(2026, 3, 1))
        assert move_lapses(worst, NOTHING, self.NOW) == []
        assert move_lapses(replace(worst, inward=True, new=True), NOTHING, self.NOW) == []


class TestMedia:
    GOOD = MediaFacts(checked=at("03-05 09:59:59"), passed=True, approved=at("03-05 10:00"), used=at("03-05 10:00"))

    def test_checked_before_and_approved_in_time(self) -> None:
        assert media_lapses(self.GOOD, LAW) == []

    def test_what_was_not_used_has_missed_nothing(self) -> None:
        assert media_lapses(MediaFacts(), LAW) == []

    @pytest.mark.parametrize(
        ("changes", "expected", "said"),
        [
            ({"checked": at("03-05 10:00")}, (Missed.UNCHECKED, "E1-09"), "03-05 10:00 才查毒"),
            ({"checked": None}, (Missed.UNCHECKED, "E1-09"), "没有查毒"),
            ({"passed": False}, (Missed.UNCHECKED, "E1-09"), "查毒没有通过"),
            ({"approved": at("03-05 10:00:01")}, (Missed.MEDIA, "E1-21"), "才批准"),
            ({"approved": None}, (Missed.MEDIA, "E1-21"), "没有批准"),
        ],
    )
    def test_each_lack(self, changes: dict[str, Any], expected: tuple[Missed, str], said: str) -> None:
        found = media_lapses(replace(self.GOOD, **changes), LAW)
        assert missed(found) == [expected]
        assert said in found[0].sentence
        assert media_lapses(replace(self.GOOD, **changes), NOTHING) == []

    def test_both_can_lack(self) -> None:
        found = media_lapses(MediaFacts(used=at("03-05 10:00")), LAW)
        assert [each.citation.key for each in found] == ["E1-09", "E1-21"]


class TestChange:
    GOOD = ChangeFacts(ChangeKind.SHUTDOWN, at("03-05 10:00"), at("03-05 10:00"), performed_by="刘芳")

    def test_approval_in_the_same_second_is_in_time(self) -> None:
        assert change_lapses(self.GOOD, LAW) == []

    def test_what_has_not_begun_has_missed_nothing(self) -> None:
        assert change_lapses(ChangeFacts(ChangeKind.SHUTDOWN), LAW) == []

    @pytest.mark.parametrize(
        ("kind", "late", "never"),
        [
            (ChangeKind.SHUTDOWN, (Missed.SHUTDOWN, "E1-05"), (Missed.SHUTDOWN, "E1-04")),
            (ChangeKind.SOFTWARE, (Missed.CHANGE, "E1-19"), (Missed.CHANGE, "E1-19")),
            (ChangeKind.CONFIGURATION, (Missed.CHANGE, "E1-19"), (Missed.CHANGE, "E1-19")),
        ],
    )
    def test_begun_before_approval(self, kind: ChangeKind, late: tuple[Missed, str], never: tuple[Missed, str]) -> None:
        change = replace(self.GOOD, kind=kind)
        assert change_lapses(change, LAW) == []
        assert missed(change_lapses(replace(change, approved=at("03-05 10:00:01")), LAW)) == [late]
        assert missed(change_lapses(replace(change, approved=None), LAW)) == [never]
        assert change_lapses(replace(change, approved=None), NOTHING) == []

    def test_a_system_administrator_is_named(self) -> None:
        assert missed(change_lapses(replace(self.GOOD, performed_by=" "), LAW)) == [(Missed.PERFORMER, "E1-08")]
        assert change_lapses(replace(self.GOOD, performed_by=" "), NOTHING) == []

    def test_new_system_tells_what_to_back_up_once_it_runs(self) -> None:
        new = replace(self.GOOD, kind=ChangeKind.NEW_SYSTEM)
        assert change_lapses(new, LAW) == []
        done = replace(new, ended=at("03-05 12:00"), succeeded=True)
        assert change_lapses(replace(done, succeeded=False), LAW) == []
        assert missed(change_lapses(done, LAW)) == [(Missed.BACKUP, "E1-20")]
        assert change_lapses(replace(done, backup_told=True), LAW) == []
        assert change_lapses(replace(done, kind=ChangeKind.SOFTWARE), LAW) == []
        assert change_lapses(done, NOTHING) == []
