"""Which characters paper can show: no other is accepted for an incident, and an old one stands as □ in its lists."""

from __future__ import annotations

import re
from collections.abc import Iterable

from opsdesk.exports.document import Value
from opsdesk.exports.fitting import inked
from opsdesk.exports.typeface import MissingGlyph, width
from opsdesk.services.errors import Refusal

BOX = "□"
BOXED = f"{BOX} 处是字库里没有的字，原文见事件记录。"
"""Stands under a list in which something was left out."""
_PLAIN = re.compile(r"[\n -~，。、；：？！（）\u4e00-\u9fa5]*")
"""What every face has: no face need be loaded to know it."""
_BLANKS = re.compile("[\u1680\u2000-\u200a\u202f\u205f]")
"""Narrow and wide blanks as they come with pasted text."""


def lacking(text: str) -> str:
    """The first character that no face has; empty where all of the text can be printed."""
    if _PLAIN.fullmatch(text):
        return ""
    return next((sign for sign in inked(text) if not _shown(sign)), "")


def _shown(sign: str) -> bool:
    if _PLAIN.fullmatch(sign):
        return True
    try:
        width(sign, 1)
    except MissingGlyph:
        return False
    return True


def printable(text: str, key: str, title: str) -> str:
    """The typed text with common blanks. Refuses what cannot be printed: it would keep the whole list from paper."""
    plain = _BLANKS.sub(" ", text)
    if sign := lacking(plain):
        raise Refusal(f"{title}里的“{sign}”印不到纸上。请去掉它，或改成文字。", field=key)
    return plain


def boxed(text: str) -> str:
    """The text with □ for what cannot be printed."""
    return "".join(sign if _shown(sign) else BOX for sign in inked(text)) if lacking(text) else text


def boxed_rows(rows: Iterable[tuple[Value, ...]]) -> tuple[tuple[tuple[Value, ...], ...], tuple[str, ...]]:
    """Rows of a list with □ for what cannot be printed, and the note that says so where there is any."""
    written = tuple(rows)
    shown = tuple(tuple(boxed(each) if isinstance(each, str) else each for each in row) for row in written)
    return shown, (BOXED,) if shown != written else ()
