"""The marks of a month sheet: one sign for half a planned day, two lines where the halves differ (F04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from opsdesk.rules.halves import Half
from opsdesk.rules.vocabulary import LeaveKind, Mark
from opsdesk.services.settlement import PersonMonth

SYMBOLS = {
    LeaveKind.PERSONAL: "△",
    LeaveKind.SICK: "＋",
    LeaveKind.ANNUAL: "年",
    LeaveKind.COMP_TIME: "◇",
    LeaveKind.OFFICIAL: "公",
    LeaveKind.OUT: "外",
    LeaveKind.REMOTE: "远",
    LeaveKind.MARRIAGE: "婚",
    LeaveKind.MATERNITY: "产",
    LeaveKind.BEREAVEMENT: "丧",
    LeaveKind.INJURY: "伤",
    LeaveKind.OTHER: "假",
}
LEAVE_LEGEND = "　".join(f"{symbol} {kind}" for kind, symbol in SYMBOLS.items())
LEGEND = (
    f"图例：√ 出勤　迟、退 加分钟数　缺 迟到视缺勤　× 旷工　— 缺席　未 未签退或缺签到　○ 休　{LEAVE_LEGEND}。"
    "每格上行为上午，下行为下午；上下相同只印一个。"
)
PRESENT, REST, AWOL = "√", "○", "×"
_SIGNS = {
    Mark.PRESENT: PRESENT,
    Mark.LATE: "迟",
    Mark.EARLY: "退",
    Mark.ABSENT: "缺",
    Mark.AWOL: AWOL,
    Mark.AWAY: "—",
    Mark.OPEN: "未",
    Mark.AHEAD: "",
    Mark.REST: REST,
    Mark.UNPLANNED: PRESENT,
}


def half_mark(half: Half) -> str:
    """The sign of half a day, minutes of lateness or early leaving behind it: √, 迟26, △."""
    if half.leave is not None:
        return SYMBOLS[half.leave]
    return f"{_SIGNS[half.mark]}{half.minutes or ''}"


def day_mark(halves: tuple[Half, Half]) -> str:
    """The cell of a planned day: one sign, or two lines where morning and afternoon differ."""
    morning, afternoon = map(half_mark, halves)
    return morning if morning == afternoon else f"{morning}\n{afternoon}"


def month_cells(each: PersonMonth, dates: Sequence[date], today: date) -> list[str]:
    """A person's cells; empty before arrival, after leaving, and for days to come."""
    known = {day.day: day for day in each.days}
    cells = []
    for day in dates:
        if day in each.halves:
            cells.append(day_mark(each.halves[day]))
        elif day in known:
            cells.append(PRESENT if known[day].punches else REST if day <= today else "")
        else:
            cells.append("")
    return cells
