"""One line of a scored item: fact, clause, records behind it, what it costs, and what the supervisor makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.rules.scoring import Item, Line, LineState, Way, plain
from opsdesk.ui.kit import look
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.parts import Card, ChipLabel, ElidedLabel, label, link_button, primary_button, secondary_button
from opsdesk.ui.kit.wording import day_in_words
from opsdesk.ui.pages.appraisal_rows import points_words

TONES = {
    LineState.PROPOSED: Tone.WARNING,
    LineState.CONFIRMED: Tone.FINE,
    LineState.CHANGED: Tone.INFORMATION,
    LineState.WAIVED: Tone.NEUTRAL,
}
MOST_LINKS = 8


class LineCard(Card):
    """`ruled(state, points, reason)` when the supervisor rules; `clause_asked(key, day)` and `record_asked(reference)`
    lead on; `asked(widget)` when a reason is to be written there, so that it can be brought into sight, `given_up` when
    it no longer is.
    """

    ruled = Signal(object, str, str)
    clause_asked = Signal(str, object)
    record_asked = Signal(str)
    asked = Signal(QWidget)
    given_up = Signal()

    def __init__(self, item: Item, line: Line, found: Mapping[str, str], *, closed: str, last: date) -> None:
        super().__init__()
        self.item, self.line = item, line
        self._wish = LineState.WAIVED
        self._last, self._offered = last, ""
        self.confirm, self.change = secondary_button("确认", "check"), secondary_button("修改…")
        self.waive = secondary_button("免除…")
        self.points, self.reason = QLineEdit(), QLineEdit()
        self.submit, self.cancel = primary_button("免除"), secondary_button("取消")
        self.said = label("", "error", wraps=True)
        self._asking = QWidget()
        self.body.setContentsMargins(*(look.px(12),) * 4)
        self.body.setSpacing(look.px(6))
        self._head()
        self.body.addWidget(label(line.proposal.because, wraps=True))
        self._links(found)
        if item.way in {Way.EVENTS, Way.BONUS} and line.proposal.points:
            self._decision(closed)

    @property
    def asks(self) -> bool:
        """True while a reason is being written."""
        return not self._asking.isHidden() and self._asking.parent() is not None

    @property
    def dirty(self) -> bool:
        """Whether something written here would be lost."""
        return self.asks and bool(self.reason.text().strip() or self.points.text() != self._offered)

    @property
    def waits(self) -> bool:
        """Whether a ruling is still missing."""
        return self.line.state is LineState.PROPOSED and not self.confirm.isHidden() and self.confirm.isEnabled()

    def give_up(self) -> None:
        """Put away what is being written."""
        for line in (self.reason, self.points):
            line.clear()
        self.said.setVisible(False)
        self._asking.setVisible(False)
        self.waive.setFocus()
        self.given_up.emit()

    def refuse(self, sentence: str, field: str = "reason") -> None:
        """Say why it was not kept; what was written stays."""
        self.said.setText(sentence)
        self.said.setVisible(True)
        self._asking.setVisible(True)
        (self.points if field == "points" and not self.points.isHidden() else self.reason).setFocus()
        self.asked.emit(self._asking)

    def _head(self) -> None:
        proposal, line = self.line.proposal, self.line
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        when = day_in_words(proposal.day) if proposal.day else "本期"
        row.addWidget(ElidedLabel("　".join(filter(None, (when, proposal.person))), "secondary"), 1)
        costs = label(points_words(line.counted), "heading")
        costs.setFont(look.font(bold=True, tabular=True))
        row.addWidget(costs)
        self.body.addLayout(row)

    def _links(self, found: Mapping[str, str]) -> None:
        proposal = self.line.proposal
        row = FlowRow()
        cited = proposal.citation
        if cited is not None:
            clause = link_button(cited.short)
            clause.setToolTip(cited.wording)
            clause.clicked.connect(lambda: self.clause_asked.emit(cited.key, proposal.day or self._last))
            row.add(clause)
        known = [reference for reference in proposal.evidence if reference in found]
        for reference in known[:MOST_LINKS]:
            button = link_button(found[reference])
            button.setToolTip("打开这条记录")
            button.clicked.connect(partial(self._ask_record, reference))
            row.add(button)
        if len(known) > MOST_LINKS:
            row.add(label(f"另有 {len(known) - MOST_LINKS} 条记录", "secondary"))
        if cited is not None or known:
            self.body.addWidget(row)

    def _decision(self, closed: str) -> None:
        state = self.line.state
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addWidget(ChipLabel("待处理" if state is LineState.PROPOSED else str(state), TONES[state]))
        row.addStretch(1)
        self.confirm.setText("确认" if state is LineState.PROPOSED else "改为确认")
        for button, shown in (
            (self.confirm, state is not LineState.CONFIRMED),
            (self.change, True),
            (self.waive, state is not LineState.WAIVED),
        ):
            button.setEnabled(not closed)
            button.setToolTip(closed)
            if state is not LineState.PROPOSED:
                look.set_icon(button, "")
                look.dress(button, class_="ghost")
            if shown:
                row.addWidget(button)
            else:
                button.setVisible(False)
        self.body.addLayout(row)
        if said := decision_words(self.item, self.line):
            self.body.addWidget(label(said, "secondary", wraps=True))
        self.confirm.clicked.connect(lambda: self.ruled.emit(LineState.CONFIRMED, "", ""))
        self.change.clicked.connect(partial(self._ask, LineState.CHANGED))
        self.waive.clicked.connect(partial(self._ask, LineState.WAIVED))
        self._lay_out_asking()

    def _lay_out_asking(self) -> None:
        verb = "加几分" if self.item.way is Way.BONUS else "扣几分"
        self.points.setPlaceholderText(verb)
        self.points.setAccessibleName(verb)
        self.points.setMaxLength(12)
        self.points.setFixedWidth(look.px(96))
        self.reason.setPlaceholderText("理由，会和原拟分数一起保留")
        self.reason.setAccessibleName("理由")
        self.points.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self._submit)
        self.submit.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.give_up)
        lines, buttons = QHBoxLayout(), QHBoxLayout()
        for row in (lines, buttons):
            row.setSpacing(look.px(8))
        lines.addWidget(self.points)
        lines.addWidget(self.reason, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.submit)
        column = QVBoxLayout(self._asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(4))
        column.addLayout(lines)
        column.addWidget(self.said)
        column.addLayout(buttons)
        self.said.setVisible(False)
        self._asking.setVisible(False)
        self.body.addWidget(self._asking)

    def _ask(self, wish: LineState, _checked: bool = False) -> None:
        self._wish = wish
        changes = wish is LineState.CHANGED
        self.points.setVisible(changes)
        if changes and not self.points.text():
            ruled = self.line.ruling.points if self.line.ruling else self.line.proposal.points
            self.points.setText(plain(abs(ruled)))
        self._offered = self.points.text()
        self.submit.setText("修改" if changes else "免除")
        self._asking.setVisible(True)
        (self.points if changes else self.reason).setFocus()
        if changes:
            self.points.selectAll()
        self.asked.emit(self._asking)

    def _submit(self) -> None:
        self.said.setVisible(False)
        self.ruled.emit(self._wish, self.points.text() if self._wish is LineState.CHANGED else "", self.reason.text())

    def _ask_record(self, reference: str, _checked: bool = False) -> None:
        self.record_asked.emit(reference)


def decision_words(item: Item, line: Line) -> str:
    """What was proposed, what was ruled, by whom and why; that the cap or the item's end left less."""
    said = []
    if line.ruling and line.state is not LineState.CONFIRMED:
        to = "免除" if line.state is LineState.WAIVED else f"改为{points_words(line.ruling.points)}"
        said.append(f"原拟{points_words(line.proposal.points)}，{to}。")
    if line.ruling and line.ruling.by:
        said.append(
            f"{line.ruling.by}{'：' + line.ruling.reason if line.ruling.reason else ' 处理'}。".replace("。。", "。")
        )
    if line.cut:
        wanted = line.ruling.points if line.ruling else line.proposal.points
        why = "本项已扣完" if item.way is Way.EVENTS else "加分已到上限"
        counts = f"只{points_words(line.counted)}" if line.counted else "不再计分"
        said.append(f"应{points_words(wanted)}，{why}，{counts}。")
    return "".join(said)
