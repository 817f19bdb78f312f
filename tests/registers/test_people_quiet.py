"""岗位, 班次, 接口人, 日历, 账号 and the times of 请假单 on a real database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from a_site import NOW, PASSWORD
from filled_site import as_role, change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import select

from opsdesk.catalog import by_slug
from opsdesk.models import CalendarDay, Leave, RosterEntry, Shift, StoredVerdict
from opsdesk.register import Query
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import DayKind, Judgement, Role
from opsdesk.services import accounts, calendars
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = NOW.date()
DAY = timedelta(days=1)


def shown(ctx: Context, slug: str, key: str, text: str = "", **filters: Any) -> list[Any]:
    return [row.values[key] for row in by_slug(slug).list(ctx, Query(text, filters)).rows]


def standing_verdicts(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        query = select(StoredVerdict.judgement).where(StoredVerdict.replaced_at.is_(None))
        return list(connection.execute(query).scalars())


class TestPost:
    def test_retired_and_brought_back(self, site: Context) -> None:
        made = save(site, "post", name="值守", duties="一\n二")
        assert load(site, "post", made)["duties"] == "一\n二"
        run(site, "post", "retire", made)
        assert shown(site, "post", "state")[0].word == "已停用"
        run(site, "post", "bring_back", made)
        assert shown(site, "post", "state")[0].word == "在用"
        whole(site)

    def test_name_is_single_and_people_are_counted(self, site: Context) -> None:
        made = save(site, "post", name="值守", duties="")
        new_staff(site, new_vendor(site), post_id=made)
        assert shown(site, "post", "filled") == [1]
        with pytest.raises(Refusal) as refused:
            save(site, "post", name="值守", duties="")
        assert refused.value.field == "name"


class TestShift:
    @pytest.mark.parametrize(
        ("typed", "stored", "form"),
        [
            ("08:30-17:30", "08:30-17:30", "08:30-17:30"),
            ("20：00—次日8:00", "20:00-32:00", "20:00-次日08:00"),
            ("8:00-12:00, 13:30-17:30", "08:00-12:00 13:30-17:30", "08:00-12:00 13:30-17:30"),
            ("20:00-24:00 1:00-8:00", "20:00-24:00 25:00-32:00", "20:00-次日00:00 01:00-次日08:00"),
        ],
    )
    def test_hours_are_read_stored_and_shown(self, site: Context, typed: str, stored: str, form: str) -> None:
        made = save(site, "shift", code="B", name="班", pairs=typed)
        with site.read() as connection:
            assert connection.execute(select(Shift.pairs)).scalar_one() == stored
        assert load(site, "shift", made)["pairs"] == form
        change(site, "shift", made)
        with site.read() as connection:
            assert connection.execute(select(Shift.pairs)).scalar_one() == stored
        whole(site)

    @pytest.mark.parametrize("pairs", ["白天", "08:30", "08:61-17:30", "08:00-12:00 11:00-13:00"])
    def test_what_is_no_shift_is_refused(self, site: Context, pairs: str) -> None:
        with pytest.raises(Refusal) as refused:
            save(site, "shift", code="B", name="班", pairs=pairs)
        assert refused.value.field == "pairs"

    def test_hours_stay_once_the_roster_uses_them(self, site: Context) -> None:
        made = save(site, "shift", code="B", name="白班", pairs="08:30-17:30")
        change(site, "shift", made, pairs="09:00-18:00")
        person = new_staff(site, new_vendor(site))
        entry = save(site, "roster", staff_id=person, day=TODAY, shift_id=made)
        with pytest.raises(Refusal, match="新建一个班次") as refused:
            change(site, "shift", made, pairs="08:30-17:30")
        assert refused.value.field == "pairs"
        change(site, "shift", made, name="日班")
        change(site, "roster", entry, shift_id=0)
        with site.read() as connection:
            assert connection.execute(select(RosterEntry.shift_id)).scalar_one() is None
        change(site, "shift", made, pairs="08:30-17:30")

    @pytest.mark.parametrize(
        ("code", "name", "field"),
        [("b", "别的", "code"), ("C", "白班", "name"), ("白班", "别的", "code"), ("C", "B", "name")],
    )
    def test_code_and_name_are_single_among_both(self, site: Context, code: str, name: str, field: str) -> None:
        save(site, "shift", code="B", name="白班", pairs="08:30-17:30")
        with pytest.raises(Refusal, match="已经登记过") as refused:
            save(site, "shift", code=code, name=name, pairs="08:30-17:30")
        assert refused.value.field == field

    def test_rest_is_no_shift(self, site: Context) -> None:
        for code, name, field in (("休", "班", "code"), ("B", "休息", "name")):
            with pytest.raises(Refusal, match="表示休息") as refused:
                save(site, "shift", code=code, name=name, pairs="08:30-17:30")
            assert refused.value.field == field


class TestContact:
    def test_masked_in_the_list_and_for_readers(self, site: Context) -> None:
        made = save(
            site,
            "contact",
            role="接口人",
            name="赵敏",
            organisation="信息中心",
            phone="13912345678",
            email="zhao@example.com",
        )
        assert shown(site, "contact", "phone") == ["139****5678"]
        assert shown(site, "contact", "email") == ["z****@example.com"]
        assert load(as_role(site, Role.DESK), "contact", made)["email"] == "zhao@example.com"
        seen = load(as_role(site, Role.READER), "contact", made)
        assert (seen["phone"], seen["email"]) == ("139****5678", "z****@example.com")
        run(site, "contact", "retire", made)
        assert shown(site, "contact", "state")[0].word == "已停用"
        run(site, "contact", "bring_back", made)
        whole(site)

    def test_roles_and_mail_are_checked(self, site: Context) -> None:
        good = {"role": "客服专员", "name": "赵敏", "organisation": "信息中心", "email": ""}
        for wrong, field in (
            ({"role": "老板"}, "role"),
            ({"email": "zhao"}, "email"),
            ({"vendor_id": 99}, "vendor_id"),
        ):
            with pytest.raises(Refusal) as refused:
                save(site, "contact", **{**good, **wrong})
            assert refused.value.field == field
        save(site, "contact", **good)
        assert shown(site, "contact", "name", role="客服专员") == ["赵敏"]
        assert shown(site, "contact", "name", role="接口人") == []


class TestCalendar:
    def test_own_day_is_kept_and_found_by_year(self, site: Context) -> None:
        made = save(site, "calendar", day=date(2027, 5, 4), kind="调休放假", name="")
        assert load(site, "calendar", made) == {"day": date(2027, 5, 4), "kind": "调休放假", "name": "调休放假"}
        assert shown(site, "calendar", "name", year=2027) == ["调休放假"]
        assert shown(site, "calendar", "source", year=2027) == ["本年放假通知尚未导入"]
        change(site, "calendar", made, kind="工作日", name="照常")
        with site.read() as connection:
            assert calendars.load(connection).kind(date(2027, 5, 4)) is DayKind.WORKDAY
        whole(site)

    def test_years_say_whether_they_are_announced(self, site: Context) -> None:
        offered = dict(by_slug("calendar").filters[0].options(site))
        assert (offered[2026], offered[2027]) == ("2026 年（已导入）", "2027 年（未导入）")
        assert next(iter(offered)) == 2026

    def test_list_begins_with_this_year(self, site: Context) -> None:
        years = [day.year for day in shown(site, "calendar", "day")]
        assert list(dict.fromkeys(years)) == [2026, 2025]

    def test_a_day_marked_before_is_changed_not_doubled(self, site: Context) -> None:
        first = save(site, "calendar", day=TODAY, kind="调休放假", name="站庆")
        assert save(site, "calendar", day=TODAY, kind="法定假日", name="站庆") == first
        with site.read() as connection:
            assert len(connection.execute(select(CalendarDay.id).where(CalendarDay.day == TODAY)).all()) == 1
        with pytest.raises(Refusal) as refused:
            change(site, "calendar", first, day=TODAY + DAY)
        assert refused.value.field == "day"


class TestAccount:
    def test_created_changed_and_closed(self, site: Context) -> None:
        made = save(site, "account", name="李值班", role="服务台", password="机房门口第三块砖", active=True)
        assert accounts.log_in(site, name="李值班", password="机房门口第三块砖").role is Role.DESK
        assert load(site, "account", made)["password"] == ""
        change(site, "account", made, role="只读")
        assert accounts.log_in(site, name="李值班", password="机房门口第三块砖").role is Role.READER
        change(site, "account", made, active=False)
        with pytest.raises(Refusal):
            accounts.log_in(site, name="李值班", password="机房门口第三块砖")
        whole(site)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"password": ""}, "password"),
            ({"password": "1234567"}, "password"),
            ({"active": False}, "active"),
            ({"role": "自助"}, "role"),
            ({"name": "主管"}, "name"),
        ],
    )
    def test_new_account_is_checked(self, site: Context, wrong: dict[str, Any], field: str) -> None:
        good = {"name": "李值班", "role": "服务台", "password": "机房门口第三块砖", "active": True}
        with pytest.raises(Refusal) as refused:
            save(site, "account", **{**good, **wrong})
        assert refused.value.field == field

    def test_name_stays_and_the_last_supervisor_too(self, site: Context) -> None:
        supervisor = by_slug("account").list(site, Query()).rows[0].id
        with pytest.raises(Refusal) as refused:
            change(site, "account", supervisor, name="王主管")
        assert refused.value.field == "name"
        for last in ({"active": False}, {"role": "服务台"}):
            with pytest.raises(Refusal, match="最后一个"):
                change(site, "account", supervisor, **last)
        assert accounts.log_in(site, name="主管", password=PASSWORD).role is Role.SUPERVISOR

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER])
    def test_others_do_not_even_see_them(self, site: Context, role: Role) -> None:
        other = as_role(site, role)
        with pytest.raises(Refusal, match="主管"):
            by_slug("account").list(other, Query())
        with pytest.raises(Refusal, match="主管"):
            load(other, "account", 1)


class TestLeave:
    @pytest.fixture
    def person(self, site: Context) -> int:
        return new_staff(site, new_vendor(site), arrived_on=TODAY - 10 * DAY)

    def approve(self, ctx: Context, person: int, begins: datetime, ends: datetime, **more: Any) -> int:
        usual = {"kind": "公出", "reason": "去分部取件"}
        return save(ctx, "leave", staff_id=person, begins_at=begins, ends_at=ends, **{**usual, **more})

    def test_approved_after_the_sign_in_and_withdrawn(self, site: Context, person: int) -> None:
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(hours=1)
        sign(site, staff_id=person)
        assert standing_verdicts(site) == [Judgement.LATE]
        made = self.approve(site, person, datetime(2026, 3, 5, 8, 30), datetime(2026, 3, 5, 9, 0))
        assert standing_verdicts(site) == []
        assert shown(site, "leave", "consented_by") == ["主管"]
        run(site, "leave", "withdraw", made, reason="没有去")
        assert standing_verdicts(site) == [Judgement.LATE]
        assert shown(site, "leave", "state")[0].word == "已撤销"
        with pytest.raises(Refusal, match="已经撤销"):
            run(site, "leave", "withdraw", made, reason="再来一次")
        whole(site)

    def test_a_minute_short_of_the_arrival_leaves_a_minute_late(self, site: Context, person: int) -> None:
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(hours=1)
        sign(site, staff_id=person)
        self.approve(site, person, datetime(2026, 3, 5, 8, 30), datetime(2026, 3, 5, 8, 59))
        with site.read() as connection:
            query = select(StoredVerdict.minutes).where(StoredVerdict.replaced_at.is_(None))
            assert connection.execute(query).scalars().all() == [1]

    def test_only_the_supervisor_decides(self, site: Context, person: int) -> None:
        made = self.approve(site, person, datetime(2026, 3, 6, 8, 30), datetime(2026, 3, 6, 12, 0))
        desk = as_role(site, Role.DESK)
        with pytest.raises(Refusal, match="主管"):
            self.approve(desk, person, datetime(2026, 3, 9, 8, 30), datetime(2026, 3, 9, 12, 0), consented_by="李值班")
        filed = self.approve(desk, person, datetime(2026, 3, 9, 8, 30), datetime(2026, 3, 9, 12, 0))
        with pytest.raises(Refusal, match="主管"):
            run(desk, "leave", "consent", filed)
        with pytest.raises(Refusal, match="主管"):
            run(desk, "leave", "withdraw", made, reason="x")

    def test_what_is_approved_stays(self, site: Context, person: int) -> None:
        made = self.approve(site, person, datetime(2026, 3, 6, 8, 30), datetime(2026, 3, 6, 12, 0))
        with pytest.raises(Refusal, match="撤销这一条"):
            change(site, "leave", made, last_time=time(13, 0))
        with site.read() as connection:
            assert connection.execute(select(Leave.ends_at)).scalar_one() == datetime(2026, 3, 6, 12, 0)

    def test_absences_may_touch_but_not_overlap(self, site: Context, person: int) -> None:
        made = self.approve(site, person, datetime(2026, 3, 6, 8, 30), datetime(2026, 3, 6, 12, 0))
        self.approve(site, person, datetime(2026, 3, 6, 12, 0), datetime(2026, 3, 6, 17, 30))
        with pytest.raises(Refusal, match="重叠") as refused:
            self.approve(site, person, datetime(2026, 3, 6, 11, 59), datetime(2026, 3, 6, 12, 0))
        assert refused.value.field == "begins_at"
        run(site, "leave", "withdraw", made, reason="改期")
        self.approve(site, person, datetime(2026, 3, 6, 11, 59), datetime(2026, 3, 6, 12, 0))

    def test_times_make_sense(self, site: Context, person: int) -> None:
        at = datetime(2026, 3, 6, 8, 30)
        with pytest.raises(Refusal) as refused:
            self.approve(site, person, at, at)
        assert refused.value.field == "ends_at"
        self.approve(site, person, at, at + timedelta(minutes=1))
        with pytest.raises(Refusal) as refused:
            self.approve(site, person, at + DAY, at + DAY + timedelta(days=367))
        assert refused.value.field == "ends_at"

    def test_within_the_time_on_site(self, site: Context, person: int) -> None:
        before = datetime.combine(TODAY - 11 * DAY, NOW.time())
        with pytest.raises(Refusal, match="才到场") as refused:
            self.approve(site, person, before, before + timedelta(hours=1))
        assert refused.value.field == "begins_at"
        self.approve(site, person, before + DAY, before + DAY + timedelta(hours=1))
        run(site, "staff", "leave_site", person, day=TODAY, reason="合同到期")
        late = datetime.combine(TODAY + 2 * DAY, NOW.time())
        with pytest.raises(Refusal, match="离场") as refused:
            self.approve(site, person, late, late + timedelta(hours=1))
        assert refused.value.field == "ends_at"

    def test_filtered_by_month_and_state(self, site: Context, person: int) -> None:
        self.approve(site, person, datetime(2026, 3, 31, 20, 0), datetime(2026, 4, 1, 0, 0))
        self.approve(site, person, datetime(2026, 4, 1, 0, 0), datetime(2026, 4, 1, 8, 0), kind="病假")
        assert shown(site, "leave", "kind", month="2026-03") == ["公出"]
        assert shown(site, "leave", "kind", month="2026-04") == ["病假"]
        assert shown(site, "leave", "kind", state="已撤销") == []
