"""The register beside the door's log: three minutes either way, whose card it was, and what is only in one of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from filled_site import as_role
from filled_visits import a_room
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from team import Team, build, go_to
from visits import at, enter, guest

from opsdesk.models import DoorEvent, ImportBatch, Room
from opsdesk.registers.visit import door_view, service
from opsdesk.registers.visit.door_check import Check, Finds, check
from opsdesk.registers.visit.service import PersonEntry
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context

DAY = date(2026, 3, 5)
DOOR = "一楼信息中心机房"
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def room(site: Context) -> int:
    go_to(site, "2026-03-05 20:00:00")
    return a_room(site)


def log(ctx: Context, *events: tuple[str, str, str], **more: Any) -> None:
    """Events as (time, name, way); the log begins and ends with somebody at another door."""
    usual = {"staff_no": "", "unit": "", "door": DOOR, "event": "刷卡成功", "reader": ""}
    ends = [("00:00:00", "门卫", "进"), ("19:59:59", "门卫", "出")]
    with ctx.transaction("门禁") as tx:
        batch = tx.insert(
            ImportBatch, what="door-log", file_name="a", sha256="", format="", at=ctx.now(), rows_read=0, rows_stored=0,
            rows_duplicate=0, rows_rejected=0,
        )  # fmt: skip
        for n, (when, name, way) in enumerate([*events, *ends]):
            values = {**usual, **({"door": "东门"} if name == "门卫" else more)}
            tx.insert(
                DoorEvent, **values, at=at(when), name=name, direction=way, batch_id=batch, key=f"{batch}-{n}"
            )  # fmt: skip


def stayed(ctx: Context, entered: str, left: str | None = None, *people: PersonEntry, **more: Any) -> list[int]:
    made = enter(ctx, *people, entered_at=at(entered), **more)
    if left is not None:
        service.leave(ctx, visit_ids=made, left_at=at(left))
    return made


def told(found: Check) -> list[tuple[str, str, str, int]]:
    return [(line.name, str(line.finds), line.way, line.seconds) for line in found.lines]


@pytest.mark.parametrize(
    ("logged", "expected"),
    [
        ("08:56:59", Finds.DIFFERS),
        ("08:57:00", Finds.MATCHED),
        ("09:00:00", Finds.MATCHED),
        ("09:03:00", Finds.MATCHED),
        ("09:03:01", Finds.DIFFERS),
        ("08:00:00", Finds.DIFFERS),
        ("10:00:00", Finds.DIFFERS),
    ],
)
def test_three_minutes_are_the_same_and_an_hour_is_the_same_coming(
    site: Context, room: int, logged: str, expected: Finds
) -> None:
    stayed(site, "09:00:00", None)
    log(site, (logged, "周工", "进"))
    (line,) = check(site, DAY, DAY).lines
    assert line.finds is expected
    assert line.seconds == int((at(logged) - at("09:00:00")).total_seconds())


@pytest.mark.parametrize("logged", ["07:59:59", "10:00:01"])
def test_beyond_an_hour_it_is_another_coming(site: Context, room: int, logged: str) -> None:
    stayed(site, "09:00:00", "09:05:00")
    log(site, (logged, "周工", "进"), ("09:05:00", "周工", "出"))
    assert [str(line.finds) for line in check(site, DAY, DAY).lines if line.finds is not Finds.MATCHED] == (
        ["有门禁无登记", "有登记无门禁"] if logged < "09" else ["有登记无门禁", "有门禁无登记"]
    )


def test_every_line_is_a_sentence(site: Context, room: int) -> None:
    stayed(site, "09:00:00", "10:00:00")
    stayed(site, "11:00:00", "11:30:00", guest("吴工"), escorts=())
    log(
        site, ("09:01:05", "周工", "进"), ("10:12:00", "周工", "出"), ("14:00:00", "李四", "进"),
        ("14:30:00", "李四", "未知"),
    )  # fmt: skip
    found = check(site, DAY, DAY)
    assert [line.sentence for line in found.lines] == [
        "周工 03-05 09:00 进入一楼信息中心机房，门禁 09:01，相符。",
        "周工 03-05 10:00 离开一楼信息中心机房，门禁是 10:12，相差 12 分。",
        "吴工 03-05 11:00 进入一楼信息中心机房有登记，门禁没有记录。",
        "吴工 03-05 11:30 离开一楼信息中心机房有登记，门禁没有记录。",
        "李四 03-05 14:00 进入一楼信息中心机房，门禁有记录，没有登记。",
        "李四 03-05 14:30 进出一楼信息中心机房，门禁有记录，没有登记。",
    ]
    assert found.sentence == (
        "2026-03-05 至 2026-03-05：相符 1 次，时间不符 1 次，有门禁无登记 2 次，有登记无门禁 2 次。"
    )


def test_escorts_card_lets_a_visitor_in_and_out(site: Context, room: int) -> None:
    stayed(site, "09:00:00", "10:00:00", guest("周工"), guest("吴工"), escorts=("钱进",))
    log(
        site,
        ("09:01:00", "钱进", "进"),
        ("09:30:00", "钱进", "出"),
        ("09:40:00", "钱进", "进"),
        ("10:01:00", "钱进", "出"),
    )
    found = check(site, DAY, DAY)
    assert told(found) == [
        ("吴工", "相符", "进", 60), ("周工", "相符", "进", 60), ("吴工", "相符", "出", 60), ("周工", "相符", "出", 60),
    ]  # fmt: skip
    assert found.lines[0].sentence == "吴工 03-05 09:00 进入一楼信息中心机房，由陪同人钱进刷卡（09:01），相符。"


def test_way_has_to_fit_unless_it_is_unknown(site: Context, room: int) -> None:
    stayed(site, "09:00:00", "09:30:00")
    log(site, ("09:00:10", "周工", "出"), ("09:30:10", "周工", "未知"))
    assert [line[1:3] for line in told(check(site, DAY, DAY))] == [("有登记无门禁", "进"), ("相符", "出")]


def test_in_and_out_within_a_stay_concerns_nobody(site: Context, room: int) -> None:
    stayed(site, "09:00:00", "11:00:00")
    log(
        site, ("08:57:00", "周工", "进"), ("09:30:00", "周工", "出"), ("09:40:00", "周工", "进"),
        ("11:03:00", "周工", "出"), ("11:03:59", "周工", "出"),
    )  # fmt: skip
    assert [line[1] for line in told(check(site, DAY, DAY))] == ["相符", "相符"]


def test_keeper_need_not_register_and_who_was_not_let_in_did_not_enter(site: Context, room: int) -> None:
    log(site, ("09:00:00", "赵敏", "进"))
    log(site, ("09:00:00", "李四", "进"), event="刷卡失败")
    log(site, ("09:10:00", "李四", "进"), event="事件 27（异常）")
    log(site, ("09:20:00", "", "进"), event="门超时未关")
    assert check(site, DAY, DAY).lines == ()
    log(site, ("09:30:00", "李四", "进"))
    assert [line.name for line in check(site, DAY, DAY).lines] == ["李四"]


def test_person_is_told_by_number_then_by_name(site: Context, room: int) -> None:
    crew: Team = build(site)
    stayed(site, "09:00:00", None, PersonEntry(staff_id=crew["1001"]), escorts=())
    stayed(site, "10:00:00", None, PersonEntry(staff_id=crew["1004"]), escorts=())
    log(site, ("09:00:00", "王 强", "进"), staff_no="1001")
    log(site, ("10:00:00", "吴琼", "进"))
    assert told(check(site, DAY, DAY)) == [("王强", "相符", "进", 0), ("吴琼", "相符", "进", 0)]
    log(site, ("10:00:00", "吴琼", "进"), staff_no="1002")
    assert [line.name for line in check(site, DAY, DAY).lines if line.finds is Finds.UNREGISTERED] == ["李敏"]


@pytest.mark.parametrize(
    ("door", "door_name", "name", "counts"),
    [
        ("一楼信息中心机房", "一楼信息中心机房", "主机房", True),
        ("A 栋-一楼信息中心机房-入口", "一楼信息中心机房", "主机房", True),
        ("主机房东门", "", "主机房", True),
        ("主机房东门", "一楼信息中心机房", "主机房", False),
        ("", "", "主机房", True),
        ("大门", "", "主机房", False),
    ],
)
def test_door_is_the_rooms_by_its_name(site: Context, door: str, door_name: str, name: str, counts: bool) -> None:
    go_to(site, "2026-03-05 20:00:00")
    with site.transaction("机房") as tx:
        tx.insert(Room, name=name, modules="", keeper="", door_name=door_name)
    log(site, ("09:00:00", "李四", "进"), door=door)
    found = check(site, DAY, DAY)
    assert bool(found.lines) is counts
    assert any((door or "没有写门") in note for note in found.notes) is not counts


def test_longest_name_decides_between_rooms(site: Context, room: int) -> None:
    with site.transaction("机房") as tx:
        tx.insert(Room, name="里间", modules="", keeper="", door_name="一楼信息中心机房里间")
    log(site, ("09:00:00", "李四", "进"), door="一楼信息中心机房里间")
    assert [line.room for line in check(site, DAY, DAY).lines] == ["里间"]


def test_what_the_log_does_not_reach_is_not_compared(site: Context, room: int) -> None:
    empty = check(site, DAY, DAY)
    assert (empty.lines, empty.notes) == ((), ("这段时间没有导入门禁记录，没有核对。请先导入门禁记录。",))
    stayed(site, "2026-03-04 09:00", "2026-03-04 10:00", guest("吴工"))
    stayed(site, "09:00:00", "10:00:00")
    log(site, ("09:00:00", "周工", "进"), ("10:00:00", "周工", "出"))
    found = check(site, date(2026, 3, 4), DAY)
    assert [line[1] for line in told(found)] == ["相符", "相符"]
    assert found.notes[0] == ("门禁记录只有 03-05 00:00 至 03-05 19:59 的，登记中有 2 次进出在这以外，没有核对。")


def test_only_the_days_asked_for_are_compared(site: Context, room: int) -> None:
    go_to(site, "2026-03-07 08:00:00")
    stayed(site, "2026-03-05 23:30", "2026-03-06 00:30")
    log(
        site,
        ("2026-03-05 23:30:00", "周工", "进"),
        ("2026-03-06 00:30:00", "周工", "出"),
        ("2026-03-06 12:00", "李四", "进"),
    )
    assert [line[:3] for line in told(check(site, DAY, DAY))] == [("周工", "相符", "进")]
    assert [line[:3] for line in told(check(site, date(2026, 3, 6), date(2026, 3, 6)))] == [
        ("周工", "相符", "出"), ("李四", "有门禁无登记", "进"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("registered", "logged", "of_the_fifth", "of_the_fourth"),
    [
        ("2026-03-05 00:01:00", "2026-03-04 23:59:30", [("周工", "相符", "进", -90)], []),
        ("2026-03-05 00:00:00", "2026-03-04 23:57:00", [("周工", "相符", "进", -180)], []),
        ("2026-03-05 00:00:00", "2026-03-04 23:56:59", [("周工", "有登记无门禁", "进", 0)],
         [("周工", "有门禁无登记", "进", 0)]),
        ("2026-03-04 23:59:00", "2026-03-05 00:00:30", [], [("周工", "相符", "进", 90)]),
        ("2026-03-04 23:57:00", "2026-03-05 00:00:00", [], [("周工", "相符", "进", 180)]),
    ],
)  # fmt: skip
def test_coming_at_midnight_is_one_line_of_the_day_it_is_registered(
    site: Context,
    room: int,
    registered: str,
    logged: str,
    of_the_fifth: list[tuple[str, str, str, int]],
    of_the_fourth: list[tuple[str, str, str, int]],
) -> None:
    stayed(site, registered, None)
    log(site, (logged, "周工", "进"), ("2026-03-04 10:00", "门卫", "进"))
    assert told(check(site, DAY, DAY)) == of_the_fifth
    assert told(check(site, date(2026, 3, 4), date(2026, 3, 4))) == of_the_fourth
    assert len(told(check(site, date(2026, 3, 4), DAY))) == 1


def test_somebody_inside_is_compared_by_his_coming_and_a_reader_may_look(site: Context, room: int) -> None:
    stayed(site, "09:00:00", None)
    log(site, ("09:00:00", "周工", "进"), ("12:00:00", "周工", "出"), ("12:30:00", "周工", "进"))
    found = check(as_role(site, Role.READER), DAY, DAY)
    assert told(found) == [("周工", "相符", "进", 0)]


@pytest.mark.parametrize(
    ("chosen", "first", "last"),
    [
        (None, date(2026, 2, 27), DAY),
        ("2026-03", date(2026, 3, 1), DAY),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_without_a_month_the_last_seven_days_are_compared(
    site: Context, room: int, chosen: str | None, first: date, last: date
) -> None:
    assert door_view.days(site, chosen) == (first, last)
    usual = {each.key: each.usual for each in door_view.VIEW.filters}
    assert usual == {"month": "近 7 天", "finds": "对不上的"}


MOMENTS = st.integers(0, 20 * 60 * 60 - 1).map(lambda seconds: at("00:00:00") + timedelta(seconds=seconds))


@FAST
@given(
    events=st.lists(
        st.tuples(MOMENTS, st.sampled_from(["周工", "吴工", "钱进"]), st.sampled_from(["进", "出", "未知"])),
        max_size=12,
    )
)
def test_each_coming_and_going_of_the_register_has_exactly_one_line(
    filled: Context, events: list[tuple[datetime, str, str]]
) -> None:
    go_to(filled, "2026-03-05 20:00:00")
    log(filled, *((str(when), name, way) for when, name, way in events))
    found = check(filled, DAY, DAY)
    marks = [(line.visit_id, line.way) for line in found.lines if line.visit_id is not None]
    assert len(marks) == len(set(marks)) == 4
    assert all(line.sentence.endswith("。") for line in found.lines)
    assert [line.at for line in found.lines] == sorted(line.at for line in found.lines)
