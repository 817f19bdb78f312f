"""Offices: opened, closed and looked over every day (T3-07b), left locked and switched off (E1-02, E7-10).

Everything here is pure; what is missing is told with its clause, never punished by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opsdesk.rules.clause import Citation, Law
from opsdesk.rules.upkeep import ABNORMAL, bracketed

SITE = "T3"
"""Whose rule the daily round of the offices is."""
CLOSING: Mapping[str, str] = {
    "computers": "电脑显示器关", "sockets": "插排充电断", "air_conditioning": "空调关", "lights": "灯关",
    "windows": "窗关", "door": "门锁",
}  # fmt: skip
"""Boxes ticked when the last one leaves."""
FIRE: Mapping[str, str] = {
    "no_flame": "无明火吸烟", "passage": "通道畅通", "extinguishers": "灭火器在位有效", "emergency_lights": "应急灯",
}  # fmt: skip
"""Boxes of the fire check."""
BOXES: Mapping[str, str] = {**CLOSING, **FIRE}
ALSO = (("office.locked", "E1"), ("office.devices", "E7"))
"""Clauses that the boxes look after besides: doors and windows locked, devices off or locked."""


@dataclass(frozen=True)
class OfficeDay:
    """What is on record of an office on a day: how often it was opened, closed and looked over."""

    opens: int = 0
    closes: int = 0
    fire_checks: int = 0


@dataclass(frozen=True)
class OfficeState:
    """What a day of an office still lacks, in words, and the clause that wants it."""

    lacking: tuple[str, ...]
    citation: Citation | None

    @property
    def sentence(self) -> str:
        """还缺关门登记、防火检查（T3 第七条）。; empty where nothing is missing."""
        if not self.lacking:
            return ""
        return f"还缺{'、'.join(self.lacking)}{bracketed(self.citation)}。"


def due(law: Law, *, workday: bool, present: bool) -> bool:
    """Whether the offices are to be looked after on a day: a workday, or (usual reading) one on which somebody came."""
    held = law.part("office.daily", SITE)
    return held is not None and (workday or (present and held.text("open_close.days") == "present"))


def judge(facts: OfficeDay, law: Law, *, workday: bool, present: bool) -> OfficeState:
    """What a day of an office lacks of opening, closing and fire check; nothing where they are not due."""
    held = law.part("office.daily", SITE)
    if held is None or not due(law, workday=workday, present=present):
        return OfficeState((), held.cite() if held else None)
    done = (
        ("开门登记", facts.opens, "open_close.opens"),
        ("关门登记", facts.closes, "open_close.closes"),
        ("防火检查", facts.fire_checks, "open_close.fire_checks"),
    )
    return OfficeState(tuple(word for word, count, least in done if count < held.number(least)), held.cite())


def wrong(boxes: Mapping[str, str]) -> tuple[str, ...]:
    """The boxes that are not in order, by the words of the form."""
    return tuple(title for key, title in BOXES.items() if boxes.get(key) == ABNORMAL)


def unticked(boxes: Mapping[str, str]) -> tuple[str, ...]:
    """The boxes at which nobody has looked."""
    return tuple(title for key, title in BOXES.items() if not boxes.get(key))


def citations(law: Law) -> list[Citation]:
    """The clauses by which an office is looked after: daily opening and closing, locks, devices."""
    parts = (("office.daily", SITE), *ALSO)
    return [held.cite() for does, code in parts if (held := law.part(does, code)) is not None]
