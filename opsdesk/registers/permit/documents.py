"""The 机房进入申请审批单 on paper (F09, OD-F09 A/0): what is on record filled in, the rest left to the pen.

Of identity papers the last four alone are printed, of the people's telephones what lists show: the paper lies in its
binder for years, long after the record has cleared both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from opsdesk.exports.document import (
    Align,
    Block,
    Choice,
    Column,
    Document,
    FormCell,
    FormGrid,
    Kind,
    Table,
    Value,
    chinese_date,
    chinese_moment,
)
from opsdesk.exports.layout import on_fewest_pages
from opsdesk.exports.making import made_as
from opsdesk.registers.permit import service
from opsdesk.registers.permit.asking import OTHER
from opsdesk.rules.clause import Law
from opsdesk.services import chain, id_numbers, masking, permit_states, room_permits, settings
from opsdesk.services.context import Context
from opsdesk.services.permit_states import PermitState
from opsdesk.services.room_permits import PURPOSES, PermitMember

CODE, REVISION = "OD-F09", "A/0"
TITLE = "机房进入申请审批单"
LINE, TEXT, SIGN_ROOM, ROW = 7.5, 12.0, 15.0, 7.0
"""Heights in millimetres of a line, a box for a text, a place to sign, and a row of the people."""
LOWERED = {LINE: 6.5, TEXT: 9.0, ROW: 6.0, SIGN_ROOM: 13.0}
LABEL = 28.0
LEAST_PEOPLE = 5
"""Rows for people there always are (S07: 进出人员 1–5)."""
ONE_VISIT, SEVERAL = "一次", "多次有效"
AT_LEAVING = ("现场已清理", "工具已归还", "设备已断电或交还")
COUNTED = "①②③④⑤⑥⑦⑧⑨⑩⑪"
PEOPLE = (
    Column("序号", 10, Kind.NUMBER, Align.CENTER),
    Column("姓名", 32),
    Column("单位", 54),
    Column("证件类型", 26, align=Align.CENTER),
    Column("证件号后四位", 24, Kind.CODE),
    Column("电话", 30, Kind.CODE),
)
NOTES = (
    ("room.approval", "外单位人员须经批准，由机房人员陪同并登记，方可进入"),
    ("room.assessment", "上机的先说明故障原因、处理方案和影响范围"),
    ("room.operation", "没有批准上机的，不得操作设备"),
    ("room.escort", "进入时填写出入登记表，全程有人陪同，操作留有记录"),
    ("room.secrecy", "不得复制、外传设备的配置和信息"),
    ("goods.instructions", "装新设备时向机房管理员说明使用和维护的注意事项"),
    ("media.check", "自带移动介质先查毒"),
)
"""须知: what the clauses of E1 ask of who enters, each in a few words, by the part that the clause plays."""
CUSTOMS = (
    "不吸烟，不带食品和无关物品",
    "只在批准的机房、时间和事由内活动",
    "离开前清理现场、归还工具，由值班员查看后登记离开",
)
Row = tuple[FormCell, ...]


@made_as("permit.permit", of="permit")
def permit(ctx: Context, permit_id: int) -> Document:
    """One permit in the order of the paper (F09), on one page unless its texts are long."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = _seen_by(ctx, service.found(connection, permit_id, ctx.now()))
        people = room_permits.people_of(connection, [permit_id])[permit_id]
        trace = chain.short_head(connection)
    law = ctx.law_on(row["applied_at"].date())
    made = Document(
        code=CODE,
        revision=REVISION,
        title=f"{TITLE}（已作废）" if row["void_at"] else TITLE,
        number=row["number"],
        name=f"机房进入审批单-{row['number']}",
        sheet="审批单",
        organisation=site["site.name"],
        body=tuple(_body(row, people)),
        notes=(_duties(law), *_remarks(row)),
        basis=_basis(law),
        retention=f"保存期限：{site['paper.retention_years']} 年，按季度装订",
        trace=trace,
    )
    return on_fewest_pages(made, LOWERED)


def _seen_by(ctx: Context, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with the applicant's telephone whole only for 主管 and 服务台, as in the form."""
    return {**row, "phone": masking.phone_for(ctx.actor.role, row["phone"])}


def _body(row: Mapping[str, Any], people: Sequence[PermitMember]) -> list[Block]:
    return [
        _grid(_request(row)),
        _people(row, people),
        _grid([*_work(row), *_judged(row), *_urgent(row), *_opinions(row), *_leaving()]),
    ]


def _grid(rows: Sequence[Row]) -> FormGrid:
    return FormGrid(tuple(rows), label_width=LABEL, font_size=10.0)


def _line(label: str, value: Value = "", span: int = 1, kind: Kind = Kind.TEXT) -> FormCell:
    return FormCell(label, value, span, LINE, kind)


def _request(row: Mapping[str, Any]) -> list[Row]:
    seal = f"（盖章）{chinese_date(row['sealed_on'])}" if row["sealed_on"] else "（盖章）"
    return [
        (_line("申请单位", f"{row['unit']}　{seal}", 2), _line("申请日期", chinese_date(row["applied_at"].date()))),
        (_line("申请人", row["applicant"]), _line("联系电话", row["phone"], kind=Kind.CODE)),
    ]


def _people(row: Mapping[str, Any], people: Sequence[PermitMember]) -> Table:
    filled: list[tuple[Value, ...]] = [
        (n, each.name, each.unit, each.id_kind, id_numbers.last_four(each.id_number), masking.phone(each.phone))
        for n, each in enumerate(people, 1)
    ]
    blank = [(n, *[None] * (len(PEOPLE) - 1)) for n in range(len(filled) + 1, LEAST_PEOPLE + 1)]
    rows = (*filled, *blank)
    return Table(PEOPLE, rows, row_height=ROW, font_size=10.0, record_labels=(row["number"],) * len(rows))


def _work(row: Mapping[str, Any]) -> list[Row]:
    chosen = room_permits.words(row["purposes"])
    boxes = tuple(next((each for each in chosen if each.startswith(OTHER)), OTHER) if part == OTHER else part
                  for part in PURPOSES)  # fmt: skip
    room = "　".join(part for part in (row["room"], row["module"]) if part)
    times = Choice((ONE_VISIT, SEVERAL), (SEVERAL if row["several"] else ONE_VISIT,))
    return [
        (_line("出入机房", room), _line("进出次数", times)),
        (_line("预计停留时间", _span(row["planned_from"], row["planned_to"])),),
        (_line("事由", Choice(boxes, chosen)),),
        (FormCell("工作内容", row["work"], height=TEXT),),
        (FormCell("新增或扩容设备", row["equipment"], height=LINE),),
        (_line("随工", row["escorts"]), _line("随工电话"), _line("事件编号", row["incident_number"], kind=Kind.CODE)),
    ]


def _span(begins: datetime, ends: datetime) -> str:
    """自 2026年3月5日 09:00 至 12:00（3 小时）; of a longer time the days."""
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else chinese_moment(ends)
    return f"自 {chinese_moment(begins)} 至 {until}（{_length(ends - begins)}）"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if hours >= 48:
        return f"约 {round(hours / 24)} 天"
    return " ".join(part for part in (f"{hours} 小时" if hours else "", f"{minutes} 分" if minutes else "") if part)


def _judged(row: Mapping[str, Any]) -> list[Row]:
    operates = Choice(("是", "否"), ("是" if row["operates"] else "否",))
    promise = Choice(("承诺不复制、不外传设备的配置和信息",), ("承诺不复制、不外传设备的配置和信息",) * row["secrecy"])
    return [
        (_line("是否上机操作", operates, 2), _line("保密承诺", promise, 5)),
        (FormCell("故障原因判断", row["cause"], height=TEXT),),
        (FormCell("拟定处理方案", row["plan"], height=TEXT),),
        (FormCell("估计影响范围", row["reach"], height=TEXT),),
    ]


def _urgent(row: Mapping[str, Any]) -> list[Row]:
    ticked = Choice(("电话批准",), ("电话批准",) * row["urgent"])
    return [
        (
            _line("紧急进入", ticked, 3),
            _line("批准人、时刻", "　".join(p for p in (row["phoned_by"], chinese_moment(row["phoned_at"])) if p), 5),
        ),
        (_line("补单日期", chinese_moment(row["papered_at"])), _line("审批日期", chinese_moment(row["approved_at"]))),
    ]


def _opinions(row: Mapping[str, Any]) -> list[Row]:
    if row["refused_at"]:
        centre = f"不同意：{row['refusal']}　{row['refused_by']}　{chinese_moment(row['refused_at'])}"
    elif row["approved_at"]:
        centre = f"同意　{row['approved_by']}"
    else:
        centre = ""
    return [
        (_sign("申请单位意见", "（盖章）领导："), _sign("信息中心意见", centre)),
        (_sign("随工签字"), _sign("责任人签字（已阅须知）")),
    ]


def _sign(label: str, value: str = "") -> FormCell:
    return FormCell(label, value, height=SIGN_ROOM, kind=Kind.SIGNATURE)


def _leaving() -> list[Row]:
    return [(FormCell("离场确认", Choice(AT_LEAVING), height=SIGN_ROOM), _sign("值班员签字"))]


def _duties(law: Law) -> str:
    held = [(said, law.part(part, "E1")) for part, said in NOTES]
    lines = [f"{said}（{found.cite().short}）" for said, found in held if found is not None]
    counted = [f"{sign} {line}" for sign, line in zip(COUNTED, [*lines, *CUSTOMS], strict=False)]
    return f"须知：{'；'.join(counted)}。"


def _remarks(row: Mapping[str, Any]) -> tuple[str, ...]:
    said = [line for line in row["remarks"].split("\n") if line]
    if row["void_at"]:
        said.append(f"本单已于 {chinese_moment(row['void_at'])} 作废：{row['void_reason']}。编号不再使用。")
    if row["state"] == PermitState.LATE or (row["papered_at"] and row["papered_at"] > permit_states.due(row)):
        said.append(f"紧急进入应在 {chinese_date(permit_states.due(row).date())} 前补单。")
    return tuple(said)


def _basis(law: Law) -> tuple[str, ...]:
    held = law.part("offhours.approval", "T3")
    if held is None:
        return ()
    return (
        f"紧急进入：{held.word('offhours.emergency_makeup')}（{held.cite().short}），当天不计，到次日 24:00 为止。",
    )
