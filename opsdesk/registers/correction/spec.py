"""The register 补签单."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.correction import documents, service
from opsdesk.rules.vocabulary import Direction, Role
from opsdesk.services import duties
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome


def _people(ctx: Context) -> Options:
    with ctx.read() as connection:
        found = duties.people(connection)
    return [(person.id, f"{person.staff_no} {person.name}（{person.vendor}）") for person in found]


def _accept(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.decide(ctx, correction_id=row_id, accept=True, note=values.get("note") or "")


def _decline(ctx: Context, row_id: int, values: Mapping[str, Any]) -> Outcome[str]:
    return service.decide(ctx, correction_id=row_id, accept=False, note=values.get("note") or "")


def _waiting(values: Mapping[str, Any]) -> bool:
    return bool(values["state"] == service.WAITING)


def _states(_ctx: Context) -> Options:
    return [(state, state) for state in service.TONES]


def _directions(_ctx: Context) -> Options:
    return [(str(Direction.IN), "上班（到岗）"), (str(Direction.OUT), "下班（离岗）")]


def _causes(_ctx: Context) -> Options:
    return [(cause, cause) for cause in service.CAUSES]


SUPERVISOR = frozenset({str(Role.SUPERVISOR)})

REGISTER = Register(
    slug="correction",
    title="补签单",
    singular="补签单",
    topics=frozenset({"correction", "staff"}),
    columns=(
        Column("number", "编号", Kind.CODE, 140),
        Column("day", "漏签日期", Kind.DATE, 136),
        Column("staff_no", "工号", Kind.CODE, 90),
        Column("name", "姓名", width=100),
        Column("vendor", "所属公司", width=0),
        Column("direction", "应签时段", width=90),
        Column("actual_at", "实际时间", Kind.MOMENT, 150),
        Column("cause", "原因", width=90),
        Column("state", "状态", Kind.CHIP, 100),
    ),
    list=service.rows,
    fields=(
        Field("staff_id", "人员", Kind.CHOICE, required=True, options=_people),
        Field("day", "漏签日期", Kind.DATE, required=True, help="跨夜班填上班那一天。"),
        Field("direction", "应签时段", Kind.CHOICE, required=True, options=_directions),
        Field("actual_at", "实际时间", Kind.MOMENT, required=True),
        Field("cause", "原因", Kind.CHOICE, required=True, options=_causes),
        Field("explanation", "经过说明", Kind.LONG_TEXT, required=True),
        Field("witness", "证明人", required=True),
        Field("evidence", "佐证", help="门禁或监控记录号，可不填。"),
    ),
    load=service.load,
    save=service.save,
    closed=lambda _values: True,
    filters=(Filter("state", "状态", _states),),
    acts=(
        Act(
            "accept", "认可", _accept, fields=(Field("note", "主管意见"),), roles=SUPERVISOR, offered=_waiting,
            confirm="认可后，该时间计入到岗记录，原记录保留并注明更正。",
        ),
        Act(
            "decline", "不认可", _decline, fields=(Field("note", "理由", required=True),), roles=SUPERVISOR,
            offered=_waiting,
        ),
    ),
    papers=(Paper("slip", "补签单", documents.slip),),
    empty="还没有补签单。漏签到或漏签退时，点“新建”填写，主管认可后计入到岗记录。",
)  # fmt: skip
