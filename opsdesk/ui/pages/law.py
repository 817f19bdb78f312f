"""规章: every clause as it stands on a chosen day, its history and use, its 修订 and 试算."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Chip, Column, Filter, Kind, Query, Row
from opsdesk.rules.clause import Clause, Regulation, Regulations
from opsdesk.rules.vocabulary import CarriedOut
from opsdesk.services.amending import FIRST_DAY, standing
from opsdesk.services.context import Context
from opsdesk.services.law_library import GOVERNED
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.filter_bar import FilterBar
from opsdesk.ui.kit.moment_editors import DateEditor
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.kit.parts import label, page_title
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.pages.law_amend import LawPanel, Mode
from opsdesk.ui.pages.law_detail import (
    AHEAD,
    IN_FORCE,
    STATES,
    begins_in_words,
    chip_of,
    repeats_in_words,
    state_of,
    value_in_words,
    values_in_words,
)
from opsdesk.ui.pages.law_try import TryView

__all__ = ["LawPage", "begins_in_words", "standing", "value_in_words", "values_in_words"]

COLUMNS = (
    Column("regulation", "规章", width=56),
    Column("number", "条款号", Kind.CODE, 84),
    Column("wording", "内容", width=0),
    Column("values", "数值", width=248),
    Column("governs", "涉及", width=112),
    Column("carried_out", "执行", width=72),
    Column("state", "状态", Kind.CHIP, 96),
    Column("begins", "生效日", width=104),
)
FILTERS = tuple(
    Filter(key, title, lambda _ctx: ())
    for key, title in (("regulation", "规章"), ("governs", "涉及"), ("carried_out", "执行"), ("state", "状态"))
)
FIND_WIDTH, NARROW_FIND = 260, 128
BOX_WIDTH, NARROW_BOX, LEAST_BOX = 220, 108, 100
AMPLE = 1000
"""Room for find field and filters at their full width."""
BESIDE_BOXES = 314
"""What find field, margins and 清除条件 take of a narrow filter bar."""
ROOM_FOR_LABEL = 480
LIST_WIDTH, LEAST_PANEL = 420, 320
"""The panel leaves this to the list, down to its own least width."""
GIVES_WAY = ("begins", "carried_out", "governs", "values")
ROOM_FOR_WORDING, LEAST_WORDING = 280, 140


class ClauseTable(RecordTable):
    """The list of clauses: where there is little room, other columns leave it to the wording."""

    def fit_columns(self) -> None:
        """Share the width; then hide columns until the wording can be read."""
        super().fit_columns()
        places = {column.key: n for n, column in enumerate(COLUMNS)}
        wording = places["wording"]
        room = self.viewport().width() - sum(
            self.columnWidth(n) for n in places.values() if n != wording and not self.isColumnHidden(n)
        )
        self._fitting = True
        for key in GIVES_WAY:
            if room < look.px(ROOM_FOR_WORDING):
                room += self.columnWidth(places[key])
                self.setColumnHidden(places[key], True)
        if room < look.px(LEAST_WORDING):
            room += self.columnWidth(places["state"])
            self.setColumnHidden(places["state"], True)
        values, spare = places["values"], room - look.px(ROOM_FOR_WORDING)
        if spare > 0 and not self.isColumnHidden(values):
            more = max(0, min(spare, look.px(COLUMNS[values].width) - self.columnWidth(values)))
            self.setColumnWidth(values, self.columnWidth(values) + more)
            room -= more
        self.setColumnWidth(wording, max(room, look.px(LEAST_WORDING)))
        self._fitting = False


class LawPage(QWidget):
    """The law browser; `show_clause(key)` and `show_clause_on(key, day)` jump to one.

    Ctrl+F finds, Enter or a click opens, Esc closes. `page_asked(slug)`: go to the register a clause governs, offered
    for those of `pages`.
    """

    page_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, pages: Collection[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._regulations = ctx.regulations
        self._entries: list[Clause | Regulation] = []
        self._open: str = ""
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = page_title("规章")
        self.filters = FilterBar(FILTERS, "查找（条款号、内容、出处）")
        self.filters.set_options("carried_out", [(str(word), str(word)) for word in CarriedOut])
        self.filters.set_options("state", [(word, word) for word in STATES])
        self._day_label = label("按这一天的规章看", "secondary")
        self.day = DateEditor(desk.today or ctx.today)
        self.day.set_value(ctx.today())
        self.day.setFixedWidth(look.px(184))
        self.day.setAccessibleName("按哪一天看")
        self.table = ClauseTable(COLUMNS)
        self.trial = TryView(desk, ctx.today())
        self.panel = LawPanel(ctx, desk, pages)
        self.panel.setVisible(False)
        self.stack = PageStack()
        self.stack.setProperty("class", "pages")
        self._lay_out()
        self._connect()
        self._take(self._regulations)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.panel.set_context(ctx)
        self.reload()

    def focus_first(self) -> None:
        """The cursor stands in the find field."""
        if self.panel.mode is Mode.READ:
            self.filters.focus_find()

    def reload(self) -> None:
        """Read the law anew, as after an amendment."""
        ctx = self._ctx
        self._desk.operations.run(lambda: ctx.regulations, done=self._take, owner=self, replaces="law")

    def refresh(self) -> None:
        """Show the clauses that answer the question, as they stand on the day chosen."""
        day = self.day.value()
        self.day.mark_wrong(bool(self.day.problem()))
        if day is None:
            return
        query = self.filters.query()
        found = [n for n, each in enumerate(self._entries) if answers(each, query, day)]
        self.table.set_narrowed(self.filters.narrowed, self.filters.clear)
        self.table.set_rows([row_of(self._entries[n], n, day) for n in found])
        clauses = [each for n in found if isinstance(each := self._entries[n], Clause)]
        in_force = sum(state_of(clause, day) == IN_FORCE for clause in clauses)
        self.title.set_state(f"{len(clauses)} 条，{day.isoformat()} 生效 {in_force} 条")

    def show_clause(self, key: str) -> None:
        """Jump to a clause, whatever was asked before. KeyError for an unknown one."""
        clause = self._regulations.clause(key)
        if not self.panel.may_leave():
            return
        self.filters.clear()
        self.table.choose(self._entries.index(clause))
        self._show(clause)

    def show_clause_on(self, key: str, day: date) -> None:
        """Jump to a clause as it stood on a day. KeyError for an unknown one."""
        self._regulations.clause(key)
        if self.panel.may_leave():
            self.day.set_value(day)
            self.show_clause(key)

    def open_clause(self, place: int) -> None:
        """Show a clause and its history in the panel; `place` is the row's id."""
        if self.panel.may_leave():
            self._show(self._entries[place])

    def _show(self, entry: Clause | Regulation) -> None:
        if isinstance(entry, Clause):
            self._open = entry.key
            self.panel.show_clause(entry, self._regulation(entry), self.day.value() or self._ctx.today())
        else:
            self._open = entry.code
            self.panel.show_repeat(entry)

    def _take(self, regulations: Regulations) -> None:
        self._regulations = regulations
        entries: list[Clause | Regulation] = []
        for regulation in regulations.regulations:
            entries.extend(regulation.clauses or (regulation,))
        self._entries = entries
        self.filters.set_options(
            "regulation", [(each.code, f"{each.code} {each.title}") for each in regulations.regulations]
        )
        used = {each.governs for each in entries if isinstance(each, Clause)}
        self.filters.set_options("governs", [(slug, word) for slug, word in GOVERNED.items() if slug in used])
        self.refresh()
        self._show_again()

    def _show_again(self) -> None:
        if self.panel.isVisible() and self.panel.mode is Mode.READ:
            for entry in self._entries:
                if self._open in (entry.key if isinstance(entry, Clause) else entry.code,):
                    self._show(entry)

    def _connect(self) -> None:
        self.filters.changed.connect(lambda _query: self.refresh())
        self.filters.find_left.connect(self.table.enter)
        self.day.changed.connect(self._turn_day)
        self.table.opened.connect(self.open_clause)
        self.table.clicked.connect(lambda _index: self._open_current())
        self.table.chosen.connect(self._follow)
        self.panel.shown.connect(self._fit_filters)
        self.panel.left.connect(self.table.setFocus)
        self.panel.page_asked.connect(self.page_asked)
        self.panel.regulation_asked.connect(self._show_regulation)
        self.panel.mode_changed.connect(self._show_mode)
        self.panel.amended.connect(self._show_amended)
        self.panel.say_tried = self.trial.in_words
        self.panel.draft_changed.connect(self.trial.mark_stale)
        self.panel.try_asked.connect(self._try)
        self.trial.month_turned.connect(self._turn_month)
        QShortcut(QKeySequence("Ctrl+F"), self, self.filters.focus_find)
        QShortcut(QKeySequence("F5"), self, self.reload)
        self._desk.bus.watch(self, {"law"}, self.reload)

    def _lay_out(self) -> None:
        browser = QWidget()
        self.title.add_action(self._day_label)
        self.title.add_action(self.day)
        left = QVBoxLayout(browser)
        left.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        left.setSpacing(look.px(12))
        left.addWidget(self.title)
        left.addWidget(self.filters)
        left.addWidget(self.table, 1)
        self.stack.addWidget(browser)
        self.stack.addWidget(self.trial)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.stack, 1)
        row.addWidget(self.panel)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """Fit panel and filters to the room."""
        super().resizeEvent(event)
        own = max(look.px(LEAST_PANEL), self.width() - look.px(LIST_WIDTH))
        self.panel.setFixedWidth(min(look.px(look.PANEL_WIDTH), own))
        self._fit_filters(self.panel.isVisible())

    def _fit_filters(self, beside: bool) -> None:
        """Where there is less room the filters are narrower; where there is none, only the find field stays."""
        room = self.width() - (self.panel.width() if beside else 0)
        ample = room >= look.px(AMPLE)
        box_width = max(0, min(look.px(NARROW_BOX), (room - look.px(BESIDE_BOXES)) // 4))
        self._day_label.setVisible(room >= look.px(ROOM_FOR_LABEL))
        self.filters.find_field.setFixedWidth(look.px(FIND_WIDTH if ample else NARROW_FIND))
        for box in self.filters.findChildren(QComboBox):
            box.setVisible(box_width >= look.px(LEAST_BOX))
            box.setMinimumWidth(0 if ample else box_width)
            box.setMaximumWidth(look.px(BOX_WIDTH) if ample else box_width)

    def _regulation(self, clause: Clause) -> Regulation:
        return next(each for each in self._regulations.regulations if each.code == clause.regulation)

    def _turn_day(self) -> None:
        self.refresh()
        self._show_again()

    def _show_regulation(self, code: str) -> None:
        self.filters.clear()
        self.filters.choose("regulation", code)
        self.panel.leave()

    def _show_mode(self, mode: Mode) -> None:
        trying = mode is Mode.TRY
        if trying and self.panel.clause is not None:
            self.trial.start(self.panel.clause, self._ctx.today())
        self.stack.setCurrentIndex(1 if trying else 0)
        if mode is Mode.READ:
            self.reload()

    def _show_amended(self, begins: date) -> None:
        """An earlier day would go on showing the clause as it was."""
        viewed = self.day.value()
        if viewed is not None and viewed < begins <= self._ctx.today():
            self.day.set_value(begins)

    def _try(self) -> None:
        if self.panel.clause is not None and self.panel.form is not None:
            begins, typed = self.panel.draft()
            self.trial.run(self._ctx, self.panel.clause.key, begins, typed, self.panel.submit, self.panel.tell)

    def _turn_month(self, before: date, month: date) -> None:
        self.panel.turn_month(before, month)
        self.panel.submit.click()

    def _open_current(self) -> None:
        if (row := self.table.chosen_row()) is not None:
            self.open_clause(row.id)

    def _follow(self, row: Row | None) -> None:
        if row is not None and self.panel.isVisible() and self.panel.mode is Mode.READ:
            self._show(self._entries[row.id])


def answers(entry: Clause | Regulation, query: Query, day: date) -> bool:
    """Whether an entry of the list is what is asked for on `day`."""
    asked = query.filters or {}
    words = query.text.casefold().split()
    if isinstance(entry, Regulation):
        hay = f"{entry.code} {entry.title} {repeats_in_words(entry)}".casefold()
        facts: dict[str, str] = {"regulation": entry.code}
    else:
        sources = " ".join(holding.source for holding in entry.holdings)
        hay = f"{entry.key} {entry.regulation} {entry.number} {entry.wording} {sources}".casefold()
        facts = {
            "regulation": entry.regulation,
            "governs": entry.governs,
            "carried_out": str(entry.carried_out),
            "state": state_of(entry, day),
        }
    return all(facts.get(key) == value for key, value in asked.items()) and all(word in hay for word in words)


def row_of(entry: Clause | Regulation, place: int, day: date) -> Row:
    """An entry of the list as it stands on `day`."""
    if isinstance(entry, Regulation):
        state: Chip | str = chip_of(AHEAD) if day < FIRST_DAY else ""
        said = {"regulation": entry.code, "wording": f"{repeats_in_words(entry)}。", "state": state}
        return Row(place, said, muted=True)
    holding, word = standing(entry, day), state_of(entry, day)
    shown = holding or entry.holdings[0]
    values: dict[str, str | Chip] = {
        "regulation": entry.regulation,
        "number": entry.number,
        "wording": entry.wording,
        "values": values_in_words(entry, shown) if holding else "",
        "governs": GOVERNED[entry.governs],
        "carried_out": str(entry.carried_out),
        "state": chip_of(word),
        "begins": "" if shown.begins == FIRST_DAY else shown.begins.isoformat(),
    }
    return Row(place, values, muted=word != IN_FORCE)
