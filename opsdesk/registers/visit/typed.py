"""What is typed at the door: one line for a person, one line for goods, read leniently."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opsdesk.registers.visit.people import PersonEntry
from opsdesk.registers.visit.service import GoodsEntry
from opsdesk.services import id_numbers
from opsdesk.services.errors import Refusal
from opsdesk.services.id_numbers import IdKind
from opsdesk.services.text import one_line, person_name

PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{3,8}")
WHOLE_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
NUMBER = re.compile(r"[A-Za-z0-9]{6,18}")
REASON = re.compile(r"[ ,，、;；](?:证件号)?(?:说明|原因)[:：] *(.+)$")
"""Why a number is written that its check does not accept."""
DIVIDERS = re.compile(r"[ ,，、;；]+")
KIND_SAID = re.compile(rf"({'|'.join(IdKind)}) ?[:：]")
COUNTERS = "个台块根件只套把条张部盒"
QUANTITY = re.compile(rf"[x×*]?(\d+)[{COUNTERS}]?")
SAID_QUANTITY = re.compile(rf"[x×*](\d+)[{COUNTERS}]?|(\d+)[{COUNTERS}]")
"""A quantity that is one wherever it stands: x2, 2台."""
MOST_GOODS = 9999


def read_person(line: str) -> PersonEntry:
    """“张三 恒通网络 110101199003070011 13800001234”: name, unit, paper and phone, the last three if given.

    Blanks, commas and semicolons divide. A number that its check does not accept is taken with “证件号说明：” and why
    after it.
    """
    line = one_line(line)
    said = REASON.search(line)
    name, *rest = _words(line[: said.start()] if said else line) or [""]
    if not name:
        raise Refusal("请写进入的人：姓名 单位 证件号 电话，后三项可以空着。", field="people")
    kind = next((word for word in reversed(rest) if word in list(IdKind)), "")
    unit, number, phone = _told_apart([word for word in rest if word not in list(IdKind)], kind)
    if id_numbers.long_run(f"{name}|{' '.join(unit)}"):
        raise Refusal("姓名或单位里有一长串数字，像是证件号。请核对位数，和姓名、单位之间用空格隔开。", field="people")
    return PersonEntry(
        name=person_name(name),
        unit="".join(unit),
        id_kind=kind or (str(id_numbers.kind_of(number)) if number else ""),
        id_number=number,
        phone=phone,
        id_reason=id_numbers.cut_short(said[1]) if said else "",
    )


def _words(line: str) -> list[str]:
    """The words of a line; a label in front of a number is none, or says the kind of paper."""
    said = KIND_SAID.sub(r" \1 ", id_numbers.drawn_together(line))
    plain = " ".join(id_numbers.unlabelled(said)).replace(f"{IdKind.CARD}:", f"{IdKind.CARD} ")
    return [word for word in DIVIDERS.split(plain) if word]


def _told_apart(words: Sequence[str], kind: str) -> tuple[list[str], str, str]:
    """What of the words is the unit, the number of the paper, the telephone."""
    unit, number, phone = [], "", ""
    four = _last_four(words, kind)
    for word in words:
        if word == four and not number:
            number = word.upper()
        elif PHONE.fullmatch(word) and not phone:
            phone = word
        elif NUMBER.fullmatch(word) and any(sign.isdigit() for sign in word) and not number:
            number = word
        else:
            unit.append(word)
    return unit, number, phone


def _last_four(words: Sequence[str], kind: str) -> str:
    """The word that is the last four of a 身份证; empty where there is none, or where it may be an extension.

    It is one where it ends with X, where the kind is said, or where a whole telephone number stands beside it.
    """
    if kind not in {"", IdKind.CARD} or any(len(word) >= id_numbers.OLD and NUMBER.fullmatch(word) for word in words):
        return ""
    sure = kind == IdKind.CARD or any(WHOLE_PHONE.fullmatch(word) for word in words)
    fours = [word for word in words if word.isascii() and id_numbers.only_four(word)]
    return next((word for word in fours if sure or not word.isdigit()), "")


def read_goods(text: str) -> list[GoodsEntry]:
    """Goods, one a line: “笔记本电脑 1 ThinkPad T14 SN123”, “笔记本 T14 2台”; without a number it is one piece."""
    lines = [one_line(id_numbers.narrow(line)).split() for line in text.splitlines()]
    return [_goods(words) for words in lines if words]


def _goods(words: list[str]) -> GoodsEntry:
    name, *rest = words
    brought, model = _counted(rest)
    if brought > MOST_GOODS:
        raise Refusal(
            f"{name}的数量超过 {MOST_GOODS}。请核对；如果写的是序列号，请先写数量，如“{name} 1 序列号”。", field="goods"
        )
    if brought < 1:
        raise Refusal(f"{name}的数量写的是 {brought}，应在 1 到 {MOST_GOODS} 之间。请核对。", field="goods")
    serial = model.pop() if len(model) > 1 else ""
    return GoodsEntry(name=name, brought=brought, model=" ".join(model), serial=serial)


def _counted(words: list[str]) -> tuple[int, list[str]]:
    """How many pieces, and the words that do not say it: first the number that comes first, else 2台 or x2 later."""
    if words and (first := QUANTITY.fullmatch(words[0])):
        unit_apart = len(words) > 1 and words[0][-1].isdigit() and words[1] in COUNTERS
        return int(first[1][:9]), words[2 if unit_apart else 1 :]
    for place, word in enumerate(words):
        if later := SAID_QUANTITY.fullmatch(word):
            return int((later[1] or later[2])[:9]), [*words[:place], *words[place + 1 :]]
        if word.isdecimal() and place + 1 < len(words) and words[place + 1] in COUNTERS:
            return int(word[:9]), [*words[:place], *words[place + 2 :]]
    return 1, words
