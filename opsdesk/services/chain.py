"""The audit chain: every change of the record as a link that cannot be altered unseen (`promises.md` 2.3).

`hash` = SHA-256(previous hash ‖ JSON array of the row). The first link holds the schema. Personal values enter as
SHA-256 of [salt, value]; both stand in `personal_value`, so a person can be forgotten and the chain stays whole:
`forget` erases salts and values and chains which ones (kind "forget"), and `verify` asks for these no more.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

from opsdesk.models import Base, LedgerRow, PersonalValue
from opsdesk.services.clock import Clock

GENESIS = "0" * 64
CHINA = timezone(timedelta(hours=8))
LEDGER = Base.metadata.tables["ledger"]
PERSONAL_VALUES = Base.metadata.tables["personal_value"]
DIALECT = sqlite.dialect()
OUTSIDE = {"ledger", "personal_value"}
FACTS_ONLY = {"event", "forget"}
"""Kinds of links that say something and hold no row."""
HASHED = tuple(column.name for column in LEDGER.columns if column.name != "hash")


@dataclass(frozen=True)
class Signer:
    """Who acts: operator, role, station."""

    operator: str
    role: str
    station: str


def _plain(value: object) -> str:
    if isinstance(value, date | Decimal | bytes):  # bytes are what a spoilt file gives for a text
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode
"""Canonical JSON: sorted keys, no blanks, Chinese as it is."""
array = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode
"""The same of a list, which has an order of its own."""


def zone(moment: datetime) -> str:
    """The offset from UTC that a clock shows: +08:00."""
    return moment.isoformat()[-6:]


def commitment(salt: str, value: str) -> str:
    """What the chain holds of a personal value."""
    return hashlib.sha256(array([salt, value]).encode()).hexdigest()


def link(previous: str, row: Mapping[str, Any]) -> str:
    """Hash of a ledger row after `previous`."""
    return hashlib.sha256(f"{previous}{array([row[name] for name in HASHED])}".encode()).hexdigest()


def personal(column: Column[Any]) -> bool:
    """True for a column of personal data."""
    return bool(column.info.get("personal"))


HIDING = {
    table.name: hidden
    for table in Base.metadata.sorted_tables
    if (hidden := tuple(column.name for column in table.columns if personal(column)))
}
"""The columns of personal data by table."""


def schema_hash(connection: Connection) -> str:
    """Hash of the schema as SQLite holds it, and of its version: a dropped index or an added trigger changes it."""
    objects = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_'"
    rows = [list(row) for row in connection.execute(text(f"{objects} ORDER BY type, name"))]
    versions = ("PRAGMA user_version", "PRAGMA application_id", "SELECT group_concat(version_num) FROM alembic_version")
    rows.append([connection.execute(text(question)).scalar_one() for question in versions])
    return hashlib.sha256(array(rows).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """One change to be chained: insert, update or delete with the full row, event or forget with its facts."""

    kind: str
    subject: str
    subject_id: int
    values: Mapping[str, Any]


def append(
    connection: Connection, clock: Clock, signer: Signer, act: str, reason: str, entries: Sequence[Entry]
) -> None:
    """Chain `entries` in order, in the caller's transaction."""
    last = connection.execute(
        select(LedgerRow.seq, LedgerRow.hash).order_by(LedgerRow.seq.desc()).limit(1)
    ).one_or_none()
    seq, previous = (last.seq, last.hash) if last else (0, GENESIS)
    moment, uptime, boot = clock.moment(), clock.uptime_ms(), clock.boot()
    rows, secrets_kept = [], []
    for entry in entries:
        seq += 1
        body, kept = _sealed(entry, seq)
        row = {
            "seq": seq,
            "at": moment.astimezone(CHINA).isoformat(),
            "zone": zone(moment),
            "uptime_ms": uptime,
            "boot": boot,
            "operator": signer.operator,
            "role": signer.role,
            "station": signer.station,
            "act": act,
            "kind": entry.kind,
            "subject": entry.subject,
            "subject_id": entry.subject_id,
            "body": body,
            "reason": reason,
        }
        previous = link(previous, row)
        rows.append({**row, "hash": previous})
        secrets_kept.extend(kept)
    if rows:
        connection.execute(insert(LEDGER), rows)
    if secrets_kept:
        connection.execute(insert(PERSONAL_VALUES), secrets_kept)


def _sealed(entry: Entry, seq: int) -> tuple[str, list[dict[str, Any]]]:
    table = Base.metadata.tables.get(entry.subject)
    if table is None or entry.kind in FACTS_ONLY:
        return canonical(entry.values), []
    values, kept = _stored(table, entry.values), []
    for column in HIDING.get(table.name, ()):
        value = values[column]
        if value is not None:
            salt = secrets.token_hex(16)
            kept.append({"seq": seq, "column": column, "salt": salt, "value": value})
            values[column] = {"commitment": commitment(salt, value)}
    return canonical(values), kept


def _stored(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """A row exactly as SQLite holds it, so that no reading of a value can hide a change."""
    stored = dict(values)
    for name, own in _converted(table.name):
        stored[name] = own.process_bind_param(stored[name], DIALECT)
    return stored


@cache
def _converted(table: str) -> tuple[tuple[str, TypeDecorator[Any]], ...]:
    columns = Base.metadata.tables[table].columns
    return tuple((column.name, column.type) for column in columns if isinstance(column.type, TypeDecorator))


def forget(connection: Connection, subject: str, ids: Sequence[int], columns: Collection[str]) -> list[Entry]:
    """Erase every value that these columns of these rows ever had; one entry for each row that had any.

    What is still to be chained has to be chained before. The rows themselves are the caller's to change.
    """
    query = (
        select(LedgerRow.subject_id, PersonalValue.seq, PersonalValue.column)
        .join(PersonalValue, PersonalValue.seq == LedgerRow.seq)
        .where(LedgerRow.subject == subject, LedgerRow.subject_id.in_(ids), PersonalValue.column.in_(columns))
        .order_by(PersonalValue.seq, PersonalValue.column)
    )
    gone: dict[int, list[list[int | str]]] = {}
    for row in connection.execute(query):
        gone.setdefault(row.subject_id, []).append([row.seq, row.column])
    links = {pair[0] for pairs in gone.values() for pair in pairs}
    connection.execute(delete(PERSONAL_VALUES).where(PersonalValue.seq.in_(links), PersonalValue.column.in_(columns)))
    return [Entry("forget", subject, each, {"values": pairs}) for each, pairs in gone.items()]


def holders(connection: Connection, subject: str, columns: Collection[str], more_than: int = 0) -> set[int]:
    """Rows of a table of which so many values of these columns, today's and earlier ones, can still be read."""
    query = (
        select(LedgerRow.subject_id)
        .join(PersonalValue, PersonalValue.seq == LedgerRow.seq)
        .where(LedgerRow.subject == subject, PersonalValue.column.in_(columns))
        .group_by(LedgerRow.subject_id)
        .having(func.count() > more_than)
    )
    return set(connection.execute(query).scalars())


def head(connection: Connection) -> tuple[int, str]:
    """Sequence number and hash of the last link; (0, GENESIS) before the first."""
    row = connection.execute(
        select(LedgerRow.seq, LedgerRow.hash).order_by(LedgerRow.seq.desc()).limit(1)
    ).one_or_none()
    return (row.seq, row.hash) if row else (0, GENESIS)


def short_head(connection: Connection) -> str:
    """The head as printed on paper: number and the first sixteen hex digits in fours."""
    seq, digest = head(connection)
    return f"{seq}·{' '.join(digest[i : i + 4] for i in range(0, 16, 4))}".upper()


def facts_of(body: str) -> dict[str, Any]:
    """The body of a link; empty where it was spoilt, which its hash tells."""
    try:
        facts = json.loads(body)
    except (ValueError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}


def schema_altered(connection: Connection) -> bool:
    """Whether tables, indexes or triggers are not as the chain has them; quick enough for every start."""
    query = select(LedgerRow.body).where(LedgerRow.subject == "schema", LedgerRow.kind == "schema")
    last = connection.execute(query.order_by(LedgerRow.seq.desc()).limit(1)).scalar_one_or_none()
    return last is not None and facts_of(last).get("schema") != schema_hash(connection)


def count(connection: Connection) -> int:
    """How many links the chain has."""
    return connection.execute(select(func.count()).select_from(LEDGER)).scalar_one()
