"""The month of the roster as a table model: people by days, then the totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from opsdesk.exports.document import weekday
from opsdesk.registers.roster.month_plan import (
    REST_MARK,
    STANDARD_MARK,
    MonthPlan,
    PlannedCell,
    PlannedDay,
    PlannedPerson,
    PlannedShift,
)
from opsdesk.services.choices import REST

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
_NOTHING = Qt.ItemFlag.NoItemFlags
_TOTAL = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_DAY = _TOTAL | Qt.ItemFlag.ItemIsSelectable


class RosterModel(QAbstractTableModel):
    """Cells of a month; `put` shows what was typed at once, the next plan read confirms it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.plan: MonthPlan | None = None
        self._cells: list[list[PlannedCell]] = []
        self._totals: list[list[str]] = []
        self._places: dict[int, int] = {}

    @property
    def columns(self) -> Sequence[object]:
        """One object a column, for the skeleton."""
        return range(self.columnCount() or 31)

    @property
    def days(self) -> tuple[PlannedDay, ...]:
        """The days of the month."""
        return self.plan.days if self.plan else ()

    @property
    def shifts(self) -> tuple[PlannedShift, ...]:
        """The shifts shown."""
        return self.plan.shifts if self.plan else ()

    def set_plan(self, plan: MonthPlan) -> None:
        """Show a plan; where people and days are the same the table keeps its place."""
        old = self.plan
        same = old is not None and (_outline(old) == _outline(plan))
        if not same:
            self.beginResetModel()
        self.plan = plan
        self._cells = [list(line.cells) for line in plan.people]
        self._totals = [_totals(line, plan.shifts) for line in plan.people]
        self._places = {line.person.id: row for row, line in enumerate(plan.people)}
        if not same:
            self.endResetModel()
        elif self._cells:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def put(self, cells: Mapping[tuple[int, date], int | None]) -> None:
        """Show cells as typed, before they are saved; None clears."""
        if self.plan is None:
            return
        shifts = {shift.id: shift for shift in self.plan.shifts}
        first = self.plan.days[0].day
        for (staff_id, day), value in cells.items():
            row, column = self._places.get(staff_id), (day - first).days
            if row is None or not 0 <= column < len(self.plan.days):
                continue
            cell = self._cells[row][column]
            shift = shifts[value] if value else None
            holds = cell.without if value is None else shift.name if shift else REST_MARK
            due = holds not in ("", REST_MARK)
            mark = shift.code if shift else STANDARD_MARK if due else "" if value is None else REST_MARK
            self._cells[row][column] = replace(cell, entry=value, mark=mark, holds=holds, due=due)
            place = self.index(row, column)
            self.dataChanged.emit(place, place)

    def cell(self, index: Index) -> PlannedCell | None:
        """The cell of a day; None in the totals."""
        return self.cell_at(index.row(), index.column()) if index.isValid() else None

    def cell_at(self, row: int, column: int) -> PlannedCell | None:
        """The cell of a day by its place; None in the totals."""
        line = self._cells[row]
        return line[column] if column < len(line) else None

    def line(self, row: int) -> PlannedPerson:
        """The person of a row."""
        assert self.plan is not None  # noqa: S101 — there are rows
        return self.plan.people[row]

    def key(self, index: Index) -> tuple[int, date]:
        """Whose and which day a cell is."""
        return self.line(index.row()).person.id, self.days[index.column()].day

    def row_of(self, staff_id: int) -> int | None:
        """The row of a person."""
        return self._places.get(staff_id)

    def sentence(self, index: Index) -> str:
        """What a cell says in words."""
        cell = self.cell(index)
        if cell is None or self.plan is None:
            return ""
        person, day = self.line(index.row()).person, self.days[index.column()]
        named = f"（{day.name}）" if day.name else ""
        said = f"{person.name} {day.day.isoformat()} {weekday(day.day)}{named}："
        if not cell.on_site:
            return f"{said}不在场。"
        shift = next((shift for shift in self.shifts if shift.id == cell.entry), None)
        holds = f"{cell.holds} {shift.hours}" if shift else cell.holds or "储备，没有排班"
        cover = f"，{cell.covered}顶岗" if cell.covered else ""
        close = "".join(rest.sentence for rest in self.line(index.row()).short_rests if rest.day == day.day)
        return f"{said}{holds}{f'；{cell.away}{cover}' if cell.away else ''}。{close}{day.closed}"

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 — Qt's name
        """People."""
        return 0 if parent.isValid() or self.plan is None else len(self.plan.people)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 — Qt's name
        """Days, then a total for each shift, the standard hours and rest."""
        return 0 if parent.isValid() or self.plan is None else len(self.plan.days) + len(self.plan.shifts) + 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The mark of a day or a total; its tooltip."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            cell = self.cell(index)
            return "\n".join(cell.signs) if cell else self._totals[index.row()][index.column() - len(self.days)]
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.sentence(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignCenter)
        return None

    def headerData(  # noqa: N802 — Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of people; days, and the codes of the totals; of a month that gives way Qt asks for too many."""
        asked = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        there = self.rowCount() if orientation is Qt.Orientation.Vertical else self.columnCount()
        if not asked or not 0 <= section < there:
            return None
        told = role == Qt.ItemDataRole.ToolTipRole
        if orientation is Qt.Orientation.Vertical:
            who = self.line(section).person
            return f"{who.staff_no} {who.name}（{who.vendor}）{who.post}" if told else who.name
        if section < len(self.days):
            day = self.days[section]
            named = " ".join(part for part in (day.day.isoformat(), weekday(day.day), day.name, day.closed) if part)
            return named if told else str(day.day.day)
        place = section - len(self.days)
        if place < len(self.shifts):
            return f"本月{self.shifts[place].name}天数" if told else self.shifts[place].code
        rest = place > len(self.shifts)
        return ("本月休息天数" if rest else "本月标准班天数") if told else REST_MARK if rest else STANDARD_MARK

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Totals can be seen, days also chosen."""
        column = index.column()
        return _NOTHING if column < 0 else _DAY if column < len(self.days) else _TOTAL


def written(cell: PlannedCell) -> str:
    """A cell as it goes to the clipboard: code, 休, or “·” where nothing was entered; nothing off site."""
    if cell.entry is None:
        return STANDARD_MARK if cell.on_site else ""
    return REST_MARK if cell.entry == REST else cell.mark


def is_standard(cell: PlannedCell) -> bool:
    """Whether the standard hours hold without an entry."""
    return cell.entry is None and cell.mark == STANDARD_MARK


def _outline(plan: MonthPlan) -> tuple[object, ...]:
    people = tuple((line.person.id, line.person.name) for line in plan.people)
    return plan.year, plan.month, people, plan.shifts, plan.days


def _totals(line: PlannedPerson, shifts: Sequence[PlannedShift]) -> list[str]:
    counts = [*(line.shifts.get(shift.id, 0) for shift in shifts), line.standard, line.rest]
    return [str(count) if count else "" for count in counts]
