"""What a score pays and what points cost: X50 to X53, both sides of every line, and clauses that are left blank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.rules.clause import Held, Holding
from opsdesk.rules.payment import (
    PAYMENT,
    POINTS,
    TOTAL,
    WINDOW,
    Mode,
    Pay,
    pay,
    points_money,
    within_appraisals,
    within_months,
)
from opsdesk.services.law_library import shipped

FIRST, DAY = date(2026, 1, 1), date(2026, 3, 31)
FEE = 10_000_000
"""100000.00 yuan, the fee of X52 and X53."""
SHARES = (("优", Decimal(100)), ("良", Decimal("92.5")), ("合格", Decimal(80)), ("不合格", Decimal(0)))
JAN, FEB, MAR, MAY = (date(2026, month, 20) for month in (1, 2, 3, 5))


def held(key: str, values: Mapping[str, object] | None = None) -> Held:
    """The clause as it ships, with other values from the first day of the year."""
    regulations = shipped()
    if values:
        first = regulations.clause(key).holdings[0]
        regulations = regulations.amended([(key, Holding(FIRST, {**first.values, **values}, "试条"))])
    return regulations.on(DAY).held(key)


def paid(score: str, base_fen: int | None = FEE, *, mode: str = "", shares: object = (), **values: int) -> Pay:
    """The payment; `values` are the clause's own: pay_cap=110."""
    own = {name.replace("_", ".", 1): value for name, value in values.items()}
    return pay(Decimal(score), base_fen, held(PAYMENT, own), mode=mode, shares=shares)


class TestLinear:
    @pytest.mark.parametrize(
        ("score", "percent", "fen"),
        [
            ("0", "0", 0),
            ("-3", "0", 0),
            ("59.99", "59.99", 5_999_000),
            ("86.5", "86.5", 8_650_000),
            ("99.99", "99.99", 9_999_000),
            ("100", "100", FEE),
            ("100.01", "100", FEE),
            ("120", "100", FEE),
        ],
    )
    def test_pays_in_proportion_up_to_the_cap(self, score: str, percent: str, fen: int) -> None:
        found = paid(score)
        assert (found.mode, found.percent, found.amount_fen) == (Mode.LINEAR, Decimal(percent), fen)
        assert (found.grade, found.negotiated, found.base_fen) == ("", False, FEE)

    def test_says_the_arithmetic_and_the_clause(self) -> None:
        found = paid("92.50")
        assert found.sentence == (
            "得分 92.5，满分 100，按得分比例付 92.5%。季度合同款 100,000.00 元，应付 92,500.00 元。"
        )
        assert found.citation.short == "T1 2.4"
        assert found.mode_word == "按得分比例，有上限"
        assert "付 105%，以 100% 为限" in paid("105").sentence

    @pytest.mark.parametrize(("score", "percent", "fen"), [("110", "110", 11_000_000), ("110.01", "110", 11_000_000)])
    def test_a_cap_above_the_full_amount_lets_a_bonus_pay(self, score: str, percent: str, fen: int) -> None:
        found = paid(score, pay_cap=110)
        assert (found.percent, found.amount_fen) == (Decimal(percent), fen)

    def test_a_cap_below_it_holds_as_well(self) -> None:
        assert paid("95", pay_cap=95).amount_fen == 9_500_000
        assert paid("95.01", pay_cap=95).amount_fen == 9_500_000
        assert paid("94.99", pay_cap=95).amount_fen == 9_499_000

    @pytest.mark.parametrize(("fen", "amount"), [(1, 1), (3, 2), (99, 50), (101, 51)])
    def test_half_a_fen_is_rounded_up(self, fen: int, amount: int) -> None:
        assert paid("50", fen).amount_fen == amount

    def test_other_full_points_round_the_amount_once(self) -> None:
        found = paid("100", pay_full=120)
        assert (found.percent, found.amount_fen) == (Decimal("83.33"), 8_333_333)
        assert paid("100", 6, pay_full=1200).amount_fen == 1  # half a fen, though a twelfth never ends

    def test_without_a_fee_the_amount_is_open(self) -> None:
        found = paid("92.5", None)
        assert (found.percent, found.base_fen, found.amount_fen) == (Decimal("92.5"), None, None)
        assert found.sentence.endswith("合同没有约定季度合同款，金额待定。")


class TestTiers:
    @pytest.mark.parametrize(
        ("score", "percent", "fen"),
        [
            ("105", "100", FEE),
            ("90", "100", FEE),
            ("89.99", "90", 9_000_000),
            ("80", "90", 9_000_000),
            ("79.99", "80", 8_000_000),
            ("60", "80", 8_000_000),
        ],
    )
    def test_x53(self, score: str, percent: str, fen: int) -> None:
        found = paid(score, mode="tier3")
        assert (found.mode, found.percent, found.amount_fen) == (Mode.TIER3, Decimal(percent), fen)
        assert not found.negotiated

    @pytest.mark.parametrize("score", ["59.99", "59.9", "0"])
    def test_x53_below_the_last_tier_it_is_agreed_upon(self, score: str) -> None:
        found = paid(score, mode="tier3")
        assert (found.percent, found.amount_fen, found.negotiated) == (None, None, True)
        assert found.sentence == f"得分 {score}，不满 60 分，付款由双方协商。"

    def test_the_clause_may_choose_it_and_the_contract_another(self) -> None:
        of_clause = held(PAYMENT, {"pay.mode": "tier3"})
        assert pay(Decimal(85), FEE, of_clause).amount_fen == 9_000_000
        assert pay(Decimal(85), FEE, of_clause, mode="linear").amount_fen == 8_500_000
        assert paid("85", mode="tier3").sentence == (
            "得分 85，满 80 分、不满 90 分，付 90%。季度合同款 100,000.00 元，应付 90,000.00 元。"
        )

    def test_the_lines_are_the_clauses(self) -> None:
        own = {"pay_tier1": 95, "pay_tier2": 85, "pay_tier2_share": 92, "pay_tier3": 70, "pay_tier3_share": 75}
        scores = ("95", "94.99", "85", "84.99", "70", "69.99")
        found = [paid(score, mode="tier3", **own).percent for score in scores]
        assert found == [100, 92, 92, 75, 75, None]


class TestGrades:
    @pytest.mark.parametrize(
        ("score", "grade", "fen"),
        [
            ("100", "优", FEE),
            ("90", "优", FEE),
            ("89.99", "良", 9_250_000),
            ("75", "良", 9_250_000),
            ("74.99", "合格", 8_000_000),
            ("60", "合格", 8_000_000),
            ("59.99", "不合格", 0),
            ("0", "不合格", 0),
        ],
    )
    def test_lines_and_the_contracts_shares(self, score: str, grade: str, fen: int) -> None:
        found = paid(score, mode="grade4", shares=SHARES)
        assert (found.mode, found.grade, found.amount_fen) == (Mode.GRADE4, grade, fen)
        assert not found.negotiated

    def test_a_share_nobody_filled_in_leaves_the_payment_open(self) -> None:
        found = paid("80", mode="grade4", shares=SHARES[:1])
        assert (found.grade, found.percent, found.amount_fen, found.negotiated) == ("良", None, None, False)
        assert found.sentence == "得分 80，评为良，合同没有约定这一等的付款比例，付款待定。"
        assert paid("80", mode="grade4").percent is None

    def test_the_lines_are_the_clauses(self) -> None:
        own = {"pay_grade_a": 95, "pay_grade_b": 85, "pay_grade_c": 70}
        scores = ("95", "94.99", "85", "84.99", "70", "69.99")
        assert [paid(s, mode="grade4", shares=SHARES, **own).grade for s in scores] == [
            "优", "良", "良", "合格", "合格", "不合格",
        ]  # fmt: skip


def test_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="tier5"):
        paid("90", mode="tier5")


@given(
    st.decimals(0, 130, places=2),
    st.decimals(0, 130, places=2),
    st.integers(0, 10**10),
    st.sampled_from(["linear", "tier3", "grade4"]),
)
def test_more_points_never_pay_less_and_never_more_than_the_fee(a: Decimal, b: Decimal, fee: int, mode: str) -> None:
    less, more = sorted((a, b))
    clause = held(PAYMENT)
    low, high = (pay(each, fee, clause, mode=mode, shares=SHARES) for each in (less, more))
    assert (low.amount_fen or 0) <= (high.amount_fen or 0) <= fee
    assert low.negotiated >= high.negotiated


def per(unit: int = 2, yuan: int = 50, mode: str = "floor") -> Held:
    return held(POINTS, {"score.full": 100, "score.unit": unit, "score.yuan": yuan, "score.money_mode": mode})


class TestPointsAsMoney:
    @pytest.mark.parametrize(
        ("points", "yuan"), [("0", 0), ("1", 0), ("1.99", 0), ("2", 50), ("3.99", 50), ("4", 100), ("5", 100)]
    )
    def test_x50_what_is_less_than_a_unit_is_dropped(self, points: str, yuan: int) -> None:
        found = points_money(Decimal(points), per())
        assert found is not None
        assert found.amount_fen == yuan * 100

    @pytest.mark.parametrize(("points", "fen"), [("0", 0), ("1", 2500), ("2", 5000), ("5", 12500)])
    def test_x50_or_counted_in_proportion(self, points: str, fen: int) -> None:
        found = points_money(Decimal(points), per(mode="prorata"))
        assert found is not None
        assert found.amount_fen == fen

    def test_a_proportion_is_rounded_half_up_to_the_fen(self) -> None:
        amounts = [points_money(Decimal(p), per(3, 1, "prorata")) for p in ("1", "2", "0.015", "0.0149")]
        assert [each.amount_fen for each in amounts if each] == [33, 67, 1, 0]

    def test_says_the_arithmetic(self) -> None:
        floor, prorata = points_money(Decimal(5), per()), points_money(Decimal(5), per(mode="prorata"))
        assert floor is not None
        assert prorata is not None
        assert floor.sentence == "扣 5 分，每扣 2 分扣 50 元，不足 2 分的零头舍去，计 2 份，扣 100.00 元。"
        assert prorata.sentence == "扣 5 分，每扣 2 分扣 50 元，不足 2 分的零头按比例折算，扣 125.00 元。"
        assert floor.citation.short == "E19 考核说明 1"

    def test_left_blank_it_costs_nothing(self) -> None:
        blank = shipped().on(DAY).part("appraisal.points", "E19")
        assert blank is None
        assert points_money(Decimal(5), blank) is None


def offs(*points: tuple[date, str]) -> list[tuple[date, Decimal]]:
    return [(day, Decimal(each)) for day, each in points]


def window(months: int = 3, outcome: str = "warn") -> Held:
    return held(WINDOW, {"score.months": months, "score.limit": 12, "score.outcome": outcome})


def in_all(months: int = 3, outcome: str = "warn") -> Held:
    return held(TOTAL, {"score.total_months": months, "score.total_limit": 12, "score.total_outcome": outcome})


class TestLimits:
    @pytest.mark.parametrize("limit", [lambda each: within_appraisals(each, window()),
                                       lambda each: within_months(each, in_all())])  # fmt: skip
    def test_x51_the_limit_itself_is_reached(self, limit) -> None:
        assert limit(offs((JAN, "3"), (FEB, "4"), (MAR, "4"))) is None
        assert limit(offs((JAN, "3"), (FEB, "4"), (MAR, "4.99"))) is None
        found = limit(offs((MAR, "5"), (JAN, "3"), (FEB, "4")))
        assert (found.points, found.limit) == (12, 12)
        assert "扣分共 12 分（2026-01 扣 3 分、2026-02 扣 4 分、2026-03 扣 5 分），达到 12 分的限额。" in found.sentence
        assert found.sentence.endswith("程序只作预警并建议更换人员，是否更换由主管决定。")
        assert limit([]) is None

    def test_only_the_last_appraisals_count_however_far_apart(self) -> None:
        spread = offs((JAN, "9"), (MAR, "2"), (MAY, "10"))
        assert within_appraisals(spread, window(2)) is not None
        assert within_appraisals(spread, window(1)) is None
        assert within_appraisals(offs((JAN, "9"), (MAR, "2"), (MAY, "9")), window(2)) is None

    def test_only_the_last_months_of_the_calendar_count(self) -> None:
        spread = offs((JAN, "9"), (MAR, "2"), (MAY, "10"))
        assert within_months(spread, in_all(2)) is None
        assert within_months(spread, in_all(3)) is not None
        turn = offs((date(2025, 11, 3), "6"), (date(2026, 1, 31), "6"))
        assert within_months(turn, in_all(3)) is not None
        assert within_months(turn, in_all(2)) is None

    def test_two_sheets_of_a_month_are_one_month(self) -> None:
        found = within_appraisals(offs((MAR, "5"), (MAR, "3"), (FEB, "4")), window(2))
        assert found is not None
        assert "2026-02 扣 4 分、2026-03 扣 8 分" in found.sentence

    def test_the_other_reading_is_told_and_dismisses_nobody(self) -> None:
        found = within_appraisals(offs((MAR, "12")), window(outcome="leave"))
        assert found is not None
        assert "条文作自动离职，程序只作预警" in found.sentence
        total = within_months(offs((MAR, "12")), in_all(outcome="leave"))
        assert total is not None
        assert total.citation.key == TOTAL
        assert "条文作自动离职，程序只作预警" in total.sentence

    def test_left_blank_they_warn_of_nothing(self) -> None:
        law = shipped().on(DAY)
        much = offs((MAR, "99"))
        assert within_appraisals(much, law.part("measure.window", "E19")) is None
        assert within_months(much, law.part("measure.total", "E19")) is None
