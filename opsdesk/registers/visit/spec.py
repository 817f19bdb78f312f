"""机房出入记录表 as a register: columns, the form in the order of F08, and its acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.models import Permit, Visit
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.visit import acts, documents, form, listing
from opsdesk.registers.visit.records import INSIDE, LEFT, VOID
from opsdesk.rules.vocabulary import Role
from opsdesk.services import choices, id_numbers, suggestions
from opsdesk.services.context import Context
from opsdesk.services.listing import periods
from opsdesk.services.suggestions import written

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
WHO, WHY, WORK, STANDING = "进入人", "事由与陪同", "操作与离场", "登记情况"
REASON = Field("reason", "原因", required=True)


def _words(words: tuple[str, ...]) -> Any:
    return lambda _ctx: [(word, word) for word in words]


def _is_inside(values: Mapping[str, Any]) -> bool:
    return bool(values["state"] == INSIDE)


def _stands(values: Mapping[str, Any]) -> bool:
    return values["state"] in {INSIDE, LEFT} and values["batch_id"] is None


def _left_with_goods(values: Mapping[str, Any]) -> bool:
    return values["state"] == LEFT and values["batch_id"] is None and bool(values["carries"])


def _closed(values: Mapping[str, Any]) -> bool:
    return values["state"] == VOID or values["batch_id"] is not None


def _has_numbers(values: Mapping[str, Any]) -> bool:
    return values["purged_at"] is None and bool(values["id_shown"] or values["phone_shown"])


def _escorts(ctx: Context) -> Options:
    return list(dict.fromkeys([*written(Visit.escort)(ctx), *suggestions.people(ctx)]))


ESCORT = Field("escort", "陪同人", group=WHY, options=_escorts, help="登记以后换人办理“更换陪同人”，写错的由主管更正。")
SECOND = Field("second_escort", "第二陪同人", group=WHY, options=_escorts)
OPERATED = Field("operated", "是否上机", Kind.CHOICE, group=WORK, options=lambda _ctx: choices.YES_OR_NO)
OPERATION = Field("operation", "操作内容", Kind.LONG_TEXT, group=WORK, help="上机的要写明做了什么。")
CHECK = Field("left_check", "离场检查", group=WORK, options=written(Visit.left_check), help="清理、断电由谁查过。")

ACTS = (
    Act(
        "leave", "登记离开", acts.sign_out,
        fields=(
            Field("left_at", "离开时间", Kind.MOMENT, help="空着就是现在。"),
            Field("goods", "携带物品", Kind.CHOICE, options=_words(acts.GOODS), help="带了物品的要说明去向。"),
            OPERATED, OPERATION, CHECK,
        ),
        offered=_is_inside,
    ),
    Act(
        "extend", "延长停留", acts.extend,
        fields=(Field("due_at", "应离开时间", Kind.MOMENT, required=True), REASON), offered=_is_inside,
    ),
    Act(
        "change_escort", "更换陪同人", acts.change_escort,
        fields=(Field("escort", "陪同人", required=True, options=_escorts), SECOND), offered=_is_inside,
    ),
    Act(
        "correct_time", "更正时间", acts.correct_time, roles=SUPERVISOR,
        fields=(
            Field("which", "更正哪个时间", Kind.CHOICE, required=True, options=lambda _ctx: list(acts.TIMES.items())),
            Field("at", "正确时间", Kind.MOMENT, required=True),
            REASON,
        ),
        offered=_stands,
    ),
    Act(
        "correct_goods", "更正物品", acts.correct_goods, roles=SUPERVISOR,
        fields=(
            Field("goods", "携带物品", Kind.CHOICE, required=True, options=_words((acts.REST_OUT, acts.REST_STAYS))),
            REASON,
        ),
        offered=_left_with_goods,
    ),
    Act(
        "reveal", "查看证件号", acts.reveal, roles=SUPERVISOR,
        fields=(
            Field("reason", "原因", required=True, help="查看会连同原因记入审计。"),
            Field("number_password", "证件号密码", Kind.SECRET, help="证件号加密了才要填；只看电话可以空着。"),
        ), offered=_has_numbers,
    ),
    Act(
        "void", "作废", acts.void, roles=SUPERVISOR, fields=(REASON,), confirm="作废以后记录保留，不再计入，也不能改。",
        offered=lambda values: values["state"] != VOID,
    ),
)  # fmt: skip

REGISTER = Register(
    slug="visit",
    title="机房出入记录表",
    singular="出入记录",
    topics=frozenset({"visit", "permit", "room", "off_hours", "staff", "vendor", "calendar", "law"}),
    columns=(
        Column("when", "进入时间", Kind.CODE, 96),
        Column("name", "姓名", width=88),
        Column("unit", "单位／部门", width=112),
        Column("room", "机房", width=120),
        Column("purpose", "进入事由", width=0),
        Column("permit", "审批单号", Kind.CODE, 124),
        Column("escort", "陪同人", width=104),
        Column("left", "离开", Kind.CODE, 88),
        Column("missed", "问题", Kind.CHIP, 152),
        Column("state", "状态", Kind.CHIP, 128),
    ),
    list=listing.listed,
    fields=(
        Field("name", "姓名", required=True, group=WHO),
        Field("unit", "单位／部门", required=True, group=WHO, options=written(Visit.unit)),
        Field("external", "外单位人员", Kind.FLAG, group=WHO, default=lambda _ctx: True, help="登记以后由主管更正。"),
        Field("id_shown", "证件号", Kind.CODE, group=WHO, read_only=True),
        Field("id_number", "填写证件号", Kind.CODE, group=WHO, help="登记过的不显示全号，要改才填。"),
        Field("id_reason", id_numbers.REASON_TITLE, group=WHO, help="号码通不过校验而确实如此的，写明原因。"),
        Field("phone_shown", "联系电话", Kind.CODE, group=WHO, read_only=True),
        Field("phone", "填写联系电话", Kind.CODE, group=WHO, help="登记过的不显示全号，要改才填。"),
        Field("room_id", "机房", Kind.CHOICE, required=True, group=WHY, options=choices.rooms),
        Field("module", "模块", group=WHY, options=written(Visit.module)),
        Field("purpose", "进入事由", required=True, group=WHY, options=written(Visit.purpose)),
        Field("permit_number", "审批单号", Kind.CODE, group=WHY, options=written(Permit.number),
              help="后补的审批单在这里填上编号。"),
        ESCORT,
        SECOND,
        Field("off_hours_number", "非工作时间申请单号", Kind.CODE, group=WHY),
        OPERATED,
        OPERATION,
        CHECK,
        Field("carried", "携带物品", group=WORK, read_only=True),
        Field("remarks", "备注", group=WORK),
        Field("entered_at", "进入时间", Kind.MOMENT, group=STANDING, read_only=True),
        Field("due_at", "应离开时间", Kind.MOMENT, group=STANDING, read_only=True),
        Field("left_at", "离开时间", Kind.MOMENT, group=STANDING, read_only=True),
        Field("breaches", "问题", Kind.LONG_TEXT, group=STANDING, read_only=True),
        Field("registered_by", "登记人", group=STANDING, read_only=True),
        Field("registered_at", "登记时间", Kind.MOMENT, group=STANDING, read_only=True),
        Field("void_reason", "作废原因", group=STANDING, read_only=True),
    ),
    load=form.load,
    save=form.save,
    filters=(
        Filter("period", "时间", periods),
        Filter("room", "机房", choices.rooms),
        Filter("state", "状态", listing.states),
        Filter("unit", "单位", listing.units),
        Filter("vendor", "外包单位", choices.vendors),
    ),
    acts=ACTS,
    papers=(
        Paper("day", "当日登记表", documents.day_of_visit),
        Paper("evacuation", "疏散清点单", lambda ctx, _id: documents.evacuation(ctx), on_record=False),
    ),
    closed=_closed,
    empty="还没有出入记录。按“登记进入”（Ctrl+N）登记第一位。",
)  # fmt: skip
