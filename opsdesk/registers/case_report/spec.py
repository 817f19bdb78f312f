"""case 报告 as a register, its form in the order of F06."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import CaseReport
from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.case_report import acts, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions
from opsdesk.services.case_reports import Standing

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
EVENT, CAUSE, BETTER, HANDS = "事件", "原因与处理", "改进", "编写与审核"


def _waits(values: Mapping[str, Any]) -> bool:
    return values["submitted_at"] is not None and values["approved_at"] is None


REGISTER = Register(
    slug="case_report",
    title="case 报告",
    singular="case 报告",
    topics=frozenset({*service.TOUCHED, "calendar", "law", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 160),
        Column("incident", "事件编号", Kind.CODE, 144),
        Column("title", "标题", width=0),
        Column("system", "系统", width=112),
        Column("closed_on", "关闭日期", Kind.DATE, 124),
        Column("due_on", "提交期限", Kind.DATE, 124),
        Column("state", "状态", Kind.CHIP, 112),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=EVENT, read_only=True),
        Field("incident", "事件编号", Kind.CHOICE, required=True, group=EVENT, options=service.solved,
              help="已经解决的事件；空着的各项照事件记录带出。"),
        Field("facts", "事件记录", Kind.LONG_TEXT, group=EVENT, read_only=True),
        Field("overview", "概述", Kind.LONG_TEXT, group=EVENT),
        Field("place", "地点", group=EVENT, options=suggestions.written(CaseReport.place)),
        Field("direct_cause", "直接原因", Kind.LONG_TEXT, group=CAUSE),
        Field("measures", "处理措施", Kind.LONG_TEXT, group=CAUSE),
        Field("loss", "损失评估", Kind.LONG_TEXT, group=CAUSE),
        Field("improvement", "改进措施", Kind.LONG_TEXT, group=BETTER),
        Field("owner", "改进责任人", group=BETTER, options=suggestions.people),
        Field("improve_by", "改进完成日", Kind.DATE, group=BETTER),
        Field("informed", "反馈部门", group=BETTER, options=suggestions.written(CaseReport.informed),
              help="经验教训已经反馈给哪些部门（E2 四.6）。"),
        Field("written_by", "编写人", group=HANDS, options=suggestions.people),
        Field("reviewed_by", "审核人", group=HANDS, options=suggestions.written(CaseReport.reviewed_by),
              help="公司项目经理。"),
        Field("course", "办理情况", Kind.LONG_TEXT, group=HANDS, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("state", "状态", lambda _ctx: [(str(each), str(each)) for each in Standing]),
        Filter("month", "关闭月份", service.months),
    ),
    acts=(
        Act("submit", "提交", acts.submit, offered=lambda values: values["submitted_at"] is None),
        Act(
            "approve", "批准", acts.approve, confirm="批准以后内容不能再改，也不能撤回。", roles=SUPERVISOR,
            offered=_waits,
        ),
        Act("take_back", "撤回提交", acts.take_back, offered=_waits),
        Act(
            "withdraw", "撤回批准", acts.withdraw, fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["approved_at"] is not None,
        ),
    ),
    closed=lambda values: values["submitted_at"] is not None,
    empty="还没有 case 报告。故障由主管签收以后，会在这里列出要写的报告和期限。",
)  # fmt: skip
