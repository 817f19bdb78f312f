"""Bar charts as Excel's own: a chart that takes its figures from a small table in the cells below it.

Excel, WPS and LibreOffice draw it from the cells; what the chart itself holds is a copy for viewers that only look.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil
from typing import Any, NamedTuple

from openpyxl.chart.bar_chart import BarChart as NativeBars
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.line_chart import LineChart
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils.cell import get_column_letter, quote_sheetname

from opsdesk.exports import bars, cells
from opsdesk.exports.cells import Look, Typed
from opsdesk.exports.document import Align, BarChart, Figure, Kind

ROW_HEIGHT = 18.0
"""Height in points of a row of figures."""
CHART_ROW = 20.0
"""Height in points of the empty rows under a chart."""
LABEL_SHARE = 2.0
LINE_HEIGHT, LANE_HEIGHT, AROUND, HEAD = 7.0, 5.0, 34.0, 22.0
GLYPH = 2.9
"""Width in millimetres of an ideograph in the chart."""
MOST_HEIGHT = 500.0
LEAST_HEIGHT = 60.0
EMU = 12700
GAPS = ((2, 500), (8, 110), (999_999, 50))
"""Space between bars in parts of their breadth (%), by the number of labels."""
INK, GRID, HAIRLINE = "000000", "D0D0D0", 6350
SOLID = ""
FILLS = (
    (SOLID, "808080"),
    ("wdUpDiag", "404040"),
    (SOLID, "C8C8C8"),
    ("smGrid", "404040"),
    (SOLID, "4D4D4D"),
    ("dnDiag", "404040"),
)
"""Pattern and ink of each series: the greys and hatches of the paper."""
_NOT_SHOWN = dict.fromkeys(("showSerName", "showCatName", "showLegendKey", "showPercent", "showBubbleSize"), False)


class Place(NamedTuple):
    """Where the table of figures stands: its sheet, the row of its heading, and the column of each of its columns."""

    sheet: str
    row: int
    columns: tuple[int, ...]

    def heading(self, column: int) -> str:
        """Reference to the name of a column."""
        return f"{quote_sheetname(self.sheet)}!${get_column_letter(self.columns[column])}${self.row}"

    def cells(self, column: int, count: int) -> str:
        """Reference to the cells of a column below its name."""
        letter = get_column_letter(self.columns[column])
        return f"{quote_sheetname(self.sheet)}!${letter}${self.row + 1}:${letter}${self.row + count}"


def edges(chart: BarChart, width: float) -> list[float]:
    """The edges of the table of figures in millimetres."""
    count = len(bars.columns(chart))
    shares = accumulate((LABEL_SHARE, *(1.0 for _ in range(count))))
    return [0.0, *(width * share / (LABEL_SHARE + count) for share in shares)]


def table(chart: BarChart, width: float) -> list[tuple[list[tuple[Typed, Look]], float]]:
    """The rows of the table, cell by cell, each row with its height in points: the heading, then the labels."""
    columns, names = bars.columns(chart), bars.labels(chart)
    heading = Look(bold=True, align=Align.CENTER, fill=cells.HEADING_FILL, ruled=True)
    heads = [(_text(words), heading) for words in (bars.unit(chart), *(name for name, _ in columns))]
    room = [(after - before) for before, after in zip(edges(chart, width), edges(chart, width)[1:], strict=False)]
    rows = [(heads, max(_height(cell.value, each) for (cell, _), each in zip(heads, room, strict=True)))]
    right = Look(align=Align.RIGHT, ruled=True)
    for place, label in enumerate(names):
        figures = [(_figure(chart, name, values[place]), right) for name, values in columns]
        rows.append(([(_text(label), Look(ruled=True)), *figures], _height(label, room[0])))
    return rows


def _text(words: str) -> Typed:
    return Typed(cells.fitting(words, words[:20]), "s", "General")


def _figure(chart: BarChart, name: str, value: Figure) -> Typed:
    made = cells.typed(value, Kind.NUMBER, name)
    return made._replace(number_format=bars.number_format(chart, name)) if made.data_type == "n" else made


def _height(words: str, width: float) -> float:
    return cells.row_height(cells.line_count(words, cells.capacity(width, 10.5)), 10.5, ROW_HEIGHT)


def is_lying(chart: BarChart, width: float) -> bool:
    """Whether bars lie: as asked for, or since labels or figures have no room beside each other."""
    slot = (width - 15.0) / max(len(chart.labels), 1)
    if chart.horizontal or max(map(cells.ems, bars.labels(chart)), default=0.0) * GLYPH > slot * 1.5:
        return True
    return _lanes(chart) == 1 and _widest_figure(chart) > slot


def _lanes(chart: BarChart) -> int:
    return 1 if chart.stacked else len(chart.series)


def _widest_figure(chart: BarChart) -> float:
    figures = (bars.figure(chart, value) for _, values in bars.columns(chart) for value in values)
    return max(map(cells.ems, figures), default=0.0) * GLYPH


def rows_under(chart: BarChart, width: float) -> int:
    """How many empty rows the chart covers."""
    height = max(chart.height, LEAST_HEIGHT)
    if is_lying(chart, width):
        height = len(chart.labels) * max(LINE_HEIGHT, _lanes(chart) * LANE_HEIGHT + 2.0) + AROUND
    return ceil(min(height, MOST_HEIGHT) * cells.POINTS / CHART_ROW)


def native(chart: BarChart, place: Place, width: float) -> Any:
    """The chart over the table at `place` on a sheet `width` millimetres wide, covering the rows above the table."""
    lying, scale = is_lying(chart, width), bars.axis(chart)
    made: Any = NativeBars(gapWidth=next(gap for most, gap in GAPS if len(chart.labels) <= most))
    made.type = "bar" if lying else "col"
    made.grouping, made.overlap = ("stacked", 100) if chart.stacked else ("clustered", None)
    made.title = _title(chart, lying)
    made.varyColors = False
    _set_axes(made, chart, scale, lying)
    if lying:  # figures beyond the ends of the bars need a margin of their own
        above = HEAD / (rows_under(chart, width) * CHART_ROW / cells.POINTS)
        box = ManualLayout(layoutTarget="outer", xMode="edge", yMode="edge", x=0.01, y=above, w=0.9, h=0.98 - above)
        made.layout = Layout(manualLayout=box)
    lane = (width - 15.0) / len(chart.labels) / _lanes(chart)
    for number in range(len(chart.series)):
        series = _series(chart, place, number)
        series.graphicalProperties = _fill(number)
        if not bars.has_totals(chart) and (lying or _widest_figure(chart) <= lane):
            series.dLbls = _labels(chart, "ctr" if chart.stacked else "outEnd")
        made.append(series)
    made.legend.position, made.legend.overlay = "t", False
    if bars.has_totals(chart):
        _add_totals(made, chart, place, lying)
    if chart.target is not None and not lying:
        made += _target_line(chart, place)
    return made


def _series(chart: BarChart, place: Place, number: int) -> Series:
    name, values = bars.columns(chart)[number]
    points = [NumVal(idx=row, v=float(value)) for row, value in enumerate(values) if bars.is_known(value)]
    cache = NumData(formatCode=bars.number_format(chart, name), ptCount=len(values), pt=points)
    made = Series(idx=number, order=number)
    made.tx = SeriesLabel(strRef=_strings(place.heading(number + 1), [name]))
    made.cat = AxDataSource(strRef=_strings(place.cells(0, len(values)), bars.labels(chart)))
    made.val = NumDataSource(numRef=NumRef(f=place.cells(number + 1, len(values)), numCache=cache))
    return made


def _strings(reference: str, words: Sequence[str]) -> StrRef:
    points = [StrVal(idx=row, v=text) for row, text in enumerate(words)]
    return StrRef(f=reference, strCache=StrData(ptCount=len(words), pt=points))


def _fill(number: int) -> GraphicalProperties:
    pattern, ink = FILLS[number % len(FILLS)]
    made = GraphicalProperties(ln=LineProperties(solidFill=INK, w=HAIRLINE))
    if pattern != SOLID:
        colours = {"fgClr": ColorChoice(srgbClr=ink), "bgClr": ColorChoice(srgbClr="FFFFFF")}
        made.pattFill = PatternFillProperties(prst=pattern, **colours)
    else:
        made.solidFill = ink
    return made


def _labels(chart: BarChart, position: str) -> DataLabelList:
    made = DataLabelList(showVal=True, dLblPos=position, numFmt=bars.number_format(chart), **_NOT_SHOWN)
    made.txPr = _written(800)
    if chart.target is not None:  # its line must not cross the figures
        made.spPr = GraphicalProperties(solidFill="FFFFFF", ln=LineProperties(noFill=True))
    return made


def _written(size: int, *, bold: bool = False) -> RichText:
    letters = CharacterProperties(sz=size, b=bold, solidFill=INK)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])


def _title(chart: BarChart, lying: bool) -> Title:
    """The title with what is said once: the unit, and the target where no line can be drawn for it."""
    note = bars.TOTAL_NOTE if bars.has_totals(chart) else ""
    said = "，".join(filter(None, (bars.unit(chart), note, bars.target(chart) if lying else "")))
    letters = CharacterProperties(sz=1050, b=True, solidFill=INK)
    run = RegularTextRun(rPr=letters, t=bars.title(chart) + (f"（{said}）" if said else ""))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=letters), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _set_axes(made: Any, chart: BarChart, scale: bars.Axis, lying: bool) -> None:
    """The ticks of the paper; labels from top to bottom where bars lie."""
    across, along = made.x_axis, made.y_axis
    across.delete = along.delete = False
    across.txPr = along.txPr = _written(800)
    across.majorTickMark = along.majorTickMark = "none"
    across.tickLblPos, across.tickLblSkip = "low", 1
    across.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=INK, w=HAIRLINE))
    along.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    along.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID, w=HAIRLINE))
    step, top = scale.ticks[1], scale.ticks[-1]
    if lying and bars.has_totals(chart) and bars.highest(chart) > top * 9 / 10:
        top += step  # the sums stand beyond the ends of the bars
    along.scaling.min, along.scaling.max, along.majorUnit = 0, float(top), float(step)
    along.number_format = bars.tick_format(chart, step)
    along.numFmt.sourceLinked = False
    if lying:
        across.scaling.orientation, along.crosses = "maxMin", "max"


def _add_totals(made: Any, chart: BarChart, place: Place, lying: bool) -> None:
    """The sums at the ends of the bars: figures of a series that itself is not seen."""
    number = len(chart.series)
    series = _series(chart, place, number)
    series.graphicalProperties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    series.dLbls = _labels(chart, "inBase" if lying else "t")
    if lying:
        series.tx = SeriesLabel(v=" ")  # LibreOffice takes the wrong name out of the key of lying bars
        made.append(series)
        return
    made.legend.legendEntry = [LegendEntry(idx=number, delete=True)]
    series.marker, series.smooth = Marker(symbol="none"), False
    lines = LineChart()
    lines.append(series)
    made += lines


def _target_line(chart: BarChart, place: Place) -> LineChart:
    series = _series(chart, place, len(bars.columns(chart)) - 1)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=INK, prstDash="dash", w=15875))
    series.marker = Marker(symbol="dash" if len(chart.labels) == 1 else "none", size=20)
    series.smooth = False
    lines = LineChart()
    lines.append(series)
    return lines


def anchor(first_row: int, rows: int, columns: int) -> TwoCellAnchor:
    """The place of a chart over so many rows from `first_row` and all columns, with some space above and below."""
    begins = AnchorMarker(col=0, row=first_row - 1, rowOff=int(CHART_ROW / 5 * EMU))
    ends = AnchorMarker(col=columns, row=first_row + rows - 2, rowOff=int(CHART_ROW / 2 * EMU))
    return TwoCellAnchor(editAs="oneCell", _from=begins, to=ends)
