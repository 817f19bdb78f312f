"""A whole period on paper: summary with ranking, pictures, every sheet with its lines; a workbook for each vendor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

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
    Value,
    chinese_date,
)
from opsdesk.exports.making import Maker, made_as
from opsdesk.models import Vendor
from opsdesk.registers.appraisal import charts, documents
from opsdesk.registers.appraisal.documents import CODE, REVISION
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import ObjectKind, plain
from opsdesk.services import appraisal, appraisal_pictures, chain, settings
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.money import in_capitals, in_words, yuan

VENDOR = Column("单位", 30)
"""Of people; a vendor's own name stands beside it already."""
SUMMARY = (
    Column("名次", 12, Kind.NUMBER, Align.CENTER),
    Column("编号", 36, Kind.CODE),
    Column("被考核人", 52),
    VENDOR,
    Column("得分", 18, Kind.NUMBER),
    Column("等级", 20, align=Align.CENTER),
    Column("付款系数", 22, align=Align.CENTER),
    Column("金额（元）", 32, Kind.MONEY),
    Column("意见", 18, align=Align.CENTER),
    Column("状态", 26, align=Align.CENTER),
)

MOST_COMPARED = 8
"""Of more appraisees the summary draws no picture each."""


def ranked(objects: Sequence[Scored]) -> list[tuple[int, Scored]]:
    """Appraisees by falling score with their rank; equal scores share one."""
    falling = sorted(objects, key=lambda each: -each.score)
    return [(1 + sum(other.score > each.score for other in falling), each) for each in falling]


def summary(ctx: Context, made: Round) -> Document:
    """考核汇总表: everybody's score, grade and amount by rank."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    placed, of_people = ranked(made.objects), made.scheme.object_kind is ObjectKind.PERSON
    body: list[Block] = [
        Table(
            tuple(column for column in SUMMARY if of_people or column is not VENDOR),
            tuple(_row(place, each, made) for place, each in placed),
            row_height=8.0,
            number_column=False,
            record_labels=tuple(each.subject.name for _, each in placed),
        )
    ]
    if words := _amount_words(made.objects):
        body.append(Text(words))
    paper = Document(
        code=CODE,
        revision=REVISION,
        title=f"{made.period.words}考核汇总表",
        number=f"KH-{made.period.text.replace('-', '')}-{made.scheme.code}",
        name=f"考核汇总-{made.scheme.code}-{made.period.text}",
        sheet="考核汇总",
        organisation=site["site.name"],
        facts=(
            Fact("方案", f"{made.scheme.title}（第 {made.scheme.edition} 版）"),
            Fact("考核周期", f"{chinese_date(made.period.first)}至{chinese_date(made.period.last)}"),
            Fact("对象", f"{len(placed)} 个"),
            Fact("已核定", f"{sum(bool(each.sheet and each.sheet.decided) for _, each in placed)} 个"),
        ),
        body=tuple(body),
        signatures=(Signature("考核组长"), Signature("审核"), Signature("批准", seal=True)),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )
    return _known(ctx, made, kept_summary, paper)


def pictures(ctx: Context, made: Round) -> Document:
    """考核图表: ranking, trend, where points were lost, and each appraisee beside the median of the group."""
    drawn = charts.of_period(made, appraisal_pictures.earlier(ctx, made))
    if len(made.objects) <= MOST_COMPARED:
        drawn += [charts.shares(each, made) for each in made.objects]
    whole = summary(ctx, made)
    paper = replace(
        whole,
        title=f"{made.period.words}考核图表",
        name=f"考核图表-{made.scheme.code}-{made.period.text}",
        sheet="考核图表",
        body=tuple(drawn),
        signatures=(),
    )
    return _known(ctx, made, kept_pictures, paper)


@made_as("appraisal.summary", of="appraisal")
def kept_summary(ctx: Context, appraisal_id: int, sheets: str) -> Document:
    """The summary of an appraisal on record, of these sheets (their ids, with commas)."""
    return summary(ctx, _kept(ctx, appraisal_id, sheets))


@made_as("appraisal.pictures", of="appraisal")
def kept_pictures(ctx: Context, appraisal_id: int, sheets: str) -> Document:
    """The pictures of an appraisal on record, of these sheets."""
    return pictures(ctx, _kept(ctx, appraisal_id, sheets))


def _kept(ctx: Context, appraisal_id: int, sheets: str) -> Round:
    with ctx.read() as connection:
        ids = [int(each) for each in sheets.split(",")]
        return appraisal.of_appraisal(connection, ctx.regulations, appraisal_id, ctx.now(), ids)


def _known(ctx: Context, made: Round, maker: Maker[[int, str], Document], paper: Document) -> Document:
    """The paper with what makes it anew; of a trial that is not on record nothing does."""
    ids = [str(each.sheet.id) for each in made.objects if each.sheet]
    if made.kept is None or not ids:
        return replace(paper, origin=None)
    return maker.known(ctx, paper, made.kept.id, ",".join(ids))


def _row(place: int, each: Scored, made: Round) -> tuple[Value, ...]:
    share = each.per_cent
    fen = each.amount_fen if each.pays else each.money.amount_fen if each.money else None
    return (
        place,
        documents.number_of(made, each),
        each.subject.name,
        *([each.subject.vendor] if made.scheme.object_kind is ObjectKind.PERSON else []),
        documents.tidy(each.score),
        each.grade,
        f"{plain(share)}%" if share is not None else "",
        yuan(fen),
        each.sheet.row["opinion"] if each.sheet else "",
        str(each.state),
    )


def _amount_words(objects: Sequence[Scored]) -> str:
    amounts = [each.amount_fen for each in objects if each.amount_fen is not None]
    if not amounts:
        return ""
    left = sum(bool(each.pays) and each.amount_fen is None for each in objects)
    rest = f"另有 {left} 家付款待协商。" if left else ""
    return f"应付合计 {in_words(sum(amounts))} 元，人民币（大写）{in_capitals(sum(amounts) / HUNDRED)}。{rest}"


def whole_period(ctx: Context, made: Round) -> list[Document]:
    """Everything of a period in the order in which it is filed: summary, then each sheet with its lines."""
    if not made.objects:
        raise Refusal(f"{made.period.words}没有考核对象，没有可以打印的考核表。")
    found = [summary(ctx, made), pictures(ctx, made)]
    for each in made.objects:
        found.append(documents.sheet(ctx, made, each))
        if (lines := documents.details(ctx, made, each)) is not None:
            found.append(lines)
    return found


def vendor_books(ctx: Context, made: Round) -> dict[int, list[Document]]:
    """For each vendor the sheets of its own and of its people with their lines, and nothing of another."""
    found: dict[int, list[Document]] = {}
    for each in made.objects:
        if each.subject.vendor_id is not None:
            own = found.setdefault(each.subject.vendor_id, [])
            own.append(documents.sheet(ctx, made, each))
            if (lines := documents.details(ctx, made, each)) is not None:
                own.append(lines)
    with ctx.read() as connection:
        query = select(Vendor.id, Vendor.code, Vendor.short_name).where(Vendor.id.in_(found))
        vendors = {row.id: row for row in connection.execute(query)}
    for vendor_id, own in found.items():
        vendor = vendors[vendor_id]
        name = f"考核-{vendor.short_name}-{vendor.code}-{made.scheme.code}-{made.period.text}"
        found[vendor_id] = [replace(own[0], name=name), *own[1:]]
    return found
