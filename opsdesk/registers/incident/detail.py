"""All of one incident for the panel beside the list and for its papers: clocks, course, parts, files, what lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.models import (
    CaseReport,
    EmergencyPlan,
    IncidentAct,
    IncidentFile,
    IncidentPart,
    Problem,
)
from opsdesk.registers.incident.listing import rows_of
from opsdesk.registers.incident.moments import FEW, happened_at
from opsdesk.registers.incident.service import TOUCHED, WHAT, Course, note, person_of, refuse_closed, row_of
from opsdesk.rules import sla
from opsdesk.rules.sla import Lacking, Pause, Written
from opsdesk.rules.vocabulary import OPEN_INCIDENT, IncidentKind
from opsdesk.services import (
    attachments,
    entry,
    incident_clocks,
    incident_numbers,
    incident_text,
    incident_verdicts,
    retiring,
    settings,
)
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.incident_clocks import Standing
from opsdesk.services.outcome import Outcome


@dataclass(frozen=True)
class CourseLine:
    """A line of the course of events; `void` says by whom it was struck, empty for one that stands."""

    id: int
    at: datetime
    what: str
    said: str
    result: str
    by: str
    entered_at: datetime
    entered_by: str
    void: str


@dataclass(frozen=True)
class Part:
    """A part that was changed or used."""

    id: int
    name: str
    model: str
    quantity: int


@dataclass(frozen=True)
class File:
    """An attachment."""

    id: int
    name: str
    sha256: str
    size: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True)
class Plan:
    """An emergency plan at hand."""

    id: int
    name: str
    steps: str
    contacts: str


@dataclass(frozen=True)
class Detail:
    """One incident whole. `row` is that of the record with `person`, `staff_no` and `vendor` as names.

    `handed_over` says since when it has been this vendor's, empty where no other one had it.
    """

    row: Mapping[str, Any]
    standing: Standing
    course: tuple[CourseLine, ...]
    pauses: tuple[Pause, ...]
    parts: tuple[Part, ...]
    files: tuple[File, ...]
    lacking: tuple[Lacking, ...]
    plans: tuple[Plan, ...]
    problem: str
    case_number: str
    handed_over: str

    @property
    def entered_late(self) -> tuple[CourseLine, ...]:
        """Response, waiting and solution as they stand that were written down well after they happened."""
        stands = {
            Course.RESPOND: {self.row["responded_at"]},
            Course.WAIT: {pause.begins for pause in self.pauses},
            Course.RESUME: {pause.ends for pause in self.pauses},
            Course.SOLVE: {self.row["resolved_at"]},
        }
        found = {(line.what, line.at): line for line in self.course if line.at in stands.get(Course(line.what), ())}
        return tuple(line for line in found.values() if line.entered_at - line.at > FEW)

    @property
    def steps(self) -> tuple[CourseLine, ...]:
        """What was done, in order, without struck lines (F05 ⑥)."""
        return tuple(line for line in self.course if line.what == Course.STEP and not line.void)

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.row["state"] in OPEN_INCIDENT


def detail(ctx: Context, incident_id: int) -> Detail:
    """Read one incident. Refuses one that is not there."""
    now = ctx.now()
    with ctx.read() as connection:
        row_of(connection, incident_id)
        row = rows_of(connection, [incident_id])[0]
        found = incident_clocks.standings(connection, ctx.regulations, [row], now)[incident_id]
        standing = incident_clocks.as_signed(row, found)
        course = _course(connection, incident_id)
        return Detail(
            row=row,
            standing=standing,
            course=course,
            pauses=standing.facts.pauses,
            parts=_parts(connection, incident_id),
            files=_files(connection, incident_id),
            lacking=tuple(_lacking(row, standing, course)),
            plans=_plans(connection, ctx, row["system"]),
            problem=_problem(connection, row["problem_id"]),
            case_number=connection.execute(
                select(CaseReport.number).where(CaseReport.incident_id == incident_id)
            ).scalar_one_or_none() or "",
            handed_over=incident_verdicts.handed_over(connection, row),
        )  # fmt: skip


def _course(connection: Connection, incident_id: int) -> tuple[CourseLine, ...]:
    query = (
        select(IncidentAct.__table__)
        .where(IncidentAct.incident_id == incident_id)
        .order_by(IncidentAct.at, IncidentAct.id)
    )
    return tuple(
        CourseLine(
            row["id"], row["at"], row["what"], row["said"], row["result"], row["by"], row["entered_at"],
            row["entered_by"], f"{row['void_by']} {row['void_at']:%m-%d %H:%M}" if row["void_at"] else "",
        )
        for row in connection.execute(query).mappings()
    )  # fmt: skip


def _parts(connection: Connection, incident_id: int) -> tuple[Part, ...]:
    query = select(IncidentPart.id, IncidentPart.name, IncidentPart.model, IncidentPart.quantity).where(
        IncidentPart.incident_id == incident_id, IncidentPart.void_at.is_(None)
    )
    return tuple(Part(*row) for row in connection.execute(query.order_by(IncidentPart.id)))


def _files(connection: Connection, incident_id: int) -> tuple[File, ...]:
    query = select(
        IncidentFile.id, IncidentFile.name, IncidentFile.sha256, IncidentFile.size, IncidentFile.added_at,
        IncidentFile.added_by,
    ).where(IncidentFile.incident_id == incident_id, IncidentFile.void_at.is_(None))  # fmt: skip
    return tuple(File(*row) for row in connection.execute(query.order_by(IncidentFile.id)))


def _lacking(row: Mapping[str, Any], standing: Standing, course: tuple[CourseLine, ...]) -> list[Lacking]:
    """What E2 asks of a fault's record; of other kinds, and of what was taken over from elsewhere, nothing."""
    if row["kind"] != IncidentKind.FAULT or row["batch_id"] is not None or row["void_at"] is not None:
        return []
    steps = sum(line.what == Course.STEP and not line.void for line in course)
    written = Written(row["category"], row["reach"], row["plan"], steps, row["root_cause"], row["lesson"])
    return sla.lacking(written, standing.law)


def _plans(connection: Connection, ctx: Context, system: str) -> tuple[Plan, ...]:
    """Emergency plans for this system, then those for all."""
    query = select(EmergencyPlan.__table__).order_by(EmergencyPlan.system.desc(), EmergencyPlan.name)
    return tuple(
        Plan(row["id"], row["name"], row["steps"], row["contacts"])
        for row in connection.execute(query).mappings()
        if in_use(row["left_on"], ctx.today()) and (not row["system"] or (system and row["system"] in system))
    )


def _problem(connection: Connection, problem_id: int | None) -> str:
    query = select(Problem.number, Problem.title).where(Problem.id == problem_id)
    row = connection.execute(query).one_or_none() if problem_id is not None else None
    return f"{row.number} {row.title}" if row else ""


def add_step(ctx: Context, incident_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    """A step of the handling: when, what was done, what came of it, by whom (E2-04)."""
    ctx.require(*WRITERS)
    with ctx.transaction("记录处理过程") as tx:
        row = row_of(tx.connection, incident_id)
        refuse_closed(row)
        said = entry.text(values, "said", "处理", required=True, longest=400)
        at = happened_at(ctx, values, "at", "处理时间", row)
        by = entry.text(values, "by", "操作人") or person_of(tx.connection, row)
        note(
            tx, ctx, incident_id, Course.STEP, at, said, by=by, result=entry.text(values, "result", "结果", longest=200)
        )  # fmt: skip
        incident_text.refresh(tx.connection, [incident_id])
    return Outcome(f"已记录 {at:%H:%M} 的处理。", TOUCHED)


def strike(ctx: Context, line_id: int) -> Outcome[str]:
    """Strike a step that was written by mistake; it stays in sight, with who struck it."""
    ctx.require(*WRITERS)
    with ctx.transaction("划去处理过程") as tx:
        query = select(IncidentAct.incident_id, IncidentAct.what, IncidentAct.void_at).where(IncidentAct.id == line_id)
        line = tx.connection.execute(query).one_or_none()
        if line is None or line.void_at is not None:
            raise retiring.missing("处理过程")
        if line.what != Course.STEP:
            raise Refusal(f"“{line.what}”是经过的一部分，不能划去。时间不对请用“更正时间”。")
        refuse_closed(row_of(tx.connection, line.incident_id))
        tx.update(IncidentAct, line_id, void_at=ctx.now(), void_by=ctx.actor.name)
        incident_text.refresh(tx.connection, [line.incident_id])
    return Outcome("已划去，原文保留。", TOUCHED)


def add_part(ctx: Context, incident_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    """A part that was changed or used (F05 ⑦)."""
    ctx.require(*WRITERS)
    with ctx.transaction("记录更换配件") as tx:
        refuse_closed(row_of(tx.connection, incident_id))
        name = entry.text(values, "name", "配件名称", required=True, longest=60)
        quantity = entry.whole_or_none(values, "quantity", "数量", 1, 9999) or 1
        tx.insert(
            IncidentPart, incident_id=incident_id, name=name, model=entry.text(values, "model", "型号", longest=60),
            quantity=quantity,
        )  # fmt: skip
    return Outcome(f"已记录配件 {name} × {quantity}。", TOUCHED)


def remove_part(ctx: Context, part_id: int) -> Outcome[str]:
    """Take a part out that was not used after all."""
    ctx.require(*WRITERS)
    with ctx.transaction("划去配件") as tx:
        _refuse_of(tx.connection, IncidentPart, part_id, "配件")
        tx.update(IncidentPart, part_id, void_at=ctx.now())
    return Outcome("已划去这件配件。", TOUCHED)


def attach(ctx: Context, incident_id: int, source: Path) -> Outcome[str]:
    """Keep a photo or file with the incident, within the site's limit of size."""
    ctx.require(*WRITERS)
    with ctx.read() as connection:
        refuse_closed(row_of(connection, incident_id))
    stored = attachments.store(ctx.home, source, most_megabytes=settings.number(ctx, "incident.file_megabytes"))
    with ctx.transaction("添加附件") as tx:
        refuse_closed(row_of(tx.connection, incident_id))
        same = select(IncidentFile.id).where(
            IncidentFile.incident_id == incident_id,
            IncidentFile.sha256 == stored.sha256,
            IncidentFile.void_at.is_(None),
        )  # fmt: skip
        if tx.connection.execute(same).first() is not None:
            raise Refusal(f"“{stored.name}”已经附在这张单上。", field="file")
        tx.insert(
            IncidentFile, incident_id=incident_id, name=stored.name, sha256=stored.sha256, size=stored.size,
            added_at=ctx.now(), added_by=ctx.actor.name,
        )  # fmt: skip
    return Outcome(f"已添加附件“{stored.name}”。", TOUCHED)


def detach(ctx: Context, file_id: int) -> Outcome[str]:
    """Take an attachment off the record; the file itself stays in the data folder."""
    ctx.require(*WRITERS)
    with ctx.transaction("移除附件") as tx:
        _refuse_of(tx.connection, IncidentFile, file_id, "附件")
        tx.update(IncidentFile, file_id, void_at=ctx.now())
    return Outcome("已移除附件，文件本身仍保留在数据文件夹。", TOUCHED)


def _refuse_of(connection: Connection, model: type[IncidentPart] | type[IncidentFile], line_id: int, what: str) -> None:
    query = select(model.incident_id).where(model.id == line_id, model.void_at.is_(None))
    incident_id = connection.execute(query).scalar_one_or_none()
    if incident_id is None:
        raise retiring.missing(what)
    refuse_closed(row_of(connection, incident_id))


def id_of(ctx: Context, number: str) -> int:
    """The record with this number, capitals or not. Refuses an unknown one."""
    wanted = "".join(number.split())
    with ctx.read() as connection:
        row = incident_numbers.found(connection, wanted)
    if row is None:
        raise Refusal(f"没有编号是“{wanted[:40]}”的{WHAT}。请核对编号，例如 SJ-20260305-001。", field="number")
    return int(row["id"])
