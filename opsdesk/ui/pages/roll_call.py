"""Roll-call: everyone preset as present, only exceptions typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from opsdesk.register import Tone
from opsdesk.registers.sign_in.roll_call import Called, roll_call
from opsdesk.registers.sign_in.service import Board
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import LeaveKind, State
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.kit.parts import label, primary_button, secondary_button
from opsdesk.ui.kit.typed import read_time
from opsdesk.ui.pages import board as rows

HEADINGS = ("工号", "姓名", "外包单位", "应到", "到岗", "离岗", "现状")
ARRIVED, LEFT, STATE = 4, 5, 6
NOT_HERE = {"", "-", "—", "未", "未到", "0"}
AWAY = {
    "事": LeaveKind.PERSONAL,
    "病": LeaveKind.SICK,
    "年": LeaveKind.ANNUAL,
    "调": LeaveKind.COMP_TIME,
    "公": LeaveKind.OFFICIAL,
    "外": LeaveKind.OUT,
}
HELP = (
    "到岗列已按应到时间填好，只改例外：时间写 0912；未到写 -；请假写 事、病、年、调、公、外。"
    "回车到下一行，Ctrl+S 记录。"
)


@dataclass(frozen=True)
class Entry:
    """What was typed for one end of a duty: a moment, leave, or nothing."""

    at: datetime | None = None
    away: LeaveKind | None = None


def read_entry(text: str, duty: Duty, *, arriving: bool) -> Entry:
    """Read a cell of the roll-call. ValueError for what is no time, no leave and no absence."""
    plain = text.strip()
    if plain in NOT_HERE:
        return Entry()
    if arriving and plain[0] in AWAY and plain in {plain[0], str(AWAY[plain[0]]), plain[0] + "假"}:
        return Entry(away=AWAY[plain[0]])
    at = read_time(plain.removeprefix("次日"))
    if at is None:
        return Entry()
    moment = _on_duty(at, duty)
    return Entry(at=moment + timedelta(days=1) if plain.startswith("次日") and moment.date() == duty.day else moment)


def _on_duty(at: time, duty: Duty) -> datetime:
    """The moment of this time that lies in, or nearest to, the duty."""
    choices = [datetime.combine(duty.day + timedelta(days=n), at) for n in (-1, 0, 1)]

    def distance(moment: datetime) -> timedelta:
        if duty.begins <= moment <= duty.ends:
            return timedelta()
        return min(abs(moment - duty.begins), abs(moment - duty.ends))

    return min(choices, key=distance)


class DownOnEnter(QStyledItemDelegate):
    """Enter in an open cell keeps what was typed and opens the cell below."""

    def __init__(self, table: QTableWidget) -> None:
        super().__init__(table)
        self._table = table

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Take Enter before the table does."""
        entered = isinstance(event, QKeyEvent) and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not entered or event.type() != QEvent.Type.KeyPress or not isinstance(editor, QWidget):
            return super().eventFilter(editor, event)
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)
        go_down(self._table)
        return True


def go_down(table: QTableWidget) -> None:
    """Move to the next row of the same column and open it; on the last row stay."""
    place, column = table.currentRow() + 1, table.currentColumn()
    while place < table.rowCount():
        item = table.item(place, column)
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            table.setCurrentCell(place, column)
            table.editItem(item)
            return
        place += 1


class RollCall(QWidget):
    """The team as a list of times to correct. `finished` when it was recorded or left."""

    finished = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._people: list[PersonDay] = []
        self._preset: dict[tuple[int, int], str] = {}
        self._day = date.min
        self.table = QTableWidget(0, len(HEADINGS))
        self.table.setObjectName("roll_call")
        self.table.setHorizontalHeaderLabels(HEADINGS)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(look.px(look.ROW_HEIGHT))
        header = self.table.horizontalHeader()
        header.setFixedHeight(look.px(look.ROW_HEIGHT))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, width in enumerate((96, 140, 150, 150, 140, 140, 0)):
            if width:
                self.table.setColumnWidth(place, look.px(width))
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        triggers = QTableWidget.EditTrigger
        self.table.setEditTriggers(
            triggers.AnyKeyPressed | triggers.EditKeyPressed | triggers.DoubleClicked | triggers.SelectedClicked
        )
        self.table.setTabKeyNavigation(True)
        self.table.setItemDelegate(DownOnEnter(self.table))
        self.table.setShowGrid(False)
        self.said = label("", "error", wraps=True)
        self.submit, self.leaving = primary_button("记录点名", "save"), secondary_button("在岗者按下班时间填离岗")
        self.submit.setToolTip("Ctrl+S")
        self.submit.clicked.connect(self.save)
        self.leaving.clicked.connect(self.fill_leaving)
        save = QShortcut(QKeySequence.StandardKey.Save, self)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self.save)
        foot = QHBoxLayout()
        foot.setSpacing(look.px(8))
        foot.addWidget(self.said, 1)
        foot.addWidget(self.leaving)
        foot.addWidget(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        column.addWidget(label(HELP, "secondary", wraps=True))
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx

    def begin(self, board: Board) -> None:
        """List everybody due on the board's day, those not yet signed in preset with their planned start."""
        self._day = board.day
        self._people = [each for each in board.own if each.duty is not None]
        self._preset.clear()
        self.said.setText("")
        self.table.setRowCount(len(self._people))
        now = self._ctx.now()
        for place, each in enumerate(self._people):
            assert each.duty is not None  # noqa: S101 — filtered above
            planned = f"{each.duty.begins:%H:%M}–{each.duty.ends:%H:%M}"
            texts = (each.person.staff_no, each.person.name, each.person.vendor, planned)
            for column, text in enumerate(texts):
                self._put(place, column, text, editable=False)
            self._put(place, STATE, rows.chip(each, now).word, editable=False)
            arrived = each.arrived_at
            waits = each.result.state is State.DUE and each.duty.begins <= now
            preset = f"{each.duty.begins:%H:%M}" if waits else ""
            self._put(place, ARRIVED, rows.clock(arrived, each.day) or preset, editable=arrived is None)
            self._put(place, LEFT, rows.clock(each.left_at, each.day), editable=each.left_at is None)
        first = next((n for n, each in enumerate(self._people) if each.result.state is State.DUE), 0)
        self.table.setFocus()
        if self._people:
            self.table.setCurrentCell(first, ARRIVED)

    def _put(self, place: int, column: int, text: str, *, editable: bool) -> None:
        item = QTableWidgetItem(text)
        if not editable:
            item.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
            item.setForeground(QColor(look.colours().text_secondary))
        else:
            self._preset[place, column] = text
        self.table.setItem(place, column, item)

    def fill_leaving(self) -> None:
        """Preset the planned end as departure for everybody still here whose shift is over."""
        now = self._ctx.now()
        for place, each in enumerate(self._people):
            if each.duty and each.left_at is None and each.duty.ends <= now and self._text(place, ARRIVED):
                item = self.table.item(place, LEFT)
                if item is not None and not item.text():
                    item.setText(rows.clock(each.duty.ends, each.day))

    def _text(self, place: int, column: int) -> str:
        item = self.table.item(place, column)
        return item.text() if item else ""

    def may_leave(self) -> bool:
        """True where nothing was changed by hand, or the user gives it up."""
        changed = any(self._text(*cell) != preset for cell, preset in self._preset.items())
        return not changed or confirm(self, "放弃点名", "改过的内容还没有记录。", "放弃")

    def lines(self) -> list[Called]:
        """What is to be recorded. Refuses the first cell that cannot be read."""
        called = []
        for place, each in enumerate(self._people):
            assert each.duty is not None  # noqa: S101 — filtered at the beginning
            ends: dict[int, Entry] = {}
            for column in (ARRIVED, LEFT):
                if (place, column) not in self._preset:
                    continue
                text = self._text(place, column)
                try:
                    ends[column] = read_entry(text, each.duty, arriving=column == ARRIVED)
                except ValueError:
                    self.table.setCurrentCell(place, column)
                    self._mark_wrong(place, column)
                    raise Refusal(f"{each.person.name} 的“{text}”看不懂。{HELP}") from None
            arrived, left = ends.get(ARRIVED, Entry()), ends.get(LEFT, Entry())
            if arrived.at or arrived.away or left.at:
                called.append(Called(each.person.id, arrived.at, left.at, arrived.away))
        return called

    def _mark_wrong(self, place: int, column: int) -> None:
        item = self.table.item(place, column)
        if item is not None:
            item.setForeground(QColor(look.colours().tones[Tone.BROKEN].text))

    def save(self) -> None:
        """Record the roll-call; what was typed stays where it is refused."""
        self.table.setFocus()
        try:
            lines = self.lines()
        except Refusal as refusal:
            self.said.setText(str(refusal))
            return
        if not lines:
            self.said.setText("没有要记录的内容。到岗时间都空着，或大家都已签到。")
            return
        ctx, day = self._ctx, self._day
        self._desk.operations.run(
            lambda: roll_call(ctx, day=day, lines=lines),
            done=self._saved,
            failed=self._failed,
            owner=self,
            busy=self.submit,
        )

    def _saved(self, outcome: Outcome[str]) -> None:
        self._preset.clear()
        self._desk.notices.show(outcome.value, Tone.FINE)
        self.finished.emit()

    def _failed(self, error: Refusal | Trouble) -> None:
        self.said.setText(f"{error}{getattr(error, 'remedy', '')}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """Enter goes down, Esc goes back to the board."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            go_down(self.table)
        elif event.key() == Qt.Key.Key_Escape:
            self.finished.emit()
        else:
            super().keyPressEvent(event)
