"""How the columns of a list share its width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opsdesk.register import Column, Kind
from opsdesk.ui.kit import look

_SHRINKING = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_LEAST_REST = 160
_LEAST_TEXT = 88
_ALWAYS = 2


def share_width(
    columns: Sequence[Column], room: int, chosen: Mapping[int, int] | None = None, *, compact: bool = False
) -> dict[int, int]:
    """Widths in pixels by column number; a column that is not named stays hidden.

    Columns of width 0 share what is left of `room`; without one the widest text takes it. Where there is too little,
    texts give way to 88 px. `chosen` are widths set by hand. `compact` hides, from the right, what still does not
    fit, but never the first two columns and never a state.
    """
    own = chosen or {}
    kept = _with_room(columns, room) if compact else list(range(len(columns)))
    widths = {n: own.get(n, look.px(columns[n].width)) for n in kept}
    takers = [n for n in kept if columns[n].width == 0 and n not in own]
    rest = room - sum(widths.values())
    if takers:
        for n in takers:
            widths[n] = max(look.px(_LEAST_REST), rest // len(takers))
    elif rest > 0 and (free := [n for n in widths if n not in own]):
        widths[max(free, key=lambda n: (columns[n].kind in _SHRINKING, widths[n]))] += rest
    missing = sum(widths.values()) - room
    for n in sorted(widths, key=lambda n: -widths[n]):
        if missing > 0 and columns[n].kind in _SHRINKING and n not in own:
            give = min(missing, max(0, widths[n] - look.px(_LEAST_TEXT)))
            widths[n] -= give
            missing -= give
    return widths


def _with_room(columns: Sequence[Column], room: int) -> list[int]:
    least = {n: look.px(_LEAST_TEXT if c.kind in _SHRINKING else c.width or _LEAST_TEXT) for n, c in enumerate(columns)}
    for n in reversed(range(_ALWAYS, len(columns))):
        if columns[n].kind is not Kind.CHIP and sum(least.values()) > room:
            del least[n]
    return list(least)
