"""What this computer remembers of a record outside of its folder: the chain's last link when the program was closed.

A database that is deleted, put back from an older copy or cut at its end verifies by itself; only a memory kept
elsewhere knows better (`promises.md` F7, H4). Papers and backups carry heads too; this one is asked at every start.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from opsdesk.models import LedgerRow
from opsdesk.services import chain, witness
from opsdesk.services.context import Context

log = logging.getLogger("opsdesk.services")


@dataclass(frozen=True)
class Anchor:
    """The last link that was seen: its number, its hash, and when (local wall time as text)."""

    seq: int
    hash: str
    at: str


def _file(state: Path, home: Path) -> Path:
    return state / f"{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:24]}.json"


def keep(ctx: Context, state: Path) -> None:
    """Remember the chain's head; a folder that cannot be written is logged and otherwise without effect."""
    with ctx.read() as connection:
        seq, digest = chain.head(connection)
    anchor = Anchor(seq, digest, f"{ctx.now():%Y-%m-%d %H:%M}")
    file = _file(state, ctx.home)
    draft = file.with_suffix(".tmp")
    try:
        state.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(asdict(anchor)), "utf-8")
        draft.replace(file)
    except OSError as error:
        log.warning("链首没有记在本机：%s", error)


def kept(state: Path, home: Path) -> Anchor | None:
    """What is remembered of the record in this folder; None where nothing is, or it cannot be read."""
    try:
        raw = json.loads(_file(state, home).read_text("utf-8"))
        datetime.fromisoformat(raw["at"])
        return Anchor(int(raw["seq"]), str(raw["hash"]), str(raw["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def missing(connection: Connection, anchor: Anchor) -> str:
    """A sentence where the record does not hold the link that is remembered; empty where it does.

    Nor is it missed where a backup was restored since in the program, which stands in the chain.
    """
    found = connection.execute(select(LedgerRow.hash).where(LedgerRow.seq == anchor.seq)).scalar_one_or_none()
    if found == anchor.hash or witness.given_up(connection, anchor.seq, datetime.fromisoformat(anchor.at)):
        return ""
    last, _ = chain.head(connection)
    remembered = f"本机 {anchor.at} 记下的最后一条改动是第 {anchor.seq} 条"
    if found is None:
        return f"{remembered}，现在的数据只到第 {last} 条：后面的改动不在了，可能换成了较早的备份，或被截断。"
    return f"{remembered}，现在的第 {anchor.seq} 条与它不同：历史被改写过，或换成了另一份数据。"


def report(ctx: Context, anchor: Anchor, sentence: str) -> None:
    """Put what does not fit on record, so that it stays in the history whatever is done next."""
    with ctx.transaction("链首核对", sentence) as tx:
        tx.event("anchor", expected_seq=anchor.seq, expected_hash=anchor.hash, remembered_at=anchor.at)
