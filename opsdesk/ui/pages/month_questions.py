"""未结事项: what a month still leaves open, as a list one can work off; every line is a door to its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Chip, Column, Kind, Row, Tone
from opsdesk.registers.calendar.spec import REGISTER as CALENDAR
from opsdesk.registers.contract.spec import REGISTER as CONTRACT
from opsdesk.registers.correction.spec import REGISTER as CORRECTION
from opsdesk.registers.holiday_consent.spec import REGISTER as HOLIDAY_CONSENT
from opsdesk.registers.leave.spec import REGISTER as LEAVE
from opsdesk.registers.overtime.spec import REGISTER as OVERTIME
from opsdesk.registers.roster.spec import REGISTER as ROSTER
from opsdesk.registers.staff.spec import REGISTER as STAFF
from opsdesk.registers.stand_by.spec import REGISTER as STAND_BY
from opsdesk.services.open_questions import Question
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import ElidedLabel, ghost_button, icon_label, label
from opsdesk.ui.kit.record_table import RecordTable

COLUMNS = (
    Column("kind", "事项", Kind.CHIP, 124),
    Column("day", "日期", Kind.DATE, 124),
    Column("name", "姓名", width=104),
    Column("vendor", "单位", width=88),
    Column("sentence", "说明", width=0),
    Column("door", "去处理", width=136),
)
DOORS: Mapping[str, str] = {
    register.slug: register.title
    for register in (CORRECTION, LEAVE, OVERTIME, ROSTER, HOLIDAY_CONSENT, CALENDAR, CONTRACT, STAFF, STAND_BY)
}
"""What the registers behind the doors are called."""
NONE = "没有未结事项。"
MOST_ROWS, LOW_ROWS = 4, 2
"""As many questions are in sight at once; the fewer where the window is low and the list was unfolded by hand."""
NARROW = 820


class QuestionTable(RecordTable):
    """Where there is little room the sentence, which says who it is, takes the places of name and vendor."""

    def fit_columns(self) -> None:
        """Share the width."""
        super().fit_columns()
        if self.viewport().width() < look.px(NARROW):
            keys = [column.key for column in COLUMNS]
            self._fitting = True
            for key in ("name", "vendor"):
                n, taker = keys.index(key), keys.index("sentence")
                width = self.columnWidth(n)
                self.setColumnHidden(n, True)
                self.setColumnWidth(taker, self.columnWidth(taker) + width)
            self._fitting = False


class Questions(QWidget):
    """The list, as high as its first four lines; folded to one line by its button. `door_asked(Question)`."""

    door_asked = Signal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        title: str = "未结事项",
        hint: str = "先处理再结算。",
        none: str = NONE,
        doors: Mapping[str, str] = DOORS,
    ) -> None:
        super().__init__(parent)
        self._words, self._doors = (title, hint, none), doors
        self.questions: Sequence[Question] = ()
        self.folded = self._by_hand = self._low = False
        self._icon = icon_label("circle-check", Tone.FINE.value)
        self._title = label("", "heading")
        self._hint = ElidedLabel("", "secondary")
        self.fold_button = ghost_button("", "chevron-up")
        self.fold_button.clicked.connect(lambda: self.fold(not self.folded))
        self.table = QuestionTable(COLUMNS)
        self.table.opened.connect(self._open)
        self.table.clicked.connect(lambda index: self._open(index.row()))
        head = QHBoxLayout()
        head.setSpacing(look.px(8))
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addWidget(self._hint, 1)
        head.addWidget(self.fold_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(4))
        column.addLayout(head)
        column.addWidget(self.table)
        self.show_questions(())

    def show_questions(self, questions: Sequence[Question]) -> None:
        """List these; none is one quiet line."""
        self.questions = tuple(questions)
        some = bool(questions)
        tone = Tone.WARNING if some else Tone.FINE
        look.set_icon(self._icon, look.TONE_ICONS[tone], tone.value)
        title, hint, none = self._words
        self._title.setText(f"{title} {len(questions)} 件")
        self._title.setVisible(some)
        self._hint.setText(f"{hint}回车或点击一行去处理。" if some else none)
        self.fold_button.setVisible(some)
        self.table.set_rows([_row(place, each, self._doors) for place, each in enumerate(questions)])
        self._fit()

    def fold(self, folded: bool) -> None:
        """Show the head line alone, or the list below it."""
        self.folded = folded
        self._by_hand = True
        self._fit()

    def give_way(self, low: bool) -> None:
        """Fold where the window is low, so that people stay in sight; what was chosen by hand stays."""
        if self._low != low:
            self._low = low
            self.folded = self.folded if self._by_hand else low
            self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 — Qt's name
        """The head line: the list folds before it keeps a window from being made low."""
        least = super().minimumSizeHint()
        return least if self._by_hand else QSize(least.width(), look.px(look.CONTROL_HEIGHT))

    def focus_first(self) -> bool:
        """Put the keyboard on the first question; False where there is none in sight."""
        if self.table.isHidden():
            return False
        if not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self.table.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _fit(self) -> None:
        seen = min(len(self.questions), LOW_ROWS if self._low else MOST_ROWS)
        self.table.setFixedHeight((seen + 1) * look.px(look.ROW_HEIGHT) + 2)
        self.table.setVisible(bool(self.questions) and not self.folded)
        self.fold_button.setText("展开" if self.folded else "收起")
        look.set_icon(self.fold_button, "chevron-down" if self.folded else "chevron-up")

    def _open(self, place: int) -> None:
        if 0 <= place < len(self.questions):
            self.door_asked.emit(self.questions[place])


def _row(place: int, each: Question, doors: Mapping[str, str]) -> Row:
    return Row(
        place,
        {
            "kind": Chip(each.kind, Tone.WARNING),
            "day": each.day,
            "name": each.name,
            "vendor": each.vendor,
            "sentence": each.sentence,
            "door": f"{doors.get(each.door, '去处理')} ›",
        },
    )
