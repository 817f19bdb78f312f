"""考核方案 as they are read: an edition with its items, which one holds on a day; what a site begins with."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from opsdesk import paths
from opsdesk.models import AppraisalItem, AppraisalScheme
from opsdesk.rules import periods
from opsdesk.rules.clause import Law
from opsdesk.rules.scoring import NOTHING, Item, Level, ObjectKind, PeriodKind, Way, plain
from opsdesk.services import appraisal_feeds, appraisal_typed, retiring
from opsdesk.services.appraisal_typed import HUNDRED, Grades
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.inspection_items import in_order
from opsdesk.services.transaction import Transaction

WHAT = "考核方案"
STEP = 10
"""Places of items lie so far apart, so that one can be put between two others."""
SHIPPED = "appraisal/schemes.toml"
POINTS = "appraisal.points"
"""The part of a clause by which points are money, and which says how many there are in all (E19-21)."""


@dataclass(frozen=True)
class Scheme:
    """One edition of a scheme with its items in the order of the sheet.

    `published_on` is the day of 公示 (T4-01), None until then; `frozen` says that it has been used for scoring.
    """

    id: int
    code: str
    edition: int
    title: str
    period_kind: PeriodKind
    level: Level
    object_kind: ObjectKind
    regulation: str
    grades: Grades
    grounds: str
    leader: str
    members: str
    begins_on: date
    published_on: date | None
    frozen: bool
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """“T1Q 第 1 版 外包单位季度考核”."""
        return named(self.code, self.edition, self.title)

    @property
    def weight(self) -> Decimal:
        """The full points of all items but those that add to them."""
        return sum((each.weight for each in self.items if each.way is not Way.BONUS), NOTHING)


def named(code: str, edition: int, title: str) -> str:
    """How an edition is called."""
    return f"{code} 第 {edition} 版 {title}"


def item_of(row: Mapping[Any, Any], place: int) -> Item:
    """An item out of its row, at its place in the sheet."""
    return Item(
        id=row["id"],
        place=place,
        category=row["category"],
        title=row["title"],
        weight=Decimal(row["weight"]),
        standard=row["standard"],
        target=row["target"],
        way=Way(row["way"]),
        source=row["source"],
        each=Decimal(row["each"] or 0),
        cap=Decimal(row["cap"]) if row["cap"] else None,
        ladder=appraisal_typed.ladder_of(row["ladder"]),
        clause=row["clause"],
    )


def item_rows(connection: Connection, scheme_ids: Iterable[int]) -> dict[int, list[Mapping[Any, Any]]]:
    """The items in use of these editions, by edition in the order of the sheet: group by group."""
    found: dict[int, list[Mapping[Any, Any]]] = {scheme_id: [] for scheme_id in scheme_ids}
    query = select(AppraisalItem.__table__).where(AppraisalItem.scheme_id.in_(found), AppraisalItem.left_on.is_(None))
    for row in connection.execute(query).mappings():
        found[row["scheme_id"]].append(row)
    return {scheme_id: in_order(rows) for scheme_id, rows in found.items()}


def _schemes(connection: Connection, rows: Iterable[Mapping[Any, Any]]) -> list[Scheme]:
    rows = list(rows)
    items = item_rows(connection, [row["id"] for row in rows])
    return [_scheme(row, items[row["id"]]) for row in rows]


def _scheme(row: Mapping[Any, Any], items: Iterable[Mapping[Any, Any]]) -> Scheme:
    as_kept = ("id", "code", "edition", "title", "regulation", "grounds", "leader", "members", "begins_on")
    return Scheme(
        **{key: row[key] for key in as_kept},
        period_kind=PeriodKind(row["period_kind"]),
        level=Level(row["level"]),
        object_kind=ObjectKind(row["object_kind"]),
        grades=appraisal_typed.grades_of(row["grades"]),
        published_on=row["published_on"],
        frozen=row["frozen_at"] is not None,
        items=tuple(item_of(each, place) for place, each in enumerate(items, 1)),
    )


def row_of(connection: Connection, scheme_id: int) -> dict[str, Any]:
    """A row of `appraisal_scheme`. Refuses one that is not there."""
    return retiring.one(connection, select(AppraisalScheme.__table__).where(AppraisalScheme.id == scheme_id), WHAT)


def read(connection: Connection, scheme_id: int) -> Scheme:
    """One edition. Refuses one that is not there."""
    return _schemes(connection, [row_of(connection, scheme_id)])[0]


def fixed(row: Mapping[Any, Any]) -> bool:
    """Whether an edition, or the edition that an item belongs to, is published or used and stands as it is."""
    return row["published_on"] is not None or row["frozen_at"] is not None


def refuse_fixed(connection: Connection, scheme_id: int, field: str = "") -> None:
    """Refuse to change an edition, or an item of it, that is published (T4-01) or used."""
    row = row_of(connection, scheme_id)
    if fixed(row):
        why = "已经用来考核" if row["frozen_at"] is not None else f"在 {row['published_on']} 已经公示（T4 2.1）"
        said = f"{row['code']} 第 {row['edition']} 版{why}，方案和指标不能改。要改请在“考核方案”里用“新版”。"
        raise Refusal(said, field=field)


def codes(connection: Connection) -> list[str]:
    """The codes of all schemes in the order in which they were made."""
    query = select(AppraisalScheme.code).order_by(AppraisalScheme.id)
    return list(dict.fromkeys(connection.execute(query).scalars()))


def editions(connection: Connection, code: str) -> list[int]:
    """The ids of every edition of a scheme, the first one first."""
    query = select(AppraisalScheme.id).where(AppraisalScheme.code == code).order_by(AppraisalScheme.edition)
    return list(connection.execute(query).scalars())


def all_in_force(
    connection: Connection, period_kind: PeriodKind, object_kind: ObjectKind | None, day: date, code: str | None = None
) -> list[Scheme]:
    """The edition of each such scheme that holds on a day, in the order in which the schemes were made.

    The latest that has begun holds; one that is not published gives way to one that is (T4-01).
    """
    query = select(AppraisalScheme.__table__).where(
        AppraisalScheme.period_kind == str(period_kind), AppraisalScheme.begins_on <= day
    )
    if object_kind is not None:
        query = query.where(AppraisalScheme.object_kind == str(object_kind))
    if code is not None:
        query = query.where(AppraisalScheme.code == code)
    held: dict[str, Mapping[Any, Any]] = {}
    for row in connection.execute(query.order_by(AppraisalScheme.id)).mappings():
        if in_use(row["ended_on"], day):
            held[row["code"]] = max(held.get(row["code"], row), row, key=_rank)
    return _schemes(connection, held.values())


def _rank(row: Mapping[Any, Any]) -> tuple[bool, date, int]:
    return row["published_on"] is not None, row["begins_on"], row["edition"]


def in_force(
    connection: Connection, period_kind: PeriodKind, object_kind: ObjectKind, day: date, code: str | None = None
) -> Scheme | None:
    """The edition that holds on a day, of this scheme or of the first made for such a period and such appraisees."""
    return next(iter(all_in_force(connection, period_kind, object_kind, day, code)), None)


def of_period(connection: Connection, text: str) -> list[Scheme]:
    """The schemes by which a period written 2026Q1 may be scored: those that hold on its last day.

    Raises ValueError for what is no period.
    """
    period = periods.parse(text)
    return [each for kind in period.kinds for each in all_in_force(connection, kind, None, period.last)]


def offered(ctx: Context) -> list[tuple[int, str]]:
    """Every edition to choose from, the latest of each scheme first; those out of use come last and say so."""
    query = select(
        AppraisalScheme.id, AppraisalScheme.code, AppraisalScheme.edition, AppraisalScheme.title,
        AppraisalScheme.ended_on,
    ).order_by(AppraisalScheme.code, AppraisalScheme.edition.desc())  # fmt: skip
    with ctx.read() as connection:
        rows = connection.execute(query).all()
    used = [row for row in rows if in_use(row.ended_on, ctx.today())]
    over = [row for row in rows if not in_use(row.ended_on, ctx.today())]
    return [(row.id, named(row.code, row.edition, row.title)) for row in used] + [
        (row.id, f"{named(row.code, row.edition, row.title)}（已停用）") for row in over
    ]


def freeze(tx: Transaction, scheme_id: int, now: datetime) -> None:
    """A scheme is used for scoring: from its first use on it stays as it is."""
    query = select(AppraisalScheme.frozen_at).where(AppraisalScheme.id == scheme_id)
    if tx.connection.execute(query).scalar_one() is None:
        tx.update(AppraisalScheme, scheme_id, frozen_at=now)


def full_points(scheme: Scheme, law: Law) -> Decimal:
    """The points that the items of a scheme share: as its regulation says (E19-21, N 分制), else a hundred."""
    held = law.part(POINTS, scheme.regulation)
    return HUNDRED if held is None else Decimal(held.number("score.full"))


def unfit(scheme: Scheme, full: Decimal = HUNDRED) -> str:
    """Why a scheme cannot be published yet, as a sentence; empty where it can (T4-01)."""
    if not scheme.items:
        return "还没有考核指标。请先在“考核指标”里登记。"
    if scheme.weight != full:
        off = full - scheme.weight
        told = f"还差 {plain(off)} 分" if off > 0 else f"多了 {plain(-off)} 分"
        return f"各指标的权重合计 {plain(scheme.weight)} 分，应为 {plain(full)} 分，{told}。请在“考核指标”里核对。"
    if bare := next((each.title for each in scheme.items if not each.standard), ""):
        return f"指标“{bare}”还没有写评分标准。请在“考核指标”里写明怎样得分、怎样扣分。"
    if vague := next((each.title for each in scheme.items if each.source and not _tells(scheme, each.source)), ""):
        return f"指标“{vague}”的取数分不到{scheme.object_kind}。请换一项取数，或改为人工评分。"
    return ""


def _tells(scheme: Scheme, source: str) -> bool:
    """Whether a source tells whose its facts are, for the kind of appraisee: of teams only their months are known."""
    if scheme.object_kind is ObjectKind.TEAM:
        return source == appraisal_feeds.MONTHS
    return scheme.object_kind is not ObjectKind.PERSON or appraisal_feeds.BY_KEY[source].by_person


def shipped() -> list[dict[str, Any]]:
    """The schemes that ship with the program, each a row with its `items` as rows, all by column."""
    raw = tomllib.loads((paths.resources() / SHIPPED).read_text(encoding="utf-8"))
    return [_row_of(each) for each in raw["scheme"]]


def _row_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    blank = {"grounds": "", "leader": "", "members": "", "remarks": ""}
    items = [_item_row(each, place) for place, each in enumerate(raw["item"], 1)]
    grades = appraisal_typed.kept_grades(appraisal_typed.read_grades(raw["grades"]))
    kept = {key: value for key, value in raw.items() if key != "item"}
    return {**blank, **kept, "edition": 1, "grades": grades, "items": items}


def _item_row(raw: Mapping[str, Any], place: int) -> dict[str, Any]:
    blank = dict.fromkeys(("target", "source", "each", "cap", "clause"), "")
    ladder = appraisal_typed.kept_ladder(appraisal_typed.read_ladder(raw.get("ladder", "")))
    return {**blank, "weight": "0", **raw, "place": place * STEP, "ladder": ladder}


def seed(tx: Transaction) -> None:
    """Give a site its first schemes; none is published yet, which the supervisor does (T4-01)."""
    for row in shipped():
        scheme_id = tx.insert(AppraisalScheme, **{key: value for key, value in row.items() if key != "items"})
        tx.insert_many(AppraisalItem, [{**each, "scheme_id": scheme_id} for each in row["items"]])
