"""非工作时间场地使用 (F14): approved before, used within (T3-06, examples X31, X33 and their neighbours), its paper."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from filled_site import as_role, change, load, new_vendor, run, save, whole
from machine_room import a_room, id_number, off_hours
from team import go_to

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Choice, Document, FormGrid, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.exports.workbook import write_workbook
from opsdesk.models import OffHours, Room, Vendor
from opsdesk.register import Chip, Query, Row
from opsdesk.rules.vocabulary import DayKind, Role
from opsdesk.services import amending, calendar_acts
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.off_hours_slips import SlipState

EMERGENCY: dict[str, Any] = {"emergency": True, "phoned_by": "王主任", "phoned_at": datetime(2026, 3, 5, 7, 50)}


def rows(ctx: Context, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug("off_hours").list(ctx, Query(text=text, filters=filters)).rows)


def word(ctx: Context, slip_id: int, key: str = "state") -> str | None:
    (row,) = [each for each in rows(ctx) if each.id == slip_id]
    chip = row.values[key]
    return chip.word if isinstance(chip, Chip) else None


def state(ctx: Context, slip_id: int) -> str | None:
    found = word(ctx, slip_id)
    for each in SlipState:
        assert (slip_id in [row.id for row in rows(ctx, state=str(each))]) is (each == found)
    return found


def at(text: str, day: str = "2026-03-05") -> datetime:
    return datetime.fromisoformat(f"{day} {text}")


def approved(ctx: Context, when: str, **more: Any) -> int:
    """A slip approved at this time."""
    made = off_hours(ctx, **more)
    go_to(ctx, f"2026-03-05 {when}")
    run(ctx, "off_hours", "approve", made)
    return made


def used(ctx: Context, slip_id: int, entered: str, left: str) -> str:
    """A slip used between these times and looked at late in the evening."""
    go_to(ctx, "2026-03-05 23:30:00")
    with ctx.transaction("测试") as tx:  # to the second, which no form asks for
        tx.update(OffHours, slip_id, entered_at=at(entered), left_at=at(left))
    return str(word(ctx, slip_id, "check"))


class TestVerdict:
    @pytest.mark.parametrize(
        ("given", "entered", "left", "expected"),
        [
            ("17:00:00", "18:05:00", "20:50:00", "合规"),  # X31
            ("18:10:00", "18:05:00", "20:50:00", "不合规"),  # X33
            ("18:05:00", "18:05:00", "20:50:00", "合规"),
            ("18:05:01", "18:05:00", "20:50:00", "不合规"),
            ("17:00:00", "18:00:00", "21:00:00", "合规"),
            ("17:00:00", "17:59:59", "21:00:00", "不合规"),
            ("17:00:00", "18:00:00", "21:00:01", "不合规"),
            ("17:00:00", "17:30:00", "17:59:00", "不合规"),
        ],
    )
    def test_approved_before_and_used_within(
        self, site: Context, given: str, entered: str, left: str, expected: str
    ) -> None:
        assert used(site, approved(site, given), entered, left) == expected

    def test_working_time_needs_no_slip(self, site: Context) -> None:
        made = approved(site, "14:00:00", begins_at=at("17:30"), ends_at=at("18:00"))
        assert used(site, made, "16:00:00", "17:30:00") == "合规"
        other = approved(site, "14:00:00", begins_at=at("17:30"), ends_at=at("18:00"))
        assert used(site, other, "16:00:00", "18:00:01") == "不合规"

    def test_a_day_off_has_no_working_time(self, site: Context) -> None:
        made = approved(site, "14:00:00")
        calendar_acts.set_day(site, day=date(2026, 3, 5), kind=DayKind.DAY_OFF, name="站庆")
        assert used(site, made, "16:00:00", "17:00:00") == "不合规"

    def test_who_used_it_unapproved_and_who_was_refused(self, site: Context) -> None:
        waiting, refused = off_hours(site), off_hours(site)
        run(site, "off_hours", "refuse", refused, reason="没有必要")
        for made, said in ((waiting, "申请还没有批准"), (refused, "申请还没有批准")):
            assert used(site, made, "18:05:00", "20:50:00") == "不合规"
            assert f"{said}（T3 第六条）" in load(site, "off_hours", made)["course"]

    def test_where_the_clause_is_repealed_nothing_is_missed(self, site: Context) -> None:
        made = off_hours(site)
        amending.amend(
            site, clause="T3-06", begins_on=date(2026, 3, 5), typed={}, source="通知", reason="调整", repealed=True
        )
        assert used(site, made, "18:05:00", "20:50:00") == "合规"

    @pytest.mark.parametrize(
        ("papered", "expected"), [("2026-03-06 23:59:59", "合规"), ("2026-03-07 00:00:00", "不合规")]
    )
    def test_an_emergency_by_the_phone_and_its_paper_by_the_next_day(
        self, site: Context, papered: str, expected: str
    ) -> None:
        made = off_hours(site, **EMERGENCY)
        assert used(site, made, "18:05:00", "20:50:00") == "合规"
        go_to(site, papered)
        run(site, "off_hours", "paper", made)
        assert word(site, made, "check") == expected

    def test_an_emergency_without_paper_is_missed_from_the_day_after_on(self, site: Context) -> None:
        made = off_hours(site, **EMERGENCY)
        used(site, made, "18:05:00", "20:50:00")
        for now, check, stands in (
            ("2026-03-06 23:59:59", "合规", "紧急待补单"),
            ("2026-03-07 00:00:00", "不合规", "紧急逾期"),
        ):
            go_to(site, now)
            assert (word(site, made, "check"), state(site, made)) == (check, stands)

    def test_where_emergencies_too_are_approved_first(self, site: Context) -> None:
        amending.amend(
            site, clause="T3-06", begins_on=date(2026, 3, 5), typed={"offhours.emergency_makeup": "false"},
            source="通知", reason="从严",
        )  # fmt: skip
        late = {**EMERGENCY, "phoned_at": at("18:05:01")}
        go_to(site, "2026-03-05 19:00:00")
        made, other = off_hours(site, **late), off_hours(site, **EMERGENCY)
        assert used(site, made, "18:05:00", "20:50:00") == "不合规"
        assert used(site, other, "18:05:00", "20:50:00") == "合规"


class TestUse:
    def test_coming_and_going_may_be_entered_one_after_the_other(self, site: Context) -> None:
        made = approved(site, "17:00:00")
        go_to(site, "2026-03-05 19:00:00")
        assert run(site, "off_hours", "use", made, entered_at=at("18:05")) == "申请 FG-202603-001：03-05 18:05 进入。"
        assert (word(site, made, "check"), state(site, made)) == ("使用中", "已批准")
        go_to(site, "2026-03-05 21:10:00")
        said = run(site, "off_hours", "use", made, left_at=at("21:05"), power=True, door=True, checked_by="赵敏")
        assert "03-05 21:05 离开。不合规：03-05 21:00 至 21:05 在工作时间以外" in said
        shown = load(site, "off_hours", made)
        assert (shown["left_check"], state(site, made)) == ("断电、锁门（赵敏）", "已使用")
        assert "不合规：" in shown["course"]
        whole(site)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({}, "entered_at"),
            ({"left_at": at("20:00")}, "entered_at"),
            ({"entered_at": at("19:00"), "left_at": at("18:59")}, "left_at"),
            ({"entered_at": at("19:00"), "left_at": at("23:31")}, "left_at"),
            ({"entered_at": at("19:00"), "windows": True}, "left_at"),
            ({"entered_at": at("19:00"), "checked_by": "赵敏"}, "left_at"),
        ],
    )
    def test_what_cannot_be_is_refused(self, site: Context, values: dict[str, Any], field: str) -> None:
        made = approved(site, "17:00:00")
        go_to(site, "2026-03-05 23:30:00")
        with pytest.raises(Refusal) as refused:
            run(site, "off_hours", "use", made, **values)
        assert refused.value.field == field

    def test_a_used_slip_is_not_made_void_and_a_void_one_not_used(self, site: Context) -> None:
        made, void = approved(site, "17:00:00"), off_hours(site)
        used(site, made, "18:05:00", "20:50:00")
        with pytest.raises(Refusal, match="已经用过"):
            run(site, "off_hours", "void", made, reason="不要了")
        run(site, "off_hours", "void", void, reason="不要了")
        with pytest.raises(Refusal, match="作废"):
            run(site, "off_hours", "use", void, entered_at=at("18:05"))
        assert "作废：不要了" in load(site, "off_hours", void)["course"]


class TestForm:
    def test_numbers_of_the_month(self, site: Context) -> None:
        off_hours(site)
        off_hours(site)
        go_to(site, "2026-04-01 08:00:00")
        off_hours(site)
        numbers = sorted(str(row.values["number"]) for row in rows(site))
        assert numbers == ["FG-202603-001", "FG-202603-002", "FG-202604-001"]

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"ends_at": at("18:00")}, "ends_at", "晚于"),
            ({"ends_at": at("18:00:01", "2026-03-12")}, "ends_at", "七天"),
            ({"emergency": True}, "phoned_by", "电话批准人"),
            ({"emergency": True, "phoned_by": "王"}, "phoned_at", "电话批准人"),
            ({"phoned_by": "王"}, "emergency", "空着"),
            ({"phoned_at": at("07:00")}, "emergency", "空着"),
            ({**EMERGENCY, "phoned_at": at("08:01")}, "phoned_at", "还没有到"),
            ({"people": "\n".join(f"工程师{n}" for n in range(31))}, "people", "最多 30 人"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(
        self, site: Context, changes: dict[str, Any], field: str, said: str
    ) -> None:
        with pytest.raises(Refusal, match=said) as refused:
            off_hours(site, **changes)
        assert refused.value.field == field

    def test_what_just_fits_is_kept(self, site: Context) -> None:
        off_hours(site, ends_at=at("18:00", "2026-03-12"))
        off_hours(site, people="\n".join(f"工程师{n}" for n in range(30)))

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("周工、吴工，郑工", "周工\n吴工\n郑工"),
            (f"周工 {id_number(1)} 13912345678", f"周工 {id_number(1)[-4:]} 13912345678"),
            ("周工  0011\n\n 周工 0011\n吴工 ", "周工 0011\n吴工"),
            ("周工 0011、13912345678", "周工 0011、13912345678"),
        ],
    )
    def test_people_a_line_each_and_no_whole_number(self, site: Context, typed: str, shown: str) -> None:
        assert load(site, "off_hours", off_hours(site, people=typed))["people"] == shown

    def test_telephones_are_masked_for_who_only_looks(self, site: Context) -> None:
        made = off_hours(site)
        seen = load(as_role(site, Role.READER), "off_hours", made)
        assert (seen["phone"], seen["people"].split("\n")[0]) == ("139****5678", "周工 0012 139****5678")
        assert load(as_role(site, Role.DESK), "off_hours", made)["phone"] == "13912345678"

    @pytest.mark.parametrize(
        ("begins", "ends", "kinds"),
        [
            (at("18:00"), at("21:00"), "工作日班后"),
            (at("18:00", "2026-03-06"), at("12:00", "2026-03-07"), "工作日班后、周末"),
            (at("18:00", "2026-03-06"), at("00:00", "2026-03-07"), "工作日班后"),
            (at("09:00", "2026-10-01"), at("12:00", "2026-10-01"), "法定节假日"),
            (at("09:00", "2026-10-05"), at("12:00", "2026-10-05"), "调休休息日"),
            (at("18:00", "2026-10-10"), at("20:00", "2026-10-10"), "工作日班后"),
        ],
    )
    def test_the_calendar_says_what_time_it_is(
        self, site: Context, begins: datetime, ends: datetime, kinds: str
    ) -> None:
        assert load(site, "off_hours", off_hours(site, begins_at=begins, ends_at=ends))["kinds"] == kinds

    def test_a_vendor_is_known_by_its_name(self, site: Context) -> None:
        vendor = new_vendor(site)
        assert load(site, "off_hours", off_hours(site, unit="华信"))["vendor_id"] == vendor

    @pytest.mark.parametrize("slug", ["off_hours", "permit"])
    def test_who_leaves_later_is_offered_until_then(self, site: Context, slug: str) -> None:
        vendor, room = new_vendor(site), a_room(site)
        fields = {field.key: field for field in by_slug(slug).fields}
        place = fields.get("place") or fields["room_id"]
        assert fields["unit"].options is not None
        assert place.options is not None
        for last, offered in ((date(2026, 3, 6), True), (date(2026, 3, 5), False)):
            with site.transaction("停用") as tx:
                tx.update(Vendor, vendor, left_on=last)
                tx.update(Room, room, left_on=last)
            assert ("华信系统集成有限公司" in dict(fields["unit"].options(site))) is offered
            assert ("三楼中心机房" in dict(place.options(site)).values()) is offered

    def test_found_by_words_and_month(self, site: Context) -> None:
        first = off_hours(site)
        april = off_hours(site, begins_at=at("09:00", "2026-04-04"), ends_at=at("12:00", "2026-04-05"), reason="割接")
        assert [row.id for row in rows(site, "割接前")] == [first]
        assert [row.id for row in rows(site, month="2026-04")] == [april]
        shown = {row.id: row.values["ends_at"] for row in rows(site)}
        assert shown == {first: "21:00", april: "04-05 12:00"}


class TestDecision:
    def test_late_is_told_and_after_the_end_refused(self, site: Context) -> None:
        made, other = off_hours(site), off_hours(site)
        go_to(site, "2026-03-05 21:00:00")
        assert "晚于开始时间" in run(site, "off_hours", "approve", made)
        go_to(site, "2026-03-05 21:00:01")
        assert state(site, other) == "已过期"
        with pytest.raises(Refusal, match="已经过去") as refused:
            run(site, "off_hours", "approve", other)
        assert refused.value.field == "approved_at"
        said = run(site, "off_hours", "approve", other, approved_at=at("17:00"), approved_by="王主任")
        assert said == "申请 FG-202603-002 已批准。"

    def test_what_was_decided_stands(self, site: Context) -> None:
        made, refused, void, emergency = (off_hours(site), off_hours(site), off_hours(site),
                                          off_hours(site, **EMERGENCY))  # fmt: skip
        run(site, "off_hours", "approve", made)
        run(site, "off_hours", "refuse", refused, reason="没有必要")
        run(site, "off_hours", "void", void, reason="改期")
        for each in (made, refused, void):
            with pytest.raises(Refusal, match="不能改"):
                change(site, "off_hours", each, reason="别的")
            for act in ("approve", "refuse"):
                with pytest.raises(Refusal, match="已经"):
                    run(site, "off_hours", act, each, reason="再来")
        change(site, "off_hours", emergency, reason="写细一点")
        with pytest.raises(Refusal, match="请用“补单”"):
            run(site, "off_hours", "approve", emergency)
        with pytest.raises(Refusal, match="请用“批准”"):
            run(site, "off_hours", "paper", made)
        with pytest.raises(Refusal, match="早于电话批准"):
            run(site, "off_hours", "paper", emergency, papered_at=at("07:49"))
        run(site, "off_hours", "paper", emergency, papered_at=at("07:50"))
        for act in ("paper", "refuse"):
            with pytest.raises(Refusal, match="已经"):
                run(site, "off_hours", act, emergency, reason="再来")
        states = [state(site, each) for each in (made, refused, void, emergency)]
        assert states == ["已批准", "未批准", "已作废", "已批准"]
        whole(site)

    def test_the_form_is_closed_by_a_decision_and_by_use(self, site: Context) -> None:
        closed = by_slug("off_hours").closed
        assert closed
        waiting, emergency, used_unasked = off_hours(site), off_hours(site, **EMERGENCY), off_hours(site)
        assert not any(closed(load(site, "off_hours", each)) for each in (waiting, emergency, used_unasked))
        run(site, "off_hours", "approve", waiting)
        run(site, "off_hours", "paper", emergency)
        run(site, "off_hours", "use", used_unasked, entered_at=at("08:00"))
        assert all(closed(load(site, "off_hours", each)) for each in (waiting, emergency, used_unasked))

    def test_an_emergency_may_turn_out_to_be_none_before_its_paper(self, site: Context) -> None:
        made = off_hours(site, **EMERGENCY)
        change(site, "off_hours", made, emergency=False, phoned_by="", phoned_at=None)
        shown = load(site, "off_hours", made)
        assert (shown["approved_by"], shown["approved_at"], state(site, made)) == ("", None, "待批准")

    @pytest.mark.parametrize("act", ["approve", "refuse", "paper"])
    def test_the_desk_decides_nothing(self, site: Context, act: str) -> None:
        made = off_hours(site)
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "off_hours", act, made, reason="测试")

    def test_the_desk_takes_back_what_nobody_decided(self, site: Context) -> None:
        desk = as_role(site, Role.DESK)
        made, other = off_hours(desk), off_hours(desk)
        run(desk, "off_hours", "void", made, reason="改期")
        run(site, "off_hours", "approve", other)
        with pytest.raises(Refusal, match="主管"):
            run(desk, "off_hours", "void", other, reason="改期")

    def test_acts_that_fit(self, site: Context) -> None:
        offered = {act.key: act.offered for act in by_slug("off_hours").acts if act.offered}
        for made, keys in (
            (off_hours(site), {"approve", "refuse", "use", "void"}),
            (off_hours(site, **EMERGENCY), {"paper", "refuse", "use", "void"}),
        ):
            shown = load(site, "off_hours", made)
            assert {key for key, when in offered.items() if when(shown)} == keys


def paper(ctx: Context, slip_id: int) -> Document:
    made: Document = by_slug("off_hours").papers[0].make(ctx, slip_id)
    return made


def cells(document: Document) -> dict[str, Any]:
    grids = [block for block in document.body if isinstance(block, FormGrid)]
    return {cell.label: cell.value for grid in grids for row in grid.rows for cell in row}


def text_of(document: Document) -> str:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pdf)


class TestPaper:
    def test_says_what_the_record_holds(self, site: Context, tmp_path: Path) -> None:
        made = approved(site, "17:00:00", people=f"周工 {id_number(1)} 13912345678\n吴工")
        go_to(site, "2026-03-05 21:30:00")
        run(site, "off_hours", "use", made, entered_at=at("18:05"), left_at=at("20:50"), power=True, checked_by="赵敏")
        document = paper(site, made)
        text = text_of(document)
        for words in (
            "OD-F14 A/0", "非工作时间场地使用申请", "FG-202603-001", "示例市信息中心", "恒通网络", "周工", "吴工",
            id_number(1)[-4:], "139****5678", "办公室", "自 2026年3月5日 18:00 至 21:00", "割接前的准备", "同意",
            "主管", "批准时间：2026年3月5日 17:00", "2026年3月5日 18:05", "2026年3月5日 20:50", "赵敏", "所属公司意见",
            "（盖章）", "补单日期", "T3 第六条", "保存期限：3 年，按年装订",
        ):  # fmt: skip
            assert words.replace(" ", "") in text, words
        assert "核对：" not in text
        assert id_number(1) not in text
        write_workbook(document, tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
        values = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert id_number(1) not in values
        assert "割接前的准备" in values

    def test_boxes_are_ticked(self, site: Context) -> None:
        made = off_hours(
            site, begins_at=at("18:00", "2026-03-06"), ends_at=at("12:00", "2026-03-07"), place="三楼机房", **EMERGENCY
        )
        shown = cells(paper(site, made))
        ticked = {key: value.chosen for key, value in shown.items() if isinstance(value, Choice)}
        assert ticked == {
            "时间性质": ("工作日班后", "周末"), "是否进入机房": ("是",), "紧急抢修": ("电话批准",), "离场检查": (),
        }  # fmt: skip
        assert shown["批准人、时刻"] == "王主任　2026年3月5日 07:50"
        assert cells(paper(site, off_hours(site)))["是否进入机房"].chosen == ("否",)

    def test_what_was_missed_refused_and_made_void_stands_on_it(self, site: Context) -> None:
        made, refused, void = off_hours(site), off_hours(site), off_hours(site)
        run(site, "off_hours", "refuse", refused, reason="没有必要")
        run(site, "off_hours", "void", void, reason="改期")
        used(site, made, "18:05:00", "20:50:00")
        assert any("核对：03-05 18:05 至 20:50 在工作时间以外" in note for note in paper(site, made).notes)
        assert "不同意：没有必要" in cells(paper(site, refused))["运维主管审批"]
        assert paper(site, void).title.endswith("（已作废）")
        assert any("作废：改期" in note for note in paper(site, void).notes)

    def test_visits_of_the_slip_name_their_permits(self, site: Context) -> None:
        from machine_room import a_room, permit
        from test_permit import enter

        made = off_hours(site)
        for n in range(2):
            visit = permit(site, a_room(site, f"机房{n}"))
            enter(site, visit, "周工", at("18:05"), off_hours_number="FG-202603-001")
        assert cells(paper(site, made))["机房审批单号"] == "JF-20260305-01、JF-20260305-02"

    def test_many_people_go_on_further_pages(self, site: Context) -> None:
        made = save(
            site, "off_hours", **{**load(site, "off_hours", off_hours(site)),
                                  "people": "\n".join(f"工程师{n} 00{n:02}" for n in range(30))}
        )  # fmt: skip
        document = paper(site, made)
        (table,) = [block for block in document.body if isinstance(block, Table)]
        assert len(table.rows) == 30
        assert "工程师29" in text_of(document)
