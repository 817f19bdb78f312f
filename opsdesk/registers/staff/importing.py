"""The staff list into the record: all or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.columns import pin_key
from opsdesk.imports.people import StaffRow, read_staff
from opsdesk.models import Post, Staff, Vendor
from opsdesk.registers.staff import presence
from opsdesk.registers.staff.presence import Signed
from opsdesk.registers.staff.service import SHIFTS_BY, judge_again, stays_as_he_is, stays_with_vendor
from opsdesk.services import entry
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.pinyin import initials
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

LABEL = "人员名册"
NUMBERS = (("pin", "考勤号"), ("badge_no", "工牌号"))
TITLES = {"arrived_on": "到场日期", "reserve": "储备", "name": "姓名", "left_on": "离场日期", "vendor_id": "外包单位"}


@dataclass
class _Record:
    """What the list is compared with. Vendors and posts are found by every name they go by."""

    people: dict[str, dict[str, Any]]
    vendors: dict[str, Any]
    posts: dict[str, int]
    signed: Mapping[int, Signed]


@dataclass
class _Plan:
    """What would be written: new people, changes by id, and names that have to be registered first.

    `shifts_since` says of those changed from when on their shifts may be on other days.
    A new vendor or post stands in `values` under “vendor” and “post” by its name until it has an id.
    """

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    shifts_since: dict[int, date] = field(default_factory=dict)
    vendors: dict[str, str] = field(default_factory=dict)
    posts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    duplicates: int = 0


def run(ctx: Context, path: Path, *, dry_run: bool, add_vendors: bool) -> ImportResult:
    """Read, compare, and where nothing is wrong write in one transaction."""
    read = read_staff(path)
    with ctx.transaction("导入人员", one_line(path.name)) if not dry_run else ctx.read() as work:
        connection = work.connection if isinstance(work, Transaction) else work
        plan = _compare(ctx, _record(connection), read.rows, add_vendors)
        findings = tuple(sorted((*read.findings, *plan.findings), key=lambda finding: finding.row))
        stored = 0 if findings else len(plan.new) + len(plan.changed)
        result = ImportResult(read.rows_read, stored, plan.duplicates, findings, LABEL)
        if isinstance(work, Transaction) and stored:
            _write(work, plan)
            if since := plan.shifts_since:
                judge_again(work, ctx, since, min(since.values()))
            note_batch(work, result, what="staff", file_name=path.name, sha256=read.sha256, at=ctx.now())
    return result


def _key(name: str) -> str:
    return "".join(one_line(name).split()).casefold()


def _record(connection: Connection) -> _Record:
    vendors: dict[str, Any] = {}
    for row in connection.execute(select(Vendor.id, Vendor.code, Vendor.name, Vendor.short_name, Vendor.left_on)):
        for name in (row.code, row.short_name, row.name):
            vendors[_key(name)] = row
    return _Record(
        people={
            row["staff_no"].casefold(): dict(row) for row in connection.execute(select(Staff.__table__)).mappings()
        },
        vendors=vendors,
        posts={_key(row.name): row.id for row in connection.execute(select(Post.id, Post.name))},
        signed=presence.signed(connection),
    )


def _compare(ctx: Context, record: _Record, rows: tuple[StaffRow, ...], add_vendors: bool) -> _Plan:
    plan = _Plan()
    final: dict[str, dict[str, Any]] = dict(record.people)
    numbers: dict[str, int] = {}
    for row in rows:
        try:
            wanted = _wanted(ctx, record, plan, row, add_vendors)
        except Refusal as refusal:
            plan.findings.append(Finding(row.row, str(refusal), TITLES.get(refusal.field, refusal.field)))
            continue
        key = row.staff_no.casefold()
        old = record.people.get(key)
        numbers[key] = row.row
        if old is None:
            plan.new.append(wanted)
            final[key] = wanted
        elif changes := {name: value for name, value in wanted.items() if old.get(name) != value}:
            plan.changed[old["id"]] = changes
            final[key] = {**old, **changes}
            if SHIFTS_BY & changes.keys():
                plan.shifts_since[old["id"]] = min(old["arrived_on"], final[key]["arrived_on"])
        else:
            plan.duplicates += 1
    plan.findings.extend(_clashes(final, numbers))
    return plan


def _wanted(ctx: Context, record: _Record, plan: _Plan, row: StaffRow, add_vendors: bool) -> dict[str, Any]:
    """The columns that the row speaks of; an empty cell says nothing about what is known already. May refuse."""
    entry.name({"name": row.name}, "name", "姓名")
    old = record.people.get(row.staff_no.casefold())
    if old is not None and old["name"] != row.name:
        raise Refusal(
            f"工号 {row.staff_no} 在系统里是{old['name']}，这一行是{row.name}。"
            "是改名请先在人员里改，是新人请换一个工号。",
            field="姓名",
        )
    given: dict[str, Any] = {
        "pin": pin_key(row.pin),
        "badge_no": row.badge_no,
        "phone": row.phone,
        "hotline_phone": row.hotline_phone,
        "arrived_on": row.arrived_on,
        "left_on": row.left_on,
        "reserve": row.reserve,
        "joined_implementation": row.joined_implementation,
        "career_started_on": row.career_started_on,
        "has_pc": row.has_pc,
        "has_internet": row.has_internet,
        "lodging_minutes": row.lodging_minutes,
    }
    wanted = {name: value for name, value in given.items() if value not in (None, "")}
    wanted.update(_vendor(ctx, record, plan, row, old, add_vendors))
    if row.post:
        known = record.posts.get(_key(row.post))
        wanted.update({"post_id": known} if known else {"post": plan.posts.setdefault(_key(row.post), row.post)})
    record_of = record.signed.get(old["id"]) if old else None
    arrived_on = wanted.get("arrived_on") or (old["arrived_on"] if old else ctx.today())
    presence.check(arrived_on, wanted.get("left_on") or (old["left_on"] if old else None), record_of)
    if old is not None:
        turned = wanted.get("reserve", old["reserve"]) != old["reserve"]
        if turned and presence.settled(old["arrived_on"], record_of, ctx.today()):
            raise Refusal(stays_as_he_is(row.name), field="reserve")
        return wanted
    named = {"staff_no": row.staff_no, "name": row.name, "initials": initials(row.name), "remarks": ""}
    return {**named, "reserve": False, **wanted, "arrived_on": arrived_on}


def _vendor(
    ctx: Context, record: _Record, plan: _Plan, row: StaffRow, old: Mapping[str, Any] | None, add_vendors: bool
) -> dict[str, Any]:
    found = record.vendors.get(_key(row.vendor))
    if found is None:
        if add_vendors and (old is None or old["id"] not in record.signed):
            return {"vendor": plan.vendors.setdefault(_key(row.vendor), row.vendor)}
        raise Refusal(
            f"外包单位“{row.vendor}”还没有登记。请先在外包单位里登记，或改成已登记的名称。", field="vendor_id"
        )
    if old is None and not in_use(found.left_on, ctx.today()):
        raise Refusal(f"外包单位“{found.name}”已停用。请先恢复单位，再导入它的人员。", field="vendor_id")
    if old is not None and old["vendor_id"] != found.id and old["id"] in record.signed:
        raise Refusal(stays_with_vendor(row.name), field="vendor_id")
    return {"vendor_id": found.id}


def _clashes(final: Mapping[str, Mapping[str, Any]], numbers: Mapping[str, int]) -> Iterator[Finding]:
    """Rows whose 考勤号 or 工牌号 would belong to somebody else too, after the whole list."""
    for column, title in NUMBERS:
        holders: dict[str, list[str]] = {}
        for key, person in final.items():
            if number := person.get(column):
                holders.setdefault(number.casefold(), []).append(key)
        for keys in holders.values():
            for key in keys if len(keys) > 1 else ():
                other = final[next(each for each in keys if each != key)]
                if key in numbers:
                    whose = f"{other['name']}（工号 {other['staff_no']}）"
                    reason = f"{title} {final[key][column]} 已经登记给{whose}。请核对后只留一个。"
                    yield Finding(numbers[key], reason, title, str(final[key][column]))


def _write(tx: Transaction, plan: _Plan) -> None:
    taken = set(tx.connection.execute(select(Vendor.code)).scalars())
    free = (code for n in range(1, 10_000) if (code := f"W{n:02}") not in taken)
    vendors = {
        name: tx.insert(Vendor, code=next(free), name=name, short_name=name[:20]) for name in plan.vendors.values()
    }
    posts = {name: tx.insert(Post, name=name, duties="") for name in plan.posts.values()}

    def settled(values: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in values.items() if name not in {"vendor", "post"}}
        if "vendor" in values:
            found["vendor_id"] = vendors[values["vendor"]]
        if "post" in values:
            found["post_id"] = posts[values["post"]]
        return found

    for staff_id, changes in plan.changed.items():
        passed_on = {column: None for column, _ in NUMBERS if column in changes}
        if passed_on and len(plan.changed) > 1:
            tx.update(Staff, staff_id, **passed_on)  # numbers may go round among people of one list
    for staff_id, changes in plan.changed.items():
        tx.update(Staff, staff_id, **settled(changes))
    tx.insert_many(Staff, [settled(values) for values in plan.new])
