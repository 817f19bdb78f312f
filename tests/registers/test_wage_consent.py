"""工资基数 for the supervisor alone, and the end user's consent to holidays (T1-ATT-02, X28)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from a_site import NOW
from filled_site import as_role, change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import select

from opsdesk.catalog import by_slug
from opsdesk.models import LedgerRow
from opsdesk.register import Query
from opsdesk.rules.clause import Holding
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import calendar_acts, calendars, holiday_consents, wages
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.holiday_consents import Missing

TODAY = NOW.date()
DAY = timedelta(days=1)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def rows(ctx: Context, slug: str, **query: Any) -> list[dict[str, Any]]:
    return [dict(each.values) for each in by_slug(slug).list(ctx, Query(**query)).rows]


class TestWage:
    @pytest.fixture
    def person(self, site: Context) -> int:
        return new_staff(site, new_vendor(site))

    def held(self, ctx: Context, day: date) -> dict[int, Decimal]:
        with ctx.read() as connection:
            return wages.on(connection, day)

    def test_holds_from_its_day_on(self, site: Context, person: int) -> None:
        save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8000")
        save(site, "wage", staff_id=person, holds_from=TODAY + DAY, monthly="8,500.5")
        assert self.held(site, TODAY - DAY) == {}
        assert self.held(site, TODAY) == {person: Decimal("8000.00")}
        assert self.held(site, TODAY + DAY) == {person: Decimal("8500.50")}
        assert [(each["monthly"], each["state"].word) for each in rows(site, "wage")] == [
            ("8500.50", "待执行"),
            ("8000.00", "执行中"),
        ]
        whole(site)

    def test_the_same_day_twice_corrects_that_day(self, site: Context, person: int) -> None:
        first = save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8000.00")
        assert save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8100.00") == first
        assert change(site, "wage", first, monthly="8200") == first
        assert self.held(site, TODAY) == {person: Decimal("8200.00")}
        assert len(rows(site, "wage")) == 1

    @pytest.mark.parametrize("written", ["0.01", "999999.99", "8000", "8000.5"])
    def test_amounts_within_the_limits(self, site: Context, person: int, written: str) -> None:
        made = save(site, "wage", staff_id=person, holds_from=TODAY, monthly=written)
        assert load(site, "wage", made)["monthly"] == f"{Decimal(written):.2f}"

    @pytest.mark.parametrize(
        "written", ["0", "0.00", "-1", "1000000", "999999.991", "8000.005", "八千", "8e3", "1_000", "٣٠٠٠", "nan"]
    )
    def test_what_is_no_amount(self, site: Context, person: int, written: str) -> None:
        with pytest.raises(Refusal) as refused:
            save(site, "wage", staff_id=person, holds_from=TODAY, monthly=written)
        assert refused.value.field == "monthly"

    def test_person_and_day_of_an_entry_stay(self, site: Context, person: int) -> None:
        made = save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8000")
        other = new_staff(site, load(site, "staff", person)["vendor_id"], "V002", "李敏")
        for field, value in (("staff_id", other), ("holds_from", TODAY + DAY)):
            with pytest.raises(Refusal) as refused:
                change(site, "wage", made, **{field: value})
            assert refused.value.field == field

    @pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.KIOSK])
    def test_amounts_are_for_the_supervisor_alone(self, site: Context, person: int, role: Role) -> None:
        made = save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8765.43")
        other = as_role(site, role)
        assert rows(other, "wage")[0]["monthly"] == "＊＊＊"
        assert rows(other, "wage", text="8765") == []
        with pytest.raises(Refusal, match="主管"):
            load(other, "wage", made)
        with pytest.raises(Refusal, match="主管"):
            save(other, "wage", staff_id=person, holds_from=TODAY, monthly="9000")

    def test_the_chain_holds_no_amount(self, site: Context, person: int) -> None:
        save(site, "wage", staff_id=person, holds_from=TODAY, monthly="8765.43")
        with site.read() as connection:
            bodies = connection.execute(select(LedgerRow.body).where(LedgerRow.subject == "wage")).scalars().all()
        assert bodies
        assert not any("8765" in body for body in bodies)
        whole(site)


class TestConsent:
    @pytest.fixture
    def vendor(self, site: Context) -> int:
        return self.contracted(site, new_vendor(site), "HT-1", "T1")

    def contracted(self, ctx: Context, vendor_id: int, number: str, regulation: str, **more: Any) -> int:
        usual = {"begins_on": date(2026, 1, 1), "ends_on": None, "project": "", "penalties": "T2"}
        save(ctx, "contract", vendor_id=vendor_id, number=number, hours=regulation, **{**usual, **more})
        return vendor_id

    def agreed(self, ctx: Context, vendor_id: int, first: date, last: date, **more: Any) -> int:
        usual = {"agreed_by": "赵敏", "agreed_on": TODAY, "evidence": "函 2026-11"}
        return save(ctx, "holiday_consent", vendor_id=vendor_id, first_day=first, last_day=last, **{**usual, **more})

    def missing(self, ctx: Context, first: date, last: date) -> list[Missing]:
        with ctx.read() as connection:
            return holiday_consents.missing(connection, ctx.regulations, calendars.load(connection), first, last)

    def runs(self, ctx: Context, first: date, last: date) -> list[tuple[int, str, str]]:
        return [(each.vendor_id, str(each.first), str(each.last)) for each in self.missing(ctx, first, last)]

    def test_a_holiday_without_consent_is_told_and_no_absence(self, site: Context, vendor: int) -> None:
        """X28: with the consent nothing is said, without it a sentence."""
        (found,) = self.missing(site, *OCTOBER)
        assert found.sentence == (
            "2026-10-01 至 2026-10-07 国庆节：华信没有最终用户同意休息的记录（T1 2.3），请补登；不自动判旷工。"
        )
        assert (found.vendor_id, found.first, found.last) == (vendor, date(2026, 10, 1), date(2026, 10, 7))
        assert found.citation.key == "T1-ATT-02"
        self.agreed(site, vendor, date(2026, 10, 1), date(2026, 10, 7))
        assert self.missing(site, *OCTOBER) == []
        whole(site)

    @pytest.mark.parametrize(
        ("first", "last", "left"),
        [
            (date(2026, 10, 1), date(2026, 10, 6), ("2026-10-07", "2026-10-07")),
            (date(2026, 10, 2), date(2026, 10, 7), ("2026-10-01", "2026-10-01")),
            (date(2026, 10, 1), date(2026, 10, 3), ("2026-10-05", "2026-10-07")),
            (date(2026, 10, 1), date(2026, 10, 4), ("2026-10-05", "2026-10-07")),
        ],
    )
    def test_days_left_out_are_told(
        self, site: Context, vendor: int, first: date, last: date, left: tuple[str, str]
    ) -> None:
        self.agreed(site, vendor, first, last)
        assert self.runs(site, *OCTOBER) == [(vendor, *left)]

    def test_plain_weekends_need_no_consent_and_holidays_stay_apart(self, site: Context, vendor: int) -> None:
        assert self.runs(site, date(2026, 3, 1), date(2026, 3, 31)) == []
        assert self.runs(site, date(2026, 1, 1), date(2026, 6, 30)) == [
            (vendor, "2026-01-01", "2026-01-02"),
            (vendor, "2026-02-16", "2026-02-23"),
            (vendor, "2026-04-05", "2026-04-06"),
            (vendor, "2026-05-01", "2026-05-05"),
            (vendor, "2026-06-19", "2026-06-19"),
        ]

    def test_one_day_is_written_as_one(self, site: Context, vendor: int) -> None:
        (found,) = self.missing(site, date(2026, 6, 1), date(2026, 6, 30))
        assert found.vendor_id == vendor
        assert found.sentence.startswith("2026-06-19 端午节：")

    def test_only_hours_that_ask_for_it(self, site: Context, vendor: int) -> None:
        self.contracted(site, new_vendor(site, "W02", "中科软件", "中科"), "HT-2", "T2")
        new_vendor(site, "W03", "恒通网络", "恒通")  # no contract
        assert [each[0] for each in self.runs(site, *OCTOBER)] == [vendor]

    def test_only_while_the_contract_runs(self, site: Context) -> None:
        vendor = self.contracted(site, new_vendor(site), "HT-1", "T1", ends_on=date(2026, 10, 2))
        assert self.runs(site, *OCTOBER) == [(vendor, "2026-10-01", "2026-10-02")]

    def test_only_while_the_clause_is_in_force(self, site: Context, vendor: int) -> None:
        repealed = site.regulations.amended([("T1-ATT-02", Holding(date(2026, 10, 5), {}, "试验", repealed=True))])
        assert self.runs(site.under(repealed), *OCTOBER) == [(vendor, "2026-10-01", "2026-10-03")]

    def test_the_sites_own_day_of_rest_needs_consent_too(self, site: Context, vendor: int) -> None:
        calendar_acts.set_day(site, day=date(2026, 3, 9), kind=DayKind.DAY_OFF, name="校庆")
        assert self.runs(site, date(2026, 3, 1), date(2026, 3, 31)) == [(vendor, "2026-03-09", "2026-03-09")]

    def test_withdrawn_it_no_longer_counts(self, site: Context, vendor: int) -> None:
        made = self.agreed(site, vendor, date(2026, 10, 1), date(2026, 10, 7))
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "holiday_consent", "withdraw", made, reason="用户改了主意")
        run(site, "holiday_consent", "withdraw", made, reason="用户改了主意")
        assert len(self.missing(site, *OCTOBER)) == 1
        assert rows(site, "holiday_consent")[0]["state"].word == "已撤销"
        with pytest.raises(Refusal, match="已经撤销"):
            run(site, "holiday_consent", "withdraw", made, reason="再撤一次")
        with pytest.raises(Refusal, match="不能改"):
            change(site, "holiday_consent", made, agreed_by="钱进")
        self.agreed(site, vendor, date(2026, 10, 1), date(2026, 10, 7))
        whole(site)

    @pytest.mark.parametrize(("first", "word"), [(TODAY + DAY, "已同意"), (TODAY, "已同意"), (TODAY - DAY, "事后同意")])
    def test_consent_after_the_first_day_counts_and_is_told(
        self, site: Context, vendor: int, first: date, word: str
    ) -> None:
        calendar_acts.set_day(site, day=first, kind=DayKind.STATUTORY, name="试验节")
        assert len(self.runs(site, first, first)) == 1
        self.agreed(site, vendor, first, first)
        assert self.runs(site, first, first) == []
        (seen,) = rows(site, "holiday_consent", filters={"state": word})
        assert (seen["state"].word, seen["holiday"]) == (word, "试验节")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("last_day", date(2026, 9, 30)),
            ("last_day", date(2026, 11, 1)),
            ("agreed_on", TODAY + DAY),
            ("agreed_by", ""),
        ],
    )
    def test_what_cannot_be(self, site: Context, vendor: int, field: str, value: Any) -> None:
        usual = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 7), "agreed_by": "赵敏", "agreed_on": TODAY}
        with pytest.raises(Refusal) as refused:
            save(site, "holiday_consent", vendor_id=vendor, **{**usual, field: value})
        assert refused.value.field == field

    def test_a_month_is_the_longest(self, site: Context, vendor: int) -> None:
        assert self.agreed(site, vendor, *OCTOBER)

    def test_days_agreed_to_are_not_agreed_to_again(self, site: Context, vendor: int) -> None:
        made = self.agreed(site, vendor, date(2026, 10, 1), date(2026, 10, 3))
        with pytest.raises(Refusal, match="已有同意记录"):
            self.agreed(site, vendor, date(2026, 10, 3), date(2026, 10, 7))
        self.agreed(site, vendor, date(2026, 10, 4), date(2026, 10, 7))
        assert change(site, "holiday_consent", made, evidence="邮件 2026-03-05") == made
