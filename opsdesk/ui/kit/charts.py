"""Bar charts on the window: the description that paper and workbook draw, in the colours of the look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QBrush,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from opsdesk.exports import bars
from opsdesk.exports.document import BarChart
from opsdesk.register import Tone
from opsdesk.ui.kit import look

ROW = 20
"""Height of a line of text: title, key, labels, ticks."""
LYING_ROW, LEAST_LYING_ROW, LANE = 30, 18, 14
BROADEST_BAR = 48
LABEL_SHARE = 0.4
ELIDED_SLOT = 56
"""Columns at least this wide shorten their labels; narrower ones leave some out."""
PIXELS_IN_MILLIMETRE = 96 / 25.4
_CENTRE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


@dataclass
class Drawing:
    """Where everything of a chart stands, in pixels of the widget: `slots` are the places the pointer finds."""

    plot: QRect = field(default_factory=QRect)
    slots: list[QRect] = field(default_factory=list)
    bars: list[tuple[QRect, int, int]] = field(default_factory=list)  # box, series, place
    marks: list[tuple[QRect, str]] = field(default_factory=list)
    labels: list[tuple[QRect, str]] = field(default_factory=list)
    ticks: list[tuple[QRect, str, QRect]] = field(default_factory=list)  # words in their box, line of the grid
    target: QRect = field(default_factory=QRect)


class ChartView(QWidget):
    """A bar chart. The pointer, or ← → (↑ ↓ on lying bars) with the keyboard, tell the exact values of a bar."""

    def __init__(self, chart: BarChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._place: int | None = None
        self._walked = False  # the keyboard led to the place, not the pointer
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_chart(chart)

    def chart(self) -> BarChart:
        """What is shown."""
        return self._chart

    def show_chart(self, chart: BarChart) -> None:
        """Show other figures."""
        self._chart, self._place, self._walked = chart, None, False
        self.setAccessibleName("，".join(filter(None, (bars.title(chart), bars.unit(chart)))))
        self.setAccessibleDescription(bars.described(chart))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """Standing bars as high as on paper, lying ones by their number."""
        if bars.is_empty(self._chart):
            return QSize(look.px(240), self._head() + look.px(2 * ROW))
        if self._chart.horizontal:
            rows = len(self._chart.labels) * max(LYING_ROW, self._lanes() * (LANE + 4) + 8)
            return QSize(look.px(480), self._head() + look.px(rows + ROW + 8))
        return QSize(look.px(560), look.px(self._chart.height * PIXELS_IN_MILLIMETRE))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """What can still be read."""
        if bars.is_empty(self._chart):
            return QSize(look.px(160), self._head() + look.px(ROW))
        if self._chart.horizontal:
            rows = len(self._chart.labels) * max(LEAST_LYING_ROW, self._lanes() * LANE + 4)
            return QSize(look.px(280), self._head() + look.px(rows + ROW + 8))
        return QSize(look.px(240), self._head() + look.px(120))

    def drawing(self) -> Drawing:
        """Where everything stands at the present size."""
        if bars.is_empty(self._chart):
            return Drawing()
        return self._lying() if self._chart.horizontal else self._standing()

    def words(self, place: int) -> str:
        """A bar in words, line by line: 3日 / 已解决 9 件 / 未解决 3 件 / 合计 12 件."""
        return "\n".join(bars.told(self._chart, place))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the chart."""
        c, painter, drawn = look.colours(), QPainter(self), self.drawing()
        self._draw_head(painter)
        if bars.is_empty(self._chart):
            painter.setFont(look.font())
            painter.setPen(QColor(c.text_secondary))
            painter.drawText(self.rect().adjusted(0, self._head(), 0, 0), _LEFT, bars.NOTHING)
            return
        if self._place is not None:
            painter.fillRect(drawn.slots[self._place], QColor(c.hover))
        painter.setFont(look.font(look.SECONDARY_SIZE, tabular=True))
        painter.setPen(QColor(c.text_secondary))
        for box, words, line in drawn.ticks:
            painter.fillRect(line, QColor(c.line))
            painter.drawText(box, _CENTRE if self._chart.horizontal else _RIGHT, words)
        for box, words in drawn.labels:
            painter.drawText(box, _RIGHT if self._chart.horizontal else _CENTRE, words)
        for box, series, _ in drawn.bars:
            painter.fillRect(box, _ink(series))
        painter.fillRect(_base(drawn.plot, lying=self._chart.horizontal), QColor(c.line_strong))
        if self._chart.target is not None:
            for dash in _dashes(drawn.target, [box for box, _ in drawn.marks]):
                painter.fillRect(dash.adjusted(-1, -1, 1, 1), QColor(c.surface))
                painter.fillRect(dash, QColor(c.text))
        painter.setPen(QColor(c.text))
        for box, words in drawn.marks:
            painter.drawText(box, _CENTRE, words)
        if self._walked and self._place is not None:
            _draw_ring(painter, drawn.slots[self._place])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Tell the values of the bar under the pointer."""
        point = event.position().toPoint()
        place = next((n for n, slot in enumerate(self.drawing().slots) if slot.contains(point)), None)
        if place != self._place:
            self._walked = False
            self._tell(place, event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """The pointer is gone."""
        super().leaveEvent(event)
        if not self._walked:
            self._tell(None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        """Begin at the first bar."""
        super().focusInEvent(event)
        tabs = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if event.reason() in tabs and not bars.is_empty(self._chart):
            self._place, self._walked = 0, True
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 — Qt's name
        """Let the bar go."""
        super().focusOutEvent(event)
        self._walked = False
        self._tell(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Go along the bars; Home and End to the first and the last."""
        last, now = len(self._chart.labels) - 1, -1 if self._place is None else self._place
        lying = self._chart.horizontal
        goes = {
            Qt.Key.Key_Up if lying else Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Down if lying else Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = goes.get(Qt.Key(event.key()))
        if place is None or bars.is_empty(self._chart):
            super().keyPressEvent(event)
            return
        place, self._walked = min(max(place, 0), last), True
        self._tell(place, self.mapToGlobal(self.drawing().slots[place].center()))
        spoken = "，".join(bars.told(self._chart, place))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))

    def _tell(self, place: int | None, at: QPoint | None = None) -> None:
        self._place, before = place, self._place
        self.update()
        if place is None or at is None:
            if before is not None:
                QToolTip.hideText()
        else:  # as markup with everything escaped, for Qt would guess at what a name might be
            words = escape(self.words(place)).replace("\n", "<br>")
            QToolTip.showText(at, f"<div>{words}</div>", self, self.drawing().slots[place])

    def _lanes(self) -> int:
        return 1 if self._chart.stacked else max(len(self._chart.series), 1)

    def _key(self) -> list[tuple[QRect, str, int | None]]:
        """The names of the key with their boxes, line after line; the target's has no series."""
        chart, metrics = self._chart, QFontMetrics(look.font(look.SECONDARY_SIZE))
        names: list[tuple[str, int | None]] = [(name, number) for number, name in enumerate(bars.names(chart))]
        if bars.is_empty(chart) or [name for name, _ in names] == [bars.title(chart)]:
            names = []
        if chart.target is not None and not bars.is_empty(chart):
            names.append((bars.target(chart), None))
        x, y, key = 0, look.px(ROW + 4), []
        for name, series in names:
            width = metrics.horizontalAdvance(name) + look.px(18)
            if x and x + width > self.width():
                x, y = 0, y + look.px(ROW)
            key.append((QRect(x, y, min(width, max(self.width(), 1)), look.px(ROW)), name, series))
            x += width + look.px(12)
        return key

    def _head(self) -> int:
        """Height of title and key."""
        key = self._key()
        return key[-1][0].bottom() + look.px(4) if key else look.px(ROW + 4)

    def _draw_head(self, painter: QPainter) -> None:
        c, row = look.colours(), QRect(0, 0, self.width(), look.px(ROW))
        small = look.font(look.SECONDARY_SIZE)
        note = bars.unit(self._chart) if not bars.is_empty(self._chart) else ""
        painter.setFont(small)
        painter.setPen(QColor(c.text_secondary))
        painter.drawText(row, _RIGHT, note)
        row.setRight(row.right() - QFontMetrics(small).horizontalAdvance(note) - look.px(12))
        painter.setPen(QColor(c.text))
        painter.setFont(look.font(bold=True))
        painter.drawText(row, _LEFT, _shortened(bars.title(self._chart), look.font(bold=True), row.width()))
        painter.setFont(small)
        for box, name, series in self._key():
            sample = QRect(box.x(), box.center().y() - look.px(5), look.px(12), look.px(10))
            if series is None:
                middle = QRect(sample.x(), sample.center().y(), sample.width(), look.px(2))
                for dash in _dashes(middle, []):
                    painter.fillRect(dash, QColor(c.text))
            else:
                painter.fillRect(sample, _ink(series))
            painter.setPen(QColor(c.text_secondary))
            painter.drawText(box.adjusted(look.px(18), 0, look.px(1), 0), _LEFT, name)

    def _standing(self) -> Drawing:
        chart, scale = self._chart, bars.axis(self._chart)
        metrics, count = QFontMetrics(look.font(look.SECONDARY_SIZE, tabular=True)), len(chart.labels)
        ticks = [(value, bars.tick(chart, value)) for value in scale.ticks]
        left, top = _widest(metrics, (words for _, words in ticks)) + look.px(8), self._head() + look.px(ROW)
        plot = QRect(left, top, max(self.width() - left, count), max(self.height() - top - look.px(ROW + 4), 1))
        edges = [plot.x() + round(plot.width() * n / count) for n in range(count + 1)]
        drawn = Drawing(plot)
        for value, words in ticks:
            y = plot.bottom() + 1 - round(plot.height() * scale.share(value))
            box = QRect(0, y - look.px(ROW) // 2, left - look.px(8), look.px(ROW))
            drawn.ticks.append((box, words, QRect(left, y, plot.width(), 1)))
        wide = plot.width() / count
        thick = max(min(round(wide * (0.84 if self._lanes() > 1 else 0.68)), look.px(BROADEST_BAR) * self._lanes()), 1)
        marks = [bars.marks(chart, place, scale) for place in range(count)]
        shown = _widest(metrics, (mark.words for each in marks for mark in each)) <= (
            thick / self._lanes() if self._lanes() > 1 else wide - look.px(2)
        )
        for place, (begins, ends) in enumerate(pairwise(edges)):
            drawn.slots.append(QRect(begins, self._head(), ends - begins, self.height() - self._head()))
            x = begins + (ends - begins - thick) // 2
            for series, lane, (low, high) in bars.bars(chart, place, scale):
                x1, x2 = (x + round(thick * edge) for edge in lane)
                y1, y2 = (plot.bottom() + 1 - round(plot.height() * edge) for edge in (high, low))
                drawn.bars.append((_apart(QRect(x1, y1, x2 - x1, max(y2 - y1, 1)), low, lane), series, place))
            for mark in marks[place] if shown else ():
                width, y = metrics.horizontalAdvance(mark.words) + 2, round(plot.height() * mark.end)
                middle = x + round(thick * mark.middle)
                high = metrics.height() - look.px(2)
                drawn.marks.append((QRect(middle - width // 2, plot.bottom() - y - high, width, high), mark.words))
        drawn.labels = self._labels_below(plot, edges, metrics)
        if chart.target is not None:
            y = plot.bottom() + 1 - round(plot.height() * scale.share(chart.target))
            drawn.target = QRect(plot.x(), y - 1, plot.width(), look.px(2))
        return drawn

    def _labels_below(self, plot: QRect, edges: Sequence[int], metrics: QFontMetrics) -> list[tuple[QRect, str]]:
        """Labels under their columns: shortened in wide columns, every so many left out in narrow ones."""
        names, wide, gap = bars.labels(self._chart), plot.width() / max(len(edges) - 1, 1), look.px(6)
        room = wide if wide >= look.px(ELIDED_SLOT) else look.px(2 * ELIDED_SLOT)
        names = [metrics.elidedText(name, Qt.TextElideMode.ElideRight, round(room) - gap) for name in names]
        widest = _widest(metrics, names) + gap
        made, step = [], max(-(-widest // max(int(wide), 1)), 1)
        for place in range(0, len(names), step):
            middle = (edges[place] + edges[place + 1]) // 2
            width = metrics.horizontalAdvance(names[place]) + 2
            x = min(max(middle - width // 2, 0), max(self.width() - width, 0))
            made.append((QRect(x, plot.bottom() + look.px(3), width, look.px(ROW)), names[place]))
        return made

    def _lying(self) -> Drawing:
        chart, count = self._chart, len(self._chart.labels)
        metrics = QFontMetrics(look.font(look.SECONDARY_SIZE, tabular=True))
        names = bars.labels(chart)
        left = min(_widest(metrics, names), int(self.width() * LABEL_SHARE)) + look.px(8)
        for most in (5, 4, 2, 1):
            scale = bars.axis(chart, most)
            tick = _widest(metrics, (bars.tick(chart, value) for value in scale.ticks))
            marks = [bars.marks(chart, place, scale) for place in range(count)]
            beside = max(_widest(metrics, (mark.words for each in marks for mark in each)) + look.px(8), tick // 2 + 1)
            plot = QRect(left, self._head(), max(self.width() - left - beside, 1), self.height())
            if plot.width() / (len(scale.ticks) - 1) >= tick + look.px(12):
                break
        row = max(look.px(LYING_ROW), self._lanes() * look.px(LANE + 4) + look.px(8))
        plot.setHeight(max(min(self.height() - plot.y() - look.px(ROW + 4), row * count), count))
        edges = [plot.y() + round(plot.height() * n / count) for n in range(count + 1)]
        drawn = Drawing(plot)
        for value in scale.ticks:
            x, words = plot.x() + round(plot.width() * scale.share(value)), bars.tick(chart, value)
            width = metrics.horizontalAdvance(words) + 2
            box = QRect(x - width // 2, plot.bottom() + look.px(3), width, look.px(ROW))
            drawn.ticks.append((box, words, QRect(x, plot.y(), 1, plot.height())))
        thick = max(min(round(plot.height() / count * 0.64), look.px(BROADEST_BAR) * self._lanes()), 1)
        step = max(-(-metrics.height() * count // plot.height()), 1)
        for place, (begins, ends) in enumerate(pairwise(edges)):
            drawn.slots.append(QRect(0, begins, self.width(), ends - begins))
            y = begins + (ends - begins - thick) // 2
            for series, lane, (low, high) in bars.bars(chart, place, scale):
                x1, x2 = (plot.x() + round(plot.width() * edge) for edge in (low, high))
                y1, y2 = (y + round(thick * edge) for edge in lane)
                drawn.bars.append(
                    (_apart(QRect(x1, y1, max(x2 - x1, 1), y2 - y1), low, lane, lying=True), series, place)
                )
            if place % step == 0:
                words = metrics.elidedText(names[place], Qt.TextElideMode.ElideRight, left - look.px(8))
                drawn.labels.append((QRect(0, begins, left - look.px(8), ends - begins), words))
            for mark in marks[place] if thick / self._lanes() >= metrics.height() * 0.7 and step == 1 else ():
                width, middle = metrics.horizontalAdvance(mark.words) + 2, y + round(thick * mark.middle)
                x = plot.x() + round(plot.width() * mark.end) + look.px(4)
                drawn.marks.append((QRect(x, middle - look.px(7), width, look.px(14)), mark.words))
        if chart.target is not None:
            x = plot.x() + round(plot.width() * scale.share(chart.target))
            drawn.target = QRect(x - 1, plot.y(), look.px(2), plot.height())
        return drawn


def _ink(series: int) -> QBrush:
    """The accent for the first series, greys for the others; from the fifth on hatched."""
    c = look.colours()
    inks = (c.accent, c.line_strong, c.tones[Tone.NEUTRAL].edge, c.tones[Tone.NEUTRAL].text)
    pattern = Qt.BrushStyle.SolidPattern if series < len(inks) else Qt.BrushStyle.BDiagPattern
    return QBrush(QColor(inks[series % len(inks)]), pattern)


def _widest(metrics: QFontMetrics, texts: Iterable[str]) -> int:
    return max((metrics.horizontalAdvance(text) for text in texts), default=0)


def _shortened(text: str, font: QFont, width: int) -> str:
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(width, 0))


def _apart(box: QRect, low: float, lane: tuple[float, float], *, lying: bool = False) -> QRect:
    """A bar one pixel off the one below it or beside it."""
    if low > 0:
        return box.adjusted(1, 0, 0, 0) if lying else box.adjusted(0, 0, 0, -1)
    if lane[0] > 0:
        return box.adjusted(0, 1, 0, 0) if lying else box.adjusted(1, 0, 0, 0)
    return box


def _base(plot: QRect, *, lying: bool) -> QRect:
    if lying:
        return QRect(plot.x() - 1, plot.y(), 1, plot.height())
    return QRect(plot.x(), plot.bottom() + 1, plot.width(), 1)


def _dashes(line: QRect, spared: Sequence[QRect]) -> list[QRect]:
    """A dashed line, level or upright, that leaves out the boxes with figures."""
    dash, gap, level = look.px(5), look.px(3), line.width() > line.height()
    made = []
    for begun in range(0, max(line.width(), line.height()), dash + gap):
        if level:
            box = QRect(line.x() + begun, line.y(), min(dash, line.width() - begun), line.height())
        else:
            box = QRect(line.x(), line.y() + begun, line.width(), min(dash, line.height() - begun))
        if not any(box.intersects(each) for each in spared):
            made.append(box)
    return made


def _draw_ring(painter: QPainter, slot: QRect) -> None:
    """The focus ring round a slot."""
    painter.setPen(QPen(QColor(look.colours().accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(slot.adjusted(1, 1, -1, -1))
