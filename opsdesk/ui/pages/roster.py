"""排班: the month grid, saved as it is typed, with rotation, copies, swaps and the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.roster import documents, planning, rotation
from opsdesk.registers.roster.month_plan import STANDARD_MARK, MonthPlan, month_plan
from opsdesk.registers.roster.planning import Written
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.parts import ElidedLabel, PageTitle, primary_button, secondary_button
from opsdesk.ui.pages.roster_bar import RosterBar
from opsdesk.ui.pages.roster_grid import Cells, RosterGrid
from opsdesk.ui.pages.roster_painting import DutyLine
from opsdesk.ui.pages.roster_panel import Block, RosterPanel
from opsdesk.ui.pages.roster_saving import RosterSaving

TOPICS = {
    "roster",
    "shift",
    "staff",
    "vendor",
    "leave",
    "calendar",
    "contract",
    "hours",
    "coverage_need",
    "post",
    "closing",
}
SOON = 250
"""Milliseconds after the last change until the month is read anew."""
TIGHT = 560
"""Pixels beside an open form below which the page does without what can wait."""
KEYS = "打代码排班，. 为休，Delete 清除；Shift+方向键选一片，一次填满；Ctrl+C、Ctrl+V 复制粘贴，Ctrl+Z 撤销。"
NOBODY = "这个月没有在场人员，没有可打印的。"


class RosterPage(QWidget):
    """The roster of a month. `import_asked` opens the import of roster files, `page_asked(slug)` another register."""

    import_asked = Signal()
    page_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._year, self._month = ctx.today().year, ctx.today().month
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = PageTitle("排班")
        self.import_button = secondary_button("导入", "upload")
        self.holiday_button = secondary_button("节假日值班表", "calendar")
        self.print_button = primary_button("打印排班表", "printer")
        self.print_button.setToolTip("Ctrl+P")
        self.bar = RosterBar()
        self.legend, self.keys = ElidedLabel("", "secondary"), ElidedLabel(KEYS, "secondary")
        self.grid = RosterGrid()
        self.duty = DutyLine(self.grid)
        self.panel = RosterPanel(desk)
        self.panel.setVisible(False)
        self.saving = RosterSaving(ctx, desk, self.panel)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._lay_out()
        self._connect()
        desk.bus.watch(self, TOPICS, self._soon.start)
        self._allow()
        self.refresh()

    def _lay_out(self) -> None:
        for button in (self.import_button, self.holiday_button, self.print_button):
            self.title.add_action(button)
        sheet = QVBoxLayout()
        sheet.setSpacing(0)
        sheet.addWidget(self.grid, 1)
        sheet.addWidget(self.duty)
        left = QVBoxLayout()
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        left.setSpacing(look.px(8))
        left.addWidget(self.title)
        left.addWidget(self.bar)
        left.addWidget(self.legend)
        left.addLayout(sheet, 1)
        left.addWidget(self.keys)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)

    def _connect(self) -> None:
        self.import_button.clicked.connect(self.import_asked)
        self.holiday_button.clicked.connect(self.open_holidays)
        self.print_button.clicked.connect(self.open_month)
        self.bar.turned.connect(self.turn)
        self.bar.now_asked.connect(lambda: self.show_month(self._ctx.today()))
        self.bar.vendor_chosen.connect(self.refresh)
        self.bar.gaps_asked.connect(self.show_gaps)
        self.bar.undo_asked.connect(self.saving.undo)
        self.bar.rotation_asked.connect(self.start_rotation)
        self.bar.copy_asked.connect(self.copy)
        self.bar.swap_asked.connect(self.start_swap)
        self.grid.entered.connect(self._enter)
        self.grid.told.connect(lambda sentence: self._desk.notices.show(sentence, Tone.WARNING))
        self.grid.undo_asked.connect(self.saving.undo)
        self.duty.asked.connect(self.show_gaps)
        self.panel.shown.connect(lambda _needed: self._make_room())
        self.panel.left.connect(self.grid.setFocus)
        self.saving.changed.connect(self._show_state)
        self.saving.refused.connect(self._soon.start)
        self._soon.timeout.connect(self.refresh)
        bind(
            self,
            (
                ("Ctrl+P", self.open_month),
                ("Alt+Left", partial(self.turn, -1)),
                ("Alt+Right", partial(self.turn, 1)),
                ("F5", self.refresh),
            ),
        )

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.panel.leave()
        self.saving.set_context(ctx)
        self._allow()
        self.refresh()

    def focus_first(self) -> None:
        """The cursor stands in the grid."""
        self.grid.setFocus()

    def find_text(self, text: str) -> None:
        """Go to the first person whose number, name or initials hold the text."""
        wanted, plan = text.strip().upper(), self.grid.month.plan
        for row, line in enumerate(plan.people if plan and wanted else ()):
            if wanted in f"{line.person.staff_no.upper()} {line.person.name.upper()} {line.person.initials}":
                self.grid.go_to_person(row)
                return

    def turn(self, step: int) -> None:
        """Show the next or the previous month."""
        year, number = divmod(self._year * 12 + self._month - 1 + step, 12)
        self.show_month(date(year, number + 1, 1))

    def show_month(self, day: date) -> None:
        """Show the month of a day; what was done in another can no longer be taken back from here."""
        if self.panel.may_leave():
            self.panel.leave()
            self._year, self._month = day.year, day.month
            self.saving.forget()
            self.refresh()

    def refresh(self) -> None:
        """Read the month anew; what is shown stays until it is here."""
        self._desk.operations.run(
            partial(month_plan, self._ctx, self._year, self._month, self.bar.vendor_id),
            done=self._take,
            failed=self._unread,
            owner=self,
            replaces="month",
        )

    def _take(self, plan: MonthPlan) -> None:
        if self.saving.busy:  # typed meanwhile: what was read is older than what is shown
            self._soon.start()
            return
        self.grid.show_plan(plan)
        self.bar.show_plan(plan)
        self.duty.show_gaps(plan.gaps)
        self.legend.setText("　".join([*_signs(plan), *([plan.warning] if plan.warning else [])]))
        for button, usual in ((self.print_button, "Ctrl+P"), (self.holiday_button, "")):
            button.setEnabled(bool(plan.people))
            button.setToolTip(usual if plan.people else NOBODY)
        self._show_state()
        if not plan.people:
            self.grid.list_state.tell(
                "inbox",
                "这个月没有在场人员。",
                "请先登记人员，再回来排班。",
                "登记人员",
                partial(self.page_asked.emit, "staff"),
            )
        elif not plan.shifts:
            self.grid.list_state.tell(
                "calendar-days",
                "还没有班次。",
                "没有排班的人按日历和合同作息上班。需要倒班时，请先登记白班、夜班，再回来排班。",
                "登记班次",
                partial(self.page_asked.emit, "shift"),
            )
        else:
            self.grid.list_state.rest()

    def _unread(self, error: Refusal | Trouble) -> None:
        remedy = getattr(error, "remedy", "")
        self.grid.list_state.tell("triangle-alert", str(error), remedy, "重新读取", self.refresh, tone="broken")

    def _allow(self) -> None:
        role = self._ctx.actor.role
        self.grid.writable = role in WRITERS
        self.import_button.setEnabled(self.grid.writable)
        self.import_button.setToolTip("" if self.grid.writable else "只读账号不能导入。")
        self.bar.allow(role)
        self._show_state()

    def _show_state(self) -> None:
        plan = self.grid.month.plan
        said = [f"{len(plan.people)} 人"] if plan else []
        if plan is not None and (closed := sum(bool(day.closed) for day in plan.days)):
            said.append(f"{closed} 天已结，不能再改" if closed < len(plan.days) else "已结，不能再改")
        if self.grid.writable:
            said.append("正在保存…" if self.saving.busy else "改动随时保存")
        self.title.set_state(" · ".join(said))
        self.bar.undo.setEnabled(self.saving.can_undo and self.grid.writable)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Beside a form a narrow page shows only what the form is about."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        beside = not self.panel.isHidden()
        tight = beside and self.width() - self.panel.width() < look.px(TIGHT)
        self.bar.set_compact(beside, tight=tight)
        for widget in (self.import_button, self.holiday_button, self.keys):
            widget.setVisible(not tight)
        QTimer.singleShot(0, self.grid, lambda: self.grid.scrollTo(self.grid.currentIndex()))

    def _enter(self, cells: Cells) -> None:
        self.grid.month.put(cells)
        self.saving.run(lambda ctx, reason: planning.set_cells(ctx, cells, reason=reason))

    def start_rotation(self) -> None:
        """Ask for the rotation of the people chosen."""
        plan = self.grid.month.plan
        if plan is not None and plan.people:
            block = _block(self.grid)
            self.panel.start_rotation(plan, block, partial(self._rotate, plan, block))

    def _rotate(self, plan: MonthPlan, block: Block, values: Mapping[str, Any]) -> None:
        typed = str(values["pattern"] or "") or str(values.get("usual") or "")
        try:
            pattern = rotation.read_pattern(typed, plan.shifts)
        except Refusal as refusal:
            self.panel.show_failure(refusal)
            return
        self.saving.run(
            lambda ctx, reason: planning.apply_pattern(
                ctx,
                block.staff_ids,
                values["first"],
                values["last"],
                pattern,
                values["offset"] or 0,
                begins=values["begins"],
                reason=reason,
            ),
            aloud=True,
            button=self.panel.submit,
        )

    def copy(self, key: str) -> None:
        """Copy the week before into the week chosen, or the month before: for the rows chosen, one row meaning all."""
        plan, block = self.grid.month.plan, _block(self.grid)
        if plan is None or not block.days:
            return
        staff_ids = block.staff_ids if len(block.staff_ids) > 1 else [line.person.id for line in plan.people]
        if key == "week":
            act = partial(_copy_week, block.days[0], staff_ids)
        else:
            act = partial(_copy_month, self._year, self._month, key == "by_weekday", staff_ids)
        self.saving.run(act, aloud=True, button=self.bar.copy)

    def start_swap(self) -> None:
        """Ask who changes with whom."""
        plan = self.grid.month.plan
        if plan is not None and plan.people:
            block = _block(self.grid)
            self.panel.start_swap(plan, block, self._swap)

    def _swap(self, values: Mapping[str, Any]) -> None:
        self._desk.operations.run(
            partial(planning.swap, self._ctx, **values),
            done=self._swapped,
            failed=self.panel.show_failure,
            owner=self,
            busy=self.panel.submit,
        )

    def _swapped(self, outcome: Outcome[Written]) -> None:
        self.panel.done()
        self._desk.notices.show(outcome.value.sentence, Tone.FINE)
        self.saving.warn(outcome.value.warnings)

    def show_gaps(self, column: int = -1) -> None:
        """List what is short on a day (from 0), people or rest, or in the whole month."""
        plan = self.grid.month.plan
        if plan is not None:
            self.panel.show_gaps(plan.gaps, plan.short_rests, plan.days[column].day if column >= 0 else None)

    def open_month(self) -> None:
        """Preview the roster of the month shown, of the vendor chosen."""
        if not self.print_button.isEnabled():
            return
        self._desk.operations.run(
            partial(documents.month_sheet, self._ctx, self._year, self._month, vendor_id=self.bar.vendor_id),
            done=self._desk.open_paper,
            owner=self,
            busy=self.print_button,
        )

    def open_holidays(self) -> None:
        """Preview the duty list of the month's holidays."""
        self._desk.operations.run(
            partial(documents.holiday_sheet, self._ctx, self._year, self._month),
            done=self._desk.open_paper,
            owner=self,
            busy=self.holiday_button,
        )


def _block(grid: RosterGrid) -> Block:
    return Block(grid.chosen_staff(), grid.chosen_days())


def _signs(plan: MonthPlan) -> list[str]:
    """The legend: shifts, standard hours and rest, and the signs of the absences that the month has."""
    halves = any(len(cell.signs) > 1 for line in plan.people for cell in line.cells)
    return [
        *(f"{shift.code} {shift.name} {shift.hours}" for shift in plan.shifts if shift.current),
        f"{STANDARD_MARK} 标准班，没有排班的按日历和合同",
        "休 休息",
        *documents.leave_signs(plan.people),
        *(["一格两行：先上后下"] if halves else []),
    ]


def _copy_week(day: date, staff_ids: Sequence[int], ctx: Context, _reason: str) -> Outcome[Written]:
    return planning.copy_week(ctx, day, staff_ids=staff_ids)


def _copy_month(
    year: int, number: int, by_weekday: bool, staff_ids: Sequence[int], ctx: Context, _reason: str
) -> Outcome[Written]:
    return planning.copy_month(ctx, year, number, by_weekday=by_weekday, staff_ids=staff_ids)
