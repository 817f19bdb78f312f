"""考勤对照表 on paper: where 钉钉 or 企业微信 and our own record differ, one line each, with room for the outcome."""

from __future__ import annotations

from opsdesk.exports.document import (
    Align,
    Block,
    Column,
    Document,
    Fact,
    Kind,
    Signature,
    Table,
    Text,
    chinese_date,
)
from opsdesk.registers.month.check import CheckResult
from opsdesk.services import chain, settings
from opsdesk.services.comparison import Difference
from opsdesk.services.context import Context

UNREAD = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("行", 12, Kind.NUMBER, Align.CENTER),
    Column("列", 36),
    Column("内容", 60),
    Column("说明", 139),
)


def without_subject(difference: Difference) -> str:
    """The sentence without its person and day, which stand in their own columns."""
    return difference.sentence.partition("：")[2] or difference.sentence


def write_differences(ctx: Context, result: CheckResult) -> Document:
    """The list of differences (DZ-202603, A4 landscape), and below it what could not be read or compared."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    columns = (
        Column("序号", 10, Kind.NUMBER, Align.CENTER),
        Column("工号", 18, Kind.CODE),
        Column("姓名", 26),
        Column("所属公司", 22),
        Column("日期", 22, Kind.DATE),
        Column("项目", 20),
        Column(result.source, 17, align=Align.CENTER),
        Column("本系统", 17, align=Align.CENTER),
        Column("说明", 81),
        Column("核对结果", 24),
    )
    rows = tuple(
        (
            n, each.staff_no, each.name, each.vendor, each.day, each.figure, each.theirs, each.ours,
            without_subject(each), None,
        )
        for n, each in enumerate(result.differences, 1)
    )  # fmt: skip
    labels = tuple(f"{each.name} {each.day.isoformat() if each.day else result.period}" for each in result.differences)
    body: list[Block] = [Table(columns, rows, font_size=9.0, record_labels=labels)]
    if not rows:
        body = [Text(result.sentence)]
    if result.findings:
        unread = tuple(
            (n, finding.row or None, finding.column, finding.value, finding.reason)
            for n, finding in enumerate(result.findings, 1)
        )
        body += [Text("没有对照的内容", bold=True), Table(UNREAD, unread, font_size=9.0)]
    return Document(
        code="OD-F04C",
        revision="A/0",
        title="考勤对照表",
        number=f"DZ-{result.first:%Y%m}",
        name=f"考勤对照表-{result.first:%Y-%m}-{result.source}",
        sheet="考勤对照表",
        organisation=site["site.name"],
        facts=(
            Fact("项目", site["site.project"] or "—"),
            Fact("来源", f"{result.source}{result.kind}"),
            Fact("统计期间", f"{chinese_date(result.first)} 至 {chinese_date(result.last)}"),
            Fact("对照", f"{result.compared} 条"),
            Fact("不一致", f"{len(result.differences)} 处"),
        ),
        body=tuple(body),
        notes=("本表只作核对，不改变任何记录；以本系统的到岗记录和审批单为准，差异由双方核实后填写核对结果。",),
        signatures=(Signature("核对人"), Signature("驻场公司负责人", seal=True), Signature("运维主管")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )
