"""Widgets beside each other that go to the next line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from shiboken6 import isValid

from opsdesk.ui.kit import look

GAP = 8


class FlowRow(QWidget):
    """Places its widgets like words: left to right, then the next line; 8 px between them, hidden ones left out."""

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
        self._renew()

    def clear(self) -> None:
        """Take all widgets away."""
        for widget in self._shown():
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
        widths = [_size(part).width() + look.px(GAP) for part in self._shown()]
        return QSize(max(0, sum(widths) - look.px(GAP)), self._place(self.width(), move=False))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """The widest part."""
        return QSize(max((_size(part).width() for part in self._shown()), default=0), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Place anew; another width may need another height."""
        super().resizeEvent(event)
        self._place(self.width(), move=True)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 — Qt's name
        """Place anew: of words that changed while nobody saw them Qt tells nothing."""
        super().showEvent(event)
        self._renew()

    def event(self, event: QEvent) -> bool:
        """Place anew when a part is shown, hidden or changes its words."""
        taken = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._renew()
        return taken

    def _renew(self) -> None:
        self.updateGeometry()
        self._place(self.width(), move=True)

    def _shown(self) -> list[QWidget]:
        self._parts = [part for part in self._parts if isValid(part)]
        return [part for part in self._parts if not part.isHidden()]

    def _place(self, width: int, *, move: bool) -> int:
        lines: list[list[tuple[QWidget, int, QSize]]] = [[]]
        left = 0
        for part in self._shown():
            size = _size(part)
            if left and left + size.width() > width:
                left = 0
                lines.append([])
            lines[-1].append((part, left, size))
            left += size.width() + look.px(GAP)
        top = 0
        for line in lines:
            height = max((size.height() for _, _, size in line), default=0)
            for part, at, size in line if move else ():
                middle = top + (height - size.height()) // 2
                part.setGeometry(at, middle, min(size.width(), max(width, 1)), size.height())
            top += height + look.px(GAP)
        return top - look.px(GAP)


def _size(part: QWidget) -> QSize:
    """What a part needs within its own limits, in the look that it will wear."""
    part.ensurePolished()
    return part.sizeHint().expandedTo(part.minimumSize()).boundedTo(part.maximumSize())
