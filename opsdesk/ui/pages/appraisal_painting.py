"""How the scoring grid is drawn: figures in their cells, items under their categories, names at the left."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from opsdesk.register import Chip, Tone
from opsdesk.rules.scoring import Way, plain
from opsdesk.ui.kit import look
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_rows import Cell

if TYPE_CHECKING:
    from opsdesk.ui.pages.appraisal_model import AppraisalModel

ROW, BAND, HEAD, NAMES, NARROW_NAMES = 44, 24, 100, 184, 148
TITLE_LINES = 3
_CENTRE = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_ELIDE = Qt.TextElideMode.ElideRight


class Inks:
    """Colours and fonts of the grid, taken once from the look."""

    def __init__(self) -> None:
        c = look.colours()
        self.surface, self.sunken, self.line = QColor(c.surface), QColor(c.sunken), QColor(c.line)
        self.text, self.faint, self.off = QColor(c.text), QColor(c.text_secondary), QColor(c.text_disabled)
        self.accent, self.accent_text, self.row = QColor(c.accent), QColor(c.accent_text), QColor(c.hover)
        self.strong, self.chosen = QColor(c.line_strong), QColor(c.selected)
        self.tones = {tone: (QColor(made.text), QColor(made.tint), QColor(made.edge)) for tone, made in c.tones.items()}
        self.figure, self.bold = look.font(tabular=True), look.font(bold=True, tabular=True)
        self.total = look.font(18, bold=True, tabular=True)
        self.small, self.tiny = look.font(look.SECONDARY_SIZE, tabular=True), look.font(11, tabular=True)
        self.small_bold = look.font(look.SECONDARY_SIZE, bold=True, tabular=True)


class CellInk(QStyledItemDelegate):
    """Draws the cells: what lost points stands out, full points are quiet, an open cell says so."""

    def __init__(self, view: QTableView, model: AppraisalModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.inks = Inks()
        self.focused = False

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell, and the ring where one stands."""
        rect: QRect = option.rect  # type: ignore[attr-defined]  # PySide's stubs lack the members of style options
        inks, cell = self.inks, self._model.cell(index.row(), index.column())
        here = self._view.selectionModel().currentIndex()
        in_row = here.isValid() and here.row() == index.row()
        chosen = index.column() == here.column() and self._view.selectionModel().isSelected(index)
        painter.fillRect(rect, inks.chosen if chosen and not in_row else inks.row if in_row else inks.surface)
        self._draw(painter, rect, index.column(), cell)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)
        item = self._model.item_at(index.column())
        after = self._model.item_at(index.column() + 1)
        if item is not None and (after is None or after.category != item.category):
            painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)
        if in_row and here.column() == index.column():
            painter.setPen(QPen(inks.accent if self.focused else inks.strong, 2 if self.focused else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -2, -2))

    def _draw(self, painter: QPainter, rect: QRect, column: int, cell: Cell) -> None:
        inks, inner = self.inks, rect.adjusted(look.px(3), look.px(3), -look.px(3), -look.px(4))
        if cell.chip is not None:
            self._draw_chip(painter, rect, cell.chip)
            return
        key = self._key(column)
        item = self._model.item_at(column)
        if cell.blank and item is not None and not cell.text:
            painter.setPen(QPen(inks.strong, 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(inner).adjusted(2.5, 3.5, -2.5, -2.5), 4, 4)
        below = f"{cell.waiting} 待" if cell.waiting else cell.below
        upper = QRect(inner.x(), inner.y(), inner.width(), inner.height() * 3 // 5) if below else inner
        painter.setFont(inks.total if key == rows.TOTAL else inks.figure if cell.full or key else inks.bold)
        quiet = cell.full and not cell.typed
        painter.setPen(inks.accent_text if cell.typed else inks.faint if quiet else inks.text)
        painter.drawText(upper, _CENTRE, cell.text or ("未评" if cell.blank and below else ""))
        if below:
            lower = QRect(inner.x(), upper.bottom(), inner.width(), inner.height() - upper.height())
            self._draw_below(painter, lower, below, waits=bool(cell.waiting), money=key == rows.PAY)

    def _draw_below(self, painter: QPainter, rect: QRect, words: str, *, waits: bool, money: bool) -> None:
        inks = self.inks
        painter.setFont(inks.small if money else inks.tiny)
        metrics = painter.fontMetrics()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        if waits:
            ink, tint, edge = inks.tones[Tone.WARNING]
            wide = min(metrics.horizontalAdvance(words) + look.px(10), rect.width())
            pill = QRectF(rect.center().x() - wide / 2 + 0.5, rect.y() - 0.5, wide, rect.height())
            painter.setPen(edge)
            painter.setBrush(tint)
            painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
            painter.setPen(ink)
        else:
            painter.setPen(inks.faint)
        painter.drawText(rect, _CENTRE, metrics.elidedText(words, _ELIDE, rect.width()))

    def _draw_chip(self, painter: QPainter, rect: QRect, chip: Chip) -> None:
        ink, tint, edge = self.inks.tones[chip.tone]
        icon, side, high = look.px(14), look.px(6), look.px(22)
        painter.setFont(self.inks.small)
        room = rect.width() - icon - 2 * side - look.px(16)
        word = painter.fontMetrics().elidedText(chip.word, _ELIDE, room)
        wide = icon + look.px(4) + painter.fontMetrics().horizontalAdvance(word) + 2 * side
        pill = QRectF(rect.center().x() - wide // 2 + 0.5, rect.center().y() - high // 2 + 0.5, wide, high)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(tint)
        painter.drawRoundedRect(pill, high / 2, high / 2)
        shape = look.pixmap(look.TONE_ICONS[chip.tone], ink.name(), 14, painter.device().devicePixelRatioF())
        painter.drawPixmap(round(pill.x()) + side, round(pill.center().y() - icon / 2), shape)
        painter.setPen(ink)
        left = round(pill.x()) + side + icon + look.px(4)
        painter.drawText(QRect(left, round(pill.y()), room + look.px(8), high), _LEFT, word)

    def _key(self, column: int) -> str:
        place = column - len(self._model.items)
        return self._model.keys[place] if place >= 0 else ""


class ItemHeads(QHeaderView):
    """Categories over their items, each item with its full points; the sums beside have their title alone."""

    def __init__(self, view: QTableView, model: AppraisalModel) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view, self._model = view, model
        self.inks = Inks()
        self.setFixedHeight(look.px(HEAD))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(look.px(32))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the heads, then the bands of the categories over them."""
        super().paintEvent(event)
        painter, items = QPainter(self.viewport()), self._model.items
        shown = [n for n in range(len(items)) if not self.isSectionHidden(n)]
        for category, group in groupby(shown, key=lambda n: items[n].category):
            columns = list(group)
            left = self.sectionViewportPosition(columns[0])
            wide = sum(self.sectionSize(n) for n in columns)
            self._draw_band(painter, QRect(left, 0, wide, look.px(BAND)), category)
        painter.end()

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802 — Qt's name
        """Draw one head."""
        inks, item = self.inks, self._model.item_at(logical)
        painter.fillRect(rect, inks.surface)
        here = self._view.selectionModel().currentIndex().column() == logical
        painter.setPen(inks.accent_text if here else inks.text if item else inks.faint)
        painter.setFont(inks.small_bold if here or not item else inks.small)
        if item is None:
            painter.drawText(rect, _CENTRE, str(self._model.headerData(logical, Qt.Orientation.Horizontal) or ""))
        else:
            line = look.px(16)
            lines = wrapped(item.title, QFontMetrics(painter.font()), rect.width() - look.px(6), TITLE_LINES)
            top = rect.y() + look.px(BAND + 4)
            for n, words in enumerate(lines):
                painter.drawText(QRect(rect.x(), top + n * line, rect.width(), line), _CENTRE, words)
            painter.setFont(inks.small_bold)
            painter.setPen(inks.accent_text if here else inks.faint)
            full = (
                f"+{plain(item.cap)}"
                if item.way is Way.BONUS and item.cap
                else "加分"
                if item.way is Way.BONUS
                else plain(item.weight)
            )
            painter.drawText(QRect(rect.x(), rect.bottom() - look.px(22), rect.width(), look.px(18)), _CENTRE, full)
            after = self._model.item_at(logical + 1)
            if after is None or after.category != item.category:
                painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)
        if here:
            painter.fillRect(rect.x(), rect.bottom() - 2, rect.width(), 2, inks.accent)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)

    def _draw_band(self, painter: QPainter, rect: QRect, category: str) -> None:
        inks = self.inks
        painter.fillRect(rect, inks.sunken)
        seen = rect.intersected(self.viewport().rect()).adjusted(look.px(6), 0, -look.px(4), 0)
        painter.setFont(inks.small_bold)
        painter.setPen(inks.faint)
        painter.drawText(seen, _LEFT, painter.fontMetrics().elidedText(category, _ELIDE, max(seen.width(), 0)))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)
        painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)


class NameHeads(QHeaderView):
    """Names at the left, vendor and post faint below."""

    def __init__(self, view: QTableView, model: AppraisalModel) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._view, self._model = view, model
        self.inks = Inks()
        self.setFixedWidth(look.px(NAMES))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(look.px(ROW))
        self.setDefaultSectionSize(look.px(ROW))
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:  # noqa: N802 — Qt's name
        """Draw one name."""
        inks, here = self.inks, self._view.selectionModel().currentIndex().row() == logical
        painter.fillRect(rect, inks.row if here else inks.surface)
        name, below = rows.head_words(self._model.objects[logical])
        inner = rect.adjusted(look.px(10), look.px(3), -look.px(8), -look.px(4))
        upper = QRect(inner.x(), inner.y(), inner.width(), inner.height() * 11 // 20) if below else inner
        painter.setFont(inks.bold if here else inks.figure)
        painter.setPen(inks.accent_text if here else inks.text)
        painter.drawText(upper, _LEFT, painter.fontMetrics().elidedText(name, _ELIDE, upper.width()))
        if below:
            lower = QRect(inner.x(), upper.bottom(), inner.width(), inner.height() - upper.height())
            painter.setFont(inks.small)
            painter.setPen(inks.faint)
            painter.drawText(lower, _LEFT, painter.fontMetrics().elidedText(below, _ELIDE, lower.width()))
        if here:
            painter.fillRect(rect.x(), rect.y(), look.px(3), rect.height(), inks.accent)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, inks.line)
        painter.fillRect(rect.right(), rect.y(), 1, rect.height(), inks.line)


def wrapped(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """A title in lines that fit, broken between any two signs; what does not fit ends with …"""
    lines = [""]
    for n, sign in enumerate(text):
        if metrics.horizontalAdvance(lines[-1] + sign) <= width or not lines[-1]:
            lines[-1] += sign
        elif len(lines) < most:
            lines.append(sign)
        else:
            lines[-1] = metrics.elidedText(lines[-1] + text[n:], _ELIDE, width)
            break
    return lines
