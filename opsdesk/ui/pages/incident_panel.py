"""One incident beside the list: the next thing to do on top, the form in the order of the paper, kept as typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.register import Act, Field, Register, Row, Tone
from opsdesk.registers.incident import detail, service
from opsdesk.registers.incident.detail import Detail
from opsdesk.registers.incident.spec import RESPOND
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import attachments
from opsdesk.services.context import Context
from opsdesk.services.drafts import Drafts
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.auto_keep import AutoKeep, FormDrafts
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import Sheet
from opsdesk.ui.kit.notices import open_outside
from opsdesk.ui.kit.parts import label
from opsdesk.ui.kit.record_buttons import may
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.kit.record_panel import RecordPanel
from opsdesk.ui.pages.incident_buttons import IncidentButtons
from opsdesk.ui.pages.incident_drafts import ACT, STEP, drop_closed, forget_acts, key_of
from opsdesk.ui.pages.incident_sections import (
    ClockRow,
    CourseSection,
    FilesSection,
    PartsSection,
    PlansSection,
    StepsSection,
    local_files,
)

WIDEST, LEAST_LIST = 560, 760
CLOSED = frozenset({IncidentState.SIGNED, IncidentState.VOID})


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
        self._offered = IncidentButtons(register)
        super().__init__(register, ctx, desk, parent, find_row=find_row, buttons=self._offered)
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
        self.keeper = AutoKeep(
            desk, self.drafts, lambda record_id, changed: partial(_save, self.ctx, record_id, changed), ctx.now, self
        )
        self.asked: FormDrafts | None = None
        self._read: Mapping[str, Any] = {}
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tick)
        self._connect()
        self._show_sections(False)

    def _connect(self) -> None:
        self.laid.connect(self._on_laid)
        self.keeper.said.connect(self.kept_label.setText)
        self.keeper.failed.connect(lambda error: self.say(f"{error}{getattr(error, 'remedy', '')}"))
        self.clocks.clause_asked.connect(self.clause_asked)
        self.steps.written.connect(partial(_write_step, self))
        self.steps.field.textEdited.connect(lambda typed: self.drafts.keep(key_of(self.record_id or 0, STEP), typed))
        self.steps.struck.connect(lambda line_id: _do(self, partial(detail.strike, self.ctx, line_id)))
        self.parts.written.connect(partial(_write_part, self))
        self.parts.struck.connect(lambda part_id: _do(self, partial(detail.remove_part, self.ctx, part_id)))
        self.files.added.connect(self.attach)
        self.files.opened.connect(
            lambda file: self.desk.operations.run(
                partial(attachments.find, self.ctx.home, file.sha256, file.name), done=open_outside, owner=self
            )
        )
        self.files.removed.connect(lambda file_id: _do(self, partial(detail.detach, self.ctx, file_id)))

    def fit(self, room: int) -> None:
        """Take what the list can spare, up to 560 px: this form is worked in all day."""
        super().fit(room)
        spare = room - look.px(LEAST_LIST)
        if spare > self.width():
            self.setFixedWidth(min(look.px(WIDEST), spare))

    def may_leave(self) -> bool:
        """What can be read is kept in the record; only what cannot be is asked about."""
        if not self.asks and self.keep():
            return True
        if not super().may_leave():
            return False
        typed = self.asked if self.asks else self.keeper.watched
        if typed is not None:
            typed.give_up()
        return True

    def refresh(self) -> None:
        """Read the record anew, and what stands around its form."""
        super().refresh()
        if self.record_id is not None and not self.asks:
            self.read_detail(self.record_id)

    def renew_form(self, form: RecordForm, values: Mapping[str, Any]) -> None:
        """Show what the record holds now; what is typed from now on is typed over it."""
        if self.keeper.watched is not None and self.keeper.watched.form is form:
            self.keeper.watched.show(values)
        else:
            super().renew_form(form, values)

    def renew_clocks(self) -> None:
        """Read the clocks anew: only the calendar of the site knows when working time ends."""
        found, ctx = self.found, self.ctx
        if found is None or not found.is_open or found.row["id"] != self.record_id or self.asks:
            return
        if found.standing.facts.working is not None:
            read = partial(detail.detail, ctx, found.row["id"])
            self.desk.operations.run(read, done=self._show_clocks, owner=self, replaces="clocks")

    def forget(self) -> None:
        """Take the form away; nothing counts on here."""
        self.keeper.stop()
        self.asked = None
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

    def keep(self) -> bool:
        """Put what was typed into the record now; False where not all of it can be read."""
        return self.keeper.keep()

    def attach(self, path: Path) -> None:
        """Keep a file with the record."""
        if self.record_id is not None:
            _do(self, partial(detail.attach, self.ctx, self.record_id, path), self.files.button)

    def press(self, key: str = "") -> None:
        """Press the button of an act that is offered now; without a key the primary one, the next thing to do.

        Pressed while an act is being carried out or the record read anew, it is done as soon as the record stands here.
        """
        stands = self.found is not None and self.found.row["id"] == self.record_id and not self.asks
        if not stands:
            working = bool(self.submit.property("busy")) or not self.asks
            self._awaited = key if working and self.isVisible() else None
            return
        wanted = key or self._offered.step
        act = next((each for each in self.register.acts if each.key == wanted), None)
        if self.found is None or self.record_id is None or act is None or act.offered is None:
            return
        if act.offered(self.found.row) and may(self.ctx.actor.role, act.roles, self.register):
            self.start_act(act, self.record_id)

    def print_record(self) -> None:
        """Preview the record on paper, after what was typed has gone into it; also while it is being read anew."""
        shown = self.record_id or self.coming
        if shown is not None and not self.asks and self.register.papers:
            self.keep()
            self.open_paper(self.register.papers[0], shown)

    def lay_form(self, title: str, fields: Sequence[Field], sheet: Sheet) -> RecordForm:
        """Put a form into the panel; whoever responds is the engineer already named."""
        self.keep()
        if fields is RESPOND.fields and self.found is not None:
            sheet = Sheet({**sheet.values, "staff_id": self.found.row["staff_id"]}, sheet.options)
        form = super().lay_form(title, fields, sheet)
        self.asked, self._read = None, sheet.values
        if self._act is not None and self.record_id is not None:
            self.asked = FormDrafts(self.drafts, form, key_of(self.record_id, f"{ACT}{self._act.key}:"))
            self.asked.restore()
            if self.asked.restored:
                self.desk.notices.show("已恢复上次没有提交的内容，请核对后再提交。", Tone.INFORMATION)
        return form

    def focus_details(self) -> None:
        """Put the cursor behind the title, where the rest of a call is written."""
        if self.form is not None:
            self.form.rows["reporter"].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def start_act(self, act: Act, record_id: int) -> None:
        """Ask what the act needs, after what was typed has gone into the record."""
        self.keep()
        self._show_sections(False)
        super().start_act(act, record_id)

    def _on_act_done(self, record_id: int, outcome: Outcome[str]) -> None:
        if self.asked is not None and self.record_id == record_id:
            self.asked.forget()
        super()._on_act_done(record_id, outcome)

    def _on_laid(self, record_id: int) -> None:
        self.submit.setVisible(False)
        self.kept_label.setText("")
        self.keeper.stop()
        if self.form is not None and _writes(self, self._read):
            typed = self.keeper.watch(self.form, record_id, key_of(record_id), self._read["number"])
            if typed.restored:
                self.desk.notices.show("已恢复上次没有存完的文字，正在存入记录。", Tone.INFORMATION)
            _tell_dropped(self, f"{self._read['number']} 里已经另有内容", typed.dropped)
        elif self._read["state"] in CLOSED:
            _tell_dropped(
                self,
                f"{self._read['number']} {self._read['state']}",
                drop_closed(self.drafts, self.register.fields, record_id),
            )
        self.steps.field.setText(self.drafts.of(key_of(record_id)).get(STEP, ""))
        self.read_detail(record_id)

    def read_detail(self, record_id: int) -> None:
        """Read what stands around the form anew."""
        ctx = self.ctx
        self.desk.operations.run(
            lambda: detail.detail(ctx, record_id), done=self._show_detail, owner=self, replaces="detail"
        )

    def _show_detail(self, found: Detail) -> None:
        if found.row["id"] != self.record_id or self.asks:
            return
        self.found = found
        writes = _writes(self, found.row)
        if self.dirty and not writes:
            self.keeper.stop()
            self.show_record(found.row["id"])  # closed elsewhere: what stands here is not in the record
            return
        if self.form is not None:
            self.form.set_read_only(not writes)
        forget_acts(self.drafts, self.register.acts, found.row)
        self.set_title(f"{found.row['number']}　{found.row['state']}　{found.row['title']}")
        self._show_clocks(found)
        self.steps.show_detail(found, writes=writes)
        self.parts.show_detail(found, writes=writes)
        self.files.show_detail(found, writes=writes)
        self.course.show_detail(found)
        self._show_sections(True)
        self.plans.show_detail(found)
        self._second.start()
        if self._awaited is not None:
            awaited, self._awaited = self._awaited, None
            self.press(awaited)

    def _show_clocks(self, found: Detail) -> None:
        if found.row["id"] == self.record_id and not self.asks:
            self.clocks.show_detail(found)
            self._since.start()

    def _tick(self) -> None:
        if self.isVisible():
            self.clocks.tick(self._since.elapsed() // 1000)

    def _show_sections(self, shown: bool) -> None:
        for section in (self.clocks, self.plans, self.steps, self._below):
            section.setVisible(shown)


def _save(ctx: Context, record_id: int, changed: Mapping[str, Any]) -> Outcome[int]:
    return service.save(ctx, record_id, {**service.load(ctx, record_id), **changed})


def _writes(panel: IncidentPanel, row: Mapping[str, Any]) -> bool:
    return str(panel.ctx.actor.role) in panel.register.save_roles and row["state"] not in CLOSED


def _do(
    panel: IncidentPanel,
    act: Callable[[], Outcome[str]],
    busy: Any = None,
    *,
    failed: Callable[[Refusal | Trouble], object] | None = None,
) -> None:
    """Write something that stands around the form, then show it."""

    panel.desk.operations.run(
        act,
        done=lambda outcome: panel.desk.notices.show(outcome.value, Tone.FINE),
        failed=failed, owner=panel, busy=busy, must=True,
    )  # fmt: skip


def _write_step(panel: IncidentPanel, said: str, result: str) -> None:
    """Write a step. The line is free for the next at once; a step that is refused stands in front of what it holds."""
    record_id, typed, field = panel.record_id, panel.steps.field.text(), panel.steps.field
    if record_id is None:
        return
    ctx, number, key = panel.ctx, _number(panel), key_of(record_id, STEP)
    field.clear()

    def write() -> Outcome[str]:
        outcome = detail.add_step(ctx, record_id, {"said": said, "result": result})
        panel.drafts.forget_text(key, typed)
        return outcome

    def failed(error: Refusal | Trouble) -> None:
        here = panel.record_id == record_id
        since = field.text() if here else panel.drafts.of(key).get("", "").removeprefix(typed)
        panel.drafts.keep(key, f"{typed}{since}")
        if here:
            field.setText(f"{typed}{since}")
        _tell_unwritten(panel, f"{number} 的处理过程没有记录", error)

    _do(panel, write, failed=failed)


def _write_part(panel: IncidentPanel, name: str, model: str, quantity: int) -> None:
    record_id = panel.record_id
    if record_id is None:
        return
    number = _number(panel)
    panel.parts.clear()

    def failed(error: Refusal | Trouble) -> None:
        if panel.record_id == record_id:
            panel.parts.put_back(name, model, quantity)
        _tell_unwritten(panel, f"{number} 的配件“{' '.join((name, model)).strip()}”没有记录", error)

    values = {"name": name, "model": model, "quantity": quantity}
    _do(panel, partial(detail.add_part, panel.ctx, record_id, values), failed=failed)


def _tell_unwritten(panel: IncidentPanel, what: str, error: Refusal | Trouble) -> None:
    tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
    panel.desk.notices.show(f"{what}：{error}{getattr(error, 'remedy', '')}", tone)


def _tell_dropped(panel: IncidentPanel, because: str, dropped: Sequence[str]) -> None:
    """Tell what was typed and did not go back into the form; it can still be copied."""
    if dropped:
        copy = partial(QGuiApplication.clipboard().setText, "\n".join(dropped))
        said = f"{because}，上次没有存完的文字没有恢复。"
        panel.desk.notices.show(said, Tone.WARNING, [("复制这些文字", copy)])


def _number(panel: IncidentPanel) -> str:
    return str(panel.found.row["number"]) if panel.found is not None else ""
