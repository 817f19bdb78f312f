"""外包单位 and 合同 on a real database: out of use instead of deleted, and terms that hold from a day on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from a_site import NOW
from filled_site import change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import select

from opsdesk.catalog import by_slug
from opsdesk.models import ContractTerm, StoredVerdict
from opsdesk.register import Chip, Query
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.facts import Terms
from opsdesk.rules.vocabulary import Topic
from opsdesk.services import duties
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = NOW.date()
DAY = timedelta(days=1)
BEGINS = date(2026, 1, 1)


def sign_contract(ctx: Context, vendor_id: int, number: str = "HT-1", **more: Any) -> int:
    usual: dict[str, Any] = {
        "project": "一卡通运维",
        "begins_on": BEGINS,
        "ends_on": date(2026, 12, 31),
        "hours": "T1",
        "penalties": "T2",
    }
    return save(ctx, "contract", vendor_id=vendor_id, number=number, **{**usual, **more})


def terms(ctx: Context, contract_id: int) -> list[tuple[str, str, date]]:
    with ctx.read() as connection:
        query = (
            select(ContractTerm.topic, ContractTerm.regulation, ContractTerm.holds_from)
            .where(ContractTerm.contract_id == contract_id)
            .order_by(ContractTerm.holds_from, ContractTerm.topic)
        )
        return [(row.topic, row.regulation, row.holds_from) for row in connection.execute(query)]


def in_force(ctx: Context, vendor_id: int, day: date) -> Terms:
    with ctx.read() as connection:
        return duties.load(connection, ctx.regulations, day, day).terms_on(vendor_id, day)


def row(ctx: Context, slug: str, text: str = "") -> dict[str, Any]:
    return dict(by_slug(slug).list(ctx, Query(text)).rows[0].values)


class TestVendor:
    def test_list_counts_who_is_on_site_and_what_runs(self, site: Context) -> None:
        vendor = new_vendor(site)
        new_staff(site, vendor, "V001", "甲", arrived_on=TODAY)
        new_staff(site, vendor, "V002", "乙", arrived_on=TODAY + DAY)
        new_staff(site, vendor, "V005", "戊", reserve=True)
        last = new_staff(site, vendor, "V003", "丙")
        run(site, "staff", "leave_site", last, day=TODAY, reason="合同到期")
        gone = new_staff(site, vendor, "V004", "丁")
        run(site, "staff", "leave_site", gone, day=TODAY - DAY, reason="合同到期")
        sign_contract(site, vendor, "HT-1")
        sign_contract(site, vendor, "HT-0", begins_on=date(2025, 1, 1), ends_on=TODAY - DAY)
        seen = row(site, "vendor")
        assert (seen["on_site"], seen["contracts"]) == (2, "HT-1")
        whole(site)

    def test_code_and_name_are_single(self, site: Context) -> None:
        new_vendor(site)
        for values, field in (
            ({"code": "w01", "name": "别的公司"}, "code"),
            ({"code": "W02", "name": "华信系统集成有限公司"}, "name"),
        ):
            with pytest.raises(Refusal, match="已经登记过") as refused:
                save(site, "vendor", short_name="", **values)
            assert refused.value.field == field

    def test_short_name_is_the_name_where_none_is_given(self, site: Context) -> None:
        made = save(site, "vendor", code="W01", name="华信", short_name="")
        assert load(site, "vendor", made)["short_name"] == "华信"

    def test_goes_out_of_use_when_everybody_has_left(self, site: Context) -> None:
        vendor = new_vendor(site)
        person = new_staff(site, vendor)
        with pytest.raises(Refusal, match="还有 1 人没有离场"):
            run(site, "vendor", "retire", vendor, day=TODAY)
        run(site, "staff", "leave_site", person, day=TODAY, reason="合同到期")
        run(site, "vendor", "retire", vendor, day=TODAY)
        page = by_slug("vendor").list(site, Query(filters={"state": "已停用"}))
        assert [each.id for each in page.rows] == [vendor]
        assert page.rows[0].muted
        assert by_slug("vendor").list(site, Query(filters={"state": "在用"})).total == 0
        with pytest.raises(Refusal, match="已经停用"):
            run(site, "vendor", "retire", vendor, day=TODAY)
        run(site, "vendor", "bring_back", vendor)
        assert row(site, "vendor")["state"] == Chip("在用", row(site, "vendor")["state"].tone)
        with pytest.raises(Refusal, match="不需要恢复"):
            run(site, "vendor", "bring_back", vendor)
        whole(site)

    def test_out_of_use_from_tomorrow_is_in_use_today(self, site: Context) -> None:
        vendor = new_vendor(site)
        run(site, "vendor", "retire", vendor, day=TODAY + DAY)
        assert row(site, "vendor")["state"].word == "在用"
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(days=1)
        assert row(site, "vendor")["state"].word == "已停用"


class TestContract:
    def test_choices_follow_from_the_regulations(self, site: Context) -> None:
        offered = {field.key: field.options for field in by_slug("contract").fields if field.options}
        assert [value for value, _ in offered["hours"](site)] == ["T1", "T2", "T3", "E7", "E15"]
        assert [value for value, _ in offered["penalties"](site)] == ["T2", "T3"]
        assert offered["penalties"](site)[-1] == ("T3", "不适用")

    def test_new_contract_holds_from_its_beginning(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        assert terms(site, made) == [("作息", "T1", BEGINS), ("考勤罚则", "T2", BEGINS)]
        assert in_force(site, vendor, BEGINS) == Terms("T1", "T2")
        assert in_force(site, vendor, BEGINS - DAY) == duties.NO_CONTRACT
        seen = row(site, "contract")
        assert (seen["hours"], seen["penalties"], seen["state"].word) == ("T1", "T2", "执行中")
        whole(site)

    def test_change_needs_its_day_and_leaves_the_past(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        with pytest.raises(Refusal, match="从哪一天起") as refused:
            change(site, "contract", made, hours="T2")
        assert refused.value.field == "holds_from"
        change(site, "contract", made, hours="T2", holds_from=TODAY)
        assert terms(site, made) == [
            ("作息", "T1", BEGINS),
            ("考勤罚则", "T2", BEGINS),
            ("作息", "T2", TODAY),
        ]
        assert in_force(site, vendor, TODAY - DAY).hours == "T1"
        assert in_force(site, vendor, TODAY).hours == "T2"
        assert row(site, "contract")["hours"] == "T2"
        assert load(site, "contract", made)["history"].splitlines()[-1] == "2026-03-05 起 作息 T2"
        whole(site)

    def test_same_day_twice_is_that_day_corrected(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site))
        change(site, "contract", made, hours="T2", holds_from=TODAY)
        change(site, "contract", made, hours="T3", holds_from=TODAY)
        assert [term for term in terms(site, made) if term[0] == Topic.HOURS] == [
            ("作息", "T1", BEGINS),
            ("作息", "T3", TODAY),
        ]
        whole(site)

    def test_coming_change_is_shown_when_it_comes(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site))
        change(site, "contract", made, penalties="T3", holds_from=TODAY + DAY)
        assert row(site, "contract")["penalties"] == "T2"
        assert load(site, "contract", made)["penalties"] == "T2"
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(days=1)
        assert row(site, "contract")["penalties"] == "不适用"
        assert load(site, "contract", made)["penalties"] == "T3"

    def test_coming_change_can_be_taken_back_by_its_day(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        change(site, "contract", made, penalties="T3", holds_from=TODAY + DAY)
        change(site, "contract", made, holds_from=TODAY + DAY)  # the form shows today's terms
        assert in_force(site, vendor, TODAY + DAY).penalties == "T2"

    def test_changing_one_topic_leaves_a_coming_change_of_the_other(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        change(site, "contract", made, penalties="T3", holds_from=TODAY + DAY)
        change(site, "contract", made, hours="T2", holds_from=TODAY + DAY)
        assert in_force(site, vendor, TODAY + DAY) == Terms("T2", "T3")

    @pytest.mark.parametrize("day", [BEGINS - DAY, date(2027, 1, 1)])
    def test_change_holds_within_the_contract(self, site: Context, day: date) -> None:
        made = sign_contract(site, new_vendor(site))
        with pytest.raises(Refusal, match="起止日期") as refused:
            change(site, "contract", made, hours="T2", holds_from=day)
        assert refused.value.field == "holds_from"

    @pytest.mark.parametrize("day", [BEGINS, date(2026, 12, 31)])
    def test_first_and_last_day_are_within(self, site: Context, day: date) -> None:
        made = sign_contract(site, new_vendor(site))
        change(site, "contract", made, hours="T2", holds_from=day)
        assert ("作息", "T2", day) in terms(site, made)

    def test_earlier_beginning_takes_the_first_terms_along(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        change(site, "contract", made, begins_on=BEGINS - DAY)
        assert in_force(site, vendor, BEGINS - DAY) == Terms("T1", "T2")
        whole(site)

    def test_ends_not_before_it_begins(self, site: Context) -> None:
        vendor = new_vendor(site)
        with pytest.raises(Refusal) as refused:
            sign_contract(site, vendor, ends_on=BEGINS - DAY)
        assert refused.value.field == "ends_on"
        sign_contract(site, vendor, ends_on=BEGINS)

    def test_stays_with_its_vendor(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site))
        other = new_vendor(site, "W02", "中科软件", "中科")
        with pytest.raises(Refusal) as refused:
            change(site, "contract", made, vendor_id=other)
        assert refused.value.field == "vendor_id"

    def test_number_is_single(self, site: Context) -> None:
        vendor = new_vendor(site)
        sign_contract(site, vendor)
        with pytest.raises(Refusal) as refused:
            sign_contract(site, vendor)
        assert refused.value.field == "number"

    def test_signed_days_are_judged_by_the_new_terms(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor)
        person = new_staff(site, vendor)
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(hours=1)
        sign(site, staff_id=person)

        def cited() -> str:
            with site.read() as connection:
                query = select(StoredVerdict.citations).where(StoredVerdict.replaced_at.is_(None))
                return connection.execute(query).scalar_one()

        assert "T2-ATT-07" in cited()
        change(site, "contract", made, penalties="T3", holds_from=TODAY + DAY)
        assert "T2-ATT-07" in cited()
        change(site, "contract", made, penalties="T3", holds_from=TODAY)
        assert "T2-ATT-07" not in cited()
        whole(site)

    def test_states(self, site: Context) -> None:
        vendor = new_vendor(site)
        sign_contract(site, vendor, "HT-1", begins_on=TODAY, ends_on=TODAY)
        sign_contract(site, vendor, "HT-2", begins_on=TODAY + DAY, ends_on=None)
        sign_contract(site, vendor, "HT-3", ends_on=TODAY - DAY)
        for state, number in (("执行中", "HT-1"), ("未开始", "HT-2"), ("已到期", "HT-3")):
            rows = by_slug("contract").list(site, Query(filters={"state": state, "vendor": vendor})).rows
            assert [(each.values["number"], each.values["state"].word) for each in rows] == [(number, state)]  # type: ignore[union-attr]


class TestTopics:
    """响应, 报告 and 考核: chosen separately, each from a day on, and never asked for."""

    def topics(self, ctx: Context, contract_id: int) -> list[tuple[str, str, date]]:
        return [term for term in terms(ctx, contract_id) if term[0] not in (Topic.HOURS, Topic.PENALTIES)]

    def test_regulations_that_play_a_part_are_offered(self, site: Context) -> None:
        offered = {field.key: field.options for field in by_slug("contract").fields if field.options}
        for key, begins in (("response", "response."), ("reports", "reports."), ("appraisal", "appraisal.")):
            values = [value for value, _ in offered[key](site)]
            assert values[-1] == "不适用"
            assert "T1" in values
            for code in values[:-1]:
                (regulation,) = (each for each in site.regulations.regulations if each.code == code)
                assert any(clause.does.startswith(begins) for clause in regulation.clauses)
        for key in ("hours", "response", "appraisal"):  # everything E19 says of them is left blank (待填)
            assert "E19" not in [value for value, _ in offered[key](site)]

    def test_each_holds_from_its_own_day(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site), response="T1", reports="T1", appraisal=None)
        assert self.topics(site, made) == [("响应", "T1", BEGINS), ("报告", "T1", BEGINS)]
        with pytest.raises(Refusal, match="从哪一天起") as refused:
            change(site, "contract", made, appraisal="T4")
        assert refused.value.field == "holds_from"
        change(site, "contract", made, appraisal="T4", holds_from=TODAY)
        change(site, "contract", made, reports="不适用", holds_from=TODAY + DAY)
        assert self.topics(site, made) == [
            ("响应", "T1", BEGINS),
            ("报告", "T1", BEGINS),
            ("考核", "T4", TODAY),
            ("报告", "不适用", TODAY + DAY),
        ]
        seen = load(site, "contract", made)
        assert (seen["response"], seen["reports"], seen["appraisal"]) == ("T1", "T1", "T4")
        assert isinstance(site.clock, FixedClock)
        site.clock.advance(days=1)
        assert load(site, "contract", made)["reports"] == "不适用"
        assert load(site, "contract", made)["history"].splitlines()[-1] == "2026-03-06 起 报告 不适用"
        whole(site)

    def test_emptied_is_not_applied_from_that_day(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site), response="T1")
        change(site, "contract", made, response=None, holds_from=TODAY)
        assert self.topics(site, made) == [("响应", "T1", BEGINS), ("响应", "不适用", TODAY)]

    def test_left_open_there_is_no_term(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site), response="", reports="不适用", appraisal=None)
        assert self.topics(site, made) == []
        change(site, "contract", made, project="门禁")
        assert self.topics(site, made) == []
        assert load(site, "contract", made)["response"] is None

    def test_who_does_not_speak_of_them_leaves_them(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = sign_contract(site, vendor, response="T1")
        values = {key: value for key, value in load(site, "contract", made).items() if key != "response"}
        save(site, "contract", made, **{**values, "hours": "T2", "holds_from": TODAY})
        assert self.topics(site, made) == [("响应", "T1", BEGINS)]
        assert in_force(site, vendor, TODAY).hours == "T2"

    def test_coming_change_can_be_taken_back_by_its_day(self, site: Context) -> None:
        made = sign_contract(site, new_vendor(site))
        change(site, "contract", made, response="T1", holds_from=TODAY + DAY)
        change(site, "contract", made, holds_from=TODAY + DAY)  # the form shows today's terms: nothing is agreed
        assert self.topics(site, made) == [("响应", "", TODAY + DAY)]
        assert load(site, "contract", made)["history"].splitlines()[-1] == "2026-03-06 起 响应 未约定"

    def test_response_times_are_those_of_t1_unless_the_contract_says_otherwise(self, site: Context) -> None:
        left_open, none, never = (new_vendor(site, f"R{n}", f"单位{n}", f"单{n}") for n in range(3))
        made = sign_contract(site, left_open)
        sign_contract(site, none, number="HT-NONE", response="不适用")
        assert in_force(site, never, TODAY).response == "T1"
        assert in_force(site, left_open, TODAY).response == "T1"
        assert in_force(site, none, TODAY).response == "不适用"
        change(site, "contract", made, response="E10", holds_from=TODAY)
        assert in_force(site, left_open, TODAY - DAY).response == "T1"
        assert in_force(site, left_open, TODAY).response == "E10"
        change(site, "contract", made, response=None, holds_from=TODAY + DAY)
        assert in_force(site, left_open, TODAY + DAY).response == "不适用"

    def test_a_regulation_that_plays_no_part_is_refused(self, site: Context) -> None:
        with pytest.raises(Refusal) as refused:
            sign_contract(site, new_vendor(site), response="T2")
        assert refused.value.field == "response"
