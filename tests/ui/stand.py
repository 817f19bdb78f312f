"""A small register of people over a list, and a desk to show it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsdesk.register import (
    Act,
    Chip,
    Column,
    Field,
    Filter,
    Kind,
    Page,
    Paper,
    Query,
    Register,
    Row,
    Tone,
)
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Notices
from opsdesk.ui.kit.operation import Operations

TODAY = date(2026, 3, 5)
STATES = {
    "在岗": Tone.FINE,
    "迟到": Tone.WARNING,
    "旷工": Tone.BROKEN,
    "请假": Tone.AWAY,
    "储备": Tone.INFORMATION,
    "已离场": Tone.NEUTRAL,
}
VENDORS = ("华信系统集成有限公司", "中科软件服务股份有限公司西北分公司", "恒通网络")


@dataclass
class Site:
    """The record: people by id, and what went wrong on purpose."""

    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: list[Query] = field(default_factory=list)

    def add(self, **values: Any) -> int:
        number = max(self.people, default=0) + 1
        self.people[number] = {"state": "在岗", "note": "", "arrived": None, "flag": False, "since": TODAY, **values}
        return number


@dataclass(frozen=True)
class Actor:
    """Who is at the desk."""

    role: str = "服务台"


@dataclass(frozen=True)
class SiteContext:
    """What the register's functions are given."""

    site: Site
    actor: Actor = Actor()


def filled(count: int) -> Site:
    site = Site()
    given = "强伟芳娜秀英敏静丽勇艳杰涛明超霞平刚桂兰"
    family = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
    states = list(STATES)
    for n in range(count):
        site.add(
            number=f"HX{n + 1:04d}",
            name=family[n % 20] + given[(n * 7) % 20] + (given[(n * 3) % 20] if n % 3 else ""),
            vendor=VENDORS[n % 3],
            phone=f"138{n:08d}",
            arrived=time(8, 5 + n % 50) if n % 6 < 2 else None,
            state=states[n % 6],
            since=date(2026, 1 + n % 12, 1 + n % 28),
            flag=n % 4 == 0,
            note="熟悉核心交换与机房动力环境，持有高处作业证；" * (n % 3),
        )
    if count > 4:
        site.people[3]["name"] = "阿卜杜热合曼·吾布力喀斯木·买买提依明"
        site.people[4]["name"] = "𠅤𬭎王"
    return site


def people(site: Site, query: Query) -> Page:
    site.asked.append(query)
    if site.trouble is not None:
        raise site.trouble
    chosen = (query.filters or {}).get("state")
    found = [
        (n, p)
        for n, p in site.people.items()
        if query.text in p["number"] + p["name"] and (chosen is None or p["state"] == chosen)
    ]
    rows = tuple(
        Row(n, {**p, "state": Chip(p["state"], STATES[p["state"]])}, muted=p["state"] == "已离场")
        for n, p in found[query.offset : query.offset + query.limit]
    )
    return Page(rows, len(found))


def keep(ctx: SiteContext, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    if ctx.site.trouble is not None:
        raise ctx.site.trouble
    taken = [n for n, p in ctx.site.people.items() if p["number"] == values["number"] and n != record_id]
    if taken:
        raise Refusal(
            f"工号 {values['number']} 已经属于{ctx.site.people[taken[0]]['name']}，请换一个工号。", field="number"
        )
    if record_id is None:
        record_id = ctx.site.add(**values)
    ctx.site.people[record_id].update(values)
    return Outcome(record_id, frozenset({"staff"}))


def read(ctx: SiteContext, record_id: int) -> Mapping[str, Any]:
    if record_id not in ctx.site.people:
        raise Refusal("这条登记已经作废。")
    return dict(ctx.site.people[record_id])


def leave(ctx: SiteContext, record_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    if values["day"] < ctx.site.people[record_id]["since"]:
        raise Refusal("离场日期早于到场日期，请核对。", field="day")
    ctx.site.people[record_id]["state"] = "已离场"
    return Outcome(f"{ctx.site.people[record_id]['name']}已离场。", frozenset({"staff"}))


def strike(ctx: SiteContext, record_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    name = ctx.site.people.pop(record_id)["name"]
    return Outcome(f"{name}的登记已作废。", frozenset({"staff"}))


def _all_states(_ctx: Any) -> list[tuple[str, str]]:
    return [(word, word) for word in STATES]


STAFF = Register(
    slug="staff",
    title="人员",
    singular="人员",
    topics=frozenset({"staff"}),
    columns=(
        Column("number", "工号", Kind.CODE, 88),
        Column("name", "姓名", Kind.TEXT, 128),
        Column("vendor", "外包单位", Kind.TEXT, 0),
        Column("phone", "电话", Kind.CODE, 120),
        Column("since", "到场日期", Kind.DATE, 136),
        Column("arrived", "签到", Kind.TIME, 72),
        Column("flag", "高处证", Kind.FLAG, 72),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=lambda ctx, query: people(ctx.site, query),
    fields=(
        Field("name", "姓名", required=True, group="基本信息"),
        Field("number", "工号", Kind.CODE, required=True, group="基本信息", help="与工牌上的编号一致。"),
        Field(
            "vendor",
            "外包单位",
            Kind.CHOICE,
            required=True,
            group="基本信息",
            options=lambda ctx: [(name, name) for name in VENDORS],
        ),
        Field("phone", "电话", Kind.CODE, group="基本信息"),
        Field("since", "到场日期", Kind.DATE, required=True, group="在场", default=lambda ctx: TODAY),
        Field("arrived", "今日签到", Kind.TIME, group="在场"),
        Field("flag", "高处作业证", Kind.FLAG, group="在场"),
        Field("note", "备注", Kind.LONG_TEXT, group="在场"),
    ),
    load=read,
    save=keep,
    filters=(Filter("state", "状态", _all_states),),
    acts=(
        Act(
            "leave",
            "办理离场",
            leave,
            fields=(
                Field("day", "离场日期", Kind.DATE, required=True, default=lambda ctx: TODAY),
                Field("reason", "原因", Kind.LONG_TEXT),
            ),
            offered=lambda values: values["state"] != "已离场",
        ),
        Act("strike", "作废", strike, confirm="作废以后这条登记不再出现在任何表里。", roles=frozenset({"主管"})),
    ),
    papers=(
        Paper("card", "《人员登记卡》", lambda ctx, n: ("card", n)),
        Paper("roll", "《人员一览表》", lambda ctx, n: ("roll", n), on_record=False),
    ),
    empty="还没有登记人员，先新建一位，或从表格导入。",
)


@dataclass
class Stand:
    """A window with notices and a place for pages, as the shell has."""

    window: QWidget
    desk: Desk
    papers: list[Any]

    def put(self, page: QWidget) -> QWidget:
        self.window.layout().addWidget(page, 1)  # type: ignore[union-attr, call-arg]
        self.window.show()
        return page


def make_stand() -> Stand:
    window = QWidget()
    window.setProperty("class", "page")
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    notices = Notices()
    column.addWidget(notices)
    bus = ChangeBus(window)
    papers: list[Any] = []
    desk = Desk(Operations(bus, notices, window), bus, notices, papers.append, lambda: TODAY)
    window.resize(1182, 720)
    return Stand(window, desk, papers)
