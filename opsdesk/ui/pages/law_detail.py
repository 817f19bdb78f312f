"""A clause in words, and as it is shown beside the list: values, readings, where it is used, and its history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Chip, Tone
from opsdesk.rules.clause import Clause, Holding, Parameter, Regulation, Value
from opsdesk.rules.vocabulary import CarriedOut
from opsdesk.services.amending import FIRST_DAY, Usage, standing
from opsdesk.services.law_library import GOVERNED
from opsdesk.services.law_words import worded
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import ChipLabel, Separator, label, link_button

IN_FORCE, BLANK, REPEALED, AHEAD = "生效", "待填", "已废止", "未生效"
STATES = (IN_FORCE, BLANK, REPEALED, AHEAD)
TONES = {IN_FORCE: Tone.FINE, BLANK: Tone.WARNING, REPEALED: Tone.NEUTRAL, AHEAD: Tone.INFORMATION}
CARRIED_OUT = {
    CarriedOut.COMPUTED: "由程序按记录计算。",
    CarriedOut.CHECKED: "由程序对照记录核对，由主管认定。",
    CarriedOut.PROMPTED: "由程序提示，由人办理。",
    CarriedOut.REMINDER: "目前只供查阅，程序不判定。",
}
SHOWN_UNITS = {"元/次": "元", "分值": "分"}
NAME_WIDTH = 132


def plain_value(parameter: Parameter, value: Value) -> str:
    """A value with its unit, without its name: 3 次, 20 元, 相加, “100 分以内 100 元，以上 500 元”."""
    if value is None:
        return BLANK
    if isinstance(value, tuple):
        return "，".join(f"{upto} 分以内 {yuan} 元" if upto is not None else f"以上 {yuan} 元" for upto, yuan in value)
    if isinstance(value, str):
        return parameter.word(value)
    return f"{value} {SHOWN_UNITS.get(parameter.unit, parameter.unit)}"


def value_in_words(parameter: Parameter, value: Value) -> str:
    """A value with its name and unit as people read it: 不扣减的次数 3 次, 每多一次 20 元, 100 分以内 100 元."""
    if value is None:
        return f"{parameter.label}待填"
    between = "：" if isinstance(value, tuple | str) else " "
    return f"{parameter.label}{between}{plain_value(parameter, value)}"


def values_in_words(clause: Clause, holding: Holding) -> str:
    """All values of a clause from one day on; empty for a clause without figures."""
    if holding.repealed:
        return ""
    return "；".join(value_in_words(each, holding.values.get(each.name)) for each in clause.parameters)


def begins_in_words(holding: Holding) -> str:
    """From when a clause holds; a source without a date is told as such."""
    return "未署日期" if holding.begins == FIRST_DAY else holding.begins.isoformat()


def changes_in_words(clause: Clause, before: Holding | None, after: Holding) -> list[str]:
    """What becomes different, a line a value: “超过即视缺勤：60 分 → 30 分”."""
    if after.repealed:
        return ["自这一天起整条废止。"]
    lines = ["自这一天起恢复执行。"] if before is not None and before.repealed else []
    old = {} if before is None or before.repealed else before.values
    for parameter in clause.parameters:
        value = after.values.get(parameter.name)
        if parameter.name not in old:
            lines.append(f"{parameter.label}：{plain_value(parameter, value)}")
        elif old[parameter.name] != value:
            was, now = plain_value(parameter, old[parameter.name]), plain_value(parameter, value)
            lines.append(f"{parameter.label}：{was} → {now}")
    return lines


def state_of(clause: Clause, day: date) -> str:
    """生效, 待填, 已废止 or 未生效 on a day."""
    holding = standing(clause, day)
    if holding is None:
        return AHEAD
    if holding.repealed:
        return REPEALED
    return BLANK if holding.blank else IN_FORCE


def chip_of(state: str) -> Chip | str:
    """What the list shows of a state: the ordinary one is a plain word."""
    return state if state == IN_FORCE else Chip(state, TONES[state])


class ClauseDetail(QWidget):
    """One clause on a day; `page_asked(slug)` leads to the register it governs where that is one of `pages`."""

    page_asked = Signal(str)

    def __init__(self, clause: Clause, regulation: Regulation, day: date, pages: Collection[str]) -> None:
        super().__init__()
        self._clause = clause
        column = _column(self)
        column.addWidget(label(f"{regulation.code} {regulation.title}", "secondary", wraps=True))
        column.addWidget(label(worded(clause, standing(clause, day)), wraps=True))
        state = state_of(clause, day)
        head = QHBoxLayout()
        head.setSpacing(look.px(8))
        head.addWidget(ChipLabel(state, TONES[state]))
        head.addWidget(label(f"{clause.kind}，编号 {clause.key}", "secondary"), 1)
        column.addLayout(head)
        column.addWidget(label(f"{clause.carried_out}：{CARRIED_OUT[clause.carried_out]}", wraps=True))
        self.link = link_button(GOVERNED[clause.governs])
        column.addLayout(self._governed(clause.governs in pages))
        if clause.parameters:
            column.addWidget(Separator())
            column.addWidget(label(f"{day.isoformat()} 的数值", "heading"))
            self._lay_values(column, standing(clause, day))
        column.addWidget(Separator())
        column.addWidget(label("用在哪里", "heading"))
        self.usage = label("正在查看。", "state", wraps=True)
        column.addWidget(self.usage)
        column.addWidget(Separator())
        column.addWidget(label("历次修订", "heading"))
        for widget in _history(clause, day):
            column.addWidget(widget)
        column.addStretch(1)

    def show_usage(self, usage: Usage) -> None:
        """Say which contracts follow it and what cites it this month."""
        said = []
        if self._clause.regulation == "G":
            said.append("判读总则对各合同一律适用。")
        elif usage.contracts:
            said.append(f"按 {self._clause.regulation} 办的合同：")
            said.extend(f"{each.vendor}　{each.contract}　{'、'.join(each.topics)}" for each in usage.contracts)
        else:
            said.append(f"当天没有合同按 {self._clause.regulation} 办。")
        year, number = usage.month.split("-")
        month = f"{year} 年 {int(number)} 月"
        if usage.verdicts:
            said.append(f"{month}有 {usage.verdicts} 条判定引用这一条，涉及 {usage.people} 人。")
        else:
            said.append(f"{month}没有判定引用这一条。")
        if usage.deductions:
            said.append(f"已入账的拟扣减有 {usage.deductions} 笔引用这一条。")
        self.usage.setText("\n".join(said))

    def _governed(self, has_page: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.px(4))
        row.addWidget(label("涉及"))
        if has_page:
            self.link.setToolTip("打开这一页")
            self.link.clicked.connect(partial(self.page_asked.emit, self._clause.governs))
            row.addWidget(self.link)
        else:
            row.addWidget(label(GOVERNED[self._clause.governs]))
            self.link.setParent(self)
            self.link.setVisible(False)
        row.addStretch(1)
        return row

    def _lay_values(self, column: QVBoxLayout, holding: Holding | None) -> None:
        if holding is None or holding.repealed:
            column.addWidget(label("这一天不执行，没有数值。", "state", wraps=True))
            return
        for parameter in self._clause.parameters:
            value = holding.values.get(parameter.name)
            column.addWidget(_named(parameter.label, plain_value(parameter, value)))
            others = [word for code, word in parameter.readings if code != value]
            if others:
                column.addWidget(label(f"另有口径：{'；'.join(others)}。", "secondary", wraps=True))


class RepeatDetail(QWidget):
    """A regulation that only repeats others; `regulation_asked(code)` leads to one of those."""

    regulation_asked = Signal(str)

    def __init__(self, regulation: Regulation) -> None:
        super().__init__()
        column = _column(self)
        column.addWidget(label(regulation.title, wraps=True))
        column.addWidget(label(f"出处：{regulation.origin}", "secondary", wraps=True))
        column.addWidget(label(f"{repeats_in_words(regulation)}，条款以原件为准，不另立。", wraps=True))
        row = QHBoxLayout()
        self.links = {code: link_button(f"看 {code}") for code in regulation.repeats}
        for code, button in self.links.items():
            button.clicked.connect(partial(self.regulation_asked.emit, code))
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)


def repeats_in_words(regulation: Regulation) -> str:
    """“与 T1、T2 相同”."""
    return f"与 {'、'.join(regulation.repeats)} 相同"


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(look.px(8))
    return column


def _named(name: str, value: str) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(look.px(12))
    words = label(name, "state", wraps=True)
    words.setFixedWidth(look.px(NAME_WIDTH))
    row.addWidget(words, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(value, wraps=True), 1, Qt.AlignmentFlag.AlignTop)
    return widget


def _history(clause: Clause, day: date) -> Sequence[QWidget]:
    """Every holding, the newest first: what it changed, its source, who entered it."""
    now = standing(clause, day)
    made: list[QWidget] = []
    for place in reversed(range(len(clause.holdings))):
        holding = clause.holdings[place]
        before = clause.holdings[place - 1] if place else None
        later = clause.holdings[place + 1] if place + 1 < len(clause.holdings) else None
        superseded = later is not None and later.begins == holding.begins
        begins = "自始生效（原文未署日期）" if holding.begins == FIRST_DAY else f"自 {holding.begins.isoformat()} 起"
        mark = "，当日适用" if holding is now else "，已由同日后录的一条代替" if superseded else ""
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, look.px(8))
        column.setSpacing(look.px(4))
        column.addWidget(label(f"{begins}{mark}", "heading" if holding is now else "state", wraps=True))
        if before is not None or holding is not now:
            for line in changes_in_words(clause, before, holding):
                column.addWidget(label(line, wraps=True))
        issued = f"，{holding.issued.isoformat()} 发布" if holding.issued else ""
        column.addWidget(label(f"出处：{holding.source}{issued}", "secondary", wraps=True))
        if holding.entered:
            column.addWidget(label(holding.entered, "secondary", wraps=True))
        made.append(block)
    return made
