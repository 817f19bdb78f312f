"""A side panel that holds one form: its sentence on top, its buttons below, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from opsdesk.register import Field, Options
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Panel, label, primary_button, secondary_button
from opsdesk.ui.kit.record_form import RecordForm, bind_keys, may_discard


@dataclass(frozen=True)
class Sheet:
    """What was read for a form: the values by field key and the choices of its fields."""

    values: Mapping[str, Any]
    options: Mapping[str, Options] = field(default_factory=dict)


class FormPanel(Panel):
    """Panel with one form. `submit_asked`: 保存 or Ctrl+S with a readable form. `close_asked`: nothing would be lost.

    `shown(bool)` tells the list beside that it has less room, or its own again.
    """

    submit_asked = Signal()
    close_asked = Signal()
    shown = Signal(bool)

    def __init__(self, title: str, today: Callable[[], date] | None, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.form: RecordForm | None = None
        self.beneath: RecordForm | None = None
        self._today = today
        self._said = label("", "error", wraps=True)
        self.submit = primary_button("保存")
        self.cancel = secondary_button("关闭")
        self.submit.setToolTip("Ctrl+S")
        self.submit.clicked.connect(self._submit)
        self.cancel.clicked.connect(self._close)
        self.closed.connect(self._close)
        bind_keys(self, self._submit, self._close)
        self.body.addWidget(self._said)
        self.body.addStretch(1)
        self.foot.addWidget(self.submit)
        self.foot.addWidget(self.cancel)
        self.foot.addStretch(1)
        self.say("")

    @property
    def dirty(self) -> bool:
        """Whether something typed is not saved."""
        return self.form is not None and self.form.dirty

    def may_leave(self) -> bool:
        """True if nothing would be lost, or the user says so."""
        return not self.dirty or may_discard(self)

    def lay_form(self, title: str, fields: Sequence[Field], sheet: Sheet) -> RecordForm:
        """Put a new form into the panel and show it."""
        self.take_form()
        self.set_title(title)
        self.say("")
        form = RecordForm(fields, self._today, keys=False)
        for key, options in sheet.options.items():
            form.set_options(key, options)
        form.set_values(sheet.values)
        self.body.insertWidget(self.body.count() - 1, form)
        self.form = form
        self.submit.setVisible(True)
        self.show_foot(True)
        self.setVisible(True)
        self.scroller.verticalScrollBar().setValue(0)
        return form

    def take_form(self) -> None:
        """Take the form away, saved or not, and what stands below it."""
        below, self.beneath = self.beneath, None
        for form in (self.release_form(), below):
            if form is not None:
                self.hold_focus(form)
                self.body.removeWidget(form)
                form.setVisible(False)
                QTimer.singleShot(0, form, form.deleteLater)

    def release_form(self) -> RecordForm | None:
        """Let go of the form without deleting it."""
        form, self.form = self.form, None
        if form is not None:
            self.hold_focus(form)
            self.body.removeWidget(form)
            form.setVisible(False)
        return form

    def lay_beneath(self, form: RecordForm | None) -> None:
        """Leave a released form in sight below the one that is asked, only to be read."""
        if form is not None:
            form.set_read_only(True)
            self.body.insertWidget(self.body.count() - 1, form)
            form.setVisible(True)
            self.beneath = form

    def focus_form(self) -> None:
        """Put the cursor into the form's first field."""
        if self.form is not None:
            self.form.focus_first()

    def show_refusal(self, refusal: Refusal) -> bool:
        """Show the sentence beside its field; False if there is no such field here."""
        if self.form is not None and self.form.show_refusal(refusal):
            self._look_at_focus()
            return True
        return False

    def has_focus(self) -> bool:
        """Whether the keys go to this panel."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self or self.isAncestorOf(focus))

    def hold_focus(self, part: QWidget) -> None:
        """Before `part` goes: keep the focus in the panel, or Qt gives it to whatever comes next in the window."""
        focus = QApplication.focusWidget()
        if focus is not None and (focus is part or part.isAncestorOf(focus)):
            self.setFocus()

    def say(self, sentence: str) -> None:
        """Show a sentence above the form, or none."""
        look.dress(self._said, class_="error")
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def note(self, sentence: str) -> None:
        """Say above the form what follows from it; nothing is wrong."""
        look.dress(self._said, class_="secondary")
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def said(self) -> str:
        """The sentence shown above the form."""
        return self._said.text()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 — Qt's name
        """Tell the list that it has less room."""
        super().showEvent(event)
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 — Qt's name
        """Tell the list that the room is its own again, unless the whole page is hidden."""
        super().hideEvent(event)
        self.shown.emit(not self.isHidden())

    def _submit(self) -> None:
        if self.form is None or self.submit.isHidden() or self.submit.property("busy"):
            return
        self.say("")
        if self.form.check():
            self.submit_asked.emit()
        else:
            self._look_at_focus()

    def _close(self) -> None:
        if self.may_leave():
            self.close_asked.emit()

    def _look_at_focus(self) -> None:
        widget = self.focusWidget()
        if widget is not None:
            QTimer.singleShot(0, widget, partial(self.scroller.ensureWidgetVisible, widget, 0, 64))
