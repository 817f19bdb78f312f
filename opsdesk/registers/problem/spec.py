"""问题 as a register."""

from __future__ import annotations

from opsdesk.models import Incident, Problem
from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.problem import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="problem",
    title="问题",
    singular="问题",
    topics=service.TOUCHED,
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("title", "标题", width=0),
        Column("system", "系统", width=120),
        Column("incidents", "事件数", Kind.INTEGER, 72),
        Column("owner", "责任人", width=96),
        Column("due_on", "完成日期", Kind.DATE, 124),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True),
        Field("title", "标题", required=True, help="写共同的原因或现象，例如 三楼交换机端口频繁中断。"),
        Field("system", "系统", options=suggestions.written(Incident.system, Problem.system)),
        Field("cause", "原因", Kind.LONG_TEXT),
        Field("measure", "措施", Kind.LONG_TEXT),
        Field("owner", "责任人", options=suggestions.people),
        Field("due_on", "完成日期", Kind.DATE, help="过了这一天还没有关闭，就显示已逾期。"),
        Field("joined", "归入的事件", Kind.LONG_TEXT, read_only=True),
        Field("alike", "可能有关", Kind.LONG_TEXT, read_only=True),
        Field("course", "经过", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),),
    acts=(
        Act(
            "close", "关闭问题", service.close, fields=(Field("conclusion", "结论", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["closed_at"] is None,
        ),
        Act(
            "reopen", "重新打开", service.reopen, fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["closed_at"] is not None,
        ),
    ),
    empty="还没有问题。同样的故障反复出现时，点“新建”写明原因和措施，或在事件记录上用“归入问题”。",
)  # fmt: skip
