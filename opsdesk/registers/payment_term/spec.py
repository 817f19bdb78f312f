"""付款约定 as a register."""

from __future__ import annotations

from opsdesk.register import Column, Field, Filter, Kind, Register
from opsdesk.registers.payment_term import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices

REGISTER = Register(
    slug="payment_term",
    title="付款约定",
    singular="付款约定",
    topics=frozenset({"payment_term", "contract", "vendor"}),
    columns=(
        Column("number", "合同编号", Kind.CODE, 160),
        Column("vendor", "外包单位", width=112),
        Column("project", "项目", width=0),
        Column("holds_from", "生效日", Kind.DATE, 128),
        Column("fee", "季度合同款（元）", Kind.CODE, 144),
        Column("mode", "付款方式", width=88),
        Column("shares", "各等比例", width=280),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("contract_id", "合同", Kind.CHOICE, required=True, options=service.contracts),
        Field("holds_from", "生效日", Kind.DATE, required=True, help="从这一天起按新的付，以前的季度不变。"),
        Field("fee", "季度合同款", Kind.CODE, required=True, help="得分满付时一个季度付多少，单位元。"),
        Field(
            "mode", "付款方式", Kind.CHOICE, required=True, default=lambda _ctx: service.BY_LAW,
            options=lambda _ctx: [(str(code), word) for code, word in service.MODES.items()],
            help="按规章就是照 T1 2.4 现行的口径；合同另有约定的选合同的。",
        ),
        Field("shares", "各等比例", help="只有四等要写：优 100% 良 95% 合格 80% 不合格 0%。"),
        Field("remarks", "备注", Kind.LONG_TEXT),
        Field("history", "历次约定", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("vendor", "外包单位", choices.vendors),),
    empty="还没有付款约定。点“新建”登记合同的季度合同款，季度考核的得分才能算出应付多少（T1 2.4）。",
    save_roles=frozenset({str(Role.SUPERVISOR)}),
)  # fmt: skip
