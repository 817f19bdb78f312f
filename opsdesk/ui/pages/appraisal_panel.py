"""The panel beside the scoring grid: why a figure is what it is, down to the record, and what follows the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.appraisal import board, evidence, steps
from opsdesk.registers.appraisal.rulings import Wish
from opsdesk.rules.scoring import LineState, ScoredItem, Way
from opsdesk.rules.vocabulary import Role
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.appraisal_typed import points as read_points
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import Panel, ghost_button, primary_button
from opsdesk.ui.kit.record_form import may_discard
from opsdesk.ui.pages import appraisal_item as parts
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages import appraisal_summary as summary
from opsdesk.ui.pages.appraisal_feedback import FeedbackPart
from opsdesk.ui.pages.appraisal_line import LineCard
from opsdesk.ui.pages.appraisal_saving import AppraisalSaving, ruling

NOT_YOURS = "扣分由主管确认、修改或免除。"
NOT_BEGUN = "还没有建立考核，现在的分数是试算。先建立考核，再处理。"
DECIDED = "已经核定。要改请先撤回核定。"
MOST_LINES = 40
Key = tuple[tuple[object, ...], int | None]
"""Whose cell is shown, and of which item; None is the sheet as a whole."""


class AppraisalPanel(Panel):
    """`clause_asked(key, day)` and `record_asked(reference)` lead on, `item_asked(item id)` to another item of the same
    sheet; `decide_asked(sheet id)`, `left` when it was closed.
    """

    clause_asked = Signal(str, object)
    record_asked = Signal(str)
    item_asked = Signal(int)
    decide_asked = Signal(int)
    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, saving: AppraisalSaving, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._ctx, self._desk, self._saving = ctx, desk, saving
        self._shown: Round | None = None
        self.scored: Scored | None = None
        self.item_id: int | None = None
        self.cards: list[LineCard] = []
        self.feedback: FeedbackPart | None = None
        self._content: QWidget | None = None
        self._all_lines = False
        self._enters = False
        self._later: tuple[Round, Scored] | None = None
        self.confirm_all = primary_button("全部确认", "check")
        self.confirm_all.clicked.connect(self._confirm_all)
        self.decide = primary_button("核定", "signature")
        self.decide.clicked.connect(self._decide)
        self.foot.addStretch(1)
        for button in (self.confirm_all, self.decide):
            self.foot.addWidget(button)
        self.body.addStretch(1)
        self.closed.connect(self.step_back)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.leave()

    @property
    def dirty(self) -> bool:
        """Whether a reason or a form is being written."""
        return any(card.dirty for card in self.cards) or bool(self.feedback and self.feedback.dirty)

    def may_leave(self) -> bool:
        """True where nothing written would be lost, or the user gives it up."""
        return not self.dirty or may_discard(self)

    def leave(self) -> None:
        """Close the panel."""
        self.scored = self._later = None
        self._take_content()
        self.setVisible(False)

    def step_back(self) -> None:
        """Put a reason away that is being written, else close."""
        asking = next((card for card in self.cards if card.asks), None)
        if asking is not None:
            if not asking.dirty or may_discard(self):
                asking.give_up()
        elif self.may_leave():
            self.leave()
            self.left.emit()

    def follow(self, shown: Round, scored: Scored, item_id: int | None) -> None:
        """Show another cell, unless something written here would be lost."""
        if self.key != (scored.subject.identity, item_id) and not self.dirty:
            self.show_cell(shown, scored, item_id)

    @property
    def key(self) -> Key | None:
        """Whose cell is shown, and of which item."""
        return (self.scored.subject.identity, self.item_id) if self.scored else None

    def show_cell(self, shown: Round, scored: Scored, item_id: int | None, *, enters: bool = False) -> None:
        """Show an item of somebody, or without one the whole sheet; with `enters` the keys go to what waits there.

        While something is being written there the same cell is shown anew afterwards.
        """
        same = self.key == (scored.subject.identity, item_id)
        written = self.dirty or any(card.asks for card in self.cards)
        if written if same else not self.may_leave():
            self._later = (shown, scored) if same else self._later
            return
        self._later = None
        self._all_lines = self._all_lines and same
        self._shown, self.scored, self.item_id, self._enters = shown, scored, item_id, enters
        each = self._item()
        name = scored.subject.name
        self.set_title(f"{name}　{each.item.title}" if each else name)
        self.setVisible(True)
        self._desk.operations.run(
            partial(_read, self._ctx, shown, scored, each),
            done=partial(self._fill, scored, same),
            owner=self,
            replaces="cell",
        )

    def _item(self) -> ScoredItem | None:
        if self.scored is None or self.item_id is None:
            return None
        return next((each for each in self.scored.items if each.item.id == self.item_id), None)

    def _fill(self, scored: Scored, same: bool, read: Read) -> None:
        if self.scored is not scored or self._shown is None:
            return
        bar = self.scroller.verticalScrollBar()
        scrolled = bar.value() if same else 0
        focus = QApplication.focusWidget()
        held = focus is not None and self.isAncestorOf(focus)
        self._take_content()
        self._content, column = parts.content()
        each = self._item()
        if each is not None:
            self._fill_item(column, each, read)
        else:
            self._fill_sheet(column, read.one_more)
        self.body.insertWidget(0, self._content)
        self._offer()
        if self._enters or held:
            self._take_keys()
        if not self._enters:
            QTimer.singleShot(0, self._content, partial(bar.setValue, scrolled))
        self._enters = False

    def _take_keys(self) -> None:
        """The keys go to the first line that waits, to the next form, or to the decision."""
        if self.feedback is not None and self.feedback.form is not None:
            self.feedback.focus()
            return
        decide = self.decide if self.decide.isEnabled() and not self.decide.isHidden() else None
        waiting = next((card.confirm for card in self.cards if card.waits), decide)
        (waiting or self).setFocus(Qt.FocusReason.TabFocusReason)

    def _fill_item(self, column: QVBoxLayout, each: ScoredItem, read: Read) -> None:
        assert self._shown is not None and self.scored is not None  # noqa: S101, PT018 — just shown
        last = self._shown.period.last
        parts.head(column, each, read.clause, lambda: self.clause_asked.emit(each.item.clause, last))
        if rows.by_hand(each.item):
            parts.marks(column, each, self.scored)
            return
        if not each.lines:
            parts.nothing(column, each)
        lines = sorted(each.lines, key=lambda line: (line.state is not LineState.PROPOSED, not line.counted))
        for line in lines if self._all_lines else lines[:MOST_LINES]:
            card = LineCard(each.item, line, read.evidence, closed=closed_to(self._ctx, self.scored), last=last)
            card.clause_asked.connect(self.clause_asked)
            card.record_asked.connect(self.record_asked)
            card.ruled.connect(partial(self._rule, card))
            card.asked.connect(self._look_at)
            card.given_up.connect(self._catch_up)
            column.addWidget(card)
            self.cards.append(card)
        if len(lines) > len(self.cards):
            more = ghost_button(f"显示其余 {len(lines) - len(self.cards)} 条", "chevron-down")
            more.clicked.connect(self._show_all)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignHCenter)

    def _fill_sheet(self, column: QVBoxLayout, found: summary.OneMore) -> None:
        assert self._shown is not None and self.scored is not None  # noqa: S101, PT018 — just shown
        summary.head(column, self.scored)
        last = self._shown.period.last
        if rows.scored_over(self.scored):
            self.feedback = FeedbackPart(self._ctx, self._desk, self._shown, self.scored)
            self.feedback.asked.connect(self._look_at)
            column.addWidget(self.feedback)
        summary.money(column, self.scored, last, self.clause_asked.emit)
        summary.lost(column, self.scored, self.item_asked.emit)
        summary.one_more(column, self.scored, found)

    def _take_content(self) -> None:
        if self._content is not None:
            focus = QApplication.focusWidget()
            if focus is not None and self._content.isAncestorOf(focus):
                self.setFocus()
            self.body.removeWidget(self._content)
            self._content.setVisible(False)
            self._content.deleteLater()
        self._content, self.cards, self.feedback = None, [], None

    def _show_all(self) -> None:
        if self._shown is not None and self.scored is not None:
            self._all_lines = True
            self.show_cell(self._shown, self.scored, self.item_id)

    def _catch_up(self) -> None:
        """Show what came while a reason was being written."""
        if self._later is not None:
            self.show_cell(*self._later, self.item_id)

    def _look_at(self, widget: QWidget) -> None:
        QTimer.singleShot(0, widget, partial(self.scroller.ensureWidgetVisible, widget, 0, look.px(24)))

    def _offer(self) -> None:
        """The one thing to do with all that is shown: confirm all lines, or decide the sheet."""
        waiting = self._waiting()
        self.confirm_all.setVisible(len(waiting) > 1)
        self.confirm_all.setText(f"全部确认（{len(waiting)} 条）")
        self.confirm_all.setEnabled(not closed_to(self._ctx, self.scored))
        self.confirm_all.setToolTip(closed_to(self._ctx, self.scored))
        scoring = self.scored is not None and self.scored.state is SheetState.SCORING
        offers = scoring and self.item_id is None
        self.decide.setVisible(offers)
        if offers and self.scored is not None and self._shown is not None:
            ahead = steps.decision(self._shown, self._ctx.today())
            blanks, lines = len(self.scored.blanks), self.scored.open_lines
            left = "、".join(
                filter(None, (f"{blanks} 项没有评分" if blanks else "", f"{lines} 条没有处理" if lines else ""))
            )
            why = ahead.why_not or (f"还有 {left}，处理完再核定。" if left else "")
            if self._ctx.actor.role is not Role.SUPERVISOR:
                why = "核定由主管来做。"
            self.decide.setEnabled(not why)
            self.decide.setToolTip(why or "核定后得分、等级和付款不再随记录变动。")
        self.show_foot(len(waiting) > 1 or offers)

    def _waiting(self) -> Sequence[Wish]:
        each = self._item()
        if each is None or self.scored is None or self.scored.sheet is None or rows.scored_over(self.scored):
            return []
        return confirming(self.scored, [each])

    def _confirm_all(self) -> None:
        if waiting := self._waiting():
            self._saving.run(ruling(waiting), button=self.confirm_all)

    def _decide(self) -> None:
        if self.scored is not None and self.scored.sheet is not None:
            self.decide_asked.emit(self.scored.sheet.id)

    def _rule(self, card: LineCard, state: LineState, points: str, reason: str) -> None:
        if self.scored is None or self.scored.sheet is None:
            return
        try:
            off = read_points({"points": points}, "points", "分数", required=state is LineState.CHANGED)
        except Refusal as refusal:
            card.refuse(str(refusal), "points")
            return
        signed = off if off is None or card.item.way is Way.BONUS else -off
        seen = card.line.proposal.points
        wish = Wish(self.scored.sheet.id, card.item.id, card.line.proposal.key, state, signed, reason, seen)
        self._saving.run(
            ruling([wish]),
            done=partial(self._ruled, card),
            failed=partial(self._failed, card),
            button=card.confirm if state is LineState.CONFIRMED else card.submit,
        )

    def _ruled(self, card: LineCard) -> None:
        if card in self.cards:
            card.give_up()

    def _failed(self, card: LineCard, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and card in self.cards:
            card.refuse(str(error), error.field)
        elif not isinstance(error, Fault):
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", Tone.WARNING)


def closed_to(ctx: Context, scored: Scored | None) -> str:
    """Why whoever is at the desk can rule upon no line of an appraisee; empty where he can."""
    if scored is None or scored.sheet is None:
        return NOT_BEGUN
    if rows.scored_over(scored):
        return DECIDED
    return "" if ctx.actor.role is Role.SUPERVISOR else NOT_YOURS


def confirming(scored: Scored, items: Sequence[ScoredItem]) -> list[Wish]:
    """What confirms every line of these items that waits."""
    if scored.sheet is None:
        return []
    return [
        Wish(scored.sheet.id, each.item.id, line.proposal.key, LineState.CONFIRMED, seen=line.proposal.points)
        for each in items
        if each.item.way in {Way.EVENTS, Way.BONUS}
        for line in each.lines
        if line.state is LineState.PROPOSED and line.proposal.points
    ]


@dataclass(frozen=True)
class Read:
    """Beside an item: the records behind it in words, the clause it follows; beside a sheet what one more costs."""

    evidence: Mapping[str, str]
    clause: str = ""
    one_more: summary.OneMore = ()


def _read(ctx: Context, shown: Round, scored: Scored, each: ScoredItem | None) -> Read:
    if each is None:
        return Read({}, "", board.one_more(ctx, shown, scored))
    clause = ctx.regulations.clause(each.item.clause).short if each.item.clause else ""
    return Read(evidence.read(ctx, parts.references(each)), clause)
