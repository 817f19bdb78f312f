"""The machine room of the demo site: who came and went, what was read, inspected, cleaned and lent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from opsdesk import demo_people as invented
from opsdesk.demo_living import Site
from opsdesk.registers.asset import service as asset
from opsdesk.registers.cleaning import service as cleaning
from opsdesk.registers.inspection import round_sheet
from opsdesk.registers.inspection import service as inspection
from opsdesk.registers.inspection.service import Typed
from opsdesk.registers.loan import acts as lending
from opsdesk.registers.loan import service as loan
from opsdesk.registers.permit import acts as permits
from opsdesk.registers.permit import service as permit
from opsdesk.registers.reading import service as reading
from opsdesk.registers.room import service as room
from opsdesk.registers.visit import leaving
from opsdesk.registers.visit import service as visit
from opsdesk.registers.visit.service import GoodsEntry, PersonEntry
from opsdesk.rules.upkeep import NORMAL

ROOMS = (
    ("一楼信息中心机房", "网络区\n主机区\n动力区", "陶一宁", "一楼信息中心机房", 18, 27),
    ("三楼汇聚机房", "", "陶一宁", "三楼汇聚机房", 15, 30),
)
ASSETS = (
    ("ZC-0001", "服务器", "机架式服务器", "示例牌", "R740", "机房 A03 柜"),
    ("ZC-0002", "服务器", "机架式服务器", "示例牌", "R740", "机房 A03 柜"),
    ("ZC-0003", "网络设备", "核心交换机", "示例牌", "S12708", "机房 A01 柜"),
    ("ZC-0004", "办公设备", "笔记本电脑", "示例牌", "T14", "库房"),
    ("ZC-0005", "办公设备", "投影仪", "示例牌", "CB-X50", "库房"),
    ("ZC-0006", "仪表", "网络测试仪", "示例牌", "DSX-5000", "库房"),
)
GUESTS = (
    ("韩启文", "恒远电源设备有限公司", "1990004211", "更换 UPS 电池组并做放电试验", "电池模块", 4),
    ("蒋一帆", "澄川精密空调有限公司", "1990004312", "精密空调季度保养，清洗滤网", "工具箱", 1),
    ("孟书遥", "华岳综合布线公司", "1990004413", "三楼汇聚链路光纤熔接", "光纤熔接机", 1),
)
EVERY, CLEANED_EVERY, ROUNDS = 6, 10, 8
"""Workdays between two visits and two cleanings; workdays at the end of which the rounds are on record."""
LOANS = (
    (14, "何禾", "后勤处", "ZC-0005", "第二会议室", "季度汇报投影", 3),
    (30, "何禾", "后勤处", "ZC-0004", "档案室", "档案扫描", 60),
)
FIGURES = {
    "温度": "23.4", "湿度": "52", "送风温度": "17.8", "回风温度": "26.1", "电流": "38", "负载率": "41",
    "电池电压": "432", "电池温度": "24", "气体灭火压力": "4.2", "距上次集中清扫天数": "4",
}  # fmt: skip
"""Usual figures of a round; voltages are 221."""
CLERK = invented.PEOPLE[0].name
Values = dict[str, Any]


def register(site: Site) -> None:
    """Enter rooms and assets, as the supervisor does on the first day."""
    ctx = site.by(site.supervisor)
    for name, modules, keeper, door, low, high in ROOMS:
        site.clock.advance(seconds=40)
        values = {"name": name, "modules": modules, "keeper": keeper, "door_name": door}
        limits = {"temp_min": low, "temp_max": high, "humidity_min": 40, "humidity_max": 70}
        site.ids[name] = room.save(ctx, None, {**values, **limits}).value
    for number, category, name, brand, model, place in ASSETS:
        site.clock.advance(seconds=40)
        values = {"asset_no": number, "category": category, "name": name, "brand": brand, "model": model}
        asset.save(ctx, None, {**values, "place": place, "serial": f"SN{number[-4:]}7731", "owner": "陶一宁"})


def plan(site: Site) -> None:
    """Plan it all from the first day to now."""
    days = site.plan.workdays
    for place, day in enumerate(days):
        if place % EVERY == 3:
            _plan_visit(site, day, place // EVERY)
        if place % CLEANED_EVERY == 2:
            site.acts.append((datetime.combine(day, time(16, 30)), _cleaning(site, day)))
    for day in days[-ROUNDS:]:
        for turn, at in ((1, time(8, 50)), (2, time(15, 10))):
            site.acts.append((datetime.combine(day, at), _round(site, datetime.combine(day, at), turn)))
        noon = datetime.combine(day, time(11, 30))
        site.acts.append((noon, _reading(site, noon, hot=day == days[-3:][0])))
    for before, borrower, unit, items, where, reason, lasts in LOANS:
        if before < len(days):
            _plan_loan(site, days[-before], (borrower, unit, items, where, reason), lasts)
    _plan_now(site)


def _plan_visit(site: Site, day: date, turn: int) -> None:
    """A permit the day before, in at half past nine, out in time; the last of all is still inside."""
    name, unit, phone, work, thing, pieces = GUESTS[turn % len(GUESTS)]
    begins, ends = datetime.combine(day, time(9, 30)), datetime.combine(day, time(11, 30))
    stay: Values = {}
    values = {
        "applied_at": None, "unit": unit, "applicant": name, "phone": phone, "people": f"{name} {unit}",
        "room_id": site.ids[ROOMS[0][0]], "module": "动力区", "purposes": "维护", "work": work,
        "planned_from": begins, "planned_to": ends, "escorts": CLERK, "operates": False,
    }  # fmt: skip
    goods = GoodsEntry(name=thing, brought=pieces)

    def ask() -> None:
        asked = {**values, "applied_at": site.clock.now().replace(microsecond=0)}
        stay["permit"] = permit.save(site.by(site.desk), None, asked).value
        site.clock.advance(minutes=25)
        permits.approve(site.by(site.supervisor), stay["permit"], {})

    def enter() -> None:
        people = [PersonEntry(name=name, unit=unit, phone=phone)]
        stay["ids"] = visit.enter(
            site.by(site.desk), people=people, room_id=site.ids[ROOMS[0][0]], permit_id=stay["permit"], goods=[goods]
        ).value

    def leave() -> None:
        leaving.leave(site.by(site.desk), visit_ids=stay["ids"], all_taken=True, operation=work, left_check=CLERK)

    site.acts.append((site.before(day, time(15, 20)), ask))
    site.acts.append((begins, enter))
    if day < site.plan.today:
        site.acts.append((ends - timedelta(minutes=12), leave))


def _plan_now(site: Site) -> None:
    """Somebody who should have left, and somebody who came in just now; at night there is nobody."""
    now = site.plan.now
    if not site.plan.calendar.works(now.date()) or not time(9, 15) <= now.time() <= time(18):
        return
    for (name, unit, phone, work, thing, pieces), since, lasts in ((GUESTS[1], 45, 40), (GUESTS[2], 12, 120)):
        began = now - timedelta(minutes=since)
        site.acts.append((began, _coming(site, PersonEntry(name=name, unit=unit, phone=phone), work, began, lasts,
                                         GoodsEntry(name=thing, brought=pieces))))  # fmt: skip


def _coming(
    site: Site, who: PersonEntry, work: str, began: datetime, lasts: int, goods: GoodsEntry
) -> Callable[[], object]:
    return lambda: visit.enter(
        site.by(site.desk), people=[who], room_id=site.ids[ROOMS[0][0]], purpose=work, escorts=(CLERK,),
        due_at=began + timedelta(minutes=lasts), goods=[goods],
    )  # fmt: skip


def _cleaning(site: Site, day: date) -> Callable[[], object]:
    values = {"room_id": None, "day": day, "scope": "地面、机柜表面、防静电地板下", "cleaned_by": "保洁组"}
    checked = {"checked_by": CLERK, "result": "合格"}
    return lambda: cleaning.save(site.by(site.desk), None, {**values, **checked, "room_id": site.ids[ROOMS[0][0]]})


def _reading(site: Site, at: datetime, *, hot: bool) -> Callable[[], object]:
    values = {"at": at, "temperature": "28.6" if hot else "23.4", "humidity": "51", "ups_load": 41, "read_by": CLERK}
    more = {"action": "启用备用空调，十分钟后回落到 25 ℃"} if hot else {}
    return lambda: reading.save(site.by(site.desk), None, {**values, **more, "room_id": site.ids[ROOMS[0][0]]})


def _round(site: Site, at: datetime, turn: int) -> Callable[[], None]:
    def go_round() -> None:
        ctx, where = site.by(site.desk), site.ids[ROOMS[0][0]]
        items = round_sheet.sheet(ctx, where, at.date(), turn).items
        typed = {each.id: Typed(FIGURES.get(each.name, "221") if each.takes_figure else NORMAL) for each in items}
        inspection.inspect(
            ctx, room_id=where, day=at.date(), turn=turn, at=at, inspected_by=invented.PEOPLE[9].name, typed=typed
        )  # fmt: skip

    return go_round


def _plan_loan(site: Site, day: date, asked: tuple[str, ...], back_after: int) -> None:
    """Asked for and lent in the morning; what is not back within the days is still out."""
    lent: Values = {}

    def lend() -> None:
        values = dict(zip(("borrower", "unit", "items", "place", "reason"), asked, strict=True))
        due_on = day + timedelta(days=5)
        lent["id"] = loan.save(site.by(site.desk), None, {**values, "phone": "", "due_on": due_on}).value
        site.clock.advance(minutes=10)
        lending.approve(site.by(site.supervisor), lent["id"], {})
        site.clock.advance(minutes=10)
        lending.lend(site.by(site.desk), lent["id"], {"runs": True, "undamaged": True})

    def give_back() -> None:
        lending.give_back(site.by(site.desk), lent["id"], {"normal": True})

    site.acts.append((datetime.combine(day, time(10, 15)), lend))
    back = day + timedelta(days=back_after)
    if back < site.plan.today:
        site.acts.append((datetime.combine(back, time(16, 5)), give_back))
