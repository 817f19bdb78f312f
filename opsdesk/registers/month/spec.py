"""拟扣减 as a register: the booked lines of every month, to look up and to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.month import listing, service
from opsdesk.rules.vocabulary import Decision, Role
from opsdesk.services import choices
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _confirm(ctx: Context, row_id: int, _values: Mapping[str, Any]) -> Outcome[str]:
    return service.decide(ctx, deduction_ids=[row_id], confirm=True)


def _waive(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.decide(ctx, deduction_ids=[row_id], confirm=False, note=values.get("note") or "")


def _may_confirm(values: Mapping[str, Any]) -> bool:
    return values["state"] in {Decision.PROPOSED, Decision.WAIVED}


def _may_waive(values: Mapping[str, Any]) -> bool:
    return values["state"] in {Decision.PROPOSED, Decision.CONFIRMED}


REGISTER = Register(
    slug="deduction",
    title="拟扣减",
    singular="拟扣减",
    topics=frozenset({"month", "staff", "vendor"}),
    columns=(
        Column("month", "月份", Kind.CODE, 76),
        Column("staff_no", "工号", Kind.CODE, 68),
        Column("name", "姓名", width=84),
        Column("vendor", "单位", width=80),
        Column("clause", "条款", Kind.CODE, 76),
        Column("sentence", "计算", width=0),
        Column("amount", "金额", Kind.INTEGER, 60),
        Column("days", "日数", Kind.CODE, 60),
        Column("state", "状态", Kind.CHIP, 96),
        Column("decided", "决定", Kind.INTEGER, 56),
        Column("decided_by", "决定人", width=76),
        Column("note", "理由", width=104),
    ),
    list=listing.listed,
    fields=(
        Field("name", "人员", read_only=True, group="拟扣减"),
        Field("month", "月份", Kind.CODE, read_only=True, group="拟扣减"),
        Field("part", "项目", read_only=True, group="拟扣减"),
        Field("clause", "条款", read_only=True, group="拟扣减"),
        Field("wording", "条文", Kind.LONG_TEXT, read_only=True, group="拟扣减"),
        Field("sentence", "计算", Kind.LONG_TEXT, read_only=True, group="拟扣减"),
        Field("evidence", "依据记录", Kind.LONG_TEXT, read_only=True, group="拟扣减"),
        Field("amount", "金额（元）", Kind.INTEGER, read_only=True, group="拟扣减"),
        Field("days", "日数", read_only=True, group="拟扣减"),
        Field("state", "状态", read_only=True, group="决定"),
        Field("decided", "决定金额（元）", Kind.INTEGER, read_only=True, group="决定"),
        Field("decided_by", "决定人", read_only=True, group="决定"),
        Field("decided_at", "决定时间", Kind.MOMENT, read_only=True, group="决定"),
        Field("note", "理由", Kind.LONG_TEXT, read_only=True, group="决定"),
    ),
    load=listing.load,
    filters=(
        Filter("month", "月份", listing.months),
        Filter("vendor", "单位", choices.vendors),
        Filter("state", "状态", listing.states),
    ),
    acts=(
        Act("confirm", "确认", _confirm, roles=SUPERVISOR, offered=_may_confirm, signs=True),
        Act(
            "waive",
            "免除",
            _waive,
            fields=(
                Field(
                    "note",
                    "理由",
                    Kind.LONG_TEXT,
                    required=True,
                    help="原拟金额、免除决定和理由都会保留，并印在表上。",
                ),
            ),
            roles=SUPERVISOR,
            offered=_may_waive,
            signs=True,
        ),
    ),
    empty="还没有结算过的拟扣减。请在“月度考勤”中结算一个月。",
)
