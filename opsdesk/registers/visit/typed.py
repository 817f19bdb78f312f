"""What is typed at the door: one line for a person, one line for goods, read leniently."""

from __future__ import annotations

import re

from opsdesk.registers.visit.people import PersonEntry
from opsdesk.registers.visit.service import GoodsEntry
from opsdesk.services import id_numbers
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import IdKind
from opsdesk.services.text import one_line, person_name

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{3,8}")
NUMBER = re.compile(r"[A-Za-z0-9]{6,18}")
REASON = re.compile(r" (?:证件号)?(?:说明|原因)[:：] *(.+)$")
"""Why a number is written that its check does not accept."""
QUANTITY = re.compile(r"[x×*]?(\d{1,4})[个台块根件只套把]?")
MOST_GOODS = 9999


def read_person(line: str) -> PersonEntry:
    """“张三 恒通网络 110101199003070011 13800001234”: name, unit, paper and phone, the last three if given.

    A number that its check does not accept is taken with “证件号说明：” and why after it.
    """
    line = one_line(line)
    said = REASON.search(line)
    name, *rest = (line[: said.start()] if said else line).split() or [""]
    if not name:
        raise Refusal("请写进入的人：姓名 单位 证件号 电话，后三项可以空着。", field="people")
    unit, number, phone, kind = [], "", "", ""
    for word in rest:
        if word in list(IdKind):
            kind = word
        elif PHONE.fullmatch(word) and not phone and len(word) != 18:
            phone = word
        elif NUMBER.fullmatch(word) and any(sign.isdigit() for sign in word) and not number:
            number = word
        else:
            unit.append(word)
    kind = kind or (str(id_numbers.kind_of(number)) if number else "")
    return PersonEntry(
        name=person_name(name),
        unit="".join(unit),
        id_kind=kind,
        id_number=number,
        phone=phone,
        id_reason=said[1] if said else "",
    )


def read_goods(text: str) -> list[GoodsEntry]:
    """Goods, one a line: “笔记本电脑 1 ThinkPad T14 SN123”; without a number it is one piece."""
    return [_goods(words) for line in text.splitlines() if (words := one_line(line).split())]


def _goods(words: list[str]) -> GoodsEntry:
    name, *rest = words
    brought, model = 1, []
    for place, word in enumerate(rest):
        if place == 0 and (quantity := QUANTITY.fullmatch(word)):
            brought = int(quantity[1])
        else:
            model.append(word)
    if not 1 <= brought <= MOST_GOODS:
        raise Refusal(f"{name}的数量写的是 {brought}，应在 1 到 {MOST_GOODS} 之间。请核对。", field="goods")
    serial = model.pop() if len(model) > 1 else ""
    return GoodsEntry(name=name, brought=brought, model=" ".join(model), serial=serial)
