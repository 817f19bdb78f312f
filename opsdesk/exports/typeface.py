"""The faces of window and paper: which face has a character, how wide it is, and where a line may break.

Noto Sans SC (regular, bold) carries every character of 通用规范汉字表 and Ext A; HanaMinB carries Ext B to F and is
loaded only when a text needs it (30 MB). A character that no face has raises `MissingGlyph`: reportlab itself would
print an empty box without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from opsdesk.paths import resources
from opsdesk.services.errors import Trouble

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
RARE = "HanaMinB"
FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf", RARE: "HanaMinB.ttf"}

EMPTY_BOX = "\ufdd0"
"""Stands for a drawn □ in a text. Noncharacters cannot come from users: `wording.printable` takes them out."""
TICKED_BOX = "\ufdd1"
"""Stands for a drawn ☑ in a text; no face of ours has that glyph."""
TICK = "✓"
"""How a √ is drawn: our faces have it as a mathematical root with a bar."""
BOXES = "box"
"""The name in place of a face for the two drawn boxes."""
BOX_ADVANCE = 1120

OPENING = "（〔［｛《〈「『【“‘([{"
CLOSING = "）〕］｝》〉」』】”’)]},.;:!?，。、；：！？…—·％%℃°"
_IDEOGRAPHS = "\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff"
_BOX = f"[{EMPTY_BOX}{TICKED_BOX}]"
_WORD = (
    rf"{_BOX}[^{EMPTY_BOX}{TICKED_BOX}\s]*|[^\s{_IDEOGRAPHS}{re.escape(OPENING + CLOSING)}]+(?:[-.,:/@][0-9A-Za-z]+)*"
)
_UNIT = re.compile(
    rf"[ \t\u3000]+|[{re.escape(OPENING)}]{{0,3}}(?:{_WORD}|\S)[{re.escape(CLOSING)}]{{0,3}}|\S",
)
_lock = RLock()
_loaded: dict[str, TTFont] = {}


class MissingGlyph(Trouble):
    """No face has `character`; the sentence names it, its code point and the `record` it stands in."""

    def __init__(self, character: str, record: str = "") -> None:
        place = f"“{record}”中的" if record else ""
        super().__init__(
            f"{place}“{character}”（U+{ord(character):04X}）在字库里没有字形，无法打印。",
            remedy="请在记录里把这个字符更正为规范汉字或文字说明，然后再打印。",
        )
        self.character = character
        self.record = record

    def of(self, record: str) -> MissingGlyph:
        """The same trouble, with the record it was met in."""
        return self if self.record else MissingGlyph(self.character, record)


class Ink(NamedTuple):
    """How one character is printed: the face that has it and its advance in thousandths of the size."""

    font: str
    advance: float


class Line(NamedTuple):
    """One line of a wrapped text: its width in points and the pieces (font name, text, x from the line's start)."""

    width: float
    pieces: tuple[tuple[str, str, float], ...]


def to_unicode_map(name: str, subset: list[int]) -> str:
    """The text map of an embedded subset, so that a reader can copy and search what it sees.

    reportlab writes four hexadecimal digits a character, which cuts what lies beyond U+FFFF; PDF asks for UTF-16BE.
    Blocks hold at most 100 entries (Adobe Technical Note 5014).
    """
    entries = [f"<{i:02X}> <{chr(c).encode('utf-16-be').hex().upper()}>" for i, c in enumerate(subset) if c]
    blocks = [entries[start : start + 100] for start in range(0, len(entries), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def\n"
        f"/CMapName /{name} def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def face(name: str) -> TTFont:
    """The face called `name` (REGULAR, BOLD or RARE), read and made known to reportlab on first use."""
    with _lock:
        if name not in _loaded:
            _loaded[name] = _read(name)
        return _loaded[name]


def _read(name: str) -> TTFont:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import SUBSETN, TTFError, TTFont

    class Face(TTFont):
        """A face whose embedded subsets carry the right text map."""

        def addObjects(self, doc: Any) -> None:  # noqa: N802  # reportlab's name
            subsets = self.state[doc].subsets
            super().addObjects(doc)  # type: ignore[no-untyped-call]  # reportlab ships no types
            for number, subset in enumerate(subsets):
                embedded = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("ascii")
                doc.idToObject["toUnicodeCMap:" + embedded].content = to_unicode_map(embedded, subset)

    path = resources() / "fonts" / FILES[name]
    try:
        font: TTFont = Face(name, str(path))  # type: ignore[no-untyped-call]  # reportlab ships no types
    except (OSError, TTFError) as error:
        raise Trouble(f"字库文件 {path.name} 读不出来，无法打印。", remedy="请重新安装程序，再试一次。") from error
    pdfmetrics.registerFont(font)
    return font


class _Inks(dict[str, Ink]):
    """Character → Ink, filled as characters are met."""

    def __init__(self, first: str) -> None:
        super().__init__({EMPTY_BOX: Ink(BOXES, BOX_ADVANCE), TICKED_BOX: Ink(BOXES, BOX_ADVANCE)})
        self.faces = (first, RARE)

    def __missing__(self, character: str) -> Ink:
        code = ord(character)
        for name in self.faces:
            outlines = face(name).face
            if code in outlines.charToGlyph:
                ink = self[character] = Ink(name, outlines.getCharWidth(code))
                return ink
        raise MissingGlyph(character)


_INKS = {False: _Inks(REGULAR), True: _Inks(BOLD)}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a one-line text in points."""
    inks = _INKS[bold]
    return sum(inks[c].advance for c in text) * size / 1000


def runs(text: str, *, bold: bool = False, record: str = "") -> list[tuple[str, str]]:
    """The text as (font name, piece) in order, each piece in one face; `record` is named if a glyph is missing."""
    inks = _INKS[bold]
    try:
        return [(name, "".join(piece)) for name, piece in groupby(text, key=lambda c: inks[c].font)]
    except MissingGlyph as missing:
        raise missing.of(record) from None


def line(text: str, size: float, *, bold: bool = False) -> Line:
    """The text as one line, however long."""
    x = 0.0
    pieces = []
    for name, piece in runs(text, bold=bold):
        pieces.append((name, piece, x))
        x += width(piece, size, bold=bold)
    return Line(x, tuple(pieces))


def break_text(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than `room` points.

    Chinese breaks after any character, except that closing punctuation never begins a line and opening never ends one
    (kinsoku); Latin words and numbers stay whole unless one alone is wider than the line. A newline always breaks.
    """
    return [part for paragraph in text.split("\n") for part in _break(paragraph, room, size, bold)]


@lru_cache(maxsize=4096)
def wrap(text: str, room: float, size: float, bold: bool = False) -> tuple[Line, ...]:
    """`break_text`, ready to be drawn."""
    return tuple(line(part, size, bold=bold) for part in break_text(text, room, size, bold=bold))


def _break(paragraph: str, room: float, size: float, bold: bool) -> Iterator[str]:
    if width(paragraph, size, bold=bold) <= room:
        yield paragraph
        return
    current, filled, first = "", 0.0, True
    for unit in _units(paragraph, room, size, bold):
        advance = width(unit, size, bold=bold)
        if current and filled + advance > room and not unit.isspace():
            yield current.rstrip()
            current, filled, first = "", 0.0, False
        if current or first or not unit.isspace():
            current += unit
            filled += advance
    yield current.rstrip()


def _units(paragraph: str, room: float, size: float, bold: bool) -> Iterator[str]:
    """What may not be broken, in order; a unit wider than the line comes character by character."""
    for found in _UNIT.finditer(paragraph):
        unit = found.group()
        if unit.isspace() or width(unit, size, bold=bold) <= room:
            yield unit
        else:
            yield from unit
