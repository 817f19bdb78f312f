"""Pages below each other, crisp at every zoom, drawn only where they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from opsdesk.ui.kit import look
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.shell.pdf_pages import PdfPages

LEAST, MOST, WIDEST_FIT = 0.4, 6.0, 2.0
STEP = 1.25
GAP = 16
NEIGHBOURS = 1


@dataclass(frozen=True)
class _Drawn:
    image: QImage
    scale: float


class _Canvas(QWidget):
    """The sheets; asks for those it has to paint."""

    def __init__(self, wanted: Callable[[int], QImage | None]) -> None:
        super().__init__()
        self._wanted = wanted
        self.places: list[QRect] = []

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the sheets that are in sight; one not ready yet is white."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, place in enumerate(self.places):
            if not place.adjusted(-1, -1, 1, 1).intersects(event.rect()):
                continue
            painter.fillRect(place, QColor("white"))
            if (image := self._wanted(number)) is not None:
                painter.drawImage(QRectF(place), image)
            painter.setPen(QColor(look.colours().line_strong))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))


class PageView(QScrollArea):
    """PgUp and PgDn turn pages, Ctrl + and − zoom, Ctrl+0 fits the width; `moved(page from 1, pages, percent)`."""

    moved = Signal(int, int, int)

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._operations = operations
        self._pages: PdfPages | None = None
        self._drawn: dict[int, _Drawn] = {}
        self._asked: set[tuple[int, float]] = set()
        self._chosen: float | None = None
        self._canvas = _Canvas(self._image)
        self.setWidget(self._canvas)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setProperty("class", "scrolled")
        self._canvas.setProperty("class", "scrolled")
        self.verticalScrollBar().valueChanged.connect(self._tell)

    def show_pages(self, pages: PdfPages | None) -> None:
        """Show another PDF from its beginning, or nothing."""
        if self._pages is not None:
            self._pages.close()
        self._pages = pages
        self._drawn.clear()
        self._asked.clear()
        self._chosen = None
        self._lay_out()
        self.verticalScrollBar().setValue(0)

    @property
    def zoom(self) -> float:
        """Logical pixels per point shown now."""
        if self._chosen is not None or not self._pages or not len(self._pages):
            return self._chosen or 1.0
        room = self.viewport().width() - 2 * look.px(24)
        return max(LEAST, min(WIDEST_FIT, room / max(width for width, _ in self._pages.sizes)))

    def zoom_by(self, factor: float) -> None:
        """Larger or smaller; what is in the middle stays there."""
        bar = self.verticalScrollBar()
        middle = (bar.value() + self.viewport().height() / 2) / max(1, self._canvas.height())
        self._chosen = max(LEAST, min(MOST, self.zoom * factor))
        self._lay_out()
        bar.setValue(round(middle * self._canvas.height() - self.viewport().height() / 2))

    def fit_width(self) -> None:
        """As wide as there is room."""
        self._chosen = None
        self._lay_out()

    @property
    def page(self) -> int:
        """The page in sight (from 0)."""
        eye = self.verticalScrollBar().value() + self.viewport().height() // 3
        return max((n for n, place in enumerate(self._canvas.places) if place.top() <= eye), default=0)

    def go_to(self, page: int) -> None:
        """Bring a page (from 0) to the top."""
        if self._canvas.places:
            place = self._canvas.places[max(0, min(page, len(self._canvas.places) - 1))]
            self.verticalScrollBar().setValue(place.top() - look.px(GAP) // 2)

    def drawn(self, page: int) -> QImage | None:
        """The picture of a page at the present zoom, once it is ready."""
        found = self._drawn.get(page)
        return found.image if found is not None and found.scale == self._scale() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Turn pages."""
        steps = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        if event.key() in steps:
            self.go_to(self.page + steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(0 if event.key() == Qt.Key.Key_Home else len(self._canvas.places) - 1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 — Qt's name
        """With Ctrl the wheel zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Fit the width anew."""
        super().resizeEvent(event)
        self._lay_out()

    def _scale(self) -> float:
        return round(self.zoom * self.devicePixelRatioF(), 3)

    def _lay_out(self) -> None:
        sizes = self._pages.sizes if self._pages else []
        gap, zoom = look.px(GAP), self.zoom
        pages = [QSize(round(width * zoom), round(height * zoom)) for width, height in sizes]
        wide = max([self.viewport().width(), *(size.width() + 2 * gap for size in pages)])
        top, places = gap, []
        for size in pages:
            places.append(QRect((wide - size.width()) // 2, top, size.width(), size.height()))
            top += size.height() + gap
        self._canvas.places = places
        self._canvas.resize(wide, top)
        self._canvas.update()
        self._tell()

    def _tell(self) -> None:
        self.moved.emit(self.page + 1 if self._pages else 0, len(self._canvas.places), round(self.zoom * 72 / 96 * 100))

    def _image(self, page: int) -> QImage | None:
        pages, scale = self._pages, self._scale()
        found = self._drawn.get(page)
        if pages is not None and (found is None or found.scale != scale) and (page, scale) not in self._asked:
            self._asked.add((page, scale))
            self._operations.run(
                partial(pages.image, page, scale),
                done=partial(self._take, pages, page, scale),
                owner=self,
            )
        return found.image if found is not None else None

    def _take(self, pages: PdfPages, page: int, scale: float, image: QImage) -> None:
        self._asked.discard((page, scale))
        if pages is not self._pages or image.isNull():
            return
        self._drawn[page] = _Drawn(image, scale)
        near = range(self.page - NEIGHBOURS - 1, self.page + NEIGHBOURS + 3)
        for other in [n for n in self._drawn if n not in near and n != page]:
            del self._drawn[other]
        self._canvas.update(self._canvas.places[page])
