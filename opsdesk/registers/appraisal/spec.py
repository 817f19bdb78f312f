"""考核表 as a register: to look up, to tell, to hear, to hand in and to file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.appraisal import documents, feedback, letters, listing, service
from opsdesk.rules.scoring import Opinion
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_record, choices
from opsdesk.services.appraisal_record import SheetState
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
STANDS = frozenset(SheetState) - {SheetState.LIVE, SheetState.SCORING, SheetState.FILED}
"""States between the decision and the filing."""


def _now(ctx: Context) -> Any:
    return ctx.now().replace(second=0)


def _today(ctx: Context) -> Any:
    return ctx.today()


def _opinions(_ctx: Context) -> Options:
    return [(str(each), str(each)) for each in Opinion]


def _withdraw(ctx: Context, sheet_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.withdraw(ctx, sheet_id=sheet_id, reason=values.get("reason") or "")


def _submit(ctx: Context, sheet_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return feedback.submit(ctx, [sheet_id], values)


def _file(ctx: Context, sheet_id: int, _values: Mapping[str, Any]) -> Outcome[str]:
    return feedback.file(ctx, [sheet_id])


def _complete(ctx: Context, sheet_id: int, _values: Mapping[str, Any]) -> Outcome[str]:
    with ctx.read() as connection:
        appraisal_id = appraisal_record.appraisal_of(connection, sheet_id)
    return service.complete(ctx, appraisal_id=appraisal_id or 0)


def _open(values: Mapping[str, Any]) -> bool:
    return bool(values["state"] != SheetState.FILED)


def _stands(values: Mapping[str, Any]) -> bool:
    return values["state"] in STANDS


def _told(values: Mapping[str, Any]) -> bool:
    return _stands(values) and values["talk_at"] is not None


def _objected(values: Mapping[str, Any]) -> bool:
    return _stands(values) and values["opinion"] == Opinion.OBJECT


def _heard(values: Mapping[str, Any]) -> bool:
    return _stands(values) and bool(values["opinion"])


TELL = Act(
    "tell",
    "反馈",
    feedback.tell,
    fields=(
        Field("talk_at", "反馈时间", Kind.MOMENT, required=True, default=_now),
        Field("talk", "谈话内容", Kind.LONG_TEXT, help="结果怎样告知、谈了什么；印在考核表的反馈谈话记录里。"),
    ),
    offered=_stands,
)
HEAR = Act(
    "hear",
    "登记意见",
    feedback.hear,
    fields=(
        Field("opinion", "意见", Kind.CHOICE, required=True, options=_opinions),
        Field("opinion_text", "意见内容", Kind.LONG_TEXT, help="申诉要写明理由。"),
        Field("opinion_on", "签名日期", Kind.DATE, required=True, default=_today),
        Field("witness", "见证人", help="拒签时填写。"),
    ),
    offered=_told,
)
ANSWER = Act(
    "answer",
    "答复申诉",
    feedback.answer,
    fields=(Field("answer", "答复内容", Kind.LONG_TEXT, required=True),),
    roles=SUPERVISOR,
    offered=_objected,
)
SUBMIT = Act(
    "submit",
    "提交",
    _submit,
    fields=(
        Field("submitted_at", "提交时间", Kind.MOMENT, required=True, default=_now),
        Field("submitted_to", "签收人", help="综合管理部的签收人。"),
    ),
    roles=SUPERVISOR,
    offered=_told,
    signs=True,
)
FILE = Act("file", "归档", _file, roles=SUPERVISOR, offered=_heard)
WITHDRAW = Act(
    "withdraw",
    "撤回核定",
    _withdraw,
    fields=(Field("reason", "原因", Kind.LONG_TEXT, required=True, help="原因和原来的核定一起留在记录里。"),),
    roles=SUPERVISOR,
    offered=_stands,
    signs=True,
)
COMPLETE = Act("complete", "补建考核表", _complete, roles=SUPERVISOR, offered=_open)

REGISTER = Register(
    slug="appraisal_sheet",
    title="考核表",
    singular="考核表",
    topics=frozenset({"appraisal", "vendor", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 148),
        Column("period", "周期", Kind.CODE, 92),
        Column("scheme", "方案", width=160),
        Column("name", "被考核人", width=0),
        Column("vendor", "单位", width=92),
        Column("score", "得分", Kind.CODE, 72),
        Column("grade", "等级", width=72),
        Column("amount", "金额（元）", Kind.CODE, 112),
        Column("opinion", "意见", width=64),
        Column("state", "状态", Kind.CHIP, 112),
    ),
    list=listing.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True, group="考核表"),
        Field("scheme", "方案", read_only=True, group="考核表"),
        Field("period", "周期", Kind.CODE, read_only=True, group="考核表"),
        Field("name", "被考核人", read_only=True, group="考核表"),
        Field("state", "状态", read_only=True, group="考核表"),
        Field("score", "得分", Kind.CODE, read_only=True, group="核定"),
        Field("grade", "等级", read_only=True, group="核定"),
        Field("items", "逐项得分", Kind.LONG_TEXT, read_only=True, group="核定"),
        Field("pays", "付款或扣减", Kind.LONG_TEXT, read_only=True, group="核定"),
        Field("decided_by", "核定人", read_only=True, group="核定"),
        Field("decided_at", "核定时间", Kind.MOMENT, read_only=True, group="核定"),
        Field("talk_at", "反馈时间", Kind.MOMENT, read_only=True, group="反馈"),
        Field("talk", "谈话内容", Kind.LONG_TEXT, read_only=True, group="反馈"),
        Field("opinion", "意见", read_only=True, group="反馈"),
        Field("opinion_text", "意见内容", Kind.LONG_TEXT, read_only=True, group="反馈"),
        Field("opinion_on", "签名日期", Kind.DATE, read_only=True, group="反馈"),
        Field("witness", "见证人", read_only=True, group="反馈"),
        Field("answer", "答复", Kind.LONG_TEXT, read_only=True, group="反馈"),
        Field("submitted_at", "提交时间", Kind.MOMENT, read_only=True, group="归档"),
        Field("submitted_to", "签收人", read_only=True, group="归档"),
        Field("filed_at", "归档时间", Kind.MOMENT, read_only=True, group="归档"),
    ),
    load=listing.load,
    filters=(
        Filter("period", "周期", listing.periods),
        Filter("vendor", "单位", choices.vendors),
        Filter("state", "状态", listing.states),
    ),
    acts=(TELL, HEAR, ANSWER, SUBMIT, FILE, WITHDRAW, COMPLETE),
    papers=(
        Paper("sheet", "考核评分表", documents.of_sheet),
        Paper("details", "考核扣分明细", documents.details_of),
        Paper("feedback", "考核结果反馈单", letters.feedback_slip),
        Paper("letter", "考核结果及付款通知", letters.vendor_letter),
    ),
    empty="还没有考核表。请在“考核评分”里建立一次考核。",
)
