"""A form that keeps itself: each keystroke as a draft at once, the whole in the record after a moment's rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from opsdesk.register import Kind
from opsdesk.services.drafts import Drafts
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.record_form import RecordForm

if TYPE_CHECKING:
    from datetime import datetime

REST = 1500
"""Milliseconds without a key after which what was typed goes into the record."""
TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.CODE})
NOT_KEPT = "还没有存入记录，草稿已保留。"


class AutoKeep(QObject):
    """Keeps one form after the other. `said(sentence)` tells how it stands; `failed(error)` what a form cannot show.

    `save(id, values)` writes the record in the worker; `now()` is the site's clock.
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        drafts: Drafts,
        save: Callable[[int, Mapping[str, Any]], Outcome[int]],
        now: Callable[[], datetime],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._drafts, self._save, self._now = desk, drafts, save, now
        self._form: RecordForm | None = None
        self._record_id, self._prefix = 0, ""
        self.keeping = False
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.keep)

    def watch(self, form: RecordForm, record_id: int, prefix: str) -> bool:
        """Keep this form from now on; True where text of a draft under `prefix` was put back into it."""
        self._form, self._record_id, self._prefix = form, record_id, prefix
        form.changed.connect(partial(self._on_typed, form))
        restored = False
        for key, typed in self._drafts.of(prefix).items():
            row = form.rows.get(key)
            if row is not None and row.field.kind in TEXTS and str(row.editor.value() or "") != typed.strip():
                row.editor.set_value(typed)
                restored = True
        return restored

    def stop(self) -> None:
        """Keep nothing any more."""
        self._rest.stop()
        self._form = None

    def keep(self) -> None:
        """Put what was typed into the record now, if all of it can be read."""
        form = self._form
        self._rest.stop()
        if form is None or not form.dirty or self.keeping:
            return
        wrong = [row for row in form.rows.values() if row.problem()]
        for row in wrong:
            row.show_error(row.problem())
        if wrong:
            self.said.emit(NOT_KEPT)
            return
        self.keeping = True
        self._desk.operations.run(
            partial(self._save, self._record_id, form.values()),
            done=partial(self._on_kept, form, self._prefix, form.written()),
            failed=partial(self._on_not_kept, form),
            owner=self,
        )

    def _on_typed(self, form: RecordForm) -> None:
        if self._form is not form or not form.dirty:
            return
        for key, row in form.rows.items():
            if row.field.kind in TEXTS and (row.editor.hasFocus() or row.editor.input.hasFocus()):
                self._drafts.keep(f"{self._prefix}{key}", str(row.editor.value() or ""))
        self.said.emit("正在输入…")
        self._rest.start()

    def _on_kept(self, form: RecordForm, prefix: str, written: Mapping[str, Any], _outcome: Outcome[int]) -> None:
        self.keeping = False
        if self._form is form:
            form.accept(written)
            self.said.emit(f"已自动保存 {self._now():%H:%M:%S}")
            if form.dirty:
                self._rest.start()
                return
        for key in form.rows:
            self._drafts.forget(f"{prefix}{key}")

    def _on_not_kept(self, form: RecordForm, error: Refusal | Trouble) -> None:
        self.keeping = False
        self.said.emit(NOT_KEPT)
        row = form.rows.get(error.field) if isinstance(error, Refusal) and self._form is form else None
        if row is not None:
            row.show_error(str(error))
        elif not isinstance(error, Fault):
            self.failed.emit(error)
