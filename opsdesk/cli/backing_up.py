"""`backup` and `restore`: a checked copy of the record, and a copy back into a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

from opsdesk.cli import desk, exits, saying
from opsdesk.services import backup, backup_crypt, backup_keeping, backup_second, restoring

WHY, AWAY = "命令行", "另存"


def make(home: Path, *, to: str | None, as_json: bool) -> int:
    """Back up into the data folder, or to any other one, encrypted there where a password is set."""
    ctx = desk.open_existing(home)
    if to is None:
        made = backup.make(home, ctx.now(), WHY)
        backup_keeping.thin(home / backup.FOLDER, ctx.now(), since=backup_keeping.damaged_since(home))
    else:
        made = backup_second.elsewhere(ctx, Path(to).absolute(), AWAY)
    if as_json:
        found = made.contents
        saying.one_object(
            {
                "file": str(made.path),
                "size": made.size,
                "sha256": made.sha256,
                "encrypted": made.encrypted,
                "links": made.links,
                "head": found.head,
                "rows": found.rows,
            }
        )
    else:
        locked = "，已加密" if made.encrypted else ""
        saying.result(f"已备份：{made.path}（{saying.size(made.size)}{locked}）。")
        saying.result(f"可恢复 ✔ 审计链 {made.links:,} 条，共 {made.contents.rows:,} 行。")
    return exits.DONE


def restore(file: Path, into: Path, *, as_json: bool) -> int:
    """Restore a backup into a new folder; what is worked on is not touched."""
    password = ""
    if backup_crypt.is_locked(file) and file.is_file():
        password = os.environ.get("OPSDESK_BACKUP_PASSWORD") or desk.asked("备份密码：")
    found = restoring.into(file.absolute(), into.absolute(), password=password)
    if as_json:
        saying.one_object(
            {"folder": str(into.absolute()), "links": found.links, "head": found.head, "rows": found.rows}
        )
    else:
        saying.result(f"已恢复到 {into.absolute()}：审计链 {found.links:,} 条，共 {found.rows:,} 行。")
        saying.result(f"打开它请运行 opsdesk --home {into.absolute()}，核对请加 verify。")
    return exits.DONE
