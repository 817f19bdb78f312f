"""A person's month as a strip of days: two halves a day, each with its sign and the colour of its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from opsdesk.exports.typeface import TICK
from opsdesk.register import Tone
from opsdesk.rules.halves import Half
from opsdesk.rules.vocabulary import Mark
from opsdesk.services.marks import PRESENT, REST, half_mark
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.kit import look
from opsdesk.ui.kit.wording import day_in_words

TONES: Mapping[Mark, Tone] = {
    Mark.PRESENT: Tone.FINE,
    Mark.LATE: Tone.WARNING,
    Mark.EARLY: Tone.WARNING,
    Mark.ABSENT: Tone.BROKEN,
    Mark.AWOL: Tone.BROKEN,
    Mark.AWAY: Tone.WARNING,
    Mark.OPEN: Tone.BROKEN,
    Mark.LEAVE: Tone.AWAY,
    Mark.AHEAD: Tone.NEUTRAL,
    Mark.REST: Tone.NEUTRAL,
    Mark.UNPLANNED: Tone.INFORMATION,
}
IN_A_ROW = 16
HEAD, HALF = 16, 18


class MonthStrip(QWidget):
    """Two rows of days. `day_asked(day)`: a click, or Enter on the day that ← → stand on."""

    day_asked = Signal(object)

    def __init__(
        self,
        each: PersonMonth,
        dates: Sequence[date],
        waived: frozenset[date] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._each, self._dates, self._waived = each, list(dates), waived
        self._known = {day.day: day for day in each.days}
        self._place = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("本月每天的出勤标记")

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """Two rows of a number and two halves."""
        return QSize(look.px(380), 2 * look.px(HEAD + 2 * HALF) + look.px(8))

    def words(self, day: date) -> str:
        """A day in words: 2026-02-06 周五：上午迟到 11 分，下午出勤。"""
        known = self._known.get(day)
        if day in self._each.halves:
            morning, afternoon = (_half_in_words(half) for half in self._each.halves[day])
            said = morning if morning == afternoon else f"上午{morning}，下午{afternoon}"
        elif known is None:
            said = "不在场"
        else:
            said = "未排班到岗" if known.punches else "休"
        return f"{day_in_words(day)}：{said}{'，已免除' if day in self._waived else ''}。"

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the days."""
        c = look.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, day in enumerate(self._dates):
            cell = self._cell(place)
            number = QRect(cell.x(), cell.y(), cell.width(), look.px(HEAD))
            painter.setFont(look.font(look.SECONDARY_SIZE - 1, tabular=True))
            painter.setPen(QColor(c.text if day in self._each.halves else c.text_disabled))
            painter.drawText(number, int(Qt.AlignmentFlag.AlignCenter), str(day.day))
            for n, (sign, tone) in enumerate(self._signs(day)):
                top = cell.y() + look.px(HEAD) + n * look.px(HALF)
                box = QRectF(cell.x() + 1.5, top + 0.5, cell.width() - 3, look.px(HALF) - 2)
                self._draw_half(painter, box, sign, tone)
            if self.hasFocus() and place == self._place:
                painter.setPen(QPen(QColor(c.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(cell).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 — Qt's name
        """Ask for the day."""
        place = self._place_at(event.position().toPoint())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._ask(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """← → go along the days, ↑ ↓ between the rows, Enter asks for the day."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -IN_A_ROW, Qt.Key.Key_Down: IN_A_ROW}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask(self._place)
        elif (step := steps.get(Qt.Key(event.key()))) is not None and 0 <= self._place + step < len(self._dates):
            self._place += step
            self.setAccessibleDescription(self.words(self._dates[self._place]))
            self.update()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the day under the pointer in words."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_at(event.pos())
            QToolTip.showText(event.globalPos(), self.words(self._dates[place]) if place is not None else "", self)
            return True
        return super().event(event)

    def _signs(self, day: date) -> list[tuple[str, Tone]]:
        known = self._known.get(day)
        if day in self._each.halves:
            return [(half_mark(half)[:1], self._tone(day, half)) for half in self._each.halves[day]]
        if known is not None and known.punches:
            return [(PRESENT, Tone.INFORMATION)] * 2
        return [(REST if known is not None else "", Tone.NEUTRAL)] * 2

    def _tone(self, day: date, half: Half) -> Tone:
        waived = day in self._waived and half.mark in {Mark.AWOL, Mark.AWAY, Mark.ABSENT, Mark.OPEN}
        return Tone.NEUTRAL if waived else TONES[half.mark]

    def _draw_half(self, painter: QPainter, box: QRectF, sign: str, tone: Tone) -> None:
        c = look.colours()
        quiet = tone in {Tone.FINE, Tone.NEUTRAL}
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.sunken if quiet else c.tones[tone].tint))
        if tone is Tone.NEUTRAL:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(c.text_disabled if tone is Tone.NEUTRAL else c.tones[tone].text))
        painter.setFont(look.font(look.SECONDARY_SIZE, bold=not quiet))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), TICK if sign == PRESENT else sign)

    def _cell(self, place: int) -> QRect:
        width, height = self.width() / IN_A_ROW, look.px(HEAD + 2 * HALF)
        line, n = divmod(place, IN_A_ROW)
        return QRect(round(n * width), line * (height + look.px(8)), round((n + 1) * width) - round(n * width), height)

    def _place_at(self, point: object) -> int | None:
        return next((n for n in range(len(self._dates)) if self._cell(n).contains(point)), None)  # type: ignore[call-overload]  # a QPoint

    def _ask(self, place: int) -> None:
        self._place = place
        self.update()
        self.day_asked.emit(self._dates[place])


def _half_in_words(half: Half) -> str:
    if half.leave is not None:
        return str(half.leave)
    return f"{half.mark} {half.minutes} 分" if half.minutes else str(half.mark)
