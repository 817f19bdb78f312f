"""The scoring grid as a table model: appraisees by items, then the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from opsdesk.rules.scoring import Item, ScoredItem, Way, plain
from opsdesk.services.appraisal import Round, Scored
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_rows import Cell, Scorer

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
WAYS = {
    Way.RATE: "按比率取数，不直接打分。",
    Way.EVENTS: "由记录逐条扣分，不直接打分。",
    Way.BONUS: "由记录逐条加分，不直接打分。",
    Way.HAND: "人工评分，直接打数字。",
}


class AppraisalModel(QAbstractTableModel):
    """Cells of one appraisal; `put` shows what was typed at once, the next round read confirms it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.round: Round | None = None
        self.objects: Sequence[Scored] = ()
        self.keys: Sequence[str] = ()
        self.scorer = rows.DECIDED
        self._cells: list[list[Cell]] = []
        self._counted: dict[tuple[int, int], Decimal] = {}
        self._typed: dict[tuple[int, int], tuple[Decimal | None, str]] = {}

    @property
    def columns(self) -> Sequence[object]:
        """One object a column, for the skeleton."""
        return range(self.columnCount() or 12)

    @property
    def items(self) -> Sequence[Item]:
        """The items of the scheme."""
        return self.round.scheme.items if self.round else ()

    def show(self, shown: Round | None, scorer: Scorer) -> None:
        """Show an appraisal as this scorer sees it; where people and items are the same the table keeps its place."""
        same = _outline(shown) == _outline(self.round)
        if not same:
            self.beginResetModel()
        self.round, self.scorer = shown, scorer
        self.objects = rows.in_order(shown.objects) if shown else ()
        self.keys = rows.sum_keys(shown) if shown else ()
        self._cells = [self._row(each) for each in self.objects]
        self._counted, self._typed = {}, {}
        if not same:
            self.endResetModel()
        elif self._cells:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def given(self, row: int, column: int) -> tuple[Decimal | None, str]:
        """What the scorer has given in a cell and why, also what is still being saved; None where nothing."""
        if (row, column) in self._typed:
            return self._typed[row, column]
        item = self.item_at(column)
        mark = rows.mark_of(self.objects[row], item, self.scorer) if item is not None else None
        return (mark.points, mark.reason) if mark is not None else (None, "")

    def put(self, sheet_id: int, item_id: int, points: Decimal | None, reason: str = "") -> None:
        """Show points as typed, before they are saved, and what they make of the sum where they decide."""
        place = self.place_of(sheet_id, item_id)
        if place is None:
            return
        row, column = place
        self._typed[place] = (points, reason)
        text = "" if points is None else plain(points)
        self._cells[row][column] = replace(self._cells[row][column], text=text, blank=not text, typed=True)
        each = self.scored_item(row, column)
        if points is not None and each is not None and self.scorer == rows.DECIDED:
            sums = len(self.items)
            total = plain(Decimal(self._cells[row][sums].text) - self._counted.get(place, each.score) + points)
            self._counted[place] = points
            self._cells[row][sums] = replace(self._cells[row][sums], text=total, typed=True)
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def place_of(self, sheet_id: int, item_id: int) -> tuple[int, int] | None:
        """Row and column of a cell; None where it is not shown."""
        row = next((n for n, each in enumerate(self.objects) if each.sheet and each.sheet.id == sheet_id), None)
        column = next((n for n, item in enumerate(self.items) if item.id == item_id), None)
        return None if row is None or column is None else (row, column)

    def cell(self, row: int, column: int) -> Cell:
        """A cell by its place."""
        return self._cells[row][column]

    def item_at(self, column: int) -> Item | None:
        """The item of a column; None in the sums."""
        return self.items[column] if 0 <= column < len(self.items) else None

    def scored_item(self, row: int, column: int) -> ScoredItem | None:
        """What one appraisee has of the item of a column."""
        item = self.item_at(column)
        if item is None or not 0 <= row < len(self.objects):
            return None
        return next((each for each in self.objects[row].items if each.item.id == item.id), None)

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 — Qt's name
        """Appraisees."""
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 — Qt's name
        """Items, then the sums."""
        return 0 if parent.isValid() or self.round is None else len(self.items) + len(self.keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The figure of a cell, and in words all that it says."""
        if not index.isValid():
            return None
        cell = self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.chip.word if cell.chip else cell.text
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.sentence(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignCenter)
        return None

    def headerData(  # noqa: N802 — Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of appraisees; items with their full points, and the titles of the sums.

        Of a period that gives way Qt asks for too many.
        """
        asked = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        there = self.rowCount() if orientation is Qt.Orientation.Vertical else self.columnCount()
        if self.round is None or not asked or not 0 <= section < there:
            return None
        told = role == Qt.ItemDataRole.ToolTipRole
        if orientation is Qt.Orientation.Vertical:
            name, below = rows.head_words(self.objects[section])
            return f"{name}　{below}" if told and below else name
        item = self.item_at(section)
        if item is None:
            return rows.sum_title(self.round, self.keys[section - len(self.items)])
        return item_words(item) if told else item.title

    def sentence(self, row: int, column: int) -> str:
        """What a cell says in words."""
        cell, name = self._cells[row][column], self.objects[row].subject.name
        item = self.item_at(column)
        if item is None or self.round is None:
            key = self.keys[column - len(self.items)]
            said = "，".join(filter(None, (cell.chip.word if cell.chip else cell.text, cell.below)))
            return f"{name} {rows.sum_title(self.round, key)}：{said}" if self.round else ""
        said = "还没有评分" if cell.blank else f"{cell.text} 分"
        wait = f"，{cell.waiting} 条待处理" if cell.waiting else ""
        below = f"，{cell.below}" if cell.below else ""
        return f"{name} {item.title}：{said}（满分 {plain(item.weight)}）{below}{wait}"

    def _row(self, each: Scored) -> list[Cell]:
        found = {one.item.id: one for one in each.items}
        made = [
            rows.item_cell(each, found[item.id], self.scorer) if item.id in found else Cell("—") for item in self.items
        ]
        return made + [rows.sum_cell(each, key) for key in self.keys]


def item_words(item: Item) -> str:
    """An item in words: standard, target, how it is scored."""
    full = f"满分 {plain(item.weight)} 分" if item.way is not Way.BONUS else "加分项"
    target = f"目标 {item.target}。" if item.target else ""
    return f"{item.title}（{full}）\n{item.standard}\n{target}{WAYS[item.way if item.source else Way.HAND]}"


def _outline(shown: Round | None) -> object:
    if shown is None:
        return None
    who = tuple((each.sheet.id if each.sheet else 0, each.subject) for each in shown.objects)
    return shown.scheme.id, shown.scheme.items, shown.period, who, tuple(rows.sum_keys(shown))
