"""What stands open, as rows that lead to their remedies; and the values with which a form there begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from opsdesk.exports.document import weekday
from opsdesk.register import Chip, Column, Kind, Row, Tone
from opsdesk.rules.vocabulary import Direction
from opsdesk.services import attendance, offices, reporting
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Closed, Period
from opsdesk.services.context import Context
from opsdesk.services.leave_slips import Part
from opsdesk.services.open_item import OpenItem
from opsdesk.services.open_of_day import NO_SIGN_IN, NO_SIGN_OUT, NOT_COME, UNSIGNED
from opsdesk.services.open_of_offices import DOOR, FOUND
from opsdesk.services.open_of_reports import DOORS as REPORTS
from opsdesk.services.open_of_reports import MISSED

COLUMNS = (
    Column("kind", "事项", Kind.CHIP, 124),
    Column("sentence", "说明", Kind.LONG_TEXT, width=0),
    Column("door", "去办理", width=104),
)
TOGETHER = 3
"""So many records of one day that wait for the signature stand in one row."""
URGENT = frozenset({NO_SIGN_IN, NO_SIGN_OUT, NOT_COME, "超时", "在机房", "退回", FOUND, MISSED})
DOORS: Mapping[str, str] = {
    "sign_in": "到岗记录", "correction": "补签", "leave": "请假", "overtime": "加班", "incident": "事件单",
    "hand_in": "交单签收", "visit": "登记离开", "permit": "审批单", "off_hours": "场地使用", "loan": "归还",
    "equipment_move": "设备进出", "inspection_round": "巡检", "cleaning": "清扫", "open_close": "开关门",
    "report": "日报", "report_weekly": "周报", "report_quarterly": "季度总结",
    "reading": "环境记录",
    "month": "月度考勤", "deduction": "拟扣减", "appraisal": "考核评分", "day_close": "日结", "month_close": "月结",
    "roster": "排班", "holiday_consent": "节假日同意", "calendar": "日历", "contract": "合同", "staff": "人员",
}  # fmt: skip
"""What is behind each door, in a word."""


def named(period: Period) -> str:
    """A period as a heading: 2026-03-05 周四, 2026 年 3 月, 2026 年第一季度."""
    return f"{period.words} {weekday(period.first)}" if period.kind is PeriodKind.DAY else period.words


def gathered(items: Sequence[OpenItem]) -> list[OpenItem]:
    """The items as they are seen to: many records handed in on one day are signed for together, and stand as one."""
    waiting: dict[date | None, list[OpenItem]] = {}
    for each in items:
        if each.kind == UNSIGNED:
            waiting.setdefault(each.day, []).append(each)
    made = []
    for each in items:
        own = waiting.get(each.day, []) if each.kind == UNSIGNED else []
        if len(own) < TOGETHER:
            made.append(each)
        elif each is own[0]:
            made.append(_together(own))
    return made


def _together(own: Sequence[OpenItem]) -> OpenItem:
    first = own[0]
    handed_in = f"{first.day:%m-%d} " if first.day is not None else ""
    said = f"{handed_in}交来的 {len(own)} 张记录单还没有签收，可以一次签：{first.name}、{own[1].name} 等。"
    return OpenItem(UNSIGNED, said, "hand_in", day=first.day)


def rows(items: Sequence[OpenItem]) -> list[Row]:
    """A row for each item, in their order."""
    return [
        Row(
            place,
            {
                "kind": Chip(each.kind, Tone.BROKEN if each.kind in URGENT else Tone.WARNING),
                "sentence": each.sentence,
                "door": f"{DOORS.get(each.door, '去办理')} ›",
            },
        )
        for place, each in enumerate(items)
    ]


def hint(items: Sequence[OpenItem], chosen: Row | None) -> str:
    """What Enter does; with the row `chosen`, also where it leads: its door may have no room in the list."""
    if chosen is None or not 0 <= chosen.id < len(items):
        return "回车或点击一行去办理。" if items else ""
    return f"回车或点击，到“{DOORS.get(items[chosen.id].door, '去办理')}”办理。"


def rows_of(closed: Closed) -> list[Row]:
    """What stood open when the period was closed: only to be looked at."""
    return [
        Row(place, {"kind": Chip("未结", Tone.NEUTRAL), "sentence": said, "door": ""}, muted=True)
        for place, said in enumerate(closed.open_items)
    ]


def values(ctx: Context, item: OpenItem) -> Mapping[str, Any]:
    """The values with which a 补签单, 请假单 or check of an office begins for a day; nothing for other items."""
    if item.door == DOOR and item.day is not None:
        return offices.begun(ctx, item.name, item.day)
    if item.door in REPORTS.values() and item.day is not None:
        return {"vendor_id": reporting.vendor_named(ctx, item.name), "day": item.day}
    if item.staff_id is None or item.day is None or item.kind not in {NO_SIGN_IN, NO_SIGN_OUT, NOT_COME}:
        return {}
    if item.kind == NOT_COME:
        whole = str(Part.WHOLE)
        return {"staff_id": item.staff_id, "first_day": item.day, "first_part": whole, "last_day": item.day,
                "last_part": whole}  # fmt: skip
    with ctx.read() as connection:
        found = attendance.read(connection, ctx.regulations, item.day, item.day, ctx.now(), (item.staff_id,))
    duty = next((each.duty for each in found), None)
    leaving = item.kind == NO_SIGN_OUT
    due = (duty.ends if leaving else duty.begins) if duty else None
    return {
        "staff_id": item.staff_id,
        "day": item.day,
        "direction": str(Direction.OUT if leaving else Direction.IN),
        "actual_at": due,
        "cause": "忘签",
    }
