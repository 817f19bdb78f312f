"""机房出入记录表: who is inside now on top, everybody who came and went below, entering and leaving by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from opsdesk.register import Act, Chip, Column, Kind, Paper, Row, Tone
from opsdesk.registers.visit import documents, service
from opsdesk.registers.visit.spec import REGISTER
from opsdesk.rules.sla import in_words
from opsdesk.services import room_visits
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.room_visits import Inside
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.parts import Card, label, secondary_button
from opsdesk.ui.kit.record_panel import RecordPanel
from opsdesk.ui.kit.record_table import RecordTable
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.room_entry import EntryPanel
from opsdesk.ui.pages.room_leaving import LeavePanel

RENEW_AFTER = 15_000
"""Milliseconds between two looks at who is inside: stays grow longer by themselves."""
SOON = timedelta(minutes=10)
MOST_ROWS = 5
LOW = 440
"""Height of a page below which there is room for one row of who is inside."""
COLUMNS = (
    Column("name", "姓名", width=112),
    Column("unit", "单位", width=0),
    Column("room", "机房", width=120),
    Column("entered_at", "进入", Kind.CODE, 104),
    Column("stayed", "已停留", width=104),
    Column("due_at", "应离开", Kind.CODE, 104),
    Column("escorts", "陪同", width=112),
    Column("goods", "物品", width=112),
    Column("state", "情况", Kind.CHIP, 176),
)

AT_THE_DOOR = replace(
    REGISTER,
    papers=(
        *REGISTER.papers,
        Paper("today", "今日登记表", lambda ctx, _id: documents.day(ctx, ctx.today()), on_record=False),
        Paper("month", "本月登记表", lambda ctx, _id: documents.month(ctx, ctx.today().year, ctx.today().month), False),
        Paper(
            "quarter", "本季度登记表", lambda ctx, _id: documents.quarter(ctx, *quarter(ctx.today())), on_record=False
        ),
        Paper(
            "last_quarter",
            "上季度登记表（装订）",
            lambda ctx, _id: documents.quarter(ctx, *quarter(ctx.today(), 1)),
            False,
        ),
    ),
)
"""The register with what the desk prints before it goes home."""


def quarter(day: date, before: int = 0) -> tuple[int, int]:
    """Year and number of the quarter that holds a day, or of one so many quarters before it."""
    year, place = divmod(day.year * 4 + (day.month - 1) // 3 - before, 4)
    return year, place + 1


NOBODY = "机房里没有人。来人时按 Ctrl+N 登记进入。"
CHOOSE = "现在在机房不止一起人，请先在上面选中要离开的人，再登记离开。"
GONE = "打开的这一条不在机房里，没有登记离开。请在上面选中要离开的人。"


class VisitPanel(RecordPanel):
    """The record of a visit. Leaving is asked as at the door, with everything that was brought: `leave_asked(id)`."""

    leave_asked = Signal(int)

    def start_act(self, act: Act, record_id: int) -> None:
        """Ask what the act needs."""
        if act.key == "leave":
            self.leave_asked.emit(record_id)
        else:
            super().start_act(act, record_id)


class InsideBoard(Card):
    """现在在机房: overstay first. `leave_asked()` where the one chosen is to be signed out."""

    leave_asked = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._ctx, self._desk = ctx, desk
        self.people: Sequence[Inside] = ()
        self._most = MOST_ROWS
        self.heading = label("现在在机房", "heading")
        self.leave_button = secondary_button("登记离开", "log-out")
        self.leave_button.setToolTip("F3；列表中按回车也可以，一起来的一起离开")
        self.leave_button.clicked.connect(self.leave_asked)
        self.evacuation_button = secondary_button("疏散清单", "users")
        self.evacuation_button.setToolTip("F9")
        head = QHBoxLayout()
        head.setSpacing(look.px(8))
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.evacuation_button)
        head.addWidget(self.leave_button)
        self.table = RecordTable(COLUMNS)
        self.table.set_compact(True)  # no bar below, which would cover the last who is inside
        self.table.setVisible(False)
        self.nobody = label("正在读取…", "secondary")
        self.table.opened.connect(lambda _id: self.leave_asked.emit())
        self.body.addLayout(head)
        self.body.addWidget(self.nobody)
        self.body.addWidget(self.table)
        self._renewal = QTimer(self, interval=RENEW_AFTER)
        self._renewal.timeout.connect(self._renew)
        self._renewal.start()
        desk.bus.watch(self, {MINUTE}, self.refresh)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx
        self.refresh()

    def refresh(self) -> None:
        """Look again who is inside."""
        self._desk.operations.run(
            partial(room_visits.inside, self._ctx), done=self._take, owner=self, replaces="inside"
        )  # fmt: skip

    def of(self, visit_id: int) -> Inside | None:
        """Who is inside by this record."""
        return next((each for each in self.people if each.visit_id == visit_id), None)

    def chosen(self) -> Inside | None:
        """Who is chosen; where nobody is, the one inside or the first of a group that is there alone."""
        row = self.table.chosen_row() if self.table.selected else None
        if row is not None:
            return self.of(row.id)
        alone = bool(self.people) and {each.visit_id for each in self.people} <= set(self.people[0].group)
        return self.people[0] if alone else None

    def fit(self, most: int | None = None) -> None:
        """Give the list the height of who is inside, of `most` of them where that is said; the rest is scrolled to."""
        self._most = most or self._most
        rows = min(max(1, len(self.people)), self._most)
        self.table.setFixedHeight(look.px(look.ROW_HEIGHT) * (rows + 1) + look.px(4))

    def _renew(self) -> None:
        if self.isVisible():
            self.refresh()

    def _take(self, people: Sequence[Inside]) -> None:
        self.people = people
        now = self._ctx.now()
        over = sum(each.over > 0 for each in people)
        said = f"现在在机房 {len(people)} 人{f'，{over} 人超时' if over else ''}"
        self.heading.setText(said if people else "现在在机房 0 人")
        self.table.set_rows([_row(each, now) for each in people])
        self.fit()
        self.table.setVisible(bool(people))
        self.nobody.setText(NOBODY)
        self.nobody.setVisible(not people)
        self.leave_button.setEnabled(bool(people) and self._ctx.actor.role in WRITERS)


def _row(each: Inside, now: Any) -> Row:
    stayed = int((now - each.entered_at).total_seconds())
    if each.over:
        chip = Chip(f"超时 {in_words(each.over)}", Tone.BROKEN)
    elif each.breaches:
        chip = Chip("、".join(dict.fromkeys(str(breach.missed) for breach in each.breaches)), Tone.WARNING)
    elif each.due_at is not None and each.due_at - now <= SOON:
        chip = Chip(f"还有 {in_words(int((each.due_at - now).total_seconds()))}", Tone.WARNING)
    else:
        chip = Chip("在场", Tone.FINE)
    return Row(
        each.visit_id,
        {
            "name": each.name,
            "unit": each.unit,
            "room": f"{each.room}{f'·{each.module}' if each.module else ''}",
            "entered_at": f"{each.entered_at:%m-%d %H:%M}",
            "stayed": in_words(stayed) if stayed >= 60 else "刚进入",
            "due_at": f"{each.due_at:%m-%d %H:%M}" if each.due_at else "",
            "escorts": "、".join(each.escorts),
            "goods": "、".join(item.name for item in each.goods),
            "state": chip,
        },
    )


class RoomPage(RegisterPage):
    """The page of visits with the board on top; F9 makes the evacuation list."""

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(AT_THE_DOOR, ctx, desk, parent, make_panel=VisitPanel)
        self.board = InsideBoard(ctx, desk)
        self.column.insertWidget(1, self.board)
        self.entry, self.leaving = EntryPanel(ctx, desk), LeavePanel(ctx, desk)
        for side in (self.entry, self.leaving):
            side.setVisible(False)
            side.left.connect(self._close_sides)
            side.shown.connect(self.table.set_compact)
            layout = self.layout()
            assert layout is not None  # noqa: S101 — made by the page
            layout.addWidget(side)
        self.entry.entered.connect(self._close_sides)
        self.leaving.gone.connect(self._close_sides)
        self.board.leave_asked.connect(lambda: self._leave(self.board.chosen()))
        beside = cast(VisitPanel, self.panel)
        beside.leave_asked.connect(lambda visit_id: self._leave(self.board.of(visit_id), alone=True))
        self.board.evacuation_button.clicked.connect(partial(self._press, "evacuation"))
        bind(
            self,
            (
                ("F3", lambda: self._leave(self._meant())),
                ("Shift+F3", self._leave_now),
                ("F9", partial(self._press, "evacuation")),
                ("Ctrl+P", partial(self._press, "today")),
            ),
        )
        self.board.refresh()

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        super().set_context(ctx)
        for part in (self.board, self.entry, self.leaving):
            part.set_context(ctx)
        self._close_sides()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 — Qt's name
        """On a low page the board keeps one row, so that the list below is seen, too."""
        super().resizeEvent(event)
        self.board.fit(1 if self.height() < look.px(LOW) else MOST_ROWS)

    def focus_first(self) -> None:
        """The keys belong to the board."""
        self.board.table.setFocus()

    def new_record(self) -> None:
        """A new record is an entry."""
        self.enter()

    def refresh(self) -> None:
        """Ask the list anew, and who is inside."""
        super().refresh()
        self.board.refresh()

    def enter(self, name: str = "", entered_at: datetime | None = None) -> None:
        """Begin an entry, unless one is being written; of somebody and a time where they are known."""
        allowed = self.new_button is not None and self.new_button.isEnabled()
        if allowed and self.entry.isHidden() and self._may_open():
            self.entry.begin(name, entered_at)

    def may_leave(self) -> bool:
        """True if nothing typed beside the list would be lost, or the user says so."""
        return all(side.isHidden() or side.may_leave() for side in (self.entry, self.leaving)) and (
            self.panel.isHidden() or self.panel.may_leave()
        )

    def open_record(self, record_id: int, enter: bool = False) -> None:
        """Open a visit beside the list, unless an entry is being written there."""
        if self._may_open():
            super().open_record(record_id, enter)

    def _may_open(self) -> bool:
        """Whether the side is free, or made free; what is half written there is asked about."""
        sides = [side for side in (self.entry, self.leaving) if side.isVisible()]
        if not all(side.may_leave() for side in sides):
            return False
        for side in sides:
            side.take_form()
            side.setVisible(False)
        if self.panel.isVisible():
            if not self.panel.may_leave():
                return False
            self.panel.left.emit()
        return True

    def _meant(self) -> Inside | None:
        """Whom a key means: the record that is open, unless the keys belong to the board."""
        if self.panel.isVisible() and self.panel.record_id is not None and not self.board.table.hasFocus():
            return self.board.of(self.panel.record_id)
        return self.board.chosen()

    def _ask_whom(self) -> None:
        """Nobody was meant: say so, and give the keys to the board."""
        if self.board.people:
            opened = self.panel.isVisible() and not self.board.table.hasFocus()
            self.desk.notices.show(GONE if opened else CHOOSE, Tone.INFORMATION)
            self.board.table.setFocus()

    def _leave(self, who: Inside | None, *, alone: bool = False) -> None:
        """Ask what is needed to sign somebody out, with all who came together with him unless `alone`."""
        if who is None:
            self._ask_whom()
        elif self.ctx.actor.role in WRITERS and self._may_open():
            group = {who.visit_id} if alone else set(who.group)
            self.leaving.begin([each for each in self.board.people if each.visit_id in group])

    def _leave_now(self) -> None:
        """Sign the one meant out at once, by himself."""
        who = self._meant()
        if who is None:
            self._ask_whom()
        elif self.ctx.actor.role in WRITERS:
            self._run(partial(service.leave_now, self.ctx, who.visit_id))

    def _close_sides(self) -> None:
        for side in (self.entry, self.leaving):
            side.take_form()
            side.setVisible(False)
        self.focus_first()

    def _add_head_buttons(self) -> None:
        super()._add_head_buttons()
        if self.new_button is not None:
            self.new_button.setText("登记进入")
        self.table.set_empty(REGISTER.empty, "登记进入", self.new_record)

    def _press(self, key: str, _checked: bool = False) -> None:
        self.panel.open_paper(next(paper for paper in self.register.papers if paper.key == key), 0)

    def _run(self, act: Callable[[], Outcome[str]]) -> None:
        self.desk.operations.run(
            act, done=lambda outcome: self.desk.notices.show(outcome.value, Tone.FINE), owner=self
        )  # fmt: skip
