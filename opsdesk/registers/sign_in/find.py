"""Who is meant by what was typed or scanned: 工号, 考勤号, badge, pinyin initials, or a part of the name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from opsdesk.services.duties import Person
from opsdesk.services.text import one_line


def find(staff: Sequence[Person], typed: str, day: date) -> list[Person]:
    """People on site on `day` who fit, the surest kind of match alone.

    A number is looked up whole (工号, 考勤号, badge, each whatever its case and leading zeros); letters are whole
    initials first, then their beginning; anything else is a part of the name.
    """
    text = one_line(typed).upper()
    if not text:
        return []
    here = [person for person in staff if person.on_site(day)]
    bare = text.lstrip("0") or "0"
    ways = (
        lambda p: p.staff_no.upper() == text,
        lambda p: bare in {_bare(p.pin), _bare(p.badge_no)},
        lambda p: _bare(p.staff_no) == bare,
        lambda p: text in p.initials.split(),
        lambda p: any(reading.startswith(text) for reading in p.initials.split()),
        lambda p: text in p.name.upper(),
    )
    for fits in ways:
        if found := [person for person in here if fits(person)]:
            return found
    return []


def _bare(number: str | None) -> str:
    return "" if number is None else number.upper().lstrip("0")
