"""设备台账 as a register."""

from __future__ import annotations

from opsdesk.models import Asset
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.asset import acts, documents, issues, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions
from opsdesk.services.assets import AT_HAND, AssetState
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
DEVICE, USE, MORE = "设备", "使用", "经历"


def _states(_ctx: Context) -> Options:
    return [(state, state) for state in service.STATES]


def _conditions(_ctx: Context) -> Options:
    return [(word, word) for word in issues.CONDITIONS]


def _at_hand(values: service.Values) -> bool:
    return values["state"] in AT_HAND and values["issue_id"] is None


RETURNING = (
    Field(
        "outcome",
        "归还状况",
        Kind.CHOICE,
        required=True,
        options=_conditions,
        default=lambda _ctx: issues.SOUND,
    ),
    Field("note", "说明", help="损坏或丢失的，要写明经过、责任和赔偿。"),
    Field("returned_at", "归还时间", Kind.MOMENT, help="空着就是现在。"),
    Field("checked_by", "验收人", options=suggestions.people, help="空着就是当前登录的人。"),
)
"""What is asked when an asset comes back."""

REGISTER = Register(
    slug="asset",
    title="设备台账",
    singular="设备",
    topics=service.TOUCHED,
    columns=(
        Column("asset_no", "资产编号", Kind.CODE, 112),
        Column("name", "设备名称", width=0),
        Column("category", "分类", width=88),
        Column("kind", "品牌型号", width=144),
        Column("serial", "序列号", Kind.CODE, 136),
        Column("place", "存放地点", width=112),
        Column("user", "使用人", width=88),
        Column("warranty_until", "保修到期", Kind.DATE, 136),
        Column("state", "状态", Kind.CHIP, 88),
    ),
    list=service.listed,
    fields=(
        Field("asset_no", "资产编号", Kind.CODE, required=True, group=DEVICE, help="每台一个，不能重复。"),
        Field("category", "分类", required=True, group=DEVICE, options=suggestions.written(Asset.category)),
        Field("name", "设备名称", required=True, group=DEVICE, options=suggestions.written(Asset.name)),
        Field("brand", "品牌", group=DEVICE, options=suggestions.written(Asset.brand)),
        Field("model", "型号", group=DEVICE, options=suggestions.written(Asset.model)),
        Field("serial", "序列号", Kind.CODE, group=DEVICE),
        Field("config", "配置", group=DEVICE),
        Field("bought_on", "购置日期", Kind.DATE, group=DEVICE),
        Field("value", "原值（元）", Kind.CODE, group=DEVICE, help="例如 12800.00，不知道就空着。"),
        Field("dept", "使用部门", group=USE, options=suggestions.written(Asset.dept)),
        Field("user", "使用人", group=USE, options=suggestions.people),
        Field("place", "存放地点", group=USE, options=suggestions.written(Asset.place)),
        Field(
            "state", "状态", Kind.CHOICE, group=USE, options=_states,
            help="空着时有使用人就是在用，没有就是闲置。维修、报废和借出用按钮和借用单办理。",
        ),
        Field("owner", "责任人", group=USE, options=suggestions.written(Asset.owner)),
        Field("warranty_until", "保修到期", Kind.DATE, group=USE),
        Field("remarks", "备注", Kind.LONG_TEXT, group=USE),
        Field("repairs", "维修记录", Kind.LONG_TEXT, group=MORE, read_only=True),
        Field("history", "领用、借用、进出", Kind.LONG_TEXT, group=MORE, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", _states), Filter("category", "分类", service.categories)),
    acts=(
        Act(
            "issue", "领用", issues.issue, offered=_at_hand,
            fields=(
                Field("taken_by", "领用人", required=True, options=suggestions.people),
                Field("unit", "单位部门", options=suggestions.written(Asset.dept)),
                Field("purpose", "领用用途", required=True),
                Field("place", "存放地点", options=suggestions.written(Asset.place), help="空着就不变。"),
                Field("issued_at", "领用时间", Kind.MOMENT, help="空着就是现在。"),
            ),
        ),
        Act(
            "give_back", "归还", issues.give_back, fields=RETURNING,
            offered=lambda values: values["issue_id"] is not None,
        ),
        Act(
            "fault", "报修", acts.fault, fields=(Field("reason", "故障现象", required=True),),
            offered=lambda values: values["state"] in AT_HAND,
        ),
        Act(
            "repaired", "修复", acts.repaired, fields=(Field("reason", "修复情况", required=True),),
            offered=lambda values: values["state"] == AssetState.REPAIR,
        ),
        Act(
            "scrap", "报废", acts.scrap, fields=(Field("reason", "报废原因", required=True),), roles=SUPERVISOR,
            confirm="报废以后不能再领用和借出，台账里仍保留这一条。",
            offered=lambda values: values["state"] in {*AT_HAND, AssetState.REPAIR} and values["issue_id"] is None,
        ),
        Act(
            "restore", "恢复使用", acts.restore, fields=(Field("reason", "恢复原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["state"] == AssetState.SCRAPPED,
        ),
    ),
    papers=(Paper("ledger", "设备台账", documents.ledger, on_record=False),),
    empty="还没有登记设备。点“新建”登记一台，或按模板导入设备台账。",
)  # fmt: skip
