"""新系统备份告知 as a register."""

from __future__ import annotations

from opsdesk.models import BackupNotice, ChangeRequest
from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.backup_notice import documents, service
from opsdesk.services import suggestions

REGISTER = Register(
    slug="backup_notice",
    title="新系统备份告知",
    singular="备份告知",
    topics=service.TOUCHED,
    columns=(
        Column("system", "系统", width=136),
        Column("items", "要备份的数据", width=0),
        Column("every", "备份周期", width=104),
        Column("told_by", "告知人", width=96),
        Column("told_on", "告知日期", Kind.DATE, 136),
        Column("received_by", "接收人", width=96),
        Column("state", "状态", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field(
            "system", "系统", required=True, options=suggestions.written(ChangeRequest.system),
            help="与停机变更申请单上的系统名称一致。",
        ),
        Field("items", "要备份的数据", Kind.LONG_TEXT, required=True, help="一行一项，例如 数据库 card_main。"),
        Field(
            "every", "备份周期", required=True, options=lambda _ctx: [(word, word) for word in service.PERIODS],
            help="例如 每天 02:00 全备份。",
        ),
        Field("told_by", "告知人", required=True, help="配置新系统的开发人员。"),
        Field("told_on", "告知日期", Kind.DATE, required=True, default=lambda ctx: ctx.today()),
        Field(
            "received_by", "接收人", required=True, options=suggestions.written(BackupNotice.received_by),
            help="接到书面告知的机房管理人员。",
        ),
        Field("remarks", "备注", Kind.LONG_TEXT),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),),
    acts=(
        Act("retire", "停用", service.retire, offered=lambda values: values["left_on"] is None),
        Act("bring_back", "恢复", service.bring_back, offered=lambda values: values["left_on"] is not None),
    ),
    papers=(Paper("notice", "备份告知单", documents.notice),),
    empty="还没有备份告知。新系统配置好以后，把书面告知的备份数据和周期登记在这里（E1 三.3）。",
)  # fmt: skip
