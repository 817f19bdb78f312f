"""What follows a decided sheet: told to the appraisee, his opinion, an answer to it, hand-in, filing (T4 2.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from opsdesk.models import AppraisalSheet
from opsdesk.registers.appraisal.sheets import TOUCHED, sheet_row
from opsdesk.rules import review
from opsdesk.rules.scoring import Opinion
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_record, entry
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction


def tell(ctx: Context, sheet_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    """反馈谈话: when the result was told to the appraisee, and what was said."""
    ctx.require(*WRITERS)
    with ctx.transaction("考核反馈") as tx:
        row = _decided(tx, sheet_id)
        at = entry.past(values, "talk_at", "反馈时间", ctx.now())
        if at < row["decided_at"].replace(second=0):
            raise Refusal(f"反馈时间早于核定时间 {row['decided_at']:%Y-%m-%d %H:%M}。请核对。", field="talk_at")
        if row["opinion_on"] is not None and at.date() > row["opinion_on"]:
            raise Refusal(f"反馈时间晚于签名日期 {row['opinion_on']}。请核对，或先重新登记意见。", field="talk_at")
        tx.update(AppraisalSheet, sheet_id, talk_at=at, talk=entry.long_text(values, "talk", "谈话内容"))
    return Outcome(f"{row['number']} 已反馈，请登记被考核人的意见。", TOUCHED)


def hear(ctx: Context, sheet_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    """被考核人意见: 同意, 申诉 with its text, or 拒签 with a witness, and the day it was signed."""
    ctx.require(*WRITERS)
    opinion = Opinion(entry.chosen(values, "opinion", "意见", [str(each) for each in Opinion]))
    text = entry.long_text(values, "opinion_text", "意见内容", required=opinion is Opinion.OBJECT)
    day = entry.past_day_or_none(values, "opinion_on", "签名日期", ctx.today())
    if day is None:
        raise Refusal("请填写“签名日期”。", field="opinion_on")
    witness = entry.text(values, "witness", "见证人", required=opinion is Opinion.REFUSED)
    with ctx.transaction("登记被考核人意见") as tx:
        row = _decided(tx, sheet_id)
        if not row["talk_at"]:
            raise Refusal(f"{row['number']} 还没有登记反馈。请先登记反馈时间和内容（T4 2.3）。")
        if day < row["talk_at"].date():
            raise Refusal(f"签名日期早于反馈日期 {row['talk_at']:%Y-%m-%d}。请核对。", field="opinion_on")
        tx.update(
            AppraisalSheet, sheet_id, opinion=str(opinion), opinion_text=text, opinion_on=day, witness=witness,
            answer="", answered_at=None, answered_by="",
        )  # fmt: skip
    said = "请答复申诉；成立的先撤回核定再改分。" if opinion is Opinion.OBJECT else "可以提交。"
    return Outcome(f"{row['number']} 已登记意见：{opinion}。{said}", TOUCHED)


def answer(ctx: Context, sheet_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    """The answer to an objection. Only the supervisor gives it."""
    ctx.require(Role.SUPERVISOR)
    text = entry.long_text(values, "answer", "答复内容", required=True)
    with ctx.transaction("答复申诉") as tx:
        row = _decided(tx, sheet_id)
        if row["opinion"] != str(Opinion.OBJECT):
            raise Refusal(f"{row['number']} 没有申诉，不需要答复。")
        tx.update(AppraisalSheet, sheet_id, answer=text, answered_at=ctx.now(), answered_by=ctx.actor.name)
    return Outcome(f"{row['number']} 的申诉已答复。", TOUCHED)


def submit(ctx: Context, sheet_ids: Collection[int], values: Mapping[str, Any]) -> Outcome[str]:
    """Hand results in to the office that keeps them (综合管理部); late by T4-03b is said and stays on the sheet."""
    ctx.require(Role.SUPERVISOR)
    at = entry.past(values, "submitted_at", "提交时间", ctx.now())
    to = entry.text(values, "submitted_to", "签收人")
    late: list[str] = []
    with ctx.transaction("提交考核结果") as tx:
        rows = [_decided(tx, sheet_id) for sheet_id in sheet_ids]
        if not rows:
            raise Refusal("没有选中任何考核表。请先选中，再提交。")
        for row in rows:
            if not row["talk_at"]:
                raise Refusal(f"{row['number']} 还没有反馈给被考核人，不能提交（T4 2.3）。")
            if at < row["talk_at"].replace(second=0):
                told = f"{row['talk_at']:%Y-%m-%d %H:%M}"
                raise Refusal(f"提交时间早于 {row['number']} 的反馈时间 {told}。请核对。", field="submitted_at")
            tx.update(AppraisalSheet, row["id"], submitted_at=at, submitted_to=to)
            kept = appraisal_record.by_id(tx.connection, row["appraisal_id"])
            assert kept is not None  # noqa: S101 — the sheet names it
            if said := review.submitted_late(kept.ends_on, at, ctx.law_on(kept.ends_on)):
                late.append(said)
    note = f" {late[0]}" if late else ""
    return Outcome(f"已提交 {len(rows)} 份考核结果。{note}", TOUCHED)


def file(ctx: Context, sheet_ids: Collection[int]) -> Outcome[str]:
    """File sheets; refuses one that lacks feedback, opinion, signature day or an answer (T4-03a)."""
    ctx.require(Role.SUPERVISOR)
    if not sheet_ids:
        raise Refusal("没有选中任何考核表。请先选中，再归档。")
    with ctx.transaction("归档考核表") as tx:
        for sheet_id in sheet_ids:
            row = _decided(tx, sheet_id)
            lacking = review.lacks_for_filing(
                talked=row["talk_at"] is not None,
                opinion=row["opinion"],
                signed=row["opinion_on"] is not None,
                witness=row["witness"],
                answered=row["answered_at"] is not None,
                submitted=row["submitted_at"] is not None,
                law=ctx.law_on(row["decided_at"].date()),
            )
            if lacking:
                raise Refusal(f"{row['number']} 还不能归档：{'；'.join(lacking)}（T4 2.3）。")
            tx.update(AppraisalSheet, sheet_id, filed_at=ctx.now(), filed_by=ctx.actor.name)
    return Outcome(f"已归档 {len(sheet_ids)} 份考核表。", TOUCHED)


def _decided(tx: Transaction, sheet_id: int) -> Mapping[str, Any]:
    row = sheet_row(tx, sheet_id)
    if not row["decided_at"]:
        raise Refusal(f"{row['number']} 还没有核定。请先核定再办这一步。")
    if row["filed_at"]:
        raise Refusal(f"{row['number']} 已经归档，不能再改。")
    return row
