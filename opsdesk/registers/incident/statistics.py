"""The statistics of a month as charts and rows, the same on paper and on the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from opsdesk.exports.document import BarChart, Series
from opsdesk.services.incident_breaches import RESPONSE, SOLUTION, Breach
from opsdesk.services.incident_figures import By, Figures, Group, MonthFigures
from opsdesk.services.incident_measures import Number

MOST_BARS = 10
TENTH = Decimal("0.1")
SOLVED, UNSOLVED = "已解决", "未解决"
BOTH_RATES = ("响应达标率", "解决达标率")


def daily_chart(month: MonthFigures) -> BarChart:
    """Every day's incidents, those resolved below those that are not."""
    return BarChart(
        "每日受理",
        tuple(str(each.day.day) for each in month.days),
        _stack(tuple(each.resolved for each in month.days), tuple(each.unresolved for each in month.days)),
        unit="件",
        stacked=True,
        height=58,
    )


def group_chart(month: MonthFigures, by: By, title: str, most: int = MOST_BARS) -> BarChart:
    """The incidents of each group, at most so many: the largest."""
    shown = _largest(month, by, most)
    return BarChart(
        _titled(title, month, by, most),
        tuple(group.name for group in shown),
        _stack(tuple(group.figures.resolved for group in shown), tuple(group.figures.unresolved for group in shown)),
        unit="件",
        stacked=True,
        horizontal=True,
    )


def rate_chart(month: MonthFigures, by: By, title: str, most: int = MOST_BARS) -> BarChart:
    """How much of the response and of the solution was in time, group by group."""
    shown = _largest(month, by, most)
    return BarChart(
        _titled(title, month, by, most),
        tuple(group.name for group in shown),
        (
            Series(BOTH_RATES[0], tuple(_tenth(group.figures.response_rate) for group in shown)),
            Series(BOTH_RATES[1], tuple(_tenth(group.figures.deadline_rate) for group in shown)),
        ),
        unit="%",
        height=58,
    )


def late_in_words(late: Sequence[Breach]) -> str:
    """How what was exceeded adds up with the rates: 超时 11 项：已计入达标率的响应 8 项；进行中已超时 3 项."""
    running = sum(each.running for each in late)
    ended = [each.clock for each in late if not each.running]
    rated = [f"{name} {ended.count(name)} 项" for name in (RESPONSE, SOLUTION) if name in ended]
    visits = sum(name not in (RESPONSE, SOLUTION) for name in ended)
    parts = [
        f"已计入达标率的{'、'.join(rated)}" if rated else "",
        f"进行中已超时 {running} 项（还没有响应或解决，暂不计入达标率）" if running else "",
        f"上门各时限 {visits} 项（不计入达标率）" if visits else "",
    ]
    return f"超时 {len(late)} 项：{'；'.join(part for part in parts if part)}。"


def _largest(month: MonthFigures, by: By, most: int) -> list[Group]:
    """The groups with most incidents, in the order in which they stand in the table."""
    largest = sorted(month.groups[by], key=lambda group: -group.figures.count)[:most]
    return [group for group in month.groups[by] if group in largest]


def _titled(title: str, month: MonthFigures, by: By, most: int) -> str:
    return f"{title}（最多的 {most} 个）" if len(month.groups[by]) > most else title


def _stack(solved: tuple[int, ...], unsolved: tuple[int, ...]) -> tuple[Series, ...]:
    return (Series(SOLVED, solved), Series(UNSOLVED, unsolved))


def _tenth(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(TENTH, ROUND_HALF_UP)


def row(group: Group | Figures, name: str = "") -> Mapping[str, Number | str]:
    """A group's figures by column, as tables show them."""
    figures, title = (group.figures, group.name) if isinstance(group, Group) else (group, name)
    return {
        "name": title,
        "count": figures.count,
        "resolved": figures.resolved,
        "unresolved": figures.unresolved,
        "reopened": figures.reopened,
        "resolved_rate": figures.resolved_rate,
        "within_response": figures.within_response,
        "response_measured": figures.response_measured,
        "response_rate": figures.response_rate,
        "within_deadline": figures.within_deadline,
        "deadline_measured": figures.deadline_measured,
        "deadline_rate": figures.deadline_rate,
        "response_median_min": figures.response_median_min,
        "resolve_median_min": figures.resolve_median_min,
        "resolve_p90_min": figures.resolve_p90_min,
    }
