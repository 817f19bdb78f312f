"""What a site chooses from in an incident: categories, severities, kinds of customer; it may change them all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
HEARD = {
    "硬件故障": ("硬件坏", "主板", "硬盘", "内存条", "显示器", "打印机", "卡纸", "不出纸"),
    "网络故障": ("网络不通", "网络断", "网络慢", "网络中断", "断网", "没网", "上不了网", "连不上网", "网线", "交换机"),
    "软件故障": ("软件打不开", "软件报错", "软件坏", "死机", "蓝屏", "闪退"),
    "系统服务": ("系统打不开", "系统登不上", "系统登录不了", "系统报错", "系统崩溃"),
    "数据问题": ("数据丢失", "数据错误", "数据不对", "数据不一致"),
    "一卡通终端": ("刷卡机", "POS机", "圈存机", "消费机"),
    "动力环境": ("空调", "漏水", "停电", "跳闸", "UPS"),
    "账号权限": ("账号", "帐号", "密码", "权限"),
    "咨询操作": ("咨询", "怎么用", "怎么操作"),
}
"""Words that name a category of ours without saying it."""
NEVER_HEARD = "其他"
"""The name that stands in too many lines to be meant by them."""


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


def heard(connection: Connection, line: str, today: date) -> str:
    """The category that a line names by its whole name, else by a word for it; empty where none in use is meant."""
    query = select(IncidentOption.name, IncidentOption.left_on).where(IncidentOption.what == str(What.CATEGORY))
    rows = connection.execute(query.order_by(IncidentOption.place, IncidentOption.id)).all()
    used: list[str] = [row.name for row in rows if in_use(row.left_on, today) and row.name != NEVER_HEARD]
    said = line.casefold()
    named = [name for name in used if name.casefold() in said]
    meant = [name for name in used if any(word.casefold() in said for word in HEARD.get(name, ()))]
    return next(iter([*named, *meant]), "")


def hours_of(connection: Connection) -> Mapping[str, str]:
    """By which calendar each category is timed."""
    query = select(IncidentOption.name, IncidentOption.hours).where(IncidentOption.what == str(What.CATEGORY))
    return {row.name: row.hours for row in connection.execute(query)}
