"""人员 on a real database: numbers, names, states, leaving, the qualification card, and the list the vendor sends."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from a_site import NOW
from filled_site import as_role, change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import func, select

from opsdesk.catalog import by_slug
from opsdesk.models import ImportBatch, LedgerRow, Post, Staff, Vendor
from opsdesk.register import Chip, Query, Row
from opsdesk.registers.sign_in.service import sign
from opsdesk.registers.staff.service import import_staff
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult

TODAY = NOW.date()
DAY = timedelta(days=1)
HEAD = ("工号", "姓名", "外包单位")


def listed(ctx: Context, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug("staff").list(ctx, Query(text, filters)).rows)


def names(ctx: Context, text: str = "", **filters: Any) -> list[str]:
    return [str(row.values["name"]) for row in listed(ctx, text, **filters)]


def column(ctx: Context, staff_id: int, name: str) -> Any:
    with ctx.read() as connection:
        return connection.execute(select(getattr(Staff, name)).where(Staff.id == staff_id)).scalar_one()


def count(ctx: Context, model: Any) -> int:
    with ctx.read() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def move_clock(ctx: Context, **units: float) -> None:
    assert isinstance(ctx.clock, FixedClock)
    ctx.clock.advance(**units)


def table(path: Path, *rows: Mapping[str, str]) -> Path:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows)
    return path


def person(staff_no: str = "V001", name: str = "王强", vendor: str = "华信", **more: str) -> dict[str, str]:
    return {"工号": staff_no, "姓名": name, "外包单位": vendor, **more}


class TestForm:
    def test_what_is_typed_is_kept_tidy(self, site: Context) -> None:
        vendor = new_vendor(site)
        made = new_staff(site, vendor, " V 001 ", "买买提 • 艾力", pin="000052", badge_no="", phone=" 13800001234 ")
        kept = load(site, "staff", made)
        assert (kept["staff_no"], kept["name"], kept["pin"], kept["phone"]) == (
            "V001",
            "买买提·艾力",
            "52",
            "13800001234",
        )
        assert kept["badge_no"] is None
        assert kept["initials"].split()[0] == "MMTAL"
        whole(site)

    @pytest.mark.parametrize(
        ("field", "value", "taken_as"),
        [("staff_no", "v001", "工号"), ("pin", "0052", "考勤号"), ("badge_no", "B-9", "工牌号")],
    )
    def test_numbers_belong_to_one_person(self, site: Context, field: str, value: str, taken_as: str) -> None:
        vendor = new_vendor(site)
        new_staff(site, vendor, "V001", "王强", pin="52", badge_no="b-9")
        with pytest.raises(Refusal, match=f"{taken_as}.*王强") as refused:
            new_staff(site, vendor, **{"staff_no": "V002", "name": "李丽", field: value})
        assert refused.value.field == field
        other = new_staff(site, vendor, "V002", "李丽")
        with pytest.raises(Refusal) as refused:
            change(site, "staff", other, **{field: value})
        assert refused.value.field == field

    def test_people_without_machine_numbers_do_not_clash(self, site: Context) -> None:
        vendor = new_vendor(site)
        new_staff(site, vendor, "V001", pin="", badge_no=None)
        new_staff(site, vendor, "V002", pin=None, badge_no="")
        assert count(site, Staff) == 2

    def test_new_name_brings_new_initials(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site))
        change(site, "staff", made, name="李丽")
        assert names(site, "LL") == ["李丽"]
        assert names(site, "WQ") == []

    def test_lodging_has_limits(self, site: Context) -> None:
        vendor = new_vendor(site)
        assert load(site, "staff", new_staff(site, vendor, lodging_minutes=1440))["lodging_minutes"] == 1440
        for minutes in (1441, -1):
            with pytest.raises(Refusal) as refused:
                new_staff(site, vendor, "V002", lodging_minutes=minutes)
            assert refused.value.field == "lodging_minutes"

    def test_stand_by_mark_of_who_was_on_site_before_today_stays(self, site: Context, tmp_path: Path) -> None:
        vendor = new_vendor(site)
        for number, (mark, word) in enumerate(((True, "否"), (False, "是"))):
            old = new_staff(site, vendor, f"A{number}", reserve=mark, arrived_on=TODAY - DAY)
            new = new_staff(site, vendor, f"B{number}", reserve=mark, arrived_on=TODAY)
            with pytest.raises(Refusal, match=r"离场.*新工号.*排班") as refused:
                change(site, "staff", old, reserve=not mark)
            assert refused.value.field == "reserve"
            change(site, "staff", old, phone="13800000000")
            told = import_staff(site, table(tmp_path / f"{number}.csv", person(f"A{number}", 储备人员=word)))
            assert [finding.column for finding in told.rejected] == ["储备"]
            assert (column(site, old, "reserve"), column(site, old, "phone")) == (mark, "13800000000")
            change(site, "staff", new, reserve=not mark)
            assert column(site, new, "reserve") is not mark

    def test_name_too_long_is_refused_and_fifty_is_not(self, site: Context) -> None:
        vendor = new_vendor(site)
        new_staff(site, vendor, "V001", "王" * 50)
        with pytest.raises(Refusal, match="51 个字") as refused:
            new_staff(site, vendor, "V002", "王" * 51)
        assert refused.value.field == "name"

    def test_vendor_out_of_use_takes_nobody_new(self, site: Context) -> None:
        vendor = new_vendor(site)
        run(site, "vendor", "retire", vendor, day=TODAY)
        with pytest.raises(Refusal, match="已停用") as refused:
            new_staff(site, vendor)
        assert refused.value.field == "vendor_id"

    def test_who_has_signed_stays_with_the_vendor(self, site: Context) -> None:
        first, second = new_vendor(site), new_vendor(site, "W02", "中科软件", "中科")
        made = new_staff(site, first)
        change(site, "staff", made, vendor_id=second)  # nothing signed yet
        sign(site, staff_id=made)
        with pytest.raises(Refusal, match="到岗记录") as refused:
            change(site, "staff", made, vendor_id=first)
        assert refused.value.field == "vendor_id"

    def test_arrival_cannot_be_after_the_first_signed_day(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site))
        sign(site, staff_id=made)
        change(site, "staff", made, arrived_on=TODAY)
        with pytest.raises(Refusal, match="2026-03-05 已有到岗记录") as refused:
            change(site, "staff", made, arrived_on=TODAY + DAY)
        assert refused.value.field == "arrived_on"


class TestList:
    def test_found_by_every_number_and_reading(self, site: Context) -> None:
        vendor = new_vendor(site)
        new_staff(site, vendor, "V001", "单伟", pin="000052", badge_no="3891192334")
        new_staff(site, vendor, "V002", "李丽", pin="7")
        for text in ("v001", "单", "DW", "sw", "52", "0052", "38911", "单 V001"):
            assert names(site, text) == ["单伟"], text
        assert names(site, "单 V002") == []

    def test_phone_is_masked_in_the_list_and_for_readers(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site), phone="13812345678", hotline_phone="075512345678")
        assert listed(site)[0].values["phone"] == "138****5678"
        for role in (Role.SUPERVISOR, Role.DESK):
            assert load(as_role(site, role), "staff", made)["phone"] == "13812345678"
        for role in (Role.READER, Role.KIOSK):
            seen = load(as_role(site, role), "staff", made)
            assert (seen["phone"], seen["hotline_phone"]) == ("138****5678", "075****5678")
        assert names(site, "12345678") == []  # nor can it be guessed by searching

    def test_states_and_filters(self, site: Context) -> None:
        first, second = new_vendor(site), new_vendor(site, "W02", "中科软件", "中科")
        new_staff(site, first, "V001", "甲", arrived_on=TODAY)
        new_staff(site, first, "V002", "乙", arrived_on=TODAY + DAY)
        new_staff(site, second, "V003", "丙", reserve=True)
        gone = new_staff(site, second, "V004", "丁")
        run(site, "staff", "leave_site", gone, day=TODAY - DAY, reason="合同到期")
        last_day = new_staff(site, second, "V005", "戊")
        run(site, "staff", "leave_site", last_day, day=TODAY, reason="合同到期")
        assert names(site, state="在场") == ["甲", "戊"]
        assert names(site, state="未到场") == ["乙"]
        assert names(site, state="储备") == ["丙"]
        assert names(site, state="已离场") == ["丁"]
        assert names(site, vendor=second) == ["丙", "戊", "丁"]  # who has left comes last
        assert [row.muted for row in listed(site, vendor=second)] == [False, False, True]
        chips = {row.values["name"]: row.values["state"] for row in listed(site)}
        assert isinstance(chips["戊"], Chip)
        assert chips["戊"].word == "在场"


class TestLeaving:
    def test_leaves_and_comes_back(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site))
        assert "2026-03-04" in run(site, "staff", "leave_site", made, day=TODAY - DAY, reason="转去别的项目")
        assert column(site, made, "left_on") == TODAY - DAY
        with pytest.raises(Refusal, match="已在 2026-03-04 离场"):
            run(site, "staff", "leave_site", made, day=TODAY, reason="再来一次")
        with site.read() as connection:
            link = connection.execute(select(LedgerRow.act, LedgerRow.reason).order_by(LedgerRow.seq.desc())).first()
        assert link is not None
        assert tuple(link) == ("办理离场", "转去别的项目")
        run(site, "staff", "return_to_site", made)
        assert column(site, made, "left_on") is None
        with pytest.raises(Refusal, match="不需要恢复"):
            run(site, "staff", "return_to_site", made)
        whole(site)

    def test_not_before_arrival(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site), arrived_on=TODAY)
        with pytest.raises(Refusal, match="早于到场日期") as refused:
            run(site, "staff", "leave_site", made, day=TODAY - DAY, reason="x")
        assert refused.value.field == "day"
        run(site, "staff", "leave_site", made, day=TODAY, reason="x")

    def test_not_before_the_last_signed_day(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site))
        sign(site, staff_id=made)
        with pytest.raises(Refusal, match="还有到岗记录") as refused:
            run(site, "staff", "leave_site", made, day=TODAY - DAY, reason="x")
        assert refused.value.field == "day"
        run(site, "staff", "leave_site", made, day=TODAY, reason="x")

    def test_needs_a_reason(self, site: Context) -> None:
        made = new_staff(site, new_vendor(site))
        with pytest.raises(Refusal) as refused:
            run(site, "staff", "leave_site", made, day=TODAY, reason=" ")
        assert refused.value.field == "reason"


class TestCard:
    FULL: Mapping[str, Any] = {
        "arrived_on": date(2026, 1, 5),
        "joined_implementation": True,
        "career_started_on": date(2025, 1, 5),
        "has_pc": True,
        "has_internet": True,
        "lodging_minutes": 5,
        "hotline_phone": "4008001234",
    }

    @pytest.mark.parametrize(
        ("changes", "word", "reason"),
        [
            ({}, "合格", "都符合"),
            ({"lodging_minutes": 6}, "不足", "住地到现场 6 分，超过 5 分（T1 2.1）"),
            ({"career_started_on": date(2025, 1, 6)}, "不足", "不满 1 年（T1 2.2）"),
            ({"hotline_phone": ""}, "未填", "热线电话"),
            ({"has_pc": None, "has_internet": False}, "不足", "没有配上网（T1 2.1）。还没有填写是否配电脑。"),
        ],
    )
    def test_chip_and_sentence(self, site: Context, changes: Mapping[str, Any], word: str, reason: str) -> None:
        made = new_staff(site, new_vendor(site), **{**self.FULL, **changes})
        chip = listed(site)[0].values["qualification"]
        assert isinstance(chip, Chip)
        assert chip.word == word
        said = load(site, "staff", made)["qualification"]
        assert said.startswith(f"{word}：")
        assert reason in said


class TestImport:
    def test_stores_people_and_the_batch(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        path = table(
            tmp_path / "名册.csv",
            person(岗位="桌面运维", 考勤号="000052", 电话="13812345678", 到场日期="2026-02-01", 储备人员="是"),
            person("V002", "单伟", "华信系统集成有限公司", 岗位="桌面运维", 到场日期="2026-02-02"),
            person("V003", "李丽", "w01"),
        )
        result = import_staff(site, path)
        assert result.as_json() == {"read": 3, "stored": 3, "duplicates": 0, "rejected": []}
        assert names(site) == ["王强", "单伟", "李丽"]
        first = load(site, "staff", listed(site, "V001")[0].id)
        assert (first["pin"], first["phone"], first["arrived_on"], first["reserve"], first["initials"].split()[0]) == (
            "52",
            "13812345678",
            date(2026, 2, 1),
            True,
            "WQ",
        )
        assert load(site, "staff", listed(site, "V003")[0].id)["arrived_on"] == TODAY  # the list does not say
        assert count(site, Post) == 1
        with site.read() as connection:
            batch = connection.execute(select(ImportBatch.__table__)).mappings().one()
        assert (batch["what"], batch["file_name"], batch["rows_read"], batch["rows_stored"]) == (
            "staff",
            "名册.csv",
            3,
            3,
        )
        assert len(batch["sha256"]) == 64
        whole(site)

    def test_same_file_twice_changes_nothing(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        path = table(tmp_path / "a.csv", person(考勤号="0052", 岗位="值守", 离场日期=""), person("V002", "李丽"))
        import_staff(site, path)
        before = links(site)
        again = import_staff(site, path)
        assert again.as_json() == {"read": 2, "stored": 0, "duplicates": 2, "rejected": []}
        assert links(site) == before

    def test_changed_row_updates_and_empty_cells_say_nothing(self, site: Context, tmp_path: Path) -> None:
        vendor = new_vendor(site)
        made = new_staff(site, vendor, phone="13800000000", reserve=True, lodging_minutes=5, arrived_on=TODAY)
        new_staff(site, vendor, "V002", "李丽")
        result = import_staff(
            site, table(tmp_path / "a.csv", person(电话="13911111111", 住地分钟=""), person("V002", "李丽"))
        )
        assert (result.read, result.stored, result.duplicates) == (2, 1, 1)
        kept = load(site, "staff", made)
        assert (kept["phone"], kept["reserve"], kept["lodging_minutes"]) == ("13911111111", True, 5)
        import_staff(site, table(tmp_path / "b.csv", person(储备人员="否")))
        assert load(site, "staff", made)["reserve"] is False
        whole(site)

    def test_dry_run_says_what_would_be_stored(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        before = links(site)
        path = table(tmp_path / "a.csv", person(), person("V002", "李丽"))
        assert import_staff(site, path, dry_run=True).as_json()["stored"] == 2
        assert (count(site, Staff), links(site)) == (0, before)

    def test_one_bad_row_keeps_the_whole_list_out(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        before = links(site)
        path = table(tmp_path / "a.csv", person(), person("V002", "李丽", 到场日期="2026-02-30"))
        result = import_staff(site, path)
        assert (result.read, result.stored) == (2, 0)
        assert [finding.row for finding in result.rejected] == [3]
        assert (count(site, Staff), links(site)) == (0, before)
        assert "没有导入" in result.sentence

    def test_unknown_vendor_is_not_invented(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        path = table(tmp_path / "a.csv", person(), person("V002", "李丽", "华兴"))
        result = import_staff(site, path)
        assert [(finding.row, "请先在外包单位里登记" in finding.reason) for finding in result.rejected] == [(3, True)]
        assert (count(site, Staff), count(site, Vendor)) == (0, 1)

    def test_vendors_are_added_when_asked_for(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        path = table(
            tmp_path / "a.csv", person(), person("V002", "李丽", "恒通网络"), person("V003", "赵敏", "恒通网络")
        )
        result = import_staff(site, path, add_vendors=True)
        assert result.stored == 3
        with site.read() as connection:
            found = connection.execute(select(Vendor.code, Vendor.name).order_by(Vendor.id)).all()
        assert [tuple(row) for row in found] == [("W01", "华信系统集成有限公司"), ("W02", "恒通网络")]
        whole(site)

    def test_another_name_under_a_known_number_is_refused(self, site: Context, tmp_path: Path) -> None:
        new_staff(site, new_vendor(site))
        result = import_staff(site, table(tmp_path / "a.csv", person("V001", "李丽")))
        assert "V001 在系统里是王强" in result.rejected[0].reason
        assert names(site) == ["王强"]

    def test_machine_number_of_somebody_else_is_refused(self, site: Context, tmp_path: Path) -> None:
        new_staff(site, new_vendor(site), "V009", "王强", pin="52")
        path = table(tmp_path / "a.csv", person("V001", "李丽", 考勤号="0052"))
        result = import_staff(site, path)
        assert [(finding.row, finding.column) for finding in result.rejected] == [(2, "考勤号")]
        assert "王强（工号 V009）" in result.rejected[0].reason

    def test_machine_numbers_may_go_round(self, site: Context, tmp_path: Path) -> None:
        vendor = new_vendor(site)
        first = new_staff(site, vendor, "V001", "王强", pin="1")
        second = new_staff(site, vendor, "V002", "李丽", pin="2")
        path = table(tmp_path / "a.csv", person(考勤号="2"), person("V002", "李丽", 考勤号="1"))
        assert import_staff(site, path).stored == 2
        assert (column(site, first, "pin"), column(site, second, "pin")) == ("2", "1")
        whole(site)

    def test_leaving_in_the_list_keeps_to_the_record(self, site: Context, tmp_path: Path) -> None:
        made = new_staff(site, new_vendor(site))
        sign(site, staff_id=made)
        refused = import_staff(site, table(tmp_path / "a.csv", person(离场日期="2026-03-04")))
        assert [(finding.row, finding.column) for finding in refused.rejected] == [(2, "离场日期")]
        assert import_staff(site, table(tmp_path / "b.csv", person(离场日期="2026-03-05"))).stored == 1
        assert column(site, made, "left_on") == TODAY

    def test_desk_may_import_and_readers_may_not(self, site: Context, tmp_path: Path) -> None:
        new_vendor(site)
        path = table(tmp_path / "a.csv", person())
        for dry_run in (True, False):
            with pytest.raises(Refusal, match="登录"):
                import_staff(as_role(site, Role.READER), path, dry_run=dry_run)
        assert import_staff(as_role(site, Role.DESK), path).stored == 1

    def test_unfilled_template_offends_nothing(self, site: Context, tmp_path: Path) -> None:
        from opsdesk.imports.templates import write_template

        write_template("staff", tmp_path / "t.xlsx")
        assert import_staff(site, tmp_path / "t.xlsx").as_json() == {
            "read": 0,
            "stored": 0,
            "duplicates": 0,
            "rejected": [],
        }

    def test_result_is_four_facts(self) -> None:
        assert list(ImportResult(0, 0, 0, (), "x").as_json()) == ["read", "stored", "duplicates", "rejected"]


def test_clock_moves_people_out(site: Context) -> None:
    made = new_staff(site, new_vendor(site))
    run(site, "staff", "leave_site", made, day=TODAY, reason="合同到期")
    assert names(site, state="已离场") == []
    move_clock(site, days=1)
    assert names(site, state="已离场") == ["王强"]


def test_posts_offered_are_taken_and_strangers_are_not(site: Context) -> None:
    vendor = new_vendor(site)
    post = save(site, "post", name="值守", duties="")
    made = new_staff(site, vendor, post_id=post)
    assert listed(site)[0].values["post"] == "值守"
    with pytest.raises(Refusal) as refused:
        change(site, "staff", made, post_id=post + 1)
    assert refused.value.field == "post_id"
