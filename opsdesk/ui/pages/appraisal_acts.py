"""Acts on an appraisal as a whole: begin, decide, hand in, file, void, preview, export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton

from opsdesk.register import Field, Tone
from opsdesk.registers.appraisal import feedback, service, spec
from opsdesk.registers.appraisal.board import Board
from opsdesk.registers.appraisal.steps import Next, Task
from opsdesk.rules.periods import Period, of_days
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk, Signing
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.pages import appraisal_ask as asking
from opsdesk.ui.pages import appraisal_export
from opsdesk.ui.pages.appraisal_ask import AskPanel
from opsdesk.ui.pages.appraisal_export import Exported
from opsdesk.ui.pages.appraisal_head import AppraisalHead
from opsdesk.ui.pages.appraisal_panel import AppraisalPanel

LATER = {"申诉待复", "逾期未交"}
"""Questions of the check that only come after the decision."""
BEGUN = "考核已建立，方案从现在起不再改动。可以打分了。"


class AppraisalActs(QObject):
    """Runs what the head asks for. `begun(Period | None)` after an appraisal has begun, `open_asked` for the next open
    cell, `sheet_asked(Scored)` for the form of a sheet. What it has to ask stands in the place of `panel`; `asks`
    before it comes.
    """

    begun = Signal(object)
    open_asked = Signal()
    sheet_asked = Signal(object)
    asks = Signal()

    def __init__(self, ctx: Context, desk: Desk, head: AppraisalHead, ask: AskPanel, panel: AppraisalPanel) -> None:
        super().__init__(head)
        self._ctx, self._desk, self._head, self._ask, self._panel = ctx, desk, head, ask, panel
        self.board: Board | None = None
        head.task_asked.connect(self.do_next)
        head.decide_asked.connect(self.decide)
        head.another_asked.connect(self.begin)
        panel.decide_asked.connect(lambda sheet_id: self._decide([sheet_id], panel.decide))
        head.paper_asked.connect(self._preview)
        head.export_asked.connect(self._choose_folder)
        head.complete_asked.connect(self.complete)
        head.void_asked.connect(self._ask_void)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self._ask.leave()

    def do_next(self, coming: Next) -> None:
        """The one next thing: it runs for all it is about, or leads to the first."""
        match coming.task:
            case Task.BEGIN:
                self.begin()
            case Task.SCORE:
                self.open_asked.emit()
            case Task.DECIDE:
                self.decide(coming)
            case Task.SUBMIT:
                values = {field.key: field.default(self._ctx) for field in spec.SUBMIT.fields if field.default}
                title = f"提交 {len(coming.sheets)} 份考核结果"
                self._start(title, "提交", spec.SUBMIT.fields, values, partial(self._submit, coming.sheet_ids))
            case Task.FILE:
                self._run(lambda: feedback.file(self._ctx, coming.sheet_ids), self._head.primary)
            case Task.TELL | Task.HEAR | Task.ANSWER:
                self.sheet_asked.emit(coming.sheets[0])

    def begin(self) -> None:
        """Begin the appraisal shown; teams, projects and spot checks are told whom and when first."""
        read = self.board
        if read is None or read.chosen is None or read.round is None:
            return
        if asking.needs_asking(read.chosen):
            fields, values = asking.begin_fields(read.chosen), asking.begin_values(read.chosen, self._ctx.today())
            self._start("建立考核", "建立", fields, values, self._begin_asked)
            return
        count = len(read.questions)
        said = f"还有 {count} 件考前检查事项没有处理。现在也可以建立，取自记录的分数会随处理结果变动。"
        if not count or confirm(self._head, f"建立 {read.period.words}考核", said, "建立", danger=False):
            self._begin(read.round.scheme.id, read.period, {}, self._head.primary)

    def _begin_asked(self, values: Mapping[str, Any]) -> None:
        read = self.board
        if read is None or read.round is None:
            return
        try:
            period = of_days(values["first"], values["last"]) if "first" in values else read.period
        except ValueError:
            self._ask.fail(Refusal("结束日期早于开始日期。请核对。", field="last"))
            return
        self._begin(read.round.scheme.id, period, values, self._ask.submit)

    def _begin(self, scheme_id: int, period: Period, values: Mapping[str, Any], button: QPushButton) -> None:
        names, title = str(values.get("names") or "").splitlines(), str(values.get("title") or "")
        self._desk.operations.run(
            partial(service.begin, self._ctx, scheme_id=scheme_id, period=period, names=names, title=title),
            done=partial(self._begun, period),
            failed=self._ask.fail if self._ask.isVisible() else None,
            owner=self,
            busy=button,
        )

    def _begun(self, period: Period, _outcome: Outcome[int]) -> None:
        self._ask.leave()
        self._desk.notices.show(BEGUN, Tone.FINE)
        self.begun.emit(period)

    def decide(self, coming: Next) -> None:
        """Decide every sheet that can be."""
        if coming.sheets and not coming.why_not:
            button = self._head.primary if coming is self._head.next else self._head.decide
            self._decide(coming.sheet_ids, button)

    def _decide(self, sheet_ids: Sequence[int], button: QPushButton) -> None:
        """Decide after the open questions were told: what is decided is paid."""
        questions = [each for each in self.board.questions if each.kind not in LATER] if self.board is not None else []
        kinds = "、".join(dict.fromkeys(each.kind for each in questions))
        said = f"还有 {len(questions)} 件考前检查事项没有处理（{kinds}）。核定后得分、等级和付款不再随记录变动。"
        signing = Signing(f"核定 {len(sheet_ids)} 份考核表", "核定", said if questions else "")
        if (granted := self._desk.signed(self._head, self._ctx, signing)) is not None:
            self._run(partial(service.decide, granted, sheet_ids=sheet_ids), button)

    def _submit(self, sheet_ids: list[int], values: Mapping[str, Any]) -> None:
        signing = Signing(f"提交 {len(sheet_ids)} 份考核结果", "提交")
        if (granted := self._desk.signed(self._head, self._ctx, signing)) is not None:
            self._run(partial(feedback.submit, granted, sheet_ids, values), self._ask.submit, asked=True)

    def complete(self) -> None:
        """Make the sheets of those who came since the appraisal was begun."""
        kept = self.board.round.kept if self.board and self.board.round else None
        if kept is not None:
            self._run(partial(service.complete, self._ctx, appraisal_id=kept.id), self._head.more)

    def _ask_void(self) -> None:
        kept = self.board.round.kept if self.board and self.board.round else None
        if kept is not None:
            self._start(f"作废“{kept.title}”", "作废", asking.VOID, {}, partial(self._void, kept.id))

    def _void(self, appraisal_id: int, values: Mapping[str, Any]) -> None:
        reason = str(values.get("reason") or "")
        granted = self._desk.signed(self._head, self._ctx, Signing("作废这次考核", "作废"))
        if granted is not None:
            act = partial(service.void, granted, appraisal_id=appraisal_id, reason=reason)
            self._run(act, self._ask.submit, asked=True)

    def _start(
        self, title: str, verb: str, fields: Sequence[Field], values: Mapping[str, Any], act: asking.Submit
    ) -> None:
        if self._panel.may_leave():
            self._panel.leave()
            self.asks.emit()
            self._ask.start(title, verb, fields, values, act)

    def _run(self, act: Callable[[], Outcome[str]], button: QPushButton, *, asked: bool = False) -> None:
        self._desk.operations.run(
            act,
            done=partial(self._told, asked=asked),
            failed=self._ask.fail if asked else None,
            owner=self,
            busy=button,
        )

    def _told(self, outcome: Outcome[str], *, asked: bool) -> None:
        if asked:
            self._ask.leave()
        self._desk.notices.show(outcome.value, Tone.WARNING if "逾期" in outcome.value else Tone.FINE)

    def _preview(self, make: Callable[[Context], Any]) -> None:
        self._desk.operations.run(
            partial(make, self._ctx), done=self._desk.open_paper, owner=self, busy=self._head.preview
        )

    def _choose_folder(self) -> None:
        start = self._ctx.home / "exports"
        start.mkdir(parents=True, exist_ok=True)  # else the dialog opens somewhere and takes no Enter
        name = QFileDialog.getExistingDirectory(self._head, "考核表保存到哪个文件夹", str(start))
        if name:
            self.export_to(Path(name))

    def export_to(self, folder: Path) -> None:
        """Write the summary and one book a vendor into `folder`."""
        if self.board is not None and self.board.round is not None:
            self._desk.operations.run_long(
                partial(appraisal_export.export, self._ctx, self.board.round, folder),
                "正在导出考核表",
                done=partial(self._exported, folder),
                owner=self,
                busy=self._head.more,
                beside=True,
            )

    def _exported(self, folder: Path, exported: Exported | None) -> None:
        if exported is not None:
            appraisal_export.tell(self._desk.notices, exported, folder)
