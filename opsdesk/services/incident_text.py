"""Full text of incidents in Chinese: FTS5 with one token for each character, so two characters and up are exact.

The index is in the order of time, so that the latest of many thousand hits are found without sorting them. It follows
from the record, can be made anew at any time, and is not part of the audit chain.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Text, column, func, literal_column, select, table, text
from sqlalchemy.orm import InstrumentedAttribute

from opsdesk.models import Incident, IncidentAct, Staff, Vendor
from opsdesk.models.incident import INDEX_TABLE
from opsdesk.services.listing import words

MARK = "\u0436"
"""Begins every token that is no text. Nothing typed becomes a token with it: what is not Latin is kept by number."""
BORDER = f"{MARK}{MARK}"
"""Stands between two fields, so that no phrase reaches from one into the next."""
WRITTEN = (
    Incident.number, Incident.title, Incident.symptom, Incident.reporter, Incident.reporter_dept, Incident.system,
    Incident.device, Incident.category, Incident.reach, Incident.vendor_written, Incident.person_written,
    Incident.diagnosis, Incident.plan, Incident.root_cause, Incident.lesson, Incident.open_points,
)  # fmt: skip
INDEX = table(INDEX_TABLE, column("rowid", Integer), column("words", Text))
BATCH = 500
EPOCH = datetime(2000, 1, 1)
ROOM = 1 << 24
"""Room for ids within a second of the index's order: sixteen million incidents."""
OF_LATE, MOST_PAIRS = 20_000, 24
"""Among how many of the latest incidents similar ones are looked for, and by how many pairs of characters."""


def tokens(written: str) -> str:
    """Text as the index holds it: Chinese characters one by one; of letters and figures every two neighbours.

    A run of letters and figures ends with its last sign alone, so that what follows it is found beside it.
    """
    return " ".join(token for run in _runs(written) for token in _pieces(run, ends=False))


def phrase(word: str) -> str:
    """A word as a phrase to ask for, found wherever it stands, also within a longer word; empty without letters."""
    runs = _runs(word)
    if not runs:
        return ""
    pieces = [token for run in runs[:-1] for token in _pieces(run, ends=False)]
    last = _pieces(runs[-1], ends=True)
    begun = "*" if _joins(runs[-1][0]) and len(runs[-1]) == 1 else ""
    return f'"{" ".join([*pieces, *last])}"{begun}'


def _runs(written: str) -> list[str]:
    """Runs of letters and figures, and every other character that is a letter by itself; blanks and signs divide."""
    runs: list[str] = []
    open_run = False
    for sign in unicodedata.normalize("NFKC", written).lower():
        if not sign.isalnum():
            open_run = False
        elif _joins(sign) and open_run:
            runs[-1] += sign
        else:
            runs.append(sign)
            open_run = _joins(sign)
    return runs


def _joins(sign: str) -> bool:
    return sign.isascii()


def _pieces(run: str, *, ends: bool) -> list[str]:
    if not _joins(run[0]):
        return [_token(run)]
    pairs = [run[n : n + 2] for n in range(len(run) - 1)]
    return pairs if ends and pairs else [*pairs, run[-1]]


def _token(sign: str) -> str:
    """A character as a token; what SQLite's tokenizer (Unicode 6.1) may not take for a letter, by its number."""
    known = "\u3400" <= sign <= "\u4db5" or "\u4e00" <= sign <= "\u9fcc"
    return sign if known else f"{MARK}{ord(sign):x}"


def question(typed: str) -> str | None:
    """What somebody typed as a question to the index: every word as a phrase. None where no letter was typed."""
    phrases = [asked for word in words(typed) if (asked := phrase(word))]
    return " AND ".join(phrases) or None


def place(reported_at: datetime, incident_id: int = 0) -> int:
    """Where an incident stands in the index: later ones after earlier ones, so that the index itself is in order."""
    return int((reported_at - EPOCH).total_seconds()) * ROOM + incident_id


ORDERED = select(Incident.id, Incident.reported_at).order_by(Incident.reported_at, Incident.id)
FOUND_ID = INDEX.c.rowid.op("%")(ROOM)


def ids_of(
    connection: Connection, typed: str, span: tuple[datetime, datetime] | None, offset: int, limit: int
) -> tuple[list[int], int]:
    """The incidents that hold every word typed, the latest first, and how many there are; `span` is (from, before)."""
    asked = question(typed)
    if asked is None:
        return [], 0
    where: list[ColumnElement[bool]] = [INDEX.c.words.op("MATCH")(asked)]
    if span is not None:
        where += [INDEX.c.rowid >= place(span[0]), INDEX.c.rowid < place(span[1])]
    total = connection.execute(select(func.count()).select_from(INDEX).where(*where)).scalar_one()
    page = select(FOUND_ID).where(*where).order_by(INDEX.c.rowid.desc()).offset(max(0, offset)).limit(max(0, limit))
    return list(connection.execute(page).scalars()), total


def matching(typed: str) -> ColumnElement[bool] | None:
    """True of the incidents that hold every word typed; None where nothing was typed, no row for mere signs."""
    if not words(typed):
        return None
    asked = question(typed)
    if asked is None:
        return literal_column("0") == 1
    return Incident.id.in_(select(FOUND_ID).where(INDEX.c.words.op("MATCH")(asked)))


def alike(connection: Connection, typed: str, *, but: int, most: int) -> list[int]:
    """Incidents of late that share most pairs of neighbouring characters with the text, the nearest first."""
    signs = tokens(typed).split()
    pairs = list(dict.fromkeys(f'"{a} {b}"' for a, b in pairwise(signs)))[:MOST_PAIRS]
    if not pairs:
        return []
    begin = select(Incident.reported_at).order_by(Incident.reported_at.desc()).offset(OF_LATE).limit(1)
    since = connection.execute(begin).scalar_one_or_none()
    where: list[ColumnElement[bool]] = [INDEX.c.words.op("MATCH")(" OR ".join(pairs))]
    if since is not None:
        where.append(INDEX.c.rowid >= place(since))
    nearest = select(FOUND_ID).where(*where).order_by(literal_column("rank")).limit(most + 1)
    return [found for found in connection.execute(nearest).scalars() if found != but][:most]


def refresh(connection: Connection, ids: Sequence[int]) -> None:
    """Bring the index of these incidents in step with the record, in the caller's transaction."""
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        places = {
            row.id: place(row.reported_at, row.id)
            for row in connection.execute(select(Incident.id, Incident.reported_at).where(Incident.id.in_(some)))
        }
        marks = ",".join(str(each) for each in places.values())
        connection.execute(text(f"DELETE FROM {INDEX_TABLE} WHERE rowid IN ({marks})"))  # noqa: S608 — whole numbers
        rows = [{"place": places[key], "words": written} for key, written in _written(connection, some)]
        connection.execute(text(f"INSERT INTO {INDEX_TABLE}(rowid, words) VALUES (:place, :words)"), rows)  # noqa: S608


def renamed(connection: Connection, column: InstrumentedAttribute[Any], key: int) -> None:
    """Somebody's name has changed: bring in step the incidents that bear this key in `column`."""
    refresh(connection, list(connection.execute(select(Incident.id).where(column == key)).scalars()))


def _written(connection: Connection, ids: Collection[int]) -> Iterator[tuple[int, str]]:
    asked = (
        select(Incident.id, *WRITTEN, Staff.name, Staff.initials, Vendor.short_name)
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .join(Vendor, Vendor.id == Incident.vendor_id, isouter=True)
        .where(Incident.id.in_(ids))
    )
    acts: dict[int, list[str]] = defaultdict(list)
    said = select(IncidentAct.incident_id, IncidentAct.said, IncidentAct.result, IncidentAct.by)
    for row in connection.execute(said.where(IncidentAct.incident_id.in_(ids), IncidentAct.void_at.is_(None))):
        acts[row.incident_id] += [row.said, row.result, row.by]
    for each in connection.execute(asked):
        yield each.id, _joined([*each[1:], *dict.fromkeys(acts[each.id])])


def _joined(parts: Iterable[str | None]) -> str:
    return f" {BORDER} ".join(made for part in parts if part and (made := tokens(part)))


def out_of_step(connection: Connection) -> int:
    """How many incidents the index does not hold as the record has them, and how many rows of it are of none."""
    places = {place(row.reported_at, row.id): row.id for row in connection.execute(ORDERED)}
    differ = connection.execute(select(func.count()).select_from(INDEX)).scalar_one()
    order = list(places)
    for begin in range(0, len(order), BATCH):
        some = order[begin : begin + BATCH]
        kept = connection.execute(select(INDEX.c.rowid, INDEX.c.words).where(INDEX.c.rowid.in_(some)))
        held = {row.rowid: row.words for row in kept}
        written = dict(_written(connection, [places[each] for each in some]))
        for each in some:
            if each not in held:
                differ += 1
            elif held[each] == written[places[each]]:
                differ -= 1
    return differ


def rebuild(connection: Connection) -> int:
    """Make the whole index anew; gives the number of incidents."""
    connection.execute(text(f"DELETE FROM {INDEX_TABLE}"))  # noqa: S608
    ids = list(connection.execute(select(Incident.id)).scalars())
    refresh(connection, ids)
    return len(ids)
