"""What a closed day means where one is about to write: a sentence above a form, a mark beside a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.services import closing_days
from opsdesk.ui.kit import look
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.parts import ChipLabel, icon_label, label
from opsdesk.ui.kit.record_form import RecordForm

if TYPE_CHECKING:
    from opsdesk.services.context import Context


class ClosingNote(QWidget):
    """Says above a form that its record belongs to a closed period; hidden where it does not."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._said = label("", "secondary", wraps=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        row.addWidget(icon_label("lock", Tone.WARNING.value), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._said, 1)
        self.show_sentence("")

    def show_sentence(self, sentence: str) -> None:
        """Show why the record cannot be written, or nothing."""
        self._said.setText(sentence)
        self.setVisible(bool(sentence))

    def sentence(self) -> str:
        """What is shown."""
        return self._said.text()

    def watch_kept(self, ctx: Context, table: str, record_id: int) -> None:
        """Tell of a record that is kept in `table`."""
        self._ask(ctx, lambda connection: closing_days.why_locked(connection, table, record_id))

    def watch_new(self, ctx: Context, table: str, form: RecordForm) -> None:
        """Tell of a new record as its form is written: of another day it may be another sentence."""

        columns = closing_days.told_by(table)
        asked: tuple[Any, ...] | None = None

        def ask() -> None:
            nonlocal asked
            values: Mapping[str, Any] = form.values()
            day = tuple(values.get(column) for column in columns)
            if columns and day != asked:  # what else is typed changes nothing
                asked = day
                self._ask(ctx, lambda connection: closing_days.why_no_more(connection, table, values))

        self.show_sentence("")
        form.changed.connect(ask)
        ask()

    def _ask(self, ctx: Context, why: Callable[[Any], str]) -> None:
        def read() -> str:
            with ctx.read() as connection:
                return why(connection)

        self._desk.operations.run(read, done=self.show_sentence, owner=self, replaces="closing")


class ClosedChip(ChipLabel):
    """“已日结” (or `word`) beside a date, with the whole sentence in its tooltip; hidden where the day is open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("已日结", Tone.WARNING, parent)
        self.show_sentence("")

    def show_sentence(self, sentence: str, word: str = "") -> None:
        """Show what of the day can no longer be written, or nothing."""
        usual = next((each for each in ("已月结", "已季结") if each in sentence), "已日结")
        self.set_chip(word or usual, Tone.WARNING)
        self.setToolTip(sentence)
        self.setVisible(bool(sentence))
