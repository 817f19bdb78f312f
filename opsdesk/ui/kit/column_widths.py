"""How the columns of a list share its width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opsdesk.register import Column, Kind
from opsdesk.ui.kit import look

_SHRINKING = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_GROWING = _SHRINKING | {Kind.CHIP}
_WHEN = frozenset({Kind.DATE, Kind.MOMENT})
_LEAST_REST, _ROOMY_REST = 160, 480
_LEAST_TEXT = 88


def share_width(
    columns: Sequence[Column], room: int, chosen: Mapping[int, int] | None = None, *, compact: bool = False
) -> dict[int, int]:
    """Widths in pixels by column number; a column that is not named stays hidden.

    Columns of width 0 share what is left of `room`; what is more than 480 px of it goes to the other texts and states,
    up to half as wide again, unless it is a long text, for which the list is read. Without such a column the texts take
    it in equal parts. Where there is too little, texts give way, each by its part of what it has above 88 px (a name
    that takes the rest: above 160). `chosen` are widths set by hand. `compact` hides what then still does not fit: the
    first column, the first text (the name) and the last state always stay; of the rest the first day, begin and end,
    other states and the second column are the last to go.
    """
    own = chosen or {}
    kept = _with_room(columns, room) if compact else list(range(len(columns)))
    widths = {n: own.get(n, look.px(columns[n].width)) for n in kept}
    takers = [n for n in kept if columns[n].width == 0 and n not in own]
    if takers:
        rest = room - sum(widths.values())
        for n in takers:
            widths[n] = max(look.px(_LEAST_REST), rest // len(takers))
        _hand_on(columns, widths, takers, own)
    _give_way(columns, widths, own, sum(widths.values()) - room)
    free = [n for n in widths if n not in own]
    growing = [n for n in free if columns[n].kind in _SHRINKING] or free[-1:]
    for place, n in enumerate(growing):
        spare = max(0, room - sum(widths.values()))
        widths[n] += spare // (len(growing) - place)
    return widths


def _hand_on(columns: Sequence[Column], widths: dict[int, int], takers: Sequence[int], own: Mapping[int, int]) -> None:
    """What the columns that take the rest do not need goes to the other texts and states."""
    others = [n for n in widths if n not in takers and n not in own and columns[n].kind in _GROWING]
    needed = sum(widths[n] for n in others)
    for taker in (n for n in takers if columns[n].kind is not Kind.LONG_TEXT):
        spare = max(0, widths[taker] - look.px(_ROOMY_REST))
        for n in others:
            more = min(look.px(columns[n].width) // 2 // len(takers), spare * look.px(columns[n].width) // needed)
            widths[n] += more
            widths[taker] -= more


def _give_way(columns: Sequence[Column], widths: dict[int, int], own: Mapping[int, int], missing: int) -> None:
    """Take what is missing from the texts, from each in proportion to what it can spare."""
    texts = [n for n in widths if columns[n].kind in _SHRINKING and n not in own]
    spare = {n: max(0, widths[n] - _least(columns, n)) for n in texts}
    left = sum(spare.values())
    missing = min(max(0, missing), left)
    for n, most in spare.items():
        if most:
            give = missing * most // left
            widths[n] -= give
            missing, left = missing - give, left - most


def _least(columns: Sequence[Column], n: int) -> int:
    """How far a text gives way; one that names the record and takes the rest stays readable."""
    name = next((place for place, column in enumerate(columns) if column.kind in _SHRINKING), -1)
    return look.px(_LEAST_REST if n == name and columns[n].width == 0 else _LEAST_TEXT)


def _with_room(columns: Sequence[Column], room: int) -> list[int]:
    least = [
        min(look.px(c.width) or _least(columns, n), _least(columns, n)) if c.kind in _SHRINKING else look.px(c.width)
        for n, c in enumerate(columns)
    ]
    texts = [n for n, column in enumerate(columns) if column.kind in _SHRINKING]
    states = [n for n, column in enumerate(columns) if column.kind is Kind.CHIP]
    days = [n for n, column in enumerate(columns) if column.kind in _WHEN][:1]
    moments = [n for n, column in enumerate(columns) if column.kind is Kind.MOMENT][:2]
    kept = {0, *texts[:1], *states[-1:]}
    for n in (*days, *moments, *states, 1, *range(len(columns))):
        if n < len(columns) and n not in kept and sum(least[k] for k in kept) + least[n] <= room:
            kept.add(n)
    return sorted(kept)
