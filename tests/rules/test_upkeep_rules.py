"""Upkeep of the room: limits themselves hold, tenths decide, fourteen days are in time, fifteen are not (E1, E15)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from opsdesk.rules import upkeep
from opsdesk.rules.clause import Holding, Law, Regulations
from opsdesk.rules.upkeep import ABNORMAL, NONE, NORMAL, Found, ItemFacts, Limit, OwnLimits, ReadingFacts
from opsdesk.services.law_library import shipped

LAW = shipped()
DAY = date(2026, 3, 5)
LAST = date(2026, 3, 2)
"""A Monday."""


def without(*keys: str) -> Law:
    """The law of the day with these clauses repealed."""
    repealed = Holding(date(2026, 1, 1), {}, "试条", repealed=True)
    return LAW.amended([(key, repealed) for key in keys]).on(DAY)


def by_weeks() -> Regulations:
    """The other reading of E1-11: once in every two calendar weeks."""
    return LAW.amended([("E1-11", Holding(date(2026, 1, 1), {"clean.interval": 14, "clean.count": "weeks"}, "试条"))])


class TestFigures:
    @pytest.mark.parametrize(
        ("typed", "tenths"),
        [
            ("23", 230),
            ("23.5", 235),
            ("0", 0),
            ("-2.5", -25),
            ("－２．５", -25),
            (" 23。5 ", 235),
            ("+18", 180),
            ("100000", 1_000_000),
        ],
    )
    def test_are_read_as_people_type_them(self, typed: str, tenths: int) -> None:
        assert upkeep.read_tenths(typed) == tenths

    @pytest.mark.parametrize(
        "typed", ["", "23.55", "二十", "2,3", "1e3", "--2", "23.", ".5", "100000.1", "٢٣", "nan", "23 5"]
    )
    def test_what_is_no_figure_is_refused(self, typed: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 — the text itself is the message
            upkeep.read_tenths(typed)

    @pytest.mark.parametrize(
        ("tenths", "words"), [(None, ""), (0, "0"), (235, "23.5"), (230, "23"), (-25, "-2.5"), (-5, "-0.5"), (5, "0.5")]
    )
    def test_are_written_without_an_empty_tenth(self, tenths: int | None, words: str) -> None:
        assert upkeep.shown(tenths) == words

    @pytest.mark.parametrize(("turn", "sign"), [(1, "①"), (2, "②"), (9, "⑨"), (10, "10"), (0, "0")])
    def test_rounds_have_a_sign(self, turn: int, sign: str) -> None:
        assert upkeep.circled(turn) == sign


class TestLimits:
    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (180, 270, "18–27 ℃"),
            (None, 270, "≤27 ℃"),
            (185, None, "≥18.5 ℃"),
            (None, None, ""),
            (-50, 50, "-5至5 ℃"),
        ],
    )
    def test_are_written_as_on_paper(self, low: int | None, high: int | None, words: str) -> None:
        assert Limit("温度", "℃", low, high).words == words

    @pytest.mark.parametrize(
        ("tenths", "holds"), [(179, False), (180, True), (270, True), (271, False)], ids=["17.9", "18", "27", "27.1"]
    )
    def test_the_limit_itself_is_kept(self, tenths: int, holds: bool) -> None:
        limit, _ = upkeep.climate(OwnLimits(), LAW.on(DAY))
        assert limit.holds(tenths) is holds
        assert bool(limit.missed(tenths)) is not holds

    def test_of_the_clause_where_the_room_has_none(self) -> None:
        temperature, humidity = upkeep.climate(OwnLimits(), LAW.on(DAY))
        assert (temperature.words, humidity.words) == ("18–27 ℃", "40–70 %")
        assert temperature.citation is not None
        assert temperature.citation.key == "E1-03"
        assert temperature.missed(283) == "温度 28.3 ℃，超出 18–27 ℃（E1 一.2）"

    def test_the_rooms_own_go_first_edge_by_edge(self) -> None:
        temperature, humidity = upkeep.climate(OwnLimits(temp_max=25, humidity_min=0), LAW.on(DAY))
        assert (temperature.words, humidity.words) == ("18–25 ℃", "0–70 %")
        assert (temperature.holds(250), temperature.holds(251)) == (True, False)

    def test_of_another_day_are_that_days(self) -> None:
        values = {"room.temp_min": 20, "room.temp_max": 25, "room.humidity_min": 40, "room.humidity_max": 65}
        changed = LAW.amended([("E1-03", Holding(DAY, values, "中心通知"))])
        before, after = (upkeep.climate(OwnLimits(), changed.on(day))[0] for day in (DAY - timedelta(days=1), DAY))
        assert (before.words, after.words) == ("18–27 ℃", "20–25 ℃")

    def test_none_where_the_clause_is_repealed(self) -> None:
        temperature, humidity = upkeep.climate(OwnLimits(temp_max=25), without("E1-03"))
        assert (temperature.words, humidity.words, temperature.citation) == ("≤25 ℃", "", None)
        assert temperature.missed(251) == "温度 25.1 ℃，超出 ≤25 ℃"
        assert humidity.holds(999)


class TestReading:
    UPS = Limit("UPS 负载", "%", None, 800)

    def out(self, law: Law | None = None, **read: object) -> list[str]:
        used = law or LAW.on(DAY)
        return upkeep.out_of_range(ReadingFacts(**read), upkeep.climate(OwnLimits(), used), self.UPS, used)  # type: ignore[arg-type]

    def test_all_within_says_nothing(self) -> None:
        assert self.out(temperature=270, humidity=400, ups_load=80, states=(("漏水", NORMAL), ("消防", NONE))) == []
        assert self.out() == []

    def test_each_thing_out_of_order_is_a_phrase_with_its_clause(self) -> None:
        assert self.out(
            temperature=271, humidity=399, ups_load=81, states=(("漏水", ABNORMAL), ("消防告警", NORMAL))
        ) == [
            "温度 27.1 ℃，超出 18–27 ℃（E1 一.2）",
            "湿度 39.9 %，超出 40–70 %（E1 一.2）",
            "UPS 负载 81 %，超出 ≤80 %",
            "漏水异常（E1 一.4）",
        ]

    def test_without_the_clause_it_is_still_out_of_order(self) -> None:
        assert self.out(without("E1-07"), states=(("漏水", ABNORMAL),)) == ["漏水异常"]


class TestItem:
    def judged(self, item: ItemFacts, typed: str) -> Found:
        return upkeep.judge(item, typed, LAW.on(DAY))

    @pytest.mark.parametrize(
        ("typed", "value", "normal"),
        [("正常", "正常", True), ("异常", "异常", False), ("不涉及", "不涉及", True), ("/", "不涉及", True)],
    )
    def test_state(self, typed: str, value: str, normal: bool) -> None:
        found = self.judged(ItemFacts("漏水"), typed)
        assert (found.value, found.normal) == (value, normal)
        assert found.sentence == ("" if normal else "漏水异常（E1 一.4）")

    @pytest.mark.parametrize(("typed", "normal"), [("80", True), ("80.1", False), ("／", True), ("-1", True)])
    def test_figure(self, typed: str, normal: bool) -> None:
        assert self.judged(ItemFacts("负载率", Limit("负载率", "%", None, 800)), typed).normal is normal

    @pytest.mark.parametrize("typed", ["", "正常", "x", "80.15"])
    def test_a_figure_takes_no_state(self, typed: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 — the text itself is the message
            self.judged(ItemFacts("负载率", Limit("负载率", "%", None, 800)), typed)

    @pytest.mark.parametrize("typed", ["", "23", "√"])
    def test_a_state_takes_no_figure(self, typed: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 — the text itself is the message
            self.judged(ItemFacts("漏水"), typed)

    @pytest.mark.parametrize(
        ("name", "clause"),
        [
            ("禁烟、明火、危险品", "E1-01"),
            ("杂物、食品", "E1-12"),
            ("灭火器", "E1-07"),
            ("烟感", "E1-07"),
            ("漏水", "E1-07"),
        ],
    )
    def test_is_under_the_clause_its_name_speaks_of(self, name: str, clause: str) -> None:
        cited = upkeep.item_citation(ItemFacts(name), LAW.on(DAY))
        assert cited is not None
        assert cited.key == clause

    def test_climate_is_under_its_own_clause(self) -> None:
        limit, _ = upkeep.climate(OwnLimits(), LAW.on(DAY))
        cited = upkeep.item_citation(ItemFacts("温度", limit), LAW.on(DAY))
        assert cited is not None
        assert cited.key == "E1-03"

    def test_without_its_clause_an_item_falls_to_the_general_one(self) -> None:
        cited = upkeep.item_citation(ItemFacts("杂物、食品"), without("E1-12"))
        assert cited is not None
        assert cited.key == "E1-07"
        assert upkeep.item_citation(ItemFacts("杂物、食品"), without("E1-12", "E1-07")) is None


class TestCleaning:
    @pytest.mark.parametrize(
        ("day", "since", "over"),
        [
            pytest.param(date(2026, 3, 16), 14, 0, id="X45: fourteen days are in time"),
            pytest.param(date(2026, 3, 17), 15, 1, id="X45: one day over"),
            pytest.param(date(2026, 3, 2), 0, 0, id="the same day"),
            pytest.param(date(2026, 4, 1), 30, 16, id="sixteen days over"),
        ],
    )
    def test_rolling_fourteen_days(self, day: date, since: int, over: int) -> None:
        state = upkeep.cleaning(LAST, day, LAW.on(day))
        assert (state.since, state.over, state.due) == (since, over, date(2026, 3, 16))
        assert state.citation is not None
        assert state.citation.key == "E1-11"

    @pytest.mark.parametrize(
        ("day", "over", "remind"),
        [
            (date(2026, 3, 13), 0, False),
            (date(2026, 3, 14), 0, True),
            (date(2026, 3, 16), 0, True),
            (date(2026, 3, 17), 1, False),
        ],
    )
    def test_is_reminded_of_two_days_before(self, day: date, over: int, remind: bool) -> None:
        state = upkeep.cleaning(LAST, day, LAW.on(day))
        assert (state.over, state.remind) == (over, remind)

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (date(2026, 3, 5), "上次清扫 03-02，已过 3 天，下次最迟 03-16（E1 一.7）。"),
            (date(2026, 3, 14), "上次清扫 03-02，下次最迟 03-16，还有 2 天（E1 一.7）。"),
            (date(2026, 3, 16), "上次清扫 03-02，下次最迟今天（E1 一.7）。"),
            (date(2026, 3, 17), "上次清扫 03-02，已过 15 天，逾期 1 天（E1 一.7）。"),
        ],
    )
    def test_says_so_in_a_sentence(self, day: date, said: str) -> None:
        assert upkeep.cleaning(LAST, day, LAW.on(day)).sentence == said

    @pytest.mark.parametrize(
        ("last", "due"),
        [
            pytest.param(date(2026, 3, 2), date(2026, 3, 22), id="Monday: to the Sunday of the second week after"),
            pytest.param(date(2026, 3, 8), date(2026, 3, 22), id="Sunday of the same week: the same day"),
            pytest.param(date(2026, 3, 9), date(2026, 3, 29), id="Monday after: a week later"),
        ],
    )
    def test_other_reading_counts_calendar_weeks(self, last: date, due: date) -> None:
        law = by_weeks().on(DAY)
        assert upkeep.cleaning(last, due, law).over == 0
        assert upkeep.cleaning(last, due + timedelta(days=1), law).over == 1
        assert upkeep.cleaning(last, due, law).due == due

    def test_first_has_nothing_before_it(self) -> None:
        state = upkeep.cleaning(None, DAY, LAW.on(DAY))
        assert (state.since, state.due, state.over, state.remind) == (None, None, 0, False)
        assert state.sentence == "还没有清扫记录（E1 一.7）。"

    def test_without_the_clause_nothing_is_due(self) -> None:
        state = upkeep.cleaning(LAST, date(2026, 12, 31), without("E1-11"))
        assert (state.due, state.over, state.citation) == (None, 0, None)
        assert state.sentence == "上次清扫 03-02，已过 304 天。"
        assert upkeep.cleaning_limit(LAST, without("E1-11")).words == ""

    def test_days_allowed_as_an_item_of_the_round(self) -> None:
        assert upkeep.cleaning_limit(None, LAW.on(DAY)).words == "≤14 天"
        assert upkeep.cleaning_limit(LAST, LAW.on(DAY)).words == "≤14 天"
        assert upkeep.cleaning_limit(LAST, by_weeks().on(DAY)).words == "≤20 天"


class TestRounds:
    @pytest.mark.parametrize(
        ("done", "missing", "said"),
        [
            ((), (1, 2), "应巡检 2 次，还缺 ①、②（E15 3.2）。"),
            ((1,), (2,), "应巡检 2 次，还缺 ②（E15 3.2）。"),
            ((2,), (1,), "应巡检 2 次，还缺 ①（E15 3.2）。"),
            ((2, 1), (), "应巡检 2 次，已做齐（E15 3.2）。"),
            ((1, 2, 3), (), "应巡检 2 次，已做齐（E15 3.2）。"),
        ],
    )
    def test_two_a_day(self, done: tuple[int, ...], missing: tuple[int, ...], said: str) -> None:
        rounds = upkeep.rounds(done, LAW.on(DAY))
        assert (rounds.due, rounds.missing, rounds.sentence) == (2, missing, said)
        assert rounds.citation is not None
        assert rounds.citation.key == "E15-09"

    def test_as_many_as_the_clause_says_on_the_day(self) -> None:
        changed = LAW.amended([("E15-09", Holding(DAY, {"inspection.daily": 3}, "中心通知"))])
        assert upkeep.rounds((1, 2), changed.on(DAY)).missing == (3,)
        assert upkeep.rounds((1, 2), changed.on(DAY - timedelta(days=1))).missing == ()

    @pytest.mark.parametrize(("done", "said"), [((), "还没有巡检。"), ((1,), "已巡检 ①。")])
    def test_none_is_due_without_the_clause(self, done: tuple[int, ...], said: str) -> None:
        rounds = upkeep.rounds(done, without("E15-09"))
        assert (rounds.due, rounds.missing, rounds.sentence) == (0, (), said)
