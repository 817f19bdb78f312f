"""使用手册: a window of its own beside the work, by chapters that bear the names of the sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QTextBrowser, QVBoxLayout, QWidget

from opsdesk import paths
from opsdesk.ui.kit import look
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.parts import label

FILE = "manual.md"
BEGINNING, TROUBLE = "开始使用", "打不开或不对劲时"
"""The chapters for whoever has not come in yet, and where the record does not open."""
OF_TABS = {
    "verify": "校验一张表",
    "backup": "备份和恢复",
    "restore_drill": "备份和恢复",
    "correction": "到岗记录",
}
"""Tabs with a chapter that is not that of their section."""
WIDTH, HEIGHT, LIST_WIDTH, MARGIN = 920, 680, 184, 24
EDGE = 64
"""Pixels of the screen that are left for the window's frame and what is below."""
SIZES = {2: look.TITLE_SIZE, 3: 16}
ABOVE = {3: 20}
"""Size of headings by their level, and the distance above."""
LINE = 125
"""Height of a line in hundredths of the letters'."""


@dataclass(frozen=True)
class Chapter:
    """A chapter as Markdown, with its heading."""

    title: str
    text: str


@cache
def chapters() -> tuple[Chapter, ...]:
    """The chapters of the manual in their order."""
    _, *found = (paths.resources() / FILE).read_text(encoding="utf-8").split("\n## ")
    return tuple(Chapter(each.partition("\n")[0].strip(), f"## {each}") for each in found)


def show_beside(window: Any) -> None:
    """Open the manual at the chapter of what the main window shows; not for those who may only sign in."""
    if window.in_kiosk:
        return
    shown, title = window.screens.currentWidget(), BEGINNING
    if shown is window.frame:
        current = window.frame.current
        title = OF_TABS.get(current.current_key, current.section.title)
    elif shown is window.trouble:
        title = TROUBLE
    made = window.findChild(Manual) or Manual(window)
    made.open(title)


class Manual(QWidget):
    """The list of chapters, the one that is open, and a field that finds words in all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("运维台 · 使用手册")
        self.setProperty("class", "page")
        self.finder = FindField("在手册中查找")
        self.list = QListWidget()
        self.list.setAccessibleName("手册的章节")
        self.text = QTextBrowser()
        self.text.setAccessibleName("手册的正文")
        self.nothing = label("", "secondary", wraps=True)
        self.nothing.setVisible(False)
        side = QVBoxLayout()
        side.setSpacing(look.px(8))
        for widget in (self.finder, self.nothing, self.list):
            widget.setFixedWidth(look.px(LIST_WIDTH))
            side.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(look.px(16),) * 4)
        row.setSpacing(look.px(16))
        row.addLayout(side)
        row.addWidget(self.text, 1)
        room = self.screen().availableGeometry()
        self.resize(min(look.px(WIDTH), room.width() - EDGE), min(look.px(HEIGHT), room.height() - EDGE))
        self.list.currentRowChanged.connect(self._show)
        self.finder.textChanged.connect(self._find)
        self.finder.left.connect(self.go_on)
        QShortcut(QKeySequence("Ctrl+F"), self, self.finder.setFocus)
        self._found: list[Chapter] = []
        self._find("")

    def open(self, title: str) -> None:
        """Come to the front with the chapter of this title; with the one that was open where there is none."""
        self.finder.clear()
        place = next((n for n, each in enumerate(self._found) if each.title == title), None)
        if place is not None:
            self.list.setCurrentRow(place)
        self.show()
        self.raise_()
        self.activateWindow()
        self.list.setFocus()

    def go_on(self) -> None:
        """Go to the next place where the words stand, in this chapter or the one after."""
        sought = self.finder.text().strip()
        if not sought or not self._found or self.text.find(sought):
            return
        self.list.setCurrentRow((self.list.currentRow() + 1) % len(self._found))
        self.text.find(sought)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Esc, which the find field takes as long as it is not empty, closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 — Qt's name
        """Light and dark have colours of their own."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.list.currentRow() >= 0:
            self._show(self.list.currentRow())

    def _find(self, text: str) -> None:
        sought, was = text.strip(), self.list.currentItem()
        title = was.text() if was is not None else ""
        self._found = [each for each in chapters() if sought.casefold() in each.text.casefold()]
        self.nothing.setText(f"手册里没有“{sought}”。请换一个说法再找。")
        self.nothing.setVisible(not self._found)
        held = QSignalBlocker(self.list)
        self.list.clear()
        self.list.addItems([each.title for each in self._found])
        held.unblock()
        self.list.setCurrentRow(next((n for n, each in enumerate(self._found) if each.title == title), 0))

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._found):
            return
        document = self.text.document()
        document.setDocumentMargin(look.px(MARGIN))
        document.setMarkdown(self._found[row].text)
        _dress(document)
        self.text.setExtraSelections(_marks(document, self.finder.text().strip()))
        self.text.moveCursor(QTextCursor.MoveOperation.Start)


def _marks(document: QTextDocument, sought: str) -> list[QTextBrowser.ExtraSelection]:
    """Every place where the words stand, on the quiet ground of what is selected."""
    found = []
    cursor = document.find(sought) if sought else QTextCursor()
    while not cursor.isNull():
        mark = QTextBrowser.ExtraSelection()
        mark.cursor = cursor  # type: ignore[attr-defined]
        mark.format.setBackground(QColor(look.colours().selected))  # type: ignore[attr-defined]
        found.append(mark)
        cursor = document.find(sought, cursor)
    return found


def _dress(document: QTextDocument) -> None:
    """Give headings, lines and tables of Markdown the look's sizes, distances and colours."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        level = block.blockFormat().headingLevel()
        within = cursor.currentTable() is not None or block.textList() is not None
        shape = QTextBlockFormat()
        shape.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(look.px(ABOVE.get(level, 0)))
        ends_list = block.textList() is not None and block.next().textList() is None
        shape.setBottomMargin(look.px(8 if ends_list or not within else 0))
        cursor.mergeBlockFormat(shape)
        if level:
            letters = QTextCharFormat()
            letters.setFont(look.font(SIZES.get(level, look.TEXT_SIZE), bold=True))
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.setCharFormat(letters)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _rule(frame)


def _rule(table: QTextTable) -> None:
    """Draw lines below the rows alone, over the whole width."""
    shape = table.format()
    shape.setBorder(0)
    shape.setBorderCollapse(True)
    shape.setCellPadding(look.px(6))
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    shape.setBottomMargin(look.px(12))
    table.setFormat(shape)
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            own = cell.format().toTableCellFormat()
            own.setBottomBorder(1)
            own.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            own.setBottomBorderBrush(QColor(look.colours().line_strong if row == 0 else look.colours().line))
            cell.setFormat(own)
