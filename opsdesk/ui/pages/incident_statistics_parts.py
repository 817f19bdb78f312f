"""Parts of the page of incident statistics: the figures that matter, and the table of the groups."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import CellValue, Column, Kind, Row
from opsdesk.services.incident_figures import Figures, Group, MonthFigures
from opsdesk.services.incident_measures import MEASURES, NOTHING, Measure, Number, change, per_cent, plain, said
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Card, Figure, label
from opsdesk.ui.kit.record_table import RecordTable

OF_ALL = "合计"
SHOWN = ("受理", "解决率", "响应达标率", "解决达标率", "解决用时中位", "重开过")
COLUMNS = (
    Column("name", "名称", width=0),
    Column("count", "受理", Kind.INTEGER, 64),
    Column("resolved", "已解决", Kind.INTEGER, 72),
    Column("unresolved", "未解决", Kind.INTEGER, 72),
    Column("reopened", "重开", Kind.INTEGER, 56),
    Column("resolved_rate", "解决率", Kind.INTEGER, 80),
    Column("response", "响应达标", Kind.INTEGER, 144),
    Column("deadline", "解决达标", Kind.INTEGER, 144),
    Column("response_median_min", "响应中位 分", Kind.INTEGER, 96),
    Column("resolve_median_min", "解决中位 分", Kind.INTEGER, 96),
    Column("resolve_p90_min", "解决九成 分", Kind.INTEGER, 96),
)


def shown(measure: Measure, figures: Figures) -> str:
    """A figure in 28 px: 115, 84.35%, 862.47 分; — where nothing could be measured."""
    value = measure.of(figures)
    if measure.unit == "%":
        return per_cent(value)
    unit = " 分" if measure.unit == "分" else ""
    return NOTHING if value is None else f"{plain(value)}{unit}"


class FigureRow(Card):
    """The figures that matter beside each other, each with how it moved since the month before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        known = {each.title: each for each in MEASURES}
        self._shown = [(known[title], Figure(NOTHING, title), label("", "secondary")) for title in SHOWN]
        row = QHBoxLayout()
        row.setSpacing(look.px(24))
        for _, figure, moved in self._shown:
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(figure)
            column.addWidget(moved)
            row.addLayout(column, 1)
        self.body.addLayout(row)
        self.body.setContentsMargins(look.px(16), look.px(8), look.px(16), look.px(8))

    def show_figures(self, month: MonthFigures | None) -> None:
        """Show a month; without one, that nothing is known yet."""
        for measure, figure, moved in self._shown:
            figure.set_number(shown(measure, month.total) if month else NOTHING)
            words = change(measure, month.total, month.before) if month else ""
            moved.setText("" if words in {"", NOTHING} else f"比上月 {words}" if words != "持平" else "与上月持平")
            figure.setToolTip(f"{measure.title} {said(measure, month.total)}" if month else "")


class GroupTable(RecordTable):
    """The groups with their figures, the sum last. `retry_asked` when the page should read again after a failure."""

    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(COLUMNS, parent=parent)

    def begin_reading(self) -> None:
        """Show the skeleton until the month asked for is here."""
        self.records.set_rows(())
        self._answered = False
        self._show_state()

    def reload(self, *, from_top: bool = False) -> None:
        """Ask the page to read the month anew."""
        super().reload(from_top=from_top)
        self.retry_asked.emit()

    def show_groups(self, groups: Sequence[Group], total: Figures) -> None:
        """Show these groups, and below them all together where there is more than one."""
        rows = [_row(place, group.name, group.figures) for place, group in enumerate(groups, 1)]
        if len(rows) > 1:
            rows.append(_row(0, OF_ALL, total))
        self.set_rows(rows)


def _row(key: int, name: str, figures: Figures) -> Row:
    values: dict[str, CellValue] = {
        "name": name,
        "count": plain(figures.count),
        "resolved": plain(figures.resolved),
        "unresolved": plain(figures.unresolved),
        "reopened": plain(figures.reopened),
        "resolved_rate": per_cent(figures.resolved_rate),
        "response": _share(figures.within_response, figures.response_measured, figures.response_rate),
        "deadline": _share(figures.within_deadline, figures.deadline_measured, figures.deadline_rate),
        "response_median_min": plain(figures.response_median_min),
        "resolve_median_min": plain(figures.resolve_median_min),
        "resolve_p90_min": plain(figures.resolve_p90_min),
    }
    return Row(key, values)


def _share(part: Number, of: int, value: Number) -> str:
    """70/107　65.42%, so that a small number is not taken for a large one."""
    return NOTHING if value is None else f"{plain(part)}/{plain(of)}　{per_cent(value)}"
