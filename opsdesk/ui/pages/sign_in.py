"""到岗记录: the whole team on one screen, one field to sign, and the day's paper."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from opsdesk.exports.document import weekday
from opsdesk.registers.sign_in import documents, service
from opsdesk.registers.sign_in.punch_import import import_punches
from opsdesk.registers.sign_in.service import Board, Signed
from opsdesk.rules.vocabulary import Role
from opsdesk.services.attendance import PersonDay
from opsdesk.services.context import Context
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.closing_note import ClosedChip
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.operation import Progress
from opsdesk.ui.kit.parts import ChoiceBox, PageTitle, icon_button, label, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages import board as rows
from opsdesk.ui.pages.clock_confirmation import confirm_clock
from opsdesk.ui.pages.day_panel import DayPanel
from opsdesk.ui.pages.roll_call import RollCall
from opsdesk.ui.pages.sign_desk import SignDesk

LOOK_BACK = timedelta(days=14)


class SignInPage(QWidget):
    """The board of a day. `import_asked` opens the import of punch files; `waiting(n)` is the count on the rail."""

    import_asked = Signal()
    waiting = Signal(int)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._day = ctx.today()
        self._board: Board | None = None
        self._shown: dict[int, PersonDay] = {}
        self.setProperty("class", "page")
        self._lay_out()
        self._keys()
        desk.bus.watch(
            self, {"sign_in", "correction", "leave", "roster", "shift", "staff", "vendor", "contract", "calendar",
                   "settings", "hours", "clock", "closing"}, self.refresh
        )  # fmt: skip
        desk.bus.watch(self, {MINUTE}, self.refresh_if_seen)
        self.refresh()

    def _lay_out(self) -> None:
        self.title = PageTitle("到岗记录")
        self.roll_call_button = secondary_button("点名", "clipboard-check")
        self.roll_call_button.setToolTip("F6")
        self.roll_call_button.clicked.connect(self.toggle_roll_call)
        self.import_button = secondary_button("导入打卡", "upload")
        self.import_button.clicked.connect(self.import_asked)
        self.month_button = secondary_button("月表", "calendar-days")
        self.month_button.clicked.connect(self.open_month)
        self.print_button = primary_button("打印日表", "printer")
        self.print_button.setToolTip("Ctrl+P")
        self.print_button.clicked.connect(self.open_day)
        for button in (self.roll_call_button, self.import_button, self.month_button, self.print_button):
            self.title.add_action(button)

        self.desk_field = SignDesk(self._ctx, self._desk)
        self.desk_field.clock_refused.connect(self._confirm_clock)
        self.desk_field.signed.connect(self._on_signed)
        self.notes = label("", "secondary", wraps=True)
        self.open_ends = secondary_button("", "triangle-alert")
        self.open_ends.setVisible(False)
        self.open_ends.setToolTip("近两周没有签退、还没有处理的，点开一条一条办。")
        self.open_ends.clicked.connect(self._open_ends_menu)

        self.table = RecordTable(rows.COLUMNS)
        self.table.set_empty("当天没有应到人员。请先在人员单位中登记人员，或导入排班。")
        self.table.opened.connect(self.open_person)
        self.table.clicked.connect(lambda index: self.open_person(list(self._shown)[index.row()]))
        self.table.installEventFilter(self.desk_field)
        self.table.chosen.connect(self._on_chosen)
        self.panel = DayPanel(self._ctx, self._desk)
        self.panel.setVisible(False)
        self.panel.shown.connect(self.table.set_compact)
        self.roll_call = RollCall(self._ctx, self._desk)
        self.roll_call.setVisible(False)
        self.roll_call.finished.connect(self.toggle_roll_call)

        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.table, 1)
        body.addWidget(self.roll_call, 1)
        body.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(self.desk_field)
        column.addWidget(self._bar())
        column.addWidget(self.notes)
        column.addLayout(body, 1)

    def _bar(self) -> FlowRow:
        before, after = icon_button("chevron-left", "前一天（Alt+←）"), icon_button("chevron-right", "后一天（Alt+→）")
        before.clicked.connect(lambda: self.go_to(self._day - timedelta(days=1)))
        after.clicked.connect(lambda: self.go_to(self._day + timedelta(days=1)))
        self.day_label = label("", "heading")
        self.today_button = secondary_button("回到今天")
        self.today_button.clicked.connect(lambda: self.go_to(self._ctx.today()))
        self.vendor_box, self.state_box = ChoiceBox(), ChoiceBox()
        self.vendor_box.setMinimumWidth(look.px(120))
        self.state_box.addItem("全部状态", None)
        for name in rows.GROUPS:
            self.state_box.addItem(name, name)
        self.vendor_box.addItem("全部单位", None)
        self.vendor_box.currentIndexChanged.connect(self._filter)
        self.state_box.currentIndexChanged.connect(self._filter)
        self.find_field = QLineEdit()
        self.find_field.setPlaceholderText("在名单中查找")
        self.find_field.setFixedWidth(look.px(140))
        self.find_field.setClearButtonEnabled(True)
        self.find_field.textChanged.connect(self._filter)
        self.closed = ClosedChip()
        bar = FlowRow()
        for widget in (before, self.day_label, self.closed, after, self.today_button, self.vendor_box, self.state_box,
                       self.find_field, self.open_ends):  # fmt: skip
            bar.add(widget)
        for widget in (self.closed, self.today_button, self.open_ends):
            widget.setVisible(False)
        return bar

    def _keys(self) -> None:
        bind(
            self,
            (
                ("Ctrl+P", self.open_day),
                ("F6", self.toggle_roll_call),
                ("F2", self.desk_field.focus_field),
                ("Alt+Left", lambda: self.go_to(self._day - timedelta(days=1))),
                ("Alt+Right", lambda: self.go_to(self._day + timedelta(days=1))),
            ),
        )

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.desk_field.set_context(ctx)
        self.panel.set_context(ctx)
        self.roll_call.set_context(ctx)
        self._allow()
        self.refresh()

    def _allow(self) -> None:
        writes = self._ctx.actor.role in {Role.SUPERVISOR, Role.DESK}
        reason = "" if writes else "只读账号不能签到和修改。"
        for widget in (self.desk_field.field, self.import_button):
            widget.setEnabled(writes)
            widget.setToolTip(reason)
        supervises = self._ctx.actor.role is Role.SUPERVISOR
        self.roll_call_button.setEnabled(supervises)
        self.roll_call_button.setToolTip("F6" if supervises else "点名由主管来做。")

    @property
    def day(self) -> date:
        """The shift day shown."""
        return self._day

    def focus_first(self) -> None:
        """The cursor stands in the sign-in field."""
        self.desk_field.focus_field()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 — Qt's name
        """What nothing else on the page wanted goes into the sign-in field."""
        if not self.desk_field.take_key(event):
            super().keyPressEvent(event)

    def go_to(self, day: date) -> None:
        """Show another day."""
        if not self.panel.may_leave():
            return
        self._day = day
        self.panel.leave()
        self.refresh()

    def refresh_if_seen(self) -> None:
        """Every minute: 未到 becomes overdue, the day turns over."""
        if self.isVisible():
            if (
                self._board is not None
                and self._day == self._board.day
                and self._day == self._ctx.today() - timedelta(1)
            ):
                self._day = self._ctx.today() if not self.panel.isVisible() else self._day
            self.refresh()

    def refresh(self) -> None:
        """Read the board anew; what is shown stays until it is here."""
        ctx, day = self._ctx, self._day

        def read() -> tuple[Board, list[PersonDay]]:
            today = ctx.today()
            return service.board(ctx, day), service.open_sign_outs(ctx, today - LOOK_BACK, today)

        self._desk.operations.run(read, done=self._take, failed=self.table.show_failure, owner=self, replaces="board")

    def _take(self, found: tuple[Board, list[PersonDay]]) -> None:
        self._board, missing = found
        self.title.set_state(rows.state_line(self._board))
        is_today = self._board.day == self._ctx.today()
        self.day_label.setText(
            f"{self._board.day.isoformat()} {weekday(self._board.day)}{'　今天' if is_today else ''}"
        )
        closed, goes_on = self._board.closed, self._board.goes_on
        self.closed.show_sentence(closed or goes_on, "今日已日结" if goes_on and is_today else "")
        self.today_button.setVisible(not is_today)
        self.notes.setText("\n".join(self._board.notes))
        self.notes.setVisible(bool(self._board.notes))
        self._missing = missing
        self.open_ends.setVisible(bool(missing))
        self.open_ends.setText(f"往日 {len(missing)} 条未签退")
        self.waiting.emit(len(missing))
        self._fill_vendors()
        self._filter()
        shown = self.panel.person_day
        if shown is not None and self.panel.isVisible():
            again = next((e for e in self._board.rows if (e.person.id, e.day) == (shown.person.id, shown.day)), None)
            if again is not None:
                self.panel.show_day(again)

    def _fill_vendors(self) -> None:
        assert self._board is not None  # noqa: S101 — called with a board
        chosen = self.vendor_box.currentData()
        self.vendor_box.blockSignals(True)
        self.vendor_box.clear()
        self.vendor_box.addItem("全部单位", None)
        for vendor in self._board.vendors:
            own = [each for each in self._board.own if each.person.vendor == vendor and each.duty]
            here = sum(bool(each.punches) for each in own)
            self.vendor_box.addItem(f"{vendor} {here}/{len(own)}", vendor)
        self.vendor_box.setCurrentIndex(max(0, self.vendor_box.findData(chosen)))
        self.vendor_box.blockSignals(False)

    def _filter(self) -> None:
        if self._board is None:
            return
        vendor, group, text = self.vendor_box.currentData(), self.state_box.currentData(), self.find_field.text()
        chosen = rows.chosen(self._board.rows, vendor=vendor, group=group, text=text)
        self.table.set_narrowed(bool(vendor or group or text.strip()), self._widen)
        self._shown = {rows.key(each, self._board.day): each for each in chosen}
        now = self._ctx.now()
        self.table.set_rows([rows.row(each, self._board.day, now) for each in chosen])

    def _widen(self) -> None:
        self.vendor_box.setCurrentIndex(0)
        self.state_box.setCurrentIndex(0)
        self.find_field.clear()

    def _on_signed(self, signed: Signed) -> None:
        if signed.day != self._day and self._day != self._ctx.today():
            self.go_to(self._ctx.today())

    def _on_chosen(self, row: object) -> None:
        if row is not None and self.panel.isVisible():
            self.open_person(row.id)  # type: ignore[attr-defined]

    def open_person(self, row_id: int) -> None:
        """Show a person's day in the panel."""
        if self._board is not None and row_id in self._shown:
            self.panel.show_day(self._shown[row_id])

    def _open_ends_menu(self) -> None:
        menu = QMenu(self)
        for each in self._missing[:30]:
            act = menu.addAction(f"{each.day.isoformat()}　{each.person.name}　{each.result.state}")
            act.triggered.connect(partial(self._settle, each))
        menu.exec(self.open_ends.mapToGlobal(self.open_ends.rect().bottomLeft()))

    def _settle(self, each: PersonDay) -> None:
        self.go_to(each.day)
        self.panel.show_day(each)

    def _confirm_clock(self, sentence: str) -> None:
        confirm_clock(self, self._ctx, self._desk, self.desk_field, sentence)

    def toggle_roll_call(self) -> None:
        """Call the roll of the day shown, or go back to the board."""
        calling = self.roll_call.isHidden()
        if not calling and not self.roll_call.may_leave():
            return
        self.panel.leave()
        self.roll_call.setVisible(calling)
        self.table.setVisible(not calling)
        self.desk_field.setVisible(not calling)
        self.roll_call_button.setText("返回名单" if calling else "点名")
        if calling and self._board is not None:
            self.roll_call.begin(self._board)
        else:
            self.focus_first()

    def open_day(self) -> None:
        """Preview the day's 到岗记录."""
        self._desk.operations.run(
            partial(documents.daily_sheet, self._ctx, self._day),
            done=self._desk.open_paper,
            owner=self,
            busy=self.print_button,
        )

    def open_month(self) -> None:
        """Preview the monthly matrix of the month shown."""
        self._desk.operations.run(
            partial(documents.monthly_sheet, self._ctx, self._day.year, self._day.month),
            done=self._desk.open_paper,
            owner=self,
            busy=self.month_button,
        )


def run_import(ctx: Context, path: Path, dry_run: bool, progress: Progress | None) -> Outcome[ImportResult]:
    """Import a punch file, as the import panel asks for it."""
    return import_punches(ctx, path, dry_run=dry_run, progress=progress)
