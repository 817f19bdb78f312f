"""日报, 周报, 季度总结: the panel of a new report, which begins with what the record knows of its days."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from opsdesk.registers.report import facts
from opsdesk.rules.reporting import ReportKind
from opsdesk.ui.kit.form_panel import Sheet
from opsdesk.ui.kit.record_form import RecordForm
from opsdesk.ui.kit.record_panel import RecordPanel

WHOSE = ("vendor_id", "day")


class ReportPanel(RecordPanel):
    """Panel of one report. Another vendor or day brings what the record knows of it; what was typed stays."""

    def __init__(self, kind: ReportKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self._given: Mapping[str, str] = {}
        self._asked: tuple[Any, ...] = ()

    def _show_sheet(self, record_id: int | None, sheet: Sheet) -> None:
        super()._show_sheet(record_id, sheet)
        self._given, self._asked = {}, ()
        if record_id is None and self.form is not None:
            for key in WHOSE:
                self.form.rows[key].editor.changed.connect(partial(self._ask, self.form))
            self._ask(self.form)

    def _ask(self, form: RecordForm) -> None:
        """Look up what the record knows of the vendor and day chosen."""
        if self.form is not form or self.record_id is not None:
            return
        chosen = tuple(form.rows[key].editor.value() for key in WHOSE)
        if chosen == self._asked or None in chosen:
            return
        self._asked = chosen
        find = partial(facts.begun, self.ctx, self.kind, *chosen)
        self.desk.operations.run(find, done=partial(self._fill, form), owner=self, replaces="facts")

    def _fill(self, form: RecordForm, found: Mapping[str, str]) -> None:
        """Write it where nothing else was typed; a form in which nobody typed counts as clean."""
        if self.form is not form:
            return
        clean = not form.dirty
        for key, text in found.items():
            editor = form.rows[key].editor
            if editor.value() in (None, "", self._given.get(key)):
                editor.set_value(text)
        self._given = found
        if clean:
            form.accept(form.written())
