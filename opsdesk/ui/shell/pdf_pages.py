"""The pages of a PDF as pictures, for the preview and the printer. PDFium is used by one thread at a time."""

from __future__ import annotations

from threading import Lock
from typing import Any

from PySide6.QtGui import QImage

_one_at_a_time = Lock()


class PdfPages:
    """A PDF in memory. `sizes` are (width, height) of its pages in points (1/72 inch)."""

    def __init__(self, content: bytes) -> None:
        import pypdfium2

        pdfium: Any = pypdfium2  # ships no types

        self.content = content
        self._closed = False
        with _one_at_a_time:
            self._pdf = pdfium.PdfDocument(content)
            self.sizes: list[tuple[float, float]] = [self._pdf.get_page_size(n) for n in range(len(self._pdf))]

    def __len__(self) -> int:
        return len(self.sizes)

    def image(self, place: int, scale: float, *, grey: bool = False) -> QImage:
        """A page (from 0) at `scale` pixels per point; `grey` takes a quarter of the memory, for paper.

        Null once the pages are closed.
        """
        with _one_at_a_time:
            if self._closed:
                return QImage()
            page = self._pdf[place]
            bitmap = page.render(scale=scale, grayscale=grey, prefer_bgrx=True)
            layout = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB32
            made = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, layout).copy()
            bitmap.close()
            page.close()
        return made

    def close(self) -> None:
        """Let go of the memory."""
        with _one_at_a_time:
            self._closed = True
            self._pdf.close()
