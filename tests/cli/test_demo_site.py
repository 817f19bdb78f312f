"""The demo site: enough of everything, sound, in order of time, the same for the same seed."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from a_call import NOW
from sqlalchemy import Connection, func, select

from opsdesk import bootstrap, demo_site
from opsdesk.demo_site import Demo
from opsdesk.models import (
    Appraisal,
    AppraisalMark,
    AppraisalSheet,
    ContactPerson,
    ContractTerm,
    Correction,
    EmergencyPlan,
    Incident,
    IncidentAct,
    IncidentPause,
    Leave,
    LedgerRow,
    Measure,
    OfficeCheck,
    Punch,
    Report,
    RosterEntry,
    Staff,
    StoredVerdict,
    Vendor,
)
from opsdesk.register import Query
from opsdesk.registers.case_report.spec import REGISTER as CASE_REPORT
from opsdesk.registers.incident import detail, listing
from opsdesk.registers.problem.spec import REGISTER as PROBLEM
from opsdesk.registers.sign_in import documents, service
from opsdesk.rules import review
from opsdesk.rules.reporting import ReportState
from opsdesk.rules.vocabulary import State
from opsdesk.services import accounts, attendance, reporting, settings, settlement
from opsdesk.services.clock import FixedClock
from opsdesk.services.errors import Refusal


def count(connection: Connection, table: Any, *where: Any) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def test_it_has_enough_of_everything(demo: Demo) -> None:
    with demo.ctx.read() as connection:
        assert count(connection, Vendor) == 3
        assert count(connection, Staff) >= 24
        assert count(connection, Staff, Staff.reserve.is_(True)) == 2
        assert count(connection, Staff, Staff.left_on.is_not(None)) == 1
        assert count(connection, ContactPerson) == 6
        assert count(connection, Leave) == 9
        names = set(connection.execute(select(Staff.name)).scalars())
        terms = {tuple(row) for row in connection.execute(select(ContractTerm.topic, ContractTerm.regulation))}
        states = list(connection.execute(select(Correction.state).order_by(Correction.number)).scalars())
        nights = connection.execute(
            select(func.count(RosterEntry.staff_id.distinct())).where(RosterEntry.shift_id.is_(None))
        ).scalar_one()
    assert {"李𬭎", "王䶮", "买合木提·艾尼瓦尔"} <= names
    assert terms == {("作息", "T1"), ("作息", "T3"), ("考勤罚则", "T2"), ("考勤罚则", "T3"), ("报告", "T1")}
    assert sorted(states) == sorted(["已认可", "不认可", "已认可", "待审批"])
    assert nights == 2


def test_its_office_is_looked_after_and_its_reports_are_sent(demo: Demo) -> None:
    with demo.ctx.read() as connection:
        assert count(connection, OfficeCheck, OfficeCheck.closed_at.is_not(None)) >= 15
        assert count(connection, OfficeCheck, OfficeCheck.found != "") == 1
        assert count(connection, OfficeCheck, OfficeCheck.signed_at.is_not(None)) >= 10
        sent = Report.submitted_at.is_not(None)
        assert count(connection, Report, Report.kind == "日报", sent) >= 15
        assert count(connection, Report, Report.kind == "周报", sent) >= 2
        judged = reporting.of_rows(
            connection, demo.ctx.regulations, connection.execute(select(Report.__table__)).mappings().all(), NOW
        )
    states = {each.state for each in judged.values()}
    assert states == {ReportState.IN_TIME, ReportState.LATE}


def test_its_chain_holds_and_is_never_later_than_now(demo: Demo) -> None:
    with demo.ctx.read() as connection:
        assert bootstrap.verify(connection) == []
        times = list(
            connection.execute(
                select(LedgerRow.at).where(LedgerRow.act != "打印导出").order_by(LedgerRow.seq)
            ).scalars()
        )
        entered = {row.id: row.entered_at for row in connection.execute(select(Punch.id, Punch.entered_at))}
        linked = connection.execute(
            select(LedgerRow.subject_id, LedgerRow.at).where(LedgerRow.subject == "punch", LedgerRow.kind == "insert")
        ).all()
    assert times == sorted(times)
    assert datetime.fromisoformat(times[-1]) <= NOW.astimezone()
    assert datetime.fromisoformat(times[0]).astimezone().date() == date(2025, 12, 3)
    assert len(linked) == len(entered) > 2500
    assert all(datetime.fromisoformat(at).astimezone().replace(tzinfo=None) == entered[key] for key, at in linked)
    assert max(entered.values()) <= NOW


def test_people_come_as_people_do(demo: Demo) -> None:
    ctx = demo.ctx
    with ctx.read() as connection:
        found = attendance.read(connection, ctx.regulations, date(2025, 12, 8), date(2026, 3, 4), ctx.now())
        stored = connection.execute(
            select(StoredVerdict.judgement, func.count())
            .where(StoredVerdict.replaced_at.is_(None), StoredVerdict.day.between(date(2025, 12, 8), date(2026, 3, 4)))
            .group_by(StoredVerdict.judgement)
        )
        kept = {row[0]: row[1] for row in stored}
    due = [each for each in found if each.due]
    late = [each.result.late_minutes for each in due if each.result.late_minutes]
    missing = [each for each in due if each.result.state is State.NO_SIGN_OUT]
    early = [each for each in due if each.result.early_minutes]
    assert len(due) > 1200
    assert 0.02 < len(late) / len(due) < 0.08
    assert sum(minutes > 60 for minutes in late) <= len(due) * 0.006
    assert 0.002 < len(missing) / len(due) < 0.02
    assert 0.004 < len(early) / len(due) < 0.03
    assert [each.person.staff_no for each in due if each.result.state is State.DUE] == ["MH008"], "who had not asked"
    assert kept["迟到"] + kept["视缺勤"] == len(late)
    assert kept["早退"] == len(early)


def test_a_night_belongs_to_the_day_it_begins(demo: Demo) -> None:
    board = service.board(demo.ctx, date(2026, 3, 4))
    night = next(row for row in board.own if row.duty and row.duty.shift == "夜班")
    assert night.arrived_at is not None
    assert night.left_at is not None
    assert (night.arrived_at.date(), night.left_at.date()) == (date(2026, 3, 4), date(2026, 3, 5))


def test_a_workday_morning_shows_who_is_late_away_and_in(demo: Demo) -> None:
    board = service.board(demo.ctx)
    assert board.day == NOW.date()
    states = {row.person.staff_no: row.result.state for row in board.own}
    assert states["MH004"] is State.LATE
    assert states["CX004"] is State.ON_LEAVE
    assert board.arrived >= 18
    assert board.left == 0


def test_its_sheet_prints_without_a_missing_glyph(demo: Demo, tmp_path: Path) -> None:
    from opsdesk.exports import archive

    sheet = documents.daily_sheet(demo.ctx, date(2026, 3, 4))
    assert archive.export(sheet, tmp_path, ("pdf",))[0].size > 10_000


def test_both_accounts_open_with_the_printed_password(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.ctx.home, tmp_path / "copy")
    ctx = bootstrap.open_site(tmp_path / "copy", FixedClock(NOW + timedelta(minutes=5)))
    assert [str(accounts.log_in(ctx, name=who.name, password=demo.password).role) for who in accounts.names(ctx)] == [
        "主管",
        "服务台",
    ]


def words(page: Any) -> Counter[str]:
    return Counter(row.values["state"].word for row in page.rows)


def test_its_incidents_are_those_of_a_centre_at_work(demo: Demo) -> None:
    ctx = demo.ctx
    page = listing.listed(ctx, Query(limit=1000))
    states = words(page)
    assert 300 < page.total < 450
    assert states["已签收"] > 0.9 * page.total
    assert {"待响应", "处理中", "等待", "已解决", "已确认", "已作废"} <= set(states)
    clocks = [row.values["clock"].word for row in page.rows if row.values["clock"]]
    assert 0.02 < sum("响应超时" in each for each in clocks) / page.total < 0.1
    assert {each.split(" ")[0] for each in clocks if "剩" in each} == {"响应", "解决"}
    assert any(each.startswith("解决超时 1 小时") for each in clocks[:12])
    counts = listing.counts(ctx)
    assert min(counts.open, counts.waiting, counts.breached, counts.to_hand_in, counts.to_sign) >= 1
    assert len({row.values["vendor"] for row in page.rows}) == 4, "three vendors, and nobody yet"
    assert len({row.values["system"] for row in page.rows}) > 15
    assert words(PROBLEM.list(ctx, Query())) == {"处理中": 1, "已关闭": 1}
    assert {"已批准", "待写", "逾期提交", "逾期未交"} <= set(words(CASE_REPORT.list(ctx, Query(limit=1000))))
    with ctx.read() as connection:
        assert count(connection, EmergencyPlan) == 4
        assert count(connection, Incident, Incident.reopened > 0) >= 3
        assert count(connection, Incident, Incident.problem_id.is_not(None)) >= 5
        assert len(set(connection.execute(select(IncidentPause.whose)).scalars())) == 3
        assert count(connection, IncidentAct, IncidentAct.at > IncidentAct.entered_at) == 0
        assert count(connection, IncidentAct, IncidentAct.at > NOW) == 0
        subject = StoredVerdict.subject == "incident"
        judged = set(connection.execute(select(StoredVerdict.judgement).where(subject)).scalars())
        numbers = sorted(connection.execute(select(Incident.number)).scalars())
    assert judged == {"响应超时", "解决超时", "晚交单"}
    days = {number[3:11] for number in numbers}
    assert numbers == [
        f"SJ-{day}-{place:03}"
        for day in sorted(days)
        for place in range(1, 1 + sum(number[3:11] == day for number in numbers))
    ]


def test_its_incidents_are_as_the_acts_leave_them(demo: Demo) -> None:
    for row in listing.listed(demo.ctx, Query(limit=1000)).rows:
        found = detail.detail(demo.ctx, row.id)
        kept = found.row
        assert [line.at for line in found.course] == sorted(line.at for line in found.course)
        assert found.course[0].said == kept["title"]
        moments = [
            kept[key] for key in ("accepted_at", "responded_at", "resolved_at", "handed_in_at", "signed_at")
            if kept[key] is not None
        ]  # fmt: skip
        assert moments == sorted(moments)
        assert (kept["responded_at"] is None) == (kept["staff_id"] is None)
        assert (kept["state"] == "等待") == any(pause.ends is None for pause in found.pauses)
        if kept["signed_at"] is not None:
            assert found.lacking == ()
            assert kept["respond_over"] == (found.standing.response.over if found.standing.response else None)
            assert kept["hand_in_due_at"] is not None


def lived(demo: Demo) -> list[tuple[Any, ...]]:
    with demo.ctx.read() as connection:
        punches = connection.execute(select(Punch.staff_id, Punch.at, Punch.direction, Punch.day).order_by(Punch.id))
        people = connection.execute(select(Staff.staff_no, Staff.name, Staff.phone).order_by(Staff.id))
        slips = connection.execute(select(Correction.number, Correction.actual_at, Correction.state))
        calls = connection.execute(select(Incident.number, Incident.title, Incident.resolved_at).order_by(Incident.id))
        return [tuple(row) for rows in (punches, people, slips, calls) for row in rows]


def test_the_same_seed_and_moment_give_the_same_site_and_another_seed_another(tmp_path: Path) -> None:
    one, again = (demo_site.build(tmp_path / name, clock=FixedClock(NOW), months=1) for name in ("one", "again"))
    assert lived(again) == lived(one)
    other = demo_site.build(tmp_path / "other", seed=2, clock=FixedClock(NOW), months=1)
    assert lived(other) != lived(one)
    assert not (tmp_path / "other" / ".building").exists()


@pytest.mark.parametrize("now", [datetime(2026, 3, 9, 7, 10), datetime(2026, 2, 22, 8, 0)])
def test_early_hours_and_days_of_rest_show_something(tmp_path: Path, now: datetime) -> None:
    made = demo_site.build(tmp_path / "site", clock=FixedClock(now), months=1)
    board = service.board(made.ctx)
    assert board.arrived >= 2
    counts = listing.counts(made.ctx)
    assert min(counts.open, counts.waiting, counts.breached, counts.to_hand_in, counts.to_sign) >= 1
    with made.ctx.read() as connection:
        assert bootstrap.verify(connection) == []
        newest = connection.execute(select(func.max(LedgerRow.at))).scalar_one()
    assert datetime.fromisoformat(newest) <= now.astimezone()


def test_an_earlier_day_is_lived_to_its_end(tmp_path: Path) -> None:
    made = demo_site.build(tmp_path / "site", today=date(2026, 3, 3), clock=FixedClock(NOW), months=1)
    with made.ctx.read() as connection:
        newest = connection.execute(select(func.max(Punch.at))).scalar_one()
    assert datetime(2026, 3, 3, 19) < newest < datetime.combine(date(2026, 3, 4), time())


def test_it_refuses_a_used_folder_and_a_day_to_come(demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="已经有数据"):
        demo_site.build(demo.ctx.home, clock=FixedClock(NOW))
    with pytest.raises(Refusal, match="还没有到"):
        demo_site.build(tmp_path / "site", today=NOW.date() + timedelta(days=1), clock=FixedClock(NOW))
    assert demo_site.is_demo(demo.ctx)


def test_the_mark_names_the_seed(demo: Demo) -> None:
    with demo.ctx.read() as connection:
        body = connection.execute(select(LedgerRow.body).where(LedgerRow.subject == "demo")).scalar_one()
    assert json.loads(body) == {"seed": 1}


def test_its_appraisals_are_made_by_the_group_handed_in_in_time_and_charge_nobody_before_the_first_day(
    demo: Demo,
) -> None:
    ctx, first = demo.ctx, date(2025, 12, 5)
    with ctx.read() as connection:
        assert settings.opened_on(connection) == first
        month = settlement.read(connection, ctx.regulations, 2025, 12, ctx.now())
        kept = connection.execute(select(Appraisal.id, Appraisal.ends_on, Appraisal.members)).all()
        scorers = set(connection.execute(select(AppraisalMark.scorer)).scalars())
        handed = connection.execute(select(AppraisalSheet.appraisal_id, AppraisalSheet.submitted_at)).all()
        steps = Counter(tuple(row) for row in connection.execute(select(Measure.kind, Measure.state)))
    assert not [each for person in month.people for each in person.missed if each.day < first]
    assert scorers == {name for row in kept for name in row.members.split("\n") if "值长" in row.members}
    assert len(kept) >= 3
    for each in kept:
        law = ctx.law_on(each.ends_on)
        of_it = [row.submitted_at for row in handed if row.appraisal_id == each.id]
        assert not [at for at in of_it if review.submitted_late(each.ends_on, at, law)]
    assert steps["奖励", "已采纳"] == len(kept) - 2, "the best one of every month but the last"
