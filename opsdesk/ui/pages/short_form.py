"""A short form that stands in the middle of a page: Enter goes on, refusals stand beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.register import Field, Options
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.editors import ChoiceEditor, Editor, LineEditor
from opsdesk.ui.kit.moment_editors import computers_day, editor_for
from opsdesk.ui.kit.parts import label
from opsdesk.ui.kit.record_form import LABEL_WIDTH, FieldRow


class ShortForm(QWidget):
    """Fields below each other; Enter goes to the next, after the last one `submitted` is emitted if all can be read."""

    submitted = Signal()

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        today: Callable[[], date] = computers_day,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows: dict[str, FieldRow] = {}
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        for place, field in enumerate(fields):
            editor = editor_for(field, today)
            self.rows[field.key] = FieldRow(field, editor)
            column.addWidget(self.rows[field.key])
            if (line := line_of(editor)) is not None:
                line.returnPressed.connect(partial(self._go_on, place))

    def put_below(self, key: str, widget: QWidget) -> None:
        """Let something of the page's own stand under a field's input."""
        widget.setContentsMargins(look.px(LABEL_WIDTH + 8), 0, 0, 0)
        self._column.insertWidget(self._column.indexOf(self.rows[key]) + 1, widget)

    def value(self, key: str) -> Any:
        """What is written in a field."""
        return self.rows[key].editor.value()

    def set_value(self, key: str, value: Any) -> None:
        """Write into a field."""
        self.rows[key].editor.set_value(value)

    def set_options(self, key: str, options: Options) -> None:
        """Fill a choice."""
        self.rows[key].editor.set_options(options)

    def line(self, key: str) -> QLineEdit:
        """The line in which a field is typed."""
        line = line_of(self.rows[key].editor)
        if line is None:
            raise KeyError(key)
        return line

    def focus(self, key: str) -> None:
        """Put the cursor into a field."""
        self.rows[key].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def clear(self) -> None:
        """Empty every field; nothing is wrong any more."""
        for row in self.rows.values():
            row.editor.set_value(None)
            row.show_error("")

    def check(self) -> bool:
        """Show what is missing beside the fields and go to the first; True if all is well."""
        wrong = ""
        for key, row in self.rows.items():
            row.show_error(row.problem())
            wrong = wrong or (key if row.error else "")
        if wrong:
            self.focus(wrong)
        return not wrong

    def show_refusal(self, refusal: Refusal) -> bool:
        """Show the sentence beside its field and go there; False if there is no such field."""
        row = self.rows.get(refusal.field)
        if row is None:
            return False
        row.show_error(str(refusal))
        self.focus(refusal.field)
        return True

    def submit(self) -> None:
        """As after Enter in the last field."""
        if self.check():
            self.submitted.emit()

    def _go_on(self, place: int) -> None:
        keys = list(self.rows)
        if place + 1 < len(keys):
            self.focus(keys[place + 1])
        else:
            self.submit()


def in_the_middle(page: QWidget, card: QWidget, *, above: str = "") -> None:
    """Lay a card into the middle of a page, a little above the half; `above` stands over it."""
    column = QVBoxLayout(page)
    column.addStretch(2)
    if above:
        column.addWidget(label(above, "state"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(look.px(8))
    row = QHBoxLayout()  # an alignment in its place would take the card's height for a wider one
    row.addStretch(1)
    row.addWidget(card)
    row.addStretch(1)
    column.addLayout(row)
    column.addStretch(3)


def line_of(editor: Editor) -> QLineEdit | None:
    """The line edit inside an editor, if it has one."""
    if isinstance(editor, LineEditor):
        return editor.line
    return editor.box.lineEdit() if isinstance(editor, ChoiceEditor) else None
