"""What waits is counted beside its section before anybody looks there, and as time goes by."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import team as team_module
from a_site import PASSWORD
from conftest import Hands
from machine_room import a_room, permit, save
from machine_room import act as run

from opsdesk.registers.incident import service as incident
from opsdesk.registers.open_close import service as open_close
from opsdesk.registers.visit import service as visit
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.services import closing, closings, room_visits
from opsdesk.services.context import Context


def counted(desk: Hands) -> dict[str, int]:
    """What the rail says once it was counted anew."""
    desk.window.frame.count_waiting()
    desk.settle()
    return {key: button.count for key, button in desk.window.frame.rail.buttons.items() if button.count}


@pytest.fixture(autouse=True)
def awake(desk: Hands) -> None:
    """The desk does not lock itself while hours pass."""
    desk.window.idle.stop()


def test_nothing_waits_at_a_new_site(desk: Hands) -> None:
    assert counted(desk) == {}


def test_an_incident_without_response_waits_after_its_ten_minutes(desk: Hands, site: Context) -> None:
    incident.open_incident(site, "食堂POS机刷卡无反应")
    team_module.go_to(site, "2026-03-05 08:10:00")
    assert "incident" not in counted(desk)
    team_module.go_to(site, "2026-03-05 08:10:01")
    assert counted(desk)["incident"] == 1


def test_slips_of_every_kind_wait_for_their_decision(desk: Hands, site: Context, crew: team_module.Team) -> None:
    who = crew["1001"]
    leave = save(
        site, "leave", staff_id=who, kind="事假", reason="家中有事", first_day=date(2026, 3, 9),
        consented_by="",
    )  # fmt: skip
    assert counted(desk)["leave"] == 1
    begins, ends = datetime(2026, 3, 6, 18), datetime(2026, 3, 6, 21)
    extra = save(
        site, "overtime", staff_id=who, begins_at=begins, ends_at=ends, reason="割接核心交换机", settled_as="调休"
    )
    assert counted(desk)["leave"] == 2
    run(site, "overtime", "approve", extra)
    assert counted(desk)["leave"] == 1
    run(site, "leave", "refuse", leave, reason="人手不够")
    assert "leave" not in counted(desk)


def test_a_permit_waits_until_it_is_approved(desk: Hands, site: Context) -> None:
    made = permit(site, a_room(site))
    assert counted(desk)["room"] == 1
    run(site, "permit", "approve", made)
    assert "room" not in counted(desk)


def test_an_overstay_is_counted_when_the_minute_turns(desk: Hands, site: Context) -> None:
    due = datetime(2026, 3, 5, 8, 30)
    visit.enter(site, people=[PersonEntry("周伟", "恒通网络")], room_id=a_room(site), purpose="检查", due_at=due)
    team_module.go_to(site, "2026-03-05 08:30:00")
    assert "room" not in counted(desk)
    team_module.go_to(site, "2026-03-05 08:31:00")
    desk.window.frame.bar.show_time()
    desk.settle()
    assert desk.window.frame.rail.buttons["room"].count == 1
    said = "周伟在三楼中心机房超时，应在 08:30 离开，请提醒或登记离开。"
    reminder = desk.window.frame.reminder
    assert reminder.sentence() == said
    desk.window.frame.open("people")
    desk.settle()
    assert reminder.sentence() == said
    desk.click(reminder.button)
    assert desk.window.frame.current.current_key == "visit"
    assert reminder.sentence() == "", "it was seen"


def test_a_visitor_without_a_time_to_leave_is_reminded_of_after_twelve_hours(desk: Hands, site: Context) -> None:
    visit.enter(site, people=[PersonEntry("周伟", "恒通网络")], room_id=a_room(site), purpose="检查")
    team_module.go_to(site, "2026-03-05 20:00:00")
    assert "room" not in counted(desk)
    team_module.go_to(site, "2026-03-05 20:00:01")
    assert counted(desk)["room"] == 1
    said = "周伟在三楼中心机房已超过 12 小时，没有登记离开，请提醒或登记离开。"
    assert desk.window.frame.reminder.sentence() == said


def test_several_overstays_are_one_line_that_covers_nothing_and_comes_back_only_for_a_new_one(
    desk: Hands, site: Context
) -> None:
    def at(moment: str) -> str:
        team_module.go_to(site, f"2026-03-05 {moment}:00")
        desk.window.frame.bar.show_time()
        desk.settle()
        return desk.window.frame.reminder.sentence()

    room, reminder = a_room(site), desk.window.frame.reminder
    for name, minutes in (("周伟", 30), ("沈括", 31), ("毕昇", 40)):
        due = datetime(2026, 3, 5, 8, minutes)
        visit.enter(site, people=[PersonEntry(name, "恒通网络")], room_id=room, purpose="检查", due_at=due)
    assert at("08:30") == ""
    table = desk.window.frame.current.current.page.table
    before = table.mapTo(desk.window, table.rect().topLeft())
    assert at("08:33") == "2 人在机房超时，请提醒或登记离开。"
    assert "周伟在三楼中心机房超时，应在 08:30 离开" in reminder.toolTip()
    assert desk.window.notices.sentences() == []
    assert table.mapTo(desk.window, table.rect().topLeft()) == before, "nothing moves under the hand"
    below = table.mapTo(desk.window, table.rect().bottomLeft()).y()
    assert below < reminder.mapTo(desk.window, reminder.rect().topLeft()).y()
    desk.click(reminder.close_button)
    assert at("08:40") == ""
    assert at("08:41") == "3 人在机房超时，请提醒或登记离开。"
    for inside in room_visits.inside(site):
        run(site, "visit", "leave", inside.visit_id, left_at=site.now())
    assert at("08:42") == ""


def test_a_loan_waits_to_be_approved_and_again_when_it_is_late(desk: Hands, site: Context) -> None:
    made = save(
        site, "loan", borrower="赵丽", unit="财务科", place="三楼", reason="演示", items="网线 六类 - 3",
        due_on=date(2026, 3, 6),
    )  # fmt: skip
    assert counted(desk)["asset"] == 1
    run(site, "loan", "approve", made)
    run(site, "loan", "lend", made, runs=True, undamaged=True)
    team_module.go_to(site, "2026-03-06 23:00:00")
    assert "asset" not in counted(desk)
    team_module.go_to(site, "2026-03-07 00:00:01")
    assert counted(desk)["asset"] == 1


def test_a_cleaning_waits_on_the_fifteenth_day(desk: Hands, site: Context) -> None:
    room = a_room(site)
    save(site, "cleaning", room_id=room, day=site.today(), scope="地面", cleaned_by="保洁组", result="合格")
    team_module.go_to(site, "2026-03-19 09:00:00")
    assert "upkeep" not in counted(desk)
    team_module.go_to(site, "2026-03-20 09:00:00")
    assert counted(desk)["upkeep"] == 1


def test_a_finding_in_an_office_waits_for_its_remedy(desk: Hands, site: Context) -> None:
    values = {"office": "办公室", "day": site.today(), "passage": "异常", "found": "通道堆放纸箱"}
    made = save(site, "open_close", **values)
    assert counted(desk)["upkeep"] == 1
    open_close.save(site, made, {**values, "remedy": "当场清走"})
    assert "upkeep" not in counted(desk)


def test_a_day_opened_again_waits_until_it_is_closed_once_more(desk: Hands, site: Context) -> None:
    closed = closing.close(site, closings.of_day(site.today()), because="今天没有人值班").value
    assert "close" not in counted(desk)
    closing.reopen(site, closed.id, password=PASSWORD, reason="签到时间抄错了")
    assert counted(desk)["close"] == 1
    closing.close(site, closings.of_day(site.today()), because="今天没有人值班")
    assert "close" not in counted(desk)
