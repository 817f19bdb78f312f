"""`visits inside` and `visits check`, and the papers of the machine room: register, permit, evacuation list."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from opsdesk.cli import desk, exits, saying
from opsdesk.cli.printing import one, told
from opsdesk.exports import issuing
from opsdesk.exports.document import Document
from opsdesk.register import Query
from opsdesk.registers.permit.spec import REGISTER as PERMIT
from opsdesk.registers.visit import documents, door_check
from opsdesk.registers.visit.door_check import Finds, Line
from opsdesk.rules.sla import in_words
from opsdesk.services import choices, room_visits
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.room_visits import Inside
from opsdesk.services.text import one_line

MOST_PERMITS = 50


def answer(asked: argparse.Namespace, home: Path) -> int:
    """Carry out `visits …`: it only reads."""
    ctx = desk.as_command_line(desk.open_existing(home))
    return _inside(ctx, asked) if asked.action == "inside" else _check(ctx, asked)


def paper(asked: argparse.Namespace, home: Path) -> int:
    """Carry out `print visits`, `print permit` and `print evacuation`; prints path and size of every file."""
    ctx = desk.as_command_line(desk.open_existing(home))
    sealed, kept = issuing.export(ctx, _document(ctx, asked), Path(asked.out), asked.formats)
    return told(kept, one(sealed), as_json=asked.as_json)


def _document(ctx: Context, asked: argparse.Namespace) -> Document:
    if asked.paper == "evacuation":
        return documents.evacuation(ctx)
    if asked.paper == "permit":
        from opsdesk.registers.permit.documents import permit

        return permit(ctx, _permit(ctx, asked.number))
    return documents.day(ctx, asked.day) if asked.day is not None else documents.month(ctx, *asked.month)


def _permit(ctx: Context, typed: str) -> int:
    """The permit of this number. Refuses one that is not there."""
    wanted = one_line(typed).upper()
    for row in PERMIT.list(ctx, Query(text=wanted, limit=MOST_PERMITS)).rows:
        if row.values["number"] == wanted:
            return row.id
    raise Refusal(f"没有编号是 {wanted} 的审批单。请写完整的编号，例如 JF-20260305-01。", field="number")


def room_of(ctx: Context, typed: str | None) -> int | None:
    """The room of this name; None where none is asked for. Refuses an unknown one."""
    if typed is None:
        return None
    rooms = {label: room_id for room_id, label in choices.rooms(ctx)}
    if (found := rooms.get(one_line(typed))) is None:
        raise Refusal(f"没有叫“{one_line(typed)}”的机房。现有机房：{'、'.join(rooms) or '还没有'}。", field="room")
    return int(found)


def _inside(ctx: Context, asked: argparse.Namespace) -> int:
    people = room_visits.inside(ctx)
    if asked.as_json:
        saying.one_object(
            {"at": _moment(ctx.now()), "count": len(people), "inside": [_object(each) for each in people]}
        )
        return exits.DONE
    for each in people:
        saying.result(_line(each))
    saying.result(f"在机房 {len(people)} 人，超时 {sum(each.over > 0 for each in people)} 人。")
    return exits.DONE


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(" ", "seconds") if at is not None else None


def _object(each: Inside) -> dict[str, Any]:
    return {
        "name": each.name, "unit": each.unit, "external": each.external, "phone": each.phone, "room": each.room,
        "module": each.module, "purpose": each.purpose, "permit": each.permit_number,
        "entered_at": _moment(each.entered_at), "due_at": _moment(each.due_at), "over_seconds": each.over,
        "escorts": list(each.escorts), "operated": each.operated,
        "goods": [
            {key: value for key, value in asdict(item).items() if key != "id"} for item in each.goods
        ],
        "breaches": [
            {"what": str(found.missed), "clause": found.citation.key, "seconds": found.seconds,
             "sentence": found.sentence}
            for found in each.breaches
        ],
    }  # fmt: skip


def _line(each: Inside) -> str:
    due = f"，应在 {each.due_at:%m-%d %H:%M} 前离开" if each.due_at is not None else ""
    over = f"，已超时 {in_words(each.over)}" if each.over else ""
    escorts = f"，陪同 {'、'.join(each.escorts)}" if each.escorts else ""
    missed = "、".join(dict.fromkeys(str(found.missed) for found in each.breaches))
    problems = f"；问题：{missed}" if missed else ""
    return f"{each.name}（{each.unit}）{each.entered_at:%m-%d %H:%M} 进入{each.room}{due}{over}{escorts}{problems}。"


def _check(ctx: Context, asked: argparse.Namespace) -> int:
    found = door_check.check(ctx, asked.first, asked.last)
    if asked.as_json:
        counts = {finds.name.lower(): found.count(finds) for finds in Finds}
        period = {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
        saying.one_object({**period, **counts, "lines": [_told(each) for each in found.lines], "notes": found.notes})
        return exits.DONE
    for line in found.lines:
        if line.finds is not Finds.MATCHED:
            saying.result(f"{line.finds}：{line.sentence}")
    saying.result(found.sentence)
    for note in found.notes:
        saying.sentence(note)
    return exits.DONE


def _told(line: Line) -> dict[str, Any]:
    return {
        "kind": line.finds.name.lower(), "word": str(line.finds), "name": line.name, "room": line.room,
        "way": line.way, "registered_at": _moment(line.registered), "logged_at": _moment(line.logged),
        "seconds": line.seconds, "sentence": line.sentence,
    }  # fmt: skip
