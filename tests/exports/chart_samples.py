"""Charts for the tests of paper, workbook and window."""

from __future__ import annotations

from decimal import Decimal

from opsdesk.exports.document import BarChart, Series

DAYS = tuple(str(day) for day in range(1, 32))
SOLVED = tuple((day * 7) % 13 for day in range(1, 32))
UNSOLVED = tuple((day * 5) % 3 for day in range(1, 32))
VENDORS = (
    "华信系统集成有限公司",
    "中科软件服务股份有限公司西北分公司第二事业部",
    "恒通网络",
    "阿卜杜热合曼·吾布力",
    "新疆维吾尔自治区信息化建设服务有限责任公司运维中心",
)
RATES = (
    Series("响应及时率", (Decimal("97.5"), Decimal("100"), Decimal("88.9"), None)),
    Series("解决及时率", (Decimal("91.2"), Decimal("94.8"), Decimal("75"), None)),
)
GROUPS = ("网络组", "主机组", "应用组", "桌面组")

DAILY = BarChart("每日事件数", DAYS, (Series("已解决", SOLVED), Series("未解决", UNSOLVED)), "件", stacked=True)
BY_VENDOR = BarChart(
    "按厂商的事件数",
    VENDORS,
    (Series("已解决", (41, 30, 12, 5, 2)), Series("未解决", (3, 0, 2, 1, 0))),
    "件",
    stacked=True,
    horizontal=True,
)
BY_CATEGORY = BarChart(
    "按类别的事件数", ("网络", "主机", "终端", "账号"), (Series("事件数", (34, 21, 4, 0)),), "件", horizontal=True
)
RATE = BarChart("各组及时率", GROUPS, RATES, "%", target=95, height=60)
LYING_RATE = BarChart("各组及时率", GROUPS, RATES, "%", target=95, horizontal=True)
TWO_SHIFTS = BarChart("两班每日事件数", DAYS, (Series("白班", SOLVED), Series("夜班", UNSOLVED)), "件")
ZEROS = BarChart("零", DAYS, (Series("已解决", (0,) * 31), Series("未解决", (0,) * 31)), "件", stacked=True)
ONE = BarChart("一条", ("3月",), (Series("事件数", (7,)),), "件", target=5, height=45)
LARGE = BarChart("每日流量", DAYS, (Series("流量", tuple(day * 1_234_567 for day in range(1, 32))),), "次")
LEVELS = BarChart(
    "各级事件数",
    tuple(f"{month}月" for month in range(1, 7)),
    tuple(Series(name, (3, 9, 0, 12, 5, 20)) for name in ("特别重大", "重大", "较大", "一般", "轻微", "咨询")),
    "件",
    stacked=True,
)
MONTHS = tuple(f"{month}月" for month in range(1, 13))
CROWDED = BarChart(
    "每日合计",
    DAYS,
    (Series("白班", tuple(1000 + day for day in range(31))), Series("夜班", tuple(3000 - day for day in range(31)))),
    "次",
    stacked=True,
)
TWO_YEARS = BarChart(
    "两年",
    MONTHS,
    (Series("去年", tuple(range(4000, 4012))), Series("今年", tuple(range(4012, 4000, -1)))),
    "次",
)
EMPTY = BarChart("没有的", (), (), "件")

CHARTS = {
    "daily": DAILY,
    "vendors": BY_VENDOR,
    "categories": BY_CATEGORY,
    "rates": RATE,
    "lying rates": LYING_RATE,
    "two shifts": TWO_SHIFTS,
    "zeros": ZEROS,
    "one": ONE,
    "large": LARGE,
    "levels": LEVELS,
    "crowded": CROWDED,
    "two years": TWO_YEARS,
}
