"""Documents as PDF, drawn by hand on reportlab's canvas. Equal documents give equal bytes.

Texts are shown as they are (`Tj` in an embedded face): nothing in them is ever read as markup, link, image or path.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from opsdesk.exports import seal, typeface
from opsdesk.exports.archive import Cancelled
from opsdesk.exports.document import Document, Table
from opsdesk.exports.layout import compose
from opsdesk.exports.sheets import Ink, Sheet
from opsdesk.services.text import clean

Progress = Callable[[int, int], bool]
"""Told (done, total) now and then; False stops the work."""


def write_pdf(
    document: Document | Sequence[Document], path: Path, *, copies: int = 1, progress: Progress | None = None
) -> int:
    """Write one document, or several after each other, to `path`; gives the number of pages.

    Every document counts its own pages and is printed `copies` times. `progress(done, total)` returning False raises
    `Cancelled`; nothing is written before all pages are drawn, so no half file stays behind.
    """
    documents = [document] if isinstance(document, Document) else list(document)
    content, pages = _draw(documents, copies, progress)
    path.write_bytes(content)
    return pages


def pdf_bytes(*documents: Document) -> bytes:
    """The documents, one after the other, as one PDF in memory."""
    return _draw(documents, 1, None)[0]


def _draw(documents: Sequence[Document], copies: int, progress: Progress | None) -> tuple[bytes, int]:
    rows = sum(len(block.rows) for document in documents for block in document.body if isinstance(block, Table))
    total, done = 2 * rows + len(documents), 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None and not progress(min(done, total), total):
            raise Cancelled

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    _describe(canvas, documents)
    pages = 0
    for document in documents:
        sheets = compose(document, advance if progress is not None else None)
        share = (total // max(len(documents), 1) - done // max(len(documents), 1)) // max(len(sheets), 1)
        for _ in range(copies):
            for sheet in sheets:
                _draw_sheet(canvas, sheet)
                pages += 1
                if pages % 20 == 0:
                    advance(min(share * 20, max(total - 1 - done, 0)))
    canvas.save()
    advance(total - done)
    return buffer.getvalue(), pages


def _describe(canvas: Canvas, documents: Sequence[Document]) -> None:
    """Title, author and the codes of what was issued; no person's name, no time of day."""
    titles = dict.fromkeys(clean(document.title) for document in documents)
    organisations = dict.fromkeys(clean(document.organisation) for document in documents)
    canvas.setTitle("、".join(titles))
    canvas.setAuthor("、".join(organisations))
    canvas.setSubject("、".join(dict.fromkeys(clean(document.number) for document in documents if document.number)))
    if codes := seal.codes(documents):
        canvas.setKeywords(codes)
    canvas.setCreator("OpsDesk")


def _draw_sheet(canvas: Canvas, sheet: Sheet) -> None:
    canvas.setPageSize((sheet.width, sheet.height))
    for x, y, width, height, grey in sheet.tints:
        canvas.setFillGray(grey)
        canvas.rect(x, y, width, height, stroke=0, fill=1)
    canvas.setStrokeGray(0)
    for weight, rules in sheet.rules.items():
        canvas.setLineWidth(weight)
        canvas.lines(rules)
    if sheet.dividers:
        canvas.setLineWidth(0.5)
        canvas.lines([(x, y1, x, y2) for x, pieces in sheet.dividers.items() for y1, y2 in pieces])
    if sheet.modules:
        path = canvas.beginPath()  # one path: boxes side by side leave no seams
        for box in sheet.modules:
            path.rect(*box)
        canvas.setFillGray(0)
        canvas.drawPath(path, stroke=0, fill=1)
    _draw_texts(canvas, sheet.inks)
    for ink in sheet.inks:
        if ink.font == typeface.BOXES:
            _draw_boxes(canvas, ink)
    canvas.showPage()


def _draw_texts(canvas: Canvas, inks: Sequence[Ink]) -> None:
    text = canvas.beginText()
    text.setFillGray(0)
    used: tuple[str, float, float] = ("", 0.0, 0.0)
    for x, y, font, size, words, grey in inks:
        if font == typeface.BOXES:
            continue
        if used != (font, size, grey):
            typeface.face(font)
            text.setFont(font, size)
            if used[2] != grey:
                text.setFillGray(grey)
            used = (font, size, grey)
        text.setTextOrigin(x, y)
        text.textOut(words)
    canvas.drawText(text)


def _draw_boxes(canvas: Canvas, ink: Ink) -> None:
    """Draw the tick boxes of one piece: □, or □ with a tick in it."""
    side, step = ink.size * 0.82, ink.size * typeface.BOX_ADVANCE / 1000
    canvas.setLineWidth(max(0.5, ink.size * 0.06))
    for place, box in enumerate(ink.text):
        x, y = ink.x + step * place + ink.size * 0.06, ink.y - ink.size * 0.04
        canvas.rect(x, y, side, side)
        if box == typeface.TICKED_BOX:
            canvas.setLineWidth(ink.size * 0.12)
            canvas.lines(
                [
                    (x + side * 0.17, y + side * 0.52, x + side * 0.42, y + side * 0.22),
                    (x + side * 0.42, y + side * 0.22, x + side * 0.88, y + side * 0.86),
                ]
            )
            canvas.setLineWidth(max(0.5, ink.size * 0.06))
