"""The register 到岗记录: the list of punches by day; the desk itself is a page made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from opsdesk.models import Punch, Staff, Vendor
from opsdesk.register import Act, Chip, Column, Field, Filter, Kind, Options, Page, Query, Register, Row, Tone
from opsdesk.registers.sign_in import service
from opsdesk.rules.vocabulary import Role, Source
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.retiring import missing
from opsdesk.services.text import one_line


def rows(ctx: Context, query: Query) -> Page:
    """Punches, newest first; those taken back stay in the list, greyed."""
    asked = query.filters or {}
    base = select(Punch, Staff.name, Staff.staff_no, Vendor.short_name).join(Staff, Staff.id == Punch.staff_id)
    base = base.join(Vendor, Vendor.id == Staff.vendor_id)
    if vendor := asked.get("vendor"):
        base = base.where(Staff.vendor_id == vendor)
    if source := asked.get("source"):
        base = base.where(Punch.source == source)
    if text := one_line(query.text):
        alike = [
            Staff.name.contains(text, autoescape=True),
            Staff.staff_no.contains(text, autoescape=True),
            Staff.initials.contains(text.upper(), autoescape=True),
        ]
        if (day := _day(text)) is not None:
            alike = [Punch.day == day]
        base = base.where(or_(*alike))
    with ctx.read() as connection:
        total = connection.execute(select(func.count()).select_from(base.subquery())).scalar_one()
        found = connection.execute(
            base.order_by(Punch.day.desc(), Punch.at.desc(), Punch.id.desc()).offset(query.offset).limit(query.limit)
        ).mappings()
        return Page(tuple(_row(row) for row in found), total)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _row(row: Mapping[Any, Any]) -> Row:
    if row["void_at"]:
        state = Chip("已作废", Tone.NEUTRAL)
    elif row["doubted"]:
        state = Chip("时间存疑", Tone.WARNING)
    else:
        state = Chip("有效", Tone.FINE)
    return Row(
        row["id"],
        {
            "day": row["day"],
            "staff_no": row["staff_no"],
            "name": row["name"],
            "vendor": row["short_name"],
            "at": row["at"],
            "direction": row["direction"],
            "source": row["source"],
            "entered_by": row["entered_by"],
            "state": state,
        },
        muted=row["void_at"] is not None,
    )


def load(ctx: Context, punch_id: int) -> Mapping[str, Any]:
    """One punch with what became of it."""
    asked = (
        select(Punch, Staff.name, Staff.staff_no).join(Staff, Staff.id == Punch.staff_id).where(Punch.id == punch_id)
    )
    with ctx.read() as connection:
        row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise missing("签到记录")
    return {**row, "void_reason": row["void_reason"] or ""}


def _void(ctx: Context, punch_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    ctx.require(Role.SUPERVISOR)  # the moment in which the desk may take back is for its own page
    return service.take_back(ctx, punch_id=punch_id, reason=values.get("reason") or "")


def _in_force(values: Mapping[str, Any]) -> bool:
    return values["void_at"] is None


def _vendors(ctx: Context) -> Options:
    with ctx.read() as connection:
        found = connection.execute(select(Vendor.id, Vendor.short_name).order_by(Vendor.code))
        return [(row.id, row.short_name) for row in found]


def _sources(_ctx: Context) -> Options:
    return [(str(source), str(source)) for source in Source]


REGISTER = Register(
    slug="sign_in",
    stored_as="punch",
    title="签到明细",
    singular="签到记录",
    topics=frozenset({"sign_in", "staff"}),
    columns=(
        Column("day", "班次日期", Kind.DATE, 136),
        Column("staff_no", "工号", Kind.CODE, 90),
        Column("name", "姓名", width=110),
        Column("vendor", "所属公司", width=0),
        Column("at", "时间", Kind.MOMENT, 160),
        Column("direction", "方向", width=70),
        Column("source", "来源", width=80),
        Column("entered_by", "录入人", width=100),
        Column("state", "状态", Kind.CHIP, 110),
    ),
    list=rows,
    fields=(
        Field("staff_no", "工号", Kind.CODE, read_only=True),
        Field("name", "姓名", read_only=True),
        Field("day", "班次日期", Kind.DATE, read_only=True),
        Field("at", "时间", Kind.MOMENT, read_only=True),
        Field("direction", "方向", read_only=True),
        Field("source", "来源", read_only=True),
        Field("device", "设备", read_only=True),
        Field("entered_at", "录入时间", Kind.MOMENT, read_only=True),
        Field("entered_by", "录入人", read_only=True),
        Field("void_reason", "作废原因", read_only=True),
    ),
    load=load,
    filters=(Filter("vendor", "外包单位", _vendors), Filter("source", "来源", _sources)),
    acts=(
        Act(
            "void",
            "作废",
            _void,
            fields=(Field("reason", "作废原因", required=True),),
            confirm="作废后这条记录不再计入到岗记录，原记录保留并注明作废人和原因。",
            roles=frozenset({str(Role.SUPERVISOR)}),
            offered=_in_force,
        ),
    ),
    empty="还没有签到记录。在到岗记录页签到，或导入考勤机文件。",
)
