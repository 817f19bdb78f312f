"""What the sign-in board shows of a person's day: one row, one chip, one remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from opsdesk.register import CellValue, Chip, Column, Kind, Row, Tone
from opsdesk.registers.sign_in.service import Board
from opsdesk.rules.verdict import Verdict
from opsdesk.rules.vocabulary import Judgement, Source, State
from opsdesk.services.attendance import PersonDay

COLUMNS = (
    Column("state", "状态", Kind.CHIP, 164),
    Column("staff_no", "工号", Kind.CODE, 88),
    Column("name", "姓名", width=148),
    Column("vendor", "外包单位", width=120),
    Column("planned", "应到", Kind.CODE, 124),
    Column("arrived", "到岗", width=76),
    Column("left", "离岗", width=104),
    Column("remark", "说明", width=0),
    Column("post", "岗位", width=116),
)
TONES: Mapping[State, Tone] = {
    State.ON_TIME: Tone.FINE,
    State.LATE: Tone.WARNING,
    State.ABSENT: Tone.BROKEN,
    State.LEFT: Tone.NEUTRAL,
    State.EARLY: Tone.WARNING,
    State.NO_SIGN_OUT: Tone.BROKEN,
    State.NO_SIGN_IN: Tone.BROKEN,
    State.ON_LEAVE: Tone.AWAY,
    State.PRESENT_UNPLANNED: Tone.INFORMATION,
    State.REST: Tone.NEUTRAL,
    State.DUE: Tone.NEUTRAL,
}
GROUPS: Mapping[str, frozenset[State]] = {
    "未到": frozenset({State.DUE}),
    "在岗": frozenset({State.ON_TIME, State.LATE, State.ABSENT, State.PRESENT_UNPLANNED}),
    "请假": frozenset({State.ON_LEAVE}),
    "已签退": frozenset({State.LEFT, State.EARLY}),
    "待处理": frozenset({State.NO_SIGN_OUT, State.NO_SIGN_IN}),
}
"""What the state filter offers."""


def chip(each: PersonDay, now: datetime) -> Chip:
    """The state as a quiet chip: 未到, 准时 08:27, 迟到 12 分, 事假, 已签退 17:31, 早退 20 分, 未签退."""
    state, tone = each.result.state, TONES[each.result.state]
    if state is State.DUE:
        overdue = each.duty is not None and now > each.duty.begins
        return Chip("未到", Tone.WARNING if overdue else Tone.NEUTRAL)
    if state is State.ON_TIME and each.arrived_at:
        return Chip(f"准时 {each.arrived_at:%H:%M}", tone)
    if state is State.LATE:
        return Chip(f"迟到 {each.result.late_minutes} 分", tone)
    if state is State.ABSENT:
        return Chip(f"迟到 {each.result.late_minutes} 分", tone)
    late = each.result.late_minutes
    if late and state in {State.LEFT, State.EARLY} and each.left_at:
        gone = f"早退 {each.result.early_minutes}" if state is State.EARLY else f"退 {each.left_at:%H:%M}"
        absent = any(verdict.judgement is Judgement.ABSENT for _, verdict in each.result.verdicts)
        return Chip(f"迟到 {late} · {gone}", Tone.BROKEN if absent else Tone.WARNING)
    if state is State.LEFT and each.left_at:
        return Chip(f"已签退 {each.left_at:%H:%M}", tone)
    if state is State.EARLY:
        return Chip(f"早退 {each.result.early_minutes} 分", tone)
    if state is State.ON_LEAVE and each.absence:
        return Chip(each.absence.kind, tone)
    return Chip(str(state), tone)


def clock(at: datetime | None, day: date) -> str:
    """A time on the board: 08:27, or 次日 07:10 after midnight."""
    if at is None:
        return ""
    return f"{at:%H:%M}" if at.date() == day else f"次日 {at:%H:%M}"


def remark(each: PersonDay, board_day: date) -> str:
    """What else there is to know: charges with their clause, leave, 补签, 时间存疑."""
    said = [f"{each.day:%m-%d} 夜班"] if each.day != board_day else []
    said.extend(charge(verdict) for _, verdict in each.result.verdicts if verdict.minutes)
    if each.absence and each.result.state is not State.ON_LEAVE:
        said.append(f"{each.absence.kind} {each.absence.span.begins:%H:%M}–{each.absence.span.ends:%H:%M}")
    elif each.absence and each.absence.reason:
        said.append(each.absence.reason)
    sources = {punch.source for punch in each.punches}
    said.extend(str(source) for source in (Source.CORRECTION, Source.ROLL_CALL, Source.IMPORT) if source in sources)
    if any(punch.doubted for punch in each.punches):
        said.append("时间存疑")
    if each.duty is None:
        said.append("当天未排班")
    return "；".join(said)


def charge(verdict: Verdict) -> str:
    """“迟到 12 分（T2 二.7）”."""
    word = {Judgement.EARLY: "早退", Judgement.ABSENT: "迟到视缺勤"}.get(verdict.judgement, "迟到")
    cited = f"（{verdict.citations[0].short}）" if verdict.citations else ""
    return f"{word} {verdict.minutes} 分{cited}"


def key(each: PersonDay, board_day: date) -> int:
    """Row id on the board: a night shift of yesterday and a duty of today of one person are two rows."""
    return each.person.id * 2 + (each.day != board_day)


def row(each: PersonDay, board_day: date, now: datetime) -> Row:
    """One row of the board."""
    planned = "，".join(f"{pair.begins:%H:%M}–{pair.ends:%H:%M}" for pair in each.duty.pairs) if each.duty else "—"
    values: dict[str, CellValue] = {
        "state": chip(each, now),
        "staff_no": each.person.staff_no,
        "name": each.person.name,
        "vendor": each.person.vendor,
        "post": each.person.post,
        "planned": planned,
        "arrived": clock(each.arrived_at, each.day),
        "left": clock(each.left_at, each.day),
        "remark": remark(each, board_day),
    }
    return Row(key(each, board_day), values, muted=each.result.state in {State.LEFT, State.REST})


def chosen(rows: Sequence[PersonDay], *, vendor: str | None, group: str | None, text: str) -> list[PersonDay]:
    """The rows that fit vendor, state group and typed text (工号, name, initials)."""
    wanted = text.strip().upper()
    return [
        each
        for each in rows
        if (vendor is None or each.person.vendor == vendor)
        and (group is None or each.result.state in GROUPS[group])
        and (
            not wanted
            or wanted in each.person.staff_no.upper()
            or wanted in each.person.name.upper()
            or wanted in each.person.initials
        )
    ]


def state_line(board: Board) -> str:
    """“应到 23 · 已到 19 · 迟到 2 · 请假 1 · 未到 1 · 已签退 0”."""
    parts = [
        f"应到 {board.due}",
        f"已到 {board.arrived}",
        f"迟到 {board.late}",
        f"请假 {board.count(State.ON_LEAVE)}",
        f"未到 {board.count(State.DUE)}",
        f"已签退 {board.left}",
    ]
    if waiting := board.count(State.NO_SIGN_OUT, State.NO_SIGN_IN):
        parts.append(f"待处理 {waiting}")
    return " · ".join(parts)
