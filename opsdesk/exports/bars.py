"""What a bar chart says and how long its bars are, whoever draws it: paper, workbook and window all ask here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple, TypeGuard

from opsdesk.exports.document import BarChart, Figure
from opsdesk.services.text import one_line

NOTHING = "没有可以统计的数据。"
NO_FIGURE = "—"
TOTAL = "合计"
TARGET = "目标"
TOTAL_NOTE = "柱端数字为合计"
PERCENT = "%"
_STEPS = (1, 2, 5, 10)
_PERCENT_STEPS = (20, 25, 50, 100)


class Axis(NamedTuple):
    """The scale of the values: round `ticks` from zero to the first at or above the longest bar."""

    ticks: tuple[Decimal, ...]

    def share(self, value: Figure) -> float:
        """How far along the axis a value lies, from 0 to 1."""
        known = _known(value)
        return 0.0 if known is None else float(max(known, Decimal(0)) / self.ticks[-1])


class Bar(NamedTuple):
    """A bar of one label: its series, its lane across (shares of the bars' thickness), its span along the axis."""

    series: int
    lane: tuple[float, float]
    span: tuple[float, float]


class Mark(NamedTuple):
    """A figure written at the end of a bar: the middle of its lane, and where along the axis the bar ends."""

    words: str
    middle: float
    end: float


def is_empty(chart: BarChart) -> bool:
    """Whether there is nothing to draw; zeros are something."""
    return not any(is_known(value) for series in chart.series for value in series.values)


def is_known(value: Figure) -> TypeGuard[int | Decimal]:
    """Whether there is a figure, one that can be drawn."""
    return _known(value) is not None


def has_totals(chart: BarChart) -> bool:
    """Whether sums are written at the bars."""
    return chart.stacked and len(chart.series) > 1


def title(chart: BarChart) -> str:
    """The title on one line."""
    return one_line(chart.title)


def labels(chart: BarChart) -> list[str]:
    """The labels, each on one line."""
    return [one_line(label) for label in chart.labels]


def names(chart: BarChart) -> list[str]:
    """What each series is called; one without a name is what the title says."""
    return [one_line(series.name) or title(chart) for series in chart.series]


def unit(chart: BarChart) -> str:
    """单位：件, or nothing."""
    return f"单位：{one_line(chart.unit)}" if chart.unit else ""


def target(chart: BarChart) -> str:
    """目标 95%, or nothing."""
    return "" if chart.target is None else f"{TARGET} {tick(chart, Decimal(chart.target))}"


def total(chart: BarChart, place: int) -> Figure:
    """The sum of all series at a label; none where no series has a figure."""
    known = [value for series in chart.series if (value := _known(series.values[place])) is not None]
    return sum(known, Decimal(0)) if known else None


def places(chart: BarChart) -> int:
    """Decimal places of every figure of the chart: as many as its most exact one has."""
    values = (_known(value) for series in chart.series for value in series.values)
    return max((_places(value) for value in values if value is not None), default=0)


def figure(chart: BarChart, value: Figure) -> str:
    """A figure as it is written: 1,234 or 97.5%, and — for none."""
    known = _known(value)
    return NO_FIGURE if known is None else _written(known, places(chart), chart.unit)


def tick(chart: BarChart, value: Decimal) -> str:
    """A tick of the axis, or the target: no more decimal places than it needs."""
    return _written(value, _places(value.normalize()), chart.unit)


def number_format(chart: BarChart, name: str = "") -> str:
    """The xlsx number format that shows the figures of a column as the paper writes them."""
    return tick_format(chart, Decimal(chart.target or 0)) if name == TARGET else _format(chart, places(chart))


def tick_format(chart: BarChart, step: Decimal) -> str:
    """The xlsx number format for the ticks of the axis."""
    return _format(chart, _places(step.normalize()))


def columns(chart: BarChart) -> list[tuple[str, list[Figure]]]:
    """The figures as a table beside the labels: every series, the sums, the target, each under its name."""
    table = [(name, list(series.values)) for name, series in zip(names(chart), chart.series, strict=True)]
    if has_totals(chart):
        table.append((TOTAL, [total(chart, place) for place in range(len(chart.labels))]))
    if chart.target is not None:
        table.append((TARGET, [chart.target] * len(chart.labels)))
    return table


def highest(chart: BarChart) -> Decimal:
    """The largest value that the axis has to reach."""
    if has_totals(chart):
        values: Iterable[Figure] = (total(chart, place) for place in range(len(chart.labels)))
    else:
        values = (value for series in chart.series for value in series.values)
    return max(known for value in (*values, chart.target, 0) if (known := _known(value)) is not None)


def axis(chart: BarChart, most: int = 5, reach: Decimal | None = None) -> Axis:
    """Round ticks, at most `most` above zero, up to `reach` (the chart's own highest value if none is given)."""
    top = highest(chart) if reach is None else reach
    if chart.unit == PERCENT and top <= 100:
        step = Decimal(next((each for each in _PERCENT_STEPS if 100 / each <= most), 100))
        top = Decimal(100)
    else:
        step = _round_step(top / max(most, 1), Decimal(1).scaleb(-places(chart)))
    count = max(int((top / step).to_integral_value(ROUND_CEILING)), 1)
    return Axis(tuple(step * number for number in range(count + 1)))


def bars(chart: BarChart, place: int, scale: Axis) -> list[Bar]:
    """The bars of one label, those without length left out."""
    made, begins = [], 0.0
    for number, series in enumerate(chart.series):
        length = scale.share(series.values[place])
        if chart.stacked:
            lane, span = (0.0, 1.0), (begins, begins + length)
            begins += length
        else:
            lane, span = (number / len(chart.series), (number + 1) / len(chart.series)), (0.0, length)
        if length > 0:
            made.append(Bar(number, lane, span))
    return made


def marks(chart: BarChart, place: int, scale: Axis) -> list[Mark]:
    """The figures at the bars of one label: the sum of a stack, or the value of every bar."""
    if chart.stacked:
        value = total(chart, place)
        return [Mark(figure(chart, value), 0.5, scale.share(value))]
    values = [series.values[place] for series in chart.series]
    return [
        Mark(figure(chart, value), (number + 0.5) / len(values), scale.share(value))
        for number, value in enumerate(values)
    ]


def told(chart: BarChart, place: int) -> list[str]:
    """One label in words, line by line: the label, 已解决 9 件, 未解决 3 件, 合计 12 件."""
    after = f" {one_line(chart.unit)}" if chart.unit not in ("", PERCENT) else ""
    said = [(name, series.values[place]) for name, series in zip(names(chart), chart.series, strict=True)]
    if has_totals(chart):
        said.append((TOTAL, total(chart, place)))
    lines = (f"{name} {figure(chart, value)}{after if is_known(value) else ''}" for name, value in said)
    return [labels(chart)[place], *lines]


def described(chart: BarChart) -> str:
    """The whole chart in words, for who cannot see it."""
    if is_empty(chart):
        return NOTHING
    said = (told(chart, place) for place in range(len(chart.labels)))
    values = "；".join(f"{label}：{'，'.join(lines)}" for label, *lines in said)
    return f"{values}。{target(chart)}{'。' if chart.target is not None else ''}"


def _known(value: Figure) -> Decimal | None:
    known = None if value is None else Decimal(value)
    return known if known is not None and known.is_finite() else None


def _format(chart: BarChart, digits: int) -> str:
    return "#,##0" + ("." + "0" * digits if digits else "") + ('"%"' if chart.unit == PERCENT else "")


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _written(value: Decimal, digits: int, of: str) -> str:
    return f"{value:,.{digits}f}{PERCENT if of == PERCENT else ''}"


def _round_step(raw: Decimal, least: Decimal) -> Decimal:
    if raw <= least:
        return least
    unit_of = Decimal(1).scaleb(raw.adjusted())
    return max(next(unit_of * step for step in _STEPS if unit_of * step >= raw), least)
