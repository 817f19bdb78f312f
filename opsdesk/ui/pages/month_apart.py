"""What a person's lines do not count: lateness of a day without penalties, and segments that are settled apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from opsdesk.rules.clause import Regulations
from opsdesk.services.settlement import PersonMonth

PENALTIES = {
    "迟到": ("attendance.late_count", "attendance.late_minutes", "attendance.absent"),
    "早退": ("attendance.early_each", "attendance.early_awol"),
}
"""The parts of a regulation by which each is charged."""


def sentences(regulations: Regulations, each: PersonMonth) -> Sequence[str]:
    """Each lateness and early leaving that no clause charges, and that the month is settled in segments (G14)."""
    terms = {day.day: day.terms.penalties for day in each.days}
    said = [
        f"{one.day:%m-%d} {what} {one.minutes} 分：当日考勤罚则不适用，不计入扣减。"
        for what, found in (("迟到", each.late), ("早退", each.early))
        for one in found
        if not any(regulations.on(one.day).part(part, terms[one.day]) for part in PENALTIES[what])
    ]
    if any(count > 1 for count in Counter(line.part for line in each.settled.lines).values()):
        said.append("本月罚则有变更，以生效日为界分段结算（G14），各段分别计次、计分。")
    return said
