"""What every reader of tables works on: sheets of rows of text, blank rows left out."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ROWS = 200_010
"""Two hundred thousand rows below a heading and the lines above it."""
MAX_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row: `number` is its 1-based number as people see it in the file.

    `fault` is a whole sentence where its bytes are damaged; `torn` marks a last line without a line end.
    """

    number: int
    cells: tuple[str, ...]
    fault: str = ""
    torn: bool = False

    def cell(self, index: int) -> str:
        """The cell's text, "" where the row is shorter."""
        return self.cells[index] if index < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook; a text file is one sheet without a name."""

    name: str
    rows: tuple[Row, ...]
