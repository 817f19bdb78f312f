"""交单签收: who has handed in his records of the day and who has not; sign for one or all, print the day's list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsdesk.exports.document import weekday
from opsdesk.register import Chip, Column, Kind, Row, Tone
from opsdesk.registers.incident import closing, documents, hand_in, to_sign
from opsdesk.registers.incident.hand_in import CAN_HAND_IN, CAN_SIGN, DayBoard, Engineer, Slip
from opsdesk.registers.incident.listing import TONES
from opsdesk.registers.incident.to_sign import Earlier
from opsdesk.rules.vocabulary import IncidentState, Role
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.parts import PageTitle, icon_button, label, link_button, primary_button, secondary_button
from opsdesk.ui.kit.record_table import RecordTable

DAY = timedelta(days=1)
ENGINEERS = (
    Column("name", "处理人", width=200),
    Column("staff_no", "工号", Kind.CODE, 80),
    Column("vendor", "外包单位", width=0),
    Column("shift_end", "下班", Kind.TIME, 72),
    Column("due", "应交", Kind.INTEGER, 56),
    Column("handed_in", "已交", Kind.INTEGER, 56),
    Column("state", "情况", Kind.CHIP, 136),
)
SLIPS = (
    Column("number", "编号", Kind.CODE, 144),
    Column("title", "标题", width=0),
    Column("person", "处理人", width=120),
    Column("resolved_at", "解决", Kind.CODE, 104),
    Column("hand_in_due_at", "应交", Kind.CODE, 104),
    Column("handed_in_at", "交单", Kind.CODE, 104),
    Column("verdict", "判定", Kind.CHIP, 208),
    Column("state", "状态", Kind.CHIP, 104),
)


class HandInPage(QWidget):
    """The hand-in of a day: engineers on top, their records below. `record_asked(id)` opens a record in the list."""

    record_asked = Signal(int)
    clause_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._day = ctx.today()
        self.board: DayBoard | None = None
        self._earlier = Earlier(0, None)
        self._done_with: int | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        bind(
            self,
            (
                ("Alt+Left", lambda: self.go_to(self._day - DAY)),
                ("Alt+Right", lambda: self.go_to(self._day + DAY)),
                ("Ctrl+H", self.hand_in),
                ("F3", self.sign_chosen),
                ("Ctrl+Return", self.sign_all),
                ("Ctrl+P", self.open_list),
                ("F5", self.refresh),
            ),
        )
        topics = {"incident", "staff", "roster", "leave", "law", "calendar", "contract", MINUTE}
        desk.bus.watch(self, topics, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.title = PageTitle("交单签收")
        self.print_button = secondary_button("打印当日清单", "printer")
        self.print_button.setToolTip("Ctrl+P")
        self.print_button.clicked.connect(self.open_list)
        self.all_button = primary_button("全部签收", "signature")
        self.all_button.clicked.connect(self.sign_all)
        for button in (self.print_button, self.all_button):
            self.title.add_action(button)
        before, after = icon_button("chevron-left", "前一天（Alt+←）"), icon_button("chevron-right", "后一天（Alt+→）")
        before.clicked.connect(lambda: self.go_to(self._day - DAY))
        after.clicked.connect(lambda: self.go_to(self._day + DAY))
        self.day_label = label("", "heading")
        self.today_button = secondary_button("回到今天")
        self.today_button.clicked.connect(lambda: self.go_to(self._ctx.today()))
        self.earlier_button = secondary_button("", "signature")
        self.earlier_button.setVisible(False)
        self.earlier_button.clicked.connect(self.go_to_earlier)
        self.clause = link_button("")
        self.clause.clicked.connect(self._ask_clause)
        self.everybody_button = secondary_button("全部人员")
        self.everybody_button.clicked.connect(lambda: _choose_none(self.engineers))
        bar = QHBoxLayout()
        bar.setSpacing(look.px(8))
        for widget in (before, self.day_label, after, self.today_button, self.earlier_button):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.clause)

        self._lay_tables()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addLayout(bar)
        column.addWidget(self.engineers, 2)
        column.addLayout(self._middle())
        column.addWidget(self.slips, 3)

    def _lay_tables(self) -> None:
        self.engineers = RecordTable(ENGINEERS)
        self.engineers.set_empty("这一天没有人当班，也没有要交的记录。")
        self.engineers.selectionModel().selectionChanged.connect(lambda _on, _off: self._show_slips())
        self.engineers.opened.connect(lambda _id: self.hand_in())
        self.slips = RecordTable(SLIPS)
        self.slips.set_empty("没有要交的记录。")
        self.slips.opened.connect(self.record_asked)
        self.slips.selectionModel().selectionChanged.connect(lambda _on, _off: self._allow())
        self.hand_in_button = secondary_button("交单", "inbox")
        self.hand_in_button.clicked.connect(self.hand_in)
        self.zero_button = secondary_button("交零报告")
        self.zero_button.clicked.connect(self.report_nothing)
        self.sign_button = secondary_button("签收选中", "signature")
        self.sign_button.clicked.connect(self.sign_chosen)
        self.whose = label("", "heading")

    def _middle(self) -> QHBoxLayout:
        middle = QHBoxLayout()
        middle.setSpacing(look.px(8))
        middle.addWidget(self.whose)
        middle.addWidget(self.everybody_button)
        middle.addStretch(1)
        for button in (self.zero_button, self.hand_in_button, self.sign_button):
            middle.addWidget(button)
        return middle

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.refresh()

    def focus_first(self) -> None:
        """The keys belong to the list of engineers."""
        self.engineers.setFocus()

    def go_to(self, day: date) -> None:
        """Show another day."""
        self._day = day
        self.refresh()

    def go_to_earlier(self) -> None:
        """Show the latest day before this one of which something waits for the signature."""
        if self._earlier.day is not None:
            self.go_to(self._earlier.day)
            self.focus_first()

    def refresh(self) -> None:
        """Read the day anew."""
        ctx, day = self._ctx, self._day
        self._desk.operations.run(
            lambda: (hand_in.board(ctx, day), to_sign.before(ctx, day)),
            done=lambda found: self._take(*found),
            failed=self.slips.show_failure,
            owner=self,
            replaces="board",
        )

    def _take(self, found: DayBoard, earlier: Earlier) -> None:
        if self.board is not None and self.board.day != found.day:
            _choose_none(self.engineers)
        whose = self._chosen_engineer()
        self.board, self._earlier = found, earlier
        self.title.set_state(found.sentence)
        is_today = found.day == self._ctx.today()
        self.day_label.setText(f"{found.day.isoformat()} {weekday(found.day)}{'　今天' if is_today else ''}")
        self.today_button.setVisible(not is_today)
        self.clause.setText(f"依据 {found.citation.short}" if found.citation else "")
        self.clause.setToolTip(found.citation.wording if found.citation else "")
        self.earlier_button.setVisible(earlier.count > 0)
        self.earlier_button.setText(f"往日还有 {earlier.count} 张待签收")
        self.earlier_button.setToolTip(f"到 {earlier.day.isoformat()}" if earlier.day else "")
        _set_rows(self.engineers, [_engineer_row(each) for each in found.engineers])
        if whose is not None and whose.id == self._done_with:
            self._go_on(whose.id)
        self._show_slips()

    def _go_on(self, staff_id: int) -> None:
        """Once somebody has handed in everything, choose the next who still owes."""
        owing = [each for each in (self.board.engineers if self.board else ()) if each.missing]
        if all(each.id != staff_id for each in owing):
            self._done_with = None
            if owing:
                self.engineers.choose(owing[0].id)

    def _chosen_engineer(self) -> Engineer | None:
        row = self.engineers.chosen_row()
        if row is None or self.board is None or not self.engineers.selected:
            return None
        return next((each for each in self.board.engineers if each.id == row.id), None)

    def _shown(self) -> list[Slip]:
        if self.board is None:
            return []
        whose = self._chosen_engineer()
        return [each for each in self.board.slips if whose is None or each.row["staff_id"] == whose.id]

    def _show_slips(self) -> None:
        whose = self._chosen_engineer()
        self.whose.setText(f"{whose.name}的记录" if whose else "全部记录")
        self.everybody_button.setVisible(whose is not None)
        _set_rows(self.slips, [_slip_row(each) for each in self._shown()])
        self._allow()

    def _chosen_slips(self) -> list[Slip]:
        shown = self._shown()
        return [shown[place] for place in sorted(self.slips.selected) if place < len(shown)]

    def _allow(self) -> None:
        role = self._ctx.actor.role
        buttons = (self.zero_button, self.hand_in_button, self.sign_button, self.all_button, self.earlier_button)
        pressed = next((each for each in buttons if each.hasFocus()), None)
        shown, chosen, whose = self._shown(), self._chosen_slips(), self._chosen_engineer()
        writes, signs = role in WRITERS, role is Role.SUPERVISOR
        open_slips = [each for each in chosen or shown if not each.handed_in and each.row["state"] in CAN_HAND_IN]
        self.hand_in_button.setText(f"交单 {len(open_slips)} 张" if open_slips else "交单")
        _enable(self.hand_in_button, writes and bool(open_slips), "Ctrl+H" if open_slips else "没有未交的记录。")
        owes = whose is not None and bool(whose.zero)
        self.zero_button.setVisible(owes)
        self.zero_button.setEnabled(writes)
        can = [each for each in chosen if each.row["state"] in CAN_SIGN]
        self.sign_button.setText(f"签收选中 {len(can)} 张" if can else "签收选中")
        why = "签收由主管来做。" if not signs else "请先选中要签收的记录，按住 Ctrl 或 Shift 可以多选。"
        _enable(self.sign_button, signs and bool(can), "F3" if signs and can else why)
        ready = [each for each in (self.board.slips if self.board else ()) if _ready(each)]
        self.all_button.setText(f"全部签收 {len(ready)} 张" if ready else "全部签收")
        none = "没有已交待签的记录。" if signs else "签收由主管来做。"
        _enable(self.all_button, signs and bool(ready), "Ctrl+Enter" if signs and ready else none)
        if pressed is not None and not (pressed.isEnabled() and pressed.isVisible()):
            self.focus_first()

    def hand_in(self) -> None:
        """Hand in the records chosen, or all of the engineer chosen."""
        slips = [
            each
            for each in self._chosen_slips() or self._shown()
            if not each.handed_in and each.row["state"] in CAN_HAND_IN
        ]
        if slips:
            whose = self._chosen_engineer()
            self._done_with = whose.id if whose is not None else None
            self._run(partial(closing.hand_in, self._ctx, [each.row["id"] for each in slips], {}), self.hand_in_button)

    def sign_chosen(self) -> None:
        """Sign for the records chosen; where that cannot be, say why."""
        if not self.sign_button.isEnabled():
            self._desk.notices.show(self.sign_button.toolTip(), Tone.INFORMATION)
            return
        self._sign([each for each in self._chosen_slips() if each.row["state"] in CAN_SIGN], self.sign_button)

    def sign_all(self) -> None:
        """Sign for everything that was handed in; where that cannot be, say why."""
        if not self.all_button.isEnabled():
            self._desk.notices.show(self.all_button.toolTip(), Tone.INFORMATION)
            return
        self._sign([each for each in (self.board.slips if self.board else ()) if _ready(each)], self.all_button)

    def _sign(self, slips: Sequence[Slip], button: QPushButton) -> None:
        if slips:
            self._run(partial(closing.sign, self._ctx, [each.row["id"] for each in slips], {}), button)

    def report_nothing(self) -> None:
        """The engineer chosen had no incident."""
        whose = self._chosen_engineer()
        if whose is not None:
            self._run(
                partial(hand_in.report_nothing, self._ctx, staff_id=whose.id, day=self._day), self.zero_button
            )  # fmt: skip

    def _run(self, act: Callable[[], Outcome[str]], button: QPushButton) -> None:
        self._desk.operations.run(
            act, done=lambda outcome: self._desk.notices.show(outcome.value, Tone.FINE), owner=self, busy=button
        )

    def open_list(self) -> None:
        """Preview the day's list of incidents."""
        self._desk.operations.run(
            partial(documents.day_list, self._ctx, self._day),
            done=self._desk.open_paper,
            owner=self,
            busy=self.print_button,
        )

    def _ask_clause(self) -> None:
        if self.board is not None and self.board.citation is not None:
            self.clause_asked.emit(self.board.citation.key)


def _ready(each: Slip) -> bool:
    return each.handed_in and each.row["state"] in CAN_SIGN


def _enable(button: QPushButton, enabled: bool, why: str) -> None:
    button.setEnabled(enabled)
    button.setToolTip("" if enabled and not why.startswith(("Ctrl", "F")) else why)


def _set_rows(table: RecordTable, rows: Sequence[Row]) -> None:
    """New rows; where nothing was chosen, nothing is chosen by it."""
    chosen = bool(table.selected)
    table.set_rows(rows)
    if not chosen:
        _choose_none(table)


def _choose_none(table: RecordTable) -> None:
    table.clearSelection()
    table.selected = frozenset()


def _engineer_row(each: Engineer) -> Row:
    if each.zero is not None:
        chip = Chip("待交零报告", Tone.WARNING) if each.zero else Chip("零报告已交", Tone.FINE)
    elif not each.due:
        chip = Chip("没有要交的", Tone.NEUTRAL)
    elif each.missing:
        chip = Chip(f"未交 {each.missing} 张", Tone.BROKEN if each.late else Tone.WARNING)
    else:
        chip = Chip(f"晚交 {each.late} 张", Tone.BROKEN) if each.late else Chip("已交齐", Tone.FINE)
    values = {key: getattr(each, key) for key in ("name", "staff_no", "vendor", "due", "handed_in")}
    shift_end = each.shift_end.time() if each.shift_end else None
    return Row(each.id, {**values, "shift_end": shift_end, "state": chip}, muted=not each.due and not each.zero)


def _slip_row(each: Slip) -> Row:
    moments = {key: each.row[key] for key in ("resolved_at", "hand_in_due_at", "handed_in_at")}
    state = IncidentState(each.row["state"])
    return Row(
        each.row["id"],
        {
            **{key: each.row[key] for key in ("number", "title", "person")},
            **{key: f"{at:%m-%d %H:%M}" if at else "" for key, at in moments.items()},
            "verdict": each.verdict,
            "state": Chip(str(state), TONES[state]),
        },
        muted=each.signed,
    )
