"""月度考勤: what is still open, everybody's figures, and what each of them is made of; then booked and decided."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.month import service
from opsdesk.registers.month.service import Standing
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.open_questions import Question
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FindField
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.kit.parts import ChoiceBox, ElidedLabel, icon_button, label
from opsdesk.ui.pages import month_doors
from opsdesk.ui.pages import month_rows as rows
from opsdesk.ui.pages.month_check import CheckView
from opsdesk.ui.pages.month_head import MonthHead
from opsdesk.ui.pages.month_person import PersonPanel
from opsdesk.ui.pages.month_questions import Questions
from opsdesk.ui.pages.month_table import MonthTable, TableOverTotals, TotalsLine

NARROW, LOW, NARROW_PANEL = 880, 560, 376
"""Pixels of width and height below which the page saves room, and the width of its panel then."""
TOPICS = frozenset(
    {"month", "sign_in", "leave", "roster", "law", "correction", "overtime", "contract", "staff", "vendor", "shift",
     "calendar", "hours", "holiday_consent", "comp_time", "wage"}
)  # fmt: skip


class MonthPage(QWidget):
    """Ctrl+P previews the paper, Alt+← → go to another month, Ctrl+F finds, F5 reads anew, Enter opens a figure.

    `door_asked(Question, values)` leads to a remedy with what its form can be filled with.
    """

    door_asked = Signal(object, object)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._month = rows.opening_month(ctx.today())
        self.standing: Standing | None = None
        self._shown: dict[int, PersonMonth] = {}
        self._entered = False
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        self._connect()
        self._begin_reading()
        desk.bus.watch(self, TOPICS, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.head = MonthHead(self._ctx, self._desk)
        self.questions = Questions()
        self.table = MonthTable()
        self.totals = TotalsLine(self.table)
        self.panel = PersonPanel(self._ctx, self._desk)
        self.panel.setVisible(False)
        self.check = CheckView(self._ctx, self._desk)
        left = QVBoxLayout()
        left.setSpacing(look.px(8))
        left.addWidget(self.questions)
        left.addWidget(TableOverTotals(self.table, self.totals), 1)
        month = QWidget()
        body = QHBoxLayout(month)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(look.px(12))
        body.addLayout(left, 1)
        body.addWidget(self.panel)
        self.stack = PageStack()
        self.stack.setProperty("class", "pages")
        self.stack.addWidget(month)
        self.stack.addWidget(self.check)
        self._bar = QWidget()
        self._lay_out_bar()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.head)
        column.addWidget(self._bar)
        column.addWidget(self.stack, 1)

    def _lay_out_bar(self) -> None:
        self.before, self.after = (
            icon_button("chevron-left", "上个月（Alt+←）"),
            icon_button("chevron-right", "下个月（Alt+→）"),
        )
        self.month_label = label("", "heading")
        self.month_label.setMinimumWidth(look.px(92))
        self.month_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.vendor_box = ChoiceBox()
        self.vendor_box.setMinimumWidth(look.px(112))
        self.vendor_box.setMaximumWidth(look.px(260))
        self.vendor_box.setAccessibleName("单位")
        self.vendor_box.addItem("全部单位", None)
        self.find_field = FindField("在名单中查找")
        self.find_field.setMinimumWidth(look.px(112))
        self.find_field.setMaximumWidth(look.px(184))
        self.charged_box = QCheckBox("只看有扣减的")
        self.hint = ElidedLabel("", "secondary")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        for widget in (self.before, self.month_label, self.after):
            row.addWidget(widget)
        row.addSpacing(look.px(12))
        row.addWidget(self.vendor_box, 30)
        row.addWidget(self.find_field, 30)
        row.addWidget(self.charged_box)
        row.addWidget(self.hint, 20)
        row.addStretch(1)
        for last in (self.head.check, self.head.export):
            row.addWidget(last)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Where there is little room minor buttons become icons, and people go before open questions."""
        super().resizeEvent(event)
        narrow = self.width() < look.px(NARROW)
        self.head.shorten(narrow)
        self.charged_box.setText("有扣减的" if narrow else "只看有扣减的")
        self.panel.setFixedWidth(look.px(NARROW_PANEL if narrow else look.PANEL_WIDTH))
        self.questions.give_way(self.height() < look.px(LOW))

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self.go_to(*rows.step(*self._month, -1)))
        self.after.clicked.connect(lambda: self.go_to(*rows.step(*self._month, 1)))
        self.vendor_box.currentIndexChanged.connect(self._filter)
        self.find_field.textChanged.connect(self._filter)
        self.find_field.left.connect(self.table.enter)
        self.charged_box.toggled.connect(self._filter)
        self.questions.door_asked.connect(self._open_door)
        self.table.figure_chosen.connect(self.open_person)
        self.table.moved_to.connect(self._follow)
        self.table.retry_asked.connect(self.refresh)
        notices = self._desk.notices
        self.table.copied.connect(lambda copied, _all: notices.show(f"已复制 {copied} 行。", Tone.FINE))
        self.panel.left.connect(self.table.setFocus)
        self.check.left.connect(self.close_check)
        self.head.check_asked.connect(self.open_check)
        bind(
            self,
            (
                ("Ctrl+P", self.head.open_paper),
                ("Ctrl+F", self._find),
                ("F5", self.refresh),
                ("Alt+Left", self.before.click),
                ("Alt+Right", self.after.click),
            ),
        )
        back = QShortcut(QKeySequence("Esc"), self, self._step_back)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.panel.set_context(ctx)
        self.check.set_context(ctx)
        self.head.set_context(ctx)
        self.refresh()

    @property
    def month(self) -> tuple[int, int]:
        """Year and month shown."""
        return self._month

    def focus_first(self) -> None:
        """The keyboard is on the first open question, else on the first person."""
        self._entered = self.standing is None  # the list is still being read: then it takes the keyboard
        if self.stack.currentWidget() is self.check:
            self.check.choose.setFocus()
        elif not self.questions.focus_first():
            self.table.enter()

    def go_to(self, year: int, number: int) -> None:
        """Show another month."""
        if self.panel.may_leave():
            self.panel.leave()
            self._month = (year, number)
            self.standing = None
            self._begin_reading()
            self.refresh()

    def _begin_reading(self) -> None:
        self.head.show_month(None)
        self.hint.setText("")
        self.questions.setVisible(False)
        self.totals.setVisible(False)
        self.table.begin_reading()

    def refresh(self) -> None:
        """Settle the month anew; what is shown stays until it is here."""
        self.month_label.setText(f"{self._month[0]}-{self._month[1]:02}")
        self._desk.operations.run(
            partial(service.standing, self._ctx, *self._month),
            done=self._take,
            failed=self._fail,
            owner=self,
            replaces="month",
        )

    def _fail(self, error: Refusal | Trouble) -> None:
        self._begin_reading()
        self.table.show_failure(error)

    def _take(self, standing: Standing) -> None:
        self.standing = standing
        self.questions.setVisible(True)
        self._fill_vendors()
        self._filter()
        again = self._shown.get(self.panel.staff_id or 0)
        if self.panel.isVisible() and again is not None:
            self.panel.show_person(standing, again)
        if self._entered:
            self.focus_first()

    def _fill_vendors(self) -> None:
        people = self.standing.month.people if self.standing else ()
        chosen = self.vendor_box.currentData()
        self.vendor_box.blockSignals(True)
        self.vendor_box.clear()
        self.vendor_box.addItem("全部单位", None)
        for vendor, (name, count, total) in rows.vendors(people).items():
            self.vendor_box.addItem(f"{name}　{count} 人　{rows.money(total) or 0} 元", vendor)
        self.vendor_box.setCurrentIndex(max(0, self.vendor_box.findData(chosen)))
        self.vendor_box.blockSignals(False)

    def _filter(self) -> None:
        if self.standing is None:
            return
        vendor, text, charged = self.vendor_box.currentData(), self.find_field.text(), self.charged_box.isChecked()
        people = rows.chosen(self.standing.month.people, vendor=vendor, text=text, charged=charged)
        self.table.set_empty(f"{self.standing.month.key} 没有应到岗的人员。请先登记人员和合同，或者导入排班。")
        self.table.set_narrowed(bool(vendor or text.strip() or charged), self._widen)
        self._shown = {each.person.id: each for each in people}
        self.table.set_rows([rows.row(each, self.standing) for each in people])
        self.table.cells.said_of_state = {each.person.id: rows.waived(each, self.standing) for each in people}
        self.totals.show_sums(f"合计 {len(people)} 人", rows.figures(people) if people else {})
        self.totals.setVisible(bool(people))
        name = self.standing.month.of_vendor(vendor)[0].person.vendor if vendor else ""
        self.questions.show_questions(
            [each for each in self.standing.questions if not name or each.vendor in {name, ""}]
        )
        self.head.show_month(self.standing, people, vendor)
        self.hint.setText(rows.progress(self.standing, self._ctx.now()))
        self.hint.setVisible(bool(self.hint.text()))

    def _widen(self) -> None:
        self.find_field.clear()
        self.charged_box.setChecked(False)
        self.vendor_box.setCurrentIndex(0)

    def _find(self) -> None:
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()

    def open_person(self, staff_id: int, figure: str = "") -> None:
        """Show a person's month in the panel, at the lines of a figure."""
        if self.standing is not None and staff_id in self._shown:
            self.panel.show_person(self.standing, self._shown[staff_id], figure)

    def _follow(self, staff_id: int, figure: str) -> None:
        if self.panel.isVisible():
            self.open_person(staff_id, figure)

    def open_check(self) -> None:
        """Show the check beside a report in the place of the month."""
        self.check.forget()
        self.head.setVisible(False)
        self._bar.setVisible(False)
        self.stack.setCurrentWidget(self.check)
        self.check.choose.setFocus()

    def close_check(self) -> None:
        """Back to the month."""
        self.head.setVisible(True)
        self._bar.setVisible(True)
        self.stack.setCurrentIndex(0)
        self.focus_first()

    def _step_back(self) -> None:
        if self.stack.currentWidget() is self.check:
            self.close_check()
        elif self.find_field.hasFocus() and self.find_field.text():
            self.find_field.clear()
        elif self.panel.isVisible():
            self.panel.step_back()

    def may_leave(self) -> bool:
        """True where no reason of a waiver would be lost, or the user says so."""
        return self.panel.may_leave()

    def _open_door(self, question: Question) -> None:
        if self.standing is None:
            return
        month = self.standing.month
        if question.kind == month_doors.HOLIDAY:
            self._desk.operations.run(
                partial(month_doors.consent, self._ctx, month, question),
                done=partial(self.door_asked.emit, question),
                owner=self,
            )
            return
        each = next((one for one in month.people if one.person.id == question.staff_id), None)
        self.door_asked.emit(question, month_doors.values(question, each))
