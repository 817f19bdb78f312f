"""移动介质查毒 as a register."""

from __future__ import annotations

from opsdesk.models import MediaCheck
from opsdesk.register import Act, Column, Field, Filter, Kind, Paper, Register
from opsdesk.registers.media_check import documents, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import suggestions

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
MEDIUM, CHECK, USE = "介质", "查毒和批准", "使用"


def _standing(values: service.Values) -> bool:
    return values["void_at"] is None


def _ready(values: service.Values) -> bool:
    return values["checked_at"] is not None and values["approved_at"] is not None


REGISTER = Register(
    slug="media_check",
    title="移动介质查毒",
    singular="介质登记",
    topics=service.TOUCHED,
    columns=(
        Column("number", "编号", Kind.CODE, 136),
        Column("filed_at", "登记时间", Kind.MOMENT, 144),
        Column("kind", "介质类型", width=88),
        Column("holder", "持有人", width=96),
        Column("unit", "单位", width=112),
        Column("purpose", "用途", width=0),
        Column("result", "查毒结果", width=96),
        Column("missed", "核对", width=168),
        Column("state", "状态", Kind.CHIP, 112),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=MEDIUM, read_only=True),
        Field("told", "核对与经过", Kind.LONG_TEXT, group=MEDIUM, read_only=True),
        Field(
            "by_ftp", "不用 FTP 的原因", required=True, group=MEDIUM, options=suggestions.written(MediaCheck.by_ftp),
            help="服务器传数据原则上用 FTP。先看 FTP 行不行，不行的写明原因（E1 三.4）。",
        ),
        Field(
            "kind", "介质类型", Kind.CHOICE, required=True, group=MEDIUM,
            options=lambda _ctx: [(word, word) for word in service.KINDS],
        ),
        Field("media_no", "介质编号", Kind.CODE, group=MEDIUM, help="贴的标签或序列号，没有就空着。"),
        Field("holder", "持有人", required=True, group=MEDIUM, options=suggestions.people),
        Field("unit", "单位", required=True, group=MEDIUM, options=suggestions.written(MediaCheck.unit)),
        Field("purpose", "用途", required=True, group=MEDIUM),
        Field("remarks", "备注", Kind.LONG_TEXT, group=MEDIUM),
        Field("scanner", "查毒软件", group=CHECK, read_only=True),
        Field("signatures_on", "病毒库日期", Kind.DATE, group=CHECK, read_only=True),
        Field("checked_at", "查毒时间", Kind.MOMENT, group=CHECK, read_only=True),
        Field("result", "查毒结果", group=CHECK, read_only=True),
        Field("approved_by", "批准人", group=CHECK, read_only=True),
        Field("used_from", "开始使用", Kind.MOMENT, group=USE, read_only=True),
        Field("used_to", "用完时间", Kind.MOMENT, group=USE, read_only=True),
    ),
    load=service.load,
    save=service.save,
    filters=(
        Filter("month", "月份", service.months),
        Filter("state", "状态", lambda _ctx: [(word, word) for word in service.TONES]),
    ),
    acts=(
        Act(
            "check", "查毒", service.check,
            fields=(
                Field(
                    "scanner", "查毒软件", required=True, options=suggestions.written(MediaCheck.scanner),
                    help="名称和版本，例如 火绒 6.0。",
                ),
                Field("signatures_on", "病毒库日期", Kind.DATE),
                Field(
                    "found", "查毒结果", Kind.CHOICE, required=True,
                    options=lambda _ctx: [(word, word) for word in service.RESULTS],
                ),
                Field("checked_at", "查毒时间", Kind.MOMENT, help="空着就是现在。"),
            ),
            offered=lambda values: (
                _standing(values) and (values["used_from"] is None or values["checked_at"] is None)
            ),
        ),
        Act(
            "approve", "批准", service.approve, roles=SUPERVISOR,
            fields=(
                Field("approved_by", "批准人", help="空着就是当前登录的主管。"),
                Field("approved_at", "批准时间", Kind.MOMENT, help="事前口头批准的，填那时的时间；空着就是现在。"),
            ),
            offered=lambda values: _standing(values) and values["approved_at"] is None,
        ),
        Act(
            "begin", "开始使用", service.begin,
            fields=(Field("used_from", "开始使用", Kind.MOMENT, help="空着就是现在。"),),
            offered=lambda values: _standing(values) and values["used_from"] is None and _ready(values),
        ),
        Act(
            "begin_early", "没有查毒批准就使用", service.begin,
            fields=(Field("used_from", "开始使用", Kind.MOMENT, help="空着就是现在。"),),
            confirm="没有查毒或没有批准就使用，会作为问题记在这一条上。先查毒、再批准更好。",
            offered=lambda values: _standing(values) and values["used_from"] is None and not _ready(values),
        ),
        Act(
            "end", "用完", service.end, fields=(Field("used_to", "用完时间", Kind.MOMENT, help="空着就是现在。"),),
            offered=lambda values: (
                _standing(values) and values["used_from"] is not None and values["used_to"] is None
            ),
        ),
        Act(
            "void", "作废", service.void, fields=(Field("reason", "作废原因", required=True),), roles=SUPERVISOR,
            confirm="作废以后这一条不再算数，编号保留不再使用。", offered=_standing,
        ),
    ),
    papers=(
        Paper("month", "本月介质查毒登记表", documents.this_month, on_record=False),
        Paper("last_month", "上月介质查毒登记表", documents.last_month, on_record=False),
    ),
    empty="还没有介质登记。外来的移动介质先点“新建”登记，查毒通过并批准以后使用。",
)  # fmt: skip
