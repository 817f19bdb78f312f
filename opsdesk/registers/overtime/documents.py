"""The 加班申请单 on paper (OD-JB A/0)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from opsdesk.exports.document import Choice, Document, FormCell, FormGrid, Kind, Signature
from opsdesk.exports.making import made_as
from opsdesk.models import Overtime
from opsdesk.registers.overtime import service
from opsdesk.rules import hours
from opsdesk.services import chain, duties, overtime, retiring, settings
from opsdesk.services.context import Context


@made_as("overtime.slip", of="overtime")
def slip(ctx: Context, overtime_id: int) -> Document:
    """One slip: who, when, what for, how it is made up for, the opinions, and what was really stayed."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = retiring.one(connection, select(Overtime.__table__).where(Overtime.id == overtime_id), "加班申请")
        person = duties.people(connection, ids=(row["staff_id"],))[0]
        worked = overtime.counted(connection, ctx.regulations, [service.slip_of(row)])[overtime_id]
        trace = chain.short_head(connection)
    shown = service.state(row)
    opinion = ""
    if row["decided_at"]:
        opinion = f"{shown}　{row['decision_note']}　{row['decided_by']} {row['decided_at']:%Y-%m-%d %H:%M}"
    counts = row["state"] == overtime.APPROVED and row["begins_at"] <= ctx.now()
    came, went = (worked.present[0].begins, worked.present[-1].ends) if worked.present else (None, None)
    kinds = tuple(hours.RATES)
    grid = FormGrid(
        (
            (FormCell("申请人", person.name), FormCell("工号", person.staff_no, kind=Kind.CODE)),
            (FormCell("所属公司", person.vendor), FormCell("岗位", person.post)),
            (
                FormCell("申请时间", row["filed_at"], kind=Kind.MOMENT),
                FormCell("填单人", row["filed_by"]),
            ),
            (FormCell("加班时间", f"自 {_said(row['begins_at'])} 至 {_said(row['ends_at'])}"),),
            (FormCell("日期性质", Choice(kinds, (hours.overtime_kind(worked.kind),))),),
            (
                FormCell("班外时长", hours.duration(worked.asked)),
                FormCell("补偿方式", Choice(overtime.SETTLED_AS, (row["settled_as"],))),
            ),
            (FormCell("加班事由", row["reason"], height=30),),
            (FormCell("申请人签字", None, height=14), FormCell("所属公司意见", None, height=14)),
            (FormCell("运维主管审批", opinion, height=18),),
            (
                FormCell("实际到岗", came if counts else None, kind=Kind.MOMENT),
                FormCell("实际离岗", went if counts else None, kind=Kind.MOMENT),
            ),
            (
                FormCell("计入时长", hours.duration(worked.credited) if counts else None),
                FormCell("法定倍率", f"{hours.rate(worked.kind)}（仅供参考）"),
            ),
        )
    )
    return Document(
        code="OD-JB",
        revision="A/0",
        title="加班申请单",
        number=row["number"],
        name=f"加班申请单-{row['number']}-{person.name}",
        sheet="加班申请单",
        organisation=site["site.name"],
        body=(grid,),
        notes=(
            f"加班应事先申请，批准后执行{service.beforehand(ctx.law_on(row['begins_at'].date()))}。"
            "计入时长取批准时间与在场时间的重合部分，不含应出勤时间和午休。",
        ),
        signatures=(Signature("所属公司负责人", seal=True), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
