"""People written one a line, “姓名 单位 证件类型 证件号 电话”: read leniently, shown masked, completed if known.

Blanks, commas, semicolons and tabs divide; what is a unit, a number or a telephone is told by its looks. A line that
comes back as it was shown keeps the numbers behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from opsdesk.services import entry, id_numbers, masking
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.id_numbers import HIDDEN, IdKind
from opsdesk.services.text import clean, one_line
from opsdesk.services.visitors import Named

FIELD = "people"
MOST, MOST_TOLD = 50, 3
"""As many people on one slip, and as many faults told at once."""
LEAST = 8
"""As many signs has a number of an identity paper at least; shorter ones are 工号."""
PARTS = 5
"""Name, unit, kind, number, telephone: a line divided by commas into so many parts is read by place."""
SEPARATED = "，"
_DIVIDERS = re.compile(r"[,，、;；\t|｜]")
_NUMBER = re.compile(r"[0-9A-Za-z*＊()（）+-]+")
_TELEPHONE = re.compile(r"[0-9]{7,13}|[0-9]{3}\*{4}[0-9]{4}|[0-9]{2}\*{4}[0-9]{4}|\*{4}[0-9]{2,4}")
KINDS = {
    **{str(kind): kind for kind in IdKind},
    "居民身份证": IdKind.CARD,
    "二代证": IdKind.CARD,
    "身份证号": IdKind.CARD,
    "通行证": IdKind.PERMIT,
    "港澳通行证": IdKind.PERMIT,
    "台胞证": IdKind.PERMIT,
    "回乡证": IdKind.PERMIT,
    "工牌": IdKind.WORK,
    "工号": IdKind.WORK,
    "其他证件": IdKind.OTHER,
}
"""Words for the kind of paper as people write them."""


@dataclass(frozen=True)
class Written:
    """A line as it was typed, taken apart; `faults` are its sentences, each without its end."""

    name: str = ""
    unit: str = ""
    kind: str = ""
    number: str = ""
    phone: str = ""
    faults: tuple[str, ...] = ()


def shown(person: Named) -> str:
    """A person as a line with number and telephone masked, divided so that it is read back as it is."""
    number = id_numbers.masked(person.id_number)
    parts = (person.name, person.unit, person.id_kind if number else "", number, masking.phone(person.phone))
    plain = " ".join(part for part in parts if part)
    back = apart(plain)
    same = (back.name, back.unit, back.kind, back.number, back.phone) == parts and not back.faults
    return plain if same else SEPARATED.join(parts)


def apart(line: str) -> Written:
    """What stands on a line, told apart by place or by looks."""
    line = id_numbers.drawn_together(line)
    if _DIVIDERS.search(line):
        parts = [one_line(part) for part in _DIVIDERS.split(line)]
        if len(parts) == PARTS:
            kind = str(KINDS.get(parts[2], parts[2]))
            fault = (f"证件类型“{kind}”不认识，请写{'、'.join(IdKind)}之一",) if kind and kind not in KINDS else ()
            number = "".join(id_numbers.unlabelled(parts[3])).removeprefix(f"{IdKind.CARD}:")
            if number and not kind:
                kind = str(id_numbers.kind_of(number))
            return Written(parts[0], parts[1], kind, number, parts[4], fault)
        return _by_looks([word for part in parts for word in id_numbers.unlabelled(part)])
    return _by_looks(_latin_names([word for part in id_numbers.unlabelled(one_line(line)) for word in part.split(" ")]))


def _latin_names(parts: list[str]) -> list[str]:
    """Words of a Latin name at the beginning of a line belong together."""
    count = next((n for n, part in enumerate(parts) if not re.fullmatch(r"[A-Za-z.'-]+", part)), len(parts))
    return [" ".join(parts[:count]), *parts[count:]] if count > 1 else parts


def _by_looks(parts: Sequence[str]) -> Written:
    name, unit, kind, number, phone, faults = parts[0] if parts else "", list[str](), "", "", "", list[str]()
    after_kind = False
    for part in parts[1:]:
        word, _, rest = part.replace("：", ":").partition(":")
        if word in KINDS and not kind:
            kind, after_kind = str(KINDS[word]), not rest
            number = number or rest
        elif after_kind and _NUMBER.fullmatch(part):
            number, after_kind = part, False
        elif not _looks_like_number(part):
            unit.append(part)
        elif _is_phone(part) and not phone:
            phone = part
        elif not number and not _is_phone(part):
            number = part
        else:
            faults.append(f"“{_hushed(part)}”看不出是什么")
    if number and not kind:
        kind = str(id_numbers.kind_of(number))
    return Written(name, " ".join(unit), kind, number, phone, tuple(faults))


def without_papers(line: str) -> str:
    """A line in which a number that is read as one of an identity paper is reduced to its last four."""
    number = apart(line).number
    if len(number) < LEAST or HIDDEN in number:
        return line
    return id_numbers.drawn_together(line).replace(number, id_numbers.last_four(number))


def _looks_like_number(part: str) -> bool:
    few = len(re.findall(r"[0-9*＊]", part)) < id_numbers.FOUR
    return _NUMBER.fullmatch(part) is not None and (not few or id_numbers.only_four(part))


def _is_phone(part: str) -> bool:
    plain = re.sub(r"[()（）+-]", "", part.replace("＊", HIDDEN))
    return _TELEPHONE.fullmatch(plain) is not None


def _hushed(part: str) -> str:
    """As much of a number as may stand in a sentence."""
    return part if len(part) <= id_numbers.FOUR else f"{part[:2]}…"


def read(
    typed: str,
    *,
    before: Sequence[Named],
    known: Callable[[str], Sequence[Named]],
    unit: str,
    today: date,
    reason: str = "",
) -> list[Named]:
    """The people that a field names. `before` are those whom it named when it was shown, `known` those who came before.

    A line of a name alone is completed from `known`; without a unit, `unit` is taken. `reason` lets a number pass
    that the check does not accept. Refuses with what is wrong in each line.
    """
    kept = {shown(person): person for person in before}
    lines = [(n, one_line(line)) for n, line in enumerate(clean(typed).split("\n"), 1) if one_line(line)]
    if len(lines) > MOST:
        raise Refusal(f"这里写了 {len(lines)} 个人，一张单最多 {MOST} 人。请分几张填。", field=FIELD)
    found: dict[int, Named] = {}
    wrong: list[Finding] = []
    for n, line in lines:
        try:
            person = kept.get(line) or _read(apart(line), before, known, unit, today, reason)
            same = next((m for m, other in found.items() if _is(other, person)), None)
            if same is not None:
                raise Refusal(f"{person.name}在第 {same} 行已经写过。")
            found[n] = person
        except Refusal as refusal:
            wrong.append(Finding(n, str(refusal), FIELD))
    if wrong:
        said = "".join(f"第 {each.row} 行：{each.reason}" for each in wrong[:MOST_TOLD])
        more = f"还有 {len(wrong) - MOST_TOLD} 行也要核对。" if len(wrong) > MOST_TOLD else ""
        raise Refusal(said + more, field=FIELD, findings=tuple(wrong))
    return list(found.values())


def _is(one: Named, other: Named) -> bool:
    return one.name == other.name and id_numbers.same(one.id_number, other.id_number)


def _read(
    line: Written,
    before: Sequence[Named],
    known: Callable[[str], Sequence[Named]],
    unit: str,
    today: date,
    reason: str,
) -> Named:
    if line.faults:
        raise Refusal(f"{'，'.join(line.faults)}。请按“姓名 单位 证件类型 证件号 电话”的顺序写。")
    if not line.name or line.name[0].isdigit() or line.name in KINDS:
        raise Refusal("开头要写姓名。")
    if id_numbers.long_run(f"{line.name}|{line.unit}"):
        raise Refusal("姓名或单位里有一长串数字，像是证件号。请核对位数，和姓名、单位之间用空格隔开。")
    name = entry.name({FIELD: line.name}, FIELD, "姓名")
    earlier = list(known(name))
    if not (line.unit or line.number or line.phone):
        return _completed(name, earlier, unit)
    behind = [*before, *earlier]
    person = Named(name, entry.text({FIELD: line.unit}, FIELD, "单位", longest=100) or unit)
    if HIDDEN in id_numbers.cleaned(line.number):
        same = _behind(id_numbers.cleaned(line.number), name, behind)
        person = replace(person, id_kind=same.id_kind, id_number=same.id_number)
    elif line.number:
        number = id_numbers.checked(line.kind, line.number, today, field=FIELD, whose=f"{name}的", reason=reason)
        person = replace(person, id_kind=line.kind, id_number=number)
    return replace(person, phone=_phone(line.phone, name, behind))


def _completed(name: str, earlier: Sequence[Named], unit: str) -> Named:
    """Somebody of whom only the name is written."""
    same_unit = [each for each in earlier if each.unit == unit]
    choice = same_unit if unit and len(earlier) > 1 and same_unit else earlier
    if len(choice) > 1:
        units = "、".join(dict.fromkeys(each.unit or "没有单位" for each in choice))
        raise Refusal(f"叫{name}的来过 {len(choice)} 位（{units}）。请写上单位和证件号。")
    return choice[0] if choice else Named(name, unit)


def _behind(masked: str, name: str, people: Sequence[Named]) -> Named:
    """Whose number it is that came back masked: of the same name first, else of the only one with such a number."""
    those = [each for each in people if id_numbers.masked(each.id_number) == masked]
    own = [each for each in those if each.name == name] or those
    if len({_whose(each) for each in own}) != 1:
        raise Refusal(f"{name}的证件号是遮住的“{masked}”，和登记的对不上。请填写完整的号码。")
    return own[0]


def _whose(person: Named) -> str | None:
    """By what people with one mask are told apart: their numbers or, where only the masks are known, their names."""
    return person.name if HIDDEN in (person.id_number or "") else person.id_number


def _phone(typed: str, name: str, people: Sequence[Named]) -> str | None:
    if HIDDEN not in typed.replace("＊", HIDDEN):
        return phone(typed, whose=f"{name}的") if typed else None
    number = typed.replace("＊", HIDDEN)
    those = [each for each in people if masking.phone(each.phone) == number]
    own = [each for each in those if each.name == name] or those
    if len({each.phone for each in own}) != 1:
        raise Refusal(f"{name}的电话是遮住的“{number}”，和登记的对不上。请填写完整的电话。")
    return own[0].phone


def phone(typed: str, *, field: str = FIELD, whose: str = "") -> str:
    """A telephone as it is kept, without blanks and brackets. Refuses what is none."""
    number = re.sub(r"[\s（）()]", "", one_line(typed))
    if not re.fullmatch(r"\+?[0-9-]{5,20}", number) or id_numbers.cut_short(number) != number:
        raise Refusal(f"{whose}电话“{_hushed(number)}”看不懂。请写成 13800000001 或 010-88880001。", field=field)
    return number
