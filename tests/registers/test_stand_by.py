"""顶岗: who may stand in, what he owes for it, and what papers of a vendor say of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
import team as team_module
from filled_site import change, load, run, save, whole
from sqlalchemy import select
from team import Team, go_to, grant

from opsdesk.models import LeaveSlip, Staff, StoredVerdict
from opsdesk.registers.month.workbook import vendor_workbook
from opsdesk.registers.roster.documents import month_sheet
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.facts import Duty
from opsdesk.rules.vocabulary import Judgement, State
from opsdesk.services import attendance, duties
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

FRIDAY = date(2026, 3, 6)


@pytest.fixture
def crew(site: Context) -> Team:
    """The team with a second stand-by (2004 周备) and all of one vendor but 1001 to 1003."""
    made = team_module.build(site)
    with site.transaction("调人") as tx:
        kept = tx.connection.execute(select(Staff.__table__).where(Staff.id == made["2003"])).mappings().one()
        for number in ("1004", "1005", "1006"):
            tx.update(Staff, made[number], vendor_id=kept["vendor_id"])
        other = {**kept, "staff_no": "2004", "name": "周备", "pin": None}
        other.pop("id")
        made.ids["2004"] = tx.insert(Staff, **other)
    return made


def at(clock: str, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))


def away(ctx: Context, person: int, deputy: int | None, begins: str = "08:30", ends: str = "17:30", **more: Any) -> int:
    usual = {"kind": "年休假", "reason": "探亲", "begins_at": at(begins), "ends_at": at(ends)}
    return save(ctx, "leave", staff_id=person, deputy_id=deputy, **{**usual, **more})


def owed(ctx: Context, person: int, day: date = FRIDAY, *, alone: bool = True) -> Duty | None:
    with ctx.read() as connection:
        plan = duties.load(connection, ctx.regulations, day, day, (person,) if alone else None)
        return plan.duty(duties.people(connection, ids=(person,))[0], day)


def told(duty: Duty | None) -> tuple[str, list[str]] | None:
    return (duty.shift, [f"{pair.begins:%H:%M}-{pair.ends:%H:%M}" for pair in duty.pairs]) if duty else None


def state(ctx: Context, person: int) -> State:
    with ctx.read() as connection:
        (found,) = attendance.read(connection, ctx.regulations, FRIDAY, FRIDAY, ctx.now(), (person,))
    return found.result.state


def standing(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None))
        return list(connection.execute(query).scalars())


def old_slip(ctx: Context, person: int, deputy: int) -> None:
    """A slip as it was filed before deputies were looked at."""
    slip = away(ctx, person, None)
    with ctx.transaction("旧单") as tx:
        tx.update(LeaveSlip, slip, deputy_id=deputy)


class TestWhoMay:
    def no(self, ctx: Context, person: int, deputy: int, words: str, **more: Any) -> None:
        with pytest.raises(Refusal, match=words) as refused:
            away(ctx, person, deputy, **more)
        assert refused.value.field == "deputy_id"
        assert str(refused.value).endswith("请换一个人。")

    def test_nobody_of_another_vendor(self, site: Context, crew: Team) -> None:
        self.no(site, crew["1001"], crew["2003"], "孙备是恒通的人，不能给华信的王强顶岗")
        slip = away(site, crew["1001"], crew["1002"], consented_by="")
        with pytest.raises(Refusal, match="恒通的人"):
            change(site, "leave", slip, deputy_id=crew["2003"])
        assert load(site, "leave", slip)["deputy_id"] == crew["1002"]

    def test_nobody_who_has_left_or_is_still_to_come(self, site: Context, crew: Team) -> None:
        run(site, "staff", "leave_site", crew["2003"], day=FRIDAY, reason="合同到期")
        with site.transaction("到场") as tx:
            tx.update(Staff, crew["2004"], arrived_on=date(2026, 3, 9))
        self.no(
            site, crew["2001"], crew["2003"], "2026-03-06 离场，2026-03-09 不能", ends_at=at("17:30", date(2026, 3, 9))
        )
        self.no(site, crew["2001"], crew["2004"], "2026-03-09 才到场，2026-03-06 不能")
        away(site, crew["2001"], crew["2003"])
        away(
            site,
            crew["1004"],
            crew["2004"],
            begins_at=at("08:30", date(2026, 3, 9)),
            ends_at=at("17:30", date(2026, 3, 9)),
        )

    def test_a_last_day_by_night_ends_on_the_next(self, site: Context, crew: Team) -> None:
        run(site, "staff", "leave_site", crew["2003"], day=date(2026, 3, 5), reason="合同到期")
        away(site, crew["2002"], crew["2003"], begins_at=at("20:00", date(2026, 3, 5)), ends_at=at("08:00"))
        assert told(owed(site, crew["2003"], date(2026, 3, 5))) == ("顶岗（赵夜）", ["20:00-08:00"])

    def test_nobody_on_leave_himself_at_that_time(self, site: Context, crew: Team) -> None:
        grant(site, crew["2003"], "2026-03-06 08:30:00", "2026-03-06 12:00:00", "病假")
        self.no(site, crew["2001"], crew["2003"], "孙备自己病假", begins="11:59")
        away(site, crew["2001"], crew["2003"], begins="12:00")
        grant(site, crew["2004"], "2026-03-06 08:30:00", "2026-03-06 10:30:00", "公出")
        self.no(site, crew["1004"], crew["2004"], "自己公出", ends="10:30")
        away(site, crew["1004"], crew["2004"], ends="10:31")

    def test_nobody_who_stands_in_elsewhere_at_that_time(self, site: Context, crew: Team) -> None:
        first = away(site, crew["2001"], crew["2003"], ends="13:00", consented_by="")
        self.no(site, crew["1004"], crew["2003"], "已给陈晨顶岗（QJ-202603-001）", begins="12:59")
        away(site, crew["1004"], crew["2003"], begins="13:00")
        change(site, "leave", first, reason="改事由")
        run(site, "leave", "refuse", first, reason="不准")
        away(site, crew["1005"], crew["2003"], ends="13:00")

    def test_an_extension_does_without_a_deputy_who_cannot(self, site: Context, crew: Team) -> None:
        slip = away(site, crew["2001"], crew["2003"])
        monday = date(2026, 3, 9)
        away(site, crew["1004"], crew["2003"], begins_at=at("08:30", monday), ends_at=at("17:30", monday))
        said = run(site, "leave", "extend", slip, last_day=monday, reason="续")
        assert "续假单没有写顶岗人：孙备这段时间已给吴琼顶岗" in said
        assert (load(site, "leave", slip)["deputy_id"], load(site, "leave", slip + 2)["deputy_id"]) == (
            crew["2003"],
            None,
        )
        other = away(site, crew["1005"], crew["2004"])
        run(site, "leave", "extend", other, last_day=monday, reason="续")
        assert load(site, "leave", other + 1)["deputy_id"] == crew["2004"]


class TestWhatHeOwes:
    def test_his_own_absence_counts_while_he_stands_in(self, site: Context, crew: Team) -> None:
        away(site, crew["2001"], crew["2003"])
        grant(site, crew["2003"], "2026-03-06 08:30:00", "2026-03-06 10:30:00", "公出")
        go_to(site, "2026-03-06 10:25:00")
        sign(site, staff_id=crew["2003"])
        assert standing(site) == []

    def test_leave_of_the_whole_cover_is_leave(self, site: Context, crew: Team) -> None:
        away(site, crew["2001"], crew["2003"])
        go_to(site, "2026-03-06 18:00:00")
        assert state(site, crew["2003"]) is State.DUE
        grant(site, crew["2003"], "2026-03-06 08:30:00", "2026-03-06 17:30:00", "病假")
        assert state(site, crew["2003"]) is State.ON_LEAVE

    def test_several_covers_of_a_day_are_one_duty(self, site: Context, crew: Team) -> None:
        away(site, crew["2001"], crew["2003"], ends="12:00")
        away(site, crew["1004"], crew["2003"], begins="14:00")
        assert told(owed(site, crew["2003"])) == ("顶岗（陈晨、吴琼）", ["08:30-12:00", "14:00-17:30"])
        away(site, crew["1005"], crew["2003"], begins="12:00", ends="13:00")
        assert told(owed(site, crew["2003"])) == ("顶岗（陈晨、买买提·艾力江、吴琼）", ["08:30-13:00", "14:00-17:30"])

    def test_a_stand_by_stands_in_for_a_stand_by(self, site: Context, crew: Team) -> None:
        away(site, crew["2001"], crew["2003"])
        assert owed(site, crew["2004"]) is None
        go_to(site, "2026-03-06 08:45:00")
        sign(site, staff_id=crew["2004"])
        assert standing(site) == []
        away(site, crew["2003"], crew["2004"], ends="10:00")
        for alone in (True, False):
            assert told(owed(site, crew["2004"], alone=alone)) == ("顶岗（孙备）", ["08:30-10:00"])
        assert standing(site) == [Judgement.LATE]
        run(site, "leave", "withdraw", 1, reason="不请了")
        assert owed(site, crew["2004"]) is None
        assert standing(site) == [], "who stands in for the stand-by is judged again as well"
        whole(site)

    def test_a_ring_of_stand_bys_ends(self, site: Context, crew: Team) -> None:
        old_slip(site, crew["2003"], crew["2004"])
        old_slip(site, crew["2004"], crew["2003"])
        assert owed(site, crew["2003"]) is None
        away(site, crew["2001"], None)
        with site.transaction("旧单") as tx:
            tx.update(LeaveSlip, 3, deputy_id=crew["2003"])
        assert told(owed(site, crew["2003"])) == ("顶岗（陈晨）", ["08:30-17:30"])
        assert told(owed(site, crew["2004"])) == ("顶岗（孙备）", ["08:30-17:30"])


class TestPapersOfAVendor:
    def test_another_vendors_people_are_not_named(self, site: Context, crew: Team) -> None:
        old_slip(site, crew["1001"], crew["2003"])
        old_slip(site, crew["2001"], crew["2004"])
        go_to(site, "2026-03-07 08:00:00")
        texts = {}
        with site.read() as connection:
            vendors = {each.vendor: each.vendor_id for each in duties.people(connection)}
        for name, vendor_id in vendors.items():
            sheets = [*vendor_workbook(site, 2026, 3, vendor_id), month_sheet(site, 2026, 3, vendor_id=vendor_id)]
            texts[name] = "".join(repr((sheet.body, sheet.notes)) for sheet in sheets)
        assert "王强" not in texts["恒通"]
        assert "孙备" not in texts["华信"]
        assert "'顶岗'" in texts["恒通"]
        assert "顶岗（陈晨）" in texts["恒通"]
        assert "年休假 全天，周备顶岗" in texts["恒通"]
        assert "王强 3月6日 年休假 全天，有人顶岗" in texts["华信"]
        assert "孙备顶岗" in "".join(month_sheet(site, 2026, 3).notes), "the site itself reads the name"
