"""Rotations in words: “D D N N 休 休” or “白白夜夜休休” as shift after shift, and the customary ones a site can use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from opsdesk.registers.roster.month_plan import PlannedShift
from opsdesk.services.choices import REST
from opsdesk.services.errors import Refusal

REST_WORDS = ("休息", "轮休", "公休", "休", "○", "〇", ".")
LONGEST = 62
"""Days of a rotation."""
CUSTOMARY: Mapping[str, str] = {
    "白白夜夜休休": "两白两夜两休",
    "白夜休休": "四班两运转",
    "白白中中夜夜休休": "四班三运转",
    "白白白中中中夜夜夜休休休": "三白三中三夜三休",
    "白白白白白休休": "做五休二",
    "夜休": "上一休一（夜班）",
}
"""Rotations by the first letters of their shifts' names."""
_GAPS = re.compile(r"[\s,，、;；/|→\-]+")


def names(shifts: Sequence[PlannedShift]) -> dict[str, int]:
    """By what a shift in use may be typed: code, name, or a first letter only one name has; and the words of rest."""
    current = [shift for shift in shifts if shift.current]
    letters = [shift.name[0] for shift in current]
    known = {shift.name[0].casefold(): shift.id for shift in current if letters.count(shift.name[0]) == 1}
    known.update({shift.name.casefold(): shift.id for shift in current})
    known.update({shift.code.casefold(): shift.id for shift in current})
    return {**known, **dict.fromkeys(REST_WORDS, REST)}


def read_pattern(written: str, shifts: Sequence[PlannedShift]) -> list[int]:
    """Shift ids and REST in the order typed, with blanks between or without. Refuses what is no shift."""
    known = names(shifts)
    by_length = sorted(known, key=len, reverse=True)
    found: list[int] = []
    for part in _GAPS.split(written.strip().casefold()):
        rest = part
        while rest:
            word = next((word for word in by_length if rest.startswith(word)), None)
            if word is None:
                raise Refusal(
                    f"“{rest}”不是班次。请写班次代码或名称，休息写休，例如 {example(shifts)}。", field="pattern"
                )
            found.append(known[word])
            rest = rest[len(word) :]
    if len(found) > LONGEST:
        raise Refusal(f"一轮有 {len(found)} 天，最多 {LONGEST} 天。请改短。", field="pattern")
    return found


def customary(shifts: Sequence[PlannedShift]) -> list[tuple[str, str]]:
    """The customary rotations that the site's shifts allow, as (pattern in codes, words)."""
    known = names(shifts)
    codes = {shift.id: shift.code for shift in shifts} | {REST: "休"}
    return [
        (" ".join(codes[known[letter]] for letter in letters), f"{words}：{letters}")
        for letters, words in CUSTOMARY.items()
        if all(letter in known for letter in letters)
    ]


def example(shifts: Sequence[PlannedShift]) -> str:
    """A rotation to show what one looks like."""
    offered = customary(shifts)
    codes = [shift.code for shift in shifts if shift.current]
    return offered[0][0] if offered else " ".join([*codes[:2], "休", "休"])
