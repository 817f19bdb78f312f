"""Full text of incidents in Chinese: FTS5 with one token for each character, so two characters and up are exact.

The index follows from the record and can be made anew at any time; it is not part of the audit chain.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Integer, Text, column, literal_column, select, table, text

from opsdesk.models import Incident, IncidentAct, Staff, Vendor
from opsdesk.models.incident import INDEX_TABLE
from opsdesk.services.listing import words

BORDER = "zz"
"""Stands between two fields, so that no phrase reaches from one into the next; no single character is so long."""
WRITTEN = (
    Incident.number, Incident.title, Incident.symptom, Incident.reporter, Incident.reporter_dept, Incident.system,
    Incident.device, Incident.category, Incident.reach, Incident.vendor_written, Incident.person_written,
    Incident.diagnosis, Incident.plan, Incident.root_cause, Incident.lesson, Incident.open_points,
)  # fmt: skip
INDEX = table(INDEX_TABLE, column("rowid", Integer), column("words", Text))
BATCH = 500


def tokens(written: str) -> str:
    """Text as the index holds it: letters, figures and Chinese characters one by one, all else left out."""
    return " ".join(_token(sign) for sign in unicodedata.normalize("NFKC", written).lower() if sign.isalnum())


def _token(sign: str) -> str:
    """A character as a token; what SQLite's tokenizer (Unicode 6.1) may not take for a letter, by its number."""
    known = sign.isascii() or "\u3400" <= sign <= "\u4db5" or "\u4e00" <= sign <= "\u9fcc"
    return sign if known else f"u{ord(sign):x}"


def question(typed: str) -> str | None:
    """What somebody typed as a question to the index: every word as a phrase. None where no letter was typed."""
    phrases = [phrase for word in words(typed) if (phrase := tokens(word))]
    return " AND ".join(f'"{phrase}"' for phrase in phrases) or None


def matching(typed: str) -> ColumnElement[bool] | None:
    """True of the incidents that hold every word typed; None where nothing was typed, no row for mere signs."""
    if not words(typed):
        return None
    asked = question(typed)
    if asked is None:
        return literal_column("0") == 1
    return Incident.id.in_(select(INDEX.c.rowid).where(INDEX.c.words.op("MATCH")(asked)))


def refresh(connection: Connection, ids: Sequence[int]) -> None:
    """Bring the index of these incidents in step with the record, in the caller's transaction."""
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        marks = ",".join(str(int(each)) for each in some)
        connection.execute(text(f"DELETE FROM {INDEX_TABLE} WHERE rowid IN ({marks})"))  # noqa: S608 — whole numbers
        rows = [{"id": key, "words": written} for key, written in _written(connection, some)]
        connection.execute(text(f"INSERT INTO {INDEX_TABLE}(rowid, words) VALUES (:id, :words)"), rows)  # noqa: S608


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


def rebuild(connection: Connection) -> int:
    """Make the whole index anew; gives the number of incidents."""
    connection.execute(text(f"DELETE FROM {INDEX_TABLE}"))  # noqa: S608
    ids = list(connection.execute(select(Incident.id)).scalars())
    refresh(connection, ids)
    return len(ids)
