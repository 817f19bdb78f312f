"""Whether the audit chain holds and every row is what it says: whatever was changed outside the program is named."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from opsdesk.models import Base, PersonalValue
from opsdesk.services import chain
from opsdesk.services.errors import UNSOUND

TOLD = ("seq", "hash", "kind", "subject", "subject_id", "body", "at", "operator", "act")
NOTHING = (0, "")


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
            if table.name not in chain.OUTSIDE:
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
    told, hashed, done = ", ".join(TOLD), ", ".join(chain.HASHED), 0
    with suppress(DBAPIError, sqlite3.Error):
        for values in _values(connection, f"{told}, CAST(json_array({hashed}) AS BLOB) FROM ledger ORDER BY seq"):
            yield values
            done += 1
        return
    for values in _values(connection, f"{told}, {hashed} FROM ledger ORDER BY seq LIMIT -1 OFFSET {done}"):
        yield *values[: len(TOLD)], chain.array(values[len(TOLD) :]).encode()


def _verify_links(
    connection: Connection, latest: dict[tuple[str, int], tuple[int, str]], claims: dict[tuple[int, str], str]
) -> Iterator[str]:
    previous, expected_seq, schema = chain.GENESIS, 1, ""
    for seq, digest, kind, subject, subject_id, body, at, operator, act, array in _links(connection):
        if seq != expected_seq:
            yield f"审计链第 {expected_seq} 条缺失（下一条是第 {seq} 条）。"
        if hashlib.sha256(f"{previous}".encode() + array).hexdigest() != digest:
            who = f"{str(at)[:16].replace('T', ' ')} {operator} {act}"
            yield f"审计链第 {seq} 条与前后不符（{who}）：{UNSOUND}。"
        previous, expected_seq = digest, seq + 1
        if kind == "schema":
            schema = chain.facts_of(body).get("schema", "")
        elif kind == "delete":
            latest.pop((subject, subject_id), None)
        elif kind == "forget":
            for each in _forgotten(body):
                claims.pop(each, None)
        elif kind not in chain.FACTS_ONLY:
            latest[subject, subject_id] = (seq, body)
            if subject in chain.HIDING:
                claims.update(((seq, column), claim) for column, claim in _claimed(subject, body))
    if expected_seq == 1:
        yield "审计链是空的。"
    elif schema != chain.schema_hash(connection):
        yield f"数据库结构与审计链登记的不一致（表、索引或触发器）：{UNSOUND}。"


def _claimed(subject: str, body: str) -> Iterator[tuple[str, str]]:
    """The commitments of a link by column."""
    facts = chain.facts_of(body)
    for column in chain.HIDING[subject]:
        if isinstance(facts.get(column), dict):
            yield column, facts[column].get("commitment", "")


def _verify_values(connection: Connection, claims: dict[tuple[int, str], str]) -> Iterator[str]:
    """Each salted value must be what the chain committed to, and none may be missing or too many."""
    open_claims = dict(claims)
    for row in connection.execute(select(chain.PERSONAL_VALUES)).mappings():
        claim = open_claims.pop((row["seq"], row["column"]), None)
        if claim != chain.commitment(row["salt"], row["value"]):
            yield f"个人信息附表中审计链第 {row['seq']} 条的 {row['column']} 与登记的不符：{UNSOUND}。"
    for seq, column in open_claims:
        yield f"个人信息附表中审计链第 {seq} 条的 {column} 不见了：{UNSOUND}。"


def _forgotten(body: str) -> set[tuple[int, str]]:
    """Which values a link says were erased; none where it was spoilt."""
    try:
        return {(int(seq), str(column)) for seq, column in chain.facts_of(body)["values"]}
    except (KeyError, TypeError, ValueError):
        return set()


def _right_at_sight(
    connection: Connection, table: Table, latest: Mapping[tuple[str, int], tuple[int, str]]
) -> set[int]:
    """The rows of a table if SQLite writes each as the very JSON the chain holds; else none, and nothing is said.

    Salted values are not compared so, and a value may have no JSON, a column be gone.
    """
    if table.name in chain.HIDING:
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
    hidden = chain.HIDING.get(table.name, ())
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
        claimed = chain.facts_of(body) if hidden else {}
        for column in hidden:
            if values.get(column) is not None and claimed.get(column) and (seq, column) in salts:
                values[column] = {"commitment": chain.commitment(salts[seq, column], str(values[column]))}
        if chain.canonical(values) != body:
            yield f"{table.name} 第 {row_id} 行与审计链第 {seq} 条不符：{UNSOUND}。"
