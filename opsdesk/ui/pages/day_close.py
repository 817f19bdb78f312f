"""日结, 月结, 季结: what stands open, each one press from its remedy; then closed, backed up and printed in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsdesk.exports.archive import Cancelled
from opsdesk.register import Field, Kind, Tone
from opsdesk.rules.vocabulary import Role
from opsdesk.services import closing, closings
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Period
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.open_item import OpenItem
from opsdesk.services.open_items import MONTH_CLOSE, Status
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk, Signing
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.operation import Fault, Progress
from opsdesk.ui.kit.parts import (
    ChoiceBox,
    ElidedLabel,
    PageTitle,
    icon_button,
    icon_label,
    label,
    primary_button,
    secondary_button,
)
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages import day_close_rows as shown
from opsdesk.ui.pages.day_close_side import Papers, Side
from opsdesk.ui.pages.step_up import ask_supervisor

DAY = timedelta(days=1)
WANTED, LEAST_WITH_DOOR = 640, 540
"""Pixels that the list wants before the column beside it grows, and below which it has no room to name the doors."""
EDGE, GAP = 24, 16
KINDS = {
    PeriodKind.DAY: closings.of_day,
    PeriodKind.MONTH: closings.month_with,
    PeriodKind.QUARTER: closings.quarter_with,
}
TOPICS = frozenset({
    "closing", "sign_in", "leave", "correction", "overtime", "incident", "visit", "permit", "off_hours", "inspection",
    "cleaning", "open_close", "report", "reading", "loan", "equipment_move", "month", "deduction", "roster", "staff",
    "appraisal", "law", "calendar", MINUTE,
})  # fmt: skip
REASON = Field("reason", "理由", Kind.LONG_TEXT, required=True, help="会印在更正记录和当天的表上。")
SUPERVISOR_ONLY = "由主管来做。"


@dataclass(frozen=True)
class Asked:
    """What the page was read with: how the period stands, and which papers it has."""

    status: Status
    choices: Sequence[Any]


class DayClosePage(QWidget):
    """A period that is to be closed. `door_asked(OpenItem, values)` where an item is to be seen to."""

    door_asked = Signal(object, object)

    def __init__(self, ctx: Context, desk: Desk, papers: Papers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._papers = ctx, desk, papers
        self.period = closings.of_day(ctx.today())
        self.status: Status | None = None
        self._items: Sequence[OpenItem] = ()
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        bind(
            self,
            (
                ("Alt+Left", lambda: self.step(-1)),
                ("Alt+Right", lambda: self.step(1)),
                ("Ctrl+Return", self.close_period),
                ("Ctrl+P", self.open_papers),
                ("F5", self.refresh),
            ),
        )
        desk.bus.watch(self, TOPICS, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.title = PageTitle("日结")
        self.reopen_button = secondary_button("重新打开", "key-round")
        self.reopen_button.clicked.connect(self.reopen)
        self.print_button = secondary_button("打印整套", "printer")
        self.print_button.setToolTip("Ctrl+P")
        self.print_button.clicked.connect(self.open_papers)
        self.close_button = primary_button("日结并打印", "lock")
        self.close_button.clicked.connect(self.close_period)
        for button in (self.reopen_button, self.print_button, self.close_button):
            self.title.add_action(button)
        self.table = RecordTable(shown.COLUMNS)
        self.table.opened.connect(self._open)
        self.table.chosen.connect(lambda _row: self._share_width())
        self.table.clicked.connect(lambda index: self._open(index.row()))
        self.side = Side()
        self.side.changed.connect(self._allow)
        self.side.reason.returnPressed.connect(self.close_period)
        self._icon = icon_label("circle-check", Tone.FINE.value)
        self.heading, self.hint = label("", "heading"), ElidedLabel("", "secondary")
        head = QHBoxLayout()
        head.setSpacing(look.px(8))
        for widget in (self._icon, self.heading):
            head.addWidget(widget)
        head.addWidget(self.hint, 1)
        left = QVBoxLayout()
        left.setSpacing(look.px(8))
        left.addLayout(head)
        left.addWidget(self.table, 1)
        body = QHBoxLayout()
        body.setSpacing(look.px(GAP))
        body.addLayout(left, 1)
        body.addWidget(self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(EDGE), look.px(16), look.px(EDGE), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addLayout(self._bar())
        column.addLayout(body, 1)

    def _bar(self) -> QHBoxLayout:
        self.kinds = ChoiceBox()
        self.kinds.setAccessibleName("结哪一段")
        for kind in PeriodKind:
            self.kinds.addItem(str(kind), kind)
        self.kinds.activated.connect(lambda _place: self._turn_to(self.kinds.currentData()))
        before, after = icon_button("chevron-left", "前一个（Alt+←）"), icon_button("chevron-right", "后一个（Alt+→）")
        before.clicked.connect(lambda: self.step(-1))
        after.clicked.connect(lambda: self.step(1))
        self.period_label = label("", "heading")
        self.today_button = secondary_button("回到今天")
        self.today_button.clicked.connect(lambda: self.show_period(KINDS[self.period.kind](self._ctx.today())))
        bar = QHBoxLayout()
        bar.setSpacing(look.px(8))
        for widget in (self.kinds, before, self.period_label, after, self.today_button):
            bar.addWidget(widget)
        bar.addStretch(1)
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """On a small page the list keeps the room it needs."""
        super().resizeEvent(event)
        self.side.take(self.width() - look.px(2 * EDGE + GAP + WANTED))
        self._share_width()

    def _share_width(self) -> None:
        """Doors are left out where there is no room, and where the period is closed and they lead nowhere."""
        closed = self.status is not None and not self._open_for_closing(self.status)
        narrow = self.width() - look.px(2 * EDGE + GAP) - self.side.width() < look.px(LEAST_WITH_DOOR)
        self.table.leave_out("door", closed or narrow)
        if not closed:
            self.hint.setText(shown.hint(self._items, self.table.chosen_row() if narrow else None))

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.refresh()

    def focus_first(self) -> None:
        """The keys belong to what stands open; where nothing does, to the button that closes."""
        if self.status is not None and not self.status.items and self.close_button.isEnabled():
            self.close_button.setFocus()
        else:
            self.table.enter()

    def step(self, by: int) -> None:
        """The period before or after."""
        edge = self.period.first - DAY if by < 0 else self.period.last + DAY
        self.show_period(KINDS[self.period.kind](edge))

    def show_period(self, period: Period) -> None:
        """Show a day, month or quarter."""
        if period != self.period:
            self.period, self.status = period, None
            self.side.begin()
        self.refresh()

    def _turn_to(self, kind: PeriodKind) -> None:
        self.show_period(KINDS[kind](min(self.period.last, self._ctx.today())))

    def refresh(self) -> None:
        """Read anew how the period stands."""
        ctx, period, papers = self._ctx, self.period, self._papers
        self._name()
        self._desk.operations.run(
            lambda: Asked(closing.status(ctx, period), papers.choices(ctx, period)),
            done=self._take,
            failed=self.table.show_failure,
            owner=self,
            replaces="status",
        )

    def _name(self) -> None:
        kind, today = self.period.kind, self._ctx.today()
        self.title.set_title(str(kind))
        self.kinds.setCurrentIndex(self.kinds.findData(kind))
        now = self.period.first <= today <= self.period.last
        word = {PeriodKind.DAY: "今天", PeriodKind.MONTH: "本月", PeriodKind.QUARTER: "本季度"}[kind]
        self.period_label.setText(f"{shown.named(self.period)}{f'　{word}' if now else ''}")
        self.today_button.setText(f"回到{word}")
        self.today_button.setVisible(not now)
        self._allow()

    def _take(self, found: Asked) -> None:
        status = self.status = found.status
        kind, closed = status.period.kind, status.closed
        self.title.set_state(status.sentence)
        waits = any(item.door == MONTH_CLOSE for item in status.items)
        self.side.show_status(status, found.choices, may_close=self._open_for_closing(status) and not waits)
        if closed is not None and not status.goes_on:
            self._items = ()
            self.table.set_rows(shown.rows_of(closed))
            self.table.set_empty(f"{kind}时没有未结事项。")
            words = f"{kind}时没有了结的 {len(closed.open_items)} 项" if closed.open_items else f"已{kind}"
            tone, hint = Tone.NEUTRAL, "这一期间的记录已经锁定；要改请主管重新打开。"
        else:
            self._show_items(shown.gathered(status.items))
            self.table.set_empty(f"没有未结事项，可以{kind}。")
            words = f"未结 {len(status.items)} 项" if status.items else "没有未结事项"
            tone, hint = Tone.WARNING if status.items else Tone.FINE, ""
        look.set_icon(self._icon, look.TONE_ICONS[tone], tone.value)
        self.heading.setText(words)
        self.hint.setText(hint)
        self._share_width()
        self._allow()

    def _show_items(self, items: Sequence[OpenItem]) -> None:
        """Show what stands open; the row chosen goes with its item."""
        row, before = self.table.chosen_row(), self._items
        self._items = items
        self.table.set_rows(shown.rows(items))
        if row is not None and row.id < len(before):
            chosen = replace(before[row.id], sentence="")
            places = [n for n, each in enumerate(items) if replace(each, sentence="") == chosen]
            if places and row.id not in places:
                self.table.choose(places[0])
        if self.table.hasFocus():  # the first time the list comes after the keys: Enter has a row at once
            self.table.enter()

    def _open_for_closing(self, status: Status) -> bool:
        return status.closed is None or status.goes_on

    def _allow(self) -> None:
        status, kind = self.status, self.period.kind
        supervises = self._ctx.actor.role is Role.SUPERVISOR
        open_still = status is None or self._open_for_closing(status)
        self.close_button.setVisible(open_still)
        again = "再次" if status is not None and status.closings else ""
        ticked = "并打印" if self.side.chosen else ""
        self.close_button.setText(f"{again}{kind}{ticked}")
        _let(self.close_button, self._why_not(status, supervises), "Ctrl+Enter")
        self.reopen_button.setVisible(status is not None and status.closed is not None)
        _let(self.print_button, "" if self.side.chosen else "先勾选要打印的表。", "Ctrl+P")
        look.dress(self.print_button, class_="" if open_still else "primary")
        look.set_icon(self.print_button, "printer", "" if open_still else "accent")

    def _why_not(self, status: Status | None, supervises: bool) -> str:
        """Why the period cannot be closed now; empty where it can."""
        kind, today = self.period.kind, self._ctx.today()
        if not supervises:
            return f"{kind}{SUPERVISOR_ONLY}"
        if self.period.first > today or (kind is not PeriodKind.DAY and self.period.last > today):
            return (
                f"{self.period.label} 还没有过完。" if kind is not PeriodKind.DAY else f"{self.period.label} 还没有到。"
            )
        if status is None:
            return "正在核对。"
        if any(item.door == MONTH_CLOSE for item in status.items):
            return "还有月份没有月结。请先月结，再季结。"
        if status.items and len(self.side.reason.text().strip()) < closing.LEAST_REASON:
            left = f"还有 {len(status.items)} 项没有了结"
            return f"{left}：请先办理，或者在右边写明理由（至少 {closing.LEAST_REASON} 个字）。"
        return ""

    def close_period(self) -> None:
        """Close the period, back it up, write and preview its papers; where that cannot be, say why."""
        if self.close_button.isHidden():
            return
        if not self.close_button.isEnabled():
            asks = self.side.why.isVisible() and self._ctx.actor.role is Role.SUPERVISOR
            tell = self.side.refuse if asks else partial(self._desk.notices.show, tone=Tone.INFORMATION)
            tell(self.close_button.toolTip())
            return
        period, chosen, papers = self.period, self.side.chosen, self._papers
        granted = self._desk.signed(self, self._ctx, Signing(f"{period.label} {period.kind}", str(period.kind)))
        if granted is None:
            return
        ctx: Context = granted
        because, folder = self.side.reason.text(), papers.folder()

        def work(progress: Progress) -> Any:
            try:
                return papers.close(ctx, period, folder, chosen, because=because, progress=progress)
            except Cancelled:
                return None

        self._desk.operations.run_long(
            work, f"正在{period.kind}", done=self._on_closed, failed=self._fail, owner=self, busy=self.close_button
        )

    def _on_closed(self, outcome: Any) -> None:
        done = outcome.value
        if done.closed.period == self.period:
            self.side.show_result(done)
        for trouble in done.troubles:
            self._desk.notices.show(trouble, Tone.BROKEN)
        safe = "，备份可恢复 ✔" if done.backup is not None and done.backup.here is not None else ""
        self._desk.notices.show(f"{done.closed.period.label} 已{done.closed.period.kind}{safe}。", Tone.FINE)
        if self.side.chosen:
            self.open_papers()

    def _fail(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and error.field == "because" and self.side.why.isVisible():
            self.side.refuse(str(error))
        elif not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)

    def open_papers(self) -> None:
        """Preview the papers ticked, all in one go."""
        if self.side.chosen:
            self._desk.operations.run(
                partial(self._papers.make, self._ctx, self.period, self.side.chosen),
                done=self._preview,
                owner=self,
                busy=self.print_button,
            )

    def _preview(self, documents: Sequence[Any]) -> None:
        if documents:
            self._desk.open_paper(documents)
        else:
            self._desk.notices.show(f"{self.period.kind}以后才有{self.period.kind}单可以打印。", Tone.INFORMATION)

    def reopen(self) -> None:
        """Open the period again: a supervisor's password and a reason."""
        closed = self.status.closed if self.status is not None else None
        if closed is None:
            return
        said: list[str] = []

        def sign(granted: Context, values: Mapping[str, Any]) -> None:
            done = closing.reopen(granted, closed.id, password=values["password"], reason=values["reason"] or "")
            said.append(done.value)

        after = f"改完要再次{closed.period.kind}，并打印更正记录。"
        sentence = f"{closed.period.label} 重新打开以后，这一期间的记录可以更正；{after}"
        if ask_supervisor(self, self._ctx, sentence, (REASON,), sign, verb="重新打开") is not None:
            self.side.begin()
            self._desk.bus.announce(closing.TOUCHED)
            self._desk.notices.show(said[-1], Tone.WARNING)
            self.table.enter()

    def _open(self, place: int) -> None:
        status = self.status
        if status is None or not self._open_for_closing(status) or not 0 <= place < len(self._items):
            return
        item = self._items[place]
        self._desk.operations.run(
            partial(shown.values, self._ctx, item), done=partial(self._go, item), owner=self, replaces="door"
        )

    def _go(self, item: OpenItem, values: Mapping[str, Any]) -> None:
        if item.door == "day_close" and item.day is not None:
            self.show_period(closings.of_day(item.day))
        elif item.door == MONTH_CLOSE and item.day is not None:
            self.show_period(closings.month_with(item.day))
        else:
            self.door_asked.emit(item, values)


def _let(button: QPushButton, reason: str, tip: str = "") -> None:
    button.setEnabled(not reason)
    button.setToolTip(reason or tip)
