"""奖惩建议 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Register
from opsdesk.registers.measure import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services.measures import MeasureState

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _waiting(values: service.Values) -> bool:
    return bool(values["state"] == MeasureState.PROPOSED)


REGISTER = Register(
    slug="measure",
    title="奖惩建议",
    singular="奖惩建议",
    topics=frozenset({"measure", "vendor", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 128),
        Column("made_at", "提出时间", Kind.MOMENT, 144),
        Column("whose", "对象", width=144),
        Column("kind", "类别", width=72),
        Column("step", "建议", width=128),
        Column("sentence", "理由", width=0),
        Column("state", "状态", Kind.CHIP, 96),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True),
        Field("whose", "对象", read_only=True),
        Field("sheet", "考核表", Kind.CODE, read_only=True),
        Field("kind", "类别", read_only=True),
        Field("step", "建议", read_only=True),
        Field("sentence", "理由", Kind.LONG_TEXT, read_only=True),
        Field("clauses", "依据条款", Kind.LONG_TEXT, read_only=True),
        Field("decided", "决定", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    filters=(Filter("state", "状态", lambda _ctx: [(str(each), str(each)) for each in MeasureState]),),
    acts=(
        Act(
            "accept", "采纳", service.accept, roles=SUPERVISOR, offered=_waiting, signs=True,
            fields=(Field("reason", "说明", help="怎样办，由谁办，可以空着。"),),
        ),
        Act(
            "decline", "不采纳", service.decline, roles=SUPERVISOR, offered=_waiting, signs=True,
            fields=(Field("reason", "理由", required=True),),
        ),
    ),
    empty="还没有奖惩建议。考核核定以后，按规章该奖、该罚、该培训的在这里提出，由主管决定。",
)  # fmt: skip
