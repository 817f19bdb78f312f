"""What goes out of an appraisal: the feedback slip to the appraisee, the letter with the payment to a vendor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from opsdesk.exports.document import (
    Align,
    Block,
    Choice,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Text,
    Value,
    chinese_date,
)
from opsdesk.exports.making import made_as
from opsdesk.registers.appraisal.documents import CODE, REVISION, found, number_of, tidy
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import Opinion, ScoredItem, Way, plain
from opsdesk.services import chain, settings
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.money import in_capitals, in_words, yuan

LINE, TEXT_ROOM = 10.0, 34.0
ITEMS = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("考核类别", 34),
    Column("满分", 18, Kind.NUMBER),
    Column("得分", 18, Kind.NUMBER),
    Column("得失分", 126),
)
PAYMENTS = (
    Column("合同编号", 40, Kind.CODE),
    Column("项目", 50),
    Column("季度合同款（元）", 34, Kind.MONEY),
    Column("付款系数", 24, align=Align.CENTER),
    Column("应付（元）", 34, Kind.MONEY),
)


@made_as("appraisal.feedback", of="appraisal_sheet")
def feedback_slip(ctx: Context, sheet_id: int) -> Document:
    """考核结果反馈单: the result in short, and room for opinion and signature (T4-03a). Refuses an undecided sheet."""
    made, scored = found(ctx, sheet_id)
    _refuse_undecided(scored)
    row = scored.sheet.row if scored.sheet else {}
    chosen = row.get("opinion") or ""
    body: list[Block] = [
        _items(scored),
        FormGrid(
            (
                (FormCell("总分", plain(scored.score), height=LINE),
                 FormCell("等级", scored.grade or "—", height=LINE)),
                (FormCell("反馈谈话记录", row.get("talk") or "", height=TEXT_ROOM),),
                (FormCell("被考核人意见", Choice(tuple(map(str, Opinion)), (chosen,) if chosen else ()), height=LINE),),
                (FormCell("意见内容", row.get("opinion_text") or "", height=TEXT_ROOM),),
                (FormCell("申诉答复", row.get("answer") or "", height=TEXT_ROOM),),
            ),
            label_width=30.0,
        ),
    ]  # fmt: skip
    return _letter(
        ctx, made, scored, "考核结果反馈单", tuple(body),
        (Signature("反馈人"), Signature("被考核人"), Signature("见证人")),
        ("对结果有异议的，请在“意见内容”里写明事实和理由，逐条对应扣分明细；答复后方可归档（T4 2.3）。",),
    )  # fmt: skip


@made_as("appraisal.letter", of="appraisal_sheet")
def vendor_letter(ctx: Context, sheet_id: int) -> Document:
    """考核结果及付款通知 of a quarter to a vendor, with the amount in capitals. Refuses what is no decided vendor's."""
    made, scored = found(ctx, sheet_id)
    _refuse_undecided(scored)
    if scored.subject.vendor_id is None or scored.subject.staff_id is not None:
        raise Refusal("付款通知只发给外包单位。请选择外包单位的季度考核表。")
    return _letter(
        ctx, made, scored, "考核结果及付款通知", tuple(_letter_body(made, scored)),
        (Signature("信息中心", seal=True), Signature("接收单位", seal=True)), (),
    )  # fmt: skip


def _letter_body(made: Round, scored: Scored) -> Iterable[Block]:
    period, name = made.period, scored.subject.name
    grade = f"，等级为“{scored.grade}”" if scored.grade else ""
    yield Text(f"{name}：", 12.0)
    yield Text(
        f"　　根据合同约定的考核办法，{period.words}（{chinese_date(period.first)}至{chinese_date(period.last)}）"
        f"贵单位考核得分 {plain(scored.score)} 分{grade}。各项得分如下。",
        12.0,
    )
    yield _items(scored)
    if scored.pays:
        rows = tuple(
            (
                each.contract,
                each.project,
                yuan(each.pay.base_fen),
                f"{plain(each.pay.percent)}%"
                if each.pay.percent is not None
                else "协商"
                if each.pay.negotiated
                else "待定",
                yuan(each.pay.amount_fen),
            )
            for each in scored.pays
        )
        yield Table(PAYMENTS, rows, number_column=False, record_labels=tuple(each.contract for each in scored.pays))
        for part in filter(None, (each.pay.part for each in scored.pays)):
            yield Text(f"　　{part}。", 12.0)
        yield Text(_payment_words(scored), 12.0)
    yield Text("　　扣分依据见随附的《考核扣分明细》。如有异议，请自收到之日起按合同约定的期限书面提出。", 12.0)


def _payment_words(scored: Scored) -> str:
    cited = "、".join(dict.fromkeys(each.pay.citation.short for each in scored.pays))
    if (amount := scored.amount_fen) is None:
        return f"　　按 {cited}，本季度付款比例需由双方协商或另行约定后确定。"
    return (
        f"　　按 {cited}，本季度应付合计 {in_words(amount)} 元，"
        f"人民币（大写）{in_capitals(amount / HUNDRED)}。请据此开具发票。"
    )


def _items(scored: Scored) -> Table:
    """The score by category, with the items that lost most; every line stands in the 扣分明细."""
    groups: dict[str, list[ScoredItem]] = {}
    for each in scored.items:
        if each.item.way is not Way.BONUS or each.score:
            groups.setdefault(each.item.category, []).append(each)
    rows: list[tuple[Value, ...]] = []
    for place, (category, items) in enumerate(groups.items(), 1):
        full = sum((each.item.weight for each in items if each.item.way is not Way.BONUS), Decimal(0))
        got = sum((each.score for each in items), Decimal(0))
        rows.append((place, category, tidy(full), tidy(got), _lost(items)))
    full_points = sum((each.item.weight for each in scored.items if each.item.way is not Way.BONUS), Decimal(0))
    rows.append((None, "合计", tidy(full_points), tidy(scored.score), ""))
    return Table(ITEMS, tuple(rows), font_size=10.0, number_column=False, record_labels=(*groups, "合计"))


def _lost(items: Sequence[ScoredItem]) -> str:
    """Items of a category that lost or gained points, the most first: 按时响应率 -6；迟到 6 条 -1.2."""
    found = []
    for each in items:
        points = sum((line.counted for line in each.lines), Decimal(0))
        if points:
            many = sum(bool(line.counted) for line in each.lines)
            found.append((points, f"{each.item.title}{f' {many} 条' if many > 1 else ''} {plain(points)} 分"))
    return "；".join(words for _, words in sorted(found))


def _letter(
    ctx: Context, made: Round, scored: Scored, title: str, body: tuple[Block, ...],
    signatures: tuple[Signature, ...], notes: tuple[str, ...],
) -> Document:  # fmt: skip
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    decided = scored.sheet.row["decided_at"] if scored.sheet else None
    return Document(
        code=CODE,
        revision=REVISION,
        title=f"{made.period.words}{title}",
        number=number_of(made, scored),
        name=f"{title}-{scored.subject.name}-{made.period.text}",
        sheet=title[:8],
        organisation=site["site.name"],
        facts=(
            Fact("对象", scored.subject.name),
            Fact("考核周期", made.period.words),
            *((Fact("核定日期", chinese_date(decided)),) if decided else ()),
        ),
        body=body,
        notes=notes,
        signatures=signatures,
        retention=f"保存期限：{site['paper.retention_years']} 年，随合同档案",
        trace=trace,
    )


def _refuse_undecided(scored: Scored) -> None:
    if scored.sheet is None or not scored.sheet.decided:
        raise Refusal(f"{scored.subject.name}的考核还没有核定，不能发出结果。请先核定。")
