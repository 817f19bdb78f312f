"""Where a form and the record of today differ: places named as on the paper, with today's words.

Of the paper only short hashes were kept, so its own words are never told: they stand on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from opsdesk.exports import seal
from opsdesk.exports.seal import SIGNS, Line
from opsdesk.services.seals import Difference

NOTHING, GONE = "今日记录为空", "今日记录里已没有"
KINDS = {
    seal.HEAD: "表头", seal.FACT: "表头", seal.HEADING: "栏目", seal.GRID: "表格", seal.TEXT: "正文",
    seal.CHART: "图", seal.NOTE: "注", seal.BASIS: "采用口径", seal.SIGN: "签字栏", seal.RETENTION: "保存期限",
}  # fmt: skip
"""What a line is called where its own words are not known any more."""
FEW_WORDS = 3


class _Spot(NamedTuple):
    """Where a line stands: the how-manieth table and row of it; 0 where it is in none."""

    table: int
    row: int


def differences(kept: Sequence[str], salt: str, today: Sequence[Line], shown: Sequence[Line]) -> list[Difference]:
    """Every place where the kept hashes do not fit what the record says today.

    `shown` are today's lines as the one who asks may see them; they stand one for one beside `today`.
    """
    now = seal.digests(today, salt)
    spots, several = _spots(kept), sum(each[:1] == seal.HEADING for each in kept) > 1
    found: list[Difference] = []
    for word, i1, i2, j1, j2 in SequenceMatcher(None, kept, now, autojunk=False).get_opcodes():
        if word == "equal":
            continue
        for old, new in _paired(kept[i1:i2], now[j1:j2]):
            spot = _named(spots[i1 + old], several=several) if old is not None else ""
            if old is None and new is not None:
                found.append(_more(shown[j1 + new]))
            elif old is not None and new is None:
                found.append(Difference(spot or KINDS.get(kept[i1 + old][:1], "表格"), GONE))
            elif old is not None and new is not None:
                found += _changed(spot, kept[i1 + old], now[j1 + new], shown[j1 + new])
    return found


def _spots(kept: Sequence[str]) -> list[_Spot]:
    table, row, found = 0, 0, []
    for each in kept:
        if each[:1] == seal.HEADING:
            table, row = table + 1, 0
        row += each[:1] == seal.ROW
        found.append(_Spot(table, row) if each[:1] == seal.ROW else _Spot(0, 0))
    return found


def _named(spot: _Spot, *, several: bool) -> str:
    return f"{f'第 {spot.table} 张表' if several else ''}第 {spot.row} 行" if spot.row else ""


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Lines of the paper beside lines of today that are the same line, then what only one of them has.

    As many on either side of the same kinds are taken in order; else rows that share half of their cells, and other
    lines of one kind and as many cells.
    """
    if [each[:1] for each in old] == [each[:1] for each in new]:
        yield from ((place, place) for place in range(len(old)))
        return
    begin, free = 0, set(range(len(new)))
    for place, line in enumerate(old):
        match = next((each for each in range(begin, len(new)) if _alike(line, new[each])), None)
        if match is not None:
            begin = match + 1
            free.discard(match)
        yield place, match
    yield from ((None, place) for place in sorted(free))


def _cells(line: str) -> list[str]:
    return [line[place : place + SIGNS] for place in range(1, len(line), SIGNS)]


def _alike(one: str, other: str) -> bool:
    ours, theirs = _cells(one), _cells(other)
    if one[:1] != other[:1] or len(ours) != len(theirs):
        return False
    return one[:1] != seal.ROW or 2 * sum(a == b for a, b in zip(ours, theirs, strict=True)) >= len(ours)


def _changed(spot: str, old: str, new: str, line: Line) -> Iterator[Difference]:
    ours, theirs = _cells(old), _cells(new)
    whose = f"{spot}（{line.label}）" if spot and line.label else spot
    if len(ours) != len(theirs):
        yield Difference(whose or KINDS.get(line.kind, "表格"), f"今日记录为 {_words(line)}" if line.told else NOTHING)
        return
    for a, b, cell in zip(ours, theirs, line.told, strict=True):
        if a != b:
            yield Difference(f"{whose} {cell.place}".strip(), f"今日记录为 {cell.words}" if cell.words else NOTHING)


def _more(line: Line) -> Difference:
    where = "表格" if line.kind in {seal.ROW, seal.GRID} else line.cells[0].name
    return Difference(where, f"今日记录多出：{line.label or _words(line)}")


def _words(line: Line) -> str:
    said = [cell.words for cell in line.told if cell.words]
    return "，".join(said[:FEW_WORDS]) + ("……" if len(said) > FEW_WORDS else "")
