"""请假单 on a real database: filing, agreeing, what it does to the days, what it lacks, and files of leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import team as team_module
from filled_site import as_role, load, run, save, whole
from openpyxl import Workbook
from sqlalchemy import func, select
from team import Team, go_to, grant

from opsdesk.catalog import by_slug
from opsdesk.imports.templates import write_template
from opsdesk.models import ImportBatch, Leave, LeaveSlip, LedgerRow, RosterEntry, StoredVerdict
from opsdesk.register import Query, Row
from opsdesk.registers.leave.importing import import_leave
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Judgement, Role
from opsdesk.services import chain, duties, leave_slips, open_questions, settlement
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

THURSDAY = date(2026, 3, 5)
MORNING, EVENING = datetime(2026, 3, 5, 8, 30), datetime(2026, 3, 5, 17, 30)


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


@pytest.fixture
def desk(site: Context) -> Context:
    return as_role(site, Role.DESK)


def file(ctx: Context, staff_id: int, begins: datetime, ends: datetime, **more: Any) -> int:
    usual = {"kind": "事假", "reason": "家中有事"}
    return save(ctx, "leave", staff_id=staff_id, begins_at=begins, ends_at=ends, **{**usual, **more})


def at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock))


def standing(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None)).order_by(StoredVerdict.id)
        return list(connection.execute(query).scalars())


def freed(ctx: Context) -> list[tuple[datetime, datetime]]:
    with ctx.read() as connection:
        query = select(Leave.begins_at, Leave.ends_at).where(Leave.withdrawn_at.is_(None)).order_by(Leave.begins_at)
        return [(row.begins_at, row.ends_at) for row in connection.execute(query)]


def listed(ctx: Context, **filters: Any) -> list[Row]:
    return list(by_slug("leave").list(ctx, Query(filters=filters)).rows)


def words(ctx: Context, **filters: Any) -> list[str]:
    return [row.values["state"].word for row in listed(ctx, **filters)]  # type: ignore[union-attr]


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


class TestConsent:
    def test_frees_the_morning_and_the_late_verdict_goes(self, site: Context, desk: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 10:15:00")
        sign(site, staff_id=crew["1001"])
        assert standing(site) == [Judgement.ABSENT]
        slip = file(desk, crew["1001"], MORNING, at(5, "10:30"))
        assert (freed(site), standing(site), words(site)) == ([], [Judgement.ABSENT], ["待同意"])
        assert "重新判定" in run(site, "leave", "consent", slip, archive_no="DA-7")
        assert freed(site) == [(MORNING, at(5, "10:30"))]
        assert standing(site) == []
        assert load(site, "leave", slip)["archive_no"] == "DA-7"
        assert "T2 二.2" in load(site, "leave", slip)["course"], "applied for on the day: the written slip is open"
        whole(site)

    def test_refused_frees_nothing_and_is_over(self, site: Context, desk: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        sign(site, staff_id=crew["1001"])
        slip = file(desk, crew["1001"], MORNING, EVENING)
        run(site, "leave", "refuse", slip, reason="当天割接，人手不够")
        assert (freed(site), standing(site), words(site)) == ([], [Judgement.LATE], ["未同意"])
        assert "当天割接" in load(site, "leave", slip)["course"]
        with pytest.raises(Refusal, match="已经结束"):
            run(site, "leave", "consent", slip)
        file(desk, crew["1001"], MORNING, EVENING)

    def test_desk_files_and_only_the_supervisor_decides(self, site: Context, desk: Context, crew: Team) -> None:
        slip = file(desk, crew["1001"], MORNING, EVENING)
        before = links(site)
        for act in ("consent", "refuse", "withdraw"):
            with pytest.raises(Refusal, match="主管"):
                run(desk, "leave", act, slip, reason="x")
        with pytest.raises(Refusal, match="主管") as refused:
            file(desk, crew["1002"], MORNING, EVENING, consented_by="李值班")
        assert refused.value.field == "consented_by"
        reader = as_role(site, Role.READER)
        for act in ("agree", "submit", "certify", "extend", "close"):
            with pytest.raises(Refusal, match="登录"):
                run(reader, "leave", act, slip)
        assert links(site) == before

    def test_supervisor_enters_a_paper_slip_in_one_go(self, site: Context, crew: Team) -> None:
        slip = file(
            site, crew["1001"], at(6, "08:30"), at(6, "17:30"),
            applied_at=at(4, "15:00"), vendor_agreed_by="钱经理", sealed_on=date(2026, 3, 4), consented_by="赵敏",
            consented_at=at(4, "16:00"), deputy_id=crew["1003"],
        )  # fmt: skip
        kept = load(site, "leave", slip)
        assert (kept["number"], kept["course"]) == ("QJ-202603-001", "手续完备。")
        assert (kept["consented_by"], kept["consented_at"]) == ("赵敏", at(4, "16:00"))
        assert words(site, state="已同意") == ["手续完备"]
        assert freed(site) == [(at(6, "08:30"), at(6, "17:30"))]

    def test_supervisor_may_leave_it_open(self, site: Context, crew: Team) -> None:
        file(site, crew["1001"], MORNING, EVENING, consented_by="")
        assert (freed(site), words(site, state="待同意")) == ([], ["待同意"])

    def test_waiting_slip_can_be_corrected_until_somebody_agrees(
        self, site: Context, desk: Context, crew: Team
    ) -> None:
        slip = file(desk, crew["1001"], MORNING, EVENING)
        values = {**load(desk, "leave", slip), "reason": "办理证件", "last_time": time(12)}
        assert save(desk, "leave", slip, **values) == slip
        assert (load(site, "leave", slip)["ends_at"], load(site, "leave", slip)["reason"]) == (
            at(5, "12:00"),
            "办理证件",
        )
        run(desk, "leave", "agree", slip, vendor_agreed_by="钱经理")
        with pytest.raises(Refusal, match="不能改"):
            save(desk, "leave", slip, **{**values, "reason": "又一个"})

    def test_overlap_with_leave_and_with_a_waiting_slip(self, site: Context, desk: Context, crew: Team) -> None:
        waiting = file(desk, crew["1001"], MORNING, at(5, "12:00"))
        with pytest.raises(Refusal, match="QJ-202603-001") as refused:
            file(desk, crew["1001"], at(5, "11:59"), EVENING)
        assert refused.value.field == "begins_at"
        file(desk, crew["1001"], at(5, "12:00"), EVENING)
        file(desk, crew["1002"], MORNING, EVENING)
        grant(site, crew["1001"], "2026-03-05 09:00", "2026-03-05 10:00")
        with pytest.raises(Refusal, match="已批准"):
            run(site, "leave", "consent", waiting)
        assert load(site, "leave", waiting)["consented_at"] is None

    def test_future_opinions_are_refused(self, site: Context, crew: Team) -> None:
        for key, value in (
            ("consented_at", at(5, "08:01")), ("applied_at", at(5, "08:01")), ("sealed_on", date(2026, 3, 6)),
            ("submitted_on", date(2026, 3, 6)),
        ):  # fmt: skip
            with pytest.raises(Refusal, match="还没有到") as refused:
                file(site, crew["1001"], MORNING, EVENING, **{key: value})
            assert refused.value.field == key
        file(site, crew["1001"], MORNING, EVENING, consented_at=at(5, "08:00"), sealed_on=THURSDAY)

    def test_remote_work_needs_a_phone_that_answers(self, site: Context, crew: Team) -> None:
        remote = {"kind": "远程办公"}
        with pytest.raises(Refusal, match="E15") as no:
            file(site, crew["1001"], at(9, "08:30"), at(9, "17:30"), **remote)
        assert no.value.field == "contact"
        file(site, crew["1001"], at(9, "08:30"), at(9, "17:30"), **remote, contact="13800000000")
        assert freed(site) == [(at(9, "08:30"), at(9, "17:30"))]

    def test_nobody_stands_in_for_himself(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal) as refused:
            file(site, crew["1001"], MORNING, EVENING, deputy_id=crew["1001"])
        assert refused.value.field == "deputy_id"


class TestParts:
    @pytest.mark.parametrize(
        ("first", "last", "begins", "ends"),
        [
            ("全天", "全天", "08:30", "17:30"),
            ("上午", "全天", "08:30", "13:00"),
            ("全天", "上午", "08:30", "13:00"),
            ("下午", "全天", "13:00", "17:30"),
            ("上午", "下午", "08:30", "17:30"),
            (None, None, "08:30", "17:30"),
        ],
    )
    def test_halves_follow_the_persons_duty(
        self, site: Context, crew: Team, first: str | None, last: str | None, begins: str, ends: str
    ) -> None:
        slip = self.ask(site, crew["1001"], first_part=first, last_part=last)
        kept = load(site, "leave", slip)
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, begins), at(6, ends))

    def ask(self, ctx: Context, person: int, **more: Any) -> int:
        usual: Mapping[str, Any] = {"kind": "事假", "reason": "家中有事", "first_day": date(2026, 3, 6)}
        return save(ctx, "leave", staff_id=person, **{**usual, **more})

    def test_split_shift_parts_between_its_pairs(self, site: Context, crew: Team) -> None:
        shift = save(site, "shift", code="L", name="两头班", pairs="08:00-12:00 18:00-22:00")
        save(site, "roster", staff_id=crew["1001"], day=date(2026, 3, 6), shift_id=shift)
        kept = load(site, "leave", self.ask(site, crew["1001"], first_part="下午"))
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, "18:00"), at(6, "22:00"))

    def test_night_shift_ends_on_the_next_day(self, site: Context, crew: Team) -> None:
        with site.transaction("排班") as tx:
            tx.insert(RosterEntry, staff_id=crew["2002"], day=date(2026, 3, 6), shift_id=crew.night)
        kept = load(site, "leave", self.ask(site, crew["2002"]))
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, "20:00"), at(7, "08:00"))

    def test_several_days_and_exact_times(self, site: Context, crew: Team) -> None:
        kept = load(
            site, "leave", self.ask(site, crew["1001"], first_part="下午", last_day=date(2026, 3, 9), last_part="上午")
        )
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, "13:00"), at(9, "13:00"))
        exact = {"first_part": "自定", "first_time": time(14), "last_part": "全天", "last_time": time(15, 30)}
        kept = load(site, "leave", self.ask(site, crew["1002"], **exact))
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, "14:00"), at(6, "15:30"))

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"first_part": "自定"}, "first_time"),
            ({"first_part": "上午", "first_time": time(9)}, "first_time"),
            ({"last_part": "自定"}, "last_time"),
            ({"first_day": date(2026, 3, 7), "first_part": "下午"}, "first_part"),
            ({"last_day": date(2026, 3, 5)}, "last_day"),
            ({"last_day": date(2026, 3, 8), "last_part": "上午"}, "last_part"),
            ({"first_part": "晚上"}, "first_part"),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(
        self, site: Context, crew: Team, more: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(Refusal) as refused:
            self.ask(site, crew["1001"], **more)
        assert refused.value.field == field

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            (("08:30", "17:30"), ("全天", "全天")),
            (("08:30", "13:00"), ("上午", "上午")),
            (("13:00", "17:30"), ("下午", "下午")),
            (("08:30", "12:59"), ("全天", "自定")),
            (("13:01", "17:30"), ("自定", "全天")),
        ],
    )
    def test_an_opened_slip_shows_the_part_where_it_fits(
        self, site: Context, desk: Context, crew: Team, given: tuple[str, str], shown: tuple[str, str]
    ) -> None:
        slip = file(desk, crew["1001"], at(6, given[0]), at(6, given[1]))
        kept = load(site, "leave", slip)
        assert (kept["first_part"], kept["last_part"]) == shown
        assert (kept["first_time"] is None, kept["last_time"] is None) == tuple(part != "自定" for part in shown)
        save(desk, "leave", slip, **{**kept, "reason": "改事由"})
        again = load(site, "leave", slip)
        assert (again["begins_at"], again["ends_at"]) == (at(6, given[0]), at(6, given[1]))

    def test_parts_shown_of_several_days_of_a_night_and_of_a_free_day(self, site: Context, crew: Team) -> None:
        def shown(person: str, begins: datetime, ends: datetime) -> tuple[Any, ...]:
            kept = load(site, "leave", file(site, crew[person], begins, ends))
            return kept["first_day"].day, kept["first_part"], kept["last_day"].day, kept["last_part"]

        assert shown("1001", at(6, "13:00"), at(9, "13:00")) == (6, "下午", 9, "上午")
        assert shown("2002", at(5, "20:00"), at(6, "08:00")) == (5, "全天", 5, "全天")
        assert shown("2002", at(5, "02:00"), at(5, "08:00")) == (4, "下午", 4, "下午")
        assert shown("1002", at(6, "08:30"), at(9, "00:00")) == (6, "全天", 8, "全天")
        grant(site, crew["1003"], "2026-03-06 08:30", "2026-03-06 13:00")
        (row,) = [each for each in listed(site) if each.id < 0]
        assert load(site, "leave", row.id)["first_part"] == "上午"

    def test_day_without_duty_counts_from_midnight_to_midnight(self, site: Context, crew: Team) -> None:
        kept = load(site, "leave", self.ask(site, crew["1001"], last_day=date(2026, 3, 8)))
        assert (kept["begins_at"], kept["ends_at"]) == (at(6, "08:30"), at(9, "00:00"))


class TestExtension:
    @pytest.fixture
    def extension(self, site: Context, desk: Context, crew: Team) -> int:
        slip = file(site, crew["1001"], MORNING, EVENING, applied_at=at(4, "15:00"), sealed_on=THURSDAY)
        run(desk, "leave", "extend", slip, last_day=date(2026, 3, 6), reason="手续没有办完")
        return listed(site)[0].id

    def test_one_agreement_frees_nothing(self, site: Context, desk: Context, extension: int) -> None:
        run(site, "leave", "consent", extension)
        assert freed(site) == [(MORNING, EVENING)]
        assert words(site, state="待同意") == ["待公司同意"]
        assert "T2 二.4" in load(site, "leave", extension)["course"]
        run(desk, "leave", "agree", extension, vendor_agreed_by="钱经理")
        assert freed(site) == [(MORNING, EVENING), (EVENING, at(6, "17:30"))]

    def test_company_alone_frees_nothing_either(self, site: Context, desk: Context, extension: int) -> None:
        run(desk, "leave", "agree", extension, vendor_agreed_by="钱经理", sealed_on=THURSDAY)
        assert freed(site) == [(MORNING, EVENING)]
        assert "T2 二.4" in load(site, "leave", extension)["course"]
        run(site, "leave", "consent", extension)
        assert len(freed(site)) == 2
        assert load(site, "leave", extension)["course"] == "手续完备。\n续 QJ-202603-001 的假。"

    def test_only_once_and_the_end_is_later(self, site: Context, desk: Context, crew: Team, extension: int) -> None:
        first = load(site, "leave", extension)["extends_id"]
        with pytest.raises(Refusal, match="QJ-202603-002"):
            run(desk, "leave", "extend", first, last_day=date(2026, 3, 9), reason="再续")
        with pytest.raises(Refusal, match="QJ-202603-002"):
            run(site, "leave", "withdraw", first, reason="x")
        run(site, "leave", "refuse", extension, reason="不准")
        with pytest.raises(Refusal) as refused:
            run(desk, "leave", "extend", first, last_day=date(2026, 3, 5), reason="再续")
        assert refused.value.field == "last_day"
        waiting = file(desk, crew["1002"], MORNING, EVENING)
        with pytest.raises(Refusal, match="还没有同意"):
            run(desk, "leave", "extend", waiting, last_day=date(2026, 3, 6), reason="续")


class TestReturn:
    def test_early_return_shortens_the_absence_and_keeps_its_history(
        self, site: Context, desk: Context, crew: Team
    ) -> None:
        slip = file(site, crew["1001"], MORNING, at(6, "17:30"), kind="年休假")
        go_to(site, "2026-03-06 09:00:00")
        sign(site, staff_id=crew["1001"])
        assert standing(site) == []
        assert "2026-03-06 08:30" in run(desk, "leave", "close", slip, returned_at=at(6, "08:30"))
        assert freed(site) == [(MORNING, at(6, "08:30"))]
        assert standing(site) == [Judgement.LATE]
        with site.read() as connection:
            assert connection.execute(select(func.count()).select_from(Leave)).scalar_one() == 1
            links = select(LedgerRow.body).where(LedgerRow.subject == "leave").order_by(LedgerRow.seq)
            told = [json.loads(body)["ends_at"] for body in connection.execute(links).scalars()]
        assert told == ["2026-03-06 17:30:00", "2026-03-06 08:30:00"], "the chain holds what it was"
        assert [row.values["ends_at"] for row in listed(site)] == [at(6, "08:30")]
        with pytest.raises(Refusal, match="已经销假"):
            run(desk, "leave", "close", slip, returned_at=at(6, "08:40"))
        run(site, "leave", "withdraw", slip, reason="登记错人")
        assert (freed(site), words(site)) == ([], ["已撤销"])
        whole(site)

    def test_return_in_time_changes_no_time(self, site: Context, desk: Context, crew: Team) -> None:
        slip = file(site, crew["1001"], MORNING, at(5, "12:00"))
        go_to(site, "2026-03-05 12:00:00")
        run(desk, "leave", "close", slip, returned_at=at(5, "12:00"))
        assert freed(site) == [(MORNING, at(5, "12:00"))]
        with site.read() as connection:
            assert connection.execute(select(func.count()).select_from(Leave)).scalar_one() == 1
        assert "超出" not in load(site, "leave", slip)["course"]
        late = file(site, crew["1002"], MORNING, at(5, "11:59"))
        run(desk, "leave", "close", late, returned_at=at(5, "12:00"))
        assert "超出的时间不计为请假" in load(site, "leave", late)["course"]
        assert freed(site)[-1] == (MORNING, at(5, "11:59"))

    def test_what_cannot_be_is_refused(self, site: Context, desk: Context, crew: Team) -> None:
        waiting = file(desk, crew["1002"], MORNING, EVENING)
        slip = file(site, crew["1001"], MORNING, EVENING)
        go_to(site, "2026-03-05 10:00:00")
        with pytest.raises(Refusal, match="还没有同意"):
            run(desk, "leave", "close", waiting, returned_at=at(5, "10:00"))
        for wrong in (at(5, "08:30"), at(5, "10:01"), None):
            with pytest.raises(Refusal) as refused:
                run(desk, "leave", "close", slip, returned_at=wrong)
            assert refused.value.field == "returned_at"


class TestOpenQuestions:
    def questions(self, ctx: Context, first: int, last: int, today: date) -> list[leave_slips.SlipQuestion]:
        with ctx.read() as connection:
            begins, ends = date(2026, 3, first), date(2026, 3, last)
            plan = duties.load(connection, ctx.regulations, begins, ends)
            return leave_slips.open_questions(connection, plan, begins, ends, today)

    def test_each_lack_is_one_sentence_with_its_clause(self, site: Context, desk: Context, crew: Team) -> None:
        file(desk, crew["1001"], at(6, "08:30"), at(6, "17:30"))
        sick = file(site, crew["1002"], at(6, "08:30"), at(6, "17:30"), kind="病假")
        file(site, crew["1003"], MORNING, EVENING, sealed_on=THURSDAY)
        file(site, crew["1004"], at(6, "08:30"), at(6, "17:30"), kind="公出")
        found = self.questions(site, 1, 31, THURSDAY)
        assert [(each.staff_id, each.day.day) for each in found] == [
            (crew["1001"], 6), (crew["1001"], 6), (crew["1002"], 6), (crew["1003"], 5),
        ]  # fmt: skip
        for each, clause in zip(found, ("T2 二.3", "T2 二.2", "T2 二.6", "T2 二.2"), strict=True):
            assert clause in each.sentence
            assert each.number in each.sentence
        run(desk, "leave", "certify", sick, certificate="医院诊断书", hospital="市一院", hospital_level="市级")
        assert len(self.questions(site, 1, 31, THURSDAY)) == 3
        assert self.questions(site, 7, 31, THURSDAY) == []

    @pytest.mark.parametrize(
        ("back", "handed_in", "left"),
        [(6, "2026-03-09", 0), (6, "2026-03-10", 1), (9, "2026-03-10", 0), (9, "2026-03-11", 1)],
    )
    def test_written_slip_by_the_second_workday_after_the_return(
        self, site: Context, desk: Context, crew: Team, back: int, handed_in: str, left: int
    ) -> None:
        ends = at(back - 1, "17:30") if back == 6 else at(6, "17:30")
        slip = file(site, crew["1001"], MORNING, ends)
        go_to(site, f"{handed_in} 20:00:00")
        run(desk, "leave", "submit", slip, submitted_on=date.fromisoformat(handed_in), sealed_on=THURSDAY)
        found = self.questions(site, 1, 31, date(2026, 3, 20))
        assert len(found) == left
        for each in found:
            assert "逾期，可按旷工处理（T2 二.3）。要按旷工处理请撤销这张请假单。" in each.sentence
            assert words(site) == ["逾期补交"]
            assert each.sentence in self.of_the_month(site)

    def of_the_month(self, ctx: Context) -> list[str]:
        with ctx.read() as connection:
            month = settlement.read(connection, ctx.regulations, 2026, 3, ctx.now())
            return [each.sentence for each in open_questions.of_month(connection, ctx.regulations, month, ctx.now())]

    def test_half_a_day_is_followed_by_the_same_day(self, site: Context, crew: Team) -> None:
        file(site, crew["1001"], MORNING, at(5, "12:00"), sealed_on=THURSDAY)
        assert "2026-03-06" in self.questions(site, 1, 31, THURSDAY)[0].sentence, "back on the 5th, due on the 6th"
        file(site, crew["1002"], MORNING, EVENING, sealed_on=THURSDAY)
        assert "2026-03-09" in self.questions(site, 1, 31, THURSDAY)[1].sentence, "back on the 6th, due on Monday"


class TestWithoutSlip:
    def test_absence_of_old_is_listed_and_can_be_withdrawn(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        grant(site, crew["1001"], "2026-03-05 08:30", "2026-03-05 17:30")
        sign(site, staff_id=crew["1001"])
        (row,) = listed(site, state="已同意", month="2026-03")
        assert (row.id < 0, row.values["state"].word, row.values["consented_by"]) == (True, "已批准", "主管")  # type: ignore[union-attr]
        values = load(site, "leave", row.id)
        offered = [act.key for act in by_slug("leave").acts if act.offered is None or act.offered(values)]
        assert offered == ["withdraw"]
        with pytest.raises(Refusal, match="不能改"):
            save(site, "leave", row.id, **values)
        with pytest.raises(Refusal, match="没有单据"):
            run(site, "leave", "agree", row.id, vendor_agreed_by="钱经理")
        run(site, "leave", "withdraw", row.id, reason="没有请")
        assert (freed(site), words(site), standing(site)) == ([], ["已撤销"], [Judgement.LATE])
        with pytest.raises(Refusal, match="已经撤销"):
            run(site, "leave", "withdraw", row.id, reason="没有请")


DINGTALK = (
    "审批编号", "标题", "审批状态", "审批结果", "发起时间", "完成时间", "发起人工号", "发起人UserID", "发起人姓名",
    "发起人部门", "请假类型", "开始时间", "结束时间", "时长", "请假事由",
)  # fmt: skip


def book(path: Path, *rows: tuple[Any, ...]) -> Path:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def ding(
    number: str, name: str, begins: str, ends: str, *, status: str = "完成", result: str = "同意", **more: str
) -> tuple[str, ...]:
    kind, staff_no = more.get("kind", "年假"), more.get("staff_no", "")
    return (
        number, f"{name}提交的请假", status, result, "2026-03-03 09:00", "2026-03-03 10:30", staff_no, "u1", name,
        "现场", kind, begins, ends, "1天", "探亲",
    )  # fmt: skip


class TestImport:
    def test_dingtalk_twice_changes_nothing(self, site: Context, crew: Team, tmp_path: Path) -> None:
        path = book(
            tmp_path / "请假单据.xlsx",
            DINGTALK,
            ding("202603030001", "王强", "2026-03-05 上午", "2026-03-05 上午"),
            ding("202603030002", "李敏", "2026-03-05 下午", "2026-03-06 下午", kind="事假", staff_no="1002"),
            ding("202603030003", "刘芳", "2026-03-09", "2026-03-10", kind="调休"),
            ding("202603030004", "陈晨", "2026-03-09 09:00", "2026-03-09 11:00", kind="出差", result="拒绝"),
            ding(
                "202603030005",
                "陈晨",
                "2026-03-09 09:00",
                "2026-03-09 11:00",
                kind="闻所未闻",
                status="审批中",
                result="",
            ),
        )
        tried = import_leave(site, path, dry_run=True)
        assert (tried.read, tried.stored, freed(site)) == (5, 3, [])
        done = import_leave(site, path)
        assert (done.stored, done.duplicates, [finding.row for finding in done.rejected]) == (3, 0, [5, 6])
        assert all("不是完成并同意" in finding.reason for finding in done.rejected)
        assert freed(site) == [
            (MORNING, at(5, "13:00")), (at(5, "13:00"), at(6, "17:30")), (at(9, "08:30"), at(10, "17:30")),
        ]  # fmt: skip
        slip = load(site, "leave", listed(site, month="2026-03")[-1].id)
        assert (slip["kind"], slip["archive_no"], slip["vendor_agreed_by"]) == ("年休假", "202603030001", "钉钉审批")
        assert (slip["applied_at"], slip["consented_at"]) == (at(3, "09:00"), at(3, "10:30"))
        before = links(site)
        again = import_leave(site, path)
        assert (again.stored, again.duplicates, links(site)) == (0, 3, before)
        run(site, "leave", "withdraw", slip["id"], reason="没有休")
        before = links(site)
        assert (import_leave(site, path).stored, links(site)) == (0, before), "what was withdrawn does not come back"
        whole(site)

    def test_template_takes_agreed_and_waiting_leave(self, site: Context, crew: Team, tmp_path: Path) -> None:
        import openpyxl

        path = tmp_path / "模板.xlsx"
        write_template("leave", path)
        assert import_leave(site, path).read == 0
        filled = openpyxl.load_workbook(path)
        headings = [cell.value for cell in filled["模板"][1]]
        for values in (
            {"工号": "1001", "姓名": "王强", "类别": "事假", "开始时间": "2026-03-06 08:30",
             "结束时间": "2026-03-06 17:30", "事由": "家中有事", "申请时间": "2026-03-04 15:20", "同意人": "赵敏",
             "盖章日期": "2026-03-04"},
            {"姓名": "李敏", "类别": "病假", "开始时间": "2026-03-06", "结束时间": "2026-03-06", "事由": "发热",
             "医院名称": "市一院", "医院级别": "市级"},
        ):  # fmt: skip
            filled["模板"].append([values.get(heading) for heading in headings])
        filled.save(path)
        done = import_leave(site, path)
        assert (done.stored, done.rejected) == (2, ())
        assert freed(site) == [(at(6, "08:30"), at(6, "17:30"))]
        assert sorted(words(site)) == ["待同意", "手续完备"]
        with site.read() as connection:
            assert connection.execute(select(ImportBatch.what, ImportBatch.rows_stored)).all() == [("leave", 2)]
            assert connection.execute(select(LeaveSlip.hospital_level).order_by(LeaveSlip.id)).scalars().all() == [
                "",
                "市级",
            ]

    def test_who_takes_over_is_read_by_number_or_name(self, site: Context, crew: Team, tmp_path: Path) -> None:
        headings = ("姓名", "类别", "开始时间", "结束时间", "事由", "顶岗人")
        path = book(
            tmp_path / "a.xlsx",
            headings,
            ("王强", "年休假", "2026-03-06", "2026-03-06", "探亲", "1003"),
            ("李敏", "年休假", "2026-03-06", "2026-03-06", "探亲", "吴琼"),
            ("陈晨", "年休假", "2026-03-06", "2026-03-06", "探亲", ""),
        )
        assert import_leave(site, path).rejected == ()
        with site.read() as connection:
            query = select(LeaveSlip.deputy_id).order_by(LeaveSlip.id)
            assert connection.execute(query).scalars().all() == [crew["1003"], crew["1004"], None]
        again = import_leave(site, path)
        assert (again.stored, again.duplicates, again.rejected) == (0, 3, ())

    @pytest.mark.parametrize(
        ("deputy", "words"),
        [
            ("查无此人", "没有登记"),
            ("孙备", "恒通的人"),
            ("王强", "本人"),
            ("李敏", "自己年休假"),
            ("1005", "别人顶岗"),
        ],
    )
    def test_a_deputy_who_cannot_is_a_finding(
        self, site: Context, crew: Team, tmp_path: Path, deputy: str, words: str
    ) -> None:
        day = ("年休假", "2026-03-06", "2026-03-06", "探亲")
        rows = (("李敏", *day, "", "赵敏"), ("刘芳", *day, "1005", ""), ("王强", *day, deputy, ""))
        headings = ("姓名", "类别", "开始时间", "结束时间", "事由", "顶岗人", "同意人")
        done = import_leave(site, book(tmp_path / "a.xlsx", headings, *rows))
        assert (done.stored, [(each.row, each.column) for each in done.rejected]) == (0, [(4, "顶岗人")])
        assert words in done.rejected[0].reason

    @pytest.mark.parametrize(
        ("bad", "column"),
        [
            (("9999", "王强", "事假", "2026-03-09", "2026-03-09", "事"), "工号"),
            (("1001", "李敏", "事假", "2026-03-09", "2026-03-09", "事"), "工号"),
            (("1001", "王强", "玩假", "2026-03-09", "2026-03-09", "事"), "类别"),
            (("1001", "王强", "事假", "2026-02-30", "2026-03-09", "事"), "开始时间"),
            (("1001", "王强", "事假", "2026-03-09", "", "事"), "结束时间"),
            (("1001", "王强", "事假", "2026-03-10", "2026-03-09", "事"), "结束时间"),
            (("1001", "王强", "事假", "2026-03-09", "2026-03-09", ""), "事由"),
            (("1001", "王强", "事假", "2026-03-06 下午", "2026-03-09", "事"), "开始时间"),
            (("", "查无此人", "事假", "2026-03-09", "2026-03-09", "事"), "工号"),
            (("", "", "事假", "2026-03-09", "2026-03-09", "事"), "姓名"),
        ],
    )
    def test_one_bad_row_keeps_the_file_out(
        self, site: Context, crew: Team, tmp_path: Path, bad: tuple[str, ...], column: str
    ) -> None:
        headings = ("工号", "姓名", "类别", "开始时间", "结束时间", "事由")
        good = ("1001", "王强", "事假", "2026-03-06", "2026-03-06", "家中有事")
        before = links(site)
        done = import_leave(site, book(tmp_path / "a.xlsx", headings, good, bad))
        assert (done.stored, [(finding.row, finding.column) for finding in done.rejected]) == (0, [(3, column)])
        assert done.rejected[0].reason.endswith("。")
        assert links(site) == before

    def test_only_the_supervisor_imports_and_headings_are_named(
        self, site: Context, desk: Context, crew: Team, tmp_path: Path
    ) -> None:
        path = book(tmp_path / "a.xlsx", ("工号", "姓名"), ("1001", "王强"))
        with pytest.raises(Refusal, match="主管"):
            import_leave(desk, path)
        with pytest.raises(Refusal, match="开始时间"):
            import_leave(site, path)
        numbers = ("工号", "类别", "开始时间", "结束时间", "事由")
        by_number = book(tmp_path / "b.xlsx", numbers, ("1001", "事假", "2026-03-06", "2026-03-06", "家中有事"))
        assert import_leave(site, by_number).stored == 1
