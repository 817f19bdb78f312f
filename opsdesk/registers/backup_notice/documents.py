"""新系统备份告知单 on paper (OD-BF A/0): the writing that E1-20 asks for."""

from __future__ import annotations

from opsdesk.exports.document import Document, FormCell, FormGrid, Kind, chinese_date
from opsdesk.exports.making import made_as
from opsdesk.registers.backup_notice import service
from opsdesk.rules import lending
from opsdesk.services import chain, settings
from opsdesk.services.context import Context


@made_as("backup_notice.notice", of="backup_notice")
def notice(ctx: Context, notice_id: int) -> Document:
    """One notice, to be signed by who tells and who is told."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, notice_id)
        trace = chain.short_head(connection)
    held = ctx.law_on(row["told_on"]).part("backup.notice", lending.SITE)
    basis = (f"新系统配置完成后，书面告知需备份的数据和备份周期（{held.cite().short}）。",) if held else ()
    grid = FormGrid(
        (
            (FormCell("系统名称", row["system"]),),
            (FormCell("告知日期", chinese_date(row["told_on"])), FormCell("备份周期", row["every"])),
            (FormCell("需要备份的数据", row["items"], height=60),),
            (FormCell("备注", row["remarks"], height=24),),
            (
                FormCell("告知人（开发人员）", row["told_by"], height=18, kind=Kind.SIGNATURE),
                FormCell("接收人（机房管理员）", row["received_by"], height=18, kind=Kind.SIGNATURE),
            ),
        ),
        label_width=30.0,
    )
    return Document(
        code="OD-BF",
        revision="A/0",
        title="新系统备份告知单",
        number="",
        name=f"备份告知单-{row['system']}",
        sheet="备份告知单",
        organisation=site["site.name"],
        body=(grid,),
        notes=("本单一式两份，告知人和机房管理人员各执一份。数据或周期有变的，重新告知。",),
        basis=basis,
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )
