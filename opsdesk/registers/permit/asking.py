"""What stands in the form of a permit, read and measured before it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Room
from opsdesk.services import entry, id_numbers, incident_numbers
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.room_permits import PURPOSES

Values = Mapping[str, Any]
ONE_VISIT, LONGEST = timedelta(hours=24), timedelta(days=366)
OTHER = PURPOSES[-1]
MOST_ESCORTS = 3
"""As many escorts have a line on F09."""
_DIVIDERS = re.compile(r"[、,，;；/\s]+")


def read(connection: Connection, ctx: Context, values: Values) -> dict[str, Any]:
    """Everything the form says of a permit but its people. Refuses, with the field's key, what cannot be."""
    now = ctx.now().replace(microsecond=0)
    unit = entry.text(values, "unit", "申请单位", required=True, longest=100)
    return {
        "applied_at": entry.past_or_none(values, "applied_at", "申请时间", now) or now.replace(second=0),
        "unit": unit,
        "applicant": entry.name(values, "applicant", "申请人"),
        "phone": entry.code(values, "phone", "联系电话") or None,
        "sealed_on": entry.past_day_or_none(values, "sealed_on", "盖章日期", now.date()),
        "room_id": entry.chosen(values, "room_id", "机房", list(connection.execute(select(Room.id)).scalars())),
        "module": entry.text(values, "module", "模块", longest=60),
        "purposes": "、".join(purposes(values)),
        "work": _told(values, "work", "工作内容", required=True),
        "equipment": _told(values, "equipment", "新增或扩容设备"),
        "incident_number": incident(connection, values),
        **_time(values),
        "escorts": "、".join(_escorts(values)),
        "operates": entry.flag(values, "operates"),
        "cause": _told(values, "cause", "故障原因判断"),
        "plan": _told(values, "plan", "拟定处理方案"),
        "reach": _told(values, "reach", "估计影响范围"),
        "secrecy": entry.flag(values, "secrecy"),
        **_by_phone(values, now),
        "remarks": _told(values, "remarks", "备注"),
    }


def _told(values: Values, key: str, title: str, *, required: bool = False) -> str:
    """A text of several lines, in which of identity numbers the last four stay."""
    return id_numbers.cut_free(entry.long_text(values, key, title, required=required))


def purposes(values: Values) -> list[str]:
    """事由 in the order of the paper; 其他 may say what it is, “其他（布线）”."""
    typed = entry.text(values, "purposes", "事由", required=True, longest=100)
    found = list(dict.fromkeys(part for part in _DIVIDERS.split(typed) if part))
    for part in found:
        if part not in PURPOSES and not part.startswith(OTHER):
            offered = "、".join(PURPOSES)
            raise Refusal(f"没有“{part}”这种事由。请从{offered}里写一项或几项，用顿号隔开。", field="purposes")
    if not found:
        raise Refusal("请填写“事由”。", field="purposes")
    places = {purpose: place for place, purpose in enumerate(PURPOSES)}
    return sorted(found, key=lambda part: places.get(part, len(places)))


def incident(connection: Connection, values: Values) -> str:
    """The number of the incident that the work belongs to. Refuses one that there is not."""
    typed = entry.code(values, "incident_number", "事件编号", longest=60)
    if not typed:
        return ""
    row = incident_numbers.found(connection, typed)
    if row is None:
        raise Refusal(f"没有编号是“{typed}”的事件记录。请核对，或者空着。", field="incident_number")
    return str(row["number"])


def _escorts(values: Values) -> list[str]:
    typed = entry.text(values, "escorts", "随工", longest=60)
    parts = re.split(r"[、,，;；]+", typed)
    parts = parts if len(parts) > 1 or typed.isascii() else typed.split()
    names = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if len(names) > MOST_ESCORTS:
        raise Refusal(f"随工写了 {len(names)} 人，最多 {MOST_ESCORTS} 人。请核对。", field="escorts")
    return names


def _time(values: Values) -> dict[str, Any]:
    begins = entry.moment(values, "planned_from", "预计进入")
    ends = entry.moment(values, "planned_to", "预计离开")
    several = entry.flag(values, "several")
    refuse_span(begins, ends, several=several)
    return {"planned_from": begins, "planned_to": ends, "several": several}


def refuse_span(begins: datetime, ends: datetime, *, several: bool) -> None:
    """Refuse a time that is none, or too long for what it is."""
    if ends <= begins:
        raise Refusal("预计离开要晚于预计进入，请核对。", field="planned_to")
    if not several and ends - begins > ONE_VISIT:
        raise Refusal("一次进入超过 24 小时。分几次进出的，请勾选“多次有效”；否则请核对时间。", field="planned_to")
    if ends - begins > LONGEST:
        raise Refusal("一张审批单最长一年，请核对时间。", field="planned_to")


def _by_phone(values: Values, now: datetime) -> dict[str, Any]:
    """Who approved an urgent entry by telephone, and when."""
    urgent = entry.flag(values, "urgent")
    by = entry.text(values, "phoned_by", "电话批准人", longest=30)
    at = entry.past_or_none(values, "phoned_at", "电话批准时刻", now)
    if urgent and not by:
        raise Refusal("紧急进入先由负责人电话批准，请填写批准人。", field="phoned_by")
    if urgent and at is None:
        raise Refusal("请填写电话批准的时刻，补单期限和先后都按它核对。", field="phoned_at")
    if not urgent and (by or at):
        raise Refusal("填了电话批准，请勾选“紧急”；不是紧急进入的请空着。", field="urgent")
    return {"urgent": urgent, "phoned_by": by, "phoned_at": at}
