"""A form made from fields in the order of the paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Field, Kind, Options
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.editors import Editor
from opsdesk.ui.kit.moment_editors import computers_day, editor_for
from opsdesk.ui.kit.notices import confirm
from opsdesk.ui.kit.parts import Separator, label

LABEL_WIDTH = 96
MOST_IN_A_LINE = 5


class FieldRow(QWidget):
    """Label, input and below it the error or the help of one field."""

    def __init__(self, field: Field, editor: Editor) -> None:
        super().__init__()
        self.field, self.editor = field, editor
        self._read_only = field.read_only
        words = label(field.title, wraps=True)
        if len(field.title) > MOST_IN_A_LINE:  # as wide as its lines, so that the star stands beside them
            room = QRect(0, 0, look.px(LABEL_WIDTH - 12), 1000)
            flags = int(Qt.TextFlag.TextWordWrap)
            words.setFixedWidth(QFontMetrics(look.font()).boundingRect(room, flags, field.title).width() + look.px(2))
        star = label("*" if field.required and not field.read_only else "", "toned")
        star.setProperty("tone", "broken")
        named = QHBoxLayout()
        named.setContentsMargins(0, look.px(5), 0, 0)
        named.setSpacing(look.px(4))
        named.addWidget(words, 0, Qt.AlignmentFlag.AlignTop)
        named.addWidget(star, 1, Qt.AlignmentFlag.AlignTop)
        head = QWidget()
        head.setLayout(named)
        head.setFixedWidth(look.px(LABEL_WIDTH))
        self._message = label("", wraps=True)
        right = QVBoxLayout()
        right.setSpacing(look.px(4))
        right.addWidget(editor)
        right.addWidget(self._message)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        row.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)
        editor.input.setAccessibleName(field.title)
        if isinstance(editor.focusProxy(), QWidget):
            words.setBuddy(editor.input)
        editor.changed.connect(lambda: self.show_error(""))
        editor.set_read_only(field.read_only)
        self.show_error("")

    def show_error(self, sentence: str) -> None:
        """Show what is wrong beside the input; an empty sentence shows the help again."""
        self.error = sentence
        self._message.setText(sentence or self.field.help)
        self._message.setVisible(bool(self._message.text()))
        look.dress(self._message, class_="error" if sentence else "secondary")
        self.editor.mark_wrong(bool(sentence))

    def set_read_only(self, read_only: bool) -> None:
        """A field that is read-only by description stays so."""
        self.editor.set_read_only(read_only or self.field.read_only)

    def problem(self) -> str:
        """What is missing or cannot be read, as a sentence."""
        if self.field.read_only:
            return ""
        if said := self.editor.problem():
            return said
        if self.field.required and self.editor.value() in (None, ""):
            verb = "选择" if self.field.kind is Kind.CHOICE else "填写"
            return f"请{verb}“{self.field.title}”。"
        return ""


def may_discard(asker: QWidget) -> bool:
    """Ask whether what was typed and not saved may be lost."""
    return confirm(asker, "放弃修改", "这里的修改还没有保存，放弃以后不能找回。", "放弃修改", danger=True)


def bind_keys(scope: QWidget, save: Callable[[], object], close: Callable[[], object]) -> None:
    """Ctrl+S and Esc anywhere within `scope`."""
    for keys, slot in (("Ctrl+S", save), ("Esc", close)):
        shortcut = QShortcut(QKeySequence(keys), scope)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)


class RecordForm(QWidget):
    """Typed editors for the fields with group headings; Ctrl+S emits `save_requested`, Esc `close_requested`.

    Esc asks first when something would be lost. With `keys=False` whatever holds the form has these keys.
    What was typed stays on every refusal. `today` completes dates typed without a year.
    """

    save_requested = Signal()
    close_requested = Signal()
    changed = Signal()

    def __init__(
        self,
        fields: Sequence[Field],
        today: Callable[[], date] | None = None,
        parent: QWidget | None = None,
        *,
        keys: bool = True,
    ) -> None:
        super().__init__(parent)
        self.rows: dict[str, FieldRow] = {}
        self._heads: dict[str, list[QWidget]] = {}
        self._clean: dict[str, Any] = {}
        self._read_only = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(12))
        group = ""
        for field in fields:
            if field.group and field.group != group:
                head: list[QWidget] = [label(field.group, "heading")]
                if self.rows:
                    column.addSpacing(look.px(4))
                    head.insert(0, Separator())
                for widget in head:
                    column.addWidget(widget)
                self._heads[field.group] = head
            group = field.group
            row = FieldRow(field, editor_for(field, today or computers_day))
            row.editor.changed.connect(self.changed)
            self.rows[field.key] = row
            column.addWidget(row)
        column.addStretch(1)
        self._order_tabs()
        self._clean = self.written()
        if keys:
            bind_keys(self, self._ask_save, self._ask_close)

    def set_options(self, key: str, options: Options) -> None:
        """Fill a choice with (value, label) pairs; what was chosen stays chosen and the form as clean as it was."""
        clean = not self.dirty
        self.rows[key].editor.set_options(options)
        if clean:
            self._clean = self.written()

    def values(self) -> dict[str, Any]:
        """What is written now, by field key, in the field's own type; None where empty (text: "")."""
        return {key: row.editor.value() for key, row in self.rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show a record; the form is clean afterwards. Fields without a value are emptied."""
        for key, row in self.rows.items():
            if row.editor.problem() or row.editor.value() != values.get(key):  # an equal text keeps its cursor
                row.editor.set_value(values.get(key))
            row.show_error("")
        self._clean = self.written()

    def hide_unwritten(self) -> None:
        """Show no field that nobody can fill in and that says nothing yet, and no heading above such fields only."""
        for row in self.rows.values():
            row.setVisible(not row.field.read_only or row.editor.value() not in (None, ""))
        for group, head in self._heads.items():
            shown = any(row.field.group == group and not row.isHidden() for row in self.rows.values())
            for widget in head:
                widget.setVisible(shown)

    @property
    def dirty(self) -> bool:
        """Whether something differs from what was set, be it readable or not."""
        return not self._read_only and self.written() != self._clean

    def check(self) -> bool:
        """Show what cannot be read or is missing beside the fields and go to the first; True if all is well."""
        first: FieldRow | None = None
        for row in self.rows.values():
            row.editor.settle()
            problem = row.problem()
            row.show_error(problem)
            if problem and first is None:
                first = row
        if first is not None:
            first.editor.setFocus()
        return first is None

    def show_refusal(self, refusal: Refusal) -> bool:
        """Show the sentence beside its field and go there; False if the field is not in this form."""
        row = self.rows.get(refusal.field)
        if row is None:
            return False
        row.show_error(str(refusal))
        row.editor.setFocus()
        return True

    def errors(self) -> dict[str, str]:
        """The sentences shown now, by field key."""
        return {key: row.error for key, row in self.rows.items() if row.error}

    def set_read_only(self, read_only: bool) -> None:
        """Show, but let nothing be changed."""
        self._read_only = read_only
        for row in self.rows.values():
            row.set_read_only(read_only)

    def may_close(self) -> bool:
        """True if nothing would be lost, or the user says so."""
        return not self.dirty or may_discard(self)

    def accept(self, written: Mapping[str, Any]) -> None:
        """What `written()` gave was saved; whatever was typed since is still unsaved."""
        self._clean = dict(written)

    def focus_first(self, *, missing: bool = False) -> None:
        """Put the cursor into the first field that can be written; `missing` prefers the first that lacks its value."""
        open_still = [row for row in self.rows.values() if not row.field.read_only]
        lacking = [row for row in open_still if missing and row.problem()]
        for row in (lacking or open_still)[:1]:
            row.editor.setFocus(Qt.FocusReason.TabFocusReason)

    def written(self) -> dict[str, Any]:
        """What stands in every input now, readable or not, to tell later whether it changed."""
        return {key: (row.editor.value(), row.editor.typed()) for key, row in self.rows.items()}

    def _order_tabs(self) -> None:
        inputs = [row.editor for row in self.rows.values()]
        for earlier, later in pairwise(inputs):
            QWidget.setTabOrder(earlier, later)

    def _ask_save(self) -> None:
        if not self._read_only:
            self.save_requested.emit()

    def _ask_close(self) -> None:
        if self.may_close():
            self.close_requested.emit()
