"""考核事项 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.appraisal_event import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices
from opsdesk.services.context import Context


def _kinds(_ctx: Context) -> Options:
    return [(word, word) for word in service.KINDS]


REGISTER = Register(
    slug="appraisal_event",
    title="考核事项",
    singular="考核事项",
    topics=frozenset({"appraisal_event", "vendor", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("day", "发生日期", Kind.DATE, 128),
        Column("kind", "类别", width=96),
        Column("vendor", "外包单位", width=96),
        Column("person", "人员", width=96),
        Column("facts", "事实", width=0),
        Column("points", "分值", Kind.CODE, 72),
        Column("clause", "条款", Kind.CODE, 112),
        Column("state", "状态", Kind.CHIP, 88),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True),
        Field("kind", "类别", Kind.CHOICE, required=True, options=_kinds),
        Field("day", "发生日期", Kind.DATE, required=True, default=lambda ctx: ctx.today()),
        Field("staff_id", "人员", Kind.CHOICE, options=choices.staff, help="算个人的选人，单位随人；输入姓名查找。"),
        Field("vendor_id", "外包单位", Kind.CHOICE, options=choices.vendors, help="算单位的选单位，人员空着。"),
        Field("clause", "条款", Kind.CHOICE, options=choices.clauses, help="违反或符合哪一条，可以输入文字查找。"),
        Field(
            "facts", "事实", Kind.LONG_TEXT, required=True,
            help="时间、地点、经过，用事实说话（T4 2.2）。",
        ),
        Field(
            "proof", "证据", Kind.LONG_TEXT, required=True,
            help="单号、照片、录音或函件的编号，证明人。",
        ),
        Field("points", "分值", Kind.CODE, help="这件事自己定的分值，不写正负；空着按方案每次的分值。"),
        Field("told", "经过", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("kind", "类别", _kinds),
        Filter("vendor_id", "外包单位", choices.vendors),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "void", "作废", service.void, roles=frozenset({str(Role.SUPERVISOR)}),
            fields=(Field("reason", "作废原因", required=True),),
            confirm="作废以后这一条不再计入考核，编号保留不再使用。",
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    empty="还没有考核事项。违规、投诉、表扬、建议、迟交报告、抽查不合格，点“新建”登记，写明事实和证据。",
    closed=lambda _values: True,
)  # fmt: skip
