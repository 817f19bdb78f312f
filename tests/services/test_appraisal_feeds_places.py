"""What an appraisal takes from the machine room and its equipment: each feed on both sides of its boundary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import a_room as rounds
import pytest
import team as team_module
from fed import events, feeds, told
from machine_room import a_room, act, off_hours, permit, save
from sqlalchemy import select
from team import Team, go_to

from opsdesk.models import ChangeRequest, ImportBatch, InspectionLine, Visit
from opsdesk.registers.inspection.service import Typed
from opsdesk.registers.visit import service as visits
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.services.context import Context

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
V1, V2 = 1, 2
"""The team's vendors: 华信 of 1001–1006, 恒通 of 2001–2003."""


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def enter(ctx: Context, room: int, name: str = "周工", unit: str = "恒通网络", **more: Any) -> int:
    usual: dict[str, Any] = {"purpose": "检查", "escorts": ("赵敏",)}
    return visits.enter(ctx, people=[PersonEntry(name, unit)], room_id=room, **{**usual, **more}).value[0]


# Visits


def test_each_breach_of_a_visit_with_its_clause(site: Context, crew: Team) -> None:
    room = a_room(site)
    paper = permit(site, room)
    act(site, "permit", "approve", paper)
    go_to(site, "2026-03-05 09:00")
    enter(site, room, permit_id=paper)
    assert events(site, "room.breach") == ()
    wrong = enter(site, room, "吴工", escorts=(), entered_at=datetime(2026, 3, 5, 9))
    found = feeds(site, "room.breach")
    escort, permit_ = found.events("room.breach", vendor_id=V2)
    assert permit_.sentence == "吴工 03-05 09:00 进入，无审批进入：外单位人员进入没有审批单（E1 一.8）。"
    assert escort.sentence == "吴工 03-05 09:00 进入，无陪同：没有陪同人（E1 二.2）。"
    assert [each.key for each in (permit_, escort)] == [
        f"room.breach/PERMIT|visit:{wrong}",
        f"room.breach/ESCORT|visit:{wrong}",
    ]
    assert (permit_.person, permit_.vendor_id, permit_.staff_id) == ("吴工", V2, None)
    assert found.events("room.breach", vendor_id=V1) == ()


def test_void_and_imported_visits_and_those_of_no_vendor(site: Context, crew: Team) -> None:
    room = a_room(site)
    go_to(site, "2026-03-05 09:00")
    void, imported, stranger = (
        enter(site, room, name, unit)
        for name, unit in (("周工", "恒通网络"), ("吴工", "恒通网络"), ("郑工", "路过公司"))
    )
    act(site, "visit", "void", void, reason="登记错了")
    with site.transaction("导入") as tx:
        batch = tx.insert(
            ImportBatch, what="visit", file_name="x", sha256="0", format="x", at=site.now(), rows_read=1,
            rows_stored=1, rows_duplicate=0, rows_rejected=0,
        )  # fmt: skip
        tx.update(Visit, imported, batch_id=batch)
    found = feeds(site, "room.breach")
    assert {each.evidence for each in found.events("room.breach")} == {(f"visit:{stranger}",)}
    assert found.events("room.breach", vendor_id=V2) == ()


def test_our_engineers_answer_for_their_own_visits(site: Context, crew: Team) -> None:
    room = a_room(site)
    go_to(site, "2026-03-05 09:00")
    person = PersonEntry("王强", "华信", staff_id=crew["1001"])
    due = datetime(2026, 3, 5, 10)
    (visit,) = visits.enter(site, people=[person], room_id=room, purpose="巡检", due_at=due).value
    before = feeds(site, "room.breach", now="2026-03-05 10:00:00").events("room.breach", staff_id=crew["1001"])
    after = feeds(site, "room.breach", now="2026-03-05 10:00:01").events("room.breach", staff_id=crew["1001"])
    assert {each.vendor_id for each in before} == {V1}
    assert {each.key for each in after} - {each.key for each in before} == {f"room.breach/OVERSTAY|visit:{visit}"}


def test_use_outside_working_hours_is_told_once(site: Context, crew: Team) -> None:
    room = a_room(site)
    approved, late = off_hours(site), off_hours(site, applicant="钱工", people="钱工")
    act(site, "off_hours", "approve", approved)
    go_to(site, "2026-03-05 18:10")
    act(site, "off_hours", "use", approved, entered_at=datetime(2026, 3, 5, 18, 5))
    assert events(site, "off_hours.breach") == ()
    act(site, "off_hours", "use", late, entered_at=datetime(2026, 3, 5, 18, 5))
    (slip,) = events(site, "off_hours.breach")
    assert slip.evidence == (f"off_hours:{late}",)
    assert (slip.vendor_id, slip.person) == (V2, "钱工")
    assert slip.sentence.startswith("钱工 03-05 18:05 进入，非工作时间未批：")
    visit = enter(site, room, "钱工", off_hours_number="FG-202603-002", entered_at=datetime(2026, 3, 5, 18, 6))
    (once,) = events(site, "off_hours.breach")
    assert once.key == f"off_hours.breach/OFF_HOURS|visit:{visit}", "the slip of the same use is not told again"
    assert "非工作时间未批" not in "".join(told(events(site, "room.breach")))


# Rounds and cleaning


def test_a_working_day_with_fewer_rounds_than_are_due(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    for day, turns in ((2, (1, 2)), (3, (1,)), (5, (1,))):
        for turn in turns:
            at = datetime(2026, 3, day, 7, turn)
            rounds.went_round(site, room, at, turn)
    found = feeds(site, "inspection.missed", "inspection.done", days=MARCH)
    missed = found.events("inspection.missed", vendor_id=V1)
    assert [(each.day.day, each.count) for each in missed] == [(3, 1), (4, 2)], "today is not over"
    assert missed[0].sentence == "主机房 03-03 应巡检 2 次，还缺 ②（E15 3.2）。"
    assert missed[0].key == f"inspection.missed|room:{room}:2026-03-03"
    done = found.rate("inspection.done", vendor_id=V1)
    assert (done.done, done.of, done.sentence) == (2, 3, "应巡检 3 个机房日，有巡检 2 个，")
    assert done.evidence == (f"room:{room}:2026-03-04",)
    rest = feeds(site, "inspection.missed", days=MARCH, now="2026-03-09 08:00").events("inspection.missed")
    assert [each.day.day for each in rest] == [3, 4, 5, 6], "nobody is due on the seventh and eighth"


def test_whose_a_room_is(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    for day in (2, 3):
        rounds.went_round(site, room, datetime(2026, 3, day, 8))
    with site.transaction("另一个人") as tx:
        tx.connection.exec_driver_sql("UPDATE room SET keeper = '赵敏'")
    found = feeds(site, "inspection.missed", "inspection.done", days=MARCH)
    assert found.rate("inspection.done", vendor_id=V1).of == 3, "all rounds were made by 华信"
    with site.transaction("另一个人") as tx:
        tx.connection.exec_driver_sql("UPDATE inspection SET inspected_by = '赵敏' WHERE day = '2026-03-03'")
    found = feeds(site, "inspection.missed", "inspection.done", days=MARCH)
    assert found.rate("inspection.done", vendor_id=V1).of == 0
    assert found.rate("inspection.done").of == 3, "the whole site has it all the same"
    assert found.rate("inspection.done", vendor_id=V1).sentence == "巡检完成率"
    with site.transaction("另一个人") as tx:
        tx.connection.exec_driver_sql("UPDATE room SET keeper = '陈晨'")
    assert feeds(site, "inspection.done", days=MARCH).rate("inspection.done", vendor_id=V2).of == 3


def test_void_rounds_do_not_count_and_before_the_first_nothing_does(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    assert events(site, "inspection.missed") == ()
    kept = [rounds.went_round(site, room, datetime(2026, 3, 3, 8, turn), turn) for turn in (1, 2)]
    assert [each.day.day for each in events(site, "inspection.missed")] == [4]
    act(site, "inspection", "void", kept[1].id, reason="填错")
    assert [(each.day.day, each.count) for each in events(site, "inspection.missed")] == [(3, 1), (4, 2)]


def test_an_abnormal_item_that_nobody_handled(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    hot = Typed("28.5", "开启备用空调")
    made = rounds.went_round(site, room, datetime(2026, 3, 4, 8), 温度=hot, 漏水=Typed("异常", "关阀擦干"))
    assert events(site, "inspection.abnormal") == ()
    with site.transaction("抹掉") as tx:
        query = select(InspectionLine.id).where(InspectionLine.name == "温度", InspectionLine.normal.is_(False))
        line = tx.connection.execute(query).scalar_one()
        tx.update(InspectionLine, line, action="")
    (found,) = events(site, "inspection.abnormal")
    assert found.sentence == f"{made.number} 主机房温度 28.5（标准 18–27 ℃），没有写处置（E1 一.4）。"
    assert (found.key, found.staff_id) == (f"inspection.abnormal/{line}|inspection:{made.id}", crew["1001"])
    with site.transaction("开单") as tx:
        tx.update(InspectionLine, line, incident_number="SJ-20260304-001")
    assert events(site, "inspection.abnormal") == ()


def test_a_name_that_two_bear_or_nobody_is_nobodys(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    made = rounds.went_round(site, room, datetime(2026, 3, 4, 8), 漏水=Typed("异常", "关阀"))
    with site.transaction("抹掉") as tx:
        tx.connection.exec_driver_sql("UPDATE inspection_line SET action = ''")
        tx.connection.exec_driver_sql("UPDATE room SET keeper = ''")
    for name, whose in (
        ("王强", (V1, crew["1001"])), ("王强、李敏", (V1, None)), ("王强、陈晨", (None, None)), ("赵敏", (None, None)),
    ):  # fmt: skip
        with site.transaction("换人") as tx:
            tx.connection.exec_driver_sql("UPDATE inspection SET inspected_by = ?", (name,))
        found = feeds(site, "inspection.abnormal")
        (one,) = found.events("inspection.abnormal")
        assert (one.vendor_id, one.staff_id, one.person) == (*whose, name)
        assert one.evidence == (f"inspection:{made.id}",)
        assert len(found.events("inspection.abnormal", vendor_id=V1)) == (whose[0] == V1)
    save(site, "staff", staff_no="2009", name="王强", vendor_id=V2, arrived_on=date(2026, 3, 4), reserve=False)
    with site.transaction("换人") as tx:
        tx.connection.exec_driver_sql("UPDATE inspection SET inspected_by = '王强'")
    (one,) = events(site, "inspection.abnormal")
    assert (one.vendor_id, one.staff_id) == (None, None)


def test_cleaning_later_than_two_weeks(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    usual = {"scope": "地面", "cleaned_by": "保洁组", "checked_by": "王强", "result": "合格", "room_id": room}
    made = [save(site, "cleaning", day=date(2026, *day), **usual) for day in ((2, 2), (2, 16), (3, 3))]
    (found,) = events(site, "cleaning.overdue")
    assert found.sentence == "主机房 03-03 才清扫：上次清扫 02-16，已过 15 天，逾期 1 天（E1 一.7）。"
    assert (found.key, found.day) == (f"cleaning.overdue|cleaning:{made[1]}", date(2026, 3, 3))
    assert found.vendor_id == V1, "the room is kept by 王强, and 保洁组 is nobody of the site"
    assert len(events(site, "cleaning.overdue", now="2026-03-17 23:59")) == 1
    later = events(site, "cleaning.overdue", now="2026-03-18 00:00")
    assert later[1].sentence == "主机房 还没有清扫：上次清扫 03-03，已过 15 天，逾期 1 天（E1 一.7）。"
    save_after = {each.key for each in later}
    go_to(site, "2026-03-20 08:00")
    save(site, "cleaning", day=date(2026, 3, 20), **usual)
    assert {each.key for each in events(site, "cleaning.overdue")} == save_after, "done or not, it is the same lapse"
    act(site, "cleaning", "void", made[2], reason="记错")
    assert [each.key for each in events(site, "cleaning.overdue")] == [f"cleaning.overdue|cleaning:{made[1]}"]


# Equipment


def lent(
    ctx: Context, *, approve: dict[str, Any] | None = None, lend: dict[str, Any] | None = None, **more: Any
) -> int:
    usual = {
        "items": "网线 六类 - 3", "borrower": "王强", "unit": "", "place": "三楼会议室", "reason": "评审会演示",
        "due_on": date(2026, 3, 10),
    }  # fmt: skip
    made = save(ctx, "loan", **{**usual, **more})
    act(ctx, "loan", "approve", made, **(approve or {}))
    act(ctx, "loan", "lend", made, runs=True, undamaged=True, **(lend or {}))
    return made


def test_a_loan_is_overdue_from_the_day_after(site: Context, crew: Team) -> None:
    own, strange = lent(site), lent(site, borrower="赵丽", unit="财务科")
    assert events(site, "loan.overdue", now="2026-03-10 23:59:59") == ()
    found = feeds(site, "loan.overdue", now="2026-03-12 00:00:00")
    (mine,) = found.events("loan.overdue", vendor_id=V1)
    assert mine.sentence == "JY-2026-0001 王强 借用的设备，逾期：应还 2026-03-10，还没有还清，逾期 2 天（E1 一.6）。"
    assert (mine.key, mine.day, mine.staff_id) == (f"loan.overdue|loan:{own}", date(2026, 3, 11), crew["1001"])
    assert [each.evidence for each in found.events("loan.overdue")] == [(f"loan:{own}",), (f"loan:{strange}",)]
    april = (date(2026, 4, 1), date(2026, 4, 30))
    assert events(site, "loan.overdue", days=april, now="2026-04-05 08:00") == (), "it counts once, in March"
    act(site, "loan", "extend", own, until=date(2026, 3, 20), reason="评审延后")
    assert feeds(site, "loan.overdue", now="2026-03-12 08:00").events("loan.overdue", vendor_id=V1) == ()


def test_damage_counts_on_the_day_of_return(site: Context, crew: Team) -> None:
    sound, broken = lent(site), lent(site)
    act(site, "loan", "give_back", sound, matches=True, undamaged=True)
    assert events(site, "loan.damage") == ()
    act(site, "loan", "give_back", broken, outcome="有损坏", damage="水晶头断裂", liability="借用人照价赔偿")
    (found,) = events(site, "loan.damage")
    assert found.sentence == ("JY-2026-0002 王强 03-05 归还的设备：水晶头断裂；责任和赔偿：借用人照价赔偿（E7 三.2）。")
    assert (found.key, found.vendor_id) == (f"loan.damage|loan:{broken}", V1)


def test_lending_before_consent_is_a_lapse(site: Context, crew: Team) -> None:
    approved = {"approved_at": datetime(2026, 3, 5, 7)}
    lent(site, approve=approved, lend={"lent_at": datetime(2026, 3, 5, 7)})
    early = lent(site, approve=approved, lend={"lent_at": datetime(2026, 3, 5, 6, 59)})
    (found,) = feeds(site, "equipment.lapse").events("equipment.lapse", vendor_id=V1)
    assert found.key == f"equipment.lapse/CONSENT|loan:{early}"
    assert found.citation is not None
    assert found.citation.key == "T3-03"


def test_lapses_of_moves_media_and_changes(site: Context, crew: Team) -> None:
    room = rounds.room(site)
    moved = {
        "moved_at": datetime(2026, 3, 5, 8), "room_id": room, "direction": "出", "name": "交换机", "model": "S5735",
        "quantity": 1, "reason": "维修", "other_end": "厂家", "handled_by": "王强", "due_on": date(2026, 3, 10),
    }  # fmt: skip
    good, bad = save(site, "equipment_move", **moved), save(site, "equipment_move", **moved)
    act(site, "equipment_move", "approve", good)
    media = {"kind": "U 盘", "unit": "恒通网络", "purpose": "装补丁", "by_ftp": "服务器没有联网"}
    unchecked = save(site, "media_check", holder="陈晨", **media)
    stranger = save(site, "media_check", holder="外人", **{**media, "unit": "示例软件公司"})
    asked = {
        "kind": "停机", "system": "一卡通", "applicant": "周工", "unit": "恒通",
        "planned_from": datetime(2026, 3, 6, 20), "planned_to": datetime(2026, 3, 6, 22), "reason": "更换电源",
        "plan": "先通知", "reach": "食堂", "fallback": "装回", "performed_by": "刘芳",
    }  # fmt: skip
    approved, unapproved = save(site, "change_request", **asked), save(site, "change_request", **asked)
    act(site, "change_request", "approve", approved)
    for each in (approved, unapproved):
        act(site, "change_request", "begin", each)
    for each in (unchecked, stranger):
        act(site, "media_check", "begin", each)
    found = feeds(site, "equipment.lapse")
    mine = {each.key: each for each in found.events("equipment.lapse", vendor_id=V1)}
    assert list(mine) == [f"equipment.lapse/TAKEN_OUT|equipment_move:{bad}"]
    assert mine[f"equipment.lapse/TAKEN_OUT|equipment_move:{bad}"].sentence == (
        "SB-202603-002 王强 经手的交换机，未批出机房：03-05 08:00 出机房时没有批准（E1 一.6）。"
    )
    theirs = {each.key: each.staff_id for each in found.events("equipment.lapse", vendor_id=V2)}
    assert theirs == {
        f"equipment.lapse/MEDIA|media_check:{unchecked}": crew["2001"],
        f"equipment.lapse/UNCHECKED|media_check:{unchecked}": crew["2001"],
        f"equipment.lapse/SHUTDOWN|change_request:{unapproved}": None,
    }, "周工 is nobody's engineer, but 恒通 is his unit"
    every = {each.key for each in found.events("equipment.lapse")}
    assert every - set(mine) - set(theirs) == {
        f"equipment.lapse/MEDIA|media_check:{stranger}",
        f"equipment.lapse/UNCHECKED|media_check:{stranger}",
    }
    assert len(events(site, "equipment.lapse", now="2026-03-10 23:59")) == len(every)
    late = events(site, "equipment.lapse", now="2026-03-11 00:00")
    assert {each.key for each in late} - every == {
        f"equipment.lapse/LATE|equipment_move:{each}" for each in (good, bad)
    }
    for slug, made in (("equipment_move", bad), ("media_check", unchecked)):
        act(site, slug, "void", made, reason="登记错了")
    with site.transaction("作废") as tx:
        tx.update(ChangeRequest, unapproved, void_at=site.now())
    left = {each.key for each in events(site, "equipment.lapse")}
    assert left == every - set(mine) - set(theirs)
