"""One person's 调休对账单 on paper (OD-TX A/0)."""

from __future__ import annotations

from opsdesk.exports.document import Align, Column, Document, Fact, Kind, Signature, Table, Value, chinese_date
from opsdesk.exports.making import made_as
from opsdesk.registers.comp_time import service
from opsdesk.rules.hours import duration
from opsdesk.services import chain, settings
from opsdesk.services.context import Context

COLUMNS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("日期", 20, Kind.DATE),
    Column("事项", 20),
    Column("依据", 26, Kind.CODE),
    Column("增加", 21, Kind.CODE, align=Align.RIGHT),
    Column("使用", 21, Kind.CODE, align=Align.RIGHT),
    Column("余额", 24, Kind.CODE, align=Align.RIGHT),
    Column("说明", 52),
)


@made_as("comp_time.statement")
def statement(ctx: Context, staff_id: int) -> Document:
    """Every entry of a person with the balance after it."""
    site = settings.read_all(ctx)
    person, balance = service.statement(ctx, staff_id)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    rows: list[tuple[Value, ...]] = []
    left = 0
    for line in balance.lines:
        left += line.minutes
        earned, used = (duration(line.minutes), None) if line.minutes >= 0 else (None, duration(-line.minutes))
        rows.append((len(rows) + 1, line.day, line.what, line.reference, earned, used, duration(left), line.sentence))
    rows.append((None, None, "合计", None, duration(balance.earned), duration(balance.used), duration(left), None))
    today = ctx.today()
    return Document(
        code="OD-TX",
        revision="A/0",
        title="调休对账单",
        number=f"TX-{today:%Y%m%d}-{person.staff_no}",
        name=f"调休对账单-{today.isoformat()}-{person.name}",
        sheet="调休对账单",
        organisation=site["site.name"],
        facts=(
            Fact("姓名", person.name),
            Fact("工号", person.staff_no),
            Fact("所属公司", person.vendor),
            Fact("截止", chinese_date(today)),
        ),
        body=(
            Table(
                COLUMNS,
                tuple(rows),
                font_size=9.0,
                record_labels=tuple(f"{person.name} {line.day.isoformat()}" for line in balance.lines),
            ),
        ),
        notes=("加班按批准且在场的时间计入，调休按占用的应出勤时间扣减，均不含午休。已批准的今后调休算作已用。",),
        signatures=(Signature("本人"), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )
