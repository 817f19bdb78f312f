"""试算: a month by the law in force and by a draft, person by person, side by side; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from opsdesk.register import Column, Kind, Row
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Clause
from opsdesk.rules.settlement import Figures, Line, days_in_words
from opsdesk.services import amending, what_if
from opsdesk.services.context import Context
from opsdesk.services.what_if import Compared, Comparison, Total
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Failed, Progress
from opsdesk.ui.kit.parts import Separator, icon_button, label, page_title
from opsdesk.ui.kit.record_table import RecordTable

COLUMNS = (
    Column("name", "姓名", Kind.CODE, 112),
    Column("now", "现行（元）", Kind.INTEGER, 84),
    Column("draft", "试算（元）", Kind.INTEGER, 84),
    Column("difference", "差额（元）", Kind.INTEGER, 84),
    Column("absent", "缺勤日", Kind.INTEGER, 80),
    Column("awol", "旷工日", Kind.INTEGER, 80),
    Column("vendor", "单位", width=96),
    Column("staff_no", "工号", Kind.CODE, 80),
)
LINES_HEIGHT = 216


def signed(amount: Decimal) -> str:
    """A difference with its sign: +40, −40, 0."""
    return "0" if not amount else f"{'+' if amount > 0 else '−'}{in_yuan(abs(amount))}"


def before_and_after(before: str, after: str) -> str:
    """“0 → 3”, or the figure alone where both are the same."""
    return before if before == after else f"{before} → {after}"


class TryView(QWidget):
    """The result of a trial; a row shows the lines of both laws below.

    `month_turned(first day before, first day now)` after ‹ or ›.
    """

    month_turned = Signal(object, object)

    def __init__(self, desk: Desk, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.month = today.replace(day=1)
        self.comparison: Comparison | None = None
        self._asked = 0
        self._stale = False
        self.title = page_title("试算")
        self.earlier, self.later = icon_button("chevron-left", "上一月"), icon_button("chevron-right", "下一月")
        self._month_label = label("", "heading")
        self.only_changed = QCheckBox("只看有变化的")
        self.table = RecordTable(COLUMNS)
        self.table.set_compact(True)
        self.lines = _Lines()
        self._lay_out()
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))
        self.only_changed.toggled.connect(lambda _on: self._show_rows())
        self.table.chosen.connect(self._show_lines)
        self._say_month()

    def start(self, clause: Clause, month: date) -> None:
        """An empty trial of a clause."""
        self.month = month.replace(day=1)
        self.title.set_title(f"试算 {clause.short}")
        self._say_month()
        self.forget()

    def forget(self) -> None:
        """Show no result: none was asked for yet, and one under way is no longer wanted."""
        self._asked += 1
        self.comparison = None
        self.title.set_state("只试不改，什么都不会写入记录")
        self.table.set_narrowed(False)
        self.table.set_empty("在右侧改数值，再按“试算”。")
        self.table.set_rows([])
        self.lines.setVisible(False)

    def in_words(self) -> str:
        """What the count of the trial shown means beside that of an amendment; empty without a result."""
        if self.comparison is None or self._stale:
            return ""
        changed, month = len(self.comparison.changed), f"{self.month.year} 年 {self.month.month} 月"
        return f"试算的 {changed} 人是 {month}扣减有变化的人，这里数的是自生效日起重新判定的人和天。"

    def mark_stale(self) -> None:
        """The draft is another one than that of the result shown or under way."""
        self._stale = True
        if self.comparison is not None:
            self.title.set_state("草稿有改动，下面还是上一次的结果，请再按“试算”")

    def run(
        self, ctx: Context, clause: str, begins_on: date, typed: Mapping[str, str], button: QPushButton, failed: Failed
    ) -> None:
        """Settle the month by both laws in a thread of its own and show it."""
        month, self._stale = self.month, False
        self._asked += 1

        def compare(progress: Progress) -> Comparison | None:
            draft = amending.drafted(ctx, clause, begins_on, typed)
            return what_if.compare(ctx, draft, month.year, month.month, progress=progress)

        self._desk.operations.run_long(
            compare,
            "正在试算",
            done=partial(self._take, self._asked),
            failed=failed,
            owner=self,
            busy=button,
            beside=True,
        )

    def _take(self, asked: int, comparison: Comparison | None) -> None:
        if asked == self._asked and comparison is not None:
            self.show_result(comparison)
            if self._stale:
                self.mark_stale()

    def show_result(self, comparison: Comparison) -> None:
        """Show a month by both laws."""
        self.comparison = comparison
        total, changed = comparison.total, len(comparison.changed)
        said = f"{changed} 人有变化" if changed else "没有人有变化"
        before, after = in_yuan(total.figures.total), in_yuan(total.draft.total)
        self.title.set_state(
            f"{len(comparison.rows)} 人，{said}，扣减合计 {before} 元 → {after} 元"
            f"（{signed(total.difference)} 元）{comparison.note and f'。{comparison.note}'}"
        )
        self._show_rows()

    def _show_rows(self) -> None:
        found = self.comparison
        if found is None:
            return
        people = found.changed if self.only_changed.isChecked() else found.rows
        vendors = found.vendors
        rows = [_total_row(-1, "全部", found.total)] if len(vendors) != 1 else []
        rows += [_total_row(-n, name, total) for n, (name, total) in enumerate(vendors.items(), 2)]
        self.table.set_empty("这个月没有应出勤或到岗的人。")
        self.table.set_narrowed(bool(found.rows) and self.only_changed.isChecked(), self._show_all)
        self.table.set_rows([*rows, *map(_row, people)] if people else [])
        self._show_lines(self.table.chosen_row())

    def _show_all(self) -> None:
        self.only_changed.setChecked(False)

    def _show_lines(self, row: Row | None) -> None:
        rows = self.comparison.rows if self.comparison is not None else ()
        chosen = next((each for each in rows if row is not None and each.person.id == row.id), None)
        self.lines.setVisible(chosen is not None)
        if chosen is not None:
            self.lines.show_person(chosen)

    def _turn(self, step: int) -> None:
        before, place = self.month, self.month.year * 12 + self.month.month - 1 + step
        self.month = date(place // 12, place % 12 + 1, 1)
        self._say_month()
        self.forget()
        self.month_turned.emit(before, self.month)

    def _say_month(self) -> None:
        self._month_label.setText(f"{self.month.year} 年 {self.month.month} 月")

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(look.px(4))
        bar.addWidget(self.earlier)
        bar.addWidget(self._month_label)
        bar.addWidget(self.later)
        bar.addSpacing(look.px(16))
        bar.addWidget(self.only_changed)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        column.addWidget(self.lines)


class _Lines(QFrame):
    """One person's lines by both laws beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("class", "card")
        self.setFixedHeight(look.px(LINES_HEIGHT))
        self._name = label("", "heading")
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.viewport().setProperty("class", "scrolled")
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(16), look.px(12), look.px(8), look.px(8))
        column.setSpacing(look.px(8))
        column.addWidget(self._name)
        column.addWidget(self.scroller, 1)

    def show_person(self, each: Compared) -> None:
        """Show another person."""
        person = each.person
        self._name.setText(f"{person.name}　{person.staff_no}　{person.vendor}")
        inside = QWidget()
        inside.setProperty("class", "scrolled")
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, look.px(8), 0)
        row.setSpacing(look.px(16))
        row.addLayout(_side("现行", each.figures, each.lines, each.warnings), 1)
        row.addWidget(Separator(upright=True))
        row.addLayout(_side("试算", each.draft, each.draft_lines, each.draft_warnings), 1)
        self.scroller.setWidget(inside)

    def sentences(self) -> list[str]:
        """What is said now, the law in force first."""
        inside = self.scroller.widget()
        return [each.text() for each in inside.findChildren(QLabel)] if inside is not None else []


def _side(title: str, figures: Figures, lines: Sequence[Line], warnings: Sequence[str]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(look.px(4))
    column.addWidget(label(f"{title}　扣减 {in_yuan(figures.total)} 元", "state"))
    for line in lines:
        column.addWidget(label(f"{line.citation.short}　{line.because}", wraps=True))
    for warning in warnings:
        column.addWidget(label(warning, wraps=True))
    if not lines and not warnings:
        column.addWidget(label("没有扣减。", "secondary"))
    column.addStretch(1)
    return column


def _row(each: Compared) -> Row:
    person = each.person
    values = {"name": person.name, "staff_no": person.staff_no, "vendor": person.vendor}
    return Row(person.id, values | _figures(each), muted=not each.changed)


def _total_row(number: int, vendor: str, total: Total) -> Row:
    return Row(number, {"name": f"{vendor}合计"} | _figures(total))


def _figures(each: Compared | Total) -> dict[str, str]:
    now, draft = each.figures, each.draft
    return {
        "now": str(now.total),
        "draft": str(draft.total),
        "difference": signed(each.difference),
        "absent": before_and_after(str(now.absent_days), str(draft.absent_days)),
        "awol": before_and_after(days_in_words(now.awol_half_days), days_in_words(draft.awol_half_days)),
    }
