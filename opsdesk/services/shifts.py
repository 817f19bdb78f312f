"""Reading and writing a shift's pairs: “08:30-12:00 13:30-17:30”, “20:00-32:00” where 32:00 is 08:00 the next day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from opsdesk.rules.facts import Span
from opsdesk.services.errors import Refusal

PAIR = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~至]\s*(次日)?(\d{1,2}):(\d{2})")
Minutes = tuple[tuple[int, int], ...]


def parse_pairs(written: str, *, field: str = "pairs") -> Minutes:
    """Pairs as minutes after the shift day's midnight, in order. Refuses what cannot be a shift.

    An end at or before its start, or one marked 次日, is on the next day.
    """
    text = written.replace("：", ":").strip()
    found = PAIR.findall(text)
    rest = PAIR.sub("", text).strip(" ,，;；、")
    if not found or rest:
        raise Refusal(
            f"班次时间“{written}”看不懂。请写成 08:30-17:30，多段用空格隔开，跨夜写 20:00-次日08:00。", field=field
        )
    pairs: list[tuple[int, int]] = []
    for hour, minute, next_day, end_hour, end_minute in found:
        begins, ends = int(hour) * 60 + int(minute), int(end_hour) * 60 + int(end_minute)
        if int(minute) > 59 or int(end_minute) > 59 or begins >= (48 if pairs else 24) * 60 or ends > 48 * 60:
            raise Refusal(f"班次时间“{written}”里有不存在的时刻。请用 00:00 到 23:59。", field=field)
        if pairs and begins < pairs[-1][0]:
            begins += 24 * 60
        while ends <= begins or (next_day and ends < 24 * 60):
            ends += 24 * 60
        pairs.append((begins, ends))
    for (_, ended), (begins, _) in pairwise(pairs):
        if begins < ended:
            raise Refusal(f"班次时间“{written}”的几段互相重叠。请按先后顺序写，前一段结束后再开始下一段。", field=field)
    if pairs[-1][1] - pairs[0][0] > 24 * 60:
        raise Refusal(f"班次时间“{written}”超过 24 小时。请核对起止时间。", field=field)
    return tuple(pairs)


def write_pairs(pairs: Minutes) -> str:
    """Pairs as they are stored: hours above 24 belong to the next day."""
    return " ".join(f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs)


def shown_pairs(pairs: Minutes) -> str:
    """Pairs as people read them: 20:00–次日08:00."""

    def clock(minutes: int) -> str:
        return f"{'次日' if minutes >= 1440 else ''}{minutes // 60 % 24:02}:{minutes % 60:02}"

    return "，".join(f"{clock(begins)}–{clock(ends)}" for begins, ends in pairs)


def spans(day: date, pairs: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Pairs of a shift on its day."""
    midnight = datetime.combine(day, time())
    return tuple(Span(midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in pairs)
