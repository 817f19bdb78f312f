"""考核评分: everybody of a period by a scheme, scored like a sheet, ruled line by line, decided, told and filed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.appraisal import board, check
from opsdesk.registers.appraisal.board import Board
from opsdesk.rules.periods import Period
from opsdesk.services.appraisal import Scored
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.open_questions import Question
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.kit.parts import ElidedLabel
from opsdesk.ui.pages import appraisal_ask as asking
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages import month_questions
from opsdesk.ui.pages.appraisal_acts import AppraisalActs
from opsdesk.ui.pages.appraisal_ask import AskPanel
from opsdesk.ui.pages.appraisal_bar import AppraisalBar
from opsdesk.ui.pages.appraisal_grid import ScoringGrid
from opsdesk.ui.pages.appraisal_head import AppraisalHead
from opsdesk.ui.pages.appraisal_panel import AppraisalPanel
from opsdesk.ui.pages.appraisal_pictures import PicturesView
from opsdesk.ui.pages.appraisal_saving import AppraisalSaving
from opsdesk.ui.pages.appraisal_scoring import Scoring

TOPICS = frozenset(
    {"scheme", "payment_term", "appraisal_event", "contract", "vendor", "staff", "month", "incident",
     "sign_in", "leave", "visit", "inspection", "cleaning", "loan", "report", "law"}
)  # fmt: skip
"""What an appraisal is made of; marks and rulings alone leave it as it was."""
SOON = 60
"""Milliseconds after the last change until the appraisal is computed anew."""
NARROW, SMALL, NARROW_PANEL, LOW = 1100, 800, 400, 560
"""Pixels beside the panel, and of the whole page, below which the table keeps only sum and state; the panel's width
then; a low page.
"""
KEYS = (
    "数字直接打分，回车向下，Tab 向右，Delete 清除；空格看依据，取自记录的格子按回车到右侧处理；"
    "F4 到下一处待办；选中一列的几格，Ctrl+D 向下填，Ctrl+C、Ctrl+V 复制粘贴；Ctrl+Z 撤销，Ctrl+Y 重做。"
)
DOORS: Mapping[str, str] = {
    **month_questions.DOORS,
    "scheme": "考核方案", "month": "月度考勤", "deduction": "拟扣减", "hand_in": "交单签收", "payment_term": "付款约定",
    "incident": "事件记录单", "inspection_round": "巡检", "cleaning": "机房清扫", "appraisal_sheet": "考核表",
    "staff": "人员", check.HERE: "查看",
}  # fmt: skip
"""What the pages behind the doors of the check list are called."""


class AppraisalPage(QWidget):
    """`clause_asked(key, day)`, `record_asked(reference)`, `door_asked(Question, {})`, `page_asked(slug)` lead on."""

    clause_asked = Signal(str, object)
    record_asked = Signal(str)
    door_asked = Signal(object, object)
    page_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self.board: Board | None = None
        self._wanted: tuple[str | None, Period | None] = (None, None)
        self._goes_on = False
        self._record, self._read = 0, 0  # how often the record changed, and with which change it was read
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head, self.bar = AppraisalHead(ctx), AppraisalBar()
        self.questions = month_questions.Questions(
            title="考前检查", hint="先核对再打分。", none="考前检查没有发现问题。", doors=DOORS
        )
        self.grid = ScoringGrid()
        self.saving = AppraisalSaving(ctx, desk, self)
        self.pictures = PicturesView(ctx, desk)
        self.panel, self.ask = AppraisalPanel(ctx, desk, self.saving), AskPanel(desk)
        self.scoring = Scoring(desk, self.grid, self.panel, self.ask, self.saving)
        self.acts = AppraisalActs(ctx, desk, self.head, self.ask, self.panel)
        self.keys = ElidedLabel(KEYS, "secondary")
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._lay_out()
        self._connect()
        desk.bus.watch(self, {"appraisal"}, self._soon.start)
        desk.bus.watch(self, TOPICS, self._read_record)
        self._begin_reading()
        self.refresh()

    def _lay_out(self) -> None:
        self.panel.setVisible(False)
        self.questions.setVisible(False)
        self.stack = PageStack()
        self.stack.setProperty("class", "pages")
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.pictures)
        left = QVBoxLayout()
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(12))
        left.setSpacing(look.px(12))
        for widget in (self.head, self.bar, self.questions):
            left.addWidget(widget)
        left.addWidget(self.stack, 1)
        left.addWidget(self.keys)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        for beside in (self.panel, self.ask):
            row.addWidget(beside)

    def _connect(self) -> None:
        self.head.check_asked.connect(self.fold_check)
        self.acts.begun.connect(self._begun)
        self.acts.open_asked.connect(self._go_to_open)
        self.acts.sheet_asked.connect(self._open_sheet)
        self.ask.shown.connect(lambda _shown: self._make_room())
        self.bar.stepped.connect(self.step)
        self.bar.scheme_chosen.connect(lambda code: self.go_to(code, self.board.period if self.board else None))
        self.bar.scorer_chosen.connect(lambda scorer: self.bar.stand_for(self.scoring.score_as(scorer)))
        self.bar.pictures_asked.connect(self._show_pictures)
        self.bar.found.connect(self.scoring.find_text)
        self.bar.find_left.connect(self.grid.table.setFocus)
        self.bar.undo_asked.connect(self.saving.undo)
        self.bar.redo_asked.connect(self.saving.redo)
        self.questions.door_asked.connect(self._open_door)
        self.scoring.stood.connect(self.head.stand_on)
        for coming in (self.scoring.opening, self.acts.asks):  # a part that is shown may widen the window at once
            coming.connect(partial(self._make_room, coming=True))
        self.scoring.opened.connect(self._make_room)
        self.panel.clause_asked.connect(self.clause_asked)
        self.panel.record_asked.connect(self.record_asked)
        self.pictures.chosen.connect(lambda row: self.grid.table.go(row, self.grid.place[1]))
        for beside in (self.panel, self.ask):
            beside.left.connect(self._give_keys_back)
        self.saving.changed.connect(lambda: self.bar.allow(undo=self.saving.can_undo, redo=self.saving.can_redo))
        self.saving.refused.connect(self._read_record)
        self._soon.timeout.connect(self.refresh)
        bind(
            self,
            (
                ("Ctrl+Z", self.saving.undo),
                ("Ctrl+Y", self.saving.redo),
                ("Ctrl+Shift+Z", self.saving.redo),
                ("Ctrl+P", self.head.preview.click),
                ("Ctrl+F", self.bar.focus_find),
                ("F3", self.head.primary.click),
                ("F4", self._go_to_open),
                ("F5", self._read_record),
                ("Alt+Left", partial(self.step, -1)),
                ("Alt+Right", partial(self.step, 1)),
            ),
        )
        back = QShortcut(QKeySequence("Esc"), self, self._step_back)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        for part in (self.panel, self.saving, self.head, self.pictures, self.acts):
            part.set_context(ctx)
        self._read_record()

    def may_leave(self) -> bool:
        """True where nothing typed would be lost, or the user says so."""
        return self.grid.editor.finish() and self.panel.may_leave() and self.ask.may_leave()

    def focus_first(self) -> None:
        """The keyboard is on the table."""
        (self.pictures.box if self.stack.currentIndex() else self.grid.table).setFocus()

    def step(self, by: int) -> None:
        """Show the period before or after."""
        if self.board is not None and self.board.chosen and (period := self.board.step(by)) is not None:
            self.go_to(self.board.chosen.code, period)

    def go_to(self, code: str, period: Period | None) -> None:
        """Show another period or scheme; what was done in another can no longer be taken back from here."""
        if not self.may_leave():
            if self.board:
                self.bar.show_board(self.board, self._ctx)
            return
        self.panel.leave()
        self.ask.leave()
        self.saving.forget()
        self._wanted = (code, period)
        self._begin_reading()
        self.refresh()

    def _begin_reading(self) -> None:
        self.board = self.acts.board = None
        self.head.show_board(None)
        self.questions.setVisible(False)
        self.scoring.show_round(None, rows.DECIDED)
        self.grid.table.list_state.load()

    def _read_record(self) -> None:
        """Compute the appraisal anew from the record up."""
        self._record += 1
        self._soon.start()

    def refresh(self) -> None:
        """Read the appraisal anew; what is shown stays until it is here."""
        known = self.board.round if self.board is not None and self._read == self._record else None
        self._desk.operations.run(
            partial(board.read, self._ctx, *self._wanted, before=known),
            done=partial(self._take, self._record),
            failed=self._fail,
            owner=self,
            replaces="board",
        )

    def _fail(self, error: Refusal | Trouble) -> None:
        self._begin_reading()
        remedy = getattr(error, "remedy", "")
        self.grid.table.list_state.tell("triangle-alert", str(error), remedy, "重新读取", self.refresh, tone="broken")

    def _take(self, record: int, read: Board) -> None:
        if self.saving.busy:  # typed meanwhile: what was read is older than what is shown
            self._soon.start()
            return
        first, self._read = self.board is None, record
        self.board = self.acts.board = read
        self._wanted = (read.chosen.code if read.chosen else None, read.period)
        self.bar.show_board(read, self._ctx)
        self.head.show_board(read)
        self.grid.closed = "" if self._ctx.actor.role in WRITERS else "只读账号不能打分。"
        self.grid.wants_facts = read.wants_facts
        self.scoring.show_round(read.round, self.bar.scorer)
        self.questions.show_questions(read.questions)
        begun = read.round is not None and read.round.kept is not None
        if first:
            self.questions.setVisible(bool(read.questions) and not begun)
        self._tell_empty(read)
        if self.stack.currentIndex():
            self.pictures.show_round(read.round, self.grid.place[0])
        if self._goes_on and begun:
            self._goes_on = False
            self.grid.go_to_open(first=True)
            self.grid.table.setFocus()

    def _tell_empty(self, read: Board) -> None:
        state = self.grid.table.list_state
        if read.round is not None and read.round.objects:
            return
        if read.round is None:
            state.tell("inbox", read.why, "", "打开考核方案", partial(self.page_asked.emit, "scheme"))
        elif read.chosen is not None and asking.needs_asking(read.chosen):
            said = f"按“{read.chosen.title}”还没有建立考核。"
            state.tell("inbox", said, "建立时写明考核哪些对象、哪几天。", "建立考核", self.acts.begin)
        else:
            what = rows.COUNTED[read.round.scheme.object_kind]
            said = f"{read.period.words}没有可以考核的对象（0 {what}）。"
            state.tell("inbox", said, "外包单位要有合同，个人要在场；换一期看看，或者先登记。")

    def fold_check(self) -> None:
        """Show or hide the check list."""
        shown = self.questions.isHidden()
        self.questions.setVisible(shown)
        if shown:
            self.questions.fold(False)
            self.questions.focus_first()
        else:
            self.focus_first()

    def find_text(self, text: str) -> None:
        """Go to the first appraisee whose name or vendor holds the text."""
        self.scoring.find_text(text)

    def _go_to_open(self) -> None:
        self.bar.table_button.setChecked(True)
        self.scoring.go_to_open()

    def _open_sheet(self, scored: Scored) -> None:
        self.bar.table_button.setChecked(True)
        self.scoring.open_sheet(scored)

    def _begun(self, period: Period) -> None:
        """After an appraisal has begun the cursor stands in its first open cell."""
        self.questions.setVisible(False)
        if self.board is not None and self.board.chosen:
            self._wanted = (self.board.chosen.code, period)
        self._goes_on = True
        self._soon.start()

    def _show_pictures(self, shown: bool) -> None:
        self.stack.setCurrentIndex(1 if shown else 0)
        self.keys.setVisible(not shown)
        if shown and self.board is not None:
            self.pictures.show_round(self.board.round, self.grid.place[0])

    def _open_door(self, question: Question) -> None:
        if question.kind == check.NO_SHEET:
            self._desk.notices.show(question.sentence, Tone.WARNING, [("补建考核表", self.acts.complete)])
        elif question.door == check.HERE:
            self.scoring.find_text(question.name)
            self.scoring.open_cell(self.grid.place[0], len(self.grid.model.items))
        else:
            self.door_asked.emit(question, {})

    def _give_keys_back(self) -> None:
        self._make_room()
        self.grid.table.setFocus()

    def _step_back(self) -> None:
        if self.grid.editor.open_now:
            self.grid.editor.give_up()
        elif self.panel.isVisible():
            self.panel.step_back()
        elif self.ask.isVisible():
            self.ask.closed.emit()
        else:  # Tab goes from item to item: this is the way out of the table with the keys
            self.head.primary.setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Where there is little room minor columns give way, and the check list folds."""
        super().resizeEvent(event)
        self.questions.give_way(self.height() < look.px(LOW))
        self._make_room()

    def _make_room(self, *, coming: bool = False) -> None:
        beside = coming or not (self.panel.isHidden() and self.ask.isHidden())
        narrow = beside and self.width() - look.px(look.PANEL_WIDTH) < look.px(NARROW)
        narrow = narrow or self.width() < look.px(SMALL)
        for panel in (self.panel, self.ask):
            panel.setFixedWidth(look.px(NARROW_PANEL if narrow else look.PANEL_WIDTH))
        self.grid.set_narrow(narrow)
        self.head.shorten(narrow)
        self.bar.set_compact(narrow)
