"""The 非工作时间场地使用申请 on paper (F14, OD-F14 A/0): what is on record filled in, the rest left to the pen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

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
from opsdesk.exports.making import made_as
from opsdesk.models import Permit, Visit
from opsdesk.registers.off_hours import service
from opsdesk.registers.off_hours.acts import CHECKS
from opsdesk.rules.clause import Law
from opsdesk.rules.room_access import Breach
from opsdesk.services import calendars, chain, id_numbers, masking, off_hours_slips, people_lines, settings
from opsdesk.services.context import Context
from opsdesk.services.off_hours_slips import KINDS

CODE, REVISION = "OD-F14", "A/0"
TITLE = "非工作时间场地使用申请"
LINE, TEXT, SIGN_ROOM, ROW, LABEL = 9.0, 18.0, 18.0, 7.5, 30.0
"""Heights in millimetres of a line, a box for a text, a place to sign, a row of the people; width of a label."""
LEAST_PEOPLE = 5
ROOM = "机房"
PEOPLE = (
    Column("序号", 12, Kind.NUMBER, Align.CENTER),
    Column("姓名", 60),
    Column("证件后四位", 44, Kind.CODE),
    Column("电话", 54, Kind.CODE),
)
Row = tuple[FormCell, ...]


@made_as("off_hours.slip", of="off_hours")
def slip(ctx: Context, slip_id: int) -> Document:
    """One slip in the order of the paper (F14)."""
    site = settings.read_all(ctx)
    with ctx.read() as connection:
        row = _seen_by(ctx, service.found(connection, slip_id, ctx.now()))
        missed = off_hours_slips.breaches(connection, ctx.regulations, [row], ctx.now())[slip_id]
        kinds = off_hours_slips.kinds(calendars.load(connection), row["begins_at"], row["ends_at"])
        permits = _permits(connection, row["number"])
        trace = chain.short_head(connection)
    law = ctx.law_on(row["begins_at"].date())
    return Document(
        code=CODE,
        revision=REVISION,
        title=f"{TITLE}（已作废）" if row["void_at"] else TITLE,
        number=row["number"],
        name=f"场地使用申请-{row['number']}",
        sheet="场地使用申请",
        organisation=site["site.name"],
        body=tuple(_body(row, kinds, permits)),
        notes=("先申请，批准后使用；离开时断电、关窗、锁门，由检查人查看。", *_told(row, missed)),
        basis=_basis(law),
        retention=f"保存期限：{site['paper.retention_years']} 年，按年装订",
        trace=trace,
    )


def _seen_by(ctx: Context, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with the applicant's telephone whole only for 主管 and 服务台, as in the form."""
    return {**row, "phone": masking.phone_for(ctx.actor.role, row["phone"])}


def _permits(connection: Connection, number: str) -> list[str]:
    """Permits with which somebody entered the machine room on this slip."""
    query = (
        select(Permit.number)
        .join(Visit, Visit.permit_id == Permit.id)
        .where(Visit.off_hours_number == number, Visit.void_at.is_(None))
        .distinct()
    )
    return list(connection.execute(query.order_by(Permit.number)).scalars())


def _body(row: Mapping[str, Any], kinds: Sequence[str], permits: Sequence[str]) -> list[Block]:
    return [
        _grid(_request(row, kinds)),
        _people(row),
        _grid([*_use(row, permits), *_opinions(row), *_actual(row)]),
    ]


def _grid(rows: Sequence[Row]) -> FormGrid:
    return FormGrid(tuple(rows), label_width=LABEL, font_size=10.5)


def _line(label: str, value: Value = "", span: int = 1, kind: Kind = Kind.TEXT) -> FormCell:
    return FormCell(label, value, span, LINE, kind)


def _request(row: Mapping[str, Any], kinds: Sequence[str]) -> list[Row]:
    same_day = row["begins_at"].date() == row["ends_at"].date()
    until = f"{row['ends_at']:%H:%M}" if same_day else chinese_moment(row["ends_at"])
    return [
        (_line("申请单位", row["unit"]), _line("申请日期", chinese_date(row["applied_at"].date()))),
        (_line("申请人", row["applicant"]), _line("电话", row["phone"], kind=Kind.CODE)),
        (_line("使用场地", row["place"]), _line("安全责任人", row["responsible"])),
        (_line("使用时间", f"自 {chinese_moment(row['begins_at'])} 至 {until}"),),
        (_line("时间性质", Choice(tuple(dict.fromkeys(KINDS.values())), tuple(kinds))),),
    ]


def _people(row: Mapping[str, Any]) -> Table:
    filled: list[tuple[Value, ...]] = []
    for n, line in enumerate(row["people"].split("\n"), 1):
        person = people_lines.apart(line)
        name = "　".join(part for part in (person.name, person.unit) if part)
        filled.append((n, name, id_numbers.last_four(person.number), masking.phone(person.phone)))
    blank = [(n, None, None, None) for n in range(len(filled) + 1, LEAST_PEOPLE + 1)]
    rows = (*filled, *blank)
    return Table(PEOPLE, rows, row_height=ROW, record_labels=(row["number"],) * len(rows))


def _use(row: Mapping[str, Any], permits: Sequence[str]) -> list[Row]:
    enters = bool(permits) or ROOM in row["place"]
    return [
        (FormCell("事由、工作内容", row["reason"], height=TEXT),),
        (
            _line("是否进入机房", Choice(("是", "否"), ("是" if enters else "否",)), 2),
            _line("机房审批单号", "、".join(permits), 3, Kind.CODE),
        ),
        (_line("需用设备"), _line("需开门禁、空调")),
    ]


def _opinions(row: Mapping[str, Any]) -> list[Row]:
    if row["refused_at"]:
        said = f"不同意：{row['refusal']}　{chinese_moment(row['refused_at'])}"
    elif row["approved_at"] and not row["emergency"]:
        said = f"同意　{row['approved_by']}\n批准时间：{chinese_moment(row['approved_at'])}"
    else:
        said = "批准时间："
    phone = f"{row['approved_by']}　{chinese_moment(row['approved_at'])}" if row["emergency"] else ""
    return [
        (_sign("申请人签字"), _sign("安全责任人签字")),
        (_sign("所属公司意见", "（盖章）"), _sign("运维主管审批", said)),
        (_line("紧急抢修", Choice(("电话批准",), ("电话批准",) * row["emergency"])), _line("批准人、时刻", phone)),
        (_line("补单日期", chinese_moment(row["papered_at"])),),
    ]


def _sign(label: str, value: str = "") -> FormCell:
    return FormCell(label, value, height=SIGN_ROOM, kind=Kind.SIGNATURE)


def _actual(row: Mapping[str, Any]) -> list[Row]:
    done = tuple(word for word in CHECKS.values() if word in row["left_check"])
    by = re.search("（(.+)）", row["left_check"])
    return [
        (_line("实际进入", chinese_moment(row["entered_at"])), _line("实际离开", chinese_moment(row["left_at"]))),
        (
            FormCell("离场检查", Choice(tuple(CHECKS.values()), done), height=SIGN_ROOM),
            _sign("检查人签字", by[1] if by else ""),
        ),
    ]


def _told(row: Mapping[str, Any], missed: Sequence[Breach]) -> tuple[str, ...]:
    said = [f"核对：{each.sentence.rstrip('。')}（{each.citation.short}）。" for each in missed]
    if row["void_at"]:
        said.append(f"本单已于 {chinese_moment(row['void_at'])} 作废：{row['refusal']}。编号不再使用。")
    return tuple(said)


def _basis(law: Law) -> tuple[str, ...]:
    held = law.part("offhours.approval", "T3")
    if held is None:
        return ()
    urgent = f"紧急抢修{held.word('offhours.emergency_makeup')}"
    return (f"批准不晚于进入，使用在批准的时间以内（{held.cite().short}）；{urgent}；按秒比较，等于时限为合规（G3）。",)
