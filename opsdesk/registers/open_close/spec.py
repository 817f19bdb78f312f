"""办公室开关门及消防安全检查 as a register."""

from __future__ import annotations

from datetime import datetime

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.open_close import documents, service
from opsdesk.rules import premises
from opsdesk.rules.upkeep import STATES
from opsdesk.rules.vocabulary import Role
from opsdesk.services import offices, suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
OPENING, LEAVING, FIRE, FINDINGS = "开门和关门", "离开时", "消防安全", "巡查"
FROM_SIGN_IN = "按当天最早签到填好，不对就改。"


def _states(_ctx: Context) -> Options:
    return [(word, word) for word in STATES]


def _first_name(ctx: Context) -> str:
    with ctx.read() as connection:
        return offices.first_in(connection, ctx.today())[0]


def _first_time(ctx: Context) -> datetime | None:
    with ctx.read() as connection:
        return offices.first_in(connection, ctx.today())[1]


def _now(ctx: Context) -> datetime:
    return ctx.now().replace(second=0, microsecond=0)


def _boxes(group: str) -> tuple[Field, ...]:
    named = premises.CLOSING if group == LEAVING else premises.FIRE
    return tuple(Field(key, title, Kind.CHOICE, group=group, options=_states) for key, title in named.items())


OFFICE = Field("office", "办公室", required=True, group=OPENING, options=offices.known, default=offices.first_known)
OPENED_BY = Field("opened_by", "开门人", group=OPENING, options=suggestions.people, default=_first_name)
OPENED_AT = Field("opened_at", "开门时间", Kind.MOMENT, group=OPENING, default=_first_time, help=FROM_SIGN_IN)
SECOND = Field("second_inspector", "巡查人 ②", options=suggestions.people)

REGISTER = Register(
    slug="open_close",
    stored_as="office_check",
    title="开关门与消防",
    singular="开关门检查",
    topics=frozenset({"open_close", "settings", "sign_in", "law"}),
    columns=(
        Column("day", "日期", Kind.DATE, 136),
        Column("office", "办公室", width=128),
        Column("state", "状态", Kind.CHIP, 128),
        Column("opened", "开门", Kind.CODE, 136),
        Column("closed", "关门", Kind.CODE, 136),
        Column("inspectors", "巡查人", width=136),
        Column("told", "巡查和处置", width=0),
        Column("signed", "周签字", width=88),
    ),
    list=service.listed,
    fields=(
        OFFICE,
        Field("day", "日期", Kind.DATE, required=True, group=OPENING, default=lambda ctx: ctx.today()),
        OPENED_BY,
        OPENED_AT,
        Field("closed_by", "关门人", group=OPENING, options=suggestions.people, help="最后离开的人。"),
        Field("closed_at", "关门时间", Kind.MOMENT, group=OPENING),
        *_boxes(LEAVING),
        *_boxes(FIRE),
        Field("found", "巡查情况", Kind.LONG_TEXT, group=FINDINGS, help="勾了异常的，写明发现了什么。"),
        Field("remedy", "处置情况", Kind.LONG_TEXT, group=FINDINGS, help="当场处置或报修；当天写不了的以后补。"),
        Field("inspector", "巡查人 ①", group=FINDINGS, options=suggestions.people),
        Field("second_inspector", "巡查人 ②", group=FINDINGS, options=suggestions.people),
        Field("told", "说明", Kind.LONG_TEXT, group=FINDINGS, read_only=True),
    ),
    load=service.load,
    save=service.save,
    closed=service.closed,
    filters=(Filter("month", "月份", service.months), Filter("office", "办公室", offices.known)),
    acts=(
        Act(
            "open", "开门", service.open_office, on_record=False,
            fields=(
                Field("opened_by", "开门人", required=True, options=suggestions.people, default=_first_name),
                Field("opened_at", "开门时间", Kind.MOMENT, default=_now),
                OFFICE,
            ),
        ),
        Act(
            "normal", "关门，全部正常", service.close_normal, on_record=False,
            fields=(
                Field("closed_by", "关门人", required=True, options=suggestions.people, help="最后离开的人。"),
                Field("inspector", "巡查人 ①", options=suggestions.people, help="空着就是关门人。"),
                SECOND,
                Field("closed_at", "关门时间", Kind.MOMENT, default=_now),
                Field("day", "日期", Kind.DATE, default=service.leaving_day),
                OFFICE,
                OPENED_BY,
                OPENED_AT,
            ),
        ),
        Act(
            "rest_normal", "其余正常", service.rest_normal,
            offered=lambda values: not service.closed(values) and bool(premises.unticked(values)),
        ),
        Act(
            "sign_week", "周签字", service.sign_week, roles=SUPERVISOR,
            confirm="为这张检查所在的一周签字，到今天为止的每一天都签。签字以后这几天的检查不能再改。",
            offered=lambda values: not service.closed(values),
        ),
        Act(
            "void", "作废", service.void, fields=(Field("reason", "原因", required=True),), roles=SUPERVISOR,
            offered=lambda values: values["void_at"] is None,
        ),
    ),
    papers=(
        Paper("month", "开关门及消防检查表", documents.month_of_check),
        Paper("this_month", "本月开关门及消防检查表", documents.this_month, on_record=False),
    ),
    empty="还没有开关门检查。早上点“开门”，下班最后离开时点“关门，全部正常”；有异常的点“新建”逐项勾。",
)  # fmt: skip
