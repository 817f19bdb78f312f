"""Planning a month on a real database: cells, rotations, copies, swaps, and what the roster leaves short."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import team as team_module
from filled_site import as_role, new_staff, run, save, whole
from sqlalchemy import select
from team import Team, go_to, grant

from opsdesk.models import LedgerRow, Post, RosterEntry, RosterSwap, Staff, StoredVerdict
from opsdesk.registers.roster import planning, rotation
from opsdesk.registers.roster.month_plan import MonthPlan, PlannedPerson, month_plan
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.calendar import days
from opsdesk.rules.vocabulary import Judgement, Role
from opsdesk.services import chain, coverage
from opsdesk.services.choices import REST
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)


@pytest.fixture
def team(site: Context) -> Team:
    return team_module.build(site)


@pytest.fixture
def day_shift(site: Context, team: Team) -> int:
    return save(site, "shift", code="D", name="白班", pairs="08:30-17:30")


def entries(ctx: Context, staff_id: int) -> dict[date, int]:
    with ctx.read() as connection:
        query = select(RosterEntry.day, RosterEntry.shift_id).where(RosterEntry.staff_id == staff_id)
        return {row.day: row.shift_id or REST for row in connection.execute(query)}


def all_entries(ctx: Context) -> int:
    with ctx.read() as connection:
        return len(connection.execute(select(RosterEntry.id)).all())


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def verdicts(ctx: Context, staff_id: int) -> list[str]:
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement).where(
            StoredVerdict.replaced_at.is_(None), StoredVerdict.staff_id == staff_id
        )
        return list(connection.execute(query).scalars())


def line(plan: MonthPlan, staff_id: int) -> PlannedPerson:
    return next(each for each in plan.people if each.person.id == staff_id)


class TestCells:
    def test_many_cells_are_one_act(self, site: Context, team: Team, day_shift: int) -> None:
        before = links(site)
        cells = {(team[number], TODAY + n * DAY): day_shift for number in ("1001", "1002") for n in range(3)}
        done = planning.set_cells(site, cells).value
        assert (done.count, set(done.before.values())) == (6, {None})
        with site.read() as connection:
            acts = connection.execute(select(LedgerRow.act).where(LedgerRow.seq > before)).scalars().all()
        assert set(acts) == {"排班"}
        assert planning.set_cells(site, cells).value.count == 0
        assert links(site) == before + len(acts)
        whole(site)

    def test_one_refused_cell_keeps_all_out(self, site: Context, team: Team, day_shift: int) -> None:
        run(site, "staff", "leave_site", team["1002"], day=TODAY, reason="合同到期")
        before, stood = links(site), all_entries(site)
        with pytest.raises(Refusal, match="离场"):
            planning.set_cells(site, {(team["1001"], TODAY): day_shift, (team["1002"], TODAY + DAY): day_shift})
        assert (links(site), all_entries(site)) == (before, stood)

    def test_days_gone_by_are_the_supervisors_and_want_a_reason(
        self, site: Context, team: Team, day_shift: int
    ) -> None:
        yesterday = {(team["1001"], TODAY - DAY): day_shift}
        desk = as_role(site, Role.DESK)
        with pytest.raises(Refusal, match="只有主管"):
            planning.set_cells(desk, yesterday, reason="漏排")
        with pytest.raises(Refusal, match="原因") as refused:
            planning.set_cells(site, yesterday)
        assert refused.value.field == "reason"
        assert planning.set_cells(desk, {(team["1001"], TODAY): day_shift}).value.count == 1
        assert planning.set_cells(site, yesterday, reason="漏排").value.count == 1
        with pytest.raises(Refusal, match="登录"):
            planning.set_cells(as_role(site, Role.READER), {(team["1001"], TODAY): REST})

    def test_taking_back_puts_exactly_back_what_was(self, site: Context, team: Team, day_shift: int) -> None:
        monday, sunday = date(2026, 3, 9), date(2026, 3, 8)
        stood = {number: entries(site, team[number]) for number in ("1001", "2002")}
        cells = {(team["1001"], monday): team.night, (team["1001"], sunday): team.night, (team["2002"], TODAY): REST}
        done = planning.set_cells(site, cells).value
        run(site, "shift", "retire", team.night)  # comes back all the same
        assert planning.take_back(site, done.before).value.sentence == "已撤销 3 格。"
        assert {number: entries(site, team[number]) for number in stood} == stood
        whole(site)

    def test_cleared_cells_are_calendar_and_contract_again(self, site: Context, team: Team, day_shift: int) -> None:
        monday = date(2026, 3, 9)
        untouched = line(month_plan(site, 2026, 3), team["1001"])
        cells = {(team["1001"], monday + n * DAY): shift for n, shift in enumerate((team.night, REST, day_shift))}
        planning.set_cells(site, cells)
        stood = links(site)
        done = planning.set_cells(site, {**dict.fromkeys(cells), (team["1001"], monday + 3 * DAY): None}).value
        assert (done.count, links(site)) == (3, stood + 3)  # the fourth had no entry
        assert done.before == cells
        assert line(month_plan(site, 2026, 3), team["1001"]) == untouched
        whole(site)
        planning.take_back(site, done.before)
        assert entries(site, team["1001"]) == {day: shift for (_, day), shift in cells.items()}
        whole(site)

    def test_clearing_a_day_gone_by_wants_a_reason_and_judges_again(self, site: Context, team: Team) -> None:
        go_to(site, "2026-03-05 09:00:00")
        planning.set_cells(site, {(team["1001"], TODAY): team.night})
        sign(site, staff_id=team["1001"])
        assert verdicts(site, team["1001"]) == []
        planning.set_cells(site, {(team["1001"], TODAY): None})
        assert verdicts(site, team["1001"]) == [Judgement.LATE]
        with pytest.raises(Refusal, match="原因"):
            planning.set_cells(site, {(team["2002"], TODAY - DAY): None})
        assert planning.set_cells(site, {(team["2002"], TODAY - DAY): None}, reason="排错").value.count == 1
        whole(site)


class TestShortRest:
    FRIDAY = date(2026, 3, 13)

    def warned(self, ctx: Context, cells: planning.Cells) -> tuple[str, ...]:
        return tuple(rest.sentence for rest in planning.set_cells(ctx, cells).value.warnings)

    def test_day_after_night_is_told_and_stands(self, site: Context, team: Team, day_shift: int) -> None:
        thursday = {(team["1001"], self.FRIDAY - DAY): team.night}
        sentence = "王强 3月13日 08:00 下夜班，08:30 又上标准班，中间只隔 30 分钟。"
        assert self.warned(site, thursday) == ()  # Friday is only typed now
        told = line(month_plan(site, 2026, 3), team["1001"]).short_rests
        assert [(rest.day, rest.sentence) for rest in told] == [(self.FRIDAY, sentence)]
        assert entries(site, team["1001"]) == {self.FRIDAY - DAY: team.night}
        assert self.warned(site, {(team["1001"], self.FRIDAY): day_shift}) == (sentence.replace("标准班", "白班"),)
        assert self.warned(site, {(team["1001"], self.FRIDAY + 4 * DAY): day_shift}) == ()  # elsewhere: said once
        assert self.warned(site, {(team["1001"], self.FRIDAY): None}) == (sentence,)
        assert self.warned(site, {(team["1001"], self.FRIDAY): REST}) == ()
        assert line(month_plan(site, 2026, 3), team["1001"]).short_rests == ()
        assert [rest.staff_id for rest in month_plan(site, 2026, 3).short_rests] == [team["2002"]]  # from the 5th on

    @pytest.mark.parametrize(
        ("hours", "said"),
        [
            ("16:00-24:00", ""),
            ("16:01-24:00", ""),
            ("15:59-24:00", "只隔 7 小时 59 分钟"),
            ("08:00-16:00", "没有休息"),
            ("07:00-16:00", "两个班重叠"),
        ],
    )
    def test_eight_hours_are_enough(self, site: Context, team: Team, hours: str, said: str) -> None:
        later = save(site, "shift", code="L", name="中班", pairs=hours)
        cells = {(team["1001"], self.FRIDAY): team.night, (team["1001"], self.FRIDAY + DAY): later}
        assert [said in warning for warning in self.warned(site, cells)] == [True] * bool(said)

    def test_over_the_month_and_with_leave(self, site: Context, team: Team, day_shift: int) -> None:
        last = date(2026, 3, 31)
        planning.set_cells(site, {(team["1001"], last): team.night, (team["1002"], last): team.night})
        grant(site, team["1002"], "2026-03-31 20:00:00", "2026-04-01 08:00:00", "病假")
        assert [rest.day for rest in month_plan(site, 2026, 3).short_rests] == [TODAY + DAY]  # that of 2002
        (rest,) = month_plan(site, 2026, 4).short_rests  # 1002 did not work that night
        assert (rest.staff_id, rest.day) == (team["1001"], date(2026, 4, 1))

    def test_a_rotation_and_a_swap_tell_it_too(self, site: Context, team: Team, day_shift: int) -> None:
        monday = date(2026, 3, 9)
        done = planning.apply_pattern(site, [team["1001"]], monday, monday + 3 * DAY, [team.night, day_shift])
        assert [rest.day.day for rest in done.value.warnings] == [10, 12]
        swapped = planning.swap(
            site, first_staff=team["1002"], first_day=TODAY, second_staff=team["2002"], second_day=TODAY, reason="有事"
        )
        assert "李敏 3月6日 08:00 下夜班" in swapped.value.warnings[0].sentence


class TestRotation:
    def test_offsets_run_on_over_the_end_of_the_month(self, site: Context, team: Team, day_shift: int) -> None:
        pattern = [day_shift, day_shift, team.night, team.night, REST, REST]
        crew = [team[number] for number in ("1001", "1002", "1003")]
        first, last = date(2026, 3, 28), date(2026, 4, 4)
        planning.apply_pattern(site, crew, first, last, pattern, 2)
        for place, staff_id in enumerate(crew):
            own = entries(site, staff_id)
            assert [own[day] for day in days(first, last)] == [pattern[(n + 2 * place) % 6] for n in range(8)]
        for day in days(first, last):  # every day one of each
            assert sorted(entries(site, staff_id)[day] for staff_id in crew) == sorted({REST, day_shift, team.night})
        planning.apply_pattern(site, crew, last + DAY, last + 3 * DAY, pattern, 2, begins=first)
        assert entries(site, crew[0])[date(2026, 4, 5)] == pattern[8 % 6]
        whole(site)

    def test_days_off_site_are_left_out_and_said(self, site: Context, team: Team, day_shift: int) -> None:
        run(site, "staff", "leave_site", team["1001"], day=date(2026, 3, 10), reason="合同到期")
        done = planning.apply_pattern(site, [team["1001"]], date(2026, 3, 9), date(2026, 3, 12), [day_shift])
        assert done.value.sentence.endswith("改动 2 格。不在场的 2 格没有排。")
        assert sorted(entries(site, team["1001"])) == [date(2026, 3, 9), date(2026, 3, 10)]

    @pytest.mark.parametrize("length", [0, 367])
    def test_span_has_limits(self, site: Context, team: Team, day_shift: int, length: int) -> None:
        with pytest.raises(Refusal, match="366"):
            planning.apply_pattern(site, [team["1001"]], TODAY, TODAY + (length - 1) * DAY, [day_shift])

    @pytest.mark.parametrize("written", ["D D N N 休 休", "ddnn休休", "白白夜夜休休", "白班，白班、N/夜班 . ."])
    def test_patterns_are_read_however_typed(self, site: Context, team: Team, day_shift: int, written: str) -> None:
        shifts = month_plan(site, 2026, 3).shifts
        wanted = [day_shift, day_shift, team.night, team.night, REST, REST]
        assert rotation.read_pattern(written, shifts) == wanted

    def test_what_is_no_shift_is_named(self, site: Context, team: Team, day_shift: int) -> None:
        shifts = month_plan(site, 2026, 3).shifts
        with pytest.raises(Refusal, match="“中夜”不是班次"):
            rotation.read_pattern("白中夜", shifts)
        offered = rotation.customary(shifts)
        assert ("D D N N 休 休", "两白两夜两休：白白夜夜休休") in offered
        assert not any("中" in words for _, words in offered)
        assert all(rotation.read_pattern(pattern, shifts) for pattern, _ in offered)


class TestCopies:
    def test_week(self, site: Context, team: Team, day_shift: int) -> None:
        crew = (team["1001"], team["1002"])
        week = days(date(2026, 3, 9), date(2026, 3, 15))
        planning.set_cells(site, {(who, day): day_shift if day.weekday() < 5 else REST for who in crew for day in week})
        run(site, "staff", "leave_site", team["1002"], day=date(2026, 3, 17), reason="合同到期")
        planning.set_cells(site, {(team["1001"], date(2026, 3, 18)): team.night})
        done = planning.copy_week(site, date(2026, 3, 19)).value
        assert done.count == 6 + 2
        assert "吴" not in done.sentence
        assert "李敏不在场的 5 格没有复制" in done.sentence
        assert "另外排过的 1 格没有改动" in done.sentence
        own = entries(site, team["1001"])
        assert own[date(2026, 3, 18)] == team.night
        assert own[date(2026, 3, 22)] == REST
        assert max(entries(site, team["1002"])) == date(2026, 3, 17)

    def test_days_gone_by_stay(self, site: Context, team: Team, day_shift: int) -> None:
        last_week = days(date(2026, 2, 23), date(2026, 3, 1))
        planning.set_cells(site, {(team["1001"], day): day_shift for day in last_week}, reason="补录")
        done = planning.copy_week(as_role(site, Role.DESK), TODAY).value
        assert sorted(day for day in entries(site, team["1001"]) if day > date(2026, 3, 1)) == days(
            TODAY, date(2026, 3, 8)
        )
        assert "已经过去的 3 格没有改动" in done.sentence

    def test_nothing_to_copy(self, site: Context, team: Team) -> None:
        before = links(site)
        with pytest.raises(Refusal, match="上周没有排班"):
            planning.copy_week(site, date(2026, 5, 5))
        assert links(site) == before

    def test_month_by_weekday_and_by_day(self, site: Context, team: Team, day_shift: int) -> None:
        one, other = team["1001"], team["1002"]
        march = days(date(2026, 3, 1), date(2026, 3, 31))
        planning.set_cells(
            site,
            {(who, day): team.night if day.weekday() == 0 else day_shift for who in (one, other) for day in march},
            reason="补录",
        )
        done = planning.copy_month(site, 2026, 4, by_weekday=True, staff_ids={one}).value
        april = entries(site, one)
        assert april[date(2026, 4, 6)] == team.night  # first Monday from the first Monday
        assert (date(2026, 4, 30) in april, "4月30日" in done.sentence) == (False, True)  # March has four Thursdays
        assert min(entries(site, other)) == date(2026, 3, 1)
        assert max(entries(site, other)) == date(2026, 3, 31)
        planning.copy_month(site, 2026, 4, by_weekday=False, staff_ids={other})
        assert entries(site, other)[date(2026, 4, 2)] == team.night  # as on 2 March
        assert entries(site, other)[date(2026, 4, 30)] == team.night
        done = planning.copy_month(site, 2026, 5, by_weekday=False, staff_ids={other}).value
        assert "5月31日在上月没有对应的日子" in done.sentence
        whole(site)

    def test_shift_out_of_use_is_not_copied(self, site: Context, team: Team, day_shift: int) -> None:
        planning.set_cells(site, {(team["1001"], date(2026, 3, 9)): day_shift, (team["1001"], date(2026, 3, 10)): REST})
        run(site, "shift", "retire", day_shift)
        done = planning.copy_week(site, date(2026, 3, 16)).value
        assert (done.count, "班次已停用的 1 格没有复制" in done.sentence) == (1, True)


def swap(ctx: Context, one: int, day: date, other: int, second: date, **more: Any) -> str:
    given = {"reason": "家中有事", **more}
    return planning.swap(
        ctx, first_staff=one, first_day=day, second_staff=other, second_day=second, **given
    ).value.sentence


class TestSwap:
    def test_on_one_day_both_are_judged_again(self, site: Context, team: Team, day_shift: int) -> None:
        go_to(site, "2026-03-05 09:00:00")
        sign(site, staff_id=team["1001"])
        assert verdicts(site, team["1001"]) == [Judgement.LATE]
        said = swap(site, team["1001"], TODAY, team["2002"], TODAY)
        assert "王强 3月5日标准班，换赵夜 3月5日夜班" in said
        assert verdicts(site, team["1001"]) == []
        assert entries(site, team["1001"]) == {TODAY: team.night}
        assert TODAY not in entries(site, team["2002"])  # the standard hours are his own too
        with site.read() as connection:
            kept = connection.execute(select(RosterSwap)).mappings().one()
        assert (kept["first_staff_id"], kept["second_day"], kept["by"]) == (team["1001"], TODAY, site.actor.name)
        assert kept["reason"] == "标准班换夜班，家中有事"
        sign(site, staff_id=team["2002"])
        assert verdicts(site, team["2002"]) == [Judgement.LATE]
        whole(site)

    def test_on_two_days_four_cells_change(self, site: Context, team: Team, day_shift: int) -> None:
        tuesday, wednesday = date(2026, 3, 10), date(2026, 3, 11)
        one, other = team["1001"], team["2002"]
        planning.set_cells(
            site,
            {(one, tuesday): day_shift, (one, wednesday): REST, (other, tuesday): REST, (other, wednesday): team.night},
        )
        swap(site, one, tuesday, other, wednesday)
        assert (entries(site, one)[tuesday], entries(site, one)[wednesday]) == (REST, team.night)
        assert (entries(site, other)[tuesday], entries(site, other)[wednesday]) == (day_shift, REST)

    def test_refusals_leave_everything(self, site: Context, team: Team, day_shift: int) -> None:
        one, other = team["1001"], team["2002"]
        before = links(site)
        with pytest.raises(Refusal, match="主管"):
            swap(as_role(site, Role.DESK), one, TODAY, other, TODAY)
        with pytest.raises(Refusal, match="两个人"):
            swap(site, one, TODAY, one, TODAY + DAY)
        with pytest.raises(Refusal, match="原因"):
            swap(site, one, TODAY, other, TODAY, reason=" ")
        with pytest.raises(Refusal, match="班次相同"):
            swap(site, one, TODAY, team["1002"], TODAY)
        with pytest.raises(Refusal, match="赵夜 3月4日自己有班"):
            swap(site, one, TODAY - DAY, other, TODAY)
        with pytest.raises(Refusal, match="3月8日没有班"):
            swap(site, one, date(2026, 3, 8), other, TODAY)
        assert links(site) == before

    def test_who_is_on_leave_takes_over_nothing(self, site: Context, team: Team, day_shift: int) -> None:
        grant(site, team["1001"], "2026-03-05 18:00:00", "2026-03-06 18:00:00")
        before = links(site)
        with pytest.raises(Refusal, match="王强 3月5日事假，不能接班"):
            swap(site, team["1001"], TODAY, team["2002"], TODAY)
        assert links(site) == before


class TestCoverage:
    @pytest.fixture
    def night_needed(self, site: Context, team: Team) -> int:
        with site.read() as connection:
            post = connection.execute(select(Post.id)).scalar_one()
        return save(
            site, "coverage_need", post_id=post, shift_id=team.night, days="每天", need=1, begins_on=TODAY, ends_on=None
        )

    def gaps(self, ctx: Context, last: int = 6) -> list[tuple[int, int]]:
        with ctx.read() as connection:
            found = coverage.gaps(connection, ctx.regulations, date(2026, 3, 1), date(2026, 3, last))
        return [(gap.day.day, gap.there) for gap in found]

    def test_a_night_nobody_works_is_short(self, site: Context, team: Team, night_needed: int) -> None:
        assert self.gaps(site) == [(6, 0)]  # before the 5th nothing is needed, on the 5th 赵夜 is there
        (gap,) = month_plan(site, 2026, 3).gaps[:1]
        assert gap.sentence.startswith("2026-03-06 夜班 网络运维需要 1 人，能到岗 0 人，缺 1 人。")

    def test_leave_on_the_morning_after_makes_the_night_short(
        self, site: Context, team: Team, night_needed: int
    ) -> None:
        grant(site, team["2002"], "2026-03-06 08:00:00", "2026-03-06 12:00:00")  # after the shift
        assert self.gaps(site, 5) == []
        grant(site, team["2002"], "2026-03-06 06:00:00", "2026-03-06 08:00:00")
        assert self.gaps(site, 5) == [(5, 0)]
        gap = month_plan(site, 2026, 3).gaps[0]
        assert "赵夜" in gap.sentence
        assert gap.away == ("赵夜",)

    @pytest.mark.parametrize(
        ("kind", "ends", "there"),
        [("远程办公", "08:00", 1), ("公出", "08:00", 0), ("公出", "07:00", 1), ("病假", "21:00", 0)],
    )
    def test_work_elsewhere(
        self, site: Context, team: Team, night_needed: int, kind: str, ends: str, there: int
    ) -> None:
        day = "2026-03-05" if ends == "21:00" else "2026-03-06"
        grant(site, team["2002"], "2026-03-05 20:00:00", f"{day} {ends}:00", kind)
        assert self.gaps(site, 5) == ([] if there else [(5, 0)])

    def test_a_stand_by_serves_what_the_absent_one_would(self, site: Context, team: Team, night_needed: int) -> None:
        night = {"begins_at": datetime(2026, 3, 5, 20), "ends_at": datetime(2026, 3, 6, 8)}
        with site.transaction("调岗") as tx:
            tx.update(Staff, team["2003"], post_id=tx.insert(Post, name="机动", duties=""))
        slip = save(site, "leave", staff_id=team["2002"], kind="病假", reason="发热", **night)
        assert self.gaps(site, 5) == [(5, 0)]
        run(site, "leave", "withdraw", slip, reason="补顶岗人")
        save(site, "leave", staff_id=team["2002"], kind="病假", reason="发热", deputy_id=team["2003"], **night)
        assert self.gaps(site, 5) == []
        grant(site, team["2003"], "2026-03-05 20:00:00", "2026-03-05 22:00:00")
        assert self.gaps(site, 5) == [(5, 0)], "on leave himself"

    def test_standard_hours_by_kind_of_day(self, site: Context, team: Team, day_shift: int) -> None:
        def needed(kind: str, count: int) -> int:
            return save(
                site, "coverage_need", post_id=0, shift_id=0, days=kind, need=count, begins_on=date(2026, 3, 6),
                ends_on=date(2026, 3, 9),
            )  # fmt: skip

        workdays = needed("工作日", 7)  # 1001–1006 and 2001; 2003 is stand-by
        planning.set_cells(site, {(team["2002"], date(2026, 3, 6)): team.night})
        assert self.gaps(site, 12) == []
        with pytest.raises(Refusal, match="已有工作日的需求"):
            needed("每天", 1)
        weekend = needed("休息日", 1)
        assert weekend != workdays
        assert self.gaps(site, 12) == [(7, 0), (8, 0)]
        planning.set_cells(site, {(team["1001"], date(2026, 3, 7)): day_shift})  # the same hours by another name
        assert self.gaps(site, 12) == [(8, 0)]
        planning.set_cells(site, {(team["1002"], date(2026, 3, 9)): REST, (team["2002"], date(2026, 3, 9)): REST})
        assert self.gaps(site, 12) == [(8, 0), (9, 6)]

    def test_standard_hours_serve_a_shift_of_the_same_hours(self, site: Context, team: Team, day_shift: int) -> None:
        with site.read() as connection:
            post = connection.execute(select(Post.id).where(Post.name == "网络运维")).scalar_one()
        everyday = {"days": "每天", "begins_on": date(2026, 3, 6), "ends_on": date(2026, 3, 8)}
        save(site, "coverage_need", post_id=post, shift_id=day_shift, need=8, **everyday)
        assert self.gaps(site, 9) == [(7, 0), (8, 0)]  # on Friday all but the stand-by work 08:30–17:30
        planning.set_cells(site, {(team["1001"], date(2026, 3, 6)): REST, (team["1002"], date(2026, 3, 6)): day_shift})
        assert self.gaps(site, 6) == [(6, 7)]
        early = save(site, "shift", code="E", name="早班", pairs="08:00-17:30")
        save(site, "coverage_need", post_id=post, shift_id=early, need=1, **everyday)
        assert self.gaps(site, 6) == [(6, 7), (6, 0)]

    def test_form_starts_from_the_law(self, site: Context) -> None:
        from opsdesk.catalog import by_slug

        field = next(each for each in by_slug("coverage_need").fields if each.key == "need")
        assert field.default is not None
        assert field.default(site) == 1
        with pytest.raises(Refusal, match="截止日早于起始日"):
            save(
                site, "coverage_need", post_id=0, shift_id=0, days="每天", need=1, begins_on=TODAY, ends_on=TODAY - DAY
            )
        for wrong in (0, 100):
            with pytest.raises(Refusal, match="整数"):
                save(
                    site, "coverage_need", post_id=0, shift_id=0, days="每天", need=wrong, begins_on=TODAY, ends_on=None
                )


class TestMonth:
    def test_what_holds_with_and_without_entries(self, site: Context, team: Team, day_shift: int) -> None:
        grant(site, team["1001"], "2026-03-10 08:30:00", "2026-03-10 12:00:00")
        planning.set_cells(
            site, {(team["1001"], date(2026, 3, 9)): team.night, (team["1001"], date(2026, 3, 11)): REST}
        )
        plan = month_plan(site, 2026, 3)
        own = line(plan, team["1001"])
        marks = {day.day.day: cell.mark for day, cell in zip(plan.days, own.cells, strict=True)}
        assert [marks[n] for n in (6, 7, 9, 10, 11)] == ["·", "", "N", "·", "休"]
        assert own.cells[9].away == "事假 08:30–12:00"
        assert own.cells[9].kept_away
        assert [own.cells[n].signs for n in (8, 9, 10)] == [("N",), ("△", "·"), ("休",)]
        works = sum(day.works for day in plan.days)
        assert (own.shifts, own.standard, own.rest) == ({team.night: 1}, works - 2, 31 - works + 1)
        stand_by = line(plan, team["2003"])
        assert (stand_by.standard, stand_by.rest, {cell.mark for cell in stand_by.cells}) == (0, 0, {""})
        assert plan.on_duty[9] == 6 + 2 - 1  # a workday: eight are due, one is on leave
        assert plan.on_duty[6] == 0

    def test_who_comes_and_goes_within_the_month(self, site: Context, team: Team) -> None:
        run(site, "staff", "leave_site", team["1001"], day=date(2026, 3, 10), reason="合同到期")
        with site.read() as connection:
            vendor = {person.id: person.vendor_id for person in coverage.duties.people(connection)}[team["1001"]]
        new = new_staff(site, vendor, "1009", "郑新", arrived_on=date(2026, 3, 20))
        plan = month_plan(site, 2026, 3, vendor)
        assert [cell.on_site for cell in line(plan, team["1001"]).cells] == [True] * 10 + [False] * 21
        assert [cell.on_site for cell in line(plan, new).cells] == [False] * 19 + [True] * 12
        assert {each.person.vendor_id for each in plan.people} == {vendor}
        assert len(plan.vendors) == 2
        april = month_plan(site, 2026, 4)
        assert team["1001"] not in [each.person.id for each in april.people]
        assert month_plan(site, 2027, 1).warning.startswith("2027 年放假安排尚未导入")
