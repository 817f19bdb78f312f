"""恢复演练: the list, the act that carries one out, and when the next is due (E15-08)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import RestoreDrill
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.calendar import months_later
from opsdesk.rules.clause import ClauseNotInForce, Held
from opsdesk.services import backup, backup_second, entry, listing, restoring, retiring
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.numbering import yearly
from opsdesk.services.outcome import Outcome
from opsdesk.services.restoring import Rehearsal

Values = Mapping[str, Any]
TOUCHED = frozenset({"restore_drill", "backup"})
WHAT = "恢复演练"
PREFIX = "HL"
POLICY, TESTS, REGULAR = "E10-02", "E15-08", "E15-10"
"""Clauses that speak of backups and of trying to restore them."""
INTERVAL = "backup.restore_interval"
PASSED, FAILED = "通过", "未通过"
TONES = {PASSED: Tone.FINE, FAILED: Tone.BROKEN}
NEWEST = ""
MOST_OFFERED = 60
MOST_FINDINGS = 3
SHOWN = ("number", "at", "backup", "made_at", "links", "rows", "seconds", "carried_out_by")


@dataclass(frozen=True)
class Due:
    """When a backup was last restored with success, and by when it has to be again; None where never, or no clause."""

    last: date | None
    until: date | None
    clause: str

    def late(self, today: date) -> bool:
        """Whether the day has passed."""
        return bool(self.clause) and (self.until is None or today > self.until)

    def sentence(self, today: date) -> str:
        """How it stands, with the clause."""
        if not self.clause:
            return ""
        if self.last is None or self.until is None:
            return f"还没有做过恢复演练。请选一份备份演练一次（{self.clause}）。"
        done = f"最近一次通过的恢复演练是 {self.last.isoformat()}"
        if self.late(today):
            return f"{done}，应在 {self.until.isoformat()} 前再做，已经超过。请演练一次（{self.clause}）。"
        return f"{done}，下一次应在 {self.until.isoformat()} 前（{self.clause}）。"


def held(ctx: Context, key: str, day: date) -> Held | None:
    """A clause on a day; None where it is not in force."""
    try:
        return ctx.law_on(day).held(key)
    except ClauseNotInForce:
        return None


def due(ctx: Context) -> Due:
    """When the next drill has to be, by the law of today."""
    clause = held(ctx, TESTS, ctx.today())
    with ctx.read() as connection:
        query = select(func.max(RestoreDrill.at)).where(RestoreDrill.result == PASSED)
        last = connection.execute(query).scalar_one_or_none()
    if clause is None:
        return Due(last.date() if last else None, None, "")
    until = months_later(last.date(), clause.number(INTERVAL)) if last else None
    return Due(last.date() if last else None, until, clause.cite().short)


def listed(ctx: Context, query: Query) -> Page:
    """Drills, the latest first."""
    columns = (RestoreDrill.number, RestoreDrill.backup, RestoreDrill.carried_out_by, RestoreDrill.result)
    asked = (
        select(RestoreDrill.__table__)
        .where(listing.holds(query.text, *columns, RestoreDrill.remarks))
        .order_by(RestoreDrill.at.desc(), RestoreDrill.id.desc())
    )
    if (wanted := (query.filters or {}).get("result")) is not None:
        asked = asked.where(RestoreDrill.result == PASSED if wanted == PASSED else RestoreDrill.result != PASSED)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping) for row in rows), total)


def _row(row: Mapping[Any, Any]) -> Row:
    word = PASSED if row["result"] == PASSED else FAILED
    return Row(row["id"], {**{key: row[key] for key in SHOWN}, "result": Chip(word, TONES[word])})


def row_of(connection: Connection, drill_id: int) -> dict[str, Any]:
    """A row of `restore_drill`. Refuses one that is not there."""
    return retiring.one(connection, select(RestoreDrill.__table__).where(RestoreDrill.id == drill_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One drill as its form shows it."""
    with ctx.read() as connection:
        return row_of(connection, record_id)


def offered(ctx: Context) -> list[tuple[str, str]]:
    """Backups to choose from, here and in the second place, the newest first."""
    places = zip(("", "，第二位置"), backup_second.folders(ctx), strict=False)
    known = [(str(each.path), _named(each, where)) for where, folder in places for each in backup.kept(folder)]
    return [(NEWEST, "最近的一份"), *known[:MOST_OFFERED]]


def _named(kept: backup.Kept, where: str) -> str:
    when = f"{kept.at:%Y-%m-%d %H:%M}" if kept.at else kept.path.name
    return f"{when} {kept.why}{where}{'，加密' if kept.encrypted else ''}"


def carry_out(ctx: Context, _record_id: int, values: Values) -> Outcome[str]:
    """Restore a backup into a copy, open it, check and count it, remove the copy, and record what came of it.

    One that cannot be restored is recorded as well: 未通过. Refuses where there is none, or the password is wrong.
    """
    return Outcome(drill(ctx, values).value[1], TOUCHED)


def drill(ctx: Context, values: Values) -> Outcome[tuple[int, str]]:
    """The same; gives the record's id and the sentence."""
    ctx.require(*WRITERS)
    remarks = entry.long_text(values, "remarks", "备注")
    path = _chosen(ctx, str(values.get("chosen") or NEWEST))
    password = str(values.get("password") or "")
    done = restoring.rehearse(ctx.home, path, ctx.clock, password=password)
    if done.findings:
        with suppress(OSError):  # the drill says it all the same
            backup.mark(path, done.findings[0])
    result = PASSED if done.passed else f"{FAILED}：{_in_short(done.findings)}"
    seconds = max(1, -(-done.milliseconds // 1000))
    with ctx.transaction("恢复演练") as tx:
        number = yearly(tx, RestoreDrill.number, PREFIX, ctx.today())
        made = tx.insert(
            RestoreDrill,
            number=number,
            at=ctx.now(),
            backup=path.name,
            sha256=done.sha256,
            made_at=done.made_at or ctx.now(),
            links=done.links,
            rows=done.rows,
            seconds=seconds,
            result=result,
            carried_out_by=ctx.actor.name,
            remarks=remarks,
        )
    return Outcome((made, _told(number, path, done, seconds)), TOUCHED)


def _told(number: str, path: Path, done: Rehearsal, seconds: int) -> str:
    if not done.passed:
        return f"{number} 恢复演练未通过：{path.name} {_in_short(done.findings)}请换一份备份再演练，并查明原因。"
    counted = f"审计链 {done.links:,} 条，共 {done.rows:,} 行"
    return f"{number} 恢复演练通过：{path.name} 可恢复 ✔ {counted}，用时 {seconds} 秒，副本已删除。"


def _in_short(findings: tuple[str, ...]) -> str:
    more = f"等 {len(findings)} 处。" if len(findings) > MOST_FINDINGS else ""
    return "".join(findings[:MOST_FINDINGS]) + more


def _chosen(ctx: Context, named: str) -> Path:
    """The backup that was chosen, the newest where none was. Refuses one that is not among those offered."""
    known = [Path(value) for value, _ in offered(ctx)[1:]]
    if not known:
        raise Refusal("还没有备份，不能演练。请先在“备份”页点“立即备份”。", field="chosen")
    if named == NEWEST:
        return known[0]
    if Path(named) not in known:
        raise Refusal("这份备份已经不在了。请刷新后另选一份。", field="chosen")
    return Path(named)
