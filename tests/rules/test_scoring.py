"""Scores by lines that add up: every way of scoring, caps and ladders on both sides, what was ruled, one more event."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.rules.clause import Citation
from opsdesk.rules.scoring import (
    Event,
    Item,
    LineState,
    Proposal,
    Rate,
    Ruling,
    ScoredItem,
    Way,
    by_hand,
    grade_of,
    plain,
    propose,
    score,
    share_of,
    total,
    with_one_more,
)

D = Decimal
DAY = date(2026, 3, 5)
LADDER = ((D(95), D(1)), (D(90), D("0.8")), (D(80), D("0.5")))
GRADES = ((D(90), "优"), (D(75), "良"), (D(60), "合格"), (D(0), "不合格"))
CITED = Citation("E19-20", "E19", "考核 1", "投诉扣分。", date(2000, 1, 1))


def item(way: Way, weight: str = "20", each: str = "2", cap: str | None = None, ladder: object = ()) -> Item:
    return Item(7, 1, "故障解决", "到场", D(weight), way=way, each=D(each), cap=cap and D(cap), ladder=ladder)  # type: ignore[arg-type]


def event(number: int = 1, count: int = 1, points: str | None = None, day: date = DAY) -> Event:
    return Event(
        "incident.late", day, f"{number} 号超时。", (f"incident:{number}",),
        citation=CITED, person="李四", count=count, points=None if points is None else D(points),
    )  # fmt: skip


def lines(*points: str) -> list[Proposal]:
    return [Proposal(f"line|{n}", D(each), "因", (f"incident:{n}",)) for n, each in enumerate(points)]


def ruled(points: str, state: LineState = LineState.CHANGED) -> Ruling:
    return Ruling(state, D(points), "经核实", "王主管")


def counted(scored: ScoredItem) -> list[Decimal]:
    return [line.counted for line in scored.lines]


class TestEvents:
    def test_each_takes_off_its_points_in_order_of_days(self) -> None:
        later, earlier = event(1, day=date(2026, 3, 6)), event(2, count=3)
        found = propose(item(Way.EVENTS), [later, earlier], None)
        assert [each.points for each in found] == [-6, -2]
        assert [each.key for each in found] == ["incident.late|incident:2", "incident.late|incident:1"]
        first = found[0]
        assert (first.because, first.evidence, first.citation) == ("2 号超时。", ("incident:2",), CITED)
        assert (first.day, first.person, first.count) == (DAY, "李四", 3)

    def test_a_clauses_own_points_outweigh_the_items(self) -> None:
        (found,) = propose(item(Way.EVENTS), [event(points="0.5", count=3)], None)
        assert found.points == D("-0.5")

    def test_no_points_are_plain_nothing(self) -> None:
        (found,) = propose(item(Way.EVENTS, each="0"), [event()], None)
        assert str(found.points) == "0"

    def test_without_events_it_is_full(self) -> None:
        scored = score(item(Way.EVENTS), propose(item(Way.EVENTS), [], None), {})
        assert (scored.score, scored.lines, scored.blank) == (20, (), False)


class TestCaps:
    @pytest.mark.parametrize(
        ("cap", "points", "left", "cut"),
        [
            (None, ("-19.99",), "0.01", [False]),
            (None, ("-20",), "0", [False]),
            (None, ("-20.01",), "0", [True]),
            (None, ("-15", "-5.01"), "0", [False, True]),
            ("6", ("-5.99",), "14.01", [False]),
            ("6", ("-6",), "14", [False]),
            ("6", ("-6.01",), "14", [True]),
            ("6", ("-4", "-4", "-4"), "14", [False, True, True]),
            ("25", ("-30",), "0", [True]),
            ("0", ("-2",), "20", [True]),
        ],
    )
    def test_no_more_comes_off_than_the_cap_and_the_item(self, cap, points, left, cut) -> None:
        scored = score(item(Way.EVENTS, cap=cap), lines(*points), {})
        assert scored.score == D(left)
        assert [line.cut for line in scored.lines] == cut

    @pytest.mark.parametrize(
        ("cap", "points", "score_", "cut"),
        [
            ("5", ("2", "2.99"), "4.99", [False, False]),
            ("5", ("2", "3"), "5", [False, False]),
            ("5", ("2", "3.01"), "5", [False, True]),
            ("5", ("6", "1"), "5", [True, True]),
            ("0", ("1",), "0", [True]),
            (None, ("60", "70"), "130", [False, False]),
        ],
    )
    def test_a_bonus_begins_with_nothing_and_is_capped_too(self, cap, points, score_, cut) -> None:
        scored = score(item(Way.BONUS, weight="0", cap=cap), lines(*points), {})
        assert (scored.base, scored.score) == (0, D(score_))
        assert [line.cut for line in scored.lines] == cut

    def test_a_bonus_adds_the_points_of_its_events(self) -> None:
        found = propose(item(Way.BONUS, each="1.5"), [event(count=2), event(2, points="3")], None)
        assert [each.points for each in found] == [3, 3]


class TestRates:
    @pytest.mark.parametrize(
        ("done", "of", "points"),
        [(95, 100, "20"), (9499, 10000, "16"), (90, 100, "16"), (8999, 10000, "10"), (80, 100, "10"),
         (7999, 10000, "0"), (0, 100, "0"), (100, 100, "20")],
    )  # fmt: skip
    def test_a_ladder_gives_the_first_step_reached(self, done: int, of: int, points: str) -> None:
        by_rate = item(Way.RATE, ladder=LADDER)
        assert score(by_rate, propose(by_rate, [], Rate("sla", done, of, "达标。")), {}).score == D(points)

    def test_a_rate_is_never_rounded_up_to_a_step(self) -> None:
        by_rate = item(Way.RATE, ladder=LADDER)
        (found,) = propose(by_rate, [], Rate("sla", 1899, 1999, "达标。"))  # 94.9975 %
        assert found.points == -4
        assert "达到 94.99%，得满分的 80%" in found.because

    @pytest.mark.parametrize(
        ("done", "of", "points"), [(37, 40, "18.5"), (2, 3, "13.33"), (1, 3, "6.67"), (0, 9, "0"), (9, 9, "20")]
    )
    def test_without_a_ladder_the_rate_is_the_share(self, done: int, of: int, points: str) -> None:
        by_rate = item(Way.RATE)
        (found,) = propose(by_rate, [], Rate("sla", done, of, "达标。"))
        assert score(by_rate, [found], {}).score == D(points)

    def test_says_how_many_of_how_many_and_the_arithmetic(self) -> None:
        rate = Rate("sla", 37, 40, "37 / 40 按时到场。", ("incident:3",))
        (found,) = propose(item(Way.RATE), [], rate)
        assert (found.key, found.evidence, found.points) == ("sla|", ("incident:3",), D("-1.5"))
        assert found.because == "37 / 40 按时到场。达到 92.5%，按比例得分：20 分得 18.5 分。"

    def test_with_nothing_to_count_it_is_full_and_says_so(self) -> None:
        (found,) = propose(item(Way.RATE, ladder=LADDER), [], Rate("sla", 0, 0, "没有事件。"))
        assert found.points == 0
        assert found.count == 0
        assert "没有可统计的记录，按满分计" in found.because
        assert propose(item(Way.RATE), [], None) == ()

    def test_shares(self) -> None:
        assert [share_of(D(each), LADDER) for each in ("100", "95", "94.99", "80", "79.99")] == [
            1, 1, D("0.8"), D("0.5"), 0,
        ]  # fmt: skip
        assert [share_of(D(each), ()) for each in ("0", "50", "100", "101")] == [0, D("0.5"), 1, 1]


class TestRulings:
    def test_what_was_changed_counts_as_changed_and_what_was_waived_not_at_all(self) -> None:
        rulings = {"line|0": ruled("-1"), "line|1": ruled("0", LineState.WAIVED)}
        scored = score(item(Way.EVENTS), lines("-4", "-4", "-4"), rulings)
        assert counted(scored) == [-1, 0, -4]
        assert [line.state for line in scored.lines] == [LineState.CHANGED, LineState.WAIVED, LineState.PROPOSED]
        assert not any(line.cut for line in scored.lines)
        assert scored.score == 15

    def test_what_was_waived_leaves_room_under_the_cap(self) -> None:
        capped = item(Way.EVENTS, cap="6")
        assert counted(score(capped, lines("-4", "-4"), {})) == [-4, -2]
        assert counted(score(capped, lines("-4", "-4"), {"line|0": ruled("0", LineState.WAIVED)})) == [0, -4]

    def test_what_was_confirmed_waits_anew_once_other_points_are_proposed(self) -> None:
        scored = score(item(Way.EVENTS), lines("-4"), {"line|0": ruled("-2", LineState.CONFIRMED)})
        assert (counted(scored), scored.lines[0].state) == ([-4], LineState.PROPOSED)
        same = score(item(Way.EVENTS), lines("-4.0"), {"line|0": ruled("-4", LineState.CONFIRMED)})
        assert same.lines[0].state is LineState.CONFIRMED

    def test_what_was_changed_or_waived_stands_and_knows_that_the_proposal_has_changed(self) -> None:
        for state, points in ((LineState.CHANGED, "-1"), (LineState.WAIVED, "0")):
            for proposed, overtaken in (("-4", False), ("-2", True)):
                ruling = Ruling(state, D(points), "经核实", "王主管", D(proposed))
                line = score(item(Way.EVENTS), lines("-4"), {"line|0": ruling}).lines[0]
                assert (line.counted, line.state, line.overtaken) == (D(points), state, overtaken)

    def test_a_change_to_the_better_gives_back_no_more_than_was_taken(self) -> None:
        assert counted(score(item(Way.EVENTS), lines("-4", "-1"), {"line|1": ruled("9")})) == [-4, 4]
        assert counted(score(item(Way.BONUS), lines("4", "1"), {"line|1": ruled("-9")})) == [4, -4]

    def test_rulings_on_other_lines_are_left_alone(self) -> None:
        assert score(item(Way.EVENTS), lines("-4"), {"other": ruled("0", LineState.WAIVED)}).score == 16


class TestByHand:
    def test_is_full_and_blank_until_somebody_scores_it(self) -> None:
        scored = by_hand(item(Way.HAND), None, "", ())
        assert (scored.score, scored.lines, scored.blank) == (20, (), True)
        assert propose(item(Way.HAND), [event()], Rate("sla", 1, 2, "")) == ()

    @pytest.mark.parametrize("points", ["0", "12.5", "19.99", "20"])
    def test_its_line_says_what_came_off_and_why(self, points: str) -> None:
        scored = by_hand(item(Way.HAND), D(points), "着装不整", ("event:4",))
        (line,) = scored.lines
        assert (scored.score, line.counted, scored.blank) == (D(points), D(points) - 20, False)
        assert (line.proposal.because, line.proposal.evidence) == ("着装不整", ("event:4",))

    def test_full_points_need_no_reason(self) -> None:
        assert by_hand(item(Way.HAND), D(20), "", ()).lines[0].proposal.because == "到场得满分。"


class TestOneMore:
    def test_takes_off_one_event_more_up_to_the_cap(self) -> None:
        scored = score(item(Way.EVENTS, cap="6"), lines("-2"), {})
        assert [with_one_more(scored, D(each)).score for each in ("3.99", "4", "4.01")] == [D("14.01"), 14, 14]
        assert with_one_more(scored).score == 16
        assert with_one_more(with_one_more(with_one_more(scored))).score == 14

    def test_of_a_bonus_adds_one(self) -> None:
        scored = score(item(Way.BONUS, weight="0", cap="5"), lines("2"), {})
        assert [with_one_more(scored).score, with_one_more(scored, D(4)).score] == [4, 5]

    def test_keeps_what_was_ruled_and_what_is_blank(self) -> None:
        waived = score(item(Way.EVENTS), lines("-4"), {"line|0": ruled("0", LineState.WAIVED)})
        assert with_one_more(waived).score == 18
        assert with_one_more(by_hand(item(Way.HAND), None, "", ())).blank


@pytest.mark.parametrize(
    ("points", "grade"),
    [("120", "优"), ("90", "优"), ("89.99", "良"), ("75", "良"), ("74.99", "合格"), ("60", "合格"), ("59.99", "不合格"),
     ("0", "不合格"), ("-1", "不合格")],
)  # fmt: skip
def test_grades_begin_with_their_line(points: str, grade: str) -> None:
    assert grade_of(D(points), GRADES) == grade
    assert grade_of(D(points), ()) == ""


@pytest.mark.parametrize(
    ("points", "words"),
    [("92.50", "92.5"), ("100", "100"), ("1E+2", "100"), ("0.250", "0.25"), ("0.00", "0"), ("-0", "0"), ("-0.00", "0"),
     ("-2.50", "-2.5")],
)  # fmt: skip
def test_points_are_written_without_idle_zeros(points: str, words: str) -> None:
    assert plain(D(points)) == words


POINTS = st.decimals(-40, 40, places=3)
CAPS = st.none() | st.decimals(0, 60, places=2)


@given(
    st.sampled_from([Way.EVENTS, Way.BONUS]),
    st.decimals(0, 50, places=2),
    CAPS,
    st.lists(POINTS, max_size=12),
    st.dictionaries(st.integers(0, 11), POINTS),
)
def test_lines_add_up_to_the_score_which_stays_within_its_bounds(way, weight, cap, points, changed) -> None:
    one = Item(1, 1, "", "", weight, way=way, cap=cap)
    rulings = {f"line|{n}": Ruling(LineState.CHANGED, each) for n, each in changed.items()}
    scored = score(one, lines(*map(str, points)), rulings)
    assert scored.score == scored.base + sum(counted(scored), D(0))
    assert scored.score >= 0
    if way is Way.BONUS:
        assert cap is None or scored.score <= cap
    else:
        assert max(D(0), weight - (weight if cap is None else cap)) <= scored.score <= weight
    for line in scored.lines:
        wanted = line.ruling.points if line.ruling else line.proposal.points
        assert line.cut == (line.counted != wanted)
        assert str(line.counted) not in {"-0", "-0.00", "-0.000"}
    assert len(scored.lines) == len(points)


@given(st.integers(1, 5000), st.data(), st.decimals(1, 100, places=2), st.sampled_from([(), LADDER]))
def test_a_rate_never_earns_more_than_it_has_reached(of: int, data, weight: Decimal, ladder) -> None:
    done = data.draw(st.integers(0, of))
    one = Item(1, 1, "", "", weight, way=Way.RATE, ladder=ladder)
    scored = score(one, propose(one, [], Rate("sla", done, of, "")), {})
    assert 0 <= scored.score <= weight
    assert scored.score == scored.base + sum(counted(scored), D(0))
    if ladder:
        reached = next((share for least, share in LADDER if done * 100 >= least * of), D(0))
        assert scored.score == (weight * reached).quantize(D("0.01"), "ROUND_HALF_UP")


@given(st.lists(st.tuples(st.decimals(0, 50, places=2), st.lists(POINTS, max_size=4)), max_size=8))
def test_items_add_up_to_the_total(sheets) -> None:
    scored = [
        score(Item(n, n, "", "", weight, way=Way.EVENTS), lines(*map(str, points)), {})
        for n, (weight, points) in enumerate(sheets)
    ]
    assert total(scored) == sum((each.score for each in scored), D(0))
    assert total([]) == 0
