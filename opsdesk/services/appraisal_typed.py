"""Points, grades, steps and shares of an appraisal as people type them, as they are kept, and as they are read back."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from opsdesk.rules.scoring import Ladder, plain
from opsdesk.services.errors import Refusal

Grades = tuple[tuple[Decimal, str], ...]
Shares = tuple[tuple[str, Decimal], ...]
HUNDRED = Decimal(100)
MOST_POINTS = Decimal(1000)
MOST_WORD = 10
NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,2})?"
_POINTS = re.compile(rf"({NUMBER})分?")
_GRADE = re.compile(rf"([^0-9\s≥>=:,;%]+?)\s*(?:≥|>=|:|=)?\s*({NUMBER})\s*[分%]?")
_STEP = re.compile(rf"(?:≥|>=)?\s*({NUMBER})\s*%?\s*得\s*({NUMBER})\s*%?")


def points(
    values: Mapping[str, Any], key: str, title: str, *, required: bool = False, most: Decimal = MOST_POINTS
) -> Decimal | None:
    """Points with at most two decimals, from 0 to `most`; None where nothing was typed."""
    typed = "".join(unicodedata.normalize("NFKC", str(values.get(key) or "")).split())
    typed = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf")
    if not typed:
        if required:
            raise Refusal(f"请填写“{title}”。", field=key)
        return None
    found = _POINTS.fullmatch(typed)
    if found is None:
        raise Refusal(f"{title}要写成数字，单位是分，最多两位小数，例如 2.5。", field=key)
    if Decimal(found[1]) > most:
        raise Refusal(f"{title} {found[1]} 分超过了 {plain(most)} 分。请核对。", field=key)
    return Decimal(found[1])


def _pairs(typed: str, form: re.Pattern[str]) -> list[tuple[str, str]] | None:
    """Every pair of a line, however they are divided; None where something else stands between them."""
    line = re.sub(r"[,;、。|\s]+", " ", unicodedata.normalize("NFKC", typed)).strip()
    found, end = [], 0
    for hit in form.finditer(line):
        if line[end : hit.start()].strip():
            return None
        found.append((hit[1], hit[2]))
        end = hit.end()
    return None if line[end:].strip() else found


def read_grades(typed: str, field: str = "") -> Grades:
    """Grades typed as “优 90 良 75 合格 60 不合格 0”: the least points of each, falling, the last from 0 on."""
    found = _pairs(typed, _GRADE)
    if not found:
        raise Refusal("等级要写成“优 90 良 75 合格 60 不合格 0”：名称后面写最低分，从高到低。", field=field)
    grades = tuple((Decimal(least), word) for word, least in found)
    _refuse_words([word for _, word in grades], field)
    if any(above[0] <= below[0] for above, below in pairwise(grades)):
        raise Refusal("等级的最低分要从高到低，后一等低于前一等。请核对。", field=field)
    if grades[-1][0]:
        raise Refusal(
            f"最后一等“{grades[-1][1]}”要从 0 分起，否则低于 {plain(grades[-1][0])} 分没有等级。", field=field
        )
    return grades


def read_shares(typed: str, field: str = "") -> Shares:
    """Shares of the fee typed as “优 100% 良 95% 合格 80% 不合格 0%”: per cent by grade, never rising."""
    found = _pairs(typed, _GRADE)
    if not found:
        raise Refusal("各等比例要写成“优 100% 良 95% 合格 80% 不合格 0%”，从高到低。", field=field)
    shares = tuple((word, Decimal(share)) for word, share in found)
    _refuse_words([word for word, _ in shares], field)
    if any(share > HUNDRED for _, share in shares):
        raise Refusal("各等比例最多 100%。请核对。", field=field)
    if any(above[1] < below[1] for above, below in pairwise(shares)):
        raise Refusal("低一等的比例不能高于高一等的。请核对。", field=field)
    return shares


def read_ladder(typed: str, field: str = "") -> Ladder:
    """Steps typed as “95% 得 100%，90% 得 80%”: the rate reached and the share of the weight it earns, falling."""
    if not typed.strip():
        return ()
    found = _pairs(typed, _STEP)
    if not found:
        raise Refusal("阶梯要写成“95% 得 100%，90% 得 80%”：达到多少，得满分的多少，从高到低。", field=field)
    steps = tuple((Decimal(least), Decimal(share) / HUNDRED) for least, share in found)
    if any(least > HUNDRED or share > 1 for least, share in steps):
        raise Refusal("阶梯里的比率和得分都最多 100%。请核对。", field=field)
    if any(above[0] <= below[0] or above[1] < below[1] for above, below in pairwise(steps)):
        raise Refusal("阶梯要从高到低：后一档的比率低于前一档，得分不高于前一档。请核对。", field=field)
    return steps


def _refuse_words(words: Sequence[str], field: str) -> None:
    if twice := next((word for word in words if words.count(word) > 1), ""):
        raise Refusal(f"“{twice}”写了两次。请改成不同的名称。", field=field)
    if long := next((word for word in words if len(word) > MOST_WORD), ""):
        raise Refusal(f"“{long}”太长，等级名称最多 {MOST_WORD} 个字。", field=field)


def grades_words(grades: Iterable[tuple[Decimal, str]]) -> str:
    """Grades as they are typed."""
    return " ".join(f"{word} {plain(least)}" for least, word in grades)


def shares_words(shares: Iterable[tuple[str, Decimal]]) -> str:
    """Shares as they are typed."""
    return " ".join(f"{word} {plain(share)}%" for word, share in shares)


def ladder_words(ladder: Ladder) -> str:
    """Steps as they are typed."""
    return "，".join(f"{plain(least)}% 得 {plain(share * HUNDRED)}%" for least, share in ladder)


def kept_grades(grades: Grades) -> str:
    """Grades as the record keeps them: [["90", "优"], …]."""
    return json.dumps([[plain(least), word] for least, word in grades], ensure_ascii=False)


def kept_shares(shares: Shares) -> str:
    """Shares as the record keeps them: [["优", "100"], …]; empty where there are none."""
    return json.dumps([[word, plain(share)] for word, share in shares], ensure_ascii=False) if shares else ""


def kept_ladder(ladder: Ladder) -> str:
    """Steps as the record keeps them: [["95", "1"], …]; empty where the rate itself is the share."""
    return json.dumps([[plain(least), plain(share)] for least, share in ladder]) if ladder else ""


def grades_of(kept: str) -> Grades:
    """Grades out of the record."""
    return tuple((Decimal(least), word) for least, word in json.loads(kept or "[]"))


def shares_of(kept: str) -> Shares:
    """Shares out of the record."""
    return tuple((word, Decimal(share)) for word, share in json.loads(kept or "[]"))


def ladder_of(kept: str) -> Ladder:
    """Steps out of the record."""
    return tuple((Decimal(least), Decimal(share)) for least, share in json.loads(kept or "[]"))
