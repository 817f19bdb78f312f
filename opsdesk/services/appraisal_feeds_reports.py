"""Reports as an appraisal reads them: not sent in time, without a copy, or not at all (T1-RPT-01 to 03, E8-04)."""

from __future__ import annotations

from collections.abc import Iterator

from opsdesk.rules.reporting import PARTS, ReportKind
from opsdesk.rules.scoring import Event, EventKind
from opsdesk.services import appraisal_feeds_kept as kept
from opsdesk.services import reporting
from opsdesk.services.appraisal_feeds_record import Record, event
from opsdesk.services.open_of_reports import DOORS
from opsdesk.services.reporting import Owed

LATE, MISSING = "report.late", "report_due"


def late(record: Record) -> list[Event]:
    """Reports that a contract asked for and that missed their clause; and those entered by hand as 考核事项."""
    found = [
        event(
            LATE, each.due.at.date(), f"{each.title}{each.judged.sentence}", (_reference(each),),
            record.owner(each.vendor_id, None), citation=each.judged.citation,
        )
        for each in _missed(record)
    ]  # fmt: skip
    return [*found, *kept.by_hand(EventKind.REPORT, record)]


def _missed(record: Record) -> Iterator[Owed]:
    """A quarter's report counts where all of the quarter is looked at, not in its last month alone."""
    found = reporting.owed(record.connection, record.regulations, record.first, record.last, record.now, _kinds(record))
    for each in found:
        whole = each.due.kind is not ReportKind.QUARTERLY or each.due.first >= record.first
        if each.judged.missed and whole:
            yield each


def _kinds(record: Record) -> tuple[ReportKind, ...]:
    """The reports of which the scheme's own regulation speaks; all where it says nothing of reports."""
    law = record.regulations.on(record.last)
    own = tuple(kind for kind in ReportKind if law.part(PARTS[kind], record.by) is not None)
    return own or tuple(ReportKind)


def _reference(owed: Owed) -> str:
    """The report itself, or whose is missing for which days: report:17, report_due:2:report_weekly:2026-03-02."""
    slug = DOORS[owed.due.kind]
    if owed.row is not None:
        return f"{slug}:{owed.row['id']}"
    return f"{MISSING}:{owed.vendor_id}:{slug}:{owed.due.first.isoformat()}"
