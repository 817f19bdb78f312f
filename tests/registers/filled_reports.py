"""Reports of every kind: sent in time, sent late and without a copy, being written."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from filled_site import run, save
from sqlalchemy import select

from opsdesk.models import ContractTerm, Vendor
from opsdesk.services.context import Context

TO, COPY = "赵敏 a.b@example.com", "钱进 a.b@example.com"


def asks_for_reports(ctx: Context, since: date = date(2026, 1, 1), by: str = "T1") -> None:
    """From this day on every contract wants reports by this regulation."""
    from opsdesk.models import Contract

    with ctx.transaction("约定报告") as tx:
        for contract in tx.connection.execute(select(Contract.id).order_by(Contract.id)).scalars().all():
            tx.insert(ContractTerm, contract_id=contract, topic="报告", regulation=by, holds_from=since)


def vendor(ctx: Context, short_name: str = "华信") -> int:
    """A vendor by its short name."""
    with ctx.read() as connection:
        return connection.execute(select(Vendor.id).where(Vendor.short_name == short_name)).scalar_one()


def written(ctx: Context, vendor_id: int, day: date, slug: str = "report", **more: Any) -> int:
    """A report with the least that a report has."""
    usual = {"author": "王强", "work": "更换三楼交换机电源｜办公网｜09:00-11:30｜完成", "plan": "跟进核心链路割接"}
    return save(ctx, slug, vendor_id=vendor_id, day=day, **{**usual, **more})


def sent(ctx: Context, report_id: int, at: datetime | None = None, slug: str = "report", **more: Any) -> str:
    """Send a report to whom it goes."""
    return run(ctx, slug, "submit", report_id, submitted_at=at, **{"submitted_to": TO, "copied_to": COPY, **more})


def fill(ctx: Context) -> dict[str, list[int]]:
    """Three of each kind by the first vendor, one of each signed for."""
    who, found = vendor(ctx), dict[str, list[int]]()
    for slug, days in (
        ("report", (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5))),
        ("report_weekly", (date(2026, 2, 16), date(2026, 2, 23), date(2026, 3, 2))),
        ("report_quarterly", (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1))),
    ):
        found[slug] = [written(ctx, who, day, slug, problems="备件 100%_没有到") for day in days]
        for made, day, more in zip(found[slug], days, ({}, {"copied_to": ""}), strict=False):
            sent(ctx, made, datetime.combine(day, datetime.min.time()).replace(hour=19, minute=30), slug, **more)
        run(ctx, slug, "sign", found[slug][0])
    return found
