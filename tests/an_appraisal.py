"""A small quarterly appraisal of two vendors for tests: items of every way, facts, fees; published and over."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from team import SINCE, Team, go_to

from opsdesk.models import AppraisalItem, AppraisalScheme, Contract
from opsdesk.registers.appraisal_event import service as events
from opsdesk.registers.payment_term import service as payment_terms
from opsdesk.rules import periods
from opsdesk.services.context import Context

CODE = "Q9"
QUARTER = periods.parse("2026Q1")
ITEMS: tuple[dict[str, Any], ...] = (
    {"category": "服务", "title": "服务态度", "weight": "20", "way": "人工评分"},
    {"category": "服务", "title": "文档资料", "weight": "20", "way": "人工评分"},
    {"category": "遵守规定", "title": "违规", "weight": "30", "way": "按次扣分", "source": "event.violation",
     "each": "5", "clause": "T3-08a"},
    {"category": "解决", "title": "按时解决率", "weight": "30", "way": "按比率", "source": "incident.within_deadline",
     "clause": "T1-FLT-02"},
    {"category": "加分", "title": "表扬", "weight": "0", "way": "按次加分", "source": "event.praise", "each": "1",
     "cap": "3"},
)  # fmt: skip


def scheme(ctx: Context, code: str = CODE, **more: Any) -> int:
    """A published scheme with the items above; `more` changes its columns."""
    usual: dict[str, Any] = {
        "title": "外包单位季度评分", "edition": 1, "period_kind": "季度", "level": "公司级", "object_kind": "外包单位",
        "regulation": "T1", "grades": '[["90", "优"], ["75", "良"], ["60", "合格"], ["0", "不合格"]]', "grounds": "",
        "leader": "孙丽", "members": "赵敏\n钱进", "begins_on": SINCE, "published_on": SINCE, "remarks": "",
    }  # fmt: skip
    blank = dict.fromkeys(("target", "source", "each", "cap", "ladder", "clause"), "")
    with ctx.transaction("方案") as tx:
        scheme_id = tx.insert(AppraisalScheme, **{**usual, "code": code, **more})
        rows = [
            {**blank, "standard": f"{each['title']}按事实评分。", **each, "scheme_id": scheme_id, "place": 10 * place}
            for place, each in enumerate(ITEMS, 1)
        ]
        tx.insert_many(AppraisalItem, rows)
    return scheme_id


def event(ctx: Context, staff_id: int, day: date, facts: str, kind: str = "违规") -> int:
    """A fact kept by hand about one of the team."""
    values = {"kind": kind, "day": day, "staff_id": staff_id, "facts": facts, "proof": "当班记录"}
    return events.save(ctx, None, values).value


def fees(ctx: Context, yuan: str = "100,000") -> None:
    """What every contract pays a quarter, by the regulation."""
    with ctx.read() as connection:
        contracts = connection.execute(select(Contract.id, Contract.begins_on)).all()
    for row in contracts:
        term = {"contract_id": row.id, "holds_from": row.begins_on, "fee": yuan, "mode": "regulation", "shares": ""}
        payment_terms.save(ctx, None, term)


def lived(ctx: Context, crew: Team) -> int:
    """A quarter that is over: 华信 broke the rules twice and was praised once, 恒通 did neither; gives the scheme."""
    made = scheme(ctx)
    fees(ctx)
    event(ctx, crew["1001"], date(2026, 2, 10), "没有佩戴工作证。")
    event(ctx, crew["1002"], date(2026, 2, 12), "机房门口吸烟。")
    event(ctx, crew["1003"], date(2026, 3, 2), "财务科来信表扬。", "表扬")
    go_to(ctx, "2026-04-01 09:00")
    return made
