"""账号 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Kind, Register
from opsdesk.registers.account import service
from opsdesk.rules.vocabulary import Role

REGISTER = Register(
    slug="account",
    title="账号",
    singular="账号",
    topics=frozenset({"account"}),
    columns=(
        Column("name", "账号名", width=0),
        Column("role", "角色", width=104),
        Column("created_at", "建立时间", Kind.MOMENT, 160),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("name", "账号名", required=True, help="写使用人的姓名，会记在每次操作里，建立以后不能改。"),
        Field(
            "role",
            "角色",
            Kind.CHOICE,
            required=True,
            options=lambda _ctx: [(str(role), str(role)) for role in service.ROLES],
        ),
        Field("password", "密码", Kind.SECRET, help="至少 8 个字符。修改时空着就不变。"),
        Field("active", "可登录", Kind.FLAG, default=lambda _ctx: True),
    ),
    load=service.load,
    save=service.save,
    empty="还没有账号。",
    save_roles=frozenset({str(Role.SUPERVISOR)}),
)
