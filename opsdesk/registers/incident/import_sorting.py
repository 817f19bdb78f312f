"""What becomes of each row of a foreign register: new, known already, or refused with its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.imports.incident_columns import MOMENTS, TITLES
from opsdesk.imports.incident_rows import IncidentRow, located
from opsdesk.imports.incidents import IncidentFile
from opsdesk.models import Incident, IncidentAct
from opsdesk.registers.incident.import_names import Hands, Names
from opsdesk.registers.incident.service import BLANK, CHOSEN, Course
from opsdesk.rules.vocabulary import IncidentKind, IncidentState
from opsdesk.services import closing_days
from opsdesk.services.errors import Finding, Refusal
from opsdesk.services.text import without_phones

BATCH = 5000
COPIED = (
    "title", "symptom", "reporter_dept", "source", "system", "device", "diagnosis", "root_cause", "result", "rating",
    "related_party",
)  # fmt: skip
"""Fields that are kept as they are written."""
PRIVATE = ("reporter", "reporter_phone")
"""The same, None where nothing is written."""
PAST = tuple(each for each in MOMENTS if each != "due_at")
COMPARED = tuple(
    getattr(Incident, each)
    for each in (
        *COPIED, *PRIVATE, *CHOSEN, *MOMENTS, "id", "number", "kind", "state", "urgent", "reopened", "vendor_id",
        "vendor_written", "staff_id", "person_written",
    )
)  # fmt: skip


@dataclass(frozen=True)
class New:
    """A row that will be stored: the columns of its record, and what was done as the one line of its course."""

    columns: dict[str, Any]
    handling: str
    who: str


@dataclass(frozen=True)
class Sorted:
    """A file's rows: those to store, how many are known already, and why others are not taken."""

    new: list[New]
    duplicates: int
    findings: list[Finding]
    notes: list[str]


def sort(connection: Connection, file: IncidentFile, names: Names, now: datetime) -> Sorted:
    """Compare a file with the record, number by number. The first number in a file counts, or the latest update."""
    chosen, duplicates, superseded, findings = _one_each(file.rows)
    new: list[New] = []
    given = frozenset(file.layout.places)
    days = [row.times.reported_at.date() for row in chosen] or [now.date()]
    why_closed = closing_days.why_closed(connection, Incident, min(days), max(days))
    for begin in range(0, len(chosen), BATCH):
        batch = chosen[begin : begin + BATCH]
        known = _known(connection, [row.number for row in batch], handled="handling" in given)
        for row in batch:
            try:
                _refuse_future(row, now)
                if row.number in known:
                    _refuse_other(row, *known[row.number], names, given)
                    duplicates += 1
                elif why := why_closed(row.times.reported_at.date()):
                    raise Refusal(why, field="reported_at")
                else:
                    choices, hands = names.settle(row)
                    new.append(_new(row, choices, hands, now))
            except Refusal as refusal:
                findings.append(_finding(row, file, refusal))
    notes = [f"同一编号有多行的，只取更新时间最晚的一行，其余 {superseded:,} 行算作原来就有。"] if superseded else []
    return Sorted(new, duplicates + superseded, findings, [*notes, *names.notes()])


def _finding(row: IncidentRow, file: IncidentFile, refusal: Refusal) -> Finding:
    heading = file.layout.columns.get(refusal.field, "")
    return Finding(row.row, located(row.sheet, str(refusal)), heading, row.words.get(refusal.field, ""))


def _one_each(rows: Iterable[IncidentRow]) -> tuple[list[IncidentRow], int, int, list[Finding]]:
    """One row for each number; how many say the same again, how many are earlier states, and which contradict."""
    chosen: dict[str, IncidentRow] = {}
    duplicates = superseded = 0
    findings = []
    for row in rows:
        other = chosen.get(row.number)
        if other is None:
            chosen[row.number] = row
        elif row.updated_at is not None and other.updated_at is not None:
            superseded += 1
            if row.updated_at >= other.updated_at:
                chosen[row.number] = row
        elif row.same(other):
            duplicates += 1
        else:
            said = f"编号 {row.number} 在{other.place}已经有了，内容不同。请核对编号，一条记录只留一行。"
            findings.append(Finding(row.row, located(row.sheet, said), "", row.number))
    return list(chosen.values()), duplicates, superseded, findings


def _refuse_future(row: IncidentRow, now: datetime) -> None:
    for each in PAST:
        at: datetime | None = getattr(row.times, each)
        if at is not None and at > now and not (each == "closed_at" and row.closed_day and at.date() == now.date()):
            raise Refusal(f"{TITLES[each]} {at:%Y-%m-%d %H:%M:%S} 还没有到，现在是 {now:%Y-%m-%d %H:%M:%S}。请核对。")


def _known(
    connection: Connection, numbers: Sequence[str], *, handled: bool
) -> dict[str, tuple[Mapping[str, Any], Collection[str]]]:
    """Records of these numbers, each with the steps that were written down."""
    rows = connection.execute(select(*COMPARED).where(Incident.number.in_(numbers))).mappings().all()
    said: dict[int, set[str]] = defaultdict(set)
    if handled and rows:
        steps = select(IncidentAct.incident_id, IncidentAct.said).where(
            IncidentAct.incident_id.in_([row["id"] for row in rows]), IncidentAct.what == str(Course.STEP)
        )
        for step in connection.execute(steps):
            said[step.incident_id].add(step.said)
    return {row["number"]: (dict(row), said[row["id"]]) for row in rows}


def _refuse_other(
    row: IncidentRow, known: Mapping[str, Any], steps: Collection[str], names: Names, given: Collection[str]
) -> None:
    """Refuse a row whose number belongs to a record of other content; only what the file speaks of is compared."""
    title, _ = without_phones(known["title"])  # as an earlier version took it over
    known = {**known, "title": title or known["title"]}
    differs = [each for each in _said(row, names, given) if known[each[0]] != each[1]]
    words, closed, kept = row.words, row.times.closed_at, known["closed_at"]
    if row.closed_day and closed is not None and (kept is None or kept.date() != closed.date()):
        differs.append(("closed_at", closed))
    if "handling" in words and words["handling"] not in steps:
        differs.append(("handling", words["handling"]))
    if "state" in given and row.cancelled != (known["state"] == IncidentState.VOID):
        differs.append(("state", words.get("state", "")))
    hands = names.hands(row)
    vendor = (known["vendor_id"], known["vendor_written"]) == (hands.vendor_id, hands.vendor_written)
    person = (known["staff_id"], known["person_written"]) == (hands.staff_id, hands.person_written)
    for each, same, written in (("vendor", vendor, "vendor_written"), ("person", person, "person_written")):
        if each in given and not same and (known[written] or "") != words.get(each):
            differs.append((each, words.get(each, "")))
    if differs:
        said = "、".join(dict.fromkeys(TITLES[each] for each, _ in differs))
        raise Refusal(f"编号 {row.number} 已存在，内容不同（{said}）。原来的记录没有改动。", field="number")


def _said(row: IncidentRow, names: Names, given: Collection[str]) -> Iterable[tuple[str, Any]]:
    """What a row says of the columns of a record that can be compared as they are."""
    words = row.words
    for each in MOMENTS:
        if each in given and not (each == "closed_at" and row.closed_day):
            yield each, getattr(row.times, each)
    for each in COPIED:
        if each in given or (each == "symptom" and each in words):  # a title too long for a list goes on there
            yield each, words.get(each, "")
    for each in PRIVATE:
        if each in given:
            yield each, words.get(each)
    for each, name in names.choices(row).items():
        if each in given:
            yield each, name
    if "kind" in given:
        yield "kind", words.get("kind", str(IncidentKind.FAULT))
    if "urgent" in given:
        yield "urgent", row.urgent
    if "reopened" in given:
        yield "reopened", row.reopened


def _new(row: IncidentRow, choices: Mapping[str, str], hands: Hands, now: datetime) -> New:
    words, times = row.words, row.times
    closed = times.closed_at
    if row.closed_day and closed is not None:
        closed = min(closed, now)
    void = (closed or times.resolved_at or now) if row.cancelled else None
    columns = {
        **BLANK,
        **{each: words.get(each, "") for each in COPIED},
        **{each: words.get(each) for each in PRIVATE},
        **choices,
        **hands._asdict(),
        **times._asdict(),
        "closed_at": closed,
        "number": row.number,
        "kind": words.get("kind", str(IncidentKind.FAULT)),
        "state": str(_state(row)),
        "urgent": row.urgent,
        "reopened": row.reopened,
        "void_at": void,
        "void_reason": f"导入时原状态是“{words['state']}”" if row.cancelled else "",
    }
    return New(columns, words.get("handling", ""), words.get("person", ""))


def _state(row: IncidentRow) -> IncidentState:
    """Where a record stands that is taken over: what has ended is history, and nobody's to sign."""
    if row.cancelled:
        return IncidentState.VOID
    if row.ended:
        return IncidentState.SIGNED
    return IncidentState.ACCEPTED if row.times.responded_at is None else IncidentState.WORKING
