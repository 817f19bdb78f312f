"""A file of leave into the record: one bad row keeps it out whole, and the same file twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.leave import LeaveFile, LeaveRow, read_leave
from opsdesk.models import Leave, LeaveSlip
from opsdesk.registers.leave import asking, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import duties
from opsdesk.services.context import Context
from opsdesk.services.duties import Person, Plan
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.leave_slips import CERTIFICATE, NO_CERTIFICATE
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

TITLES = {
    "staff_no": "工号",
    "first_day": "开始时间",
    "last_day": "结束时间",
    "first_part": "开始时间",
    "last_part": "结束时间",
    "deputy_id": "顶岗人",
}
ELSEWHERE = "钉钉审批"
Key = tuple[int, str, datetime, datetime]


@dataclass(frozen=True)
class _Record:
    """What the file is compared with: people by number and by name, their duties, and the leave known already."""

    by_number: Mapping[str, Person]
    by_name: Mapping[str, Sequence[Person]]
    plan: Plan
    known: frozenset[Key]


def import_leave(ctx: Context, path: Path, *, dry_run: bool = False) -> ImportResult:
    """Import leave from our template or from 钉钉 (请假单据); only the supervisor may, as consent comes with it.

    One bad row keeps the whole file out. Slips that 钉钉 has not agreed to are reported and do not. What is on record
    already, withdrawn or not, is left as it stands.
    """
    ctx.require(Role.SUPERVISOR)
    read = read_leave(path)
    with ctx.transaction("导入请假", one_line(path.name)) if not dry_run else ctx.read() as work:
        connection = work.connection if isinstance(work, Transaction) else work
        new, known, wrong = _compare(connection, ctx, read)
        bad = (*read.findings, *wrong)
        told = tuple(sorted((*bad, *read.waiting), key=lambda finding: finding.row))
        stored, known = (0, 0) if bad else (len(new), known)
        result = ImportResult(read.rows_read, stored, known, told, read.label)
        if isinstance(work, Transaction) and result.stored:
            for facts in new:
                service.take_effect(work, ctx, service.insert(work, ctx, facts))
            note_batch(work, result, what="leave", file_name=path.name, sha256=read.sha256, at=ctx.now())
    return result


def _key(name: str) -> str:
    return "".join(name.split()).casefold()


def _record(connection: Connection, ctx: Context, rows: Sequence[LeaveRow]) -> _Record:
    people = duties.people(connection)
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_name[_key(person.name)].append(person)
    first = min((row.begins.day for row in rows), default=ctx.today())
    last = max((row.ends.day for row in rows), default=ctx.today())
    known: set[Key] = set()
    for table in (LeaveSlip, Leave):
        query = select(table.staff_id, table.kind, table.begins_at, table.ends_at)
        known |= {(row.staff_id, row.kind, row.begins_at, row.ends_at) for row in connection.execute(query)}
    plan = duties.load(connection, ctx.regulations, first - timedelta(days=1), max(first, last) + timedelta(days=1))
    return _Record({each.staff_no.casefold(): each for each in people}, by_name, plan, frozenset(known))


def _compare(connection: Connection, ctx: Context, read: LeaveFile) -> tuple[list[dict[str, Any]], int, list[Finding]]:
    """What the file brings anew, how many rows are known already, and what is wrong."""
    record = _record(connection, ctx, read.rows)
    new: list[dict[str, Any]] = []
    said: dict[Key, int] = {}
    known, wrong = 0, []
    for row in read.rows:
        try:
            facts = _facts(ctx, record, row, elsewhere=read.approved_elsewhere)
            key = (facts["staff_id"], facts["kind"], facts["begins_at"], facts["ends_at"])
            if key in record.known or key in said:
                known += 1
                continue
            for other in new:
                if other["staff_id"] == facts["staff_id"] and _overlap(other, facts):
                    first = said[other["staff_id"], other["kind"], other["begins_at"], other["ends_at"]]
                    raise Refusal(f"这段时间与第 {first} 行的{other['kind']}重叠。请改正其中一行。", field="first_day")
            service.refuse_overlap(connection, facts, "first_day")
            asking.check_deputy(connection, record.plan, facts)
            _deputy_in_file(facts, new)
        except Refusal as refusal:
            wrong.append(Finding(row.row, str(refusal), TITLES.get(refusal.field, "")))
            continue
        said[key] = row.row
        new.append(facts)
    return new, known, wrong


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["begins_at"] < other["ends_at"] and other["begins_at"] < one["ends_at"])


def _deputy_in_file(facts: Mapping[str, Any], new: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a deputy whom an earlier row of the file sends away, or has covering somebody else at that time."""
    for other in new if facts["deputy_id"] else ():
        begins, ends = other["begins_at"], other["ends_at"]
        his_own = other["staff_id"] == facts["deputy_id"] and other["consented_by"]
        if his_own and asking.keeps_away(other["kind"], begins, ends, facts):
            raise Refusal(f"顶岗人这段时间自己{other['kind']}。请换一个人。", field="deputy_id")
        if other["deputy_id"] == facts["deputy_id"] and _overlap(other, facts):
            raise Refusal("顶岗人这段时间已给同一个文件里的别人顶岗。请换一个人。", field="deputy_id")


def _deputy(record: _Record, row: LeaveRow) -> int | None:
    """Who takes over, by number or by name; of several of one name the one on site that day."""
    if not row.deputy:
        return None
    if numbered := record.by_number.get(row.deputy.casefold()):
        return numbered.id
    named = record.by_name.get(_key(row.deputy), ())
    here = [person for person in named if person.on_site(row.begins.day)] or named
    if len(here) == 1:
        return here[0].id
    if here:
        raise Refusal(f"叫{row.deputy}的有 {len(here)} 人。请在顶岗人一栏写工号。", field="deputy_id")
    raise Refusal(f"顶岗人{row.deputy}没有登记。请写已登记人员的工号或姓名。", field="deputy_id")


def _person(record: _Record, row: LeaveRow) -> Person:
    if row.staff_no:
        person = record.by_number.get(row.staff_no.casefold())
        if person is None:
            raise Refusal(f"工号 {row.staff_no} 没有登记。请先登记人员，或改正工号。", field="staff_no")
        if row.name and _key(row.name) != _key(person.name):
            raise Refusal(
                f"工号 {row.staff_no} 是{person.name}，这一行写的是{row.name}。请核对工号和姓名。", field="staff_no"
            )
        return person
    named = [person for person in record.by_name.get(_key(row.name), ()) if person.on_site(row.begins.day)]
    if len(named) == 1:
        return named[0]
    if named:
        raise Refusal(f"叫{row.name}的有 {len(named)} 人。请补上工号。", field="staff_no")
    raise Refusal(
        f"{row.begins.day.isoformat()} 在场的人里没有{row.name}。请先登记人员，或改正姓名。", field="staff_no"
    )


def _facts(ctx: Context, record: _Record, row: LeaveRow, *, elsewhere: bool) -> dict[str, Any]:
    """The columns of the slip that a row makes. What 钉钉 agreed to counts as agreed by company and centre."""
    person = _person(record, row)
    begins, ends = asking.between(record.plan, person, row.begins, row.ends)
    asking.check(person, begins, ends, ("first_day", "last_day"))
    now = ctx.now().replace(second=0)
    applied = min(row.applied_at or now, now)
    decided = min(row.consented_at or now, now)
    consented = ctx.actor.name if elsewhere else row.consented_by
    agreed = ELSEWHERE if elsewhere else row.vendor_agreed_by
    return {
        "staff_id": person.id,
        "kind": str(row.kind),
        "begins_at": begins,
        "ends_at": ends,
        "reason": row.reason,
        "applied_at": applied.replace(second=0),
        "deputy_id": _deputy(record, row),
        "place": "",
        "handover": "",
        "certificate": CERTIFICATE if row.hospital_level else NO_CERTIFICATE,
        "hospital": row.hospital,
        "hospital_level": row.hospital_level,
        "submitted_on": row.submitted_on,
        "sealed_on": row.sealed_on,
        "archive_no": row.archive_no,
        "vendor_agreed_by": agreed or None,
        "vendor_agreed_at": decided if agreed else None,
        "consented_by": consented or None,
        "consented_at": decided if consented else None,
    }
