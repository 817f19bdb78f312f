"""人员 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.staff import presence, service
from opsdesk.services import choices

WHO, SITE, CARD, MORE = "身份", "在场", "资格卡（T1）", "其他"

REGISTER = Register(
    slug="staff",
    title="人员",
    singular="人员",
    topics=frozenset({"staff", "vendor", "post"}),
    columns=(
        Column("staff_no", "工号", Kind.CODE, 96),
        Column("name", "姓名", width=0),
        Column("vendor", "外包单位", width=112),
        Column("post", "岗位", width=112),
        Column("pin", "考勤号", Kind.CODE, 72),
        Column("phone", "电话", Kind.CODE, 120),
        Column("arrived_on", "到场日期", Kind.DATE, 136),
        Column("left_on", "离场日期", Kind.DATE, 136),
        Column("qualification", "资格", Kind.CHIP, 88),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("staff_no", "工号", Kind.CODE, required=True, group=WHO),
        Field("name", "姓名", required=True, group=WHO, help="拼音首字母由系统自动生成。"),
        Field("vendor_id", "外包单位", Kind.CHOICE, required=True, group=WHO, options=choices.vendors),
        Field("post_id", "岗位", Kind.CHOICE, group=WHO, options=choices.posts),
        Field("pin", "考勤号", Kind.CODE, group=WHO, help="考勤机里的登记号，前面的 0 不计。"),
        Field("badge_no", "工牌号", Kind.CODE, group=WHO, help="扫工牌读出的号码。"),
        Field("phone", "电话", Kind.CODE, group=WHO, help="列表中只显示前三位和后四位。"),
        Field("arrived_on", "到场日期", Kind.DATE, required=True, group=SITE, default=lambda ctx: ctx.today()),
        Field("left_on", "离场日期", Kind.DATE, group=SITE, read_only=True, help="用“离场”按钮办理。"),
        Field("reserve", "储备人员", Kind.FLAG, group=SITE, help="储备人员没有排班就不算应到。到场以后不能改。"),
        Field(
            "joined_implementation",
            "参与实施",
            Kind.CHOICE,
            group=CARD,
            options=lambda _ctx: choices.YES_OR_NO,
        ),
        Field("career_started_on", "从业起始日", Kind.DATE, group=CARD),
        Field("has_pc", "配电脑", Kind.CHOICE, group=CARD, options=lambda _ctx: choices.YES_OR_NO),
        Field("has_internet", "配上网", Kind.CHOICE, group=CARD, options=lambda _ctx: choices.YES_OR_NO),
        Field("lodging_minutes", "住地到现场", Kind.INTEGER, group=CARD, help="单位：分钟。"),
        Field("hotline_phone", "热线电话", Kind.CODE, group=CARD),
        Field("qualification", "结论", Kind.LONG_TEXT, group=CARD, read_only=True),
        Field("remarks", "备注", Kind.LONG_TEXT, group=MORE),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("vendor", "外包单位", choices.vendors),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in presence.STATES]),
    ),
    acts=(
        Act(
            "leave_site",
            "离场",
            lambda ctx, record_id, values: service.leave_site(
                ctx, staff_id=record_id, day=values["day"], reason=values["reason"]
            ),
            fields=(
                Field(
                    "day",
                    "离场日期",
                    Kind.DATE,
                    required=True,
                    help="最后一个在场的日子。",
                    default=lambda ctx: ctx.today(),
                ),
                Field("reason", "离场原因", required=True),
            ),
            offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "return_to_site",
            "恢复在场",
            lambda ctx, record_id, _values: service.return_to_site(ctx, staff_id=record_id),
            confirm="恢复以后这个人又会出现在应到名单里。",
            offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有登记人员。请先登记外包单位，再新建人员或导入人员名册。",
)
