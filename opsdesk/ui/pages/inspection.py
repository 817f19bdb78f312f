"""机房巡检: one round by keyboard, item by item; what is wrong gets its disposition and, by one click, its incident."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.incident import detail
from opsdesk.registers.inspection import documents, round_sheet, service
from opsdesk.registers.inspection.round_sheet import RoundSheet
from opsdesk.registers.inspection.service import Kept, Typed
from opsdesk.services import rooms
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import MINUTE
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.keys import bind
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import PageTitle, label, link_button, primary_button, secondary_button
from opsdesk.ui.pages import upkeep_incident
from opsdesk.ui.pages.inspection_entry import ItemRow
from opsdesk.ui.pages.inspection_head import CleaningLine, InspectionHead
from opsdesk.ui.pages.inspection_rows import RoundRows
from opsdesk.ui.pages.upkeep_incident import OpenedFor

HELP = "↓ 或回车到下一项　空格 正常　x 异常　/ 不涉及　读数直接输入"
NO_ROOM = "还没有登记机房。请先在“机房”里登记一个，再来巡检。"
NO_ITEMS = "这个机房还没有巡检项目。请主管先在“巡检项目”里建立。"
TOPICS = {"inspection", "inspection_item", "cleaning", "room", "law", "staff", "incident", "closing", MINUTE}


@dataclass(frozen=True)
class Asked:
    """What was read for the page: the rooms in use, and the sheet of one round; None as long as there is no room."""

    rooms: tuple[tuple[int, str], ...]
    sheet: RoundSheet | None


def read(ctx: Context, room_id: int, day: date, turn: int) -> Asked:
    """Read a round: of the first room where none is named, and the first that was not made where no turn is."""
    offered = tuple(rooms.offered(ctx))
    chosen = room_id if room_id in dict(offered) else next((each for each, _ in offered), 0)
    if not chosen:
        return Asked(offered, None)
    turn = turn or round_sheet.next_turn(ctx, chosen, day)
    return Asked(offered, round_sheet.sheet(ctx, chosen, day, turn))


class InspectionPage(QWidget):
    """A round to be filled in. `record_asked(id)` opens an incident, `round_asked(id)` a round in its list, where it is
    looked over, `clause_asked(key)` a clause.

    What is typed is kept as a draft by room, day and turn until the round is saved: leaving the page loses nothing.
    """

    record_asked = Signal(int)
    round_asked = Signal(int)
    clause_asked = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk = ctx, desk
        self._drafts, self._all_kept = Drafts(ctx.home), True
        self.sheet: RoundSheet | None = None
        self.setProperty("class", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.rows = RoundRows()
        self.rows.typed.connect(self._on_typed)
        self.rows.incident_wanted.connect(self.open_incident)
        self.rows.incident_asked.connect(self._find_incident)
        self._lay_out()
        keys: list[tuple[str, Callable[[], object]]] = [
            ("F7", self.rows.fill_normal), ("F8", self.rows.copy_last), ("Ctrl+S", self.save),
            ("Ctrl+P", self.open_paper), ("F5", self.refresh),
        ]  # fmt: skip
        bind(self, keys)
        self.head.bind(self)
        desk.bus.watch(self, TOPICS, self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.title = PageTitle("机房巡检")
        self.print_button = secondary_button("打印", "printer")
        self.print_button.setToolTip("预览这一天的巡检表（Ctrl+P）")
        self.print_button.clicked.connect(self.open_paper)
        self.save_button = primary_button("保存巡检", "save")
        self.save_button.setToolTip("Ctrl+S")
        self.save_button.clicked.connect(self.save)
        for button in (self.print_button, self.save_button):
            self.title.add_action(button)
        self.head = InspectionHead(self._ctx.now)
        self.head.asked.connect(self.refresh)
        self.cleaning = CleaningLine()
        self.cleaning.clause_asked.connect(self.clause_asked)
        self.progress, self.said = label("", "heading"), label("", "error", wraps=True)
        self.check_button = link_button("复核 ›")
        self.check_button.setToolTip("在巡检表里打开这一次，写复核人")
        self.check_button.clicked.connect(self._ask_round)
        self.normal_button = secondary_button("其余正常 F7", "check")
        self.normal_button.setToolTip("还没有看的勾选项都填正常；读数一律要自己输入。")
        self.normal_button.clicked.connect(self.rows.fill_normal)
        self.copy_button = secondary_button("复制上次 F8", "copy")
        self.copy_button.clicked.connect(self.rows.copy_last)
        self.help = label(HELP, "secondary")
        tools = QHBoxLayout()
        tools.setSpacing(look.px(8))
        for widget in (self.progress, self.check_button, self.said):
            tools.addWidget(widget)
        tools.addStretch(1)
        for widget in (self.help, self.copy_button, self.normal_button):
            tools.addWidget(widget)

        self.empty = label("", "state", wraps=True)
        self.remarks = QLineEdit()
        self.remarks.setPlaceholderText("备注，可以不写")
        self.remarks.setAccessibleName("备注")
        self.remarks.textEdited.connect(lambda _text: self._keep("remarks", self.remarks.text()))
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        column.setSpacing(look.px(12))
        column.addWidget(self.title)
        column.addWidget(self.head)
        column.addWidget(self.cleaning)
        column.addLayout(tools)
        column.addWidget(self.rows, 1)
        column.addWidget(self.empty, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.remarks)
        self.empty.setVisible(False)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk: what was typed stays, as a draft, for whoever goes on."""
        self._ctx, self.sheet = ctx, None
        self.refresh()

    def focus_first(self) -> None:
        """The cursor stands at the first item that was not looked at; with nothing left to do, at 打印."""
        if not self.rows.focus_open():
            self.print_button.setFocus()

    def may_leave(self) -> bool:
        """True where everything typed is kept as a draft, or the user gives it up."""
        return self._all_kept or confirm(self, "放弃这次巡检", "填过的内容没有保存，草稿也没有存下来。", "放弃")

    def refresh(self) -> None:
        """Read the round anew; what is typed stays."""
        self._desk.operations.run(
            partial(read, self._ctx, self.head.room_id, self.head.day, self.head.turn),
            done=self._take,
            failed=self._tell_unread,
            owner=self,
            replaces="sheet",
        )

    def _take(self, found: Asked) -> None:
        sheet = found.sheet
        writes = self._ctx.actor.role in WRITERS and not (sheet is not None and sheet.closed and sheet.made is None)
        self.head.offer_rooms(found.rooms)
        self.head.setVisible(sheet is not None)
        if sheet is None:
            self.sheet = None
            self._show_empty(NO_ROOM)
            return
        same = self.sheet is not None and _place(self.sheet) == _place(sheet)
        unchanged = (
            same
            and self.sheet is not None
            and self.sheet.items == sheet.items
            and self.sheet.made == sheet.made
            and self.sheet.closed == sheet.closed
        )
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        self.sheet = sheet
        self.head.show_sheet(sheet, self._ctx.actor.name, writes=writes)
        if not unchanged:
            self._show_rows(sheet, writes=writes)
            if had_focus or not same:
                self.focus_first()
        self._show_state(sheet, writes=writes)

    def _show_rows(self, sheet: RoundSheet, *, writes: bool) -> None:
        drafts = {} if sheet.made is not None else self._drafts.of(_prefix(sheet))
        self.remarks.setText(sheet.made.remarks if sheet.made is not None else drafts.pop("remarks", ""))
        typed = {int(key): Typed(*json.loads(kept)) for key, kept in drafts.items()}
        self._all_kept = True
        self.rows.show_sheet(sheet, typed, writes=writes)
        begun = "上次填到一半，已接着填。" if typed else ""
        self.said.setText(sheet.closed if sheet.closed and sheet.made is None else begun)
        look.dress(self.said, class_="secondary")

    def _show_state(self, sheet: RoundSheet, *, writes: bool) -> None:
        fillable = sheet.made is None and writes and bool(sheet.items)
        self._show_empty("" if sheet.items or sheet.made is not None else NO_ITEMS)
        told = f"{sheet.room}　{sheet.rounds.sentence}"
        self.title.set_state(told)
        self.title.setToolTip(sheet.rounds.citation.wording if sheet.rounds.citation else "")
        for widget in (self.normal_button, self.copy_button, self.help, self.save_button):
            widget.setVisible(fillable)
        self.check_button.setVisible(sheet.made is not None and not sheet.made.checked_by and writes)
        self.copy_button.setEnabled(bool(sheet.last))
        self.copy_button.setToolTip(
            f"照 {sheet.last_round} 那一次填勾选项和处置，读数不复制。" if sheet.last else "这个机房还没有更早的巡检。"
        )
        self.remarks.setEnabled(fillable)
        self.remarks.setVisible(fillable or bool(self.remarks.text()))
        self.cleaning.show_state(sheet.cleaning)
        self._count()

    def _show_empty(self, sentence: str) -> None:
        self.empty.setText(sentence)
        self.empty.setVisible(bool(sentence))
        filled = (self.rows, self.remarks, self.progress, self.check_button, self.said, self.cleaning,
                  self.normal_button, self.copy_button, self.help, self.save_button)  # fmt: skip
        for widget in filled:
            widget.setVisible(not sentence)
        self.print_button.setEnabled(not sentence)

    def _count(self) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        made = sheet.made
        if made is not None:
            wrong = sum(not line.normal for line in made.lines)
            entered = "" if made.entered_by == made.inspected_by else f"，{made.entered_by}录入"
            checked = f"，{made.checked_by}复核" if made.checked_by else "，待复核"
            found = f"异常 {wrong} 项" if wrong else "各项正常"
            self.progress.setText(f"{made.number}　{found}　{made.at:%H:%M} {made.inspected_by}巡检{entered}{checked}")
            return
        done, wrong = len(self.rows.entered()), self.rows.wrong
        self.progress.setText(f"已填 {done}／{len(sheet.items)}{f'　异常 {wrong} 项' if wrong else ''}")

    def _on_typed(self, rows: Sequence[ItemRow]) -> None:
        if len(self.rows.entered()) == len(rows):
            self.head.begin()
        for row in rows:
            self._keep(str(row.item.id), json.dumps([row.value, row.told], ensure_ascii=False) if row.value else "")
        self.said.setText("")
        self._count()

    def _keep(self, key: str, kept: str) -> None:
        if self.sheet is not None:
            name = f"{_prefix(self.sheet)}{key}"
            if kept:
                self._all_kept &= self._drafts.keep(name, kept)
            else:
                self._drafts.forget(name)

    def save(self) -> None:
        """Keep the round; whatever is missing is told beside its field."""
        sheet = self.sheet
        if sheet is None or self.save_button.isHidden() or self.save_button.property("busy"):
            return
        lacking, at = self.rows.check(), self.head.moment()
        if lacking:
            self._complain(f"还有 {lacking} 项没有填好。")
            return
        if at is None:
            self.head.at.mark_wrong(True)
            self.head.at.setFocus()
            self._complain("请写巡检时间，例如 08:10。")
            return
        self._desk.operations.run(
            partial(
                service.inspect, self._ctx, room_id=sheet.room_id, day=sheet.day, turn=sheet.turn, at=at,
                inspected_by=str(self.head.by.value()), typed=self.rows.entered(), remarks=self.remarks.text(),
            ),
            done=partial(self._saved, _prefix(sheet)),
            failed=self._failed,
            owner=self,
            busy=self.save_button,
        )  # fmt: skip

    def _saved(self, prefix: str, outcome: Outcome[Kept]) -> None:
        self._drafts.forget(prefix)
        self._desk.notices.show(outcome.value.sentence, Tone.WARNING if outcome.value.wrong else Tone.FINE)
        self.refresh()

    def _failed(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Fault):
            return
        self._complain(f"{error}{getattr(error, 'remedy', '')}")
        if isinstance(error, Refusal):
            self.rows.show_findings(error.findings)
            editor = {"at": self.head.at, "inspected_by": self.head.by}.get(error.field)
            if editor is not None:
                editor.mark_wrong(True)
                editor.setFocus()

    def _complain(self, sentence: str) -> None:
        look.dress(self.said, class_="error")
        self.said.setText(sentence)

    def _tell_unread(self, error: Refusal | Trouble) -> None:
        if not isinstance(error, Fault):
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", Tone.WARNING)

    def _ask_round(self) -> None:
        if self.sheet is not None and self.sheet.made is not None:
            self.round_asked.emit(self.sheet.made.id)

    def open_incident(self, line_id: int) -> None:
        """Open an incident for an item that was not normal, and tie the two together."""
        self._desk.operations.run(partial(upkeep_incident.for_line, self._ctx, line_id), done=self._opened, owner=self)

    def _opened(self, outcome: Outcome[OpenedFor]) -> None:
        opened = outcome.value
        self._desk.notices.show(
            opened.sentence, Tone.FINE, [("打开事件单", partial(self.record_asked.emit, opened.id))]
        )  # fmt: skip

    def _find_incident(self, number: str) -> None:
        self._desk.operations.run(partial(detail.id_of, self._ctx, number), done=self.record_asked.emit, owner=self)

    def open_paper(self) -> None:
        """Preview the day's sheet of the room, rounds side by side."""
        sheet = self.sheet
        if sheet is not None:
            self._desk.operations.run(
                partial(documents.day_sheet, self._ctx, sheet.room_id, sheet.day),
                done=self._desk.open_paper,
                owner=self,
                busy=self.print_button,
            )


def _place(sheet: RoundSheet) -> tuple[int, date, int]:
    return sheet.room_id, sheet.day, sheet.turn


def _prefix(sheet: RoundSheet) -> str:
    """Under which key what is typed of a round is kept as a draft."""
    return f"inspection:{sheet.room_id}:{sheet.day.isoformat()}:{sheet.turn}:"
