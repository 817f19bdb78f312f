"""Importing punch files: rows read = rows stored + duplicates + rows reported, each with its reason."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from sqlalchemy import Connection, select

from opsdesk.imports.columns import pin_key
from opsdesk.imports.punches import read_punches
from opsdesk.imports.raw import FormatKey, PunchFile, RawPunch
from opsdesk.models import ImportBatch, Punch
from opsdesk.rules import attendance as rules
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import Direction, Source
from opsdesk.services import attendance, closing_days, duties
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.duties import Person
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

Progress = Callable[[int, int], bool]
STEP = 5000
DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Sorted:
    """A file's punches: those to store, and how many are known; the others are findings."""

    new: list[tuple[Person, RawPunch, date]]
    duplicates: int
    findings: list[Finding]


def import_punches(
    ctx: Context,
    path: Path,
    *,
    dry_run: bool = False,
    as_format: str | None = None,
    progress: Progress | None = None,
) -> Outcome[ImportResult]:
    """Import a punch file of any known format; `dry_run` only says what would happen.

    Good rows are stored, bad ones reported; a punch known already (person, second, device) is a duplicate. Directions
    are not taken from machines: the day's first and last time count. Refuses a file of no known format.
    """
    ctx.require(*WRITERS)
    chosen: FormatKey | None = as_format if as_format in get_args(FormatKey) else None  # type: ignore[assignment]
    file = read_punches(path, as_format=chosen)
    if dry_run:
        with ctx.read() as connection:
            return Outcome(_result(file, _sort(ctx, connection, file)))
    with ctx.transaction("导入打卡", one_line(path.name)) as tx:
        sorted_ = _sort(ctx, tx.connection, file)
        result = _result(file, sorted_)
        if sorted_.new:
            _store(ctx, tx, path, file, sorted_, result, progress)
    return Outcome(result, frozenset({"sign_in"}) if result.stored else frozenset())


def _result(file: PunchFile, sorted_: _Sorted) -> ImportResult:
    found = sorted((*file.findings, *sorted_.findings), key=lambda finding: finding.row)
    return ImportResult(file.rows_read, len(sorted_.new), sorted_.duplicates, tuple(found), file.format)


def _store(
    ctx: Context,
    tx: Transaction,
    path: Path,
    file: PunchFile,
    sorted_: _Sorted,
    result: ImportResult,
    progress: Progress | None,
) -> None:
    now = ctx.now()
    batch = tx.insert(
        ImportBatch,
        what="punches",
        file_name=one_line(path.name),
        sha256=file.sha256,
        format=file.format,
        at=now,
        rows_read=result.read,
        rows_stored=result.stored,
        rows_duplicate=result.duplicates,
        rows_rejected=len(result.rejected),
    )
    rows = [_row(ctx, person, raw, day, now, batch) for person, raw, day in sorted_.new]
    for start in range(0, len(rows), STEP):
        if progress and not progress(start, len(rows)):
            raise Refusal("导入已取消，没有写入任何记录。")
        tx.insert_many(Punch, rows[start : start + STEP])
    attendance.rejudge(tx, ctx.regulations, {(row["staff_id"], row["day"]) for row in rows}, now)


def _row(ctx: Context, person: Person, raw: RawPunch, day: date, now: datetime, batch: int) -> dict[str, Any]:
    return {
        "staff_id": person.id,
        "day": day,
        "at": raw.at,
        "direction": str(Direction.UNKNOWN),
        "source": str(Source.IMPORT),
        "device": raw.device,
        "entered_at": now,
        "entered_by": ctx.actor.name,
        "doubted": False,
        "batch_id": batch,
    }


def _sort(ctx: Context, connection: Connection, file: PunchFile) -> _Sorted:
    staff = duties.people(connection)
    whose = _lookup(staff)
    now = ctx.now()
    findings: list[Finding] = []
    matched: dict[int, list[tuple[Person, RawPunch]]] = defaultdict(list)
    for raw in file.punches:
        person = whose(raw)
        if isinstance(person, str):
            findings.append(Finding(raw.row, person))
        elif raw.at > now:
            findings.append(Finding(raw.row, f"打卡时间 {raw.at:%Y-%m-%d %H:%M:%S} 还没有到。请核对考勤机时钟。"))
        elif not person.on_site(raw.at.date()) and not person.on_site(raw.at.date() - DAY):
            findings.append(_not_on_site(person, raw))
        else:
            matched[person.id].append((person, raw))
    times = [raw.at for own in matched.values() for _, raw in own]
    if not times:
        return _Sorted([], 0, findings)
    first, last = min(times), max(times)
    known = {
        (row.staff_id, row.at, row.device)
        for row in connection.execute(
            select(Punch.staff_id, Punch.at, Punch.device).where(Punch.at.between(first, last))
        )
    }
    plan = duties.load(connection, ctx.regulations, first.date(), last.date(), set(matched))
    why_closed = closing_days.why_closed(connection, Punch, first.date() - DAY, last.date() + DAY)
    new: list[tuple[Person, RawPunch, date]] = []
    duplicates = 0
    for own in matched.values():
        person = own[0][0]
        owed = plan.duties(person, first.date() - DAY, last.date() + DAY)
        day_of = _days(owed)
        for _, raw in own:
            key = (person.id, raw.at, raw.device)
            if key in known:
                duplicates += 1
                continue
            known.add(key)
            day = day_of(raw.at)
            if not person.on_site(day):
                findings.append(_not_on_site(person, raw))
            elif why := why_closed(day):
                findings.append(Finding(raw.row, why))
            else:
                new.append((person, raw, day))
    return _Sorted(new, duplicates, findings)


def _not_on_site(person: Person, raw: RawPunch) -> Finding:
    return Finding(raw.row, f"{person.name} 在 {raw.at:%Y-%m-%d} 不在场。请核对到场、离场日期。")


def _lookup(staff: Sequence[Person]) -> Callable[[RawPunch], Person | str]:
    by_number = {person.staff_no.upper(): person for person in staff}
    by_pin = {pin_key(person.pin): person for person in staff if person.pin}
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in staff:
        by_name[person.name].append(person)

    def whose(raw: RawPunch) -> Person | str:
        if raw.key_kind == "staff_no":
            return by_number.get(raw.key.upper()) or f"工号 {raw.key} 没有对应人员。请先在人员中登记。"
        if raw.key_kind == "pin":
            return by_pin.get(raw.key) or f"考勤号 {raw.pin} 没有对应人员。请在人员中填写考勤号。"
        same = by_name.get(raw.key, [])
        if len(same) > 1:
            return f"姓名 {raw.key} 有 {len(same)} 人。请在文件中补上工号或考勤号。"
        return same[0] if same else f"姓名 {raw.key} 没有对应人员。请先在人员中登记。"

    return whose


def _days(owed: Sequence[Duty]) -> Callable[[datetime], date]:
    if not owed:
        return datetime.date
    spans = [
        rules.reach(duty, before, after)
        for duty, before, after in zip(owed, [None, *owed[:-1]], [*owed[1:], None], strict=True)
    ]
    starts = [span.begins for span in spans]

    def day_of(at: datetime) -> date:
        index = bisect_right(starts, at) - 1
        if index >= 0 and at < spans[index].ends:
            return owed[index].day
        return at.date()

    return day_of
