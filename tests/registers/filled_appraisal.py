"""Appraisal: events, a scheme of the site's own, fees of contracts and proposals, at least three of each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from filled_site import load, run, save
from sqlalchemy import select

from opsdesk.models import AppraisalSheet
from opsdesk.registers.appraisal import marks
from opsdesk.registers.appraisal import service as appraisals
from opsdesk.registers.appraisal.marks import Entry
from opsdesk.rules import periods
from opsdesk.rules.scoring import ScorerKind
from opsdesk.services import measures
from opsdesk.services.context import Context


def event(ctx: Context, staff_id: int | None = None, vendor_id: int | None = None, **more: Any) -> int:
    """A violation of the day, of a person or of a vendor."""
    usual: dict[str, Any] = {
        "kind": "违规", "day": date(2026, 3, 4), "facts": "10:20 在机房门口吸烟，保安李强看见。", "proof": "监控 3 号",
    }  # fmt: skip
    return save(ctx, "appraisal_event", staff_id=staff_id, vendor_id=vendor_id, **{**usual, **more})


def scheme(ctx: Context, code: str = "Z1", **more: Any) -> int:
    """A monthly scheme of persons without items."""
    usual = {
        "title": "驻场个人月度考核", "period_kind": "月度", "level": "部门级", "object_kind": "个人",
        "regulation": "T4", "grades": "优 90 良 75 合格 60 不合格 0", "begins_on": date(2026, 3, 1), "leader": "孙丽",
        "members": "赵敏\n钱进",
    }  # fmt: skip
    return save(ctx, "scheme", code=code, **{**usual, **more})


def item(ctx: Context, scheme_id: int, title: str = "任务完成情况", **more: Any) -> int:
    """An item of a scheme, scored by hand."""
    usual = {"category": "任务", "weight": "100", "standard": "按时完成得满分，漏做一项扣 20 分。", "way": "人工评分"}
    return save(ctx, "scheme_item", scheme_id=scheme_id, title=title, **{**usual, **more})


def term(ctx: Context, contract_id: int, **more: Any) -> int:
    """What a contract pays a quarter, by the regulation."""
    usual = {"holds_from": date(2026, 1, 1), "fee": "100,000", "mode": "regulation"}
    return save(ctx, "payment_term", contract_id=contract_id, **{**usual, **more})


def measure(ctx: Context, staff_id: int | None, step: str = "口头警告", **more: Any) -> int:
    """A proposal of no sheet."""
    usual: dict[str, Any] = {"sheet_id": None, "kind": "惩罚", "sentence": "本月得分 58 分，不合格。"}
    with ctx.transaction("提出奖惩建议") as tx:
        return measures.propose(tx, staff_id=staff_id, step=step, now=ctx.now(), **{**usual, **more})


def checked(ctx: Context) -> list[int]:
    """Three departments spot-checked: one scored by hand, decided, told and in objection, two still to be scored."""
    own = scheme(ctx, "Z2", title="部门抽查", period_kind="抽查", object_kind="部门", begins_on=date(2026, 3, 1))
    scored = item(ctx, own, "现场抽查")
    run(ctx, "scheme", "publish", own, day=date(2026, 3, 2))
    period = periods.of_days(date(2026, 3, 3), date(2026, 3, 4))
    begun = appraisals.begin(ctx, scheme_id=own, period=period, names=["网络部100%_", "运维部", "综合部"]).value
    with ctx.read() as connection:
        query = select(AppraisalSheet.id).where(AppraisalSheet.appraisal_id == begun).order_by(AppraisalSheet.id)
        sheets = list(connection.execute(query).scalars())
    given = [Entry(sheets[0], scored, Decimal(82), "标签缺两处")]
    marks.mark(ctx, entries=given, scorer_kind=ScorerKind.DECIDED)
    appraisals.decide(ctx, sheet_ids=sheets[:1])
    run(ctx, "appraisal_sheet", "tell", sheets[0], talk_at=ctx.now(), talk="当面告知")
    run(ctx, "appraisal_sheet", "hear", sheets[0], opinion="申诉", opinion_text="标签已补", opinion_on=ctx.today())
    return sheets


def fill(ctx: Context, staff: list[int], vendors: list[int], contracts: list[int]) -> dict[str, list[int]]:
    """Events of persons and vendors, one void; a scheme published, used by nobody; terms; measures in each state."""
    events = [
        event(ctx, staff[0], clause="T2-CON-10", facts="机房门口吸烟 100%_"),
        event(ctx, None, vendors[1], kind="表扬", points="2", facts="财务科来信表扬", proof="表扬信 3 月 2 日"),
        event(ctx, staff[1], kind="投诉", day=date(2026, 3, 2)),
        event(ctx, None, vendors[0], kind="迟交报告", facts="周报晚一天", proof="邮件"),
    ]
    run(ctx, "appraisal_event", "void", events[3], reason="当天补交了")
    own = scheme(ctx)
    items = [
        item(ctx, own, weight="60"),
        item(ctx, own, "迟到", way="按次扣分", source="attendance.late", each="1.5", cap="20", weight="20"),
        item(
            ctx, own, "响应", way="按比率", source="incident.within_response", weight="20",
            ladder="95% 得 100%，90% 得 80%", clause="T1-FLT-01",
        ),
        item(ctx, own, "建议", way="按次加分", source="event.suggestion", each="1", weight=""),
        item(ctx, own, "多余的%_"),
    ]  # fmt: skip
    run(ctx, "scheme_item", "retire", items[4])
    run(ctx, "scheme", "publish", own, day=date(2026, 3, 2))
    run(ctx, "scheme", "renew", own, begins_on=date(2026, 4, 1))
    terms = [
        term(ctx, contracts[0]),
        term(ctx, contracts[0], holds_from=date(2026, 4, 1), mode="grade4", shares="优 100 良 95 合格 80 不合格 0"),
        term(ctx, contracts[1], fee="88000.50", mode="linear"),
    ]
    measured = [measure(ctx, staff[0]), measure(ctx, staff[1], "培训"), measure(ctx, staff[2], "表彰", kind="奖励")]
    run(ctx, "measure", "accept", measured[1], reason="下周补课")
    run(ctx, "measure", "decline", measured[2], reason="样本太少")
    sheets = checked(ctx)
    assert load(ctx, "measure", measured[1])["decided_at"] == datetime(2026, 3, 5, 8)
    return {
        "appraisal_event": events,
        "scheme": [own],
        "scheme_item": items,
        "payment_term": terms,
        "measure": measured,
        "appraisal_sheet": sheets,
    }
