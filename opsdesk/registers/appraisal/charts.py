"""The pictures of an appraisal as bar charts, the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from opsdesk.exports.document import BarChart, Series
from opsdesk.services import appraisal_pictures
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import Past

MOST_BARS = 20
"""Of a long ranking the head is drawn; everybody stands in the table above it."""
MOST_CAUSES = 12


def ranking(made: Round) -> BarChart:
    """Scores by rank."""
    found = appraisal_pictures.ranking(made.objects)
    more = f"（前 {MOST_BARS} 名，共 {len(found)} 个）" if len(found) > MOST_BARS else ""
    shown = found[:MOST_BARS]
    series = (Series("得分", tuple(score for _, score in shown)),)
    return BarChart(f"得分排名{more}", tuple(name for name, _ in shown), series, "分", horizontal=True)


def lost(made: Round, *, by_clause: bool = False) -> BarChart | None:
    """Where points were lost, the most first, with the share that they come to together; None where none were."""
    of = appraisal_pictures.lost_by_clause if by_clause else appraisal_pictures.lost_by_item
    found = of(made.objects)[:MOST_CAUSES]
    if not found:
        return None
    labels = tuple(f"{each.name}（累计 {each.up_to_here:.0f}%）" for each in found)
    title = "失分条款" if by_clause else "失分项目"
    return BarChart(title, labels, (Series("失分", tuple(each.points for each in found)),), "分", horizontal=True)


def shares(scored: Scored, made: Round) -> BarChart:
    """One appraisee item by item beside the median of the group, in per cent of the full points."""
    found = appraisal_pictures.shares(scored, made.objects)
    return BarChart(
        f"{scored.subject.name}各项得分率",
        tuple(each.title for each in found),
        (
            Series(scored.subject.name, tuple(_whole(each.own) for each in found)),
            Series("中位数", tuple(_whole(each.median) for each in found)),
        ),
        "%",
        horizontal=True,
    )


def _whole(share: Decimal | None) -> int | None:
    """A share to be looked at: without decimals."""
    return None if share is None else int(share.quantize(Decimal(1), ROUND_HALF_UP))


def trend(made: Round, past: Sequence[Past], scored: Scored | None = None) -> BarChart | None:
    """Scores of the last periods, of one appraisee if given and of the group; None before the second period."""
    found = appraisal_pictures.trend(past, made, scored)
    if len(found) < 2:
        return None
    own = (Series(scored.subject.name, tuple(each.own for each in found)),) if scored else ()
    medians = Series("中位数", tuple(each.median for each in found))
    return BarChart("历期得分", tuple(each.period for each in found), (*own, medians), "分")


def of_period(made: Round, past: Sequence[Past]) -> list[BarChart]:
    """Ranking, trend, where points were lost: the pictures of the summary."""
    found = (ranking(made), trend(made, past), lost(made), lost(made, by_clause=True))
    return [each for each in found if each is not None]
