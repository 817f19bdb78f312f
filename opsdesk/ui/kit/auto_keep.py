"""A form that keeps itself: each keystroke as a draft at once, the whole in the record after a moment's rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from opsdesk.register import Kind, Tone
from opsdesk.services.drafts import Draft, Drafts
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import clean
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.editors import ChoiceEditor, Editor, FlagEditor, LineEditor, LongTextEditor
from opsdesk.ui.kit.moment_editors import MomentEditor
from opsdesk.ui.kit.operation import Fault
from opsdesk.ui.kit.record_form import FieldRow, RecordForm

if TYPE_CHECKING:
    from datetime import datetime

REST = 1500
"""Milliseconds without a key after which what was typed goes into the record."""
NOT_KEPT = "还没有存入记录，草稿已保留。"
YES = "是"


@dataclass(frozen=True, eq=False)
class _Stand:
    """What stood in a form at one moment: `written()` and, by field key, the text of each input."""

    written: Mapping[str, Any]
    texts: Mapping[str, str]


class FormDrafts:
    """The drafts of one form, under `prefix`: of each field that holds something else than what is kept.

    After `restore`, `restored` tells whether something was put back, and `dropped` holds what no longer fits.
    """

    def __init__(self, drafts: Drafts, form: RecordForm, prefix: str) -> None:
        self.form, self._drafts, self._prefix = form, drafts, prefix
        self._rows = {key: row for key, row in form.rows.items() if _is_drafted(row)}
        self._kept: dict[str, Draft] = {}
        self._under_way: list[_Stand] = []
        self._base = self._stand()
        self.restored = False
        self.dropped: list[str] = []
        form.changed.connect(self.note)

    @property
    def unsaved(self) -> bool:
        """Whether the form holds something that is neither kept nor on its way."""
        return self.form.written() != self._under_way[-1].written if self._under_way else self.form.dirty

    def restore(self) -> None:
        """Put back what was typed and is not in the record, where the record still holds what it was typed over."""
        for key, draft in self._drafts.found(self._prefix).items():
            if key not in self._rows:
                continue
            self._kept[key] = draft
            now = _bare(self._base.texts[key])
            if _bare(draft.typed) == now:
                continue
            if now in map(_bare, draft.over):
                _write(self._rows[key].editor, draft.typed)
                self.restored = True
            elif draft.typed.strip():
                self.dropped.append(f"{self._rows[key].field.title}：{draft.typed.strip()}")
        self.note()

    def note(self) -> None:
        """Keep as drafts what stands in the form and is not kept otherwise."""
        for key, row in self._rows.items():
            draft = Draft(_text(row.editor), tuple(dict.fromkeys(each.texts[key] for each in self._stands())))
            if draft.over != (draft.typed,):
                if self._kept.get(key) != draft:
                    self._kept[key] = draft
                    self._drafts.keep(f"{self._prefix}{key}", draft.typed, draft.over)
            elif key in self._kept:
                self._forget(key)

    def forget(self) -> None:
        """What was typed is part of the record now, or is not wanted."""
        for key in tuple(self._kept):
            self._forget(key)

    def give_up(self) -> None:
        """Throw away what was typed, in the form too."""
        self.show({key: value for key, (value, _) in self._stands()[-1].written.items()}, self._stands()[-1])

    def show(self, values: Mapping[str, Any], base: _Stand | None = None) -> None:
        """Show a record as it was read anew; nothing was typed."""
        self.form.blockSignals(True)
        self.form.set_values(values)
        self.form.blockSignals(False)
        if base is None:
            self._base = self._stand()
        self.forget()

    def send(self) -> tuple[_Stand, dict[str, Any]]:
        """What is to be written now: how the form stands, and the values that differ from what is kept."""
        stand, before = self._stand(), self._stands()
        self._under_way.append(stand)
        changed = {
            key: value
            for key, (value, _) in stand.written.items()
            if any(each.written[key] != stand.written[key] for each in before)
        }
        return stand, changed

    def arrived(self, stand: _Stand) -> None:
        """What was sent is in the record; whatever was typed since is still a draft."""
        self._under_way.remove(stand)
        self._base = stand
        for key, draft in tuple(self._kept.items()):
            if draft.typed == stand.texts[key]:
                self._forget(key)

    def failed(self, stand: _Stand) -> None:
        """What was sent is not in the record."""
        self._under_way.remove(stand)

    def _stand(self) -> _Stand:
        return _Stand(self.form.written(), {key: _text(row.editor) for key, row in self._rows.items()})

    def _stands(self) -> list[_Stand]:
        return [self._base, *self._under_way]

    def _forget(self, key: str) -> None:
        self._drafts.forget_text(f"{self._prefix}{key}", self._kept.pop(key).typed)


class AutoKeep(QObject):
    """Keeps one form after the other. `said(sentence)` tells how it stands; `failed(error)` what a form cannot show.

    `save(id, changed)` gives the act that writes what was changed, for whoever is at the desk now; `now()` is the
    site's clock.
    """

    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        desk: Desk,
        drafts: Drafts,
        save: Callable[[int, Mapping[str, Any]], Callable[[], Outcome[int]]],
        now: Callable[[], datetime],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._drafts, self._save, self._now = desk, drafts, save, now
        self.watched: FormDrafts | None = None
        self._record_id, self._name = 0, ""
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.keep)

    def watch(self, form: RecordForm, record_id: int, prefix: str, name: str) -> FormDrafts:
        """Keep this form from now on, with what was typed and not saved put back; `name` is told when it fails."""
        self.stop()
        self._record_id, self._name = record_id, name
        self.watched = watched = FormDrafts(self._drafts, form, prefix)
        form.changed.connect(partial(self._on_typed, watched))
        watched.restore()
        return watched

    def stop(self) -> None:
        """Keep nothing any more."""
        self._rest.stop()
        self.watched = None

    def keep(self) -> bool:
        """Put what was typed into the record now; False where not all of it can be read."""
        watched = self.watched
        self._rest.stop()
        if watched is None or not watched.unsaved:
            return True
        wrong = [row for row in watched.form.rows.values() if row.problem()]
        for row in wrong:
            row.show_error(row.problem())
        if wrong:
            self.said.emit(NOT_KEPT)
            return False
        stand, changed = watched.send()
        self._desk.operations.run(
            self._save(self._record_id, changed),
            done=partial(self._on_kept, watched, stand),
            failed=partial(self._on_not_kept, watched, stand, self._name),
            owner=self,
            must=True,
        )
        return True

    def _on_typed(self, watched: FormDrafts) -> None:
        if self.watched is watched and watched.unsaved:
            self.said.emit("正在输入…")
            self._rest.start()

    def _on_kept(self, watched: FormDrafts, stand: _Stand, _outcome: Outcome[int]) -> None:
        watched.arrived(stand)
        if self.watched is not watched:
            return
        watched.form.accept(stand.written)
        watched.note()
        self.said.emit(f"已自动保存 {self._now():%H:%M:%S}")
        if watched.unsaved:
            self._rest.start()

    def _on_not_kept(self, watched: FormDrafts, stand: _Stand, name: str, error: Refusal | Trouble) -> None:
        watched.failed(stand)
        if self.watched is not watched or not watched.form.isVisible():
            said = f"{name} 的修改没有存入记录：{error}{getattr(error, 'remedy', '')}文字已保留为草稿。"
            self._desk.notices.show(said, Tone.BROKEN)
            return
        self.said.emit(NOT_KEPT)
        row = watched.form.rows.get(error.field) if isinstance(error, Refusal) else None
        if row is not None:
            row.show_error(str(error))
        elif not isinstance(error, Fault):
            self.failed.emit(error)


def _is_drafted(row: FieldRow) -> bool:
    return not row.field.read_only and row.field.kind is not Kind.SECRET


def _text(editor: Editor) -> str:
    """What stands in an input, readable or not."""
    match editor:
        case MomentEditor():
            return f"{editor.day.line.text()}\n{editor.time.line.text()}"
        case LongTextEditor():
            return editor.text.toPlainText()
        case LineEditor():
            return editor.line.text()
        case ChoiceEditor():
            return editor.box.currentText()
        case _:
            return YES if editor.value() else ""


def _write(editor: Editor, text: str) -> None:
    """Write into an input what `_text` found there."""
    match editor:
        case MomentEditor():
            day, _, at = text.partition("\n")
            editor.day.line.setText(day)
            editor.time.line.setText(at)
        case ChoiceEditor():
            editor.box.setEditText(text)
            editor.settle()
        case FlagEditor():
            editor.set_value(text == YES)
        case _:
            editor.set_value(text)


def _bare(text: str) -> str:
    """A text without what the record changes in it."""
    return "".join(clean(text).split())
