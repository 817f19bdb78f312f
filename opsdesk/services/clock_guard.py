"""Finds a clock that was set back since the last entry (`promises.md` H1); the supervisor confirms it on record."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from opsdesk.models import LedgerRow, Punch
from opsdesk.rules.vocabulary import Role, Source
from opsdesk.services import chain
from opsdesk.services.clock import Clock
from opsdesk.services.context import Context
from opsdesk.services.errors import UNSOUND, Damaged, Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import one_line

TOLERANCE = timedelta(seconds=120)


class ClockSetBack(Refusal):
    """The clock shows an earlier time than the record; signing is refused until the supervisor confirms."""


def zone_changed(connection: Connection, clock: Clock) -> bool:
    """Whether the machine's time zone differs from that of the last punch or confirmation: wall time has jumped."""
    by_seq = (LedgerRow.subject + "").in_(("punch", "clock"))  # newest first, not by the index on subject
    newest = select(LedgerRow.zone).where(by_seq).order_by(LedgerRow.seq.desc()).limit(1)
    last = connection.execute(newest).scalar_one_or_none()
    return last is not None and last != chain.zone(clock.moment())


def set_back_by(connection: Connection, clock: Clock) -> timedelta:
    """How far the clock is behind what it should at least show; zero where it is sound.

    Compared with the latest time in the record since the last confirmation and, within one run of the machine, with the
    time that has passed since on the clock nobody can set.
    """
    confirmed = connection.execute(select(func.max(LedgerRow.seq)).where(LedgerRow.subject == "clock")).scalar() or 0
    latest = (
        select(LedgerRow.at, LedgerRow.uptime_ms, LedgerRow.boot)
        .where(LedgerRow.seq >= confirmed)
        .order_by(LedgerRow.at.desc())
        .limit(1)
    )
    last = connection.execute(latest).one_or_none()
    if last is None:
        return timedelta()
    should = _instant(last.at)
    if last.boot == clock.boot() and clock.uptime_ms() >= last.uptime_ms:
        should += timedelta(milliseconds=clock.uptime_ms() - last.uptime_ms)
    return max(timedelta(), should - clock.moment())


def _instant(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise Damaged(
            f"审计链中的时间“{written}”读不出来：{UNSOUND}。", remedy="请到“设置 · 备份”修复，或从备份恢复。"
        ) from None


def check(connection: Connection, clock: Clock) -> None:
    """Raise ClockSetBack where the clock has gone back by more than two minutes."""
    behind = set_back_by(connection, clock)
    if behind > TOLERANCE:
        minutes = int(behind.total_seconds()) // 60
        raise ClockSetBack(
            f"电脑时钟比上一条记录倒退了 {minutes} 分钟，现在显示 {clock.now():%Y-%m-%d %H:%M}，暂不能签到。"
            "请对照手机核对：电脑时间不准的，先调准再签到；准的，由主管输入密码确认。"
        )
    if zone_changed(connection, clock):
        raise ClockSetBack(
            f"电脑的时区变了，现在显示 {clock.now():%Y-%m-%d %H:%M}，暂不能签到。"
            "请对照手机核对：时区和时间不对的，先调准再签到；对的，由主管输入密码确认。"
        )


def doubted(connection: Connection, clock: Clock) -> bool:
    """True on the day of a confirmation while the clock shows a time that the record had already passed (时间存疑)."""
    now = clock.moment()
    confirmed = connection.execute(select(LedgerRow.at, LedgerRow.body).where(LedgerRow.subject == "clock"))
    return any(
        now < datetime.fromisoformat(json.loads(row.body)["record_at"])
        and datetime.fromisoformat(row.at).date() == now.astimezone(chain.CHINA).date()
        for row in confirmed
    )


def first_of_run(connection: Connection, punch_id: int) -> bool:
    """Whether this entry at the desk is the first since the machine was started (`promises.md` H1b).

    A clock that was set in the firmware meanwhile cannot be told; whoever doubts a time begins with these.
    """
    entries = (
        select(LedgerRow.seq, LedgerRow.boot)
        .join(Punch, Punch.id == LedgerRow.subject_id)
        .where(LedgerRow.kind == "insert", Punch.source.in_((Source.DESK, Source.KIOSK)))
    )
    own = connection.execute(entries.where(LedgerRow.subject == "punch", Punch.id == punch_id)).one_or_none()
    if own is None:
        return False
    earlier = entries.where(LedgerRow.subject + "" == "punch", LedgerRow.seq < own.seq)  # newest first, as above
    before = connection.execute(earlier.order_by(LedgerRow.seq.desc()).limit(1)).first()
    return before is None or before.boot != own.boot


def confirm(ctx: Context, *, reason: str) -> Outcome[str]:
    """The supervisor confirms that the clock is right as it stands; recorded with the time it showed before."""
    ctx.require(Role.SUPERVISOR)
    reason = one_line(reason)
    if len(reason) < 5:
        raise Refusal("请写明时钟为什么变了，至少五个字，例如“昨晚校时前快了一小时”。", field="reason")
    with ctx.transaction("时钟确认", reason) as tx:
        behind = set_back_by(tx.connection, ctx.clock)
        tx.event("clock", record_at=(ctx.clock.moment() + behind).isoformat())
    return Outcome(
        "已确认电脑时间，可以继续签到。之后的记录会标注“时间存疑”，直到超过原来的时间。", frozenset({"clock"})
    )
