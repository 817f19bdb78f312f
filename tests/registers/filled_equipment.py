"""Assets in every state, loans at every stage, moves, media, changes and backup notices, made by their registers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from filled_site import run, save
from sqlalchemy import select

from opsdesk.models import Room
from opsdesk.services.context import Context


def room(ctx: Context) -> int:
    """The site's first machine room, made where there is none yet."""
    with ctx.read() as connection:
        found = connection.execute(select(Room.id).order_by(Room.id)).scalars().first()
    return found or save(ctx, "room", name="设备间", modules="", keeper="刘芳", door_name="")


def asset(ctx: Context, asset_no: str, name: str = "笔记本电脑", **more: Any) -> int:
    """An asset of the ledger."""
    usual = {"category": "办公设备", "brand": "示例牌", "model": "T14", "serial": f"SN-{asset_no}", "place": "库房"}
    return save(ctx, "asset", asset_no=asset_no, name=name, **{**usual, **more})


def loan(ctx: Context, items: str = "网线 六类 - 3", **more: Any) -> int:
    """A 借用单 that nobody has decided on."""
    usual = {
        "borrower": "赵丽", "unit": "财务科", "phone": "13800001111", "place": "三楼会议室", "reason": "评审会演示",
        "due_on": date(2026, 3, 10),
    }  # fmt: skip
    return save(ctx, "loan", items=items, **{**usual, **more})


def lent(ctx: Context, items: str = "网线 六类 - 3", lent_at: datetime | None = None, **more: Any) -> int:
    """A 借用单 approved and handed over."""
    made = loan(ctx, items, **more)
    run(ctx, "loan", "approve", made, approved_at=lent_at)
    run(ctx, "loan", "lend", made, runs=True, undamaged=True, lent_at=lent_at)
    return made


def move(ctx: Context, **more: Any) -> int:
    """A device that goes into the room, not yet approved."""
    usual = {
        "moved_at": datetime(2026, 3, 5, 8), "room_id": room(ctx), "direction": "进", "name": "交换机",
        "model": "S5735", "quantity": 1, "reason": "维修", "other_end": "厂家", "handled_by": "王强",
    }  # fmt: skip
    return save(ctx, "equipment_move", **{**usual, **more})


def media(ctx: Context, **more: Any) -> int:
    """A medium that nobody has checked."""
    usual = {"kind": "U 盘", "holder": "陈工", "unit": "示例软件公司", "purpose": "装补丁", "by_ftp": "服务器没有联网"}
    return save(ctx, "media_check", **{**usual, **more})


def change(ctx: Context, **more: Any) -> int:
    """A request for a shutdown that nobody has decided on."""
    usual = {
        "kind": "停机", "system": "一卡通", "applicant": "王强", "unit": "华信",
        "planned_from": datetime(2026, 3, 6, 20), "planned_to": datetime(2026, 3, 6, 22),
        "reason": "更换电源", "plan": "先通知\n再断电", "reach": "食堂消费",
        "fallback": "装回旧电源", "performed_by": "刘芳",
    }  # fmt: skip
    return save(ctx, "change_request", **{**usual, **more})


def notice(ctx: Context, system: str = "一卡通", **more: Any) -> int:
    """What to back up of a system."""
    usual = {
        "items": "数据库 card_main\n照片目录", "every": "每天 02:00", "told_by": "陈工", "told_on": date(2026, 3, 2),
        "received_by": "刘芳",
    }  # fmt: skip
    return save(ctx, "backup_notice", system=system, **{**usual, **more})


def fill(ctx: Context) -> dict[str, list[int]]:
    """At least three of everything, one in every state."""
    assets = [
        asset(ctx, f"ZC-{n:03}", name, category=category, value=value, **more)
        for n, (name, category, value, more) in enumerate(
            (
                ("机架式服务器", "服务器", "128000.00", {"user": "刘芳", "bought_on": date(2023, 3, 6)}),
                ("笔记本电脑", "办公设备", "6800.5", {}),
                ("投影仪%_", "办公设备", "", {"warranty_until": date(2027, 1, 1)}),
                ("示波器", "仪表", "12,000", {"remarks": "每年校准"}),
                ("旧打印机", "办公设备", "900", {}),
                ("便携硬盘", "配件", "450", {}),
                ("对讲机", "仪表", "300", {}),
            ),
            1,
        )
    ]
    for n in (1, 2, 6):
        run(ctx, "asset", "issue", assets[n], taken_by="王强", unit="华信", purpose="驻场办公")
    run(ctx, "asset", "give_back", assets[2], outcome="完好")
    run(ctx, "asset", "give_back", assets[6], outcome="损坏", note="天线折断，领用人赔偿")
    run(ctx, "asset", "fault", assets[3], reason="不能开机")
    run(ctx, "asset", "scrap", assets[4], reason="超过年限")
    early = datetime(2026, 3, 1, 9)
    loans = [
        loan(ctx),
        loan(ctx, "ZC-003\n排插 - - 2"),
        lent(ctx, "ZC-006\n网线 六类 - 3", due_on=date(2026, 3, 20)),
        lent(ctx, borrower="王强", unit="", due_on=date(2026, 3, 5)),
        lent(ctx, borrower="单伟", unit="", lent_at=early),
        lent(ctx, "网线 六类 - 3\n扳手 - - 2", due_on=date(2026, 3, 20)),
        lent(ctx),
        loan(ctx, reason="借回家用"),
        loan(ctx, reason="填错了"),
        lent(ctx),
    ]
    run(ctx, "loan", "approve", loans[1])
    run(ctx, "loan", "extend", loans[2], until=date(2026, 3, 25), reason="评审延后")
    run(ctx, "loan", "give_back", loans[5], lines="2 1", normal=True)
    run(ctx, "loan", "give_back", loans[6], outcome="有损坏", damage="水晶头断裂", liability="借用人照价赔偿")
    run(ctx, "loan", "give_back", loans[9], matches=True, undamaged=True)
    run(ctx, "loan", "refuse", loans[7], reason="设备不出单位")
    run(ctx, "loan", "void", loans[8], reason="重复填写")
    moves = [
        move(ctx, name="服务器", reason="新装", powered=True, instructions="每季度除尘", rack="A01 柜 12U"),
        move(ctx, asset_id=assets[1], name="", model="", direction="出", reason="维修", due_on=date(2026, 3, 20)),
        move(ctx, direction="出", reason="借出", due_on=date(2026, 3, 5), moved_at=datetime(2026, 3, 2, 9)),
        move(ctx, direction="出", reason="借出", due_on=date(2026, 3, 4), moved_at=datetime(2026, 3, 2, 9)),
        move(ctx, direction="出", reason="借出", due_on=date(2026, 3, 10)),
        move(ctx, reason="其他", remarks="填错"),
    ]
    for each in moves[:2]:
        run(ctx, "equipment_move", "approve", each)
    run(ctx, "equipment_move", "give_back", moves[4], note="完好")
    run(ctx, "equipment_move", "void", moves[5], reason="重复登记")
    checks = [
        media(ctx, purpose=purpose) for purpose in ("装补丁", "拷日志", "导数据", "升级%_", "录像", "写错", "演示")
    ]
    for n, result in ((1, "通过"), (2, "清除后通过"), (3, "未通过"), (4, "通过"), (6, "通过")):
        run(
            ctx,
            "media_check",
            "check",
            checks[n],
            scanner="示例杀毒 6.0",
            found=result,
            signatures_on=date(2026, 3, 4),
        )
    for n in (2, 4, 6):
        run(ctx, "media_check", "approve", checks[n])
    run(ctx, "media_check", "begin", checks[4])
    run(ctx, "media_check", "begin", checks[6])
    run(ctx, "media_check", "end", checks[6])
    run(ctx, "media_check", "void", checks[5], reason="重复登记")
    changes = [
        change(ctx, kind=kind, system=system)
        for kind, system in (
            ("停机", "一卡通"), ("配置变更", "核心交换机"), ("软件变更", "OA%_"), ("新系统上线", "门禁"),
            ("硬件变更", "存储"), ("停机", "打错"),
        )
    ]  # fmt: skip
    run(ctx, "change_request", "opine", changes[0], department_opinion="后勤处李科长 3 月 5 日同意")
    for n in (1, 3):
        run(ctx, "change_request", "approve", changes[n], security_opinion="同意")
    run(ctx, "change_request", "begin", changes[2])
    run(ctx, "change_request", "begin", changes[3])
    run(ctx, "change_request", "end", changes[3], outcome="成功", verified_by="刘芳")
    run(ctx, "change_request", "refuse", changes[4], reason="业务高峰")
    run(ctx, "change_request", "void", changes[5], reason="重复填写")
    notices = [notice(ctx, system) for system in ("一卡通", "OA%_", "旧门禁")]
    run(ctx, "backup_notice", "retire", notices[2])
    return {
        "asset": assets,
        "loan": loans,
        "equipment_move": moves,
        "media_check": checks,
        "change_request": changes,
        "backup_notice": notices,
    }
