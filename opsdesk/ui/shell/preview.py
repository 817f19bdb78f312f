"""The paper before it is printed: what is shown is what is printed and exported, but for the code it then gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.exports import archive, issuing
from opsdesk.exports.archive import Kept
from opsdesk.exports.document import Document
from opsdesk.register import Tone
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import exported
from opsdesk.ui.kit.operation import Fault, Progress
from opsdesk.ui.kit.parts import (
    ElidedLabel,
    Separator,
    icon_button,
    label,
    primary_button,
    secondary_button,
)
from opsdesk.ui.shell import printing
from opsdesk.ui.shell.page_view import STEP, PageView
from opsdesk.ui.shell.pdf_pages import PdfPages


class PaperPreview(QWidget):
    """Lies over the page that asked. Esc closes, Ctrl+P prints, Ctrl+E exports both; `closed` when it should go."""

    closed = Signal()

    def __init__(
        self, ctx: Context, desk: Desk, export_folder: Callable[[], Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._folder = ctx, desk, export_folder
        self._documents: tuple[Document, ...] = ()
        self.pages: PdfPages | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = ElidedLabel("", "heading")
        self.place = label("", "state")
        self.percent = label("", "state")
        self.smaller, self.larger = icon_button("minus", "缩小（Ctrl −）"), icon_button("plus", "放大（Ctrl +）")
        self.fit = secondary_button("适合宽度")
        self.fit.setToolTip("Ctrl+0")
        self.print = primary_button("打印", "printer")
        self.print.setToolTip("Ctrl+P")
        self.pdf, self.xlsx = (
            secondary_button("导出 PDF", "file-text"),
            secondary_button("导出 Excel", "file-spreadsheet"),
        )
        self.both, self.elsewhere = secondary_button("导出两者"), secondary_button("另存为…")
        self.both.setToolTip("Ctrl+E")
        self.close_button = icon_button("x", "关闭预览（Esc）")
        self.view = PageView(desk.operations)
        self._lay_out()
        self._connect()
        self._allow()

    def open(self, documents: Document | Sequence[Document]) -> None:
        """Show these documents, one after the other."""
        self._documents = (documents,) if isinstance(documents, Document) else tuple(documents)
        first = self._documents[0]
        more = f" 等 {len(self._documents)} 份" if len(self._documents) > 1 else ""
        self.title.setText(f"{first.title}　{first.number}{more}".strip())
        self._take(None)
        self.place.setText("正在排版…")
        several, shown = self._documents, issuing.as_preview(self._documents)

        def draw(_progress: Progress) -> PdfPages:
            from opsdesk.exports.pdf import pdf_bytes

            return PdfPages(pdf_bytes(*shown))

        self._desk.operations.run_long(
            draw, "正在排版", done=partial(self._take_if, several), failed=self._fail_to_draw, owner=self, beside=True
        )

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk: the paper goes."""
        self._ctx = ctx
        self.leave()

    def leave(self) -> None:
        """Close the preview and let go of its pages."""
        self._documents = ()
        self._take(None)
        self.closed.emit()

    def export(self, formats: Sequence[str], folder: Path | None = None) -> None:
        """Issue the documents as files of these formats (pdf, xlsx), record it, and say where they are."""
        if not self._documents:
            return
        ctx, documents, target = self._ctx, self._documents, folder or self._folder()

        def write(progress: Progress) -> list[Kept] | None:
            try:
                return issuing.export(ctx, documents, target, formats, progress=progress)[1]
            except archive.Cancelled:
                return None

        self._desk.operations.run_long(
            write,
            "正在导出",
            done=partial(exported, self._desk.notices),
            owner=self,
            busy=self.both if len(formats) > 1 else {"pdf": self.pdf, "xlsx": self.xlsx}[formats[0]],
            beside=True,
        )

    def print_on(self, printer: QPrinter) -> None:
        """Issue the documents, print their pages on a printer that was chosen, and record it."""
        if self.pages is None:
            return
        ctx, documents = self._ctx, self._documents

        def work(progress: Progress) -> int | None:
            from opsdesk.exports.pdf import pdf_bytes

            sealed = issuing.issue(ctx, documents).value
            own = PdfPages(pdf_bytes(*sealed))
            try:
                sheets = printing.print_pages(own, printer, progress)
            finally:
                own.close()
            if sheets:
                issuing.printed(ctx, sealed, sha256(own.content).hexdigest())
            return sheets or None

        self._desk.operations.run_long(
            work,
            "正在打印",
            done=lambda sheets: self._on_printed(sheets, printer.printerName()),
            owner=self,
            busy=self.print,
            beside=True,
        )

    def ask_printer(self) -> None:
        """Let the user choose a printer, or say that there is none."""
        if self.pages is None:
            return
        if not printing.printers():
            self._desk.notices.show(
                "这台电脑没有安装打印机。可以导出 PDF，拿到能打印的电脑上打印。",
                Tone.WARNING,
                [("导出 PDF", partial(self.export, ("pdf",)))],
            )
            return
        printer = printing.printer_for(self.pages)
        dialog = QPrintDialog(printer, self.window())
        dialog.setWindowTitle("打印")
        dialog.setMinMax(1, len(self.pages))
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        try:
            if dialog.exec() == QPrintDialog.DialogCode.Accepted:
                self.print_on(printer)
        finally:
            dialog.deleteLater()

    def _take_if(self, wanted: tuple[Document, ...], pages: PdfPages) -> None:
        if wanted is self._documents:
            self._take(pages)
            self.view.setFocus()
        else:
            pages.close()

    def _take(self, pages: PdfPages | None) -> None:
        self.pages = pages
        self.view.show_pages(pages)
        self._allow()

    def _fail_to_draw(self, error: Refusal | Trouble) -> None:
        if not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)
        self.leave()

    def _on_printed(self, sheets: int | None, name: str) -> None:
        if sheets:
            where = f"“{name}”" if name else "打印机"
            self._desk.notices.show(f"已发送 {sheets} 页到{where}。", Tone.FINE)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "保存到哪个文件夹", str(self._folder()))
        if chosen:
            self.export(("pdf", "xlsx"), Path(chosen))

    def _allow(self) -> None:
        for button in (self.print, self.pdf, self.xlsx, self.both, self.elsewhere, self.fit, self.smaller, self.larger):
            button.setEnabled(self.pages is not None)

    def _show_place(self, page: int, pages: int, percent: int) -> None:
        self.place.setText(f"第 {page} 页，共 {pages} 页" if pages else "正在排版…")
        self.percent.setText(f"{percent}%" if pages else "")

    def _connect(self) -> None:
        self.view.moved.connect(self._show_place)
        self.smaller.clicked.connect(lambda: self.view.zoom_by(1 / STEP))
        self.larger.clicked.connect(lambda: self.view.zoom_by(STEP))
        self.fit.clicked.connect(self.view.fit_width)
        self.print.clicked.connect(self.ask_printer)
        self.pdf.clicked.connect(lambda: self.export(("pdf",)))
        self.xlsx.clicked.connect(lambda: self.export(("xlsx",)))
        self.both.clicked.connect(lambda: self.export(("pdf", "xlsx")))
        self.elsewhere.clicked.connect(self._choose_folder)
        self.close_button.clicked.connect(self.leave)
        for keys, slot in (
            ("Esc", self.leave),
            ("Ctrl+P", self.ask_printer),
            ("Ctrl+E", lambda: self.export(("pdf", "xlsx"))),
            ("Ctrl++", lambda: self.view.zoom_by(STEP)),
            ("Ctrl+=", lambda: self.view.zoom_by(STEP)),
            ("Ctrl+-", lambda: self.view.zoom_by(1 / STEP)),
            ("Ctrl+0", self.view.fit_width),
        ):
            shortcut = QShortcut(QKeySequence(keys), self, slot)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("class", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(look.px(16), look.px(8), look.px(12), look.px(8))
        row.setSpacing(look.px(8))
        self.title.setMinimumWidth(look.px(160))
        row.addWidget(self.title, 1)
        row.addWidget(self.place)
        upright = Separator(upright=True)
        upright.setFixedHeight(look.px(20))
        row.addWidget(upright)
        self.percent.setMinimumWidth(look.px(44))
        self.percent.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.smaller, self.percent, self.larger, self.fit):
            row.addWidget(widget)
        row.addSpacing(look.px(8))
        for widget in (self.pdf, self.xlsx, self.both, self.elsewhere, self.print, self.close_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.view, 1)
