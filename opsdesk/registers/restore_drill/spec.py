"""恢复演练 as a register."""

from __future__ import annotations

from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.restore_drill import documents, service

REGISTER = Register(
    slug="restore_drill",
    title="恢复演练",
    singular="恢复演练",
    topics=service.TOUCHED,
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("at", "演练时间", Kind.MOMENT, 144),
        Column("backup", "备份文件", width=0),
        Column("made_at", "备份时间", Kind.MOMENT, 144),
        Column("links", "审计链", Kind.INTEGER, 88),
        Column("rows", "行数", Kind.INTEGER, 88),
        Column("seconds", "用时（秒）", Kind.INTEGER, 96),
        Column("carried_out_by", "演练人", width=96),
        Column("result", "结果", Kind.CHIP, 104),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, read_only=True),
        Field("at", "演练时间", Kind.MOMENT, read_only=True),
        Field("result", "结果", Kind.LONG_TEXT, read_only=True),
        Field("backup", "备份文件", Kind.LONG_TEXT, read_only=True),
        Field("made_at", "备份时间", Kind.MOMENT, read_only=True),
        Field("sha256", "校验值", Kind.LONG_TEXT, read_only=True, help="SHA-256，与备份旁边清单里的一致。"),
        Field("links", "审计链条数", Kind.INTEGER, read_only=True),
        Field("rows", "记录行数", Kind.INTEGER, read_only=True),
        Field("seconds", "用时（秒）", Kind.INTEGER, read_only=True),
        Field("carried_out_by", "演练人", read_only=True),
        Field("remarks", "备注", Kind.LONG_TEXT, read_only=True),
    ),
    load=service.load,
    filters=(Filter("result", "结果", lambda _ctx: [(word, word) for word in service.TONES]),),
    acts=(
        Act(
            "drill", "演练", service.carry_out, on_record=False,
            fields=(
                Field(
                    "chosen", "备份", Kind.CHOICE, options=service.offered, default=lambda _ctx: service.NEWEST,
                    help="恢复到临时副本里核对，不动正在使用的数据。",
                ),
                Field("password", "备份密码", Kind.SECRET, help="只有加密的备份才需要。"),
                Field("remarks", "备注", Kind.LONG_TEXT, help="例如在场的人、用的哪台电脑。"),
            ),
        ),
    ),
    papers=(Paper("record", "恢复演练记录", documents.record),),
    empty="还没有恢复演练。请点“演练”，把最近的备份恢复到副本里核对一次（E15 6.2）。",
)  # fmt: skip
