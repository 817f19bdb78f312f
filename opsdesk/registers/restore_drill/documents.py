"""恢复演练记录 on paper (OD-HL A/0): what was restored, what it held, how long it took, who signs for it."""

from __future__ import annotations

from opsdesk.exports.document import Document, FormCell, FormGrid, Kind, Signature
from opsdesk.exports.making import made_as
from opsdesk.registers.restore_drill import service
from opsdesk.services import chain, settings
from opsdesk.services.context import Context

CODE, REVISION = "OD-HL", "A/0"
SAID = (
    (service.POLICY, "制定备份策略，按计划备份，必要时紧急恢复"),
    (service.REGULAR, "定期备份关键数据"),
    (service.TESTS, "定期做恢复测试，验证备份有效"),
)


@made_as("restore_drill.record", of="restore_drill")
def record(ctx: Context, drill_id: int) -> Document:
    """One drill, to be signed by who carried it out and by the supervisor."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, drill_id)
        trace = chain.short_head(connection)
    day = row["at"].date()
    cited = [(words, clause.cite().short) for key, words in SAID if (clause := service.held(ctx, key, day))]
    age = row["at"] - row["made_at"]
    hours = f"{age.days} 天 {age.seconds // 3600} 小时" if age.days else f"{age.seconds // 3600} 小时"
    steps = "取备份到临时文件夹 → 校验文件 → 打开 → 核对数据库和审计链 → 逐表计数 → 删除副本"
    grid = FormGrid(
        (
            (FormCell("演练编号", row["number"], kind=Kind.CODE), FormCell("演练时间", row["at"], kind=Kind.MOMENT)),
            (FormCell("备份文件", row["backup"]),),
            (FormCell("备份时间", row["made_at"], kind=Kind.MOMENT), FormCell("距演练", hours)),
            (FormCell("校验值 SHA-256", _in_pieces(row["sha256"]), kind=Kind.CODE),),
            (FormCell("演练步骤", steps, height=16),),
            (FormCell("审计链", f"{row['links']:,} 条"), FormCell("记录行数", f"{row['rows']:,} 行")),
            (FormCell("用时", f"{row['seconds']} 秒"), FormCell("演练人", row["carried_out_by"])),
            (FormCell("演练结果", row["result"], height=18),),
            (FormCell("备注", row["remarks"], height=24),),
        ),
        label_width=30.0,
    )
    return Document(
        code=CODE,
        revision=REVISION,
        title="恢复演练记录",
        number=row["number"],
        name=f"恢复演练记录-{row['number']}",
        sheet="恢复演练记录",
        organisation=site["site.name"],
        body=(grid,),
        notes=("演练在副本上进行，不影响正在使用的数据。未通过的，查明原因、另选备份重做，并在备注写明处理。",),
        basis=("；".join(f"{words}（{short}）" for words, short in cited) + "。",) if cited else (),
        signatures=(Signature("演练人签字"), Signature("运维主管签字")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _in_pieces(digest: str) -> str:
    """A SHA-256 in eights, so that two people can compare it."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8)) or "文件读不出来"
