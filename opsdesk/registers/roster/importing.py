"""The roster file into the record: all or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.roster import REST, RosterRow, read_roster
from opsdesk.models import RosterEntry, Shift
from opsdesk.registers.roster.service import judge_again, refuse_absent
from opsdesk.services import duties
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

LABEL = "排班表"
TITLES = {"staff_no": "工号", "shift": "班次", "day": "日期"}
Entries = dict[tuple[int, date], int | None]


@dataclass(frozen=True)
class _Record:
    """What the file is compared with: people by number and by name, shifts by code and name, entries as they stand."""

    by_number: Mapping[str, Person]
    by_name: Mapping[str, Sequence[Person]]
    shifts: Mapping[str, Any]
    entries: Mapping[tuple[int, date], tuple[int, int | None]]


def run(ctx: Context, path: Path, *, dry_run: bool) -> ImportResult:
    """Read, compare, and where nothing is wrong write in one transaction."""
    read = read_roster(path)
    with ctx.transaction("导入排班", one_line(path.name)) if not dry_run else ctx.read() as work:
        connection = work.connection if isinstance(work, Transaction) else work
        record = _record(connection, read.rows)
        wanted, repeated, wrong = _compare(ctx, record, read.rows)
        changed = {
            key: shift_id
            for key, shift_id in wanted.items()
            if key not in record.entries or record.entries[key][1] != shift_id
        }
        findings = tuple(sorted((*read.findings, *wrong), key=lambda finding: finding.row))
        duplicates = repeated + len(wanted) - len(changed)
        result = ImportResult(read.rows_read, 0 if findings else len(changed), duplicates, findings, LABEL)
        if isinstance(work, Transaction) and result.stored:
            _write(work, record, changed)
            judge_again(work, ctx, set(changed))
            note_batch(work, result, what="roster", file_name=path.name, sha256=read.sha256, at=ctx.now())
    return result


def _key(name: str) -> str:
    return "".join(name.split()).casefold()


def _record(connection: Connection, rows: Sequence[RosterRow]) -> _Record:
    people = duties.people(connection)
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_name[_key(person.name)].append(person)
    shifts: dict[str, Any] = {}
    for row in connection.execute(select(Shift.id, Shift.code, Shift.name, Shift.left_on)):
        shifts.update({_key(row.name): row, _key(row.code): row})
    query = select(RosterEntry.id, RosterEntry.staff_id, RosterEntry.day, RosterEntry.shift_id)
    if rows:
        query = query.where(RosterEntry.day.between(min(row.day for row in rows), max(row.day for row in rows)))
    entries = {(row.staff_id, row.day): (row.id, row.shift_id) for row in connection.execute(query)}
    return _Record({person.staff_no.casefold(): person for person in people}, by_name, shifts, entries)


def _compare(ctx: Context, record: _Record, rows: Sequence[RosterRow]) -> tuple[Entries, int, list[Finding]]:
    """What the file wants of each (staff, day), how many rows only repeat another, and what is wrong."""
    wanted: Entries = {}
    said: dict[tuple[int, date], int] = {}
    repeated, wrong = 0, []
    for row in rows:
        try:
            person = _person(record, row)
            refuse_absent(person, row.day)
            key = (person.id, row.day)
            shift_id = _shift(ctx, record, row, key)
            if key in wanted and wanted[key] != shift_id:
                reason = f"{person.name} {row.day.isoformat()} 在第 {said[key]} 行排了别的班次。请只留一个。"
                raise Refusal(reason, field="shift")
        except Refusal as refusal:
            wrong.append(Finding(row.row, str(refusal), TITLES.get(refusal.field, ""), row.shift))
            continue
        repeated += key in wanted
        wanted[key] = shift_id
        said.setdefault(key, row.row)
    return wanted, repeated, wrong


def _person(record: _Record, row: RosterRow) -> Person:
    if row.staff_no:
        person = record.by_number.get(row.staff_no.casefold())
        if person is None:
            raise Refusal(f"工号 {row.staff_no} 没有登记。请先在人员里登记，或改正工号。", field="staff_no")
        if row.name and _key(row.name) != _key(person.name):
            raise Refusal(
                f"工号 {row.staff_no} 是{person.name}，这一行写的是{row.name}。请核对工号和姓名。", field="staff_no"
            )
        return person
    named = [person for person in record.by_name.get(_key(row.name), ()) if person.on_site(row.day)]
    if len(named) == 1:
        return named[0]
    if named:
        raise Refusal(f"叫{row.name}的有 {len(named)} 人。请补上工号。", field="staff_no")
    raise Refusal(f"{row.day.isoformat()} 在场的人里没有{row.name}。请先登记人员，或改正姓名。", field="staff_no")


def _shift(ctx: Context, record: _Record, row: RosterRow, key: tuple[int, date]) -> int | None:
    if row.shift == REST:
        return None
    found = record.shifts.get(_key(row.shift))
    if found is None:
        raise Refusal(f"班次“{row.shift}”没有登记。请先在班次里登记，或改成已登记的代码或名称。", field="shift")
    standing = record.entries.get(key)
    if not in_use(found.left_on, ctx.today()) and (standing is None or standing[1] != found.id):
        raise Refusal(f"班次“{row.shift}”已停用。请换一个班次。", field="shift")
    shift_id: int = found.id
    return shift_id


def _write(tx: Transaction, record: _Record, changed: Entries) -> None:
    new = []
    for (staff_id, day), shift_id in changed.items():
        standing = record.entries.get((staff_id, day))
        if standing is None:
            new.append({"staff_id": staff_id, "day": day, "shift_id": shift_id})
        else:
            tx.update(RosterEntry, standing[0], shift_id=shift_id)
    tx.insert_many(RosterEntry, new)
