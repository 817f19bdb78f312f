"""One incident beside the list: the next thing to do on top, the form in the order of the paper, kept as typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from opsdesk.register import Act, Field, Paper, Register, Row, Tone
from opsdesk.registers.incident import detail
from opsdesk.registers.incident.detail import Detail
from opsdesk.registers.incident.spec import RESPOND, WAIT
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import attachments
from opsdesk.services.context import Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.auto_keep import AutoKeep
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import Sheet
from opsdesk.ui.kit.notices import open_outside
from opsdesk.ui.kit.parts import label, primary_button, secondary_button
from opsdesk.ui.kit.record_buttons import RecordButtons, allow
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.kit.record_panel import RecordPanel
from opsdesk.ui.pages.incident_sections import (
    ClockRow,
    CourseSection,
    FilesSection,
    PartsSection,
    PlansSection,
    StepsSection,
    local_files,
)

NEXT_KEY, WAIT_KEY = "F3", "F4"
STEP = "+step"
"""Key of the draft of a handling step."""
BESIDE = 3
"""Acts that stand beside the first; the others are in the menu."""
WIDEST, LEAST_LIST = 560, 760
CLOSED = frozenset({IncidentState.SIGNED, IncidentState.VOID})


class IncidentButtons(RecordButtons):
    """The next thing to do as the one primary button, a few beside it, the rest and the papers in menus."""

    def offer(self, acts: Sequence[Act], papers: Sequence[Paper], role: str) -> None:
        """Show these instead of what was offered before."""
        self.clear()
        self.acts, self.papers = {}, {}
        for place, act in enumerate(acts[: 1 + BESIDE]):
            button = primary_button(act.title) if place == 0 else secondary_button(act.title)
            button.clicked.connect(partial(self.act_pressed.emit, act))
            button.setToolTip(NEXT_KEY if place == 0 else WAIT_KEY if act.key == WAIT.key else "")
            allow(button, role, act.roles, self.register)
            self.acts[act.key] = button
            self.add(button)
        if rest := acts[1 + BESIDE :]:
            self._add_menu("更多", "", [(act.title, partial(self.act_pressed.emit, act)) for act in rest])
        if papers:
            self._add_menu("打印", "printer", [(each.title, partial(self.paper_pressed.emit, each)) for each in papers])
        self.setVisible(bool(acts or papers))

    def _add_menu(self, word: str, icon: str, entries: Sequence[tuple[str, Callable[[], object]]]) -> None:
        button = secondary_button(word, icon)
        button.setProperty("menu", True)
        menu = QMenu(button)
        for title, press in entries:
            menu.addAction(title).triggered.connect(press)
        button.setMenu(menu)
        self.add(button)


class IncidentPanel(RecordPanel):
    """Panel of one incident. What is typed is kept as a draft at once and goes into the record after a moment's rest.

    `clause_asked(key)` when a clause is to be read.
    """

    clause_asked = Signal(str)

    def __init__(
        self,
        register: Register,
        ctx: Context,
        desk: Desk,
        parent: QWidget | None = None,
        *,
        find_row: Callable[[int], Row | None] | None = None,
    ) -> None:
        super().__init__(register, ctx, desk, parent, find_row=find_row, buttons=IncidentButtons(register))
        self.ctx, self.desk = ctx, desk
        self.drafts = Drafts(ctx.home)
        self.found: Detail | None = None
        self._since = QElapsedTimer()
        self._awaited: str | None = None
        self.clocks, self.plans, self.steps = ClockRow(), PlansSection(), StepsSection()
        self.parts, self.files, self.course = PartsSection(), FilesSection(), CourseSection()
        self.kept_label = label("", "secondary")
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(look.px(12))
        for section in (self.parts, self.files, self.course):
            below.addWidget(section)
        self.body.insertWidget(0, self.clocks)
        self.body.insertWidget(2, self.plans)
        self.body.insertWidget(3, self.steps)
        self.body.addWidget(self._below)
        self.foot.insertWidget(2, self.kept_label)
        self.setAcceptDrops(True)
        self.keeper = AutoKeep(desk, self.drafts, self._save, ctx.now, self)
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(lambda: self.clocks.tick(self._since.elapsed() // 1000))
        self._connect()
        self._show_sections(False)

    def _connect(self) -> None:
        self.laid.connect(self._on_laid)
        self.keeper.said.connect(self.kept_label.setText)
        self.keeper.failed.connect(lambda error: self.say(f"{error}{getattr(error, 'remedy', '')}"))
        self.clocks.clause_asked.connect(self.clause_asked)
        self.steps.written.connect(self._write_step)
        self.steps.field.textEdited.connect(lambda typed: self.drafts.keep(_key(self.record_id or 0, STEP), typed))
        self.steps.struck.connect(lambda line_id: self._do(partial(detail.strike, self.ctx, line_id)))
        self.parts.written.connect(self._write_part)
        self.parts.struck.connect(lambda part_id: self._do(partial(detail.remove_part, self.ctx, part_id)))
        self.files.added.connect(self.attach)
        self.files.opened.connect(
            lambda file: self.desk.operations.run(
                partial(attachments.find, self.ctx.home, file.sha256, file.name), done=open_outside, owner=self
            )
        )
        self.files.removed.connect(lambda file_id: self._do(partial(detail.detach, self.ctx, file_id)))

    def _save(self, record_id: int, values: Mapping[str, Any]) -> Outcome[int]:
        save = self.register.save
        assert save is not None  # noqa: S101 — the register of incidents has it
        return save(self.ctx, record_id, values)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        super().set_context(ctx)
        self.ctx = ctx

    def fit(self, room: int) -> None:
        """Take what the list can spare, up to 560 px: this form is worked in all day."""
        super().fit(room)
        spare = room - look.px(LEAST_LIST)
        if spare > self.width():
            self.setFixedWidth(min(look.px(WIDEST), spare))

    def may_leave(self) -> bool:
        """What can be read is kept in the record; only what cannot be is asked about."""
        if self.asks:
            return super().may_leave()
        self.keep()
        return self.keeper.keeping or super().may_leave()

    def refresh(self) -> None:
        """Read the record anew, and what stands around its form."""
        super().refresh()
        if self.record_id is not None and not self.asks:
            self._read_detail(self.record_id)

    def forget(self) -> None:
        """Take the form away; nothing counts on here."""
        self.keeper.stop()
        self._second.stop()
        self.found = None
        self._show_sections(False)
        super().forget()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 — Qt's name
        """What was typed goes into the record before the panel is gone."""
        self.keep()
        self._awaited = None
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 — Qt's name
        """Files may be dropped on an open record."""
        if self.found is not None and local_files(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 — Qt's name
        """Attach the files dropped."""
        event.acceptProposedAction()
        for path in local_files(event.mimeData().urls()):
            self.attach(path)

    def keep(self) -> None:
        """Put what was typed into the record now, if all of it can be read."""
        self.keeper.keep()

    def attach(self, path: Path) -> None:
        """Keep a file with the record."""
        if self.record_id is not None:
            self._do(partial(detail.attach, self.ctx, self.record_id, path), self.files.button)

    def press(self, key: str = "") -> None:
        """Press the button of an act that is offered now; without a key the primary one, the next thing to do.

        Pressed while an act is being carried out or the record read anew, it is done as soon as the record stands here.
        """
        stands = self.found is not None and self.found.row["id"] == self.record_id and not self.asks
        if not stands:
            working = bool(self.submit.property("busy")) or not self.asks
            self._awaited = key if working and self.isVisible() else None
            return
        wanted = key or next(iter(self.buttons.acts), "")
        act = next((each for each in self.register.acts if each.key == wanted), None)
        offered = self.found is not None and act is not None and act.offered is not None and act.offered(self.found.row)
        if offered and act is not None and self.record_id is not None and not self.asks:
            self.start_act(act, self.record_id)

    def print_record(self) -> None:
        """Preview the record on paper, after what was typed has gone into it."""
        if self.record_id is not None and not self.asks and self.register.papers:
            self.keep()
            self.open_paper(self.register.papers[0], self.record_id)

    def lay_form(self, title: str, fields: Sequence[Field], sheet: Sheet) -> RecordForm:
        """Put a form into the panel; whoever responds is the engineer already named."""
        if fields is RESPOND.fields and self.found is not None:
            sheet = Sheet({**sheet.values, "staff_id": self.found.row["staff_id"]}, sheet.options)
        return super().lay_form(title, fields, sheet)

    def focus_details(self) -> None:
        """Put the cursor behind the title, where the rest of a call is written."""
        if self.form is not None:
            self.form.rows["reporter"].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def start_act(self, act: Act, record_id: int) -> None:
        """Ask what the act needs, after what was typed has gone into the record."""
        self.keep()
        self._show_sections(False)
        super().start_act(act, record_id)

    def _on_laid(self, record_id: int) -> None:
        self.submit.setVisible(False)
        self.kept_label.setText("")
        self._read_detail(record_id)
        if self.form is not None and self.keeper.watch(self.form, record_id, _key(record_id)):
            self.desk.notices.show("已恢复上次没有存完的文字，正在存入记录。", Tone.INFORMATION)
        self.steps.field.setText(self.drafts.of(_key(record_id)).get(STEP, ""))

    def _read_detail(self, record_id: int) -> None:
        ctx = self.ctx
        self.desk.operations.run(
            lambda: detail.detail(ctx, record_id), done=self._show_detail, owner=self, replaces="detail"
        )

    def _show_detail(self, found: Detail) -> None:
        if found.row["id"] != self.record_id or self.asks:
            return
        self.found = found
        writes = self.form is not None and str(self.ctx.actor.role) in self.register.save_roles
        writes = writes and found.row["state"] not in CLOSED
        if self.form is not None:
            self.form.set_read_only(not writes)
        self.set_title(f"{found.row['number']}　{found.row['title']}")
        self.clocks.show_detail(found)
        self.steps.show_detail(found, writes=writes)
        self.parts.show_detail(found, writes=writes)
        self.files.show_detail(found, writes=writes)
        self.course.show_detail(found)
        self._show_sections(True)
        self.plans.show_detail(found)
        self._since.start()
        self._second.start()
        if self._awaited is not None:
            awaited, self._awaited = self._awaited, None
            self.press(awaited)

    def _show_sections(self, shown: bool) -> None:
        for section in (self.clocks, self.plans, self.steps, self._below):
            section.setVisible(shown)

    def _write_step(self, said: str, result: str) -> None:
        if self.record_id is None:
            return
        record_id = self.record_id

        def done() -> None:
            self.drafts.forget(_key(record_id, STEP))
            self.steps.field.clear()

        self._do(partial(detail.add_step, self.ctx, record_id, {"said": said, "result": result}), then=done)

    def _write_part(self, name: str, model: str, quantity: int) -> None:
        if self.record_id is not None:
            values = {"name": name, "model": model, "quantity": quantity}
            self._do(partial(detail.add_part, self.ctx, self.record_id, values), then=self.parts.clear)

    def _do(
        self, act: Callable[[], Outcome[str]], busy: Any = None, *, then: Callable[[], object] | None = None
    ) -> None:
        def done(outcome: Outcome[str]) -> None:
            if then is not None:
                then()
            self.desk.notices.show(outcome.value, Tone.FINE)
            if self.record_id is not None:
                self._read_detail(self.record_id)

        self.desk.operations.run(act, done=done, owner=self, busy=busy)


def _key(record_id: int, field: str = "") -> str:
    return f"incident:{record_id}:{field}"
