"""The head of the scoring page: how the appraisal stands, its papers, and the one next thing to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from opsdesk.registers.appraisal import bundle, documents, letters, steps
from opsdesk.registers.appraisal.board import Board
from opsdesk.registers.appraisal.check import NO_SHEET
from opsdesk.registers.appraisal.steps import Next, Task
from opsdesk.rules.scoring import ObjectKind
from opsdesk.rules.vocabulary import Role
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.open_questions import Question
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import PageTitle, primary_button, secondary_button
from opsdesk.ui.pages import appraisal_rows as rows

SUPERVISORS = {Task.BEGIN, Task.DECIDE, Task.ANSWER, Task.SUBMIT, Task.FILE}
SUPERVISOR_ONLY = "这一步由主管来做。"
READ_ONLY = "只读账号不能登记。"
ICONS = {
    Task.BEGIN: "plus",
    Task.SCORE: "pencil",
    Task.DECIDE: "signature",
    Task.TELL: "contact",
    Task.HEAR: "pencil",
    Task.ANSWER: "pencil",
    Task.SUBMIT: "upload",
    Task.FILE: "archive",
}
COUNTED = {Task.DECIDE, Task.SUBMIT, Task.FILE}
"""Tasks that one press does for all sheets that wait for them."""
Paper = tuple[str, Callable[[Context], Any]]


def papers(shown: Round, scored: Scored | None) -> Sequence[Paper | None]:
    """What can be printed: of the appraisee where one stands, then of the whole period; None divides them."""
    found: list[Paper | None] = []
    if scored is not None:
        name = scored.subject.vendor if scored.subject.kind is ObjectKind.VENDOR else scored.subject.name
        found.append((f"考核评分表（{name}）", lambda ctx: documents.sheet(ctx, shown, scored)))
        if any(each.lines for each in scored.items):
            found.append(("扣分明细", lambda ctx: documents.details(ctx, shown, scored)))
        if scored.sheet is not None and scored.sheet.decided:
            sheet_id = scored.sheet.id
            found.append(("考核结果反馈单", lambda ctx: letters.feedback_slip(ctx, sheet_id)))
            if scored.subject.kind is ObjectKind.VENDOR and scored.pays:
                found.append(("考核结果及付款通知", lambda ctx: letters.vendor_letter(ctx, sheet_id)))
        found.append(None)
    found.append(("考核汇总表", lambda ctx: bundle.summary(ctx, shown)))
    found.append(("考核图表", lambda ctx: bundle.pictures(ctx, shown)))
    found.append(("全部考核表", lambda ctx: bundle.whole_period(ctx, shown)))
    return found


class AppraisalHead(PageTitle):
    """`task_asked(Next)` for the next thing to do, `decide_asked(Next)` for what can be decided beside it.

    `another_asked` for one more spot check or project beside those on record, `complete_asked` for the sheets of those
    who came since it was begun, `check_asked` folds the check list,
    `paper_asked(make, button)`, `export_asked`, and `void_asked` for the whole.
    """

    task_asked = Signal(object)
    decide_asked = Signal(object)
    another_asked = Signal()
    complete_asked = Signal()
    check_asked = Signal()
    paper_asked = Signal(object)
    export_asked = Signal()
    void_asked = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__("考核评分", parent=parent)
        self._ctx = ctx
        self._shown: Round | None = None
        self._scored: Scored | None = None
        self._questions: Sequence[Question] = ()
        self._narrow = False
        self.next, self._decision = Next(Task.NOTHING), Next(Task.DECIDE)
        self.check = secondary_button("考前检查", "clipboard-check")
        self.preview = _menu_button("预览", "printer")
        self.decide = secondary_button("核定", "signature")
        self.more = _menu_button("更多", "")
        self.primary = primary_button("")
        self.check.setToolTip("缺的数据、没办结的事项和可疑的重复，打分前先看一遍。")
        self.another: QAction = self.more.menu().addAction("再建一次…")
        self.complete: QAction = self.more.menu().addAction("补建考核表")
        self.void: QAction = self.more.menu().addAction("作废这次考核…")
        self.export: QAction = self.more.menu().addAction("导出各单位…")
        self.preview.menu().aboutToShow.connect(self._fill_papers)
        self.check.clicked.connect(self.check_asked)
        self.another.triggered.connect(self.another_asked)
        self.complete.triggered.connect(self.complete_asked)
        self.void.triggered.connect(self.void_asked)
        self.export.triggered.connect(self.export_asked)
        self.primary.clicked.connect(lambda: self.task_asked.emit(self.next))
        self.decide.clicked.connect(lambda: self.decide_asked.emit(self._decision))
        for button in (self.more, self.check, self.preview, self.decide, self.primary):
            self.add_action(button)
        self.show_board(None)

    def shorten(self, narrow: bool) -> None:
        """Show the minor buttons as icons alone where there is little room."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._name_buttons()

    def _name_buttons(self) -> None:
        self.set_state(rows.state_line(self._shown, short=self._narrow) if self._shown else "")
        count = str(len(self._questions)) if self._questions else ""
        self.check.setText(count if self._narrow else f"考前检查 {count}".strip())
        self.preview.setText("" if self._narrow else "预览")
        for button, words in ((self.check, "考前检查"), (self.preview, "预览")):
            button.setAccessibleName(words)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self._allow()

    def show_board(self, board: Board | None) -> None:
        """Show how it stands and what comes next; nothing while it is read."""
        self._shown = board.round if board else None
        self._questions = board.questions if board else ()
        self._name_buttons()
        self.check.setVisible(self._shown is not None)
        self.next = steps.next_of(self._shown, self._ctx.today()) if self._shown else Next(Task.NOTHING)
        self._decision = steps.decision(self._shown, self._ctx.today()) if self._shown else Next(Task.DECIDE)
        self._allow()

    def stand_on(self, scored: Scored | None) -> None:
        """The papers of one sheet are those of the appraisee where one stands."""
        self._scored = scored

    def _fill_papers(self) -> None:
        menu = self.preview.menu()
        menu.clear()
        if self._shown is None:
            return
        for each in papers(self._shown, self._scored):
            if each is None:
                menu.addSeparator()
                continue
            title, make = each
            menu.addAction(title).triggered.connect(partial(self._ask_paper, make))

    def _ask_paper(self, make: Callable[[Context], Any], _checked: bool = False) -> None:
        self.paper_asked.emit(make)

    def _allow(self) -> None:
        shown, role = self._shown, self._ctx.actor.role
        task = self.next.task
        over = task is Task.NOTHING
        self.primary.setVisible(shown is not None and not over)
        count = len(self.next.sheets)
        self.primary.setText(f"{task}（{count}）" if task in COUNTED and count else str(task))
        look.set_icon(self.primary, ICONS.get(task, ""), "accent")
        why = self.next.why_not
        if role not in WRITERS:
            why = READ_ONLY
        elif task in SUPERVISORS and role is not Role.SUPERVISOR:
            why = SUPERVISOR_ONLY
        _let(self.primary, why, TIPS.get(task, ""))
        fit = bool(self._decision.sheets) and task is not Task.DECIDE
        self.decide.setVisible(fit)
        self.decide.setText(f"核定（{len(self._decision.sheets)}）")
        _let(self.decide, SUPERVISOR_ONLY if role is not Role.SUPERVISOR else self._decision.why_not, TIPS[Task.DECIDE])
        there = shown is not None and bool(shown.objects)
        _let(self.preview, "" if there else "没有考核对象，没有可以预览的。", "Ctrl+P")
        self.export.setEnabled(there)
        self.export.setToolTip("导出汇总，以及每家单位一册，只含本单位和本单位人员。")
        filed = shown is not None and any(each.state is SheetState.FILED for each in shown.objects)
        self.void.setEnabled(shown is not None and shown.kept is not None and role is Role.SUPERVISOR and not filed)
        self.void.setToolTip("有考核表已经归档，不能作废。" if filed else "")
        self.complete.setVisible(any(each.kind == NO_SHEET for each in self._questions))
        self.complete.setEnabled(role is Role.SUPERVISOR)
        self.complete.setToolTip(
            "为建立考核以后才登记的对象补一份考核表。" if self.complete.isEnabled() else SUPERVISOR_ONLY
        )
        self.another.setVisible(shown is not None and shown.kept is not None and shown.period.kind is None)
        self.another.setEnabled(role is Role.SUPERVISOR)
        self.another.setToolTip("" if role is Role.SUPERVISOR else SUPERVISOR_ONLY)
        self.more.setVisible(there)


TIPS = {
    Task.BEGIN: "按方案为每个对象建一份考核表，然后可以打分。",
    Task.SCORE: "到下一处没有评分或待处理的格子（F4）。",
    Task.DECIDE: "核定评完的考核表：得分、等级和付款不再随记录变动。",
    Task.TELL: "把结果反馈给被考核人，登记时间和内容。",
    Task.HEAR: "登记被考核人的意见：同意、申诉或拒签。",
    Task.ANSWER: "答复被考核人的申诉；成立的先撤回核定再改分。",
    Task.SUBMIT: "把听取过意见的结果提交综合管理部，应在月底前。",
    Task.FILE: "三者齐全的考核表可以归档，归档后不能再改。",
}


def _menu_button(word: str, icon: str) -> QPushButton:
    made = secondary_button(word, icon)
    made.setProperty("menu", True)
    menu = QMenu(made)
    menu.setToolTipsVisible(True)
    made.setMenu(menu)
    return made


def _let(button: QPushButton, reason: str, tip: str = "") -> None:
    button.setEnabled(not reason)
    button.setToolTip(reason or tip)
