"""Reports that vendors still owe when a day or a quarter is closed (F07)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from sqlalchemy import Connection

from opsdesk.rules.reporting import ReportKind, ReportState
from opsdesk.services import reporting
from opsdesk.services.context import Context
from opsdesk.services.open_item import OpenItem

DOORS: Mapping[ReportKind, str] = {
    ReportKind.DAILY: "report",
    ReportKind.WEEKLY: "report_weekly",
    ReportKind.QUARTERLY: "report_quarterly",
}
WAITING, MISSED = "待交报告", "报告未交"


def of_reports(
    connection: Connection, ctx: Context, first: date, last: date, kinds: Collection[ReportKind] = tuple(ReportKind)
) -> Iterator[OpenItem]:
    """The reports due on a day from `first` to `last` that were not sent: before the moment as due, then as missed."""
    for each in reporting.owed(connection, ctx.regulations, first, last, ctx.now(), kinds):
        if each.judged.state not in {ReportState.WAITING, ReportState.MISSED}:
            continue
        begun = "，已经开始写" if each.row is not None else ""
        kind = MISSED if each.judged.missed else WAITING
        yield OpenItem(
            kind,
            f"{each.title}{each.judged.sentence.rstrip('。')}{begun}。",
            DOORS[each.due.kind],
            id=each.row["id"] if each.row is not None else None,
            name=each.vendor,
            day=each.due.first,
        )
