"""What stands around the form of an incident: clocks, handling, parts, files, and the course of events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from opsdesk.registers.incident.detail import CourseLine, Detail, File, Part, Plan
from opsdesk.registers.incident.listing import reading_chip
from opsdesk.registers.incident.service import Course
from opsdesk.rules.sla import Reading, in_words
from opsdesk.rules.vocabulary import ClockState
from opsdesk.ui.kit import look
from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.notices import size_in_words
from opsdesk.ui.kit.parts import ChipLabel, Separator, icon_button, label, link_button, secondary_button

TICKING = frozenset({ClockState.RUNNING, ClockState.WARNING, ClockState.BREACHED})


def ticked(reading: Reading, seconds: int) -> Reading:
    """A running clock some seconds after it was read."""
    if not reading.running or reading.state not in TICKING or reading.deadline is None:
        return reading
    used = reading.used + seconds
    over = max(0, used - reading.limit)
    state = ClockState.BREACHED if over else reading.state
    if not over and used * 4 >= reading.limit * 3:
        state = ClockState.WARNING
    return replace(reading, used=used, over=over, state=state)


class ClockRow(QWidget):
    """The clocks of an incident as chips, each with its clause to press; below, what has to be told to whom."""

    clause_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[tuple[Reading, ChipLabel]] = []
        self._ticks = False
        self._flow = FlowRow()
        self._said = label("", "error", wraps=True)
        self._hint = label("", "secondary", wraps=True)
        column = _column(self)
        for widget in (self._flow, self._said, self._hint):
            column.addWidget(widget)

    def show_detail(self, found: Detail) -> None:
        """Show the clocks as they were read, and what lacks."""
        readings = found.standing.readings
        self._ticks = found.standing.facts.working is None
        if [(each.name, each.citation) for each in readings] != [(old.name, old.citation) for old, _ in self._chips]:
            self._lay_chips(readings)
        self._chips = [(reading, shown) for reading, (_, shown) in zip(readings, self._chips, strict=True)]
        for reading, shown in self._chips:
            chip = reading_chip(reading)
            shown.set_chip(chip.word, chip.tone)
            shown.setToolTip(reading.sentence)
        due = [f"{step.sentence}（{step.citation.short}）" for step in found.standing.due_steps]
        due += [f"拟扣 {each.points} 分：{each.because}（{each.citation.short}）" for each in found.standing.points]
        _say(self._said, "\n".join(due))
        _say(self._hint, self._hints(found))

    def _lay_chips(self, readings: Sequence[Reading]) -> None:
        self._flow.clear()
        self._chips = []
        for reading in readings:
            chip = reading_chip(reading)
            shown = ChipLabel(chip.word, chip.tone)
            self._chips.append((reading, shown))
            clause = link_button(reading.citation.short)
            clause.setToolTip(f"{reading.citation.held_from} 起：{reading.citation.wording}")
            clause.clicked.connect(partial(self.clause_asked.emit, reading.citation.key))
            pair = QWidget()
            row = _row(pair)
            row.addWidget(shown)
            row.addWidget(clause)
            self._flow.add(pair)
        self._flow.setVisible(bool(self._chips))

    def tick(self, seconds: int) -> None:
        """Let the countdowns go on, this long after they were read; those of working hours wait to be read anew."""
        for reading, shown in self._chips if self._ticks else ():
            now = ticked(reading, seconds)
            if now is not reading:
                chip = reading_chip(now)
                shown.set_chip(chip.word, chip.tone)

    def _hints(self, found: Detail) -> str:
        said = []
        if found.problem:
            said.append(f"问题：{found.problem}")
        if found.pauses:
            waited = [pause for pause in found.pauses if pause.ends is not None]
            total = sum(int((pause.ends - pause.begins).total_seconds()) for pause in waited if pause.ends)
            open_now = next((pause for pause in found.pauses if pause.ends is None), None)
            if open_now is not None:
                whom = f"等待{open_now.whose.removeprefix('等待')}"
                said.append(f"正在{whom}（{open_now.begins:%m-%d %H:%M} 起）：{open_now.reason}")
            elif total:
                said.append(f"共等待 {len(waited)} 次 {in_words(total)}")
        if not found.is_open and found.lacking and found.row["signed_at"] is None:
            lacks = "、".join(each.sentence.removeprefix("还没有写").rstrip("。") for each in found.lacking)
            said.append(f"交单前请补全：{lacks}。")
        return "\n".join(said)


class PlansSection(QWidget):
    """应急预案 at hand: its name as a link; pressed, what to do first and whom to call stand below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = QWidget()
        _column(self).addWidget(self._lines)
        _column(self._lines)
        self._shown: tuple[Plan, ...] = ()

    def show_detail(self, found: Detail) -> None:
        """Show the plans for the system of an incident that is still open; one that is read stays open."""
        plans = found.plans if found.is_open else ()
        if plans != self._shown:
            self._shown = plans
            _refill(self._lines, [self._plan(each) for each in plans])
        self.setVisible(bool(plans))

    def _plan(self, each: Plan) -> QWidget:
        widget = QWidget()
        column = _column(widget)
        name = link_button(f"应急预案：{each.name}")
        contacts = f"\n联系：{each.contacts}" if each.contacts else ""
        steps = label(f"{each.steps}{contacts}", wraps=True)
        steps.setVisible(False)
        name.clicked.connect(lambda: steps.setVisible(steps.isHidden()))
        column.addWidget(name, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(steps)
        return widget


class StepsSection(QWidget):
    """处理过程: one line and Enter writes a step; “做了什么 → 结果” divides the result off."""

    written = Signal(str, str)
    struck = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setPlaceholderText("写一步处理，按回车；结果写在 → 后面")
        self.field.setAccessibleName("处理过程")
        self.field.returnPressed.connect(self._write)
        self._lines = QWidget()
        column = _column(self)
        column.addWidget(label("处理过程", "heading"))
        column.addWidget(self.field)
        column.addWidget(self._lines)
        _column(self._lines)

    def show_detail(self, found: Detail, *, writes: bool) -> None:
        """Show the steps; the line to write in is there for who may write."""
        self.field.setVisible(writes)
        _refill(
            self._lines, [self._line(each, writes=writes) for each in found.steps] or [_nothing("还没有写处理过程。")]
        )

    def _line(self, each: CourseLine, *, writes: bool) -> QWidget:
        result = f" → {each.result}" if each.result else ""
        said = f"{each.at:%m-%d %H:%M}　{each.said}{result}　{each.by}"
        return _with_button(said, "划去" if writes else "", partial(self.struck.emit, each.id))

    def _write(self) -> None:
        said, _, result = self.field.text().replace("->", "→").partition("→")
        if said.strip():
            self.written.emit(said.strip(), result.strip())


class PartsSection(QWidget):
    """更换配件: name, model and number of a part, Enter keeps it."""

    written = Signal(str, str, int)
    struck = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.model, self.quantity = QLineEdit(), QLineEdit(), QSpinBox()
        self.name.setPlaceholderText("配件名称")
        self.model.setPlaceholderText("型号")
        self.quantity.setRange(1, 9999)
        self.quantity.setFixedWidth(look.px(72))
        self.quantity.setAccessibleName("数量")
        self._entry = QWidget()
        row = QHBoxLayout(self._entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(8))
        add = secondary_button("添加")
        add.clicked.connect(self._write)
        for widget, stretch in ((self.name, 2), (self.model, 2), (self.quantity, 0), (add, 0)):
            row.addWidget(widget, stretch)
        for line in (self.name, self.model):
            line.returnPressed.connect(self._write)
        self._lines = QWidget()
        column = _column(self)
        column.addWidget(Separator())
        column.addWidget(label("更换配件", "heading"))
        column.addWidget(self._entry)
        column.addWidget(self._lines)
        _column(self._lines)

    def show_detail(self, found: Detail, *, writes: bool) -> None:
        """Show the parts."""
        self._entry.setVisible(writes)
        _refill(self._lines, [self._line(each, writes=writes) for each in found.parts] or [_nothing("没有更换配件。")])

    def clear(self) -> None:
        """Empty the line for the next part."""
        self.name.clear()
        self.model.clear()
        self.quantity.setValue(1)

    def put_back(self, name: str, model: str, quantity: int) -> None:
        """Write a part that was refused into the line again, in front of what was typed since."""
        if not self.name.text() and not self.model.text():
            self.quantity.setValue(quantity)
        self.name.setText(f"{name}{self.name.text()}")
        self.model.setText(f"{model}{self.model.text()}")

    def _line(self, each: Part, *, writes: bool) -> QWidget:
        said = "　".join(part for part in (each.name, each.model, f"× {each.quantity}") if part)
        return _with_button(said, "划去" if writes else "", partial(self.struck.emit, each.id))

    def _write(self) -> None:
        if self.name.text().strip():
            self.written.emit(self.name.text(), self.model.text(), self.quantity.value())
        else:
            self.name.setFocus()


class FilesSection(QWidget):
    """附件: photos and files; `added(Path)` for each one chosen, `opened(File)` and `removed(id)` name one."""

    added = Signal(object)
    opened = Signal(object)
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = secondary_button("添加附件…", "upload")
        self.button.clicked.connect(self._choose)
        self._lines = QWidget()
        head = QHBoxLayout()
        head.addWidget(label("附件", "heading"))
        head.addStretch(1)
        head.addWidget(self.button)
        column = _column(self)
        column.addWidget(Separator())
        column.addLayout(head)
        column.addWidget(self._lines)
        _column(self._lines)

    def show_detail(self, found: Detail, *, writes: bool) -> None:
        """Show the attachments."""
        self.button.setVisible(writes)
        empty = "没有附件。照片和文件可以拖到这里。" if writes else "没有附件。"
        _refill(self._lines, [self._line(each, writes=writes) for each in found.files] or [_nothing(empty)])

    def _line(self, each: File, *, writes: bool) -> QWidget:
        widget = QWidget()
        row = _row(widget)
        name = link_button(each.name if len(each.name) <= 28 else f"{each.name[:14]}…{each.name[-12:]}")
        name.setToolTip(f"打开 {each.name}")
        name.clicked.connect(partial(self.opened.emit, each))
        row.addWidget(name)
        row.addWidget(
            label(f"{size_in_words(each.size)}　{each.added_at:%m-%d %H:%M}　{each.added_by}", "secondary"), 1
        )
        if writes:
            away = icon_button("x", f"移除附件 {each.name}")
            away.clicked.connect(partial(self.removed.emit, each.id))
            row.addWidget(away)
        return widget

    def _choose(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "添加附件", "", "所有文件 (*)")
        for name in names:
            self.added.emit(Path(name))


class CourseSection(QWidget):
    """经过: every act in order of time, with who did it and, if later, when it was entered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = QWidget()
        column = _column(self)
        column.addWidget(Separator())
        column.addWidget(label("经过", "heading"))
        column.addWidget(self._lines)
        _column(self._lines)

    def show_detail(self, found: Detail) -> None:
        """Show the course of events."""
        _refill(self._lines, [_course_line(each) for each in found.course])


def _course_line(each: CourseLine) -> QWidget:
    widget = QFrame()
    row = _row(widget)
    at = label(f"{each.at:%m-%d %H:%M}", "secondary")
    at.setFont(look.font(look.SECONDARY_SIZE, tabular=True))
    at.setToolTip(f"{each.at:%Y-%m-%d %H:%M:%S}")
    row.addWidget(at, 0, Qt.AlignmentFlag.AlignTop)
    result = f" → {each.result}" if each.result else ""
    late = abs((each.entered_at - each.at).total_seconds()) > 60
    entered = f"（{each.entered_by} {each.entered_at:%m-%d %H:%M} 录入）" if late else ""
    told = "" if each.what == Course.ACCEPT else each.said
    said = f"{each.what}　{told}{result}　{each.by}{entered}".replace("　　", "　")
    words = label(f"{said}　已划去（{each.void}）" if each.void else said, "secondary" if each.void else "", wraps=True)
    row.addWidget(words, 1)
    return widget


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(look.px(8))
    return column


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.px(8))
    return row


def _nothing(sentence: str) -> QWidget:
    return label(sentence, "secondary", wraps=True)


def _with_button(said: str, word: str, press: Callable[[], object]) -> QWidget:
    widget = QWidget()
    row = _row(widget)
    row.addWidget(label(said, wraps=True), 1)
    if word:
        button = link_button(word)
        button.clicked.connect(press)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return widget


def _refill(holder: QWidget, widgets: Sequence[QWidget]) -> None:
    layout = holder.layout()
    assert layout is not None  # noqa: S101 — each holder has one
    while layout.count():
        old = layout.takeAt(0).widget()
        old.setVisible(False)
        old.deleteLater()
    for widget in widgets:
        layout.addWidget(widget)


def _say(where: QLabel, sentence: str) -> None:
    where.setText(sentence)
    where.setVisible(bool(sentence))


def local_files(urls: Sequence[QUrl]) -> list[Path]:
    """The files among what was dropped."""
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
