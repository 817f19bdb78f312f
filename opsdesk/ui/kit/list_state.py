"""What stands in the place of rows: a skeleton while loading, or a sentence and what to do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import icon_label, label, secondary_button

if TYPE_CHECKING:
    from opsdesk.ui.kit.record_table import RecordTable


class ListState(QWidget):
    """Covers the rows of a table while there are none to see."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self._table = table
        self._loading = False
        self._callback: Callable[[], object] | None = None
        self._icon = icon_label("inbox", "", 32)
        self._sentence = label("", "heading", wraps=True)
        self._hint = label("", "state", wraps=True)
        self._button = secondary_button("")
        self._button.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24),) * 4)
        column.setSpacing(look.px(8))
        column.addStretch(2)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for text in (self._sentence, self._hint):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(text)
        column.addSpacing(look.px(4))
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def rest(self) -> None:
        """There are rows: out of the way."""
        self._loading = False
        self.setVisible(False)

    def load(self) -> None:
        """Show the skeleton of rows to come."""
        self._loading = True
        self._show_words(False)
        self._button.setVisible(False)
        self._cover()

    def tell(
        self,
        icon: str,
        sentence: str,
        hint: str = "",
        action: str = "",
        callback: Callable[[], object] | None = None,
        tone: str = "",
    ) -> None:
        """Say in a sentence why there are no rows and, with a button, what to do now."""
        self._loading = False
        self._callback = callback
        look.set_icon(self._icon, icon, tone)
        self._sentence.setText(sentence)
        self._hint.setText(hint)
        self._button.setText(action)
        self._show_words(True)
        self._hint.setVisible(bool(hint))
        self._button.setVisible(bool(action and callback))
        self._cover()

    def sentence(self) -> str:
        """What is said now; empty while loading or resting."""
        return "" if self._loading or self.isHidden() else self._sentence.text()

    @property
    def loading(self) -> bool:
        """Whether the skeleton is shown."""
        return self._loading

    def _show_words(self, shown: bool) -> None:
        for widget in (self._icon, self._sentence, self._hint):
            widget.setVisible(shown)

    def _cover(self) -> None:
        self.setGeometry(self._table.viewport().geometry())
        self.setVisible(True)
        self.raise_()
        self.update()

    def _act(self) -> None:
        if self._callback is not None:
            self._callback()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 — Qt's signature
        """Draw the ground and, while loading, bars where texts will stand."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.colours().surface))
        if not self._loading:
            return
        bar, line = QColor(look.colours().skeleton), QColor(look.colours().line)
        height, pad = look.px(look.ROW_HEIGHT), look.px(10)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for n in range(min(12, self.height() // height)):
            painter.setOpacity(1 - n / 14)
            for column in range(len(self._table.records.columns)):
                left, width = self._table.columnViewportPosition(column), self._table.columnWidth(column) - 2 * pad
                painter.setBrush(bar)
                painter.setPen(Qt.PenStyle.NoPen)
                share = (5 + (n * 7 + column * 3) % 4) / 10
                painter.drawRoundedRect(
                    left + pad, n * height + (height - pad) // 2, max(12, int(width * share)), pad, 3, 3
                )
            painter.fillRect(0, (n + 1) * height - 1, self.width(), 1, line)
