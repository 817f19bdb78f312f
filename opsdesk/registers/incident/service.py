"""运维事件记录单 (F05): opening a record out of one line, its form, and what is changed in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import Incident, IncidentAct, Staff, Vendor
from opsdesk.registers.incident.glyphs import printable
from opsdesk.rules.vocabulary import IncidentKind, IncidentState
from opsdesk.services import case_reports, entry, incident_clocks, incident_options, incident_text, masking, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_options import What
from opsdesk.services.numbering import daily
from opsdesk.services.outcome import Outcome
from opsdesk.services.suggestions import recent_values
from opsdesk.services.text import clean, one_line, without_phones
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
WHAT = "事件记录"
TOUCHED = frozenset({"incident"})
PREFIX = "SJ"
LONGEST_TITLE = 120
LONGEST_TEXT = 4000
LONGEST_PHONES = 60
SOURCES = ("电话", "当面", "系统", "巡检发现", "监控告警")
TEXTS = {
    "title": ("标题", LONGEST_TITLE),
    "reporter_dept": ("单位／科室", 60),
    "system": ("系统", 60),
    "device": ("设备", 80),
    "reach": ("影响范围", 120),
    "related_party": ("关联单位", 60),
    "visit_missing": ("上门检查不符", 120),
}
LONG_TEXTS = {
    "symptom": "故障现象",
    "diagnosis": "初步诊断",
    "plan": "处理方案",
    "root_cause": "根本原因与改进",
    "lesson": "经验教训",
    "open_points": "遗留问题",
}
CHOSEN = {"category": What.CATEGORY, "severity": What.SEVERITY, "customer_kind": What.CUSTOMER}
PHONES = "reporter_phone"
READ = (*TEXTS, *LONG_TEXTS, *CHOSEN, "source", "reporter", PHONES)
"""What is typed or chosen in the form; what the record holds already, perhaps by an import, is not measured again."""
CHOICES = (*CHOSEN, "source", "response_way", "result", "rating")
"""What is chosen from a list, or not chosen yet."""
TOLD = {
    "severity": "等级",
    "urgent": "紧急",
    "category": "类别",
    "kind": "单据类型",
    "staff_id": "处理人",
    "system": "系统",
}
"""Changes that are worth a line in the course of events."""
TIMED = frozenset({"urgent", "category", "kind", "vendor_id", "staff_id", "visit_missing", "delayed", "complained"})
"""What the clocks and points depend on."""
SEARCHED = frozenset({*TEXTS, *LONG_TEXTS, "reporter", "category", "staff_id", "vendor_id"})


class Course(StrEnum):
    """What the lines of the course of events are called."""

    ACCEPT = "受理"
    RESPOND = "响应"
    CONTACT = "联系用户"
    ARRIVE = "到达"
    APPOINT = "约定时间"
    DUE = "要求时间"
    STEP = "处理"
    WAIT = "等待"
    RESUME = "恢复处理"
    ESCALATE = "升级"
    CHANGE = "变更"
    SOLVE = "解决"
    TELL_BACK = "反馈"
    CONFIRM = "用户确认"
    HAND_IN = "交单"
    SIGN = "主管签收"
    RETURN = "退回"
    REOPEN = "重开"
    VOID = "作废"
    CORRECT = "更正时间"
    JOIN_PROBLEM = "归入问题"
    LEAVE_PROBLEM = "移出问题"


BLANK: dict[str, Any] = {
    **dict.fromkeys(
        (*TEXTS, *LONG_TEXTS, *CHOSEN, "source", "vendor_written", "accepted_by", "response_way", "result",
         "escalated_to", "rating", "opinion", "handed_in_by", "signed_by", "void_reason"), ""
    ),
    "urgent": False, "delayed": False, "complained": False, "reopened": 0, "paused_seconds": 0,
}  # fmt: skip
"""A record of which nothing is known yet."""


def row_of(connection: Connection, incident_id: int) -> dict[str, Any]:
    """A row of `incident`. Refuses one that is not there."""
    return retiring.one(connection, select(Incident.__table__).where(Incident.id == incident_id), WHAT)


def note(
    tx: Transaction, ctx: Context, incident_id: int, what: Course, at: datetime, said: str = "", *,
    by: str = "", result: str = "",
) -> int:  # fmt: skip
    """Write a line into the course of events."""
    return tx.insert(
        IncidentAct, incident_id=incident_id, at=at, what=str(what), said=said, result=result,
        by=by or ctx.actor.name, entered_at=ctx.now(), entered_by=ctx.actor.name,
    )  # fmt: skip


def refresh(tx: Transaction, ctx: Context, ids: Sequence[int]) -> None:
    """Let clocks and full text follow the record, at the end of every act."""
    incident_clocks.settle(tx, ctx, ids)
    incident_text.refresh(tx.connection, ids)


@dataclass(frozen=True)
class Opened:
    """A record just opened: its id and number, and the clause that asks for a number of its own (E2-01)."""

    id: int
    number: str
    clause: str


def open_incident(
    ctx: Context, line: str, more: Values | None = None, *, also: Callable[[Transaction, str], object] | None = None
) -> Outcome[Opened]:
    """Open a record out of one line said at the phone; the clock starts now (T1-FLT-01, E2-01).

    Phone numbers in the line become the reporter's; systems, devices and categories that are known and named in it are
    filled in. `also(tx, number)` is written in the same act: both are kept, or neither.
    """
    ctx.require(*WRITERS)
    said = printable(one_line(line), "title", "这一行")
    if not said:
        raise Refusal("请先写一行：谁、什么坏了。写完按回车就开单。", field="title")
    title, phones = _without_phones(said)
    if len(title) > LONGEST_TITLE:
        raise Refusal(
            f"这一行有 {len(title)} 个字，最多 {LONGEST_TITLE} 个。详细情况请写在“故障现象”里。", field="title"
        )
    now, more = ctx.now(), more or {}
    with ctx.transaction("受理事件") as tx:
        number = daily(tx, Incident.number, PREFIX, now.date(), ours=Incident.batch_id.is_(None))
        values = {
            **BLANK,
            "kind": str(IncidentKind.FAULT),
            "source": SOURCES[0],
            **_heard(tx.connection, title, now.date()),
            **more,
            "title": title,
            PHONES: _joined(more.get(PHONES), phones),
            "number": number,
            "state": str(IncidentState.ACCEPTED),
            "reported_at": now,
            "accepted_at": now,
            "accepted_by": ctx.actor.name,
        }
        incident_id = tx.insert(Incident, **values)
        note(tx, ctx, incident_id, Course.ACCEPT, now, title)
        refresh(tx, ctx, [incident_id])
        if also is not None:
            also(tx, number)
    return Outcome(Opened(incident_id, number, cited(ctx, "incident.number", "E2")), TOUCHED)


def _without_phones(line: str) -> tuple[str, list[str]]:
    """A line without numbers to call: they are the reporter's own and belong in no list and on no day's paper."""
    title, phones = without_phones(line)
    return title or f"来电 {masking.phone(phones[0])}", phones


def _joined(known: str | None, heard: Sequence[str]) -> str | None:
    """Every number to call in one field, what was known before the rest."""
    return "、".join([*filter(None, [known]), *(each for each in heard if each not in (known or ""))]) or None


def cited(ctx: Context, part: str, regulation: str) -> str:
    """The clause that plays a part today, in brackets (E2 四.1); empty where none is in force."""
    held = ctx.law_on(ctx.today()).part(part, regulation)
    return f"（{held.cite().short}）" if held else ""


def _heard(connection: Connection, title: str, today: date) -> dict[str, Any]:
    """What one line tells besides itself."""
    found: dict[str, Any] = {}
    for key, column in (
        ("system", Incident.system),
        ("device", Incident.device),
        ("reporter_dept", Incident.reporter_dept),
    ):
        known = sorted(recent_values(connection, column), key=len, reverse=True)
        if named := next((each for each in known if len(each) > 1 and each.casefold() in title.casefold()), ""):
            found[key] = named
    if named := incident_options.heard(connection, title, today):
        found["category"] = named
    return found


def load(ctx: Context, incident_id: int) -> Mapping[str, Any]:
    """One record as its form shows it."""
    with ctx.read() as connection:
        row = row_of(connection, incident_id)
        row["person"] = person_of(connection, row)
        row["course_line"] = course_line(row)
    return {**row, **{key: row[key] or None for key in CHOICES}}


def person_of(connection: Connection, row: Mapping[str, Any]) -> str:
    """Who works on it: our engineer, else the name as an imported register writes it."""
    if row["staff_id"] is None:
        return row["person_written"] or ""
    return str(connection.execute(select(Staff.name).where(Staff.id == row["staff_id"])).scalar_one())


def course_line(row: Mapping[str, Any]) -> str:
    """Where the record stands, as one line."""
    parts = [row["state"]]
    for key, word in (("handed_in_at", "交单"), ("signed_at", "签收"), ("void_at", "作废")):
        if row[key] is not None:
            parts.append(f"{word} {row[key]:%m-%d %H:%M}")
    return "　".join(parts)


def save(ctx: Context, incident_id: int | None, values: Values) -> Outcome[int]:
    """Open a record from a form, or keep what was changed in one; what nobody changed is not written."""
    ctx.require(*WRITERS)
    if incident_id is None:
        with ctx.read() as connection:
            kept = _read(connection, values)
        opened = open_incident(
            ctx, kept["title"], {key: value for key, value in kept.items() if value not in ("", None)}
        )
        return Outcome(opened.value.id, TOUCHED)
    with ctx.transaction("填写事件记录") as tx:
        row = row_of(tx.connection, incident_id)
        kept = _read(tx.connection, values, row)
        if row["staff_id"] == kept["staff_id"] and row["vendor_id"] is not None and kept["staff_id"] is not None:
            kept["vendor_id"] = row["vendor_id"]
        changed = {key for key, value in kept.items() if row[key] != value}
        if not changed:
            return Outcome(incident_id)
        refuse_closed(row)
        case_reports.refuse_approved(tx.connection, row)
        tx.update(Incident, incident_id, **kept)
        if said := _changes(tx.connection, row, kept, changed):
            note(tx, ctx, incident_id, Course.CHANGE, ctx.now(), said)
        if changed & TIMED:
            incident_clocks.settle(tx, ctx, [incident_id])
        if changed & SEARCHED:
            incident_text.refresh(tx.connection, [incident_id])
    return Outcome(incident_id, TOUCHED)


def refuse_closed(row: Mapping[str, Any]) -> None:
    """Refuse to change what is signed or void."""
    state = IncidentState(row["state"])
    if state is IncidentState.SIGNED and row["signed_at"] is None:
        raise Refusal(f"{row['number']} 是从别处导入的已结记录，不能改。确需修改，请由主管退回或重开。")
    if state is IncidentState.SIGNED:
        raise Refusal(
            f"{row['number']} 主管已在 {row['signed_at']:%m-%d %H:%M} 签收，不能改。确需修改，请由主管退回或重开。"
        )
    if state is IncidentState.VOID:
        raise Refusal(f"{row['number']} 已作废，不能改。")


def _read(connection: Connection, values: Values, row: Values | None = None) -> dict[str, Any]:
    """What a form says, cleaned; what is changed in the record `row`, or new, is also measured."""
    fresh = {key for key in READ if row is None or not _same(key, values.get(key), row[key])}
    kept: dict[str, Any] = {} if row is None else {key: row[key] for key in READ if key not in fresh}
    for key, (title, longest) in TEXTS.items():
        if key in fresh:
            kept[key] = printable(entry.text(values, key, title, required=key == "title", longest=longest), key, title)
    for key, title in LONG_TEXTS.items():
        if key in fresh:
            kept[key] = printable(entry.long_text(values, key, title, longest=LONGEST_TEXT), key, title)
    if "reporter" in fresh:
        kept["reporter"] = printable(entry.text(values, "reporter", "报告人"), "reporter", "报告人") or None
    if PHONES in fresh:
        kept[PHONES] = printable(entry.code(values, PHONES, "电话", longest=LONGEST_PHONES), PHONES, "电话") or None
    if "title" in fresh:
        kept["title"], phones = _without_phones(kept["title"])
        kept[PHONES] = _joined(kept[PHONES], phones)
    if "source" in fresh:
        kept["source"] = _one_of(values, "source", "报告方式", SOURCES)
    for key, what in CHOSEN.items():
        if key in fresh:
            kept[key] = _one_of(values, key, str(what), incident_options.names(connection, what))
    kept["kind"] = str(entry.chosen(values, "kind", "单据类型", [str(kind) for kind in IncidentKind]))
    kept |= {key: entry.flag(values, key) for key in ("urgent", "delayed", "complained")}
    return kept | _hands(connection, values)


def _same(key: str, typed: object, known: str | None) -> bool:
    fit = clean if key in LONG_TEXTS else one_line
    return fit(str(typed or "")) == fit(known or "")


def _one_of(values: Values, key: str, title: str, offered: Sequence[str]) -> str:
    return "" if values.get(key) in (None, "") else entry.chosen(values, key, title, offered)


def _hands(connection: Connection, values: Values) -> dict[str, Any]:
    """Who works on it, and for which vendor: the engineer's own where one is named."""
    staff_id, vendor_id = values.get("staff_id"), values.get("vendor_id")
    if staff_id is None:
        known = list(connection.execute(select(Vendor.id)).scalars())
        return {
            "staff_id": None,
            "vendor_id": None if vendor_id is None else entry.chosen(values, "vendor_id", "外包单位", known),
        }
    found = connection.execute(select(Staff.vendor_id).where(Staff.id == staff_id)).scalar_one_or_none()
    if found is None:
        raise Refusal("处理人不在人员名册里。请从列表中选择。", field="staff_id")
    return {"staff_id": staff_id, "vendor_id": found}


def _changes(connection: Connection, row: Values, kept: Values, changed: set[str]) -> str:
    """What changed that the course of events tells: 等级 中→高."""
    said = []
    for key, title in TOLD.items():
        if key in changed:
            if key == "staff_id":
                before, after = person_of(connection, row), person_of(connection, {**row, **kept})
            elif key == "urgent":
                before, after = ("是" if flag else "否" for flag in (row[key], kept[key]))
            else:
                before, after = row[key], kept[key]
            said.append(f"{title} {before or '空'}→{after or '空'}")
    return "，".join(said)
