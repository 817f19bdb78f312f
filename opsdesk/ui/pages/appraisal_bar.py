"""The bar above the scoring grid: which period, by which scheme, whose points are typed, table or pictures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from opsdesk.registers.appraisal.board import Board
from opsdesk.rules.scoring import ScorerKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.parts import ChoiceBox, icon_button, label, secondary_button
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_rows import DECIDED, Scorer

MANY = 8
"""Appraisees from which on one is looked for by name."""


class AppraisalBar(QWidget):
    """`stepped(-1 | 1)`, `scheme_chosen(code)`, `scorer_chosen(Scorer)`, `pictures_asked(bool)`, `found(text)`."""

    stepped = Signal(int)
    scheme_chosen = Signal(str)
    scorer_chosen = Signal(object)
    pictures_asked = Signal(bool)
    found = Signal(str)
    find_left = Signal()
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scorers: list[Scorer] = []
        self._compact = self._hand = self._many = False
        self.before = icon_button("chevron-left", "上一期（Alt+←）")
        self.after = icon_button("chevron-right", "下一期（Alt+→）")
        self.period = label("", "heading")
        self.period.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.period.setMinimumWidth(look.px(116))
        self.scheme_box, self.scorer_box = ChoiceBox(), ChoiceBox()
        self.scheme_box.setAccessibleName("考核方案")
        self.scheme_box.setMinimumWidth(look.px(160))
        self.scheme_box.setMaximumWidth(look.px(300))
        self.scorer_box.setAccessibleName("评分人")
        self.scorer_box.setMinimumWidth(look.px(112))
        self.scorer_box.setMaximumWidth(look.px(220))
        self.find_field = FindField("查找姓名")
        self.find_field.setFixedWidth(look.px(136))
        self.undo = icon_button("undo-2", "撤销（Ctrl+Z）")
        self.redo = icon_button("redo-2", "重做（Ctrl+Y）")
        self.table_button, self.pictures_button = _toggle("评分表"), _toggle("图表")
        self._group = QButtonGroup(self)
        for button in (self.table_button, self.pictures_button):
            self._group.addButton(button)
        self.table_button.setChecked(True)
        self._lay_out()
        self._connect()
        self.allow(undo=False, redo=False)

    def focus_find(self) -> None:
        """Put the cursor where a name is looked for."""
        if self.find_field.isVisible():
            self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.find_field.selectAll()

    def allow(self, *, undo: bool, redo: bool) -> None:
        """Whether there is something to take back or to repeat."""
        self.undo.setEnabled(undo)
        self.redo.setEnabled(redo)

    def set_compact(self, compact: bool) -> None:
        """Do without what can wait where there is little room."""
        self._compact = compact
        self.scheme_box.setMinimumWidth(look.px(112 if compact else 160))
        self.scorer_box.setMinimumWidth(look.px(88 if compact else 112))
        self._show_minor()
        self._row.activate()  # what comes beside asks at once how narrow this can be

    def _show_minor(self) -> None:
        self.scorer_label.setVisible(self._hand and not self._compact)
        self.scorer_box.setVisible(self._hand)
        self.find_field.setVisible(self._many and not self._compact)

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        for widget in (self.before, self.period, self.after):
            row.addWidget(widget)
        row.addSpacing(look.px(4))
        row.addWidget(self.scheme_box, 3)
        self.scorer_label = label("评分人", "secondary")
        row.addSpacing(look.px(4))
        row.addWidget(self.scorer_label)
        row.addWidget(self.scorer_box, 2)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addWidget(self.find_field)
        row.addStretch(1)
        row.addWidget(self.table_button)
        row.addWidget(self.pictures_button)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self.stepped.emit(-1))
        self.after.clicked.connect(lambda: self.stepped.emit(1))
        self.scheme_box.activated.connect(lambda _n: self.scheme_chosen.emit(self.scheme_box.currentData()))
        self.scorer_box.activated.connect(lambda n: self.scorer_chosen.emit(self._scorers[n]))
        self.pictures_button.toggled.connect(self.pictures_asked)
        self.find_field.textChanged.connect(self.found)
        self.find_field.left.connect(self.find_left)
        self.undo.clicked.connect(self.undo_asked)
        self.redo.clicked.connect(self.redo_asked)

    @property
    def scorer(self) -> Scorer:
        """Whose points are typed."""
        place = self.scorer_box.currentIndex()
        return self._scorers[place] if 0 <= place < len(self._scorers) else DECIDED

    def stand_for(self, scorer: Scorer) -> None:
        """Name the one whose points are typed."""
        if scorer in self._scorers:
            self.scorer_box.setCurrentIndex(self._scorers.index(scorer))

    def show_board(self, board: Board, ctx: Context) -> None:
        """Show period and choices; whoever scored before stays chosen where he may."""
        self.period.setText(board.period.words)
        self.before.setEnabled(board.step(-1) is not None)
        self.after.setEnabled(board.step(1) is not None)
        self.scheme_box.clear()
        for choice in board.choices:
            self.scheme_box.addItem(choice.words, choice.code)
        self.scheme_box.setCurrentIndex(self.scheme_box.findData(board.chosen.code if board.chosen else None))
        held = self.scorer if self._scorers else None
        offered = rows.scorers(board.round) if board.round else [DECIDED]
        supervises = ctx.actor.role is Role.SUPERVISOR
        self._scorers = [each for each in offered if supervises or each.kind is not ScorerKind.DECIDED]
        self.scorer_box.clear()
        for each in self._scorers:
            self.scorer_box.addItem(each.words)
        self.scorer_box.setCurrentIndex(self._scorers.index(held) if held in self._scorers else 0)
        self._hand = board.round is not None and any(rows.by_hand(item) for item in board.round.scheme.items)
        self._many = board.round is not None and len(board.round.objects) > MANY
        self._show_minor()


def _toggle(word: str) -> QPushButton:
    made = secondary_button(word)
    made.setCheckable(True)
    return made
