"""Acts of an appraisal as a whole: begin it, decide its sheets, take a decision back, void it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from opsdesk.models import Appraisal, AppraisalSheet
from opsdesk.registers.appraisal.sheets import (
    TOUCHED,
    appraisal_row,
    open_sheet,
    reason_typed,
    scored_sheets,
    sheet_row,
)
from opsdesk.rules import review
from opsdesk.rules.periods import Period, of_days, parse
from opsdesk.rules.scoring import ObjectKind, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services import (
    appraisal,
    appraisal_measures,
    appraisal_money,
    appraisal_record,
    appraisal_schemes,
    appraisal_subjects,
    measures,
)
from opsdesk.services.appraisal import Round
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.appraisal_subjects import Subject
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

MOST_NAMES = 100


def period_typed(text: str, first: date | None = None, last: date | None = None) -> Period:
    """The period as typed (2026Q1, 2026-03, 2026), or from two days. Refuses what is neither."""
    try:
        return of_days(first, last) if first and last else parse(text)
    except ValueError:
        raise Refusal(
            f"“{one_line(text)}”不是考核周期。请写成 2026Q1（季度）、2026-03（月）或 2026（年）。", field="period"
        ) from None


def begin(ctx: Context, *, scheme_id: int, period: Period, names: Sequence[str] = (), title: str = "") -> Outcome[int]:
    """Begin the appraisal of a period: one sheet for each appraisee; the scheme is frozen from now on.

    Teams and departments are `names`. Refuses a scheme that is not published where the regulation wants it first
    (T4-01), a period that has not begun or is not of the scheme's kind, an edition that does not hold on its last day,
    a second appraisal of the same period, and one without appraisees.
    """
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("建立考核", period.text) as tx:
        scheme = appraisal_schemes.read(tx.connection, scheme_id)
        _refuse_unfit(tx, ctx, scheme, period)
        subjects = _subjects(tx, scheme, period, names)
        now = ctx.now()
        appraisal_schemes.freeze(tx, scheme_id, now)
        appraisal_id = tx.insert(
            Appraisal,
            scheme_id=scheme_id,
            period=period.text,
            title=one_line(title) or f"{period.words}{scheme.title}",
            begins_on=period.first,
            ends_on=period.last,
            leader=scheme.leader,
            members=scheme.members,
            made_at=now,
            made_by=ctx.actor.name,
            void_reason="",
        )
        _add_sheets(tx, appraisal_id, period, subjects)
    return Outcome(appraisal_id, TOUCHED | {"scheme"})


def _refuse_unfit(tx: Transaction, ctx: Context, scheme: Scheme, period: Period) -> None:
    if period.first > ctx.today():
        raise Refusal(f"{period.words}还没有开始，不能考核。请核对周期。", field="period")
    if scheme.period_kind not in period.kinds:
        raise Refusal(
            f"{scheme.title}是{scheme.period_kind}考核，{period.text} 不是这样的周期。请核对。", field="period"
        )
    if (holds := appraisal.scheme_of(tx.connection, period, scheme.code)).id != scheme.id:
        raise Refusal(
            f"{period.words}应按 {holds.name}考核，不是第 {scheme.edition} 版。请刷新后再试。", field="period"
        )
    if why := review.unpublished(scheme.published_on, ctx.today(), ctx.law_on(period.last)):
        raise Refusal(why)
    editions = appraisal_schemes.editions(tx.connection, scheme.code)
    if appraisal_record.standing(tx.connection, period.text, editions) is not None:
        raise Refusal(f"{period.words}已经按{scheme.title}建立了考核。请直接打开，或先作废原来的。", field="period")


def _subjects(tx: Transaction, scheme: Scheme, period: Period, names: Sequence[str]) -> list[Subject]:
    if scheme.object_kind in {ObjectKind.TEAM, ObjectKind.DEPARTMENT}:
        written = list(dict.fromkeys(filter(None, map(one_line, names))))
        if not written:
            raise Refusal(f"请写明考核哪些{scheme.object_kind}，一行一个。", field="names")
        if len(written) > MOST_NAMES:
            raise Refusal(
                f"一次最多考核 {MOST_NAMES} 个{scheme.object_kind}，现在有 {len(written)} 个。", field="names"
            )
        return appraisal_subjects.named(scheme.object_kind, written)
    found = appraisal_subjects.usual(tx.connection, scheme.object_kind, scheme.regulation, period)
    if not found:
        what = "合同" if scheme.object_kind is ObjectKind.VENDOR else "到场人员"
        raise Refusal(f"{period.words}没有{what}，没有可以考核的对象。请先登记{what}。")
    return found


def _add_sheets(tx: Transaction, appraisal_id: int, period: Period, subjects: Sequence[Subject]) -> None:
    stem = f"KH-{period.text.replace('-', '') if '..' not in period.text else f'{period.first:%Y%m%d}'}-"
    query = select(AppraisalSheet.number).where(AppraisalSheet.number.startswith(stem))
    used = [int(number.removeprefix(stem)) for number in tx.connection.execute(query).scalars()]
    after = max(used, default=0)
    empty = dict.fromkeys(
        ("score", "grade", "pay", "frozen", "decided_by", "talk", "opinion", "opinion_text", "witness", "answer",
         "answered_by", "submitted_to", "filed_by"), "",
    )  # fmt: skip
    tx.insert_many(
        AppraisalSheet,
        [
            {
                **empty,
                "appraisal_id": appraisal_id,
                "number": f"{stem}{after + place:03}",
                "object_kind": str(subject.kind),
                "vendor_id": subject.vendor_id,
                "staff_id": subject.staff_id,
                "name": subject.name,
            }
            for place, subject in enumerate(subjects, 1)
        ],
    )


def complete(ctx: Context, *, appraisal_id: int) -> Outcome[str]:
    """Add the sheets of those who came to be appraised since the appraisal was begun. Refuses where nobody did."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("补建考核表") as tx:
        kept = appraisal_record.by_id(tx.connection, appraisal_id)
        if kept is None:
            raise Refusal("这次考核已经作废或不在了。请刷新列表后再试。")
        scheme, period = appraisal_schemes.read(tx.connection, kept.scheme_id), appraisal.period_of(kept)
        known = [sheet.subject for sheet in kept.sheets]
        found = appraisal_subjects.without_sheet(tx.connection, scheme.object_kind, scheme.regulation, period, known)
        if not found:
            raise Refusal(f"{kept.title}没有遗漏的对象，不需要补建。")
        _add_sheets(tx, appraisal_id, period, found)
    names = "、".join(each.name for each in found[:3]) + (f"等 {len(found)} 个" if len(found) > 3 else "")
    return Outcome(f"已补建{names}的考核表，请评分。", TOUCHED)


def void(ctx: Context, *, appraisal_id: int, reason: str) -> Outcome[str]:
    """Void an appraisal that nothing of has been filed; its numbers are not used again."""
    ctx.require(Role.SUPERVISOR)
    reason = reason_typed(reason, "作废考核要写明原因，原因会留在记录里。")
    with ctx.transaction("作废考核", reason) as tx:
        kept = appraisal_record.by_id(tx.connection, appraisal_id)
        if kept is None:
            raise Refusal("这次考核已经作废或不在了。请刷新列表后再试。")
        if filed := [sheet.number for sheet in kept.sheets if sheet.row["filed_at"]]:
            raise Refusal(f"{'、'.join(filed[:3])} 已经归档，这次考核不能作废。")
        tx.update(Appraisal, appraisal_id, void_at=ctx.now(), void_reason=reason)
        _retract(tx, ctx, [sheet.id for sheet in kept.sheets], f"考核已作废：{reason}")
    return Outcome(f"{kept.title}已作废。", TOUCHED | {"measure"})


def _retract(tx: Transaction, ctx: Context, sheet_ids: Sequence[int], reason: str) -> None:
    measures.retract(tx, sheet_ids, reason=reason, now=ctx.now(), by=ctx.actor.name)


def decide(ctx: Context, *, sheet_ids: Collection[int]) -> Outcome[str]:
    """Decide sheets: scores, grades and payment are frozen. Only the supervisor may, after the period's last day.

    Refuses while an item has no score or a proposed line has no ruling.
    """
    ctx.require(Role.SUPERVISOR)
    if not sheet_ids:
        raise Refusal("没有选中任何考核表。请先选中，再核定。")
    with ctx.transaction("核定考核") as tx:
        found = scored_sheets(tx, ctx, sheet_ids)
        for sheet_id in sheet_ids:
            open_sheet(tx, sheet_id)
            scored, ends_on = found[sheet_id], appraisal_row(tx, sheet_id)["ends_on"]
            if ends_on > ctx.today():
                raise Refusal(f"考核周期到 {ends_on.isoformat()} 才结束，当天或以后才能核定。现在可以先打分。")
            if scored.blanks:
                names = "、".join(item.title for item in scored.blanks[:4])
                raise Refusal(f"{scored.subject.name}还有 {len(scored.blanks)} 项没有评分：{names}。评完再核定。")
            if scored.open_lines:
                raise Refusal(f"{scored.subject.name}还有 {scored.open_lines} 条拟扣分没有确认或免除。请先逐条处理。")
            tx.update(
                AppraisalSheet,
                sheet_id,
                score=plain(scored.score),
                grade=scored.grade,
                pay=appraisal_money.frozen_text(scored.pays, scored.money),
                frozen=appraisal_record.frozen_text(scored.items, scored.subject),
                decided_at=ctx.now(),
                decided_by=ctx.actor.name,
            )
            appraisal_measures.suggest(tx, ctx, sheet_id, scored)
    named = "、".join(f"{found[each].subject.name} {plain(found[each].score)} 分" for each in list(sheet_ids)[:3])
    more = f"等 {len(sheet_ids)} 份" if len(sheet_ids) > 3 else ""
    return Outcome(f"已核定：{named}{more}。结果要反馈给被考核人并听取意见（T4 2.3）。", TOUCHED | {"measure"})


def withdraw(ctx: Context, *, sheet_id: int, reason: str) -> Outcome[str]:
    """Take a decision back, after an objection or a mistake, with all that followed from it.

    What was decided, said and answered stays in the history of the record.
    """
    ctx.require(Role.SUPERVISOR)
    reason = reason_typed(reason, "撤回核定要写明原因，原因会留在记录里。")
    with ctx.transaction("撤回核定", reason) as tx:
        row = sheet_row(tx, sheet_id)
        if row["filed_at"]:
            raise Refusal(f"{row['number']} 已经归档，不能撤回。")
        if not row["decided_at"]:
            raise Refusal(f"{row['number']} 还没有核定，可以直接修改。")
        tx.update(
            AppraisalSheet, sheet_id, score="", grade="", pay="", frozen="", decided_at=None, decided_by="",
            talk_at=None, talk="", opinion="", opinion_text="", opinion_on=None, witness="", answer="",
            answered_at=None, answered_by="", submitted_at=None, submitted_to="",
        )  # fmt: skip
        _retract(tx, ctx, [sheet_id], f"核定已撤回：{reason}")
    return Outcome(f"{row['number']} 的核定已撤回，可以重新评分；反馈和意见要重新办理。", TOUCHED | {"measure"})


def standing(ctx: Context, period: Period, *, scheme_id: int) -> Round:
    """The period by this scheme as the page shows it: the appraisal on record, or what it would be."""
    with ctx.read() as connection:
        code = appraisal_schemes.read(connection, scheme_id).code
    return appraisal.compute(ctx, period, code=code)
