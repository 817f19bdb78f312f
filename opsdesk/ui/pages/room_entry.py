"""Entering the machine room: who, with which permit, why, with whom, until when, with what; Ctrl+S and they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from opsdesk.register import Field, Kind, Options, Tone
from opsdesk.registers.visit import people, service, typed
from opsdesk.registers.visit.people import Known, PersonEntry
from opsdesk.registers.visit.records import told
from opsdesk.registers.visit.service import Proposal
from opsdesk.services import pinyin, room_permits, rooms, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.room_permits import PermitMember, UsablePermit
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.form_panel import FormPanel, Sheet
from opsdesk.ui.kit.moment_editors import editor_for
from opsdesk.ui.kit.record_form import FieldRow
from opsdesk.ui.pages.room_people import PeopleField

USUAL = timedelta(hours=2)
"""How long a visit without a permit may last unless something else is written."""
MOST_PERMITS = 100
ESCORTS = ("escort", "second_escort")
PERMIT = Field("permit_id", "审批单", Kind.CHOICE, help="只列出现在可以用的；选了以后人员、机房、事由和时间自动带出。")
SCREENING = (
    Field("temperature", "体温 ℃", help="例如 36.5。"),
    Field("code_shown", "健康码已核验", Kind.FLAG),
    Field("mask", "佩戴口罩", Kind.FLAG),
)


def fields(*, screening: bool) -> tuple[Field, ...]:
    """The fields below the people, in the order of F08."""
    return (
        Field("room_id", "机房", Kind.CHOICE, required=True),
        Field("module", "模块／区域"),
        Field("purpose", "进入事由", required=True),
        Field("escort", "陪同人", help="全程陪同，必要时写两人。"),
        Field("second_escort", "第二陪同人"),
        Field("due_at", "应离开", Kind.MOMENT, help="空着就是两小时以后。"),
        Field("operates", "上机操作", Kind.FLAG),
        Field("goods", "携带物品", Kind.LONG_TEXT, help="一行一件：名称 数量 型号 序列号，例如 笔记本 1 T14 SN123。"),
        Field("off_hours_number", "非工作时间申请单号"),
        Field("entered_at", "进入时间", Kind.MOMENT, help="空着就是现在。"),
        *(SCREENING if screening else ()),
    )


@dataclass(frozen=True)
class Lent:
    """A permit that can be used now, and what entering with it would be filled in with."""

    permit: UsablePermit
    filled: Proposal


@dataclass(frozen=True)
class Door:
    """What was read for an entry: who is known, which permits can be used, the rooms, whether E5 asks for more."""

    known: Sequence[Known]
    lent: Sequence[Lent]
    rooms: Options
    room: int | None
    escorts: Mapping[str, frozenset[str]]
    """Who may escort, with the numbers and initials that stand for him."""
    screening: bool


def read_door(ctx: Context) -> Door:
    """Read all that an entry offers."""
    now = ctx.now()
    known = people.known(ctx)
    escorts = {name: frozenset(pinyin.initials(name).split()) for name in rooms.keepers(ctx)}
    for each in known:
        if each.entry.staff_id:
            signs = {*each.initials.split(), each.since.upper()}
            escorts[each.name] = escorts.get(each.name, frozenset()) | signs
    return Door(
        known=known,
        lent=[Lent(each, service.proposal(ctx, each.id)) for each in room_permits.usable(ctx, now)[:MOST_PERMITS]],
        rooms=rooms.offered(ctx),
        room=rooms.usual(ctx),
        escorts=escorts,
        screening=settings.read(ctx, "room.screening") == "1",
    )


class EntryPanel(FormPanel):
    """The form of an entry. `entered` after people were signed in; `left` when it should close."""

    entered = Signal()
    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("登记进入", desk.today, parent)
        self._ctx, self._desk = ctx, desk
        self._door: Door | None = None
        self._filled: dict[str, Any] = {}
        self._brought: set[int | None] = set()
        self._given: tuple[str, datetime | None] = ("", None)
        self.people = PeopleField()
        self.permit = FieldRow(PERMIT, editor_for(PERMIT, desk.today or ctx.today))
        self.permit.editor.changed.connect(self._on_permit)
        self.people.added.connect(self._find_permit)
        self.body.insertWidget(0, self.permit)
        self.body.insertWidget(1, self.people)
        self.submit_asked.connect(self._submit_entry)
        self.close_asked.connect(self.left)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self._ctx = ctx

    @property
    def dirty(self) -> bool:
        """Whether somebody was named or something written."""
        named = self.people.entries or self.people.line.text().strip()
        return not self.isHidden() and (bool(named) or super().dirty)

    def begin(self, name: str = "", entered_at: datetime | None = None) -> None:
        """An empty form, or one that begins with who came and when; what it offers is read anew."""
        self._given = (name, entered_at)
        self._desk.operations.run(
            partial(read_door, self._ctx), done=self._lay, owner=self, replaces="door", failed=self._tell
        )

    def _lay(self, door: Door) -> None:
        self._door = door
        self._filled, self._brought = {}, set()
        self.people.set_people(())
        self.people.line.clear()
        self.people.tell("")
        self.people.offer(door.known)
        self.permit.editor.set_options([(each.permit.id, _permit_words(each.permit)) for each in door.lent])
        self.permit.editor.set_value(None)
        name, entered_at = self._given
        values: dict[str, Any] = {"room_id": door.room, "entered_at": entered_at}
        escorts: Options = [(name, name) for name in door.escorts]
        options: dict[str, Options] = {"room_id": door.rooms, "escort": escorts, "second_escort": escorts}
        self.lay_form("登记进入", fields(screening=door.screening), Sheet(values, options))
        self.submit.setText("登记进入")
        self.cancel.setText("取消")
        self._order_tabs()
        self.people.line.setText(name)
        self.people.line.setFocus(Qt.FocusReason.TabFocusReason)

    def _order_tabs(self) -> None:
        """From the permit to the people, on through the form as it is seen, to the buttons."""
        rows = self.form.rows.values() if self.form is not None else ()
        parts: list[QWidget] = [self.permit.editor, self.people.line]
        for row in rows:
            inside = [each for each in row.editor.findChildren(QWidget) if each.window() is self.window()]
            parts += [each for each in inside if each.focusPolicy() & Qt.FocusPolicy.TabFocus] or [row.editor]
        for earlier, later in pairwise([each.focusProxy() or each for each in (*parts, self.submit, self.cancel)]):
            QWidget.setTabOrder(earlier, later)

    def _chosen_permit(self) -> Lent | None:
        chosen = self.permit.editor.value()
        return next((each for each in self._door.lent if each.permit.id == chosen), None) if self._door else None

    def _find_permit(self) -> None:
        """Who was just named is on one permit only: choose it. Those who come later on the same one are its people."""
        shown, entry = self.people.entries[-1]
        chosen = self._chosen_permit()
        offered = [chosen] if chosen else self._door.lent if self._door else []
        named = [(lent, person) for lent in offered for person in lent.permit.people if _is(entry, person)]
        if len(named) != 1 or entry.staff_id is not None:
            return
        lent, person = named[0]
        self.people.entries[-1] = (shown, replace(entry, unit=entry.unit or person.unit, permit_person_id=person.id))
        if chosen is None:
            with QSignalBlocker(self.permit.editor):
                self.permit.editor.set_value(lent.permit.id)
            self._fill_in(lent)

    def _on_permit(self) -> None:
        """Bring the people of the permit along; who was named before stays, without what another permit said."""
        lent = self._chosen_permit()
        kept = [
            (shown, replace(entry, permit_person_id=None)) if entry.permit_person_id else (shown, entry)
            for shown, entry in self.people.entries
            if entry.permit_person_id not in self._brought
        ]
        self._brought = set()
        if lent is not None:
            for person in lent.permit.people:
                place = next((n for n, (_, entry) in enumerate(kept) if _is(entry, person)), None)
                if place is None:
                    shown = "　".join(part for part in (person.name, person.unit) if part)
                    entry = PersonEntry(name=person.name, unit=person.unit, permit_person_id=person.id)
                    kept.append((shown, entry))
                    self._brought.add(person.id)
                else:
                    kept[place] = (kept[place][0], replace(kept[place][1], permit_person_id=person.id))
        self.people.set_people(kept)
        self._fill_in(lent)

    def _fill_in(self, lent: Lent | None) -> None:
        """Write what the permit says where nobody has written anything, and take back what another one had said."""
        if self.form is None:
            return
        values: dict[str, Any] = {}
        if lent is not None:
            escorts = [*lent.filled.escorts, "", ""]
            values = {
                "room_id": lent.filled.room_id,
                "module": lent.filled.module,
                "purpose": lent.filled.purpose,
                "escort": escorts[0],
                "second_escort": escorts[1],
                "due_at": lent.filled.due_at,
                "operates": lent.filled.operates,
            }
        written, filled = self.form.values(), dict[str, Any]()
        for key in ("room_id", "module", "purpose", "escort", "second_escort", "due_at", "operates"):
            if not written[key] or (key in self._filled and written[key] == self._filled[key]):
                self.form.rows[key].editor.set_value(values.get(key))
                filled[key] = values.get(key)
        self._filled = filled

    def _submit_entry(self) -> None:
        if self.form is None or self._door is None or not self.people.add_typed():
            return
        values, ctx, door = self.form.values(), self._ctx, self._door
        if not self.people.entries:
            self.people.tell("请先写进入的人，按回车加入。")
            self.people.line.setFocus()
            return
        entries = [entry for _, entry in self.people.entries]
        permit_id = self.permit.editor.value()

        def act() -> Outcome[str]:
            now = ctx.now()
            made = service.enter(
                ctx,
                people=entries,
                room_id=values["room_id"],
                module=values["module"],
                permit_id=permit_id,
                purpose=values["purpose"],
                escorts=[meant_escort(door.escorts, values[key], key) for key in ESCORTS if values[key]],
                due_at=values["due_at"] or (values["entered_at"] or now) + USUAL,
                operates=values["operates"],
                goods=typed.read_goods(values["goods"]),
                entered_at=values["entered_at"],
                off_hours_number=values["off_hours_number"],
                screening=[_screened(values)] * len(entries) if "mask" in values else (),
            )
            return Outcome(told(ctx, made.value), made.touched)

        self._desk.operations.run(act, done=self._on_entered, failed=self._tell, owner=self, busy=self.submit)

    def _on_entered(self, outcome: Outcome[str]) -> None:
        tone = Tone.WARNING if "（" in outcome.value else Tone.FINE
        self._desk.notices.show(outcome.value, tone)
        self.people.set_people(())
        self.take_form()
        self.entered.emit()

    def _tell(self, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and error.field in {"people", "name", "staff_id", "id_number", "phone"}:
            self.people.tell(str(error))
            self.people.line.setFocus()
        elif isinstance(error, Refusal) and error.field == "permit_id":
            self.permit.show_error(str(error))
        elif not (isinstance(error, Refusal) and self.show_refusal(error)):
            self.say(f"{error}{getattr(error, 'remedy', '')}")


def _screened(values: dict[str, Any]) -> service.Screening:
    written = str(values["temperature"] or "").replace("℃", "").strip()
    try:
        tenths = round(float(written) * 10) if written else None
    except ValueError:
        raise Refusal(f"体温“{written}”看不懂。请写成 36.5。", field="temperature") from None
    return service.Screening(temperature=tenths, code_shown=values["code_shown"], mask=values["mask"])


def _is(entry: PersonEntry, person: PermitMember) -> bool:
    """Whether somebody who was named is the one on the permit: of the same name, and no other unit."""
    return entry.name == person.name and (not entry.unit or entry.unit == person.unit)


def meant_escort(escorts: Mapping[str, frozenset[str]], typed: str, field: str) -> str:
    """The name that a number or initials stand for; a name as it is written. Refuses what may be several."""
    wanted = typed.strip().upper()
    found = [name for name, signs in escorts.items() if wanted in signs]
    if len(found) > 1:
        raise Refusal(f"“{typed}”有 {len(found)} 人：{'、'.join(found)}。请写姓名。", field=field)
    return found[0] if found else typed


def _permit_words(each: UsablePermit) -> str:
    names = "、".join(person.name for person in each.people[:3])
    return f"{each.number}　{each.unit}　{names}{'等' if len(each.people) > 3 else ''}　{each.room}"
