"""停机变更 as a register."""

from __future__ import annotations

from opsdesk.models import ChangeRequest, Incident
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.change_request import acts, documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
ASKED, PLAN = "申请", "方案"


def _kinds(_ctx: Context) -> Options:
    return [(word, word) for word in service.KINDS]


def _undecided(values: service.Values) -> bool:
    return all(values[key] is None for key in ("approved_at", "refused_at", "void_at"))


REGISTER = Register(
    slug="change_request",
    title="停机变更",
    singular="变更申请",
    topics=frozenset({"change_request", "backup_notice"}),
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("kind", "类型", width=96),
        Column("system", "系统／设施", width=0),
        Column("applicant", "申请人", width=88),
        Column("planned_from", "预计开始", Kind.MOMENT, 144),
        Column("planned_to", "预计结束", width=104),
        Column("performed_by", "执行人", width=88),
        Column("result", "结果", width=112),
        Column("missed", "核对", width=136),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=ASKED, read_only=True),
        Field("told", "核对与经过", Kind.LONG_TEXT, group=ASKED, read_only=True),
        Field("kind", "类型", Kind.CHOICE, required=True, group=ASKED, options=_kinds),
        Field(
            "system", "系统／设施名称", required=True, group=ASKED,
            options=suggestions.written(ChangeRequest.system, Incident.system),
        ),
        Field("applicant", "申请人", required=True, group=ASKED, options=suggestions.people),
        Field("unit", "单位", required=True, group=ASKED, options=suggestions.written(ChangeRequest.unit)),
        Field("planned_from", "预计开始", Kind.MOMENT, required=True, group=ASKED),
        Field("planned_to", "预计结束", Kind.MOMENT, required=True, group=ASKED),
        Field(
            "performed_by", "执行的系统管理员", group=ASKED, options=suggestions.people,
            help="机房软硬件的配置和更改只由系统管理员进行（E1 一.5）。开始以前要写明。",
        ),
        Field("reason", "变更原因", Kind.LONG_TEXT, required=True, group=PLAN),
        Field("plan", "变更计划", Kind.LONG_TEXT, required=True, group=PLAN, help="步骤和时间，可以另附。"),
        Field("reach", "影响范围", Kind.LONG_TEXT, required=True, group=PLAN),
        Field("fallback", "回退方案", Kind.LONG_TEXT, required=True, group=PLAN),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("kind", "类型", _kinds),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "opine", "部门意见", acts.opine, offered=_undecided,
            fields=(Field("department_opinion", "主管部门意见", required=True, help="写明谁、哪天、什么意见。"),),
        ),
        Act(
            "approve", "批准", acts.approve, roles=SUPERVISOR, offered=_undecided,
            fields=(
                Field("approved_by", "批准人", help="空着就是当前登录的主管。"),
                Field("approved_at", "批准时间", Kind.MOMENT, help="事前口头批准的，填那时的时间；空着就是现在。"),
                Field("security_opinion", "安全领导意见", help="信息安全主管领导的意见，纸面签的可以空着。"),
            ),
        ),
        Act(
            "refuse", "不批准", acts.refuse, fields=(Field("reason", "理由", required=True),), roles=SUPERVISOR,
            offered=_undecided,
        ),
        Act(
            "begin", "开始", acts.begin,
            fields=(
                Field("performed_by", "执行人", options=suggestions.people, help="空着就按申请单写的系统管理员。"),
                Field("began_at", "开始时间", Kind.MOMENT, help="空着就是现在。"),
            ),
            offered=lambda values: values["began_at"] is None and values["void_at"] is None,
        ),
        Act(
            "end", "完成", acts.end,
            fields=(
                Field(
                    "outcome", "结果", Kind.CHOICE, required=True,
                    options=lambda _ctx: [(word, word) for word in acts.RESULTS],
                ),
                Field("note", "说明"),
                Field("verified_by", "验证人", required=True, options=suggestions.people),
                Field("ended_at", "结束时间", Kind.MOMENT, help="空着就是现在。"),
            ),
            offered=lambda values: values["began_at"] is not None and values["ended_at"] is None,
        ),
        Act(
            "void", "作废", acts.void, fields=(Field("reason", "作废原因", required=True),), roles=SUPERVISOR,
            confirm="作废以后这张单不再算数，编号保留不再使用。",
            offered=lambda values: values["void_at"] is None and values["began_at"] is None,
        ),
    ),
    papers=(Paper("request", "停机变更申请单", documents.request),),
    empty="还没有变更申请。停机、改配置、上新系统以前点“新建”填写，批准以后再开始。",
)  # fmt: skip
