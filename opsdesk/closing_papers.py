"""Closing in one go: the period is locked, a backup made, its papers written together, each vendor given its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from opsdesk import closing_records
from opsdesk.exports import issuing
from opsdesk.exports.archive import Cancelled, Kept
from opsdesk.exports.document import Document
from opsdesk.registers.appraisal import bundle
from opsdesk.registers.equipment_move import documents as equipment_move
from opsdesk.registers.incident import documents as incident
from opsdesk.registers.incident import to_sign
from opsdesk.registers.inspection import documents as inspection
from opsdesk.registers.month import documents as attendance
from opsdesk.registers.month.figures import companies
from opsdesk.registers.open_close import documents as open_close
from opsdesk.registers.reading import documents as reading
from opsdesk.registers.report import documents as report
from opsdesk.registers.report import service as reports
from opsdesk.registers.sign_in import documents as sign_in
from opsdesk.registers.visit import documents as visit
from opsdesk.rules.reporting import ReportKind
from opsdesk.services import appraisal, appraisal_record, backup_keeping, closing, closings, offices, rooms
from opsdesk.services.appraisal import Round as Appraised
from opsdesk.services.backup_keeping import Round
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Closed, Period
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome

Progress = Callable[[int, int], bool]
VENDORS = "单位"
"""The folder of what each vendor gets, beside the papers of the period."""


@dataclass(frozen=True)
class Choice:
    """Papers that belong to a period: their title, and what makes them."""

    key: str
    title: str
    make: Callable[[], Sequence[Document]]


@dataclass(frozen=True)
class Written:
    """What was written: the papers as they were issued, the files of the whole set, and those of each vendor."""

    documents: tuple[Document, ...]
    files: tuple[Kept, ...]
    vendors: tuple[Kept, ...]


@dataclass(frozen=True)
class Done:
    """What closing came to. What failed after the lock is told in `troubles`; the period is closed all the same."""

    closed: Closed
    backup: Round | None
    written: Written | None
    troubles: tuple[str, ...] = ()


def choices(ctx: Context, period: Period) -> list[Choice]:
    """What is printed of a period, in the order in which it is filed: the sheet of its closing first."""
    makers = {PeriodKind.DAY: _of_day, PeriodKind.MONTH: _of_month, PeriodKind.QUARTER: _of_quarter}
    own = Choice("closing", f"{period.kind}单", lambda: _sheet(ctx, period))
    return [own, *makers[period.kind](ctx, period), *_corrections(ctx, period)]


def _sheet(ctx: Context, period: Period) -> list[Document]:
    """The sheet of the closing; none before the period was closed."""
    with ctx.read() as connection:
        closed = closings.of(connection, period)
    return [closing_records.sheet(ctx, period)] if closed else []


def _of_day(ctx: Context, period: Period) -> Iterator[Choice]:
    day = period.first
    yield Choice("sign_in", "到岗记录", lambda: [sign_in.daily_sheet(ctx, day)])
    yield Choice("incident_day", "运维事件日清单", lambda: [incident.day_list(ctx, day)])
    signed = to_sign.signed_on(ctx, day)
    if signed:
        title = f"当天签收的运维事件记录单 {len(signed)} 张"
        yield Choice("incident", title, lambda: [incident.record(ctx, each) for each in signed])
    if rooms.offered(ctx):
        yield Choice("visit", "机房出入登记表", lambda: [visit.day(ctx, day)])
        yield Choice("inspection", "机房巡检表", lambda: inspection.day_sheets(ctx, day))
    yield from _of_offices(ctx, day)
    yield from _reports(ctx, ReportKind.DAILY, day, day)


def _of_offices(ctx: Context, day: date) -> Iterator[Choice]:
    """The month's page of each office that is looked after."""
    with ctx.read() as connection:
        known = offices.kept(connection, day)
    if known:
        yield Choice("open_close", "开关门及消防检查表", lambda: [open_close.month(ctx, each, day) for each in known])


def _of_month(ctx: Context, period: Period) -> Iterator[Choice]:
    year, number = period.first.year, period.first.month
    yield Choice("month", "月度考勤汇总表", lambda: attendance.month_sheets(ctx, year, number))
    yield Choice("sign_in", "到岗记录月表", lambda: [sign_in.monthly_sheet(ctx, year, number)])
    yield Choice("incident", "运维事件统计", lambda: [incident.month_statistics(ctx, year, number)])
    if known := rooms.offered(ctx):
        yield Choice("visit", "机房出入登记表", lambda: [visit.month(ctx, year, number)])
        yield Choice("reading", "环境记录", lambda: [reading.month(ctx, each, period.first) for each, _ in known])
    yield from _of_offices(ctx, period.last)
    yield from _reports(ctx, ReportKind.WEEKLY, period.first, period.last)
    yield Choice("equipment_move", "设备进出登记表", lambda: [equipment_move.month_sheet(ctx, year, number)])


def _reports(ctx: Context, kind: ReportKind, first: date, last: date) -> Iterator[Choice]:
    """The reports of a kind that were sent and end in the period, one after the other."""
    with ctx.read() as connection:
        ids = reports.sent(connection, kind, first, last)
    if ids:
        yield Choice("report", f"{kind} {len(ids)} 份", lambda: [report.paper(ctx, each) for each in ids])


def _of_quarter(ctx: Context, period: Period) -> Iterator[Choice]:
    number = (period.first.month + 2) // 3
    for made in _rounds(ctx, period):
        key, title = f"appraisal:{made.scheme.code}:{made.period.text}", f"{made.period.words}{made.scheme.title}"
        yield Choice(key, title, partial(bundle.whole_period, ctx, made))
    if rooms.offered(ctx):
        yield Choice("visit", "机房出入登记表（装订）", lambda: visit.quarter(ctx, period.first.year, number))
    yield from _reports(ctx, ReportKind.QUARTERLY, period.first, period.last)


def _rounds(ctx: Context, period: Period) -> list[Appraised]:
    """The appraisals on record that end in the quarter and have somebody to be appraised."""
    with ctx.read() as connection:
        ids = appraisal_record.ending(connection, period.first, period.last)
        found = [appraisal.of_appraisal(connection, ctx.regulations, each, ctx.now()) for each in ids]
    return [made for made in found if made.objects]


def _corrections(ctx: Context, period: Period) -> Iterator[Choice]:
    """A 更正记录 for each time that the period itself was opened again."""
    with ctx.read() as connection:
        opened = closings.openings(closings.of(connection, period))
    if opened:
        title = f"更正记录 {len(opened)} 份"
        yield Choice("correction", title, lambda: [closing_records.corrections(ctx, each.id) for each in opened])


def vendor_books(ctx: Context, period: Period) -> Mapping[int, Sequence[Document]]:
    """What each vendor gets of a month or a quarter: a workbook with nothing of another; of a day nothing."""
    found: dict[int, Sequence[Document]] = {}
    if period.kind is PeriodKind.MONTH:
        for company in companies(ctx):
            try:
                found[company.id] = attendance.vendor_workbook(ctx, period.first.year, period.first.month, company.id)
            except Refusal:  # nobody of it was due in the month
                continue
    elif period.kind is PeriodKind.QUARTER:
        for made in _rounds(ctx, period):
            for vendor_id, own in bundle.vendor_books(ctx, made).items():
                found[vendor_id] = [*found.get(vendor_id, ()), *own]
    return found


def papers(ctx: Context, period: Period, chosen: Collection[str] | None = None) -> list[Document]:
    """The chosen papers of a period (None: all), one after the other, under the period's name."""
    made = [
        document
        for each in choices(ctx, period)
        if chosen is None or each.key in chosen
        for document in each.make()
    ]  # fmt: skip
    return [replace(made[0], name=f"{period.kind}-{period.label}"), *made[1:]] if made else []


def write(
    ctx: Context,
    period: Period,
    folder: Path,
    chosen: Collection[str] | None = None,
    *,
    formats: Sequence[str] = ("pdf", "xlsx"),
    progress: Progress | None = None,
) -> Written:
    """Write the chosen papers into a folder of the period, all in one file per format, and each vendor's workbook.

    Closed once more, it has a folder of its own: what was written before, and signed, stays as it is. Raises
    `Cancelled` where `progress` says so.
    """
    with ctx.read() as connection:
        times = len(closings.of(connection, period))
    again = f"（第 {times} 次）" if times > 1 else ""
    own = folder / f"{period.kind}-{period.label}{again}"
    documents = papers(ctx, period, chosen)
    sealed, kept = issuing.export(ctx, documents, own, formats, progress=progress) if documents else ((), [])
    books = vendor_books(ctx, period)
    files: list[Kept] = []
    for place, book in enumerate(books.values()):
        if progress is not None and not progress(place, len(books)):
            raise Cancelled
        files += issuing.export(ctx, book, own / VENDORS, ("xlsx",))[1]
    return Written(tuple(sealed), tuple(kept), tuple(files))


def close(
    ctx: Context,
    period: Period,
    folder: Path,
    chosen: Collection[str] | None = None,
    *,
    because: str = "",
    formats: Sequence[str] = ("pdf", "xlsx"),
    progress: Progress | None = None,
) -> Outcome[Done]:
    """Close a period, back it up, and write its papers. Until the lock it can be stopped: raises `Cancelled` then."""

    def tell(done: int, total: int) -> bool:
        if progress is not None:
            progress(done, total)
        return True

    def ready() -> None:
        if progress is not None and not progress(0, 3):
            raise Cancelled

    closed = closing.close(ctx, period, because=because, ready=ready)
    troubles: list[str] = []
    kept: Round | None = None
    try:
        kept = backup_keeping.go_round(ctx, f"{period.kind}-{period.label}")
        if kept.trouble is not None:
            troubles.append(f"{kept.trouble}{kept.trouble.remedy}")
    except Trouble as trouble:
        troubles.append(f"{trouble}{trouble.remedy}")
    tell(1, 3)
    written: Written | None = None
    try:
        written = write(ctx, period, folder, chosen, formats=formats, progress=tell)
    except Trouble as trouble:
        troubles.append(f"{trouble}{trouble.remedy}")
    return Outcome(Done(closed.value, kept, written, tuple(troubles)), closed.touched | {"backup", "printed_paper"})
