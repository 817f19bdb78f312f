"""日结, 月结, 季结: the supervisor closes a period; opening it again takes his password and a reason, and is kept.

What a closed period locks stands in `closing_rules`, and is enforced by the unit of work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from opsdesk.models import ClosedPeriod
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, chain, closings, open_items
from opsdesk.services.closing_rules import PeriodKind
from opsdesk.services.closings import Closed, Period
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.open_items import Status
from opsdesk.services.outcome import Outcome
from opsdesk.services.retiring import missing
from opsdesk.services.text import one_line
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"closing"})
REOPEN = "重新打开"
LEAST_REASON, MOST_REASON = 5, 200
WHAT = "日结记录"


def status(ctx: Context, period: Period) -> Status:
    """How a period stands: its closings, and what is still open."""
    return open_items.status(ctx, period)


def close(
    ctx: Context, period: Period, *, because: str = "", ready: Callable[[], object] | None = None
) -> Outcome[Closed]:
    """Close a day, month or quarter: nothing of it can be added or changed any more. Only the supervisor may.

    `because` says why, where something is still open. Refuses a period that is not over yet (a day may be closed in
    its course), one that is closed, a month with a day opened again, and a quarter with a month that is not closed.
    `ready` is called once all was looked at, just before the lock: what it raises keeps the period open.
    """
    ctx.require(Role.SUPERVISOR)
    today = ctx.today()
    if period.kind is PeriodKind.DAY and period.first > today:
        raise Refusal(f"{period.label} 还没有到，不能日结。")
    if period.kind is not PeriodKind.DAY and period.last > today:
        raise Refusal(f"{period.label} 还没有过完，{period.last.isoformat()} 当天或以后才能{period.kind}。")
    with ctx.read() as connection:
        _refuse_open_parts(connection, period)
    items = status(ctx, period).items
    why = _reason(because, "because")
    if items and len(why) < LEAST_REASON:
        raise Refusal(
            f"{period.label} 还有 {len(items)} 项没有了结。请先办理；现在就要{period.kind}的，"
            f"请写明理由（至少 {LEAST_REASON} 个字），会印在表上。",
            field="because",
        )
    if ready is not None:
        ready()
    with ctx.transaction(str(period.kind), why if items else "") as tx:
        _refuse_again(tx.connection, period)
        _refuse_open_parts(tx.connection, period)
        seq, head = chain.head(tx.connection)
        tx.insert(
            ClosedPeriod,
            kind=str(period.kind),
            label=period.label,
            first=period.first,
            last=period.last,
            closed_at=ctx.now(),
            closed_by=ctx.actor.name,
            open_items=json.dumps([each.sentence for each in items], ensure_ascii=False),
            seq=seq,
            head=head,
            reopened_by="",
            reopen_reason="",
        )
        tx.lock.forget()
        tx.flush()
        made = closings.of(tx.connection, period)[-1]
    return Outcome(made, TOUCHED)


def _reason(typed: str, field: str) -> str:
    why = one_line(typed)
    if len(why) > MOST_REASON:
        raise Refusal(f"理由有 {len(why)} 个字，最多 {MOST_REASON} 个字。请写短一些。", field=field)
    return why


def _refuse_again(connection: Connection, period: Period) -> None:
    known = closings.standing(closings.of(connection, period))
    if known is not None and not closings.goes_on(connection, known):
        when = f"{known.closed_at:%Y-%m-%d %H:%M}"
        raise Refusal(f"{period.label} 在 {when} 已经{period.kind}。要改请重新打开并写明理由。")


def _refuse_open_parts(connection: Connection, period: Period) -> None:
    """Refuse a month with a day, and a quarter with a day or month, that was opened again and not closed since."""
    parts = [each for each in closings.waiting(connection, period.first, period.last) if each.period != period]
    if parts:
        said = "、".join(f"{each.period.label}（{each.period.kind}）" for each in parts)
        raise Refusal(f"{said}重新打开后还没有再次结上。请先结上，再{period.kind}。")
    if period.kind is PeriodKind.QUARTER:
        left = [each.label for each in open_items.months_left(connection, period)]
        if left:
            raise Refusal(f"{'、'.join(left)} 还没有月结。请先月结，再季结。")


def reopen(ctx: Context, closed_id: int, *, password: str, reason: str) -> Outcome[str]:
    """Open a closed period again, to be corrected and closed once more; the months and quarters around it open, too.

    Only the supervisor may, with his password (`promises.md` H14) and a reason.
    """
    ctx.require(Role.SUPERVISOR)
    why = _reason(reason, "reason")
    if len(why) < LEAST_REASON:
        raise Refusal(f"请写明为什么重新打开（至少 {LEAST_REASON} 个字），会印在更正记录上。", field="reason")
    accounts.log_in(ctx, name=ctx.actor.name, password=password, act="主管确认")
    with ctx.transaction(REOPEN, why) as tx:
        found = _to_open(tx, closed_id)
        for each in found:
            tx.update(ClosedPeriod, each.id, reopened_at=ctx.now(), reopened_by=ctx.actor.name, reopen_reason=why)
        tx.lock.forget()
    period = found[0].period
    around = "、".join(
        dict.fromkeys(f"{each.period.label} {each.period.kind}" for each in found[1:] if each.period != period)
    )
    more = f"{around}一并打开。" if around else ""
    return Outcome(f"{period.label} 已重新打开：{why.rstrip('。')}。{more}改完请再次{period.kind}。", TOUCHED)


def _to_open(tx: Transaction, closed_id: int) -> Sequence[Closed]:
    """The closing itself and whatever else keeps its days closed: another one of the same, its month, its quarter."""
    query = select(ClosedPeriod.first, ClosedPeriod.last).where(ClosedPeriod.id == closed_id)
    days = tx.connection.execute(query).one_or_none()
    if days is None:
        raise missing(WHAT)
    around = closings.quarter_with(days.first)
    known = {each.id: each for each in closings.within(tx.connection, around.first, around.last)}
    wanted = known[closed_id]
    if not wanted.stands:
        raise Refusal(f"{wanted.period.label} 在 {wanted.reopened_at:%Y-%m-%d %H:%M} 已经重新打开。请刷新后再看。")
    over = [
        each
        for each in known.values()
        if each.stands and each.id != closed_id
        and each.period.first <= wanted.period.first and each.period.last >= wanted.period.last
    ]  # fmt: skip
    return [wanted, *over]
