"""The 补签单 on paper (F03, OD-F03 A/0)."""

from __future__ import annotations

from sqlalchemy import select

from opsdesk.exports.document import Choice, Document, FormCell, FormGrid, Kind, Signature, chinese_date
from opsdesk.exports.making import made_as
from opsdesk.models import Correction, Punch
from opsdesk.registers.correction import service
from opsdesk.rules.vocabulary import Direction
from opsdesk.services import chain, duties, settings
from opsdesk.services.context import Context

ENDS = {str(Direction.IN): "上班", str(Direction.OUT): "下班"}


@made_as("correction.slip", of="correction")
def slip(ctx: Context, correction_id: int) -> Document:
    """One slip, with the old record and the new side by side."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = connection.execute(select(Correction).where(Correction.id == correction_id)).mappings().one()
        person = duties.people(connection, ids=(row["staff_id"],))[0]
        nth = service.nth_of_month(connection, person.id, row["number"])
        old = connection.execute(
            select(Punch.at, Punch.direction, Punch.source).where(Punch.id == row["corrects_punch_id"])
        ).one_or_none()
        trace = chain.short_head(connection)
    before = f"{old.at:%Y-%m-%d %H:%M} {old.direction}（{old.source}）" if old else "无记录"
    decided = row["state"] if row["state"] != service.WAITING else ""
    opinion = (
        f"{decided}　{row['decision_note']}　{row['decided_by']} {row['decided_at']:%Y-%m-%d %H:%M}" if decided else ""
    )
    grid = FormGrid(
        (
            (FormCell("姓名", person.name), FormCell("工号", person.staff_no, kind=Kind.CODE)),
            (FormCell("所属公司", person.vendor), FormCell("岗位", person.post)),
            (
                FormCell("漏签日期", chinese_date(row["day"])),
                FormCell("应签时段", Choice(tuple(ENDS.values()), (ENDS[row["direction"]],))),
            ),
            (FormCell("原记录", before), FormCell("实际时间", row["actual_at"], kind=Kind.MOMENT)),
            (FormCell("原因", Choice(service.CAUSES, (row["cause"],))),),
            (FormCell("经过说明", row["explanation"], height=28),),
            (FormCell("证明人", row["witness"]), FormCell("佐证", row["evidence"])),
            (FormCell("本人签字", None, height=14), FormCell("证明人签字", None, height=14)),
            (FormCell("主管意见", opinion, height=18),),
            (FormCell("考勤员复核", f"本月第 {nth} 次补签", height=12),),
            (
                FormCell(
                    "处理结果",
                    Choice(("认可", "按迟到＿＿分", "按旷工"), ("认可",) if decided == service.ACCEPTED else ()),
                ),
            ),
        )
    )
    return Document(
        code="OD-F03",
        revision="A/0",
        title="补签单",
        number=row["number"],
        name=f"补签单-{row['number']}-{person.name}",
        sheet="补签单",
        organisation=site["site.name"],
        body=(grid,),
        notes=("补签的时间与其他签到按同一规则判定，原记录保留可查。",),
        signatures=(Signature("考勤员"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )
