"""考核方案: the list and the form. Published or used an edition stands; what changes then is a new edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from opsdesk.models import AppraisalScheme
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.rules.scoring import NOTHING, Level, ObjectKind, PeriodKind, Way, plain
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes, appraisal_typed, entry, listing
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.outcome import Outcome
from opsdesk.services.text import person_name

Values = Mapping[str, Any]
TOUCHED = frozenset({"scheme", "scheme_item"})
PERIODS, LEVELS, OBJECTS = (tuple(str(each) for each in kind) for kind in (PeriodKind, Level, ObjectKind))
DRAFT, PUBLISHED, USED, OVER = "未公示", "已公示", "在用", "已停用"
TONES = {DRAFT: Tone.WARNING, PUBLISHED: Tone.FINE, USED: Tone.FINE, OVER: Tone.NEUTRAL}
SHOWN = ("code", "edition", "title", "period_kind", "object_kind", "regulation", "begins_on", "published_on")


def state(row: Mapping[Any, Any], today: date) -> str:
    """How an edition stands; one that was used before it was published is still to be published."""
    if not in_use(row["ended_on"], today):
        return OVER
    if row["published_on"] is None:
        return DRAFT
    return PUBLISHED if row["frozen_at"] is None else USED


def regulations(ctx: Context) -> list[tuple[str, str]]:
    """Regulations that a scheme can follow."""
    return [(each.code, f"{each.code} {each.title}") for each in ctx.regulations.regulations if each.clauses]


def listed(ctx: Context, query: Query) -> Page:
    """Editions by code, the latest first, with the weight that their items come to."""
    chosen, today = query.filters or {}, ctx.today()
    asked = (
        select(AppraisalScheme.__table__)
        .where(listing.holds(query.text, AppraisalScheme.code, AppraisalScheme.title, AppraisalScheme.regulation))
        .order_by(AppraisalScheme.code, AppraisalScheme.edition.desc())
    )
    for key in ("period_kind", "object_kind"):
        if (wanted := chosen.get(key)) is not None:
            asked = asked.where(getattr(AppraisalScheme, key) == wanted)
    if (wanted := chosen.get("state")) is not None:
        asked = asked.where(_in_state(wanted, today))
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
        items = appraisal_schemes.item_rows(connection, [row.id for row in rows])
    return Page(tuple(_row(row._mapping, items[row.id], today) for row in rows), total)


def _in_state(wanted: str, today: date) -> Any:
    used = AppraisalScheme.ended_on.is_(None) | (AppraisalScheme.ended_on > today)
    published, frozen = AppraisalScheme.published_on.is_not(None), AppraisalScheme.frozen_at.is_not(None)
    return {
        OVER: ~used,
        DRAFT: used & ~published,
        PUBLISHED: used & published & ~frozen,
        USED: used & published & frozen,
    }[wanted]


def _row(row: Mapping[Any, Any], items: list[Mapping[Any, Any]], today: date) -> Row:
    word = state(row, today)
    scored = [appraisal_schemes.item_of(each, 0) for each in items]
    weight = sum((each.weight for each in scored if each.way is not Way.BONUS), NOTHING)
    values = {key: row[key] for key in SHOWN}
    values |= {"weight": f"{plain(weight)} 分／{len(scored)} 项", "state": Chip(word, TONES[word])}
    return Row(row["id"], values, muted=word == OVER)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One edition as its form shows it, with its items in a few words."""
    with ctx.read() as connection:
        row = appraisal_schemes.row_of(connection, record_id)
        scheme = appraisal_schemes.read(connection, record_id)
    full = appraisal_schemes.full_points(scheme, ctx.law_on(max(ctx.today(), scheme.begins_on)))
    return {
        **row,
        "grades": appraisal_typed.grades_words(scheme.grades),
        "overview": _overview(scheme),
        "told": _told(row, scheme, full),
        "state": state(row, ctx.today()),
    }


def _told(row: Values, scheme: Scheme, full: Decimal) -> str:
    if not appraisal_schemes.fixed(row):
        return appraisal_schemes.unfit(scheme, full) or "权重和评分标准都齐了，可以公示。公示以前都可以改。"
    said = []
    if row["published_on"] is not None:
        said.append(f"{row['published_on'].isoformat()} 公示。")
    if row["frozen_at"] is not None:
        said.append(f"{row['frozen_at']:%Y-%m-%d %H:%M} 起用来考核。")
    if row["ended_on"] is not None:
        said.append(f"{row['ended_on'].isoformat()} 起停用。")
    return "\n".join([*said, "要改请用“新版”。"])


def _overview(scheme: Scheme) -> str:
    return "\n".join(
        f"{each.place}. {each.category}：{each.title}"
        + (f" {plain(each.weight)} 分" if each.way is not Way.BONUS else "")
        + f"（{each.way}）"
        for each in scheme.items
    )


def save(ctx: Context, record_id: int | None, values: Values) -> Outcome[int]:
    """Register a scheme or change one that is neither published nor used; only the supervisor may."""
    ctx.require(Role.SUPERVISOR)
    kept = _read(ctx, values)
    with ctx.transaction("登记考核方案" if record_id is None else "修改考核方案") as tx:
        if record_id is None:
            code = entry.code(values, "code", "代码", required=True, longest=12)
            entry.refuse_taken(
                tx.connection, AppraisalScheme.code, code, title="代码", holder=AppraisalScheme.code, but=None
            )
            return Outcome(tx.insert(AppraisalScheme, **kept, code=code, edition=1), TOUCHED)
        row = appraisal_schemes.row_of(tx.connection, record_id)
        if entry.code(values, "code", "代码", required=True, longest=12) != row["code"]:
            raise Refusal("方案的代码不能改，各版靠它连在一起。要用别的代码，请新建一个方案。", field="code")
        if all(row[key] == value for key, value in kept.items()):
            return Outcome(record_id)
        appraisal_schemes.refuse_fixed(tx.connection, record_id)
        tx.update(AppraisalScheme, record_id, **kept)
    return Outcome(record_id, TOUCHED)


def _read(ctx: Context, values: Values) -> dict[str, Any]:
    return {
        "title": entry.text(values, "title", "名称", required=True),
        "period_kind": entry.chosen(values, "period_kind", "周期", PERIODS),
        "level": entry.chosen(values, "level", "级别", LEVELS),
        "object_kind": entry.chosen(values, "object_kind", "对象", OBJECTS),
        "regulation": entry.chosen(values, "regulation", "依据规章", [code for code, _ in regulations(ctx)]),
        "grades": _grades(values),
        "begins_on": entry.day(values, "begins_on", "生效日"),
        "grounds": entry.long_text(values, "grounds", "依据文件"),
        "leader": person_name(entry.text(values, "leader", "组长")),
        "members": "\n".join(
            filter(None, map(person_name, entry.long_text(values, "members", "组员", longest=300).splitlines()))
        ),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }


def _grades(values: Values) -> str:
    typed = entry.text(values, "grades", "等级", required=True, longest=100)
    return appraisal_typed.kept_grades(appraisal_typed.read_grades(typed, "grades"))
