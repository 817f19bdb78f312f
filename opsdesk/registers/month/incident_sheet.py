"""The incidents of one vendor's month as a sheet of its workbook: its figures, then every incident with its times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Table, Value
from opsdesk.models import Incident, Staff
from opsdesk.rules.calendar import month
from opsdesk.services import incident_basis, incident_figures
from opsdesk.services.context import Context
from opsdesk.services.incident_figures import Figures
from opsdesk.services.incident_measures import MEASURES, NOTES, NOTHING, Number, plain

SHEET = "事件"
LISTED = (
    Column("编号", 28, Kind.CODE),
    Column("接到", 31, Kind.MOMENT),
    Column("响应", 31, Kind.MOMENT),
    Column("解决", 31, Kind.MOMENT),
    Column("标题", 42),
    Column("系统", 22),
    Column("类别", 17, align=Align.CENTER),
    Column("等级", 12, align=Align.CENTER),
    Column("处理人", 16, align=Align.CENTER),
    Column("响应用时", 14, Kind.NUMBER, Align.CENTER, group="秒"),
    Column("响应超时", 14, Kind.NUMBER, Align.CENTER, group="秒"),
    Column("解决超时", 14, Kind.NUMBER, Align.CENTER, group="秒"),
    Column("等待", 14, Kind.NUMBER, Align.CENTER, group="秒"),
    Column("状态", 15, align=Align.CENTER),
)
FIGURES = (
    Column("指标", 59),
    Column("数值", 31, Kind.NUMBER, Align.CENTER),
    Column("单位", 31, align=Align.CENTER),
    Column("说明", 180),
)
"""Its edges are edges of the list below it, so that both stand in the same columns of the workbook."""


def incident_sheet(ctx: Context, form: Document, year: int, number: int, vendor_id: int) -> Document:
    """This vendor's incidents of the month, and nobody else's, on the form of its workbook."""
    dates = month(year, number)
    asked = (
        select(Incident.__table__, Staff.name.label("person"))
        .join(Staff, Staff.id == Incident.staff_id, isouter=True)
        .where(*incident_figures.within(dates[0], dates[-1], vendor_id))
        .order_by(Incident.reported_at, Incident.id)
    )
    with ctx.read() as connection:
        figures = incident_figures.figures(incident_figures.read(connection, dates[0], dates[-1], vendor_id=vendor_id))
        rows = connection.execute(asked).mappings().all()
        basis = incident_basis.of_period(connection, ctx.regulations, dates[0], dates[-1], vendor_id)
    return replace(
        form,
        title=f"{year}年{number}月运维事件",
        sheet=SHEET,
        facts=(*form.facts[:-1], Fact("受理", f"{figures.count} 件")),
        body=(_figures(figures), _listed(rows)),
        notes=NOTES,
        basis=basis,
    )


def _figures(figures: Figures) -> Table:
    rows: list[tuple[Value, ...]] = []
    for each in MEASURES:
        part, of = each.part(figures) if each.part else (None, 0)
        said = f"{plain(of)} 件中的 {plain(part)} 件" if of else ""
        rows.append((each.title, _cell(each.of(figures)), each.unit, said))
    return Table(FIGURES, tuple(rows), row_height=6.5, font_size=9.0)


def _cell(value: Number) -> Value:
    if value is None:
        return NOTHING
    return int(value) if Decimal(value) == Decimal(value).to_integral_value() else Decimal(value).normalize()


def _listed(rows: Sequence[Mapping[Any, Any]]) -> Table:
    lines = tuple(_line(row) for row in rows)
    return Table(LISTED, lines, row_height=7.0, font_size=8.0, record_labels=tuple(row["number"] for row in rows))


def _line(row: Mapping[Any, Any]) -> tuple[Value, ...]:
    begins, answered = row["accepted_at"] or row["reported_at"], row["responded_at"]
    return (
        row["number"],
        begins,
        answered,
        row["resolved_at"],
        row["title"],
        row["system"],
        row["category"],
        "，".join(part for part in (row["severity"], "急" if row["urgent"] else "") if part),
        row["person"] or row["person_written"] or "",
        int((answered - begins).total_seconds()) if answered else None,
        row["respond_over"],
        row["solve_over"],
        row["paused_seconds"] or None,
        row["state"],
    )
