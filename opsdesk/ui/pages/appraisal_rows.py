"""What the scoring page shows of an appraisal: the columns of its grid, and each cell in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from opsdesk.register import Chip, Tone
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.scoring import HUNDREDTH, NOTHING, Item, LineState, ObjectKind, ScoredItem, ScorerKind, Way, plain
from opsdesk.services.appraisal import Round, Scored
from opsdesk.services.appraisal_record import Mark, SheetState
from opsdesk.services.money import yuan
from opsdesk.services.text import person_name

TOTAL, GRADE, PAY, STATE = "total", "grade", "pay", "state"
COUNTED = {
    ObjectKind.VENDOR: "家单位",
    ObjectKind.DEPARTMENT: "个部门",
    ObjectKind.TEAM: "个班组",
    ObjectKind.PERSON: "人",
}
TONES = {
    SheetState.LIVE: Tone.NEUTRAL,
    SheetState.SCORING: Tone.INFORMATION,
    SheetState.DECIDED: Tone.INFORMATION,
    SheetState.TOLD: Tone.INFORMATION,
    SheetState.OBJECTED: Tone.WARNING,
    SheetState.ANSWERED: Tone.INFORMATION,
    SheetState.SUBMITTED: Tone.FINE,
    SheetState.FILED: Tone.FINE,
}


@dataclass(frozen=True)
class Scorer:
    """Whose points are typed: the appraisee's own, a member's of the group, or the decided ones."""

    kind: ScorerKind
    name: str = ""

    @property
    def words(self) -> str:
        """自评, 小组 · 张三, 核定."""
        return f"{self.kind} · {self.name}" if self.name else str(self.kind)


DECIDED = Scorer(ScorerKind.DECIDED)


@dataclass(frozen=True)
class Cell:
    """A cell of the grid: its figure, smaller words below it, lines that wait for a ruling.

    `full` and `blank` say that nothing was lost, and that nobody has scored; `typed` that it is not saved yet.
    """

    text: str
    below: str = ""
    waiting: int = 0
    full: bool = False
    blank: bool = False
    typed: bool = False
    chip: Chip | None = None


def scorers(shown: Round) -> list[Scorer]:
    """Everybody who may give points, the decided ones first, then the group with its leader, then the appraisee."""
    leader, members = (shown.kept or shown.scheme).leader, (shown.kept or shown.scheme).members
    names = dict.fromkeys(filter(None, map(person_name, [leader, *members.splitlines()])))
    return [DECIDED, *(Scorer(ScorerKind.GROUP, name) for name in names), Scorer(ScorerKind.SELF)]


def by_hand(item: Item) -> bool:
    """Whether points are typed for the item; the others take them from the record."""
    return item.way is Way.HAND or not item.source


def mark_of(scored: Scored, item: Item, scorer: Scorer) -> Mark | None:
    """What this scorer has given."""
    return next(
        (
            mark
            for mark in scored.marks.get(item.id, ())
            if mark.scorer_kind is scorer.kind and (scorer.kind is not ScorerKind.GROUP or mark.scorer == scorer.name)
        ),
        None,
    )


def item_cell(scored: Scored, each: ScoredItem, scorer: Scorer) -> Cell:
    """The score of an item as it counts; while one scores as another, that one's own points."""
    item = each.item
    if not by_hand(item):
        return Cell(_score(each), _cut(each), waiting(each), full=each.score == each.base)
    if scorer.kind is not ScorerKind.DECIDED and not scored_over(scored):
        own = mark_of(scored, item, scorer)
        counts = "" if each.blank or (own and own.points == each.score) else f"计 {plain(each.score)}"
        return Cell(
            plain(own.points) if own else "", counts, full=bool(own and own.points == item.weight), blank=own is None
        )
    return Cell(
        "" if each.blank else plain(each.score),
        _others(scored.marks.get(item.id, ()), None if each.blank else each.score),
        full=each.score == item.weight and not each.blank,
        blank=each.blank,
    )


def scored_over(scored: Scored) -> bool:
    """Whether a sheet is decided, so that nothing can be typed any more."""
    return scored.sheet is not None and scored.sheet.decided


def closed(scored: Scored) -> str:
    """Why no points can be typed for somebody; empty where they can."""
    if scored.sheet is None:
        return "还没有建立考核，现在的分数是试算。先建立考核，再打分。"
    return f"{scored.sheet.number} 已经核定，不能再改。要改请先撤回核定并写明原因。" if scored.sheet.decided else ""


def waiting(each: ScoredItem) -> int:
    """Lines that cost or earn points and have no ruling."""
    if each.item.way not in {Way.EVENTS, Way.BONUS}:
        return 0
    return sum(bool(line.proposal.points) for line in each.lines if line.state is LineState.PROPOSED)


def _score(each: ScoredItem) -> str:
    if each.item.way is Way.BONUS:
        return f"+{plain(each.score)}" if each.score else "—"
    return plain(each.score)


def _cut(each: ScoredItem) -> str:
    """That lines say more than the item can lose."""
    return "已扣完" if each.item.way is Way.EVENTS and any(line.cut for line in each.lines) else ""


def _others(marks: Sequence[Mark], counts: Decimal | None) -> str:
    """自 9 组 8.5: what others gave, where it is not what counts."""
    said = []
    for kind, word in ((ScorerKind.SELF, "自"), (ScorerKind.GROUP, "组")):
        given = [mark.points for mark in marks if mark.scorer_kind is kind]
        if given and (mean := mean_of(given)) != counts:
            said.append(f"{word} {plain(mean)}")
    return " ".join(said)


def mean_of(points: Sequence[Decimal]) -> Decimal:
    """The mean to the second decimal."""
    return (sum(points, Decimal(0)) / len(points)).quantize(HUNDREDTH, ROUND_HALF_UP)


def sum_keys(shown: Round) -> list[str]:
    """The columns beside the items: 合计, 等级, what it pays or costs where it does, 状态."""
    pays = any(each.pays or each.money for each in shown.objects)
    graded = bool(shown.scheme.grades)
    return [TOTAL, *([GRADE] if graded else []), *([PAY] if pays else []), STATE]


def sum_title(shown: Round, key: str) -> str:
    """The heading of such a column."""
    pay = "付款" if any(each.pays for each in shown.objects) else "折算（元）"
    return {TOTAL: "合计", GRADE: "等级", PAY: pay, STATE: "状态"}[key]


def sum_cell(scored: Scored, key: str) -> Cell:
    """A cell beside the items."""
    if key == TOTAL:
        below = "" if scored.stale in {None, scored.score} else f"现 {plain(scored.stale or NOTHING)}"
        return Cell(plain(scored.score), below)
    if key == GRADE:
        return Cell(scored.grade)
    if key == PAY:
        return Cell(*pay_words(scored))
    return Cell("", chip=state_chip(scored))


def pay_words(scored: Scored) -> tuple[str, str]:
    """The factor and below it the amount; of points their amount alone."""
    if scored.money is not None:
        return amount_words(scored.money.amount_fen), ""
    if not scored.pays:
        return "—", ""
    share = scored.per_cent
    factor = (
        f"{plain(share)}%"
        if share is not None
        else "协商"
        if any(each.pay.negotiated for each in scored.pays)
        else "待定"
    )
    return factor, f"{amount_words(scored.amount_fen)} 元" if scored.amount_fen is not None else ""


def amount_words(fen: int | None) -> str:
    """123,456.70, without the decimals where they are nothing."""
    amount = yuan(fen)
    if amount is None:
        return "待定"
    return in_yuan(amount)


def state_chip(scored: Scored) -> Chip:
    """How far a sheet is: 未评 3, 待处理 5, 待核定, 已核定 …"""
    if scored.state is SheetState.SCORING:
        said = [f"未评 {len(scored.blanks)}"] if scored.blanks else []
        said += [f"待处理 {scored.open_lines}" if not said else f"待 {scored.open_lines}"] if scored.open_lines else []
        return Chip(" · ".join(said) or "待核定", Tone.WARNING if said else Tone.INFORMATION)
    if scored.stale is not None and scored.state is not SheetState.FILED:
        return Chip("记录有变", Tone.WARNING)
    return Chip(str(scored.state), TONES[scored.state])


def state_line(shown: Round, *, short: bool = False) -> str:
    """“2026 年第一季度 · 4 家单位 · 已核定 2 · 拟扣分待处理 5 · 未评 3 项”; `short` without the period."""
    objects = shown.objects
    said = [] if short else [shown.period.words]
    said.append(f"{len(objects)} {COUNTED[shown.scheme.object_kind]}")
    if shown.kept is None:
        said.append("尚未建立，分数为试算")
    if decided := sum(scored_over(each) for each in objects):
        said.append(f"已核定 {decided}")
    if lines := sum(each.open_lines for each in objects if not scored_over(each)):
        said.append(f"拟扣分待处理 {lines}")
    if shown.kept is not None and (blanks := sum(len(each.blanks) for each in objects if not scored_over(each))):
        said.append(f"未评 {blanks} 项")
    if filed := sum(each.state is SheetState.FILED for each in objects):
        said.append(f"已归档 {filed}")
    return " · ".join(said)


def in_order(objects: Iterable[Scored]) -> list[Scored]:
    """Vendors first, everybody else in the order of the record."""
    return sorted(objects, key=lambda each: each.subject.kind is not ObjectKind.VENDOR)


def head_words(scored: Scored) -> tuple[str, str]:
    """The name of an appraisee, and below it his vendor and post."""
    subject = scored.subject
    if subject.kind is ObjectKind.PERSON:
        return subject.name, " · ".join(filter(None, (subject.vendor, subject.post)))
    return subject.name, subject.vendor if subject.vendor != subject.name else ""


def points_words(points: Decimal) -> str:
    """扣 2 分, 加 1 分, 不扣分."""
    return "不扣分" if not points else f"{'加' if points > 0 else '扣'} {plain(abs(points))} 分"
