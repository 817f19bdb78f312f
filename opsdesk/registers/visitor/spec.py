"""常来人员 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Register
from opsdesk.registers.visitor import service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import id_numbers
from opsdesk.services.context import Context
from opsdesk.services.id_numbers import IdKind

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})


def _kinds(_ctx: Context) -> Options:
    return [(str(kind), str(kind)) for kind in IdKind]


REGISTER = Register(
    slug="visitor",
    title="常来人员",
    singular="常来人员",
    topics=frozenset({*service.TOUCHED, "permit", "visit", "settings"}),
    columns=(
        Column("name", "姓名", width=128),
        Column("unit", "单位", width=0),
        Column("id_kind", "证件类型", width=112),
        Column("id_number", "证件号", Kind.CODE, 184),
        Column("phone", "电话", Kind.CODE, 128),
        Column("last_on", "最近登记", Kind.DATE, 136),
    ),
    list=service.listed,
    fields=(
        Field("name", "姓名", required=True),
        Field("unit", "单位", options=service.units, help="同名的人靠单位分开。"),
        Field("id_kind", "证件类型", Kind.CHOICE, options=_kinds, help="空着就按号码的样子判断。"),
        Field("id_number", "证件号", Kind.CODE,
              help="遮住的号码不改就保留原号；15 位的旧身份证号会补成 18 位。"),
        Field("id_reason", id_numbers.REASON_TITLE, help="号码核对不上而证件确实如此时，写明原因。"),
        Field("phone", "电话", Kind.CODE, help="遮住的号码不改就保留原号。"),
        Field("last_on", "最近登记", Kind.DATE, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("unit", "单位", service.units),),
    acts=(
        Act("reveal", "查看证件号", service.reveal, roles=SUPERVISOR,
            fields=(
                Field("reason", "原因", required=True, help="查看会连同原因记入审计。"),
                Field("number_password", "证件号密码", Kind.SECRET, help="证件号加密了才要填；只看电话可以空着。"),
            )),
        Act("purge", "清除到期信息", service.purge, roles=SUPERVISOR, on_record=False,
            fields=(Field("due", "将要清除", Kind.LONG_TEXT, read_only=True, default=service.due),),
            confirm="证件号、电话和过期的旧备份清除后不能找回，审计链仍然完整。"),
    ),
    empty="还没有常来人员。填过审批单或登记过出入的人会自动记在这里，下次写姓名就能带出。",
)  # fmt: skip
