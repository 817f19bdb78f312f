"""What a site chooses from in an incident: categories, severities, kinds of customer; it may change them all."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import Connection, select

from opsdesk.models import IncidentOption
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context
from opsdesk.services.transaction import Transaction


class What(StrEnum):
    """What an option is of."""

    CATEGORY = "类别"
    SEVERITY = "等级"
    CUSTOMER = "客户类型"


ALL_HOURS, WORKING_HOURS = "全天", "工作时间"
"""By which calendar the response to a category is timed."""
SHIPPED = (
    (What.CATEGORY, ("硬件故障", "网络故障", "软件故障", "系统服务", "数据问题", "一卡通终端", "动力环境", "账号权限",
                     "咨询操作", "其他")),
    (What.SEVERITY, ("高", "中", "低")),
    (What.CUSTOMER, ("最终用户", "直接客户", "第三方")),
)  # fmt: skip
"""What a new site begins with."""


def seed(tx: Transaction) -> None:
    """Give a site its first options."""
    rows = [
        {"what": str(what), "name": name, "place": place, "hours": ALL_HOURS if what is What.CATEGORY else ""}
        for what, names in SHIPPED
        for place, name in enumerate(names, 1)
    ]
    tx.insert_many(IncidentOption, rows)


def offered(ctx: Context, what: What) -> list[tuple[str, str]]:
    """Options to choose from as (value, label), those out of use last and marked."""
    with ctx.read() as connection:
        query = select(IncidentOption.name, IncidentOption.left_on).where(IncidentOption.what == str(what))
        rows = connection.execute(query.order_by(IncidentOption.place, IncidentOption.id)).all()
    used = [(row.name, row.name) for row in rows if in_use(row.left_on, ctx.today())]
    return used + [(row.name, f"{row.name}（已停用）") for row in rows if not in_use(row.left_on, ctx.today())]


def names(connection: Connection, what: What) -> list[str]:
    """Every option of a kind, also those out of use, in their order."""
    query = select(IncidentOption.name).where(IncidentOption.what == str(what))
    return list(connection.execute(query.order_by(IncidentOption.place, IncidentOption.id)).scalars())


def hours_of(connection: Connection) -> Mapping[str, str]:
    """By which calendar each category is timed."""
    query = select(IncidentOption.name, IncidentOption.hours).where(IncidentOption.what == str(What.CATEGORY))
    return {row.name: row.hours for row in connection.execute(query)}
