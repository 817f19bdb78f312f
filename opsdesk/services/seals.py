"""Issued forms (H12): which code stands for which content, issued when, by whom, at which link of the audit chain.

The code is a hash of all that, so that the paper itself bears witness: a row altered afterwards no longer gives the
code that is printed. What the form said is not kept, only hashes of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import LedgerRow, PrintedPaper, Seal
from opsdesk.services import chain, papers, seal_code
from opsdesk.services.context import Context
from opsdesk.services.incident_clocks import wall_time
from opsdesk.services.outcome import Outcome

ON_PAPER = {"seal", "printed_paper"}
"""Subjects of links that only say that paper left the program."""
MOST_TOLD = 10
_TRACE = re.compile(r"(\d+)·([0-9A-F ]+)")


@dataclass(frozen=True)
class Draft:
    """A form about to be issued: what it is, and the hashes of what it says under a salt of its own."""

    form: str
    number: str
    title: str
    period: str
    origin: str
    trace: str
    salt: str
    content: str
    digests: tuple[str, ...]


@dataclass(frozen=True)
class Issue:
    """A form as it was issued. `salt` is empty once the personal data that it shows had to be forgotten."""

    code: str
    form: str
    number: str
    title: str
    period: str
    origin: str
    content: str
    salt: str
    digests: tuple[str, ...]
    seq: int
    head: str
    issued_at: datetime
    issued_by: str

    @property
    def genuine(self) -> bool:
        """Whether the row still gives the code under which it stands; nobody can tell once the salt is forgotten."""
        return not self.salt or self.code == _code(self.__dict__)


@dataclass(frozen=True)
class Difference:
    """A place on the form, named as on the paper, and what today's record has there, as words."""

    place: str
    today: str

    @property
    def sentence(self) -> str:
        """Both in one sentence."""
        return f"{self.place}：{self.today}"


class Finding(Enum):
    """What is known of a form by its code."""

    TOUCHED = "文件被改动过"
    MISTYPED = "校验码有误"
    UNKNOWN = "从未签发"
    SAME = "与今日记录一致"
    CHANGED = "记录有变动"
    UNMADE = "不能重做核对"
    ALTERED = "登记被改动"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Since:
    """Whether the head printed on a form is still a link of the chain, in a sentence."""

    holds: bool
    sentence: str


@dataclass(frozen=True)
class Checked:
    """What a check came to: the finding, a sentence, and what else is known of the form and of the record since.

    `since` is of the chain, `history` names who changed the form's own record since; `file` says of a file whether it
    is as it was written.
    """

    code: str
    finding: Finding
    sentence: str
    issue: Issue | None = None
    differences: tuple[Difference, ...] = ()
    since: Since | None = None
    history: tuple[str, ...] = ()
    file: str = ""


def _code(facts: Any) -> str:
    keys = ("form", "number", "title", "period", "origin", "content", "salt", "seq", "head")
    return seal_code.made_of(chain.canonical({key: facts[key] for key in keys}))


def issue(ctx: Context, drafts: Sequence[Draft]) -> Outcome[list[Issue]]:
    """Issue these forms in one act, each under a code of its own.

    The same content issued again gets another code: a code says who let it out, when, and at which head.
    """
    now, made = ctx.now(), list[Issue]()
    with ctx.transaction(papers.ACT) as tx:
        for draft in drafts:
            seq, head = _printed_head(tx.connection, draft.trace)
            facts: dict[str, Any] = {
                "form": draft.form, "number": draft.number, "title": draft.title, "period": draft.period,
                "origin": draft.origin, "content": draft.content, "salt": draft.salt, "seq": seq, "head": head,
            }  # fmt: skip
            kept = {**facts, "code": _code(facts), "issued_at": now, "issued_by": ctx.actor.name}
            tx.insert(Seal, **kept, digests=json.dumps(draft.digests, separators=(",", ":")))
            made.append(Issue(**kept, digests=draft.digests))
    return Outcome(made, frozenset({"seal"}))


def _printed_head(connection: Connection, trace: str) -> tuple[int, str]:
    """The link whose number and beginning stand on the form; the last one where none stands there."""
    if found := _TRACE.fullmatch(trace):
        query = select(LedgerRow.hash).where(LedgerRow.seq == int(found[1]))
        head = connection.execute(query).scalar_one_or_none() or ""
        if head and head.upper().startswith(found[2].replace(" ", "")):
            return int(found[1]), head
    return chain.head(connection)


def find(ctx: Context, code: str) -> Issue | None:
    """The form issued under this code; None where there is none."""
    with ctx.read() as connection:
        row = connection.execute(select(Seal.__table__).where(Seal.code == code)).mappings().one_or_none()
    if row is None:
        return None
    kept: dict[str, Any] = {str(key): value for key, value in row.items() if key != "id"}
    return Issue(**{**kept, "salt": row["salt"] or "", "digests": tuple(json.loads(row["digests"]))})


def since(ctx: Context, seq: int, head: str) -> Since:
    """Whether the head printed is still a link of the chain, and how many changes of the record came after it.

    `head` may be its first signs alone, as they stand on paper.
    """
    with ctx.read() as connection:
        query = select(LedgerRow.hash).where(LedgerRow.seq == seq)
        kept = connection.execute(query).scalar_one_or_none() or ""
        later = select(func.count()).where(LedgerRow.seq > seq, LedgerRow.subject.not_in(ON_PAPER))
        count = connection.execute(later).scalar_one()
    if not kept or not kept.upper().startswith(head.upper()):
        return Since(
            False, f"表上印的链首（第 {seq} 条）不在今日的审计链里：历史被改写过，或者数据是从更早的备份恢复的。"
        )
    return Since(True, f"表上印的链首（第 {seq} 条）仍在审计链里，此后全站又有 {count} 条改动（打印和签发不算）。")


def changes(ctx: Context, subject: str, record_id: int, seq: int) -> tuple[str, ...]:
    """Who did what to one record after a link of the chain, as sentences, the first ones if there are many."""
    with ctx.read() as connection:
        query = (
            select(LedgerRow.at, LedgerRow.zone, LedgerRow.operator, LedgerRow.act)
            .where(LedgerRow.subject == subject, LedgerRow.subject_id == record_id, LedgerRow.seq > seq)
            .order_by(LedgerRow.seq)
        )
        rows = connection.execute(query).all()
    told = [f"{wall_time(row.at, row.zone):%Y-%m-%d %H:%M} {row.operator} {row.act}" for row in rows[:MOST_TOLD]]
    more = [f"此后还有 {len(rows) - MOST_TOLD} 次改动"] if len(rows) > MOST_TOLD else []
    return tuple(f"{each}。" for each in (*told, *more))


def written_as(ctx: Context, sha256: str) -> str:
    """When and by whom a file of just these bytes was written; empty where none was."""
    with ctx.read() as connection:
        query = select(PrintedPaper.at, PrintedPaper.by).where(PrintedPaper.sha256 == sha256).order_by(PrintedPaper.id)
        row = connection.execute(query.limit(1)).one_or_none()
    return f"{row.at:%Y-%m-%d %H:%M} 由{row.by}" if row is not None else ""
