"""How the roster grid is drawn: its cells, the heads of days and people, and the line of who is on duty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget

from opsdesk.exports.document import weekday
from opsdesk.register import Tone
from opsdesk.registers.roster.month_plan import PlannedCell
from opsdesk.services.coverage import Gap
from opsdesk.ui.kit import look
from opsdesk.ui.pages.roster_model import is_standard

if TYPE_CHECKING:
    from opsdesk.ui.pages.roster_grid import RosterGrid

PEOPLE_WIDTH = 176
DAY_HEAD_HEIGHT = 40
LINE_HEIGHT = 24
MOST_ROWS = 150
"""Rows kept as pictures."""
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class Inks:
    """Colours and fonts of the grid, taken once from the look."""

    def __init__(self) -> None:
        c = look.colours()
        self.surface, self.rest_day, self.line = QColor(c.surface), QColor(c.sunken), QColor(c.line)
        self.text, self.faint, self.off = QColor(c.text), QColor(c.text_secondary), QColor(c.text_disabled)
        self.accent, self.accent_text = QColor(c.accent), QColor(c.accent_text)
        self.day_shift, self.night_shift = QColor(c.selected), QColor(c.pressed)
        self.away, self.away_tint = QColor(c.tones[Tone.AWAY].text), QColor(c.tones[Tone.AWAY].tint)
        self.broken, self.broken_tint = QColor(c.tones[Tone.BROKEN].text), QColor(c.tones[Tone.BROKEN].tint)
        self.chosen = QColor(c.accent)
        self.chosen.setAlpha(56)
        self.font, self.bold = look.font(13, tabular=True), look.font(13, bold=True, tabular=True)
        self.small, self.small_bold = look.font(12, tabular=True), look.font(12, bold=True, tabular=True)
        self.name = look.font()


class RowInk:
    """Draws the rows: night shifts on grey, day shifts on the accent's tint, rest and standard hours faint.

    A month has few kinds of cell; each is drawn once, each row is put together once, and both are kept as pictures
    until data, width or look change. What is chosen is drawn over them.
    """

    def __init__(self, grid: RosterGrid) -> None:
        self._grid = grid
        self._faces: dict[tuple[object, ...], QPixmap] = {}
        self._rows: dict[int, QPixmap] = {}

    def forget(self) -> None:
        """The look, the month or the widths have changed: draw everything anew."""
        self._faces.clear()
        self._rows.clear()

    def forget_rows(self, first: int, last: int) -> None:
        """These rows say something else now."""
        for row in range(first, last + 1):
            self._rows.pop(row, None)

    def draw(self, painter: QPainter, first: int, last: int) -> None:
        """Draw the rows in sight and what is chosen in them."""
        grid = self._grid
        left = grid.columnViewportPosition(0)
        for row in range(first, last + 1):
            painter.drawPixmap(left, grid.rowViewportPosition(row), self._row(row, painter))
        inks, block = grid.inks, grid.block
        if not block.isEmpty():
            corners = (block.topLeft(), block.bottomRight())
            begins, ends = (grid.visualRect(grid.month.index(place.y(), place.x())) for place in corners)
            painter.fillRect(begins.united(ends), inks.chosen)
        row, column = grid.standing
        cell = grid.month.cell_at(row, column) if first <= row <= last else None
        if cell is not None:
            rect = grid.visualRect(grid.currentIndex())
            if grid.typed_so_far:
                painter.fillRect(rect, inks.surface)
                painter.setFont(inks.bold)
                painter.setPen(inks.accent_text)
                painter.drawText(rect, _CENTRE, grid.typed_so_far.upper())
            painter.setPen(inks.accent)
            for step in (0, 1):
                painter.drawRect(rect.adjusted(step, step, -1 - step, -1 - step))

    def _row(self, row: int, on: QPainter) -> QPixmap:
        if row in self._rows:
            return self._rows[row]
        grid = self._grid
        if len(self._rows) > MOST_ROWS:
            self._rows.clear()
        high, count = grid.rowHeight(row), grid.month.columnCount()
        wide = grid.columnViewportPosition(count - 1) + grid.columnWidth(count - 1) - grid.columnViewportPosition(0)
        made = _picture(QSize(wide, high), on)
        painter, left = QPainter(made), 0
        for column in range(count):
            width = grid.columnWidth(column)
            painter.drawPixmap(left, 0, self._face(row, column, QSize(width, high), on))
            left += width
        painter.end()
        self._rows[row] = made
        return made

    def _face(self, row: int, column: int, size: QSize, on: QPainter) -> QPixmap:
        model = self._grid.month
        cell = model.cell_at(row, column)
        if cell is None:
            text = str(model.index(row, column).data() or "")
            face: tuple[object, ...] = (size.width(), text)
        else:
            works = model.days[column].works
            face = (size.width(), cell.signs, cell.entry, cell.on_site, cell.leave, cell.kept_away, works)
        if face not in self._faces:
            made = _picture(size, on)
            painter, rect = QPainter(made), QRect(0, 0, size.width(), size.height())
            if cell is None:
                self._draw_total(painter, rect, text)
            else:
                self._draw_day(painter, rect, cell, works)
            painter.end()
            self._faces[face] = made
        return self._faces[face]

    def _draw_total(self, painter: QPainter, rect: QRect, text: str) -> None:
        inks = self._grid.inks
        painter.fillRect(rect, inks.surface)
        painter.setFont(inks.small)
        painter.setPen(inks.faint)
        painter.drawText(rect, _CENTRE, text)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)

    def _draw_day(self, painter: QPainter, rect: QRect, cell: PlannedCell, works: bool) -> None:
        inks, inner = self._grid.inks, rect.adjusted(1, 1, -2, -2)
        painter.fillRect(rect, inks.surface if works else inks.rest_day)
        if not cell.on_site:
            painter.fillRect(rect, inks.rest_day)
            painter.setPen(inks.line)
            painter.drawLine(rect.bottomLeft(), rect.topRight())
        elif cell.kept_away and cell.due:
            painter.fillRect(inner, inks.away_tint)
        elif cell.entry:
            painter.fillRect(inner, inks.night_shift if cell.entry in self._grid.overnight else inks.day_shift)
        high = inner.height() // len(cell.signs)
        for place, sign in enumerate(cell.signs):
            leave = sign != cell.mark
            strong = leave or cell.entry or is_standard(cell)
            small = inks.small_bold if strong else inks.small
            painter.setFont(inks.bold if strong and len(cell.signs) == 1 else small)
            painter.setPen(inks.away if leave else self._ink_of(cell))
            painter.drawText(QRect(rect.x(), inner.y() + place * high, rect.width(), high), _CENTRE, sign)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)
        painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)

    def _ink_of(self, cell: PlannedCell) -> QColor:
        inks = self._grid.inks
        if cell.entry:
            return inks.text if cell.entry in self._grid.overnight else inks.accent_text
        return inks.off if is_standard(cell) else inks.faint


def _picture(size: QSize, on: QPainter) -> QPixmap:
    """An empty picture as sharp as what it is drawn on."""
    ratio = on.device().devicePixelRatioF()
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    return made


class DayHeads(QHeaderView):
    """Days with their weekday below: days of rest shaded, named days and today in the accent, closed days faint."""

    def __init__(self, grid: RosterGrid) -> None:
        super().__init__(Qt.Orientation.Horizontal, grid)
        self._grid = grid
        self.setFixedHeight(look.px(DAY_HEAD_HEIGHT))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(look.px(20))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802 — Qt's name
        """Draw one head."""
        model, inks = self._grid.month, self._grid.inks
        painter.fillRect(rect, inks.surface)
        painter.setPen(inks.faint)
        if logical >= len(model.days):
            painter.setFont(inks.small_bold)
            painter.drawText(rect, _CENTRE, str(model.headerData(logical, Qt.Orientation.Horizontal)))
        else:
            each = model.days[logical]
            today = model.plan is not None and each.day == model.plan.today
            if not each.works:
                painter.fillRect(rect, inks.rest_day)
            half = rect.height() // 2
            painter.setFont(inks.bold)
            painter.setPen(inks.accent_text if today else inks.off if each.closed else inks.text)
            painter.drawText(QRect(rect.x(), rect.y() + look.px(3), rect.width(), half), _CENTRE, str(each.day.day))
            painter.setFont(inks.small_bold if each.name or today else inks.small)
            painter.setPen(inks.accent_text if each.name or today else inks.faint)
            mark = ("班" if each.works else "假") if each.name else weekday(each.day)[1]
            painter.drawText(QRect(rect.x(), rect.y() + half - look.px(2), rect.width(), half), _CENTRE, mark)
            if today:
                painter.fillRect(rect.x(), rect.bottom() - 2, rect.width(), 2, inks.accent)
            painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)


class PeopleHeads(QHeaderView):
    """Names at the left, the vendor faint beside."""

    def __init__(self, grid: RosterGrid) -> None:
        super().__init__(Qt.Orientation.Vertical, grid)
        self._grid = grid
        self.setFixedWidth(look.px(PEOPLE_WIDTH))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(look.px(look.CONTROL_HEIGHT))
        self.setDefaultSectionSize(look.px(look.CONTROL_HEIGHT))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802 — Qt's name
        """Draw one name."""
        inks, current = self._grid.inks, self._grid.standing[0] == logical
        painter.fillRect(rect, inks.surface)
        person = self._grid.month.line(logical).person
        inner = rect.adjusted(look.px(10), 0, -look.px(8), 0)
        painter.setFont(inks.small)
        vendor = painter.fontMetrics().elidedText(person.vendor, Qt.TextElideMode.ElideRight, look.px(56))
        advance = painter.fontMetrics().horizontalAdvance(vendor)
        painter.setPen(inks.faint)
        painter.drawText(inner, _RIGHT, vendor)
        painter.setFont(inks.name)
        painter.setPen(inks.accent_text if current else inks.text)
        room = inner.width() - advance - look.px(8)
        painter.drawText(inner, _LEFT, painter.fontMetrics().elidedText(person.name, Qt.TextElideMode.ElideRight, room))
        if current:
            painter.fillRect(rect.x(), rect.y(), look.px(3), rect.height(), inks.accent)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)
        painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)


class DutyLine(QWidget):
    """Under the grid: how many are on duty each day, and in red how many are missing; `asked(column)` on a click."""

    asked = Signal(int)

    def __init__(self, grid: RosterGrid) -> None:
        super().__init__(grid.parentWidget())
        self._grid = grid
        self._missing: dict[int, int] = {}
        self._told: dict[int, str] = {}
        self.setFixedHeight(look.px(2 * LINE_HEIGHT))
        self.setAccessibleName("每天在岗人数与缺口")
        grid.horizontalScrollBar().valueChanged.connect(self._redraw)
        grid.horizontalHeader().sectionResized.connect(self._redraw)
        grid.month.modelReset.connect(self._redraw)

    def show_gaps(self, gaps: Sequence[Gap]) -> None:
        """Show what is missing on each day of the month."""
        self._missing, self._told = {}, {}
        for gap in gaps:
            column = gap.day.day - 1
            self._missing[column] = self._missing.get(column, 0) + gap.need - gap.there
            self._told[column] = "\n".join(filter(None, (self._told.get(column), gap.sentence)))
        self.setAccessibleDescription("".join(gap.sentence for gap in gaps))
        self.update()

    def missing(self) -> dict[int, int]:
        """The red figures shown, by day of the month (from 0)."""
        return dict(self._missing)

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """Two lines."""
        return QSize(look.px(400), look.px(2 * LINE_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 — Qt's signature
        """Draw both lines under the days."""
        painter, inks, model = QPainter(self), self._grid.inks, self._grid.month
        painter.fillRect(self.rect(), inks.surface)
        if model.plan is None:
            return
        high, left = look.px(LINE_HEIGHT), self._left()
        for column, count in enumerate(model.plan.on_duty):
            x = left + self._grid.columnViewportPosition(column)
            wide = self._grid.columnWidth(column)
            if x + wide < left or x > self.width():
                continue
            if not model.days[column].works:
                painter.fillRect(x, 0, wide, 2 * high, inks.rest_day)
            painter.setFont(inks.small)
            painter.setPen(inks.faint)
            painter.drawText(QRect(x, 0, wide, high), _CENTRE, str(count) if count else "—")
            if column in self._missing:
                painter.fillRect(QRect(x + 1, high + 1, wide - 3, high - 3), inks.broken_tint)
                painter.setFont(inks.small_bold)
                painter.setPen(inks.broken)
                painter.drawText(QRect(x, high, wide, high), _CENTRE, str(self._missing[column]))
        painter.fillRect(0, 0, left, 2 * high, inks.surface)
        painter.setFont(inks.small)
        painter.setPen(inks.faint)
        for place, word in enumerate(("在岗人数", "岗位缺口")):
            room = QRect(look.px(10), place * high, left - look.px(18), high)
            painter.drawText(room, _LEFT, word)
        for edge in (0, high, 2 * high - 1):
            painter.fillRect(0, edge, self.width(), 1, inks.line)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """A click on a day tells what it lacks."""
        column = self._column(event.position().toPoint())
        if column in self._missing:
            self.asked.emit(column)

    def event(self, event: QEvent) -> bool:
        """Tell in a tooltip what a red figure means."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._told.get(self._column(event.pos()), ""), self)
            return True
        return super().event(event)

    def _left(self) -> int:
        return self._grid.verticalHeader().width() + self._grid.frameWidth()

    def _column(self, place: QPoint) -> int:
        return self._grid.columnAt(place.x() - self._left()) if place.x() >= self._left() else -1

    def _redraw(self) -> None:
        self.update()
