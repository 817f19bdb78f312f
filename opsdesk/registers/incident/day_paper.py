"""The incidents of one day as a list to be signed: what came in, how fast, what is handed in (beside F05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    weekday,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.models import Incident
from opsdesk.registers.incident.glyphs import boxed_rows
from opsdesk.registers.incident.listing import clock_chip, rows_of
from opsdesk.registers.incident.service import PREFIX
from opsdesk.rules.sla import in_words
from opsdesk.rules.vocabulary import OPEN_INCIDENT, ClockState, IncidentState
from opsdesk.services import chain, closings, incident_basis, incident_clocks, listing, settings
from opsdesk.services.context import Context
from opsdesk.services.incident_clocks import Standing

BATCH = 500
COLUMNS = (
    Column("序号", 9, Kind.NUMBER, Align.CENTER),
    Column("编号", 27, Kind.CODE),
    Column("接到", 12, Kind.TIME),
    Column("系统", 18),
    Column("标题", 38),
    Column("等级", 11, align=Align.CENTER),
    Column("处理人", 18, align=Align.CENTER),
    Column("单位", 21, align=Align.CENTER),
    Column("响应", 13, Kind.TIME),
    Column("解决", 13, Kind.TIME),
    Column("用时", 19, align=Align.CENTER),
    Column("时限", 19, align=Align.CENTER),
    Column("状态", 13, align=Align.CENTER),
    Column("交单", 13, Kind.TIME),
    Column("签收", 13, Kind.TIME),
)
LOWERED = {8.0: 7.0}
"""The height of rows that makes room for what is said of the closing, so that the paper stays on its page."""
LATE = (("响应", "respond_over"), ("解决", "solve_over"))


@made_as("incident.day")
def day_list(ctx: Context, day: date) -> Document:
    """Every incident reported on `day`, void ones too, since no number is left out; blanks to write in."""
    site, now = settings.read_all(ctx), ctx.now()
    with ctx.read() as connection:
        rows = _rows(connection, day)
        running = [row for row in rows if row["state"] in OPEN_INCIDENT]
        standings = incident_clocks.standings(connection, ctx.regulations, running, now)
        basis = incident_basis.of_period(connection, ctx.regulations, day, day)
        remarks = closings.remarks(connection, day, day)
        trace = chain.short_head(connection)
    lines, left_out = boxed_rows(_line(place, row, standings.get(row["id"]), day) for place, row in enumerate(rows, 1))
    kept = [row for row in rows if row["void_at"] is None]
    voided = f"，作废的 {len(rows) - len(kept)} 件不计入件数" if len(rows) > len(kept) else ""
    made = Document(
        code="OD-F05D",
        revision="A/0",
        title="运维事件日清单",
        number=f"{PREFIX}-{day:%Y%m%d}",
        name=f"事件日清单-{day.isoformat()}",
        sheet=f"{day:%m月%d日}",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("日期", f"{chinese_date(day)} {weekday(day)}"),
            *(Fact(label, f"{count} 件") for label, count in _counts(kept, standings).items()),
        ),
        body=(
            Table(
                COLUMNS,
                lines,
                rows_per_page=int(site["paper.rows"]),
                font_size=8.5,
                record_labels=tuple(row["number"] for row in rows),
            ),
        ),
        notes=(f"列出当天接到的事件{voided}。用时为接到至解决，已减去不计入的等待。", *left_out, *remarks),
        basis=("".join(basis),) if basis else (),
        signatures=(Signature("服务台值班员"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )
    return on_fewest_pages(made, LOWERED) if remarks else made


def _rows(connection: Connection, day: date) -> list[dict[str, Any]]:
    query = (
        select(Incident.id)
        .where(listing.within(Incident.reported_at, day, day))
        .order_by(Incident.reported_at, Incident.id)
    )
    ids = list(connection.execute(query).scalars())
    return [row for begin in range(0, len(ids), BATCH) for row in rows_of(connection, ids[begin : begin + BATCH])]


def _counts(rows: Sequence[Mapping[str, Any]], standings: Mapping[int, Standing]) -> dict[str, int]:
    done = [row for row in rows if row["state"] not in OPEN_INCIDENT]
    return {
        "受理": len(rows),
        "已解决": len(done),
        "未结": len(rows) - len(done),
        "超时": sum(bool(_late(row, standings.get(row["id"]))) for row in rows),
        "未交单": sum(row["handed_in_at"] is None and row["signed_at"] is None for row in done),
    }


def _late(row: Mapping[str, Any], standing: Standing | None) -> str:
    """响应超时 1 秒，解决超时 3 分; of an open incident also what runs beyond its limit now: 解决已超时."""
    said = [f"{word}超时 {in_words(row[key])}" for word, key in LATE if row[key]]
    readings = standing.readings if standing else ()
    said += [
        f"{reading.name}已超时" for reading in readings if reading.running and reading.state is ClockState.BREACHED
    ]
    return "\n".join(said)


def _limit(row: Mapping[str, Any], standing: Standing | None) -> str:
    """What was exceeded; else what the list on the screen says, of an open incident never 达标."""
    if row["void_at"] is not None:
        return ""
    chip = clock_chip(row, standing)
    return _late(row, standing) or (chip.word if chip is not None else "")


def _line(place: int, row: Mapping[str, Any], standing: Standing | None, day: date) -> tuple[Value, ...]:
    return (
        place,
        row["number"],
        _clock(row["accepted_at"] or row["reported_at"], day),
        row["system"],
        row["title"],
        "，".join(part for part in (row["severity"], "急" if row["urgent"] else "") if part),
        row["person"],
        row["vendor"],
        _clock(row["responded_at"], day),
        _clock(row["resolved_at"], day),
        _used(row),
        _limit(row, standing),
        str(IncidentState(row["state"])),
        _clock(row["handed_in_at"], day),
        _clock(row["signed_at"], day),
    )


def _used(row: Mapping[str, Any]) -> str:
    if row["resolved_at"] is None or row["void_at"] is not None:
        return ""
    begins = row["accepted_at"] or row["reported_at"]
    return in_words(max(0, int((row["resolved_at"] - begins).total_seconds()) - row["paused_seconds"]))


def _clock(at: datetime | None, day: date) -> Value:
    """The time of day; of another day with its date."""
    if at is None:
        return None
    return at.time() if at.date() == day else f"{at.month}-{at.day}\n{at:%H:%M}"
