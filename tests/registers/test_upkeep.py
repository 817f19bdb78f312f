"""Readings, inspection items, rounds and cleanings of a room, kept as the supervisor and the engineers keep them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from a_room import all_normal, room, rounds, went_round
from filled_site import as_role, change, load, run, save, whole
from filled_upkeep import cleaning, reading
from sqlalchemy import func, select, update

from opsdesk import bootstrap
from opsdesk.catalog import by_slug
from opsdesk.models import Incident, IncidentOption, InspectionItem, Room, schema
from opsdesk.models.engine import APPLICATION_ID, write_engine
from opsdesk.register import Chip, Query
from opsdesk.registers.incident import service as incident
from opsdesk.registers.inspection import round_sheet, service
from opsdesk.registers.inspection.service import Typed
from opsdesk.registers.inspection_item.service import EVERY_ROOM
from opsdesk.registers.reading import service as readings
from opsdesk.rules.upkeep import ABNORMAL, NONE, NORMAL
from opsdesk.rules.vocabulary import Role
from opsdesk.services import amending, choices, inspection_items, room_upkeep
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 7, 50)
GROUPS = ["环境", "空调", "UPS/配电", "消防", "安防", "主机/存储/网络", "备份", "卫生"]


def shown(ctx: Context, slug: str, key: str, **filters: Any) -> list[Any]:
    """A column of a register's list; of a chip its word."""
    rows = by_slug(slug).list(ctx, Query(filters=filters)).rows
    values = [row.values[key] for row in rows]
    return [value.word if isinstance(value, Chip) else value for value in values]


def items(ctx: Context, room_id: int, day: date = DAY) -> dict[str, inspection_items.Item]:
    """The items of a room by name; of two groups' 湿度 the first."""
    found: dict[str, inspection_items.Item] = {}
    for item in round_sheet.sheet(ctx, room_id, day, 1).items:
        found.setdefault(item.name, item)
    return found


class TestReading:
    def test_within_the_limits_needs_no_action(self, site: Context) -> None:
        made = reading(site, room(site), AT, temperature="27", humidity="40.0")
        assert shown(site, "reading", "state") == ["正常"]
        kept = load(site, "reading", made)
        assert (kept["temperature"], kept["humidity"], kept["out"]) == ("27.0", "40.0", "")
        whole(site)

    @pytest.mark.parametrize(
        ("more", "out"),
        [
            ({"temperature": "27.1"}, "温度 27.1 ℃，超出 18–27 ℃（E1 一.2）"),
            ({"humidity": "39.9"}, "湿度 39.9 %，超出 40–70 %（E1 一.2）"),
            ({"ups_load": 81}, "UPS 负载 81 %，超出 ≤80 %"),
            ({"leak": ABNORMAL}, "漏水异常（E1 一.4）"),
        ],
    )
    def test_out_of_range_asks_for_the_action(self, site: Context, more: dict[str, Any], out: str) -> None:
        main = room(site)
        with pytest.raises(Refusal) as refused:
            reading(site, main, AT, **more)
        assert refused.value.field == "action"
        assert str(refused.value) == f"{out}。请写明处置措施后再保存。"
        made = reading(site, main, AT, **more, action="开启备用空调")
        assert (load(site, "reading", made)["out"], shown(site, "reading", "state")) == (out, ["异常已处置"])

    def test_limits_of_the_room_and_of_the_ups_item_are_edited(self, site: Context) -> None:
        main = room(site, temp_max=25)
        with pytest.raises(Refusal, match="超出 18–25 ℃"):
            reading(site, main, AT, temperature="25.1")
        reading(site, main, AT, temperature="25")
        load_item = items(site, main)["负载率"]
        change(site, "inspection_item", load_item.id, high="60")
        with pytest.raises(Refusal, match="超出 ≤60 %"):
            reading(site, main, AT, ups_load=61)
        reading(site, main, AT, ups_load=60)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("temperature", "23.55"),
            ("humidity", "100.1"),
            ("humidity", "-1"),
            ("ups_load", 201),
            ("at", datetime(2026, 3, 5, 8, 1)),
            ("leak", "漏"),
        ],
    )
    def test_what_cannot_be_is_refused_by_field(self, site: Context, field: str, value: Any) -> None:
        main = room(site)
        usual: dict[str, Any] = {"at": AT, "temperature": "23.5", "read_by": "王强"}
        with pytest.raises(Refusal) as refused:
            save(site, "reading", room_id=main, **{**usual, field: value})
        assert refused.value.field == field

    def test_now_is_not_yet_to_come(self, site: Context) -> None:
        assert reading(site, room(site), datetime(2026, 3, 5, 8, 0))

    def test_without_any_figure_or_state_there_is_no_reading(self, site: Context) -> None:
        with pytest.raises(Refusal) as refused:
            save(site, "reading", room_id=room(site), at=AT, read_by="王强")
        assert refused.value.field == "temperature"
        assert save(site, "reading", room_id=room(site), at=AT, read_by="王强", fire=NONE)

    def test_correcting_the_action_keeps_what_was_out_by_the_limits_of_then(self, site: Context) -> None:
        main = room(site)
        made = reading(site, main, AT, temperature="28", action="开启备用空调")
        with site.transaction("改限值") as tx:
            tx.update(Room, main, temp_max=30)
        change(site, "reading", made, action="开启备用空调，已恢复")
        assert load(site, "reading", made)["out"].startswith("温度 28 ℃")
        change(site, "reading", made, humidity="51")
        assert load(site, "reading", made)["out"] == ""

    def test_is_tied_to_an_incident_that_exists(self, site: Context) -> None:
        made = reading(site, room(site), AT, leak=ABNORMAL, action="关阀")
        with pytest.raises(Refusal) as refused:
            run(site, "reading", "link_incident", made, incident_number="SJ-20260305-009")
        assert refused.value.field == "incident_number"
        number = incident.open_incident(site, "机房漏水").value.number
        run(site, "reading", "link_incident", made, incident_number=number.lower())
        assert shown(site, "reading", "state") == ["异常已开单"]
        assert f"已开事件单 {number}" in load(site, "reading", made)["told"]
        with pytest.raises(Refusal, match="已经开了事件单"):
            readings.incident_line(site, made)

    def test_normal_one_has_no_incident(self, site: Context) -> None:
        made = reading(site, room(site), AT)
        number = incident.open_incident(site, "机房漏水").value.number
        for ask in (
            lambda: run(site, "reading", "link_incident", made, incident_number=number),
            lambda: readings.incident_line(site, made),
        ):
            with pytest.raises(Refusal, match="各项正常"):
                ask()

    def test_void_stays_in_the_list_and_is_not_changed_any_more(self, site: Context) -> None:
        made = reading(site, room(site), AT)
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "reading", "void", made, reason="抄错")
        run(site, "reading", "void", made, reason="抄错")
        assert shown(site, "reading", "state") == ["已作废"]
        with pytest.raises(Refusal, match="不能改"):
            change(site, "reading", made, temperature="24")
        with pytest.raises(Refusal, match="已经作废"):
            run(site, "reading", "void", made, reason="抄错")
        whole(site)

    def test_found_by_room_month_and_state(self, site: Context) -> None:
        main, other = room(site), room(site, "二号机房")
        reading(site, main, datetime(2026, 2, 28, 23, 59))
        reading(site, other, datetime(2026, 3, 1), temperature="28", action="通风")
        assert shown(site, "reading", "room", month="2026-02") == ["主机房"]
        assert shown(site, "reading", "room", month="2026-03") == ["二号机房"]
        assert shown(site, "reading", "room", room=main) == ["主机房"]
        assert shown(site, "reading", "room", state="异常已处置") == ["二号机房"]
        assert [row.values["room"] for row in by_slug("reading").list(site, Query("通风")).rows] == ["二号机房"]


class TestItems:
    def test_new_site_has_the_sheet_in_its_order(self, site: Context) -> None:
        found = round_sheet.sheet(site, room(site), DAY, 1).items
        assert list(dict.fromkeys(item.category for item in found)) == GROUPS
        assert [item.name for item in found[:6]] == ["温度", "湿度", "漏水", "照明", "清洁", "异味"]
        assert (len(found), found[-2].name) == (37, "距上次集中清扫天数")
        whole(site)

    def test_climate_and_cleaning_take_their_limits_from_the_law(self, site: Context) -> None:
        known = items(site, room(site))
        assert (known["温度"].standard, known["湿度"].standard) == ("18–27 ℃", "40–70 %")
        assert known["距上次集中清扫天数"].standard == "≤14 天"
        assert (known["漏水"].standard, known["气体灭火压力"].standard) == ("无漏水", "绿区，单位 MPa")

    def test_limits_of_an_item_go_before_those_of_the_room(self, site: Context) -> None:
        main = room(site, temp_max=25)
        assert items(site, main)["温度"].standard == "18–25 ℃"
        change(site, "inspection_item", items(site, main)["温度"].id, low="20", high="24.5")
        assert items(site, main)["温度"].standard == "20–24.5 ℃"

    def test_of_one_room_do_not_hold_in_another(self, site: Context) -> None:
        main, other = room(site), room(site, "二号机房")
        save(site, "inspection_item", category="安防", name="防火门", standard="常闭", room_id=main)
        assert "防火门" in items(site, main)
        assert "防火门" not in items(site, other)

    def test_new_one_stands_last_in_its_group_and_a_new_group_last_of_all(self, site: Context) -> None:
        main = room(site)
        save(site, "inspection_item", category="消防", name="应急灯", standard="亮", room_id=EVERY_ROOM)
        save(site, "inspection_item", category="发电机", name="试机", standard="正常启动", room_id=EVERY_ROOM)
        found = round_sheet.sheet(site, main, DAY, 1).items
        assert list(dict.fromkeys(item.category for item in found)) == [*GROUPS, "发电机"]
        assert [item.name for item in found if item.category == "消防"][-1] == "应急灯"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"unit": "", "low": "1"}, "unit"),
            ({"unit": "V", "low": "2", "high": "1.9"}, "high"),
            ({"unit": "", "standard": ""}, "standard"),
            ({"unit": "V", "high": "高"}, "high"),
            ({"name": "漏水"}, "name"),
            ({"place": 0}, "place"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_field(self, site: Context, values: dict[str, Any], field: str) -> None:
        usual = {"category": "环境", "name": "水浸绳", "standard": "干燥", "unit": "", "room_id": EVERY_ROOM}
        with pytest.raises(Refusal) as refused:
            save(site, "inspection_item", **{**usual, **values})
        assert refused.value.field == field

    def test_equal_limits_make_sense(self, site: Context) -> None:
        usual = {"category": "环境", "name": "水位", "standard": "", "room_id": EVERY_ROOM}
        assert save(site, "inspection_item", **usual, unit="cm", low="2", high="2")

    def test_out_of_use_from_today_on_and_back(self, site: Context) -> None:
        main = room(site)
        lamp = items(site, main)["照明"].id
        run(site, "inspection_item", "retire", lamp)
        assert "照明" not in items(site, main)
        assert "照明" in items(site, main, date(2026, 3, 4))
        save(site, "inspection_item", category="环境", name="照明", standard="全亮", room_id=EVERY_ROOM)
        with pytest.raises(Refusal, match="已经有“照明”"):
            run(site, "inspection_item", "bring_back", lamp)
        assert shown(site, "inspection_item", "name", state="已停用") == ["照明"]

    def test_only_the_supervisor_edits(self, site: Context) -> None:
        lamp = items(site, room(site))["照明"].id
        desk = as_role(site, Role.DESK)
        for act in ("retire", "bring_back"):
            with pytest.raises(Refusal, match="主管"):
                run(desk, "inspection_item", act, lamp)
        with pytest.raises(Refusal, match="主管"):
            change(desk, "inspection_item", lamp, standard="全亮")

    def test_rounds_keep_the_words_of_then(self, site: Context) -> None:
        main = room(site)
        kept = went_round(site, main, AT)
        change(site, "inspection_item", items(site, main)["漏水"].id, name="水浸", standard="干燥")
        lines = {line.name for line in rounds(site, main, DAY)[1].lines}
        assert "漏水" in lines
        assert "水浸" not in lines
        assert "漏水 正常" in load(site, "inspection", kept.id)["lines"]


class TestRound:
    def test_is_kept_whole_under_day_and_turn(self, site: Context) -> None:
        main = room(site)
        kept = went_round(site, main, AT)
        assert (kept.number, kept.wrong, kept.sentence) == ("XJ-20260305-1", 0, "XJ-20260305-1 已保存，各项正常。")
        assert went_round(site, main, datetime(2026, 3, 5, 8, 0), 2).number == "XJ-20260305-2"
        assert went_round(site, room(site, "二号机房"), AT).number == "XJ-20260305-1-2"
        assert shown(site, "inspection", "turn") == ["②", "①", "①"]
        assert [line.value for line in rounds(site, main, DAY)[1].lines[:3]] == [
            "23.5",
            "50",
            NORMAL,
        ]
        whole(site)

    def test_every_item_has_to_be_looked_at(self, site: Context) -> None:
        main = room(site)
        typed = all_normal(site, main, DAY)
        known = items(site, main)
        del typed[known["漏水"].id]
        typed[known["温度"].id] = Typed("二十")
        with pytest.raises(Refusal) as refused:
            self.keep(site, main, typed)
        assert refused.value.field == f"item:{known['温度'].id}"
        assert str(refused.value).startswith("环境“温度”：要写数字")
        assert "另有 1 项没有填好" in str(refused.value)
        assert [(each.row, each.column) for each in refused.value.findings] == [(1, "温度"), (3, "漏水")]
        assert shown(site, "inspection", "number") == []

    def keep(self, ctx: Context, room_id: int, typed: dict[int, Typed], **more: Any) -> service.Kept:
        usual: dict[str, Any] = {"day": DAY, "turn": 1, "at": AT, "inspected_by": "王强"}
        return service.inspect(ctx, room_id=room_id, typed=typed, **{**usual, **more}).value

    @pytest.mark.parametrize(("value", "wrong"), [("27", False), ("27.1", True), ("18", False), ("17.9", True)])
    def test_a_figure_out_of_range_asks_for_its_disposition(self, site: Context, value: str, wrong: bool) -> None:
        main = room(site)
        if not wrong:
            assert went_round(site, main, AT, 温度=value).wrong == 0
            return
        with pytest.raises(Refusal, match="请写明处置") as refused:
            went_round(site, main, AT, 温度=value)
        assert refused.value.field == f"item:{items(site, main)['温度'].id}"
        kept = went_round(site, main, AT, 温度=Typed(value, "开启备用空调"))
        assert (kept.wrong, kept.sentence) == (1, "XJ-20260305-1 已保存，异常 1 项。")
        assert shown(site, "inspection", "found") == ["异常 1 项"]

    def test_what_a_room_does_not_have_is_left_out(self, site: Context) -> None:
        kept = went_round(site, room(site), AT, 旁路="/", 电池温度="/")
        assert kept.wrong == 0
        assert "旁路 不涉及" in load(site, "inspection", kept.id)["lines"]

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"day": date(2026, 3, 6), "at": datetime(2026, 3, 6, 8)}, "day"),
            ({"at": datetime(2026, 3, 5, 8, 1)}, "at"),
            ({"at": datetime(2026, 3, 4, 8)}, "at"),
            ({"inspected_by": " "}, "inspected_by"),
            ({"turn": 0}, "turn"),
            ({"turn": 5}, "turn"),
            ({"remarks": "长" * 201}, "remarks"),
        ],
    )
    def test_what_cannot_be_is_refused_by_field(self, site: Context, more: dict[str, Any], field: str) -> None:
        main = room(site)
        with pytest.raises(Refusal) as refused:
            self.keep(site, main, all_normal(site, main, DAY), **more)
        assert refused.value.field == field

    def test_is_made_once_and_again_after_it_was_void(self, site: Context) -> None:
        main = room(site)
        first = went_round(site, main, AT)
        with pytest.raises(Refusal, match="已经记过（XJ-20260305-1）") as refused:
            went_round(site, main, AT)
        assert refused.value.field == "turn"
        with pytest.raises(Refusal, match="主管"):
            run(as_role(site, Role.DESK), "inspection", "void", first.id, reason="抄错")
        run(site, "inspection", "void", first.id, reason="抄错")
        assert went_round(site, main, AT).number == "XJ-20260305-1-2"
        assert shown(site, "inspection", "state") == ["待复核", "已作废"]
        whole(site)

    def test_is_checked_by_somebody_else_and_looked_into_by_the_supervisor(self, site: Context) -> None:
        kept = went_round(site, room(site), AT)
        with pytest.raises(Refusal) as refused:
            run(site, "inspection", "check", kept.id, checked_by="王强")
        assert refused.value.field == "checked_by"
        desk = as_role(site, Role.DESK)
        run(desk, "inspection", "check", kept.id, checked_by="李敏")
        assert shown(site, "inspection", "state") == ["已复核"]
        with pytest.raises(Refusal, match="已由李敏复核"):
            run(site, "inspection", "check", kept.id, checked_by="赵敏")
        with pytest.raises(Refusal, match="主管"):
            run(desk, "inspection", "spot_check", kept.id)
        run(site, "inspection", "spot_check", kept.id)
        assert shown(site, "inspection", "state", state="已抽查") == ["已抽查"]
        with pytest.raises(Refusal, match="抽查"):
            run(site, "inspection", "spot_check", kept.id)

    def test_void_round_is_not_worked_on(self, site: Context) -> None:
        kept = went_round(site, room(site), AT)
        run(site, "inspection", "void", kept.id, reason="抄错")
        for act, values in (("check", {"checked_by": "李敏"}), ("spot_check", {}), ("void", {"reason": "抄错"})):
            with pytest.raises(Refusal, match="已经作废"):
                run(site, "inspection", act, kept.id, **values)

    def test_anomaly_is_tied_to_its_incident(self, site: Context) -> None:
        main = room(site)
        went_round(site, main, AT, 漏水=Typed(ABNORMAL, "关阀"))
        lines = {line.name: line for line in rounds(site, main, DAY)[1].lines}
        number = incident.open_incident(site, "机房漏水").value.number
        with pytest.raises(Refusal, match="不需要"):
            service.link_incident(site, lines["照明"].id, number)
        with pytest.raises(Refusal, match="没有编号为"):
            service.link_incident(site, lines["漏水"].id, "SJ-1")
        title, symptom = service.incident_line(site, lines["漏水"].id)
        assert title == "主机房 环境 漏水异常"
        assert symptom == "XJ-20260305-1 2026-03-05 07:50 巡检：主机房 环境 漏水异常。已处置：关阀。"
        service.link_incident(site, lines["漏水"].id, number)
        assert number in load(site, "inspection", 1)["wrong"]
        for name, said in (("漏水", "已经开了事件单"), ("照明", "正常，不需要")):
            with pytest.raises(Refusal, match=said):
                service.incident_line(site, lines[name].id)

    def test_an_imported_number_with_small_letters_is_named_as_it_is_written(self, site: Context) -> None:
        main = room(site)
        went_round(site, main, AT, 漏水=Typed(ABNORMAL, "关阀"))
        line = next(line for line in rounds(site, main, DAY)[1].lines if line.name == "漏水")
        opened = incident.open_incident(site, "机房漏水").value
        with site.transaction("导入") as tx:
            tx.update(Incident, opened.id, number="inc-a7")
        with pytest.raises(Refusal, match="没有编号为 INC-A8"):
            service.link_incident(site, line.id, "inc-a8")
        service.link_incident(site, line.id, "inc-a7")
        assert "inc-a7" in load(site, "inspection", 1)["wrong"]

    def test_room_without_items_has_no_round(self, site: Context) -> None:
        main = room(site)
        with site.transaction("清空项目") as tx:
            for item_id in tx.connection.execute(select(InspectionItem.id)).scalars().all():
                tx.update(InspectionItem, item_id, left_on=date(2026, 1, 1))
        with pytest.raises(Refusal) as refused:
            self.keep(site, main, {})
        assert refused.value.field == "room_id"

    def test_unknown_room_and_round_are_refused(self, site: Context) -> None:
        with pytest.raises(Refusal, match="机房"):
            self.keep(site, 99, {})
        with pytest.raises(Refusal, match="已经不在了"):
            round_sheet.sheet(site, 99, DAY, 1)
        with pytest.raises(Refusal, match="已经不在了"):
            service.link_incident(site, 99, "SJ-1")

    def test_found_by_room_month_and_what_was_found(self, site: Context) -> None:
        main, other = room(site), room(site, "二号机房")
        went_round(site, main, datetime(2026, 2, 28, 8))
        went_round(site, other, datetime(2026, 3, 1, 8), 漏水=Typed(ABNORMAL, "关阀"))
        assert shown(site, "inspection", "room", month="2026-02") == ["主机房"]
        assert shown(site, "inspection", "room", found="有异常") == ["二号机房"]
        assert shown(site, "inspection", "room", found="各项正常", room=main) == ["主机房"]
        assert shown(site, "inspection", "room", found="各项正常", room=other) == []


class TestSheet:
    def test_next_round_is_the_first_that_was_not_made(self, site: Context) -> None:
        main = room(site)
        assert round_sheet.next_turn(site, main, DAY) == 1
        went_round(site, main, AT, 2)
        assert round_sheet.next_turn(site, main, DAY) == 1
        went_round(site, main, AT, 1)
        assert round_sheet.next_turn(site, main, DAY) == 2
        assert round_sheet.sheet(site, main, DAY, 2).rounds.missing == ()

    def test_has_as_many_rounds_as_the_clause_asks_for(self, site: Context) -> None:
        main = room(site)
        assert round_sheet.sheet(site, main, DAY, 1).turns == 2
        amending.amend(
            site, clause="E15-09", begins_on=DAY, typed={"inspection.daily": "3"}, source="中心通知", reason="加密巡检"
        )  # fmt: skip
        assert round_sheet.sheet(site, main, DAY, 1).turns == 3
        assert round_sheet.sheet(site, main, date(2026, 3, 4), 1).turns == 2

    def test_copies_states_of_the_last_round_but_never_a_figure(self, site: Context) -> None:
        main = room(site)
        went_round(site, main, datetime(2026, 3, 4, 8), 2, 漏水=Typed(ABNORMAL, "已报厂家"), 电池温度="/")
        sheet = round_sheet.sheet(site, main, DAY, 1)
        copied = {item.name: round_sheet.copied(item, sheet.last) for item in sheet.items}
        assert copied["漏水"] == (ABNORMAL, "已报厂家")
        assert copied["照明"] == (NORMAL, "")
        assert copied["电池温度"] == (NONE, "")
        assert copied["温度"] == ("", "")
        assert sheet.last_round == "03-04 08:00 王强"

    def test_last_round_is_the_one_before_in_this_room_that_stands(self, site: Context) -> None:
        main = room(site)
        went_round(site, room(site, "二号机房"), datetime(2026, 3, 4, 9))
        assert round_sheet.sheet(site, main, DAY, 1).last == {}
        void = went_round(site, main, datetime(2026, 3, 4, 8), 2)
        went_round(site, main, datetime(2026, 3, 4, 7), 1)
        run(site, "inspection", "void", void.id, reason="抄错")
        assert round_sheet.sheet(site, main, DAY, 1).last_round == "03-04 07:00 王强"
        assert round_sheet.sheet(site, main, date(2026, 3, 4), 1).last == {}

    def test_says_how_the_cleaning_stands_on_the_day(self, site: Context) -> None:
        main = room(site)
        cleaning(site, main, date(2026, 2, 19))
        cleaning(site, room(site, "二号机房"), date(2026, 3, 4))
        assert round_sheet.sheet(site, main, DAY, 1).cleaning.over == 0
        assert round_sheet.sheet(site, main, date(2026, 3, 6), 1).cleaning.over == 1
        with pytest.raises(Refusal, match="请写明处置"):
            went_round(site, main, AT, 距上次集中清扫天数="15")
        went_round(site, main, AT, 距上次集中清扫天数="14")


class TestCleaning:
    def test_days_since_the_last_of_the_same_room(self, site: Context) -> None:
        main = room(site)
        for day in ((2, 2), (2, 16), (3, 3)):
            cleaning(site, main, date(2026, *day))
        cleaning(site, room(site, "二号机房"), date(2026, 3, 4))
        assert shown(site, "cleaning", "since") == ["首次", "15 天，逾期 1 天", "14 天", "首次"]
        whole(site)

    def test_void_one_counts_no_longer(self, site: Context) -> None:
        main = room(site)
        made = [cleaning(site, main, date(2026, *day)) for day in ((2, 2), (2, 16), (3, 2))]
        run(site, "cleaning", "void", made[1], reason="重复登记")
        assert shown(site, "cleaning", "since") == ["28 天，逾期 14 天", "已作废", "首次"]
        with pytest.raises(Refusal, match="不能改"):
            change(site, "cleaning", made[1], scope="地面")
        with pytest.raises(Refusal, match="已经作废"):
            run(site, "cleaning", "void", made[1], reason="重复登记")
        assert "作废" in load(site, "cleaning", made[1])["told"]

    def test_none_to_come_and_one_a_day(self, site: Context) -> None:
        main = room(site)
        with pytest.raises(Refusal) as refused:
            cleaning(site, main, date(2026, 3, 6))
        assert refused.value.field == "day"
        made = cleaning(site, main, DAY)
        with pytest.raises(Refusal, match="已经登记过"):
            cleaning(site, main, DAY)
        other = cleaning(site, room(site, "二号机房"), DAY)
        with pytest.raises(Refusal, match="已经登记过"):
            change(site, "cleaning", other, room_id=main)
        change(site, "cleaning", made, scope="地面")
        assert load(site, "cleaning", made)["scope"] == "地面"

    def test_form_tells_by_when_the_next_is_due(self, site: Context) -> None:
        made = cleaning(site, room(site), date(2026, 3, 2))
        told = load(site, "cleaning", made)["told"]
        assert told == "这是这个机房的第一次清扫记录。\n上次清扫 03-02，已过 3 天，下次最迟 03-16（E1 一.7）。"

    def test_every_room_in_use_is_told_how_it_stands_today(self, site: Context) -> None:
        main, other = room(site), room(site, "二号机房")
        gone = room(site, "旧机房")
        with site.transaction("停用") as tx:
            tx.update(Room, gone, left_on=date(2026, 3, 1))
        cleaning(site, main, date(2026, 2, 18))
        stands = {each.room: each.state for each in room_upkeep.cleanings_due(site)}
        assert set(stands) == {"主机房", "二号机房"}
        assert (stands["主机房"].over, stands["二号机房"].last) == (1, None)
        assert choices.rooms(site)[-1] == (gone, "旧机房（已停用）")
        assert other in dict(choices.rooms(site))


def test_what_changed_outside_the_program_is_found(site: Context) -> None:
    """The seeds are chained like everything else."""
    whole(site)
    with site.writing.begin() as connection:
        connection.execute(update(InspectionItem).where(InspectionItem.id == 1).values(high=999))
    with site.read() as connection:
        assert bootstrap.verify(connection) != []


def test_a_site_of_the_schema_before_is_given_the_items_once(tmp_path: Path) -> None:
    """The options of incidents, which that schema had already, are not given again."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = write_engine(bootstrap.database(tmp_path))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        connection.exec_driver_sql("PRAGMA user_version=3")
    engine.dispose()
    for _ in range(2):
        ctx = bootstrap.open_site(tmp_path, FixedClock(AT))
        with ctx.read() as connection:
            assert connection.execute(select(func.count()).select_from(InspectionItem)).scalar_one() == 37
            assert connection.execute(select(func.count()).select_from(IncidentOption)).scalar_one() == 0
            assert bootstrap.verify(connection) == []
        ctx.reading.dispose()
        ctx.writing.dispose()
