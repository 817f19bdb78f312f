"""The items of a round as a list in groups, to be filled in or, once kept, to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from opsdesk.registers.inspection import round_sheet
from opsdesk.registers.inspection.round_sheet import RoundSheet
from opsdesk.registers.inspection.service import Typed
from opsdesk.rules.upkeep import NORMAL
from opsdesk.services.errors import Finding
from opsdesk.services.inspection_items import CLEANED
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import label
from opsdesk.ui.pages.inspection_entry import ItemRow, LineRow

KEY_WIDTH = 64


class RoundRows(QScrollArea):
    """Rows of one sheet, group by group.

    `typed(rows)` after every key in a row, and once when several were filled in; `incident_wanted(line_id)` and
    `incident_asked(number)` of a kept round.
    """

    typed = Signal(list)
    incident_wanted = Signal(int)
    incident_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ItemRow] = []
        self.lines: list[LineRow] = []
        self._sheet: RoundSheet | None = None
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setProperty("class", "scrolled")

    def show_sheet(self, sheet: RoundSheet, typed: Mapping[int, Typed], *, writes: bool) -> None:
        """Show the items to be filled in with what was `typed` before, or the round that was made."""
        self._sheet = sheet
        self.rows, self.lines = [], []
        inside = QFrame()
        inside.setProperty("class", "card")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, look.px(8), 0, look.px(12))
        column.setSpacing(0)
        if sheet.made is not None:
            for line in sheet.made.lines:
                _head(column, line.category, self.lines[-1].line.category if self.lines else "")
                self.lines.append(self._line_row(LineRow(line, may_open=writes)))
                column.addWidget(self.lines[-1])
        else:
            for item in sheet.items:
                _head(column, item.category, self.rows[-1].item.category if self.rows else "")
                self.rows.append(self._item_row(sheet, len(self.rows), typed, writes=writes))
                column.addWidget(self.rows[-1])
        column.addStretch(1)
        self.setWidget(inside)
        self.verticalScrollBar().setValue(0)

    def _item_row(self, sheet: RoundSheet, place: int, typed: Mapping[int, Typed], *, writes: bool) -> ItemRow:
        item = sheet.items[place]
        last = sheet.last.get(item.id)
        since = sheet.cleaning.since
        hint = f"按清扫记录是 {since} 天" if CLEANED in item.name and since is not None else ""
        row = ItemRow(item, sheet.law, last.value if last is not None else "", hint)
        if item.id in typed:
            row.set_values(typed[item.id].value, typed[item.id].action)
        row.set_writable(writes)
        row.changed.connect(partial(self.typed.emit, [row]))
        row.moved.connect(partial(self._move, place))
        row.entered.connect(partial(self._look_at, row))
        return row

    def _line_row(self, row: LineRow) -> LineRow:
        row.incident_wanted.connect(self.incident_wanted)
        row.incident_asked.connect(self.incident_asked)
        return row

    def entered(self) -> dict[int, Typed]:
        """What is typed, by item; items in which nothing stands are left out."""
        return {row.item.id: Typed(row.value, row.told) for row in self.rows if row.value}

    @property
    def wrong(self) -> int:
        """How many items are not normal."""
        return sum(row.wrong for row in self.rows)

    def fill_normal(self) -> None:
        """Whatever is not looked at yet is normal; a figure is never filled in."""
        self._fill((row, NORMAL, "") for row in self.rows if not row.item.takes_figure)

    def copy_last(self) -> None:
        """Take states and dispositions over from the last round where nothing stands yet; a figure is never copied."""
        if self._sheet is not None:
            last = self._sheet.last
            self._fill((row, *round_sheet.copied(row.item, last)) for row in self.rows)

    def _fill(self, wanted: Iterable[tuple[ItemRow, str, str]]) -> None:
        filled = []
        for row, value, action in wanted:
            if value and not row.value:
                row.set_values(value, action)
                filled.append(row)
        if filled:
            self.typed.emit(filled)
        self.focus_open()

    def check(self) -> int:
        """Say beside each field what is missing; the cursor goes to the first. Gives how many are not done."""
        lacking = [row for row in self.rows if row.ask()]
        if lacking:
            lacking[0].focus_missing()
            self._look_at(lacking[0])
        return len(lacking)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show what an act refused beside the items it names by their place."""
        for finding in findings:
            if 0 < finding.row <= len(self.rows):
                row = self.rows[finding.row - 1]
                row.said.setText(finding.reason)
                row.said.setVisible(True)

    def focus_open(self) -> bool:
        """Put the cursor to the first item in which nothing stands, of a kept round to its first button.

        False where there is neither.
        """
        fields: list[QWidget] = [row.entry for row in self.rows if not row.value and row.entry.isEnabled()]
        fields += [row.entry for row in self.rows[:1] if row.entry.isEnabled()]
        fields += [line.button for line in self.lines if not line.line.normal and line.button.isEnabled()]
        if fields:
            fields[0].setFocus()
        return bool(fields)

    def _move(self, place: int, step: int) -> None:
        after = place + step
        if 0 <= after < len(self.rows):
            self.rows[after].entry.setFocus()

    def _look_at(self, row: QWidget) -> None:
        self.ensureWidgetVisible(row, 0, look.px(KEY_WIDTH))


def _head(column: QVBoxLayout, category: str, before: str) -> None:
    """The name of a group above its first item."""
    if category != before:
        words = label(category, "heading")
        words.setContentsMargins(look.px(12), look.px(12 if before else 4), look.px(12), look.px(4))
        column.addWidget(words)
