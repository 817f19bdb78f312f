"""加班申请 and 调休账 on a real database: approved, stayed for, earned and spent; both on paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
import team as team_module
from filled_site import as_role, load, run, save, whole
from team import Team, clock_of, go_to, grant

from opsdesk.catalog import by_slug
from opsdesk.exports import archive
from opsdesk.exports.document import Choice, Document, FormGrid
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Leave, Punch, Settlement
from opsdesk.register import Query
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.clause import Holding
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import calendar_acts, comp_time, overtime
from opsdesk.services.comp_time import Balance
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)
SATURDAY = date(2026, 3, 7)


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def file(ctx: Context, staff_id: int, begins: str, ends: str, **more: Any) -> int:
    usual = {"reason": "割接核心交换机", "settled_as": "调休"}
    return save(ctx, "overtime", staff_id=staff_id, begins_at=at(begins), ends_at=at(ends), **{**usual, **more})


def approved(ctx: Context, staff_id: int, begins: str, ends: str, **more: Any) -> int:
    made = file(ctx, staff_id, begins, ends, **more)
    run(ctx, "overtime", "approve", made)
    return made


def signed(ctx: Context, staff_id: int, *times: str) -> None:
    for written in times:
        go_to(ctx, f"2026-03-{written}")
        sign(ctx, staff_id=staff_id)


def imported(ctx: Context, staff_id: int, day: date, *clocks: str) -> None:
    """Punches of a machine, which knows no direction."""
    with ctx.transaction("导入打卡") as tx:
        for clock in clocks:
            tx.insert(
                Punch,
                staff_id=staff_id,
                day=day,
                at=at(f"{day.isoformat()} {clock}"),
                direction="未定",
                source="导入",
                device="机",
                entered_at=ctx.now(),
                entered_by="测试",
                doubted=False,
            )


def row(ctx: Context, record_id: int, slug: str = "overtime") -> dict[str, Any]:
    return next(dict(each.values) for each in by_slug(slug).list(ctx, Query()).rows if each.id == record_id)


def paper(ctx: Context, slug: str, record_id: int) -> Document:
    document = by_slug(slug).papers[0].make(ctx, record_id)
    assert isinstance(document, Document)
    return document


def text_of(document: Document) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf_bytes(document)))


def balance(ctx: Context, staff_id: int, until: date = date(2026, 12, 31)) -> Balance:
    with ctx.read() as connection:
        return comp_time.ledger(connection, ctx.regulations, [staff_id], until, ctx.now())[staff_id]


def entries(found: Balance) -> list[tuple[str, str, int, str]]:
    return [(line.day.isoformat(), line.what, line.minutes, line.reference) for line in found.lines]


class TestFiling:
    def test_numbers_run_within_the_month(self, site: Context, crew: Team) -> None:
        for person in ("1001", "1002"):
            file(site, crew[person], "2026-03-05 18:00", "2026-03-05 21:00")
        go_to(site, "2026-04-01 08:00:00")
        file(site, crew["1001"], "2026-04-01 18:00", "2026-04-01 21:00")
        numbers = {each.values["number"] for each in by_slug("overtime").list(site, Query()).rows}
        assert numbers == {"JB-202603-001", "JB-202603-002", "JB-202604-001"}
        whole(site)

    def test_the_desk_files_and_the_supervisor_decides(self, site: Context, crew: Team) -> None:
        desk = as_role(site, Role.DESK)
        made = file(desk, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        for act in ("approve", "decline", "withdraw"):
            with pytest.raises(Refusal, match="主管"):
                run(desk, "overtime", act, made, note="同意")
        assert row(site, made)["state"].word == "待审批"
        with pytest.raises(Refusal, match="登录"):
            file(as_role(site, Role.READER), crew["1001"], "2026-03-06 18:00", "2026-03-06 21:00")

    @pytest.mark.parametrize(
        ("begins", "ends", "field"),
        [
            ("2026-03-05 21:00", "2026-03-05 21:00", "ends_at"),
            ("2026-03-05 18:00", "2026-03-06 18:01", "ends_at"),
            ("2026-03-05 09:00", "2026-03-05 17:30", "begins_at"),  # wholly in the planned time
            ("2026-03-07 12:00", "2026-03-07 13:00", "begins_at"),  # wholly in the noon break
            ("2025-12-31 18:00", "2025-12-31 21:00", "begins_at"),  # before the arrival
        ],
    )
    def test_what_cannot_be_overtime(self, site: Context, crew: Team, begins: str, ends: str, field: str) -> None:
        with pytest.raises(Refusal) as refused:
            file(site, crew["1001"], begins, ends)
        assert refused.value.field == field

    @pytest.mark.parametrize(
        ("begins", "ends"),
        [("2026-03-05 18:00", "2026-03-06 18:00"), ("2026-03-05 09:00", "2026-03-05 17:31")],
    )
    def test_the_limits_themselves_are_taken(self, site: Context, crew: Team, begins: str, ends: str) -> None:
        assert file(site, crew["1001"], begins, ends)

    def test_one_time_is_applied_for_once(self, site: Context, crew: Team) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        with pytest.raises(Refusal, match="JB-202603-001") as refused:
            file(site, crew["1001"], "2026-03-05 20:59", "2026-03-05 22:00")
        assert refused.value.field == "begins_at"
        assert file(site, crew["1001"], "2026-03-05 21:00", "2026-03-05 22:00")
        assert file(site, crew["1002"], "2026-03-05 18:00", "2026-03-05 21:00")
        run(site, "overtime", "decline", made, note="改由夜班处理")
        assert file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")

    def test_a_filed_slip_is_not_edited(self, site: Context, crew: Team) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        with pytest.raises(Refusal, match="不能改"):
            save(site, "overtime", made, **load(site, "overtime", made))


class TestDeciding:
    def test_reasons_are_asked_for_where_it_is_no(self, site: Context, crew: Team) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        for act in ("decline", "withdraw"):
            with pytest.raises(Refusal) as refused:
                run(site, "overtime", act, made, note=" ")
            assert refused.value.field == "note"
        run(site, "overtime", "decline", made, note="改由夜班处理")
        assert row(site, made)["state"].word == "不批准"
        for act in ("approve", "decline", "withdraw"):
            with pytest.raises(Refusal, match="已经办过"):
                run(site, "overtime", act, made, note="再办一次")
        whole(site)

    @pytest.mark.parametrize(
        ("clock", "word"), [("17:59:59", "已批准"), ("18:00:00", "已批准"), ("18:00:01", "事后补批")]
    )
    def test_approval_after_the_beginning_is_told(self, site: Context, crew: Team, clock: str, word: str) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        go_to(site, f"2026-03-05 {clock}")
        said = run(site, "overtime", "approve", made)
        assert ("事后补批" in said) == (word == "事后补批")
        assert row(site, made)["state"].word == word
        assert ("E7 一.3" in load(site, "overtime", made)["told"]) == (word == "事后补批")
        for state in ("已批准", word):
            assert [each.id for each in by_slug("overtime").list(site, Query(filters={"state": state})).rows] == [made]

    def test_withdrawn_it_earns_nothing_and_stays_on_record(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        signed(site, crew["1001"], "05 08:27:00", "05 21:00:00")
        assert balance(site, crew["1001"]).left == 180
        run(site, "overtime", "withdraw", made, note="填错了人")
        assert balance(site, crew["1001"]).lines == ()
        assert row(site, made)["state"].word == "已撤销"
        assert by_slug("comp_time").list(site, Query()).total == 0
        whole(site)


class TestCredit:
    def test_credited_is_what_was_stayed_for(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        assert row(site, made)["credited"] == ""
        signed(site, crew["1001"], "05 08:27:00", "05 20:50:00")
        seen = row(site, made)
        assert (seen["kind"], seen["asked"], seen["credited"]) == ("工作日班后", "3 小时", "2 小时 50 分")

    def test_nobody_there_nothing_earned(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        signed(site, crew["1001"], "05 08:27:00", "05 17:31:00")
        go_to(site, "2026-03-05 22:00:00")
        assert row(site, made)["credited"] == "0 分"
        assert "没有在场的签到记录" in balance(site, crew["1001"]).lines[0].sentence

    def test_gone_home_and_back_again(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        for written, way in (("08:27", "到岗"), ("17:31", "离岗"), ("19:00", "到岗"), ("21:10", "离岗")):
            with site.transaction("签到") as tx:
                tx.insert(
                    Punch, staff_id=crew["1001"], day=DAY, at=at(f"2026-03-05 {written}"), direction=way,
                    source="服务台", device="desk", entered_at=site.now(), entered_by="测试", doubted=False,
                )  # fmt: skip
        go_to(site, "2026-03-05 22:00:00")
        assert row(site, made)["credited"] == "2 小时"

    def test_a_saturday_without_its_noon_break(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-07 08:30", "2026-03-07 17:30")
        imported(site, crew["1001"], SATURDAY, "08:20", "17:40")
        go_to(site, "2026-03-08 08:00:00")
        seen = row(site, made)
        assert (seen["kind"], seen["asked"], seen["credited"]) == ("休息日", "8 小时", "8 小时")

    def test_the_night_before_and_after_the_shift(self, site: Context, crew: Team) -> None:
        save(site, "roster", staff_id=crew["2002"], day=date(2026, 3, 6), shift_id=0)
        made = approved(site, crew["2002"], "2026-03-06 07:00", "2026-03-06 10:00")
        signed(site, crew["2002"], "05 19:50:00", "06 09:30:00")
        seen = row(site, made)
        assert (seen["asked"], seen["credited"]) == ("2 小时", "1 小时 30 分")

    def test_a_holiday_is_told_by_its_kind(self, site: Context, crew: Team) -> None:
        calendar_acts.set_day(site, day=SATURDAY, kind=DayKind.STATUTORY, name="试验节")
        made = file(site, crew["1001"], "2026-03-07 20:00", "2026-03-08 02:00")
        seen = row(site, made)
        assert (seen["kind"], seen["ends_at"], seen["asked"]) == ("法定假日", "次日 02:00", "6 小时")
        assert "3 倍" in load(site, "overtime", made)["told"]

    def test_roster_planned_later_takes_its_time_out(self, site: Context, crew: Team) -> None:
        made = approved(site, crew["1001"], "2026-03-07 20:00", "2026-03-07 23:00")
        assert row(site, made)["asked"] == "3 小时"
        save(site, "roster", staff_id=crew["1001"], day=SATURDAY, shift_id=crew.night)
        assert row(site, made)["asked"] == "0 分"


class TestLedger:
    def test_earned_by_overtime_and_by_the_month_and_spent(self, site: Context, crew: Team) -> None:
        person = crew["1001"]
        approved(site, person, "2026-03-07 08:30", "2026-03-07 17:30")
        approved(site, person, "2026-03-05 18:00", "2026-03-05 20:00", settled_as="加班费")
        imported(site, person, DAY, "08:20", "20:00")
        imported(site, person, SATURDAY, "08:20", "17:40")
        go_to(site, "2026-04-02 08:00:00")
        self.book(site, person, "2026-03", 14 * 60)
        grant(site, person, "2026-04-08 13:00", "2026-04-09 12:30", "调休")
        found = balance(site, person)
        assert entries(found) == [
            ("2026-03-07", "加班", 480, "JB-202603-001"),
            ("2026-03-31", "月工时超限", 4 * 60, "2026-03"),  # 14 h, of which 8 earned and 2 paid already
            ("2026-04-08", "调休", -(270 + 210), "未编号"),
        ]
        assert (found.earned, found.used, found.left) == (720, 480, 240)
        assert "其中 10 小时已按加班申请结算，计入 4 小时" in found.lines[1].sentence
        assert row(site, person, "comp_time")["left"].word == "余 4 小时"
        assert [line.what for line in balance(site, person, date(2026, 3, 30)).lines] == ["加班"]
        assert balance(site, person, date(2026, 4, 8)).used == 270
        whole(site)

    def book(self, ctx: Context, staff_id: int, month: str, over: int, *, replaced: bool = False) -> None:
        with ctx.transaction("结算") as tx:
            tx.insert(
                Settlement, staff_id=staff_id, month=month, made_at=ctx.now(), made_by="主管", figures="{}",
                total_fen=0, over_cap_minutes=over, replaced_at=ctx.now() if replaced else None,
            )  # fmt: skip

    def test_a_month_earns_never_less_than_nothing(self, site: Context, crew: Team) -> None:
        person = crew["1001"]
        approved(site, person, "2026-03-07 08:30", "2026-03-07 17:30")
        imported(site, person, SATURDAY, "08:20", "17:40")
        go_to(site, "2026-04-01 08:00:00")
        self.book(site, person, "2026-03", 8 * 60)
        assert entries(balance(site, person))[-1] == ("2026-03-31", "月工时超限", 0, "2026-03")
        assert balance(site, person).left == 480

    def test_a_replaced_booking_counts_no_more(self, site: Context, crew: Team) -> None:
        self.book(site, crew["1001"], "2026-02", 600, replaced=True)
        self.book(site, crew["1001"], "2026-02", 60)
        assert balance(site, crew["1001"]).left == 60

    def test_only_standing_time_off_is_spent_and_weekends_are_free(self, site: Context, crew: Team) -> None:
        person = crew["1001"]
        grant(site, person, "2026-03-06 08:30", "2026-03-09 17:30", "调休")
        grant(site, person, "2026-03-10 08:30", "2026-03-10 17:30", "事假")
        assert balance(site, person).used == 960
        assert row(site, person, "comp_time")["left"].word == "超用 16 小时"
        with site.transaction("撤销") as tx:
            tx.update(Leave, 1, withdrawn_at=site.now())
        assert balance(site, person).lines == ()

    def test_time_off_of_a_night_is_its_whole_shift(self, site: Context, crew: Team) -> None:
        grant(site, crew["2002"], "2026-03-05 20:00", "2026-03-06 08:00", "调休")
        assert balance(site, crew["2002"]).used == 12 * 60

    def test_own_noon_break_of_the_contracts_hours_is_taken_out(self, site: Context, crew: Team) -> None:
        longer = site.regulations.amended(
            [("G11", Holding(DAY + timedelta(days=1), {"hours.noon": "12:00-14:00"}, "试验"))]
        )
        grant(site, crew["1001"], "2026-03-05 08:30", "2026-03-06 17:30", "调休")
        with site.read() as connection:
            found = comp_time.ledger(connection, longer, [crew["1001"]], date(2026, 12, 31), site.now())
        assert found[crew["1001"]].used == 480 + 420

    def test_people_without_entries_have_an_empty_account(self, site: Context, crew: Team) -> None:
        assert by_slug("comp_time").list(site, Query()).total == 0
        assert load(site, "comp_time", crew["1002"])["lines"] == "还没有记录。"


class TestPaper:
    def test_the_slip_says_what_the_record_holds(self, site: Context, crew: Team, tmp_path: Path) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        go_to(site, "2026-03-05 18:30:00")
        run(site, "overtime", "approve", made, note="同意，注意回退")
        imported(site, crew["1001"], DAY, "08:27", "20:50")
        go_to(site, "2026-03-06 08:00:00")
        document = paper(site, "overtime", made)
        text = text_of(document)
        for words in (
            "OD-JB", "A/0", "加班申请单", "JB-202603-001", "王强", "1001", "华信", "网络运维", "割接核心交换机",
            "2026-03-05 18:00", "2026-03-05 21:00", "3 小时", "2 小时 50 分", "2026-03-05 08:27", "2026-03-05 20:50",
            "事后补批", "同意，注意回退", "2026-03-05 18:30", "1.5 倍", "应事先申请", "（E7 一.3）", "（盖章）",
        ):  # fmt: skip
            assert words in text, words
        assert len(pypdfium2.PdfDocument(pdf_bytes(document))) == 1
        assert not document.landscape
        (grid,) = document.body
        assert isinstance(grid, FormGrid)
        chosen = {
            cell.label: cell.value.chosen for line in grid.rows for cell in line if isinstance(cell.value, Choice)
        }
        assert chosen == {"日期性质": ("工作日班后",), "补偿方式": ("调休",)}
        (kept,) = archive.export([document], tmp_path, ("xlsx",))
        cells = {cell.value for line in openpyxl.load_workbook(kept.path).active.iter_rows() for cell in line}
        assert {"王强", "2 小时 50 分", at("2026-03-05 20:50")} <= cells

    def test_a_waiting_slip_leaves_the_outcome_to_the_pen(self, site: Context, crew: Team) -> None:
        text = text_of(paper(site, "overtime", file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")))
        assert "事后补批" not in text
        assert "08:27" not in text

    def test_the_statement_adds_up(self, site: Context, crew: Team) -> None:
        person = crew["1001"]
        approved(site, person, "2026-03-07 08:30", "2026-03-07 17:30")
        imported(site, person, SATURDAY, "08:20", "17:40")
        clock_of(site).advance(days=5)
        grant(site, person, "2026-03-12 08:30", "2026-03-12 12:00", "调休")
        document = paper(site, "comp_time", person)
        text = text_of(document)
        for words in ("OD-TX", "调休对账单", "王强", "JB-202603-001", "8 小时", "3 小时 30 分", "4 小时 30 分", "合计"):
            assert words in text, words
        assert "李敏" not in text

    def test_a_clause_no_longer_in_force_is_not_cited(self, site: Context, crew: Team) -> None:
        made = file(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
        repealed = site.regulations.amended([("E7-03", Holding(DAY, {}, "试验", repealed=True))])
        assert "（E7" not in text_of(paper(site.under(repealed), "overtime", made))


def test_what_is_counted_is_what_the_shared_rule_counts(site: Context, crew: Team) -> None:
    made = approved(site, crew["1001"], "2026-03-05 18:00", "2026-03-05 21:00")
    signed(site, crew["1001"], "05 08:27:00", "05 20:50:00")
    with site.read() as connection:
        (slip,) = overtime.approved(connection, [crew["1001"]], DAY, DAY)
        worked = overtime.counted(connection, site.regulations, [slip])[made]
        assert overtime.approved(connection, [crew["1001"]], DAY + timedelta(days=1), date(2026, 12, 31)) == []
        assert overtime.approved(connection, [crew["1002"]], DAY, DAY) == []
    assert (worked.kind, worked.asked, worked.credited) == (DayKind.WORKDAY, 180, 170)
    assert [(span.begins, span.ends) for span in worked.present] == [(at("2026-03-05 08:27"), at("2026-03-05 20:50"))]
