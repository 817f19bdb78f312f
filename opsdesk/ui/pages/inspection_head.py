"""Which round is filled in: room, day and turn, and by whom and when it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsdesk.exports.document import weekday
from opsdesk.register import Tone
from opsdesk.registers.inspection.round_sheet import MOST_ROUNDS, RoundSheet
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Citation
from opsdesk.rules.upkeep import CleaningState
from opsdesk.ui.kit import look
from opsdesk.ui.kit.closing_note import ClosedChip
from opsdesk.ui.kit.editors import LineEditor
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.moment_editors import TimeEditor
from opsdesk.ui.kit.parts import ChipLabel, ChoiceBox, icon_button, label, link_button, secondary_button

DAY = timedelta(days=1)


class InspectionHead(QWidget):
    """Choices of a round; `asked` when another one is wanted. `room_id` and `turn` are 0 until they are known."""

    asked = Signal()

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self.day = now().date()
        self.room_id, self.turn = 0, 0
        self._key: tuple[int, date, int] | None = None
        self._at_typed = False
        self.room = ChoiceBox()
        self.room.setAccessibleName("机房")
        self.room.setMinimumWidth(look.px(184))
        self.room.activated.connect(self._on_room)
        before = icon_button("chevron-left", "前一天（Alt+←）")
        self.after_button = icon_button("chevron-right", "后一天（Alt+→）")
        before.clicked.connect(partial(self._step, -1))
        self.after_button.clicked.connect(partial(self._step, 1))
        self.day_label = label("", "heading")
        self.closed = ClosedChip()
        self.today_button = secondary_button("回到今天")
        self.today_button.clicked.connect(lambda: self.go_to(self._now().date()))
        self.turn_buttons: list[QPushButton] = []
        group = QButtonGroup(self)
        for turn in range(1, MOST_ROUNDS + 1):
            button = secondary_button(upkeep.circled(turn))
            button.setCheckable(True)
            button.setToolTip(f"第 {turn} 次（Alt+{turn}）")
            button.setAccessibleName(f"第 {turn} 次")
            button.clicked.connect(partial(self.choose_turn, turn))
            group.addButton(button)
            self.turn_buttons.append(button)
        self.at, self.by = TimeEditor(), LineEditor()
        self.at.setFixedWidth(look.px(80))
        self.by.setFixedWidth(look.px(128))
        self.at.line.setAccessibleName("巡检时间")
        self.at.line.textEdited.connect(lambda _text: setattr(self, "_at_typed", True))
        self.by.line.setAccessibleName("巡检人")
        flow = FlowRow()
        for widget in (
            _together(label("机房"), self.room),
            _together(before, self.day_label, self.closed, self.after_button, self.today_button),
            _together(label("第"), *self.turn_buttons, label("次")), _together(label("时间"), self.at),
            _together(label("巡检人"), self.by),
        ):  # fmt: skip
            flow.add(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(flow)

    def bind(self, page: QWidget) -> None:
        """Let the keys of the choices hold in the whole page."""
        keys: list[tuple[str, Callable[[], object]]] = [
            ("Alt+Left", partial(self._step, -1)),
            ("Alt+Right", partial(self._step, 1)),
            *((f"Alt+{turn}", partial(self.choose_turn, turn)) for turn in range(1, MOST_ROUNDS + 1)),
        ]
        bind(page, keys)

    def offer_rooms(self, rooms: Sequence[tuple[int, str]]) -> None:
        """Offer these rooms; the chosen one stays chosen."""
        if [(self.room.itemData(n), self.room.itemText(n)) for n in range(self.room.count())] == list(rooms):
            return
        self.room.clear()
        for room_id, name in rooms:
            self.room.addItem(name, room_id)
        self.room.setCurrentIndex(max(0, self.room.findData(self.room_id)))

    def show_sheet(self, sheet: RoundSheet, person: str, *, writes: bool) -> None:
        """Show whose round this is; time and person stay as typed as long as the round is the same."""
        self.room_id, self.turn = sheet.room_id, sheet.turn
        self.room.setCurrentIndex(max(0, self.room.findData(sheet.room_id)))
        today = self._now().date()
        is_today = sheet.day == today
        self.day_label.setText(f"{sheet.day.isoformat()} {weekday(sheet.day)}{'　今天' if is_today else ''}")
        self.closed.show_sentence(sheet.closed)
        self.today_button.setVisible(not is_today)
        self.after_button.setEnabled(sheet.day < today)
        for turn, button in enumerate(self.turn_buttons, 1):
            button.setVisible(turn <= sheet.turns)
            done = turn in sheet.rounds.done
            button.setText(f"{upkeep.circled(turn)} 已做" if done else upkeep.circled(turn))
            button.setChecked(turn == sheet.turn)
        self.by.set_options([(name, name) for name in sheet.people])
        made, key = sheet.made, (sheet.room_id, sheet.day, sheet.turn)
        if made is not None:
            self.at.set_value(made.at.time())
            self.by.set_value(made.inspected_by)
        elif key != self._key:
            self._at_typed = False
            self.at.set_value(None)
            self.begin()
            self.by.set_value(person)
        self._key = None if made is not None else key
        for editor in (self.at, self.by):
            editor.set_read_only(made is not None or not writes)
            editor.mark_wrong(False)

    def begin(self) -> None:
        """The round begins now, unless another time was typed, or it is one of an earlier day."""
        now = self._now()
        if not self._at_typed and self.day == now.date():
            self.at.set_value(now.time().replace(second=0, microsecond=0))

    def moment(self) -> datetime | None:
        """When the round was made; None where no time of day is written."""
        at = self.at.value()
        return datetime.combine(self.day, at) if isinstance(at, time) else None

    def go_to(self, day: date, room_id: int | None = None) -> None:
        """Ask for another day, of another room too: the first round of it that was not made yet."""
        self.day, self.turn = min(day, self._now().date()), 0
        self.room_id = room_id or self.room_id
        self.asked.emit()

    def choose_turn(self, turn: int, _checked: bool = False) -> None:
        """Ask for another round of the day."""
        if not self.turn_buttons[turn - 1].isHidden():
            self.turn = turn
            self.asked.emit()

    def _step(self, days: int, _checked: bool = False) -> None:
        if self.day + DAY * days <= self._now().date():
            self.go_to(self.day + DAY * days)

    def _on_room(self, _place: int) -> None:
        self.room_id, self.turn = int(self.room.currentData() or 0), 0
        self.asked.emit()


class CleaningLine(QWidget):
    """How the cleaning of the room stands, with its clause to press (`clause_asked`)."""

    clause_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip, self.said = ChipLabel("", Tone.FINE), label("", "secondary")
        self.clause = link_button("")
        self.clause.clicked.connect(self._ask)
        self._citation: Citation | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        for widget in (self.chip, self.said, self.clause):
            row.addWidget(widget)
        row.addStretch(1)

    def show_state(self, state: CleaningState) -> None:
        """Show when the room was cleaned last and by when the next is due."""
        if state.last is None:
            word, tone = "没有清扫记录", Tone.WARNING
        elif state.over:
            word, tone = f"清扫逾期 {state.over} 天", Tone.BROKEN
        else:
            word, tone = ("清扫将到期", Tone.WARNING) if state.remind else ("清扫按期", Tone.FINE)
        self.chip.set_chip(word, tone)
        self.said.setText(state.sentence.replace(upkeep.bracketed(state.citation), ""))
        self._citation = state.citation
        self.clause.setVisible(state.citation is not None)
        if state.citation is not None:
            self.clause.setText(f"依据 {state.citation.short}")
            self.clause.setToolTip(state.citation.wording)

    def _ask(self) -> None:
        if self._citation is not None:
            self.clause_asked.emit(self._citation.key)


def _together(*widgets: QWidget) -> QWidget:
    """Widgets that stay beside each other where the row is broken."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, look.px(8), 0)
    row.setSpacing(look.px(8))
    for widget in widgets:
        row.addWidget(widget)
    return made
