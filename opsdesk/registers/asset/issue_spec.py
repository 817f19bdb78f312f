"""领用归还 as a register: what was given out of the ledger; giving out itself begins at the asset."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.asset import documents, issues
from opsdesk.registers.asset.service import TOUCHED
from opsdesk.registers.asset.spec import RETURNING

REGISTER = Register(
    slug="asset_issue",
    title="领用归还",
    singular="领用记录",
    topics=TOUCHED,
    columns=(
        Column("issued_at", "领用时间", Kind.MOMENT, 144),
        Column("asset_no", "资产编号", Kind.CODE, 112),
        Column("device", "名称型号", width=0),
        Column("taken_by", "领用人", width=96),
        Column("unit", "单位部门", width=112),
        Column("purpose", "领用用途", width=144),
        Column("returned_at", "归还时间", Kind.MOMENT, 144),
        Column("condition", "归还状况", width=120),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=issues.listed,
    fields=(
        Field("asset_no", "资产编号", Kind.CODE, read_only=True),
        Field("device", "名称型号", read_only=True),
        Field("issued_at", "领用时间", Kind.MOMENT, read_only=True),
        Field("taken_by", "领用人", read_only=True),
        Field("unit", "单位部门", read_only=True),
        Field("purpose", "领用用途", read_only=True),
        Field("issued_by", "发放人", read_only=True),
        Field("returned_at", "归还时间", Kind.MOMENT, read_only=True),
        Field("condition", "归还状况", read_only=True),
        Field("checked_by", "验收人", read_only=True),
    ),
    load=issues.load,
    filters=(
        Filter("month", "领用月份", issues.months),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in issues.TONES]),
    ),
    acts=(
        Act(
            "give_back", "归还", issues.give_back_issue, fields=RETURNING,
            offered=lambda values: values["returned_at"] is None,
        ),
    ),
    papers=(
        Paper("issues", "今年领用归还记录", documents.issues_this_year, on_record=False),
        Paper("last_year", "去年领用归还记录", documents.issues_last_year, on_record=False),
    ),
    empty="还没有领用记录。请在设备台账里选一台设备，点“领用”。",
)  # fmt: skip
