"""Scoring an appraisal (F18): what the record proposes for each item, what counts of it, and the sum.

Every score is the item's full points and its lines: `weight + Σ counted points`. Decimals throughout; what a cap or an
empty item cuts off is cut off the line itself, so that the lines always add up to the score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from opsdesk.rules.clause import Citation

NOTHING = Decimal(0)
HUNDREDTH = Decimal("0.01")
Ladder = tuple[tuple[Decimal, Decimal], ...]


class PeriodKind(StrEnum):
    """How often one is appraised (T1-APP-01, T4-09 to T4-11, E2-07)."""

    MONTH = "月度"
    QUARTER = "季度"
    YEAR = "年度"
    PROJECT = "项目"
    SPOT = "抽查"


class Level(StrEnum):
    """Who appraises (T4-04)."""

    COMPANY = "公司级"
    DEPARTMENT = "部门级"


class ObjectKind(StrEnum):
    """Who is appraised (T4-04; the vendor by T1-APP-01)."""

    VENDOR = "外包单位"
    DEPARTMENT = "部门"
    TEAM = "班组"
    PERSON = "个人"


class Way(StrEnum):
    """How an item is scored."""

    RATE = "按比率"
    EVENTS = "按次扣分"
    BONUS = "按次加分"
    HAND = "人工评分"


class LineState(StrEnum):
    """What became of a line that the record proposes."""

    PROPOSED = "拟定"
    CONFIRMED = "已确认"
    CHANGED = "已改"
    WAIVED = "已免"


class ScorerKind(StrEnum):
    """Whose points a mark holds."""

    SELF = "自评"
    GROUP = "小组"
    DECIDED = "核定"


class EventKind(StrEnum):
    """What an 考核事项 that no other register keeps is."""

    VIOLATION = "违规"
    COMPLAINT = "投诉"
    PRAISE = "表扬"
    SUGGESTION = "合理化建议"
    REPORT = "迟交报告"
    SPOT = "抽查不合格"
    OTHER = "其他"


class Opinion(StrEnum):
    """What the appraisee says to the result (T4-03a)."""

    AGREE = "同意"
    OBJECT = "申诉"
    REFUSED = "拒签"


@dataclass(frozen=True)
class Item:
    """One 考核指标: full points, and how the record or a scorer takes points off.

    `each` are the points of one event, `cap` the most that all of them may come to (None: the weight, by a bonus no
    limit). `ladder` falls: the first rate reached (per cent) gives its share of the weight; without one the rate itself
    is the share. `clause` is the key of the clause that the item follows, empty where none does.
    """

    id: int
    place: int
    category: str
    title: str
    weight: Decimal
    standard: str = ""
    target: str = ""
    way: Way = Way.HAND
    source: str = ""
    each: Decimal = NOTHING
    cap: Decimal | None = None
    ladder: Ladder = ()
    clause: str = ""


@dataclass(frozen=True)
class Event:
    """A fact of the record that may cost points or earn them.

    `points` are the clause's own where it sets them (E19); None takes the item's `each` for each of `count`.
    `evidence` names records (“incident:17”); with `source` it tells this event from all others.
    """

    source: str
    day: date
    sentence: str
    evidence: tuple[str, ...]
    citation: Citation | None = None
    vendor_id: int | None = None
    staff_id: int | None = None
    person: str = ""
    count: int = 1
    points: Decimal | None = None

    @property
    def key(self) -> str:
        """What a decision on this event is kept under."""
        return f"{self.source}|{'|'.join(self.evidence)}"


@dataclass(frozen=True)
class Rate:
    """How many of how many (达标 37 / 40): nothing to count where `of` is 0."""

    source: str
    done: int
    of: int
    sentence: str
    evidence: tuple[str, ...] = ()

    @property
    def per_cent(self) -> Decimal | None:
        """The rate to the second decimal; None where there is nothing to count."""
        return (Decimal(self.done) * 100 / self.of).quantize(HUNDREDTH, ROUND_HALF_UP) if self.of else None


@dataclass(frozen=True)
class Proposal:
    """Points that the record proposes, negative where they come off, with clause, arithmetic and records.

    `count` is how often it happened; 0 of a rate that has nothing to count.
    """

    key: str
    points: Decimal
    because: str
    evidence: tuple[str, ...]
    citation: Citation | None = None
    day: date | None = None
    person: str = ""
    count: int = 1


@dataclass(frozen=True)
class Ruling:
    """What the supervisor made of a line: its state, the points that hold now, and why.

    `proposed` are the points that the record proposed then; None where that is not known.
    """

    state: LineState
    points: Decimal
    reason: str = ""
    by: str = ""
    proposed: Decimal | None = None

    def holds(self, proposal: Proposal) -> bool:
        """Whether it still stands: what was confirmed waits anew once the record proposes other points."""
        return self.state is not LineState.CONFIRMED or self.points == proposal.points


@dataclass(frozen=True)
class Line:
    """A line of a scored item: what was proposed, what was ruled, and the points that count in the sum.

    `counted` differs from what was ruled only where the cap is reached or nothing is left of the item.
    """

    proposal: Proposal
    counted: Decimal
    ruling: Ruling | None = None

    @property
    def state(self) -> LineState:
        """Proposed until it is ruled upon."""
        return self.ruling.state if self.ruling else LineState.PROPOSED

    @property
    def overtaken(self) -> bool:
        """True where the record proposes other points than those that were changed or waived."""
        proposed = self.ruling.proposed if self.ruling else None
        return proposed is not None and proposed != self.proposal.points

    @property
    def cut(self) -> bool:
        """True where the cap or the item's end left less than was ruled."""
        return self.counted != (self.ruling.points if self.ruling else self.proposal.points)


@dataclass(frozen=True)
class ScoredItem:
    """An item with its lines; `score` is what the lines leave of it. `blank` says that nobody has scored it yet."""

    item: Item
    base: Decimal
    lines: tuple[Line, ...]
    blank: bool = False

    @property
    def score(self) -> Decimal:
        """The base and all lines."""
        return self.base + sum((line.counted for line in self.lines), NOTHING)


def plain(points: Decimal) -> str:
    """92.5, 100, 0.25: points without idle zeros."""
    text = f"{points or NOTHING:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def propose(item: Item, events: Iterable[Event], rate: Rate | None) -> tuple[Proposal, ...]:
    """What the record proposes for an item by its way; nothing for one that is scored by hand."""
    if item.way is Way.RATE:
        return (_by_rate(item, rate),) if rate is not None else ()
    if item.way is Way.HAND:
        return ()
    return tuple(
        Proposal(
            event.key,
            _signed(item, item.each * event.count if event.points is None else event.points),
            event.sentence,
            event.evidence,
            event.citation,
            event.day,
            event.person,
            event.count,
        )
        for event in sorted(events, key=lambda each: (each.day, each.key))
    )


def _signed(item: Item, points: Decimal) -> Decimal:
    """Points of an event as they count: a bonus adds, all else takes off."""
    return points if item.way is Way.BONUS else NOTHING - points


def _by_rate(item: Item, rate: Rate) -> Proposal:
    reached = rate.per_cent
    if reached is None:
        said = f"{rate.sentence}本期没有可统计的记录，按满分计。"
        return Proposal(f"{rate.source}|", NOTHING, said, rate.evidence, count=0)
    exact = Decimal(rate.done) * 100 / rate.of
    if item.ladder and share_of(exact, item.ladder) != share_of(reached, item.ladder):
        reached = exact.quantize(HUNDREDTH, ROUND_DOWN)  # rounded up it would reach a step that it has not
    share = share_of(reached, item.ladder)
    points = (item.weight * share).quantize(HUNDREDTH, ROUND_HALF_UP)
    how = "按比例得分" if not item.ladder else f"得满分的 {plain(share * 100)}%"
    said = f"{rate.sentence}达到 {plain(reached)}%，{how}：{plain(item.weight)} 分得 {plain(points)} 分。"
    return Proposal(f"{rate.source}|", points - item.weight, said, rate.evidence)


def share_of(per_cent: Decimal, ladder: Ladder) -> Decimal:
    """The share of the weight that a rate earns: the first step reached (G1); without steps the rate itself."""
    if not ladder:
        return min(per_cent, Decimal(100)) / 100
    return next((share for least, share in ladder if per_cent >= least), NOTHING)


def score(
    item: Item, proposals: Sequence[Proposal], rulings: Mapping[str, Ruling], *, blank: bool = False
) -> ScoredItem:
    """The item with every proposal as ruled, in order; beyond the cap or below nothing its line is cut.

    A ruling that does not hold any more counts for nothing: its line waits for another.
    """
    base = NOTHING if item.way is Way.BONUS else item.weight
    limit = item.cap
    if item.way is not Way.BONUS:
        limit = item.weight if item.cap is None else min(item.cap, item.weight)
    lines, used = [], NOTHING
    for proposal in proposals:
        ruling = rulings.get(proposal.key)
        if ruling is not None and not ruling.holds(proposal):
            ruling = None
        wanted = ruling.points if ruling else proposal.points
        counted = _within(wanted, used, limit, item)
        used += counted
        lines.append(Line(proposal, counted, ruling))
    return ScoredItem(item, base, tuple(lines), blank)


def _within(wanted: Decimal, used: Decimal, limit: Decimal | None, item: Item) -> Decimal:
    """Of `wanted` what is left between nothing and the limit, after `used`."""
    back = NOTHING - used
    if limit is None:
        return max(wanted, back)
    if item.way is Way.BONUS:
        return min(max(wanted, back), limit - used)
    return max(min(wanted, back), back - limit)


def by_hand(item: Item, points: Decimal | None, reason: str, evidence: tuple[str, ...]) -> ScoredItem:
    """An item scored by hand: one line says what was taken off and why; full until somebody has scored it."""
    if points is None:
        return ScoredItem(item, item.weight, (), blank=True)
    because = reason or f"{item.title}得满分。"
    proposal = Proposal(f"hand|{item.id}", points - item.weight, because, evidence)
    return ScoredItem(item, item.weight, (Line(proposal, proposal.points),))


def total(items: Iterable[ScoredItem]) -> Decimal:
    """The score: the sum of the items."""
    return sum((each.score for each in items), NOTHING)


def grade_of(points: Decimal, grades: Sequence[tuple[Decimal, str]]) -> str:
    """The grade: the first whose least points are reached; the last where none is. Empty without grades."""
    if not grades:
        return ""
    return next((word for least, word in grades if points >= least), grades[-1][1])


def with_one_more(item: ScoredItem, points: Decimal | None = None) -> ScoredItem:
    """The item as it would stand after one more event (仿真): at the cap nothing changes."""
    one = item.item.each if points is None else points
    proposal = Proposal("one more", _signed(item.item, one), "再发生一次", ())
    rulings = {line.proposal.key: line.ruling for line in item.lines if line.ruling}
    again = score(item.item, [*(line.proposal for line in item.lines), proposal], rulings)
    return replace(again, blank=item.blank)
