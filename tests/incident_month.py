"""Incidents written straight into the record, for months that no test could live through one act at a time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from team import Team

from opsdesk.models import Incident, IncidentDue, IncidentPause
from opsdesk.registers.incident.service import BLANK
from opsdesk.rules.vocabulary import IncidentState
from opsdesk.services import incident_clocks, incident_text
from opsdesk.services.context import Context

EMPTY: Mapping[str, Any] = {
    **{column.name: None for column in Incident.__table__.columns if column.name != "id"},
    **BLANK,
    "kind": "故障",
    "state": str(IncidentState.ACCEPTED),
    "source": "电话",
}
SYSTEMS = ("一卡通平台", "门禁系统", "办公打印", "无线网络", "视频会议", "邮件系统", "财务系统", "人事系统", "机房动环",
           "核心交换", "数据库", "统一认证")  # fmt: skip
CATEGORIES = ("硬件故障", "网络故障", "软件故障", "账号权限", "咨询操作")
TITLES = ("刷卡没有反应", "打印机卡纸", "无线连不上", "会议室没有声音", "收不到邮件", "登录后白屏", "温度告警",
          "端口闪断", "报表打不开", "密码忘记")  # fmt: skip


def insert(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Write incidents with `pauses` and `dues` of their own if given, and let the clocks follow; gives their ids."""
    ids = []
    with ctx.transaction("补录") as tx:
        for row in rows:
            values = {key: value for key, value in row.items() if key not in {"pauses", "dues"}}
            incident_id = tx.insert(Incident, **{**EMPTY, **values})
            ids.append(incident_id)
            for begins, ends, whose in row.get("pauses", ()):
                tx.insert(
                    IncidentPause, incident_id=incident_id, begins_at=begins, ends_at=ends, whose=whose, reason="等"
                )
            for due in row.get("dues", ()):
                tx.insert(
                    IncidentDue, incident_id=incident_id, asked_at=row["reported_at"], due_at=due, confirmed=True,
                    asked_by="用户", reason="",
                )  # fmt: skip
        incident_clocks.settle(tx, ctx, ids)
        incident_text.refresh(tx.connection, ids)
    return ids


def invented(
    crew: Team, year: int, month: int, count: int, seed: int = 1, *, people: Iterable[str] = ("1001", "1002", "2001")
) -> list[dict[str, Any]]:
    """A month of incidents as they may happen: late and early, waiting, asked for, unsolved, of nobody, void."""
    chance, numbers, made = random.Random(seed), list(people), []
    with_vendor = {number: 1 if number.startswith("1") else 2 for number in numbers}
    begins = datetime(year, month, 1, 8, 0)
    times = sorted(begins + timedelta(seconds=chance.randrange(27 * 86_400)) for _ in range(count))
    for place, at in enumerate(times, 1):
        number = chance.choice([*numbers, numbers[0], ""])
        solved = at + timedelta(seconds=chance.randrange(1200, 90_000)) if chance.random() < 0.85 else None
        answered = at + timedelta(seconds=chance.choice((59, 300, 600, 601, 1500)))
        paused = solved is not None and chance.random() < 0.3
        made.append(
            {
                "number": f"SJ-{at:%Y%m%d}-{place:03}",
                "title": f"{chance.choice(TITLES)}（{place}）",
                "system": chance.choices(SYSTEMS, range(len(SYSTEMS), 0, -1))[0],
                "category": chance.choice((*CATEGORIES, "")),
                "severity": chance.choice(("高", "中", "中", "低", "")),
                "urgent": chance.random() < 0.1,
                "reported_at": at,
                "accepted_at": at if chance.random() < 0.95 else None,
                "accepted_by": "主管",
                "responded_at": answered if solved or chance.random() < 0.5 else None,
                "response_way": "电话",
                "resolved_at": solved,
                "state": str(IncidentState.SOLVED if solved else IncidentState.ACCEPTED),
                "staff_id": crew[number] if number else None,
                "vendor_id": with_vendor.get(number),
                "reopened": int(chance.random() < 0.1),
                "void_at": at if chance.random() < 0.03 else None,
                "pauses": [(at + timedelta(seconds=1200), solved, chance.choice(("甲方", "外包单位", "等待备件")))]
                if paused
                else [],
                "dues": [at + timedelta(hours=chance.choice((4, 8, 24)))] if chance.random() < 0.6 else [],
            }
        )
        if made[-1]["void_at"]:
            made[-1]["state"] = str(IncidentState.VOID)
    return made
