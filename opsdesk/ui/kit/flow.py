"""Buttons beside each other that go to the next line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsdesk.ui.kit import look


class FlowRow(QWidget):
    """Places its widgets like words: left to right, then the next line; 8 px between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget after the others."""
        widget.setParent(self)
        widget.setVisible(True)
        self._parts.append(widget)
        self.updateGeometry()
        self._place(self.width(), move=True)

    def clear(self) -> None:
        """Take all widgets away."""
        for widget in self._parts:
            widget.setVisible(False)
            widget.deleteLater()
        self._parts.clear()
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 — Qt's name
        """The lines needed depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 — Qt's name
        """Height of the lines needed at this width."""
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """All in one line, as high as the present width needs."""
        return QSize(sum(p.sizeHint().width() + look.px(8) for p in self._parts), self._place(self.width(), move=False))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """The widest part."""
        return QSize(max((p.sizeHint().width() for p in self._parts), default=0), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Place anew."""
        super().resizeEvent(event)
        self._place(self.width(), move=True)

    def _place(self, width: int, *, move: bool) -> int:
        left = top = line = 0
        for part in self._parts:
            size = part.sizeHint()
            if left and left + size.width() > width:
                left, top, line = 0, top + line + look.px(8), 0
            if move:
                part.setGeometry(left, top, min(size.width(), max(width, 1)), size.height())
            left += size.width() + look.px(8)
            line = max(line, size.height())
        return top + line
