"""The one gate that typed and imported text passes before it is kept: what can be seen is kept, what hides is not."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029]")

_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls; newline and tab stay
    "\xad"  # soft hyphen
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidi marks, overrides and isolates
    "\u180e\u200b-\u200d\u2060-\u2065\ufeff"  # zero width
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # interlinear annotation, invisible tags
    "\ud800-\udfff"  # lone surrogates
    "\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)

_MIDDLE_DOTS = re.compile(r"\s*[·•‧・．･∙⋅᛫]\s*")

_NARROW = str.maketrans(
    {0xFF10 + n: str(n) for n in range(10)} | {"＋": "+", "（": "(", "）": ")"} | dict.fromkeys("－–—‐‑‒−", "-")
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:(?:\+|00)?86[- ]?)?"
    r"(?:(1[3-9]\d[- ]?\d{4}[- ]?\d{4})|((?:\(0\d{2,3}\) ?|0\d{2,3}[- ]?)\d{7,8}))"
    r"|([48]00[- ]?\d{3}[- ]?\d{4}|[48]00[- ]?\d{4}[- ]?\d{3}))"
    r"(?: ?(?:转|-|ext\.?) ?(\d{1,6}))?(?![0-9])",
    re.ASCII | re.IGNORECASE,
)
_NO_PHONE = re.compile(r"(?:资产|编号|编码|序列号|条码|单号|订单|卡号|工号|SN)(?:[:：#为是 ]*)$", re.IGNORECASE)
"""What stands before a number that only looks like one to call."""


def clean(text: str) -> str:
    """Text fit to keep: no controls, surrogates, noncharacters, bidi or zero-width marks; NFC; ends stripped.

    Newline and tab stay; CR, U+2028 and U+2029 become a newline. Cleaning twice changes nothing.
    """
    if text.isprintable() or text.replace("\t", " ").isprintable():
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    visible = _HIDDEN.sub("", _LINE_BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", visible).strip()


def one_line(text: str) -> str:
    """Cleaned text on a single line: every run of white space, line breaks included, becomes one space."""
    return " ".join(clean(text).split())


def added(written: str, line: str) -> str:
    """A text of several lines with one more; either may be empty."""
    return "\n".join(part for part in (written, line) if part)


def person_name(text: str) -> str:
    """A person's name on one line, with one kind of middle dot: 买买提•艾力 and 买买提・艾力 become 买买提·艾力."""
    return _MIDDLE_DOTS.sub("·", one_line(text))


def without_phones(text: str) -> tuple[str, list[str]]:
    """Text on one line without telephone numbers, however they are spaced, and the numbers, each without blanks.

    A number that is said to be of a thing (资产编号 13800000000) is none.
    """
    narrow, kept, found, end = text.translate(_NARROW), "", list[str](), 0
    for hit in _PHONE.finditer(narrow):
        if _NO_PHONE.search(narrow, 0, hit.start()):
            continue
        mobile, landline, hotline, extension = hit.groups()
        number = re.sub(r"\D", "", mobile) if mobile else "".join((landline or hotline).split())
        found.append(f"{number}转{extension}" if extension else number)
        kept, end = f"{kept}{text[end : hit.start()]} ", hit.end()
    rest = f"{kept}{text[end:]}" if found else text
    return one_line(re.sub(r"[(（]\s*[)）]", " ", rest) if found else rest), list(dict.fromkeys(found))
