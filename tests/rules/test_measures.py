"""What a score suggests: both sides of each line, the ladders step by step, and nothing done by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.measures import MeasureKind, Result, Suggestion, Taken, by_score, penalty, replacement
from opsdesk.rules.payment import WINDOW, within_appraisals
from opsdesk.rules.scoring import ObjectKind
from opsdesk.services.law_library import shipped

FIRST, DAY = date(2026, 1, 1), date(2026, 3, 31)
LADDER = ("口头警告", "书面警告", "停职检查", "降职", "辞退")


def law(key: str = "", values: Mapping[str, object] | None = None) -> Law:
    """The law as it ships, or with one clause of other values; with a key alone that clause is repealed."""
    regulations = shipped()
    if key:
        first = regulations.clause(key).holdings[0]
        other = Holding(FIRST, {**first.values, **(values or {})}, "试条", repealed=values is None)
        regulations = regulations.amended([(key, other)])
    return regulations.on(DAY)


def suggested(
    score: str, *taken: Taken, kind: ObjectKind = ObjectKind.PERSON, by: str = "T4", of: Law | None = None
) -> list[Suggestion]:
    return by_score(Result(Decimal(score), "", kind, DAY), taken, of or law(), by)


def steps(found: list[Suggestion]) -> list[tuple[str, str]]:
    return [(str(each.kind), each.step) for each in found]


def punished(step: str, day: date = DAY) -> Taken:
    return Taken(MeasureKind.PENALTY, step, day)


class TestByScore:
    @pytest.mark.parametrize(
        ("score", "found"),
        [
            ("100", [("奖励", "表彰")]),
            ("90", [("奖励", "表彰")]),
            ("89.99", []),
            ("60", []),
            ("59.99", [("培训", "培训和指导"), ("处分", "口头警告")]),
            ("0", [("培训", "培训和指导"), ("处分", "口头警告")]),
        ],
    )
    def test_of_a_person(self, score: str, found: list[tuple[str, str]]) -> None:
        assert steps(suggested(score)) == found

    @pytest.mark.parametrize("kind", [ObjectKind.VENDOR, ObjectKind.DEPARTMENT, ObjectKind.TEAM])
    def test_others_are_praised_and_trained_but_neither_promoted_nor_punished(self, kind: ObjectKind) -> None:
        praised = Taken(MeasureKind.REWARD, "表彰", DAY)
        assert steps(suggested("90", praised, kind=kind)) == [("奖励", "表彰")]
        assert steps(suggested("59.99", kind=kind)) == [("培训", "培训和指导")]

    def test_lines_are_the_clauses(self) -> None:
        stricter = law("E14-04", {"appraisal.pass": 70})
        assert suggested("69.99", of=stricter)
        assert suggested("70", of=stricter) == []
        later = law("E8-06", {"reward.from": 95})
        assert suggested("94.99", of=later) == []
        assert suggested("95", of=later)

    def test_says_score_grade_line_and_who_decides(self) -> None:
        (found,) = by_score(Result(Decimal("92.50"), "优", ObjectKind.PERSON, DAY), [], law(), "T4")
        assert found.sentence == (
            "得分 92.5，等级优，达到 90 分，近 12 个月没有奖励，建议表彰，是否采用由主管决定，"
            "外包人员由其所属公司办理。"
        )
        training, warning = suggested("55")
        assert training.sentence == "得分 55，不满合格线 60 分，建议安排培训和指导，是否采用由主管决定。"
        assert "近 12 个月没有处分，建议口头警告" in warning.sentence
        assert [each.short for each in (*training.citations, *warning.citations)] == ["E14 第十一条", "E10 四"]

    def test_clauses_not_in_force_suggest_nothing(self) -> None:
        assert suggested("100", of=law("E8-06")) == []
        assert steps(suggested("0", of=law("E10-05"))) == [("培训", "培训和指导")]
        assert suggested("0", of=law("E14-04")) == []


class TestRewards:
    def test_rise_from_praise_to_bonus_to_promotion_and_stay_there(self) -> None:
        taken = [Taken(MeasureKind.REWARD, step, DAY) for step in ("表彰", "奖金", "提拔")]
        found = [suggested("95", each)[0].step for each in taken]
        assert found == ["奖金", "提拔", "提拔"]

    def test_a_scheme_by_e9_has_its_own(self) -> None:
        (found,) = suggested("95", Taken(MeasureKind.REWARD, "表彰", DAY), by="E9")
        assert (found.step, found.citations[0].key) == ("奖励", "E9-07")


class TestPenalties:
    def test_rise_step_by_step_and_the_last_stays_the_last(self) -> None:
        found = [suggested("50", punished(step))[1] for step in LADDER]
        assert [each.step for each in found] == ["书面警告", "停职检查", "降职", "辞退", "辞退"]
        assert "2026-03-31 已有口头警告，建议书面警告" in found[0].sentence
        assert "2026-03-31 已有辞退，已是最后一级，仍建议辞退" in found[4].sentence

    @pytest.mark.parametrize(
        ("day", "step"),
        [
            (date(2025, 3, 30), "口头警告"),
            (date(2025, 3, 31), "书面警告"),
            (date(2026, 3, 31), "书面警告"),
            (date(2026, 4, 1), "口头警告"),
        ],
    )
    def test_what_is_more_than_a_year_ago_counts_no_longer(self, day: date, step: str) -> None:
        assert suggested("50", punished("口头警告", day))[1].step == step

    def test_the_last_one_counts_not_the_hardest(self) -> None:
        harder, milder = punished("降职", date(2025, 9, 1)), punished("口头警告", date(2026, 2, 1))
        assert suggested("50", harder, milder)[1].step == "书面警告"
        same_day = punished("书面警告", milder.day)
        assert suggested("50", same_day, milder)[1].step == "停职检查"

    def test_other_measures_and_other_ladders_do_not_count(self) -> None:
        others = (Taken(MeasureKind.TRAINING, "口头警告", DAY), punished("警告"), punished("罚站"))
        assert suggested("50", *others)[1].step == "口头警告"

    def test_a_scheme_by_e8_has_its_own(self) -> None:
        found = suggested("50", punished("警告"), by="E8")[1]
        assert (found.step, found.citations[0].key) == ("降职", "E8-07")

    def test_ladder_and_months_are_the_clauses(self) -> None:
        own = law("E10-05", {"penalty.steps": "谈话，警告", "penalty.within": 1})
        leap = date(2026, 2, 28)
        assert suggested("50", punished("谈话", leap), of=own)[1].step == "警告"
        assert suggested("50", punished("谈话", date(2026, 2, 27)), of=own)[1].step == "谈话"
        for_ever = law("E10-05", {"penalty.within": 1_000_000})
        assert suggested("50", punished("口头警告", date(2001, 1, 1)), of=for_ever)[1].step == "书面警告"
        assert steps(suggested("50", of=law("E10-05", {"penalty.steps": "、"}))) == [("培训", "培训和指导")]

    def test_of_an_event_as_well(self) -> None:
        (found,) = penalty("2026-03-05 擅离岗位", DAY, [punished("口头警告")], law(), "T2")
        assert found.step == "书面警告"
        assert found.sentence.startswith("2026-03-05 擅离岗位，2026-03-31 已有口头警告，建议书面警告")


@pytest.mark.parametrize(("by", "key"), [("E6", "E6-02"), ("E14", "E14-06")])
def test_a_regulation_that_founds_measures_on_appraisals_is_cited_too(by: str, key: str) -> None:
    found = [*suggested("95", by=by), *suggested("50", by=by)]
    assert len(found) == 3
    assert all(each.citations[-1].key == key for each in found)
    assert all(len(each.citations) == 1 for each in suggested("50", by="T4"))


def test_a_limit_of_points_suggests_to_replace_the_person() -> None:
    held = law(WINDOW, {"score.months": 3, "score.limit": 12, "score.outcome": "warn"}).held(WINDOW)
    assert within_appraisals([(DAY, Decimal(11))], held) is None
    reached = within_appraisals([(DAY, Decimal(12))], held)
    assert reached is not None
    found = replacement(reached)
    assert (found.kind, found.step, found.citations) == (MeasureKind.REPLACEMENT, "更换人员", (held.cite(),))
    assert found.sentence == reached.sentence
