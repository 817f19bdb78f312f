"""How the cells of a list are drawn: one lean call for each cell, chips as quiet tinted pills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from opsdesk.register import Chip, Kind
from opsdesk.ui.kit import look
from opsdesk.ui.kit.wording import RIGHT_ALIGNED

if TYPE_CHECKING:
    from opsdesk.ui.kit.record_table import RecordTable

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_ELIDE = Qt.TextElideMode.ElideRight
_FIGURES = frozenset({Kind.INTEGER, Kind.TIME, Kind.DATE, Kind.MOMENT, Kind.CODE})


class CellPainter(QStyledItemDelegate):
    """Draws the cells of a `RecordTable` from its model's cached texts, without asking role by role."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self._table = table
        self._pixmaps: dict[tuple[str, str, float], QPixmap] = {}
        self.forget_colours()

    def forget_colours(self) -> None:
        """Take colours and fonts anew from the look."""
        c = look.colours()
        self._pixmaps.clear()
        self._text, self._muted = QColor(c.text), QColor(c.text_secondary)
        self._selected, self._hover = QColor(c.selected), QColor(c.hover)
        self._line, self._accent, self._skeleton = QColor(c.line), QColor(c.accent), QColor(c.skeleton)
        self._tones = {
            tone: (QColor(made.text), QColor(made.tint), QColor(made.edge)) for tone, made in c.tones.items()
        }
        self._font, self._figures = look.font(), look.font(tabular=True)
        self._small = look.font(look.SECONDARY_SIZE)
        self._metrics = {id(font): QFontMetrics(font) for font in (self._font, self._figures, self._small)}
        self._pad = look.px(10)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw ground, line and content of one cell."""
        place, n = index.row(), index.column()
        table = self._table
        rect: QRect = option.rect  # type: ignore[attr-defined]  # PySide's stubs lack the members of style options
        if place in table.selected:
            painter.fillRect(rect, self._selected)
        elif place == table.hovered:
            painter.fillRect(rect, self._hover)
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, self._line)
        if n == 0 and place in table.selected:
            painter.fillRect(rect.x(), rect.y(), look.px(3), rect.height(), self._accent)
        line = table.records.line(place)
        if line is None:
            width = max(look.px(24), (rect.width() - 2 * self._pad) * (5 + (place * 7 + n * 3) % 4) // 10)
            bar = QRect(rect.x() + self._pad, rect.center().y() - look.px(5), width, look.px(10))
            painter.fillRect(bar, self._skeleton)
            return
        row, texts = line
        column = table.records.columns[n]
        inner = rect.adjusted(self._pad, 0, -self._pad, -1)
        value = row.values.get(column.key)
        if isinstance(value, Chip):
            if value.word:
                self._draw_chip(painter, inner, value)
        elif value is True:
            ink = look.colours().text_secondary
            shape = self._pixmap("check", ink, painter)
            painter.drawPixmap(inner.x(), inner.center().y() - look.px(8) + 1, shape)
        elif texts[n]:
            font = self._figures if column.kind in _FIGURES else self._font
            painter.setFont(font)
            painter.setPen(self._muted if row.muted else self._text)
            text = self._fitted(font, texts[n], inner.width())
            painter.drawText(inner, _RIGHT if column.kind in RIGHT_ALIGNED else _LEFT, text)

    def helpEvent(  # noqa: N802 — Qt's name
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Tell a shortened text whole."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), self.whole_text(index), view)
        return True

    def whole_text(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """The whole text of a cell that shows only part of it; empty if all is shown."""
        text = str(index.data() or "")
        room = self._table.columnWidth(index.column()) - 2 * self._pad
        line = self._table.records.line(index.row())
        if line and isinstance(line[0].values.get(self._table.records.columns[index.column()].key), Chip):
            room -= look.px(38)
        return text if self._metrics[id(self._font)].horizontalAdvance(text) > room else ""

    def _fitted(self, font: QFont, text: str, width: int) -> str:
        return self._metrics[id(font)].elidedText(text, _ELIDE, width)

    def _draw_chip(self, painter: QPainter, inner: QRect, chip: Chip) -> None:
        ink, tint, edge = self._tones[chip.tone]
        icon, gap, side, height = look.px(14), look.px(4), look.px(8), look.px(24)
        word = self._fitted(self._small, chip.word, inner.width() - icon - gap - 2 * side - look.px(2))
        advance = self._metrics[id(self._small)].horizontalAdvance(word)
        width = side + icon + gap + advance + side + look.px(2)
        pill = QRectF(inner.x() + 0.5, inner.center().y() - height // 2 + 1.5, width - 1, height - 1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(tint)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        shape = self._pixmap(look.TONE_ICONS[chip.tone], ink.name(), painter, 14)
        painter.drawPixmap(QPointF(pill.x() + side - 0.5, pill.center().y() - icon / 2), shape)
        painter.setFont(self._small)
        painter.setPen(ink)
        left = round(pill.x() + side + icon + gap)
        painter.drawText(QRect(left, round(pill.y()), advance + look.px(4), height - 1), _LEFT, word)
        painter.restore()

    def _pixmap(self, name: str, colour: str, painter: QPainter, size: int = look.ICON_SIZE) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key = (name, colour, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = look.pixmap(name, colour, size, ratio)
        return self._pixmaps[key]
