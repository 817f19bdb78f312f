"""设备台账, 领用归还, 设备进出, 移动介质, 停机变更 and 备份告知 on a real database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import filled_equipment as made
import pytest
from filled_site import as_role, change, load, run, save, whole
from sqlalchemy import select
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.models import Asset, AssetIssue, ChangeRequest, EquipmentMove, MediaCheck
from opsdesk.register import Query, Row
from opsdesk.rules.clause import Holding
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def rows(ctx: Context, slug: str, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug(slug).list(ctx, Query(text, filters)).rows)


def words(ctx: Context, slug: str, **filters: Any) -> list[str]:
    return [row.values["state"].word for row in rows(ctx, slug, **filters)]  # type: ignore[union-attr]


def stored(ctx: Context, model: Any, record_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return dict(connection.execute(select(model.__table__).where(model.id == record_id)).mappings().one())


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def offered(ctx: Context, slug: str, record_id: int) -> set[str]:
    values = load(ctx, slug, record_id)
    return {act.key for act in by_slug(slug).acts if act.offered is None or act.offered(values)}


def each_state_is_found(ctx: Context, slug: str) -> None:
    """Every state of the filter finds the rows that show it, and no other."""
    (states,) = (each for each in by_slug(slug).filters if each.key == "state")
    shown = words(ctx, slug)
    for word, _ in states.options(ctx):
        assert words(ctx, slug, state=word) == [each for each in shown if each.split()[0] == word], word


class TestAsset:
    def test_price_is_kept_in_fen_and_shown_in_yuan(self, site: Context) -> None:
        for typed, fen, shown in (
            ("12,800.5", 1280050, "12800.50"), ("￥0.01", 1, "0.01"), ("300 元", 30000, "300.00"), ("", None, ""),
        ):  # fmt: skip
            asset = made.asset(site, f"ZC-{fen}", value=typed)
            assert stored(site, Asset, asset)["value_fen"] == fen
            assert load(site, "asset", asset)["value"] == shown

    @pytest.mark.parametrize("typed", ["一千", "12.345", "-5", "1e3", "1.2.3"])
    def test_what_is_no_price_is_refused(self, site: Context, typed: str) -> None:
        with pytest.raises(Refusal, match="最多两位小数") as refused:
            made.asset(site, "ZC-1", value=typed)
        assert refused.value.field == "value"

    def test_number_belongs_to_one_asset_capitals_or_not(self, site: Context) -> None:
        first = made.asset(site, "ZC-001")
        with pytest.raises(Refusal, match="已经登记过") as refused:
            made.asset(site, "zc-001")
        assert refused.value.field == "asset_no"
        change(site, "asset", first, asset_no="zc-001")
        assert stored(site, Asset, first)["asset_no"] == "zc-001"

    def test_state_of_a_new_asset_follows_its_user(self, site: Context) -> None:
        assert load(site, "asset", made.asset(site, "A1"))["state"] == "闲置"
        assert load(site, "asset", made.asset(site, "A2", user="刘芳"))["state"] == "在用"
        assert load(site, "asset", made.asset(site, "A3", state="在用"))["state"] == "在用"
        assert load(site, "asset", made.asset(site, "A4", state="维修"))["state"] == "维修"
        with pytest.raises(Refusal, match="借用单") as refused:
            made.asset(site, "A5", state="借出")
        assert refused.value.field == "state"

    def test_form_changes_only_between_used_and_spare(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        change(site, "asset", asset, state="在用")
        assert load(site, "asset", asset)["state"] == "在用"
        for state, way in (("维修", "报修"), ("报废", "报废"), ("借出", "借用单")):
            with pytest.raises(Refusal, match=way) as refused:
                change(site, "asset", asset, state=state)
            assert refused.value.field == "state"

    def test_warranty_does_not_end_before_the_purchase(self, site: Context) -> None:
        made.asset(site, "A1", bought_on=TODAY, warranty_until=TODAY)
        with pytest.raises(Refusal) as refused:
            made.asset(site, "A2", bought_on=TODAY, warranty_until=TODAY - DAY)
        assert refused.value.field == "warranty_until"

    def test_given_out_and_back(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        assert "give_back" not in offered(site, "asset", asset)
        said = run(site, "asset", "issue", asset, taken_by="王强", unit="华信", purpose="驻场办公", place="运维室")
        assert said == "A1 笔记本电脑已由王强领用。"
        kept = load(site, "asset", asset)
        assert [kept[key] for key in ("state", "user", "dept", "place")] == ["在用", "王强", "华信", "运维室"]
        assert "王强（华信）领用：驻场办公，还没有归还。" in kept["history"]
        assert {"issue", "scrap"} & offered(site, "asset", asset) == set()
        with pytest.raises(Refusal, match="已由王强领用"):
            run(site, "asset", "issue", asset, taken_by="李敏", purpose="备用")
        with pytest.raises(Refusal, match="先办理归还") as refused:
            change(site, "asset", asset, user="李敏")
        assert refused.value.field == "user"
        assert run(site, "asset", "give_back", asset, outcome="完好").endswith("现在是闲置。")
        kept = load(site, "asset", asset)
        assert (kept["state"], kept["user"], kept["repairs"]) == ("闲置", "", "")
        with pytest.raises(Refusal, match="已经归还过"):
            run(site, "asset", "give_back", asset, outcome="完好")
        whole(site)

    @pytest.mark.parametrize(("outcome", "state"), [("损坏", "维修"), ("丢失", "报废")])
    def test_damage_and_loss_need_a_word_and_change_the_state(self, site: Context, outcome: str, state: str) -> None:
        asset = made.asset(site, "A1")
        run(site, "asset", "issue", asset, taken_by="王强", purpose="驻场办公")
        with pytest.raises(Refusal, match=r"E7 三\.2") as refused:
            run(site, "asset", "give_back", asset, outcome=outcome)
        assert refused.value.field == "note"
        run(site, "asset", "give_back", asset, outcome=outcome, note="出差途中，王强赔偿")
        kept = load(site, "asset", asset)
        assert kept["state"] == state
        assert kept["repairs"] == f"2026-03-05 归还时{outcome}：出差途中，王强赔偿"
        assert load(site, "asset_issue", 1)["condition"] == f"{outcome}：出差途中，王强赔偿"

    def test_given_back_from_the_list_of_what_is_out(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        run(site, "asset", "issue", asset, taken_by="王强", purpose="驻场办公")
        assert words(site, "asset_issue") == ["领用中"]
        run(site, "asset_issue", "give_back", 1, outcome="完好", checked_by="刘芳")
        assert words(site, "asset_issue") == ["已归还"]
        assert load(site, "asset_issue", 1)["checked_by"] == "刘芳"
        run(site, "asset", "issue", asset, taken_by="李敏", purpose="备用")
        with pytest.raises(Refusal, match="已经归还过"):
            run(site, "asset_issue", "give_back", 1, outcome="完好")
        assert stored(site, AssetIssue, 2)["returned_at"] is None
        each_state_is_found(site, "asset_issue")
        assert [len(rows(site, "asset_issue", month=month)) for month in ("2026-03", "2026-02")] == [2, 0]

    def test_times_of_issue_and_return_do_not_cross(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        at = datetime(2026, 3, 4, 9)
        with pytest.raises(Refusal, match="还没有到"):
            run(site, "asset", "issue", asset, taken_by="王强", purpose="备用", issued_at=datetime(2026, 3, 5, 8, 1))
        run(site, "asset", "issue", asset, taken_by="王强", purpose="备用", issued_at=at)
        with pytest.raises(Refusal) as refused:
            run(site, "asset", "give_back", asset, outcome="完好", returned_at=at - MINUTE)
        assert refused.value.field == "returned_at"
        run(site, "asset", "give_back", asset, outcome="完好", returned_at=at)
        with pytest.raises(Refusal) as refused:
            run(site, "asset", "issue", asset, taken_by="王强", purpose="备用", issued_at=at - MINUTE)
        assert refused.value.field == "issued_at"
        run(site, "asset", "issue", asset, taken_by="王强", purpose="备用", issued_at=at)

    def test_repairs_scrapping_and_back(self, site: Context) -> None:
        asset = made.asset(site, "A1", user="刘芳")
        run(site, "asset", "fault", asset, reason="风扇异响")
        assert offered(site, "asset", asset) == {"repaired", "scrap"}
        with pytest.raises(Refusal, match="现在是维修"):
            run(site, "asset", "fault", asset, reason="又坏")
        run(site, "asset", "repaired", asset, reason="换风扇")
        assert load(site, "asset", asset)["state"] == "在用"
        for role in (Role.DESK, Role.READER):
            with pytest.raises(Refusal, match="主管"):
                run(as_role(site, role), "asset", "scrap", asset, reason="老旧")
        run(site, "asset", "scrap", asset, reason="老旧")
        kept = load(site, "asset", asset)
        assert (kept["state"], kept["user"]) == ("报废", "")
        assert offered(site, "asset", asset) == {"restore"}
        run(site, "asset", "restore", asset, reason="误报废")
        kept = load(site, "asset", asset)
        assert kept["state"] == "闲置"
        assert kept["repairs"].split("\n") == [
            "2026-03-05 报修：风扇异响", "2026-03-05 修复：换风扇", "2026-03-05 报废：老旧",
            "2026-03-05 恢复使用：误报废",
        ]  # fmt: skip
        whole(site)

    def test_broken_while_given_out_stays_broken_when_it_comes_back(self, site: Context) -> None:
        asset = made.asset(site, "A1")
        run(site, "asset", "issue", asset, taken_by="王强", purpose="备用")
        run(site, "asset", "fault", asset, reason="不能开机")
        with pytest.raises(Refusal, match="王强手里"):
            run(site, "asset", "scrap", asset, reason="修不好")
        run(site, "asset", "give_back", asset, outcome="完好")
        assert load(site, "asset", asset)["state"] == "维修"

    def test_list_is_narrowed_by_state_category_and_words(self, filled: Context) -> None:
        each_state_is_found(filled, "asset")
        numbers = {row.values["asset_no"] for row in rows(filled, "asset", category="仪表")}
        assert numbers == {"ZC-004", "ZC-007"}
        assert [row.values["asset_no"] for row in rows(filled, "asset", "投影 %_")] == ["ZC-003"]
        assert rows(filled, "asset")[-1].values["asset_no"] == "ZC-005"  # written off


class TestMove:
    def test_number_state_and_what_the_ledger_fills_in(self, site: Context) -> None:
        asset = made.asset(site, "ZC-001", serial="SN1")
        move = made.move(site, asset_id=asset, name="", model="", direction="出", reason="维修")
        kept = load(site, "equipment_move", move)
        assert [kept[key] for key in ("number", "name", "model", "serial", "asset_no")] == [
            "SB-202603-001", "笔记本电脑", "示例牌 T14", "SN1", "ZC-001",
        ]  # fmt: skip
        assert words(site, "equipment_move") == ["待批准"]
        assert "出" in load(site, "asset", asset)["history"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"due_on": date(2026, 3, 4)}, "due_on"),
            ({"quantity": 0}, "quantity"),
            ({"quantity": 1000}, "quantity"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, site: Context, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(Refusal) as refused:
            made.move(site, **changes)
        assert refused.value.field == field
        made.move(site, due_on=date(2026, 3, 5), quantity=999)

    def test_one_asset_is_one_piece(self, site: Context) -> None:
        asset = made.asset(site, "ZC-001")
        with pytest.raises(Refusal) as refused:
            made.move(site, asset_id=asset, quantity=2)
        assert refused.value.field == "quantity"

    def test_power_and_the_way_out_need_approval_before(self, site: Context) -> None:
        inward = made.move(site, powered=True)
        out = made.move(site, direction="出", reason="报废")
        plain = made.move(site)
        told = {each: load(site, "equipment_move", each)["told"] for each in (inward, out, plain)}
        assert "加电时没有批准。依据 E7 三.1。" in told[inward]
        assert "出机房时没有批准。依据 E1 一.6。" in told[out]
        assert "依据" not in told[plain]
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "equipment_move", "approve", out)
        go_to(site, "2026-03-05 08:00:01")
        late = run(site, "equipment_move", "approve", out)
        assert "08:00 才批准。依据 E1 一.6。" in late
        assert run(site, "equipment_move", "approve", inward, approved_at=datetime(2026, 3, 5, 8)) == (
            "SB-202603-001 已批准。"
        )
        assert "依据" not in load(site, "equipment_move", inward)["told"]
        with pytest.raises(Refusal, match="已经批准"):
            run(site, "equipment_move", "approve", inward)
        with pytest.raises(Refusal, match="不能改"):
            change(site, "equipment_move", inward, name="别的")

    def test_new_device_without_instructions_is_told(self, site: Context) -> None:
        move = made.move(site, reason="新装")
        assert "注意事项。依据 E1 二.4。" in load(site, "equipment_move", move)["told"]
        change(site, "equipment_move", move, instructions="每季度除尘")
        assert "E1 二.4" not in load(site, "equipment_move", move)["told"]

    def test_overdue_from_the_next_day_on_and_back(self, site: Context) -> None:
        move = made.move(site, direction="出", reason="借出", due_on=date(2026, 3, 10))
        run(site, "equipment_move", "approve", move)
        assert words(site, "equipment_move") == ["已批准"]
        go_to(site, "2026-03-10 23:59:59")
        assert words(site, "equipment_move") == ["今日应还"]
        go_to(site, "2026-03-11 00:00:00")
        assert words(site, "equipment_move") == ["逾期 1 天"]
        assert words(site, "equipment_move", state="逾期") == ["逾期 1 天"]
        assert rows(site, "equipment_move")[0].values["missed"] == ""
        with pytest.raises(Refusal) as refused:
            run(site, "equipment_move", "give_back", move, returned_on=date(2026, 3, 4))
        assert refused.value.field == "returned_on"
        with pytest.raises(Refusal, match="还没有到"):
            run(site, "equipment_move", "give_back", move, returned_on=date(2026, 3, 12))
        assert run(site, "equipment_move", "give_back", move) == "SB-202603-001 已归还，逾期 1 天。"
        assert words(site, "equipment_move") == ["已归还"]
        assert rows(site, "equipment_move")[0].values["missed"] == "逾期 1 天"
        with pytest.raises(Refusal, match="已经归还"):
            run(site, "equipment_move", "give_back", move)
        whole(site)

    def test_void_keeps_the_number_and_asks_nothing_more(self, site: Context) -> None:
        move = made.move(site, direction="出")
        run(site, "equipment_move", "void", move, reason="登记错了")
        kept = load(site, "equipment_move", move)
        assert (kept["remarks"], "依据" in kept["told"]) == ("作废：登记错了", False)
        assert offered(site, "equipment_move", move) == set()
        for act in ("approve", "give_back", "void"):
            with pytest.raises(Refusal, match="已经作废"):
                run(site, "equipment_move", act, move, reason="再来")
        assert load(site, "equipment_move", made.move(site))["number"] == "SB-202603-002"

    def test_states_of_the_filter(self, filled: Context) -> None:
        each_state_is_found(filled, "equipment_move")
        assert len({word.split()[0] for word in words(filled, "equipment_move")}) == 5
        assert {row.values["direction"] for row in rows(filled, "equipment_move", direction="进")} == {"进"}
        assert rows(filled, "equipment_move", month="2026-02") == []

    def test_repeal_of_a_clause_silences_it(self, site: Context) -> None:
        move = made.move(site, direction="出")
        repealed = [("E1-10", Holding(date(2026, 3, 1), {}, "来函", repealed=True))]
        gone = site.under(site.regulations.amended(repealed))
        assert "E1 一.6" in load(site, "equipment_move", move)["told"]
        assert "E1 一.6" not in load(gone, "equipment_move", move)["told"]


class TestMedia:
    def test_ftp_comes_first(self, site: Context) -> None:
        field = next(each for each in by_slug("media_check").fields if each.key == "by_ftp")
        assert field.required
        assert "FTP" in field.help
        with pytest.raises(Refusal, match="FTP") as refused:
            made.media(site, by_ftp=" ")
        assert refused.value.field == "by_ftp"

    def test_checked_approved_used(self, site: Context) -> None:
        medium = made.media(site)
        assert (load(site, "media_check", medium)["number"], words(site, "media_check")) == (
            "JZ-202603-001", ["待查毒"],
        )  # fmt: skip
        run(site, "media_check", "check", medium, scanner="示例杀毒", found="通过", signatures_on=TODAY)
        assert words(site, "media_check") == ["待批准"]
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "media_check", "approve", medium)
        run(site, "media_check", "approve", medium)
        assert words(site, "media_check") == ["可以使用"]
        go_to(site, "2026-03-05 08:00:01")
        assert run(site, "media_check", "begin", medium) == "JZ-202603-001 开始使用。"
        assert words(site, "media_check") == ["使用中"]
        with pytest.raises(Refusal) as refused:
            run(site, "media_check", "end", medium, used_to=datetime(2026, 3, 4, 9))
        assert refused.value.field == "used_to"
        run(site, "media_check", "end", medium)
        assert words(site, "media_check") == ["已用完"]
        assert offered(site, "media_check", medium) == {"void"}
        with pytest.raises(Refusal, match="没有在使用"):
            run(site, "media_check", "end", medium)
        whole(site)

    def test_used_without_check_or_approval_is_a_verdict(self, site: Context) -> None:
        medium = made.media(site)
        said = run(site, "media_check", "begin", medium)
        assert "没有查毒。依据 E1 一.5。" in said
        assert "没有批准。依据 E1 三.4。" in said
        assert rows(site, "media_check")[0].values["missed"] == "未查毒使用、未批使用介质"
        run(site, "media_check", "check", medium, scanner="示例杀毒", found="通过")
        assert "才查毒。依据 E1 一.5。" in load(site, "media_check", medium)["told"]
        with pytest.raises(Refusal, match="已经使用"):
            run(site, "media_check", "check", medium, scanner="示例杀毒", found="通过")
        run(site, "media_check", "approve", medium, approved_at=datetime(2026, 3, 5, 7, 59))
        assert "E1 三.4" not in load(site, "media_check", medium)["told"]

    def test_one_that_did_not_pass_may_be_checked_again(self, site: Context) -> None:
        medium = made.media(site)
        assert "不能使用" in run(site, "media_check", "check", medium, scanner="示例杀毒", found="未通过")
        assert words(site, "media_check") == ["不能使用"]
        run(site, "media_check", "check", medium, scanner="示例杀毒", found="清除后通过")
        run(site, "media_check", "approve", medium)
        go_to(site, "2026-03-05 09:00:00")
        assert run(site, "media_check", "begin", medium) == "JZ-202603-001 开始使用。"
        with pytest.raises(Refusal, match="不能改"):
            change(site, "media_check", medium, purpose="别的")
        with pytest.raises(Refusal, match="还没有到"):
            run(site, "media_check", "check", made.media(site), scanner="x", found="通过", signatures_on=TODAY + DAY)

    def test_void(self, site: Context) -> None:
        medium = made.media(site)
        run(site, "media_check", "void", medium, reason="写错")
        assert stored(site, MediaCheck, medium)["remarks"] == "作废：写错"
        for act in ("check", "approve", "begin", "end", "void"):
            with pytest.raises(Refusal, match="已经作废"):
                run(site, "media_check", act, medium, reason="x", scanner="x", found="通过")
        assert load(site, "media_check", made.media(site))["number"] == "JZ-202603-002"

    def test_states_of_the_filter(self, filled: Context) -> None:
        each_state_is_found(filled, "media_check")
        assert set(words(filled, "media_check")) == {
            "待查毒", "待批准", "可以使用", "不能使用", "使用中", "已用完", "作废",
        }  # fmt: skip


class TestChange:
    def test_from_application_to_result(self, site: Context) -> None:
        request = made.change(site)
        assert (load(site, "change_request", request)["number"], words(site, "change_request")) == (
            "BG-202603-001", ["待批准"],
        )  # fmt: skip
        run(site, "change_request", "opine", request, department_opinion="后勤处同意")
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "change_request", "approve", request)
        run(site, "change_request", "approve", request, security_opinion="同意")
        with pytest.raises(Refusal, match="不再改"):
            run(site, "change_request", "opine", request, department_opinion="再想想")
        assert words(site, "change_request") == ["已批准"]
        assert run(site, "change_request", "begin", request) == "BG-202603-001 已开始。"
        assert words(site, "change_request") == ["进行中"]
        with pytest.raises(Refusal) as refused:
            run(
                site,
                "change_request",
                "end",
                request,
                outcome="成功",
                verified_by="刘芳",
                ended_at=datetime(2026, 3, 4),
            )
        assert refused.value.field == "ended_at"
        run(site, "change_request", "end", request, outcome="成功", note="比预计早", verified_by="刘芳")
        kept = load(site, "change_request", request)
        assert (kept["result"], kept["verified_by"]) == ("成功：比预计早", "刘芳")
        assert words(site, "change_request") == ["已完成"]
        assert offered(site, "change_request", request) == set()
        whole(site)

    @pytest.mark.parametrize(
        ("kind", "never", "late"),
        [("停机", "依据 E1 一.3。", "依据 E1 一.3。"), ("软件变更", "依据 E1 三.2。", "依据 E1 三.2。")],
    )
    def test_begun_before_approval_is_a_verdict(self, site: Context, kind: str, never: str, late: str) -> None:
        request = made.change(site, kind=kind)
        said = run(site, "change_request", "begin", request)
        assert f"开始时没有批准。{never}" in said
        go_to(site, "2026-03-05 08:00:01")
        assert f"才批准。{late}" in run(site, "change_request", "approve", request)
        other = made.change(site, kind=kind)
        run(site, "change_request", "approve", other)
        assert "依据" not in run(site, "change_request", "begin", other)

    def test_refused_and_done_all_the_same(self, site: Context) -> None:
        request = made.change(site)
        run(site, "change_request", "refuse", request, reason="业务高峰")
        assert words(site, "change_request") == ["未批准"]
        with pytest.raises(Refusal, match="没有批准"):
            run(site, "change_request", "approve", request)
        assert "没有批准。依据 E1 一.3。" in run(site, "change_request", "begin", request)
        assert words(site, "change_request") == ["进行中"]

    def test_a_system_administrator_is_named_before_it_begins(self, site: Context) -> None:
        nameless = made.change(site, performed_by="")
        run(site, "change_request", "approve", nameless)
        assert "系统管理员执行。依据 E1 一.5。" in run(site, "change_request", "begin", nameless)
        named = made.change(site, performed_by="")
        run(site, "change_request", "approve", named)
        assert "依据" not in run(site, "change_request", "begin", named, performed_by="刘芳")
        assert stored(site, ChangeRequest, named)["performed_by"] == "刘芳"

    def test_new_system_asks_what_to_back_up(self, site: Context) -> None:
        request = made.change(site, kind="新系统上线", system="门禁")
        run(site, "change_request", "approve", request)
        run(site, "change_request", "begin", request)
        assert "周期。依据 E1 三.3。" in run(site, "change_request", "end", request, outcome="成功", verified_by="刘芳")
        assert rows(site, "change_request")[0].values["missed"] == "未告知备份"
        made.notice(site, "门禁")
        assert rows(site, "change_request")[0].values["missed"] == ""

    @pytest.mark.parametrize(("minutes", "kept"), [(0, False), (-1, False), (1, True)])
    def test_planned_end_is_after_the_beginning(self, site: Context, minutes: int, kept: bool) -> None:
        begins = datetime(2026, 3, 6, 20)
        if kept:
            assert made.change(site, planned_from=begins, planned_to=begins + minutes * MINUTE)
        else:
            with pytest.raises(Refusal) as refused:
                made.change(site, planned_from=begins, planned_to=begins + minutes * MINUTE)
            assert refused.value.field == "planned_to"

    def test_void_only_before_it_begins(self, site: Context) -> None:
        request, begun = made.change(site), made.change(site)
        run(site, "change_request", "void", request, reason="不做了")
        assert "作废：不做了。" in load(site, "change_request", request)["told"]
        run(site, "change_request", "begin", begun)
        with pytest.raises(Refusal, match="已经开始"):
            run(site, "change_request", "void", begun, reason="不做了")
        with pytest.raises(Refusal, match="不能改"):
            change(site, "change_request", begun, plan="另一个")
        for act in ("opine", "approve", "refuse", "begin", "end", "void"):
            values = {"reason": "x", "department_opinion": "x", "outcome": "成功", "verified_by": "x"}
            with pytest.raises(Refusal, match="已经作废"):
                run(site, "change_request", act, request, **values)

    def test_states_of_the_filter(self, filled: Context) -> None:
        each_state_is_found(filled, "change_request")
        assert set(words(filled, "change_request")) == {"待批准", "已批准", "进行中", "已完成", "未批准", "作废"}
        assert {row.values["kind"] for row in rows(filled, "change_request", kind="停机")} == {"停机"}


class TestBackupNotice:
    def test_each_system_once_with_data_and_period(self, site: Context) -> None:
        first = made.notice(site, "一卡通")
        with pytest.raises(Refusal, match="已经登记过"):
            made.notice(site, "一卡通")
        for field in ("items", "every"):
            with pytest.raises(Refusal) as refused:
                made.notice(site, "门禁", **{field: ""})
            assert refused.value.field == field
        made.notice(site, "门禁", told_on=TODAY)
        with pytest.raises(Refusal, match="还没有到"):
            made.notice(site, "OA", told_on=TODAY + DAY)
        change(site, "backup_notice", first, every="每周")
        assert load(site, "backup_notice", first)["every"] == "每周"

    def test_out_of_use_and_back(self, site: Context) -> None:
        notice = made.notice(site)
        run(site, "backup_notice", "retire", notice)
        assert words(site, "backup_notice", state="已停用") == ["已停用"]
        with pytest.raises(Refusal, match="已经停用"):
            run(site, "backup_notice", "retire", notice)
        run(site, "backup_notice", "bring_back", notice)
        assert words(site, "backup_notice", state="在用") == ["在用"]
        with pytest.raises(Refusal, match="不需要恢复"):
            run(site, "backup_notice", "bring_back", notice)
        whole(site)


def test_desk_may_do_what_is_not_the_supervisors(site: Context) -> None:
    desk = as_role(site, Role.DESK)
    asset = save(desk, "asset", asset_no="A1", category="仪表", name="示波器")
    run(desk, "asset", "issue", asset, taken_by="王强", purpose="检修")
    run(desk, "asset", "give_back", asset, outcome="完好")
    before = links(site)
    for slug, act in (
        ("asset", "scrap"), ("asset", "restore"), ("equipment_move", "approve"), ("equipment_move", "void"),
        ("media_check", "approve"), ("media_check", "void"), ("change_request", "approve"),
        ("change_request", "refuse"), ("change_request", "void"),
        ("loan", "approve"), ("loan", "refuse"), ("loan", "extend"), ("loan", "void"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="主管"):
            run(desk, slug, act, 1, reason="测试")
    assert links(site) == before
    assert stored(site, EquipmentMove, made.move(desk))["approved_at"] is None
