"""加班申请 as a register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.overtime import documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, overtime
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.overtime import APPROVED, WAITING

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _approve(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.approve(ctx, overtime_id=row_id, note=values.get("note") or "")


def _decline(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.decline(ctx, overtime_id=row_id, note=values.get("note") or "")


def _withdraw(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.withdraw(ctx, overtime_id=row_id, note=values.get("note") or "")


def _waiting(values: Mapping[str, Any]) -> bool:
    return bool(values["state"] == WAITING)


def _standing(values: Mapping[str, Any]) -> bool:
    return values["state"] in {WAITING, APPROVED}


def _states(_ctx: Context) -> Options:
    return [(word, word) for word in service.TONES]


def _ways(_ctx: Context) -> Options:
    return [(way, way) for way in overtime.SETTLED_AS]


REGISTER = Register(
    slug="overtime",
    title="加班申请",
    singular="加班申请",
    topics=frozenset({"overtime", "staff", "sign_in", "roster", "calendar", "contract"}),
    columns=(
        Column("number", "编号", Kind.CODE, 132),
        Column("staff_no", "工号", Kind.CODE, 72),
        Column("name", "姓名", width=128),
        Column("vendor", "所属公司", width=0),
        Column("begins_at", "开始", Kind.MOMENT, 136),
        Column("ends_at", "结束", width=88),
        Column("kind", "日期性质", width=96),
        Column("asked", "班外时长", width=104),
        Column("credited", "计入", width=104),
        Column("settled_as", "补偿", width=72),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field("staff_id", "人员", Kind.CHOICE, required=True, options=choices.staff, help="可以输入工号或姓名查找。"),
        Field("begins_at", "开始时间", Kind.MOMENT, required=True, help="要事先申请，批准以后再加班。"),
        Field("ends_at", "结束时间", Kind.MOMENT, required=True),
        Field("reason", "事由", required=True),
        Field("settled_as", "补偿方式", Kind.CHOICE, required=True, options=_ways),
        Field("told", "说明", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("month", "月份", service.months), Filter("state", "状态", _states)),
    acts=(
        Act("approve", "批准", _approve, fields=(Field("note", "主管意见"),), roles=SUPERVISOR, offered=_waiting),
        Act(
            "decline", "不批准", _decline, fields=(Field("note", "理由", required=True),), roles=SUPERVISOR,
            offered=_waiting,
        ),
        Act(
            "withdraw", "撤销", _withdraw, fields=(Field("note", "理由", required=True),), roles=SUPERVISOR,
            offered=_standing, confirm="撤销以后这次加班不再计入，记录保留。",
        ),
    ),
    papers=(Paper("slip", "加班申请单", documents.slip),),
    empty="还没有加班申请。需要在班外工作时，点“新建”填写，主管批准后按在场时间计入。",
)  # fmt: skip
