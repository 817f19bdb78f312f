"""考核评分表 on paper (F18, OD-F18 A/0): the sheet of one appraisee, and every line behind its points.

A decided sheet is printed as it was frozen; one that is still being scored says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

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
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.registers.appraisal import evidence
from opsdesk.rules import review
from opsdesk.rules.payment import HUNDRED
from opsdesk.rules.scoring import HUNDREDTH, LineState, ObjectKind, Opinion, ScoredItem, ScorerKind, Way, plain
from opsdesk.services import appraisal, appraisal_feeds, chain, settings
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import Mark
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.money import in_capitals, in_words

CODE, REVISION = "OD-F18", "A/0"
TITLE = "考核评分表"
ROW, LINE, SIGN_ROOM, TALK_ROOM = 7.0, 7.5, 10.0, 13.0
LOWERED = {ROW: 6.0, LINE: 6.5, SIGN_ROOM: 8.5, TALK_ROOM: 10.0}
DRAFT = "本表尚未核定，供被考核人核对和提出意见；拟扣分由主管逐条确认、修改或免除。"
RULES = "打分后不得涂改，不得用铅笔、红笔。扣分以事实为据，每条写明条款和依据记录。"
OBJECT_WORDS = {ObjectKind.VENDOR: "被考核单位", ObjectKind.PERSON: "被考核人"}
COLUMNS = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("考核类别", 15),
    Column("考核指标", 24),
    Column("满分", 9, Kind.NUMBER, Align.CENTER),
    Column("评分标准", 56),
    Column("目标值", 13, align=Align.CENTER),
    Column("数据来源", 15, align=Align.CENTER),
    Column("完成情况及扣分事由", 86),
    Column("扣分", 10, Kind.NUMBER),
    Column("自评分", 12, Kind.NUMBER),
    Column("考核人评分", 12, Kind.NUMBER),
    Column("核定分", 12, Kind.NUMBER),
)
LINES = (
    Column("序号", 8, Kind.NUMBER, Align.CENTER),
    Column("考核指标", 30),
    Column("日期", 20, Kind.DATE),
    Column("人员", 16),
    Column("事实与计算", 74),
    Column("条款", 18, Kind.CODE),
    Column("拟分", 12, Kind.NUMBER),
    Column("计分", 12, Kind.NUMBER),
    Column("处理", 14, align=Align.CENTER),
    Column("理由", 36),
    Column("依据记录", 36),
)
MOST_REASONS = 3
MOST_RECORDS = 3


def number_of(made: Round, scored: Scored) -> str:
    """The sheet's number; before an appraisal is begun there is none."""
    return scored.sheet.number if scored.sheet else f"KH-{made.period.text.replace('-', '')}-（未建）"


def tidy(points: Decimal) -> Decimal:
    """Points without idle zeros, as they stand in a cell."""
    return Decimal(plain(points))


def sheet(ctx: Context, made: Round, scored: Scored) -> Document:
    """The F18 of one appraisee: items, result, talk, opinion, hand-in."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    decided = scored.sheet is not None and scored.sheet.decided
    made_paper = Document(
        code=CODE,
        revision=REVISION,
        title=f"{made.period.words}{TITLE}{'' if decided else '（征求意见）'}",
        number=number_of(made, scored),
        name=f"考核评分表-{scored.subject.name}-{made.period.text}",
        sheet=scored.subject.vendor if scored.subject.kind is ObjectKind.VENDOR else scored.subject.name,
        organisation=site["site.name"],
        facts=_facts(made, scored),
        body=tuple(_body(made, scored)),
        notes=tuple(_notes(ctx, made, scored, decided=decided)),
        basis=_basis(scored),
        signatures=(
            Signature("考核组长"),
            Signature("考核人"),
            Signature("被考核人"),
            Signature("综合管理部签收"),
            Signature("批准"),
        ),
        retention=f"保存期限：{site['paper.retention_years']} 年，付款附件随合同档案",
        trace=trace,
        landscape=True,
    )
    paper = on_fewest_pages(made_paper, LOWERED)
    return of_sheet.known(ctx, paper, scored.sheet.id) if scored.sheet else paper


def _facts(made: Round, scored: Scored) -> tuple[Fact, ...]:
    scheme, subject = made.scheme, scored.subject
    return (
        Fact(OBJECT_WORDS.get(subject.kind, f"被考核{subject.kind}"), subject.name),
        *((Fact("单位", subject.vendor),) if subject.kind is ObjectKind.PERSON else ()),
        Fact("周期", f"{made.period.first.isoformat()} 至 {made.period.last.isoformat()}"),
        Fact("方案", f"{scheme.code} 第 {scheme.edition} 版"),
        Fact("级别", str(scheme.level)),
    )


def _group(made: Round) -> str:
    """The appraisal group as it was when the appraisal was begun."""
    of = made.kept or made.scheme
    return "、".join(filter(None, [of.leader and f"组长 {of.leader}", *map(str.strip, of.members.splitlines())]))


def _body(made: Round, scored: Scored) -> Iterable[Block]:
    rows = [_row(place, each, scored.marks.get(each.item.id, ())) for place, each in enumerate(scored.items, 1)]
    rows.append(_total(scored))
    labels = tuple(f"{scored.subject.name} {each.item.title}" for each in scored.items)
    yield Table(
        COLUMNS, tuple(rows), row_height=ROW, font_size=8.5, number_column=False, record_labels=(*labels, "合计")
    )
    yield FormGrid(tuple(_result(made, scored)), label_width=28.0, font_size=9.5)


def _row(place: int, each: ScoredItem, marks: Sequence[Mark]) -> tuple[Value, ...]:
    item = each.item
    feed = appraisal_feeds.BY_KEY.get(item.source)
    off = sum((line.counted for line in each.lines), Decimal(0))
    return (
        place,
        item.category,
        item.title,
        item.weight if item.way is not Way.BONUS else None,
        item.standard,
        item.target,
        "记录取数" if feed else "人工评分",
        _reasons(each),
        tidy(-off) if off and item.way is not Way.BONUS else None,
        _mean(marks, ScorerKind.SELF),
        _mean(marks, ScorerKind.GROUP),
        None if each.blank else tidy(each.score),
    )


def _mean(marks: Sequence[Mark], kind: ScorerKind) -> Decimal | None:
    given = [mark.points for mark in marks if mark.scorer_kind is kind]
    return tidy((sum(given, Decimal(0)) / len(given)).quantize(HUNDREDTH, ROUND_HALF_UP)) if given else None


def _reasons(each: ScoredItem) -> str:
    """The lines that count, the rest counted; all of them stand in the 扣分明细."""
    said = [line for line in each.lines if line.counted or each.item.way is Way.RATE]
    words = [
        line.proposal.because if each.item.way is Way.RATE else f"{line.proposal.because}{_points(line.counted)}"
        for line in said[:MOST_REASONS]
    ]
    if len(said) > MOST_REASONS:
        rest = sum((line.counted for line in said[MOST_REASONS:]), Decimal(0))
        words.append(f"另有 {len(said) - MOST_REASONS} 条，共{_points(rest)}，见扣分明细。")
    if waived := sum(line.state is LineState.WAIVED for line in each.lines):
        words.append(f"免除 {waived} 条，见扣分明细。")
    return "\n".join(words) or ("" if each.blank else "无扣分。" if each.item.way is not Way.BONUS else "")


def _points(points: Decimal) -> str:
    return f"（{'加' if points > 0 else '扣'} {plain(abs(points))} 分）"


def _total(scored: Scored) -> tuple[Value, ...]:
    weight = sum((each.item.weight for each in scored.items if each.item.way is not Way.BONUS), Decimal(0))
    off = weight - scored.score
    return (None, "合计", "", weight, "", "", "", "", tidy(off) if off > 0 else None, None, None, tidy(scored.score))


def _result(made: Round, scored: Scored) -> Iterable[tuple[FormCell, ...]]:
    post = (_line("岗位", scored.subject.post or "—"),) if scored.subject.kind is ObjectKind.PERSON else ()
    yield (_line("考核小组", _group(made) or "—", 2 if post else 1), *post)
    yield (_line("得分", plain(scored.score)), _line("等级", scored.grade or "—"), *_factor(scored))
    for each in scored.pays:
        yield (_line(f"合同 {each.contract}", f"{each.pay.sentence}依据 {each.pay.citation.short}。"),)
    if (amount := scored.amount_fen) is not None:
        yield (_line("应付金额", f"{in_words(amount)} 元　人民币（大写）{in_capitals(amount / HUNDRED)}"),)
    if scored.money is not None:
        yield (_line("积分折算", f"{scored.money.sentence}依据 {scored.money.citation.short}。"),)
    row = scored.sheet.row if scored.sheet else {}
    talk = "　".join(filter(None, [chinese_moment(row.get("talk_at")), row.get("talk") or ""]))
    yield (FormCell("反馈谈话记录\n（时间、内容）", talk, height=TALK_ROOM),)
    chosen = row.get("opinion") or ""
    opinions = Choice(tuple(str(each) for each in Opinion), (chosen,) if chosen else ())
    signed = chinese_date(row["opinion_on"]) if row.get("opinion_on") else ""
    yield (_line("被考核人意见", opinions), _line("签名日期", signed), _line("见证人", row.get("witness") or ""))
    yield (FormCell("意见内容", row.get("opinion_text") or "", height=SIGN_ROOM),)
    if chosen == Opinion.OBJECT or row.get("answer"):
        yield (FormCell("申诉答复", row.get("answer") or "", height=SIGN_ROOM),)
    handed = chinese_moment(row.get("submitted_at"))
    yield (_line("提交时间", handed), _line("签收人", row.get("submitted_to") or ""), _line("归档", _filed(row)))


def _line(label: str, value: Value = "", span: int = 1) -> FormCell:
    return FormCell(label, value, span, LINE)


def _filed(row: object) -> str:
    at = row["filed_at"] if isinstance(row, dict) and row else None
    return chinese_date(at) if at else ""


def _factor(scored: Scored) -> tuple[FormCell, ...]:
    if not scored.pays:
        return ()
    share = scored.per_cent
    return (FormCell("付款系数", f"{plain(share)}%" if share is not None else "见下"),)


def _notes(ctx: Context, made: Round, scored: Scored, *, decided: bool) -> Iterable[str]:
    yield RULES
    if not decided:
        yield DRAFT
    if scored.stale is not None:
        now = f"按现有记录为 {plain(scored.stale)} 分" if scored.stale != scored.score else "得分不变，扣分明细有不同"
        yield f"核定后记录有变动：{now}，本表按核定时的 {plain(scored.score)} 分印出。"
    if made.scheme.grounds:
        yield f"考核依据：{'；'.join(each.rstrip('。') for each in made.scheme.grounds.splitlines())}。"
    row = scored.sheet.row if scored.sheet else {}
    law = ctx.law_on(made.period.last)
    if row.get("submitted_at") and (said := review.submitted_late(made.period.last, row["submitted_at"], law)):
        yield said


def _basis(scored: Scored) -> tuple[str, ...]:
    modes = dict.fromkeys(f"付款口径：{each.pay.mode_word}（{each.pay.citation.short}）。" for each in scored.pays)
    return tuple(modes)


def details(ctx: Context, made: Round, scored: Scored) -> Document | None:
    """Every line behind the points, waived ones too, with clause and records; None where there are none."""
    rows: list[tuple[Value, ...]] = []
    records = evidence.read(
        ctx, (one for each in scored.items for line in each.lines for one in line.proposal.evidence)
    )
    for each in scored.items:
        for line in each.lines:
            cited = line.proposal.citation
            rows.append(
                (
                    len(rows) + 1,
                    each.item.title,
                    line.proposal.day,
                    line.proposal.person,
                    line.proposal.because + ("（超出本项上限的部分不计）" if line.cut else ""),
                    cited.short if cited else each.item.clause,
                    tidy(line.proposal.points),
                    tidy(line.counted),
                    str(line.state) if each.item.way in {Way.EVENTS, Way.BONUS} else "",
                    line.ruling.reason if line.ruling else "",
                    _records(line.proposal.evidence, records),
                )
            )
    if not rows:
        return None
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        trace = chain.short_head(connection)
    number = number_of(made, scored)
    paper = Document(
        code=CODE,
        revision=REVISION,
        title=f"{made.period.words}考核扣分明细",
        number=number,
        name=f"考核扣分明细-{scored.subject.name}-{made.period.text}",
        sheet="扣分明细",
        organisation=site["site.name"],
        facts=_facts(made, scored)[:2],
        body=(
            Table(
                LINES,
                tuple(rows),
                row_height=7.0,
                font_size=9.0,
                record_labels=tuple(f"{scored.subject.name} 第 {place} 条" for place in range(1, len(rows) + 1)),
            ),
        ),
        notes=(
            f"各项满分合计加计分合计等于得分 {plain(scored.score)} 分。拟分为按记录算出的建议数，计分为核定采用的数。",
        ),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
        landscape=True,
    )
    return details_of.known(ctx, paper, scored.sheet.id) if scored.sheet else paper


def _records(references: Sequence[str], found: Mapping[str, str]) -> str:
    """The first records behind a line in words, the others counted."""
    known = [found[each] for each in references if each in found]
    more = f"等 {len(known)} 条" if len(known) > MOST_RECORDS else ""
    return "、".join(known[:MOST_RECORDS]) + more


@made_as("appraisal.sheet", of="appraisal_sheet")
def of_sheet(ctx: Context, sheet_id: int) -> Document:
    """The F18 of a sheet on record."""
    made, scored = found(ctx, sheet_id)
    return sheet(ctx, made, scored)


@made_as("appraisal.details", of="appraisal_sheet")
def details_of(ctx: Context, sheet_id: int) -> Document:
    """The lines of a sheet on record. Refuses a sheet without any."""
    made, scored = found(ctx, sheet_id)
    if (paper := details(ctx, made, scored)) is None:
        raise Refusal(f"{scored.subject.name}没有扣分也没有加分，没有明细可以打印。")
    return paper


def found(ctx: Context, sheet_id: int) -> tuple[Round, Scored]:
    """A sheet on record with its appraisal. Refuses one that is not there."""
    with ctx.read() as connection:
        made = appraisal.of_one_sheet(connection, ctx.regulations, sheet_id, ctx.now())
    scored = made.of_sheet(sheet_id)
    assert scored is not None  # noqa: S101 — it was asked for
    return made, scored
