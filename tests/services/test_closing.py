"""Closing a day, a month, a quarter: what stands open, who may, what it locks, how it is opened again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import a_room
import an_appraisal
import machine_room
import pytest
import team as team_module
from a_site import PASSWORD
from sqlalchemy import select
from team import Team, go_to, grant

from opsdesk import bootstrap
from opsdesk.models import ClosedPeriod, Incident, LedgerRow, Punch, Staff, StoredVerdict
from opsdesk.registers.appraisal import service as appraising
from opsdesk.registers.correction import service as correction
from opsdesk.registers.incident import acts, service
from opsdesk.registers.incident import closing as incident_closing
from opsdesk.registers.loan import service as loan
from opsdesk.registers.month import service as month
from opsdesk.registers.sign_in.punch_import import import_punches
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Direction, Role
from opsdesk.services import amending, closing, closing_days, closings, drafts, settings
from opsdesk.services.closings import Period
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_item import OpenItem

THURSDAY = date(2026, 3, 5)
DAY = closings.of_day(THURSDAY)
WHY = "供应商夜间处理，明早补单"
REASON = "王强的到岗时间登记错了"


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def items(ctx: Context, period: Period = DAY) -> list[OpenItem]:
    return list(closing.status(ctx, period).items)


def kinds(ctx: Context, period: Period = DAY) -> list[str]:
    return [each.kind for each in items(ctx, period)]


def all_sign(ctx: Context, crew: Team, at: str, but: tuple[str, ...] = ()) -> None:
    """Everybody by day signs at this time of Thursday."""
    go_to(ctx, f"2026-03-05 {at}")
    for staff_no, staff_id in crew.ids.items():
        if staff_no not in {"2002", "2003", *but}:
            sign(ctx, staff_id=staff_id)


def day_over(ctx: Context, crew: Team, *, but: tuple[str, ...] = (), begun: bool = False) -> None:
    """Everybody by day has come at 08:20 and gone at 17:31, the night shift is on leave, and it is 17:45."""
    grant(ctx, crew["2002"], "2026-03-05 20:00:00", "2026-03-06 08:00:00")
    if not begun:
        all_sign(ctx, crew, "08:20:00", but)
    all_sign(ctx, crew, "17:31:00", but)
    go_to(ctx, "2026-03-05 17:45:00")


def close(ctx: Context, period: Period = DAY, because: str = "") -> closings.Closed:
    return closing.close(ctx, period, because=because).value


def reopen(ctx: Context, closed: closings.Closed, reason: str = REASON, password: str = PASSWORD) -> str:
    return closing.reopen(ctx, closed.id, password=password, reason=reason).value


class TestPeriods:
    def test_labels_lead_back_to_their_days(self) -> None:
        assert closings.named("2026-03-05") == DAY
        assert closings.named("2026-02") == Period(
            closings.PeriodKind.MONTH, "2026-02", date(2026, 2, 1), date(2026, 2, 28)
        )
        quarter = closings.named("2026Q4")
        assert (quarter.first, quarter.last) == (date(2026, 10, 1), date(2026, 12, 31))
        assert closings.quarter_with(date(2026, 3, 31)).label == "2026Q1"
        assert closings.quarter_with(date(2026, 4, 1)).label == "2026Q2"

    @pytest.mark.parametrize("label", ["2026-13", "2026Q5", "2026-02-30", "三月", ""])
    def test_what_is_no_period_is_refused_in_words(self, label: str) -> None:
        with pytest.raises(Refusal, match="请写成 2026-03-05、2026-03 或 2026Q1"):
            closings.named(label)


class TestOpenItems:
    def test_a_day_done_leaves_nothing(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        assert items(site) == []
        assert closing.status(site, DAY).sentence == "没有未结事项，可以日结"

    def test_each_person_who_is_not_done_is_told_with_his_remedy(self, site: Context, crew: Team) -> None:
        day_over(site, crew, but=("1001", "1002"))
        go_to(site, "2026-03-05 17:50:00")
        sign(site, staff_id=crew["1002"], direction=Direction.OUT)
        with site.transaction("误刷") as tx:
            punch = tx.connection.execute(
                select(Punch.id).where(Punch.staff_id == crew["1003"], Punch.direction == "离岗")
            )
            tx.update(Punch, punch.scalar_one(), void_at=site.now(), void_by="主管", void_reason="误刷")
        found = {each.name: (each.kind, each.door, each.staff_id) for each in items(site)}
        assert found == {
            "王强": ("未到", "leave", crew["1001"]),
            "李敏": ("缺签到", "correction", crew["1002"]),
            "刘芳": ("未签退", "correction", crew["1003"]),
        }
        assert all(each.sentence.endswith("。") for each in items(site))

    def test_shifts_that_go_on_are_told_by_when_they_end(self, site: Context, crew: Team) -> None:
        def working() -> list[str]:
            return [each.sentence for each in items(site) if each.kind == "在班"]

        go_to(site, "2026-03-05 17:29:59")
        assert working() == ["王强等 7 人的班到 17:30 才结束，之后的签到签退照常记录。"]
        go_to(site, "2026-03-05 17:30:00")
        assert working() == [], "the night shift goes on every night; its sign-out is taken afterwards"

    def test_who_has_left_before_the_end_of_a_shift_is_not_told_as_working(self, site: Context, crew: Team) -> None:
        all_sign(site, crew, "08:20:00")
        go_to(site, "2026-03-05 17:20:00")
        sign(site, staff_id=crew["1001"], direction=Direction.OUT)
        (said,) = [each.sentence for each in items(site) if each.kind == "在班"]
        assert said == "李敏等 6 人的班到 17:30 才结束，之后的签到签退照常记录。"
        sign(site, staff_id=crew["1001"], direction=Direction.IN)
        (said,) = [each.sentence for each in items(site) if each.kind == "在班"]
        assert said.startswith("王强等 7 人"), "back again"

    def test_of_a_closed_day_nobody_is_sent_to_a_slip_that_is_refused(self, site: Context, crew: Team) -> None:
        day_over(site, crew, but=("1001", "1003"))
        go_to(site, "2026-03-05 17:46:00")
        sign(site, staff_id=crew["1001"], direction=Direction.IN)
        before = next(each for each in items(site) if each.kind == "未签退")
        assert (before.door, before.sentence) == ("correction", "王强（华信）没有签退。请签退或补签。")
        close(site, because="王强还在机房处理")
        go_to(site, "2026-03-05 17:50:00")
        sign(site, staff_id=crew["1002"], direction=Direction.IN)
        found = {each.name: (each.door, each.sentence) for each in items(site) if each.staff_id is not None}
        left, never = "没有签退。请签退；人已经走了的，", "应到 08:30，没有到岗记录，也没有请假。"
        again = "请重新打开当天再补。"
        assert found == {
            "王强": ("sign_in", f"王强（华信）{left}{again}"),
            "李敏": ("sign_in", f"李敏（华信）{left}{again}"),
            "刘芳": ("sign_in", f"刘芳（华信）{never}{again}"),
        }

    def test_before_the_site_was_opened_nobody_is_missing(self, site: Context, crew: Team) -> None:
        assert items(site, closings.of_day(date(2025, 12, 31))) == []

    def test_slips_that_wait_for_a_decision(self, site: Context, crew: Team) -> None:
        day_over(site, crew, but=("1001",))
        correction.file(
            site, staff_id=crew["1001"], day=THURSDAY, direction=Direction.IN, actual_at=datetime(2026, 3, 5, 8, 20),
            cause="忘签", explanation="直接去了机房", witness="李敏",
        )  # fmt: skip
        slip = next(each for each in items(site) if each.kind == "补签单")
        assert (slip.door, slip.name) == ("correction", "BQ-202603-001")
        correction.decide(site, correction_id=slip.id or 0, accept=True)
        assert kinds(site) == ["未签退"]

    def test_incidents_by_where_they_stand(self, site: Context, crew: Team) -> None:
        all_sign(site, crew, "08:20:00")
        go_to(site, "2026-03-05 16:00:00")
        made = [service.open_incident(site, f"{n} 号打印机不出纸").value.id for n in range(4)]
        for each in made[1:]:
            acts.respond(site, each, {"staff_id": crew["1001"]})
            acts.solve(site, each, {})
        day_over(site, crew, begun=True)
        incident_closing.hand_in(site, [made[2]], {})
        incident_closing.give_back(site, made[3], {"reason": "处理过程不全"})
        assert [(each.kind, each.id, each.door) for each in items(site)] == [
            ("超时", made[0], "incident"),
            ("未交单", made[1], "incident"),
            ("未签收", made[2], "incident"),
            ("退回", made[3], "incident"),
        ]
        incident_closing.sign(site, made[1:3], {})
        assert kinds(site) == ["超时", "退回"]

    def test_the_room_and_what_was_lent(self, site: Context, crew: Team) -> None:
        room = a_room.room(site)
        day_over(site, crew)
        made = machine_room.save(
            site, "visit", name="周工", unit="恒通网络", external=True, room_id=room, purpose="维护",
            entered_at=datetime(2026, 3, 5, 16), escort="王强",
        )  # fmt: skip
        slip = machine_room.save(
            site, "loan", borrower="赵丽", unit="财务科", place="三楼", reason="演示", items="网线 - 3", due_on=THURSDAY
        )
        machine_room.act(site, "loan", "approve", slip)
        machine_room.act(site, "loan", "lend", slip, runs=True, undamaged=True)
        found = {each.kind: each for each in items(site)}
        assert list(found) == ["在机房", "巡检", "借用"]
        assert (found["在机房"].door, found["在机房"].id) == ("visit", made)
        assert found["巡检"].sentence.startswith("主机房应巡检 2 次，还缺 ①、②")
        assert (found["借用"].door, found["借用"].sentence) == (
            "loan",
            f"赵丽借的 {number(site, slip)} 当天应还，还没有还清。",
        )
        for turn in (1, 2):
            a_room.went_round(site, room, datetime(2026, 3, 5, 8 + turn), turn)
        assert "巡检" not in kinds(site)

    def test_what_was_typed_and_not_kept(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        opened = service.open_incident(site, "打印机不出纸").value
        kept = drafts.Drafts(site.home)
        kept.keep(f"incident:{opened.id}:symptom", "纸盒里还有")
        kept.close()
        left = [each for each in items(site) if each.kind == "没存完"]
        assert [each.id for each in left] == [opened.id]

    def test_days_left_out_and_opened_again_are_told_the_next_time(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        first = close(site)
        go_to(site, "2026-03-09 17:45:00")
        said = [each.sentence for each in items(site, closings.of_day(date(2026, 3, 9))) if each.door == "day_close"]
        assert said == ["2026-03-06 到 03-08 有 3 天还没有日结。"]
        reopen(site, first)
        said = [each.sentence for each in items(site, closings.of_day(date(2026, 3, 6))) if each.door == "day_close"]
        assert said == ["2026-03-05 重新打开后还没有再次日结。"]

    def test_zero_reports_where_the_site_asks(self, site: Context, crew: Team) -> None:
        amending.amend(
            site,
            clause="T3-05",
            begins_on=THURSDAY,
            typed={"incident.zero_report": "zero"},
            source="通知",
            reason="零报告",
        )
        day_over(site, crew)
        assert kinds(site).count("零报告") == 7


def number(ctx: Context, loan_id: int) -> str:
    return str(loan.load(ctx, loan_id)["number"])


class TestClosingADay:
    def test_closed_with_nothing_open_it_needs_no_reason(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        made = close(site)
        assert (made.closed_by, made.closed_at, made.open_items) == ("主管", datetime(2026, 3, 5, 17, 45), ())
        with site.read() as connection:
            assert connection.execute(select(LedgerRow.hash).where(LedgerRow.seq == made.seq)).scalar_one() == made.head
            assert bootstrap.verify(connection) == []

    def test_what_is_stopped_just_before_the_lock_stays_open(self, site: Context, crew: Team) -> None:
        day_over(site, crew)

        def stop() -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            closing.close(site, DAY, ready=stop)
        with site.read() as connection:
            assert closings.of(connection, DAY) == []

    @pytest.mark.parametrize(("because", "kept"), [("", False), ("没办完呢", False), ("还没办完呢", True)])
    def test_something_open_wants_five_letters_of_reason(
        self, site: Context, crew: Team, because: str, kept: bool
    ) -> None:
        day_over(site, crew, but=("1001",))
        if kept:
            made = close(site, because=because)
            assert made.because == because
            assert made.open_items == ("王强（华信）应到 08:30，没有到岗记录，也没有请假。请补请假单或补签。",)
        else:
            with pytest.raises(Refusal, match="还有 1 项没有了结") as refused:
                close(site, because=because)
            assert refused.value.field == "because"
            with site.read() as connection:
                assert connection.execute(select(ClosedPeriod.id)).all() == []

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
    def test_only_the_supervisor_closes_and_opens(self, site: Context, crew: Team, role: Role) -> None:
        day_over(site, crew)
        other = site.acting_as(Actor("李值班", role))
        with pytest.raises(Refusal, match="需要主管来做"):
            close(other)
        made = close(site)
        with pytest.raises(Refusal, match="需要主管来做"):
            reopen(other, made)
        with site.read() as connection:
            assert closing_days.standing(connection, THURSDAY, THURSDAY)

    def test_not_before_it_has_come_and_not_twice(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal, match="2026-03-06 还没有到"):
            close(site, closings.of_day(date(2026, 3, 6)))
        day_over(site, crew)
        close(site)
        with pytest.raises(Refusal, match="已经日结"):
            close(site)

    def test_the_desk_cannot_change_what_is_closed_and_goes_on_afterwards(self, site: Context, crew: Team) -> None:
        day_over(site, crew, but=("1001",))
        close(site, because=WHY)
        desk = site.acting_as(Actor("李值班", Role.DESK))
        with pytest.raises(Refusal, match="2026-03-05 已日结，这一天的补签单不能再补记或更改") as refused:
            correction.file(
                desk, staff_id=crew["1001"], day=THURSDAY, direction=Direction.IN,
                actual_at=datetime(2026, 3, 5, 8, 20), cause="忘签", explanation="直接去了机房", witness="李敏",
            )  # fmt: skip
        assert "请主管在“日结”页重新打开并写明理由" in str(refused.value)
        go_to(site, "2026-03-05 18:05:00")
        assert "18:05" in sign(desk, staff_id=crew["1002"], direction=Direction.OUT).value.sentence
        late = service.open_incident(desk, "机房断电").value.id
        go_to(site, "2026-03-06 09:00:00")
        acts.respond(desk, late, {"staff_id": crew["1001"]})
        acts.solve(desk, late, {})

    def test_a_life_that_goes_on_after_its_day(self, site: Context, crew: Team) -> None:
        all_sign(site, crew, "08:20:00")
        go_to(site, "2026-03-05 16:00:00")
        made = service.open_incident(site, "打印机不出纸").value.id
        day_over(site, crew, begun=True)
        go_to(site, "2026-03-06 08:00:00")
        close(site, because=WHY)
        with pytest.raises(Refusal, match="2026-03-05 已日结，这一天的运维事件记录单"):
            acts.respond(site, made, {"staff_id": crew["1001"], "responded_at": datetime(2026, 3, 5, 16, 30)})
        acts.respond(site, made, {"staff_id": crew["1001"]})
        acts.solve(site, made, {"symptom": "纸盒卡住"})
        incident_closing.hand_in(site, [made], {})
        incident_closing.sign(site, [made], {})
        incident_closing.reopen(site, made, {"reason": "又卡纸了"})
        with site.read() as connection:
            row = connection.execute(select(Incident.state, Incident.reopened).where(Incident.id == made)).one()
            assert (row.state, row.reopened) == ("处理中", 1)
            assert bootstrap.verify(connection) == []
        with pytest.raises(Refusal, match="已日结"):
            incident_closing.void(site, made, {"reason": "重复"})
        with pytest.raises(Refusal, match="已日结"):
            incident_closing.correct_time(
                site, made, {"which": "accepted_at", "at": datetime(2026, 3, 5, 15, 0), "reason": "写错了"}
            )

    def test_what_came_after_closing_can_be_closed_once_more(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        close(site)
        go_to(site, "2026-03-05 20:00:00")
        with pytest.raises(Refusal, match="已经日结"):
            close(site)
        service.open_incident(site, "机房断电")
        go_to(site, "2026-03-06 08:00:00")
        again = close(site, because=WHY)
        assert not again.before_its_end
        with site.read() as connection:
            assert len(closings.of(connection, DAY)) == 2
        with pytest.raises(Refusal, match="已经日结"):
            close(site, because=WHY)


class TestImportedAndJudgedAgain:
    def test_a_machine_file_stores_the_open_days_and_tells_the_rows_of_closed_ones(
        self, site: Context, crew: Team, tmp_path: Path
    ) -> None:
        day_over(site, crew, but=("1001",))
        close(site, because=WHY)
        go_to(site, "2026-03-06 18:00:00")
        file = tmp_path / "打卡.csv"
        file.write_text(
            "工号,打卡时间\n1001,2026-03-05 08:21:00\n1001,2026-03-05 18:10:00\n1001,2026-03-06 08:25:00\n"
            "1001,2026-03-06 17:40:00\n",
            encoding="utf-8",
        )
        result = import_punches(site, file).value
        assert (result.read, result.stored) == (4, 2)
        assert [(each.row, "2026-03-05 已日结" in each.reason) for each in result.rejected] == [(2, True), (3, True)]
        assert import_punches(site, file, dry_run=True).value.rejected == result.rejected

    def test_a_law_entered_later_leaves_closed_days_as_they_were_judged(self, site: Context, crew: Team) -> None:
        def judged() -> list[tuple[date, str]]:
            with site.read() as connection:
                query = select(StoredVerdict.day, StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None))
                return [(row.day, row.judgement) for row in connection.execute(query.order_by(StoredVerdict.day))]

        for day in (5, 6):
            go_to(site, f"2026-03-0{day} 09:00:00")
            sign(site, staff_id=crew["1001"])
        go_to(site, "2026-03-06 09:30:00")
        close(site, because=WHY)
        assert judged() == [(THURSDAY, "迟到"), (date(2026, 3, 6), "迟到")]
        amending.amend(
            site, clause="T2-ATT-08", begins_on=THURSDAY, typed={"absent.over": "20"}, source="通知", reason="从严"
        )
        assert judged() == [(THURSDAY, "迟到"), (date(2026, 3, 6), "视缺勤")]


class TestOpeningAgain:
    def test_takes_password_and_reason_and_is_kept(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        made = close(site)
        with pytest.raises(Refusal, match="至少 5 个字") as refused:
            reopen(site, made, reason="登记错了")
        assert refused.value.field == "reason"
        with pytest.raises(Refusal, match="密码不对"):
            reopen(site, made, password="不是这个")
        go_to(site, "2026-03-06 09:00:00")
        assert reopen(site, made) == f"2026-03-05 已重新打开：{REASON}。改完请再次日结。"
        with pytest.raises(Refusal, match="已经重新打开"):
            reopen(site, made)
        status = closing.status(site, DAY)
        assert status.closed is None
        assert status.sentence.startswith("03-06 09:00 由主管重新打开，还没有再次日结")
        correction.file(
            site, staff_id=crew["1001"], day=THURSDAY, direction=Direction.IN, actual_at=datetime(2026, 3, 5, 8, 20),
            cause="忘签", explanation="直接去了机房", witness="李敏",
        )  # fmt: skip
        with site.read() as connection:
            said = closings.remarks(connection, THURSDAY, THURSDAY)
        course = f"本日 03-06 09:00 由主管重新打开更正一次，理由：{REASON}"
        assert said == (f"{course}；还没有再次日结。",)
        go_to(site, "2026-03-06 10:00:00")
        close(site, because=WHY)
        with site.read() as connection:
            said = closings.remarks(connection, THURSDAY, THURSDAY)
        again = f"03-06 10:00 再次日结时有 1 项没有了结（见日结单），理由：{WHY}"
        assert said == (f"{course}；{again}。",)
        assert closing.status(site, DAY).sentence == "2026-03-06 10:00 由主管日结 · 曾重新打开更正"

    def test_a_closing_that_is_not_there(self, site: Context) -> None:
        with pytest.raises(Refusal, match="已经不在了"):
            closing.reopen(site, 99, password=PASSWORD, reason=REASON)

    def test_a_day_opens_the_month_and_the_quarter_around_it(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        day = close(site)
        go_to(site, "2026-04-01 09:00:00")
        for label in ("2026-01", "2026-02", "2026-03", "2026Q1"):
            close(site, closings.named(label), because=WHY)
        said = reopen(site, day)
        assert "2026-03 月结、2026Q1 季结一并打开" in said
        with site.read() as connection:
            assert [each.label for each in closing_days.standing(connection, date(2026, 1, 1), date(2026, 3, 31))] == [
                "2026-01", "2026-02",
            ]  # fmt: skip
        with pytest.raises(Refusal, match="2026-03-05（日结）重新打开后还没有再次结上"):
            close(site, closings.named("2026-03"), because=WHY)
        close(site)
        with pytest.raises(Refusal, match="2026-03（月结）重新打开后"):
            close(site, closings.named("2026Q1"), because=WHY)
        close(site, closings.named("2026-03"), because=WHY)
        close(site, closings.named("2026Q1"), because=WHY)

    def test_a_month_opened_leaves_its_days_closed(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        close(site)
        go_to(site, "2026-04-01 09:00:00")
        made = close(site, closings.named("2026-03"), because=WHY)
        reopen(site, made)
        with pytest.raises(Refusal, match="2026-03-05 已日结"):
            grant(site, crew["1001"], "2026-03-05 08:30:00", "2026-03-05 12:00:00")
        grant(site, crew["1001"], "2026-03-06 08:30:00", "2026-03-06 12:00:00")


class TestMonthAndQuarter:
    def test_not_before_their_last_day(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal, match="2026-03 还没有过完，2026-03-31 当天或以后才能月结"):
            close(site, closings.named("2026-03"), because=WHY)
        with pytest.raises(Refusal, match="2026Q1 还没有过完"):
            close(site, closings.named("2026Q1"), because=WHY)

    def test_a_month_wants_settlement_decisions_and_days(self, site: Context, crew: Team) -> None:
        sign(site, staff_id=crew["1001"])
        go_to(site, "2026-03-05 16:00:00")
        sign(site, staff_id=crew["1001"])
        go_to(site, "2026-04-01 09:00:00")
        march = closings.named("2026-03")
        found = kinds(site, march)
        assert found[-1] == "结算", "the site closes no days"
        month.book(site, 2026, 3)
        assert "结算" not in kinds(site, march)
        lines = [line.id for each in month.standing(site, 2026, 3).booked.values() for line in each if line.amount]
        assert "拟扣减" in kinds(site, march)
        with pytest.raises(Refusal, match="没有了结"):
            close(site, march)
        close(site, march, because=WHY)
        month.decide(site, deduction_ids=lines, confirm=True)
        assert "拟扣减" not in kinds(site, march), "a deduction may still be decided"
        with pytest.raises(Refusal, match="2026-03 已月结，这个月的请假"):
            grant(site, crew["1001"], "2026-03-06 08:30:00", "2026-03-06 12:00:00")
        grant(site, crew["1001"], "2026-04-02 08:30:00", "2026-04-02 12:00:00")

    def test_a_closed_month_is_not_booked_again(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-04-01 09:00:00")
        month.book(site, 2026, 3)
        made = close(site, closings.named("2026-03"), because=WHY)
        with site.transaction("别处来的改动") as tx:
            tx.update(Staff, crew["1001"], left_on=date(2026, 3, 20))
        with pytest.raises(Refusal, match="2026-03 已月结，这个月的考勤结算不能再补记或更改"):
            month.book(site, 2026, 3)
        assert "拟扣减" not in kinds(site, closings.named("2026-03"))
        reopen(site, made)
        month.book(site, 2026, 3)

    def test_days_that_nobody_closed_are_told_and_locked_with_their_month(self, site: Context, crew: Team) -> None:
        day_over(site, crew)
        close(site)
        march = closings.named("2026-03")
        left = next(each for each in items(site, march) if each.kind == "日结")
        assert left.sentence == "03-01、03-02、03-03、03-04 没有日结，月结会一并锁定。"
        go_to(site, "2026-03-31 18:00:00")
        left = next(each for each in items(site, march) if each.kind == "日结")
        assert left.sentence == "03-01、03-02、03-03、03-04、03-06 等 30 天没有日结，月结会一并锁定。"

    def test_a_quarter_wants_its_months(self, site: Context, crew: Team) -> None:
        settings.write(site, {"site.opened_on": "2026-01-01"})
        go_to(site, "2026-04-01 09:00:00")
        with pytest.raises(Refusal, match="2026-01、2026-02、2026-03 还没有月结"):
            close(site, closings.named("2026Q1"))
        for label in ("2026-01", "2026-02", "2026-03"):
            close(site, closings.named(label), because=WHY)
        made = close(site, closings.named("2026Q1"))
        assert (made.period.first, made.period.last) == (date(2026, 1, 1), date(2026, 3, 31))

    def test_a_quarter_names_the_months_it_wants_each_by_its_own_door(self, site: Context, crew: Team) -> None:
        settings.write(site, {"site.opened_on": "2026-01-01"})
        go_to(site, "2026-04-01 09:00:00")
        quarter = closings.named("2026Q1")
        close(site, closings.named("2026-02"), because=WHY)
        said = [(each.kind, each.sentence, each.door, each.day) for each in items(site, quarter)]
        assert said == [
            ("月结", "2026-01 还没有月结。先月结，才能季结。", "month_close", date(2026, 1, 1)),
            ("月结", "2026-03 还没有月结。先月结，才能季结。", "month_close", date(2026, 3, 1)),
        ]
        settings.write(site, {"site.opened_on": "2026-02-01"})
        assert [each.day for each in items(site, quarter)] == [date(2026, 3, 1)], "nothing was kept in January"
        with pytest.raises(Refusal, match=r"^2026-03 还没有月结"):
            close(site, quarter, because=WHY)
        close(site, closings.named("2026-03"), because=WHY)
        assert items(site, quarter) == []
        assert close(site, quarter).stands

    def test_a_quarter_whose_vendors_nobody_appraised_says_so(self, site: Context, crew: Team) -> None:
        settings.write(site, {"site.opened_on": "2026-03-01"})
        go_to(site, "2026-04-01 09:00:00")
        close(site, closings.named("2026-03"), because=WHY)
        quarter = closings.named("2026Q1")
        assert items(site, quarter) == [], "no scheme was made public"
        scheme_id = an_appraisal.lived(site, crew)
        (item,) = items(site, quarter)
        assert (item.kind, item.door) == ("考核", "appraisal")
        assert item.sentence == "2026Q1 还没有按“外包单位季度评分”考核，合同款按得分支付。请先考核。"
        appraising.begin(site, scheme_id=scheme_id, period=an_appraisal.QUARTER)
        assert all("还没有核定" in each.sentence for each in items(site, quarter))

    def test_papers_of_several_days_name_days_and_nobody(self, site: Context, crew: Team) -> None:
        day_over(site, crew, but=("1001",))
        reopen(site, close(site, because=WHY))
        close(site, because=WHY)
        with site.read() as connection:
            said = closings.remarks(connection, date(2026, 3, 1), date(2026, 3, 31))
            assert closings.remarks(connection, date(2026, 4, 1), date(2026, 4, 30)) == ()
        assert said == (
            "03-05 日结时有事项没有了结，详见当天的日结单。",
            "03-05 日结以后重新打开更正过，详见更正记录。",
        )
        assert "王强" not in "".join(said)


def test_a_reason_that_is_too_long_is_refused_and_never_cut(site: Context, crew: Team) -> None:
    day_over(site, crew, but=("1001",))
    with pytest.raises(Refusal, match="理由有 201 个字，最多 200 个字") as refused:
        close(site, because="𠮷" * 201)
    assert refused.value.field == "because"
    made = close(site, because="𠮷" * 200)
    with pytest.raises(Refusal, match="最多 200 个字") as refused:
        reopen(site, made, reason="错" * 201)
    assert refused.value.field == "reason"
