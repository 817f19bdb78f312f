"""Numbers of identity papers: checked by GB 11643 where they are 身份证, shown masked, printed with the last four only.

A number is refused with a sentence that says what is wrong; who has seen the paper may write it all the same by giving
a reason (a foreign passport, an old card), which the act keeps.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

from opsdesk.services.errors import Refusal
from opsdesk.services.text import one_line


class IdKind(StrEnum):
    """Kinds of identity papers."""

    CARD = "身份证"
    PASSPORT = "护照"
    PERMIT = "港澳台通行证"
    WORK = "工作证"
    OTHER = "其他"


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
"""Check characters by the remainder of the weighted sum, ISO 7064 MOD 11-2."""
LONG, OLD, FOUR, LONGEST = 18, 15, 4, 30
EARLIEST = 1880
HIDDEN = "*"
SEAL = "‖"
"""Stands between the mask and the encrypted number where a site seals numbers (`number_sealing`)."""
OLD_CENTURY = "19"
REASON, REASON_TITLE = 2, "证件号说明"
"""As many characters has a reason to write what the check does not accept, at least; and the title of its field."""
_LAST_FOUR = re.compile(r"[0-9]{3}[0-9X]")
_CARD_IN_TEXT = re.compile(
    r"(?<![0-9])(?:[0-9]{6}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx]|[0-9]{15})(?![0-9])|[0-9]{17,}[Xx]?"
)
"""What is cut where people are written: 18 or 15 digits, and runs of more than a number has."""
_BORN = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_CENTURY_BORN = rf"[1-9][0-9]{{5}}(?:1[89]|20)[0-9]{{2}}{_BORN}"
_LIKE_CARD = re.compile(rf"{_CENTURY_BORN}[0-9]{{2}}|^[1-9][0-9]{{7}}{_BORN}[0-9]{{3}}$")
"""How a number of a card begins that is no number of an order or a device: a region, a birthday and more digits."""
_GAP = "[ -]?"
_SPACED = re.compile(
    rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}[0-9]){{2}}"
    rf"{_GAP}(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])"
    rf"(?:{_GAP}[0-9]){{3}}{_GAP}[0-9Xx](?![0-9A-Za-z])"
)
"""A number of 18 digits in groups, 110105 19491231 002X."""
_LONG_RUN = re.compile(r"[0-9](?:[ .·_/—–-]?[0-9]){14}")
_LABEL = re.compile(r"(?:居民)?(身份证|证件)(?:号码|号)?\s*[:：]?\s*(?=[0-9]{3}[0-9Xx])")
BREAK = "\t"
"""Stands where a label was: another word begins."""


def cleaned(typed: str) -> str:
    """A number as it is kept: without blanks and dashes, in half-width capitals."""
    half = "".join(chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in one_line(typed))
    return "".join(each for each in half.upper() if not each.isspace() and each not in f"-—{SEAL}")


def narrow(text: str) -> str:
    """The text with its digits, Latin letters and dashes half-width, sign by sign; everything else as it is."""
    return "".join(_narrow(each) for each in text)


def _narrow(sign: str) -> str:
    if sign.isascii():
        return sign
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.decimal(sign))
    half = chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign
    return half if half == "-" or (half.isascii() and half.isalpha()) else sign


def drawn_together(line: str) -> str:
    """A line in which numbers written in groups are one word each, full-width digits are half-width."""
    return _SPACED.sub(lambda found: re.sub(_GAP[:-1], "", found[0]), narrow(line))


def unlabelled(line: str) -> list[str]:
    """A line divided before each “身份证号110105…”, whose label becomes “身份证:” or, of 证件号, nothing."""
    marked = _LABEL.sub(lambda found: f"{BREAK}{IdKind.CARD}:" if found[1] == IdKind.CARD else BREAK, line)
    return [part for each in marked.split(BREAK) if (part := each.strip())]


def long_run(text: str) -> bool:
    """Whether so many digits stand together as only a number of an identity paper has: no name, no unit."""
    return _LONG_RUN.search(narrow(text)) is not None


def check_character(seventeen: str) -> str:
    """The eighteenth character that belongs to seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True)) % 11]


def upgraded(fifteen: str) -> str:
    """A number of an old card as it is written since 1999: the century put in, the check character added."""
    seventeen = f"{fifteen[:6]}{OLD_CENTURY}{fifteen[6:]}"
    return seventeen + check_character(seventeen)


def only_four(typed: str) -> bool:
    """Whether this is the last four of a 身份证 number, which is all that some sites keep."""
    return _LAST_FOUR.fullmatch(cleaned(typed)) is not None


def fault(number: str, today: date) -> str:
    """What is wrong with a cleaned 身份证 number, as the end of a sentence; empty where nothing is.

    Its last four alone are accepted where the site keeps no more.
    """
    if only_four(number):
        return ""
    if len(number) not in {LONG, OLD}:
        return f"有 {len(number)} 位，应是 18 位（只登记后四位的填 4 位）"
    body = number[:-1] if len(number) == LONG else number
    if not (body.isascii() and body.isdigit()) or (len(number) == LONG and number[-1] not in CHECKS):
        return "只能有数字，18 位的最后一位可以是 X"
    if number[0] == "0":
        return "开头的地区码不对"
    whole = number if len(number) == LONG else upgraded(number)
    try:
        born = date(int(whole[6:10]), int(whole[10:12]), int(whole[12:14]))
    except ValueError:
        return "的第 7 位起不是出生日期"
    if born.year < EARLIEST or born > today:
        return "的出生日期不合理"
    if check_character(whole[:17]) != whole[17]:
        return "的校验码不对，可能有一位写错或两位写反"
    return ""


def checked(kind: str, typed: str, today: date, *, field: str = "id_number", whose: str = "", reason: str = "") -> str:
    """The number as it is kept: cleaned, an old 15-digit one upgraded. Empty where nothing was typed.

    Refuses a 身份证 number that cannot be, naming what is wrong, unless a `reason` is given; other kinds are only
    cleaned. `whose` begins the sentence (“第 2 行李强的”).
    """
    number = cleaned(typed)
    if HIDDEN in number:
        raise Refusal(f"{whose}证件号是遮住的“{number}”，和登记的对不上。请填写完整的号码。", field=field)
    if len(number) > LONGEST:
        raise Refusal(f"{whose}证件号有 {len(number)} 位，最多 {LONGEST} 位。请核对。", field=field)
    if kind != IdKind.CARD or not number:
        return number
    if (wrong := fault(number, today)) and len(one_line(reason)) < REASON:
        raise Refusal(
            f"{whose}身份证号{wrong}。请对照证件核对；证件上确实如此的，请在“{REASON_TITLE}”写明原因。", field=field
        )
    return upgraded(number) if not wrong and len(number) == OLD else number


def kind_of(number: str) -> IdKind:
    """The kind that a number looks like, where nobody has said it."""
    number = cleaned(number)
    if number.isdigit() or number[:-1].isdigit() or HIDDEN in number:
        return IdKind.CARD
    if re.fullmatch(r"[HM][0-9]{8}(?:[0-9]{2})?", number):
        return IdKind.PERMIT
    return IdKind.PASSPORT if re.fullmatch(r"[A-Z]{1,2}[0-9]{7,8}", number) else IdKind.OTHER


def masked(number: str | None) -> str:
    """1101**********002X; E****5678 of shorter ones. What is hidden cannot be guessed from what is shown."""
    if not number:
        return ""
    if is_sealed(number):
        return readable(number)
    if len(number) >= OLD:
        return f"{number[:4]}{HIDDEN * (len(number) - 8)}{number[-4:]}"
    if len(number) >= 8:
        return f"{number[0]}{HIDDEN * 4}{number[-4:]}"
    if len(number) == FOUR:
        return f"{HIDDEN * 4}{number}"
    return f"{HIDDEN * 4}{number[-2:] if len(number) > FOUR else ''}"


def last_four(number: str | None) -> str:
    """As much of a number as goes on paper: the last four, of short ones less."""
    if not number:
        return ""
    number = readable(number)
    if len(number) >= 8 or len(number) == FOUR:
        return number[-4:]
    return number[-2:] if len(number) > FOUR else ""


def is_sealed(kept: str | None) -> bool:
    """Whether only the mask of a number can be read."""
    return kept is not None and SEAL in kept


def readable(kept: str) -> str:
    """What can be read of a number as it is kept: all of it, of a sealed one the mask."""
    return kept.partition(SEAL)[0]


def same(one: str | None, other: str | None) -> bool:
    """Whether two numbers are one, as far as it can be told: where of one only the mask is, whether their masks are."""
    hidden = HIDDEN in f"{one or ''}{other or ''}"
    return masked(one) == masked(other) if hidden else one == other


def cut_short(text: str) -> str:
    """A text in which whole 身份证 numbers are reduced to their last four, for fields that take people as text.

    So are runs of 17 digits and more, which are such a number with a slip of the finger.
    """
    return _cut(_CARD_IN_TEXT, _cut(_SPACED, text))


def cut_free(text: str) -> str:
    """The same of what is no list of people: numbers of orders and devices, which hold no birthday, stay whole."""
    return _cut(_CARD_IN_TEXT, _cut(_SPACED, text), only=_LIKE_CARD)


def _cut(pattern: re.Pattern[str], text: str, only: re.Pattern[str] | None = None) -> str:
    """The text with the last four of what `pattern` finds in it, however wide its digits are."""
    narrowed, kept, end = narrow(text), "", 0
    for found in pattern.finditer(narrowed):
        if only is None or only.search(found[0].replace(" ", "").replace("-", "")):
            four = found[0].replace(" ", "").replace("-", "")[-FOUR:]
            kept, end = f"{kept}{text[end : found.start()]}{four}", found.end()
    return kept + text[end:]
