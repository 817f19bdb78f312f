"""The pictures of an appraisal: one appraisee beside the median, ranking, trend, and where points were lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from opsdesk.exports.document import BarChart
from opsdesk.registers.appraisal import charts
from opsdesk.services import appraisal_pictures
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import Past
from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.charts import ChartView
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import Card, ChoiceBox, label
from opsdesk.ui.pages import appraisal_rows as rows

NARROW = 900
NO_PAST = "这个方案还没有以前的核定结果，从下一期起可以看走势。"
NOTHING_LOST = "这一期没有扣分。"


class PicturesView(QWidget):
    """Stands in the place of the table. `chosen(row)` when the pictures of another appraisee are wanted."""

    chosen = Signal(int)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._shown: Round | None = None
        self._past: Sequence[Past] = ()
        self._row = 0
        self.box = ChoiceBox()
        self.box.setAccessibleName("看谁的图表")
        self.box.setMinimumWidth(look.px(240))
        self.box.activated.connect(self._choose)
        self.views: dict[str, ChartView] = {}
        self._notes = {key: label("", "secondary", wraps=True) for key in ("trend", "lost")}
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(look.px(8))
        head.addWidget(label("对象", "secondary"))
        head.addWidget(self.box)
        head.addStretch(1)
        inside = QWidget()
        inside.setProperty("class", "pages")
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(look.px(12))
        for keys in (("shares",), ("ranking", "trend", "lost", "clauses")):
            column = QVBoxLayout()
            column.setSpacing(look.px(12))
            for key in keys:
                column.addWidget(self._card(key))
            column.addStretch(1)
            self._columns.addLayout(column, 1)
        inside.setLayout(self._columns)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        scroller.viewport().setProperty("class", "pages")
        scroller.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        column.addLayout(head)
        column.addWidget(scroller, 1)

    def _card(self, key: str) -> Card:
        card = Card()
        card.body.setContentsMargins(*(look.px(12),) * 4)
        self.views[key] = ChartView(BarChart("图表", (), ()))
        card.body.addWidget(self.views[key])
        if key in self._notes:
            card.body.addWidget(self._notes[key])
        return card

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx

    def show_round(self, shown: Round | None, row: int) -> None:
        """Show the pictures of an appraisal, first those of the appraisee in a row of the table."""
        other = self._shown is None or shown is None or (self._shown.scheme.code, self._shown.period) != (
            shown.scheme.code, shown.period,
        )  # fmt: skip
        self._shown, self._row = shown, max(row, 0)
        if shown is None or not shown.objects:
            return
        self.box.clear()
        for each in rows.in_order(shown.objects):
            self.box.addItem(each.subject.name)
        if other:
            self._past = ()
        self._draw()
        self._desk.operations.run(
            partial(appraisal_pictures.earlier, self._ctx, shown),
            done=partial(self._take, shown),
            owner=self,
            replaces="past",
        )

    def _take(self, shown: Round, past: Sequence[Past]) -> None:
        if shown is self._shown:
            self._past = past
            self._draw()

    def _choose(self, row: int) -> None:
        self._row = row
        self._draw()
        self.chosen.emit(row)

    def _draw(self) -> None:
        shown = self._shown
        if shown is None or not shown.objects:
            return
        objects: list[Scored] = rows.in_order(shown.objects)
        self._row = min(self._row, len(objects) - 1)
        self.box.setCurrentIndex(self._row)
        scored = objects[self._row]
        self._show("shares", charts.shares(scored, shown))
        self._show("ranking", charts.ranking(shown))
        trend = charts.trend(shown, self._past, scored)
        self._show("trend", trend)
        self._notes["trend"].setText("" if trend else NO_PAST)
        lost = charts.lost(shown)
        self._show("lost", lost)
        self._notes["lost"].setText("" if lost else NOTHING_LOST)
        self._show("clauses", charts.lost(shown, by_clause=True))
        for note in self._notes.values():
            note.setVisible(bool(note.text()))

    def _show(self, key: str, chart: BarChart | None) -> None:
        view = self.views[key]
        view.setVisible(chart is not None)
        card = view.parentWidget()
        if key not in self._notes and card is not None:
            card.setVisible(chart is not None)
        if chart is not None:
            view.show_chart(chart)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Below each other where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < look.px(NARROW)
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != way:
            self._columns.setDirection(way)
