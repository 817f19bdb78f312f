"""What an appraisal takes from attendance, incidents and its own entries: each feed on both sides of its boundary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import a_site
import incident_month
import pytest
import team as team_module
from fed import QUARTER, events, feeds
from machine_room import act
from sqlalchemy import select
from team import Team, go_to, grant

from opsdesk.models import (
    Appraisal,
    AppraisalEvent,
    AppraisalScheme,
    AppraisalSheet,
    CaseReport,
    Contract,
    ContractTerm,
    ImportBatch,
    Incident,
    IncidentOption,
    Punch,
)
from opsdesk.registers.month import service as month
from opsdesk.rules import scoring
from opsdesk.rules.clause import Holding
from opsdesk.rules.scoring import EventKind, Item, Way
from opsdesk.services import amending, incident_breaches, incident_figures
from opsdesk.services.appraisal_feeds import BY_KEY, FEEDS, Gives
from opsdesk.services.context import Context

FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
EVERY = [feed.key for feed in FEEDS]
V1, V2 = 1, 2
"""The team's vendors: 华信 of 1001–1006, 恒通 of 2001–2003."""


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


@pytest.fixture
def ctx(lived: Path, tmp_path: Path) -> Iterator[Context]:
    yield from a_site.opened_copy(lived, tmp_path)


CLOCKS = ("响应", "解决")


def sign(ctx: Context, staff_id: int, *signings: tuple[str, str]) -> list[int]:
    """Punches as the desk writes them: (2026-02-03 08:20, 到岗)."""
    usual = {"source": "服务台", "device": "", "entered_by": "主管", "doubted": False}
    moments = [(datetime.fromisoformat(at), way) for at, way in signings]
    rows = [{**usual, "staff_id": staff_id, "day": at.date(), "at": at, "direction": way, "entered_at": at}
            for at, way in moments]  # fmt: skip
    with ctx.transaction("签到") as tx:
        return tx.insert_many(Punch, rows)


def day_of(ctx: Context, staff_id: int, arrived: str, left: str = "17:31:00") -> list[int]:
    """Tuesday the third of March from coming to leaving."""
    return sign(ctx, staff_id, (f"2026-03-03 {arrived}", "到岗"), (f"2026-03-03 {left}", "离岗"))


MARCH_3 = (date(2026, 3, 3), date(2026, 3, 3))


# Attendance


def test_late_by_whole_minutes_of_a_real_day(site: Context, crew: Team) -> None:
    day_of(site, crew["1001"], "08:30:59")
    punch, _ = day_of(site, crew["1002"], "08:31:00")
    (late,) = events(site, "attendance.late", days=MARCH_3)
    assert late.sentence == "李敏 03-03 08:31 签到，迟到 1 分（T2 二.7）。"
    assert (late.key, late.evidence) == (f"attendance.late|punch:{punch}", (f"punch:{punch}",))
    assert (late.person, late.staff_id, late.vendor_id, late.count, late.points) == ("李敏", crew["1002"], V1, 1, None)
    assert late.citation is not None
    assert late.citation.key == "T2-ATT-07"


def test_more_than_an_hour_late_is_absence_and_lateness_as_the_clause_is_read(site: Context, crew: Team) -> None:
    day_of(site, crew["1001"], "09:30:59")
    day_of(site, crew["1002"], "09:31:00")
    day_of(site, crew["2001"], "08:20:00")
    both = feeds(site, "attendance.late", "attendance.absent", days=MARCH_3)
    absent = both.events("attendance.absent", vendor_id=V1)
    assert [each.person for each in both.events("attendance.late")] == ["王强", "李敏"]
    too_late = next(each for each in absent if each.person == "李敏")
    assert too_late.sentence == "李敏 03-03 09:31 签到，迟到 61 分，超过 60 分，视当天缺勤，计 1 日（T2 二.8）。"
    assert too_late.count == 2
    assert "王强" not in {each.person for each in absent}
    typed = {"absent.over": "60", "absent.as": "absent", "double.mode": "C"}
    begins = date(2026, 3, 1)
    amending.amend(site, clause="T2-ATT-08", begins_on=begins, typed=typed, source="甲方来函", reason="明确双重处罚")
    assert [each.person for each in events(site, "attendance.late", days=MARCH_3)] == ["王强"]


def test_absence_counts_half_days_and_leave_is_none(ctx: Context) -> None:
    found = {each.person: each for each in events(ctx, "attendance.absent", days=FEBRUARY)}
    assert set(found) == {"李𬭎", "李敏"}, "刘芳 was on leave on the twelfth"
    awol = found["李𬭎"]
    assert awol.sentence == "李𬭎 02-26 没有到岗记录，也没有获准的请假，旷工 1 日（T2 二.3）。"
    assert (awol.count, awol.day) == (2, date(2026, 2, 26))
    assert re.fullmatch(r"attendance\.absent\|day:\d+:2026-02-26", awol.key)


def test_half_a_day_of_absence_counts_one(site: Context, crew: Team) -> None:
    grant(site, crew["1001"], "2026-03-03 08:30", "2026-03-03 13:00")
    found = [each for each in events(site, "attendance.absent", days=MARCH_3) if each.staff_id == crew["1001"]]
    assert [(each.count, "旷工 0.5 日" in each.sentence) for each in found] == [(1, True)]


def test_early_leaving(site: Context, crew: Team) -> None:
    day_of(site, crew["1001"], "08:20:00", "17:29:01")
    _, punch = day_of(site, crew["1002"], "08:20:00", "17:29:00")
    (early,) = events(site, "attendance.early", days=MARCH_3)
    assert early.sentence == "李敏 03-03 17:29 签退，早退 1 分（T2 二.10）。"
    assert early.evidence == (f"punch:{punch}",)


def test_an_open_end_counts_once_the_time_for_a_slip_is_over(ctx: Context) -> None:
    assert events(ctx, "attendance.open", days=FEBRUARY, now="2026-02-27 17:30:00") == ()
    (found,) = events(ctx, "attendance.open", days=FEBRUARY, now="2026-02-27 17:30:01")
    assert found.sentence == "吴琼 02-25 未签退，下班后 48 小时内没有补签（G12）。"
    assert found.day == date(2026, 2, 25)


def test_what_the_month_waived_is_held_against_nobody(ctx: Context) -> None:
    keys = ("attendance.late", "attendance.early", "attendance.absent")
    before = feeds(ctx, *keys, days=FEBRUARY)
    assert {each.person for each in before.events("attendance.early")} == {"买买提·艾力江"}
    month.book(ctx, 2026, 2)
    lines = [line for lines in month.standing(ctx, 2026, 2).booked.values() for line in lines]

    def waive(part: str) -> None:
        ids = [line.id for line in lines if line.part == part and (line.amount or line.half_days)]
        month.decide(ctx, deduction_ids=ids, confirm=False, note="班车停运，有公告")

    waive("early_fine")
    assert events(ctx, "attendance.early", days=FEBRUARY), "the days of wage are still charged"
    waive("early_awol")
    waive("count_fine")
    after = feeds(ctx, *keys, days=FEBRUARY)
    assert after.events("attendance.early") == ()
    assert after.events("attendance.late") == before.events("attendance.late"), "the minutes are still charged"
    assert after.events("attendance.absent") == before.events("attendance.absent")


def test_attendance_rate_says_what_the_month_sheet_says(ctx: Context) -> None:
    settled = month.standing(ctx, 2026, 2).month
    rates = feeds(ctx, "attendance.rate", days=FEBRUARY)
    for vendor in (V1, V2):
        people = settled.of_vendor(vendor)
        rate = rates.rate("attendance.rate", vendor_id=vendor)
        assert rate.done == sum(each.attended_half_days for each in people)
        assert rate.of == 2 * sum(each.due_days for each in people)
    one = rates.rate("attendance.rate", staff_id=settled.people[0].person.id)
    assert one.sentence == "应出勤 32 个半日，出勤 32 个，"
    assert one.per_cent == Decimal(100)


def test_a_rate_counts_no_day_that_is_still_to_come(site: Context, crew: Team) -> None:
    day_of(site, crew["1001"], "08:20:00")
    week = (date(2026, 3, 3), date(2026, 3, 6))
    rate = feeds(site, "attendance.rate", days=week, now="2026-03-04 08:00").rate(
        "attendance.rate", staff_id=crew["1001"]
    )
    assert (rate.done, rate.of) == (2, 2)


def test_days_outside_the_period_do_not_count(ctx: Context) -> None:
    whole = events(ctx, "attendance.late", days=FEBRUARY)
    assert [each.day.day for each in whole if each.person == "王强"] == [3, 4, 5, 6]
    part = events(ctx, "attendance.late", days=(date(2026, 2, 4), date(2026, 2, 5)))
    assert [each.day.day for each in part] == [4, 5]
    assert events(ctx, "attendance.late", days=(date(2026, 4, 1), date(2026, 4, 30))) == ()


# Incidents


def call(crew: Team, number: str, at: str, who: str = "1001", **more: object) -> dict[str, object]:
    """An incident of somebody's, answered after five minutes and solved after an hour."""
    moment = datetime.fromisoformat(at)
    return {
        "number": number, "title": "刷卡没有反应", "severity": "中", "reported_at": moment, "accepted_at": moment,
        "accepted_by": "主管", "responded_at": moment + timedelta(minutes=5), "response_way": "电话",
        "resolved_at": moment + timedelta(hours=1), "state": "已解决", "staff_id": crew[who],
        "vendor_id": V1 if who.startswith("1") else V2, **more,
    }  # fmt: skip


TEN = datetime(2026, 3, 3, 10)


def test_response_and_solution_by_the_second(site: Context, crew: Team) -> None:
    due = [TEN + timedelta(hours=1)]
    late = timedelta(seconds=1)
    just, over, void = incident_month.insert(
        site,
        [
            call(crew, "SJ-1", "2026-03-03 10:00", responded_at=TEN + timedelta(minutes=10), dues=due),
            call(crew, "SJ-2", "2026-03-03 10:00", "2001", responded_at=TEN + timedelta(minutes=10) + late,
                 resolved_at=due[0] + late, dues=due),
            call(crew, "SJ-3", "2026-03-03 10:00", responded_at=TEN + timedelta(hours=1), void_at=TEN, state="已作废"),
        ],
    )  # fmt: skip
    found = feeds(site, "incident.response", "incident.deadline", "incident.within_response", "incident.resolved")
    (response,) = found.events("incident.response")
    assert response.sentence == (
        "SJ-2 刷卡没有反应（陈晨）：响应已用 10 分 1 秒，超时 1 秒。时限 10 分，依据 T1 5 故障。"
    )
    assert (response.key, response.vendor_id, response.staff_id) == (
        f"incident.response|incident:{over}",
        V2,
        crew["2001"],
    )
    assert response.citation is not None
    assert response.citation.key == "T1-FLT-01"
    (solution,) = found.events("incident.deadline")
    assert "解决已用 1 小时，超时 1 秒" in solution.sentence
    rate = found.rate("incident.within_response")
    assert (rate.done, rate.of, rate.evidence) == (1, 2, (f"incident:{over}",))
    assert {just, void}.isdisjoint({over})
    assert found.rate("incident.resolved", vendor_id=V1).of == 1, "void incidents count nowhere"


def test_time_of_others_is_not_the_vendors(site: Context, crew: Team) -> None:
    asked = TEN + timedelta(minutes=30)
    for whose, number in (("甲方", 0), ("外包单位", 1)):
        pause = [(TEN + timedelta(minutes=10), TEN + timedelta(minutes=50), whose)]
        incident_month.insert(site, [call(crew, f"SJ-{number}", "2026-03-03 10:00", dues=[asked], pauses=pause)])
        assert len(events(site, "incident.deadline")) == number


def test_a_deadline_that_still_runs_is_told_when_it_is_over(site: Context, crew: Team) -> None:
    incident_month.insert(
        site, [call(crew, "SJ-1", "2026-03-03 10:00", responded_at=None, resolved_at=None, state="待响应")]
    )
    assert events(site, "incident.response", now="2026-03-03 10:10:00") == ()
    assert len(events(site, "incident.response", now="2026-03-03 10:10:01")) == 1


def test_rates_are_those_of_the_statistics_and_of_what_is_late_and_still_open(site: Context, crew: Team) -> None:
    go_to(site, "2026-03-31 18:00")
    incident_month.insert(site, incident_month.invented(crew, 2026, 3, 150))
    keys = ("incident.within_response", "incident.within_deadline", "incident.resolved")
    found = feeds(site, *keys)
    for vendor in (None, V1, V2):
        figures = incident_figures.statistics(site, *QUARTER, vendor_id=vendor).total
        with site.read() as connection:
            late = incident_breaches.breaches(connection, site.regulations, *QUARTER, site.now(), vendor_id=vendor)
        still = {clock: len({each.number for each in late if each.running and each.clock == clock}) for clock in CLOCKS}
        rates = [found.rate(key, vendor_id=vendor) for key in keys]
        assert [(rate.done, rate.of) for rate in rates] == [
            (figures.within_response, figures.response_measured + still["响应"]),
            (figures.within_deadline, figures.deadline_measured + still["解决"]),
            (figures.resolved, figures.count),
        ]
    assert still["响应"] or still["解决"]


@pytest.mark.parametrize(("now", "counted"), [("2026-03-05 10:10:00", (0, 0)), ("2026-03-05 10:10:01", (0, 1))])
def test_never_answering_counts_as_missed_once_the_limit_is_over(
    site: Context, crew: Team, now: str, counted: tuple[int, int]
) -> None:
    go_to(site, now)
    incident_month.insert(
        site, [call(crew, "SJ-1", "2026-03-05 10:00", state="待响应", responded_at=None, resolved_at=None)]
    )
    rate = feeds(site, "incident.within_response").rate("incident.within_response")
    assert (rate.done, rate.of) == counted


def test_hand_in_is_late_after_its_time_and_imported_records_have_none(site: Context, crew: Team) -> None:
    with site.transaction("导入") as tx:
        batch = tx.insert(
            ImportBatch, what="incident", file_name="x", sha256="0", format="x", at=TEN, rows_read=1, rows_stored=1,
            rows_duplicate=0, rows_rejected=0,
        )  # fmt: skip
    end = datetime(2026, 3, 3, 17, 30)
    _, late, waiting, _ = incident_month.insert(
        site,
        [
            call(crew, "SJ-1", "2026-03-03 10:00", handed_in_at=end),
            call(crew, "SJ-2", "2026-03-03 10:00", handed_in_at=end + timedelta(seconds=1)),
            call(crew, "SJ-3", "2026-03-03 10:00", "2001"),
            call(crew, "SJ-4", "2026-03-03 10:00", batch_id=batch),
        ],
    )
    found = events(site, "incident.hand_in", now="2026-03-03 18:30:00")
    assert [each.evidence for each in found] == [(f"incident:{late}",), (f"incident:{waiting}",)]
    assert found[0].sentence == (
        "SJ-2 刷卡没有反应（王强）：应在 03-03 17:30 前交单，03-03 17:30 交，晚 1 秒（T3 第五条）。"
    )
    assert "还没有交，已晚 1 小时" in found[1].sentence
    assert len(events(site, "incident.hand_in", now="2026-03-03 17:30:00")) == 1, "the last one is not late yet"


def test_reopened_and_returned_each_time_on_its_day(site: Context, crew: Team) -> None:
    (incident,) = incident_month.insert(site, [call(crew, "SJ-1", "2026-03-03 10:00")])
    assert events(site, "incident.reopened") == events(site, "incident.returned") == ()
    act(site, "incident", "give_back", incident, reason="没有写处理方案")
    for day in (5, 6):
        go_to(site, f"2026-03-0{day} 09:00")
        act(site, "incident", "reopen", incident, reason="又坏了")
        act(site, "incident", "solve", incident, handling="换读卡器")
    (returned,) = events(site, "incident.returned")
    assert returned.sentence == "SJ-1 刷卡没有反应（王强）：03-05 08:00 退回（没有写处理方案）。"
    twice = events(site, "incident.reopened")
    assert [each.day.day for each in twice] == [5, 6]
    assert len({each.key for each in twice}) == 2
    assert {each.evidence for each in twice} == {(f"incident:{incident}",)}
    act(site, "incident", "void", incident, reason="重复")
    assert events(site, "incident.reopened") == ()


def test_severe_is_the_first_class_in_use_on_the_day(site: Context, crew: Team) -> None:
    incident_month.insert(
        site,
        [
            call(crew, f"SJ-{n}", f"2026-03-0{day} 10:00", severity=severity)
            for n, (day, severity) in enumerate(((3, "高"), (3, "中"), (4, "高"), (4, "中")))
        ],
    )
    now = "2026-03-05 08:00"
    assert [each.sentence.split(" ")[0] for each in events(site, "incident.severe", now=now)] == ["SJ-0", "SJ-2"]
    with site.transaction("停用") as tx:
        high = tx.connection.execute(select(IncidentOption.id).where(IncidentOption.name == "高")).scalar_one()
        tx.update(IncidentOption, high, left_on=date(2026, 3, 4))
    found = events(site, "incident.severe", now=now)
    assert [each.sentence.split(" ")[0] for each in found] == ["SJ-0", "SJ-3"]
    assert found[0].sentence == "SJ-0 刷卡没有反应（王强）：03-03 10:00 报修，等级为“高”，是最高一级。"


def report(ctx: Context, incident_id: int, submitted: datetime | None) -> None:
    with ctx.transaction("报告") as tx:
        texts = {
            column.name: "" for column in CaseReport.__table__.columns if column.type.python_type is str
        } | {"incident_id": incident_id, "number": f"CASE-{incident_id}", "submitted_at": submitted}  # fmt: skip
        tx.insert(CaseReport, **texts)


def test_case_report_after_its_last_day_even_if_approved_since(site: Context, crew: Team) -> None:
    closed = datetime(2026, 3, 3, 18)
    signed = {"state": "已签收", "closed_at": closed, "signed_at": closed, "handed_in_at": closed}
    on_time, late, unwritten, request = incident_month.insert(
        site,
        [
            call(crew, "SJ-1", "2026-03-03 10:00", **signed),
            call(crew, "SJ-2", "2026-03-03 10:00", **signed),
            call(crew, "SJ-3", "2026-03-03 10:00", **signed),
            call(crew, "SJ-4", "2026-03-03 10:00", **signed, kind="服务请求"),
        ],
    )
    report(site, on_time, datetime(2026, 3, 4, 23, 59, 59))
    report(site, late, datetime(2026, 3, 5))
    with site.transaction("批准") as tx:
        made = tx.connection.execute(select(CaseReport.id).where(CaseReport.incident_id == late)).scalar_one()
        tx.update(CaseReport, made, approved_at=datetime(2026, 3, 5, 9), approved_by="主管")
    found = events(site, "case_report.late", now="2026-03-05 08:00")
    assert [each.evidence for each in found] == [(f"incident:{late}",), (f"incident:{unwritten}",)]
    assert found[0].sentence == (
        "SJ-2 刷卡没有反应（王强）：case 报告最迟 03-04 提交，03-05 提交，逾期 1 天（T1 5 故障）。"
    )
    assert found[0].day == date(2026, 3, 5)
    assert request not in {int(each.evidence[0].partition(":")[2]) for each in found}
    assert events(site, "case_report.late", now="2026-03-04 23:59") == ()


FILLED = {
    "E19-13": {"visit.contact_min": 15},
    "E19-14": {"visit.points": 3},
    "E19-19": {"visit_check.points": 2},
}


def test_points_of_a_visit_only_where_their_clause_is_filled_in(site: Context, crew: Team) -> None:
    with site.transaction("合同") as tx:
        contract = tx.connection.execute(select(Contract.id).where(Contract.vendor_id == V1)).scalar_one()
        tx.insert(ContractTerm, contract_id=contract, topic="响应", regulation="E19", holds_from=date(2026, 1, 1))
    visited = {
        "kind": "上门报修",
        "contacted_at": TEN + timedelta(minutes=15),
        "arrived_at": TEN + timedelta(minutes=60),
    }
    _, late = incident_month.insert(
        site,
        [
            call(crew, "SJ-1", "2026-03-03 10:00", **visited),
            call(crew, "SJ-2", "2026-03-03 10:00", **{**visited, "arrived_at": TEN + timedelta(seconds=3601)},
                 visit_missing="工作证"),
        ],
    )  # fmt: skip
    assert events(site, "dispatch.points") == (), "the clause is 待填"
    holdings = [
        (key, Holding(date(2026, 1, 1), {**site.regulations.clause(key).holdings[0].values, **values}, "甲方来函"))
        for key, values in FILLED.items()
    ]
    law = site.regulations.amended(holdings)
    found = feeds(site, "dispatch.points", regulations=law).events("dispatch.points")
    assert [(each.points, each.evidence) for each in found] == [
        (Decimal(3), (f"incident:{late}",)),
        (Decimal(2), (f"incident:{late}",)),
    ]
    assert [each.key for each in found] == [
        f"dispatch.points/E19-14|incident:{late}",
        f"dispatch.points/E19-19|incident:{late}",
    ]
    assert found[1].sentence.endswith("扣 2 分（E19 考核 5）。"), found[1].sentence
    item = Item(1, 1, "派单", "派单扣分", Decimal(20), way=Way.EVENTS, source="dispatch.points")
    scored = scoring.score(item, scoring.propose(item, found, None), {})
    assert scored.score == Decimal(15)


# What is entered by hand


def entered(ctx: Context, kind: EventKind, **more: object) -> int:
    usual = {
        "number": f"KS-{kind}-{len(str(more))}", "kind": str(kind), "day": date(2026, 3, 2), "vendor_id": V1,
        "staff_id": None, "clause": "", "facts": "在机房吸烟。", "points": "", "proof": "监控录像",
        "entered_at": TEN, "entered_by": "主管", "void_at": None, "void_reason": "",
    }  # fmt: skip
    with ctx.transaction("登记") as tx:
        return tx.insert(AppraisalEvent, **{**usual, **more})


@pytest.mark.parametrize("kind", list(EventKind))
def test_entries_by_kind_that_stand(site: Context, crew: Team, kind: EventKind) -> None:
    made = entered(site, kind, number="KS-1", staff_id=crew["1001"], clause="E1-01", points="2.5")
    entered(site, kind, number="KS-2", void_at=TEN, void_reason="填错")
    entered(site, kind, number="KS-3", day=date(2025, 12, 31))
    plain = entered(site, kind, number="KS-4", day=date(2026, 3, 31), facts="另一件", clause="没有这一条")
    (key,) = [feed.key for feed in FEEDS if feed.key.startswith("event.") and events(site, feed.key)]
    (one,) = events(site, key)
    assert one.evidence == (f"appraisal_event:{made}",)
    assert one.sentence == f"王强 03-02 {kind}：在机房吸烟（E1 一.1）。"
    assert (one.points, one.vendor_id, one.staff_id) == (Decimal("2.5"), V1, crew["1001"])
    later = events(site, key, now="2026-03-31 00:00")
    assert [each.evidence for each in later] == [one.evidence, (f"appraisal_event:{plain}",)]
    assert (later[1].points, later[1].citation, later[1].sentence) == (None, None, f"03-31 {kind}：另一件。")


def scheme(ctx: Context, period_kind: str, code: str) -> int:
    texts = dict.fromkeys(("title", "level", "regulation", "grades", "grounds", "leader", "members", "remarks"), "")
    with ctx.transaction("方案") as tx:
        return tx.insert(
            AppraisalScheme, **texts, code=code, edition=1, period_kind=period_kind, object_kind="外包单位",
            begins_on=date(2025, 1, 1),
        )  # fmt: skip


def sheet(ctx: Context, scheme_id: int, first: date, last: date, score: str, **more: object) -> int:
    texts = dict.fromkeys(
        ("grade", "pay", "frozen", "decided_by", "talk", "opinion", "opinion_text", "witness", "answer",
         "answered_by", "submitted_to", "filed_by"), "",
    )  # fmt: skip
    usual = {"vendor_id": V1, "staff_id": None, "name": "华信", "object_kind": "外包单位", "decided_at": TEN}
    with ctx.transaction("考核") as tx:
        appraisal = tx.insert(
            Appraisal, scheme_id=scheme_id, period=f"{first:%Y-%m}", title="", begins_on=first, ends_on=last,
            leader="", members="", made_at=TEN, made_by="主管", void_reason="",
        )  # fmt: skip
        return tx.insert(
            AppraisalSheet, appraisal_id=appraisal, number=f"KH-{appraisal}", score=score, **texts,
            **{**usual, **more},
        )  # fmt: skip


def test_mean_of_the_months_decided_of_the_same_appraisee(site: Context, crew: Team) -> None:
    monthly, quarterly = scheme(site, "月度", "M"), scheme(site, "季度", "Q")
    january, february_, december = (
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2025, 12, 1), date(2025, 12, 31)),
    )
    made = [sheet(site, monthly, *january, "92.5"), sheet(site, monthly, *february_, "88.25")]
    sheet(site, monthly, *december, "10")
    sheet(site, quarterly, *january, "10")
    sheet(site, monthly, *january, "10", void_at=TEN)
    sheet(site, monthly, *january, "10", decided_at=None)
    sheet(site, monthly, *january, "70", staff_id=crew["1001"], name="王强", object_kind="个人")
    sheet(site, monthly, *january, "60", vendor_id=None, name="运维部", object_kind="部门")
    sheet(site, monthly, *january, "40", vendor_id=None, name="值班室", object_kind="部门")
    found = feeds(site, "months.score")
    own = found.rate("months.score", vendor_id=V1)
    assert own.per_cent == Decimal("90.38"), "90.375 to the second place"
    assert own.sentence == "2 个月的得分合计 180.75 分，"
    assert own.evidence == tuple(f"sheet:{each}" for each in made)
    assert found.rate("months.score", staff_id=crew["1001"]).per_cent == Decimal(70)
    assert found.rate("months.score", name="运维部").per_cent == Decimal(60)
    nobody = found.rate("months.score", vendor_id=V2)
    assert (nobody.per_cent, nobody.sentence) == (None, "各月得分平均")


# All of them


def test_every_feed_has_its_place_and_its_own_key() -> None:
    assert len(BY_KEY) == len(FEEDS)
    assert len({feed.title for feed in FEEDS}) == len(FEEDS)
    assert {feed.unit for feed in FEEDS if feed.gives is Gives.RATE} == {"%"}
    assert all(feed.key.count(".") == 1 for feed in FEEDS)


def test_a_vendor_has_its_own_and_its_peoples_and_nothing_of_another(ctx: Context) -> None:
    ids = {row.staff_no: row.id for row in _staff(ctx)}
    crew = Team(ids, 0)
    go_to(ctx, "2026-03-31 18:00")
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 3, 60))
    entered(ctx, EventKind.VIOLATION, number="KS-1")
    entered(ctx, EventKind.VIOLATION, number="KS-2", vendor_id=V2, staff_id=ids["2001"])
    found = feeds(ctx, *EVERY)
    for key in (feed.key for feed in FEEDS if feed.gives is Gives.EVENTS):
        every = found.events(key)
        mine, theirs = found.events(key, vendor_id=V1), found.events(key, vendor_id=V2)
        assert {each.vendor_id for each in mine} <= {V1}, key
        assert {each.vendor_id for each in theirs} <= {V2}, key
        nobodys = [each for each in every if each.vendor_id is None]
        assert len(mine) + len(theirs) + len(nobodys) == len(every), key
        people = [each for staff in ids.values() for each in found.events(key, staff_id=staff)]
        assert sorted(each.key for each in people) == sorted(each.key for each in every if each.staff_id), key
        assert len({each.key for each in every}) == len(every), key
        assert all(each.sentence.endswith("。") and each.evidence for each in every), key
    assert found.events("incident.response", vendor_id=V2)
    assert [each for each in found.events("incident.response") if each.vendor_id is None]


def _staff(ctx: Context) -> list[object]:
    with ctx.read() as connection:
        return list(connection.exec_driver_sql("SELECT id, staff_no FROM staff"))


def test_keys_stay_while_the_record_changes_elsewhere(ctx: Context) -> None:
    ids = {row.staff_no: row.id for row in _staff(ctx)}
    go_to(ctx, "2026-03-20 18:00")
    made = incident_month.insert(ctx, incident_month.invented(Team(ids, 0), 2026, 3, 40))
    entered(ctx, EventKind.COMPLAINT, number="KS-1")
    keys = [feed.key for feed in FEEDS if feed.gives is Gives.EVENTS]
    before = feeds(ctx, *keys)
    go_to(ctx, "2026-03-21 18:00")
    sign(ctx, ids["1001"], ("2026-03-16 08:50", "到岗"), ("2026-03-16 17:31", "离岗"))
    entered(ctx, EventKind.COMPLAINT, number="KS-2", day=date(2026, 3, 1))
    with ctx.transaction("改标题") as tx:
        for incident in made:
            tx.update(Incident, incident, title="另一个标题")
    after = feeds(ctx, *keys)
    for key in keys:
        then, now = ({each.key for each in found.events(key)} for found in (before, after))
        gone = then - now
        assert not gone or key == "attendance.absent", (key, gone)
    again = {each.key for each in after.events("attendance.late")}
    assert {each.key for each in before.events("attendance.late")} < again


def test_an_unknown_feed_is_refused(site: Context) -> None:
    with pytest.raises(KeyError):
        feeds(site, "weather.rain")
