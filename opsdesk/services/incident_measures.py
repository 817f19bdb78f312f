"""The figures of incidents that are followed from month to month: what they are called, and how they moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from opsdesk.services.incident_figures import Figures

Number = int | Decimal | None
NOTHING = "—"
"""Stands where nothing could be measured."""
NOTES = (
    "统计本月接到的事件，作废的不计。达标率只算有时限并且已经响应或解决的事件，横线表示没有可以统计的。",
    "用时从接到算起；解决用时已减去甲方、第三方和等待备件的时间。中位是一半事件不超过的用时，九成是九成事件不超过的用时"
    "（相邻两数之间按比例取值）。",
)
"""How the figures are made, as every paper that shows them says."""


@dataclass(frozen=True)
class Measure:
    """A figure that is followed from month to month: its name, how it is counted, what it is."""

    title: str
    unit: str
    of: Callable[[Figures], Number]
    part: Callable[[Figures], tuple[Number, int]] | None = None


MEASURES = (
    Measure("受理", "件", lambda each: each.count),
    Measure("已解决", "件", lambda each: each.resolved),
    Measure("未解决", "件", lambda each: each.unresolved),
    Measure("重开过", "件", lambda each: each.reopened),
    Measure("解决率", "%", lambda each: each.resolved_rate, lambda each: (each.resolved, each.count)),
    Measure(
        "响应达标率", "%", lambda each: each.response_rate, lambda each: (each.within_response, each.response_measured)
    ),
    Measure(
        "解决达标率", "%", lambda each: each.deadline_rate, lambda each: (each.within_deadline, each.deadline_measured)
    ),
    Measure("响应用时中位", "分", lambda each: each.response_median_min),
    Measure("解决用时中位", "分", lambda each: each.resolve_median_min),
    Measure("解决用时九成", "分", lambda each: each.resolve_p90_min),
)


def plain(value: Number) -> str:
    """A number without needless zeros, thousands apart: 1,234, 97.5, 66.67; — for none."""
    if value is None:
        return NOTHING
    whole = Decimal(value)
    return f"{int(whole):,}" if whole == whole.to_integral_value() else f"{whole:,.2f}".rstrip("0")


def per_cent(value: Number) -> str:
    """A share as every page and paper writes it: 96.80%, 100.00%; — for none."""
    return NOTHING if value is None else f"{value:.2f}%"


def said(measure: Measure, figures: Figures) -> str:
    """A figure with its unit: 12 件, 97.50%（39/40）, 8.25 分; — where nothing could be measured."""
    value = measure.of(figures)
    if value is None:
        return NOTHING
    if measure.unit != "%":
        return f"{plain(value)} {measure.unit}"
    part, of = measure.part(figures) if measure.part else (None, 0)
    return per_cent(value) + (f"（{plain(part)}/{plain(of)}）" if of else "")


def change(measure: Measure, now: Figures, before: Figures) -> str:
    """How a figure moved since the month before: ↑ 多 3 件, ↓ 低 2.5 个百分点, ↑ 长 1.2 分, 持平; — without one."""
    new, old = measure.of(now), measure.of(before)
    if new is None or old is None or (before.count == 0 and measure.unit == "件"):
        return NOTHING
    moved = Decimal(new) - Decimal(old)
    if not moved:
        return "持平"
    more, less, unit = {"件": ("多", "少", "件"), "%": ("高", "低", "个百分点"), "分": ("长", "短", "分")}[measure.unit]
    return f"{'↑' if moved > 0 else '↓'} {more if moved > 0 else less} {plain(abs(moved))} {unit}"
