"""Backups as witnesses of the audit chain: each manifest says which link was the last when it was made.

Whoever rewrites the record and its chain (`promises.md` F7) would have to rewrite every manifest too, also those on
the USB stick in the safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from opsdesk.models import LedgerRow
from opsdesk.services import backup
from opsdesk.services.backup import Backup
from opsdesk.services.chain_fork import wall_time
from opsdesk.services.restoring import RESTORED

SLACK = timedelta(minutes=2)
"""By so much the clock of a manifest and that of the chain may differ."""


def contradictions(connection: Connection, folders: Iterable[Path]) -> Iterator[str]:
    """A sentence for every backup whose last link is not in the chain as it was."""
    for made, stands in unknown(connection, folders):
        yield (
            f"审计链与 {made.made_at:%Y-%m-%d %H:%M} 的备份不一致：备份写明第 {made.contents.last} 条是"
            f" {made.contents.head[:16]}，现在{f'是 {stands[:16]}' if stands else '没有这一条'}（{made.path}）。"
        )


def unknown(connection: Connection, folders: Iterable[Path]) -> Iterator[tuple[Backup, str | None]]:
    """Every backup whose last link is not in the chain as it was, and what stands there, unless a restore explains it.

    A backup made before a restore may hold links that were given up by it.
    """
    manifests = [each.manifest for folder in folders for each in backup.kept(folder) if each.manifest is not None]
    for made in sorted(manifests, key=lambda each: (each.made_at, each.path)):
        query = select(LedgerRow.hash).where(LedgerRow.seq == made.contents.last)
        stands = connection.execute(query).scalar_one_or_none()
        last = made.contents.last
        if last and stands != made.contents.head and not given_up(connection, last, made.made_at):
            yield made, stands


def given_up(connection: Connection, seq: int, seen_at: datetime) -> bool:
    """Whether a link that stood then was given up since, by going back to a backup that did not hold it."""
    query = select(LedgerRow.at).where(
        LedgerRow.act == RESTORED, LedgerRow.kind == "event", LedgerRow.subject == "backup", LedgerRow.seq <= seq
    )
    moments = [wall_time(written) for written in connection.execute(query).scalars()]
    return any(at is not None and seen_at <= at + SLACK for at in moments)
