"""The short code of an issued form (H12): sixteen signs in fours that survive telephone, typing and a scan gun.

Digits and capitals without I, L, O and U; the last sign is a check sign. It is linear over GF(32) with a generator of
the field, so that any one wrong sign and any two signs exchanged are told from the code alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
_MEANT = str.maketrans("OILU", "011V")
_FIRST = re.compile(r"[^0-9A-Z]*((?:[0-9A-Z][^0-9A-Z]*){15}[0-9A-Z])(?![0-9A-Z])")
_DASHES = str.maketrans(dict.fromkeys("－–—‐‑‒−﹣ー", "-"))


def made_of(canonical: str) -> str:
    """The code that stands for these words: 75 bits of their SHA-256, and the check sign."""
    bits = int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:10], "big") >> 5
    signs = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(LENGTH - 1)))
    return grouped(signs + ALPHABET[_rest(signs + ALPHABET[0])])


def grouped(signs: str) -> str:
    """The signs in fours: 7K3M-9QXA-HTRW-2F8P."""
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))


def read(text: str) -> str:
    """The code in what was typed, scanned or read out, as it is kept; empty where there is none of sixteen signs.

    Lower case, full width, missing or strange dashes, O for 0, I and L for 1 are taken as meant; what a scan gun
    sends after the code is left aside.
    """
    wide = unicodedata.normalize("NFKC", text.translate(_DASHES)).upper()
    found = _FIRST.match(wide)
    return grouped(re.sub(r"[^0-9A-Z]", "", found[1]).translate(_MEANT)) if found else ""


def holds(code: str) -> bool:
    """Whether the check sign of a code fits; False for anything that is no code."""
    signs = code.replace("-", "")
    return len(signs) == LENGTH and all(sign in _VALUES for sign in signs) and _rest(signs) == 0


def _rest(signs: str) -> int:
    """Zero for a code whose check sign fits: Horner's rule in GF(32), modulo x^5 + x^2 + 1."""
    rest = 0
    for sign in signs:
        rest <<= 1
        rest = (rest ^ 0b100101 if rest & 32 else rest) ^ _VALUES[sign]
    return rest
