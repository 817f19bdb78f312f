"""接口人 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.contact import service
from opsdesk.services import choices
from opsdesk.services.context import Context


def _roles(_ctx: Context) -> Options:
    return [(role, role) for role in service.ROLES]


REGISTER = Register(
    slug="contact",
    stored_as="contact_person",
    title="接口人",
    singular="接口人",
    topics=frozenset({"contact_person", "vendor"}),
    columns=(
        Column("role", "角色", width=104),
        Column("name", "姓名", width=128),
        Column("organisation", "单位部门", width=0),
        Column("vendor", "外包单位", width=120),
        Column("phone", "电话", Kind.CODE, 120),
        Column("email", "邮箱", width=200),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "姓名", required=True),
        Field("role", "角色", Kind.CHOICE, required=True, options=_roles),
        Field("organisation", "单位部门", required=True, help="例如 信息中心运维科。"),
        Field("vendor_id", "外包单位", Kind.CHOICE, options=choices.vendors, help="本单位的人空着。"),
        Field("phone", "电话", Kind.CODE),
        Field("email", "邮箱"),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("role", "角色", _roles),),
    acts=(
        Act(
            "retire",
            "停用",
            lambda ctx, record_id, _values: service.retire(ctx, contact_id=record_id),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back",
            "恢复",
            lambda ctx, record_id, _values: service.bring_back(ctx, contact_id=record_id),
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有接口人。T1 三要求双方都有：请至少登记一位接口人和一位客服专员。",
)
