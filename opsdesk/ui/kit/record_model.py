"""The lean model below the list of a register: cached display strings, fetched page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from opsdesk.register import Column, Page, Row
from opsdesk.ui.kit import look
from opsdesk.ui.kit.wording import RIGHT_ALIGNED, shown

Deliver = Callable[[Page], None]
Fetch = Callable[[int, int, Deliver], None]
Index = QModelIndex | QPersistentModelIndex
Line = tuple[Row, tuple[str, ...]]

PAGE_ROWS = 200
PAGES_KEPT = 60
_NOWHERE = QModelIndex()


class RecordModel(QAbstractTableModel):
    """Rows of a register, fetched when looked at.

    `fetch(offset, limit, deliver)` asks for rows and calls `deliver(Page)` at once or later, on the GUI thread; an
    answer to an older question is dropped. At most one question is under way, and only the rows looked at last are
    asked for next, so that dragging through a million rows does not read a million rows.
    """

    answered = Signal()

    def __init__(self, columns: Sequence[Column], fetch: Fetch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch = fetch
        self._pages: OrderedDict[int, list[Line]] = OrderedDict()
        self._total = 0
        self._question = 0
        self._under_way: int | None = None
        self._wanted: int | None = None
        self._asker = QTimer(self, singleShot=True, interval=0)
        self._asker.timeout.connect(self._ask_wanted)

    def set_fetch(self, fetch: Fetch) -> None:
        """Take rows from another question from the next `reload` on."""
        self._fetch = fetch

    def reload(self, near: int = 0) -> None:
        """Fetch anew, first what lies around row `near`; what is shown stays until the answer is here."""
        self._question += 1
        self._under_way = self._wanted = None
        self._ask(near // PAGE_ROWS, renew=True)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show a whole short list at once (no fetching); rows that stay keep their place and selection."""
        self._question += 1
        self._under_way = self._wanted = None
        lines = self._lines(rows)
        pages = OrderedDict((n, lines[n * PAGE_ROWS : (n + 1) * PAGE_ROWS]) for n in range(-(-len(lines) // PAGE_ROWS)))
        self._renew(pages, len(lines))

    def update_row(self, row: Row) -> None:
        """Show new values of the row with this id, if it is here."""
        place = self.place_of(row.id)
        if place is not None:
            self._pages[place // PAGE_ROWS][place % PAGE_ROWS] = self._lines([row])[0]
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns) - 1))

    def row_at(self, place: int) -> Row | None:
        """The row shown at this place; None while it is being fetched."""
        line = self.line(place)
        return line[0] if line else None

    def place_of(self, record_id: int) -> int | None:
        """Where this record stands among the rows fetched so far."""
        for number, lines in self._pages.items():
            for n, (row, _) in enumerate(lines):
                if row.id == record_id:
                    return number * PAGE_ROWS + n
        return None

    def line(self, place: int) -> Line | None:
        """Row and cell texts at this place; None asks for them and answers later with `dataChanged`."""
        number, n = divmod(place, PAGE_ROWS)
        lines = self._pages.get(number)
        if lines is not None:
            return lines[n] if n < len(lines) else None
        if place < self._total:
            self._wanted = number
            if self._under_way is None:
                self._asker.start()
        return None

    def give_up(self) -> None:
        """The question under way will not be answered (it failed); looking again asks again."""
        self._question += 1
        self._under_way = self._wanted = None

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 — Qt's name
        """How many rows there are in all."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 — Qt's name
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell's text, and its alignment."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and index.isValid():
            line = self.line(index.row())
            return line[1][index.column()] if line else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and index.isValid():
            return self._alignment(index.column())
        return None

    def headerData(  # noqa: N802 — Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column titles, aligned as their figures."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = self.columns[column].kind in RIGHT_ALIGNED
        return Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)

    def _lines(self, rows: Sequence[Row]) -> list[Line]:
        keys = [column.key for column in self.columns]
        lines = [(row, tuple(shown(row.values.get(key)) for key in keys)) for row in rows]
        if any(max(text, default="") > "\uffff" for _, texts in lines for text in texts):
            look.load_rare_characters()
        return lines

    def _ask_wanted(self) -> None:
        if self._wanted is not None and self._under_way is None:
            number, self._wanted = self._wanted, None
            if number not in self._pages:
                self._ask(number, renew=False)

    def _ask(self, number: int, *, renew: bool) -> None:
        if self._fetch is None:
            return
        question = self._question
        self._under_way = number

        def deliver(page: Page) -> None:
            if question == self._question:
                self._receive(number, page, renew=renew)

        self._fetch(number * PAGE_ROWS, PAGE_ROWS, deliver)

    def _receive(self, number: int, page: Page, *, renew: bool) -> None:
        self._under_way = None
        lines = self._lines(page.rows)
        if renew or page.total != self._total:
            self._renew(OrderedDict({number: lines}), page.total)
            return
        self._pages[number] = lines
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        first = number * PAGE_ROWS
        last = min(first + PAGE_ROWS, self._total) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
        self._asker.start()

    def _renew(self, pages: OrderedDict[int, list[Line]], total: int) -> None:
        same = total == self._total and all(_ids(self._pages.get(n, [])) == _ids(lines) for n, lines in pages.items())
        if same and total:
            self._pages = pages
            self.dataChanged.emit(self.index(0, 0), self.index(total - 1, len(self.columns) - 1))
        else:
            self.beginResetModel()
            self._pages, self._total = pages, total
            self.endResetModel()
        self.answered.emit()


def _ids(lines: Sequence[Line]) -> list[int]:
    return [row.id for row, _ in lines]
