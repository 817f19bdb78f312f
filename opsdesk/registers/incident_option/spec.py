"""事件选项 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.incident_option import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.services.incident_options import ALL_HOURS

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _kinds(_ctx: Context) -> Options:
    return [(what, what) for what in service.KINDS]


REGISTER = Register(
    slug="incident_option",
    title="事件选项",
    singular="事件选项",
    topics=service.TOUCHED,
    columns=(
        Column("what", "种类", width=104),
        Column("place", "次序", Kind.INTEGER, 64),
        Column("name", "名称", width=0),
        Column("hours", "计时", width=104),
        Column("used", "事件数", Kind.INTEGER, 80),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("what", "种类", Kind.CHOICE, required=True, options=_kinds, help="建好以后不换种类。"),
        Field("name", "名称", required=True, help="事件记录用过的名称不再改，可以停用以后另建。"),
        Field("place", "次序", Kind.INTEGER, help="选择时按这个次序排列；空着就排在最后。"),
        Field(
            "hours", "计时", Kind.CHOICE, options=lambda _ctx: [(each, each) for each in service.HOURS],
            default=lambda _ctx: ALL_HOURS,
            help="只对类别有用：全天是响应时限昼夜连续计，工作时间是下班和休息日不计。改动以后，没有签收的事件重新计时。",
        ),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("what", "种类", _kinds),),
    acts=(
        Act(
            "retire", "停用", lambda ctx, record_id, _values: service.retire(ctx, option_id=record_id),
            roles=SUPERVISOR, offered=lambda values: values["left_on"] is None,
        ),
        Act(
            "bring_back", "恢复", lambda ctx, record_id, _values: service.bring_back(ctx, option_id=record_id),
            roles=SUPERVISOR, offered=lambda values: values["left_on"] is not None,
        ),
    ),
    empty="还没有事件选项。点“新建”写下事件的类别、等级和客户类型，接报时从中选择。",
    save_roles=SUPERVISOR,
)  # fmt: skip
