"""A command run on a small site, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

PASSWORD = "long enough to be kept"
NOW = datetime(2026, 3, 5, 10, 5)
STAFF = """工号,姓名,外包单位,岗位,考勤号,到场日期
V001,王强,青禾示例公司,桌面运维,1,2026-01-05
V002,李𬭎,青禾示例公司,网络运维,2,2026-01-05
V003,阿不都·热合曼,远山示例公司,,3,2026-01-05
"""


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]
