"""停机／变更申请单 on paper (F25, OD-F25 A/0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsdesk.exports.document import Choice, Document, FormCell, FormGrid, Kind, chinese_moment
from opsdesk.exports.making import made_as
from opsdesk.registers.change_request import service
from opsdesk.rules import lending
from opsdesk.rules.clause import Law
from opsdesk.rules.lending import ChangeKind
from opsdesk.services import chain, settings
from opsdesk.services.context import Context
from opsdesk.services.lapses import told_systems

TEXT, SIGN_ROOM, LABEL = 18.0, 16.0, 30.0
PARTS = {
    True: (("shutdown.approved", "服务器停机须批准"), ("shutdown.before", "批准在停机之前")),
    False: (("change.approval", "改动软件、配置须先经批准"),),
}
"""Which clauses a shutdown goes by, and which any other change."""


@made_as("change_request.request", of="change_request")
def request(ctx: Context, change_id: int) -> Document:
    """One request in the order of the paper, with what is on record filled in and the rest left to the pen."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = service.row_of(connection, change_id)
        told = told_systems(connection)
        trace = chain.short_head(connection)
    law = ctx.law_on((row["began_at"] or row["planned_from"]).date())
    missed = "".join(each.told for each in service.lapses(ctx, row, told))
    return Document(
        code="OD-F25",
        revision="A/0",
        title="停机／变更申请单（已作废）" if row["void_at"] else "停机／变更申请单",
        number=row["number"],
        name=f"变更申请单-{row['number']}",
        sheet="变更申请单",
        organisation=site["site.name"],
        body=(FormGrid((*_asked(row), *_opinions(row), *_afterwards(row, missed)), label_width=LABEL),),
        notes=("先批准，后停机或变更；变更计划可以另附。完成后由验证人签字。",),
        basis=_basis(law, ChangeKind(row["kind"])),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _span(begins: datetime | None, ends: datetime | None) -> str:
    """自 … 至 …; what is not known is left to the pen."""
    return f"自 {chinese_moment(begins)} 至 {chinese_moment(ends)}" if begins else ""


def _asked(row: Mapping[str, Any]) -> tuple[tuple[FormCell, ...], ...]:
    return (
        (FormCell("系统／设施名称", row["system"]),),
        (FormCell("类型", Choice(service.KINDS, (row["kind"],))),),
        (
            FormCell("申请人", f"{row['applicant']}（{row['unit']}）"),
            FormCell("申请日期", chinese_moment(row["applied_at"])),
        ),
        (FormCell("预计变更起止时间", _span(row["planned_from"], row["planned_to"])),),
        (FormCell("变更原因说明", row["reason"], height=TEXT),),
        (FormCell("变更计划或程序", row["plan"], height=TEXT + 8),),
        (FormCell("影响范围", row["reach"], height=TEXT - 4),),
        (FormCell("回退方案", row["fallback"], height=TEXT - 4),),
        (FormCell("执行的系统管理员", row["performed_by"]),),
    )


def _opinions(row: Mapping[str, Any]) -> tuple[tuple[FormCell, ...], ...]:
    if row["refused_at"]:
        centre = f"不同意：{row['refusal']}　{chinese_moment(row['refused_at'])}"
    else:
        centre = f"同意　{row['approved_by']}　{chinese_moment(row['approved_at'])}" if row["approved_at"] else ""
    return (
        (_sign("审核意见：系统主管部门", row["department_opinion"]),),
        (_sign("审核意见：信息中心", centre),),
        (_sign("审核意见：信息安全主管领导", row["security_opinion"]),),
    )


def _afterwards(row: Mapping[str, Any], missed: str) -> tuple[tuple[FormCell, ...], ...]:
    return (
        (FormCell("实际起止", _span(row["began_at"], row["ended_at"])),),
        (FormCell("结果", row["result"], height=12),),
        (_sign("验证人", row["verified_by"]), _sign("申请人")),
        *(((FormCell("核对", missed),),) if missed else ()),
    )


def _sign(label: str, value: str = "") -> FormCell:
    return FormCell(label, value, height=SIGN_ROOM, kind=Kind.SIGNATURE)


def _basis(law: Law, kind: ChangeKind) -> tuple[str, ...]:
    said = [*PARTS[kind is ChangeKind.SHUTDOWN], ("change.performer", "配置和更改由系统管理员进行")]
    if kind is ChangeKind.NEW_SYSTEM:
        said.append(("backup.notice", "新系统书面告知备份数据和周期"))
    found = [f"{words}（{held.cite().short}）" for part, words in said if (held := law.part(part, lending.SITE))]
    return ("；".join(found) + "。",) if found else ()
