"""运维事件记录单 as a register: columns, the form in the order of F05, and its acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from opsdesk.models import Incident
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.incident import acts, closing, documents, listing, problems, service
from opsdesk.rules.vocabulary import DISPATCHED, OPEN_INCIDENT, IncidentKind, IncidentState, Role, Whose
from opsdesk.services import choices, incident_options
from opsdesk.services.context import Context
from opsdesk.services.incident_options import What
from opsdesk.services.listing import periods
from opsdesk.services.outcome import Outcome
from opsdesk.services.suggestions import written

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
REPORT, ACCEPTED, GRADED = "报告", "受理", "分级"
SEEN, CAUSE, AFTER, VISIT = "故障现象", "诊断与方案", "根因与改进", "上门检查"


def _words(words: tuple[str, ...]) -> Callable[[Context], Options]:
    return lambda _ctx: [(word, word) for word in words]


def _kinds(_ctx: Context) -> Options:
    return [(str(kind), str(kind)) for kind in IncidentKind]


def _site(what: What) -> Callable[[Context], Options]:
    return lambda ctx: incident_options.offered(ctx, what)


def _is_open(values: Mapping[str, Any]) -> bool:
    return values["state"] in OPEN_INCIDENT


def _is_done(values: Mapping[str, Any]) -> bool:
    return values["state"] in closing.DONE


def _visits(values: Mapping[str, Any]) -> bool:
    return values["kind"] in DISPATCHED


def _one(act: Callable[..., Outcome[str]]) -> Callable[[Context, int, Mapping[str, Any]], Outcome[str]]:
    """An act on several records, for one."""
    return lambda ctx, incident_id, values: act(ctx, [incident_id], values)


def _now(key: str, title: str) -> Field:
    return Field(key, title, Kind.MOMENT, help="空着就是现在。")


REASON = Field("reason", "原因", required=True)

RESPOND = Act(
    "respond", "响应", acts.respond,
    fields=(
        Field("staff_id", "处理人", Kind.CHOICE, required=True, options=choices.staff,
              help="可以输入工号、姓名或首字母。"),
        Field("response_way", "响应方式", Kind.CHOICE, options=_words(acts.WAYS), default=lambda _ctx: acts.WAYS[0]),
        _now("responded_at", "响应时间"),
    ),
    offered=lambda values: _is_open(values) and values["responded_at"] is None,
)  # fmt: skip
WAIT = Act(
    "wait", "等待", acts.wait,
    fields=(
        Field("whose", "等待谁", Kind.CHOICE, required=True, options=_words(tuple(str(each) for each in Whose)),
              help="只有“外包单位”的等待计入它的用时。"),
        Field("reason", "等待原因", required=True),
        _now("begins_at", "开始时间"),
    ),
    offered=lambda values: _is_open(values) and values["state"] != IncidentState.WAITING,
)  # fmt: skip
RESUME = Act(
    "resume", "恢复处理", acts.resume, fields=(_now("ends_at", "结束时间"),),
    offered=lambda values: values["state"] == IncidentState.WAITING,
)  # fmt: skip
SOLVE = Act(
    "solve", "解决", acts.solve,
    fields=(
        Field("result", "处理结果", Kind.CHOICE, options=_words(acts.RESULTS), default=lambda _ctx: acts.SOLVED),
        Field("handling", "处理过程", Kind.LONG_TEXT, help="补一步处理过程；已经写过的可以空着。"),
        Field("root_cause", "根本原因与改进", Kind.LONG_TEXT, help="已经写过的可以空着。"),
        _now("resolved_at", "解决时间"),
    ),
    offered=lambda values: _is_open(values) and values["responded_at"] is not None,
)  # fmt: skip
HAND_IN = Act(
    "hand_in", "交单", _one(closing.hand_in), fields=(_now("handed_in_at", "交单时间"),),
    offered=lambda values: _is_done(values) and values["handed_in_at"] is None,
)  # fmt: skip
SIGN = Act(
    "sign", "签收", _one(closing.sign), roles=SUPERVISOR,
    offered=lambda values: values["state"] in {IncidentState.SOLVED, IncidentState.CONFIRMED},
)  # fmt: skip
CONFIRM = Act(
    "confirm", "用户确认", closing.confirm,
    fields=(
        Field("rating", "用户评价", Kind.CHOICE, required=True, options=_words(closing.RATINGS)),
        Field("opinion", "意见"),
        Field("confirmed_by", "确认人", help="空着就是报告人。"),
        _now("confirmed_at", "确认时间"),
    ),
    offered=lambda values: _is_done(values) and values["confirmed_at"] is None,
)  # fmt: skip
STEPS = (RESPOND, RESUME, SOLVE, HAND_IN, SIGN, CONFIRM)
"""The way of a record: the first of them that can be done is the next thing to do."""
ACTS = (
    *STEPS,
    WAIT,
    Act(
        "due", "要求时间", acts.ask_due,
        fields=(
            Field("due_at", "要求完成时间", Kind.MOMENT, required=True),
            Field("asked_by", "提出人", help="空着就是报告人。"),
            Field("confirmed", "用户已确认", Kind.FLAG, default=lambda _ctx: True, help="改期只有用户确认的才作数。"),
            Field("reason", "改期原因", help="第一次写要求时间时可以空着。"),
        ),
        offered=_is_open,
    ),
    Act(
        "contact", "已联系用户", partial(acts.happened, what="contact"), fields=(_now("contacted_at", "联系时间"),),
        offered=lambda values: _is_open(values) and _visits(values) and values["contacted_at"] is None,
    ),
    Act(
        "appoint", "约定上门", acts.appoint,
        fields=(Field("appointed_at", "约定上门时间", Kind.MOMENT, required=True),),
        offered=lambda values: _is_open(values) and _visits(values),
    ),
    Act(
        "arrive", "已到达", partial(acts.happened, what="arrive"), fields=(_now("arrived_at", "到达时间"),),
        offered=lambda values: _is_open(values) and values["arrived_at"] is None,
    ),
    Act(
        "tell_back", "已反馈结果", partial(acts.happened, what="tell_back"), fields=(_now("told_back_at", "反馈时间"),),
        offered=lambda values: _is_done(values) and _visits(values) and values["told_back_at"] is None,
    ),
    Act(
        "escalate", "升级", acts.escalate,
        fields=(
            Field("escalated_to", "转派／升级至", required=True),
            REASON,
            Field("technician_at", "告知技术人员时间", Kind.MOMENT),
            Field("service_at", "告知客服时间", Kind.MOMENT),
            Field("next_visit_at", "下次服务时间", Kind.MOMENT),
        ),
        offered=_is_open,
    ),
    Act(
        "give_back", "退回", closing.give_back, fields=(REASON,), roles=SUPERVISOR,
        offered=lambda values: values["state"] in {IncidentState.SOLVED, IncidentState.CONFIRMED, IncidentState.SIGNED},
    ),
    Act(
        "reopen", "重开", closing.reopen, fields=(REASON,),
        offered=lambda values: _is_done(values) or values["state"] == IncidentState.SIGNED,
    ),
    Act(
        "correct_time", "更正时间", closing.correct_time, roles=SUPERVISOR,
        fields=(
            Field("which", "更正哪个时间", Kind.CHOICE, required=True,
                  options=lambda _ctx: list(closing.CORRECTED.items())),
            Field("at", "正确时间", Kind.MOMENT, required=True),
            Field("reason", "更正原因", required=True),
        ),
        offered=lambda values: _is_open(values) or _is_done(values),
    ),
    Act(
        "join_problem", "归入问题", problems.join_problem,
        fields=(
            Field("problem_id", "问题", Kind.CHOICE, options=problems.open_problems, help="开新的就空着。"),
            Field("title", "新问题的标题", help="没有选问题时，写标题就开一个新的。"),
        ),
        offered=lambda values: values["state"] != IncidentState.VOID and values["problem_id"] is None,
    ),
    Act(
        "leave_problem", "移出问题", problems.leave_problem,
        offered=lambda values: values["problem_id"] is not None,
    ),
    Act(
        "void", "作废", closing.void, fields=(REASON,), confirm="作废以后记录保留，编号不再使用。",
        offered=lambda values: _is_open(values) or _is_done(values),
    ),
)  # fmt: skip

REGISTER = Register(
    slug="incident",
    title="运维事件记录单",
    singular="事件记录",
    topics=frozenset({"incident", "staff", "vendor", "contract", "calendar", "law"}),
    columns=(
        Column("number", "编号", Kind.CODE, 140),
        Column("title", "标题", width=0),
        Column("when", "接到时间", Kind.CODE, 104),
        Column("system", "系统", width=96),
        Column("category", "类别", width=92),
        Column("severity", "等级", width=64),
        Column("person", "处理人", width=80),
        Column("vendor", "外包单位", width=80),
        Column("clock", "时限", Kind.CHIP, 184),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=listing.listed,
    fields=(
        Field("title", "标题", required=True, group=REPORT),
        Field("reporter", "报告人", group=REPORT, options=written(Incident.reporter)),
        Field("reporter_dept", "单位／科室", group=REPORT, options=written(Incident.reporter_dept)),
        Field("reporter_phone", "电话", Kind.CODE, group=REPORT),
        Field("customer_kind", "客户类型", Kind.CHOICE, group=REPORT, options=_site(What.CUSTOMER)),
        Field("source", "报告方式", Kind.CHOICE, group=REPORT, options=_words(service.SOURCES),
              default=lambda _ctx: service.SOURCES[0]),
        Field("kind", "单据类型", Kind.CHOICE, required=True, group=ACCEPTED, options=_kinds,
              default=lambda _ctx: str(IncidentKind.FAULT), help="上门报修、报装、续费按派单时限计。"),
        Field("staff_id", "处理人", Kind.CHOICE, group=ACCEPTED, options=choices.staff,
              help="可以输入工号、姓名或首字母。"),
        Field("vendor_id", "外包单位", Kind.CHOICE, group=ACCEPTED, options=choices.vendors,
              help="选了处理人就按他的单位。"),
        Field("related_party", "关联单位", group=ACCEPTED, options=written(Incident.related_party),
              help="建设、集成等第三方，需要在单上签字时填写。"),
        Field("system", "系统", group=GRADED, options=written(Incident.system)),
        Field("device", "设备", group=GRADED, options=written(Incident.device)),
        Field("category", "类别", Kind.CHOICE, group=GRADED, options=_site(What.CATEGORY)),
        Field("severity", "等级", Kind.CHOICE, group=GRADED, options=_site(What.SEVERITY)),
        Field("urgent", "紧急", Kind.FLAG, group=GRADED),
        Field("reach", "影响范围", group=GRADED, options=written(Incident.reach)),
        Field("symptom", "故障现象", Kind.LONG_TEXT, group=SEEN),
        Field("diagnosis", "初步诊断", Kind.LONG_TEXT, group=CAUSE),
        Field("plan", "处理方案", Kind.LONG_TEXT, group=CAUSE),
        Field("root_cause", "根本原因与改进", Kind.LONG_TEXT, group=AFTER),
        Field("lesson", "经验教训", Kind.LONG_TEXT, group=AFTER),
        Field("open_points", "遗留问题", Kind.LONG_TEXT, group=AFTER),
        Field("visit_missing", "上门检查不符", group=VISIT, help="工具、工作证、着装等，用顿号隔开；没有就空着。"),
        Field("delayed", "延误联系技术", Kind.FLAG, group=VISIT),
        Field("complained", "引起投诉", Kind.FLAG, group=VISIT),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("period", "时间", periods),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in listing.STATES]),
        Filter("breach", "时限", lambda _ctx: [(word, word) for word in listing.BREACHES]),
        Filter("vendor", "单位", choices.vendors),
        Filter("person", "处理人", choices.staff),
    ),
    acts=ACTS,
    papers=(
        Paper("record", "事件记录单", documents.record),
        Paper("case", "case 报告", documents.case_report),
    ),
    empty="还没有事件。在上面写一行，按回车就开单，编号和接到时间自动生成。",
)  # fmt: skip
