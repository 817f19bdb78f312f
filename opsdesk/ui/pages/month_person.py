"""One person's month beside the table: every figure opens into its lines, their clauses and the records behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.month import evidence, service
from opsdesk.registers.month.evidence import Evidence
from opsdesk.registers.month.listing import undecided
from opsdesk.registers.month.service import Standing
from opsdesk.rules.vocabulary import Decision, Role
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk, Signing
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.parts import Panel, label, primary_button
from opsdesk.ui.pages import month_apart, month_waiting
from opsdesk.ui.pages import month_rows as rows
from opsdesk.ui.pages import month_sections as sections
from opsdesk.ui.pages.month_line import LineCard
from opsdesk.ui.pages.month_waiting import Waiting

NOT_YOURS = "拟扣减由主管确认或免除。"
CHANGED = "结算后记录有变动，请先重新结算，再确认或免除。"
PARTS_OF = {
    "late": ("count_fine", "minute_fine", "absent"),
    "absent": ("absent",),
    "early": ("early_fine", "early_awol"),
    "awol": ("awol", "early_awol", "absent"),
    "count_fine": ("count_fine",),
    "minute_fine": ("minute_fine",),
    "early_fine": ("early_fine",),
}
"""Which parts of the settlement a figure's column is made of; the others lead to a section of their own name."""
SECTIONS = {"due": "days", "attended": "days", "hours": "time", "overtime": "time", "missing": "missing",
            "leave": "leave"}  # fmt: skip


class PersonPanel(Panel):
    """`clause_asked(key, day)` and `day_asked(PersonDay)` lead to the law and to the day; `left` when it was closed."""

    clause_asked = Signal(str, object)
    day_asked = Signal(object)
    left = Signal()

    def __init__(self, ctx: Context, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._ctx, self._desk = ctx, desk
        self._standing: Standing | None = None
        self._person: PersonMonth | None = None
        self._figure = ""
        self._content: QWidget | None = None
        self._places: dict[str, QWidget] = {}
        self.cards: list[LineCard] = []
        self.confirm_all = primary_button("全部确认", "check")
        self.confirm_all.clicked.connect(self._confirm_all)
        self.foot.addStretch(1)
        self.foot.addWidget(self.confirm_all)
        self.body.addStretch(1)
        self.closed.connect(self.step_back)

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self.leave()

    @property
    def staff_id(self) -> int | None:
        """Whose month is shown."""
        return self._person.person.id if self._person else None

    def may_leave(self) -> bool:
        """True where no reason is being written, or the user gives it up."""
        written = any(card.asks and card.reason.text().strip() for card in self.cards)
        return not written or confirm(self, "放弃理由", "免除的理由还没有保存。", "放弃")

    def leave(self) -> None:
        """Close the panel."""
        self._person = None
        self._take_content()
        self.setVisible(False)

    def show_person(self, standing: Standing, each: PersonMonth, figure: str = "") -> None:
        """Show a person, at the lines of a figure if given; a reason being written for the same person stays."""
        same = self.staff_id == each.person.id
        if same and any(card.asks for card in self.cards):
            return
        if not same and not self.may_leave():
            return
        unchanged = same and self._standing is standing and self._person is each
        self._standing, self._person, self._figure = standing, each, figure
        self.set_title(f"{each.person.name}　{each.person.staff_no}")
        self.setVisible(True)
        if unchanged:
            self._go_to_figure()
            return
        shown = rows.entries(each, standing.booked.get(each.person.id, ()))
        references = [reference for entry in shown for reference in entry.evidence]
        self._desk.operations.run(
            partial(_read, self._ctx, each, references),
            done=partial(self._fill, standing, each, shown, same),
            owner=self,
            replaces="person",
        )

    def _fill(
        self,
        standing: Standing,
        each: PersonMonth,
        shown: Sequence[rows.Entry],
        same: bool,
        read: tuple[Mapping[str, Evidence], Sequence[str]],
    ) -> None:
        found, apart = read
        bar = self.scroller.verticalScrollBar()
        scrolled = bar.value() if same else 0
        focus = QApplication.focusWidget()
        held = focus is not None and self.isAncestorOf(focus)
        self._take_content()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        sections.head(column, standing, each)
        self._places["days"] = sections.strip(column, standing, each, self._ask_day, _waived(shown, found))
        self._lines(column, standing, each, shown, found)
        sections.apart(column, apart)
        self._places |= sections.beyond_money(column, each, self._ask_day)
        self._content = content
        self.body.insertWidget(0, content)
        self._offer_all()
        if held:
            waiting = (card.confirm for card in self.cards if card.entry.booked and undecided(card.entry.booked))
            next(waiting, self._places["days"]).setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, content, partial(self._settle_place, scrolled if same and not self._figure else None))

    def _settle_place(self, scrolled: int | None) -> None:
        if scrolled is not None:
            self.scroller.verticalScrollBar().setValue(scrolled)
        else:
            self.scroller.verticalScrollBar().setValue(0)
            self._go_to_figure()

    def _take_content(self) -> None:
        if self._content is not None:
            self.body.removeWidget(self._content)
            self._content.setVisible(False)
            self._content.deleteLater()
        self._content, self.cards, self._places = None, [], {}

    def _lines(
        self,
        column: QVBoxLayout,
        standing: Standing,
        each: PersonMonth,
        shown: Sequence[rows.Entry],
        found: Mapping[str, Evidence],
    ) -> None:
        title = label("扣减与依据", "heading")
        column.addWidget(title)
        self._places["lines"] = title
        if not shown:
            column.addWidget(label("本月没有迟到、早退、缺勤和旷工。", "secondary", wraps=True))
        settled = each.person.id in standing.booked_at
        above: rows.Entry | None = None
        for entry in shown:
            card = LineCard(
                entry, found, settled=settled, above=above, closed=self._closed(), last=standing.month.dates[-1]
            )
            card.clause_asked.connect(self.clause_asked)
            card.day_asked.connect(self._ask_day)
            card.decided.connect(partial(self._decide, card))
            card.asked.connect(self._look_at)
            column.addWidget(card)
            self.cards.append(card)
            above = entry

    def _go_to_figure(self) -> None:
        parts = PARTS_OF.get(self._figure, ())
        meant = [card for card in self.cards if card.entry.part in parts]
        for card in self.cards:
            card.mark(card in meant)
        place: QWidget | None = meant[0] if meant else self._places.get(SECTIONS.get(self._figure, ""))
        if self._figure in {"total", *PARTS_OF} and place is None:
            place = self._places.get("lines")
        if place is not None and self._content is not None:
            top = place.mapTo(self.scroller.widget(), place.rect().topLeft()).y()
            self.scroller.verticalScrollBar().setValue(max(0, top - look.px(12)))

    def _look_at(self, widget: QWidget) -> None:
        QTimer.singleShot(0, widget, partial(self.scroller.ensureWidgetVisible, widget, 0, look.px(24)))

    def _ask_day(self, day: date) -> None:
        known = next((one for one in self._person.days if one.day == day), None) if self._person else None
        if known is not None:
            self.day_asked.emit(known)

    def _closed(self) -> str:
        if self._ctx.actor.role is not Role.SUPERVISOR:
            return NOT_YOURS
        return CHANGED if self._standing and self.staff_id in self._standing.changed else ""

    def _waiting(self) -> Waiting:
        return month_waiting.of(self._standing, [self._person] if self._person else [])

    def _offer_all(self) -> None:
        waiting = self._waiting()
        self.show_foot(len(waiting.ready) > 1)
        self.confirm_all.setText(f"全部确认（{len(waiting.ready)} 条）")
        closed = self._closed()
        self.confirm_all.setEnabled(not closed)
        self.confirm_all.setToolTip(closed or waiting.left_out)

    def _confirm_all(self) -> None:
        self._run([line.id for line in self._waiting().ready], confirms=True, note="", card=None)

    def _decide(self, card: LineCard, confirms: bool, note: str) -> None:
        if card.entry.booked is not None:
            self._run([card.entry.booked.id], confirms=confirms, note=note, card=card)

    def _run(self, ids: Sequence[int], *, confirms: bool, note: str, card: LineCard | None) -> None:
        verb = "确认" if confirms else "免除"
        granted = self._desk.signed(self, self._ctx, Signing(f"{verb} {len(ids)} 条拟扣减", verb))
        if granted is None:
            return
        self._desk.operations.run(
            partial(service.decide, granted, deduction_ids=ids, confirm=confirms, note=note),
            done=partial(self._decided, card),
            failed=partial(self._failed, card),
            owner=self,
            busy=(card.confirm if confirms else card.waive) if card else self.confirm_all,
        )

    def _decided(self, card: LineCard | None, outcome: Outcome[str]) -> None:
        if card in self.cards:
            card.give_up()
        self._desk.notices.show(outcome.value, Tone.FINE)

    def _failed(self, card: LineCard | None, error: Refusal | Trouble) -> None:
        if isinstance(error, Refusal) and error.field == "note" and card in self.cards:
            card.refuse(str(error))
        elif not isinstance(error, Fault):
            tone = Tone.WARNING if isinstance(error, Refusal) else Tone.BROKEN
            self._desk.notices.show(f"{error}{getattr(error, 'remedy', '')}", tone)

    def step_back(self) -> None:
        """Put a reason away that is being written, else close."""
        asking = next((card for card in self.cards if card.asks), None)
        if asking is not None:
            if self.may_leave():
                asking.give_up()
            return
        self.leave()
        self.left.emit()


def _read(ctx: Context, each: PersonMonth, references: Sequence[str]) -> tuple[Mapping[str, Evidence], Sequence[str]]:
    """The records behind the lines, and what of the person's month no line counts."""
    return evidence.read(ctx, references), month_apart.sentences(ctx.regulations, each)


def _waived(shown: Sequence[rows.Entry], found: Mapping[str, Evidence]) -> frozenset[date]:
    """Days whose absence has been waived."""
    lines = [each for each in shown if each.half_days and each.booked and each.booked.state is Decision.WAIVED]
    return frozenset(found[reference].day for line in lines for reference in line.evidence if reference in found)
