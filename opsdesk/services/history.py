"""The audit chain as people read it: who changed which record, when, why, what it was before and what after."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from opsdesk.models import Base, LedgerRow, PersonalValue, Staff
from opsdesk.models.base import Flag, SpoiltValue
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain, id_numbers, listing, masking
from opsdesk.services.chain import CHINA, FACTS_ONLY
from opsdesk.services.context import Context
from opsdesk.services.record_names import NUMBERS

NAMING = ("number", "staff_no", "asset_no", "code", "name", "title", "label")
"""Columns that tell one record from another, the best first."""
WHOSE = ("staff_id", "first_staff_id", "incident_id", "loan_id", "sheet_id", "room_id")
WHEN = ("at", "month", "day", "id")
"""A record without such a column is called by whose it is and of when: 段景行 2026-03-05 08:38."""
MINUTE = len("2026-03-05 08:38")
CALLED = {
    "appraisal": "title",
    "appraisal_item": "title",
    "appraisal_scheme": "title",
    "appraisal_sheet": "number",
    "asset": "asset_no",
    "contract": "number",
    "import_batch": "file_name",
    "incident": "number",
    "inspection": "number",
    "inspection_item": "name",
    "leave": "begins_at",
    "leave_slip": "number",
    "loan": "number",
    "permit": "number",
    "post": "name",
    "problem": "number",
    "punch": "at",
    "room": "name",
    "settlement": "month",
    "shift": "name",
    "staff": "name",
    "vendor": "short_name",
    "visit": "name",
}
"""Tables to which columns lead, and by what their records are called there."""
PARTS = {
    "appraisal_scheme": (("appraisal_item", "scheme_id"),),
    "appraisal_sheet": (("appraisal_line", "sheet_id"), ("appraisal_mark", "sheet_id")),
    "contract": (("contract_term", "contract_id"), ("payment_term", "contract_id")),
    "incident": tuple((f"incident_{part}", "incident_id") for part in ("act", "due", "file", "part", "pause")),
    "inspection": (("inspection_line", "inspection_id"),),
    "loan": (("loan_item", "loan_id"),),
    "permit": (("permit_person", "permit_id"),),
    "settlement": (("deduction", "settlement_id"),),
    "visit": (("visit_item", "visit_id"),),
}
"""Tables whose rows are parts of a record, each with its column that leads there: they are told with the record."""
HASHES = ("commitment", "content", "digests", "head", "password_hash", "photo_sha256", "salt", "schema", "sha256")
"""What a link holds under these is for the program alone."""
MOST_PEOPLE = 10
"""A word that names more people than this is looked for among the first of them."""
FORGOTTEN = "（已清除）"
TOLD = {"seal": ("form", "number", "period", "code", "title", "issued_at", "issued_by")}
"""What is told of a new row, in this order, of tables that also hold what only the program reads."""


@dataclass(frozen=True)
class Change:
    """One column before and after, as the record holds them; `personal` values are the side table's or cleared."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Link:
    """One link of the chain: an act on one row, when by the workstation's clock.

    `name` is what the record is called, `changes` what the act changed.
    """

    seq: int
    at: datetime
    operator: str
    role: str
    station: str
    act: str
    kind: str
    subject: str
    subject_id: int
    reason: str
    name: str
    changes: tuple[Change, ...]
    hash: str


@dataclass(frozen=True)
class Asked:
    """A question to the history: of which record, by whom, on which days (both included), with which words.

    A record is told with the rows that are its parts.
    """

    subject: str = ""
    subject_id: int | None = None
    operator: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


def listed(ctx: Context, asked: Asked, offset: int, limit: int) -> tuple[list[Link], int]:
    """Links that answer the question, the newest first, and how many there are in all."""
    query = select(LedgerRow).order_by(LedgerRow.seq.desc())
    if asked.subject and asked.subject_id is not None:
        query = query.where(_of_record(asked.subject, asked.subject_id))
    elif asked.subject:
        query = query.where(LedgerRow.subject == asked.subject)
    if asked.operator:
        query = query.where(LedgerRow.operator == asked.operator)
    if asked.first:
        query = query.where(LedgerRow.at >= _begins(ctx, asked.first))
    if asked.last:
        query = query.where(LedgerRow.at < _begins(ctx, asked.last + timedelta(days=1)))
    with ctx.read() as connection:
        if asked.text:
            columns = (LedgerRow.act, LedgerRow.operator, LedgerRow.reason)
            query = query.where(listing.holds(asked.text, *columns, means=partial(_means, connection)))
        total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        rows = connection.execute(query.with_only_columns(*LedgerRow.__table__.columns).offset(offset).limit(limit))
        return _links(connection, [dict(row) for row in rows.mappings()], str(ctx.actor.role)), total


def _means(connection: Connection, word: str) -> ColumnElement[bool]:
    return or_(_told_in_body(word), _of_people(connection, word))


def _told_in_body(word: str) -> ColumnElement[bool]:
    """Whether a word stands in what a link tells, which is not in its hashes: any four digits stand in some of them."""
    sought = func.lower(word)
    leaves = func.json_tree(LedgerRow.body).table_valued("key", "atom")
    told = exists().where(
        func.coalesce(leaves.c.key, "").not_in(HASHES),
        func.instr(func.lower(func.coalesce(leaves.c.atom, "")), sought) > 0,
    )
    stands = func.instr(func.lower(LedgerRow.body), sought) > 0
    return and_(stands, case((func.json_valid(LedgerRow.body) == 1, told), else_=stands))


def _of_people(connection: Connection, word: str) -> ColumnElement[bool]:
    """Links of the people whom a word names by 姓名, 工号 or initials: the chain holds their rows by id only."""
    named = or_(func.instr(Staff.name, word) > 0, Staff.staff_no == word.upper(), Staff.initials == word.lower())
    ids = connection.execute(select(Staff.id).where(named).limit(MOST_PEOPLE)).scalars().all()
    ends = [func.instr(LedgerRow.body, f'"staff_id":{each}{end}') > 0 for each in ids for end in ",}"]
    return or_(and_(LedgerRow.subject == Staff.__tablename__, LedgerRow.subject_id.in_(ids)), *ends)


def _of_record(subject: str, record_id: int) -> ColumnElement[bool]:
    """Links of a record and of its parts, those taken out again too."""
    found = [and_(LedgerRow.subject == subject, LedgerRow.subject_id == record_id)]
    gone = aliased(LedgerRow)
    for name, column in PARTS.get(subject, ()):
        part = Base.metadata.tables[name]
        there = select(part.c.id).where(part.c[column] == record_id)
        led_to = case((func.json_valid(gone.body) == 1, func.json_extract(gone.body, f"$.{column}")))
        taken_out = select(gone.subject_id).where(gone.subject == name, gone.kind == "delete", led_to == record_id)
        found.append(and_(LedgerRow.subject == name, LedgerRow.subject_id.in_(union(there, taken_out))))
    return or_(*found)


def _begins(ctx: Context, day: date) -> str:
    """When a day of the workstation's clock begins, as the chain writes it."""
    return datetime.combine(day, time(), ctx.clock.moment().tzinfo).astimezone(CHINA).isoformat()


def one(ctx: Context, seq: int) -> Link | None:
    """The link of this number."""
    with ctx.read() as connection:
        query = select(LedgerRow.__table__).where(LedgerRow.seq == seq)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        found = _links(connection, rows, str(ctx.actor.role))
    return found[0] if found else None


def standing(ctx: Context, subject: str, ids: Select[Any]) -> list[Link]:
    """These rows of a table as they stand now, each told as one that was just added, its columns as the table has them.

    Personal values are shown as in lists.
    """
    newest = select(func.max(LedgerRow.seq)).where(
        LedgerRow.subject == subject, LedgerRow.subject_id.in_(ids), LedgerRow.kind.in_(("insert", "update"))
    )
    query = select(LedgerRow.__table__).where(LedgerRow.seq.in_(newest.group_by(LedgerRow.subject_id)))
    with ctx.read() as connection:
        rows = connection.execute(query.order_by(LedgerRow.subject_id)).mappings()
        found = _links(connection, [{**row, "kind": "insert"} for row in rows], Role.READER)
    order = {name: place for place, name in enumerate(Base.metadata.tables[subject].columns.keys())}
    return [
        replace(each, changes=tuple(sorted(each.changes, key=lambda one: order.get(one.column, 0)))) for each in found
    ]


def record_named(ctx: Context, typed: str) -> list[tuple[str, int]]:
    """Records that bear this number (SJ-20260305-001, a 工号 …), as tables and row ids."""
    found: list[tuple[str, int]] = []
    with ctx.read() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in chain.OUTSIDE:
                continue
            for column in NUMBERS:
                if column in table.columns:
                    rows = connection.execute(select(table.c.id).where(table.c[column] == typed)).scalars()
                    found += [(table.name, row) for row in rows]
    return found


def number_of(ctx: Context, subject: str, record_id: int) -> str:
    """The number of a record by which `record_named` finds it; empty where its kind has none or it is not there."""
    table = Base.metadata.tables[subject]
    column = next((each for each in NUMBERS if each in table.columns), None)
    if column is None:
        return ""
    with ctx.read() as connection:
        return connection.execute(select(table.c[column]).where(table.c.id == record_id)).scalar() or ""


def operators(ctx: Context) -> list[str]:
    """Everybody who ever acted."""
    with ctx.read() as connection:
        query = select(LedgerRow.operator).group_by(LedgerRow.operator).order_by(LedgerRow.operator)
        return list(connection.execute(query).scalars())


def _links(connection: Connection, rows: Sequence[dict[str, Any]], role: str) -> list[Link]:
    before = _before(connection, rows)
    values = _personal(connection, [row["seq"] for row in rows] + [seq for seq, _ in before.values()])
    subjects = {row["seq"]: row["subject"] for row in rows}
    now = {row["seq"]: _facts(row["body"], row["seq"], values, role) for row in rows}
    then = {seq: _facts(body, earlier, values, role) for seq, (earlier, body) in before.items()}
    told = [(subjects[seq], facts) for each in (now, then) for seq, facts in each.items()]
    names = _names(connection, told)
    return [_link(row, now[row["seq"]], then.get(row["seq"], {}), names) for row in rows]


def _before(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, str]]:
    """The row as it stood before each update: number and body of the link before it."""
    changed = [row["seq"] for row in rows if row["kind"] == "update"]
    this, earlier = aliased(LedgerRow), aliased(LedgerRow)
    last = (
        select(func.max(earlier.seq))
        .where(
            earlier.subject == this.subject,
            earlier.subject_id == this.subject_id,
            earlier.seq < this.seq,
            earlier.kind.in_(("insert", "update")),
        )
        .correlate(this)
        .scalar_subquery()
    )
    found = {row[0]: row[1] for row in connection.execute(select(this.seq, last).where(this.seq.in_(changed)))}
    query = select(LedgerRow.seq, LedgerRow.body).where(LedgerRow.seq.in_([seq for seq in found.values() if seq]))
    bodies = {row.seq: row.body for row in connection.execute(query)}
    return {seq: (earlier_seq, bodies[earlier_seq]) for seq, earlier_seq in found.items() if earlier_seq in bodies}


def _personal(connection: Connection, seqs: Collection[int]) -> dict[tuple[int, str], str]:
    query = select(PersonalValue.seq, PersonalValue.column, PersonalValue.value).where(PersonalValue.seq.in_(seqs))
    return {(row.seq, row.column): row.value for row in connection.execute(query)}


def _facts(body: str, seq: int, values: Mapping[tuple[int, str], str], role: str) -> dict[str, Any]:
    """A link's row with its personal values; identity papers and telephones as lists show them. Raises SpoiltValue."""
    try:
        facts = json.loads(body)
    except ValueError:
        raise SpoiltValue(body) from None
    if not isinstance(facts, dict):
        return {}
    for column, value in facts.items():
        if isinstance(value, dict) and "commitment" in value:
            known = values.get((seq, column))
            facts[column] = FORGOTTEN if known is None else _shown(column, known, role)
    return facts


def _shown(column: str, value: str, role: str) -> str:
    if column == "id_number":
        return id_numbers.masked(value)
    return masking.phone_for(role, value) if "phone" in column or column == "contact" else value


@cache
def _leading(subject: str) -> Mapping[str, str]:
    """The columns of a table that lead to another record, each with that record's table."""
    table = Base.metadata.tables.get(subject)
    return {key.parent.name: key.column.table.name for key in (table.foreign_keys if table is not None else ())}


@cache
def _flags(subject: str) -> frozenset[str]:
    """The columns of a table that say yes or no."""
    table = Base.metadata.tables.get(subject)
    columns = table.columns if table is not None else ()
    return frozenset(column.name for column in columns if isinstance(column.type, Flag))


def _names(connection: Connection, told: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[tuple[str, int], str]:
    """What the records that these rows of these tables lead to are called, by table and id."""
    wanted: dict[str, set[int]] = {}
    for subject, facts in told:
        for column, to in _leading(subject).items():
            if isinstance(facts.get(column), int):
                wanted.setdefault(to, set()).add(facts[column])
    found: dict[tuple[str, int], str] = {}
    for table_name, ids in wanted.items():
        table = Base.metadata.tables[table_name]
        query = select(table.c.id, table.c[CALLED[table_name]]).where(table.c.id.in_(ids))
        found |= {(table_name, row[0]): str(row[1]) for row in connection.execute(query)}
    return found


def _link(
    row: Mapping[str, Any], now: Mapping[str, Any], then: Mapping[str, Any], names: Mapping[tuple[str, int], str]
) -> Link:
    def value(facts: Mapping[str, Any], column: str) -> Any:
        found = facts.get(column)
        if not isinstance(found, int):
            return found
        to = _leading(row["subject"]).get(column)
        return bool(found) if column in _flags(row["subject"]) else names.get((to or "", found), found)

    changes: list[Change] = []
    if row["kind"] == "update":
        changes = [Change(key, value(then, key), value(now, key)) for key in now if now.get(key) != then.get(key)]
    elif row["kind"] not in FACTS_ONLY:
        gone = row["kind"] == "delete"
        told = TOLD.get(row["subject"], now)
        given = [key for key in told if key != "id" and now.get(key) not in (None, "", [], False)]
        changes = [Change(key, value(now, key) if gone else None, None if gone else value(now, key)) for key in given]
    elif row["kind"] == "event":
        changes = [Change(key, None, found) for key, found in now.items()]
    name = next((str(now[key]) for key in NAMING if now.get(key) not in (None, "")), "")
    if not name:
        whose = next((str(value(now, key)) for key in WHOSE if now.get(key) is not None), "")
        when = next((str(now[key])[:MINUTE].replace("T", " ") for key in WHEN if now.get(key) not in (None, "")), "")
        name = f"{whose} {when}".strip()
    keys = ("seq", "operator", "role", "station", "act", "kind", "subject", "subject_id", "reason", "hash")
    return Link(**{key: row[key] for key in keys}, at=_at(row), name=name, changes=tuple(changes))


def _at(row: Mapping[str, Any]) -> datetime:
    """When a link was made, by the hour that the workstation's clock showed. Raises SpoiltValue."""
    try:
        shown = datetime.strptime(row["zone"], "%z").tzinfo
        return datetime.fromisoformat(row["at"]).astimezone(shown).replace(tzinfo=None)
    except ValueError:
        raise SpoiltValue(f"{row['at']} {row['zone']}") from None
