"""One line of a person's month: clause, wording, arithmetic in words, the records behind it, and its decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.month.evidence import NO_RECORD, Evidence
from opsdesk.registers.month.listing import PARTS, at_stake
from opsdesk.registers.month.service import Booked
from opsdesk.rules.settlement import days_in_words
from opsdesk.rules.vocabulary import Decision
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Card, ChipLabel, label, link_button, primary_button, secondary_button
from opsdesk.ui.kit.wording import day_in_words
from opsdesk.ui.pages.month_rows import Entry, money

OUTDATED = "结算后记录已变，重新结算后由新的计算替代。"
COMING = "结算后新增，重新结算后列入。"


class LineCard(Card):
    """`decided(confirm, note)` when the supervisor decides; `clause_asked(key, day)` and `day_asked(day)` lead on.

    The clause is asked for as it stood on the last day of the line's records, or on `last` where there are none.

    `asked(widget)` when a reason is to be written there, so that it can be brought into sight.
    """

    clause_asked = Signal(str, object)
    day_asked = Signal(object)
    decided = Signal(bool, str)
    asked = Signal(QWidget)

    def __init__(
        self,
        entry: Entry,
        found: Mapping[str, Evidence],
        *,
        settled: bool,
        above: Entry | None,
        closed: str,
        last: date,
    ) -> None:
        super().__init__()
        self.entry = entry
        self._day = max((found[each].day for each in entry.evidence if each in found), default=last)
        self.marked = False
        self.body.setContentsMargins(*(look.px(12),) * 4)
        self.body.setSpacing(look.px(6))
        self.confirm = secondary_button("确认", "check")
        self.waive = secondary_button("免除…")
        self.reason = QLineEdit()
        self.said = label("", "error", wraps=True)
        self._asking = QWidget()
        self._head(entry, coming=settled and entry.booked is None)
        self._clause(entry)
        self.body.addWidget(label(entry.sentence, wraps=True))
        if above is not None and above.evidence == entry.evidence and entry.evidence:
            self.body.addWidget(label(f"依据与上一条相同，共 {len(entry.evidence)} 条记录。", "secondary"))
        else:
            self._evidence(entry, found)
        if entry.booked is not None and at_stake(entry.booked) and entry.now:
            self._decision(entry.booked, closed)
        elif entry.booked is not None and entry.booked.state is not Decision.PROPOSED:
            self._decided(entry.booked)

    @property
    def asks(self) -> bool:
        """True while a reason is being written."""
        return not self._asking.isHidden() and self._asking.parent() is not None

    def mark(self, marked: bool) -> None:
        """Show that the figure chosen is made of this line."""
        self.marked = marked
        self.update()

    def ask_reason(self) -> None:
        """Let the reason of a waiver be written."""
        self._asking.setVisible(True)
        self.reason.setFocus()
        self.asked.emit(self._asking)

    def give_up(self) -> None:
        """Put the reason away."""
        self.reason.clear()
        self.said.setVisible(False)
        self._asking.setVisible(False)
        self.waive.setFocus()

    def refuse(self, sentence: str) -> None:
        """Say why the decision was not kept; what was written stays."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
        self.ask_reason()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 — Qt's name
        """Draw the edge of a line that is meant."""
        super().paintEvent(event)
        if self.marked:
            painter = QPainter(self)
            painter.fillRect(1, look.px(6), look.px(3), self.height() - look.px(12), QColor(look.colours().accent))

    def _head(self, entry: Entry, *, coming: bool) -> None:
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addWidget(label(PARTS.get(entry.part, entry.part), "heading"))
        if coming or not entry.now:
            chip = ChipLabel("待重新结算", Tone.WARNING) if coming else ChipLabel("将被替代")
            chip.setToolTip(COMING if coming else OUTDATED)
            row.addWidget(chip)
        row.addStretch(1)
        costs = label(cost(entry), "heading")
        costs.setFont(look.font(bold=True, tabular=True))
        row.addWidget(costs)
        self.body.addLayout(row)

    def _clause(self, entry: Entry) -> None:
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        button = link_button(entry.short)
        button.setToolTip("查看这条规章")
        button.clicked.connect(lambda: self.clause_asked.emit(entry.key, self._day))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(entry.wording, "secondary", wraps=True), 1)
        self.body.addLayout(row)

    def _evidence(self, entry: Entry, found: Mapping[str, Evidence]) -> None:
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for reference in entry.evidence:
            if (each := found.get(reference)) is None:
                continue
            row = QHBoxLayout()
            row.setSpacing(look.px(8))
            button = link_button(day_in_words(each.day))
            button.setToolTip("打开这一天的到岗记录")
            button.clicked.connect(partial(self._ask_day, each.day))
            row.addWidget(button)
            row.addWidget(label(record_words(each), "secondary", wraps=bool(each.void)), 1)
            rows.addLayout(row)
        self.body.addLayout(rows)

    def _decision(self, kept: Booked, closed: str) -> None:
        self.confirm.setText("改为确认" if kept.state is Decision.WAIVED else "确认")
        self.waive.setText("改为免除…" if kept.state is Decision.CONFIRMED else "免除…")
        offered = [
            *([self.confirm] if kept.state is not Decision.CONFIRMED else []),
            *([self.waive] if kept.state is not Decision.WAIVED else []),
        ]
        for button in offered:
            button.setEnabled(not closed)
            button.setToolTip(closed)
            if kept.state is not Decision.PROPOSED:
                look.set_icon(button, "")
                look.dress(button, class_="ghost")
        self.confirm.clicked.connect(lambda: self.decided.emit(True, ""))
        self.waive.clicked.connect(self.ask_reason)
        self._decided(kept, offered)
        self._ask_for_reason()

    def _decided(self, kept: Booked, offered: Sequence[QWidget] = ()) -> None:
        tones = {Decision.PROPOSED: Tone.INFORMATION, Decision.CONFIRMED: Tone.FINE, Decision.WAIVED: Tone.NEUTRAL}
        waits = kept.state is Decision.PROPOSED
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addWidget(ChipLabel(str(kept.state), tones[kept.state]))
        row.addStretch(1)
        for button in offered:
            row.addWidget(button)
        self.body.addLayout(row)
        if not waits:
            self.body.addWidget(label(decision_words(kept), "secondary", wraps=True))

    def _ask_for_reason(self) -> None:
        column = QVBoxLayout(self._asking)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(4))
        self.reason.setPlaceholderText("免除的理由，会和原金额一起保留")
        self.reason.setAccessibleName("免除的理由")
        self.reason.returnPressed.connect(self._submit)
        submit, cancel = primary_button("免除"), secondary_button("取消")
        submit.clicked.connect(self._submit)
        cancel.clicked.connect(self.give_up)
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(submit)
        column.addWidget(self.reason)
        column.addWidget(self.said)
        column.addLayout(row)
        self.said.setVisible(False)
        self._asking.setVisible(False)
        self.body.addWidget(self._asking)

    def _submit(self) -> None:
        self.decided.emit(False, self.reason.text())

    def _ask_day(self, day: date) -> None:
        self.day_asked.emit(day)


def cost(entry: Entry) -> str:
    """What a line comes to: 20 元, 0.5 日, or 不扣减."""
    said = [f"{money(entry.amount)} 元"] if entry.amount else []
    if entry.half_days:
        said.append(f"{days_in_words(entry.half_days)} 日")
    return "，".join(said) or "不扣减"


def record_words(each: Evidence) -> str:
    """A record beside its day: 08:41 到岗 服务台."""
    if each.at is None:
        return NO_RECORD
    gone = f"，已作废（{each.void}）" if each.void else ""
    other = "次日 " if each.at.date() > each.day else ""
    return f"{other}{each.at:%H:%M} {each.direction}　{each.source}{gone}"


def decision_words(kept: Booked) -> str:
    """What was proposed and what was decided, by whom, when and why."""
    when = f"　{kept.decided_by} {kept.decided_at:%m-%d %H:%M}" if kept.decided_at else ""
    why = f"　理由：{kept.note}" if kept.note else ""
    if not kept.amount:
        return f"{PARTS.get(kept.part, kept.part)} {days_in_words(kept.half_days)} 日 · {kept.state}。{when}{why}"
    days = f"、{days_in_words(kept.half_days)} 日" if kept.half_days else ""
    decided = money(kept.decided or kept.amount * 0) or 0
    return f"原拟 {money(kept.amount)} 元{days}，决定 {decided} 元。{when}{why}"
