"""What an appraisal comes to in money: the quarter's payment (T1-APP-01), points as money (E19-21), limits of points.

Money is in 分, points and per cent are Decimals; amounts are rounded half up to the 分. A clause whose figures are left
blank (待填) is off (G8): it pays, costs and warns of nothing. Everything here is a proposal, a human decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Citation, Held
from opsdesk.rules.scoring import HUNDREDTH, NOTHING, grade_of, plain

PAYMENT, POINTS, WINDOW, TOTAL = "T1-APP-01", "E19-21", "E19-22", "E19-23"
"""The clauses by their keys."""
HUNDRED = Decimal(100)
GRADES = ("优", "良", "合格", "不合格")
"""The four grades of `Mode.GRADE4`, falling; the clause holds from how many points each begins."""


class Mode(StrEnum):
    """How the score decides what is paid (pay.mode)."""

    LINEAR = "linear"
    TIER3 = "tier3"
    GRADE4 = "grade4"


@dataclass(frozen=True)
class Ran:
    """The days on which a contract ran, of a quarter of `of` days, where that is not all of them."""

    first: date
    last: date
    of: int

    @property
    def days(self) -> int:
        """How many they are, both ends counted."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Pay:
    """The payment that a score comes to.

    `percent` is to the second decimal; None while it is left to agreement (`negotiated`) or no share is agreed (待定).
    `amount_fen` is None wherever the share or the base is. `grade` is filled in by `Mode.GRADE4` alone. `part` says
    what became of the fee where the contract ran for a part of the quarter; then `base_fen` is that part.
    """

    mode: Mode
    mode_word: str
    percent: Decimal | None
    base_fen: int | None
    amount_fen: int | None
    grade: str
    sentence: str
    citation: Citation
    negotiated: bool = False
    part: str = ""


@dataclass(frozen=True)
class Money:
    """What points come to in money (E19-21), with the arithmetic in words."""

    points: Decimal
    amount_fen: int
    sentence: str
    citation: Citation


@dataclass(frozen=True)
class Reached:
    """Points that have reached a limit over months (E19-22, E19-23): a warning, never a dismissal."""

    points: Decimal
    limit: int
    sentence: str
    citation: Citation


def pay(
    score: Decimal,
    base_fen: int | None,
    held: Held,
    *,
    mode: str = "",
    shares: Sequence[tuple[str, Decimal]] = (),
    ran: Ran | None = None,
) -> Pay:
    """The payment for a score by T1-APP-01 (`held`); `mode` is the contract's own choice over the clause's.

    `shares` are per cent by grade for grade4. `base_fen` is the quarter's fee, None where none is agreed. Of a contract
    that `ran` for a part of the quarter it is paid by days or whole, as pay.part reads. Raises ValueError for an
    unknown mode.
    """
    chosen = Mode(mode or held.text("pay.mode"))
    grade, negotiated = "", False
    share: Decimal | None
    if chosen is Mode.LINEAR:
        share, said = _linear(score, held)
    elif chosen is Mode.TIER3:
        share, said = _tier(score, held)
        negotiated = share is None
    else:
        grade = grade_of(score, grade_lines(held))
        share = dict(shares).get(grade)
        agreed = f"约定付 {plain(share)}%" if share is not None else "合同没有约定这一等的付款比例，付款待定"
        said = f"得分 {plain(score)}，评为{grade}，{agreed}"
    base_fen, part = _part(base_fen, ran, held)
    amount = None if share is None or base_fen is None else _amount(base_fen, share, score, held, chosen)
    return Pay(
        chosen,
        held.clause.parameter("pay.mode").word(chosen),
        None if share is None else share.quantize(HUNDREDTH, ROUND_HALF_UP),
        base_fen,
        amount,
        grade,
        said + _in_money(share, base_fen, amount, part),
        held.cite(),
        negotiated,
        part,
    )


def _part(base_fen: int | None, ran: Ran | None, held: Held) -> tuple[int | None, str]:
    """The quarter's fee, or its part of a contract that ran for some of its days, and the arithmetic in words."""
    if ran is None or base_fen is None:
        return base_fen, ""
    when = f"合同在本季度只有 {ran.first.isoformat()} 至 {ran.last.isoformat()} 共 {ran.days} 日"
    if held.text("pay.part") == "whole":
        return base_fen, f"{when}，{held.word('pay.part')}"
    part = _whole(Decimal(base_fen) * ran.days / ran.of)
    return part, f"{when}，季度合同款 {_yuan(base_fen)} 元 × {ran.days} ÷ {ran.of} 日 = {_yuan(part)} 元"


def grade_lines(held: Held) -> tuple[tuple[Decimal, str], ...]:
    """From how many points each of the four grades begins by T1-APP-01, falling."""
    least = (held.number("pay.grade_a"), held.number("pay.grade_b"), held.number("pay.grade_c"), 0)
    return tuple((Decimal(each), word) for each, word in zip(least, GRADES, strict=True))


def _linear(score: Decimal, held: Held) -> tuple[Decimal, str]:
    full, cap = held.number("pay.full"), held.number("pay.cap")
    reached = max(score, NOTHING) * 100 / full
    said = f"得分 {plain(score)}，满分 {full}，按得分比例付 {plain(reached.quantize(HUNDREDTH, ROUND_HALF_UP))}%"
    return (Decimal(cap), f"{said}，以 {cap}% 为限") if reached > cap else (reached, said)


def _tier(score: Decimal, held: Held) -> tuple[Decimal | None, str]:
    tiers = (
        (held.number("pay.tier1"), 100),
        (held.number("pay.tier2"), held.number("pay.tier2_share")),
        (held.number("pay.tier3"), held.number("pay.tier3_share")),
    )
    said = f"得分 {plain(score)}，"
    for place, (least, share) in enumerate(tiers):
        if score >= least:
            below = f"、不满 {tiers[place - 1][0]} 分" if place else ""
            return Decimal(share), f"{said}满 {least} 分{below}，付 {share}%"
    return None, f"{said}不满 {tiers[-1][0]} 分，付款由双方协商"


def _amount(base_fen: int, share: Decimal, score: Decimal, held: Held, mode: Mode) -> int:
    """The share of the base; a linear one is not rounded before the amount is."""
    if mode is Mode.LINEAR and share < held.number("pay.cap"):
        return _whole(max(score, NOTHING) * base_fen / held.number("pay.full"))
    return _whole(share * base_fen / HUNDRED)


def _whole(fen: Decimal) -> int:
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))


def _yuan(fen: int) -> str:
    return in_yuan(Decimal(fen) / HUNDRED, exact=True)


def _in_money(share: Decimal | None, base_fen: int | None, amount: int | None, part: str) -> str:
    if share is None:
        return "。"
    if base_fen is None or amount is None:
        return "。合同没有约定季度合同款，金额待定。"
    return f"。{part or f'季度合同款 {_yuan(base_fen)} 元'}，应付 {_yuan(amount)} 元。"


def points_money(points_off: Decimal, held: Held | None) -> Money | None:
    """What points taken off come to by E19-21 (`held`); None where the clause is left blank or not in force."""
    if held is None:
        return None
    unit, each = held.number("score.unit"), held.number("score.yuan")
    said = f"扣 {plain(points_off)} 分，每扣 {unit} 分扣 {in_yuan(each)} 元，"
    if held.text("score.money_mode") == "floor":
        times = points_off // unit
        fen = int(times) * each * 100
        said += f"不足 {unit} 分的零头舍去，计 {plain(times)} 份，"
    else:
        fen = _whole(points_off * each * 100 / unit)
        said += f"不足 {unit} 分的零头按比例折算，"
    return Money(points_off, fen, f"{said}扣 {_yuan(fen)} 元。", held.cite())


def used_up(score: Decimal, held: Held | None) -> Reached | None:
    """That nothing is left of the points that there are in all by E19-21 (`held`); None where something is."""
    if held is None or score > 0:
        return None
    full = held.number("score.full")
    said = f"{full} 分已全部扣完。程序只作预警并建议更换人员，是否更换由主管决定。"
    return Reached(Decimal(full), full, said, held.cite())


def within_appraisals(offs: Iterable[tuple[date, Decimal]], held: Held | None) -> Reached | None:
    """E19-22: points of the last k months that were appraised, once they reach the limit.

    `offs` are (day, points) of every appraisal, 0 where nothing came off. None below the limit, and where the clause is
    left blank or not in force.
    """
    if held is None:
        return None
    by_month = _by_month(offs)
    months = list(by_month)[-held.number("score.months") :]
    return _reached({each: by_month[each] for each in months}, "个考核月", held, "score.limit", "score.outcome")


def within_months(offs: Iterable[tuple[date, Decimal]], held: Held | None) -> Reached | None:
    """E19-23: points of the last k months of the calendar, up to the newest of `offs`, once they reach the limit.

    None below the limit, and where the clause is left blank or not in force.
    """
    if held is None:
        return None
    by_month = _by_month(offs)
    newest = max((year * 12 + month for year, month in by_month), default=0)
    after = newest - held.number("score.total_months")
    counted = {each: points for each, points in by_month.items() if each[0] * 12 + each[1] > after}
    return _reached(counted, "个月", held, "score.total_limit", "score.total_outcome")


def _by_month(offs: Iterable[tuple[date, Decimal]]) -> dict[tuple[int, int], Decimal]:
    found: dict[tuple[int, int], Decimal] = {}
    for day, points in sorted(offs):
        found[day.year, day.month] = found.get((day.year, day.month), NOTHING) + points
    return found


def _reached(
    counted: dict[tuple[int, int], Decimal], months: str, held: Held, limit_name: str, outcome_name: str
) -> Reached | None:
    points, limit = sum(counted.values(), NOTHING), held.number(limit_name)
    if not counted or points < limit:
        return None
    listed = "、".join(f"{year}-{month:02} 扣 {plain(each)} 分" for (year, month), each in counted.items())
    outcome = "条文作自动离职，" if held.text(outcome_name) == "leave" else ""
    said = (
        f"{len(counted)} {months}扣分共 {plain(points)} 分（{listed}），达到 {limit} 分的限额。"
        f"{outcome}程序只作预警并建议更换人员，是否更换由主管决定。"
    )
    return Reached(points, limit, said, held.cite())
