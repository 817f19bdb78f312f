"""The month settled: every worked example of tables B, C and D, both sides of every boundary, and what always holds."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.rules.basis import basis
from opsdesk.rules.clause import Holding, Law
from opsdesk.rules.settlement import Account, Missed, Occurrence, Settled, days_in_words, settle
from opsdesk.services.law_library import shipped

FIRST = date(2026, 3, 1)
EXAMPLES = json.loads((Path(__file__).parent / "table_bcd.json").read_text(encoding="utf-8"))
SWITCH_OF = {
    "free": "late.free",
    "mode": "double.mode",
    "double_mode": "double.mode",
    "combine": "late.combine",
    "repeat": "early.awol_repeat",
    "keep": "early.keep_fine",
}
KEYS = ("T2-ATT-03", "T2-ATT-07", "T2-ATT-08", "T2-ATT-09", "T2-ATT-10a", "T2-ATT-10b", "G4", "G12")
CLAUSE_OF = {parameter.name: key for key in KEYS for parameter in shipped().clause(key).parameters}
READINGS = {
    parameter.name: [code for code, _ in parameter.readings]
    for key in KEYS
    for parameter in shipped().clause(key).parameters
    if parameter.readings
}


def law(switches: Mapping[str, object] | None = None, day: date = FIRST) -> Law:
    """The law that ships, with other values from 1 March on."""
    regulations = shipped()
    for name, value in (switches or {}).items():
        clause = regulations.clause(CLAUSE_OF[name])
        values = {**clause.holding_on(FIRST).values, name: value}
        regulations = regulations.amended([(clause.key, Holding(FIRST, values, "试"))])
    return regulations.on(day)


def times(minutes: Sequence[int], what: str = "punch") -> tuple[Occurrence, ...]:
    return tuple(Occurrence(FIRST + timedelta(days=n), m, (f"{what}:{n}",)) for n, m in enumerate(minutes))


def month(late: Sequence[int] = (), early: Sequence[int] = (), **more: object) -> Settled:
    """A month of one account; `switches` and `missed` are passed by name."""
    switches, missed = more.get("switches"), more.get("missed", ())
    return settle([Account(law(switches), "T2", times(late), times(early, "leave"), missed)])


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case["id"])
def test_worked_examples(case):
    switches = {SWITCH_OF[name]: value for name, value in case.get("config", {}).items()}
    if "early.keep_fine" in switches:
        switches["early.keep_fine"] = str(switches["early.keep_fine"]).lower()
    figures = month(case["input"].get("late", []), case["input"].get("early", []), switches=switches).figures
    assert {
        "n": figures.late_count,
        "M": figures.late_minutes,
        "count_fine": figures.count_fine,
        "minute_fine": figures.minute_fine,
        "extra": figures.double_fine,
        "late_fine": figures.late_fine,
        "absent": figures.absent_days,
        "absent_wage_days": figures.absent_wage_days,
        "e": figures.early_count,
        "E": figures.early_minutes,
        "early_fine": figures.early_fine,
        "awol": figures.awol_days,
        "total": figures.total,
    } == case["expected"]


def test_all_examples_of_the_three_tables_are_here():
    assert [sum(case["id"][0] == table for case in EXAMPLES) for table in "BCD"] == [18, 6, 14]


@pytest.mark.parametrize(("minutes", "absent"), [(59, 0), (60, 0), (61, 1)])
def test_more_than_sixty_minutes_is_absence_for_the_day_and_sixty_is_not(minutes, absent):
    assert month([minutes]).figures.absent_days == absent


@pytest.mark.parametrize(
    ("late", "fine"),
    [
        ([59], 0), ([30, 29], 0), ([60], 100), ([30, 30], 100), ([40, 60], 100), ([41, 60], 200),
        ([50, 50, 50], 200), ([50, 50, 51], 500),
    ],
)  # fmt: skip
def test_the_bands_of_minutes_hold_their_upper_ends(late, fine):
    assert month(late).figures.minute_fine == fine


@pytest.mark.parametrize(("minutes", "fine"), [(59, 0), (60, 100), (101, 300), (151, 800)])
def test_the_bands_may_be_summed_up(minutes, fine):
    assert month([minutes], switches={"late.bracket": "sum"}).figures.minute_fine == fine


@pytest.mark.parametrize(("free", "count", "fine"), [(3, 3, 0), (3, 4, 20), (3, 5, 40), (2, 2, 0), (2, 3, 20)])
def test_the_first_time_over_the_free_ones_costs(free, count, fine):
    assert month([1] * count, switches={"late.free": free}).figures.count_fine == fine


@pytest.mark.parametrize(
    ("early", "repeat", "days"),
    [
        (59, "once", 0), (60, "once", 1), (120, "once", 1), (59, "per60", 0), (119, "per60", 1), (120, "per60", 2),
    ],
)  # fmt: skip
def test_sixty_minutes_early_are_a_day_without_leave(early, repeat, days):
    assert month(early=[early], switches={"early.awol_repeat": repeat}).figures.awol_days == days


@pytest.mark.parametrize(("early", "keep", "fine"), [(59, "false", 20), (60, "false", 0), (60, "true", 20)])
def test_the_fine_for_each_time_may_give_way_to_the_day(early, keep, fine):
    assert month(early=[early], switches={"early.keep_fine": keep}).figures.early_fine == fine


@pytest.mark.parametrize(("late", "fine"), [([30] * 5, 200), ([1] * 15, 240), ([15] * 4, 100)])
def test_the_heavier_of_two_fines_alone(late, fine):
    done = month(late, switches={"late.combine": "max"})
    assert done.figures.late_fine == done.figures.total == fine
    assert sum("这一项不计" in line.because for line in done.lines) <= 1


def test_absence_may_count_as_a_day_without_leave():
    figures = month([61], switches={"absent.as": "awol"}).figures
    assert (figures.absent_days, figures.awol_days, figures.total) == (0, 1, 100)


def test_the_limit_of_absence_may_be_another():
    assert month([31], switches={"absent.over": 30}).figures.absent_days == 1
    assert month([30], switches={"absent.over": 30}).figures.absent_days == 0


def test_two_long_latenesses_of_one_day_are_one_day_of_absence():
    late = (Occurrence(FIRST, 61), Occurrence(FIRST, 70))
    assert settle([Account(law(), "T2", late)]).figures.absent_days == 1


@pytest.mark.parametrize(("unit", "days"), [("half", Decimal("1.5")), ("day", 2)])
def test_half_a_day_missed_counts_by_the_unit_chosen(unit, days):
    missed = (Missed(FIRST, 1, ("day:1:2026-03-01",)), Missed(FIRST + timedelta(days=1), 2))
    done = month(missed=missed, switches={"awol.unit": unit})
    assert done.figures.awol_days == days
    (line,) = done.lines
    assert (line.citation.key, line.amount, line.half_days) == ("T2-ATT-03", 0, days * 2)
    assert line.evidence == ("day:1:2026-03-01",)
    assert "没有获准的请假" in line.because or "也没有获准的请假" in line.because


def test_every_line_says_its_clause_its_arithmetic_and_its_records():
    done = month([26, 26, 26, 26], [30, 30])
    assert [(line.citation.key, line.amount) for line in done.lines] == [
        ("T2-ATT-07", 20),
        ("T2-ATT-09", 200),
        ("T2-ATT-10a", 40),
        ("T2-ATT-10b", 0),
    ]
    said = [line.because for line in done.lines]
    assert said[0] == "当月迟到 4 次，超过 3 次的 1 次 × 20 元 = 20 元。"
    assert said[1] == "累计迟到 26＋26＋26＋26 = 104 分，在“超过 100 至 150 分”一档，扣 200 元。"
    assert said[2] == "当月早退 2 次 × 20 元 = 40 元。"
    assert said[3] == "累计早退 30＋30 = 60 分，满 60 分，按旷工 1 日处理（每月至多一日）。"
    assert done.lines[0].evidence == ("punch:0", "punch:1", "punch:2", "punch:3")
    assert done.lines[2].evidence == ("leave:0", "leave:1")
    assert {line.citation.held_from for line in done.lines} == {date(2000, 1, 1)}


def test_a_regulation_without_penalties_charges_nothing():
    done = settle([Account(law(), "T3", times([90, 90]), times([90]), (Missed(FIRST, 2),))])
    assert (done.figures.total, done.figures.absent_days, done.figures.awol_days, done.lines) == (0, 0, 0, ())
    assert (done.figures.late_count, done.figures.early_minutes) == (2, 90)


def test_accounts_are_settled_each_by_its_own_law_and_added():
    before, after = law(), law({"late.free": 2})
    done = settle([Account(before, "T2", times([5, 5, 5])), Account(after, "T2", times([5, 5, 5]))])
    assert (done.figures.late_count, done.figures.count_fine, done.figures.total) == (6, 20, 20)
    assert [line.amount for line in done.lines if line.part == "count_fine"] == [0, 20]
    together = settle([Account(before, "T2", times([5] * 6))])
    assert together.figures.count_fine == 60, "what one account would have come to"


@pytest.mark.parametrize(("half_days", "words"), [(0, "0"), (1, "0.5"), (2, "1"), (3, "1.5")])
def test_half_days_in_words(half_days, words):
    assert days_in_words(half_days) == words


def test_the_basis_names_every_reading_with_its_clause():
    said = "；".join(basis(law({"late.free": 2, "double.mode": "B", "late.combine": "max"}), "T1", "T2"))
    for words in (
        "迟到免扣 2 次",
        "另扣两份次数罚",
        "从重取一",
        "08:30-17:30",
        "T2 二.7",
        "T2 二.10",
        "G4",
        "每月至多一日",
    ):
        assert words in said, words
    assert "迟到免扣" not in "；".join(basis(law(), "T1", "T3"))


# what always holds

MINUTES = st.lists(st.integers(0, 200), max_size=12)
SWITCHES = st.fixed_dictionaries(
    {name: st.sampled_from(codes) for name, codes in READINGS.items()}
    | {"late.free": st.integers(0, 5), "absent.over": st.sampled_from([15, 30, 60, 180])}
)
MISSED = st.lists(st.integers(1, 2), max_size=4).map(
    lambda halves: tuple(Missed(FIRST + timedelta(days=20 + n), half) for n, half in enumerate(halves))
)


@given(late=MINUTES, early=MINUTES, missed=MISSED, switches=SWITCHES)
def test_the_lines_add_up_to_the_total_under_every_reading(late, early, missed, switches):
    done = month(late, early, missed=missed, switches=switches)
    assert sum(line.amount for line in done.lines) == done.figures.total
    assert done.figures.total == done.figures.late_fine + done.figures.early_fine
    days = done.figures.awol_half_days + 2 * done.figures.absent_days
    assert sum(line.half_days for line in done.lines) == days
    assert all(line.amount >= 0 and line.because.endswith("。") for line in done.lines)


@given(data=st.data(), late=MINUTES, early=MINUTES, switches=SWITCHES)
def test_the_order_of_what_happened_does_not_matter(data, late, early, switches):
    other_late, other_early = data.draw(st.permutations(late)), data.draw(st.permutations(early))
    assert month(late, early, switches=switches).figures == month(other_late, other_early, switches=switches).figures


@given(late=st.lists(st.integers(0, 200), min_size=1, max_size=12), place=st.integers(0, 11))
def test_one_more_late_minute_never_lowers_the_total(late, place):
    more = [*late]
    more[place % len(more)] += 1
    assert month(more).figures.total >= month(late).figures.total


@given(late=MINUTES, early=MINUTES)
def test_nothing_late_costs_nothing_and_zero_minutes_are_no_time(late, early):
    assert month([0] * len(late), [0] * len(early)).figures == month().figures
    assert month([*late, 0], [0, *early]).figures == month(late, early).figures
