"""The audit chain: every change of the record as a link that cannot be altered unseen (`promises.md` 2.3).

`hash` = SHA-256(previous hash ‖ JSON array of the row). The first link holds the schema. Personal values enter as
SHA-256 of [salt, value]; both stand in `personal_value`, so a person can be forgotten and the chain stays whole:
`forget` erases salts and values and chains which ones (kind "forget"), and `verify` asks for these no more.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, insert, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from opsdesk.models import Base, LedgerRow, PersonalValue
from opsdesk.services.clock import Clock
from opsdesk.services.errors import UNSOUND

GENESIS = "0" * 64
CHINA = timezone(timedelta(hours=8))
LEDGER = Base.metadata.tables["ledger"]
PERSONAL_VALUES = Base.metadata.tables["personal_value"]
DIALECT = sqlite.dialect()
OUTSIDE = {"ledger", "personal_value"}
NOTHING = (0, "")
FACTS_ONLY = {"event", "forget"}
"""Kinds of links that say something and hold no row."""
HASHED = tuple(column.name for column in LEDGER.columns if column.name != "hash")
TOLD = ("seq", "hash", "kind", "subject", "subject_id", "body", "at", "operator", "act")
HIDING = {
    table.name: hidden
    for table in Base.metadata.sorted_tables
    if (hidden := tuple(column.name for column in table.columns if column.info.get("personal")))
}
"""The columns of personal data by table."""


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
_array = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def zone(moment: datetime) -> str:
    """The offset from UTC that a clock shows: +08:00."""
    return moment.isoformat()[-6:]


def commitment(salt: str, value: str) -> str:
    """What the chain holds of a personal value."""
    return hashlib.sha256(_array([salt, value]).encode()).hexdigest()


def link(previous: str, row: Mapping[str, Any]) -> str:
    """Hash of a ledger row after `previous`."""
    return hashlib.sha256(previous.encode() + _hashed(row)).hexdigest()


def _hashed(row: Mapping[str, Any]) -> bytes:
    return _array([row[name] for name in HASHED]).encode()


def personal(column: Column[Any]) -> bool:
    """True for a column of personal data."""
    return bool(column.info.get("personal"))


def schema_hash(connection: Connection) -> str:
    """Hash of the schema as SQLite holds it, and of its version: a dropped index or an added trigger changes it."""
    objects = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_'"
    rows = [list(row) for row in connection.execute(text(f"{objects} ORDER BY type, name"))]
    versions = ("PRAGMA user_version", "PRAGMA application_id", "SELECT group_concat(version_num) FROM alembic_version")
    rows.append([connection.execute(text(question)).scalar_one() for question in versions])
    return hashlib.sha256(_array(rows).encode()).hexdigest()


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


def schema_altered(connection: Connection) -> bool:
    """Whether tables, indexes or triggers are not as the chain has them; quick enough for every start."""
    query = select(LedgerRow.body).where(LedgerRow.subject == "schema", LedgerRow.kind == "schema")
    last = connection.execute(query.order_by(LedgerRow.seq.desc()).limit(1)).scalar_one_or_none()
    return last is not None and _facts(last).get("schema") != schema_hash(connection)


def verify(connection: Connection) -> Iterator[str]:
    """Yield a Chinese sentence for everything that does not hold: broken links, altered rows, rows outside the chain.

    Replays the chain and compares every row of every table with what the chain says it is, on one state of the record:
    who writes meanwhile waits.
    """
    connection.exec_driver_sql("BEGIN")
    try:
        latest: dict[tuple[str, int], tuple[int, str]] = {}
        claims: dict[tuple[int, str], str] = {}
        yield from _readable("审计链", _verify_links(connection, latest, claims))
        yield from _readable("个人信息附表", _verify_values(connection, claims))
        for table in Base.metadata.sorted_tables:
            if table.name not in OUTSIDE:
                yield from _readable(table.name, _verify_table(connection, table, latest))
        for subject, subject_id in latest:
            yield f"{subject} 第 {subject_id} 行在审计链中有记录，但数据库里已不存在。"
    finally:
        connection.exec_driver_sql("COMMIT")


def _readable(what: str, findings: Iterator[str]) -> Iterator[str]:
    try:
        yield from findings
    except (DBAPIError, sqlite3.Error) as error:
        yield f"{what}读不出来（{getattr(error, 'orig', error)}）：{UNSOUND}。"


def _values(connection: Connection, asked: str) -> Any:
    """Rows as SQLite gives them; a whole record is read twice as fast as by way of SQLAlchemy."""
    return connection.exec_driver_sql(f"SELECT {asked}").cursor


def _rows(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table, column by column."""
    cursor = _values(connection, f'* FROM "{table}"')
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, values, strict=True)) for values in cursor)


def _links(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Every link in order: what is `TOLD` of it, and the array that its hash is of.

    SQLite writes the same JSON in a fifth of the time; from a value that it has no JSON for on, it is written here.
    """
    told, hashed, done = ", ".join(TOLD), ", ".join(HASHED), 0
    with suppress(DBAPIError, sqlite3.Error):
        for values in _values(connection, f"{told}, CAST(json_array({hashed}) AS BLOB) FROM ledger ORDER BY seq"):
            yield values
            done += 1
        return
    for values in _values(connection, f"{told}, {hashed} FROM ledger ORDER BY seq LIMIT -1 OFFSET {done}"):
        yield *values[: len(TOLD)], _array(values[len(TOLD) :]).encode()


def _verify_links(
    connection: Connection, latest: dict[tuple[str, int], tuple[int, str]], claims: dict[tuple[int, str], str]
) -> Iterator[str]:
    previous, expected_seq, schema = GENESIS, 1, ""
    for seq, digest, kind, subject, subject_id, body, at, operator, act, array in _links(connection):
        if seq != expected_seq:
            yield f"审计链第 {expected_seq} 条缺失（下一条是第 {seq} 条）。"
        if hashlib.sha256(f"{previous}".encode() + array).hexdigest() != digest:
            who = f"{str(at)[:16].replace('T', ' ')} {operator} {act}"
            yield f"审计链第 {seq} 条与前后不符（{who}）：{UNSOUND}。"
        previous, expected_seq = digest, seq + 1
        if kind == "schema":
            schema = _facts(body).get("schema", "")
        elif kind == "delete":
            latest.pop((subject, subject_id), None)
        elif kind == "forget":
            for each in _forgotten(body):
                claims.pop(each, None)
        elif kind not in FACTS_ONLY:
            latest[subject, subject_id] = (seq, body)
            if subject in HIDING:
                claims.update(((seq, column), claim) for column, claim in _claimed(subject, body))
    if expected_seq == 1:
        yield "审计链是空的。"
    elif schema != schema_hash(connection):
        yield f"数据库结构与审计链登记的不一致（表、索引或触发器）：{UNSOUND}。"


def _claimed(subject: str, body: str) -> Iterator[tuple[str, str]]:
    """The commitments of a link by column."""
    facts = _facts(body)
    for column in HIDING[subject]:
        if isinstance(facts.get(column), dict):
            yield column, facts[column].get("commitment", "")


def _verify_values(connection: Connection, claims: dict[tuple[int, str], str]) -> Iterator[str]:
    """Each salted value must be what the chain committed to, and none may be missing or too many."""
    open_claims = dict(claims)
    for row in connection.execute(select(PERSONAL_VALUES)).mappings():
        claim = open_claims.pop((row["seq"], row["column"]), None)
        if claim != commitment(row["salt"], row["value"]):
            yield f"个人信息附表中审计链第 {row['seq']} 条的 {row['column']} 与登记的不符：{UNSOUND}。"
    for seq, column in open_claims:
        yield f"个人信息附表中审计链第 {seq} 条的 {column} 不见了：{UNSOUND}。"


def _facts(body: str) -> dict[str, Any]:
    """A link's body; empty where it was spoilt, which its hash has already told."""
    try:
        facts = json.loads(body)
    except (ValueError, TypeError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _forgotten(body: str) -> set[tuple[int, str]]:
    """Which values a link says were erased; none where it was spoilt."""
    try:
        return {(int(seq), str(column)) for seq, column in _facts(body)["values"]}
    except (KeyError, TypeError, ValueError):
        return set()


def _right_at_sight(
    connection: Connection, table: Table, latest: Mapping[tuple[str, int], tuple[int, str]]
) -> set[int]:
    """The rows of a table if SQLite writes each as the very JSON the chain holds; else none, and nothing is said.

    Salted values are not compared so, and a value may have no JSON, a column be gone.
    """
    if table.name in HIDING:
        return set()
    own = ", ".join(f"'{name}', {table.name}.\"{name}\"" for name in sorted(table.columns.keys()))
    right: set[int] = set()
    with suppress(DBAPIError, sqlite3.Error):
        for row_id, body in _values(connection, f'id, json_object({own}) FROM "{table.name}"'):
            if row_id in right or latest.get((table.name, row_id), NOTHING)[1] != body:
                return set()
            right.add(row_id)
        return right
    return set()


def _verify_table(
    connection: Connection, table: Table, latest: dict[tuple[str, int], tuple[int, str]]
) -> Iterator[str]:
    right = _right_at_sight(connection, table, latest)
    if right:
        for row_id in right:
            del latest[table.name, row_id]
        return
    hidden = HIDING.get(table.name, ())
    salts: dict[tuple[int, str], str] = {}
    if hidden:
        kept = connection.execute(select(PersonalValue.seq, PersonalValue.column, PersonalValue.salt))
        salts = {(row.seq, row.column): row.salt for row in kept}
    for values in _rows(connection, table.name):
        row_id = values.get("id", 0)  # a column may have been renamed outside: the schema's hash has told that
        known = latest.pop((table.name, row_id), None)
        if known is None:
            yield f"{table.name} 第 {row_id} 行不在审计链中：{UNSOUND}。"
            continue
        seq, body = known
        claimed = _facts(body) if hidden else {}
        for column in hidden:
            if values.get(column) is not None and claimed.get(column) and (seq, column) in salts:
                values[column] = {"commitment": commitment(salts[seq, column], str(values[column]))}
        if canonical(values) != body:
            yield f"{table.name} 第 {row_id} 行与审计链第 {seq} 条不符：{UNSOUND}。"


def count(connection: Connection) -> int:
    """How many links the chain has."""
    return connection.execute(select(func.count()).select_from(LEDGER)).scalar_one()
