"""合同 as a register."""

from __future__ import annotations

from functools import partial

from opsdesk.register import Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.contract import service, terms
from opsdesk.rules.vocabulary import Topic
from opsdesk.services import choices
from opsdesk.services.context import Context


def _offered(topic: Topic, ctx: Context) -> Options:
    return terms.optional_offered(ctx.regulations, topic)


HELP = {
    Topic.RESPONSE: "空着按 T1 的响应时限；不计时选“不适用”。",
    Topic.APPRAISAL: "报告、考核没有约定就空着。",
}

REGISTER = Register(
    slug="contract",
    title="合同",
    singular="合同",
    topics=frozenset({"contract", "vendor"}),
    columns=(
        Column("number", "合同编号", Kind.CODE, 160),
        Column("vendor", "外包单位", width=120),
        Column("project", "项目", width=0),
        Column("begins_on", "开始日期", Kind.DATE, 136),
        Column("ends_on", "结束日期", Kind.DATE, 136),
        Column("hours", "作息", width=72),
        Column("penalties", "考勤罚则", width=88),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("number", "合同编号", Kind.CODE, required=True, group="合同"),
        Field("vendor_id", "外包单位", Kind.CHOICE, required=True, group="合同", options=choices.vendors),
        Field("project", "项目", group="合同"),
        Field("begins_on", "开始日期", Kind.DATE, required=True, group="合同"),
        Field("ends_on", "结束日期", Kind.DATE, group="合同", help="没有约定就空着。"),
        Field(
            "hours",
            "作息",
            Kind.CHOICE,
            required=True,
            group="按哪份规章执行",
            options=lambda ctx: terms.hours_offered(ctx.regulations),
        ),
        Field(
            "penalties",
            "考勤罚则",
            Kind.CHOICE,
            required=True,
            group="按哪份规章执行",
            options=lambda ctx: terms.penalties_offered(ctx.regulations),
        ),
        *(
            Field(
                terms.FIELDS[topic],
                str(topic),
                Kind.CHOICE,
                group="按哪份规章执行",
                help=HELP.get(topic, ""),
                options=partial(_offered, topic),
            )
            for topic in terms.OPTIONAL
        ),
        Field(
            "holds_from",
            "生效日",
            Kind.DATE,
            group="按哪份规章执行",
            help="改其中任何一项时填写，从这一天起按新的算，以前的不变。新合同空着。",
        ),
        Field("history", "历次约定", Kind.LONG_TEXT, group="按哪份规章执行", read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("vendor", "外包单位", choices.vendors),
        Filter(
            "state", "状态", lambda _ctx: [(word, word) for word in (service.RUNNING, service.COMING, service.OVER)]
        ),
    ),
    empty="还没有合同。没有合同的单位按客户作息、按驻场人员守则（T2）计算。请先登记合同。",
)
