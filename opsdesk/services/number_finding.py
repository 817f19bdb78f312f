"""People found by the numbers that lists show masked: by the last four, by the mask itself, or by a whole number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, false, func, or_

from opsdesk.services import id_numbers
from opsdesk.services.id_numbers import FOUR, HIDDEN, SEAL

LEAST, LEAST_PHONE = 8, 7
"""So long are numbers and telephones whose last four are shown, at least."""


def by_number(
    number: SQLColumnExpression[Any], phone: SQLColumnExpression[Any]
) -> Callable[[str], ColumnElement[bool]]:
    """Whether a word is what lists show of a row's identity number or telephone, or one of them in full.

    Sealed numbers are found by their mask. Other parts of a number find nothing, so that no list gives it away.
    """
    kept, called = func.coalesce(number, ""), func.replace(func.coalesce(phone, ""), "-", "")
    at = func.instr(kept, SEAL)
    seen = case((at > 0, func.substr(kept, 1, at - 1)), else_=kept)
    named = or_(func.length(seen) >= LEAST, func.length(seen) == FOUR)

    def means(word: str) -> ColumnElement[bool]:
        typed = id_numbers.cleaned(word)
        begun, hidden, _ = typed.partition(HIDDEN)
        if not hidden and len(typed) >= LEAST_PHONE:
            whole = seen.in_([typed, id_numbers.masked(typed)]) if len(typed) >= LEAST else false()
            return or_(whole, called == typed)
        if not id_numbers.only_four(typed[-FOUR:]) or (len(typed) > FOUR and not hidden):
            return false()
        start = begun if hidden else ""
        return or_(
            *(
                and_(func.substr(column, -FOUR) == typed[-FOUR:], func.substr(column, 1, len(start)) == start, long)
                for column, long in ((seen, named), (called, func.length(called) >= LEAST_PHONE))
            )
        )

    return means
