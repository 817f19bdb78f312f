"""考核指标: the list, the form, and what speaks against an item; those of a published or used scheme stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from opsdesk.models import AppraisalItem, AppraisalScheme
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.clause import Regulations
from opsdesk.rules.scoring import NOTHING, Way, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes, appraisal_typed, choices, entry, listing, retiring
from opsdesk.services.appraisal_feeds import BY_KEY, FEEDS, Gives
from opsdesk.services.appraisal_typed import HUNDRED
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.inspection_items import in_order
from opsdesk.services.outcome import Outcome
from opsdesk.services.transaction import Transaction

Values = Mapping[str, Any]
TOUCHED = frozenset({"scheme_item", "scheme"})
WHAT = "考核指标"
WAYS = tuple(str(way) for way in Way)
LAST_PLACE = 999
OPEN, FIXED, OVER = "可以改", "已定", "已停用"
TONES = {OPEN: Tone.INFORMATION, FIXED: Tone.FINE, OVER: Tone.NEUTRAL}
OWN_POINTS = ("dispatch.", "event.")
"""How sources begin whose facts bring points of their own: by the clause (E19) or as they were entered."""


def sources(_ctx: Context) -> list[tuple[str, str]]:
    """What of the record an item can be scored by, with what is counted."""
    return [
        (feed.key, f"{feed.title}（{'按比率' if feed.gives is Gives.RATE else f'按{feed.unit}计'}）") for feed in FEEDS
    ]


def categories(ctx: Context) -> list[tuple[str, str]]:
    """Categories that stand in schemes."""
    with ctx.read() as connection:
        found = connection.execute(select(AppraisalItem.category).order_by(AppraisalItem.id)).scalars()
        return [(word, word) for word in dict.fromkeys(found)]


def _asked() -> Any:
    return select(
        AppraisalItem.__table__, AppraisalScheme.code, AppraisalScheme.edition, AppraisalScheme.published_on,
        AppraisalScheme.frozen_at,
    ).join(AppraisalScheme, AppraisalScheme.id == AppraisalItem.scheme_id)  # fmt: skip


def listed(ctx: Context, query: Query) -> Page:
    """Items by scheme, the latest edition first, group by group."""
    chosen = query.filters or {}
    asked = _asked().where(
        listing.holds(
            query.text, AppraisalItem.title, AppraisalItem.category, AppraisalItem.standard, AppraisalItem.clause,
            AppraisalScheme.code,
        )
    )  # fmt: skip
    if (scheme_id := chosen.get("scheme_id")) is not None:
        asked = asked.where(AppraisalItem.scheme_id == scheme_id)
    if (way := chosen.get("way")) is not None:
        asked = asked.where(AppraisalItem.way == way)
    with ctx.read() as connection:
        found: dict[tuple[str, int], list[Mapping[Any, Any]]] = {}
        for row in connection.execute(asked).mappings():
            found.setdefault((row["code"], -row["edition"]), []).append(row)
    rows = [row for key in sorted(found) for row in in_order(found[key])]
    begin, end = max(0, query.offset), max(0, query.offset) + max(0, query.limit)
    return Page(tuple(_row(row, ctx.regulations) for row in rows[begin:end]), len(rows))


def _row(row: Mapping[Any, Any], regulations: Regulations) -> Row:
    word = OVER if row["left_on"] is not None else FIXED if appraisal_schemes.fixed(row) else OPEN
    return Row(
        row["id"],
        {
            "scheme": f"{row['code']} {row['edition']} 版",
            **{key: row[key] for key in ("place", "category", "title", "way")},
            "clause": regulations.clause(row["clause"]).short if row["clause"] else "",
            "weight": "加分" if row["way"] == Way.BONUS else row["weight"],
            "state": Chip(word, TONES[word]),
        },
        muted=word == OVER,
    )


def row_of(connection: Connection, item_id: int) -> dict[str, Any]:
    """A row of `appraisal_item` with how its scheme stands. Refuses one that is not there."""
    return retiring.one(connection, _asked().where(AppraisalItem.id == item_id), WHAT)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One item as its form shows it."""
    with ctx.read() as connection:
        row = row_of(connection, record_id)
    ladder = appraisal_typed.ladder_words(appraisal_typed.ladder_of(row["ladder"]))
    return {**row, "ladder": ladder, "source": row["source"] or None, "clause": row["clause"] or None}


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Enter an item or change it; only the supervisor may, and only while its scheme is neither published nor used."""
    ctx.require(Role.SUPERVISOR)
    scheme_id = entry.chosen(values, "scheme_id", "方案", [key for key, _ in appraisal_schemes.offered(ctx)])
    kept = _read(ctx, values)
    place = entry.whole_or_none(values, "place", "次序", 1, LAST_PLACE)
    with ctx.transaction("登记考核指标" if record_id is None else "修改考核指标") as tx:
        if record_id is None:
            appraisal_schemes.refuse_fixed(tx.connection, scheme_id, "scheme_id")
            _refuse_same_title(tx.connection, scheme_id, kept["title"], None)
            place = place or _next_place(tx, scheme_id)
            return Outcome(tx.insert(AppraisalItem, **kept, scheme_id=scheme_id, place=place), TOUCHED)
        row = row_of(tx.connection, record_id)
        if row["scheme_id"] != scheme_id:
            raise Refusal("指标所属的方案不能改。请在另一个方案里新建一项。", field="scheme_id")
        kept["place"] = place or row["place"]
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        appraisal_schemes.refuse_fixed(tx.connection, scheme_id)
        _refuse_same_title(tx.connection, scheme_id, kept["title"], record_id)
        tx.update(AppraisalItem, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _read(ctx: Context, values: Values) -> dict[str, Any]:
    known = [key for key, _ in choices.clauses(ctx)]
    way = Way(entry.chosen(values, "way", "计分方式", WAYS))
    return {
        "category": entry.text(values, "category", "考核类别", required=True, longest=20),
        "title": entry.text(values, "title", "考核指标", required=True, longest=40),
        "weight": _weight(values, way),
        "standard": entry.long_text(values, "standard", "评分标准"),
        "target": entry.text(values, "target", "目标值"),
        "way": str(way),
        **_source(values, way),
        "ladder": _ladder(values, way),
        "clause": entry.chosen(values, "clause", "条款", known) if values.get("clause") else "",
    }


def _weight(values: Values, way: Way) -> str:
    if way is Way.BONUS:
        given = appraisal_typed.points(values, "weight", "权重")
        if given:
            raise Refusal("加分项不占权重，请把权重空着；最多加几分写在“最多”里。", field="weight")
        return "0"
    given = appraisal_typed.points(values, "weight", "权重", required=True, most=HUNDRED)
    if not given:
        raise Refusal("权重要大于 0 分。只加分的指标，计分方式请选“按次加分”。", field="weight")
    return plain(given)


def _source(values: Values, way: Way) -> dict[str, str]:
    """Source, points of one event and the most of them, as they go with the way of scoring."""
    if way is Way.HAND:
        for key, title in (("source", "取数"), ("each", "每次"), ("cap", "最多")):
            if values.get(key) not in (None, ""):
                raise Refusal(f"人工评分的指标不从记录取数，请把“{title}”空着。", field=key)
        return {"source": "", "each": "", "cap": ""}
    source = entry.chosen(values, "source", "取数", BY_KEY)
    is_rate = BY_KEY[source].gives is Gives.RATE
    if is_rate is not (way is Way.RATE):
        told = "是比率，计分方式请选“按比率”" if is_rate else "按次计，计分方式请选“按次扣分”或“按次加分”"
        raise Refusal(f"这项取数{told}，或者换一项取数。", field="source")
    each = appraisal_typed.points(values, "each", "每次", most=HUNDRED)
    cap = appraisal_typed.points(values, "cap", "最多", most=HUNDRED)
    if way is Way.RATE:
        for key, title, given in (("each", "每次", each), ("cap", "最多", cap)):
            if given is not None:
                raise Refusal(f"按比率的指标不按次计分，请把“{title}”空着。", field=key)
    elif not each and not source.startswith(OWN_POINTS):
        raise Refusal("请填写“每次”：发生一次扣几分或加几分。", field="each")
    if cap == NOTHING:
        raise Refusal("“最多”要大于 0 分；没有上限就空着。", field="cap")
    return {
        "source": source,
        "each": "" if each is None else plain(each),
        "cap": "" if cap is None else plain(cap),
    }


def _ladder(values: Values, way: Way) -> str:
    typed = entry.text(values, "ladder", "阶梯", longest=200)
    if typed and way is not Way.RATE:
        raise Refusal("只有按比率的指标分阶梯，请把“阶梯”空着。", field="ladder")
    return appraisal_typed.kept_ladder(appraisal_typed.read_ladder(typed, "ladder"))


def _refuse_same_title(connection: Connection, scheme_id: int, title: str, but: int | None) -> None:
    same = select(AppraisalItem.id).where(
        AppraisalItem.scheme_id == scheme_id, func.lower(AppraisalItem.title) == func.lower(title),
        AppraisalItem.left_on.is_(None), AppraisalItem.id != (but or 0),
    )  # fmt: skip
    if connection.execute(same.limit(1)).first() is not None:
        raise Refusal(f"这个方案里已经有“{title}”。请换一个名称，或去改原来那一项。", field="title")


def _next_place(tx: Transaction, scheme_id: int) -> int:
    last = select(func.coalesce(func.max(AppraisalItem.place), 0)).where(AppraisalItem.scheme_id == scheme_id)
    return min(LAST_PLACE, int(tx.connection.execute(last).scalar_one()) + appraisal_schemes.STEP)


def retire(ctx: Context, item_id: int, _values: Values) -> Outcome[str]:
    """Take an item out of a scheme that is neither published nor used."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("停用考核指标") as tx:
        row = row_of(tx.connection, item_id)
        if row["left_on"] is not None:
            raise Refusal(f"“{row['title']}”已经停用。")
        appraisal_schemes.refuse_fixed(tx.connection, row["scheme_id"])
        tx.update(AppraisalItem, item_id, left_on=ctx.today())
    return Outcome(f"“{row['title']}”已停用，不再计入这个方案。", TOUCHED)


def bring_back(ctx: Context, item_id: int, _values: Values) -> Outcome[str]:
    """Take an item into its scheme again. Refuses where another took its title meanwhile."""
    ctx.require(Role.SUPERVISOR)
    with ctx.transaction("恢复考核指标") as tx:
        row = row_of(tx.connection, item_id)
        if row["left_on"] is None:
            raise Refusal(f"“{row['title']}”正在使用，不需要恢复。")
        appraisal_schemes.refuse_fixed(tx.connection, row["scheme_id"])
        _refuse_same_title(tx.connection, row["scheme_id"], row["title"], item_id)
        tx.update(AppraisalItem, item_id, left_on=None)
    return Outcome(f"“{row['title']}”已恢复，重新计入这个方案。", TOUCHED)
