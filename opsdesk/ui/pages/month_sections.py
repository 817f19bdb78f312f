"""The parts of a person's month that are no deduction: how it stands, its days, missing ends, leave and hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.registers.month.service import Standing
from opsdesk.rules.settlement import days_in_words
from opsdesk.services.settlement import PersonMonth
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import ChipLabel, Figure, icon_label, label, link_button
from opsdesk.ui.kit.wording import day_in_words, minutes_in_words
from opsdesk.ui.pages import month_rows as rows
from opsdesk.ui.pages.month_strip import MonthStrip

AskDay = Callable[[date], object]


def head(column: QVBoxLayout, standing: Standing, each: PersonMonth) -> None:
    """State, vendor and post, what has changed, the warnings, and the four figures that matter."""
    chip = rows.chip(each, standing)
    row = QHBoxLayout()
    row.setSpacing(look.px(8))
    row.addWidget(ChipLabel(chip.word, chip.tone))
    row.addWidget(label(f"{each.person.vendor}　{each.person.post}", "secondary"), 1)
    if (made := standing.booked_at.get(each.person.id)) is not None:
        row.addWidget(label(f"{made:%m-%d %H:%M} 结算", "secondary"))
    column.addLayout(row)
    if each.person.id in standing.changed:
        column.addWidget(_warning(rows.change_words(each, standing.booked[each.person.id])))
    for warning in each.warnings:
        column.addWidget(_warning(warning))
    figures = QHBoxLayout()
    figures.setSpacing(look.px(8))
    for number, word, share in (
        (str(each.due_days), "应出勤（日）", 5),
        (rows.half_days(each.attended_half_days) or "0", "实出勤（日）", 5),
        (rows.hours(each.worked_minutes) or "0", "净工时（时）", 6),
        (rows.money(each.settled.figures.total) or "0", "拟扣减（元）", 5),
    ):
        figures.addWidget(Figure(number, word), share)
    column.addLayout(figures)


def strip(
    column: QVBoxLayout, standing: Standing, each: PersonMonth, ask: AskDay, waived: frozenset[date]
) -> MonthStrip:
    """The month's days, those `waived` told so; `ask(day)` when one is chosen."""
    made = MonthStrip(each, standing.month.dates, waived)
    made.day_asked.connect(ask)
    column.addWidget(made)
    return made


def apart(column: QVBoxLayout, sentences: Sequence[str]) -> None:
    """What the lines above do not count, so that they and the figures of the table can be brought together."""
    for sentence in sentences:
        column.addWidget(label(sentence, "secondary", wraps=True))


def beyond_money(column: QVBoxLayout, each: PersonMonth, ask: AskDay) -> dict[str, QWidget]:
    """Missing ends, leave and hours, each under its heading; gives the headings by name."""
    places: dict[str, QWidget] = {}
    if each.missing:
        places["missing"] = _heading(column, f"缺签 {len(each.missing)} 天")
        for gap in each.missing:
            _day_row(column, gap.day, f"{gap.what}，补签期限已过" if gap.overdue else str(gap.what), ask)
    if each.leave:
        places["leave"] = _heading(column, "请假")
        for kind, taken in each.leave.items():
            said = f"{kind} {days_in_words(taken.half_days)} 日，{minutes_in_words(taken.minutes)}。"
            column.addWidget(label(said, wraps=True))
        for day, halves in sorted(each.halves.items()):
            morning, afternoon = (half.leave for half in halves)
            if morning or afternoon:
                part = "" if morning == afternoon else "上午" if morning else "下午"
                _day_row(column, day, f"{part}{morning or afternoon}", ask)
    places["time"] = _heading(column, "工时")
    planned, worked = minutes_in_words(each.planned_minutes), minutes_in_words(each.worked_minutes)
    column.addWidget(
        label(
            f"计划 {planned}，净工时 {worked}，即 {rows.hours(each.worked_minutes) or 0} 时（已扣午休）。", wraps=True
        )
    )
    if each.overtime_minutes:
        column.addWidget(label(f"获准加班 {minutes_in_words(each.overtime_minutes)}。", wraps=True))
    for day in sorted(each.overtime_days):
        _day_row(column, day, "加班", ask)
    return places


def _heading(column: QVBoxLayout, title: str) -> QWidget:
    made = label(title, "heading")
    column.addWidget(made)
    return made


def _day_row(column: QVBoxLayout, day: date, said: str, ask: AskDay) -> None:
    row = QHBoxLayout()
    row.setSpacing(look.px(8))
    button = link_button(day_in_words(day))
    button.setToolTip("打开这一天的到岗记录")
    button.clicked.connect(partial(_press, ask, day))
    row.addWidget(button)
    row.addWidget(label(said, "secondary"), 1)
    column.addLayout(row)


def _press(ask: AskDay, day: date, _checked: bool = False) -> None:
    ask(day)


def _warning(sentence: str) -> QWidget:
    made = QFrame()
    look.dress(made, class_="notice", tone=Tone.WARNING.value)
    row = QHBoxLayout(made)
    row.setContentsMargins(*(look.px(8),) * 4)
    row.setSpacing(look.px(8))
    row.addWidget(icon_label(look.TONE_ICONS[Tone.WARNING], Tone.WARNING.value), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(sentence, wraps=True), 1)
    return made
