"""设备借用 as a register."""

from __future__ import annotations

from opsdesk.models import Loan
from opsdesk.register import Act, Column, Field, Filter, Kind, Options, Paper, Register
from opsdesk.registers.loan import acts, condition, documents, items, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import assets, suggestions
from opsdesk.services.context import Context

SUPERVISOR = frozenset({str(Role.SUPERVISOR)})
WHO, WHAT = "借用人", "设备"


def _states(_ctx: Context) -> Options:
    return [(word, word) for word in service.STATES]


def _outcomes(_ctx: Context) -> Options:
    return [(word, word) for word in acts.OUTCOMES]


def _live(values: service.Values) -> bool:
    return values["void_at"] is None and values["refused_at"] is None


def _asked(values: service.Values) -> bool:
    return _live(values) and values["approved_at"] is None


def _out(values: service.Values) -> bool:
    return _live(values) and values["lent_at"] is not None and values["returned_at"] is None


REGISTER = Register(
    slug="loan",
    title="设备借用",
    singular="借用单",
    topics=service.TOUCHED,
    columns=(
        Column("number", "编号", Kind.CODE, 120),
        Column("borrower", "借用人", width=96),
        Column("unit", "单位", width=104),
        Column("items", "设备", width=0),
        Column("lent_at", "借出时间", Kind.MOMENT, 144),
        Column("due_on", "应还日期", Kind.DATE, 136),
        Column("returned_at", "归还时间", Kind.MOMENT, 144),
        Column("missed", "核对", width=96),
        Column("state", "状态", Kind.CHIP, 128),
    ),
    list=service.listed,
    fields=(
        Field("number", "编号", Kind.CODE, group=WHO, read_only=True),
        Field("told", "核对与经过", Kind.LONG_TEXT, group=WHO, read_only=True),
        Field("counted", "归还情况", Kind.LONG_TEXT, group=WHO, read_only=True),
        Field("borrower", "借用人", required=True, group=WHO, options=suggestions.people),
        Field(
            "unit", "单位", group=WHO, options=suggestions.written(Loan.unit),
            help="在场人员空着就按所属公司填；其他人要填。",
        ),
        Field("phone", "电话", Kind.CODE, group=WHO, help="借用单上不印。"),
        Field(
            "items", "设备清单", Kind.LONG_TEXT, required=True, group=WHAT,
            options=assets.at_hand,
            help="一行一项。台账里的设备只写资产编号，写出名称的几个字就能选；"
            f"其他写 {items.FORM}，不知道的写“-”，例如 网线 六类 - 3。",
        ),
        Field("place", "使用地点", required=True, group=WHAT, options=suggestions.written(Loan.place)),
        Field("reason", "申请理由", required=True, group=WHAT),
        Field(
            "due_on", "应还日期", Kind.DATE, required=True, group=WHAT, default=service.usual_due,
            help="按规定的默认天数算好，可以改。当天算按时（E1 一.6）。",
        ),
        Field("remarks", "备注", Kind.LONG_TEXT, group=WHAT),
    ),
    load=service.load,
    save=service.save,
    filters=(Filter("state", "状态", _states),),
    acts=(
        Act(
            "approve", "批准", acts.approve, roles=SUPERVISOR, offered=_asked,
            fields=(
                Field("approved_by", "同意人", help="空着就是当前登录的主管。"),
                Field("approved_at", "同意时间", Kind.MOMENT, help="事前口头同意的，填那时的时间；空着就是现在。"),
            ),
        ),
        Act(
            "refuse", "不批准", acts.refuse, fields=(Field("reason", "理由", required=True),), roles=SUPERVISOR,
            offered=_asked,
        ),
        Act(
            "lend", "借出", acts.lend,
            fields=(
                *(Field(key, word, Kind.FLAG) for key, word in condition.OUT.items()),
                Field("other", "其他", help="例如 外壳有划痕。"),
                Field("lent_at", "借出时间", Kind.MOMENT, help="空着就是现在。"),
                Field("due_on", "应还日期", Kind.DATE, help="空着就按申请的日期。"),
                Field("lent_by", "经手人", options=suggestions.people, help="空着就是当前登录的人。"),
            ),
            offered=lambda values: (
                _live(values) and values["approved_at"] is not None and values["lent_at"] is None
            ),
        ),
        Act(
            "give_back", "归还", acts.give_back, offered=_out,
            fields=(
                Field(
                    "lines", "归还数量", Kind.LONG_TEXT,
                    help="全部还清就空着。只还一部分，一行一项写序号和数量，例如 2 1。",
                ),
                *(Field(key, word, Kind.FLAG) for key, word in condition.IN.items()),
                Field("other", "其他"),
                Field(
                    "outcome", "归还结果", Kind.CHOICE, required=True, options=_outcomes,
                    default=lambda _ctx: acts.SOUND,
                    help="只有一部分损坏或丢失的，请分两次办理。",
                ),
                Field("damage", "损坏情况", help="有损坏或有丢失时要填。"),
                Field("liability", "责任和赔偿", help="有损坏或有丢失时要填（E7 三.2）。"),
                Field("returned_at", "归还时间", Kind.MOMENT, help="空着就是现在。"),
                Field("received_by", "验收人", options=suggestions.people, help="空着就是当前登录的人。"),
            ),
        ),
        Act(
            "extend", "延期", acts.extend, roles=SUPERVISOR, offered=_out,
            fields=(
                Field("until", "延至", Kind.DATE, required=True),
                Field("reason", "延期原因", required=True),
            ),
        ),
        Act(
            "void", "作废", acts.void, fields=(Field("reason", "作废原因", required=True),), roles=SUPERVISOR,
            confirm="作废以后这张单不再算数，编号保留不再使用。",
            offered=lambda values: values["void_at"] is None and values["lent_at"] is None,
        ),
    ),
    papers=(
        Paper("slip", "借用单", documents.copies),
        Paper("register", "今年借用登记簿", documents.this_year, on_record=False),
        Paper("last_year", "去年借用登记簿", documents.last_year, on_record=False),
    ),
    closed=service.closed,
    empty="还没有借用单。有人借设备时点“新建”填写，主管批准以后借出，到期会提示归还。",
)  # fmt: skip
