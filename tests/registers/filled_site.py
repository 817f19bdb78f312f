"""Short ways to the acts of registers, and a site with at least three of everything made by them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from opsdesk import bootstrap
from opsdesk.catalog import by_slug
from opsdesk.registers.correction import service as correction
from opsdesk.registers.month import service as month
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.vocabulary import Direction, Role
from opsdesk.services import settings
from opsdesk.services.context import Actor, Context

HOTLINE = "4008001234"


def save(ctx: Context, slug: str, record_id: int | None = None, /, **values: Any) -> int:
    """Save a record of a register and give its id."""
    register = by_slug(slug)
    assert register.save is not None
    return register.save(ctx, record_id, values).value


def load(ctx: Context, slug: str, record_id: int) -> dict[str, Any]:
    """A record as its form shows it."""
    register = by_slug(slug)
    assert register.load is not None
    return dict(register.load(ctx, record_id))


def change(ctx: Context, slug: str, record_id: int, **changes: Any) -> int:
    """Change some fields of a record, as the form does."""
    return save(ctx, slug, record_id, **{**load(ctx, slug, record_id), **changes})


def run(ctx: Context, slug: str, act: str, record_id: int, **values: Any) -> str:
    """Run an act of a register and give its sentence."""
    chosen = next(each for each in by_slug(slug).acts if each.key == act)
    return chosen.run(ctx, record_id, values).value


def whole(ctx: Context) -> None:
    """The database is sound and the chain unbroken."""
    with ctx.read() as connection:
        assert bootstrap.verify(connection) == []


def as_role(ctx: Context, role: Role) -> Context:
    """The same site with somebody of another role at the desk."""
    return ctx.acting_as(Actor("李值班", role))


def new_vendor(ctx: Context, code: str = "W01", name: str = "华信系统集成有限公司", short: str = "华信") -> int:
    return save(ctx, "vendor", code=code, name=name, short_name=short)


def new_staff(ctx: Context, vendor_id: int, staff_no: str = "V001", name: str = "王强", **more: Any) -> int:
    usual: dict[str, Any] = {"arrived_on": date(2026, 1, 5), "reserve": False}
    return save(ctx, "staff", staff_no=staff_no, name=name, vendor_id=vendor_id, **{**usual, **more})


def incidents(ctx: Context, staff: list[int]) -> dict[str, list[int]]:
    """An incident in every state, three of them signed; problems, plans, options and reports that go with them."""
    opened = {
        state: save(
            ctx, "incident", title=f"{title}，100%_急", kind=kind, staff_id=staff[n % 3], system=system,
            category="网络故障", severity="中", reporter="张会计", reporter_phone="13800000001", symptom="时断时续",
            diagnosis="端口老化", root_cause="端口老化，下季度更换", reach="财务科",
        )
        for n, (state, title, kind, system) in enumerate(
            (
                ("已签收", "财务科上不了网", "故障", "办公网"),
                ("报告待交", "食堂POS机掉线", "故障", "一卡通"),
                ("报告待写", "机房空调告警", "故障", "动力环境"),
                ("已作废", "打错的单", "服务请求", ""),
                ("已解决", "门禁读卡慢", "上门报修", "门禁"),
                ("已确认", "打印机卡纸", "故障", "打印机"),
                ("退回", "OA 登录慢", "故障", "OA"),
                ("待响应", "会议室投影不亮", "故障", "会议系统"),
                ("等待", "新装圈存机", "报装", "一卡通"),
                ("处理中", "核心交换机告警", "故障", "核心交换机"),
            )
        )
    }  # fmt: skip
    run(ctx, "incident", "void", opened["已作废"], reason="重复开单")
    for state, made in opened.items():
        if state not in {"已作废", "待响应"}:
            run(ctx, "incident", "respond", made, response_way="电话")
    solved = [made for state, made in opened.items() if state not in {"已作废", "待响应", "等待", "处理中"}]
    for made in solved:
        run(ctx, "incident", "solve", made, handling="更换端口")
    run(ctx, "incident", "wait", opened["等待"], whose="甲方", reason="等装修完工")
    run(ctx, "incident", "confirm", opened["已确认"], rating="满意", confirmed_by="张会计")
    run(ctx, "incident", "hand_in", opened["已确认"])
    run(ctx, "incident", "give_back", opened["退回"], reason="没有写处理方案")
    for state in ("已签收", "报告待交", "报告待写"):
        run(ctx, "incident", "sign", opened[state])
    problems = [
        save(ctx, "problem", title=title, system=system, owner="王强", due_on=due_on)
        for title, system, due_on in (
            ("三楼交换机端口反复中断", "办公网", date(2026, 3, 4)),
            ("圈存机时钟不准%_", "一卡通", date(2026, 3, 20)),
            ("打印机驱动冲突", "", None),
        )
    ]
    run(ctx, "problem", "close", problems[2], conclusion="统一驱动版本")
    run(ctx, "incident", "join_problem", opened["处理中"], problem_id=problems[0])
    run(ctx, "incident", "join_problem", opened["已签收"], problem_id=problems[0])
    plans = [
        save(ctx, "emergency_plan", name=name, system=system, steps="先通报\n再切换", contacts="王强 13800000001")
        for name, system in (("核心交换机故障", "核心交换机"), ("停电", ""), ("一卡通停摆", "一卡通"))
    ]
    run(ctx, "emergency_plan", "retire", plans[2])
    options = [
        save(ctx, "incident_option", what=what, name=name, place=None, hours=hours)
        for what, name, hours in (("类别", "安防", "工作时间"), ("等级", "特高", None), ("客户类型", "监管单位", None))
    ]
    reports = [
        save(ctx, "case_report", incident=load(ctx, "incident", made)["number"], place="三楼机房", loss="无")
        for made in (opened["已签收"], opened["报告待交"], opened["已解决"])
    ]
    run(ctx, "case_report", "submit", reports[0])
    run(ctx, "case_report", "approve", reports[0])
    run(ctx, "case_report", "submit", reports[2])
    return {
        "incident": list(opened.values()),
        "problem": problems,
        "emergency_plan": plans,
        "incident_option": options,
        "case_report": reports,
    }


def fill(ctx: Context) -> dict[str, list[int]]:
    vendors = [
        new_vendor(ctx),
        new_vendor(ctx, "W02", "中科软件服务有限公司", "中科"),
        new_vendor(ctx, "W03", "恒通网络%_有限公司", "恒通"),
    ]
    contracts = [
        save(
            ctx,
            "contract",
            vendor_id=vendor,
            number=f"HT-2026-{n}",
            project="一卡通运维",
            begins_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31),
            hours="T1",
            penalties="T2",
        )
        for n, vendor in enumerate(vendors, 1)
    ]
    for since, pairs in (("2026-01-01", "08:30-17:30"), ("2026-03-01", "08:00-17:00"), ("2026-06-01", "08:30-17:30")):
        save(ctx, "hours", holds_from=date.fromisoformat(since), pairs=pairs)
    posts = [save(ctx, "post", name=name, duties="值班\n巡检") for name in ("桌面运维", "网络运维", "机房值守")]
    shifts = [
        save(ctx, "shift", code=code, name=name, pairs=pairs)
        for code, name, pairs in (
            ("B", "白班", "08:30-17:30"),
            ("Y", "夜班", "20:00-次日08:00"),
            ("L", "两头班", "08:00-12:00 18:00-22:00"),
        )
    ]
    staff = [
        new_staff(
            ctx,
            vendors[n % 3],
            f"V{n:03}",
            name,
            pin=f"00{n}",
            badge_no=f"38911923{n:02}",
            post_id=posts[n % 3],
            phone=f"1380000{n:04}",
            hotline_phone=HOTLINE,
            joined_implementation=True,
            career_started_on=date(2020, 7, 1),
            has_pc=True,
            has_internet=True,
            lodging_minutes=5,
            remarks="熟悉核心交换",
        )
        for n, name in enumerate(("王强", "单伟", "阿卜杜热合曼·吾布力", "Tom Lee"), 1)
    ]
    reserves = [
        new_staff(ctx, vendors[n % 3], f"C{n:03}", name, reserve=True)
        for n, name in enumerate(("孙备", "周候", "冯替"), 1)
    ]
    stand_by = [
        save(
            ctx,
            "stand_by",
            staff_id=person,
            post_id=posts[0],
            trained_on=date(2026, 1, 10),
            training="到现场了解项目一周",
            confirmed_by_personnel="赵敏",
            confirmed_by_user="孙丽",
        )
        for person in reserves
    ]
    roster = [
        save(ctx, "roster", staff_id=person, day=date(2026, 3, day), shift_id=shift)
        for person, day, shift in ((staff[0], 2, shifts[0]), (staff[1], 3, shifts[1]), (staff[2], 4, 0))
    ]
    contacts = [
        save(
            ctx,
            "contact",
            role=role,
            name=name,
            organisation="信息中心",
            vendor_id=None,
            phone="13912345678",
            email="a.b@example.com",
        )
        for role, name in (("接口人", "赵敏"), ("客服专员", "钱进"), ("运维主管", "孙丽"))
    ]
    leaves = [
        save(
            ctx,
            "leave",
            staff_id=person,
            kind="事假",
            begins_at=datetime(2026, 3, day, 8, 30),
            ends_at=datetime(2026, 3, day, 12, 0),
            reason="家中有事",
        )
        for person, day in ((staff[0], 9), (staff[1], 10), (staff[2], 11))
    ]
    for person in staff[:3]:
        sign(ctx, staff_id=person)
        correction.file(
            ctx,
            staff_id=person,
            day=date(2026, 3, 4),
            direction=Direction.IN,
            actual_at=datetime(2026, 3, 4, 8, 25),
            cause="忘签",
            explanation="到岗后直接去机房处理告警",
            witness="赵敏",
        )
    needs = [
        save(
            ctx,
            "coverage_need",
            post_id=post,
            shift_id=shift,
            days=kind,
            need=1,
            begins_on=date(2026, 3, 1),
            ends_on=None,
        )
        for post, shift, kind in ((posts[0], 0, "工作日"), (posts[1], shifts[1], "每天"), (0, shifts[0], "休息日"))
    ]
    overtime = [
        save(
            ctx,
            "overtime",
            staff_id=person,
            begins_at=datetime(2026, 3, 7, 9),
            ends_at=datetime(2026, 3, 7, 18),
            reason="更换核心交换机电源",
            settled_as="调休",
        )
        for person in staff[:3]
    ]
    for slip in overtime:
        run(ctx, "overtime", "approve", slip)
    wages = [save(ctx, "wage", staff_id=person, holds_from=date(2026, 1, 1), monthly="8000.00") for person in staff[:3]]
    consents = [
        save(
            ctx,
            "holiday_consent",
            vendor_id=vendor,
            first_day=date(2026, 4, 4),
            last_day=date(2026, 4, 6),
            agreed_by="赵敏",
            agreed_on=date(2026, 3, 2),
            evidence="函 2026-11",
        )
        for vendor in vendors
    ]
    settings.write(ctx, {"site.opened_on": "2026-02-01"})
    month.book(ctx, 2026, 2)
    accounts = [
        save(ctx, "account", name=name, role=role, password="机房门口第三块砖", active=True)
        for name, role in (("李值班", "服务台"), ("周审计", "只读"))
    ]
    import filled_appraisal
    import filled_drills
    import filled_equipment
    import filled_reports
    import filled_room  # it stands on this module
    import filled_upkeep
    import filled_visits

    return {
        **incidents(ctx, staff),
        **filled_room.fill(ctx),
        **filled_upkeep.fill(ctx),
        **filled_reports.fill(ctx),
        **filled_visits.fill(ctx),
        **filled_equipment.fill(ctx),
        **filled_drills.fill(ctx),
        **filled_appraisal.fill(ctx, staff, vendors, contracts),
        "vendor": vendors,
        "contract": contracts,
        "post": posts,
        "shift": shifts,
        "staff": staff,
        "stand_by": stand_by,
        "roster": roster,
        "contact": contacts,
        "leave": leaves,
        "coverage_need": needs,
        "overtime": overtime,
        "wage": wages,
        "holiday_consent": consents,
        "account": accounts,
    }
