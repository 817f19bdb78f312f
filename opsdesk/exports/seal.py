"""What a form says, line by line, and what of it the record keeps under seal: a hash of all, short hashes by place.

Everything a reader sees counts: title, number, facts, headings, cells, notes, basis, places to sign. How it is laid
out, its page numbers, rows left blank for the pen, the trace and the seal itself do not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opsdesk.exports import wording
from opsdesk.exports.document import BarChart, Block, Document, FormGrid, Table
from opsdesk.services import seal_code
from opsdesk.services.text import clean

UNISSUED = "预览，未签发"
"""Stands in the place of the code on a preview: what is on the screen was not issued."""
SIGNS = 3
"""Base64 signs of a cell's hash: 18 bits, enough to point at a place; the hash of all decides."""
HEAD, FACT, HEADING, ROW, GRID, TEXT, CHART, NOTE, BASIS, SIGN, RETENTION = "hftrgxcnbsk"
PERIODS = ("日期", "月份", "统计期间", "年度", "清点时间", "截止", "更新日期")
"""Labels under which a form says of which time it is."""
PLACE = "序号"
_NOT_IN_QR = re.compile(r"[^-0-9A-Z./]")
LONGEST_NUMBER = 22


class Cell(NamedTuple):
    """Words at one place of a line, the name of the place, and the `group` heading over it, which several may share."""

    name: str
    words: str
    group: str = ""

    @property
    def place(self) -> str:
        """Where it stands on the form, as a reader finds it."""
        return f"{self.group} {self.name}".strip()


@dataclass(frozen=True)
class Line:
    """A line of a form: its kind, its cells, and whose record it is (王强 2026-03-05) where the form names it."""

    kind: str
    cells: tuple[Cell, ...]
    label: str = ""

    @property
    def told(self) -> tuple[Cell, ...]:
        """The cells that say something of their own: the running number of a row only says where it stands."""
        return tuple(cell for cell in self.cells if cell.name != PLACE or self.kind != ROW)


def lines(document: Document) -> list[Line]:
    """All that the form says, from top to bottom."""
    return list(_lines(document))


def _lines(document: Document) -> Iterator[Line]:
    head = (
        ("模板编号", wording.template(document)),
        ("单位名称", clean(document.organisation)),
        ("编号", wording.number(document)),
        ("标题", clean(document.title)),
    )
    for cell in head:
        yield Line(HEAD, (Cell(*cell),))
    for fact in document.facts:
        yield Line(FACT, (Cell(clean(fact.label), clean(fact.value)),))
    for block in document.body:
        yield from _block(document, block)
    for kind, name, texts in ((NOTE, "注", document.notes), (BASIS, "采用口径", document.basis)):
        for text in texts:
            yield Line(kind, (Cell(name, clean(text)),))
    for place in document.signatures:
        yield Line(SIGN, (Cell("签字栏", "".join(wording.signature(place))),))
    yield Line(RETENTION, (Cell("保存期限", wording.retention(document)),))


def _block(document: Document, block: Block) -> Iterator[Line]:
    if isinstance(block, Table):
        names = [clean(column.title) for column in block.columns]
        groups = [clean(column.group) for column in block.columns]
        titles = ("／".join(filter(None, (each.group, each.title, each.subtitle))) for each in block.columns)
        yield Line(HEADING, tuple(Cell("栏目", clean(title)) for title in titles))
        kinds = [column.kind for column in block.columns]
        for place, values in enumerate(block.rows):
            said = (wording.words(value, kind) for value, kind in zip(values, kinds, strict=True))
            label = wording.record_label(document, block, place) if place < len(block.record_labels) else ""
            yield Line(ROW, tuple(map(Cell, names, said, groups)), label)
    elif isinstance(block, FormGrid):
        for row in block.rows:
            yield Line(GRID, tuple(Cell(clean(cell.label), wording.words(cell.value, cell.kind)) for cell in row))
    elif isinstance(block, BarChart):
        target = "" if block.target is None else str(block.target)
        yield Line(CHART, (Cell("图", clean(block.title)), Cell("单位", clean(block.unit)), Cell("目标", target)))
        for place, label in enumerate(block.labels):
            figures = (("" if one.values[place] is None else str(one.values[place])) for one in block.series)
            series = (f"{clean(label)} {clean(one.name)}" for one in block.series)
            yield Line(CHART, tuple(map(Cell, series, figures)))
    else:
        yield Line(TEXT, (Cell("正文", clean(block.text)),))


def content_hash(said: Sequence[Line], salt: str) -> str:
    """SHA-256 over the salt and everything the lines say."""
    whole = [[line.kind, [[cell.name, cell.words] for cell in line.cells]] for line in said]
    canonical = json.dumps([salt, whole], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def digests(said: Sequence[Line], salt: str) -> list[str]:
    """For each line its kind and a short hash of every cell."""
    return [line.kind + "".join(_digest(line, cell, salt) for cell in line.told) for line in said]


def _digest(line: Line, cell: Cell, salt: str) -> str:
    words = cell.words if line.kind == ROW else f"{cell.name}\0{cell.words}"
    own = hashlib.blake2b(words.encode(), key=salt.encode(), digest_size=SIGNS).digest()
    return base64.b64encode(own).decode()[:SIGNS]


def period(document: Document) -> str:
    """Of which time the form says it is; empty where it does not say."""
    named = [(fact.label, fact.value) for fact in document.facts]
    for block in document.body:
        if isinstance(block, FormGrid):
            named += [(cell.label, wording.words(cell.value, cell.kind)) for row in block.rows for cell in row]
    return next((clean(value) for label, value in named if label in PERIODS), "")


def qr_words(code: str, form: str, number: str, content: str, seq: int, head: str) -> str:
    """What the QR code says, in the signs that it packs tightest and every scan gun can type.

    Code, form, number, the beginning of the content's hash, the chain's head at that moment: 90 signs at most.
    """
    named = (_NOT_IN_QR.sub("", part.upper()) for part in (form, number.partition(" ")[0][:LONGEST_NUMBER]))
    return " ".join((code, *filter(None, named), content[:12].upper(), f"{seq}-{head[:12].upper()}"))


def code_of(document: Document) -> str:
    """The short code of an issued form; empty for one that was not issued."""
    return seal_code.read(document.seal)


def words(document: Document) -> str:
    """What stands on the form in the place of the code: 校验码 7K3M-9QXA-HTRW-2F8P, or that it was not issued."""
    code = code_of(document)
    return f"校验码 {code}" if code else clean(document.seal)


def codes(documents: Sequence[Document]) -> str:
    """The codes of what was issued, as a file names them in its properties."""
    return " ".join(filter(None, map(code_of, documents)))
