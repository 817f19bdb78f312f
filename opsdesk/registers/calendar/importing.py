"""The yearly holiday notice into the calendar, as JSON or as a table: all or nothing, days signed are judged again."""

from __future__ import annotations

from pathlib import Path

from opsdesk.imports.files import read_source
from opsdesk.imports.holidays import read_holidays
from opsdesk.rules.vocabulary import Role
from opsdesk.services import calendars, rejudging
from opsdesk.services.calendars import YearPlan
from opsdesk.services.context import Context
from opsdesk.services.errors import Finding
from opsdesk.services.import_result import ImportResult, note_batch
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

TOUCHED = frozenset({"calendar", "sign_in"})


def import_holidays(ctx: Context, path: Path, *, dry_run: bool = False) -> ImportResult:
    """Import a holiday file; only the supervisor may. Counted in days: one refused row keeps the whole file out.

    JSON ({year: {source, off, work, statutory}}), xlsx, xls and csv are told by their content. Days of a year that the
    file does not name stay as they are, the site's own days too.
    """
    if not dry_run:
        ctx.require(Role.SUPERVISOR)
    plans, wrong, sha256 = _read(path)
    with ctx.read() as connection:
        known = calendars.load(connection).special
    special = {day: kind for plan in plans for day, kind in plan.special.items()}
    changed = sum(known.get(day) != kind for day, kind in special.items())
    label = f"{'、'.join(str(plan.year) for plan in plans)} 年放假安排" if plans else "放假安排"
    findings = wrong or (() if special else (Finding(0, "文件里没有一天放假或调休。请核对文件内容。"),))
    stored = 0 if findings else changed
    result = ImportResult(len(special) + len(findings), stored, len(special) - changed, findings, label)
    if not dry_run and not findings:
        _store(ctx, path, sha256, plans, result)
    return result


def imported(ctx: Context, path: Path) -> Outcome[ImportResult]:
    """The same for a window, which shows anew what was touched."""
    result = import_holidays(ctx, path)
    return Outcome(result, TOUCHED if not result.rejected else frozenset())


def _read(path: Path) -> tuple[list[YearPlan], tuple[Finding, ...], str]:
    """Years, what could not be taken, and the hash of the file."""
    source = read_source(path)
    if path.suffix.lower() == ".json" or source.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return calendars.read_file(path), (), source.sha256
    table = read_holidays(path)
    return calendars.parse(table.years), table.findings, table.sha256


def _store(ctx: Context, path: Path, sha256: str, plans: list[YearPlan], result: ImportResult) -> None:
    """Years are stored where no day changes too: the file may be the first notice of a year."""
    special = [day for plan in plans for day in plan.special]
    with ctx.transaction("导入节假日", one_line(path.name)) as tx:
        calendars.store(tx, plans)
        rejudging.everybody(tx, ctx, min(special), max(special))
        if result.stored:
            note_batch(tx, result, what="holidays", file_name=path.name, sha256=sha256, at=ctx.now())
