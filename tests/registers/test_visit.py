"""机房出入: from entering to leaving under real acts; what is refused, what is only told, and who is inside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from filled_site import as_role, change, load, run, save, whole
from filled_visits import a_room
from machine_room import PEOPLE, id_number, off_hours, permit
from sqlalchemy import select
from team import Team, build, go_to
from visits import CARD, PHONE, UNIT, approved, at, enter, guest, inside, missed, row, words

from opsdesk.catalog import by_slug
from opsdesk.models import ImportBatch, OffHours, Permit, Room, Visit, VisitItem, Visitor
from opsdesk.register import Chip, Query
from opsdesk.registers.visit import people, service
from opsdesk.registers.visit.service import GoodsEntry, GoodsLeft, PersonEntry, Screening
from opsdesk.rules.vocabulary import Role
from opsdesk.services import number_password, room_visits, settings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


@pytest.fixture
def crew(site: Context) -> Team:
    return build(site)


@pytest.fixture
def room(site: Context) -> int:
    return a_room(site)


def refused(ctx: Context, field: str, *who: PersonEntry, **more: Any) -> str:
    before = len(inside(ctx))
    with pytest.raises(Refusal) as no:
        enter(ctx, *who, **more)
    assert no.value.field == field
    assert str(no.value).endswith("。")
    assert len(inside(ctx)) == before
    return str(no.value)


def items(ctx: Context, visit_id: int) -> list[tuple[str, int, int, int]]:
    columns = VisitItem.name, VisitItem.brought, VisitItem.taken, VisitItem.stays
    with ctx.read() as connection:
        query = select(*columns).where(VisitItem.visit_id == visit_id).order_by(VisitItem.id)
        return [tuple(each) for each in connection.execute(query)]


def listed(ctx: Context, **query: Any) -> list[str]:
    return [str(each.values["name"]) for each in by_slug("visit").list(ctx, Query(**query)).rows]


def test_visit_from_permit_to_leaving(site: Context, room: int) -> None:
    slip = approved(site, room)
    go_to(site, "2026-03-05 09:00:00")
    proposed = service.proposal(site, slip)
    assert (proposed.room_id, proposed.escorts, proposed.due_at) == (room, ("赵敏", "王强"), at("12:00"))
    assert proposed.purpose == "维护、检查：更换核心交换机电源"
    assert [(each.name, each.unit) for each in proposed.people] == [("周工", "恒通网络"), ("吴工", "恒通网络")]
    made = service.enter(site, people=[each.entry for each in proposed.people], room_id=room, permit_id=slip)
    assert made.touched >= {"visit"}
    first, second = made.value
    kept = row(site, first)
    assert kept["phone"] == PHONE
    assert kept["id_kind"] == "身份证"
    assert len(kept["id_number"]) == 18
    assert (kept["module"], kept["purpose"], kept["escort"], kept["second_escort"]) == (
        "网络区", "维护、检查：更换核心交换机电源", "赵敏", "王强",
    )  # fmt: skip
    assert (kept["due_at"], kept["operated"]) == (at("12:00"), True)
    assert service.told(site, made.value) == (
        "周工、吴工 09:00 进入一楼信息中心机房，应在 12:00 前离开，陪同 赵敏、王强。"
    )
    assert words(site, first) == words(site, second) == []
    go_to(site, "2026-03-05 11:00:05")
    said = service.leave(site, visit_ids=made.value, operation="更换 PSU2", left_check="赵敏").value
    assert said == "周工、吴工 11:00 离开一楼信息中心机房，停留 2 小时。"
    assert inside(site) == {}
    assert (row(site, second)["left_at"], row(site, second)["operation"]) == (at("11:00:05"), "更换 PSU2")
    assert words(site, first) == []
    whole(site)


def test_emergency_gets_in_and_is_told_what_is_missing(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, guest(), escorts=(), operates=True)
    assert words(site, made) == ["无审批进入", "无陪同", "未经批准上机"]
    assert service.told(site, [made]) == (
        "周工 09:00 进入一楼信息中心机房。无审批进入：外单位人员进入没有审批单（E1 一.8）。"
        "无陪同：没有陪同人（E1 二.2）。未经批准上机：上机操作没有经过批准（E1 一.8）。"
    )
    assert inside(site)["周工"].breaches == tuple(missed(site, made))


def test_permit_is_judged_for_this_person_in_this_room(site: Context, room: int) -> None:
    slip = approved(site, room)
    go_to(site, "2026-03-05 09:00:00")
    (stranger,) = enter(site, guest("郑工"), permit_id=slip, operates=False)
    assert [each.sentence for each in missed(site, stranger)] == ["审批单 JF-20260305-01 上没有这个人。"]
    (applicant,) = enter(site, guest("周工"), permit_id=slip, operates=False)
    assert missed(site, applicant) == []
    other = a_room(site, "二楼配线间")
    assert "批的是一楼信息中心机房" in refused(site, "room_id", guest("吴工"), permit_id=slip, room_id=other)
    assert "没有这张审批单" in refused(site, "permit_id", guest("吴工"), permit_id=999)
    spare = approved(site, room, "2026-03-05 09:05:00")
    run(site, "permit", "void", spare, reason="重复填写")
    assert "已作废" in refused(site, "permit_id", guest("吴工"), permit_id=spare)


def test_permit_that_was_refused_or_waits_approves_nothing(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 08:30:00")
    waiting, refused_one = permit(site, room), permit(site, room)
    run(site, "permit", "refuse", refused_one, reason="改到周末")
    go_to(site, "2026-03-05 09:00:00")
    for name, slip in (("周工", waiting), ("吴工", refused_one)):
        (made,) = enter(site, guest(name), permit_id=slip, operates=False)
        assert words(site, made) == ["未批先入"]


@pytest.mark.parametrize(("second", "late"), [(0, False), (1, True)])
def test_approval_counts_by_the_second(site: Context, room: int, second: int, late: bool) -> None:
    slip = approved(site, room, f"2026-03-05 09:00:0{second}")
    go_to(site, "2026-03-05 09:30:00")
    (made,) = enter(site, guest(), permit_id=slip, entered_at=at("09:00:00"), operates=False)
    assert words(site, made) == (["未批先入"] if late else [])


def test_permit_for_several_days_lets_one_stay_until_its_hour_of_the_day(site: Context, room: int) -> None:
    slip = approved(site, room, several=True, planned_to=at("2026-03-09 18:00"))
    go_to(site, "2026-03-06 09:00:00")
    assert service.proposal(site, slip).due_at == at("2026-03-06 18:00")
    for now, due in (
        ("06 17:59:59", "06 18:00"), ("06 18:00:00", "07 18:00"), ("06 18:30:00", "07 18:00"),
        ("08 18:30:00", "09 18:00"), ("09 17:59:59", "09 18:00"),
    ):  # fmt: skip
        go_to(site, f"2026-03-{now}")
        assert service.proposal(site, slip).due_at == at(f"2026-03-{due}")
    go_to(site, "2026-03-09 18:00:00")
    assert service.proposal(site, slip).due_at is None


def test_permit_for_several_nights_lets_one_stay_until_its_hour_of_the_next_morning(site: Context, room: int) -> None:
    evening = at("2026-03-05 20:00")
    slip = approved(site, room, several=True, planned_from=evening, planned_to=at("2026-03-10 06:00"))
    for now, due in (("06 20:30:00", "07 06:00"), ("07 00:30:00", "07 06:00"), ("09 23:00:00", "10 06:00")):
        go_to(site, f"2026-03-{now}")
        assert service.proposal(site, slip).due_at == at(f"2026-03-{due}")


def test_group_is_several_visits_with_its_goods_on_the_first(site: Context, room: int) -> None:
    goods = [GoodsEntry("电源模块", 2, "PWR-460"), GoodsEntry("笔记本电脑")]
    first, second = enter(site, guest("周工"), guest("吴工"), goods=goods)
    assert items(site, first) == [("电源模块", 2, 0, 0), ("笔记本电脑", 1, 0, 0)]
    assert items(site, second) == []
    assert inside(site)["周工"].group == inside(site)["吴工"].group == (first, second)
    go_to(site, "2026-03-05 08:00:01")
    later = enter(site, guest("郑工"))
    assert inside(site)["郑工"].group == tuple(later)
    service.leave_now(site, second)
    assert inside(site)["周工"].group == (first,)


def test_goods_that_do_not_add_up_are_asked_about_once(site: Context, room: int) -> None:
    first, second = enter(
        site, guest("周工"), guest("吴工"), goods=[GoodsEntry("电源模块", 2), GoodsEntry("笔记本电脑")]
    )
    with pytest.raises(Refusal, match="电源模块 带入 2 带出 0 留存 0、笔记本电脑 带入 1 带出 0 留存 0") as no:
        service.leave_now(site, first)
    assert no.value.field == "goods"
    assert row(site, first)["left_at"] is None
    module, computer = (each.id for each in inside(site)["周工"].goods)
    said = [GoodsLeft(module, taken=1), GoodsLeft(computer, taken=1)]
    with pytest.raises(Refusal, match="电源模块 带入 2 带出 1 留存 0。"):
        service.leave(site, visit_ids=[first, second], goods=said)
    told = service.leave(site, visit_ids=[first, second], goods=said, confirm_goods=True).value
    assert "物品不符：离开时物品不符：电源模块 带入 2 带出 1 留存 0（E1 二.2）。" in told
    assert items(site, first) == [("电源模块", 2, 1, 0), ("笔记本电脑", 1, 1, 0)]
    assert "物品不符" in words(site, first)
    assert "物品不符" not in words(site, second)
    assert run(site, "visit", "correct_goods", first, goods="其余留存", reason="装在备用槽") == (
        "周工 的物品更正为其余留存：装在备用槽。"
    )
    assert items(site, first)[0] == ("电源模块", 2, 1, 1)
    assert "物品不符" not in words(site, first)
    whole(site)


def test_goods_are_taken_out_or_stay(site: Context, room: int) -> None:
    (first,) = enter(site, guest("周工"), goods=[GoodsEntry("硬盘", 3)])
    (disks,) = (each.id for each in inside(site)["周工"].goods)
    gone = [GoodsLeft(disks, stays=2), GoodsLeft(taken=1, name="旧硬盘", serial="S1")]
    with pytest.raises(Refusal, match="硬盘 带入 3 带出 0 留存 2"):
        service.leave(site, visit_ids=[first], goods=gone)
    service.leave(site, visit_ids=[first], goods=[GoodsLeft(disks, taken=1, stays=2), gone[1]])
    assert items(site, first) == [("硬盘", 3, 1, 2), ("旧硬盘", 0, 1, 0)]
    assert "物品不符" not in words(site, first)
    (third,) = enter(site, guest("吴工"), goods=[GoodsEntry("电脑")])
    service.leave(site, visit_ids=[third], all_taken=True)
    assert items(site, third) == [("电脑", 1, 1, 0)]


@pytest.mark.parametrize(
    ("goods", "said"),
    [
        ([GoodsLeft(999, taken=1)], "不属于要离开的人"),
        ([GoodsLeft(taken=1)], "请填写“物品名称”"),
        ([GoodsLeft(taken=1000, name="硬盘")], "0 到 999"),
        ([GoodsLeft(taken=-1, name="硬盘")], "0 到 999"),
    ],
)
def test_goods_that_cannot_be_are_refused(site: Context, room: int, goods: list[GoodsLeft], said: str) -> None:
    (made,) = enter(site)
    with pytest.raises(Refusal, match=said) as no:
        service.leave(site, visit_ids=[made], goods=goods)
    assert no.value.field == "goods"
    assert row(site, made)["left_at"] is None


def test_overstay_is_told_to_the_second_and_stands_first(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:00")
    enter(site, guest("甲"), due_at=at("10:00:00"))
    enter(site, guest("乙"), due_at=at("10:30:00"))
    enter(site, guest("丙"))
    go_to(site, "2026-03-05 10:00:00")
    assert [each.over for each in room_visits.inside(site)] == [0, 0, 0]
    go_to(site, "2026-03-05 10:00:01")
    assert [(each.name, each.over) for each in room_visits.inside(site)] == [("甲", 1), ("乙", 0), ("丙", 0)]
    go_to(site, "2026-03-05 11:00:00")
    assert [(each.name, each.over) for each in room_visits.inside(site)] == [("甲", 3600), ("乙", 1800), ("丙", 0)]
    assert [(str(each.missed), each.seconds) for each in inside(site)["乙"].breaches] == [
        ("无审批进入", 0), ("超时停留", 1800),
    ]  # fmt: skip
    chips = {str(each.values["name"]): each.values["state"] for each in by_slug("visit").list(site, Query()).rows}
    assert chips["甲"] == Chip("超时 1 小时", chips["甲"].tone)
    assert chips["丙"].word == "在场"


def test_who_has_no_time_to_leave_is_asked_after_once_he_is_in_for_twelve_hours(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, guest("甲"))
    go_to(site, "2026-03-05 21:00:00")
    assert room_visits.inside(site)[0].over == 0
    go_to(site, "2026-03-05 21:00:01")
    assert room_visits.inside(site)[0].over == 1
    (line,) = by_slug("visit").list(site, Query()).rows
    assert line.values["state"].word.startswith("超时")
    go_to(site, "2026-03-06 09:00:00")
    service.leave(site, visit_ids=[made])
    (line,) = by_slug("visit").list(site, Query()).rows
    assert line.values["state"].word == "已离开"


def test_longer_stay_is_granted_before_by_the_desk_after_by_the_supervisor(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, due_at=at("10:00:00"))
    desk = as_role(site, Role.DESK)
    go_to(site, "2026-03-05 10:00:00")
    assert run(desk, "visit", "extend", made, due_at=at("10:30"), reason="等备件") == (
        "周工 可以停留到 03-05 10:30：等备件。"
    )
    go_to(site, "2026-03-05 10:30:01")
    with pytest.raises(Refusal, match="主管"):
        run(desk, "visit", "extend", made, due_at=at("11:00"), reason="等备件")
    with pytest.raises(Refusal, match="晚于现在"):
        run(site, "visit", "extend", made, due_at=at("10:30:01"), reason="等备件")
    run(site, "visit", "extend", made, due_at=at("10:30:02"), reason="等备件")
    assert "超时停留" not in words(site, made)
    assert row(site, made)["remarks"].startswith("延时至 03-05 10:30：等备件；延时至")
    service.leave_now(site, made)
    with pytest.raises(Refusal, match="已经离开"):
        run(site, "visit", "extend", made, due_at=at("12:00"), reason="等备件")


def test_time_outside_working_hours_needs_a_slip_that_names_him(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 16:00:00")
    slip = off_hours(site, place="一楼信息中心机房", people="周工\n吴工")
    run(site, "off_hours", "approve", slip)
    go_to(site, "2026-03-05 18:05:00")
    named, stranger = enter(site, guest("周工"), guest("郑工"))
    assert "非工作时间未批" not in words(site, named)
    assert "非工作时间未批" in words(site, stranger)
    go_to(site, "2026-03-05 20:50:00")
    service.leave(site, visit_ids=[named, stranger])
    go_to(site, "2026-03-06 08:00:00")
    assert words(site, named) == ["无审批进入"]
    assert words(site, stranger) == ["无审批进入", "非工作时间未批"]
    with site.read() as connection:
        number = connection.execute(select(OffHours.number)).scalar_one()
    change(site, "visit", stranger, off_hours_number=number)
    assert words(site, stranger) == ["无审批进入"]


@pytest.mark.parametrize(
    ("place", "people", "unit", "covered"),
    [
        ("办公室", "周工", UNIT, False),
        ("机房", "", UNIT, True),
        ("机房", "", "别家", False),
        ("一楼信息中心机房、办公室", "吴工 0011\n周工 0012", "别家", True),
        ("机房", "周工程", UNIT, False),
    ],
)
def test_slip_counts_for_its_place_and_its_people(
    site: Context, room: int, place: str, people: str, unit: str, covered: bool
) -> None:
    go_to(site, "2026-03-05 16:00:00")
    with site.transaction("申请") as tx:
        tx.insert(
            OffHours, number="FG-1", applied_at=at("15:00"), filed_by="主管", unit=unit, applicant="李四", place=place,
            people=people, reason="割接", begins_at=at("18:00"), ends_at=at("21:00"), emergency=False,
            responsible="李四", approved_by="主管", approved_at=at("15:30"), refusal="", left_check="",
        )  # fmt: skip
    go_to(site, "2026-03-05 18:30:00")
    (made,) = enter(site)
    assert ("非工作时间未批" not in words(site, made)) is covered


@pytest.mark.parametrize(
    ("moment", "missing"),
    [
        ("2026-03-05 08:29:59", True),
        ("2026-03-05 08:30:00", False),
        ("2026-03-05 12:15:00", False),
        ("2026-03-07 10:00:00", True),
    ],
)
def test_working_hours_are_the_sites_own(site: Context, room: int, moment: str, missing: bool) -> None:
    save(site, "hours", holds_from=date(2026, 1, 1), pairs="08:30-12:00 13:30-17:30")
    go_to(site, moment)
    (made,) = enter(site)
    go_to(site, str(at(moment) + timedelta(minutes=5)))
    service.leave_now(site, made)
    assert ("非工作时间未批" in words(site, made)) is missing


def test_night_shift_is_working_time_for_who_is_on_it(site: Context, room: int, crew: Team) -> None:
    go_to(site, "2026-03-05 21:00:00")
    on_duty, off_duty = enter(site, PersonEntry(staff_id=crew["2002"]), PersonEntry(staff_id=crew["2001"]))
    assert "非工作时间未批" not in words(site, on_duty)
    assert "非工作时间未批" in words(site, off_duty)


def test_centres_own_people_need_no_permit_no_escort_and_no_slip(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 22:00:00")
    (made,) = enter(site, guest("孙丽", "示例市信息中心"), escorts=())
    assert row(site, made)["external"] is False
    assert words(site, made) == []
    (told,) = enter(site, guest("钱进", "办公室", external=False), escorts=())
    assert words(site, told) == []


def test_vendors_engineers_are_outsiders_unless_the_site_says_otherwise(site: Context, room: int, crew: Team) -> None:
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, PersonEntry(staff_id=crew["1001"]), escorts=())
    kept = row(site, made)
    assert (kept["name"], kept["unit"], kept["external"], kept["id_kind"], kept["id_number"]) == (
        "王强", "华信", True, "工作证", "1001",
    )  # fmt: skip
    assert words(site, made) == ["无审批进入", "无陪同"]
    settings.write(site, {"room.vendor_staff_internal": "1"})
    (other,) = enter(site, PersonEntry(staff_id=crew["1002"]), escorts=())
    assert row(site, other)["external"] is False
    assert words(site, other) == []
    assert row(site, made)["external"] is True


def test_person_inside_does_not_enter_again_whichever_way_he_is_named(site: Context, room: int, crew: Team) -> None:
    go_to(site, "2026-03-05 09:00:00")
    enter(site, PersonEntry(staff_id=crew["1001"]))
    enter(site, guest("周工", id_number=CARD))
    again = (
        PersonEntry(staff_id=crew["1001"]),
        guest("王强", "华信"),
        guest("周工"),
        guest("周师傅", "另一家", id_number=CARD),
    )
    for each in again:
        assert "还没有登记离开" in refused(site, "people", each)
    assert "还没有登记离开" in refused(site, "people", guest("新人"), guest("周工"))
    enter(site, guest("周工", "另一家"))
    assert "写了两次" in refused(site, "people", guest("新人"), guest("新人"))
    alike = (guest("新人", id_number=CARD[-4:]), guest("新人", id_number=id_number(8)))
    assert "写了两次" in refused(site, "people", *alike)
    assert "写了两次" in refused(site, "people", guest("新人", id_number=CARD), guest("旧人", id_number=CARD))


def test_two_of_one_name_and_unit_are_told_apart_by_whole_numbers(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:00")
    enter(site, guest(id_number=CARD))
    for each in (
        guest(),
        guest(id_number=CARD[-4:]),
        guest(id_number=CARD),
        guest(id_kind="护照", id_number="E1234567"),
    ):
        assert "还没有登记离开" in refused(site, "people", each)
    enter(site, guest(id_number=id_number(8)))
    enter(site, guest("李工", id_number=id_number(9)), guest("李工", id_number=id_number(10)))
    assert "还没有登记离开" in refused(site, "people", guest(id_number=id_number(8)))


@pytest.mark.parametrize(
    ("entered", "left", "accepted"),
    [("09:59:59", "", False), ("10:00:00", "", True), ("10:30:00", "", True)],
)
def test_stays_of_one_person_do_not_overlap(site: Context, room: int, entered: str, left: str, accepted: bool) -> None:
    go_to(site, "2026-03-05 11:00:00")
    (made,) = enter(site, entered_at=at("09:00:00"))
    service.leave(site, visit_ids=[made], left_at=at("10:00:00"))
    if accepted:
        enter(site, entered_at=at(entered))
    else:
        assert "重叠" in refused(site, "entered_at", guest(), entered_at=at(entered))


@pytest.mark.parametrize(
    ("field", "who", "more", "said"),
    [
        ("people", [], {"people": ()}, "请写明进入的人"),
        ("name", [PersonEntry("  ", UNIT)], {}, "请填写“姓名”"),
        ("name", [PersonEntry("甲", UNIT), PersonEntry("", UNIT)], {}, "第 2 人"),
        ("unit", [PersonEntry("甲")], {}, "请填写“甲的单位”"),
        ("staff_id", [PersonEntry(staff_id=999)], {}, "没有这个人员"),
        ("people", [PersonEntry(visitor_id=999)], {}, "常客"),
        ("people", [PersonEntry(permit_person_id=999)], {}, "不在所选的审批单上"),
        ("id_number", [PersonEntry("甲", UNIT, id_number="110101199003070012")], {}, "校验码不对"),
        ("id_kind", [PersonEntry("甲", UNIT, id_kind="会员卡", id_number="1234")], {}, "证件类型"),
        ("phone", [PersonEntry("甲", UNIT, phone="1" * 21)], {}, "联系电话"),
        ("room_id", [], {"room_id": 999}, "没有这个机房"),
        ("purpose", [], {"purpose": " "}, "请填写“进入事由”"),
        ("escorts", [], {"escorts": ("甲", "乙", "丙")}, "最多写两名"),
        ("escorts", [], {"escorts": ("周工",)}, "不能陪同自己"),
        ("due_at", [], {"due_at": at("08:00:00")}, "不晚于进入时间"),
        ("entered_at", [], {"entered_at": at("08:01:00")}, "还没有到"),
        ("goods", [], {"goods": [GoodsEntry(" ")]}, "物品名称"),
        ("goods", [], {"goods": [GoodsEntry("硬盘", 0)]}, "1 到 999"),
        ("goods", [], {"goods": [GoodsEntry("硬盘", 1000)]}, "1 到 999"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    site: Context, room: int, field: str, who: list[PersonEntry], more: dict[str, Any], said: str
) -> None:
    if "people" in more:
        with pytest.raises(Refusal, match=said) as no:
            service.enter(site, people=(), room_id=room, purpose="检查")
        assert no.value.field == field
    else:
        assert said in refused(site, field, *who, **more)


def test_room_out_of_use_and_people_not_on_site_are_refused(site: Context, room: int, crew: Team) -> None:
    with site.transaction("停用") as tx:
        tx.update(Room, room, left_on=date(2026, 3, 5))
    assert "停用" in refused(site, "room_id")
    with site.transaction("恢复") as tx:
        tx.update(Room, room, left_on=date(2026, 3, 6))
    enter(site)
    run(site, "staff", "leave_site", crew["1001"], day=date(2026, 3, 4), reason="合同到期")
    assert "不在场" in refused(site, "staff_id", PersonEntry(staff_id=crew["1001"]))


def test_number_that_fails_its_check_is_kept_with_a_reason(site: Context, room: int) -> None:
    (made,) = enter(site, guest(id_number="110101199003070012", id_reason="证件就是这样"))
    assert row(site, made)["id_number"] == "110101199003070012"
    assert row(site, made)["remarks"] == "证件号未通过校验：证件就是这样"


def test_only_who_may_write_enters_and_leaves(site: Context, room: int) -> None:
    (made,) = enter(site)
    for role in (Role.READER, Role.KIOSK):
        with pytest.raises(Refusal, match="登录"):
            enter(as_role(site, role), guest("郑工"), room_id=room)
        with pytest.raises(Refusal, match="登录"):
            service.leave_now(as_role(site, role), made)
    service.leave_now(as_role(site, Role.DESK), made)


def test_visitor_is_remembered_and_known_the_next_time(site: Context, room: int) -> None:
    (made,) = enter(site, guest(id_number=CARD, phone=PHONE))
    service.leave_now(site, made)
    (known,) = people.known(site)
    assert (known.name, known.initials, known.unit) == ("周工", "ZG", UNIT)
    assert (known.id_number, known.phone) == (f"1101**********{CARD[-4:]}", "139****5678")
    assert known.entry.id_number == known.entry.phone == ""
    go_to(site, "2026-03-06 09:00:00")
    (again,) = enter(site, known.entry)
    assert (row(site, again)["id_number"], row(site, again)["phone"]) == (CARD, PHONE)
    with site.read() as connection:
        (kept,) = connection.execute(select(Visitor.last_on)).scalars()
    assert kept == date(2026, 3, 6)


def test_engineers_are_known_without_being_remembered(site: Context, room: int, crew: Team) -> None:
    enter(site, PersonEntry(staff_id=crew["1001"]))
    found = people.known(site)
    assert found[0].entry == PersonEntry(staff_id=crew["1001"])
    assert all(each.entry.staff_id for each in found)


def test_leaving_is_refused_where_it_cannot_be(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 09:00:30")
    (made,) = enter(site)
    for more, field, said in (
        ({"visit_ids": []}, "visit_ids", "请先选择"),
        ({"left_at": at("08:59:59")}, "left_at", "早于进入时间"),
        ({"left_at": at("09:01:00")}, "left_at", "还没有到"),
    ):
        with pytest.raises(Refusal, match=said) as no:
            service.leave(site, **{"visit_ids": [made], **more})
        assert no.value.field == field
    with pytest.raises(Refusal, match="已经不在了"):
        service.leave_now(site, 999)
    service.leave(site, visit_ids=[made], left_at=at("09:00:00"))
    assert row(site, made)["left_at"] == at("09:00:30")
    with pytest.raises(Refusal, match="已经离开"):
        service.leave_now(site, made)


def test_work_on_machines_is_said_at_entering_or_at_leaving(site: Context, room: int) -> None:
    slip = approved(site, room)
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, permit_id=slip)
    assert row(site, made)["operated"] is True
    assert "上机操作没有留下记录" in service.leave_now(site, made).value
    assert words(site, made) == ["无操作记录"]
    change(site, "visit", made, operation="更换电源模块")
    assert words(site, made) == []
    (other,) = enter(site, guest("吴工"), permit_id=slip, operates=False)
    service.leave(site, visit_ids=[other], operated=True, operation="换风扇")
    assert row(site, other)["operated"] is True
    assert words(site, other) == []


def test_escort_is_changed_and_told_in_the_remarks(site: Context, room: int) -> None:
    (made,) = enter(site)
    said = run(site, "visit", "change_escort", made, escort="钱进", second_escort="孙丽")
    assert said == "周工：08:00 陪同 赵敏 换为 钱进、孙丽。"
    assert inside(site)["周工"].escorts == ("钱进", "孙丽")
    for wrong in ("", "周工"):
        with pytest.raises(Refusal) as no:
            run(site, "visit", "change_escort", made, escort=wrong)
        assert no.value.field == "escort"


def test_times_are_set_right_by_the_supervisor_with_a_reason(site: Context, room: int) -> None:
    go_to(site, "2026-03-05 11:00:00")
    (made,) = enter(site, entered_at=at("09:00:00"), due_at=at("10:00:00"))
    with pytest.raises(Refusal, match="还没有登记"):
        run(site, "visit", "correct_time", made, which="left_at", at=at("09:30:00"), reason="写错了")
    service.leave(site, visit_ids=[made], left_at=at("10:00:01"))
    assert "超时停留" in words(site, made)
    with pytest.raises(Refusal, match="主管"):
        run(as_role(site, Role.DESK), "visit", "correct_time", made, which="left_at", at=at("10:00"), reason="写错了")
    for wrong, said in ((at("08:59:59"), "早于进入时间"), (at("11:00:01"), None), (at("11:01:00"), "还没有到")):
        if said:
            with pytest.raises(Refusal, match=said) as no:
                run(site, "visit", "correct_time", made, which="left_at", at=wrong, reason="写错了")
            assert no.value.field == "at"
    run(site, "visit", "correct_time", made, which="left_at", at=at("10:00:00"), reason="写错了")
    assert "超时停留" not in words(site, made)
    assert row(site, made)["remarks"] == "离开时间 03-05 10:00 更正为 03-05 10:00：写错了"
    (other,) = enter(site, entered_at=at("10:30:00"))
    with pytest.raises(Refusal, match="重叠"):
        run(site, "visit", "correct_time", other, which="entered_at", at=at("09:59:59"), reason="写错了")
    run(site, "visit", "correct_time", other, which="entered_at", at=at("10:00:00"), reason="写错了")
    whole(site)


@pytest.mark.parametrize(
    ("true", "due", "told"),
    [("08:59:59", "09:00", ""), ("09:00:00", "10:00", "，应离开时间随之改为 03-05 10:00"),
     ("09:20:00", "10:20", "，应离开时间随之改为 03-05 10:20")],
)  # fmt: skip
def test_true_entry_after_the_time_to_leave_moves_that_along(
    site: Context, room: int, true: str, due: str, told: str
) -> None:
    go_to(site, "2026-03-05 11:00:00")
    (made,) = enter(site, entered_at=at("08:00:00"), due_at=at("09:00:00"))
    service.leave(site, visit_ids=[made], left_at=at("09:30:00"))
    said = run(site, "visit", "correct_time", made, which="entered_at", at=at(true), reason="写错了")
    assert said == f"周工 进入时间 03-05 08:00 更正为 03-05 {true[:5]}{told}：写错了。"
    kept = row(site, made)
    assert (kept["entered_at"], kept["due_at"], kept["left_at"]) == (at(true), at(due), at("09:30"))
    assert said.endswith(f"{kept['remarks']}。")
    whole(site)


def test_void_visit_counts_nowhere_and_stays_in_the_list(site: Context, room: int) -> None:
    (made,) = enter(site)
    with pytest.raises(Refusal, match="主管"):
        run(as_role(site, Role.DESK), "visit", "void", made, reason="登记错了")
    assert run(site, "visit", "void", made, reason="登记错了") == (
        "周工 03-05 08:00 进入一楼信息中心机房的记录已作废：登记错了。"
    )
    assert inside(site) == {}
    assert words(site, made) == []
    assert listed(site, filters={"state": "作废"}) == ["周工"]
    assert listed(site, filters={"state": "在场"}) == []
    with pytest.raises(Refusal, match="不能改"):
        change(site, "visit", made, remarks="改")
    with pytest.raises(Refusal, match="不能改"):
        service.leave_now(site, made)
    with pytest.raises(Refusal, match="已经作废"):
        run(site, "visit", "void", made, reason="再来一次")
    enter(site)


def test_form_keeps_what_may_be_written_afterwards(site: Context, room: int) -> None:
    slip = approved(site, room)
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site, guest(id_number=CARD, phone=PHONE))
    shown = load(site, "visit", made)
    assert (shown["id_shown"], shown["phone_shown"]) == (f"1101**********{CARD[-4:]}", "139****5678")
    assert shown["id_number"] is shown["phone"] is None
    assert "无审批进入" in shown["breaches"]
    change(site, "visit", made, permit_number="jf-20260305-01", remarks="补录审批单", operated=False)
    kept = row(site, made)
    assert (kept["permit_id"], kept["remarks"], kept["second_escort"]) == (slip, "补录审批单", "")
    assert (kept["id_number"], kept["phone"]) == (CARD, PHONE)
    assert words(site, made) == []
    with pytest.raises(Refusal, match="写明原因"):
        change(site, "visit", made, id_number="GZ-778899")
    change(
        site, "visit", made, id_number="GZ-778899", id_reason="旧证", phone="13800000000", entered_at=at("07:00")
    )  # fmt: skip
    kept = row(site, made)
    assert (kept["id_number"], kept["phone"], kept["entered_at"]) == ("GZ778899", "13800000000", at("09:00"))
    for key, wrong in (("permit_number", "JF-1"), ("room_id", 999), ("escort", "周工"), ("unit", " ")):
        with pytest.raises(Refusal) as no:
            change(site, "visit", made, **{key: wrong})
        assert no.value.field == key


def test_permit_of_another_room_is_refused_afterwards_too(site: Context, room: int) -> None:
    with site.transaction("机房") as tx:
        other = tx.insert(Room, name="二楼机房", modules="", keeper="赵敏", door_name="")
    here, there = approved(site, room), approved(site, other, "2026-03-05 08:40")
    with site.read() as connection:
        numbers = {each.id: each.number for each in connection.execute(select(Permit.id, Permit.number))}
    go_to(site, "2026-03-05 09:00:00")
    (made,) = enter(site)
    for wrong in ({"permit_number": numbers[there]}, {"permit_number": numbers[here], "room_id": other}):
        with pytest.raises(Refusal, match="批的是") as no:
            change(site, "visit", made, **wrong)
        assert no.value.field == "room_id"
    assert "无审批进入" in words(site, made)
    change(site, "visit", made, permit_number=numbers[here])
    with pytest.raises(Refusal, match=f"审批单 {numbers[here]} 批的是一楼信息中心机房"):
        change(site, "visit", made, room_id=other)
    change(site, "visit", made, permit_number=numbers[there], room_id=other)
    assert (row(site, made)["permit_id"], row(site, made)["room_id"]) == (there, other)


@pytest.mark.parametrize(
    ("changed", "desk", "line"),
    [
        ({"external": False}, "请由主管更正", "改为本单位人员"),
        ({"escort": "钱进"}, "更换陪同人”，或由主管更正", "陪同 赵敏 更正为 钱进"),
        ({"second_escort": "钱进"}, "更换陪同人”，或由主管更正", "陪同 赵敏 更正为 赵敏、钱进"),
        ({"escort": "", "external": False}, "主管更正", "改为本单位人员，陪同 赵敏 更正为 无"),
    ],
)
def test_what_breaches_hang_on_is_corrected_by_the_supervisor_alone(
    site: Context, room: int, changed: dict[str, Any], desk: str, line: str
) -> None:
    (made,) = enter(site, remarks="维保")
    at_desk = as_role(site, Role.DESK)
    with pytest.raises(Refusal, match=desk) as no:
        change(at_desk, "visit", made, **changed)
    assert no.value.field in changed
    change(at_desk, "visit", made, remarks="维保，带梯子")
    assert row(site, made)["remarks"] == "维保，带梯子"
    go_to(site, "2026-03-05 10:12:00")
    change(site, "visit", made, **changed)
    kept = row(site, made)
    assert kept["remarks"] == f"维保，带梯子；主管 03-05 10:12 {line}"
    assert {key: kept[key] for key in changed} == changed


def test_escort_of_who_has_left_is_corrected_by_the_supervisor(site: Context, room: int) -> None:
    (made,) = enter(site, escorts=())
    service.leave_now(site, made)
    with pytest.raises(Refusal, match="不能在这里改。请由主管更正。"):
        change(as_role(site, Role.DESK), "visit", made, escort="赵敏")
    change(site, "visit", made, escort="赵敏")
    assert row(site, made)["remarks"] == "主管 03-05 08:00 陪同 无 更正为 赵敏"


def test_name_of_our_engineer_is_the_staff_lists(site: Context, room: int, crew: Team) -> None:
    (made,) = enter(site, PersonEntry(staff_id=crew["1001"]))
    change(site, "visit", made, remarks="工具已还")
    with pytest.raises(Refusal, match="人员名册"):
        change(site, "visit", made, name="王弼")


def test_list_enters_one_person_too(site: Context, room: int) -> None:
    made = save(
        site, "visit", name="郑工", unit="别家", room_id=room, purpose="参观", escort="赵敏", external=True, phone=PHONE
    )  # fmt: skip
    assert inside(site)["郑工"].visit_id == made
    assert inside(site)["郑工"].phone == "139****5678"
    assert run(site, "visit", "leave", made).startswith("郑工 08:00 离开一楼信息中心机房，停留 0 秒。")


@pytest.mark.parametrize(
    ("goods", "expected"),
    [("全部带出", (2, 0)), ("全部留存", (0, 2)), ("不符，照此登记", (0, 0))],
)
def test_list_signs_out_with_a_word_for_the_goods(
    site: Context, room: int, goods: str, expected: tuple[int, int]
) -> None:
    (made,) = enter(site, goods=[GoodsEntry("硬盘", 2)])
    with pytest.raises(Refusal, match="硬盘 带入 2"):
        run(site, "visit", "leave", made)
    run(site, "visit", "leave", made, goods=goods, operated=False, left_check="赵敏")
    assert items(site, made) == [("硬盘", 2, *expected)]
    assert row(site, made)["left_check"] == "赵敏"


def test_list_finds_and_narrows(site: Context, room: int, crew: Team) -> None:
    go_to(site, "2026-03-05 09:00:00")
    other = a_room(site, "二楼配线间")
    (old,) = enter(site, guest("郑工", "别家"), entered_at=at("2026-02-10 09:00"), purpose="安装_50%")
    service.leave(site, visit_ids=[old], left_at=at("2026-02-10 10:00"))
    enter(site, guest("单伟"), room_id=other, entered_at=at("08:40"))
    enter(site, PersonEntry(staff_id=crew["1001"]), entered_at=at("08:50"))
    enter(site, guest("孙丽", "示例市信息中心"), escorts=())
    assert listed(site) == ["孙丽", "王强", "单伟", "郑工"]
    for text, found in (
        ("SW", ["单伟"]), ("dw", ["单伟"]), ("别家", ["郑工"]), ("_50%", ["郑工"]), ("配线", ["单伟"]),
        ("赵敏 王", ["王强"]),
    ):  # fmt: skip
        assert listed(site, text=text) == found
    assert listed(site, filters={"period": "今天"}) == ["孙丽", "王强", "单伟"]
    assert listed(site, filters={"period": "2026-02"}) == ["郑工"]
    assert listed(site, filters={"room": other}) == ["单伟"]
    assert listed(site, filters={"unit": "华信"}) == ["王强"]
    with site.read() as connection:
        vendor = connection.execute(select(Visit.vendor_id).where(Visit.name == "王强")).scalar_one()
    assert listed(site, filters={"vendor": vendor}) == ["王强"]
    assert listed(site, filters={"state": "在场"}) == ["孙丽", "王强", "单伟"]
    assert listed(site, filters={"state": "已离开"}) == ["郑工"]
    assert listed(site, filters={"state": "有问题"}) == ["王强", "单伟", "郑工"]
    assert listed(site, filters={"state": "有问题", "period": "今天"}) == ["王强", "单伟"]
    assert listed(site, filters={"state": "有问题"}, offset=1, limit=1) == ["单伟"]


@pytest.mark.parametrize("sealed", [False, True])
def test_list_finds_people_by_what_it_shows_of_their_numbers(site: Context, room: int, sealed: bool) -> None:
    if sealed:
        number_password.turn_on(site, "保险柜第二层的蓝本子")
    enter(site, guest("单伟", id_number="11010519491231002X", phone="13800015678"))
    enter(site, guest("郑工", id_kind="护照", id_number="E12345678", phone="010-66881234"))
    enter(site, guest("孙丽", id_kind="身份证", id_number="0070"))
    for text, found in (
        ("002X", ["单伟"]), ("002x", ["单伟"]), ("1101**********002X", ["单伟"]), ("11010519491231002x", ["单伟"]),
        ("5678", ["郑工", "单伟"]), ("单伟 5678", ["单伟"]), ("138****5678", ["单伟"]), ("13800015678", ["单伟"]),
        ("E****5678", ["郑工"]), ("e12345678", ["郑工"]), ("1234", ["郑工"]), ("01066881234", ["郑工"]),
        ("0070", ["孙丽"]), ("02X", []), ("1949", []), ("1105", []), ("1231002X", []), ("1100**********002X", []),
        ("3800015678", []), ("0015678", []),
    ):  # fmt: skip
        assert listed(site, text=text) == found, text


def test_problems_are_looked_for_in_ninety_days_unless_a_period_is_chosen(site: Context, room: int) -> None:
    go_to(site, "2026-06-03 09:00:00")
    for name, day in (("甲", "2026-03-05"), ("乙", "2026-03-04")):
        (made,) = enter(site, guest(name), entered_at=at(f"{day} 09:00"))
        service.leave(site, visit_ids=[made], left_at=at(f"{day} 10:00"))
    assert listed(site, filters={"state": "有问题"}) == ["甲"]
    assert listed(site, filters={"state": "有问题", "period": "2026-03"}) == ["甲", "乙"]


def test_screening_is_kept_only_where_the_site_asks_for_it(site: Context, room: int) -> None:
    measured = [Screening(temperature=368, code_shown=True, mask=False)]
    (made,) = enter(site, screening=measured)
    assert row(site, made)["temperature"] is None
    service.leave_now(site, made)
    settings.write(site, {"room.screening": "1"})
    (second, third) = enter(site, guest(), guest("吴工"), screening=measured)
    kept = row(site, second)
    assert (kept["temperature"], kept["code_shown"], kept["mask"]) == (368, True, False)
    assert row(site, third)["temperature"] is None
    for wrong in (299, 451):
        refused(site, "temperature", guest("郑工"), screening=[Screening(wrong)])
    for right in (300, 450):
        enter(site, guest(f"郑{right}"), screening=[Screening(right)])
    with pytest.raises(Refusal):
        settings.write(site, {"room.screening": "2"})


def test_history_is_not_judged_not_inside_and_not_changed(site: Context, room: int) -> None:
    with site.transaction("导入") as tx:
        batch = tx.insert(
            ImportBatch, what="visits", file_name="旧.csv", sha256="0", format="", at=at("08:00"), rows_read=1,
            rows_stored=1, rows_duplicate=0, rows_rejected=0,
        )  # fmt: skip
    (made,) = enter(site)
    with site.transaction("改为历史") as tx:
        tx.update(Visit, made, batch_id=batch)
    assert inside(site) == {}
    assert words(site, made) == []
    assert load(site, "visit", made)["state"] == "离开不详"
    with pytest.raises(Refusal, match="导入的，不能改"):
        service.leave_now(site, made)
    closed = by_slug("visit").closed
    assert closed
    assert closed(load(site, "visit", made))
    assert not closed(load(site, "visit", enter(site, guest("郑工"))[0]))
    enter(site)


def test_supervisor_sees_a_whole_number_with_a_reason_as_long_as_there_is_one(site: Context, room: int) -> None:
    offered = next(act.offered for act in by_slug("visit").acts if act.key == "reveal")
    assert offered
    (made,), (nameless,) = enter(site, guest("郑工", id_number=CARD, phone=PHONE)), enter(site, guest("孙工"))
    assert offered(load(site, "visit", made))
    assert not offered(load(site, "visit", nameless))
    with pytest.raises(Refusal, match="主管"):
        run(as_role(site, Role.DESK), "visit", "reveal", made, reason="公安核查")
    with pytest.raises(Refusal, match="为什么") as refused:
        run(site, "visit", "reveal", made)
    assert refused.value.field == "reason"
    assert run(site, "visit", "reveal", made, reason="公安核查") == (
        f"郑工：身份证号 {CARD}，电话 {PHONE}。查看已记入审计。"
    )
    with site.transaction("测试") as tx:
        tx.update(Visit, made, purged_at=site.now())
    assert not offered(load(site, "visit", made))
    whole(site)


def test_lists_and_forms_show_no_whole_number(site: Context, room: int) -> None:
    approved(site, room, people=PEOPLE)
    enter(site, guest("郑工", id_number=CARD, phone=PHONE), entered_at=at("08:10"))
    shown = [
        str(by_slug("visit").list(site, Query()).rows),
        str(load(site, "visit", 1)),
        str(room_visits.inside(site)),
        str(people.known(site)),
        str(service.proposal(site, 1)),
        service.told(site, [1]),
    ]
    for each in shown:
        assert CARD not in each
        assert PHONE not in each
        assert "110101" not in each.replace("1101**********", "")
