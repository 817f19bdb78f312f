"""事件统计: a month of incidents in figures, charts and tables, beside the month before; printed and exported."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabBar, QVBoxLayout, QWidget

from opsdesk.exports.document import BarChart
from opsdesk.registers.incident import documents, statistics
from opsdesk.services import choices, incident_figures
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.incident_figures import WORDS, By, MonthFigures
from opsdesk.ui.kit import look
from opsdesk.ui.kit.charts import ChartView
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.parts import (
    Card,
    ChoiceBox,
    ElidedLabel,
    PageTitle,
    icon_button,
    label,
    primary_button,
    secondary_button,
)
from opsdesk.ui.pages.incident_statistics_parts import FigureRow, GroupTable
from opsdesk.ui.pages.month_rows import step

TOPICS = frozenset({"incident", "law", "contract", "vendor", "staff"})
TABS = (By.CATEGORY, By.SYSTEM, By.VENDOR, By.PERSON, By.SEVERITY)
MOST_BARS = 6
"""Groups in the chart beside the days; the table has them all."""
LEAST_CHART = 188
"""Pixels of height in which so many lying bars can still be read."""
NO_CHART = BarChart("", (), ())


@dataclass(frozen=True)
class Read:
    """What the page has read: the month's figures, and the vendors to choose from."""

    figures: MonthFigures
    vendors: list[tuple[int, str]]


def _read(ctx: Context, year: int, month: int, vendor_id: int | None) -> Read:
    return Read(incident_figures.of_month(ctx, year, month, vendor_id=vendor_id), choices.vendors(ctx))


def _chart_view() -> ChartView:
    """A chart whose room is the same whatever it shows, also while a month is read."""
    made = ChartView(NO_CHART)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    policy.setRetainSizeWhenHidden(True)
    made.setSizePolicy(policy)
    made.setMinimumHeight(look.px(LEAST_CHART))
    return made


class IncidentStatisticsPage(QWidget):
    """Alt+← → go to another month, Ctrl+P previews the paper (there it is printed and exported), F5 reads anew."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._month = (ctx.today().year, ctx.today().month)
        self.figures: MonthFigures | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay_out()
        self._connect()
        self._begin_reading()
        desk.bus.watch(self, TOPICS, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.head = PageTitle("事件统计")
        self.print = primary_button("打印统计表", "printer")
        self.export = secondary_button("导出", "download")
        for button in (self.export, self.print):
            self.head.add_action(button)
        self.figure_row = FigureRow()
        self.daily, self.grouped = _chart_view(), _chart_view()
        self._charts = QWidget()
        beside = QHBoxLayout(self._charts)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(look.px(12))
        for chart, share in ((self.daily, 3), (self.grouped, 2)):
            card = Card()
            card.body.setContentsMargins(*(look.px(12),) * 4)
            card.body.addWidget(chart)
            beside.addWidget(card, share)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for by in TABS:
            self.tabs.addTab(f"按{WORDS[by]}")
        self.table = GroupTable()
        below = QVBoxLayout()
        below.setSpacing(look.px(4))
        below.addWidget(self.tabs)
        below.addWidget(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.head)
        column.addLayout(self._bar())
        column.addWidget(self.figure_row)
        column.addWidget(self._charts, 4)
        column.addLayout(below, 5)

    def _bar(self) -> QHBoxLayout:
        self.before, self.after = (
            icon_button("chevron-left", "上个月（Alt+←）"),
            icon_button("chevron-right", "下个月（Alt+→）"),
        )
        self.month_label = label("", "heading")
        self.month_label.setMinimumWidth(look.px(92))
        self.month_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.vendor_box = ChoiceBox()
        self.vendor_box.setMinimumWidth(look.px(160))
        self.vendor_box.setMaximumWidth(look.px(300))
        self.vendor_box.setAccessibleName("外包单位")
        self.vendor_box.addItem("全部单位", None)
        self.hint = ElidedLabel("", "secondary")
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        for widget in (self.before, self.month_label, self.after):
            row.addWidget(widget)
        row.addSpacing(look.px(12))
        row.addWidget(self.vendor_box)
        row.addSpacing(look.px(4))
        row.addWidget(self.hint, 1)
        return row

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self.go_to(*step(*self._month, -1)))
        self.after.clicked.connect(lambda: self.go_to(*step(*self._month, 1)))
        self.vendor_box.currentIndexChanged.connect(self._choose_vendor)
        self.tabs.currentChanged.connect(self._show_groups)
        self.table.retry_asked.connect(self.refresh)
        for button in (self.print, self.export):
            button.clicked.connect(partial(self.open_paper, button))
        bind(
            self,
            (
                ("Ctrl+P", self.print.click),
                ("Ctrl+E", self.export.click),
                ("F5", self.refresh),
                ("Alt+Left", self.before.click),
                ("Alt+Right", self.after.click),
            ),
        )

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.refresh()

    @property
    def month(self) -> tuple[int, int]:
        """Year and month shown."""
        return self._month

    @property
    def vendor(self) -> int | None:
        """The vendor whose incidents alone are counted; None for all."""
        chosen: int | None = self.vendor_box.currentData()
        return chosen

    def focus_first(self) -> None:
        """The keyboard is on the table."""
        self.table.setFocus()

    def may_leave(self) -> bool:
        """True: nothing is written here."""
        return True

    def go_to(self, year: int, number: int) -> None:
        """Show another month."""
        self._month = (year, number)
        self._begin_reading()
        self.refresh()

    def refresh(self) -> None:
        """Count the month anew; what is shown stays until the answer is here."""
        self.month_label.setText(f"{self._month[0]}-{self._month[1]:02}")
        self._desk.operations.run(
            partial(_read, self._ctx, *self._month, self.vendor),
            done=self._take,
            failed=self._fail,
            owner=self,
            replaces="statistics",
        )

    def open_paper(self, busy: QWidget | None = None) -> None:
        """Preview the month's statistics, of the vendor chosen or of all."""
        if self.figures is None:
            return
        self._desk.operations.run(
            partial(documents.month_statistics, self._ctx, *self._month, self.vendor),
            done=self._desk.open_paper,
            owner=self,
            busy=busy if busy is self.export else self.print,
        )

    def _choose_vendor(self) -> None:
        self._begin_reading()
        self.refresh()

    def _begin_reading(self) -> None:
        self.figures = None
        self.head.set_state("")
        self.hint.setText("")
        self.figure_row.show_figures(None)
        for chart in (self.daily, self.grouped):
            chart.setVisible(False)
        self.table.begin_reading()
        self._allow()

    def _fail(self, error: Refusal | Trouble) -> None:
        self._begin_reading()
        self.table.show_failure(error)

    def _take(self, read: Read) -> None:
        self.figures = read.figures
        self._fill_vendors(read.vendors)
        total, (year, number) = read.figures.total, self._month
        self.head.set_state(f"受理 {total.count} 件 · 未解决 {total.unresolved} 件" if total.count else "")
        today = self._ctx.today()
        under_way = (today.year, today.month) == (year, number)
        self.hint.setText(f"本月尚未过完，数据截至 {self._ctx.now():%m-%d %H:%M}" if under_way else "")
        self.figure_row.show_figures(read.figures)
        whose = "这家单位" if self.vendor else ""
        self.table.set_empty(f"{year}-{number:02} {whose}没有接到事件。")
        self._charts.setVisible(bool(total.count))
        for chart in (self.daily, self.grouped):
            chart.setVisible(True)
        self.daily.show_chart(statistics.daily_chart(read.figures))
        self._show_groups()
        self._allow()

    def _show_groups(self) -> None:
        if self.figures is None:
            return
        by = TABS[max(0, self.tabs.currentIndex())]
        make = statistics.rate_chart if by is By.VENDOR else statistics.group_chart
        title = "各单位达标率" if by is By.VENDOR else f"各{WORDS[by]}受理"
        self.grouped.show_chart(make(self.figures, by, title, MOST_BARS))
        self.table.show_groups(self.figures.groups[by], self.figures.total)

    def _fill_vendors(self, vendors: list[tuple[int, str]]) -> None:
        chosen = self.vendor
        self.vendor_box.blockSignals(True)
        self.vendor_box.clear()
        self.vendor_box.addItem("全部单位", None)
        for vendor_id, name in vendors:
            self.vendor_box.addItem(name, vendor_id)
        self.vendor_box.setCurrentIndex(max(0, self.vendor_box.findData(chosen)))
        self.vendor_box.blockSignals(False)

    def _allow(self) -> None:
        there = self.figures is not None and self.figures.total.count > 0
        for button, keys in ((self.print, "Ctrl+P"), (self.export, "Ctrl+E")):
            button.setEnabled(there)
            button.setToolTip(f"在预览中打印或导出（{keys}）" if there else "这个月没有事件。")
