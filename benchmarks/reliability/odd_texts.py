"""P5: odd texts through the whole program: form, record, workbook, paper, name; none breaks it or comes out other."""

from __future__ import annotations

import random
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2

from benchmarks.reliability import living, odd
from benchmarks.reliability.result import Result
from opsdesk.catalog import by_slug
from opsdesk.exports import archive, typeface
from opsdesk.exports.document import Column, Document, Table
from opsdesk.exports.typeface import MissingGlyph
from opsdesk.registers.incident import service as incident
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

NAME = "P5"
BATCH = 50
"""Texts that one workbook and one paper hold."""
ON_PAPER = 1500
"""Longer texts go into the workbook alone, but every twentieth: a page of 4,000 characters takes a second to draw."""
HEAD, FOOT = "TA/0示例No.1奇怪的文字文字", re.compile(r"第\d+页共\d+页$")
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DRAWN = str.maketrans("", "", "□☐☑")
"""Boxes and ticks are drawn on paper, not written."""
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
HIDDEN = {"Cs", "Cc"}


def _record(slug: str, key: str, **usual: Any) -> Callable[[Context, str, int], str]:
    """A form that takes the text in its field `key`; gives what the record then says."""
    register = by_slug(slug)
    assert register.save is not None
    assert register.load is not None

    def kept(ctx: Context, text: str, n: int) -> str:
        values = {name: value.format(n) if isinstance(value, str) else value for name, value in usual.items()}
        made = register.save(ctx, None, {**values, key: text}).value  # type: ignore[misc]  # asserted above
        return str(register.load(ctx, made)[key])  # type: ignore[misc]  # asserted above

    return kept


def _line(ctx: Context, text: str, _n: int) -> str:
    return str(incident.load(ctx, incident.open_incident(ctx, text).value.id)["title"])


FORMS: Mapping[str, Callable[[Context, str, int], str]] = {
    "plan": _record("emergency_plan", "steps", name="预案{}"),
    "plan's name": _record("emergency_plan", "name", steps="先通报{}"),
    "duties": _record("post", "duties", name="岗位{}"),
    "problem": _record("problem", "title"),
    "cause": _record("problem", "cause", title="问题{}"),
    "incident": _line,
}


def run(count: int, seed: int) -> Result:
    """Take `count` odd texts through the program."""
    chance, failures, counted = random.Random(seed), list[str](), Counter[str]()
    with living.folder() as home:
        living.copy(home / "site")
        ctx = living.opened(home / "site")
        for start in range(0, count, BATCH):
            stored = []
            for n in range(start, min(start + BATCH, count)):
                typed = odd.text(chance)
                failures += _named(home, typed)
                try:
                    form = chance.choice(list(FORMS))
                    kept = FORMS[form](ctx, typed, n)
                except (Refusal, Trouble):
                    counted["refused with a sentence"] += 1
                except Exception as error:  # noqa: BLE001 — a crash is what this looks for
                    failures.append(f"{form} broke on {typed[:80]!r}: {error!r}")
                else:
                    counted["stored"] += 1
                    stored.append(kept)
                    failures += [f"{form} kept {typed[:80]!r} {wrong}" for wrong in _unfit(kept)]
            failures += _exported(home / "out", stored, counted)
        failures += living.findings(ctx)
        living.close(ctx)
    return Result(NAME, count, tuple(failures), dict(counted))


def _unfit(kept: str) -> list[str]:
    """What in a stored text could not be shown, found, or written to a file."""
    wrong = []
    if any(unicodedata.category(sign) in HIDDEN and sign not in "\n\t" for sign in kept):
        wrong.append("with control characters or halves of characters")
    if any(ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF for sign in kept):
        wrong.append("with noncharacters")
    if any(
        unicodedata.bidirectional(sign) in {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "PDI"} for sign in kept
    ):
        wrong.append("with marks that turn the writing round")
    if kept != unicodedata.normalize("NFC", kept):
        wrong.append("in more than one spelling")
    return wrong


def _named(home: Path, typed: str) -> list[str]:
    """What is wrong with the file name made of a text."""
    folder = home / "out"
    path = archive.target(folder, typed, "pdf")
    stem = path.name.removesuffix(".pdf")
    wrong = []
    if path.parent != folder.resolve() or len(str(path)) > 240 or len(path.name.encode()) > 255:
        wrong.append(f"the name of {typed[:80]!r} leads elsewhere, or is too long: {path.name}")
    if RESERVED.fullmatch(stem) or set(stem) & set('<>:"/\\|?*') or stem != stem.strip(" .") or _unfit(stem):
        wrong.append(f"the name of {typed[:80]!r} is none for Windows: {path.name!r}")
    return wrong


def _document(texts: Sequence[str], name: str) -> Document:
    rows = [cell for n, text in enumerate(texts) for cell in ((f"《{n}》",), (text,))]
    return Document(
        code="T", revision="A/0", title="奇怪的文字", number="1", name=name, sheet=name, organisation="示例",
        body=(Table((Column("文字", 50),), tuple(rows)),),
    )  # fmt: skip


def _exported(out: Path, stored: Sequence[str], counted: Counter[str]) -> list[str]:
    """Write what is stored as workbook and paper, read both back, and say what differs."""
    fitting = [text for text in stored if len(text) < odd.LONG]
    if not fitting:
        return []
    wrong = list[str]()
    (kept,) = archive.export(_document(fitting, fitting[0]), out, ("xlsx",))
    try:
        shown = _cells(kept.path, wrong)
    except ElementTree.ParseError as error:
        return [f"no program can read the workbook: {error}"]
    for text, read in zip(fitting, shown, strict=True):
        counted["equal in the workbook"] += text == read
        if text != read:
            wrong.append(f"the workbook says {read[:80]!r} for {text[:80]!r}")
    printable = [text for n, text in enumerate(fitting) if len(text) <= ON_PAPER or n % 20 == 0]
    strange = [text for text in printable if _missing(text)]
    printable = [text for text in printable if text not in strange]
    (kept,) = archive.export(_document(printable, fitting[-1]), out, ("pdf",))
    for text, read in zip(printable, _paragraphs(kept.path), strict=True):
        said = "".join(text.translate(DRAWN).split())
        counted["equal on paper"] += said == read
        if said != read:
            wrong.append(f"the paper says {read[:80]!r} for {text[:80]!r}")
    for text in strange[:2]:
        try:
            archive.export(_document([text], "无字形"), out, ("pdf",))
            wrong.append(f"the paper was made though no face has every sign of {text[:80]!r}")
        except MissingGlyph:
            counted["refused on paper, with the sign named"] += 1
    return wrong


def _cells(path: Path, wrong: list[str]) -> list[str]:
    """The texts as Excel reads them; complains of formulas and error values."""
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    if b"<f>" in sheet or b"<f " in sheet or b't="e"' in sheet:
        wrong.append("the workbook has a formula or an error value")
    root = ElementTree.fromstring(sheet)  # our own file
    column = [cell for cell in root.iter(f"{SPREADSHEET}c") if re.fullmatch("A[0-9]+", cell.get("r", ""))]
    texts = ["".join(cell.itertext()) for cell in column]
    shown = [re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) for text in texts]
    marks = [place for place, text in enumerate(shown) if re.fullmatch("《[0-9]+》", text)]
    return [shown[place + 1] for place in marks]


def _paragraphs(path: Path) -> list[str]:
    """The texts of a paper as a reader copies them, without white space."""
    whole = ""
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            text = page.get_textpage()
            whole += FOOT.sub("", "".join(text.get_text_range().split()).removeprefix(HEAD))
            text.close()
            page.close()
    return re.split("《[0-9]+》", whole)[1:]


def _missing(text: str) -> bool:
    try:
        typeface.runs("".join(text.translate(DRAWN).split()))
    except MissingGlyph:
        return True
    return False
