"""What an appraisal takes from the reports: late, without a copy, missing; by vendor and by the scheme's regulation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import team as team_module
from fed import events
from sqlalchemy import select
from team import Team, go_to

from opsdesk.models import Contract, ContractTerm
from opsdesk.registers.appraisal_event import service as facts
from opsdesk.registers.report import service
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.reporting import ReportKind
from opsdesk.rules.scoring import Event
from opsdesk.services import appraisal_feeds
from opsdesk.services.context import Context

V1, V2 = 1, 2
"""The team's vendors: 华信 of 1001-1006, 恒通 of 2001-2003."""
DAILY, WEEKLY, QUARTERLY = ReportKind


@pytest.fixture
def crew(site: Context) -> Team:
    made = team_module.build(site)
    with site.transaction("约定报告") as tx:
        for contract in tx.connection.execute(select(Contract.id)).scalars().all():
            tx.insert(ContractTerm, contract_id=contract, topic="报告", regulation="T1", holds_from=date(2026, 3, 5))
    return made


def wrote(ctx: Context, day: date, at: str, kind: ReportKind = DAILY, vendor: int = V1, **more: Any) -> int:
    values = {"vendor_id": vendor, "day": day, "author": "王强", "work": "巡查", "plan": "巡查"}
    made = service.save(kind, ctx, None, values).value
    sent = {"submitted_at": datetime.fromisoformat(at), "submitted_to": "周敏", "copied_to": "何禾"}
    service.submit(kind, ctx, made, {**sent, **more})
    return made


def late(ctx: Context, first: date, last: date, by: str = "", vendor: int | None = V1) -> tuple[Event, ...]:
    with ctx.read() as connection:
        found = appraisal_feeds.read(connection, ctx.regulations, first, last, ctx.now(), ("report.late",), by)
    return found.events("report.late", vendor_id=vendor)


def test_both_sides_of_the_second_and_what_never_came(site: Context, crew: Team) -> None:
    for day in (5, 6, 9, 10):
        go_to(site, f"2026-03-{day:02} 08:20:00")
        sign(site, staff_id=crew["1001"])
    go_to(site, "2026-03-12 09:00:00")
    wrote(site, date(2026, 3, 5), "2026-03-05 20:00:00")
    after = wrote(site, date(2026, 3, 6), "2026-03-06 20:00:01")
    bare = wrote(site, date(2026, 3, 9), "2026-03-09 19:00:00", copied_to="")
    wrote(site, date(2026, 3, 6), "2026-03-06 19:00:00", WEEKLY)
    found = late(site, date(2026, 3, 1), date(2026, 3, 12))
    assert [(each.day.day, each.evidence) for each in found] == [
        (6, (f"report:{after}",)),
        (9, (f"report:{bare}",)),
        (10, ("report_due:1:report:2026-03-10",)),
    ]
    assert found[0].sentence == "华信 03-06 的日报应在 03-06 20:00 前提交，迟交 1 秒（T1 5 巡检 1）。"
    assert found[0].citation is not None
    assert found[0].citation.key == "T1-RPT-01"
    others = late(site, date(2026, 3, 1), date(2026, 3, 12), vendor=V2)
    assert [each.evidence for each in others] == [("report_due:2:report_weekly:2026-03-02",)], "nobody of it came"


def test_a_scheme_counts_the_reports_of_its_own_regulation(site: Context, crew: Team) -> None:
    sign(site, staff_id=crew["1001"])
    go_to(site, "2026-03-09 09:00:00")
    span = (date(2026, 3, 1), date(2026, 3, 8))
    assert [each.evidence[0].split(":")[2] for each in late(site, *span, "T1")] == ["report", "report_weekly"]
    assert [each.evidence[0].split(":")[2] for each in late(site, *span, "E8")] == ["report_weekly"]
    assert len(late(site, *span, "T4")) == 2


def test_a_quarters_report_counts_where_the_whole_quarter_is_looked_at(site: Context, crew: Team) -> None:
    go_to(site, "2026-04-01 09:00:00")
    kinds = [each.evidence[0].split(":")[2] for each in late(site, date(2026, 1, 1), date(2026, 3, 31))]
    assert kinds.count("report_quarterly") == 1
    kinds = [each.evidence[0].split(":")[2] for each in late(site, date(2026, 3, 1), date(2026, 3, 31))]
    assert "report_quarterly" not in kinds


def test_what_was_entered_by_hand_still_counts(site: Context, crew: Team) -> None:
    facts.save(
        site, None,
        {"kind": "迟交报告", "day": date(2026, 3, 4), "vendor_id": V1, "facts": "周报晚一天", "proof": "邮件"},
    )  # fmt: skip
    (found,) = late(site, date(2026, 3, 1), date(2026, 3, 5))
    assert found.source == "event.report"
    assert [each.key for each in events(site, "event.report")] == [found.key]
