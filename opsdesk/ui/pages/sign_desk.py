"""One field does it all: number, badge or initials and Enter signs in, again signs out; the result in big type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.sign_in import find, service
from opsdesk.registers.sign_in.service import Signed
from opsdesk.rules.vocabulary import Direction, Judgement, Role, Source
from opsdesk.services import settings
from opsdesk.services.clock_guard import ClockSetBack
from opsdesk.services.context import Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import label, link_button, secondary_button

TONES = {
    Judgement.ON_TIME: Tone.FINE,
    Judgement.LATE: Tone.WARNING,
    Judgement.ABSENT: Tone.BROKEN,
    Judgement.LEFT: Tone.FINE,
    Judgement.EARLY: Tone.WARNING,
    Judgement.UNPLANNED: Tone.INFORMATION,
}
MOST_CANDIDATES = 9


class SignDesk(QFrame):
    """The field, the result of the last signing, and 撤销 for a moment.

    `signed(Signed)` after each one; `clock_refused(sentence)` where the clock has gone back. With `kiosk` everything is
    larger and results leave by themselves.
    """

    signed = Signal(object)
    clock_refused = Signal(str)

    def __init__(self, ctx: Context, desk: Desk, *, kiosk: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._desk, self._kiosk = ctx, desk, kiosk
        self._staff: Sequence[Person] = ()
        self._offered: tuple[Person, ...] = ()
        self._refused: tuple[Person, str] | None = None
        self._undo_seconds = int(settings.DEFAULTS["desk.undo_seconds"])
        self._left = 0
        self.setProperty("class", "card")
        self._lay_out()
        self._countdown = QTimer(self, interval=1000)
        self._countdown.timeout.connect(self._tick)
        self._fade = QTimer(self, singleShot=True, interval=8000 if kiosk else 60_000)
        self._fade.timeout.connect(self._rest)
        desk.bus.watch(self, {"staff", "settings"}, self.refresh_staff)
        self.refresh_staff()
        self._rest()

    def _lay_out(self) -> None:
        big = self._kiosk
        self.field = QLineEdit()
        self.field.setObjectName("sign_field")
        self.field.setPlaceholderText("工号、考勤号、刷卡或姓名首字母，按回车")
        self.field.setAccessibleName("签到")
        self.field.setClearButtonEnabled(True)
        self.field.setProperty("class", "kiosk" if big else "big")
        # Scanners lose characters under an input method; numbers and initials need none.
        self.field.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.field.returnPressed.connect(self.submit)
        self.field.textEdited.connect(self._on_typing)
        self.field.installEventFilter(self)

        self._headline = label("", "kiosk" if big else "figure")
        self._sentence = label("", "kiosk_text" if big else "secondary", wraps=True)
        self.undo = link_button("撤销")
        self.undo.clicked.connect(self._take_back)
        said = QVBoxLayout()
        said.setSpacing(look.px(8 if big else 2))
        said.addWidget(self._headline)
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        row.addWidget(self._sentence, 1)
        row.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        said.addLayout(row)

        self._candidates = QWidget()
        self._candidate_grid = QGridLayout(self._candidates)
        self._candidate_grid.setContentsMargins(0, look.px(8), 0, 0)
        self._candidate_grid.setSpacing(look.px(8))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(look.px(24 if big else 16),) * 4)
        column.setSpacing(0)
        if big:
            column.addWidget(self.field)
            column.addWidget(self._candidates)
            column.addSpacing(look.px(24))
            column.addLayout(said)
        else:
            top = QHBoxLayout()
            top.setSpacing(look.px(24))
            self.field.setMinimumWidth(look.px(240))
            self.field.setMaximumWidth(look.px(420))
            top.addWidget(self.field, 1, Qt.AlignmentFlag.AlignVCenter)
            top.addLayout(said, 1)
            column.addLayout(top)
            column.addWidget(self._candidates)
        self.setMinimumHeight(look.px(264 if big else 108))

    def set_context(self, ctx: Context) -> None:
        """Another person sits at the desk."""
        self._ctx = ctx
        self._rest()

    def refresh_staff(self) -> None:
        """Read the people anew, for finding while one types."""
        ctx = self._ctx

        def read() -> tuple[list[Person], int]:
            return service.staff_of(ctx), settings.number(ctx, "desk.undo_seconds")

        def take(found: tuple[list[Person], int]) -> None:
            self._staff, self._undo_seconds = found

        self._desk.operations.run(read, done=take, owner=self, replaces="staff")

    def focus_field(self) -> None:
        """Put the cursor where the next person types."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 — Qt's name
        """Keys of the field itself, and those typed in a list that the page lets it listen to."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        pressed = event.type() == QEvent.Type.KeyPress
        taken = self._own_key(event, pressed) if watched is self.field else pressed and self.take_key(event)
        return taken or super().eventFilter(watched, event)

    def _own_key(self, event: QKeyEvent, pressed: bool) -> bool:
        """Esc empties the field; Ctrl+Z takes the last signing back while it may be."""
        if pressed and event.key() == Qt.Key.Key_Escape and (self.field.text() or self._offered):
            self.field.clear()
            self._rest()
            return True
        if event.matches(QKeySequence.StandardKey.Undo) and not self.field.text():
            # The field's own undo would bring the last number back; one Enter would sign again.
            if pressed and self.undo.isVisible():
                self.undo.click()
            event.accept()
            return True
        return False

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether a key pressed elsewhere on the page was meant for the field: what a scan types, and Esc."""
        if not self.isVisible() or not self.field.isEnabled():
            return False
        commands = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        typed = event.text()
        if not commands and typed.isprintable() and typed.strip():
            self.focus_field()
            self.field.insert(typed)
            self._on_typing(self.field.text())
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.focus_field()
            return True
        return False

    def submit(self) -> None:
        """Sign whoever is meant by the text in the field."""
        typed = self.field.text()
        if not typed.strip():
            return
        if chosen := self._candidate(typed):
            self.sign(chosen, typed)
            return
        found = find.find(self._staff, typed, self._ctx.today())
        if not found:
            self._tell("没有找到", f"没有找到“{typed.strip()[:30]}”。请核对工号，或输入姓名拼音首字母。", Tone.WARNING)
            self.field.selectAll()
        elif len(found) == 1:
            self.sign(found[0], typed)
        else:
            self._offer(found)

    def _offer(self, found: Sequence[Person]) -> None:
        self._close_candidates()
        for place, person in enumerate(found[:MOST_CANDIDATES]):
            button = secondary_button(f"{place + 1}　{person.name}　{person.staff_no}　{person.vendor}")
            button.clicked.connect(partial(self.sign, person, self.field.text()))
            self._candidate_grid.addWidget(button, place // 3, place % 3)
        self._offered = tuple(found[:MOST_CANDIDATES])
        self._candidates.setVisible(True)
        self.field.selectAll()
        more = "，人数较多，请再多输几个字" if len(found) > MOST_CANDIDATES else ""
        self._tell(f"有 {len(found)} 人", f"输入序号再按回车，或点选{more}。", Tone.INFORMATION)

    def _candidate(self, typed: str) -> Person | None:
        text = typed.strip()
        if len(text) != 1 or not text.isdecimal():
            return None
        return self._offered[int(text) - 1] if 1 <= int(text) <= len(self._offered) else None

    def _on_typing(self, typed: str) -> None:
        if self._offered and typed and self._candidate(typed) is None:
            self._close_candidates()

    def _close_candidates(self) -> None:
        self._offered = ()
        while self._candidate_grid.count():
            if widget := self._candidate_grid.takeAt(0).widget():
                widget.deleteLater()
        self._candidates.setVisible(False)

    def sign(self, person: Person, typed: str = "") -> None:
        """Sign this person in or out; what was typed comes back into the field where that is refused."""
        ctx = self._ctx
        source = Source.KIOSK if ctx.actor.role is Role.KIOSK else Source.DESK
        self._refused = None
        self._close_candidates()
        self.field.clear()

        def refused(error: Refusal | Trouble) -> None:
            if not self.field.text():
                self.field.setText(typed)
                self.field.selectAll()
            self._tell(person.name, f"{error}{getattr(error, 'remedy', '')}", Tone.BROKEN)
            if isinstance(error, ClockSetBack):
                self._refused = (person, self.field.text())
                self.clock_refused.emit(str(error))

        self._desk.operations.run(
            partial(service.sign, ctx, staff_id=person.id, source=source),
            done=lambda outcome: self._show(outcome.value),
            failed=refused,
            owner=self,
        )

    def sign_refused(self) -> None:
        """The clock was confirmed: sign whom it held up, unless somebody else's number was typed since."""
        if self._refused is not None and self._refused[1] == self.field.text():
            self.sign(*self._refused)

    def _show(self, signed: Signed) -> None:
        word = "到岗" if signed.direction is Direction.IN else "离岗"
        said = f"{signed.person.name} {signed.at:%H:%M} {word}。"
        more = "" if signed.sentence == said else signed.sentence
        self._tell(f"{signed.person.name}  {signed.at:%H:%M}  {word}", more, TONES[signed.judgement])
        self.undo.setProperty("punch", signed.punch_id)
        if not signed.repeated:
            self._left = self._undo_seconds
            self._show_left()
            self.undo.setVisible(True)
            self._countdown.start()
        self.signed.emit(signed)

    def _tell(self, headline: str, sentence: str, tone: Tone) -> None:
        self._fade.stop()
        self._countdown.stop()
        self.undo.setVisible(False)
        self._headline.setText(headline)
        look.dress(self._headline, tone=tone.value)
        self._sentence.setText(sentence)
        self._fade.start()

    def _rest(self) -> None:
        self._fade.stop()
        self._countdown.stop()
        self._close_candidates()
        self.undo.setVisible(False)
        self._headline.setText("请签到" if self._kiosk else "等待签到")
        look.dress(self._headline, tone=Tone.NEUTRAL.value)
        self._sentence.setText("第一次是到岗，再次是离岗；几秒内重复刷只记一次。")

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._countdown.stop()
            self.undo.setVisible(False)
        else:
            self._show_left()

    def _show_left(self) -> None:
        self.undo.setText(f"撤销 Ctrl+Z（{self._left}）")

    def _take_back(self) -> None:
        self._desk.operations.run(
            partial(service.take_back, self._ctx, punch_id=int(self.undo.property("punch"))),
            done=lambda outcome: self._tell("已撤销", outcome.value, Tone.NEUTRAL),
            failed=lambda error: self._tell("没有撤销", str(error), Tone.BROKEN),
            owner=self,
            busy=self.undo,
        )
        self.focus_field()
