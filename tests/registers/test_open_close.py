"""办公室开关门及消防安全检查 (F15): the ten seconds at the door, findings, signatures, the day's closing, the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import team
from filled_site import as_role, change, load, run, save
from filled_upkeep import office_day
from team import Team, go_to

from opsdesk import closing_papers
from opsdesk.catalog import by_slug
from opsdesk.exports.document import Document, Table
from opsdesk.exports.layout import compose
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.register import Query
from opsdesk.registers.open_close import documents
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.premises import BOXES
from opsdesk.rules.vocabulary import Role
from opsdesk.services import closing, closings, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_item import OpenItem

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in (3, 4, 5, 6))
SATURDAY = date(2026, 3, 7)


@pytest.fixture
def crew(site: Context) -> Team:
    return team.build(site)


def items(ctx: Context, day: date = THURSDAY) -> Sequence[OpenItem]:
    return [each for each in closing.status(ctx, closings.of_day(day)).items if each.door == "open_close"]


def state(ctx: Context, check_id: int) -> str:
    rows = by_slug("open_close").list(ctx, Query()).rows
    return str(next(row.values["state"].word for row in rows if row.id == check_id))  # type: ignore[union-attr]


class TestAtTheDoor:
    def test_one_act_in_the_morning_and_one_when_the_last_one_leaves(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:06:30")
        assert run(site, "open_close", "open", 0, office="办公室", opened_by="王强") == "办公室 08:06 由王强开门。"
        go_to(site, "2026-03-05 17:25:00")
        said = run(site, "open_close", "normal", 0, office="办公室", closed_by="李敏", day=THURSDAY)
        assert said == "办公室 17:25 由李敏关门，全部正常。"
        (row,) = by_slug("open_close").list(site, Query()).rows
        kept = load(site, "open_close", row.id)
        assert (kept["opened_at"], kept["closed_at"]) == (datetime(2026, 3, 5, 8, 6, 30), datetime(2026, 3, 5, 17, 25))
        assert {kept[key] for key in BOXES} == {"正常"}
        assert kept["inspector"] == "李敏", "who leaves last has looked"
        assert state(site, row.id) == "全部正常"

    def test_forms_begin_with_who_came_first(self, site: Context, crew: Team) -> None:
        go_to(site, "2026-03-05 08:11:00")
        sign(site, staff_id=crew["1002"])
        go_to(site, "2026-03-05 08:20:00")
        sign(site, staff_id=crew["1001"])
        usual = {f.key: f.default(site) for f in by_slug("open_close").fields if f.default is not None}
        assert usual == {
            "office": "办公室",
            "day": THURSDAY,
            "opened_by": "李敏",
            "opened_at": datetime(2026, 3, 5, 8, 11),
        }
        act = next(each for each in by_slug("open_close").acts if each.key == "normal")
        assert act.fields[0].key == "closed_by", "the cursor stands where something has to be typed"
        given = {f.key: f.default(site) for f in act.fields if f.default is not None}
        assert run(site, "open_close", "normal", 0, **given, closed_by="李敏").endswith("全部正常。")

    @pytest.mark.parametrize(
        ("at", "closed", "day"),
        [
            ("2026-03-06 00:30:00", False, THURSDAY),
            ("2026-03-06 05:59:59", False, THURSDAY),
            ("2026-03-06 06:00:00", False, FRIDAY),
            ("2026-03-06 00:30:00", True, FRIDAY),
        ],
    )
    def test_who_leaves_after_midnight_closes_the_evening_before(
        self, site: Context, crew: Team, at: str, closed: bool, day: date
    ) -> None:
        run(site, "open_close", "open", 0, office="办公室", opened_by="王强")
        if closed:
            go_to(site, "2026-03-05 23:00:00")
            run(site, "open_close", "normal", 0, office="办公室", closed_by="李敏")
        go_to(site, at)
        act = next(each for each in by_slug("open_close").acts if each.key == "normal")
        given = {f.key: f.default(site) for f in act.fields if f.default is not None}
        assert given["day"] == day
        if day == THURSDAY:
            run(site, "open_close", "normal", 0, office="办公室", closed_by="李敏")
            assert by_slug("open_close").list(site, Query()).rows[0].values["closed"] == f"次日 {at[11:16]} 李敏"
            go_to(site, "2026-03-06 08:10:00")
            assert run(site, "open_close", "open", 0, office="办公室", opened_by="王强").endswith("由王强开门。")

    def test_what_was_ticked_as_wrong_stays_wrong(self, site: Context) -> None:
        made = save(site, "open_close", office="办公室", day=THURSDAY, lights="异常", found="灯管不亮", remedy="报修")
        assert "除灯关外正常" in run(site, "open_close", "normal", 0, office="办公室", closed_by="李敏", day=THURSDAY)
        assert (load(site, "open_close", made)["lights"], state(site, made)) == ("异常", "异常已处置")

    def test_nothing_is_done_twice(self, site: Context) -> None:
        run(site, "open_close", "open", 0, office="办公室", opened_by="王强")
        with pytest.raises(Refusal, match="03-05 08:00 已经由王强开门"):
            run(site, "open_close", "open", 0, office="办公室", opened_by="李敏")
        run(site, "open_close", "normal", 0, office="办公室", closed_by="王强", day=THURSDAY)
        with pytest.raises(Refusal, match="已经由王强关门"):
            run(site, "open_close", "normal", 0, office="办公室", closed_by="李敏", day=THURSDAY)
        run(site, "open_close", "open", 0, office="302 办公室", opened_by="李敏")

    def test_the_rest_is_normal(self, site: Context) -> None:
        made = office_day(site, WEDNESDAY, lights="", door="")
        assert state(site, made) == "2 项没有勾"
        assert run(site, "open_close", "rest_normal", made) == "灯关、门锁记为正常。"
        with pytest.raises(Refusal, match="都勾过了"):
            run(site, "open_close", "rest_normal", made)


class TestRefusals:
    @pytest.mark.parametrize(
        ("more", "field", "said"),
        [
            ({"closed_at": datetime(2026, 3, 5, 8, 1)}, "closed_at", "还没有到"),
            ({"day": FRIDAY}, "day", "还没有到"),
            ({"opened_by": ""}, "opened_by", "请写上开门人"),
            ({"opened_at": None}, "opened_at", "请写上开门时间"),
            ({"opened_at": datetime(2026, 3, 3, 8, 0)}, "opened_at", "当天"),
            ({"closed_at": datetime(2026, 3, 4, 8, 4)}, "closed_at", "早于开门"),
            ({"lights": "异常"}, "found", "灯关勾了异常"),
            ({"remedy": "报修"}, "found", "先写明"),
            ({"door": "没锁"}, "door", "可选的范围"),
        ],
    )
    def test_each_beside_its_field(self, site: Context, more: dict[str, object], field: str, said: str) -> None:
        with pytest.raises(Refusal, match=said) as refused:
            office_day(site, more.pop("day", WEDNESDAY), **more)  # type: ignore[arg-type]
        assert refused.value.field == field

    def test_the_minute_under_way_is_not_the_future(self, site: Context) -> None:
        office_day(site, THURSDAY, opened_at=datetime(2026, 3, 5, 8, 0), closed_at=datetime(2026, 3, 5, 8, 0))

    def test_closed_after_midnight_counts_to_the_evening_before(self, site: Context) -> None:
        made = office_day(site, WEDNESDAY, closed_at=datetime(2026, 3, 5, 0, 30))
        row = by_slug("open_close").list(site, Query()).rows[0]
        assert (row.id, row.values["closed"]) == (made, "次日 00:30 李敏")
        with pytest.raises(Refusal, match="次日凌晨"):
            office_day(site, TUESDAY, closed_at=datetime(2026, 3, 5, 0, 0))

    def test_one_row_for_an_office_and_a_day(self, site: Context) -> None:
        made = office_day(site, WEDNESDAY)
        with pytest.raises(Refusal, match="已经登记过"):
            office_day(site, WEDNESDAY)
        run(site, "open_close", "void", made, reason="填错日期")
        office_day(site, WEDNESDAY)
        assert state(site, made) == "已作废"

    def test_only_the_supervisor_signs_and_voids(self, site: Context) -> None:
        desk = as_role(site, Role.DESK)
        made = office_day(desk, WEDNESDAY)
        for act in ("sign_week", "void"):
            with pytest.raises(Refusal, match="主管"):
                run(desk, "open_close", act, made, reason="填错")
        with pytest.raises(Refusal, match="原因"):
            run(site, "open_close", "void", made)


class TestTheWeek:
    def test_one_signature_for_every_day_up_to_now(self, site: Context) -> None:
        first, second = office_day(site, TUESDAY), office_day(site, WEDNESDAY)
        before = office_day(site, date(2026, 2, 27))
        today = save(site, "open_close", office="办公室", day=THURSDAY, opened_at=site.now(), opened_by="王强")
        assert run(site, "open_close", "sign_week", second) == "办公室这一周 2 天的检查已签字。"
        signed = {each: load(site, "open_close", each)["signed_by"] for each in (first, second, before, today)}
        assert signed == {first: "主管", second: "主管", before: "", today: ""}
        with pytest.raises(Refusal, match="没有要签字"):
            run(site, "open_close", "sign_week", first)
        with pytest.raises(Refusal, match="周签字，不能改"):
            change(site, "open_close", first, found="补写")

    def test_not_before_what_was_found_is_put_right(self, site: Context) -> None:
        made = office_day(site, WEDNESDAY, passage="异常", found="消防通道堆放纸箱")
        with pytest.raises(Refusal, match="03-04 发现的问题还没有写处置"):
            run(site, "open_close", "sign_week", made)
        change(site, "open_close", made, remedy="当场清走")
        run(site, "open_close", "sign_week", made)


class TestClosingTheDay:
    def test_a_site_that_keeps_no_such_register_is_asked_nothing(self, site: Context, crew: Team) -> None:
        assert items(site) == []
        assert "open_close" not in {each.key for each in closing_papers.choices(site, closings.of_day(THURSDAY))}

    def test_what_the_day_lacks_with_its_clause_and_its_door(self, site: Context, crew: Team) -> None:
        office_day(site, WEDNESDAY)
        (item,) = items(site)
        assert (item.kind, item.id, item.name, item.day) == ("开关门", None, "办公室", THURSDAY)
        assert item.sentence == "办公室还缺开门登记、关门登记、防火检查（T3 第七条）。"
        run(site, "open_close", "open", 0, office="办公室", opened_by="王强")
        (item,) = items(site)
        assert item.id is not None, "the row that was begun is opened"
        assert item.sentence == "办公室还缺关门登记、防火检查（T3 第七条）。"
        run(site, "open_close", "normal", 0, office="办公室", closed_by="王强", day=THURSDAY)
        assert items(site) == []

    def test_a_day_of_rest_counts_only_if_somebody_came(self, site: Context, crew: Team) -> None:
        office_day(site, WEDNESDAY)
        go_to(site, "2026-03-07 10:00:00")
        assert [each.kind for each in items(site, SATURDAY)] == ["周签字"]
        sign(site, staff_id=crew["1001"])
        assert [each.kind for each in items(site, SATURDAY)] == ["开关门", "周签字"]

    def test_settings_say_which_offices(self, site: Context, crew: Team) -> None:
        settings.write(site, {"site.offices": "201 办公室、302 办公室"})
        assert [each.name for each in items(site)] == ["201 办公室", "302 办公室"]
        office_day(site, WEDNESDAY, office="旧办公室")
        assert "旧办公室" not in {each.name for each in items(site)}

    def test_findings_stay_open_until_somebody_says_what_was_done(self, site: Context, crew: Team) -> None:
        settings.write(site, {"site.offices": "办公室"})
        made = office_day(site, WEDNESDAY, passage="异常", found="消防通道堆放纸箱")
        found = [each for each in items(site) if each.kind == "安全隐患"]
        assert [(each.id, each.sentence) for each in found] == [(made, "办公室 03-04 通道畅通，还没有写处置。")]
        assert not [each for each in items(site, TUESDAY) if each.kind == "安全隐患"]
        change(site, "open_close", made, remedy="当场清走")
        assert not [each for each in items(site) if each.kind == "安全隐患"]

    def test_the_weeks_signature_is_asked_on_its_last_workday(self, site: Context, crew: Team) -> None:
        made = office_day(site, WEDNESDAY)
        assert "周签字" not in {each.kind for each in items(site)}
        go_to(site, "2026-03-06 17:30:00")
        office_day(site, FRIDAY, closed_at=datetime(2026, 3, 6, 17, 25))
        (item,) = items(site, FRIDAY)
        assert (item.kind, item.sentence) == ("周签字", "办公室 03-04 至 03-06 的检查有 2 天，主管还没有周签字。")
        run(site, "open_close", "sign_week", made)
        assert items(site, FRIDAY) == []

    def test_after_the_day_was_closed_the_last_one_still_leaves(self, site: Context, crew: Team) -> None:
        run(site, "open_close", "open", 0, office="办公室", opened_by="王强")
        office_day(site, THURSDAY, office="201 办公室", opened_at=site.now(), closed_at=site.now())
        go_to(site, "2026-03-05 17:30:00")
        closing.close(site, closings.of_day(THURSDAY), because="还有人在班")
        go_to(site, "2026-03-05 18:10:00")
        run(site, "open_close", "normal", 0, office="办公室", closed_by="王强", day=THURSDAY)
        with pytest.raises(Refusal, match="已日结，这一天的办公室开关门检查不能再补记"):
            save(
                site,
                "open_close",
                office="302 办公室",
                day=THURSDAY,
                opened_at=datetime(2026, 3, 5, 8, 0),
                opened_by="王强",
            )
        late, done = (row.id for row in by_slug("open_close").list(site, Query()).rows[::-1])
        with pytest.raises(Refusal, match="已日结"):
            change(site, "open_close", done, lights="不涉及")
        for after in (
            {"opened_by": "李敏"},
            {"opened_at": datetime(2026, 3, 5, 7, 50)},
            {"passage": "异常", "found": "箱"},
        ):
            with pytest.raises(Refusal, match="已日结"):
                change(site, "open_close", late, **after)
        go_to(site, "2026-03-06 17:30:00")
        assert "1 天" in run(site, "open_close", "sign_week", done)
        assert "1 天" in run(site, "open_close", "sign_week", late)

    def test_the_last_one_leaves_in_the_minute_in_which_the_day_was_closed(self, site: Context, crew: Team) -> None:
        run(site, "open_close", "open", 0, office="办公室", opened_by="王强")
        go_to(site, "2026-03-05 17:25:20")
        closing.close(site, closings.of_day(THURSDAY), because="还有人在班")
        go_to(site, "2026-03-05 17:25:40")
        act = next(each for each in by_slug("open_close").acts if each.key == "normal")
        given = {f.key: f.default(site) for f in act.fields if f.default is not None}
        go_to(site, "2026-03-05 17:26:10")
        assert "17:25" in run(site, "open_close", "normal", 0, **given | {"closed_by": "王强"})


def pages(document: Document) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
    finally:
        pdf.close()


def lines(document: Document) -> dict[str, list[str]]:
    (table,) = (block for block in document.body if isinstance(block, Table))
    return {str(row[0]): [str(cell) for cell in row] for row in table.rows}


class TestPaper:
    @pytest.fixture
    def page(self, site: Context, crew: Team) -> Document:
        office_day(site, date(2026, 3, 2))
        office_day(
            site, WEDNESDAY, passage="异常", found="消防通道堆放\n纸箱", remedy="当场清走", second_inspector="刘芳"
        )
        run(site, "open_close", "sign_week", office_day(site, date(2026, 2, 27)))
        go_to(site, "2026-03-09 09:00:00")
        return documents.month(site, "办公室", WEDNESDAY)

    def test_columns_stand_in_the_order_of_the_form(self, page: Document) -> None:
        (table,) = (block for block in page.body if isinstance(block, Table))
        assert [column.title for column in table.columns] == [
            "日期", "星期", "时间", "开门人", "时间", "关门人", "电脑显示器关", "插排充电断", "空调关", "灯关",
            "窗关", "门锁", "无明火吸烟", "通道畅通", "灭火器在位有效", "应急灯", "巡查情况", "处置情况", "巡查人①②",
            "主管签字（周）",
        ]  # fmt: skip
        assert (page.code, page.number, page.landscape) == ("OD-F15", "XF-202603", True)
        assert "3年" in page.retention.replace(" ", "")

    def test_every_day_has_its_line_and_missing_days_say_so(self, page: Document) -> None:
        found = lines(page)
        assert list(found) == [f"3-{day}" for day in range(1, 32)]
        assert found["3-2"][2:8] == ["08:05", "王强", "17:40", "李敏", "√", "√"]
        assert found["3-4"][13] == "×"
        assert found["3-4"][16:19] == ["消防通道堆放 纸箱", "当场清走", "李敏、刘芳"]
        assert found["3-3"][16] == found["3-5"][16] == found["3-6"][16] == "没有登记"
        assert (found["3-1"][16], found["3-8"][16]) == ("休", "休")
        assert found["3-9"][16] == "", "the day is not over"
        assert {fact.label: fact.value for fact in page.facts}["缺登记"] == "3 天"

    def test_a_month_is_one_page_in_print(self, page: Document) -> None:
        assert len(compose(page)) == 1
        (text,) = pages(page)
        for word in (
            "办公室开关门及消防安全检查表",
            "OD-F15",
            "3-31",
            "消防通道堆放纸箱",
            "研发组负责人",
            "T3第七条、E1一.1、E7三.4",
        ):
            assert word in text

    def test_a_month_with_some_findings_of_two_lines_stays_on_its_page(self, site: Context, crew: Team) -> None:
        for day in range(1, 6):
            wrong = {"passage": "异常", "found": "消防通道堆放纸箱两个，影响疏散", "remedy": "当场清走，已告知后勤处理"}
            office_day(
                site, date(2026, 3, day), closed_at=None, closed_by="", opened_at=datetime(2026, 3, day, 7), **wrong
            )
        assert len(compose(documents.month(site, "办公室", THURSDAY))) == 1

    def test_a_name_of_twenty_five_characters_leaves_a_month_its_page(self, site: Context, crew: Team) -> None:
        long = "阿卜杜热合曼·买买提明·艾合买提·吐尔逊江·阿不都"
        go_to(site, "2026-04-01 09:00:00")
        for day in range(2, 28, 9):
            office_day(site, date(2026, 3, day), opened_by=long, closed_by="买合木提·艾尼瓦尔", inspector=long)
        assert len(compose(documents.month(site, "办公室", THURSDAY))) == 1

    def test_a_full_month_with_long_findings_stays_readable(self, site: Context, crew: Team) -> None:
        for day in range(1, 6):
            office_day(
                site, date(2026, 3, day), opened_at=datetime(2026, 3, day, 7), closed_at=datetime(2026, 3, day, 7, 30),
                passage="异常", found="消防通道堆放纸箱和旧显示器，东侧应急灯不亮" * 4, remedy="当场清走并报修" * 8,
            )  # fmt: skip
        text = "".join(pages(documents.month(site, "办公室", THURSDAY)))
        assert text.count("东侧应急灯不亮") == 20

    def test_the_workbook_says_the_same(self, page: Document, tmp_path: Path) -> None:
        path = tmp_path / "f15.xlsx"
        write_workbook(page, path)
        cells = {str(cell) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True) for cell in row}
        assert {"消防通道堆放 纸箱", "没有登记", "×", "李敏、刘芳"} <= cells

    def test_it_is_among_the_days_papers(self, site: Context, page: Document) -> None:
        chosen = {each.key: each for each in closing_papers.choices(site, closings.of_day(THURSDAY))}
        assert [each.number for each in chosen["open_close"].make()] == ["XF-202603"]
        assert "open_close" in {each.key for each in closing_papers.choices(site, closings.of_month(2026, 3))}

    @pytest.mark.parametrize(
        ("first", "missing"), [(date(2026, 2, 10), True), (date(2026, 3, 3), True), (date(2026, 3, 5), False)]
    )
    def test_days_are_missing_from_the_first_check_ever_on_not_from_the_first_of_the_month(
        self, site: Context, first: date, missing: bool
    ) -> None:
        settings.write(site, {"site.opened_on": "2026-02-01"})
        go_to(site, "2026-03-12 08:00:00")
        office_day(site, first)
        office_day(site, date(2026, 3, 10))
        assert ("没有登记" in lines(documents.month(site, "办公室", THURSDAY))["3-4"]) is missing
        assert ("没有登记" in lines(documents.month(site, "办公室", date(2026, 2, 1)))["2-11"]) is (first.month == 2)
