"""规章: every clause as it stands on a chosen day, and the history of its values. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Chip, Column, Filter, Kind, Query, Row, Tone
from opsdesk.rules.clause import Clause, Holding, Parameter, Regulation, Value
from opsdesk.services.context import Context
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.moment_editors import DateEditor
from opsdesk.ui.kit.parts import Panel, Separator, label, page_title
from opsdesk.ui.kit.record_table import RecordTable

COLUMNS = (
    Column("regulation", "规章", width=56),
    Column("number", "条款号", Kind.CODE, 72),
    Column("wording", "内容", width=0),
    Column("values", "数值", width=280),
    Column("state", "状态", Kind.CHIP, 96),
    Column("begins", "生效日", width=104),
    Column("source", "出处", width=150),
)
SINCE_ALWAYS = date(2000, 1, 1)
"""The day written in a regulation whose source bears no date."""


def value_in_words(parameter: Parameter, value: Value) -> str:
    """A value with its name and unit as people read it: 不扣减的次数 3 次, 每多一次 20 元, 100 分以内 100 元."""
    if value is None:
        return f"{parameter.label}待填"
    if isinstance(value, tuple):
        shown = "，".join(f"{upto} 分以内 {yuan} 元" if upto is not None else f"以上 {yuan} 元" for upto, yuan in value)
        return f"{parameter.label}：{shown}"
    if isinstance(value, str):
        return f"{parameter.label}：{value}"
    return f"{parameter.label} {value} {'元' if parameter.unit == '元/次' else parameter.unit}"


def values_in_words(clause: Clause, holding: Holding) -> str:
    """All values of a clause from one day on; empty for a clause without figures."""
    if holding.repealed:
        return ""
    return "；".join(value_in_words(each, holding.values.get(each.name)) for each in clause.parameters)


def begins_in_words(holding: Holding) -> str:
    """From when a clause holds; a source without a date is told as such."""
    return "未署日期" if holding.begins == SINCE_ALWAYS else holding.begins.isoformat()


def standing(clause: Clause, day: date) -> Holding | None:
    """The newest holding that has begun by `day`, be it in force, repealed or still blank."""
    begun = [holding for holding in clause.holdings if holding.begins <= day]
    return begun[-1] if begun else None


def _chip(clause: Clause, holding: Holding | None) -> Chip:
    if holding is None:
        return Chip("未生效", Tone.NEUTRAL)
    if holding.repealed:
        return Chip("已废止", Tone.NEUTRAL)
    if holding.blank:
        return Chip("待填", Tone.WARNING)
    return Chip(str(clause.carried_out), Tone.INFORMATION)


class LawPage(QWidget):
    """The law browser; `show_clause(key)` jumps to one. Ctrl+F finds, Enter or a click opens, Esc closes."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regulations = ctx.regulations
        self._today = ctx.today
        self._clauses: list[Clause] = [c for regulation in self._regulations.regulations for c in regulation.clauses]
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title("规章")
        self.filters = FilterBar(
            (Filter("regulation", "规章", lambda _ctx: self._titles()),), "查找（条款号、内容、出处）"
        )
        self.filters.set_options("regulation", self._titles())
        self.day = DateEditor(desk.today or self._today)
        self.day.set_value(self._today())
        self.day.setFixedWidth(look.px(184))
        self.day.setAccessibleName("按哪一天看")
        self.filters.row.addWidget(label("按这一天的规章看", "secondary"))
        self.filters.row.addWidget(self.day)
        self.table = RecordTable(COLUMNS)
        self.panel = Panel()
        self.panel.setVisible(False)
        self._content: QWidget | None = None
        self._lay_out()
        self.filters.changed.connect(lambda _query: self.refresh())
        self.filters.find_left.connect(self._enter_list)
        self.day.changed.connect(self.refresh)
        self.table.opened.connect(self.open_clause)
        self.table.clicked.connect(self._open_current)
        self.table.chosen.connect(self._follow)
        self.panel.closed.connect(self._close_panel)
        QShortcut(QKeySequence("Ctrl+F"), self, self.filters.focus_find)
        leave = QShortcut(QKeySequence("Esc"), self.panel, self._close_panel)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.refresh()

    def set_context(self, _ctx: Context) -> None:
        """The law is the same for everybody."""

    def focus_first(self) -> None:
        """The cursor stands in the find field."""
        self.filters.focus_find()

    def refresh(self) -> None:
        """Show the clauses that answer the question, as they stand on the day chosen."""
        day = self.day.value()
        self.day.mark_wrong(bool(self.day.problem()))
        if day is None:
            return
        found = [n for n, clause in enumerate(self._clauses) if self._answers(clause, self.filters.query())]
        self.table.set_narrowed(self.filters.narrowed, self.filters.clear)
        self.table.set_rows([self._row(n, day) for n in found])
        in_force = sum(self._in_force(self._clauses[n], day) for n in found)
        self.title.set_state(f"{len(found)} 条，{day.isoformat()} 生效 {in_force} 条")

    def show_clause(self, key: str) -> None:
        """Jump to a clause, whatever was asked before. KeyError for an unknown one."""
        number = next((n for n, clause in enumerate(self._clauses) if clause.key == key), None)
        if number is None:
            raise KeyError(key)
        self.filters.clear()
        self.table.choose(number)
        self.open_clause(number)

    def open_clause(self, number: int) -> None:
        """Show a clause and its history in the panel."""
        clause = self._clauses[number]
        self.panel.set_title(f"{clause.regulation} {clause.number}")
        if self._content is not None:
            self._content.setVisible(False)
            self._content.deleteLater()
        self._content = _detail(clause, self._regulation(clause), self.day.value() or self._today())
        self.panel.body.addWidget(self._content)
        self.panel.setVisible(True)
        self.table.set_compact(True)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        left.setSpacing(look.px(12))
        left.addWidget(self.title)
        left.addWidget(self.filters)
        left.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)

    def _titles(self) -> list[tuple[str, str]]:
        return [(each.code, f"{each.code} {each.title}") for each in self._regulations.regulations]

    def _regulation(self, clause: Clause) -> Regulation:
        return next(each for each in self._regulations.regulations if each.code == clause.regulation)

    def _answers(self, clause: Clause, query: Query) -> bool:
        chosen = (query.filters or {}).get("regulation")
        sources = " ".join(holding.source for holding in clause.holdings)
        hay = f"{clause.key} {clause.regulation} {clause.number} {clause.wording} {sources}".casefold()
        return (chosen is None or clause.regulation == chosen) and all(
            word in hay for word in query.text.casefold().split()
        )

    def _in_force(self, clause: Clause, day: date) -> bool:
        holding = standing(clause, day)
        return holding is not None and not holding.repealed and not holding.blank

    def _row(self, number: int, day: date) -> Row:
        clause = self._clauses[number]
        holding = standing(clause, day)
        return Row(
            number,
            {
                "regulation": clause.regulation,
                "number": clause.number,
                "wording": clause.wording,
                "values": values_in_words(clause, holding) if holding else "",
                "state": _chip(clause, holding),
                "begins": begins_in_words(holding or clause.holdings[0]),
                "source": (holding or clause.holdings[0]).source,
            },
            muted=not self._in_force(clause, day),
        )

    def _enter_list(self) -> None:
        self.table.setFocus()
        if not self.table.currentIndex().isValid() and self.table.records.rowCount():
            self.table.selectRow(0)

    def _open_current(self) -> None:
        if (row := self.table.chosen_row()) is not None:
            self.open_clause(row.id)

    def _follow(self, row: Row | None) -> None:
        if row is not None and self.panel.isVisible():
            self.open_clause(row.id)

    def _close_panel(self) -> None:
        self.panel.setVisible(False)
        self.table.set_compact(False)
        self.table.setFocus()


def _detail(clause: Clause, regulation: Regulation, day: date) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(look.px(8))
    column.addWidget(label(regulation.title, "secondary", wraps=True))
    column.addWidget(label(clause.wording, wraps=True))
    facts = f"{clause.kind}，由程序{clause.carried_out}。编号 {clause.key}。"
    column.addWidget(label(facts, "secondary", wraps=True))
    column.addWidget(Separator())
    column.addWidget(label("历次数值", "heading"))
    now = standing(clause, day)
    for holding in reversed(clause.holdings):
        for widget in _held(clause, holding, is_now=holding is now):
            column.addWidget(widget)
    column.addStretch(1)
    return made


def _held(clause: Clause, holding: Holding, *, is_now: bool) -> Sequence[QWidget]:
    line = partial(label, wraps=True)
    begins = "自始生效（原文未署日期）" if holding.begins == SINCE_ALWAYS else f"自 {holding.begins.isoformat()} 起"
    made = [line(f"{begins}{'，当日适用' if is_now else ''}", "heading" if is_now else "state")]
    said = "废止。" if holding.repealed else values_in_words(clause, holding)
    made.extend(line(each) for each in said.split("；") if each)
    made.append(line(f"出处：{holding.source}", "secondary"))
    return made
