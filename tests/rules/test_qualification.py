"""The qualification card by T1: both sides of every limit, and what is not filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.qualification import Card, Standing, judge, years_after
from opsdesk.services import law_library

LAW = law_library.shipped().on(date(2026, 3, 5))
FULL = Card(
    arrived_on=date(2026, 1, 5),
    joined_implementation=True,
    career_started_on=date(2025, 1, 5),
    has_pc=True,
    has_internet=True,
    lodging_minutes=5,
    hotline_phone="4008001234",
)


def test_card_that_meets_every_limit_exactly() -> None:
    judged = judge(FULL, LAW)
    assert judged.standing is Standing.MET
    assert {cited.key for cited in judged.citations} == {"T1-QLF-01", "T1-RES-01", "T1-RES-02"}
    assert judged.sentence == "各项都符合 T1 2.2、T1 2.1。"


@pytest.mark.parametrize(
    ("field", "value", "standing", "said"),
    [
        ("lodging_minutes", 5, Standing.MET, "都符合"),
        ("lodging_minutes", 6, Standing.SHORT, "住地到现场 6 分，超过 5 分（T1 2.1）"),
        ("lodging_minutes", 0, Standing.MET, "都符合"),
        ("career_started_on", date(2025, 1, 5), Standing.MET, "都符合"),
        ("career_started_on", date(2025, 1, 6), Standing.SHORT, "不满 1 年（T1 2.2）"),
        ("joined_implementation", False, Standing.SHORT, "没有参加过项目实施（T1 2.2）"),
        ("has_pc", False, Standing.SHORT, "没有配电脑（T1 2.1）"),
        ("has_internet", False, Standing.SHORT, "没有配上网（T1 2.1）"),
        ("lodging_minutes", None, Standing.OPEN, "还没有填写住地到现场分钟。"),
        ("career_started_on", None, Standing.OPEN, "还没有填写从业起始日。"),
        ("joined_implementation", None, Standing.OPEN, "还没有填写是否参与实施。"),
        ("has_pc", None, Standing.OPEN, "还没有填写是否配电脑。"),
        ("hotline_phone", None, Standing.OPEN, "还没有填写热线电话。"),
        ("hotline_phone", "", Standing.OPEN, "还没有填写热线电话。"),
    ],
)
def test_each_point_of_the_card(field: str, value: Any, standing: Standing, said: str) -> None:
    judged = judge(replace(FULL, **{field: value}), LAW)
    assert judged.standing is standing
    assert said in judged.sentence


def test_what_falls_short_outweighs_what_is_open() -> None:
    judged = judge(replace(FULL, lodging_minutes=6, has_pc=None), LAW)
    assert judged.standing is Standing.SHORT
    assert judged.sentence == "住地到现场 6 分，超过 5 分（T1 2.1）。还没有填写是否配电脑。"


def test_limits_come_from_the_law() -> None:
    clause = LAW.clauses["T1-RES-01"]
    nearer = replace(clause, holdings=(Holding(date(2026, 1, 1), {"housing.max": 4}, "本站点补充约定"),))
    changed = Law(LAW.day, {**LAW.clauses, clause.key: nearer})
    assert judge(FULL, changed).standing is Standing.SHORT
    assert judge(replace(FULL, lodging_minutes=4), changed).standing is Standing.MET


def test_clauses_out_of_force_ask_nothing() -> None:
    judged = judge(Card(date(2026, 1, 5)), Law(LAW.day, {}))
    assert (judged.standing, judged.sentence, judged.citations) == (Standing.MET, "现行规章没有资格要求。", ())


def test_a_leap_day_ends_on_the_last_of_february() -> None:
    assert years_after(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
    leap = replace(FULL, career_started_on=date(2024, 2, 29))
    assert judge(replace(leap, arrived_on=date(2025, 2, 27)), LAW).standing is Standing.SHORT
    assert judge(replace(leap, arrived_on=date(2025, 2, 28)), LAW).standing is Standing.MET
