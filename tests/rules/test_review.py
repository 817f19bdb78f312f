"""The course of an appraisal: X38, both sides of each limit, and what is wanting before a sheet is filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from opsdesk.rules import review
from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.scoring import ObjectKind, Opinion, PeriodKind
from opsdesk.services.law_library import shipped

FIRST, DAY = date(2026, 1, 1), date(2026, 3, 31)


def law(key: str = "", values: Mapping[str, object] | None = None) -> Law:
    """The law as it ships, or with one clause of other values."""
    regulations = shipped()
    if key:
        first = regulations.clause(key).holdings[0]
        regulations = regulations.amended([(key, Holding(FIRST, {**first.values, **(values or {})}, "试条"))])
    return regulations.on(DAY)


def without(key: str) -> Law:
    return shipped().amended([(key, Holding(FIRST, {}, "试条", repealed=True))]).on(DAY)


class TestPublished:
    def test_scoring_waits_for_the_day_of_publishing(self) -> None:
        assert "还没有公示" in review.unpublished(None, DAY, law())
        assert "2026-04-01 才公示" in review.unpublished(date(2026, 4, 1), DAY, law())
        assert review.unpublished(DAY, DAY, law()) == ""
        assert "（T4 2.1）" in review.unpublished(None, DAY, law())

    def test_by_the_other_reading_it_may_come_later(self) -> None:
        assert review.unpublished(None, DAY, law("T4-01", {"appraisal.publish_before_score": "false"})) == ""
        assert review.unpublished(None, DAY, without("T4-01")) == ""


def test_less_than_full_points_want_facts() -> None:
    full = Decimal(20)
    assert review.without_facts(full, full, "", law()) == ""
    assert "写明扣分的事实依据（T4 2.2）" in review.without_facts(Decimal("19.99"), full, " ", law())
    assert review.without_facts(Decimal("19.99"), full, "3 月 5 日漏巡检", law()) == ""
    assert review.without_facts(Decimal(0), full, "", without("T4-02")) == ""


def test_a_vendor_is_no_object_of_t4() -> None:
    assert "部门、班组和个人" in review.outside(ObjectKind.VENDOR, "T4", law())
    assert review.outside(ObjectKind.VENDOR, "T1", law()) == ""
    for kind in (ObjectKind.DEPARTMENT, ObjectKind.TEAM, ObjectKind.PERSON):
        assert review.outside(kind, "T4", law()) == ""
    assert review.outside(ObjectKind.VENDOR, "T4", without("T4-04")) == ""


class TestGroup:
    @pytest.mark.parametrize(
        ("leader", "members", "said"),
        [
            ("王主管", ["值长 李四", "设备员 赵六"], []),
            ("王主管", ["李四、赵六"], []),
            ("", ["李四", "赵六"], ["1 名组长，现在有 0 名（T4 5.1）"]),
            ("王主管、钱七", ["李四", "赵六"], ["1 名组长，现在有 2 名（T4 5.1）"]),
            ("王主管", ["李四"], ["现在有 1 人（T4 5.2）"]),
            ("王主管", ["李四", "王主管", "李四"], ["现在有 1 人（T4 5.2）"]),
            ("", [], ["现在有 0 名", "现在有 0 人"]),
        ],
    )
    def test_one_leader_and_members_beside_him(self, leader: str, members: list[str], said: list[str]) -> None:
        found = review.group_lacks(leader, members, law())
        assert len(found) == len(said)
        assert all(each in lack for each, lack in zip(said, found, strict=True))

    def test_numbers_are_the_clauses(self) -> None:
        three = law("T4-07", {"appraisal.member_kinds": 3})
        assert "至少 3 类" in review.group_lacks("王主管", ["李四", "赵六"], three)[0]
        assert review.group_lacks("王主管", [], without("T4-07")) == []
        assert review.group_lacks("", ["李四", "赵六"], without("T4-06")) == []


class TestScheme:
    def test_looks_at_attitude_efficiency_and_quality(self) -> None:
        assert review.aspects_lack(["工作态度", "工作效率", "服务质量", "加减分"], law()) == ""
        assert review.aspects_lack(["工作态度"], law()) == "考核类别里没有效率、质量（E8 五.1）"
        assert "没有团队" in review.aspects_lack(["态度"], law("E8-05", {"appraisal.aspects": "态度，团队"}))
        assert review.aspects_lack([], without("E8-05")) == ""

    def test_comes_as_often_as_the_clause_says(self) -> None:
        assert review.rhythm_lack(PeriodKind.MONTH, law()) == ""
        assert review.rhythm_lack(PeriodKind.QUARTER, law()) == "考评周期是每月，不是季度（E8 五.2）"
        assert review.rhythm_lack(PeriodKind.SPOT, law()) == ""
        assert review.rhythm_lack(PeriodKind.QUARTER, law("E8-10", {"appraisal.every": "quarter"})) == ""
        assert review.rhythm_lack(PeriodKind.QUARTER, without("E8-10")) == ""

    def test_once_a_month(self) -> None:
        assert review.month_lack("2026-03", 1, law()) == ""
        assert review.month_lack("2026-03", 0, law()) == "2026-03 应考核 1 次，现在有 0 次（T4 7.1）"
        assert review.month_lack("2026-03", 1, law("T4-09", {"appraisal.monthly_times": 2})) != ""
        assert review.month_lack("2026-03", 0, without("T4-09")) == ""


class TestHandIn:
    def test_x38_to_the_end_of_the_month(self) -> None:
        assert review.submitted_late(DAY, datetime(2026, 3, 31, 23, 59), law()) == ""
        assert review.submitted_late(DAY, datetime(2026, 3, 31, 23, 59, 59, 999_999), law()) == ""
        assert review.submitted_late(DAY, datetime(2026, 4, 1), law()) == (
            "应在 2026-03-31 24:00 前提交，2026-04-01 00:00 提交，逾期（T4 2.3）。"
        )
        assert review.submitted_late(DAY, datetime(2026, 5, 1), without("T4-03b")) == ""

    @pytest.mark.parametrize(
        ("last", "due"),
        [
            (date(2026, 3, 17), date(2026, 3, 31)),
            (date(2026, 2, 28), date(2026, 2, 28)),
            (date(2028, 2, 10), date(2028, 2, 29)),
            (date(2026, 12, 31), date(2026, 12, 31)),
        ],
    )
    def test_due_by_the_month(self, last: date, due: date) -> None:
        assert review.submit_due(last, law().held("T4-03b")) == datetime.combine(due, datetime.max.time()).replace(
            microsecond=0
        )

    @pytest.mark.parametrize(
        ("last", "day", "due"),
        [
            (date(2026, 3, 31), 10, datetime(2026, 4, 10, 23, 59, 59)),
            (date(2026, 12, 31), 5, datetime(2027, 1, 5, 23, 59, 59)),
            (date(2026, 11, 30), 5, datetime(2026, 12, 5, 23, 59, 59)),
            (date(2026, 1, 31), 31, datetime(2026, 2, 28, 23, 59, 59)),
            (date(2026, 1, 31), 0, datetime(2026, 2, 1, 23, 59, 59)),
        ],
    )
    def test_or_by_a_day_of_the_next(self, last: date, day: int, due: datetime) -> None:
        other = law("T4-03b", {"appraisal.submit_by": "next_month", "appraisal.submit_day": day})
        assert review.submit_due(last, other.held("T4-03b")) == due
        assert review.submitted_late(last, due, other) == ""
        assert review.submitted_late(last, due.replace(hour=0) + (datetime(2026, 1, 2) - datetime(2026, 1, 1)), other)


def lacking(**changed: Any) -> list[str]:
    whole: dict[str, Any] = {
        "talked": True, "opinion": str(Opinion.AGREE), "signed": True, "witness": "",
        "answered": False, "submitted": True, "law": law(),
    }  # fmt: skip
    return review.lacks_for_filing(**{**whole, **changed})


class TestFiling:
    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({}, []),
            ({"talked": False}, ["没有登记反馈时间"]),
            ({"opinion": "", "signed": False}, ["没有被考核人的意见"]),
            ({"signed": False}, ["没有被考核人签字的日期"]),
            ({"submitted": False}, ["还没有提交综合管理部"]),
            ({"opinion": "申诉"}, ["对申诉还没有答复"]),
            ({"opinion": "申诉", "answered": True}, []),
            ({"opinion": "拒签", "witness": "李四"}, []),
            ({"opinion": "拒签"}, ["本人拒签，由见证人签字后归档，还没有写明见证人"]),
            ({"opinion": "拒签", "signed": False, "witness": "李四"}, ["没有拒签的日期"]),
            (
                {"talked": False, "opinion": "", "submitted": False},
                ["没有登记反馈时间", "没有被考核人的意见", "还没有提交综合管理部"],
            ),
        ],
    )
    def test_what_is_wanting(self, changed: dict[str, Any], said: list[str]) -> None:
        assert lacking(**changed) == said

    def test_who_refused_to_sign_is_not_filed_by_the_other_reading(self) -> None:
        other = law("T4-03a", {"appraisal.refused_sign": "open"})
        assert lacking(opinion="拒签", witness="李四", law=other) == ["本人拒签，采用口径是不归档"]
        assert lacking(opinion="同意", law=other) == []

    def test_clauses_not_in_force_ask_nothing(self) -> None:
        assert lacking(talked=False, opinion="", signed=False, law=without("T4-03a")) == []
        assert lacking(submitted=False, law=without("T4-03b")) == []
