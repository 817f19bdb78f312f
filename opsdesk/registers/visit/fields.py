"""Fields of a visit as they are typed: cleaned, measured, or refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsdesk.services import entry, id_numbers
from opsdesk.services.errors import Refusal

_DIVIDERS = re.compile(r"[、,，;；/]+")


def texts_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of a visit that may be written at any time, cleaned and measured, identity numbers cut short."""
    return {
        "module": entry.text(values, "module", "模块"),
        "purpose": id_numbers.cut_free(entry.text(values, "purpose", "进入事由", required=True, longest=120)),
        "remarks": id_numbers.cut_free(entry.text(values, "remarks", "备注", longest=300)),
        "off_hours_number": entry.code(values, "off_hours_number", "非工作时间申请单号"),
    }


def with_whom(escorts: Sequence[str], inside: Sequence[str], *, field: str = "escorts") -> dict[str, str]:
    """One or two escorts, in their order; nobody escorts himself."""
    split = [part for each in escorts for part in _DIVIDERS.split(each) if part.strip()]
    names = list(dict.fromkeys(entry.name({field: each}, field, "陪同人") for each in split))
    if len(names) > 2:
        raise Refusal(f"陪同人最多写两名，这里有 {len(names)} 名。请留下全程陪同的人。", field=field)
    if mixed := [each for each in names if each in inside]:
        raise Refusal(f"{mixed[0]}是进入人，不能陪同自己。请写陪同的机房人员。", field=field)
    return dict(zip(("escort", "second_escort"), [*names, "", ""], strict=False))


def due_after(asked: datetime | None, lent: datetime | None, entered: datetime) -> datetime | None:
    """Until when somebody may stay: as asked, else as lent; after he entered in any case."""
    if asked is None:
        return lent
    due = entry.moment({"due_at": asked}, "due_at", "应离开时间")
    if due <= entered:
        raise Refusal(f"应离开时间 {due:%m-%d %H:%M} 不晚于进入时间 {entered:%m-%d %H:%M}。请核对。", field="due_at")
    return due


def goods_of(name: str, model: str, serial: str, note: str) -> dict[str, str]:
    """What tells goods from others, and what is said of them."""
    parts = (("name", "物品名称", name, 60), ("model", "型号", model, 60), ("serial", "序列号", serial, 60),
             ("note", "说明", note, 120))  # fmt: skip
    return {
        key: entry.text({"goods": typed}, "goods", title, required=key == "name", longest=longest)
        for key, title, typed, longest in parts
    }
