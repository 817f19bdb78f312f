"""Those who enter the machine room: named by number, initials or name; strangers written out in one line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsdesk.registers.visit import typed
from opsdesk.registers.visit.people import Known, PersonEntry
from opsdesk.services import id_numbers, masking
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import icon_button, label


class PeopleField(QWidget):
    """Those who enter: type a number, initials or a name and Enter; a stranger is written out with unit and paper."""

    added = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setPlaceholderText("姓名、工号或首字母，回车加入；生人：姓名 单位 证件号 电话")
        self.line.setAccessibleName("进入人员")
        self.line.returnPressed.connect(self.add_typed)
        self.line.setToolTip("Ctrl+Backspace 去掉最后一位")
        last = QShortcut(QKeySequence("Ctrl+Backspace"), self.line, self._remove_last)
        last.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.said = label("", "error", wraps=True)
        self.said.setVisible(False)
        self._known: Sequence[Known] = ()
        self.entries: list[tuple[str, PersonEntry]] = []
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(look.px(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        column.addWidget(label("进入人员", "heading"))
        column.addWidget(self.line)
        column.addWidget(self.said)
        column.addWidget(self._list)

    def offer(self, known: Sequence[Known]) -> None:
        """Suggest these while one types."""
        self._known = known
        completer = QCompleter([_shown(each) for each in known], self.line)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(lambda _text: QTimer.singleShot(0, self, self.add_typed))
        self.line.setCompleter(completer)

    def set_people(self, chosen: Sequence[tuple[str, PersonEntry]]) -> None:
        """Show these instead of those before."""
        self.entries = list(chosen)
        self._renew()

    def add_typed(self) -> bool:
        """Take whoever is meant by the line; False where nobody can be."""
        text = self.line.text().strip()
        if not text:
            return True
        try:
            self.entries.append(self._meant(text))
        except Refusal as refusal:
            self.tell(str(refusal))
            return False
        self.line.clear()
        self.tell("")
        self._renew()
        self.added.emit()
        return True

    def tell(self, sentence: str) -> None:
        """Say what is wrong with the line."""
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))

    def _meant(self, text: str) -> tuple[str, PersonEntry]:
        exact = [each for each in self._known if text == _shown(each)]
        first = text.split(maxsplit=1)[0].casefold()
        near = [each for each in self._known if first in (each.name.casefold(), each.since.casefold())]
        by_letters = [each for each in self._known if text.upper() in each.initials.split()]
        found = exact or (near if len(text.split()) == 1 else []) or by_letters
        if len(found) > 1:
            said = "、".join(_shown(each) for each in found[:4])
            raise Refusal(f"“{text}”有 {len(found)} 人：{said}。请从列表中选一位，或输入工号。", field="people")
        if found:
            return _shown(found[0]), found[0].entry
        entry = typed.read_person(text)
        return _understood(entry), entry

    def _renew(self) -> None:
        while self._rows.count():
            old = self._rows.takeAt(0).widget()
            old.setVisible(False)
            old.deleteLater()
        for place, (shown, _) in enumerate(self.entries):
            widget = QWidget()
            row = QHBoxLayout(widget)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(label(shown, wraps=True), 1)
            away = icon_button("x", f"去掉 {shown}")
            away.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            away.clicked.connect(partial(self._remove, place))
            row.addWidget(away)
            self._rows.addWidget(widget)

    def _remove_last(self) -> None:
        if self.entries:
            self._remove(len(self.entries) - 1)

    def _remove(self, place: int) -> None:
        del self.entries[place]
        self._renew()


def _understood(entry: PersonEntry) -> str:
    """A stranger with what was read of him: 张三　恒通网络　身份证 1101**********002X　电话 138****5678."""
    number = id_numbers.masked(id_numbers.cleaned(entry.id_number))
    phone = masking.phone(entry.phone)
    said = (entry.name, entry.unit, number and f"{entry.id_kind} {number}", phone and f"电话 {phone}")
    return "　".join(part for part in said if part)


def _shown(each: Known) -> str:
    return "　".join(part for part in (each.name, each.unit, each.since) if part)
