"""A reader of QR codes for the tests, written from the standard: it shares nothing with the program that draws them.

It reads what the forms use: versions 2 to 6 at correction M in alphanumeric mode, printed without damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DATA_BLOCKS = {2: (28,), 3: (44,), 4: (32, 32), 5: (43, 43), 6: (27, 27, 27, 27)}
"""Codewords of data in each block at correction M, by version."""
MASKS = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)


def read(modules: Sequence[Sequence[bool]]) -> str:
    """The words of a code, given its modules row by row, dark ones True."""
    size = len(modules)
    bits = [modules[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [
        modules[row][8] for row in (7, 5, 4, 3, 2, 1, 0)
    ]
    told = int("".join("01"[bit] for bit in bits), 2) ^ 0b101010000010010
    assert told >> 13 == 0, "correction M"
    mask = MASKS[told >> 10 & 7]
    stream = "".join("01"[modules[r][c] != mask(r, c)] for r, c in _places(size))
    words = [int(stream[place : place + 8], 2) for place in range(0, len(stream) - 7, 8)]
    blocks = DATA_BLOCKS[(size - 17) // 4]
    data = [words[place * len(blocks) + block] for block, count in enumerate(blocks) for place in range(count)]
    return _alphanumeric("".join(f"{word:08b}" for word in data))


def _places(size: int) -> Iterator[tuple[int, int]]:
    """The places of data in their order: pairs of columns from the right, upwards and downwards by turns."""
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upwards else range(size)
        yield from ((row, column) for row in rows for column in (right, right - 1) if not _fixed(row, column, size))
        upwards = not upwards


def _fixed(row: int, column: int, size: int) -> bool:
    corner = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
    small = abs(row - (size - 7)) <= 2 and abs(column - (size - 7)) <= 2
    return corner or small or row == 6 or column == 6


def _alphanumeric(bits: str) -> str:
    assert bits[:4] == "0010", "alphanumeric mode"
    count, place, said = int(bits[4:13], 2), 13, ""
    while len(said) < count:
        width = 11 if count - len(said) > 1 else 6
        value = int(bits[place : place + width], 2)
        said += SIGNS[value // 45] + SIGNS[value % 45] if width == 11 else SIGNS[value]
        place += width
    return said
