"""What stands round the body of a form: numbers, title and facts above; remarks, places to sign and page below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from opsdesk.exports import qr, seal, typeface, wording
from opsdesk.exports.document import Align, Document
from opsdesk.exports.fitting import SMALLEST_SIZE, inked, lines_of
from opsdesk.exports.sheets import IDEOGRAPH_CENTRE, LEADING, MM, Sheet
from opsdesk.exports.typeface import Line

TITLE_SIZE = 17.0
LONG_TITLE_SIZE = 12.0
ORGANISATION_SIZE = 11.0
FACT_SIZE = 10.5
REMARK_SIZE = 9.0
SMALL_SIZE = 9.0
TRACE_SIZE = 7.0
TRACE_GREY = 0.45
CODE_SIZE = 8.0
CODE_ABOVE = 3.6 * MM
QR_SIDE, QR_GAP, QR_TO_EDGE = 12 * MM, 1.6 * MM, 4.2 * MM
"""The QR code's side, its distance from body and words (its quiet zone), and from the paper's lower edge."""
SIGNING_SIZE = 10.5
SIGNING_HEIGHT = 12 * MM
SIGNING_LINES = (26 * MM, 23 * MM, 20 * MM)
"""How long the line for the pen is: shorter where more places then stand beside each other."""


class Area(NamedTuple):
    """The printable part of the paper, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Printable width in points."""
        return self.right - self.left


class Signing(NamedTuple):
    """A place to sign: the words before the line, after it, and how long the line for the pen is."""

    before: Line
    after: Line
    line: float

    @property
    def width(self) -> float:
        """Width of the whole in points."""
        return self.before.width + self.line + self.after.width


class Foot(NamedTuple):
    """Remark lines and rows of places to sign, measured."""

    remarks: tuple[Line, ...]
    signings: tuple[tuple[Signing, ...], ...]

    @property
    def remarks_height(self) -> float:
        """Height of the remarks in points, with the space above them."""
        return len(self.remarks) * REMARK_SIZE * LEADING + 1.5 * MM if self.remarks else 0.0

    @property
    def signings_height(self) -> float:
        """Height of the places to sign in points."""
        return len(self.signings) * SIGNING_HEIGHT


def draw_head(sheet: Sheet, area: Area, document: Document) -> tuple[float, list[Line]]:
    """Write head line, title and facts; gives how far down the body begins and the facts that did not fit one line."""
    baseline = max(area.top - 5 * MM, 6 * MM)
    third = area.width / 3
    _one_line(sheet, area, wording.template(document), SMALL_SIZE, Align.LEFT, baseline, third * 0.78)
    _one_line(sheet, area, wording.words(document.organisation), ORGANISATION_SIZE, Align.CENTER, baseline, third * 1.4)
    _one_line(sheet, area, wording.number(document), SMALL_SIZE, Align.RIGHT, baseline, third * 0.78)
    y = _draw_title(sheet, area, document)
    lines = [lines_of(fact, area.width, FACT_SIZE) for fact in wording.facts(document)]
    singles = [fact[0] for fact in lines if len(fact) == 1]
    taken = sum(line.width for line in singles)
    if len(singles) < len(lines) or taken + 4 * MM * (len(singles) - 1) > area.width:
        return y, [line for fact in lines for line in fact]
    gap, x = (area.width - taken) / max(len(singles) - 1, 1), area.left
    for line in singles:
        sheet.write(line, x, y + FACT_SIZE, FACT_SIZE)
        x += line.width + gap
    return y + (FACT_SIZE * 1.3 + 1.2 * MM if singles else 0.0), []


def _draw_title(sheet: Sheet, area: Area, document: Document) -> float:
    size, title = TITLE_SIZE, wording.words(document.title)
    lines = lines_of(title, area.width, size, bold=True)
    if len(lines) > 1:
        size = LONG_TITLE_SIZE
        lines = lines_of(title, area.width, size, bold=True)
    y = area.top
    for line in lines[:4]:
        sheet.write(line, (area.left + area.right - line.width) / 2, y + size * 0.95, size)
        y += size * 1.3
    return y + 1.6 * MM


def _one_line(
    sheet: Sheet, area: Area, text: str, size: float, align: Align, baseline: float, room: float, grey: float = 0.0
) -> None:
    """One line, smaller if it must be, cut only where even the smallest size does not fit."""
    text = inked(" ".join(text.split()))
    widest = typeface.width(text, size)
    if widest > room:
        size = max(SMALLEST_SIZE, size * room / widest - 0.01)
        text = typeface.break_text(text, room, size)[0]
    line = typeface.line(text, size)
    if align is Align.LEFT:
        x = area.left
    elif align is Align.RIGHT:
        x = area.right - line.width
    else:
        x = (area.left + area.right - line.width) / 2
    sheet.write(line, x, baseline, size, grey)


def measure_foot(area: Area, document: Document) -> Foot:
    """The foot's lines and places to sign, as many beside each other as fit."""
    remarks = tuple(line for text in wording.remarks(document) for line in lines_of(text, area.width, REMARK_SIZE))
    ways = [_signings(area.width, document, line) for line in SIGNING_LINES]
    return Foot(remarks, min(ways, key=len))


def _signings(room: float, document: Document, line: float) -> tuple[tuple[Signing, ...], ...]:
    """The places to sign in rows, each with a line so long."""
    places = [_signing(wording.signature(place), room, line) for place in document.signatures]
    widest = max((place.width for place in places), default=1.0) + 4 * MM
    beside = max(1, min(len(places) or 1, int((room + 4 * MM) / widest)))
    return tuple(tuple(places[start : start + beside]) for start in range(0, len(places), beside))


def _signing(parts: tuple[str, str, str], room: float, line: float) -> Signing:
    before = lines_of(parts[0], max(room - line - 40 * MM, room / 3), SIGNING_SIZE)[0]
    after = lines_of(parts[1] + parts[2], room, SIGNING_SIZE)[0]
    return Signing(before, after, line)


def draw_remarks(sheet: Sheet, area: Area, lines: Sequence[Line], y: float) -> float:
    """Write remark lines under each other; gives the place below them."""
    step = REMARK_SIZE * LEADING
    y += 1.5 * MM if lines else 0.0
    for line in lines:
        sheet.write(line, area.left, y + step / 2 + IDEOGRAPH_CENTRE * REMARK_SIZE, REMARK_SIZE)
        y += step
    return y


def draw_signings(sheet: Sheet, area: Area, foot: Foot, y: float) -> float:
    """Write the places to sign with a line for the pen; gives the place below them."""
    for places in foot.signings:
        share = area.width / len(foot.signings[0])
        baseline = y + SIGNING_HEIGHT * 0.72
        for place, signing in enumerate(places):
            x = area.left + share * place
            sheet.write(signing.before, x, baseline, SIGNING_SIZE)
            x += signing.before.width
            sheet.rule(x, baseline + 1.5, x + signing.line, baseline + 1.5)
            sheet.write(signing.after, x + signing.line, baseline, SIGNING_SIZE)
        y += SIGNING_HEIGHT
    return y


def number_pages(document: Document, pages: Sequence[Sheet], area: Area) -> None:
    """Write the bottom line of every page: 保存期限, 第 X 页 共 Y 页, then code and trace left of the QR code.

    All of it stands below the body, in the margin where nobody signs.
    """
    total = document.of_pages or document.first_page - 1 + len(pages)
    runs = qr.runs(document.seal) if seal.code_of(document) else []
    for number, sheet in enumerate(pages, document.first_page):
        baseline = min(area.bottom + 8 * MM, sheet.height - 5 * MM)
        _one_line(sheet, area, wording.retention(document), SMALL_SIZE, Align.LEFT, baseline, area.width * 0.36)
        _one_line(sheet, area, wording.page_of(number, total), SMALL_SIZE, Align.CENTER, baseline, area.width * 0.2)
        beside, room = area, area.width * 0.36
        if runs:
            side = min(QR_SIDE, sheet.height - area.bottom - QR_GAP - QR_TO_EDGE)
            sheet.code(runs, area.right - side, area.bottom + QR_GAP, side / len(qr.modules(document.seal)))
            beside, room = area._replace(right=area.right - side - QR_GAP), room - side - QR_GAP
        _one_line(sheet, beside, seal.words(document), CODE_SIZE, Align.RIGHT, baseline - CODE_ABOVE, room)
        _one_line(sheet, beside, wording.words(document.trace), TRACE_SIZE, Align.RIGHT, baseline, room, TRACE_GREY)
