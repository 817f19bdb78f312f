"""The QR code of an issued form, as modules to be drawn."""

from __future__ import annotations

from functools import lru_cache

Run = tuple[int, int, int]
"""Dark modules side by side: the row from above, the first column, how many."""


@lru_cache(maxsize=64)
def modules(words: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the code, dark ones True, row by row from above; error correction M takes 15 % of damage."""
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    made = QRCode(None, QRErrorCorrectLevel.M)
    made.addData(words)
    made.make()
    size = made.getModuleCount()
    return tuple(tuple(bool(made.isDark(row, column)) for column in range(size)) for row in range(size))


def runs(words: str) -> list[Run]:
    """The dark modules as runs, so that a page needs few boxes."""
    found: list[Run] = []
    for number, row in enumerate(modules(words)):
        begin = None
        for column, dark in enumerate((*row, False)):
            if dark and begin is None:
                begin = column
            elif not dark and begin is not None:
                found.append((number, begin, column - begin))
                begin = None
    return found
