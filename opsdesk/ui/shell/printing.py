"""Printing the very pages of the preview on any printer: whole sheet, right size and orientation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from opsdesk.services.errors import Trouble
from opsdesk.ui.shell.pdf_pages import PdfPages

FINEST = 600
"""Dots per inch beyond which a printer's own resolution only costs memory."""


def printers() -> list[str]:
    """The printers of this computer."""
    return list(QPrinterInfo.availablePrinterNames())


def page_layout(size: tuple[float, float]) -> QPageLayout:
    """Paper and orientation for a page of this size in points; no margins: the page brings its own."""
    width, height = size
    upright = QSizeF(min(width, height), max(width, height))
    paper = QPageSize(upright, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    turned = QPageLayout.Orientation.Landscape if width > height else QPageLayout.Orientation.Portrait
    return QPageLayout(paper, turned, QMarginsF(0, 0, 0, 0))


def printer_for(pages: PdfPages) -> QPrinter:
    """A printer set to the first page's paper."""
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setFullPage(True)
    made.setPageLayout(page_layout(pages.sizes[0]))
    made.setCreator("OpsDesk")
    return made


def print_pages(pages: PdfPages, printer: QPrinter, progress: Callable[[int, int], bool]) -> int:
    """Draw the chosen pages on the printer; gives how many sheets. Raises Trouble where the printer does not take them.

    After 取消 the print job is aborted and 0 given.
    """
    order = list(_order(pages, printer))
    printer.setFullPage(True)
    printer.setPageLayout(page_layout(pages.sizes[order[0]]))
    painter = QPainter()
    if not painter.begin(printer):
        raise Trouble(
            f"打印机“{printer.printerName()}”没有接受打印任务。", remedy="请检查打印机是否开机、有纸，然后再打印一次。"
        )
    try:
        for number, place in enumerate(order):
            if number:
                printer.setPageLayout(page_layout(pages.sizes[place]))
                printer.newPage()
            scale = min(printer.resolution(), FINEST) / 72
            painter.drawImage(printer.paperRect(QPrinter.Unit.DevicePixel), pages.image(place, scale, grey=True))
            if not progress(number + 1, len(order)):
                printer.abort()
                return 0
    finally:
        painter.end()
    return len(order)


def _order(pages: PdfPages, printer: QPrinter) -> Iterator[int]:
    first, last = 1, len(pages)
    if printer.printRange() is QPrinter.PrintRange.PageRange and printer.fromPage():
        first, last = printer.fromPage(), min(last, printer.toPage() or last)
    copies = 1 if printer.supportsMultipleCopies() else printer.copyCount()
    for _ in range(copies):
        yield from range(first - 1, last)
