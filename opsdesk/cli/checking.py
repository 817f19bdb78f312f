"""`verify`: is the database sound, the chain whole as its backups witness it, every attachment as it was kept."""

from __future__ import annotations

from pathlib import Path

from opsdesk import bootstrap
from opsdesk.cli import desk, exits, saying
from opsdesk.services import attachments, backup_second, chain, witness
from opsdesk.services.errors import Trouble
from opsdesk.services.record_names import all_in_words


def verify(home: Path, *, as_json: bool) -> int:
    """Check database, chain and attachments whole; 1 where anything does not hold."""
    links, head, short, told = 0, "", "", []
    try:
        ctx = desk.open_existing(home)
        with ctx.read() as connection:
            links, head, short = chain.count(connection), chain.head(connection)[1], chain.short_head(connection)
            findings = [*bootstrap.verify(connection), *attachments.verify(home, connection)]
            findings += witness.contradictions(connection, backup_second.folders(ctx))
            told = all_in_words(findings, connection)
    except Trouble as trouble:  # a database that cannot even be opened is a finding, not a failure to check
        findings = told = [f"{trouble}{trouble.remedy}"]
    if as_json:
        saying.one_object({"sound": not findings, "links": links, "head": head, "findings": findings})
    elif findings:
        saying.result(f"发现 {len(findings)} 处问题：")
        for finding in told:
            saying.result(f"- {finding}")
    else:
        saying.result(f"数据库完好，审计链 {links} 条前后相符。链首 {short}，与纸上所印的可以对照。")
    return exits.REFUSED if findings else exits.DONE
