"""The state of what is lent, as the boxes of the 借用单 say it: at lending and at return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opsdesk.services import entry
from opsdesk.services.errors import Refusal

OUT = {"runs": "正常运行", "undamaged": "没有损坏"}
IN = {"matches": "数量型号一致", "normal": "正常", "undamaged": "没有损坏"}
"""Fields of the acts and the words of their boxes; 其他 has words of its own."""
OTHER = "其他"
OTHER_WORDS = f"{OTHER}："


def read(values: Mapping[str, Any], boxes: Mapping[str, str]) -> str:
    """What was ticked in one line: “正常运行、没有损坏、其他：有划痕”. Refuses none at all."""
    ticked = [word for key, word in boxes.items() if entry.flag(values, key)]
    other = entry.text(values, "other", OTHER, longest=100)
    if not ticked and not other:
        raise Refusal("请勾选设备状况，或在“其他”里写明。", field=next(iter(boxes)))
    return "、".join([*ticked, *([f"{OTHER_WORDS}{other}"] if other else [])])


def ticked(kept: str, boxes: Sequence[str]) -> tuple[str, ...]:
    """Which boxes a kept line ticks, 其他 included."""
    before, _, other = kept.partition(OTHER_WORDS)
    return (*(box for box in boxes if box in before.split("、")), *((OTHER,) if other else ()))


def other(kept: str) -> str:
    """The words of 其他; empty where there are none."""
    return kept.partition(OTHER_WORDS)[2]
