"""Pinyin initials of names, so that 王强 is found by WQ."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import islice, product

MOST = 8
"""Readings kept of one name; longer names of polyphones have more than anybody would type."""


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Initials in upper case, the usual reading first, every reading up to eight divided by blanks: 单伟 is “DW CW SW”.

    Latin letters and figures stay; a middle dot, a blank or a character without a known reading is left out.
    """
    letters = [found for character in name if (found := _letters(character))]
    if not letters:
        return ""
    return " ".join("".join(reading) for reading in islice(product(*letters), MOST))


@lru_cache(maxsize=8192)
def _letters(character: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", character)[0]
    if plain.isascii():
        return (plain.upper(),) if plain.isalnum() else ()
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(letter.upper() for letter in found[0] if letter.isascii())) if found else ()
