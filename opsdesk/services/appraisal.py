"""An appraisal computed: every appraisee's items by record, rulings and marks; score, grade and what it pays.

Live until it is decided; then the sheet says what was frozen, and what the record says now is shown as a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from opsdesk.rules import payment, periods, scoring
from opsdesk.rules.clause import ClauseNotInForce, Law, Regulations
from opsdesk.rules.payment import Money
from opsdesk.rules.periods import Period
from opsdesk.rules.scoring import HUNDREDTH, Item, LineState, ObjectKind, PeriodKind, ScoredItem, ScorerKind, Way
from opsdesk.services import appraisal_feeds, appraisal_money, appraisal_record, appraisal_schemes, appraisal_subjects
from opsdesk.services.appraisal_feeds import Feeds
from opsdesk.services.appraisal_money import ContractPay
from opsdesk.services.appraisal_record import Kept, Mark, Sheet, SheetState
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.appraisal_subjects import PayTerm, Subject
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


@dataclass(frozen=True)
class Scored:
    """One appraisee as scored: items with their lines, marks by hand, score and grade, what it pays or costs.

    `money` is what a points scheme takes off (E19-21); None where the clause is off. `stale` is what the record now
    gives, where any line of it is another than when it was decided; the score itself may be the same.
    """

    subject: Subject
    items: tuple[ScoredItem, ...]
    score: Decimal
    grade: str
    pays: tuple[ContractPay, ...] = ()
    money: Money | None = None
    sheet: Sheet | None = None
    stale: Decimal | None = None

    @property
    def marks(self) -> Mapping[int, tuple[Mark, ...]]:
        """Marks by item; none without a sheet."""
        return self.sheet.marks if self.sheet else {}

    @property
    def state(self) -> SheetState:
        """How far the sheet has come; computed only where none was made."""
        return self.sheet.state if self.sheet else SheetState.LIVE

    @property
    def blanks(self) -> tuple[Item, ...]:
        """Items that nobody has scored yet."""
        return tuple(each.item for each in self.items if each.blank)

    @property
    def open_lines(self) -> int:
        """Proposed lines that cost or earn points and that the supervisor has not ruled upon."""
        return sum(bool(line.proposal.points) for each in self.items if each.item.way in {Way.EVENTS, Way.BONUS}
                   for line in each.lines if line.state is LineState.PROPOSED)  # fmt: skip

    @property
    def amount_fen(self) -> int | None:
        """What all contracts pay together; None where nothing is agreed or a part is still to be negotiated."""
        amounts = [each.pay.amount_fen for each in self.pays]
        return None if not amounts or None in amounts else sum(amount for amount in amounts if amount is not None)

    @property
    def per_cent(self) -> Decimal | None:
        """The payment factor where every contract has the same; else None."""
        found = {each.pay.percent for each in self.pays}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class Round:
    """A period scored by a scheme: every appraisee; `kept` is the appraisal on record, if one was begun.

    `feeds` is what was read of the record behind it.
    """

    scheme: Scheme
    period: Period
    objects: tuple[Scored, ...]
    kept: Kept | None = None
    feeds: Feeds | None = field(default=None, repr=False, compare=False)

    def of_sheet(self, sheet_id: int) -> Scored | None:
        """The appraisee of this sheet."""
        return next((each for each in self.objects if each.sheet and each.sheet.id == sheet_id), None)


def compute(ctx: Context, period: Period, *, code: str | None = None, vendor_id: int | None = None) -> Round:
    """Score the period by the scheme that holds on its last day, or by the one of this code; one vendor's if given.

    What was begun by an edition of it stands by that edition, whatever became of the scheme since. Refuses where no
    scheme is in force for such a period.
    """
    with ctx.read() as connection:
        return _round(connection, ctx.regulations, period, ctx.now(), code, vendor_id)


def renewed(ctx: Context, shown: Round) -> Round:
    """The round after marks, rulings and decisions: its sheets are read anew, the record behind them is not.

    Computed as a whole where more may have changed: it was not begun or is void, there are other sheets, or it counts
    what was decided of the months.
    """
    with ctx.read() as connection:
        kept = appraisal_record.by_id(connection, shown.kept.id) if shown.kept else None
        ids = [each.sheet.id for each in shown.objects if each.sheet]
        months = any(item.source == appraisal_feeds.MONTHS for item in shown.scheme.items)
        if shown.feeds is None or months or kept is None or [sheet.id for sheet in kept.sheets] != ids:
            return _round(connection, ctx.regulations, shown.period, ctx.now(), shown.scheme.code, None)
        pairs = [(sheet.subject, sheet) for sheet in kept.sheets]
        objects = _all_scored(connection, ctx.regulations, shown.scheme, shown.period, pairs, shown.feeds)
        return replace(shown, objects=objects, kept=kept)


def of_appraisal(
    connection: Connection, regulations: Regulations, appraisal_id: int, now: datetime, sheet_ids: Sequence[int] = (),
    item_ids: Collection[int] = (),
) -> Round:  # fmt: skip
    """An appraisal on record as it stands, or these of its sheets and items alone. Refuses an unknown one."""
    kept = appraisal_record.by_id(connection, appraisal_id)
    if kept is None:
        raise Refusal("这次考核已经作废或不在了。请刷新列表后再试。")
    scheme = appraisal_schemes.read(connection, kept.scheme_id)
    if item_ids:
        scheme = replace(scheme, items=tuple(item for item in scheme.items if item.id in item_ids))
    period = period_of(kept)
    chosen = [sheet for sheet in kept.sheets if not sheet_ids or sheet.id in sheet_ids]
    return _of(connection, regulations, scheme, period, now, chosen, (), kept)


def of_one_sheet(connection: Connection, regulations: Regulations, sheet_id: int, now: datetime) -> Round:
    """The appraisal of one sheet with that sheet alone. Refuses an unknown one."""
    appraisal_id = appraisal_record.appraisal_of(connection, sheet_id)
    if appraisal_id is None:
        raise Refusal("这份考核表已经作废或不在了。请刷新后再看。")
    return of_appraisal(connection, regulations, appraisal_id, now, [sheet_id])


def period_of(kept: Kept) -> Period:
    """The period of an appraisal on record."""
    return periods.parse(kept.period)


def scheme_of(connection: Connection, period: Period, code: str | None = None) -> Scheme:
    """The edition that holds on the period's last day; of several schemes for such a period the vendors' first."""
    for kind in period.kinds:
        for object_kind in ObjectKind:
            found = appraisal_schemes.in_force(connection, kind, object_kind, period.last, code=code)
            if found is not None:
                return found
    known = "、".join(appraisal_schemes.codes(connection)) or "还没有"
    what = f"编码为 {code} 的" if code else f"适用于{period.words}的"
    raise Refusal(
        f"没有{what}考核方案在 {period.last.isoformat()} 有效。现有方案：{known}。请在考核方案里登记或核对生效日期。"
    )


def _round(
    connection: Connection, regulations: Regulations, period: Period, now: datetime, code: str | None,
    vendor_id: int | None,
) -> Round:  # fmt: skip
    code = scheme_of(connection, period).code if code is None else code
    kept = appraisal_record.standing(connection, period.text, appraisal_schemes.editions(connection, code))
    if kept is not None:
        scheme = appraisal_schemes.read(connection, kept.scheme_id)
        sheets: Sequence[Sheet] = [each for each in kept.sheets if vendor_id in {None, each.subject.vendor_id}]
        return _of(connection, regulations, scheme, period, now, sheets, (), kept)
    scheme = scheme_of(connection, period, code)
    found = appraisal_subjects.usual(connection, scheme.object_kind, scheme.regulation, period)
    subjects = [each for each in found if vendor_id in {None, each.vendor_id}]
    return _of(connection, regulations, scheme, period, now, (), subjects)


def _of(
    connection: Connection, regulations: Regulations, scheme: Scheme, period: Period, now: datetime,
    sheets: Sequence[Sheet], subjects: Sequence[Subject], kept: Kept | None = None,
) -> Round:  # fmt: skip
    pairs: list[tuple[Subject, Sheet | None]] = [(each.subject, each) for each in sheets]
    pairs += [(each, None) for each in subjects]
    keys = {item.source for item in scheme.items if item.source}
    vendor_id, staff_id = (pairs[0][0].vendor_id, pairs[0][0].staff_id) if len(pairs) == 1 else (None, None)
    feeds = appraisal_feeds.read(
        connection, regulations, period.first, period.last, now, keys, scheme.regulation,
        vendor_id=None if staff_id else vendor_id, staff_id=staff_id,
    )  # fmt: skip
    return Round(scheme, period, _all_scored(connection, regulations, scheme, period, pairs, feeds), kept, feeds)


def _all_scored(
    connection: Connection, regulations: Regulations, scheme: Scheme, period: Period,
    pairs: Sequence[tuple[Subject, Sheet | None]], feeds: Feeds,
) -> tuple[Scored, ...]:  # fmt: skip
    terms = appraisal_subjects.pay_terms(connection, period, scheme.regulation)
    return tuple(
        _scored(regulations, scheme, period, subject, sheet, feeds, terms.get(subject.vendor_id or 0, []))
        for subject, sheet in pairs
    )


def _scored(
    regulations: Regulations, scheme: Scheme, period: Period, subject: Subject, sheet: Sheet | None, feeds: Feeds,
    terms: Sequence[PayTerm],
) -> Scored:  # fmt: skip
    law = regulations.on(period.last)
    live = tuple(_cited(_item(item, subject, sheet, feeds), law) for item in scheme.items)
    now = scoring.total(live)
    if sheet is not None and sheet.decided:
        score = Decimal(sheet.row["score"])
        pays, money = appraisal_money.thawed(sheet.row["pay"])
        items = appraisal_record.thawed(sheet.row["frozen"])
        stale = now if _counts(live) != _counts(items) else None
        return Scored(subject, items, score, sheet.row["grade"], pays, money, sheet, stale)
    pays = _pays(regulations, scheme, period, subject, terms, now)
    money = _money(regulations, scheme, period, live)
    return Scored(subject, live, now, scoring.grade_of(now, scheme.grades), pays, money, sheet)


def _counts(items: Iterable[ScoredItem]) -> set[tuple[object, ...]]:
    """What of scored items makes the score: each line with what was proposed and what counts."""
    lines = {(each.item.id, line.proposal.key, line.proposal.points, line.counted) for each in items
             for line in each.lines}  # fmt: skip
    return lines | {(each.item.id, each.score) for each in items}


def _item(item: Item, subject: Subject, sheet: Sheet | None, feeds: Feeds) -> ScoredItem:
    if item.way is Way.HAND or not item.source:
        return scoring.by_hand(item, *decided_mark(item, sheet.marks.get(item.id, ()) if sheet else ()))
    rulings = sheet.rulings.get(item.id, {}) if sheet else {}
    vendor_id, staff_id = (None, None) if subject.whole else (subject.vendor_id, subject.staff_id)
    if subject.kind is ObjectKind.TEAM and item.source != appraisal_feeds.MONTHS:
        return scoring.score(item, (), rulings)
    if item.way is Way.RATE:
        name = subject.name if item.source == appraisal_feeds.MONTHS and subject.vendor_id is None else None
        rate = feeds.rate(item.source, vendor_id=vendor_id, staff_id=staff_id, name=name)
        return scoring.score(item, scoring.propose(item, (), rate), rulings)
    events = feeds.events(item.source, vendor_id=vendor_id, staff_id=staff_id)
    return scoring.score(item, scoring.propose(item, events, None), rulings)


def _cited(scored: ScoredItem, law: Law) -> ScoredItem:
    """Lines without a clause of their own cite the item's."""
    try:
        citation = law.held(scored.item.clause).cite() if scored.item.clause else None
    except (ClauseNotInForce, KeyError):
        return scored
    lines = (
        line if line.proposal.citation else replace(line, proposal=replace(line.proposal, citation=citation))
        for line in scored.lines
    )
    return replace(scored, lines=tuple(lines)) if citation else scored


def decided_mark(item: Item, marks: Iterable[Mark]) -> tuple[Decimal | None, str, tuple[str, ...]]:
    """Points of an item scored by hand with reason and records: as decided, else the mean of the group."""
    given = list(marks)
    for mark in given:
        if mark.scorer_kind is ScorerKind.DECIDED:
            return mark.points, mark.reason, (f"mark:{mark.id}",)
    group = [mark for mark in given if mark.scorer_kind is ScorerKind.GROUP]
    if not group:
        return None, "", ()
    mean = (sum((mark.points for mark in group), Decimal(0)) / len(group)).quantize(HUNDREDTH, ROUND_HALF_UP)
    said = "；".join(
        f"{mark.scorer} {scoring.plain(mark.points)} 分{mark.reason and '：' + mark.reason}" for mark in group
    )
    of = f"小组 {len(group)} 人平均 {scoring.plain(mean)} 分" if len(group) > 1 else ""
    return (
        mean,
        "，".join(filter(None, (of, said))) if mean != item.weight or of else "",
        tuple(f"mark:{mark.id}" for mark in group),
    )


def _pays(
    regulations: Regulations, scheme: Scheme, period: Period, subject: Subject, terms: Sequence[PayTerm],
    score: Decimal,
) -> tuple[ContractPay, ...]:  # fmt: skip
    if subject.kind is not ObjectKind.VENDOR or scheme.period_kind is not PeriodKind.QUARTER:
        return ()
    try:
        held = regulations.on(period.last).held(payment.PAYMENT)
    except ClauseNotInForce:
        return ()
    return tuple(
        ContractPay(
            term.contract,
            term.project,
            payment.pay(score, term.quarter_fen, held, mode=term.mode, shares=term.shares, ran=term.ran(period)),
        )
        for term in terms
    )


def _money(regulations: Regulations, scheme: Scheme, period: Period, items: Sequence[ScoredItem]) -> Money | None:
    held = regulations.on(period.last).part(appraisal_schemes.POINTS, scheme.regulation)
    if held is None or scheme.object_kind is not ObjectKind.PERSON:
        return None
    off = -sum((line.counted for each in items for line in each.lines if line.counted < 0), Decimal(0))
    return payment.points_money(off, held)


def one_more(
    scored: Scored, scheme: Scheme, terms: Sequence[PayTerm], regulations: Regulations, period: Period
) -> list[tuple[Item, Decimal, int | None]]:
    """What one more event of each item would cost: the score then, and how much less is paid (分)."""
    found = []
    for place, each in enumerate(scored.items):
        if each.item.way is not Way.EVENTS or not each.item.each:
            continue
        items = [*scored.items[:place], scoring.with_one_more(each), *scored.items[place + 1 :]]
        score = scoring.total(items)
        pays = _pays(regulations, scheme, period, scored.subject, terms, score)
        after = [each.pay.amount_fen for each in pays]
        known = scored.amount_fen is not None and bool(after) and None not in after
        less = (scored.amount_fen or 0) - sum(fen or 0 for fen in after) if known else None
        found.append((each.item, score, less))
    return found
