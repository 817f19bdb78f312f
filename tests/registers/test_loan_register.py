"""设备借用 on a real database: its lines, consent, due day, extension, return in parts, damage, and the assets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import filled_equipment as made
import pytest
import team as team_module
from filled_site import as_role, change, load, run, whole
from sqlalchemy import select
from team import Team, go_to

from opsdesk.catalog import by_slug
from opsdesk.models import Loan, LoanItem
from opsdesk.register import Chip, Query, Row, Tone
from opsdesk.registers.loan import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, chain
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)
BOXES = {"matches": True, "normal": True, "undamaged": True}


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def rows(ctx: Context, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug("loan").list(ctx, Query(text, filters)).rows)


def words(ctx: Context, **filters: Any) -> list[str]:
    return [row.values["state"].word for row in rows(ctx, **filters)]  # type: ignore[union-attr]


def stored(ctx: Context, loan_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return dict(connection.execute(select(Loan.__table__).where(Loan.id == loan_id)).mappings().one())


def lines(ctx: Context, loan_id: int) -> list[tuple[Any, ...]]:
    columns = (LoanItem.name, LoanItem.model, LoanItem.asset_no, LoanItem.quantity, LoanItem.returned)
    with ctx.read() as connection:
        query = select(*columns).where(LoanItem.loan_id == loan_id).order_by(LoanItem.id)
        return [tuple(row) for row in connection.execute(query)]


def state_of(ctx: Context, asset_id: int) -> str:
    return str(load(ctx, "asset", asset_id)["state"])


def offered(ctx: Context, loan_id: int) -> set[str]:
    values = load(ctx, "loan", loan_id)
    return {act.key for act in by_slug("loan").acts if act.offered is None or act.offered(values)}


def give_back(ctx: Context, loan_id: int, **values: Any) -> str:
    return run(ctx, "loan", "give_back", loan_id, **{**BOXES, **values})


class TestLines:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("网线 六类 - 3", ("网线", "六类", "", 3, 0)),
            ("网线 3", ("网线", "", "", 3, 0)),
            ("网线 六类 3", ("网线", "六类", "", 3, 0)),
            ("网线 六类 WL-1 3", ("网线", "六类", "WL-1", 3, 0)),
            ("网线 六类", ("网线", "六类", "", 1, 0)),
            ("网线 六类 WL-1", ("网线", "六类", "WL-1", 1, 0)),
            ("网线 六类 - 3根", ("网线", "六类", "", 3, 0)),
            ("HP 打印机 | M1 | - | 2", ("HP 打印机", "M1", "", 2, 0)),
            ("HP 打印机，M1，，2", ("HP 打印机", "M1", "", 2, 0)),
            ("网线 - - 1", ("网线", "", "", 1, 0)),
            ("网线 - - 999", ("网线", "", "", 999, 0)),
            ("ZC-001", ("笔记本电脑", "示例牌 T14", "ZC-001", 1, 0)),
            ("zc-001 1", ("笔记本电脑", "示例牌 T14", "ZC-001", 1, 0)),
            ("旧本子 T14 zc-001 1", ("笔记本电脑", "示例牌 T14", "ZC-001", 1, 0)),
        ],
    )
    def test_a_line_is_read_and_comes_back_as_it_can_be_typed(
        self, site: Context, typed: str, kept: tuple[Any, ...]
    ) -> None:
        made.asset(site, "ZC-001")
        loan = made.loan(site, typed)
        assert lines(site, loan) == [kept]
        before = load(site, "loan", loan)
        change(site, "loan", loan, items=before["items"], reason="改一下理由")
        assert lines(site, loan) == [kept]
        assert load(site, "loan", loan)["items"] == before["items"]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("ZC-009", "第 1 行：“ZC-009”不是台账里的资产编号"),
            ("网线 2\n\n一 二 三 四 五", "第 3 行：有 5 段"),
            ("网线 0", "第 1 行：数量要在 1 到 999 之间"),
            ("网线 1000", "第 1 行：数量要在 1 到 999 之间"),
            ("- - - 2", "第 1 行：没有写设备名称"),
            (f"{'长' * 51} 1", "第 1 行：“长长长长长长长长长长…”有 51 个字"),
            ("ZC-001 2", "第 1 行：ZC-001 在台账里是一台"),
            ("ZC-001\nzc-001", "第 2 行：ZC-001 写了两次"),
            ("ZC-002", "第 1 行：ZC-002 笔记本电脑已经报废"),
            ("网线 0\nZC-009", "第 1 行：数量要在 1 到 999 之间。第 2 行：“ZC-009”不是"),
            ("\n".join(["网线 1"] * 31), "最多 30 行，这里有 31 行"),
        ],
    )
    def test_what_cannot_be_read_is_refused_line_by_line(self, site: Context, typed: str, said: str) -> None:
        made.asset(site, "ZC-001")
        scrapped = made.asset(site, "ZC-002")
        run(site, "asset", "scrap", scrapped, reason="老旧")
        with pytest.raises(Refusal) as refused:
            made.loan(site, typed)
        assert said in str(refused.value)
        assert refused.value.field == "items"
        made.loan(site, "\n".join(["网线 1"] * 30))

    def test_lines_can_change_until_somebody_decides(self, site: Context) -> None:
        loan = made.loan(site, "网线 六类 - 3\n扳手 - - 2\n梯子 - - 1")
        change(site, "loan", loan, items="扳手 - - 4")
        assert lines(site, loan) == [("扳手", "", "", 4, 0)]
        change(site, "loan", loan, items="扳手 - - 4\n排插 - - 1")
        assert len(lines(site, loan)) == 2
        run(site, "loan", "approve", loan)
        with pytest.raises(Refusal, match="不能改"):
            change(site, "loan", loan, items="扳手 - - 5")
        whole(site)


class TestFiling:
    def test_number_of_the_year_and_the_usual_due_day(self, site: Context) -> None:
        field = next(each for each in by_slug("loan").fields if each.key == "due_on")
        assert field.default is not None
        assert field.default(site) == TODAY + 5 * DAY
        assert [stored(site, made.loan(site))["number"] for _ in range(2)] == ["JY-2026-0001", "JY-2026-0002"]
        go_to(site, "2027-01-04 08:00:00")
        due = date(2027, 1, 9)
        assert stored(site, made.loan(site, due_on=due))["number"] == "JY-2027-0001"

    def test_usual_due_day_follows_an_amendment(self, site: Context) -> None:
        amending.amend(site, clause="E1-10", begins_on=TODAY, typed={"lend.days": "7"}, source="来函", reason="放宽")
        assert service.usual_due(site) == TODAY + 7 * DAY

    def test_due_day_is_not_before_the_application(self, site: Context) -> None:
        made.loan(site, due_on=TODAY)
        with pytest.raises(Refusal) as refused:
            made.loan(site, due_on=TODAY - DAY)
        assert refused.value.field == "due_on"

    def test_staff_are_known_by_name_and_others_by_their_unit(self, site: Context, crew: Team) -> None:
        known = stored(site, made.loan(site, borrower="王强", unit=""))
        assert (known["staff_id"], known["unit"], known["vendor_id"] is None) == (crew["1001"], "华信", False)
        guest = stored(site, made.loan(site, borrower="周工", unit="财务科"))
        assert (guest["staff_id"], guest["vendor_id"]) == (None, None)
        of_vendor = stored(site, made.loan(site, borrower="周工", unit="恒通网络"))
        assert (of_vendor["staff_id"], of_vendor["vendor_id"]) == (None, 2)
        with pytest.raises(Refusal) as refused:
            made.loan(site, borrower="周工", unit="")
        assert refused.value.field == "unit"

    def test_phone_is_whole_only_for_who_writes(self, site: Context) -> None:
        loan = made.loan(site)
        assert load(site, "loan", loan)["phone"] == "13800001111"
        assert load(as_role(site, Role.READER), "loan", loan)["phone"] == "138****1111"
        with site.read() as connection:
            body = connection.exec_driver_sql("SELECT group_concat(body) FROM ledger WHERE subject='loan'").scalar()
        assert "13800001111" not in body
        assert "赵丽" not in body


class TestConsent:
    def test_nothing_is_lent_without_it(self, site: Context, crew: Team) -> None:
        ours, theirs = made.loan(site), made.loan(site, borrower="王强", unit="")
        for loan, clause in ((ours, r"E1 一\.6"), (theirs, "T3 第三条")):
            with pytest.raises(Refusal, match=f"还没有批准，不能借出（{clause}）"):
                run(site, "loan", "lend", loan, runs=True)
        assert words(site) == ["待批准", "待批准"]
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "loan", "approve", ours)
        run(site, "loan", "approve", ours)
        assert words(site, state="已批准") == ["已批准"]
        run(as_role(site, Role.DESK), "loan", "lend", ours, runs=True)
        with pytest.raises(Refusal, match="已经批准"):
            run(site, "loan", "approve", ours)

    def test_consent_by_word_of_mouth_counts_from_its_time(self, site: Context, crew: Team) -> None:
        at = datetime(2026, 3, 4, 15)
        for approved, told in ((at, False), (at + timedelta(minutes=1), True)):
            loan = made.loan(site, borrower="王强", unit="")
            run(site, "loan", "approve", loan, approved_by="李主任", approved_at=approved)
            run(site, "loan", "lend", loan, runs=True, lent_at=at)
            assert ("才批准。依据 T3 第三条。" in load(site, "loan", loan)["told"]) == told
        assert [row.values["missed"] for row in rows(site)] == ["未批借出", ""]

    def test_refused_is_over(self, site: Context) -> None:
        loan = made.loan(site)
        run(site, "loan", "refuse", loan, reason="设备不出单位")
        assert words(site) == ["未批准"]
        assert offered(site, loan) == {"void"}
        for act in ("approve", "lend", "extend", "give_back"):
            with pytest.raises(Refusal, match="已经结束"):
                run(site, "loan", act, loan, **{"runs": True, "until": TODAY + DAY, "reason": "x", **BOXES})

    def test_void_only_what_was_never_lent(self, site: Context) -> None:
        loan, lent = made.loan(site), made.lent(site)
        run(site, "loan", "void", loan, reason="填错")
        assert stored(site, loan)["remarks"] == "作废：填错"
        with pytest.raises(Refusal, match="已经作废"):
            run(site, "loan", "approve", loan)
        with pytest.raises(Refusal, match="办理归还"):
            run(site, "loan", "void", lent, reason="填错")
        assert stored(site, made.loan(site))["number"] == "JY-2026-0003"


class TestLending:
    def test_condition_has_to_be_told(self, site: Context) -> None:
        loan = made.loan(site)
        run(site, "loan", "approve", loan)
        with pytest.raises(Refusal, match="设备状况") as refused:
            run(site, "loan", "lend", loan)
        assert refused.value.field == "runs"
        run(site, "loan", "lend", loan, undamaged=True, other="外壳有划痕")
        assert stored(site, loan)["condition_out"] == "没有损坏、其他：外壳有划痕"

    def test_due_day_that_has_gone_by_is_asked_anew(self, site: Context) -> None:
        loan = made.loan(site, due_on=date(2026, 3, 6))
        run(site, "loan", "approve", loan)
        go_to(site, "2026-03-07 08:00:00")
        with pytest.raises(Refusal) as refused:
            run(site, "loan", "lend", loan, runs=True)
        assert refused.value.field == "due_on"
        run(site, "loan", "lend", loan, runs=True, due_on=date(2026, 3, 7))
        assert words(site) == ["今日应还"]
        assert stored(site, loan)["first_due_on"] == date(2026, 3, 7)

    def test_assets_are_lent_and_come_home(self, site: Context) -> None:
        spare, used = made.asset(site, "ZC-001"), made.asset(site, "ZC-002", user="刘芳")
        loan = made.lent(site, "ZC-001\nZC-002")
        assert (state_of(site, spare), state_of(site, used)) == ("借出", "借出")
        assert "借给赵丽（JY-2026-0001），应还 2026-03-10。" in load(site, "asset", spare)["history"]
        assert give_back(site, loan) == "JY-2026-0001 归还 笔记本电脑 1 件、笔记本电脑 1 件，已还清，按时。"
        assert (state_of(site, spare), state_of(site, used)) == ("闲置", "在用")
        assert "已归还" in load(site, "asset", spare)["history"]
        whole(site)

    def test_what_is_not_at_hand_is_not_lent(self, site: Context) -> None:
        lent, given, broken = (made.asset(site, f"ZC-{n}") for n in range(3))
        made.lent(site, "ZC-0")
        run(site, "asset", "issue", given, taken_by="王强", purpose="备用")
        run(site, "asset", "fault", broken, reason="坏了")
        for number, why in (("ZC-0", "现在是借出"), ("ZC-1", "已由王强领用"), ("ZC-2", "现在是维修")):
            loan = made.loan(site, number)
            run(site, "loan", "approve", loan)
            with pytest.raises(Refusal, match=why):
                run(site, "loan", "lend", loan, runs=True)
            assert stored(site, loan)["lent_at"] is None
        with pytest.raises(Refusal, match="现在是借出"):
            run(site, "asset", "issue", lent, taken_by="王强", purpose="备用")


class TestDueDay:
    def test_due_today_then_late_by_days(self, site: Context) -> None:
        made.lent(site)
        assert words(site) == ["借出"]
        for moment, word in (
            ("2026-03-09 23:59:59", "借出"), ("2026-03-10 00:00:00", "今日应还"), ("2026-03-10 23:59:59", "今日应还"),
            ("2026-03-11 00:00:00", "逾期 1 天"), ("2026-03-13 08:00:00", "逾期 3 天"),
        ):  # fmt: skip
            go_to(site, moment)
            assert words(site) == [word]
            assert words(site, state=word.split()[0]) == [word]
            assert words(site, state="未还") == [word]

    @pytest.mark.parametrize(
        ("moment", "said", "missed"),
        [("2026-03-10 18:00:00", "已还清，按时。", ""), ("2026-03-11 08:00:00", "已还清，逾期 1 天。", "逾期 1 天")],
    )
    def test_return_on_the_last_day_is_in_time(self, site: Context, moment: str, said: str, missed: str) -> None:
        loan = made.lent(site)
        go_to(site, moment)
        assert give_back(site, loan).endswith(said)
        go_to(site, "2026-03-20 08:00:00")
        (row,) = rows(site)
        assert (row.values["missed"], words(site)) == (missed, ["已归还"])

    def test_extension_moves_the_day_and_keeps_why(self, site: Context) -> None:
        loan = made.lent(site)
        with pytest.raises(Refusal) as refused:
            run(site, "loan", "extend", loan, until=date(2026, 3, 10), reason="评审延后")
        assert refused.value.field == "until"
        run(site, "loan", "extend", loan, until=date(2026, 3, 12), reason="评审延后")
        go_to(site, "2026-03-13 08:00:00")
        assert words(site) == ["逾期 1 天"]
        said = run(site, "loan", "extend", loan, until=date(2026, 3, 13), reason="再延")
        assert said == "JY-2026-0001 延期到 2026-03-13（已逾期 1 天）。"
        assert words(site) == ["今日应还"]
        kept = stored(site, loan)
        assert (kept["extensions"], kept["first_due_on"], kept["due_on"]) == (2, date(2026, 3, 10), date(2026, 3, 13))
        assert kept["remarks"].split("\n") == [
            "2026-03-05 延期：2026-03-10 改为 2026-03-12，评审延后",
            "2026-03-13 延期：2026-03-12（已逾期 1 天）改为 2026-03-13，再延",
        ]
        assert "原应还 2026-03-10，延期 2 次。" in load(site, "loan", loan)["told"]

    def test_the_longest_overdue_stands_first(self, site: Context) -> None:
        for due in (20, 7, 6, 10):
            made.lent(site, due_on=date(2026, 3, due))
        give_back(site, 3)
        go_to(site, "2026-03-11 08:00:00")
        assert words(site) == ["逾期 4 天", "逾期 1 天", "借出", "已归还"]
        assert words(site, state="逾期") == ["逾期 4 天", "逾期 1 天"]


class TestReturn:
    def test_in_parts(self, site: Context) -> None:
        made.asset(site, "ZC-001")
        loan = made.lent(site, "ZC-001\n网线 六类 - 3\n扳手 - - 2")
        assert give_back(site, loan, lines="2 1\n扳手") == "JY-2026-0001 归还 网线 1 件、扳手 2 件，还有 3 件没还。"
        assert words(site) == ["部分归还"]
        assert [line[-1] for line in lines(site, loan)] == [0, 1, 2]
        assert load(site, "loan", loan)["counted"].split("\n") == [
            "1. 笔记本电脑 示例牌 T14 ZC-001：1 件，未还 1 件",
            "2. 网线 六类：3 件，未还 2 件",
            "3. 扳手：2 件，已还清",
        ]
        assert stored(site, loan)["remarks"] == "2026-03-05 归还：网线 1 件、扳手 2 件，完好"
        go_to(site, "2026-03-11 08:00:00")
        assert words(site) == ["逾期 1 天"]
        give_back(site, loan, lines="zc-001")
        assert give_back(site, loan) == "JY-2026-0001 归还 网线 2 件，已还清，逾期 1 天。"
        with pytest.raises(Refusal, match="已经还清"):
            give_back(site, loan)
        whole(site)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("4 1", "第 1 行：单上没有“4”"),
            ("0 1", "第 1 行：单上没有“0”"),
            ("1 4", "第 1 行：网线还有 3 件没还，数量不能写 4"),
            ("1 0", "第 1 行：数量要大于 0"),
            ("1 1\n网线 1", "第 2 行：网线写了两次"),
            ("梯子 1", "第 1 行：单上没有“梯子”"),
            ("胶带 1", "或者不止一项"),
            ("1 1\n9 9\n8 8", "第 2 行：单上没有“9”，或者不止一项。请写序号和数量，例如 2 1。第 3 行"),
        ],
    )
    def test_what_cannot_be_read_is_refused_line_by_line(self, site: Context, typed: str, said: str) -> None:
        loan = made.lent(site, "网线 六类 - 3\n胶带 红 - 1\n胶带 蓝 - 1")
        with pytest.raises(Refusal) as refused:
            give_back(site, loan, lines=typed)
        assert said in str(refused.value)
        assert refused.value.field == "lines"
        assert [line[-1] for line in lines(site, loan)] == [0, 0, 0]
        give_back(site, loan, lines="1 3")
        with pytest.raises(Refusal, match="这一项已经还清"):
            give_back(site, loan, lines="1 1")

    @pytest.mark.parametrize(("outcome", "state"), [("有损坏", "维修"), ("有丢失", "报废")])
    def test_damage_and_loss_need_liability_and_the_asset_follows(
        self, site: Context, outcome: str, state: str
    ) -> None:
        asset = made.asset(site, "ZC-001")
        loan = made.lent(site, "ZC-001\n网线 六类 - 3")
        what = {"outcome": outcome, "lines": "1", "undamaged": False}
        for given, field in (({}, "damage"), ({"damage": "屏幕碎裂"}, "liability")):
            with pytest.raises(Refusal, match=r"E7 三\.2") as refused:
                give_back(site, loan, **what, **given)
            assert refused.value.field == field
        with pytest.raises(Refusal) as refused:
            give_back(site, loan, **{**what, "undamaged": True}, damage="屏幕碎裂", liability="照价赔偿")
        assert refused.value.field == "undamaged"
        assert state_of(site, asset) == "借出"
        give_back(site, loan, **what, damage="屏幕碎裂", liability="照价赔偿")
        assert state_of(site, asset) == state
        assert load(site, "asset", asset)["repairs"] == f"2026-03-05 借用归还（JY-2026-0001）{outcome}：屏幕碎裂"
        kept = stored(site, loan)
        assert (kept["damage"], kept["liability"]) == ("屏幕碎裂", "照价赔偿")
        assert kept["condition_in"] == f"数量型号一致、正常、其他：{outcome}"
        assert words(site) == ["部分归还"]
        give_back(site, loan)
        sound = made.lent(site)
        give_back(site, sound)
        chips = {row.id: row.values["state"] for row in rows(site)}
        assert chips == {loan: Chip("损坏或丢失", Tone.WARNING), sound: Chip("已归还", Tone.NEUTRAL)}
        assert stored(site, loan)["damage"] == "屏幕碎裂", "a later return does not wipe it out"
        assert "责任和赔偿：照价赔偿。" in load(site, "loan", loan)["told"]

    def test_damage_of_what_is_called_sound_is_asked_about(self, site: Context) -> None:
        loan = made.lent(site)
        with pytest.raises(Refusal) as refused:
            give_back(site, loan, damage="屏幕碎裂")
        assert refused.value.field == "outcome"
        with pytest.raises(Refusal, match="设备状况") as refused:
            run(site, "loan", "give_back", loan)
        assert refused.value.field == "matches"

    def test_times(self, site: Context) -> None:
        loan = made.lent(site, lent_at=datetime(2026, 3, 4, 9))
        for at, said in ((datetime(2026, 3, 4, 8, 59), "早于借出"), (datetime(2026, 3, 5, 8, 1), "还没有到")):
            with pytest.raises(Refusal, match=said) as refused:
                give_back(site, loan, returned_at=at)
            assert refused.value.field == "returned_at"
        give_back(site, loan, returned_at=datetime(2026, 3, 4, 9))

    def test_what_was_not_lent_does_not_come_back(self, site: Context) -> None:
        loan = made.loan(site)
        run(site, "loan", "approve", loan)
        with pytest.raises(Refusal, match="还没有借出"):
            give_back(site, loan)
        with pytest.raises(Refusal, match="还没有借出"):
            run(site, "loan", "extend", loan, until=date(2026, 3, 20), reason="x")


def test_states_of_the_filter_and_words_found(filled: Context) -> None:
    shown = words(filled)
    out = {"借出", "今日应还", "逾期", "部分归还"}
    for word in service.STATES:
        wanted = [each for each in shown if (each.split()[0] in out if word == "未还" else each.split()[0] == word)]
        assert words(filled, state=word) == wanted, word
    assert {each.split()[0] for each in shown} == set(service.STATES) - {"未还", "逾期"}
    assert [row.values["number"] for row in rows(filled, "ZC-003 投影")] == ["JY-2026-0002"]
    assert [row.values["items"] for row in rows(filled, "扳手")] == ["网线 3、扳手 2"]


def test_a_refused_act_writes_nothing(site: Context) -> None:
    loan = made.lent(site, "网线 六类 - 3")
    with site.read() as connection:
        before = chain.count(connection)
    with pytest.raises(Refusal):
        give_back(site, loan, lines="1 9")
    with site.read() as connection:
        assert chain.count(connection) == before
