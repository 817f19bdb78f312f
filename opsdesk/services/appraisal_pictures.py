"""What pictures of an appraisal are made of: shares of the items, ranking, points lost, scores of earlier periods.

Figures only; how they are drawn is for window and paper. Shares are per cent to the second decimal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from opsdesk.rules.scoring import HUNDREDTH, NOTHING, ScoredItem
from opsdesk.services import appraisal_record, appraisal_schemes
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Context

MOST_PERIODS = 8
UNCITED = "没有写明条文"


@dataclass(frozen=True)
class Share:
    """Of an item how much of its full points one appraisee reached, and the group's median; None where not scored."""

    title: str
    own: Decimal | None
    median: Decimal | None


@dataclass(frozen=True)
class Lost:
    """Points lost in one item or by one clause, and the share of all that this and all before come to."""

    name: str
    points: Decimal
    up_to_here: Decimal


@dataclass(frozen=True)
class Reached:
    """The score of one period, of one appraisee and the group's median; None where there was none."""

    period: str
    own: Decimal | None
    median: Decimal | None


def median(values: Iterable[Decimal]) -> Decimal | None:
    """The middle one, or the mean of the middle two; None of nothing."""
    known = sorted(values)
    if not known:
        return None
    half, odd = divmod(len(known), 2)
    return known[half] if odd else ((known[half - 1] + known[half]) / 2).quantize(HUNDREDTH, ROUND_HALF_UP)


def shares(scored: Scored, group: Sequence[Scored]) -> tuple[Share, ...]:
    """Item by item beside the median of the group, himself included; items without full points are left out."""
    found = []
    for each in scored.items:
        if each.item.weight:
            of_all = [_share(other) for one in group for other in one.items if other.item.id == each.item.id]
            known = [share for share in of_all if share is not None]
            found.append(Share(each.item.title, _share(each), median(known)))
    return tuple(found)


def _share(each: ScoredItem) -> Decimal | None:
    if each.blank or not each.item.weight:
        return None
    return (each.score * 100 / each.item.weight).quantize(HUNDREDTH, ROUND_HALF_UP)


def ranking(group: Iterable[Scored]) -> tuple[tuple[str, Decimal], ...]:
    """Everybody with his score, the best first; equal scores keep their order."""
    return tuple((each.subject.name, each.score) for each in sorted(group, key=lambda each: -each.score))


def lost_by_item(group: Iterable[Scored]) -> tuple[Lost, ...]:
    """Where points were lost, the most first (Pareto); items that cost nothing are left out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in group:
        for item in each.items:
            found[item.item.title] -= sum((line.counted for line in item.lines if line.counted < 0), NOTHING)
    return _falling(found)


def lost_by_clause(group: Iterable[Scored]) -> tuple[Lost, ...]:
    """The same by the clauses that the lines cite (“T2 二.7”); lines without one stand together."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in group:
        for line in (line for item in each.items for line in item.lines if line.counted < 0):
            cited = line.proposal.citation
            found[cited.short if cited else UNCITED] -= line.counted
    return _falling(found)


def _falling(found: dict[str, Decimal]) -> tuple[Lost, ...]:
    ordered = sorted(((name, points) for name, points in found.items() if points > 0), key=lambda each: -each[1])
    total = sum((points for _, points in ordered), NOTHING)
    sums = accumulate((points for _, points in ordered), initial=NOTHING)
    next(sums)
    return tuple(
        Lost(name, points, (up_to * 100 / total).quantize(HUNDREDTH, ROUND_HALF_UP))
        for (name, points), up_to in zip(ordered, sums, strict=True)
    )


def earlier(ctx: Context, shown: Round) -> tuple[appraisal_record.Past, ...]:
    """What was decided in earlier periods by any edition of the same scheme, the oldest first."""
    with ctx.read() as connection:
        editions = appraisal_schemes.editions(connection, shown.scheme.code)
        return tuple(appraisal_record.scores_of(connection, editions, shown.period.first))


def trend(past: Iterable[appraisal_record.Past], shown: Round, scored: Scored | None = None) -> tuple[Reached, ...]:
    """The last periods up to the one shown, of one appraisee if given and of the group."""
    periods: dict[str, list[appraisal_record.Past]] = {}
    for each in past:
        periods.setdefault(each.period, []).append(each)
    who = scored.subject.identity if scored else None
    found = [
        Reached(
            period,
            next((each.score for each in of_period if each.identity == who), None),
            median(each.score for each in of_period),
        )
        for period, of_period in periods.items()
    ]
    now = Reached(shown.period.text, scored.score if scored else None, median(each.score for each in shown.objects))
    return (*found[1 - MOST_PERIODS :], now)
